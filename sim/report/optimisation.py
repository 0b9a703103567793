"""An optimisation in words and in the terminal, drawn from the record alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.study import (
    WIDTH,
    amount,
    failures_said,
    lever_amount,
    outcome_name,
    paragraphs,
    short_path,
    table_lines,
    unit_of,
    with_span,
    word,
)
from sim.text.cells import pad

if TYPE_CHECKING:
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
    colon = word("common.colon", lang)
    parts = [f"{outcome_name(goal.outcome, lang)}{colon if lang == 'zh' else ' '}{with_span(one.goals[goal.outcome], unit_of(goal.outcome), lang)}"
             for goal in record.goals]
    return ("; " if lang == "en" else "；").join(parts)


def settings_of(record: OptimisationRecord, one: CandidateRecord, lang: Lang) -> str:
    """Return the levers of a candidate in one clause, by path."""
    units = {lever["path"]: lever["unit"] for lever in record.levers}
    return ", ".join(f"{short_path(path)} = {lever_amount(value, units[path], lang)}" for path, value in one.levers.items())


def said(record: OptimisationRecord, lang: Lang) -> list[str]:
    """Return the answer in sentences."""
    best, n = record.front, len(record.candidates)
    if not best:
        out = [word("optimisation.answer_none", lang, n=n)]
    else:
        values = {"n": n, "number": best[0].number, "goals": goals_of(record, best[0], lang)}
        out = [word("optimisation.answer_one", lang, **values) if len(record.goals) == 1 else word(
            "optimisation.answer_many", lang, front=len(best), goal=outcome_name(record.goals[0].outcome, lang), **values)]
        out[0] += f" {settings_of(record, best[0], lang)}{'.' if lang == 'en' else '。'}"
    if record.baseline is not None:
        out.append(word("optimisation.baseline", lang, goals=goals_of(record, record.baseline, lang)))
    out.append(word(f"optimisation.robust_{record.robust}", lang))
    if record.uncertain:
        names = ("、" if lang == "zh" else ", ").join(one["label"].get(lang) or one["path"] for one in record.uncertain)
        out.append(word("optimisation.uncertain", lang, names=names))
    return out


def terminal_optimisation(record: OptimisationRecord, lang: Lang, width: int = WIDTH) -> str:
    """Return the front as lines of at most `width` cells: goals with intervals, then the settings."""
    heading = word("optimisation.heading", lang, title=title_of(record, lang), n=len(record.candidates), front=len(record.front))
    shown = record.front[:_SHOWN]
    columns = [min(_ROOM, (width - 12 - 2 * _NUMBER) // len(record.goals) - 1)] * len(record.goals) + [_NUMBER]
    heads = [word("optimisation.candidate", lang), *(outcome_name(goal.outcome, lang) for goal in record.goals),
             word("optimisation.runs", lang)]
    rows = [[f"{one.number}", *(with_span(one.goals[goal.outcome], unit_of(goal.outcome), lang) for goal in record.goals),
             str(one.replications)] for one in shown]
    lines = table_lines(heads, rows, columns, width)
    out = lines[:2]
    for line, one in zip(lines[2:], shown, strict=True):
        out += [line, *(f"{pad('', 4)}{text}" for text in paragraphs([settings_of(record, one, lang)], width - 4))]
    return "\n".join([*paragraphs([heading], width), "", *out, "",
                      *paragraphs([*said(record, lang), *failures_said(record.failures, lang)], width)])


def condition_amount(text: str, value: float, lang: Lang) -> str:
    """Return what a condition's outcome came to, in its unit."""
    return amount(value, unit_of(text.split(maxsplit=1)[0]), lang)
