"""Belief is the precision-weighted mean of what is heard and lived, capped a source; distrust weighs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.mechanisms.belief import CLAIM, OWN, TALK, BeliefParams, learn
from sim.model.state import start
from sim.verification.quiet import finished, quiet
from tests.conformance.strategies import Feed, Feeds, Terms

if TYPE_CHECKING:
    from sim.world.state import World

PRIOR, WEIGHT = 0.5, 2.0


@pytest.fixture
def world() -> World:
    """Return a world of ten people who know nothing yet."""
    return start(quiet(10, 1), 0).world


def tell(world: World, source: int, message: float, trust: float = 1.0, signals: int = 1, person: int = 0,
         **params: Any) -> float:
    learn(world, source, np.full(signals, person, np.int32), np.zeros(signals, np.int64),
          np.full(signals, trust, np.float32), np.full(signals, message), BeliefParams(**params))
    return float(world.people.belief[person, 0])


@pytest.mark.parametrize(("source", "precision"), [(CLAIM, 1.2), (TALK, 2.0), (OWN, 20.0)])
def test_one_signal_weighs_its_precision_times_trust(world: World, source: int, precision: float) -> None:
    weight = precision * 0.5
    assert tell(world, source, 0.9, trust=0.5) == pytest.approx((WEIGHT * PRIOR + weight * 0.9) / (WEIGHT + weight))


def test_the_order_of_sources_does_not_matter(world: World) -> None:
    for person, order in enumerate([(CLAIM, TALK, OWN), (OWN, CLAIM, TALK), (TALK, OWN, CLAIM)]):
        for source in order:
            tell(world, source, {CLAIM: 0.9, TALK: 0.3, OWN: 0.6}[source], person=person)
    expected = (2 * 0.5 + 1.2 * 0.9 + 2 * 0.3 + 20 * 0.6) / 25.2
    assert world.people.belief[:3, 0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("trust", [0.0, -0.3, -1.0])
def test_distrust_weighs_nothing(world: World, trust: float) -> None:
    assert tell(world, TALK, 1.0, trust=trust) == PRIOR


def test_a_thousand_claims_weigh_no_more_than_the_cap(world: World) -> None:
    for _ in range(1000):
        last = tell(world, CLAIM, 1.0)
    assert world.people.claim_precision[0, 0] == pytest.approx(12.0)
    assert last == pytest.approx((2 * 0.5 + 12 * 1.0) / 14, rel=1e-5)
    assert tell(world, OWN, 0.2) == pytest.approx((2 * 0.5 + 12 * 1.0 + 20 * 0.2) / 34, rel=1e-5)
    assert tell(world, CLAIM, 1.0) == pytest.approx((2 * 0.5 + 12 * 1.0 + 20 * 0.2) / 34, rel=1e-5)


def test_without_a_cap_repetition_goes_on_persuading(world: World) -> None:
    capped = tell(world, CLAIM, 1.0, signals=1000)
    assert tell(world, CLAIM, 1.0, signals=1000, person=1, claim_cap=1e6) > capped + 0.05


def test_off_nobody_learns(world: World) -> None:
    assert tell(world, OWN, 1.0, mode="off") == PRIOR
    assert world.people.own_precision.sum() == 0


def test_several_signals_of_a_day_are_one_mean(world: World) -> None:
    learn(world, TALK, np.zeros(3, np.int32), np.zeros(3, np.int64), np.array([1.0, 0.5, -0.9], np.float32),
          np.array([0.2, 0.8, 0.0]), BeliefParams())
    assert world.people.belief[0, 0] == pytest.approx((2 * 0.5 + 2 * 0.2 + 1 * 0.8) / 5, rel=1e-6)


def test_exaggeration_raises_belief_and_an_own_delivery_corrects_it() -> None:
    beliefs = {}
    for claim in (0.72, 1.0):
        seller = Feeds(offers=(Terms(claim=claim),), feeds=(Feed(followers=300, trust=0.8, visibility=1.0),))
        told = finished(quiet(300, 10, [seller], belief={"mode": "learning"},
                              choice={"mode": "logit", "doors": {"feed": -50}}))
        lived = finished(quiet(300, 10, [seller], belief={"mode": "learning"}))
        beliefs[claim] = (told.world.people.belief[:, 0].mean(), lived.world.people.belief[:, 0].mean())
    assert beliefs[1.0][0] > beliefs[0.72][0] + 0.1
    assert beliefs[1.0][1] < beliefs[1.0][0] - 0.05  # who bought knows better
