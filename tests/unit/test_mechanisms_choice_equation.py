"""Utility, nests, the decision and the race by hand: every term of the equation on a few rows, to the last digits."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.core.draws import uniform
from sim.exchange.events import PathKind
from sim.mechanisms.choice import _NOT_MET, Choices, add_up, decide, encounter_index, race, utilities, with_certain
from sim.mechanisms.encounters import begun
from sim.verification.quiet import days_of, quiet
from sim.world.calendar import CalendarParams
from tests.conformance.strategies import Feed, Feeds

DOORS = np.array([-7.9, -7.0, -4.7, -5.4, -5.5, -6.0, -3.0])
WEIGHTS = np.array([2.0, 1.5, 1.7, 0.4, 2.2, 0.8, 0.3, 0.25])
KEEP = 0.8 ** np.arange(10)
DAY, KEY = 20, 7


def utility(*, impulse: float = 1.0, **facts: Any) -> float:
    """Return U / mu of one encounter of person 1 with product 1 of two, sold by brand 1 of two; `facts` differ from plain ones."""
    f = {"kind": 2, "trust": 0.5, "sure": False, "price": 90, "reference": 100, "fit": 0.6, "belief": 0.7, "brand_trust": 0.2,
         "peers": 3, "price_factor": 1.25, "fatigue": 2.0, "fatigue_day": DAY - 2, "buzz": 0.5, "buzz_day": DAY - 3,
         "open_until": DAY, "in_use_until": DAY, "in_use": 0.0} | facts
    out = np.empty(1)

    def held(value: float, kind: type, other: float) -> Any:
        """The person's own cell among neighbours that must not be read."""
        table = np.full((2, 2), other, kind)
        table[1, 1] = value
        return table

    utilities(np.array([1], np.int32), np.array([0], np.int32), np.array([f["kind"]], np.int8),
              np.array([f["trust"]], np.float32), np.array([f["sure"]]), np.array([5, 6], np.uint32), np.array([9]),
              np.array([1]), np.array([f["price"]]), np.array([f["reference"]]), np.array([f["fit"]]), np.array([0, 1]), DOORS, WEIGHTS,
              held(f["belief"], np.float32, 0.1), held(f["brand_trust"], np.float32, 0.9), held(f["peers"], np.uint16, 9),
              np.array([9.0, f["price_factor"]], np.float32), np.array([9.0, f["fatigue"]], np.float32),
              np.array([0, f["fatigue_day"]], np.int16), KEEP, held(f["buzz"], np.float32, 9.0),
              held(f["buzz_day"], np.int16, 0), KEEP, held(f["open_until"], np.int16, -1),
              held(f["in_use_until"], np.int16, -1), DAY, impulse, f["in_use"], np.uint64(KEY), out)
    return float(out[0])


def test_utility_is_the_sum_of_its_terms() -> None:
    terms = (-4.7, 2.0 * 0.5, 1.5 * 0.7, 1.7, 0.4 * math.log(4), -2.2 * 1.25 * math.log(0.9), 0.8 * math.log(0.6),
             -0.3 * 2.0 * 0.8**2, 0.5 * 0.8**3)
    assert utility() * 0.25 == pytest.approx(sum(terms), rel=1e-6)


@pytest.mark.parametrize(("facts", "gain"), [
    ({"kind": 6}, 1.7), ({"trust": -0.5}, -2.0), ({"trust": float("nan")}, 2.0 * (0.2 - 0.5)), ({"belief": 0.9}, 0.3),
    ({"peers": 0}, -0.4 * math.log(4)), ({"price": 100}, 2.2 * 1.25 * math.log(0.9)),
    ({"price": 110}, -2.2 * 1.25 * (math.log(1.1) - math.log(0.9))), ({"fit": 1.0}, -0.8 * math.log(0.6)),
    ({"fatigue_day": DAY}, -0.6 * (1 - 0.64)), ({"fatigue_day": DAY - 500}, -0.6 * (0.8**9 - 0.64)),
    ({"buzz": -0.5}, -(0.8**3)), ({"buzz_day": DAY - 500}, 0.5 * (0.8**9 - 0.8**3)), ({"buzz_day": DAY}, 0.5 * (1 - 0.8**3)),
    ({"open_until": DAY - 1, "sure": True}, -1.7), ({"sure": True}, 0.0)])
