"""Every summary outcome of one run, as pure functions of the tables the run left.

Nothing here knows the simulator: users' own data with the same column names can be summarised
too. Each function fills a few outcomes of `sim.records.outcomes.SUMMARY`; `summarise` joins them
and holds that none is missing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.records import formulas as f
from sim.records.compliance import compliance
from sim.records.outcomes import SUMMARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.records.run_record import Floats, RunRecord

SHOCK_WINDOW = 30
"""Days on either side of a shock that `survival_after_shock` compares. Source: assumption (a month)."""
LTV_WINDOW = 90
"""Days a buyer must have been observed to enter LTV. Source: assumption (as repurchase, domain 4.19)."""
TIE_PATH = 5
"""`exchange.events.PathKind.TIE`, repeated here because records stand beside the exchange."""

Part = dict[str, float]


def _total(run: RunRecord, name: str) -> float:
    """Return the sum of a daily series, days without a value left out; 0 if it was not kept."""
    return float(np.nansum(run.daily[name])) if name in run.daily else 0.0


def _last(run: RunRecord, name: str) -> float:
    """Return the last day's value of a series; NaN if it was not kept."""
    series = run.daily.get(name)
    return float(series[-1]) if series is not None and len(series) else f.NAN


def trade(run: RunRecord) -> Part:
    """Return GMV and its three factors, orders, buyers, returns."""
    orders, gmv = _total(run, "orders"), _total(run, "gmv_fen")
    satisfaction = run.daily.get("satisfaction", np.empty(0))
    weights = run.daily.get("units", np.ones(len(satisfaction)))
    known = np.isfinite(satisfaction)
    return {
        "gmv_fen": gmv,
        "orders": orders,
        "buyers": float((run.people["first_day"] >= 0).sum()),
        "new_buyers": _total(run, "first_orders"),
        "conversion": f.ratio(orders, _total(run, "exposures")),
        "order_value_fen": f.ratio(gmv, orders),
        "return_rate": f.ratio(_total(run, "returns"), orders),
        "satisfaction_mean": f.ratio(float(satisfaction[known] @ weights[known]), float(weights[known].sum())),
    }


def money(run: RunRecord) -> Part:
    """Return profit, its payback, and how deep cash fell."""
    profit, cash = run.daily["profit_fen"], run.daily["cash_fen"]
    opening = run.facts.get("opening_cash_fen", f.NAN)
    lowest = int(np.argmin(cash)) if len(cash) else 0
    trough = float(cash[lowest]) if len(cash) else opening
    if opening < trough:
        trough, lowest = opening, 0
    acquisition = sum(_total(run, n) for n in ("cost_media_fen", "cost_people_fen", "cost_incentives_fen"))
    return {
        "profit_fen": _last(run, "profit_fen"),
        "payback_day": f.payback_day(profit),
        "cash_trough_fen": trough,
        "cash_trough_day": float(lowest),
        "insolvent_day": run.facts.get("insolvent_day", f.NAN),
        "cac_fen": f.ratio(acquisition, _total(run, "first_orders")),
        "ltv_fen": _lifetime_value(run),
    }


def _lifetime_value(run: RunRecord) -> float:
    """Return mean spending of buyers observed for `LTV_WINDOW` days, times the share that is margin."""
    first = np.asarray(run.people["first_day"])
    mature = (first >= 0) & (first + LTV_WINDOW <= run.days - 1)
    revenue = _total(run, "net_revenue_fen")
    margin = f.ratio(revenue - _total(run, "cost_goods_fen") - _total(run, "cost_delivery_fen"), revenue)
    return margin * f.ratio(float(run.people["spend_fen"][mature].sum()), float(mature.sum()))


def loyalty(run: RunRecord) -> Part:
    """Return repurchase, retention and the K-factor."""
    first, second = run.people["first_day"], run.people["second_day"]
    by_tie = float(((first >= 0) & (run.people["first_path"] == TIE_PATH)).sum())
    out = {f"repurchase_rate_{d}d": f.repurchase_rate(first, second, run.days, d) for d in (30, 90, 180)}
    last = run.people.get("last_day")
    out["retention_90d"] = f.NAN if last is None else f.retention_rate(first, last, run.days, 90)
    out["k_factor"] = f.ratio(by_tie, float((first >= 0).sum()))
    return out


def feeling(run: RunRecord) -> Part:
    """Return trust, complaints and the state of the owned audience."""
    return {
        "trust_mean": _last(run, "trust"),
        "trust_spread": run.facts.get("trust_sd", f.NAN),
        "mutes": _total(run, "mutes"),
        "complaints": _total(run, "complaints"),
        "members_end": _last(run, "members"),
        "group_health_end": _last(run, "group_health"),
        "heat_end": _last(run, "heat"),
        "zombie_share": f.ratio(_last(run, "zombie_groups"), run.facts.get("n_groups", 0.0)),
    }


def service(run: RunRecord) -> Part:
    """Return how many chats there were, how long people waited, and how many were lost."""
    chats = run.daily.get("chats", np.empty(0))

    def mean(name: str) -> float:
        series = run.daily.get(name, np.empty(0))
        some = chats > 0
        return f.ratio(float(series[some] @ chats[some]), float(chats.sum())) if len(series) else f.NAN

    return {
        "chats": _total(run, "chats"),
        "chat_wait_minutes": mean("chat_wait_minutes"),
        "chats_lost_share": mean("chats_lost_share"),
    }


def resellers(run: RunRecord) -> Part:
    """Return what resellers earn and how unequally."""
    income, net = run.agents["income_fen"], run.agents["net_fen"]
    many = len(net)
    return {
        "n_agents": float(many),
        "losing_agent_share": f.ratio(float((net < 0).sum()), float(many)),
        "agent_income_median_fen": float(np.median(net)) if many else f.NAN,
        "agent_income_top1_share": f.top_share(income, 0.01),
        "agent_income_gini": f.gini(income),
        "zero_recruit_share": f.ratio(float((run.agents["recruits"] == 0).sum()), float(many)),
        "top_seller_share": run.facts.get("top_seller_share", f.NAN),
        "participants_result_fen": _last(run, "profit_fen") + float(net.sum()),
    }


def resilience(run: RunRecord) -> Part:
    """Return how much of the trade survived the first shock."""
    day, gmv = run.facts.get("shock_day", f.NAN), run.daily["gmv_fen"]
    return {"survival_after_shock": _survival(gmv, day)}


def _survival(gmv: Floats, day: float) -> float:
    if not math.isfinite(day) or day < SHOCK_WINDOW or day + SHOCK_WINDOW > len(gmv):
        return f.NAN
    at = int(day)
    return f.ratio(float(gmv[at:at + SHOCK_WINDOW].sum()), float(gmv[at - SHOCK_WINDOW:at].sum()))


PARTS: tuple[Callable[[RunRecord], Part], ...] = (trade, money, loyalty, feeling, service, resellers, compliance, resilience)
"""The functions that make up a summary."""


def summarise(run: RunRecord) -> dict[str, float]:
    """Return every outcome of `SUMMARY` for one run, in the catalogue's order.

    Parameters
    ----------
    run : RunRecord
        What the run left.

    Returns
    -------
    dict of float
        NaN where an outcome is undefined; the catalogue says why.
    """
    found: Part = {}
    for part in PARTS:
        found |= part(run)
    return {name: found[name] for name in SUMMARY}
