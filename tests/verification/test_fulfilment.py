"""Losses of queues are Erlang's and group deals are binomial, through the orders of whole days.

Switches: `Capacity` with any opening hours, so that one day is a long stretch of steady traffic. With no
patience at all the orders lost are those of Erlang B, with exponential patience of Erlang A. Waits stand
in `test_queueing.py`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.exchange.events import Reason
from sim.verification import formulas
from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Chats, Deals, Feed, Terms

MINUTES = 10.0


@pytest.mark.parametrize(("servers", "load", "patience"), [(5, 4.0, 1e-9), (3, 2.0, 1e-9), (5, 4.0, 1.0),
                                                           (3, 3.5, 2.0)])
def test_unanswered_chats(servers: int, load: float, patience: float, agree: Any) -> None:
    people, days = 10_000, 24
    close = round(people * MINUTES / load)
    chats = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=people),), servers=(servers,), close_minute=close,
                  minutes_a_case=MINUTES, patience_minutes=(patience * MINUTES,))
    spec = quiet(people, days, [chats], attention={"mode": "all"}, repurchase={"mode": "always"})
    lost = []
    for _, day in days_of(spec):
        reasons = day.events.unfilled.reason
        assert (reasons == Reason.QUEUE).all()
        assert len(reasons) + len(day.events.ordered) == people
        lost.append(len(reasons) / people)
    name = "Erlang B" if patience < 1e-6 else "Erlang A"
    agree(f"{name}, c = {servers}, A = {load}, patience {patience:g} services: lost", lost,
          formulas.erlang_a_loss(servers, load, patience))


def test_no_staff_answers_nobody_and_ample_staff_everybody() -> None:
    people = 400
    for servers, answered in ((0, 0), (people, people)):
        chats = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=people),), servers=(servers,))
        spec = quiet(people, 1, [chats], attention={"mode": "all"}, repurchase={"mode": "always"})
        ((_, day),) = days_of(spec)
        assert abs(len(day.events.ordered) - answered) <= (0 if servers == 0 else 2)


@pytest.mark.parametrize(("invitees", "chance", "size"), [(10, 0.15, 3), (5, 0.1, 2)])
def test_group_deals(invitees: int, chance: float, size: int, agree: Any) -> None:
    """Each deal has its own invitees; the one who opens it fills the first seat, so size - 1 are free."""
    deals, days = 150, 20
    people = deals * invitees
    feeds = tuple(Feed(people=tuple(range(k * invitees, (k + 1) * invitees)), visibility=chance, offer=k, first_day=1)
                  for k in range(deals))
    strategy = Deals(offers=tuple(Terms(seats=size - 1) for _ in range(deals)), feeds=feeds)
    spec = quiet(people, days + 1, [strategy], fulfilment={"pool_days": 0}, repurchase={"mode": "always"})
    won = []
    for state, day in days_of(spec):
        closed = day.events.pool_closed
        assert set(closed.offer.tolist()) == set(state.seats[0].offers.tolist())
        refunded = np.isin(day.events.ordered.pool, closed.pool[closed.success == 0])
        assert len(day.events.delivered) == np.count_nonzero(~refunded)
        if day.number:
            won.append(len(np.unique(closed.offer[closed.success > 0])) / deals)
    expected = formulas.deal_success(invitees, chance, size)
    agree(f"group deal of {size}, {invitees} invitees of chance {chance}", np.mean(won), expected,
          math.sqrt(expected * (1 - expected) / (deals * days)))
