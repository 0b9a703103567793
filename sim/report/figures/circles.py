"""Places for the network picture: circles drawn as circles, people inside them, nothing forced.

People of one circle fill a disc like the seeds of a sunflower, the best connected in the middle.
Discs stand in centred rows, large ones first and tied ones near each other; people of no circle
stand together, without an outline. Positions depend on circles and ties alone, never on days, so that the day slider
changes colours only and all strategies can share one layout.

References: [Vogel1979] the sunflower arrangement r = c sqrt(k), angle = k x 137.5 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))
SEAT = 1.0
"""Distance scale between two people of a disc."""
GAP = 1.2
"""Free space between two discs, in seats."""
SHAPE = 2.0
"""Width of the picture over its height that rows aim at."""
SMALLEST = 3
"""Circles with fewer people in the sample have no outline; their people stand together."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """Where everybody stands: x, y (n,), and one disc (x, y, radius, people) a visible circle."""

    x: Floats
    y: Floats
    discs: list[tuple[float, float, float, int]]

    @property
    def reach(self) -> tuple[float, float]:
        """Return how far people and discs reach from the middle, to the side and upwards."""
        across = [abs(x) + r for x, _, r, _ in self.discs] + np.abs(self.x).tolist()
        upright = [abs(y) + r for _, y, r, _ in self.discs] + np.abs(self.y).tolist()
        return max(across, default=1.0) + SEAT, max(upright, default=1.0) + SEAT


def arrange(circle: Ints, source: Ints, target: Ints) -> Layout:
    """Return places for n people.

    Parameters
    ----------
    circle : int (n,)
        Circle of each person; negative or rare ones stand alone.
    source, target : int (e,)
        Ties as rows of `circle`.
    """
    n = len(circle)
    group, has_loose = _groups(circle)
    count = int(group.max(initial=-1)) + 1
    size = np.bincount(group, minlength=count)
    degree = np.bincount(source, minlength=n) + np.bincount(target, minlength=n)
    radius = SEAT * np.sqrt(size) * 0.62 + 0.55
    centre = _pack(radius, _ties_between(group, source, target, count), has_loose=has_loose)
    x, y = np.zeros(n), np.zeros(n)
    for one in range(count):
        rows = np.flatnonzero(group == one)
        rows = rows[np.argsort(-degree[rows], kind="stable")]
        k = np.arange(len(rows))
        away = SEAT * 0.62 * np.sqrt(k + 0.35 * (len(rows) > 1))
        turn = k * GOLDEN_ANGLE
        x[rows] = centre[one, 0] + away * np.cos(turn)
        y[rows] = centre[one, 1] + away * np.sin(turn)
    discs = [
        (float(centre[g, 0]), float(centre[g, 1]), float(radius[g]), int(size[g])) for g in range(count - has_loose)
    ]
    return Layout(x, y, discs)


def _groups(circle: Ints) -> tuple[Ints, bool]:
    """Return group numbers 0.. by falling size, and whether the last one holds people of no visible circle."""
    names, inverse, size = np.unique(circle, return_inverse=True, return_counts=True)
    alone = (size < SMALLEST) | (names < 0)
    order = np.lexsort((names, -size))
    rank = np.full(len(names), (~alone).sum(), dtype=np.int64)
    kept = order[~alone[order]]
    rank[kept] = np.arange(len(kept))
    return rank[inverse].astype(np.int64), bool(alone.any())


def _ties_between(group: Ints, source: Ints, target: Ints, count: int) -> Floats:
    """Return a symmetric table of how many ties join two groups."""
    ties = np.zeros((count, count))
    np.add.at(ties, (group[source], group[target]), 1.0)
    np.fill_diagonal(ties, 0.0)
    return ties + ties.T


def _pack(radius: Floats, ties: Floats, *, has_loose: bool) -> Floats:
    """Return centres (g, 2): circles in centred rows, people of no circle gathered at the end of the last."""
    centre = np.zeros((len(radius), 2))
    if not len(radius):
        return centre
    order = _order(np.arange(len(radius) - has_loose), radius, ties)
    rows = _rows(order, radius, SHAPE) or [[]]
    if has_loose:
        loose = len(radius) - 1
        is_small = len(rows[-1]) == 0 or radius[loose] <= np.median(radius)
        rows = [*rows[:-1], [*rows[-1], loose]] if is_small else [*rows, [loose]]
    top = 0.0
    for row in rows:
        tall = max(float(radius[g]) for g in row)
        x = -_width(row, radius) / 2
        for one in row:
            centre[one] = (x + radius[one], top - tall)
            x += 2 * radius[one] + GAP
        top -= 2 * tall + GAP
    around = radius[:, None]
    centre -= ((centre - around).min(axis=0) + (centre + around).max(axis=0)) / 2
    return centre


def _order(circles: NDArray[np.intp], radius: Floats, ties: Floats) -> list[int]:
    """Return circles large first; among equals the one with most ties to those already chosen."""
    left = set(circles.tolist())
    chosen: list[int] = []
    while left:
        pull = ties[:, np.array(chosen[-3:], dtype=np.int64)].sum(axis=1) if chosen else ties.sum(axis=1)
        one = min(left, key=lambda g: (-round(float(radius[g]), 1), -pull[g], g))
        chosen.append(one)
        left.remove(one)
    return chosen


def _rows(order: list[int], radius: Floats, shape: float) -> list[list[int]]:
    """Return the circles in as many rows as bring width over height nearest to `shape`."""
    best: list[list[int]] = []
    miss = np.inf
    for count in range(1, len(order) + 1):
        rows = _broken(order, radius, sum(2 * radius[g] + GAP for g in order) / count)
        wide = max(_width(row, radius) for row in rows)
        high = sum(2 * max(radius[g] for g in row) + GAP for row in rows)
        off = abs(np.log(wide / high / shape)) + 0.4 * (1 - _width(rows[-1], radius) / wide)
        if off < miss:
            best, miss = rows, off
    return best


def _broken(order: list[int], radius: Floats, width: float) -> list[list[int]]:
    """Return rows filled one after the other to about `width`; every other one runs backwards."""
    rows: list[list[int]] = [[]]
    filled = 0.0
    for one in order:
        need = 2 * float(radius[one]) + GAP
        if rows[-1] and filled + 0.5 * need > width:
            rows.append([])
            filled = 0.0
        rows[-1].append(one)
        filled += need
    return [row[::-1] if k % 2 else row for k, row in enumerate(rows)]


def _width(row: list[int], radius: Floats) -> float:
    return sum(2 * float(radius[g]) + GAP for g in row) - GAP
