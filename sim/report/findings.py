"""Everything a page says in numbers, computed once: estimates, ranking, differences, crossings.

Cards, tables, figures, sentences and the terminal all read from one `Findings`, so that they agree.
"""

from __future__ import annotations

import math
from functools import cache, cached_property

from sim.analysis.compliance import Light, strategy_light
from sim.analysis.crossings import Crossing, crossings
from sim.analysis.intervals import Interval, mean_interval
from sim.analysis.paired import Verdict, difference, verdict
from sim.records.comparison import Comparison

COMPARED = (
    "profit_fen", "gmv_fen", "buyers", "repurchase_rate_90d", "trust_mean", "members_end", "cash_trough_fen",
)  # fmt: skip
"""Outcomes of the table of paired differences."""
MOST_CROSSINGS = 6
"""More crossings than these are cut down to those of the leader."""
ALPHA = 0.05
"""Error that the verdict of `sim.analysis.paired` allows after Holm's correction."""


class Findings:
    """Estimates of one comparison.

    Parameters
    ----------
    comparison : Comparison
        Tables of finished runs.
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.estimate = cache(self._estimate)

    @property
    def strategies(self) -> list[str]:
        """Return the names in the order given."""
        return self.comparison.strategies

    @property
    def reference(self) -> str:
        """Return the strategy that the others are compared with."""
        return self.comparison.reference

    @cached_property
    def runs(self) -> int:
        """Return the largest number of finished replications of a strategy."""
        return max((len(r) for r in self.comparison.replications.values()), default=0)

    @cached_property
    def pairs(self) -> int:
        """Return how many replications all strategies share."""
        return len(self.comparison.common())

    def _estimate(self, strategy: str, outcome: str) -> Interval:
        """Return mean and 95 % interval of an outcome over the replications that define it."""
        return mean_interval(self.comparison.values(strategy, outcome))

    def standing(self, strategy: str) -> float:
        """Return the profit by which a strategy is ranked: its mean.

        Where replications were added until the best was known, strategies have met different luck; then it is the
        best's mean and the paired difference from it.
        """
        best = self.verdict.best
        if self.comparison.selection is None or strategy == best:
            return self.estimate(strategy, "profit_fen").mean
        return self.estimate(best, "profit_fen").mean + self.gap(strategy, best).mean

    @cached_property
    def ranking(self) -> list[str]:
        """Return the strategies by falling mean profit; equal means keep the order given."""
        return sorted(self.strategies, key=lambda s: -self.standing(s))

    @cached_property
    def verdict(self) -> Verdict:
        """Return who earns most, with what chance, and whether that is separated."""
        return verdict(self.comparison)

    @cached_property
    def rival(self) -> str:
        """Return who the best is set against: the next it is not separated from, else the second.

        Raises
        ------
        ValueError
            With one strategy there is no rival.
        """
        others = [s for s in self.ranking if s != self.verdict.best]
        if not others:
            raise ValueError("one strategy has no rival")
        unclear = [s for s in others if not self.verdict.p_holm[s] < ALPHA]
        return (unclear or others)[0]

    def gap(self, strategy: str, other: str, outcome: str = "profit_fen") -> Interval:
        """Return the paired difference, strategy minus other, over replications that define both."""
        return difference(self.comparison, strategy, other, outcome).interval

    def has_agents(self, strategy: str) -> bool:
        """Return whether a strategy had resellers in any replication."""
        return self.estimate(strategy, "n_agents").mean > 0

    @cached_property
    def is_identical(self) -> bool:
        """Return whether the best and its rival earned the same in every shared replication: one strategy twice."""
        if len(self.strategies) < 2 or self.pairs < 2:
            return False
        gap = self.gap(self.verdict.best, self.rival)
        return gap.mean == gap.low == gap.high == 0

    @cached_property
    def lights(self) -> dict[str, Light]:
        """Return the compliance light of each strategy, all downlines counted."""
        return {s: strategy_light(self.comparison, s) for s in self.strategies}

    @cached_property
    def crossings(self) -> list[Crossing]:
        """Return the last overtaking of each pair of mean profit curves, by day."""
        last = {frozenset((c.ahead, c.behind)): c for c in crossings(self.comparison)}
        return sorted(last.values(), key=lambda c: c.day)

    @cached_property
    def told_crossings(self) -> list[Crossing]:
        """Return the crossings that a page tells: all if they are few, else those of the leader."""
        if len(self.crossings) <= MOST_CROSSINGS:
            return self.crossings
        best = self.verdict.best
        return [c for c in self.crossings if best in {c.ahead, c.behind}]


def has_interval(interval: Interval) -> bool:
    """Return whether an error could be judged at all (two replications or more)."""
    return math.isfinite(interval.low) and math.isfinite(interval.high)


def is_separated(interval: Interval) -> bool:
    """Return whether the interval excludes zero; without an interval nothing is separated."""
    return interval.low > 0 or interval.high < 0
