"""What an attribution leaves: the contribution of every part, and what last touch would have said."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sim.records.manifest import machine
from sim.records.study import frame_of, save_study

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

KIND = "guanxi attribution"
FILE = "attribution.json"


@dataclass(frozen=True)
class Estimate:
    """A mean over replications with its 95 % interval; the ends are NaN with one replication."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class PartRecord:
    """One part.

    Parameters
    ----------
    id : str
        Id of a strategy or name of a mechanism.
    kind : {'strategy', 'mechanism'}
        Which of the two.
    label : dict of str
        What it is called under ``zh`` and ``en``.
    share, alone, last : Estimate
        Shapley value in the outcome; what the part adds alone; what is lost without it.
    caused : Estimate
        Shapley value in revenue (GMV), fen.
    touched : Estimate
        Revenue of orders placed on its offers, fen.
    error : Estimate
        Last touch less cause, paired, fen.
    """

    id: str
    kind: str
    label: dict[str, str]
    share: Estimate
    alone: Estimate
    last: Estimate
    caused: Estimate
    touched: Estimate
    error: Estimate


@dataclass(frozen=True)
class AttributionRecord:
    """One attribution.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    title : dict of str
        Its title under ``zh`` and ``en``.
    outcome : str
        Name in `sim.records.outcomes.SUMMARY`.
    parts : list of PartRecord
        The parts, in the order of the scenario.
    none, whole, gained : Estimate
        Outcome without any part, with all, and the difference, which the parts sum to.
    revenue_none, revenue_whole : Estimate
        The same of revenue, fen.
    untouched : Estimate
        Revenue that last touch gives to nobody: orders in the brand's own shop, from memory or on a friend's word.
    misplaced : Estimate
        Share of revenue that last touch books to the wrong account: half the sum of absolute mean errors over mean revenue.
    replications : int
        R; what is stated rests on those in which every combination has a value.
    coalitions, against : dict of Estimate
        Outcome by combination (ids joined by ``+``, the empty one first), and how much more it is than with all parts,
        paired by replication.
    failures : list of dict
        Runs that failed: ``parts``, ``replication``, ``reason``.
    people, days : int
        Size of the world and days simulated.
    runs, kept : int
        Runs in all, and those that had been played before.
    """

    scenario: str
    title: dict[str, str]
    outcome: str
    parts: list[PartRecord]
    none: Estimate
    whole: Estimate
    gained: Estimate
    revenue_none: Estimate
    revenue_whole: Estimate
    untouched: Estimate
    misplaced: Estimate
    replications: int
    coalitions: dict[str, Estimate]
    against: dict[str, Estimate]
    seed: int
    people: int = 0
    days: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    runs: int = 0
    kept: int = 0
    seconds: float = 0.0
    command: str = ""
    version: str = ""
    machine: dict[str, Any] = field(default_factory=machine)

    def frame(self) -> pd.DataFrame:
        """Return a row a part: means and interval ends by columns such as ``share``, ``share_low``."""
        return frame_of([asdict(part) for part in self.parts])

    def save(self, path: Path, texts: dict[str, str] | None = None) -> None:
        """Write a folder whole: the manifest, the figures, and `texts` by file name."""
        save_study(KIND, FILE, self, path, texts or {})
