"""What an ablation showed: one strategy played again with one mechanism switched off."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ablation:
    """One strategy played again with one mechanism switched off, pairwise on the same replications.

    Parameters
    ----------
    strategy, mechanism : str
        What was played, and the name of what was switched off.
    label : dict of str
        Words for the mechanism under ``zh`` and ``en``.
    outcome : str
        Name in `sim.records.outcomes.SUMMARY`.
    with_it, without_it : float
        Means over the replications played.
    low, high : float
        95 % interval of the paired change when it is switched off.
    """

    strategy: str
    mechanism: str
    label: dict[str, str]
    outcome: str
    with_it: float
    without_it: float
    low: float
    high: float

    @property
    def change(self) -> float:
        """Return what switching it off adds to the outcome."""
        return self.without_it - self.with_it

    @property
    def is_cause(self) -> bool:
        """Return whether the interval of the change excludes zero."""
        return self.low > 0 or self.high < 0
