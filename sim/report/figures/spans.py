"""Rows of bars, dots and intervals on one scale, drawn as markup: no script, sharp at every size and in print."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.report.html_table import scrolling
from sim.report.markup import Html, el

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDE, _EDGE = 420, 6
_FEW = 5
"""Ticks at most."""


@dataclass(frozen=True)
class Mark:
    """A bar from `start` to `value`, or a dot at `value`, with its interval.

    Parameters
    ----------
    value : float
        Where it ends.
    style : {'bar', 'thin', 'dot', 'low', 'high'}
        How it looks; low and high are the two arms of a tornado.
    low, high : float
        Ends of the interval; NaN for none.
    start : float
        Where a bar begins.
    """

    value: float
    style: Literal["bar", "thin", "dot", "low", "high"] = "bar"
    low: float = math.nan
    high: float = math.nan
    start: float = 0.0


@dataclass(frozen=True)
class Row:
    """A label, what is drawn, and the cells of numbers beside it, which say the same."""

    label: str
    marks: tuple[Mark, ...]
    cells: tuple[str, ...]
    note: str = ""


def strips(name: str, caption: str, heads: Sequence[str], rows: Sequence[Row], written: Callable[[float], str], *,
           base: float = 0.0) -> Html:
    """Return a table with a picture in its second column.

    Parameters
    ----------
    name, caption : str
        Id and what it shows.
    heads : list of str
        Heads of the label and of the cells of numbers.
    rows : list of Row
        One scale for all.
    written : callable
        How a tick is written.
    base : float
        Where the upright line stands.
    """
    known = [x for row in rows for mark in row.marks for x in (mark.value, mark.low, mark.high, mark.start) if math.isfinite(x)]
    low, high = min([*known, base]), max([*known, base])
    room = (high - low) or 1.0
    low, high = low - 0.02 * room, high + 0.02 * room

    def across(x: float) -> float:
        return _EDGE + (x - low) / (high - low) * (_WIDE - 2 * _EDGE)

    ticks = ticks_of(low, high)
    axis = el("svg", {"class": "scale", "viewBox": f"0 0 {_WIDE} 16", "aria-hidden": "true"},
              [el("text", {"x": f"{across(x):.1f}", "y": 12, "text-anchor": _anchor(across(x))}, written(x)) for x in ticks])
    head = el("tr", None, el("th", {"scope": "col", "class": "text"}, heads[0]), el("th", {"scope": "col", "class": "picture"}, axis),
              [el("th", {"scope": "col", "class": "number"}, text) for text in heads[1:]])
    body = [_row(row, heads, across, ticks, base) for row in rows]
    return scrolling(caption, el("table", {"id": name, "class": "strips"}, el("caption", None, caption),
                                 el("thead", None, head), el("tbody", None, body)))


def _row(row: Row, heads: Sequence[str], across: Callable[[float], float], ticks: Sequence[float], base: float) -> Html:
    tall = 14 * max(1, sum(mark.style in {"bar", "thin", "dot"} for mark in row.marks)) + 8
    parts = [_upright(across(x), tall, "tick") for x in ticks]
    lane = 0
    for mark in row.marks:
        middle = 11.0 + 14 * lane if mark.style in {"bar", "thin", "dot"} else tall / 2
        parts += _drawn(mark, across, middle)
        lane += mark.style in {"bar", "thin", "dot"}
    parts.append(_upright(across(base), tall, "zero"))
    picture = el("svg", {"class": "strip", "viewBox": f"0 0 {_WIDE} {tall}", "aria-hidden": "true"}, parts)
    small = el("span", {"class": "small"}, row.note) if row.note else None
    return el("tr", None, el("th", {"scope": "row", "class": "text"}, el("span", None, row.label), small),
              el("td", {"class": "picture"}, picture),
              [el("td", {"class": "number", "data-head": head}, el("span", None, cell))
               for head, cell in zip(heads[1:], row.cells, strict=True)])


def _drawn(mark: Mark, across: Callable[[float], float], middle: float) -> list[Html]:
    if not math.isfinite(mark.value):
        return []
    parts = []
    if mark.style == "dot":
        parts.append(el("circle", {"class": "dot", "cx": f"{across(mark.value):.1f}", "cy": f"{middle:.1f}", "r": 4}))
    else:
        half = 3.0 if mark.style == "thin" else 5.5
        left, right = sorted((across(mark.start), across(mark.value)))
        parts.append(el("rect", {"class": f"fill {mark.style}", "x": f"{left:.1f}", "y": f"{middle - half:.1f}",
                                 "width": f"{max(right - left, 0.8):.1f}", "height": f"{2 * half:.1f}"}))
    if math.isfinite(mark.low) and math.isfinite(mark.high):
        a, b = across(mark.low), across(mark.high)
        parts.append(el("line", {"class": "span", "x1": f"{a:.1f}", "x2": f"{b:.1f}", "y1": f"{middle:.1f}", "y2": f"{middle:.1f}"}))
        # The two arms of a tornado share a lane: their ends differ in height, so that intervals that overlap stay apart.
        parts += [_upright_at(x, middle, 5 if mark.style == "low" else 3) for x in (a, b)]
    return parts


def _upright(x: float, tall: float, kind: str) -> Html:
    return el("line", {"class": kind, "x1": f"{x:.1f}", "x2": f"{x:.1f}", "y1": 0, "y2": tall})


def _upright_at(x: float, middle: float, half: float) -> Html:
    return el("line", {"class": "span", "x1": f"{x:.1f}", "x2": f"{x:.1f}", "y1": f"{middle - half:.1f}", "y2": f"{middle + half:.1f}"})


def _anchor(x: float) -> str:
    return "start" if x < 40 else "end" if x > _WIDE - 40 else "middle"


def ticks_of(low: float, high: float, few: int = _FEW) -> list[float]:
    """Return a few round numbers between two ends."""
    rough = (high - low) / few
    if not (math.isfinite(rough) and rough > 0):
        return []
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1, 2, 2.5, 5, 10) if power * k >= rough)
    first = math.ceil(low / step)
    return [0.0 if k == 0 else k * step for k in range(first, math.floor(high / step) + 1)]
