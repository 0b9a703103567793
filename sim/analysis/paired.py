"""Which strategy is best, and how sure that is, from pairs on common replications.

Replication r meets the same world and the same luck under every strategy, so differences are taken
within replications. Chance of being best: the share of bootstrap samples of replications (rows
drawn with replacement, the same rows for all strategies) in which the strategy has the best mean.

Verdict rule. The strategy with the best mean is *separated* from the rest if both hold:
its chance of being best is at least 0.95, and its paired t test against every other strategy stays
below 0.05 after Holm's correction for the number of tests. The bootstrap alone is too sure with few
replications (two equal signs look like certainty), the t test alone ignores the other strategies;
with one replication there is no variance to judge, so nothing is separated and chances are NaN. Gaps that do not vary
are judged by the sign test [DixonMood1946], as t has no spread to go by. That the best is picked by the same figures costs
nothing: to be separated it has to beat *all* others, and of equal ones one does so the less often, the more there are.

The chance of being best is a share of resamples, not the probability that a strategy is best.

Where replications were added until the best was known (`Comparison.selection`), looks were taken again and
again and a t test would be too sure; *separated* is then what the selection says. Strategies have
different numbers of replications, so the bootstrap compares each with the best over those that both have.

References: [Holm1979] step-down correction; [EfronTibshirani1993] bootstrap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.intervals import LEVEL, Interval, mean_interval
from sim.analysis.student import p_value
from sim.records.outcomes import SUMMARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.records.comparison import Comparison
    from sim.records.selection import Selection

    Floats = NDArray[np.float64]

RESAMPLES = 10_000


@dataclass(frozen=True)
class Difference:
    """Strategy minus reference in one outcome, over common replications.

    Parameters
    ----------
    strategy, reference : str
        What is compared.
    interval : Interval
        Mean difference; `n` pairs with both values defined.
    p : float
        Two-sided p value of the paired t test, uncorrected; NaN with fewer than two pairs.
    """

    strategy: str
    reference: str
    interval: Interval
    p: float


@dataclass(frozen=True)
class Verdict:
    """Who is best in one outcome.

    Parameters
    ----------
    outcome : str
        What was compared.
    best : str
        Strategy with the best mean.
    separated : bool
        Whether the best is separated from all others by the rule of this module.
    chance : dict of float
        Chance of being best of every strategy, summing to 1; NaN with one common replication.
    p_holm : dict of float
        Holm-corrected p value of the best against each other strategy.
    n : int
        Common replications.
    """

    outcome: str
    best: str
    separated: bool
    chance: dict[str, float]
    p_holm: dict[str, float]
    n: int


def difference(comparison: Comparison, strategy: str, reference: str, outcome: str = "profit_fen") -> Difference:
    """Return the paired difference of one outcome between two strategies."""
    shared = comparison.common(strategy, reference)
    gaps = comparison.values(strategy, outcome, shared) - comparison.values(reference, outcome, shared)
    return Difference(strategy, reference, mean_interval(gaps), paired_p(gaps))


def differences(comparison: Comparison, outcome: str = "profit_fen", reference: str | None = None) -> list[Difference]:
    """Return every other strategy's paired difference against the reference, in the order of the comparison."""
    against = reference or comparison.reference
    return [difference(comparison, s, against, outcome) for s in comparison.strategies if s != against]


def paired_p(gaps: Floats) -> float:
    """Return the two-sided p value of mean gap = 0; NaN with fewer than two defined gaps."""
    known = gaps[np.isfinite(gaps)]
    if known.size < 2:
        return math.nan
    if known.min() == known.max():
        # Gaps that are all the same show no spread: the sign test stands in, as two equal signs are no certainty.
        return 2.0 ** (1 - known.size) if known[0] else 1.0
    error = float(known.std(ddof=1)) / math.sqrt(known.size)
    return p_value(float(known.mean()) / error, known.size - 1)


def holm(p_values: dict[str, float]) -> dict[str, float]:
    """Return Holm's step-down correction of p values, NaN kept; the order of keys is kept."""
    known = sorted((p, name) for name, p in p_values.items() if not math.isnan(p))
    corrected: dict[str, float] = {}
    largest = 0.0
    for rank, (p, name) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        corrected[name] = largest
    return {name: corrected.get(name, math.nan) for name in p_values}


