"""What a sensitivity analysis leaves: for every lever its indices with intervals, and every point played."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sim.records.attribution import Estimate
from sim.records.manifest import machine
from sim.records.study import frame_of, save_study

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

KIND = "guanxi sensitivity"
FILE = "sensitivity.json"

MAIN = {"morris": "mu_star", "sobol": "total"}
"""The index by which levers are ranked."""
INDICES = {"morris": ("mu_star", "mu", "sigma"), "sobol": ("total", "first")}


@dataclass(frozen=True)
class LeverRecord:
    """One lever.

    Parameters
    ----------
    path : str
        Dotted path.
    label : dict of str
        Meaning under ``zh`` and ``en``.
    unit : str
        Unit of `low`, `high`, `value`.
    low, high, value : float
        Range and what the scenario says.
    indices : dict of Estimate
        ``mu_star``, ``mu``, ``sigma`` in the outcome's unit (Morris), or ``first``, ``total`` as shares (Sobol).
    at_low, at_high, swing : Estimate
        Outcome at the low and at the high end of the range by a straight line through pairs of points that differ in this
        lever alone (`sim.analysis.tornado`), and the second less the first: the tornado's bar.
    """

    path: str
    label: dict[str, str]
    unit: str
    low: float
    high: float
    value: float
    indices: dict[str, Estimate]
    at_low: Estimate
    at_high: Estimate
    swing: Estimate


@dataclass(frozen=True)
class SensitivityRecord:
    """One analysis.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    title : dict of str
        Its title under ``zh`` and ``en``.
    method : {'morris', 'sobol'}
        Which indices.
    outcome : str
        Name in `sim.records.outcomes.SUMMARY`.
    levers : list of LeverRecord
        The most important first.
    mean : float
        Mean outcome over all points.
    noise : float
        Share of the variance between points that is left of chance after averaging over replications; NaN with one.
    blocks, blocks_lost : int
        Trajectories (Morris) or rows (Sobol), and how many were left out for an undefined value.
    people, days : int
        Size of the world and days simulated.
    points : list of dict
        Every point: values by path under ``levers``, ``mean``, ``values`` by replication.
    """

    scenario: str
    title: dict[str, str]
    method: str
    outcome: str
    levers: list[LeverRecord]
    mean: float
    noise: float
    blocks: int
    blocks_lost: int
    replications: int
    seed: int
    people: int = 0
    days: int = 0
    points: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    runs: int = 0
    kept: int = 0
    seconds: float = 0.0
    command: str = ""
    version: str = ""
    machine: dict[str, Any] = field(default_factory=machine)

    def frame(self) -> pd.DataFrame:
        """Return a row a lever: each index with the ends of its interval."""
        return frame_of([{"path": one.path, "label": one.label, "unit": one.unit, "low": one.low, "high": one.high,
                          "value": one.value, "at_low": asdict(one.at_low), "at_high": asdict(one.at_high),
                          "swing": asdict(one.swing)} | {name: asdict(index) for name, index in one.indices.items()} for one in self.levers])

    def save(self, path: Path, texts: dict[str, str] | None = None) -> None:
        """Write a folder whole: the manifest, the figures, and `texts` by file name."""
        save_study(KIND, FILE, self, path, texts or {})
