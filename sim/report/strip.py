"""The strip: seven or eight rows a strategy, the best value of each marked. Cards and terminal share it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from sim.records.outcomes import LIGHTS
from sim.report.findings import Findings, has_interval
from sim.report.numbers import day, money, percent, show, span
from sim.text.catalogue import Lang, say

ROWS = ("profit", "chance", "payback", "trough", "repurchase", "together", "losing", "compliance")
"""Rows of the strip in reading order; their labels are the messages ``strip.<row>``.

``chance`` needs somebody to compare with, ``together`` (the brand's profit and its agents' results) somebody with agents.
"""


@dataclass(frozen=True)
class Cell:
    """One value of the strip.

    Parameters
    ----------
    text : str
        The value as shown.
    note : str
        What stands below it, smaller.
    score : float
        Higher is better; NaN: it takes no part in the contest for the best.
    light : str
        Name of the compliance light, else empty.
    is_best : bool
        Whether it is the best of its row, alone or with equals that read the same.
    brief : str
        The note where there is little room; its row says what it counts.
    """

    text: str
    note: str = ""
    score: float = math.nan
    light: str = ""
    is_best: bool = False
    brief: str = ""


def strip(findings: Findings, lang: Lang) -> dict[str, dict[str, Cell]]:
    """Return row -> strategy -> cell; rows in the order of `ROWS`, strategies in the order given."""
    makers = {
        "profit": _profit, "chance": _chance, "payback": _payback, "trough": _trough, "repurchase": _repurchase,
        "together": _together, "losing": _losing, "compliance": _compliance,
    }  # fmt: skip
    absent = {"chance": len(findings.strategies) < 2, "together": not any(map(findings.has_agents, findings.strategies))}
    rows = [row for row in ROWS if not absent.get(row)]
    return {row: _crown({s: makers[row](findings, s, lang) for s in findings.strategies}) for row in rows}


def _crown(cells: dict[str, Cell]) -> dict[str, Cell]:
    """Mark the best, unless there is nothing to compare or everybody reads the same."""
    scores = {s: c.score for s, c in cells.items() if math.isfinite(c.score)}
    if len(scores) < 2 or len({cells[s].text for s in scores}) < 2:
        return cells
    top = cells[max(scores, key=scores.__getitem__)].text
    return {s: replace(c, is_best=s in scores and c.text == top) for s, c in cells.items()}


def _missing(lang: Lang) -> Cell:
    return Cell(say("page", "strip.undefined", lang))


def _profit(findings: Findings, strategy: str, lang: Lang) -> Cell:
    one = findings.estimate(strategy, "profit_fen")
    if not has_interval(one):
        return Cell(show(one.mean, "fen", lang), say("page", "strip.no_interval", lang), findings.standing(strategy))
    note = say("page", "strip.interval", lang, span=span(money(one.low, lang), money(one.high, lang), lang))
    return Cell(money(one.mean, lang), note, findings.standing(strategy))


def _chance(findings: Findings, strategy: str, lang: Lang) -> Cell:
    chance = findings.verdict.chance[strategy]
    if not math.isfinite(chance):
        return Cell(say("page", "strip.no_chance", lang)) if findings.pairs < 2 else _missing(lang)
    return Cell(percent(chance, chance=True), "", chance)


def payback_of(findings: Findings, strategy: str) -> float:
    """Return the median payback day, runs that never paid back counted as later than all; infinite if most."""
    days = findings.comparison.values(strategy, "payback_day")
    return float(np.sort(np.where(np.isfinite(days), days, np.inf))[len(days) // 2]) if len(days) else math.inf


def _payback(findings: Findings, strategy: str, lang: Lang) -> Cell:
    days = findings.comparison.values(strategy, "payback_day")
    reached = int(np.isfinite(days).sum())
    note = say("page", "strip.reached", lang, n=len(days), k=reached) if 0 < reached < len(days) else ""
    middle = payback_of(findings, strategy)
    if math.isinf(middle):
        return Cell(say("page", "strip.not_reached", lang), note, brief=f"{reached}/{len(days)}")
    return Cell(day(middle, lang), note, -middle, brief=f"{reached}/{len(days)}")


def _trough(findings: Findings, strategy: str, lang: Lang) -> Cell:
    summary = findings.comparison.summary[strategy]
    lowest = findings.estimate(strategy, "cash_trough_fen").mean
    if not math.isfinite(lowest):
        return _missing(lang)
    broke = int(np.isfinite(summary["insolvent_day"]).sum())
    when = day(float(np.nanmedian(summary["cash_trough_day"])), lang)
    if broke:
        counts = {"n": len(summary["insolvent_day"]), "k": broke}
        brief = say("page", "terminal.insolvent", lang, **counts)
        return Cell(money(lowest, lang), say("page", "strip.insolvent", lang, **counts), lowest, brief=brief)
    return Cell(money(lowest, lang), when, lowest, brief=when)


def _repurchase(findings: Findings, strategy: str, lang: Lang) -> Cell:
    one = findings.estimate(strategy, "repurchase_rate_90d")
    return Cell(percent(one.mean), "", one.mean) if one.n else _missing(lang)


def _together(findings: Findings, strategy: str, lang: Lang) -> Cell:
    """Return what the brand and its agents have made together, and how much of what was sold in was sold on."""
    one = findings.estimate(strategy, "participants_result_fen")
    if not one.n:
        return _missing(lang)
    if not findings.has_agents(strategy):
        return Cell(money(one.mean, lang), "", one.mean)
    sums = [findings.comparison.paths(strategy, series).sum(axis=1).mean() for series in ("sell_in", "sell_through")]
    share = percent(sums[1] / sums[0]) if sums[0] else say("page", "strip.undefined", lang)
    note = say("page", "strip.together_note", lang, n=show(round(sums[0]), "count", lang), share=share)
    return Cell(money(one.mean, lang), note, one.mean, brief=share)


def _losing(findings: Findings, strategy: str, lang: Lang) -> Cell:
    one = findings.estimate(strategy, "losing_agent_share")
    if not one.n:
        return Cell(say("page", "strip.no_agents", lang))
    agents = findings.estimate(strategy, "n_agents").mean
    many = show(round(agents), "count", lang)
    return Cell(percent(one.mean), say("page", "strip.agents", lang, n=many), -one.mean, brief=many)


def _compliance(findings: Findings, strategy: str, lang: Lang) -> Cell:
    light = findings.lights[strategy]
    if not light.of:
        return _missing(lang)
    note = say("page", "strip.light_runs", lang, n=light.of, k=light.runs) if light.runs < light.of else ""
    score = -LIGHTS.index(light.name)
    return Cell(say("page", f"strip.{light.name}", lang), note, score, light.name, brief=f"{light.runs}/{light.of}")
