"""Judge the expectations of a sweep: at every point, under every strategy, with many comparisons in mind.

One expectation at one point is judged as in a comparison: with m the mean of n replications, s its standard error, L the
limit and 1 - alpha the confidence asked for,

    passes      if the interval m +- t(1 - alpha, n - 1) s lies on the right side of L
    fails       if m is on the wrong side and the p value of |m - L| / s, corrected for the number of
                comparisons in the sweep by Holm's rule [Holm1979], is at most alpha
    undecided   otherwise

Why only failures are corrected: among many points some look bad by luck alone, and the correction keeps the chance
that any failure of the whole sweep is a false alarm at alpha. That *everything* holds needs no correction, because each
single test has to say so, also the one that should not [Berger1982]. A single pass is sure to 1 - alpha by itself only.

An outcome that was never reached counts as infinitely late, as in `sim.analysis.expectations`; there, and where values
do not vary, all replications agree and p is 0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.equivalence import holm_array
from sim.analysis.expectations import Judgement, judge
from sim.analysis.intervals import LEVEL
from sim.analysis.student import p_value, t_quantile
from sim.records.sweep import Judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.records.tables import Table
    from sim.scenario.expect import Expectation

    Floats = NDArray[np.float64]

_MOST_NEEDED = 10_000


def judge_sweep(runs: Table, strategies: Sequence[Sequence[Expectation]]) -> list[Judged]:
    """Judge every expectation at every point.

    Parameters
    ----------
    runs : dict of arrays (n,)
        As `SweepRecord.runs`, finished runs only.
    strategies : sequence of list of Expectation
        What is expected of each strategy.
    """
    cells = [(wanted, number, point, values) for number, expected in enumerate(strategies) for wanted in expected
             for point, values in _by_point(runs, number, wanted.outcome)]
    single = [judge("", wanted, values) for wanted, _, _, values in cells]
    p = np.array([_p(wanted, values, one) for (wanted, _, _, values), one in zip(cells, single, strict=True)])
    corrected = holm_array(p)
    return [_judged(point, number, one, float(raw), float(holm), values)
            for (_, number, point, values), one, raw, holm in zip(cells, single, p, corrected, strict=True)]


def _by_point(runs: Table, strategy: int, outcome: str) -> list[tuple[int, Floats]]:
    """Return the values of an outcome at every point of a strategy, by replication."""
    mine = np.flatnonzero(runs["strategy"] == strategy)
    mine = mine[np.lexsort((runs["replication"][mine], runs["point"][mine]))]
    points, first = np.unique(runs["point"][mine], return_index=True)
    column = runs.get(outcome)
    values = np.full(mine.size, np.nan) if column is None else np.asarray(column, np.float64)[mine]
    return list(zip(points.tolist(), np.split(values, first[1:]), strict=True))


def _p(wanted: Expectation, values: Floats, one: Judgement) -> float:
    """Return the two-sided p value of a mean against the limit; 1 where there is nothing to test."""
    if one.n < 2 or one.reason == "disagree":
        return 1.0
    if not math.isfinite(one.mean):
        return 0.0
    known = values[np.isfinite(values)]
    gap, error = abs(one.mean - wanted.number), float(known.std(ddof=1)) / math.sqrt(known.size)
    if error == 0.0:
        return 0.0 if one.result != "undecided" else 1.0
    return p_value(gap / error, known.size - 1)


def _judged(point: int, strategy: int, one: Judgement, p: float, p_holm: float, values: Floats) -> Judged:
    wanted = one.expectation
    level = wanted.confidence or LEVEL
    result, reason = one.result, one.reason
    if result == "fail" and p_holm > 1.0 - level + 1e-12:
        result, reason = "undecided", "many"
    needed = _needed(wanted.number, values, level) if result == "undecided" else 0
    return Judged(point, strategy, wanted.text, wanted.outcome, level, result, reason, one.mean, one.low, one.high, one.n, p, p_holm,
                  needed)


def _needed(limit: float, values: Floats, level: float) -> int:
    """Return how many replications would decide it if mean and spread stay as they are; 0 where that cannot be said."""
    known = values[np.isfinite(values)]
    if known.size < 2 or known.size < values.size:
        return 0
    gap, spread = abs(float(known.mean()) - limit), float(known.std(ddof=1))
    if gap == 0.0 or spread == 0.0:
        return 0
    n = known.size
    while n < _MOST_NEEDED and t_quantile(level, n - 1) * spread / math.sqrt(n) >= gap:
        n += max(1, n // 10)
    return n if n < _MOST_NEEDED and n > known.size else 0
