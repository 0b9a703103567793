"""Who earns: every agent of one strategy as a dot on a symmetric log axis of net income."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from sim.report.figures.theme import base
from sim.report.numbers import money, percent
from sim.report.palette import mark, neutral, veil
from sim.text.catalogue import Lang, say

KNEE_FEN = 10_000
"""100 yuan: the axis is linear below and logarithmic above, so that zero and debts can be shown."""
MOST_DOTS = 600
COLUMNS = 110
"""Columns of the swarm: dots of one column are stacked around its middle."""
STACKS = ((7, 17), (4, 29))
"""(size of a dot in pixels, dots in a stack): small dots where one column holds many."""
DRAWN_WIDTH = 1_000
"""Pixels that the axis about takes on a wide screen; decides how far a second stack stands from the first."""
EDGE = 0.2
"""Share of the axis at its ends where the median's words stand beside its line, not over it."""
HEIGHT = 210

Floats = NDArray[np.float64]


def squeeze(amount_fen: NDArray[np.number[Any]]) -> Floats:
    """Return sign(x) log10(1 + |x| / knee): the place of an amount on the axis."""
    x = np.asarray(amount_fen).astype(np.float64)
    return np.copysign(np.log10(1 + np.abs(x) / KNEE_FEN), x)


def thin(net_fen: NDArray[np.number[Any]], most: int = MOST_DOTS) -> Floats:
    """Return at most `most` amounts, evenly spaced quantiles: the same distribution with fewer dots."""
    ordered: Floats = np.sort(np.asarray(net_fen, dtype=np.float64))
    if len(ordered) <= most:
        return ordered
    ranks = np.linspace(0, len(ordered) - 1, most).round().astype(np.int64)
    return np.asarray(ordered[ranks], dtype=np.float64)


