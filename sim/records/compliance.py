"""Compliance indicators of one run, from the tables it left [domain 4.18]; never legal advice.

What each is held against stands in `sim.analysis.compliance`; the rules of counting in
`sim.records.scheme`. A run of other origin may lack the finer facts: pay is then split as far as
the statement tells, and what is not known stays undefined.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.records.formulas import NAN, ratio
from sim.records.scheme import Count, Pay, break_even_recruits, count_all, count_paid, light

if TYPE_CHECKING:
    from sim.records.run_record import RunRecord

MONTH = 30
_TEAM = ("level_rebate", "same_level_rebate", "tier_spread")


def compliance(run: RunRecord) -> dict[str, float]:
    """Return the indicators of one run."""
    pay, everybody = pay_of(run), count_all(run.agents)
    sellers = count_paid(run.agents, run.facts.get("rebate_levels", math.inf))
    shares = _shares(run, pay) | _goods(run) | _entry(run, pay) | _incomes(run)
    return {
        "compliance_people": float(everybody.people), "compliance_people_paid": float(sellers.people),
        "compliance_levels": float(everybody.levels), "compliance_levels_paid": float(sellers.levels),
        **{f"compliance_{what}_day{name}": float(getattr(count, f"{what}_day"))
           for what in ("levels", "line", "serious") for name, count in (("", everybody), ("_paid", sellers))},
        "compliance_light": _light(everybody, shares), "compliance_light_paid": _light(sellers, shares), **shares,
    }


def _light(count: Count, shares: dict[str, float]) -> float:
    return float(light(shares | {"people": count.people, "levels": count.levels}))


def pay_of(run: RunRecord) -> Pay:
    """Return what resellers earned by what it was for; without facts the rest of their receipts is retail."""
    facts = run.facts
    if not len(run.agents["upline"]):
        return Pay(0.0, 0.0, 0.0)
    recruiting = facts.get("recruiting_income_fen", _paid_out(run, "referral_rebate"))
    team = facts.get("team_pay_fen", sum(_paid_out(run, name) for name in _TEAM))
    sales = facts.get("retail_sales_fen", NAN)
    margin = sales - facts.get("retail_cost_fen", NAN)
    if math.isnan(margin):
        margin = float(run.agents["income_fen"].sum()) - recruiting - team
    return Pay(margin, recruiting, team, sales)


def _paid_out(run: RunRecord, purpose: str) -> float:
    """Return what the brand paid for a purpose."""
    return -float(run.statement.get(purpose, np.zeros(1, dtype=np.int64)).sum())


def _shares(run: RunRecord, pay: Pay) -> dict[str, float]:
    return {
        "recruiting_income_share": pay.recruiting_share,
        "entry_fee_ratio": ratio(run.facts.get("entry_fee_pay_fen", pay.recruiting), pay.total),
        "team_pay_ratio": pay.team_ratio,
        "own_sales_pay_ratio": pay.own_sales_ratio,
    }


def _goods(run: RunRecord) -> dict[str, float]:
    """Return where the goods went that were sold in."""
    sold_in = float(np.nansum(run.daily["sell_in"]))
    users = float(np.nansum(run.daily.get("ultimate_units", run.daily["sell_through"])))
    back = float(np.nansum(run.daily.get("bought_back", np.zeros(1))))
    held = float(run.daily["channel_stock"][-1]) if run.days else NAN
    return {
        "ultimate_user_share": ratio(users, sold_in),
        "channel_stock_ratio": ratio(held, sold_in),
        "buyback_share": ratio(back, sold_in),
    }


def _entry(run: RunRecord, pay: Pay) -> dict[str, float]:
    """Return what it costs to enter, and how many recruits bring that back."""
    paid_in, upline = run.agents["buy_in_fen"], run.agents["upline"]
    fee = run.facts.get("entry_fee_fen", float(paid_in.min()) if len(paid_in) else 0.0)
    recruits = float((np.asarray(upline) >= 0).sum())
    return {
        "entry_fee_fen": fee,
        "entry_payments_fen": run.facts.get("entry_payments_fen", float(paid_in.sum())),
        "break_even_recruits": break_even_recruits(fee, pay.recruiting, recruits),
    }


def _incomes(run: RunRecord) -> dict[str, float]:
    """Return the monthly income that recruits were shown, the true one, and their ratio."""
    agents = run.agents
    left = np.where(agents["left_day"] >= 0, agents["left_day"], run.days)
    months = float(np.maximum(left - np.maximum(agents["joined_day"], 0), 0).sum()) / MONTH
    true = ratio(float(agents["net_fen"].sum()), months)
    shown = run.facts.get("income_shown_fen", NAN)
    return {
        "income_shown_fen": shown, "income_true_fen": true,
        "deceptive_income_index": ratio(shown, true) if true > 0 else NAN,
    }
