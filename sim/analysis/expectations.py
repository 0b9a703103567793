"""Judge what a scenario expects of its outcomes, with confidence.

An expectation passes, at the confidence 1 - alpha that it states or else 95 %, if the whole t interval of the mean meets
its limit, fails if no part of it does, and stays undecided otherwise. The interval has two sides, and a mean can lie
beyond the limit on one only, so a pass that should not be, or a fail that should not, has a chance of at most alpha / 2.

Where t says nothing. Values that are all the same show no spread, but two equal signs are no certainty: what happens in
every second run comes out alike in half of all pairs. An outcome that was never reached (payback, insolvency, the
compliance line) counts as infinitely late and has no interval either. In both cases every replication has to lie on one
side of the limit and the sign test stands in [DixonMood1946], with p = 2^(1-n) for n replications: 6 at 95 %, 8 at 99 %.
Replications that disagree leave it undecided, however many there are.

With fewer than two values it stays undecided. Values that are undefined for another reason are left out: what is judged
is then the mean of the runs that have one, and `n` says how many those are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.analysis.intervals import LEVEL, Interval, mean_interval
from sim.analysis.student import p_value
from sim.records.outcomes import NEVER_REACHED
from sim.scenario.expect import Expectation, parse_expectation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from sim.records.comparison import Comparison

    Floats = NDArray[np.float64]

Result = Literal["pass", "fail", "undecided"]
_ROUNDING = 1e-12
"""What 1 - level may lose in its last digits."""


@dataclass(frozen=True)
class Judgement:
    """What became of one expectation.

    Parameters
    ----------
    strategy : str
        Whose outcome.
    expectation : Expectation
        What was expected.
    result : {'pass', 'fail', 'undecided'}
        The judgement.
    mean, low, high : float
        Mean and interval; NaN where undefined.
    n : int
        Replications with a value.
    reason : {'', 'few', 'undefined', 'straddles', 'disagree', 'alike'}
        Why it is undecided; 'alike': all replications agree, but are too few for this confidence.
    p : float
        Two-sided p value of the mean at the limit; 1 where there is nothing to test.
    """

    strategy: str
    expectation: Expectation
    result: Result
    mean: float
    low: float
    high: float
    n: int
    reason: str = ""
    p: float = 1.0


def judge(strategy: str, expectation: Expectation, values: Floats, level: float | None = None) -> Judgement:
    """Judge one expectation on one value a replication.

    Parameters
    ----------
    strategy : str
        Whose outcome.
    expectation : Expectation
        What was expected.
    values : float64 (R,)
        The outcome; NaN where undefined.
    level : float
        Confidence of the interval; None for what the expectation states.
    """
    level = level or expectation.confidence or LEVEL
    if expectation.outcome in NEVER_REACHED:
        values = np.where(np.isnan(values), math.inf, values)
    known = values[~np.isnan(values)]
    interval = mean_interval(known, level)
    mean = math.inf if np.isinf(known).any() else interval.mean
    result, reason, p = _result(expectation, known, interval, level)
    return Judgement(strategy, expectation, result, mean, interval.low, interval.high, known.size, reason, p)


def alike_p(n: int) -> float:
    """Return the two-sided p value of the sign test where all of `n` >= 1 replications lie on one side."""
    return 2.0 ** (1 - n)


def alike_needed(alpha: float) -> int:
    """Return how many replications that all agree bring the sign test down to `alpha`."""
    return 1 + math.ceil(-math.log2(alpha))


def _result(expectation: Expectation, known: Floats, interval: Interval, level: float) -> tuple[Result, str, float]:
    """Return the result, if undecided why, and the p value."""
    if known.size < 2:
        return "undecided", "few" if known.size else "undefined", 1.0
    if np.isinf(known).any() or known.min() == known.max():
        agree = [expectation.holds(float(v)) for v in known]
        if any(agree) and not all(agree):
            return "undecided", "disagree", 1.0
        p = alike_p(known.size)
        if p > 1.0 - level + _ROUNDING:
            return "undecided", "alike", p
        return "pass" if all(agree) else "fail", "", p
    error = float(known.std(ddof=1)) / math.sqrt(known.size)
    p = p_value((interval.mean - expectation.number) / error, known.size - 1)
    ends = expectation.holds(interval.low), expectation.holds(interval.high)
    if ends[0] != ends[1]:
        return "undecided", "straddles", p
    return "pass" if ends[0] else "fail", "", p


def judge_all(comparison: Comparison, expected: Mapping[str, Iterable[str]]) -> list[Judgement]:
    """Judge every strategy's expectations.

    Parameters
    ----------
    comparison : Comparison
        Finished runs.
    expected : dict of list of str
        Strategy to its expectations as written.

    Raises
    ------
    ValueError
        If an expectation cannot be read.
    """
    out = []
    for strategy in comparison.strategies:
        for text in expected.get(strategy, ()):
            wanted = parse_expectation(text)
            out.append(judge(strategy, wanted, comparison.values(strategy, wanted.outcome)))
    return out
