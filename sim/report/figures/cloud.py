"""Candidates as points over two goals, or over their number: drawn as markup, every point named where it is pointed at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.report.figures.spans import ticks_of
from sim.report.markup import Html, el

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDE, _HIGH = 860, 460
_LEFT, _RIGHT, _TOP, _GROUND = 96, 24, 16, 52


@dataclass(frozen=True)
class Dot:
    """One candidate.

    Parameters
    ----------
    x, y : float
        Where it stands.
    style : {'front', 'fit', 'unfit', 'base'}
        How it looks.
    title : str
        What is told when it is pointed at.
    label : str
        What stands beside it.
    spans : tuple of float
        Ends of the intervals of x and of y; NaN for none.
    """

    x: float
    y: float
    style: Literal["front", "fit", "unfit", "base"]
    title: str
    label: str = ""
    spans: tuple[float, float, float, float] = (math.nan,) * 4


@dataclass(frozen=True)
class Axis:
    """Name of an axis and how its ticks are written."""

    name: str
    written: Callable[[float], str]


def cloud(name: str, caption: str, dots: Sequence[Dot], x: Axis, y: Axis, line: Sequence[tuple[float, float]] = ()) -> Html:
    """Return the figure; `line` joins points in their order."""
    seen = [dot for dot in dots if math.isfinite(dot.x) and math.isfinite(dot.y)]
    xs, ys = (_ends([v for dot in seen for v in (getattr(dot, axis), *dot.spans[k:k + 2])]) for axis, k in (("x", 0), ("y", 2)))

    def across(value: float) -> float:
        return _LEFT + (value - xs[0]) / (xs[1] - xs[0]) * (_WIDE - _LEFT - _RIGHT)

    def up(value: float) -> float:
        return _HIGH - _GROUND - (value - ys[0]) / (ys[1] - ys[0]) * (_HIGH - _GROUND - _TOP)

    floor = _HIGH - _GROUND
    grid = [part for v in ticks_of(*xs) for part in (
        el("line", {"class": "tick", "x1": f"{across(v):.1f}", "x2": f"{across(v):.1f}", "y1": _TOP, "y2": floor}),
        el("text", {"x": f"{across(v):.1f}", "y": floor + 18, "text-anchor": "middle"}, x.written(v)))]
    grid += [part for v in ticks_of(*ys) for part in (
        el("line", {"class": "tick", "x1": _LEFT, "x2": _WIDE - _RIGHT, "y1": f"{up(v):.1f}", "y2": f"{up(v):.1f}"}),
        el("text", {"x": _LEFT - 8, "y": f"{up(v) + 4:.1f}", "text-anchor": "end"}, y.written(v)))]
    names = [el("text", {"class": "name", "x": (_LEFT + _WIDE - _RIGHT) / 2, "y": _HIGH - 8, "text-anchor": "middle"}, x.name),
             el("text", {"class": "name", "transform": f"translate(16 {(_TOP + floor) / 2:.0f}) rotate(-90)", "text-anchor": "middle"}, y.name)]
    joined = " ".join(f"{'L' if k else 'M'}{across(a):.1f} {up(b):.1f}" for k, (a, b) in enumerate(line))
    order = {"unfit": 0, "fit": 1, "base": 2, "front": 3}
    marks = [_dot(dot, across, up) for dot in sorted(seen, key=lambda dot: order[dot.style])]
    return el("figure", {"id": name, "class": "cloud"},
              el("svg", {"viewBox": f"0 0 {_WIDE} {_HIGH}", "role": "img", "aria-label": caption}, grid,
                 el("path", {"class": "best-line", "d": joined}) if joined else None, marks, names))


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
    beside = el("text", {"class": "label", "x": f"{cx + 8:.1f}", "y": f"{cy - 7:.1f}"}, dot.label) if dot.label else None
    # A path cannot hold a title here: the group does.
    return el("g", {"class": f"mark {dot.style}"}, el("title", None, dot.title), lines, el("path", {"d": shapes[dot.style]}), beside)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    known = [v for v in values if math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = (high - low) or abs(high) or 1.0
    return low - 0.05 * room, high + 0.05 * room
