"""Waits and losses are Erlang's: from the chats that whole days of a run leave on the record.

Switches: `Capacity` with any opening hours, so that one day is a long stretch of steady traffic of about
`chats` chats; patience beyond every wait gives Erlang C, a patience of some services Erlang A, none Erlang B;
queues off is the counter-condition. Each day is one independent value (it begins empty, which is why it is long).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.exchange.events import Reason
from sim.verification import formulas
from sim.verification.check import Check, exact, near, require, share
from sim.verification.quiet import days_of, quiet
from sim.verification.scripted import Chats, Deals, Feed, Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.exchange.events import Chatted
    from sim.records.verification import Figure

MINUTES = 10.0
PATIENT = 1e12


def days_of_chats(seed: int, servers: int, load: float, *, patience: float = PATIENT, chats: int = 15_000, days: int = 16,
                  queues: bool = True) -> list[Chatted]:
    """Return the chats of every day of `servers` staff offered `load` Erlang; patience in services."""
    strategy = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=chats),), servers=(servers,),
                     close_minute=round(chats * MINUTES / load), minutes_a_case=MINUTES,
                     patience_minutes=(patience * MINUTES,))
    spec = quiet(chats, days, [strategy], attention={"mode": "all"}, repurchase={"mode": "always"}, seed=seed,
                 fulfilment={"queues": queues})
    told = [day.events.chatted for _, day in days_of(spec)]
    require([len(day) for day in told] == [chats] * days, "not everybody came")
    return told


def waiting(day: Chatted, at: NDArray[np.float64]) -> NDArray[Any]:
    """Return how many people wait at each of some minutes."""
    came = np.searchsorted(np.sort(day.arrival_minute), at, "right")
    gone = np.searchsorted(np.sort(day.arrival_minute + day.wait_minutes), at, "right")
    return came - gone


def erlang_c(seed: int) -> Iterator[Figure]:
    """Patient people before a few servers: who waits, and how long."""
    for servers, load, published in ((5, 4.0, 0.5541), (3, 2.0, 0.4444), (1, 0.8, 0.8)):
        days = days_of_chats(seed, servers, load)
        answered = [float(day.answered.mean()) for day in days]  # all but a few who come just before closing
        require(min(answered) > 0.999, "some were not answered")
        c = formulas.erlang_c(servers, load)
        require(abs(c - published) < 5e-5, "theory is not the published figure")
        yield near(f"c = {servers}, A = {load:g}: P(W > 0)", [float((day.wait_minutes > 0).mean()) for day in days], c)
        yield near(f"c = {servers}, A = {load:g}: E W, services", [float(day.wait_minutes.mean()) / MINUTES for day in days],
                   c / (servers - load))


def exponential_waits(seed: int) -> Iterator[Figure]:
    """Waits beyond nothing are exponential."""
    days = days_of_chats(seed, 3, 2.0)
    for t in (0.5, 1.0, 2.0):
        yield near(f"c = 3, A = 2, t = {t:g}", [float((day.wait_minutes > t * MINUTES).mean()) for day in days],
                   formulas.erlang_c(3, 2.0) * np.exp(-t))


def little(seed: int) -> Iterator[Figure]:
    """Mean number waiting = arrival rate times mean wait, those who give up included."""
    for patience in (PATIENT, 2.0):
        gaps, lengths = [], []
        for day in days_of_chats(seed, 4, 3.2, patience=patience):
            end = float(day.arrival_minute.max())
            at = np.linspace(0.1 * end, 0.9 * end, 4_001)
            inside = (day.arrival_minute > at[0]) & (day.arrival_minute < at[-1])
            rate = np.count_nonzero(inside) / (at[-1] - at[0])
            lengths.append(float(waiting(day, at).mean()))
            gaps.append(lengths[-1] / (rate * float(day.wait_minutes[inside].mean())) - 1.0)
        name = "c = 4, A = 3.2" + ("" if patience == PATIENT else f", patience {patience:g}")
        yield near(f"{name}: L/(λW) - 1", gaps, 0.0)
        if patience == PATIENT:
            yield near(f"{name}: L", lengths, formulas.erlang_c(4, 3.2) * 3.2 / (4 - 3.2))


def erlang_a(seed: int) -> Iterator[Figure]:
    """Lost share; and, as every waiting minute is one at risk, lost share = mean wait / patience."""
    for servers, load, patience in ((2, 1.6, 1.5), (4, 8.0, 2.0), (3, 3.0, 1.0)):
        days = days_of_chats(seed, servers, load, patience=patience)
        expected = formulas.erlang_a_loss(servers, load, patience)
        name = f"c = {servers}, A = {load:g}, θ = {patience:g}"
        yield near(f"{name}: lost", [float(1 - day.answered.mean()) for day in days], expected)
        yield near(f"{name}: E W / θ", [float(day.wait_minutes.mean()) / (patience * MINUTES) for day in days], expected)


def lost_orders(seed: int) -> Iterator[Figure]:
    """Orders lost to a queue: without any patience Erlang B, with some Erlang A."""
    people, days = 10_000, 24
    for servers, load, patience in ((5, 4.0, 1e-9), (3, 2.0, 1e-9), (5, 4.0, 1.0), (3, 3.5, 2.0)):
        chats = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=people),), servers=(servers,),
                      close_minute=round(people * MINUTES / load), minutes_a_case=MINUTES,
                      patience_minutes=(patience * MINUTES,))
        spec = quiet(people, days, [chats], attention={"mode": "all"}, repurchase={"mode": "always"}, seed=seed)
        lost = []
        for _, day in days_of(spec):
            reasons = day.events.unfilled.reason
            require((reasons == Reason.QUEUE).all(), "orders were lost for another reason")
            require(len(reasons) + len(day.events.ordered) == people, "somebody neither bought nor was lost")
            lost.append(len(reasons) / people)
        theta = "0" if patience < 1e-6 else f"{patience:g}"
        yield near(f"c = {servers}, A = {load:g}, θ = {theta}", lost, formulas.erlang_a_loss(servers, load, patience))


def beyond_capacity(seed: int) -> Iterator[Figure]:
    """Twice and three times as many chats as two people can answer: they answer two a service time."""
    for load in (4.0, 6.0):
        answered = [float(day.answered.sum()) / len(day) * load for day in days_of_chats(seed, 2, load, patience=10.0)]
        yield near(f"c = 2, A = {load:g}, θ = 10", answered, load * (1 - formulas.erlang_a_loss(2, load, 10.0)))
        require(abs(np.mean(answered) - 2.0) <= 0.02, "two people do not answer two a service time")


def single_server(seed: int) -> Iterator[Figure]:
    """The wait rises as one over the room left, and is nothing without queues."""
    waits = []
    for rho in (0.5, 0.75, 0.9):
        days = days_of_chats(seed, 1, rho)
        waits.append(float(np.mean([day.wait_minutes.mean() for day in days])))
        yield near(f"ρ = {rho:g}: (1-ρ)/ρ·W", [float(day.wait_minutes.mean()) / MINUTES * (1 - rho) / rho for day in days], 1.0)
    require(waits[0] < waits[1] / 2 < waits[2] / 4, "the wait does not rise as it should")
    for rho in (0.9, 3.0):
        days = days_of_chats(seed, 1, rho, days=2, queues=False)
        yield exact(f"ρ = {rho:g}, queues off: longest W", max(float(day.wait_minutes.max()) for day in days), 0.0)
        yield exact(f"ρ = {rho:g}, queues off: answered", min(float(day.answered.mean()) for day in days), 1.0)


def group_deals(seed: int) -> Iterator[Figure]:
    """Each deal has its own invitees; the one who opens it fills the first seat, so g - 1 are free."""
    deals, days = 150, 20
    for invitees, chance, size in ((10, 0.15, 3), (5, 0.1, 2)):
        feeds = tuple(Feed(people=tuple(range(k * invitees, (k + 1) * invitees)), visibility=chance, offer=k, first_day=1)
                      for k in range(deals))
        strategy = Deals(offers=tuple(Terms(seats=size - 1) for _ in range(deals)), feeds=feeds)
        spec = quiet(deals * invitees, days + 1, [strategy], fulfilment={"pool_days": 0}, repurchase={"mode": "always"}, seed=seed)
        won = []
        for state, day in days_of(spec):
            closed = day.events.pool_closed
            require(set(closed.offer.tolist()) == set(state.seats[0].offers.tolist()), "not every deal closed")
            refunded = np.isin(day.events.ordered.pool, closed.pool[closed.success == 0])
            require(len(day.events.delivered) == np.count_nonzero(~refunded), "deals that failed were delivered")
            if day.number:
                won.append(len(np.unique(closed.offer[closed.success > 0])) / deals)
        yield share(f"n = {invitees}, a = {chance}, g = {size}", float(np.mean(won)),
                    formulas.deal_success(invitees, chance, size), deals * days)


CHECKS = (
    Check("erlang_c", "P(W > 0) = C(c, A) = B/(1 - (A/c)(1 - B)), B by Erlang B; E W = C/(c - A) services", ("Erlang1917",), erlang_c),
    Check("waits", "P(W > t) = C(c, A)·e^(-(c-A)t), t in services", ("Erlang1917",), exponential_waits),
    Check("little", "L = λW", ("Little1961",), little),
    Check("erlang_a", "lost = E W / θ, by the birth-death chain with rates A and min(k, c) + max(k - c, 0)/θ", ("Palm1957",), erlang_a),
    Check("erlang_b", "θ = 0: lost = B(c, A) = A·B(c-1)/(c + A·B(c-1)); θ > 0: Erlang A", ("Erlang1917", "Palm1957"), lost_orders),
    Check("beyond_capacity", "A > c: answered a service = A(1 - lost) ≈ c", ("Palm1957",), beyond_capacity),
    Check("single_server", "W = ρ/(1 - ρ) services", ("Erlang1917",), single_server),
    Check("group_deal", "P(success) = P(Bin(n, a) ≥ g - 1)", ("HuShiWu2013",), group_deals),
)
