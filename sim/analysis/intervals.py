"""How sure a mean is: t intervals over replications. Undefined values (NaN) are left out and counted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.student import t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean with its interval.

    Parameters
    ----------
    mean, low, high : float
        `low` and `high` are NaN with fewer than two defined values: one run bounds nothing.
    n : int
        Defined values.
    n_undefined : int
        Values left out.
    level : float
        Confidence.
    """

    mean: float
    low: float
    high: float
    n: int
    n_undefined: int = 0
    level: float = LEVEL


def mean_interval(values: Floats, level: float = LEVEL) -> Interval:
    """Return the t interval of a mean: mean +- t(level, n-1) sd / sqrt n.

    Parameters
    ----------
    values : float64 (R,)
        One value a replication.
    level : float
        Confidence.
    """
    x = np.asarray(values, dtype=np.float64)
    known = x[np.isfinite(x)]
    n, lost = known.size, x.size - known.size
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0, lost, level)
    mean = float(known.mean())
    if n == 1:
        return Interval(mean, math.nan, math.nan, 1, lost, level)
    half = t_quantile(level, n - 1) * float(known.std(ddof=1)) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, n, lost, level)


def mean_path(paths: Floats) -> Floats:
    """Return the mean curve (T,), undefined values left out; NaN on a day that nobody defines."""
    table = np.asarray(paths, dtype=np.float64)
    known = np.isfinite(table)
    count = known.sum(axis=0)
    total = np.where(known, table, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(table.shape[1], np.nan), where=count > 0))
