"""Deliveries move trust by the signed, loss-weighted rule: path and fixed point are known (domain 2.8).

Switches: every day a delivery of known quality with normal noise (`experience.noise`), `repurchase: always`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.verification import formulas
from sim.verification.check import Check, near, require
from sim.verification.quiet import ALONE, days_of, finished, hand_made, quiet
from sim.verification.scripted import Feed, Feeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.records.verification import Figure
    from sim.scenario.spec import ScenarioSpec

QUALITY, NOISE, GAIN, LOSS = 0.7, 0.15, 0.1, 0.25


def deliveries(people: int, days: int, expected: float, tolerance: float, feed: Feed, *, unit: float = NOISE,
               after_sales: float = 0.0, **changes: Any) -> ScenarioSpec:
    """Return a scenario in which everybody in the feed gets a delivery a day."""
    return quiet(
        people, days, [Feeds(feeds=(feed,))], network=changes.pop("network", ALONE), product={"quality": QUALITY},
        population={"prior_quality": expected, "brand_trust": 0.9},
        experience={"noise": NOISE, "tolerance": tolerance, "unit": unit, "trust_gain": GAIN, "trust_loss": LOSS,
                    "after_sales": after_sales, "after_sales_effect": 0.6, "moves_trust": True},
        repurchase={"mode": "always"}, **changes)


def path(seed: int) -> Iterator[Figure]:
    """Trust in the brand and in the channel after so many deliveries, honest and exaggerated."""
    people, days = 4_000, 60
    for x, tolerance in ((0.0, 0.0), (0.1, 0.0), (0.3, 0.0), (0.0, 0.1), (0.3, 0.1)):
        u = (tolerance - QUALITY * x) / NOISE
        feed = Feed(followers=people, trust=0.5)
        spec = deliveries(people, days, QUALITY * (1 + x), tolerance, feed, seed=seed)
        from_brand = formulas.trust_path(0.9, GAIN, LOSS, u, days)
        from_channel = formulas.trust_path(0.5, GAIN, LOSS, u, days)
        require(abs(from_brand[-1] - formulas.trust_fixed_point(GAIN, LOSS, u)) <= 0.01, "the path has not settled")
        for state, day in days_of(spec):
            k = day.number + 1
            if k in {1, 5, 20, days}:
                case = f"x = {x}, tolerance {tolerance}"
                yield near(f"T₀ = 0.9, {case}, k = {k}", state.world.people.brand_trust[:, 0], from_brand[k])
                yield near(f"T₀ = 0.5, {case}, k = {k}", state.world.audiences.trust[:people], from_channel[k])


def fixed_point(seed: int) -> Iterator[Figure]:
    """Where trust settles after very many deliveries, by how much the offer exaggerates."""
    people, days = 3_000, 160
    for x in (0.0, 0.1, 0.3):
        u = -QUALITY * x / NOISE
        spec = deliveries(people, days, QUALITY * (1 + x), 0.0, Feed(followers=people), seed=seed)
        yield near(f"x = {x}", finished(spec).world.people.brand_trust[:, 0], formulas.trust_fixed_point(GAIN, LOSS, u))


def after_sales(seed: int) -> Iterator[Figure]:
    """After-sales service softens the loss; the unit of disappointment sets the pace."""
    people, days, unit, effect = 4_000, 40, 0.3, 0.6
    spec = deliveries(people, days, QUALITY, 0.0, Feed(followers=people), unit=unit, after_sales=1.0, seed=seed)
    scale = NOISE / unit
    expected = formulas.trust_path(0.9, GAIN * scale, LOSS * scale * (1 - effect), 0.0, days)
    yield near(f"effect {effect}, unit {unit}, k = {days}", finished(spec).world.people.brand_trust[:, 0], expected[-1])


def ties(seed: int) -> Iterator[Figure]:
    """Pairs: the even person adopts and speaks every day; the odd one buys through the tie every day."""
    pairs, days = 3_000, 40
    speaker = np.arange(pairs) * 2
    trust = np.where(np.arange(pairs) % 2 == 0, 0.8, -0.8)
    u = 0.1 / NOISE
    talk = {"enabled": True, "constant_rate": 1.0, "contact": (0, 0, 0, 1), "days": 30_000}
    told, sizes = np.zeros(pairs), np.full(pairs, 0.8)
    with hand_made(speaker, speaker + 1, pairs * 2, trust=trust) as network:
        feed = Feed(people=tuple(speaker.tolist()))
        spec = deliveries(pairs * 2, days, QUALITY, 0.1, feed, network=network, word_of_mouth=talk, seed=seed)
        for state, day in days_of(spec):
            ordered = day.events.ordered
            told += np.bincount(ordered.path_row[ordered.path_kind == 5], minlength=pairs)
            sizes = state.world.ties.trust().astype(float)
    # A speaker who is disappointed on a day tells no one to buy the next day, so deliveries differ by pair.
    require(10 < told.mean() < days, "deliveries along ties are too few or too many")
    require((np.sign(sizes) == np.sign(trust)).all(), "trust has changed its sign")
    liked, count = trust > 0, told.astype(np.int64)
    along = formulas.trust_path(0.8, GAIN, LOSS, u, days)
    yield near("T₀ = +0.8: mean of T(k) - E T(k)", sizes[liked] - along[count[liked]], 0.0)
    # Distrust is the mirror image: what pleases makes it smaller, what disappoints greater.
    mirrored = formulas.trust_path(0.8, LOSS, GAIN, -u, days)
    yield near("T₀ = -0.8: mean of |T(k)| - E |T(k)|", -sizes[~liked] - mirrored[count[~liked]], 0.0)


_PSI = "ψ(u) = φ(u) + u·Φ(u)"
CHECKS = (
    Check("trust_path", f"E T(k+1) = E T(k) + η₊ψ(u)(1 - E T(k)) - η₋ψ(-u)·E T(k), {_PSI}, u = (tolerance - q·x)/σ",
          ("Slovic1993", "TverskyKahneman1992"), path),
    Check("trust_fixed_point", f"T* = η₊ψ(u) / (η₊ψ(u) + η₋ψ(-u)), {_PSI}, u = -q·x/σ",
          ("Slovic1993", "TverskyKahneman1992"), fixed_point),
    Check("trust_after_sales", "as trust_path with η₋ → η₋(1 - effect), and both in units of `unit`/σ",
          ("Slovic1993", "Oliver1980"), after_sales),
    Check("trust_of_ties", "as trust_path along a tie by its k deliveries; distrust: the mirror image, η₊ and η₋ changed over",
          ("Slovic1993", "Kumar2016"), ties),
)