def test_every_term_moves_utility_by_what_the_equation_says(facts: dict[str, Any], gain: float) -> None:
    assert (utility(**facts) - utility()) * 0.25 == pytest.approx(gain, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(("facts", "considered"), [
    ({}, True),  # a need that is open to the end of this very day
    ({"open_until": DAY - 1}, False),  # in use up to and including today
    ({"open_until": DAY - 1, "in_use": 1.0, "impulse": 0.0}, True),
    ({"open_until": DAY - 1, "in_use_until": DAY - 1}, True),
    ({"open_until": DAY - 1, "in_use_until": DAY - 1, "impulse": 0.0, "in_use": 1.0}, False),
    ({"open_until": DAY - 1, "sure": True, "impulse": 0.0}, True),
    ({"fit": 1e-9}, False), ({"fit": 1e-9, "sure": True}, False), ({"fit": 2e-9}, True)])
def test_who_considers_an_offer(facts: dict[str, Any], considered: bool) -> None:
    assert (utility(**facts) != _NOT_MET) is considered


def test_a_whim_is_a_draw_of_person_offer_and_door() -> None:
    lot = float(uniform(np.uint64(KEY), encounter_index(6, 9, 2)))
    closed = {"open_until": DAY - 1, "in_use_until": DAY - 1}
    assert utility(**closed, impulse=lot + 1e-9) != _NOT_MET
    assert utility(**closed, impulse=lot) == _NOT_MET


PERSON = np.array([2, 0, 2, 2, 0, 1], np.int32)
OFFER = np.array([0, 0, 1, 2, 2, 0], np.int32)
KIND = np.array([1, 1, 2, 3, 3, 1], np.int8)
PRODUCT = np.array([0, 0, 1])
U = np.array([0.5, -1.0, 1.5, 0.2, -0.4, _NOT_MET])
"""Person 2 met two offers of product 0 and one of product 1, person 0 one of each, person 1 considers nothing."""


def summed() -> tuple[Any, Any, Any]:
    best, sums, mark = np.full(6, 99.0), np.zeros(6, np.int64), np.zeros(3, np.uint8)
    seen = np.zeros(3, np.int32)
    count = add_up(PERSON, OFFER, PRODUCT, U, 2, best, sums, seen, mark)
    assert seen[:count].tolist() == [2, 0]
    assert not mark.any()
    return np.sort(seen[:count]), best, sums


def test_a_nest_adds_up_its_offers_relative_to_the_best() -> None:
    who, best, sums = summed()
    assert who.tolist() == [0, 2]
    assert best.tolist() == [-1.0, -0.4, 99.0, 99.0, 1.5, 0.2]
    assert sums / 2**32 == pytest.approx([1, 1, 0, 0, 1 + math.exp(-1.0), 1], abs=1e-9)


@pytest.mark.parametrize("certain", [False, True])
def test_the_decision_is_two_draws_against_the_nests(certain: bool) -> None:
    """With dissimilarity mu the odds of buying are sum_p (sum_e e^U/mu)^mu, and a product's share its own term of it."""
    mu, uid = 0.3, np.array([4, 5, 6], np.uint32)
    terms = {0: [math.exp(-mu), math.exp(-0.4 * mu)],
             2: [(math.exp(0.5) + math.exp(1.5)) ** mu, math.exp(0.2 * mu)]}
    found = set()
    for key in range(400):
        who, best, sums = summed()
        bought, chance = np.empty(2, np.int64), np.empty(2)
        decide(who, 2, best, sums, mu, certain, uid, np.uint64(key), np.uint64(key + 1000), bought, chance)
        assert sums.tolist() == [0] * 6
        assert best.tolist() == [0, 0, 99, 99, 0, 0]
        for k, i in enumerate(who.tolist()):
            total = sum(terms[i])
            assert chance[k] == pytest.approx(1.0 if certain else total / (1 + total), rel=1e-8)
            buys = float(uniform(np.uint64(key), np.int64(uid[i]))) < chance[k]
            first = float(uniform(np.uint64(key + 1000), np.int64(uid[i]))) * total <= terms[i][0]
            assert bought[k] == ((0 if first else 1) if buys else -1)
            found.add((i, int(bought[k])))
    assert found >= {(0, 0), (0, 1), (2, 0), (2, 1)}


def test_the_race_within_a_nest_follows_the_shares_of_utility() -> None:
    """The one with utility greater by 1 wins e / (1 + e) of the races; the other product's offer never does."""
    uid, row_key, name = np.array([4, 5, 6], np.uint32), np.arange(6), np.array([11, 12, 13])
    people, bought, row = np.array([0, 2], np.int32), np.array([-1, 0]), np.arange(6) + 40
    belief, product_of, score, wins = np.arange(6).reshape(3, 2) / 8, np.full(3, -1, np.int16), np.zeros(3), []
    for key in range(600):
        winner, out, expectation = np.full(3, -1, np.int32), np.empty((5, 2), np.int64), np.empty(2)
        assert race(people, bought, PERSON, OFFER, KIND, row, row_key, U, name, PRODUCT, uid, belief, np.uint64(key), product_of,
                    score, winner, out, expectation) == 1
        assert winner[:2].tolist() == [-1, -1]
        won = int(winner[2])
        assert out[:, 0].tolist() == [2, 0, OFFER[won], KIND[won], row[won]]
        assert expectation[0] == belief[2, 0]
        assert (product_of.tolist(), score.tolist()) == ([-1] * 3, [0.0] * 3)
        wins.append(won)
    assert set(wins) == {0, 2}
    share = math.e / (1 + math.e)
    assert wins.count(2) / 600 == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 600))


