"""Response curves: mean of an outcome against one axis, a line a scenario, with its 95 % interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from sim.report.figures.theme import base, padded, unit_above
from sim.report.markup import plot_text
from sim.report.palette import mark, neutral
from sim.text.catalogue import say
from sim.text.cells import clip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.report.sweep_axes import AxisView
    from sim.report.swept import Response, Swept

    Floats = NDArray[np.float64]

HEIGHT = 300
_DODGE = 0.12
"""Share of the step between two words by which scenarios stand apart."""
TICK_CELLS = 14


def response(swept: Swept, outcome: str, axis: int) -> go.Figure:
    """Draw an outcome against an axis, all other axes averaged over.

    Parameters
    ----------
    swept : Swept
    outcome : str
        A summary outcome.
    axis : int
        Position of the axis.
    """
    view, told = swept.axes[axis], swept.outcome(outcome)
    found = swept.response(outcome, axis)
    scale, unit = told.scale(found.mean)
    figure = base(HEIGHT)
    for s in range(swept.wide):
        _add(figure, swept, s, (places(view, s, swept.wide), found, scale))
    figure.update_xaxes(**_across(view))
    figure.update_yaxes(range=list(span_of(found, scale)), nticks=6, tickformat=",~f", zeroline=True,
                        zerolinecolor=neutral("faint"))
    unit_above(figure, told.title(unit))
    return figure


def places(view: AxisView, strategy: int, wide: int) -> Floats:
    """Return where along the axis a scenario's means stand; words are counted, and scenarios stand side by side there."""
    levels = view.levels
    if view.is_words:
        step = min(_DODGE, 0.6 / max(1, wide))
        return np.asarray(np.arange(len(levels.centre)) + step * (strategy - (wide - 1) / 2))
    return np.asarray([float(f"{value:.5g}") for value in levels.centre / view.scale[0]])


def span_of(found: Response, scale: float) -> tuple[float, float]:
    """Return a range that holds all means, and intervals as far as they do not dwarf the means."""
    means = found.mean[np.isfinite(found.mean)] / scale
    if not len(means):
        return 0.0, 1.0
    low, high = padded(means, 0.12)
    room = max(high - low, 1e-9)
    ends = np.concatenate([found.low.ravel(), found.high.ravel()]) / scale
    ends = ends[np.isfinite(ends)].clip(low - 0.7 * room, high + 0.7 * room)
    low, high = padded(np.concatenate([[low, high], ends]), 0.03)
    return float(f"{low:.5g}"), float(f"{high:.5g}")


def _across(view: AxisView) -> dict[str, Any]:
    """Return the look of the axis that is swept."""
    title = {"title_text": plot_text(clip(view.title, 46)), "showline": True, "linecolor": neutral("rule")}
    levels = view.levels
    if view.is_words:
        named = [plot_text(clip(name, TICK_CELLS)) for name in levels.names]
        return title | {"tickvals": list(range(len(named))), "ticktext": named, "range": [-0.5, len(named) - 0.5]}
    drawn = levels.centre / view.scale[0]
    if view.record.scale == "log" and (drawn > 0).all():
        low, high = np.log10(drawn.min()), np.log10(drawn.max())
        air = 0.05 * (high - low) or 0.1
        ticks = log_ticks(float(drawn.min()), float(drawn.max()))
        return title | {"type": "log", "range": [low - air, high + air], "tickvals": ticks,
                        "ticktext": [f"{v:,.6g}" for v in ticks]}
    low, high = padded(drawn, 0.05)
    look: dict[str, Any] = title | {"range": [low, high], "nticks": 6, "tickformat": ",~r" if abs(high) < 1e-2 else ",~f"}
    if len(drawn) == 1:
        look |= {"tickvals": drawn.tolist(), "ticktext": [plot_text(view.levels.names[0])]}
    return look


def log_ticks(low: float, high: float) -> list[float]:
    """Return round values of a log axis: 1, 2, 5 of each power of ten where it spans few of them, else powers alone."""
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5)):
        found = [float(f"{step}e{power}") for power in powers for step in steps]
        found = [one for one in found if low * 0.999 <= one <= high * 1.001]
        if len(found) >= 3:
            return found[:: math.ceil(len(found) / 6)]
    return sorted({float(f"{one:.3g}") for one in np.geomspace(low, high, 3)})


def _add(figure: go.Figure, swept: Swept, s: int, what: tuple[Floats, Response, float]) -> None:
    """Add the line of one scenario, with its intervals as upright bars."""
    x, found, scale = what
    mean, low, high = (rounded(part[s] / scale) for part in (found.mean, found.low, found.high))
    colour = mark(s).light
    figure.add_scatter(
        x=x, y=mean, mode="lines+markers", name=plot_text(swept.title(s)), connectgaps=False,
        line={"color": colour, "width": 2}, cliponaxis=False,
        marker={"color": colour, "size": 8, "symbol": mark(s).symbol, "line": {"color": neutral("paper"), "width": 1}},
        error_y={"type": "data", "symmetric": False, "array": np.nan_to_num(high - mean),
                 "arrayminus": np.nan_to_num(mean - low), "color": colour, "thickness": 1.3, "width": 4},
        customdata=np.stack([low, high], axis=1),
        text=[f"{int(n):,}" for n in found.n[s]], meta={"strategy": s},
        hovertemplate=say("sweep_page", "hover.response", swept.lang) if np.isfinite(low).any() else
        say("sweep_page", "hover.mean", swept.lang),
    )  # fmt: skip


def rounded(values: Floats, digits: int = 5) -> Floats:
    """Return values with so many digits that mean something."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.where((values == 0) | ~np.isfinite(values), 0.0, np.floor(np.log10(np.abs(values))))
    step = 10.0 ** (power - digits + 1)
    return np.asarray(np.round(values / step) * step)
