"""Candidates as points over two goals, or over their number: drawn as markup, every point named where it is pointed at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.report.figures.spans import ticks_of
from sim.report.markup import Html, el

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Dot:
    """One candidate.

    Parameters
    ----------
    x, y : float
        Where it stands.
    style : {'front', 'fit', 'unfit'}
        How it looks.
    title : str
        What is told when it is pointed at.
    label : str
        What stands beside it.
    spans : tuple of float
        Ends of the intervals of x and of y; NaN for none.
    is_base : bool
        Drawn as a diamond: the scenario as it stands.
    """

    x: float
    y: float
    style: Literal["front", "fit", "unfit"]
    title: str
    label: str = ""
    spans: tuple[float, float, float, float] = (math.nan,) * 4
    is_base: bool = False


@dataclass(frozen=True)
class Axis:
    """Name of an axis and how its ticks are written."""

    name: str
    written: Callable[[float], str]


@dataclass(frozen=True)
class _Sheet:
    """A drawing of one size: wide for screens and print, high for phones."""

    wide: int
    high: int
    left: int
    kind: str
    right: int = 24
    top: int = 16
    ground: int = 52


_SHEETS = (_Sheet(860, 460, 96, "wide"), _Sheet(400, 420, 84, "narrow", right=14))
_LETTER, _LINE = 8.5, 15.0
"""Room that a letter of a label takes."""


def cloud(name: str, caption: str, dots: Sequence[Dot], x: Axis, y: Axis, line: Sequence[tuple[float, float]] = ()) -> Html:
    """Return the figure, drawn for wide and for narrow screens; `line` joins points in their order."""
    return el("figure", {"id": name, "class": "cloud"}, [_drawing(sheet, caption, dots, (x, y), line) for sheet in _SHEETS])


def _drawing(sheet: _Sheet, caption: str, dots: Sequence[Dot], axes: tuple[Axis, Axis], line: Sequence[tuple[float, float]]) -> Html:
    x, y = axes
    seen = [dot for dot in dots if math.isfinite(dot.x) and math.isfinite(dot.y)]
    # Only intervals that are drawn may stretch the scale.
    xs, ys = (_ends([v for dot in seen for v in (getattr(dot, axis), *(dot.spans[k:k + 2] if dot.style == "front" else ()))])
              for axis, k in (("x", 0), ("y", 2)))
    floor, edge = sheet.high - sheet.ground, sheet.wide - sheet.right

    def across(value: float) -> float:
        return sheet.left + (value - xs[0]) / (xs[1] - xs[0]) * (edge - sheet.left)

    def up(value: float) -> float:
        return floor - (value - ys[0]) / (ys[1] - ys[0]) * (floor - sheet.top)

    grid = [part for v in ticks_of(*xs, few=5 if sheet.kind == "wide" else 3) for part in (
        el("line", {"class": "tick", "x1": f"{across(v):.1f}", "x2": f"{across(v):.1f}", "y1": sheet.top, "y2": floor}),
        el("text", {"x": f"{across(v):.1f}", "y": floor + 18, "text-anchor": "middle"}, x.written(v)))]
    grid += [part for v in ticks_of(*ys) for part in (
        el("line", {"class": "tick", "x1": sheet.left, "x2": edge, "y1": f"{up(v):.1f}", "y2": f"{up(v):.1f}"}),
        el("text", {"x": sheet.left - 8, "y": f"{up(v) + 4:.1f}", "text-anchor": "end"}, y.written(v)))]
    names = [el("text", {"class": "name", "x": (sheet.left + edge) / 2, "y": sheet.high - 8, "text-anchor": "middle"}, x.name),
             el("text", {"class": "name", "transform": f"translate(14 {(sheet.top + floor) / 2:.0f}) rotate(-90)", "text-anchor": "middle"},
                y.name)]
    joined = " ".join(f"{'L' if k else 'M'}{across(a):.1f} {up(b):.1f}" for k, (a, b) in enumerate(line))
    order = {"unfit": 0, "fit": 1, "front": 2}
    marks = [_dot(dot, across, up) for dot in sorted(seen, key=lambda dot: order[dot.style])]
    labels = _labels([(across(dot.x), up(dot.y), dot.label) for dot in sorted(seen, key=lambda dot: -order[dot.style]) if dot.label],
                     (edge, sheet.top))
    return el("svg", {"class": sheet.kind, "viewBox": f"0 0 {sheet.wide} {sheet.high}", "role": "img", "aria-label": caption}, grid,
              el("path", {"class": "best-line", "d": joined}) if joined else None, marks, labels, names)


def _labels(places: Sequence[tuple[float, float, str]], ends: tuple[float, float]) -> list[Html]:
    """Return labels beside their points, each at the first of four corners where it meets no other; else left out."""
    taken: list[tuple[float, float, float, float]] = []
    out = []
    for cx, cy, text in places:
        room = _LETTER * len(text)
        for left, low in ((cx + 8, cy - 7), (cx - 8 - room, cy - 7), (cx + 8, cy + 7 + _LINE), (cx - 8 - room, cy + 7 + _LINE)):
            box = (left, low - _LINE, left + room, low)
            free = all(box[2] < a or box[0] > c or box[3] < b or box[1] > d for a, b, c, d in taken)
            if free and box[2] <= ends[0] + 14 and box[1] >= ends[1] - 10:
                taken.append(box)
                out.append(el("text", {"class": "label", "x": f"{left:.1f}", "y": f"{low:.1f}"}, text))
                break
    return out


def _dot(dot: Dot, across: Callable[[float], float], up: Callable[[float], float]) -> Html:
    cx, cy = across(dot.x), up(dot.y)
    lines = []
    if dot.style == "front":
        a, b, c, d = dot.spans
        if math.isfinite(a) and math.isfinite(b):
            lines.append(el("line", {"class": "span", "x1": f"{across(a):.1f}", "x2": f"{across(b):.1f}", "y1": f"{cy:.1f}", "y2": f"{cy:.1f}"}))
        if math.isfinite(c) and math.isfinite(d):
            lines.append(el("line", {"class": "span", "x1": f"{cx:.1f}", "x2": f"{cx:.1f}", "y1": f"{up(c):.1f}", "y2": f"{up(d):.1f}"}))
    shapes = {"front": f"M{cx - 5:.1f} {cy:.1f}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", "fit": f"M{cx - 4:.1f} {cy:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
              "unfit": f"M{cx - 3.5:.1f} {cy - 3.5:.1f}l7 7m0 -7l-7 7", "base": f"M{cx:.1f} {cy - 7:.1f}l7 7l-7 7l-7 -7z"}
    # A path cannot hold a title here: the group does.
    return el("g", {"class": f"mark {dot.style}{' base' if dot.is_base else ''}"}, el("title", None, dot.title), lines,
              el("path", {"d": shapes["base" if dot.is_base else dot.style]}))


def _ends(values: Sequence[float]) -> tuple[float, float]:
    known = [v for v in values if math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = (high - low) or abs(high) or 1.0
    return low - 0.05 * room, high + 0.05 * room
