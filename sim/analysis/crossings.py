"""Days on which one strategy overtakes another, and the line of the statement behind it.

A crossing is a day on which the difference of two mean curves changes its sign and keeps the new
one for at least `HOLD` days (shorter ones are noise). The line is the purpose in which the two
statements differed most, in cash, over the `WINDOW` days before: a fact of the books, not a cause.
What customers and resellers pay is one line, ``sale``, whichever way the goods take.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.intervals import mean_path
from sim.core.accounts import INCOME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.records.comparison import Comparison
    from sim.records.run_record import Ints

    Floats = NDArray[np.float64]

WINDOW = 14
HOLD = 7
"""Days a lead must last to count. Source: assumption (a week evens out weekdays)."""
_NOT_TRADE = frozenset({"capital"})
_INCOME = frozenset(p.name.lower() for p in INCOME) | {"escrow_in", "escrow_refund", "buy_in", "reseller_sale"}


@dataclass(frozen=True)
class Crossing:
    """One overtaking.

    Parameters
    ----------
    day : int
        First day of the new lead.
    ahead, behind : str
        Who leads from that day, and who did before.
    level : float
        Value of both curves there (mean of the two), in the unit of the series.
    line : str
        Line of the statement that differed most; empty if none did.
    gap_fen : float
        Mean cash in that line over the window, `ahead` minus `behind`.
    """

    day: int
    ahead: str
    behind: str
    level: float
    line: str
    gap_fen: float


def sign_changes(gap: Floats, hold: int = HOLD) -> list[int]:
    """Return the days on which a difference takes a new sign that lasts at least `hold` days.

    Zero and NaN keep the sign before them; a new sign shorter than `hold`, also at the end of the
    series, does not count.
    """
    signs = np.sign(np.nan_to_num(gap)).astype(np.int64)
    known = np.flatnonzero(signs)
    if known.size == 0:
        return []
    filled = signs[np.maximum.accumulate(np.where(signs != 0, np.arange(signs.size), known[0]))]
    starts = [0, *(np.flatnonzero(np.diff(filled)) + 1).tolist()]
    ends = [*starts[1:], signs.size]
    days: list[int] = []
    lead = 0
    for start, end in zip(starts, ends, strict=True):
        if end - start >= hold and filled[start] != lead:
            if lead:
                days.append(int(start))
            lead = int(filled[start])
    return days


def crossings(comparison: Comparison, series: str = "profit_fen") -> list[Crossing]:
    """Return the crossings of all pairs of mean curves, by day.

    Parameters
    ----------
    comparison : Comparison
        Finished runs.
    series : str
        Daily series to compare, cumulative profit by default.
    """
    found = []
    for one, two in combinations(comparison.strategies, 2):
        shared = comparison.common(one, two)
        a, b = (mean_path(comparison.paths(s, series, shared)) for s in (one, two))
        for day in sign_changes(a - b):
            ahead, behind = (one, two) if a[day] > b[day] else (two, one)
            line, gap = widest_line(comparison, ahead, behind, day)
            found.append(Crossing(day, ahead, behind, float(a[day] + b[day]) / 2, line, gap))
    return sorted(found, key=lambda c: c.day)


def widest_line(comparison: Comparison, ahead: str, behind: str, day: int) -> tuple[str, float]:
    """Return the line with the largest absolute gap of cash over the window before `day`, and the gap."""
    shared = comparison.common(ahead, behind)
    gaps: dict[str, float] = {}
    for strategy, sign in ((ahead, 1.0), (behind, -1.0)):
        for purpose in comparison.statement[strategy]:
            line = "sale" if purpose in _INCOME else purpose
            if purpose not in _NOT_TRADE:
                gaps[line] = gaps.get(line, 0.0) + sign * _cash(comparison, strategy, purpose, day, shared)
    if not any(gaps.values()):
        return "", 0.0
    widest = max(gaps, key=lambda p: abs(gaps[p]))
    return widest, gaps[widest]


def _cash(comparison: Comparison, strategy: str, purpose: str, day: int, shared: Ints) -> float:
    """Return mean cash of one purpose over the window before `day`."""
    table = comparison.statement[strategy][purpose]
    rows = np.searchsorted(comparison.replications[strategy], shared)
    return float(table[rows, max(0, day - WINDOW):day].sum(axis=1).mean())
