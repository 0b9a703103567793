"""Queueing: whoever chats takes staff time, whatever comes of it, and an order needs its chat answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.exchange.events import PathKind, Reason
from sim.mechanisms.queueing import draw_chats, serve
from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Chats, Feed, Terms, contacts

PEOPLE = 300
OPEN = {"repurchase": {"mode": "always"}}


def chats(*feeds: Feed, **changes: Any) -> Chats:
    """Everybody in the contacts is written to every day."""
    return Chats(offers=(Terms(queue=0),), feeds=feeds, **({"servers": (3,), "writes": True} | changes))


def day_of(strategy: Chats, number: int = 1, people: int = PEOPLE, **mechanisms: Any) -> Any:
    """Return the events of a day on which everybody considers what they are told."""
    spec = quiet(people, number + 1, [strategy], **(OPEN | mechanisms))
    return list(days_of(spec))[number][1].events


def members() -> Feed:
    return contacts(*range(PEOPLE))


def test_chats_take_staff_time_whether_or_not_they_end_in_an_order() -> None:
    unwilling = {"choice": {"mode": "logit", "doors": {"chat": -50}}}
    bought, only_asked = day_of(chats(members())), day_of(chats(members()), **unwilling)
    assert len(only_asked.ordered) == len(only_asked.unfilled) == 0
    for name in ("person", "offer", "queue", "arrival_minute", "wait_minutes", "answered"):
        assert np.array_equal(getattr(bought.chatted, name), getattr(only_asked.chatted, name)), name
    assert len(bought.chatted) == PEOPLE
    assert 0 < np.count_nonzero(bought.chatted.answered == 0) < PEOPLE


def test_idle_talk_delays_those_who_would_buy() -> None:
    """A hundred buy through a feed; the same hundred wait longer beside two hundred who only ask."""
    buyers = Feed(people=tuple(range(100)))
    askers = contacts(*range(100, PEOPLE))
    choosy = {"choice": {"mode": "logit", "doors": {"chat": -50, "feed": 50}}}
    alone, beside = day_of(chats(buyers), **choosy), day_of(chats(buyers, askers), **choosy)
    assert (len(alone.chatted), len(beside.chatted)) == (100, PEOPLE)
    assert len(beside.ordered) < len(alone.ordered) <= 100
    mine = beside.chatted.person < 100
    assert beside.chatted.wait_minutes[mine].mean() > alone.chatted.wait_minutes.mean()


def test_an_order_is_lost_with_its_chat_and_with_no_other() -> None:
    events = day_of(chats(Feed(people=tuple(range(PEOPLE)))))
    lost = events.chatted.person[events.chatted.answered == 0]
    assert 0 < len(lost) < PEOPLE
    assert np.array_equal(np.sort(lost), np.sort(events.unfilled.person))
    assert set(events.unfilled.reason.tolist()) == {Reason.QUEUE}
    assert np.array_equal(np.sort(events.chatted.person[events.chatted.answered == 1]), np.sort(events.ordered.person))


def test_a_person_chats_once_with_a_queue_and_day() -> None:
    """Written to, and buying through a feed: one chat."""
    feed = Feed(followers=PEOPLE)
    events = day_of(chats(members(), feed), choice={"mode": "logit", "doors": {"chat": 0, "feed": 50}})
    assert np.array_equal(np.sort(events.chatted.person), np.arange(PEOPLE))
    assert set(events.ordered.path_kind.tolist()) == {PathKind.FEED}


def test_two_queues_are_two_chats() -> None:
    other = chats(members(), id="other", servers=(0,))
    *_, (_, day) = days_of(quiet(PEOPLE, 2, [chats(members()), other], **OPEN))
    assert np.bincount(day.events.chatted.queue).tolist() == [PEOPLE, PEOPLE]
    assert not day.events.chatted.answered[day.events.chatted.queue == 1].any()
    assert day.events.chatted.answered.any()


def test_with_queues_off_everybody_is_answered_at_once() -> None:
    for servers in (0, 3):
        events = day_of(chats(members(), servers=(servers,)), fulfilment={"queues": False})
        assert len(events.chatted) == len(events.ordered) == PEOPLE
        assert events.chatted.answered.all()
        assert not events.chatted.wait_minutes.any()


def test_without_staff_people_wait_for_nothing() -> None:
    events = day_of(chats(members(), servers=(0,)))
    assert not events.chatted.answered.any()
    assert events.chatted.wait_minutes.mean() > 1
    assert len(events.ordered) == 0


def test_nobody_waits_after_closing() -> None:
    events = day_of(chats(members(), close_minute=200, patience_minutes=(1e6,)))
    told = events.chatted
    assert (np.diff(told.arrival_minute) >= 0).all()
    assert told.arrival_minute.min() > 0
    assert (told.arrival_minute + told.wait_minutes).max() == pytest.approx(200)
    assert ((told.arrival_minute + told.wait_minutes)[told.answered == 1] < 200).all()


def test_outbound_messages_that_nobody_considers_take_no_time() -> None:
    events = day_of(chats(members()), repurchase={"mode": "off"}, choice={"impulse": 0.0})
    assert len(events.chatted) == 0


def test_an_offer_without_a_queue_needs_no_chat() -> None:
    plain = Chats(offers=(Terms(),), feeds=(members(),), servers=(0,), writes=True)
    events = day_of(plain)
    assert len(events.chatted) == 0
    assert len(events.ordered) == PEOPLE


NOBODY = np.empty(0, np.int64)


def test_serving_is_first_come_first_served_and_nobody_is_served_after_closing() -> None:
    arrival = [0.0, 1.0, 2.0, 39.0, 50.0]
    times = np.array([arrival, [10.0, 10.0, 10.0, 1.0, 1.0], [0.1, 20.0, 5.0, 9.0, 1.0]])[:, ::-1].copy()
    turn, told = np.arange(5)[::-1].copy(), np.zeros((4, 5), np.int64)
    told[0] = range(5)
    chats, minutes = np.empty((4, 5), np.int64), np.empty((2, 5))
    for kernel in (serve, serve.py_func):
        for opens, answered, waited in ((0.0, [1, 1, 0, 1, 0], [0.0, 9.0, 5.0, 0.0, 0.0]), (45.0, [0] * 5, [0.1, 20.0, 5.0, 1.0, 0.0])):
            staff = np.array([[1.0, opens, 40.0, 8.0, 12.0]])
            kernel(turn, told, times, staff, True, np.empty(1), NOBODY, NOBODY, NOBODY, np.zeros(5, np.int64), 1, NOBODY, chats, minutes)  # noqa: FBT003
            assert chats[3].tolist() == answered
            assert minutes.tolist() == [arrival, waited]


def test_chats_arrive_in_the_opening_hours() -> None:
    n = 5_000
    told, times = np.empty((4, n), np.int64), np.empty((3, n))
    people, only, taken, staff = np.arange(n), np.zeros(n, np.int64), np.full(n, -1), np.array([[3, 540.0, 1020.0, 8.0, 12.0]])
    found = draw_chats(people, only, taken, NOBODY, NOBODY, np.zeros(1, np.int64), people.astype(np.uint32), staff,
                       np.array([3], np.uint64), np.zeros(n, np.int64), told, times)
    arrival, service, patience = times
    assert found == n
    assert 540 < arrival.min() < arrival.max() < 1020
    assert service.mean() == pytest.approx(8, abs=4 * 8 / np.sqrt(n))
    assert patience.mean() == pytest.approx(12, abs=4 * 12 / np.sqrt(n))
    assert abs(np.corrcoef(service, patience)[0, 1]) < 4 / np.sqrt(n)


def test_contacts_to_whom_nobody_writes_begin_no_chat_by_themselves() -> None:
    assert len(day_of(chats(members(), writes=False)).chatted) == 0


def test_a_post_among_contacts_is_no_chat_but_an_order_through_it_needs_one() -> None:
    posted = chats(Feed(kind="contacts", owned=True, people=tuple(range(PEOPLE))), writes=False, servers=(PEOPLE,))
    unwilling = {"choice": {"mode": "logit", "doors": {"feed": -50}}}
    assert len(day_of(posted, **unwilling).chatted) == 0
    events = day_of(posted)
    assert len(events.chatted) == PEOPLE
    assert set(events.ordered.path_kind.tolist()) == {PathKind.FEED}
