"""The reading: five to eight sentences drawn from the numbers, and nothing else.

Each sentence says which tables of the page hold its numbers; numbers are written by the same
functions as there, so a reader finds them letter by letter (a test does). What is seen is stated;
a cause is named only where an ablation was played and shows it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.analysis.compliance import indicators
from sim.records.ablation import Ablation
from sim.report import selection
from sim.report.findings import Findings, has_interval, is_separated
from sim.report.numbers import day, money, percent, show, span
from sim.report.strings import Words
from sim.report.strip import payback_of

MOST = 8
MOST_ABLATIONS = 2


@dataclass(frozen=True)
class Sentence:
    """One sentence and the ids of the tables in which its numbers stand."""

    text: str
    tables: tuple[str, ...]


def reading(findings: Findings, words: Words, ablations: tuple[Ablation, ...] = ()) -> list[Sentence]:
    """Return the sentences for this comparison, most important first.

    Parameters
    ----------
    findings : Findings
    words : Words
        Language of the page.
    ablations : tuple of Ablation
        What was played with one mechanism off; at most `MOST_ABLATIONS` are told.
    """
    makers: list[Callable[[Findings, Words], Sentence | None]] = [
        _profit, _selection, _last, _payback, _trough, _crossing, _repurchase, _audience, _agents, _staff, _heat, _light,
    ]  # fmt: skip
    # What carries the leader comes first, then what was found to be a cause.
    first = sorted(ablations, key=lambda one: (one.strategy != findings.verdict.best, not one.is_cause))
    told = [_ablation(one, findings, words) for one in first[:MOST_ABLATIONS]]
    found = {make: sentence for make in makers if (sentence := make(findings, words)) is not None}
    for make in GIVES_WAY:
        if len(found) + len(told) > MOST:
            found.pop(make, None)
    light = found.pop(_light)
    return [*found.values(), *told, light]


def _title(findings: Findings, words: Words, strategy: str) -> str:
    return words.title(findings.comparison, strategy)


def _extremes(findings: Findings, outcome: str) -> tuple[str, str] | None:
    """Return the strategies with the highest and the lowest mean, None unless two differ."""
    means = {s: findings.estimate(s, outcome).mean for s in findings.strategies}
    known = {s: m for s, m in means.items() if math.isfinite(m)}
    if len(known) < 2 or len(set(known.values())) < 2:
        return None
    return max(known, key=known.__getitem__), min(known, key=known.__getitem__)


def _top_two(findings: Findings, outcome: str) -> tuple[str, str]:
    """Return the strategies with the highest and the second highest mean."""
    means = {s: findings.estimate(s, outcome).mean for s in findings.strategies}
    order = sorted(means, key=lambda s: -means[s] if math.isfinite(means[s]) else math.inf)
    return order[0], order[1]


def _mean(findings: Findings, words: Words, strategy: str, outcome: str) -> str:
    return words.value(findings.estimate(strategy, outcome).mean, outcome)


def _profit(findings: Findings, words: Words) -> Sentence:
    best = findings.verdict.best
    title, profit = _title(findings, words, best), _mean(findings, words, best, "profit_fen")
    if len(findings.strategies) == 1:
        one = findings.estimate(best, "profit_fen")
        if not has_interval(one):
            return Sentence(words("reading.profit_run", title=title, profit=profit), ("table-strip",))
        bounds = span(money(one.low, words.lang), money(one.high, words.lang), words.lang)
        return Sentence(words("reading.profit_one", title=title, profit=profit, span=bounds), ("table-strip",))
    if findings.pairs < 2:
        return Sentence(words("reading.single", title=title, profit=profit), ("table-strip",))
    if findings.verdict.separated:
        chance = percent(findings.verdict.chance[best], chance=True)
        return Sentence(words("reading.winner", title=title, profit=profit, chance=chance), ("table-strip",))
    return _tie(findings, words)


def _tie(findings: Findings, words: Words) -> Sentence:
    best, rival = findings.verdict.best, findings.rival
    gap = findings.gap(best, rival)
    text = words(
        "reading.tie", title=_title(findings, words, best), second=_title(findings, words, rival),
        profit=_mean(findings, words, best, "profit_fen"), profit2=_mean(findings, words, rival, "profit_fen"),
        span=span(money(gap.low, words.lang), money(gap.high, words.lang), words.lang),
    )  # fmt: skip
    return Sentence(text, ("table-strip", "table-lead"))


def _selection(findings: Findings, words: Words) -> Sentence | None:
    text = selection.sentence(findings.comparison, words)
    return None if text is None else Sentence(text, ("table-selection",))


def _last(findings: Findings, words: Words) -> Sentence | None:
    if len(findings.strategies) < 3:
        return None
    last = findings.ranking[-1]
    text = words("reading.last", title=_title(findings, words, last), profit=_mean(findings, words, last, "profit_fen"))
    return Sentence(text, ("table-strip",))


def _payback(findings: Findings, words: Words) -> Sentence:
    days = {s: payback_of(findings, s) for s in findings.strategies}
    reached = {s: d for s, d in days.items() if math.isfinite(d)}
    if not reached:
        return Sentence(words("reading.payback_none"), ("table-strip",))
    first = min(reached, key=reached.__getitem__)
    when = day(reached[first], words.lang)
    if len(days) == 1:
        return Sentence(words("reading.payback_one", day=when), ("table-strip",))
    never = [_title(findings, words, s) for s in days if s not in reached]
    key = "reading.payback_first_never" if never else "reading.payback_first"
    text = words(key, title=_title(findings, words, first), day=when, never=words.listed(never))
    return Sentence(text, ("table-strip",))


def _trough(findings: Findings, words: Words) -> Sentence | None:
    lowest = {s: findings.estimate(s, "cash_trough_fen").mean for s in findings.strategies}
    deepest = min(lowest, key=lambda s: math.inf if math.isnan(lowest[s]) else lowest[s])
    if math.isnan(lowest[deepest]):
        return None
    when = day(float(np.nanmedian(findings.comparison.values(deepest, "cash_trough_day"))), words.lang)
    key = "reading.trough" if len(lowest) > 1 else "reading.trough_one"
    text = words(key, title=_title(findings, words, deepest), amount=money(lowest[deepest], words.lang), day=when)
    return Sentence(text, ("table-strip",))


def _crossing(findings: Findings, words: Words) -> Sentence | None:
    """Tell the last overtaking that made today's leader lead, else the last of all."""
    best = [c for c in findings.told_crossings if c.ahead == findings.verdict.best]
    told = [c for c in (best or findings.told_crossings) if c.line]
    if not told:
        return None
    one = told[-1]
    text = words(
        "reading.crossing", leader=_title(findings, words, one.ahead), passed=_title(findings, words, one.behind),
        day=day(one.day, words.lang), line=words.purpose(one.line), amount=money(abs(one.gap_fen), words.lang),
    )  # fmt: skip
    return Sentence(text, ("table-crossings",))


