"""From ratings to trust and distrust, and from trust to layers: shared by all imported graphs.

    trust(r) = low + (high - low) (|r| - r_min) / (r_max - r_min)     0 for r = 0, below low under r_min
    distrust if r < 0 (the sign bit; its size never drifts across zero)

Layers follow Dunbar's proportions: the top 5 of 150 positive ties by trust are closest, and so on;
ties of equal trust stay together, at the layer of their middle rank. Distrust is outermost.

Source: the bounds of trust are the outermost and the closest mean of domain 4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from sim.core.errors import DataError
from sim.core.params import ASSUMPTION, Share, param
from sim.text.message import Message
from sim.world.networks.network import NetworkParams

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Reals, Rows

_LAYER_SHARES = (5 / 150, 15 / 150, 50 / 150)


class ImportParams(NetworkParams):
    """Base of the kinds that read a graph: how ratings become trust."""

    brings_people: ClassVar[bool] = True

    rating_min: float | None = param(None, source="scenario", gt=0, le=1e12, zh="最小评分",
                                     doc="Smallest size of a rating; by default the smallest in the file")
    rating_max: float | None = param(None, source="scenario", gt=0, le=1e12, zh="最大评分",
                                     doc="Largest size of a rating; by default the largest in the file")
    trust_low: Share = param(0.25, source="domain 4.1", low=0.1, high=0.4, zh="最低信任",
                             doc="Trust of the smallest rating")
    trust_high: Share = param(0.80, source="domain 4.1", low=0.6, high=1.0, zh="最高信任",
                              doc="Trust of the largest rating")
    default_trust: Share = param(0.45, source=ASSUMPTION, low=0.2, high=0.8, zh="默认信任",
                                 doc="Trust of ties without a rating, or where all ratings are equal")
    undirected: bool = Field(default=False, description="Every row counts in both directions",
                             json_schema_extra={"source": "scenario", "zh": "无向"})

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.rating_min is not None and self.rating_max is not None and self.rating_min >= self.rating_max:
            raise ValueError(Message("networks.rating_order"))
        if self.trust_low > self.trust_high:
            raise ValueError(Message("networks.trust_order"))
        return self

    def signed_trust(self, rating: Reals | None, count: int, where: str) -> Reals:
        """Return signed trust of `count` ties read from `where`, see the module's head.

        Raises
        ------
        DataError
            If a rating lies outside a declared scale.
        """
        if rating is None:
            return np.full(count, self.default_trust)
        size = np.abs(rating)
        given = size[size > 0]
        smallest = self.rating_min or (float(given.min()) if len(given) else 1.0)
        largest = self.rating_max or (float(given.max()) if len(given) else 1.0)
        if len(size) and float(size.max()) > largest:
            raise DataError(Message("networks.rating_range", where=where, size=float(size.max()), largest=largest))
        if smallest >= largest:
            trust = np.full(count, self.default_trust)
        else:
            trust = self.trust_low + (self.trust_high - self.trust_low) * (size - smallest) / (largest - smallest)
        trust = np.where(size == 0, 0.0, np.maximum(trust, 0.0))
        return np.where(rating < 0, -trust, trust)


def layers_by_trust(trust: Reals) -> Bytes:
    """Return the layer of every tie from its signed trust."""
    layer = np.full(len(trust), 3, np.uint8)
    liked = np.flatnonzero(trust > 0)
    if len(liked):
        _, group, many = np.unique(-trust[liked], return_inverse=True, return_counts=True)
        middle = (np.cumsum(many) - 0.5 * many) / len(liked)
        layer[liked] = np.searchsorted(np.asarray(_LAYER_SHARES), middle)[group]
    return layer


def last_of_each(source: Rows, target: Rows, count: int, *, undirected: bool) -> Rows:
    """Return the positions of the last row of every pair, ascending; self loops are left out."""
    a, b = source.astype(np.int64), target.astype(np.int64)
    if undirected:
        a, b = np.minimum(a, b), np.maximum(a, b)
    kept = np.flatnonzero(a != b)
    pairs = (a * count + b)[kept]
    _, from_end = np.unique(pairs[::-1], return_index=True)
    return np.sort(kept[len(kept) - 1 - from_end]).astype(np.int32)