def chance_of_being_best(values: Floats, seed: int, *, more: bool = True, resamples: int = RESAMPLES) -> Floats:
    """Return each strategy's chance of having the best mean.

    Parameters
    ----------
    values : float64 (R, S)
        One row a common replication, one column a strategy.
    seed : int
        Seed of the bootstrap: the same table and seed give the same chances.
    more : bool
        Whether more is better.
    resamples : int
        Bootstrap samples.

    Returns
    -------
    float64 (S,)
        Sums to 1, ties are shared; NaN with fewer than two rows or with an undefined value.
    """
    rows, strategies = values.shape
    if rows < 2 or not np.isfinite(values).all():
        return np.full(strategies, np.nan)
    # Centred first: means of 1e9 fen lose the digits in which identical strategies must tie.
    means = _weights(rows, seed, resamples) @ (values - values[:, :1]) * (1.0 if more else -1.0)
    return _shares_of_wins(means)


def chance_of_being_ahead(values: Floats, best: int, seed: int, *, more: bool = True, resamples: int = RESAMPLES) -> Floats:
    """Return each strategy's chance of having the best mean, NaN where a strategy was not run.

    As `chance_of_being_best`, but each strategy is measured by its mean gap to column `best` over the rows of both.
    """
    gaps = values - values[:, best : best + 1]
    known = np.isfinite(gaps)
    if (known.sum(axis=0) < 2).any():
        return np.full(values.shape[1], np.nan)
    weights = _weights(len(values), seed, resamples)
    count = weights @ known
    total = weights @ np.where(known, gaps, 0.0) * (1.0 if more else -1.0)
    # A sample without any row of a strategy says nothing for it.
    return _shares_of_wins(np.divide(total, count, out=np.full(total.shape, -np.inf), where=count > 0))


def _weights(rows: int, seed: int, resamples: int) -> Any:
    """Return how often each row comes in each bootstrap sample."""
    rng = np.random.default_rng([seed % 2**32, rows])
    return rng.multinomial(rows, np.full(rows, 1.0 / rows), size=resamples)


def _shares_of_wins(means: Floats) -> Floats:
    """Return in what share of samples each column is highest, ties shared."""
    winners = means == means.max(axis=1, keepdims=True)
    return np.asarray((winners / winners.sum(axis=1, keepdims=True)).mean(axis=0))


def verdict(comparison: Comparison, outcome: str = "profit_fen", level: float = LEVEL) -> Verdict:
    """Return who is best in one outcome and whether that is separated; see the rule above.

    Parameters
    ----------
    comparison : Comparison
        Finished runs.
    outcome : str
        Name of a summary outcome; "less is better" is read from the catalogue.
    level : float
        Confidence asked of both parts of the rule.
    """
    selection = comparison.selection
    if selection is not None and selection.outcome == outcome:
        return _selected(comparison, selection)
    names, shared = comparison.strategies, comparison.common()
    more = SUMMARY[outcome].better != "less"
    table = np.column_stack([comparison.values(s, outcome, shared) for s in names])
    means = np.array([mean_interval(table[:, k]).mean for k in range(len(names))]) * (1.0 if more else -1.0)
    best = names[int(np.nanargmax(means))] if np.isfinite(means).any() else names[0]
    chance = dict(zip(names, map(float, chance_of_being_best(table, comparison.seed, more=more)), strict=True))
    p_holm = holm({s: difference(comparison, best, s, outcome).p for s in names if s != best})
    clear = all(p < 1.0 - level for p in p_holm.values())
    separated = len(names) > 1 and len(shared) > 1 and chance[best] >= level and clear
    return Verdict(outcome, best, separated, chance, p_holm, len(shared))


def _selected(comparison: Comparison, selection: Selection) -> Verdict:
    """Return the verdict that a selection came to."""
    names, outcome, best = comparison.strategies, selection.outcome, selection.best
    rows = np.unique(np.concatenate([comparison.replications[s] for s in names]))
    table = np.full((len(rows), len(names)), np.nan)
    for k, s in enumerate(names):
        table[np.searchsorted(rows, comparison.replications[s]), k] = comparison.values(s, outcome)
    more = SUMMARY[outcome].better != "less"
    chance = chance_of_being_ahead(table, names.index(best), comparison.seed, more=more)
    p_holm = holm({s: difference(comparison, best, s, outcome).p for s in names if s != best})
    chances = dict(zip(names, map(float, chance), strict=True))
    return Verdict(outcome, best, selection.separated, chances, p_holm, len(comparison.common()))
