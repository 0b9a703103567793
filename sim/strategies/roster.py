"""The roster of influencers (网红): how many people follow each, what each stands for, why people come.

Few have many followers and many have few. A label (标签) is a weight for each category of interest: what
people hold the account to be about. It fits a product as far as it points the same way.

    followers : density x^-exponent between the least and the most (a heavy tail, cut off)
    cos(label, product) = label in the product's category / length of the label
    a drawn label: `fit` in the product's category, the rest in another one, drawn

Sources: [Kwak2010], domain 4.1 and row 21 (the tail); C1, K2 of the trade press (domain 1A) as hypotheses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from sim.core.categories import CATEGORIES
from sim.core.draws import uniforms
from sim.core.errors import did_you_mean, shorten
from sim.core.maths import power
from sim.core.params import Params, Share, param
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]


class KolParams(Params):
    """One influencer named in a scenario; what is left out is as in the drawn roster."""

    followers: int = param(source="scenario", ge=0, le=10**8, doc="People who follow", zh="粉丝数")
    fit: Share | None = param(None, source="scenario", doc="Fit of the label with the product (cosine)", zh="标签匹配度")
    label: dict[str, Share] | None = param(
        None, source="scenario", zh="标签",
        doc=f"Weight of each category instead of a fit; categories are {', '.join(CATEGORIES)}")
    entertainment: Share | None = param(None, source="scenario", doc="Share of the audience's time that is entertainment",
                                        zh="娱乐占比")

    @field_validator("label")
    @classmethod
    def _of_categories(cls, value: dict[str, float] | None, info: object) -> dict[str, float] | None:
        if value is None:
            return value
        if getattr(info, "data", {}).get("fit") is not None:
            raise ValueError(Message("influencer.fit_or_label"))
        for name in value:
            if name not in CATEGORIES:
                raise ValueError(Message("influencer.category", name=shorten(name, 40), allowed=CATEGORIES,
                                         hint=did_you_mean(name[:40], CATEGORIES)))
        if not any(value.values()):
            raise ValueError(Message("influencer.weightless"))
        return value


@dataclass(frozen=True)
class Roster:
    """Influencers as columns: followers int64 (n,), label float64 (n, K), entertainment float64 (n,)."""

    followers: NDArray[np.int64]
    label: Floats
    entertainment: Floats


def draw_followers(key: np.uint64, count: int, least: int, most: int, exponent: float) -> NDArray[np.int64]:
    """Return followers of `count` influencers, int64 (count,), from the power law cut off at both ends."""
    a = exponent - 1.0
    beyond = power(least / most, a)
    lots = uniforms(key, np.arange(count)).tolist()
    drawn = [least * power(1.0 - u * (1.0 - beyond), -1.0 / a) for u in lots]
    return np.array([min(int(x), most) for x in drawn], np.int64)


def label_of_fit(fit: float, category: int, n_categories: int, u: float) -> Floats:
    """Return a label, float64 (K,) of length 1, whose cosine with a product is `fit`; u, [0, 1), picks where the rest of it points."""
    label = np.zeros(n_categories)
    label[category] = fit
    if n_categories > 1:
        label[(category + 1 + int(u * (n_categories - 1))) % n_categories] = math.sqrt(1.0 - fit * fit)
    return label


def label_of_weights(weights: dict[str, float], n_categories: int) -> Floats:
    """Return a label written as weights of categories, float64 (K,), its length 1."""
    label = np.zeros(n_categories)
    for name, weight in weights.items():
        label[CATEGORIES.index(name)] = weight
    return label / math.sqrt(float((label * label).sum()))


def cosine(label: Floats, category: int) -> Floats:
    """Return the cosine of labels (n, K) with a product of a category, float64 (n,), [0, 1]."""
    length = np.sqrt((label * label).sum(axis=1))
    share: Floats = label[:, category] / np.maximum(length, 1e-300)
    return np.minimum(share, 1.0)


def drifted(label: Floats, posted: Sequence[int] | NDArray[np.int64], category: int, rate: float) -> Floats:
    """Return the labels, float64 (n, K), after a day on which some influencers posted about a product of a category."""
    content = np.zeros(label.shape[1])
    content[category] = 1.0
    after = label.copy()
    after[posted] += rate * (content - label[posted])
    return after
