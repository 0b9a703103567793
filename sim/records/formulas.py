"""Formulas over plain arrays that summaries are made of: inequality, cohorts, recruiting trees.

Notation: n values x sorted ascending, i = 1..n; Gini = sum((2i - n - 1) x) / (n sum x), times
n/(n-1) for a sample. A recruiting tree is an array `upline` (row of the sponsor, -1 for a root).

References: [Gastwirth1972] the Gini coefficient; domain 2.8 (closed forms), 4.18 and row 80 (levels).
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
    """Return what the best-paid `share` of people (at least one) has of the sum; NaN as for `gini`."""
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
    """Return the share of buyers with an order `after` days or later after their first one."""
    first = np.asarray(first_day, dtype=np.int64)
    last = np.asarray(last_day, dtype=np.int64)
    mature = (first >= 0) & (first + after <= days - 1)
    kept = mature & (last - first >= after)
    return ratio(float(kept.sum()), float(mature.sum()))


def payback_day(cumulative: Floats) -> float:
    """Return the first day after the last negative one; 0 if never negative, NaN if still negative."""
    negative = np.flatnonzero(np.asarray(cumulative) < 0)
    if negative.size == 0:
        return 0.0 if len(cumulative) else NAN
    last = int(negative[-1])
    return float(last + 1) if last + 1 < len(cumulative) else NAN


def depths(upline: Ints) -> Ints:
    """Return each row's distance from its root (0), by doubling pointers; O(n log depth).

    Raises
    ------
    ValueError
        If the uplines form a loop or name a row that does not exist.
    """
    jump = np.asarray(upline, dtype=np.int64).copy()
    if jump.size and (int(jump.max()) >= jump.size or int(jump.min()) < -1):
        raise ValueError("an upline names a row that does not exist")
    depth = (jump >= 0).astype(np.int64)
    for _ in range(64):
        alive = np.flatnonzero(jump >= 0)
        if alive.size == 0:
            return depth
        depth[alive] += depth[jump[alive]]
        jump[alive] = jump[jump[alive]]
    raise ValueError("the uplines form a loop")


def roots(upline: Ints) -> Ints:
    """Return each row's root."""
    up = np.asarray(upline, dtype=np.int64)
    root = np.where(up >= 0, up, np.arange(up.size))
    for _ in range(64):
        further = root[root]
        if np.array_equal(further, root):
            return root
        root = further
    raise ValueError("the uplines form a loop")


def tree_size_and_levels(upline: Ints) -> tuple[int, int]:
    """Return people and levels of recruiting under one organiser, who counts as a level [domain row 80].

    The brand is the organiser of all rows without an upline, so its own level is added to the
    deepest tree and one person to the sum. Without resellers there is no tree: (0, 0).
    """
    if len(upline) == 0:
        return 0, 0
    return len(upline) + 1, int(depths(upline).max()) + 2


def line_day(upline: Ints, joined_day: Ints, people: int = 30, levels: int = 3) -> float:
    """Return the first day with at least `people` people and `levels` levels, or NaN.

    Joining is counted, leaving is not: whoever has been recruited stays in the count of the rule.
    """
    joined = np.asarray(joined_day, dtype=np.int64)
    if joined.size + 1 < people:
        return NAN
    order = np.sort(joined)
    by_people = int(order[people - 2])
    deep = joined[depths(upline) >= levels - 2]
    if deep.size == 0:
        return NAN
    return float(max(by_people, int(deep.min()), 0))


def compliance_light(facts: dict[str, float]) -> int:
    """Return 0 green, 1 amber or 2 red [domain 4.18]; a convention, never legal advice.

    Red: recruiting pays more than half of resellers' income, or ultimate users buy less than half
    of what was sold in, or 30 people and 3 levels are reached with pay that is not for goods.
    Amber: at least 3 levels, or any entry fee. An indicator that is NaN raises no light.

    Parameters
    ----------
    facts : dict of float
        ``people``, ``levels``, ``recruiting_income_share``, ``ultimate_user_share``, ``entry_fee_fen``.
    """
    recruiting = facts["recruiting_income_share"]
    crime_line = facts["people"] >= 30 and facts["levels"] >= 3
    if recruiting > 0.5 or facts["ultimate_user_share"] < 0.5 or (crime_line and recruiting > 0.0):
        return 2
    return 1 if facts["levels"] >= 3 or facts["entry_fee_fen"] > 0 else 0