def _are_clear(findings: Findings, ends: tuple[str, str], outcome: str) -> bool:
    """Return whether the higher may be called higher: separated in pairs, or one run that is only described."""
    return findings.pairs < 2 or is_separated(findings.gap(*ends, outcome))


def _ends(findings: Findings, words: Words, key: str, ends: tuple[str, str], outcome: str) -> str:
    """Return who has most and least of an outcome, or that they are not separated."""
    high, low = (_mean(findings, words, s, outcome) for s in ends)
    if not _are_clear(findings, ends, outcome):
        return words(f"{key}_same", high=high, low=low)
    title, other = (_title(findings, words, s) for s in ends)
    return words(key, title=title, high=high, other=other, low=low)


def _repurchase(findings: Findings, words: Words) -> Sentence | None:
    name = "repurchase_rate_90d"
    if len(findings.strategies) == 1:
        only = findings.strategies[0]
        if not findings.estimate(only, name).n:
            return None
        return Sentence(words("reading.repurchase_one", high=_mean(findings, words, only, name)), ("table-strip",))
    ends = _extremes(findings, name)
    if ends is None:
        return None
    return Sentence(_ends(findings, words, "reading.repurchase", ends, name), ("table-strip",))


def _audience(findings: Findings, words: Words) -> Sentence | None:
    tables = ("table-outcomes",)
    if len(findings.strategies) == 1:
        only = findings.strategies[0]
        trust, members = (_mean(findings, words, only, o) for o in ("trust_mean", "members_end"))
        return Sentence(words("reading.trust_one", trust=trust, members=members), tables)
    members_ends, trust_ends = _extremes(findings, "members_end"), _extremes(findings, "trust_mean")
    if trust_ends is None:
        return None
    told = ((members_ends, "members_end"), (trust_ends, "trust_mean"))
    if any(ends is None or not _are_clear(findings, _top_two(findings, name), name) for ends, name in told):
        return Sentence(_ends(findings, words, "reading.trust", trust_ends, "trust_mean"), tables)
    owner, truster = _top_two(findings, "members_end")[0], trust_ends[0]
    text = words(
        "reading.members", title=_title(findings, words, owner), truster=_title(findings, words, truster),
        members=_mean(findings, words, owner, "members_end"), trust=_mean(findings, words, truster, "trust_mean"),
    )  # fmt: skip
    return Sentence(text, tables)


