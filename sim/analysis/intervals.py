"""How sure a mean is, and how far single runs spread.

Means get t intervals over replications; heavy-tailed outcomes (agency is a branching process) are
shown with quantiles beside them, because their mean says little about a single future. Undefined
values (NaN) are left out and counted.
"""

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


@dataclass(frozen=True)
class Spread:
    """Quantiles over single runs: 5, 25, 50, 75 and 95 %; all NaN without a defined value."""

    q05: float
    q25: float
    median: float
    q75: float
    q95: float


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


def spread(values: Floats) -> Spread:
    """Return the quantiles of single runs."""
    x = np.asarray(values, dtype=np.float64)
    known = x[np.isfinite(x)]
    if known.size == 0:
        return Spread(*[math.nan] * 5)
    return Spread(*(float(q) for q in np.quantile(known, (0.05, 0.25, 0.5, 0.75, 0.95))))


def bands(paths: Floats, shares: tuple[float, ...] = (0.5, 0.9)) -> dict[float, tuple[Floats, Floats]]:
    """Return, for each share, the lower and upper curve that hold that share of single runs a day.

    Parameters
    ----------
    paths : float64 (R, T)
        One row a replication; a day that no replication defines is NaN in the bands too.
    shares : tuple of float
        Central shares, 0.5 and 0.9 by default.
    """
    table = np.asarray(paths, dtype=np.float64)
    some = np.isfinite(table).any(axis=0)
    out = {}
    for share in shares:
        edges = np.full((2, table.shape[1]), np.nan)
        if some.any():
            edges[:, some] = np.nanquantile(table[:, some], (0.5 - share / 2, 0.5 + share / 2), axis=0)
        out[share] = (edges[0], edges[1])
    return out


def mean_path(paths: Floats) -> Floats:
    """Return the mean curve (T,), undefined values left out; NaN on a day that nobody defines."""
    table = np.asarray(paths, dtype=np.float64)
    known = np.isfinite(table)
    count = known.sum(axis=0)
    total = np.where(known, table, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(table.shape[1], np.nan), where=count > 0))
