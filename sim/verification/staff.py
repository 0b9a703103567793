"""Direct sales agrees with what is known of its parts: queue, learning, turnover, vacancies, price of a contact.

Switches: scenarios alone. Staff who never quit show the learning curve; staff who are replaced at once the
turnover and, in the long run, the mean skill; contacts who are all written to make a day of steady traffic.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core import interrupts
from sim.core.accounts import Purpose
from sim.model.schedule import step
from sim.model.state import start
from sim.strategies.direct_sales import DirectSalesParams
from sim.verification import formulas
from sim.verification.check import Check, exact, near, require
from sim.verification.quiet import days_of, finished, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.records.verification import Figure

SILENT = {"greet": False, "push_every_days": 0, "moments_a_day": 0}
NONE = {"adds_a_day": 0}
ROUNDING = 1e-12


def seller(**levers: Any) -> DirectSalesParams:
    """Return direct sales that say and buy nothing, with changes."""
    return DirectSalesParams.model_validate({"outbound": SILENT, "leads": NONE, "ask_buyers": False} | levers)


def counter(seed: int) -> Iterator[Figure]:
    """Contacts who are all written to chat once a day: n chats of so many minutes that they offer `load` Erlang."""
    n, accounts, days = 12_000, 2, 12
    for people, load in ((3, 2.0), (5, 4.0)):
        minutes = load * 1440 / n
        strategy = seller(
            staff={"people": people, "most": people, "quits": 0, "worked": 10_000}, scripts=1,
            counter={"opens": 0, "hours": 24, "minutes_a_chat": minutes, "patience": 1e6}, accounts=accounts,
            contacts_per_account=10_000, outbound=SILENT | {"push_every_days": 1})
        spec = quiet(n, days, [strategy], brand={"seed_customers": n}, attention={"mode": "all"}, seed=seed,
                     choice={"impulse_in_use": 1.0})
        waited, length = [], []
        for _, day in days_of(spec):
            told = day.events.chatted
            require(len(told) == n, "not everybody came")
            require(told.answered.mean() > 0.998, "some were not answered")
            waited.append(float((told.wait_minutes > 0).mean()))
            length.append(float(told.wait_minutes.mean()) / minutes)
        c = formulas.erlang_c(people, load)
        yield near(f"c = {people}, A = {load:g}: P(W > 0)", waited, c)
        yield near(f"c = {people}, A = {load:g}: E W, chats", length, c / (people - load))


def learning(seed: int) -> Iterator[Figure]:
    """Staff who never quit learn along the curve: the widest gap of three months."""
    for scripts, tau in ((0.0, 30.0), (0.5, 30.0), (1.0, 12.0)):
        strategy = seller(scripts=scripts, staff={"quits": 0, "most": 4, "learning": tau, "script_floor": 0.4})
        fits = np.array([float(state.world.offers.fit[state.seats[0].offers[0]])
                         for state, _ in days_of(quiet(50, 91, [strategy], seed=seed))])
        floor = 0.4 * scripts
        curve = floor + (1 - floor) * (1 - np.exp(-np.arange(91) / tau))
        worst = int(np.abs(fits - curve).argmax())
        yield exact(f"s₀ = {floor:g}, τ = {tau:g}, d = {worst}", float(fits[worst]), float(curve[worst]), ROUNDING)
        yield exact(f"s₀ = {floor:g}, τ = {tau:g}, d = 90", float(fits[90]), float(curve[90]), ROUNDING)


def turnover(seed: int) -> Iterator[Figure]:
    """Staff replaced at once: who stays a month, and the mean skill where learning meets leaving.

    Somebody in the job for k days is there with chance h (1 - h)^k, hence the sum.
    """
    people, q, months = 120, 0.075, 14
    staff = {"people": people, "most": people, "quits": q, "vacancy": 0, "hiring_cost": 0}
    stayed, skill = [], []
    for k in range(5):
        state = start(quiet(40, 30 * months, [seller(scripts=0, staff=staff)], seed=seed + k), 0)
        for day in range(30 * months):
            interrupts.heed()
            if day and day % 30 == 0:
                hired, left = (np.asarray(state.seats[0].book[name], np.int64) for name in ("hired", "left"))
                begun = (hired <= day - 30) & ((left < 0) | (left > day - 30))
                stayed.append(float(((left < 0) | (left > day))[begun].mean()))
            step(state)
            require(int(state.recorder.series["staff"][day]) == people, "a place is vacant")
        skill.append(float(state.world.offers.fit[state.seats[0].offers[0]]))
    yield near(f"q = {q}: staff who stay a month", stayed, 1 - q)
    h = 1 - (1 - q) ** (1 / 30)
    yield near(f"q = {q}, τ = 30: mean skill", skill, 1 - h / (1 - (1 - h) * math.exp(-1 / 30)))


def vacancies(seed: int) -> Iterator[Figure]:
    """Of a cycle of 1/h days in the job and v days vacant, staff are there 1 / (1 + h v)."""
    people, q, v = 100, 0.2, 20
    h = 1 - (1 - q) ** (1 / 30)
    there, paid, owed = [], 0, 0
    for k in range(6):
        staff = {"people": people, "most": people, "quits": q, "vacancy": v}
        state = finished(quiet(40, 360, [seller(staff=staff)], seed=seed + k))
        there.append(float(state.recorder.series["staff"][180:].mean()) / people)
        hired = np.asarray(state.seats[0].book["hired"], np.int64)
        owed += int(np.count_nonzero(hired > 0) - np.count_nonzero(hired > 359)) * 100_000
        paid += -int(state.ledger.statement[0, Purpose.HIRING].sum())
        require(paid == owed, "hiring is not paid a head")
    # The day of quitting is worked, and the place is empty for v days from the next.
    yield near(f"q = {q}, v = {v}: share of places filled", there, 1 / (1 + h * v))
    yield exact("hiring cost × people hired, fen", paid, owed)


def leads(seed: int) -> Iterator[Figure]:
    """Untargeted leads: new contacts as balls into urns, at a price that rises over the year."""
    people, a_day, days, drift = 1_500, 60, 60, 0.3
    fresh: list[list[int]] = []
    paid = np.zeros(0)
    for k in range(8):
        strategy = seller(leads={"adds_a_day": a_day, "drift": drift, "targeting": 0})
        lived = list(days_of(quiet(people, days, [strategy], seed=seed + k)))
        fresh.append([len(day.events.joined) for _, day in lived])
        paid = -lived[-1][0].ledger.statement[0, Purpose.LEAD]
    bill = [int(800 * (1 + drift) ** (d / 365) * a_day) for d in range(days)]
    require(paid.tolist() == bill, "a day was not paid for as theory says")
    yield exact(f"{days} days: paid, fen", float(paid.sum()), float(sum(bill)))
    for d in (20, 60):
        yield near(f"m = {a_day * d}, N = {people}", np.array(fresh)[:, :d].sum(axis=1), formulas.reach(a_day * d, people)[0])
    dear = [float(p) / float(n) for p, n in ((paid[:10].sum(), np.mean([sum(f[:10]) for f in fresh])),
                                             (paid[-10:].sum(), np.mean([sum(f[-10:]) for f in fresh])))]
    require(dear[1] > 5 * dear[0], "a contact hardly grows dearer")


def capacity(seed: int) -> Iterator[Figure]:
    """Offered three times and more what they can answer, sales are what c staff can serve: twice the staff, twice the orders."""
    n, minutes = 3_000, 1.0
    sold = {}
    for people in (1, 2, 4):
        strategy = seller(staff={"people": people, "most": people, "quits": 0, "worked": 10_000}, scripts=1,
                          counter={"opens": 0, "hours": 4, "minutes_a_chat": minutes, "patience": 5},
                          contacts_per_account=10_000, outbound=SILENT | {"push_every_days": 1})
        spec = quiet(n, 8, [strategy], brand={"seed_customers": n}, attention={"mode": "all"}, seed=seed,
                     choice={"impulse_in_use": 1.0}, repurchase={"mode": "always"})
        sold[people] = np.array([len(day.events.ordered) for _, day in days_of(spec)])
        load = n * minutes / 240
        yield near(f"c = {people}, A = {load:g}, θ = 5: answered", sold[people] / n, 1 - formulas.erlang_a_loss(people, load, 5.0))
    for one, two in ((1, 2), (2, 4)):
        require(abs(sold[two].mean() / (2 * sold[one].mean()) - 1) <= 0.04, "twice the staff do not sell twice as much")


CHECKS = (
    Check("staff_waits", "as erlang_c, with n chats of 1440·A/n minutes a day", ("Erlang1917",), counter),
    Check("staff_learning", "skill(d) = s₀ + (1 - s₀)(1 - e^(-d/τ))", (), learning),
    Check("staff_turnover", "stay a month: 1 - q; mean skill = 1 - h/(1 - (1-h)·e^(-1/τ)), h = 1 - (1-q)^(1/30)", ("Ross1996",), turnover),
    Check("staff_vacancies", "share of places filled = 1/(1 + h·v)", ("Ross1996",), vacancies),
    Check("staff_leads", "E[reached of N by m] = N·(1 - (1 - 1/N)^m); a day costs ⌊800·1.3^(d/365)·leads⌋ fen", ("Feller1968",), leads),
    Check("staff_capacity", "answered = 1 - lost(c, A, θ) by Erlang A, and A·(1 - lost) ≈ c", ("Palm1957",), capacity),
)
