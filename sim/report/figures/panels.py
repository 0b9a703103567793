"""Small multiples: some series on one time axis, one small figure each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from sim.records.comparison import Comparison
from sim.records.outcomes import DAILY
from sim.report.figures.theme import base, money_scale, quantiles, upright
from sim.report.incidents import Incident
from sim.report.markup import plot_text
from sim.report.numbers import show
from sim.report.palette import mark, neutral, veil
from sim.report.strings import title_of
from sim.text.catalogue import Lang, say

HEIGHT = 210
SERIES = ("active_buyers", "gmv_fen", "trust", "fatigue", "members", "cash_fen")
"""Series shown, in reading order: what is sold, what it does to people, what is owned in the end."""
SOME = ("heat", "chat_wait_minutes", "agents", "channel_stock")
"""Series that only some models have: drawn where one has them."""
GOODS = ("channel_stock",)
"""Counts of goods: their unit has a word of its own."""
WEEK = 7
"""Days of the trailing mean that calms what jumps with weekdays and campaigns."""
CALMED = ("gmv_fen", "chat_wait_minutes")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """One small figure: its heading and the unit its axis is in."""

    series: str
    title: str
    unit: str
    figure: go.Figure


def panels(comparison: Comparison, lang: Lang, marks: Sequence[Incident] = ()) -> list[Panel]:
    """Draw the series; empty ones (no owned audience anywhere) are drawn at zero, not left out.

    Those of `SOME` are drawn only where a strategy has any. `marks` are days on which something befell one.
    """
    some = [name for name in SOME if any(np.nansum(np.abs(comparison.paths(s, name))) for s in comparison.strategies)]
    return [panel(comparison, series, lang, marks) for series in (*SERIES, *some)]


def panel(comparison: Comparison, series: str, lang: Lang, marks: Sequence[Incident] = ()) -> Panel:
    """Draw one series: mean line and 50 % band over replications a strategy."""
    outcome = DAILY[series]
    paths = {s: calm(comparison.paths(s, series), series) for s in comparison.strategies}
    every = np.concatenate([p.ravel() for p in paths.values()])
    is_money = outcome.unit == "fen"
    scale, unit = money_scale(every, lang) if is_money else (1.0, say("page", f"unit.{_unit(series)}", lang))
    if series in CALMED:
        unit = say("page", "unit.a_day" if is_money else "unit.week", lang, unit=unit)
    figure = base(HEIGHT, hovermode="x unified")
    for index, strategy in enumerate(comparison.strategies):
        if series in SOME and not np.nansum(np.abs(paths[strategy])):
            continue
        title = title_of(comparison, strategy, lang)
        _add(figure, (index, title), paths[strategy], (scale, outcome.unit), lang)
    figure.update_xaxes(
        range=[0, (comparison.days - 1) * 1.02], nticks=5,
        unifiedhovertitle={"text": say("page", "axis.hover_day", lang)},
    )  # fmt: skip
    figure.update_yaxes(nticks=4, rangemode="normal" if is_money and np.nanmin(every) < 0 else "tozero")
    figure.update_yaxes(tickformat="~f" if outcome.unit == "index" else ",~f")
    for one in marks:
        upright(figure, one, mark(comparison.strategies.index(one.strategy)).light)
    figure.update_layout(margin={"l": 4, "r": 10, "t": 6, "b": 4})
    return Panel(series, outcome.zh if lang == "zh" else outcome.en, unit, figure)


def _unit(series: str) -> str:
    """Return the message that names a series' unit; trust and its like say their range."""
    if series in GOODS:
        return "goods"
    return "unit_range" if "[0, 1]" in DAILY[series].formula else DAILY[series].unit


def calm(paths: Floats, series: str) -> Floats:
    """Return what jumps from day to day (R, T) as trailing seven-day means of the days with a value; others as they are."""
    if series not in CALMED:
        return paths
    known = np.isfinite(paths)
    sums, days = (_trailing(np.where(known, values, 0.0)) for values in (paths, np.ones_like(paths)))
    return np.divide(sums, days, out=np.full_like(sums, np.nan), where=days > 0)


def _trailing(values: Floats) -> Floats:
    """Return sums over the last `WEEK` days, float64 (R, T)."""
    sums = np.cumsum(np.concatenate([np.zeros((len(values), 1)), values], axis=1), axis=1)
    end = np.arange(1, values.shape[1] + 1)
    return np.asarray(sums[:, end] - sums[:, np.maximum(0, end - WEEK)])


def _add(figure: go.Figure, who: tuple[int, str], paths: Floats, how: tuple[float, str], lang: Lang) -> None:
    (index, title), (scale, unit) = who, how
    days = np.arange(paths.shape[1])
    some = np.isfinite(paths).any(axis=0)
    mean = np.full(paths.shape[1], np.nan)
    mean[some] = np.nanmean(paths[:, some], axis=0)
    colour = mark(index).light
    if len(paths) > 1 and some.all():
        lower, upper = quantiles(paths, (0.25, 0.75)) / scale
        figure.add_scatter(
            x=np.concatenate([days, days[::-1]]), y=np.concatenate([upper, lower[::-1]]).round(4), mode="lines",
            line={"width": 0}, fill="toself", fillcolor=veil(colour, 0.14), hoverinfo="skip", meta={"strategy": index},
        )  # fmt: skip
    figure.add_scatter(
        x=days, y=(mean / scale).round(4), mode="lines", line={"color": colour, "width": 1.75}, name=plot_text(title),
        customdata=[show(value, unit, lang) for value in mean], hovertemplate="%{customdata}",
        meta={"strategy": index},
    )  # fmt: skip
    figure.add_scatter(
        x=days[-1:], y=(mean[-1:] / scale).round(4), mode="markers", hoverinfo="skip", cliponaxis=False,
        marker={
            "color": colour, "size": 8, "symbol": mark(index).symbol, "line": {"color": neutral("paper"), "width": 1},
        },
        meta={"strategy": index},
    )  # fmt: skip
