"""What all figures share: type, paper, axes, and the labels at the end of lines.

Figures carry no title: the page sets it as text, with its explanation. They keep no room for a
legend either; lines are labelled where they end, and on narrow screens the page shows a key.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from sim.report.incidents import Incident
from sim.report.markup import plot_text
from sim.report.palette import neutral
from sim.text.catalogue import Lang
from sim.text.cells import clip

FONT = (
    '"Inter","Helvetica Neue","Segoe UI",system-ui,-apple-system,Roboto,"PingFang SC","Hiragino Sans GB",'
    '"Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-serif'
)
END = "end"
"""Name of annotations that label the end of a line; the page hides them on narrow screens."""
LABEL_CELLS = 22
"""Longest label beside a line, in cells of which a Chinese character takes two."""


def base(height: int, **layout: Any) -> go.Figure:
    """Return an empty figure with the house's look."""
    quiet = {"color": neutral("soft"), "size": 12}
    axis = {
        "gridcolor": neutral("grid"), "zeroline": False, "showline": False, "automargin": True,
        "ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)",
        "tickfont": quiet, "title": {"font": quiet, "standoff": 10}, "fixedrange": True,
    }  # fmt: skip
    look = {
        "template": "none",
        "height": height,
        "font": {"family": FONT, "size": 13, "color": neutral("ink")},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "xaxis": axis | {"showgrid": False},
        "yaxis": axis,
        "hoverlabel": {
            "bgcolor": neutral("paper"), "bordercolor": neutral("rule"), "align": "left", "namelength": -1,
            "font": {"family": FONT, "size": 13, "color": neutral("ink")},
        },
        "separators": ".,",
    }  # fmt: skip
    # Given whole, a layout is checked once: `update_layout` takes fifteen times as long.
    return go.Figure(layout=look | layout)


def unit_above(figure: go.Figure, text: str) -> None:
    """Write what the upright axis measures above it, level, where it is read first."""
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", xshift=-6, y=1, yref="paper", yanchor="bottom", yshift=10,
        text=plot_text(text), showarrow=False, font={"size": 12, "color": neutral("soft")},
    )  # fmt: skip
    figure.update_layout(margin={"t": 40})


SIGNS = {"account_ban": "x-thin", "sock_puppet": "asterisk", "insolvent": "line-ns"}
"""Plotly's name of the sign of an incident."""


def upright(figure: go.Figure, one: Incident, colour: str) -> None:
    """Draw a dotted line through the day of an incident."""
    figure.add_shape(
        type="line", x0=one.day, x1=one.day, y0=0, y1=1, yref="paper", layer="below",
        line={"color": colour, "width": 1, "dash": "dot"},
    )  # fmt: skip


def label(text: str, cells: int = LABEL_CELLS) -> str:
    """Return a short, harmless label for a figure."""
    return plot_text(clip(text, cells))


def spread(places: Sequence[float], gap: float) -> NDArray[np.float64]:
    """Return places moved as little as needed so that neighbours keep `gap`.

    Labels that touch form a block around the mean of their wishes (pool adjacent violators on
    the wishes less their rank x gap), so that order is kept and no label drifts further than it must.
    """
    wishes = np.asarray(places, dtype=np.float64)
    order = np.argsort(wishes, kind="stable")
    target = wishes[order] - gap * np.arange(len(wishes))
    blocks: list[list[float]] = []
    for value in target:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * size) / (blocks[-1][1] + size), blocks[-1][1] + size]
    level = np.concatenate([np.full(int(size), mean) for mean, size in blocks]) if blocks else target
    moved = np.empty_like(wishes)
    moved[order] = level + gap * np.arange(len(wishes))
    return moved


def quantiles(paths: NDArray[np.float64], at: Sequence[float]) -> NDArray[np.float64]:
    """Return quantiles over replications (len(at), T); days that some runs leave undefined use the others."""
    # numpy's nanquantile walks day by day in Python: twenty times slower where nothing is undefined.
    return np.asarray((np.quantile if np.isfinite(paths).all() else np.nanquantile)(paths, list(at), axis=0))


def padded(values: NDArray[np.float64], share: float = 0.06) -> tuple[float, float]:
    """Return a range that holds all finite values with some air above and below."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    air = (high - low) * share or max(abs(high), 1.0) * share
    return low - air, high + air


def money_scale(values: NDArray[np.float64], lang: Lang) -> tuple[float, str]:
    """Return (fen per unit of the axis, unit) that keeps tick labels short."""
    finite = np.abs(values[np.isfinite(values)])
    top = float(finite.max()) / 100 if len(finite) else 0.0
    steps = {
        "zh": ((1e8, "亿元"), (1e4, "万元"), (1.0, "元")),
        "en": ((1e6, "¥ million"), (1e3, "¥ thousand"), (1.0, "¥")),
    }
    for step, unit in steps[lang]:
        if top >= 2 * step or step == 1.0:
            return 100 * step, unit
    raise AssertionError  # pragma: no cover - the last step always fits


def end_labels(figure: go.Figure, rows: Sequence[tuple[str, float]], span: tuple[float, float], gap: float) -> None:
    """Write each (text, y) at the right end of its line, moved apart so that none overlaps."""
    if not rows:
        return
    places = np.clip(spread([y for _, y in rows], gap), span[0], span[1])
    for (text, _), place in zip(rows, spread(places.tolist(), gap), strict=True):
        figure.add_annotation(
            name=END, x=1, xref="paper", xanchor="left", xshift=12, y=float(place), yanchor="middle",
            text=text, showarrow=False, align="left", font={"size": 12.5, "color": neutral("ink")},
        )  # fmt: skip


def words_end(rows: Sequence[str]) -> int:
    """Return the right margin in pixels that the labels need."""
    # Bold type of a fallback font is the widest: about 8.3 pixels a letter, 13.5 a Chinese character.
    return 28 + max((math.ceil(sum(8.3 if sign.isascii() else 13.5 for sign in text)) for text in rows), default=0)
