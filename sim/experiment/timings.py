"""What runs took on this machine: kept beside the store, so that the next sweep can say how long it will take.

A run's seconds are kept as seconds for (people + 500) x days of its scenario; 500 stands for what a day costs whoever lives
in it (a day of 5,000 people takes 1.7 ms, one of none about .15). The median of a sweep counts, for the first runs of a new
version compile. Only the newest digest of the sources is kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from sim.experiment.identity import code_hash

if TYPE_CHECKING:
    from pathlib import Path

FILE = "timings.json"
_GUESS = 3.2e-7
"""Seconds a person and day where nothing was measured: 1.73 ms a day of 5,000 people [results/benchmarks.json]."""
_BYTES = 70_000.0
"""Bytes of a stored run of 180 days where nothing was measured."""


@dataclass(frozen=True)
class Pace:
    """Seconds a person and day, by scenario.

    Parameters
    ----------
    known : dict of float
        Scenario to its mean.
    is_current : bool
        Measured on these very sources, not on older ones.
    """

    known: dict[str, float]
    is_current: bool

    def seconds(self, name: str, people: int, days: int) -> tuple[float, bool]:
        """Return what a run will take, and whether that was measured for its scenario."""
        some = sum(self.known.values()) / len(self.known) if self.known else _GUESS
        return self.known.get(name, some) * (people + 500) * days, name in self.known


def remember(folder: Path, spent: dict[str, list[float]]) -> None:
    """Enter what runs took, each as seconds a person and day; what cannot be written is left."""
    if not spent:
        return
    found = _read(folder)
    groups = found["scenarios"] if found.get("code") == code_hash() else {}
    for name, each in spent.items():
        old = groups.get(name, {"runs": 0, "mean": 0.0})
        runs = old["runs"] + len(each)
        groups[name] = {"runs": runs, "mean": (old["runs"] * old["mean"] + len(each) * median(each)) / runs}
    part = folder / f"{FILE}.part"
    try:
        part.write_text(json.dumps({"code": code_hash(), "scenarios": groups}), encoding="utf-8")
        part.replace(folder / FILE)
    except OSError:
        part.unlink(missing_ok=True)


def pace(folder: Path) -> Pace:
    """Return what is known of a store's runs."""
    found = _read(folder)
    return Pace({name: float(one["mean"]) for name, one in found["scenarios"].items()}, found.get("code") == code_hash())


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        for one in found["scenarios"].values():
            float(one["mean"]) + int(one["runs"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {"scenarios": {}}
    return dict(found)


def bytes_a_run(folder: Path, runs: int, days: int) -> tuple[float, float]:
    """Return the bytes that a run takes in the store and in a result folder, from what the store holds if it holds enough."""
    parts = [path.stat().st_size for path in (folder / "parts").glob("*.parquet")] if folder.is_dir() else []
    if parts and runs >= 64:
        each = sum(parts) / (64.0 * len(parts))
        return each, each
    return _BYTES * days / 180, _BYTES * days / 180
