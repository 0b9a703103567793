"""What an optimisation leaves: every candidate with its levers, goals and conditions, and which nobody beats."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sim.records.attribution import Estimate
from sim.records.manifest import machine
from sim.records.study import frame_of, save_study

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

KIND = "guanxi optimisation"
FILE = "optimisation.json"


@dataclass(frozen=True)
class GoalRecord:
    """An outcome to be made large or small."""

    outcome: str
    more: bool


@dataclass(frozen=True)
class CandidateRecord:
    """One setting of the levers.

    Parameters
    ----------
    number : int
        In the order in which they were asked; 0 is the scenario as it stands, if its values lie in the ranges.
    levers : dict of float
        Values by path.
    goals : dict of Estimate
        Mean of each goal over replications, with its interval.
    scores : dict of float
        What candidates are ranked by: the mean, or the mean of the worst tenth.
    conditions : dict of float
        What each condition's outcome came to, ranked the same way.
    is_feasible, on_front : bool
        Whether all conditions hold; whether no feasible candidate beats it.
    replications : int
        Runs with a result.
    outcomes : dict of float
        Mean of every summary outcome.
    margins : dict of Estimate
        Mean of each condition's outcome with its interval; left out where a condition is judged by its worst case.
    gains : dict of Estimate
        On the front: how much more of each goal than the scenario as it stands, paired by replication; empty where that
        has not been played.
    """

    number: int
    levers: dict[str, float]
    goals: dict[str, Estimate]
    scores: dict[str, float]
    conditions: dict[str, float]
    is_feasible: bool
    on_front: bool
    replications: int
    outcomes: dict[str, float] = field(default_factory=dict)
    margins: dict[str, Estimate] = field(default_factory=dict)
    gains: dict[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True)
class OptimisationRecord:
    """One search.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    title : dict of str
        Its title under ``zh`` and ``en``.
    goals : list of GoalRecord
        What was to be made large or small.
    conditions : list of str
        What had to hold, as written.
    levers, uncertain : list of dict
        ``path``, ``label``, ``unit``, ``low``, ``high``, ``value`` of what was moved, and of what was drawn.
    robust : {'mean', 'tenth'}
        How cases are summed up: their mean, or the mean of the worst tenth.
    sampler : {'tpe', 'nsga2'}
        Who proposed.
    people, days : int
        Size of the world and days simulated.
    candidates : list of CandidateRecord
        All of them, in the order in which they were asked.
    """

    scenario: str
    title: dict[str, str]
    goals: list[GoalRecord]
    conditions: list[str]
    levers: list[dict[str, Any]]
    uncertain: list[dict[str, Any]]
    robust: str
    sampler: str
    candidates: list[CandidateRecord]
    replications: int
    front_replications: int
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

    @property
    def front(self) -> list[CandidateRecord]:
        """The candidates that nobody beats, the best in the first goal first."""
        first = self.goals[0]
        found = [one for one in self.candidates if one.on_front]
        return sorted(found, key=lambda one: one.scores[first.outcome], reverse=first.more)

    @property
    def baseline(self) -> CandidateRecord | None:
        """The scenario as it stands; None if its values lie outside the ranges."""
        stated = {one["path"]: one["value"] for one in self.levers}
        first = self.candidates[0] if self.candidates else None
        return first if first is not None and first.levers == stated else None

    def frame(self) -> pd.DataFrame:
        """Return a row a candidate: levers by path, goals with their intervals, scores, feasible, on_front."""
        return frame_of([
            {"number": one.number, "levers": one.levers, **{name: asdict(goal) for name, goal in one.goals.items()},
             **{f"{name}_score": score for name, score in one.scores.items()}, "is_feasible": one.is_feasible,
             "on_front": one.on_front, "replications": one.replications} for one in self.candidates])

    def save(self, path: Path, texts: dict[str, str] | None = None) -> None:
        """Write a folder whole: the manifest, the figures, and `texts` by file name."""
        save_study(KIND, FILE, self, path, texts or {})
