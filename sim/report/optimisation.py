"""An optimisation in words and in the terminal, drawn from the record alone."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.records.outcomes import SUMMARY
from sim.report.numbers import span
from sim.report.study import (
    WIDTH,
    amount,
    change_unit,
    failures_said,
    has_span,
    is_decided,
    is_same,
    level,
    lever_amount,
    listed,
    nexts_said,
    outcome_name,
    paragraphs,
    table_lines,
    unit_of,
    with_span,
    word,
    world_asked,
    world_said,
)
from sim.scenario.expect import parse_expectation
from sim.text.cells import pad

if TYPE_CHECKING:
    from sim.records.attribution import Estimate
    from sim.records.optimisation import CandidateRecord, GoalRecord, OptimisationRecord
    from sim.text.catalogue import Lang

_ROOM = 27
_NUMBER = 5
_SHOWN = 12
"""Candidates of the front in the terminal; all stand on the page."""


def title_of(record: OptimisationRecord, lang: Lang) -> str:
    """Return the scenario's title."""
    return record.title.get(lang) or record.scenario


def goal_name(goal: GoalRecord, lang: Lang) -> str:
    """Return what a goal wants, in words."""
    return word("optimisation.goal_more" if goal.more else "optimisation.goal_less", lang, outcome=outcome_name(goal.outcome, lang))


def goals_of(record: OptimisationRecord, one: CandidateRecord, lang: Lang) -> str:
    """Return the goals of a candidate with their intervals in one clause."""
    parts = [f"{outcome_name(goal.outcome, lang)} {with_span(level(one.goals[goal.outcome], goal.outcome), unit_of(goal.outcome), lang)}"
             for goal in record.goals]
    return _clauses(parts, lang)


def _clauses(parts: Sequence[str], lang: Lang) -> str:
    return ("; " if lang == "en" else "；").join(parts)


def settings_of(record: OptimisationRecord, one: CandidateRecord, lang: Lang) -> str:
    """Return the levers of a candidate in one clause, in words."""
    return _clauses([f"{lever_label(lever, lang)}{word('common.colon', lang)}{lever_amount(one.levers[lever['path']], lever['unit'], lang)}"
                     for lever in record.levers], lang)


def lever_label(lever: dict[str, Any], lang: Lang) -> str:
    """Return what a lever is called."""
    return str(lever["label"].get(lang) or lever["path"])


def condition_name(text: str, lang: Lang) -> str:
    """Return a condition with its outcome in words: ``share bought by ultimate users > 20%``."""
    name, _, rest = text.strip().partition(" ")
    return f"{outcome_name(name, lang)} {rest.strip()}" if name in SUMMARY else text


def _range(lever: dict[str, Any], lang: Lang) -> str:
    low, high = (lever_amount(lever[end], lever["unit"], lang) for end in ("low", "high"))
    return word("optimisation.lever_range", lang, label=lever_label(lever, lang), span=span(low, high, lang))


def asked(record: OptimisationRecord, lang: Lang) -> str:
    """Return what was wanted, on what conditions, and what was moved, in sentences."""
    goals = listed([goal_name(goal, lang) for goal in record.goals], lang)
    levers = listed([_range(lever, lang) for lever in record.levers], lang)
    out = [word("optimisation.setup", lang, goals=goals, levers=levers, n=len(record.candidates))]
    if record.conditions:
        out.append(word("optimisation.setup_conditions", lang, names=listed([condition_name(text, lang) for text in record.conditions], lang)))
    return ("" if lang == "zh" else " ").join(out)


def said(record: OptimisationRecord, lang: Lang) -> list[str]:
    """Return the answer in sentences."""
    best, n = record.front, len(record.candidates)
    if not best:
        out = [word("optimisation.answer_none", lang, n=n)]
    else:
        values = {"n": n, "number": best[0].number, "goals": goals_of(record, best[0], lang), "settings": settings_of(record, best[0], lang)}
        said_of = "one" if len(record.goals) == 1 else "only" if len(best) == 1 else "many"
        goal = outcome_name(record.goals[0].outcome, lang)
        out = [word(f"optimisation.answer_{said_of}", lang, front=len(best), goal=goal, **values)]
    if record.baseline is not None:
        out.append(word("optimisation.baseline" if record.baseline.is_feasible else "optimisation.baseline_unfit", lang,
                        goals=goals_of(record, record.baseline, lang)))
    if best:
        out += [*_gains(record, best[0], lang), *_open_conditions(record, lang)]
    out.append(word(f"optimisation.robust_{record.robust}", lang))
    if record.uncertain:
        names = listed([lever_label(one, lang) for one in record.uncertain], lang)
        out.append(word("optimisation.uncertain", lang, names=names))
    return out


