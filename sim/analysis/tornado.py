"""How far an outcome moves when one lever crosses its range, from points of a design that differ in that lever alone.

Means over the points where a lever is low, or high, mix in what the other levers happen to be there, and in designs of few
points that is much. Both designs used here hold pairs of points that differ in one lever only (steps of a trajectory, a row
and its exchanges), so the straight line of lever k goes through their differences:

    slope_k = sum (dx dy) / sum dx^2        over all pairs within a block that differ in lever k alone

With Morris' steps of one size it is the mean elementary effect. The bar runs from mean - slope / 2 to mean + slope / 2. An
effect that bends back has a short bar: its importance shows in the indices. Intervals are 95 % percentiles of a bootstrap
over whole blocks [EfronTibshirani1993].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.problems import whole_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RESAMPLES = 1000
_SAME = 1e-9
_ENDS = (2.5, 97.5)


@dataclass(frozen=True)
class Bars:
    """Bars of k levers, each a mean and the two ends of its interval, float64 (k, 3).

    Parameters
    ----------
    low, high : float64 (k, 3)
        Outcome at the low and at the high end of a lever's range; NaN where no pair tells.
    swing : float64 (k, 3)
        High less low.
    """

    low: Floats
    high: Floats
    swing: Floats


def bars(points: Floats, values: Floats, size: int, seed: int) -> Bars:
    """Return the bars of a played design; blocks with an undefined value are left out.

    Parameters
    ----------
    points : float64 (B size, k)
        Points in the unit cube, block after block.
    values : float64 (B size,)
        The outcome at each.
    size : int
        Points of a block.
    seed : int
        Of the bootstrap.
    """
    kept = whole_blocks(values, size)
    k = points.shape[1]
    x, y = points[kept].reshape(-1, size, k), values[kept].reshape(-1, size)
    n = len(y)
    swing = np.full((k, 3), np.nan)
    if n:
        along, square = _pairs(x, y)
        swing[:, 0] = _slopes(np.ones((1, n)), along, square)[0]
    if n > 1:
        counts = np.random.default_rng([seed, n, k]).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
        again = _slopes(counts.astype(np.float64), along, square)
        known = np.isfinite(again).any(axis=0)
        swing[known, 1:] = np.nanpercentile(again[:, known], _ENDS, axis=0).T
    level = float(y.mean()) if n else float("nan")
    return Bars(level - swing[:, [0, 2, 1]] / 2, level + swing / 2, swing)


def _pairs(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the sums of dx dy and of dx squared by block and lever, float64 (B, k), over pairs that differ in it alone."""
    along, square = np.zeros((len(x), x.shape[2])), np.zeros((len(x), x.shape[2]))
    for i in range(x.shape[1]):
        for j in range(i):
            dx = x[:, i] - x[:, j]
            moved = np.abs(dx) > _SAME
            dx = np.where(moved & (moved.sum(axis=1) == 1)[:, None], dx, 0.0)
            along += dx * (y[:, i] - y[:, j])[:, None]
            square += dx**2
    return along, square


def _slopes(counts: Floats, along: Floats, square: Floats) -> Floats:
    """Return the slopes of S choices of blocks, float64 (S, k)."""
    below = counts @ square
    return np.asarray(np.divide(counts @ along, below, out=np.full(below.shape, np.nan), where=below > 0))
