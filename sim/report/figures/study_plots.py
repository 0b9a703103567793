"""Attribution, sensitivity and optimisation as plotly figures, for notebooks: the pages draw the same as markup."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from sim.report.attribution import part_name
from sim.report.figures.theme import base, label, unit_above
from sim.report.markup import plot_text
from sim.report.optimisation import goal_name, goals_of, settings_of
from sim.report.palette import mark, neutral
from sim.report.sensitivity import index_unit, lever_name
from sim.report.sensitivity_page import by_swing
from sim.report.study import change_unit, outcome_name, unit_of, word
from sim.text.cells import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.records.attribution import AttributionRecord, Estimate
    from sim.records.optimisation import OptimisationRecord
    from sim.records.sensitivity import SensitivityRecord
    from sim.text.catalogue import Lang

_ROW, _ROOM = 46, 90
_CELLS = 34


def contributions(record: AttributionRecord, lang: Lang) -> go.Figure:
    """Return what each part contributes, a bar a part, with 95 % intervals."""
    rows = [(part_name(part, lang), part.share) for part in record.parts]
    return _bars(rows, outcome_name(record.outcome, lang), change_unit(record.outcome), lang)


def touch(record: AttributionRecord, lang: Lang) -> go.Figure:
    """Return revenue as caused and as last touch books it, two bars a part."""
    names = [part_name(part, lang) for part in record.parts]
    figure = _bars(list(zip(names, (part.caused for part in record.parts), strict=True)), "", "fen", lang, name=word("attribution.caused", lang))
    _add(figure, list(zip(names, (part.touched for part in record.parts), strict=True)), 1, "fen", lang,
         name=word("attribution.touched", lang))
    figure.update_layout(barmode="group", showlegend=True, height=_ROOM + 2 * _ROW * len(names))
    unit_above(figure, word("attribution.revenue", lang))
    return figure


def tornado(record: SensitivityRecord, lang: Lang) -> go.Figure:
    """Return the outcome where each lever is low and where it is high, with 95 % intervals, the longest bar on top."""
    unit = unit_of(record.outcome)
    levers = by_swing(record)
    figure = base(_ROOM + _ROW * len(levers))
    step, named = _scale(unit, lang)
    for k, (side, fade) in enumerate((("at_low", 0.4), ("at_high", 1.0))):
        ends: list[Estimate] = [getattr(lever, side) for lever in levers]
        figure.add_bar(
            orientation="h", y=[label(lever_name(lever, lang), _CELLS) for lever in levers], base=record.mean / step,
            x=[(one.mean - record.mean) / step for one in ends], error_x=_error(ends, step), opacity=fade,
            marker={"color": mark(0).light}, name=plot_text(word(f"sensitivity.{side}", lang)), offsetgroup=str(k))
    figure.add_vline(x=record.mean / step, line={"color": neutral("soft"), "width": 1})
    figure.update_layout(barmode="overlay", showlegend=True)
    _name_axes(figure, f"{outcome_name(record.outcome, lang)}{named}")
    return figure


def indices(record: SensitivityRecord, lang: Lang, index: str) -> go.Figure:
    """Return one index of every lever with its 95 % interval, the most important on top."""
    rows = [(lever_name(lever, lang), lever.indices[index]) for lever in record.levers]
    return _bars(rows, word(f"sensitivity.{index}", lang), index_unit(record), lang)


def front(record: OptimisationRecord, lang: Lang, other: str | None = None) -> go.Figure:
    """Return all candidates over the first goal and another, over their number where there is one goal; the front filled."""
    first = record.goals[0]
    second = next((goal for goal in record.goals[1:] if other in {None, goal.outcome}), None)
    figure = base(460)
    step, named = _scale(unit_of(first.outcome), lang)
    across, named_across = _scale(unit_of(second.outcome), lang) if second else (1.0, "")
    for k, (kind, symbol, chosen) in enumerate((
            ("unfit", "x-thin-open", [one for one in record.candidates if not one.is_feasible]),
            ("fit", "circle-open", [one for one in record.candidates if one.is_feasible and not one.on_front]),
            ("front", "circle", [one for one in record.candidates if one.on_front]))):
        if chosen:
            figure.add_scatter(
                mode="markers", x=[one.scores[second.outcome] / across if second else one.number for one in chosen],
                y=[one.scores[first.outcome] / step for one in chosen], name=plot_text(word(f"optimisation.is_{kind}", lang)),
                marker={"symbol": symbol, "size": 9, "color": mark(0).light if k == 2 else neutral("soft"), "line": {"width": 1.4}},
                text=[plot_text(f"{one.number}: {goals_of(record, one, lang)}; {settings_of(record, one, lang)}") for one in chosen],
                hovertemplate="%{text}<extra></extra>")
    figure.update_layout(showlegend=True)
    figure.update_xaxes(title_text=plot_text(f"{goal_name(second, lang)}{named_across}" if second else word("optimisation.candidate", lang)))
    figure.update_yaxes(title_text=plot_text(f"{goal_name(first, lang)}{named}"))
    return figure


def _bars(rows: Sequence[tuple[str, Estimate]], title: str, unit: str, lang: Lang, name: str = "") -> go.Figure:
    figure = base(_ROOM + _ROW * len(rows))
    _add(figure, rows, 0, unit, lang, name=name)
    figure.update_xaxes(zeroline=True, zerolinecolor=neutral("soft"))
    _name_axes(figure, f"{title}{_scale(unit, lang)[1]}")
    return figure


def _add(figure: go.Figure, rows: Sequence[tuple[str, Estimate]], colour: int, unit: str, lang: Lang, *, name: str) -> None:
    step, _ = _scale(unit, lang)
    found = [one for _, one in rows]
    figure.add_bar(orientation="h", y=[label(text, _CELLS) for text, _ in rows], x=[one.mean / step for one in found],
                   error_x=_error(found, step), marker={"color": mark(colour).light}, name=plot_text(name))


def _name_axes(figure: go.Figure, title: str) -> None:
    figure.update_xaxes(title_text=plot_text(clip(title, 60)))
    figure.update_yaxes(autorange="reversed", showgrid=False)


def _scale(unit: str, lang: Lang) -> tuple[float, str]:
    """Return what one of the axis is in a unit of the catalogue, and how that is written after its title."""
    if unit == "fen":
        return 100.0, "（元）" if lang == "zh" else " (¥)"
    if unit == "points":
        return 0.01, "（百分点）" if lang == "zh" else " (points)"
    return (0.01, "（%）" if lang == "zh" else " (%)") if unit == "share" else (1.0, "")


def _error(found: Sequence[Estimate], step: float) -> dict[str, Any]:
    def away(end: float, mean: float) -> float:
        return abs(end - mean) / step if math.isfinite(end) and math.isfinite(mean) else 0.0

    return {"type": "data", "symmetric": False, "array": [away(one.high, one.mean) for one in found],
            "arrayminus": [away(one.low, one.mean) for one in found], "color": neutral("ink"), "thickness": 1.3, "width": 4}