def _gains(record: OptimisationRecord, best: CandidateRecord, lang: Lang) -> list[str]:
    """Return how much the best candidate gains on the scenario as it stands, and whether that is decided."""
    base = record.baseline
    if base is not None and base.number == best.number:
        return [word("optimisation.stands", lang)]
    if not best.gains:
        return []
    parts = []
    for goal in record.goals:
        away, unit = best.gains[goal.outcome], change_unit(goal.outcome)
        if is_same(away):
            key = "gain_none"
        else:
            key = "gain_open" if not is_decided(away) else "gain_better" if (away.mean > 0) == goal.more else "gain_worse"
        parts.append(word(f"optimisation.{key}", lang, outcome=outcome_name(goal.outcome, lang), away=with_span(away, unit, lang)))
    n = best.gains[record.goals[0].outcome].n
    return [word("optimisation.gains", lang, number=best.number, n=n, parts=_clauses(parts, lang))]


def is_open(text: str, one: CandidateRecord) -> bool:
    """Tell whether a candidate's runs cannot decide a condition: the limit lies within the interval."""
    margin = one.margins.get(text)
    if margin is None or not has_span(margin):
        return False
    return margin.low <= parse_expectation(text).number <= margin.high


def _open_conditions(record: OptimisationRecord, lang: Lang) -> list[str]:
    out = []
    for text in record.conditions:
        numbers = [str(one.number) for one in record.front if is_open(text, one)]
        if numbers:
            out.append(word("optimisation.condition_open", lang, condition=condition_name(text, lang), numbers=listed(numbers, lang)))
    return out


def nexts(record: OptimisationRecord, lang: Lang) -> list[str]:
    """Return what could be done next, in sentences."""
    best = record.front
    if not best:
        return [word("optimisation.next_none", lang)]
    units = {lever["path"]: lever["unit"] for lever in record.levers}
    settings = " ".join(f"--set {shlex.quote(f'{path}={_written(value, units[path])}')}" for path, value in best[0].levers.items())
    out = [word("optimisation.next_run", lang, number=best[0].number, command=f"guanxi run {record.scenario} {settings}{world_asked(record)}")]
    if len(record.goals) > 1 and len(best) > 1:
        out.insert(0, word("optimisation.next_choose", lang))
    if _open_conditions(record, lang) or any(not (is_decided(away) or is_same(away)) for away in best[0].gains.values()):
        out.append(word("optimisation.next_front", lang, n=4 * record.front_replications))
    if not record.uncertain:
        out.append(word("optimisation.next_uncertain", lang))
    return out


def _written(value: float, unit: str) -> str:
    return f"{value / 100:.6g} CNY" if unit == "fen" else f"{value:.6g}"


def terminal_optimisation(record: OptimisationRecord, lang: Lang, width: int = WIDTH) -> str:
    """Return the front as lines of at most `width` cells: goals with intervals, then the settings."""
    heading = word("optimisation.heading", lang, title=title_of(record, lang), n=len(record.candidates), front=len(record.front))
    shown = record.front[:_SHOWN]
    columns = [min(_ROOM, (width - 12 - 2 * _NUMBER) // len(record.goals) - 1)] * len(record.goals) + [_NUMBER]
    heads = [word("optimisation.candidate", lang), *(outcome_name(goal.outcome, lang) for goal in record.goals),
             word("optimisation.runs", lang)]
    lines = table_lines(heads, [], columns, width)
    above = len(lines)
    for one in shown:
        row = [f"{one.number}", *(with_span(level(one.goals[goal.outcome], goal.outcome), unit_of(goal.outcome), lang)
                                   for goal in record.goals),
               str(one.replications)]
        lines += table_lines(heads, [row], columns, width)[above:]
        lines += [f"{pad('', 4)}{text}" for text in paragraphs([settings_of(record, one, lang)], width - 4)]
    return "\n".join([*paragraphs([heading, asked(record, lang), world_said(record, lang)], width), "", *(lines if shown else []),
                      *([""] if shown else []), *paragraphs([*said(record, lang), *failures_said(record.failures, lang)], width),
                      *nexts_said(nexts(record, lang), lang, width)])


def condition_amount(text: str, one: CandidateRecord, lang: Lang) -> Estimate | str:
    """Return what a condition's outcome came to: with its interval where there is one."""
    return one.margins.get(text) or amount(one.conditions[text], unit_of(text.split(maxsplit=1)[0]), lang)
