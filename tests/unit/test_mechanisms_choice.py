"""Choice: every weight pulls its way and, at zero, leaves the same people buying the same things."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.exchange.events import PathKind
from sim.mechanisms.choice import ChoiceParams, decide, weights_of
from sim.verification.quiet import days_of, finished, quiet, saved
from tests.conformance.strategies import Feed, Feeds, Sharers, Terms

PEOPLE = 1_500
NEUTRAL = {"b_trust": 0, "b_quality": 0, "b_need": 0, "b_peers": 0, "b_price": 0, "b_fit": 0, "b_fatigue": 0}


def bought(feed: Feed | None = None, terms: Terms | None = None, days: int = 6, choice: dict[str, Any] | None = None,
           **changes: Any) -> np.ndarray[Any, Any]:
    """Return everybody's orders where a feed shows one offer to all, at even odds but for what is changed."""
    seller = Feeds(offers=(terms or Terms(),), feeds=(feed or Feed(followers=PEOPLE),))
    changes = {"repurchase": {"mode": "always"}} | changes
    spec = quiet(PEOPLE, days, [seller], choice={"mode": "logit"} | NEUTRAL | {"doors": {"feed": -1}} | (choice or {}),
                 **changes)
    return finished(spec).world.people.orders[:, 0].astype(int)


@pytest.mark.parametrize(("weight", "worse", "better"), [
    ("b_trust", {"feed": Feed(followers=PEOPLE, trust=0.2)}, {"feed": Feed(followers=PEOPLE, trust=0.9)}),
    ("b_quality", {"population": {"prior_quality": 0.1}}, {"population": {"prior_quality": 0.9}}),
    ("b_price", {"terms": Terms(price_share=1.0)}, {"terms": Terms(price_share=0.5)}),
    ("b_fit", {"terms": Terms(fit=0.1)}, {"terms": Terms(fit=1.0)}),
    ("b_fatigue", {"attention": {"mode": "all", "fatigue_per_message": 2.0}}, {"attention": {"mode": "all"}}),
])
def test_every_weight_pulls_its_way_and_at_zero_changes_nobody(weight: str, worse: dict[str, Any],
                                                                better: dict[str, Any]) -> None:
    on = {weight: 2.0}
    assert bought(**better, choice=on).sum() > 1.1 * bought(**worse, choice=on).sum()
    assert np.array_equal(bought(**better), bought(**worse))


def test_a_need_helps_and_without_need_or_impulse_nobody_considers() -> None:
    needy = {"mode": "occasions", "need_rate": 0.5, "window": 5}
    assert bought(repurchase=needy, choice={"b_need": 2.0, "impulse": 0}).sum() > bought(
        repurchase=needy, choice={"b_need": 0, "impulse": 0}).sum()
    idle = {"mode": "occasions", "need_rate": 0}
    assert bought(repurchase=idle, choice={"impulse": 0.0}).sum() == 0
    half, whole = (bought(repurchase=idle, days=1, choice={"impulse": p}).sum() for p in (0.5, 1.0))
    assert half == pytest.approx(whole / 2, rel=0.25)


def test_what_is_in_use_is_rarely_considered_again() -> None:
    idle = {"mode": "occasions", "need_rate": 0, "spread": 0}
    common = {"days": 10, "product": {"uses_days": 30}, "repurchase": idle}
    once = bought(**common, choice={"impulse": 1.0, "impulse_in_use": 0.0})
    again = bought(**common, choice={"impulse": 1.0, "impulse_in_use": 0.5})
    assert once.max() == 1
    assert again.max() > 1


def test_peers_who_are_known_to_have_bought_pull(tmp_path: Any) -> None:
    n = PEOPLE // 2
    network = saved(tmp_path, np.arange(n), np.arange(n) + n, PEOPLE)
    seller = Feeds(feeds=(Feed(people=tuple(range(n)), first_day=1, last_day=1, trust=1.0),
                          Feed(people=tuple(range(n, PEOPLE)), first_day=2, trust=0.5)))
    orders = {}
    for b_peers in (0.0, 2.0):
        spec = quiet(PEOPLE, 5, [seller], network=network, repurchase={"mode": "always"},
                     choice={"mode": "logit"} | NEUTRAL | {"b_trust": 40, "b_peers": b_peers, "doors": {"feed": -22}},
                     word_of_mouth={"enabled": True, "constant_rate": 0, "show": (0, 0, 0, 1)})
        state = finished(spec)
        assert (state.world.people.peers[n:, 0] == 1).all()
        orders[b_peers] = state.world.people.orders[n:, 0].sum()
    assert orders[2.0] > 1.3 * orders[0.0]


def test_distrust_enters_with_its_sign(tmp_path: Any) -> None:
    n = PEOPLE // 2
    sharers = Sharers(people=tuple(range(n)))
    orders = {}
    for trust in (0.8, 0.0001, -0.8):
        folder = tmp_path / str(trust)
        folder.mkdir()
        network = saved(folder, np.arange(n), np.arange(n) + n, PEOPLE, trust=trust)
        spec = quiet(PEOPLE, 3, [sharers], network=network, repurchase={"mode": "always"}, attention={"mode": "all"},
                     choice={"mode": "logit"} | NEUTRAL | {"b_trust": 2.0, "doors": {"tie": -1}})
        orders[trust] = finished(spec).world.people.orders[:, 0].sum()
    assert orders[0.8] > orders[0.0001] > orders[-0.8] > 0


def test_doors_are_named_and_in_order() -> None:
    doors, weights = weights_of(ChoiceParams())
    assert len(doors) == len(PathKind) == 7
    assert doors[PathKind.CHAT] == ChoiceParams().doors.chat
    assert weights[-1] == ChoiceParams().nest


def test_one_more_offer_in_the_nest_does_not_reshuffle_who_buys() -> None:
    """Common random numbers: with a second offer whoever bought before still buys."""
    buyers = []
    for n in (1, 2):
        seller = Feeds(offers=(Terms(),) * 2, feeds=tuple(Feed(followers=PEOPLE, offer=k, last_day=0 if k < n else -1)
                                                          for k in range(2)))
        spec = quiet(PEOPLE, 1, [seller], repurchase={"mode": "always"}, choice={"mode": "logit"} | NEUTRAL)
        buyers.append(next(set(day.events.ordered.person.tolist()) for _, day in days_of(spec)))
    assert buyers[0] <= buyers[1]


def test_deciding_is_the_same_in_plain_python() -> None:
    n = 30
    rng = np.random.default_rng(3)
    u = rng.normal(size=(n, 2))
    results = []
    for kernel in (decide, decide.py_func):
        best, sums = u.ravel().copy(), np.full(2 * n, 1 << 32)
        bought_, chance = np.empty(n, np.int64), np.empty(n)
        kernel(np.arange(n, dtype=np.int32), 2, best, sums, 0.3, 0, np.arange(n, dtype=np.uint32), np.uint64(1),
               np.uint64(2), bought_, chance)
        results.append((bought_, chance))
        assert (sums == 0).all()
    assert np.array_equal(results[0][0], results[1][0])
    assert np.array_equal(results[0][1], results[1][1])
    expected = np.exp(0.3 * u).sum(axis=1)
    assert results[0][1] == pytest.approx(expected / (1 + expected), rel=1e-12)
