"""Places for the network picture: circles drawn as circles, people inside them, nothing forced.

People of one circle fill a disc like the seeds of a sunflower, the best connected in the middle.
Discs are packed one by one, largest first, each on a spiral that starts at the middle of the discs
it is tied to, until it touches none. Positions depend on circles and ties alone, never on days, so
that the day slider changes colours only and all strategies can share one layout.

References: [Vogel1979] the sunflower arrangement r = c sqrt(k), angle = k x 137.5 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))
SEAT = 1.0
"""Distance scale between two people of a disc."""
GAP = 0.9
"""Free space between two discs, in seats."""
STRETCH = 2.3
"""Width of the picture over its height."""
CHOICES = 60
"""Free places compared before one is taken."""
SMALLEST = 3
"""Circles with fewer people in the sample are set as single people, without an outline."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """Where everybody stands: x, y (n,), and one disc (x, y, radius, people) a visible circle."""

    x: Floats
    y: Floats
    discs: list[tuple[float, float, float, int]]


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
    group = _groups(circle)
    count = int(group.max(initial=-1)) + 1
    size = np.bincount(group, minlength=count)
    degree = np.bincount(source, minlength=n) + np.bincount(target, minlength=n)
    radius = SEAT * np.sqrt(size) * 0.62 + np.where(size >= SMALLEST, 0.55, 0.1)
    centre = _pack(radius, _ties_between(group, source, target, count))
    x, y = np.zeros(n), np.zeros(n)
    for one in range(count):
        rows = np.flatnonzero(group == one)
        rows = rows[np.argsort(-degree[rows], kind="stable")]
        k = np.arange(len(rows))
        away = SEAT * 0.62 * np.sqrt(k + 0.35 * (len(rows) > 1))
        turn = k * GOLDEN_ANGLE
        x[rows] = centre[one, 0] + away * np.cos(turn)
        y[rows] = centre[one, 1] + away * np.sin(turn)
    big = np.flatnonzero(size >= SMALLEST)
    discs = [(float(centre[g, 0]), float(centre[g, 1]), float(radius[g]), int(size[g])) for g in big]
    return Layout(x, y, discs)


def _groups(circle: Ints) -> Ints:
    """Return group numbers 0.. by falling size; people of small circles get one of their own."""
    names, inverse, size = np.unique(circle, return_inverse=True, return_counts=True)
    alone = (size < SMALLEST) | (names < 0)
    order = np.lexsort((names, -size))
    rank = np.full(len(names), -1, dtype=np.int64)
    kept = order[~alone[order]]
    rank[kept] = np.arange(len(kept))
    group = rank[inverse]
    loose = np.flatnonzero(group < 0)
    group[loose] = len(kept) + np.arange(len(loose))
    return group.astype(np.int64)


def _ties_between(group: Ints, source: Ints, target: Ints, count: int) -> Floats:
    """Return a symmetric table of how many ties join two groups."""
    ties = np.zeros((count, count))
    np.add.at(ties, (group[source], group[target]), 1.0)
    np.fill_diagonal(ties, 0.0)
    return ties + ties.T


def _pack(radius: Floats, ties: Floats) -> Floats:
    """Return centres (g, 2) of discs that do not touch."""
    placed: list[int] = []
    centre = np.zeros((len(radius), 2))
    left = set(range(len(radius)))
    while left:
        pull = ties[:, placed].sum(axis=1) if placed else np.zeros(len(radius))
        one = min(left, key=lambda g: (-radius[g] - 0.02 * pull[g], g))
        centre[one] = _free_place(one, placed, centre, radius, ties[one])
        placed.append(one)
        left.remove(one)
    middle = (centre.min(axis=0) + centre.max(axis=0)) / 2 if len(radius) else 0.0
    return np.asarray(centre - middle)


def _free_place(one: int, placed: list[int], centre: Floats, radius: Floats, ties: Floats) -> Floats:
    """Return a free place on a spiral around the middle: of the innermost ones, the nearest to tied discs."""
    if not placed:
        return np.zeros(2)
    others, reach = centre[placed], radius[placed] + radius[one] + GAP * SEAT * (radius[one] > SEAT)
    spiral = _spiral(float(reach.max() + np.hypot(*others.T).max() + radius[one]))
    apart = np.hypot(spiral[:, None, 0] - others[:, 0], spiral[:, None, 1] - others[:, 1])
    free = spiral[(apart >= reach).all(axis=1)][:CHOICES]
    weight = ties[placed] + 1e-9
    wish = (weight @ others) / weight.sum()
    cost = np.hypot(*(free - wish).T) + 2.0 * np.hypot(free[:, 0] / STRETCH, free[:, 1])
    return np.asarray(free[np.argmin(cost)])


def _spiral(reach: float) -> Floats:
    """Return places (k, 2) on an ellipse-shaped spiral from the middle out to `reach`, about a quarter seat apart."""
    away = np.sqrt(np.arange(0.0, (2.5 * reach) ** 2)) / 2.0
    turn = np.arange(len(away)) * GOLDEN_ANGLE
    return np.column_stack([STRETCH * away * np.cos(turn), away * np.sin(turn)])
