"""Fulfilment: staff, stock and seats keep orders from being filled, each only while its rule is on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.exchange.events import Reason
from sim.ledger.goods import Place
from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Chats, Deals, Feed, Feeds, Terms

PEOPLE = 300


def first_day(strategy: Any, product: dict[str, Any] | None = None, people: int = PEOPLE, **fulfilment: Any) -> Any:
    """Return (state, day) of day 0, on which everybody orders."""
    spec = quiet(people, 1, [strategy], product=product, fulfilment=fulfilment, attention={"mode": "all"})
    return next(days_of(spec))


def test_without_queues_nobody_waits_for_staff() -> None:
    chats = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=PEOPLE),), servers=(0,))
    assert len(first_day(chats)[1].events.ordered) == 0
    assert len(first_day(chats, queues=False)[1].events.ordered) == PEOPLE


def test_more_staff_more_answers() -> None:
    answered = []
    for servers in (1, 2, 4, 8, 16):
        chats = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=PEOPLE),), servers=(servers,),
                      patience_minutes=(5,))
        _, day = first_day(chats)
        assert set(day.events.unfilled.reason.tolist()) <= {Reason.QUEUE}
        answered.append(len(day.events.ordered))
    assert answered == sorted(answered)
    assert answered[0] < 100
    assert answered[-1] > 280


def test_each_queue_has_its_own_staff() -> None:
    chats = Chats(offers=(Terms(queue=0), Terms(queue=1)), n_queues=2, servers=(0, PEOPLE),
                  patience_minutes=(10.0, 1e9),
                  feeds=tuple(Feed(people=tuple(range(k, PEOPLE, 2)), offer=k, first_day=1) for k in range(2)))
    *_, (_, day) = days_of(quiet(PEOPLE, 2, [chats]))
    assert set(day.events.unfilled.offer.tolist()) == {1}
    assert len(day.events.unfilled) == PEOPLE // 2


@pytest.mark.parametrize("on", [True, False])
def test_stock_limits_what_is_sold_only_while_it_counts(on: bool) -> None:
    state, day = first_day(Feeds(feeds=(Feed(followers=PEOPLE),)), {"stock": 40}, stock=on)
    assert len(day.events.ordered) == (40 if on else PEOPLE)
    assert state.ledger.goods.at(Place.SOLD)[0] == (40 if on else PEOPLE)
    assert state.ledger.goods.at(Place.BRAND_STOCK)[0] == 0
    assert state.ledger.closing("inventory")[0, 0] == 0
    assert state.ledger.goods.made[0] == (40 if on else PEOPLE)


def test_made_to_order_knows_no_limit() -> None:
    _, day = first_day(Feeds(feeds=(Feed(followers=PEOPLE),)))
    assert len(day.events.ordered) == PEOPLE


def test_the_last_units_go_to_anybody_with_equal_chance() -> None:
    """Not to the lowest number: over many seeds everybody gets about as often."""
    got = np.zeros(60)
    for seed in range(120):
        spec = quiet(60, 1, [Feeds(feeds=(Feed(followers=60),))], product={"stock": 15}, seed=seed)
        got[next(days_of(spec))[1].events.ordered.person] += 1
    assert got.sum() == 120 * 15
    spread = (got - 30) / np.sqrt(120 * 0.25 * 0.75)
    assert np.abs(spread).max() < 4.5
    assert abs(np.corrcoef(np.arange(60), got)[0, 1]) < 0.5


def test_a_deal_needs_its_seats_by_its_last_day() -> None:
    for buyers, days_open, filled in ((4, 0, 0), (5, 0, 5), (6, 0, 5), (10, 0, 10)):
        deals = Feeds(offers=(Terms(seats=5),), feeds=(Feed(followers=buyers),))
        _, day = first_day(deals, people=max(buyers, 10), pool_days=days_open)
        assert len(day.events.delivered) == filled
        assert (day.events.unfilled.reason == Reason.POOL).sum() == buyers - filled


def test_a_deal_stays_open_as_long_as_it_may() -> None:
    """Two buyers a day: a deal of three opened on day 1 fills on day 2, if it is still open."""
    feeds = tuple(Feed(people=(2 * k, 2 * k + 1), first_day=k + 1, last_day=k + 1) for k in range(4))
    for pool_days, delivered in ((0, 0), (1, 6)):
        spec = quiet(10, 6, [Feeds(offers=(Terms(seats=3),), feeds=feeds)], fulfilment={"pool_days": pool_days})
        found = [(len(day.events.delivered), len(day.events.unfilled)) for _, day in days_of(spec)]
        assert sum(d for d, _ in found) == delivered
        assert sum(u for _, u in found) == 8 - delivered


def test_an_opened_deal_takes_the_first_orders() -> None:
    deals = Deals(offers=(Terms(seats=4),), feeds=(Feed(followers=10),))
    _, day = first_day(deals, people=10, pool_days=0)
    closed = day.events.pool_closed
    assert closed.pool.tolist() == [0, 1, 2]
    assert closed.success.tolist() == [1, 1, 0]
    assert closed.filled.tolist() == [4, 4, 2]


def test_a_failed_deal_disappoints_a_little() -> None:
    state, _ = first_day(Feeds(offers=(Terms(seats=5),), feeds=(Feed(followers=3),)), people=10, pool_days=0)
    assert np.sort(state.world.people.satisfaction[:, 0])[:3] == pytest.approx([-0.1] * 3)


def test_who_waits_in_a_deal_takes_no_second_seat() -> None:
    """Two people order every day; the deal of three never fills, and on its last day both are refunded."""
    feed = Feed(people=(1, 2), first_day=1)
    spec = quiet(10, 4, [Feeds(offers=(Terms(seats=3),), feeds=(feed,))], fulfilment={"pool_days": 1},
                 repurchase={"mode": "always"})
    days = [day.events for _, day in days_of(spec)]
    assert [len(e.ordered) for e in days] == [0, 2, 0, 2]
    assert [e.pool_closed.filled.tolist() for e in days] == [[], [], [2], []]
    assert days[2].unfilled.reason.tolist() == [Reason.POOL] * 4  # two turned away, two refunded
