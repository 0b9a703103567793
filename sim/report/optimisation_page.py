"""An optimisation as one page: the front among all candidates, then each with its settings."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from sim.report.figures.cloud import Axis, Dot, cloud
from sim.report.html_table import folded, table
from sim.report.markup import Html, el, join
from sim.report.optimisation import (
    asked,
    condition_amount,
    condition_name,
    goal_name,
    goals_of,
    is_open,
    lever_label,
    nexts,
    said,
    settings_of,
    title_of,
)
from sim.report.study import amount, beginning, level, lever_amount, listed, outcome_name, unit_of, word
from sim.report.study_page import Opening, estimate_cell, section, study_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.records.optimisation import CandidateRecord, GoalRecord, OptimisationRecord
    from sim.text.catalogue import Lang

WORKS = {"tpe": ("BergstraEtAl2011", "OzakiEtAl2022", "AkibaEtAl2019"), "nsga2": ("DebEtAl2002", "AkibaEtAl2019")}
_MORE = ("Niederreiter1992", "RockafellarUryasev2000")


def render_optimisation(record: OptimisationRecord, lang: Lang = "zh") -> str:
    """Return the page as text."""
    question = word("optimisation.question", lang, title=title_of(record, lang))
    works = [*WORKS[record.sampler], *(_MORE if record.uncertain or record.robust == "tenth" else ())]
    opening = Opening(word("optimisation.kind", lang), question, asked(record, lang), said(record, lang), nexts(record, lang))
    return study_page(record, opening, [_picture(record, lang), _all(record, lang)], works, lang)


def _picture(record: OptimisationRecord, lang: Lang) -> Html:
    """Return the cloud of candidates over the goals, two by two; over their number where there is one goal."""
    rows = _table("table-front", word("optimisation.section_front", lang), record.front, record, lang)
    if len(record.goals) == 1:
        return section("front", word("optimisation.section_best", lang), word("optimisation.section_best_deck", lang),
                       el("p", {"class": "legend"}, word("optimisation.key_one", lang)), _history(record, lang), rows)
    first = record.goals[0]
    clouds = [_pair(record, first, other, lang) for other in record.goals[1:]]
    return section("front", word("optimisation.section_front", lang), word("optimisation.section_front_deck", lang),
                   el("p", {"class": "legend"}, word("optimisation.key", lang)), join(clouds), rows)


def _dot(record: OptimisationRecord, one: CandidateRecord, place: tuple[float, float], spans: Sequence[float], lang: Lang) -> Dot:
    is_base = record.baseline is not None and one.number == record.baseline.number
    told = f"{word('optimisation.candidate', lang)} {one.number}: {goals_of(record, one, lang)}; {settings_of(record, one, lang)}"
    style = "front" if one.on_front else "fit" if one.is_feasible else "unfit"
    return Dot(*place, style, told, str(one.number) if one.on_front or is_base else "", tuple(spans), is_base)  # type: ignore[arg-type]


def _pair(record: OptimisationRecord, first: GoalRecord, other: GoalRecord, lang: Lang) -> Html:
    names = (other.outcome, first.outcome)
    plain = record.robust == "mean"
    dots = []
    for one in record.candidates:
        goals = [one.goals[name] for name in names]
        spans = [end for goal in goals for end in (goal.low, goal.high)] if plain else [math.nan] * 4
        dots.append(_dot(record, one, (one.scores[names[0]], one.scores[names[1]]), spans, lang))
    axes = [Axis(goal_name(goal, lang), partial(amount, unit=unit_of(goal.outcome), lang=lang)) for goal in (other, first)]
    caption = f"{goal_name(first, lang)} / {goal_name(other, lang)}"
    return cloud(f"cloud-{other.outcome}", caption, dots, axes[0], axes[1])


def _history(record: OptimisationRecord, lang: Lang) -> Html:
    goal = record.goals[0]
    best, line = math.nan, []
    for one in record.candidates:
        score = one.scores[goal.outcome]
        if one.is_feasible and math.isfinite(score) and (math.isnan(best) or (score > best) == goal.more):
            best = score
        if math.isfinite(best):
            line.append((float(one.number), best))
    dots = [_dot(record, one, (float(one.number), one.scores[goal.outcome]), [math.nan] * 4, lang) for one in record.candidates]
    return cloud("cloud-search", word("optimisation.section_best", lang), dots, Axis(word("optimisation.candidate", lang), "{:.0f}".format),
                 Axis(goal_name(goal, lang), partial(amount, unit=unit_of(goal.outcome), lang=lang)), line)


def _all(record: OptimisationRecord, lang: Lang) -> Html:
    shown = _table("table-all", word("optimisation.section_all", lang), record.candidates, record, lang)
    return section("all", word("optimisation.section_all", lang), word("optimisation.section_all_deck", lang),
                   folded(word("optimisation.all", lang, n=len(record.candidates)), shown))


def _table(name: str, caption: str, candidates: Sequence[CandidateRecord], record: OptimisationRecord, lang: Lang) -> Html:
    heads = [word("optimisation.number", lang), *(beginning(outcome_name(goal.outcome, lang)) for goal in record.goals),
             *(beginning(condition_name(text, lang)) for text in record.conditions),
             *(lever_label(lever, lang) for lever in record.levers), word("optimisation.standing", lang), word("optimisation.runs", lang)]
    rows = [[str(one.number), *(estimate_cell(level(one.goals[goal.outcome], goal.outcome), unit_of(goal.outcome), lang) for goal in record.goals),
             *(_condition(text, one, lang) for text in record.conditions),
             *(lever_amount(one.levers[lever["path"]], lever["unit"], lang) for lever in record.levers),
             _standing(record, one, lang), str(one.replications)] for one in candidates]
    return table(name, caption, heads, rows, text_columns=(0, len(heads) - 2))


def _condition(text: str, one: CandidateRecord, lang: Lang) -> Html:
    """Return what a condition's outcome came to, and whether the runs can decide it."""
    found = condition_amount(text, one, lang)
    name = text.split(maxsplit=1)[0]
    shown = found if isinstance(found, str) else estimate_cell(level(found, name), unit_of(name), lang)
    return join(shown, el("small", {"class": "interval"}, word("optimisation.open", lang)) if is_open(text, one) else None)


def _standing(record: OptimisationRecord, one: CandidateRecord, lang: Lang) -> str:
    """Return what a candidate is, in a word or two."""
    base = record.baseline
    names = [*(["base"] if base is not None and one.number == base.number else []),
             "front" if one.on_front else "fit" if one.is_feasible else "unfit"]
    return listed([word(f"optimisation.is_{name}", lang) for name in names], lang)