def _agents(findings: Findings, words: Words) -> Sentence:
    """Tell the strategy whose agents lose most often."""
    shares = {s: findings.estimate(s, "losing_agent_share").mean for s in findings.strategies}
    known = {s: v for s, v in shares.items() if math.isfinite(v)}
    if not known:
        key = "reading.no_agents" if len(shares) > 1 else "reading.no_agents_one"
        return Sentence(words(key), ("table-strip",))
    worst = max(known, key=known.__getitem__)
    top = findings.estimate(worst, "agent_income_top1_share").mean
    text = words(
        "reading.agents", title=_title(findings, words, worst), losing=percent(known[worst]),
        median=_mean(findings, words, worst, "agent_income_median_fen"), top=show(top, "share", words.lang),
    )  # fmt: skip
    return Sentence(text, ("table-strip", "table-outcomes"))


def _staff(findings: Findings, words: Words) -> Sentence | None:
    """Tell how long people wait for the busiest staff, and how many give up."""
    chats = {s: findings.estimate(s, "chats").mean for s in findings.strategies}
    busiest = max(chats, key=lambda s: chats[s] if chats[s] > 0 else 0.0)
    if not chats[busiest] > 0:
        return None
    text = words(
        "reading.staff", title=_title(findings, words, busiest),
        wait=_mean(findings, words, busiest, "chat_wait_minutes"), lost=_mean(findings, words, busiest, "chats_lost_share"),
    )  # fmt: skip
    return Sentence(text, ("table-outcomes",))


def _heat(findings: Findings, words: Words) -> Sentence | None:
    """Tell what is left of the heat of rented accounts, where it is lowest."""
    ends = {s: findings.estimate(s, "heat_end").mean for s in findings.strategies}
    known = {s: v for s, v in ends.items() if math.isfinite(v)}
    if not known:
        return None
    coolest = min(known, key=known.__getitem__)
    text = words("reading.heat", title=_title(findings, words, coolest),
                 heat=_mean(findings, words, coolest, "heat_end"))
    return Sentence(text, ("table-outcomes",))


def _light(findings: Findings, words: Words) -> Sentence:
    lights = {s: findings.lights[s].name for s in findings.strategies}
    bad = [
        f"{_title(findings, words, s)}（{words(f'strip.{one}')}）" if words.lang == "zh"
        else f"{_title(findings, words, s)} ({words(f'strip.{one}').lower()})"
        for s, one in lights.items() if one in {"amber", "red"}
    ]  # fmt: skip
    if not bad:
        return Sentence(words("reading.light_good"), ("table-strip",))
    crossed = _line(findings, words)
    text = words("reading.light_bad", titles=words.listed(bad), line=crossed)
    return Sentence(text, ("table-strip", "table-compliance") if crossed else ("table-strip",))


def _line(findings: Findings, words: Words) -> str:
    """Return who crosses the line of 30 people and 3 levels first, on which day and how often; empty if nobody does."""
    found = [(s, one) for s in findings.strategies for one in indicators(findings.comparison, s)
             if one.line.name == "people_30" and one.count == "all" and math.isfinite(one.day)]
    if not found:
        return ""
    strategy, one = min(found, key=lambda pair: pair[1].day)
    return words("reading.line", title=_title(findings, words, strategy), day=day(one.day, words.lang),
                 k=one.runs, n=one.of)


def _ablation(one: Ablation, findings: Findings, words: Words) -> Sentence:
    key = "reading.ablation" if one.is_cause else "reading.ablation_none"
    text = words(
        key, mechanism=one.label.get(words.lang) or one.mechanism, title=_title(findings, words, one.strategy),
        outcome=words.outcome(one.outcome), change=words.value(one.change, one.outcome),
        span=span(words.value(one.low, one.outcome), words.value(one.high, one.outcome), words.lang),
    )  # fmt: skip
    return Sentence(text, ("table-ablations",))


GIVES_WAY = (_last, _payback, _trough, _audience, _crossing)
"""Sentences left out first when there would be more than `MOST`: cards and tables say the same."""