@pytest.mark.parametrize("need", [0.0, 1.0, 4.0])
def test_the_season_is_so_many_occasions_for_a_whim(need: float) -> None:
    people = 1_000
    spec = quiet(people, 1, [Feeds(feeds=(Feed(followers=people),))], choice={"impulse": 0.2},
                 repurchase={"mode": "occasions", "need_rate": 0}).model_copy(
        update={"calendar": CalendarParams(weekday_need=(need,) * 7)})
    ((_, day),) = days_of(spec)
    share = 1 - 0.8**need
    assert len(day.events.ordered) / people == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / people))


def test_a_purchase_that_needs_no_decision_takes_the_place_of_the_same_one_only() -> None:
    """Persons 1 and 3 chose; the clock of person 3 rings for the product they chose, that of person 1 for the other."""
    world = SimpleNamespace(products=range(2), offers=SimpleNamespace(product=np.array([0, 1, 0])),
                            people=SimpleNamespace(belief=np.arange(8).reshape(4, 2) / 10))
    chosen = Choices(np.array([1, 3]), np.array([0, 1]), np.array([2, 1]), np.array([2, 3]), np.array([50, 60]),
                     np.array([0.2, 0.7]), np.array([True, True, False]), np.array([0.5, 0.6]))
    rung = [begun(np.array(who, np.int32), 1, int(PathKind.MEMORY), -1, np.nan, 0) for who in ([3, 0], [1])]
    found = with_certain(world, chosen, rung)
    rows = zip(*(getattr(found, name).tolist() for name in ("person", "product", "offer", "kind", "row", "expectation")), strict=True)
    memory = int(PathKind.MEMORY)
    assert list(rows) == [(0, 1, 1, memory, -1, 0.1), (1, 0, 2, 2, 50, 0.2), (1, 1, 1, memory, -1, 0.3), (3, 1, 1, memory, -1, 0.7)]
    assert with_certain(world, chosen, []) is chosen
