"""Judge what a scenario expects of its outcomes, with confidence.

An expectation passes, at the confidence it states or else 95 %, if the whole t interval of the mean meets its limit, fails if no part of it
does, and stays undecided otherwise. An outcome that was never reached (payback, insolvency, the
compliance line) counts as infinitely late; then, and whenever infinity is among the values, it
passes or fails only if all replications agree. With fewer than two values it stays undecided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.analysis.intervals import LEVEL, mean_interval
from sim.records.outcomes import NEVER_REACHED
from sim.scenario.expect import Expectation, parse_expectation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from sim.records.comparison import Comparison

    Floats = NDArray[np.float64]

Result = Literal["pass", "fail", "undecided"]


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
    reason : {'', 'few', 'undefined', 'straddles', 'disagree'}
        Why it is undecided.
    """

    strategy: str
    expectation: Expectation
    result: Result
    mean: float
    low: float
    high: float
    n: int
    reason: str = ""


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
    result, reason = _result(expectation, known, interval.low, interval.high)
    return Judgement(strategy, expectation, result, mean, interval.low, interval.high, known.size, reason)


def _result(expectation: Expectation, known: Floats, low: float, high: float) -> tuple[Result, str]:
    """Return the result and, if undecided, why."""
    if known.size < 2:
        return "undecided", "few" if known.size else "undefined"
    if np.isinf(known).any():
        agree = [expectation.holds(float(v)) for v in known]
        mixed = any(agree) and not all(agree)
    else:
        agree = [expectation.holds(low), expectation.holds(high)]
        mixed = any(agree) and not all(agree)
        if mixed:
            return "undecided", "straddles"
    if mixed:
        return "undecided", "disagree"
    return ("pass", "") if all(agree) else ("fail", "")


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
