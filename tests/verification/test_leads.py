"""Leads fall on people as balls into urns: what a new contact costs is known.

Without targeting m advertisements find N (1 - (1 - 1/N)^m) different people among N, so the price of a
new contact at saturation s = 1 - (1 - 1/N)^m is the price of a lead / (1 - s).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.accounts import Purpose
from sim.verification import formulas
from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Leads

PRICE = 800


def test_contacts_after_so_many_leads_and_what_each_cost(agree: Any) -> None:
    people, a_day, days = 2_000, 100, 40
    lived = list(days_of(quiet(people, days, [Leads(counts=(a_day,), lead_fen=PRICE)])))
    state, joined = lived[-1][0], [len(day.events.joined) for _, day in lived]
    assert -int(state.ledger.statement[0, Purpose.LEAD].sum()) == PRICE * a_day * days
    for m in (500, 2_000, 4_000):
        mean, sd = formulas.reach(m, people)
        agree(f"{m} leads among {people}: contacts", sum(joined[: m // a_day]), mean, sd)


def test_a_new_contact_grows_dearer_as_the_market_is_known(agree: Any) -> None:
    people, a_day, days, seeds = 500, 50, 20, 30
    fresh = np.array([[len(day.events.joined) for _, day in
                       days_of(quiet(people, days, [Leads(counts=(a_day,), lead_fen=PRICE)], seed=seed))]
                      for seed in range(seeds)])
    for day in (0, 9, 19):
        before, after = (formulas.reach(a_day * d, people)[0] for d in (day, day + 1))
        agree(f"price of a new contact on day {day}, in leads: inverse", fresh[:, day] / a_day, (after - before) / a_day)
    assert fresh[:, 19].mean() * 5 < fresh[:, 0].mean()
