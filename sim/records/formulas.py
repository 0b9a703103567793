"""Formulas over plain arrays that summaries are made of: inequality, cohorts, payback.

Notation: n values x sorted ascending, i = 1..n; Gini = sum((2i - n - 1) x) / (n sum x), times
n/(n-1) for a sample.

References: [Gastwirth1972] the Gini coefficient; domain 2.8 (closed forms). Recruiting trees have a
file of their own, `sim.records.scheme`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NAN = float("nan")


def ratio(above: float, below: float) -> float:
    """Return above / below, NaN where the denominator is zero or either is NaN."""
    return above / below if below else NAN


def gini(values: NDArray[np.generic]) -> float:
    """Return the Gini coefficient with the n/(n-1) correction.

    Parameters
    ----------
    values : number (n,), >= 0
        Incomes.

    Returns
    -------
    float, [0, 1]
        0 when all are equal, 1 when one has everything. NaN for fewer than two values, when all
        are zero, and with any negative value (the coefficient has no meaning there).
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    n, total = x.size, float(x.sum())
    if n < 2 or total <= 0.0 or x[0] < 0.0 or not math.isfinite(total):
        return NAN
    weights = 2.0 * np.arange(1, n + 1) - n - 1.0
    return float(weights @ x) / ((n - 1) * total)


def top_share(values: NDArray[np.generic], share: float = 0.01) -> float:
    """Return what the best-paid `share` of people (n,) (at least one) has of the sum, [0, 1]; NaN as for `gini`."""
    x = np.sort(np.asarray(values, dtype=np.float64))
    total = float(x.sum())
    if x.size == 0 or total <= 0.0 or x[0] < 0.0:
        return NAN
    count = max(1, math.floor(share * x.size + 1e-9))
    return float(x[-count:].sum()) / total


def repurchase_rate(first_day: Ints, second_day: Ints, days: int, within: int) -> float:
    """Return the share of buyers who ordered again within `within` days.

    Only buyers whose first order lies at least `within` days before the end count, so that a late
    first purchase is not taken for disloyalty.

    Parameters
    ----------
    first_day, second_day : int (N,)
        Days of the first and the second order, -1 if never.
    days : int
        T; the last day is T - 1.
    within : int
        Days.
    """
    first = np.asarray(first_day, dtype=np.int64)
    second = np.asarray(second_day, dtype=np.int64)
    mature = (first >= 0) & (first + within <= days - 1)
    again = mature & (second >= 0) & (second - first <= within)
    return ratio(float(again.sum()), float(mature.sum()))


def retention_rate(first_day: Ints, last_day: Ints, days: int, after: int) -> float:
    """Return the share of buyers (n,) with an order `after` days or later after their first one."""
    first = np.asarray(first_day, dtype=np.int64)
    last = np.asarray(last_day, dtype=np.int64)
    mature = (first >= 0) & (first + after <= days - 1)
    kept = mature & (last - first >= after)
    return ratio(float(kept.sum()), float(mature.sum()))


def payback_day(cumulative: Floats) -> float:
    """Return the first day after the last negative one of a sum (T,); 0 if never negative, NaN if still negative."""
    negative = np.flatnonzero(np.asarray(cumulative) < 0)
    if negative.size == 0:
        return 0.0 if len(cumulative) else NAN
    last = int(negative[-1])
    return float(last + 1) if last + 1 < len(cumulative) else NAN
