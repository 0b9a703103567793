"""Judge the expectations of a sweep: at every point, under every strategy, with many comparisons in mind.

One expectation at one point is judged as in a comparison: with m the mean of n replications, s its standard error, L the
limit and 1 - alpha the confidence asked for,

    passes      if the interval m +- t(1 - alpha, n - 1) s lies on the right side of L
    fails       if m is on the wrong side and the two-sided p value of |m - L| / s, corrected for the number of
                comparisons in the sweep by Holm's rule [Holm1979], is at most alpha
    undecided   otherwise

Why only failures are corrected: among many points some look bad by luck alone, and the correction keeps the chance
that any failure of the whole sweep is a false alarm at alpha (at the largest alpha, where expectations ask for several).
Points meet the same luck; Holm's rule does not mind. That *everything* holds needs no correction, because each single test
has to say so, also the one that should not [Berger1982]. A single pass is sure to 1 - alpha by itself only.

What was never reached, and values that do not vary, are judged as in `sim.analysis.expectations`, by the sign test.

A sweep is judged once, on all replications it asked for. Raising their number *because* something stayed undecided is
another look, with another chance to err: who does so until all is decided errs more often than alpha says.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.equivalence import holm_array
from sim.analysis.expectations import Judgement, alike_needed, judge
from sim.analysis.intervals import LEVEL
from sim.analysis.student import t_quantile
from sim.records.outcomes import NEVER_REACHED
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
    if not cells:
        return []
    single = [judge("", wanted, values) for wanted, _, _, values in cells]
    p = np.array([one.p for one in single])
    same = {(strategy, point): runs_of for strategy in range(len(strategies)) for point, runs_of in _by_point(runs, strategy, "run")}
    # Where an axis does not concern a strategy its points hold the same runs: one comparison, however often it is shown.
    keys = [(number, wanted.text, tuple(same[number, point])) for wanted, number, point, _ in cells]
    place = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    each = np.ones(len(place))
    each[[place[key] for key in keys]] = p
    corrected = holm_array(each)[[place[key] for key in keys]]
    return [_judged(point, number, one, float(raw), float(holm), values)
            for (_, number, point, values), one, raw, holm in zip(cells, single, p, corrected, strict=True)]


def _by_point(runs: Table, strategy: int, outcome: str) -> list[tuple[int, NDArray[Any]]]:
    """Return the values of a column at every point of a strategy, by replication; NaN without it."""
    mine = np.flatnonzero(runs["strategy"] == strategy)
    if not mine.size:
        return []
    mine = mine[np.lexsort((runs["replication"][mine], runs["point"][mine]))]
    points, first = np.unique(runs["point"][mine], return_index=True)
    column = runs.get(outcome)
    values = np.full(mine.size, np.nan) if column is None else column[mine]
    return list(zip(points.tolist(), np.split(values, first[1:]), strict=True))


def _judged(point: int, strategy: int, one: Judgement, p: float, p_holm: float, values: Floats) -> Judged:
    wanted = one.expectation
    level = wanted.confidence or LEVEL
    result, reason = one.result, one.reason
    if result == "fail" and p_holm > 1.0 - level + 1e-12:
        result, reason = "undecided", "many"
    # The correction multiplies p by what it multiplied it by here, as long as the other points stay as they are.
    alpha = (1.0 - level) * (p / p_holm if reason == "many" else 1.0)
    needed = _needed(wanted, values, alpha) if result == "undecided" else 0
    return Judged(point, strategy, wanted.text, wanted.outcome, level, result, reason, one.mean, one.low, one.high, one.n, p, p_holm,
                  needed)


def _needed(wanted: Expectation, values: Floats, alpha: float) -> int:
    """Return how many replications would decide it if mean and spread stay as they are; 0 where that cannot be said."""
    known = values[np.isfinite(values)]
    never = wanted.outcome in NEVER_REACHED and known.size < values.size
    if values.size > 1 and (never or (known.size == values.size and known.min() == known.max())):
        met = {wanted.holds(math.inf if math.isnan(value) else float(value)) for value in values}
        return alike_needed(alpha) if len(met) == 1 else 0
    if known.size < 2 or known.size < values.size:
        return 0
    gap, spread = abs(float(known.mean()) - wanted.number), float(known.std(ddof=1))
    if gap == 0.0 or spread == 0.0:
        return 0
    n = known.size
    while n < _MOST_NEEDED and t_quantile(1.0 - alpha, n - 1) * spread / math.sqrt(n) >= gap:
        n += max(1, n // 10)
    return n if n < _MOST_NEEDED and n > known.size else 0
