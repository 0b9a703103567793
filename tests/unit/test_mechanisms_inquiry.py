"""Inquiry: contacts ask on the day a need opens, once, the sellers they know, and only those they can reach."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.exchange.events import PathKind
from sim.model.schedule import step
from sim.model.state import start
from sim.verification.quiet import days_of, quiet
from sim.world.audiences import MUTED
from tests.conformance.strategies import Chats, Feed, Feeds, Terms, contacts

PEOPLE = 400
NEEDY: dict[str, Any] = {"repurchase": {"need_rate": 0.2, "mean_interest": 0.5, "memory": 0}}


def counter(*feeds: Feed, **changes: Any) -> Chats:
    return Chats(offers=(Terms(queue=0),), feeds=feeds or (contacts(*range(PEOPLE)),),
                 **({"servers": (PEOPLE,), "patience_minutes": (1e9,)} | changes))


def opened_on(state: Any, day: int) -> set[int]:
    """Return those whose occasion falls on a day to come."""
    return set(np.flatnonzero(state.world.agendas[0].day == day).tolist())


def test_who_asks_is_whose_need_opens_today() -> None:
    state = start(quiet(PEOPLE, 12, [counter()], inquiry={"ask": 1.0}, **NEEDY), 0)
    step(state)
    seen = 0
    for day in range(1, 12):
        expected = opened_on(state, day)
        told = step(state).events
        assert set(told.chatted.person.tolist()) == expected
        assert set(told.ordered.path_kind.tolist()) <= {PathKind.CHAT}
        seen += len(expected)
    assert seen > 100


def test_the_chance_to_ask_is_the_parameter() -> None:
    for ask in (0.2, 0.8):
        asked = opened = 0
        state = start(quiet(PEOPLE, 30, [counter()], inquiry={"ask": ask}, **NEEDY), 0)
        for day in range(30):
            people = opened_on(state, day) if day else set()
            told = step(state).events.chatted
            opened += len(people)
            asked += len(told)
        assert opened > 300
        assert abs(asked / opened - ask) < 4 * math.sqrt(ask * (1 - ask) / opened)


def asked_in(strategy: Any, muted: tuple[int, ...] = (), shocks: tuple[Any, ...] = (), **mechanisms: Any) -> set[int]:
    state = start(quiet(PEOPLE, 15, [strategy], shocks=shocks, inquiry={"ask": 1.0} | mechanisms.pop("inquiry", {}),
                        **(NEEDY | mechanisms)), 0)
    asked: set[int] = set()
    for _ in range(15):
        if muted and state.day == 1:
            state.world.audiences.state[np.isin(state.world.audiences.person, muted)] = MUTED
        asked |= set(step(state).events.chatted.person.tolist())
    return asked


def test_nobody_asks_a_seller_they_muted_or_one_that_is_banned_or_no_contact_of_theirs() -> None:
    everybody = asked_in(counter())
    assert len(everybody) > 150
    assert asked_in(counter(), muted=tuple(range(0, PEOPLE, 2))) == {i for i in everybody if i % 2}
    half = counter(contacts(*range(0, PEOPLE, 2)))
    assert asked_in(half) == {i for i in everybody if i % 2 == 0}
    ban = ({"kind": "account_ban", "day": 0, "share": 1},)
    assert asked_in(counter(), shocks=ban) == set()
    assert asked_in(counter(), inquiry={"enabled": False}) == set()
    assert asked_in(counter(Feed(kind="group", owned=True, people=tuple(range(PEOPLE)), items=0.0))) == set()
    assert asked_in(counter(Feed(kind="contacts", people=tuple(range(PEOPLE)), items=0.0))) == set()


def test_where_needs_never_open_nobody_asks() -> None:
    for mode in ("always", "off"):
        assert asked_in(counter(), repurchase=NEEDY["repurchase"] | {"mode": mode}) == set()


def test_the_contact_is_the_path_and_its_trust_decides() -> None:
    orders = []
    for trust in (0.1, 0.9):
        strategy = counter(contacts(*range(PEOPLE), trust=trust))
        spec = quiet(PEOPLE, 20, [strategy], inquiry={"ask": 1.0}, choice={"mode": "logit", "doors": {"chat": -4}}, **NEEDY)
        count = 0
        for state, day in days_of(spec):
            ordered = day.events.ordered
            assert np.array_equal(state.world.audiences.person[ordered.path_row], ordered.person)
            count += len(ordered)
        orders.append(count)
    assert orders[1] > 1.3 * orders[0] > 0


def test_who_knows_two_sellers_may_ask_both_and_luck_does_not_depend_on_the_other() -> None:
    spec = quiet(PEOPLE, 15, [counter(), counter(id="other")],
                 inquiry={"ask": 0.5}, **NEEDY)
    first, both = set(), 0
    for state, day in days_of(spec):
        told = day.events.chatted
        mine = told.queue == state.seats[0].queues[0]
        first |= {(day.number, i) for i in told.person[mine].tolist()}
        both += len(set(told.person[mine].tolist()) & set(told.person[~mine].tolist()))
    assert both > 10
    alone = {(day.number, i) for _, day in days_of(quiet(PEOPLE, 15, [counter()], inquiry={"ask": 0.5}, **NEEDY))
             for i in day.events.chatted.person.tolist()}
    bought_elsewhere = alone ^ first
    assert len(alone & first) > 30
    assert len(bought_elsewhere) < len(alone)


def test_staff_are_asked_about_what_they_answer_for() -> None:
    """The seller's offer with a queue, although one without has the lower number."""
    two = Chats(offers=(Terms(price_share=0.5), Terms(queue=0)), feeds=(contacts(*range(PEOPLE)),),
                servers=(PEOPLE,), patience_minutes=(1e9,))
    for state, day in days_of(quiet(PEOPLE, 10, [two], inquiry={"ask": 1.0}, **NEEDY)):
        assert set(day.events.ordered.offer.tolist()) <= {int(state.seats[0].offers[1])}
    plain = Feeds(offers=(Terms(),), feeds=(contacts(*range(PEOPLE)),))
    bought = [len(day.events.ordered) for _, day in days_of(quiet(PEOPLE, 10, [plain], inquiry={"ask": 1.0}, **NEEDY))]
    assert sum(bought) > 20
