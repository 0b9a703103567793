"""Trust under repeated deliveries has the path and the fixed point of domain 2.8, argument shifted by the tolerance.

Switches: `belief.mode: off` holds the expectation E at `population.prior_quality`, so that every
delivery misses it by N(mu, s), mu = quality - E + tolerance; `repurchase.mode: always` with
`choice.mode: certain` gives everybody one delivery a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.verification import formulas
from sim.verification.quiet import ALONE, days_of, quiet, saved
from tests.conformance.strategies import Feed, Feeds

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize(("exaggeration", "tolerance"), [(0.0, 0.0), (0.1, 0.0), (0.3, 0.0), (0.0, 0.1), (0.3, 0.1)])
def test_brand_and_channel_trust_follow_the_closed_form(exaggeration: float, tolerance: float, agree: Any) -> None:
    people, days = 4_000, 60
    u = (tolerance - QUALITY * exaggeration) / NOISE
    spec = deliveries(people, days, QUALITY * (1 + exaggeration), tolerance, Feed(followers=people, trust=0.5))
    from_brand = formulas.trust_path(0.9, GAIN, LOSS, u, days)
    from_channel = formulas.trust_path(0.5, GAIN, LOSS, u, days)
    limit = formulas.trust_fixed_point(GAIN, LOSS, u)
    assert from_brand[-1] == pytest.approx(limit, abs=0.01)
    case = f"exaggeration {exaggeration}, tolerance {tolerance}"
    for state, day in days_of(spec):
        if day.number + 1 in {1, 5, 20, days}:
            k = day.number + 1
            agree(f"brand trust after {k} deliveries, {case}", state.world.people.brand_trust[:, 0], from_brand[k])
            agree(f"channel trust after {k} deliveries, {case}", state.world.audiences.trust[:people], from_channel[k])


def test_after_sales_service_halves_the_loss_and_the_unit_sets_the_pace(agree: Any) -> None:
    people, days, unit = 4_000, 40, 0.3
    spec = deliveries(people, days, QUALITY, 0.0, Feed(followers=people), unit=unit, after_sales=1.0)
    scale = NOISE / unit
    path = formulas.trust_path(0.9, GAIN * scale, LOSS * scale * (1 - 0.6), 0.0, days)
    *_, (state, _) = days_of(spec)
    agree("brand trust with after-sales service, twice the unit", state.world.people.brand_trust[:, 0], path[-1])


def test_trust_of_ties_and_distrust(tmp_path: Path, agree: Any) -> None:
    """Pairs: the even person adopts and speaks every day; the odd one buys through the tie every day."""
    pairs, days = 3_000, 40
    speaker = np.arange(pairs) * 2
    trust = np.where(np.arange(pairs) % 2 == 0, 0.8, -0.8)
    network = saved(tmp_path, speaker, speaker + 1, pairs * 2, trust=trust)
    u = 0.1 / NOISE
    talk = {"enabled": True, "constant_rate": 1.0, "contact": (0, 0, 0, 1), "days": 30_000}
    feed = Feed(people=tuple(speaker.tolist()))
    spec = deliveries(pairs * 2, days, QUALITY, 0.1, feed, network=network, word_of_mouth=talk)
    told = 0
    sizes = np.full(pairs, 0.8)
    for state, day in days_of(spec):
        ordered = day.events.ordered
        through = ordered.path_row[(ordered.path_kind == 5)]
        told += np.bincount(through, minlength=pairs)
        sizes = state.world.ties.trust().astype(float)
    # A speaker who is disappointed on a day tells no one to buy the next day, so deliveries differ by pair.
    assert 10 < told.mean() < days
    liked = trust > 0
    path = formulas.trust_path(0.8, GAIN, LOSS, u, days)
    agree("trust of ties along orders", sizes[liked] - path[told[liked]], 0.0)
    # Distrust is the mirror image: what pleases makes it smaller, what disappoints greater.
    mirrored = formulas.trust_path(0.8, LOSS, GAIN, -u, days)
    agree("size of distrust along orders", -sizes[~liked] - mirrored[told[~liked]], 0.0)
    assert (np.sign(sizes) == np.sign(trust)).all()
