"""Waits are Erlang's: from the chats that whole days of a run leave on the record.

Switches: `Capacity` with any opening hours, so that one day is a long stretch of steady traffic of about
`chats` chats; patience beyond every wait gives Erlang C, a patience of some services Erlang A; queues off
is the counter-condition. Each day is one independent value (it begins empty, which is why it is long).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.verification import formulas
from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Chats, Feed, Terms

if TYPE_CHECKING:
    from sim.exchange.events import Chatted

MINUTES = 10.0
PATIENT = 1e12


def days_of_chats(servers: int, load: float, *, patience: float = PATIENT, chats: int = 15_000, days: int = 16,
                  queues: bool = True) -> list[Chatted]:
    """Return the chats of every day of `servers` staff offered `load` Erlang; patience in services."""
    strategy = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=chats),), servers=(servers,),
                     close_minute=round(chats * MINUTES / load), minutes_a_case=MINUTES,
                     patience_minutes=(patience * MINUTES,))
    spec = quiet(chats, days, [strategy], attention={"mode": "all"}, repurchase={"mode": "always"},
                 fulfilment={"queues": queues})
    told = [day.events.chatted for _, day in days_of(spec)]
    assert [len(day) for day in told] == [chats] * days
    return told


def waiting(day: Chatted, at: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return how many people wait at each of some minutes."""
    came = np.searchsorted(np.sort(day.arrival_minute), at, "right")
    gone = np.searchsorted(np.sort(day.arrival_minute + day.wait_minutes), at, "right")
    return came - gone


@pytest.mark.parametrize(("servers", "load", "published"), [(5, 4.0, 0.5541), (3, 2.0, 0.4444), (1, 0.8, 0.8)])
def test_chance_to_wait_and_length_of_waits(servers: int, load: float, published: float, agree: Any) -> None:
    days = days_of_chats(servers, load)
    assert min(day.answered.mean() for day in days) > 0.999
    c = formulas.erlang_c(servers, load)
    assert c == pytest.approx(published, abs=5e-5)
    name = f"Erlang C, c = {servers}, A = {load}"
    agree(f"{name}: chance to wait", [float((day.wait_minutes > 0).mean()) for day in days], c)
    agree(f"{name}: mean wait in services", [float(day.wait_minutes.mean()) / MINUTES for day in days],
          c / (servers - load))


def test_waits_beyond_nothing_are_exponential(agree: Any) -> None:
    """P(W > t) = C e^{-(c - A) t / service}."""
    days = days_of_chats(3, 2.0)
    for services in (0.5, 1.0, 2.0):
        agree(f"Erlang C, c = 3, A = 2: wait beyond {services:g} services",
              [float((day.wait_minutes > services * MINUTES).mean()) for day in days],
              formulas.erlang_c(3, 2.0) * np.exp(-services))


@pytest.mark.parametrize("patience", [PATIENT, 2.0])
def test_littles_law(patience: float, agree: Any) -> None:
    """Mean number waiting = arrival rate x mean wait, those who give up included."""
    gaps, lengths = [], []
    for day in days_of_chats(4, 3.2, patience=patience):
        end = float(day.arrival_minute.max())
        at = np.linspace(0.1 * end, 0.9 * end, 4_001)
        inside = (day.arrival_minute > at[0]) & (day.arrival_minute < at[-1])
        rate = np.count_nonzero(inside) / (at[-1] - at[0])
        lengths.append(float(waiting(day, at).mean()))
        gaps.append(lengths[-1] / (rate * float(day.wait_minutes[inside].mean())) - 1.0)
    agree(f"Little's law, c = 4, A = 3.2, patience {patience:g}: L / (lambda W) - 1", gaps, 0.0)
    if patience == PATIENT:
        agree("M/M/c, c = 4, A = 3.2: mean number waiting", lengths, formulas.erlang_c(4, 3.2) * 3.2 / (4 - 3.2))


@pytest.mark.parametrize(("servers", "load", "patience"), [(2, 1.6, 1.5), (4, 8.0, 2.0), (3, 3.0, 1.0)])
def test_people_give_up_as_erlang_a_says(servers: int, load: float, patience: float, agree: Any) -> None:
    """Lost share; and, as every waiting minute is one at risk, lost share = mean wait / patience."""
    days = days_of_chats(servers, load, patience=patience)
    expected = formulas.erlang_a_loss(servers, load, patience)
    name = f"Erlang A, c = {servers}, A = {load}, patience {patience:g} services"
    agree(f"{name}: lost", [float(1 - day.answered.mean()) for day in days], expected)
    agree(f"{name}: mean wait / patience", [float(day.wait_minutes.mean()) / (patience * MINUTES) for day in days],
          expected)


def test_beyond_capacity_staff_set_what_is_answered(agree: Any) -> None:
    """Twice and three times as many chats as two people can answer: they answer two a service time."""
    for load in (4.0, 6.0):
        answered = [float(day.answered.sum()) / len(day) * load for day in days_of_chats(2, load, patience=10.0)]
        agree(f"offered {load:g} Erlang, 2 staff: answered at once", answered,
              load * (1 - formulas.erlang_a_loss(2, load, 10.0)))
        assert np.mean(answered) == pytest.approx(2.0, abs=0.02)


def test_the_wait_rises_as_one_over_the_room_left_and_is_nothing_without_queues(agree: Any) -> None:
    """M/M/1: W = rho / (1 - rho) services."""
    waits = []
    for rho in (0.5, 0.75, 0.9):
        days = days_of_chats(1, rho)
        waits.append(float(np.mean([day.wait_minutes.mean() for day in days])))
        agree(f"M/M/1, rho = {rho}: (1 - rho) / rho x wait in services",
              [float(day.wait_minutes.mean()) / MINUTES * (1 - rho) / rho for day in days], 1.0)
    assert waits[0] < waits[1] / 2 < waits[2] / 4
    for rho in (0.9, 3.0):
        for day in days_of_chats(1, rho, days=2, queues=False):
            assert not day.wait_minutes.any()
            assert day.answered.all()