def swarm(places: Floats, span: tuple[float, float]) -> tuple[Floats, Floats, int]:
    """Return (places, heights within [-1, 1], size in pixels) of dots that do not hide each other.

    Dots of a column are stacked symmetrically around zero; what is too many for a stack begins a second one
    beside it, right and left in turn, a dot's width away.
    """
    width = max(span[1] - span[0], 1e-9)
    column = np.clip(((places - span[0]) / width * COLUMNS).astype(int), 0, COLUMNS)
    largest = int(np.bincount(column).max(initial=0))
    size, tall = STACKS[0] if largest <= STACKS[0][1] else STACKS[1]
    step = width * size / DRAWN_WIDTH
    moved, height = places.astype(np.float64), np.zeros(len(places))
    for one in np.unique(column):
        rows = np.flatnonzero(column == one)
        stack, k = np.divmod(np.arange(len(rows)), tall)
        moved[rows] += _zigzag(stack) * step
        height[rows] = _zigzag(k)
    # Nobody who lost is moved to the side of those who earned, nor the other way round.
    moved = np.where(places < 0, np.minimum(moved, 0.5 * places), np.where(places > 0, np.maximum(moved, 0.5 * places), moved))
    return moved, height / (tall // 2), size


def _zigzag(k: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, -1, 2, -2 ... for 0, 1, 2, 3, 4 ..."""
    return np.where(k % 2, (k + 1) // 2, -(k // 2))


def common_span(nets: list[NDArray[np.number[Any]]]) -> tuple[float, float]:
    """Return the range of the axis that holds all strategies' agents, zero in it."""
    places = np.concatenate([squeeze(net) for net in nets] + [np.zeros(1)])
    return float(min(places.min(), -0.3)) - 0.15, float(max(places.max(), 0.3)) + 0.15


def earners(net_fen: NDArray[np.number[Any]], index: int, span: tuple[float, float], lang: Lang) -> go.Figure:
    """Draw one strategy's agents.

    Parameters
    ----------
    net_fen : int (R,)
        Net result of each agent, unsold stock at salvage value.
    index : int
        Place of the strategy in the comparison: decides colour and symbol.
    span : (float, float)
        Range of the axis in squeezed units, shared by all strategies of a page.
    lang : {'zh', 'en'}
    """
    dots = thin(net_fen)
    places, height, size = swarm(squeeze(dots), span)
    figure = base(HEIGHT)
    colour = mark(index).light
    loses = dots < 0
    for chosen, fill in ((loses, veil(colour, 0.0)), (~loses, veil(colour, 0.85))):
        figure.add_scatter(
            x=places[chosen].round(4), y=height[chosen].round(4), mode="markers", meta={"strategy": index},
            marker={"size": size, "color": fill, "line": {"color": colour, "width": 1.2 if size > 5 else 0.8}},
            customdata=[money(amount, lang) for amount in dots[chosen]],
            hovertemplate=say("page", "hover.agent", lang, amount="%{customdata}") + "<extra></extra>",
        )  # fmt: skip
    _mark_zero_and_median(figure, float(np.median(net_fen)), span, lang)
    _tell_sides(figure, np.asarray(net_fen), lang)
    ticks, words = ticks_of(span, lang)
    figure.update_xaxes(
        range=list(span), tickvals=ticks, ticktext=words, showgrid=True, title_text=say("page", "axis.income", lang),
        gridcolor=neutral("grid"),
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[-1.25, 2.1])
    figure.update_layout(margin={"l": 12, "r": 12, "t": 8, "b": 4}, hovermode="closest")
    return figure


def _mark_zero_and_median(figure: go.Figure, median: float, span: tuple[float, float], lang: Lang) -> None:
    ink = neutral("ink")
    figure.add_shape(type="line", x0=0, x1=0, y0=-1.25, y1=1.15, line={"color": neutral("faint"), "width": 1})
    at = float(squeeze(np.array([median]))[0])
    figure.add_shape(type="line", x0=at, x1=at, y0=-1.1, y1=1.15, line={"color": ink, "width": 2})
    place = (at - span[0]) / max(span[1] - span[0], 1e-9)
    figure.add_annotation(
        x=at, y=1.18, yanchor="bottom", showarrow=False,
        xanchor="left" if place < EDGE else "right" if place > 1 - EDGE else "center",
        text=say("page", "figure.median", lang, amount=money(median, lang)), font={"size": 12, "color": ink},
    )  # fmt: skip


def _tell_sides(figure: go.Figure, net_fen: NDArray[np.number[Any]], lang: Lang) -> None:
    """Write at both ends of the axis how many lost and how many did not."""
    lost = float((net_fen < 0).mean())
    sides = ((0.0, "left", "lost", lost), (1.0, "right", "earned", float((net_fen > 0).mean())))
    for x, anchor, key, share in sides:
        figure.add_annotation(
            x=x, xref="paper", xanchor=anchor, y=1.7, yanchor="bottom", showarrow=False,
            text=say("page", f"figure.{key}", lang, share=percent(share)), font={"size": 12.5, "color": neutral("ink")},
        )  # fmt: skip


def ticks_of(span: tuple[float, float], lang: Lang) -> tuple[list[float], list[str]]:
    """Return ticks at 0 and at powers of ten of yuan on both sides, with their words."""
    amounts = [0] + [sign * 10**k for k in range(4, 14) for sign in (1, -1)]
    rows = sorted((float(squeeze(np.array([a]))[0]), a) for a in amounts)
    inside = [(place, amount) for place, amount in rows if span[0] <= place <= span[1]]
    return [place for place, _ in inside], [_short(amount, lang) for _, amount in inside]


def _short(amount_fen: int, lang: Lang) -> str:
    """Return a power of ten of yuan in few signs; the axis title says the unit."""
    size = abs(amount_fen) // 100
    sign = "\u2212" if amount_fen < 0 else ""
    if lang == "zh":
        return f"{sign}{size // 10_000:,}万" if size >= 10_000 else f"{sign}{size:,}"
    for step, word in ((1_000_000, "M"), (1_000, "k")):
        if size >= step:
            return f"{sign}{size // step}{word}"
    return f"{sign}{size}"
