"""Heat map: mean of an outcome over two axes, for one scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from sim.report.figures.sweep_response import TICK_CELLS, rounded
from sim.report.figures.sweep_theme import colour_scale
from sim.report.figures.theme import base
from sim.report.markup import plot_text
from sim.report.palette import neutral
from sim.text.catalogue import say
from sim.text.cells import clip

if TYPE_CHECKING:
    from sim.report.sweep_axes import AxisView
    from sim.report.swept import Swept

HEIGHT = 400
_BELOW = 26
"""Pixels from the lower edge of a map to the name of its axis: the labels of the levels lie between."""


def heat(swept: Swept, outcome: str, axes: tuple[int, int], strategy: int) -> go.Figure:
    """Draw an outcome over two axes, all others averaged over; all scenarios share the scale of colours.

    Parameters
    ----------
    swept : Swept
    outcome : str
        A summary outcome.
    axes : (int, int)
        Positions of the level axis and the upright one.
    strategy : int
        Position of the scenario.
    """
    told = swept.outcome(outcome)
    every = np.stack([swept.heat(outcome, axes, s) for s in range(swept.wide)])
    scale, unit = told.scale(every)
    figure = shell(swept.axes[axes[0]], swept.axes[axes[1]])
    colours, low, high = colour_scale(every / scale)
    figure.add_heatmap(
        z=rounded(every[strategy] / scale), colorscale=colours, zmin=low, zmax=high, xgap=1, ygap=1, hoverongaps=False,
        colorbar=bar(told.title(unit)), hovertemplate=say("sweep_page", "hover.heat", swept.lang),
        customdata=_names(swept.axes[axes[0]], swept.axes[axes[1]]),
    )  # fmt: skip
    return figure


def shell(across: AxisView, up: AxisView) -> go.Figure:
    """Return the empty figure of two axes: their levels are counted and named."""
    figure = base(HEIGHT)
    for update, view in ((figure.update_xaxes, across), (figure.update_yaxes, up)):
        update(**axis_look(view))
    figure.update_xaxes(title_standoff=_BELOW)  # a short title would slip in between two labels
    return figure


def axis_look(view: AxisView) -> dict[str, Any]:
    """Return one axis of a heat map."""
    names = [plot_text(clip(view.about(k), TICK_CELLS)) for k in range(len(view.levels.names))]
    return {"title_text": plot_text(clip(view.label, 40)), "tickvals": list(range(len(names))), "ticktext": names, "type": "linear",
            "showgrid": False, "range": [-0.5, len(names) - 0.5]}


def bar(title: str) -> dict[str, Any]:
    """Return the key of colours, lying below the map so that the map keeps its width."""
    quiet = {"color": neutral("soft"), "size": 12}
    return {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left", "len": 1, "thickness": 10,
            "title": {"text": plot_text(clip(title, 52)), "side": "top", "font": quiet}, "tickfont": quiet, "nticks": 5,
            "outlinewidth": 0, "tickformat": ",~f"}


def _names(across: AxisView, up: AxisView) -> list[list[list[str]]]:
    return [[[plot_text(a), plot_text(b)] for a in across.levels.names] for b in up.levels.names]
