"""Direct sales as a whole agrees with what is known of its parts: queue, learning, turnover, price of a contact.

Switches: scenarios alone. Staff who never quit show the learning curve; staff who are replaced at once the
turnover and, in the long run, the mean skill; contacts who are all written to make a day of steady traffic.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Purpose
from sim.model.schedule import step
from sim.model.state import start
from sim.strategies.direct_sales import DirectSalesParams
from sim.verification import formulas
from sim.verification.quiet import days_of, quiet

SILENT = {"greet": False, "push_every_days": 0, "moments_a_day": 0}
NONE = {"adds_a_day": 0}


def seller(**levers: Any) -> DirectSalesParams:
    return DirectSalesParams.model_validate({"outbound": SILENT, "leads": NONE, "ask_buyers": False} | levers)


@pytest.mark.parametrize(("people", "load"), [(3, 2.0), (5, 4.0)])
def test_its_counter_is_erlangs(people: int, load: float, agree: Any) -> None:
    """Contacts who are all written to chat once a day: n chats of so many minutes that they offer `load` Erlang."""
    n, accounts, days = 12_000, 2, 12
    strategy = seller(
        staff={"people": people, "most": people, "quits": 0, "worked": 10_000}, scripts=1,
        counter={"opens": 0, "hours": 24, "minutes_a_chat": load * 1440 / n, "patience": 1e6}, accounts=accounts,
        contacts_per_account=10_000, outbound=SILENT | {"push_every_days": 1})
    spec = quiet(n, days, [strategy], brand={"seed_customers": n}, attention={"mode": "all"},
                 choice={"impulse_in_use": 1.0})
    waited, length = [], []
    for _, day in days_of(spec):
        told = day.events.chatted
        assert len(told) == n
        assert told.answered.mean() > 0.998
        waited.append(float((told.wait_minutes > 0).mean()))
        length.append(float(told.wait_minutes.mean()) / (load * 1440 / n))
    c = formulas.erlang_c(people, load)
    agree(f"direct sales, {people} staff, {load:g} Erlang: chance to wait", waited, c)
    agree(f"direct sales, {people} staff, {load:g} Erlang: mean wait in chats", length, c / (people - load))


@pytest.mark.parametrize(("scripts", "learning"), [(0.0, 30.0), (0.5, 30.0), (1.0, 12.0)])
def test_staff_learn_along_the_curve(scripts: float, learning: float) -> None:
    strategy = seller(scripts=scripts, staff={"quits": 0, "most": 4, "learning": learning, "script_floor": 0.4})
    fits = []
    for state, _ in days_of(quiet(50, 91, [strategy])):
        fits.append(float(state.world.offers.fit[state.seats[0].offers[0]]))
    floor = 0.4 * scripts
    assert fits == pytest.approx([floor + (1 - floor) * (1 - math.exp(-d / learning)) for d in range(91)], abs=1e-12)


def test_staff_turn_over_at_the_monthly_rate_and_skill_settles_where_learning_meets_leaving(agree: Any) -> None:
    """Replaced at once: a month keeps 1 - q of them; mean skill 1 - h / (1 - (1 - h) e^{-1/30}) with daily hazard h.

    Somebody in the job for k days is there with chance h (1 - h)^k, hence the sum.
    """
    people, q, months = 120, 0.075, 14
    staff = {"people": people, "most": people, "quits": q, "vacancy": 0, "hiring_cost": 0}
    stayed, skill = [], []
    for seed in range(5):
        state = start(quiet(40, 30 * months, [seller(scripts=0, staff=staff)], seed=seed), 0)
        for day in range(30 * months):
            if day and day % 30 == 0:
                hired, left = state.seats[0].book["hired"], state.seats[0].book["left"]
                begun = (hired <= day - 30) & ((left < 0) | (left > day - 30))
                stayed.append(float(((left < 0) | (left > day))[begun].mean()))
            step(state)
            assert int(state.recorder.series["staff"][day]) == people
        skill.append(float(state.world.offers.fit[state.seats[0].offers[0]]))
    agree("staff who stay a month", stayed, 1 - q)
    h = 1 - (1 - q) ** (1 / 30)
    agree("mean skill in the long run", skill, 1 - h / (1 - (1 - h) * math.exp(-1 / 30)))


def test_a_vacancy_costs_days_of_staff(agree: Any) -> None:
    """Of a cycle of 1/h days in the job and v days vacant, staff are there 1 / (1 + h v)."""
    people, q, v = 100, 0.2, 20
    h = 1 - (1 - q) ** (1 / 30)
    there = []
    for seed in range(6):
        state = start(quiet(40, 360, [seller(staff={"people": people, "most": people, "quits": q, "vacancy": v})],
                            seed=seed), 0)
        for _ in range(360):
            step(state)
        there.append(float(state.recorder.series["staff"][180:].mean()) / people)
        begun = np.count_nonzero(state.seats[0].book["hired"] > 0) - np.count_nonzero(state.seats[0].book["hired"] > 359)
        assert -int(state.ledger.statement[0, Purpose.HIRING].sum()) == begun * 100_000
    # The day of quitting is worked, and the place is empty for v days from the next.
    agree("share of places filled", there, 1 / (1 + h * v))


def test_leads_cost_what_a_rising_price_and_a_known_market_make_of_them(agree: Any) -> None:
    """Untargeted leads: n(d) new contacts as balls into urns; price (1 + drift)^(d / 365)."""
    people, a_day, days = 1_500, 60, 60
    fresh, paid = [], np.zeros(0)
    for seed in range(8):
        strategy = seller(leads={"adds_a_day": a_day, "drift": 0.3, "targeting": 0})
        lived = list(days_of(quiet(people, days, [strategy], seed=seed)))
        fresh.append([len(day.events.joined) for _, day in lived])
        paid = -lived[-1][0].ledger.statement[0, Purpose.LEAD]
    assert paid.tolist() == [int(800 * 1.3 ** (d / 365) * a_day) for d in range(days)]
    for d in (20, 60):
        agree(f"contacts after {d} days of {a_day} leads among {people}", np.array(fresh)[:, :d].sum(axis=1),
              formulas.reach(a_day * d, people)[0])
    dear = [float(p) / n for p, n in ((paid[:10].sum(), np.mean([sum(f[:10]) for f in fresh])),
                                      (paid[-10:].sum(), np.mean([sum(f[-10:]) for f in fresh])))]
    assert dear[1] > 5 * dear[0]


def test_staff_set_the_pace_beyond_capacity(agree: Any) -> None:
    """Offered three times what they can answer, sales are what c staff can serve: twice the staff, twice the orders."""
    n, minutes = 3_000, 1.0
    sold = {}
    for people in (1, 2, 4):
        strategy = seller(staff={"people": people, "most": people, "quits": 0, "worked": 10_000}, scripts=1,
                          counter={"opens": 0, "hours": 4, "minutes_a_chat": minutes, "patience": 5},
                          contacts_per_account=10_000, outbound=SILENT | {"push_every_days": 1})
        spec = quiet(n, 8, [strategy], brand={"seed_customers": n}, attention={"mode": "all"},
                     choice={"impulse_in_use": 1.0}, repurchase={"mode": "always"})
        sold[people] = [len(day.events.ordered) for _, day in days_of(spec)]
        load = n * minutes / 240
        agree(f"direct sales offered {load / people:.1f} x capacity of {people}: answered", np.array(sold[people]) / n,
              1 - formulas.erlang_a_loss(people, load, 5.0))
    assert np.mean(sold[2]) == pytest.approx(2 * np.mean(sold[1]), rel=0.04)
    assert np.mean(sold[4]) == pytest.approx(2 * np.mean(sold[2]), rel=0.04)
