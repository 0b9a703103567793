"""How the best of several strategies was selected, where replications were added until it was known."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Dropped:
    """A strategy that went no further.

    Parameters
    ----------
    strategy, by : str
        The one that is out, and the one ahead of it.
    replications : int
        How many both had then.
    gap : float
        How far the mean of `by` was ahead, in the outcome's unit.
    """

    strategy: str
    by: str
    replications: int
    gap: float


@dataclass(frozen=True)
class Selection:
    """What the selection came to.

    Parameters
    ----------
    outcome : str
        Name in `sim.records.outcomes.SUMMARY` by which the best is chosen.
    best : str
        Strategy with the best mean of those left.
    ended : {'separated', 'tied', 'budget', 'undefined'}
        Known at the confidence asked; those left are equal to the last digit; the runs were used up; or the outcome is
        undefined in every run of some strategies (then `left` names them).
    confidence, zone : float
        Confidence asked, and the lead too small to matter, in the outcome's unit.
    first, budget, runs : int
        Replications before the first look, runs allowed and runs used.
    equal : int
        Runs that as many replications of every strategy would have taken as the last decision needed.
    unpaired : int
        About how many runs this selection would have taken if variants of one strategy had not met the same
        luck; `runs` where there are none.
    left : list of str
        Strategies still in, best first.
    dropped : list of Dropped
        The others, in the order in which they went.
    """

    outcome: str
    best: str
    ended: str
    confidence: float
    zone: float
    first: int
    budget: int
    runs: int
    equal: int
    unpaired: int
    left: list[str] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    @property
    def separated(self) -> bool:
        """Return whether the best is known at the confidence asked."""
        return self.ended == "separated"

    @property
    def saved(self) -> int:
        """Return the runs saved against equal allocation."""
        return self.equal - self.runs
