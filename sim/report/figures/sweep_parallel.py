"""Parallel coordinates: a line a point and scenario through all axes, coloured by an outcome.

The lines can be brushed: drag along an axis to keep only those that pass there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from sim.report.figures.sweep_response import log_ticks, rounded
from sim.report.figures.sweep_theme import colour_scale
from sim.report.figures.theme import FONT, base
from sim.report.markup import plot_text
from sim.report.palette import neutral
from sim.text.catalogue import say
from sim.text.cells import clip, wrap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.report.sweep_axes import AxisView
    from sim.report.swept import Swept

    Floats = NDArray[np.float64]

HEIGHT = 460
MOST_POINTS = 10_000
"""Points times scenarios that a page holds one by one."""
MOST_LINES = 2_500
"""More lines than these cover each other."""
TICKS = ",.4~r"
_LABEL_CELLS = 12
_TICK_CELLS = 13


def parallel(swept: Swept, outcome: str) -> go.Figure:
    """Draw every point of every scenario; those at which the outcome is undefined are left out.

    Parameters
    ----------
    swept : Swept
    outcome : str
        A summary outcome, the last coordinate and the colour.
    """
    rows = kept_rows(swept)[:: every(swept)]
    told, means = swept.outcome(outcome), swept.means(outcome)[rows]
    known = np.isfinite(means)
    point, strategy = np.nonzero(known)
    scale, unit = told.scale(means)
    colours = rounded(means[known] / scale)
    figure = shell(swept)
    trace = figure.data[0]
    lines = [*([strategy] if swept.wide > 1 else []), *(drawn(view, rows)[point] for view in swept.axes)]
    for dimension, values in zip(trace.dimensions, lines, strict=False):
        dimension.values = values
    steps, low, high = colour_scale(colours)
    last = trace.dimensions[-1]
    last.update(values=colours, label=label_of(told.title(unit)))
    trace.line.update(color=colours, colorscale=steps, cmin=low, cmax=high)
    return figure


def kept_rows(swept: Swept) -> NDArray[np.int64]:
    """Return the rows of the points that are drawn one by one: all, or every so many of a very large sweep."""
    count = len(swept.numbers)
    most = max(1, MOST_POINTS // swept.wide)
    return np.unique(np.linspace(0, count - 1, min(count, most)).round()).astype(np.int64)


def every(swept: Swept) -> int:
    """Return how many of the points kept stand for one line."""
    return math.ceil(len(kept_rows(swept)) * swept.wide / MOST_LINES)


def drawn(view: AxisView, rows: NDArray[np.int64]) -> Floats:
    """Return an axis' values as they are drawn: positions of words, logarithms on a log axis."""
    if view.is_words:
        return np.asarray(view.levels.place[rows], np.float64)
    values = view.points[rows] / view.scale[0]
    return np.asarray(np.log10(values) if is_log(view) else values)


def is_log(view: AxisView) -> bool:
    """Return whether an axis is drawn by its logarithm."""
    return view.record.scale == "log" and bool((view.points > 0).all())


def shell(swept: Swept) -> go.Figure:
    """Return the figure with its coordinates named and no lines: scenario (of several), axes, outcome."""
    dimensions = [_dimension(view) for view in swept.axes]
    if swept.wide > 1:
        names = [plot_text(clip(swept.title(s), _TICK_CELLS)) for s in range(swept.wide)]
        words = say("sweep_page", "table.scenario", swept.lang)
        dimensions.insert(0, {"label": words, "tickvals": list(range(swept.wide)), "ticktext": names,
                              "range": [-0.2, swept.wide - 0.8]})
    dimensions.append({"label": "", "tickformat": TICKS})
    figure = base(HEIGHT)
    quiet = {"family": FONT, "size": 12, "color": neutral("ink")}
    figure.add_parcoords(
        dimensions=dimensions, labelside="bottom", labelfont=quiet, tickfont=quiet | {"size": 11}, rangefont=quiet | {"size": 11, "color": neutral("soft")},
        line={"showscale": False}, unselected={"line": {"color": neutral("faint"), "opacity": 0.06}},
    )  # fmt: skip
    figure.update_layout(margin={"l": 112 if swept.wide > 1 else 70, "r": 64, "t": 26, "b": 84})
    return figure


def label_of(text: str) -> str:
    """Return the head of a coordinate, in at most three short lines."""
    lines = wrap(text, _LABEL_CELLS)
    lines = [*lines[:2], clip(" ".join(lines[2:]), _LABEL_CELLS)] if len(lines) > 3 else lines
    return "<br>".join(["", *(plot_text(line) for line in lines)])  # a line free: the least value of the axis stands there


def _dimension(view: AxisView) -> dict[str, Any]:
    label = label_of(view.title)
    if view.is_words:
        names = [plot_text(clip(name, _TICK_CELLS)) for name in view.levels.names]
        return {"label": label, "tickvals": list(range(len(names))), "ticktext": names, "range": [-0.2, len(names) - 0.8]}
    if is_log(view):
        low, high = (float(edge) / view.scale[0] for edge in (view.points.min(), view.points.max()))
        ticks = log_ticks(low, high)
        return {"label": label, "tickvals": np.log10(ticks).tolist(), "ticktext": [f"{one:,.6g}" for one in ticks]}
    return {"label": label, "tickformat": TICKS}
