"""What runs took on this machine: kept beside the store, so that the next sweep can say how long it will take.

A run's seconds are kept as a multiple of what `usual_seconds` says for its people and days, for a world of a few hundred
people costs nearly as much a day as one of 5,000: a figure a person and day from small worlds would be ten times off for
large ones. The median of a sweep counts, for the first runs of a new version compile; the newest sweep counts at least half,
for the machine may have had other work before. Only the newest digest of the sources is kept.
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
_BUILT, _PERSON_BUILT = 0.010, 8e-6
_DAY, _PERSON_DAY = 1.2e-3, 3e-8
"""Seconds of a run, of each person at its beginning, of a day, of each person and day: the five core models with 500 to
20,000 people over 20 and 120 days on one core of the machine of results/benchmarks.json."""


def usual_seconds(people: int, days: int) -> float:
    """Return what a run of so many people and days takes on the machine on which the figures above were measured."""
    return _BUILT + _PERSON_BUILT * people + days * (_DAY + _PERSON_DAY * people)


@dataclass(frozen=True)
class Pace:
    """How many times the usual seconds runs take, by scenario.

    Parameters
    ----------
    known : dict of float
        Scenario to its multiple.
    is_current : bool
        Measured on these very sources, not on older ones.
    """

    known: dict[str, float]
    is_current: bool

    def seconds(self, name: str, people: int, days: int) -> tuple[float, bool]:
        """Return what a run will take, and whether that was measured for its scenario."""
        some = sum(self.known.values()) / len(self.known) if self.known else 1.0
        return self.known.get(name, some) * usual_seconds(people, days), name in self.known


def remember(folder: Path, spent: dict[str, list[float]]) -> None:
    """Enter what runs took, each as a multiple of its `usual_seconds`; what cannot be written is left."""
    if not spent:
        return
    found = _read(folder)
    groups = found["scenarios"] if found.get("code") == code_hash() else {}
    for name, each in spent.items():
        old = groups.get(name, {"runs": 0, "pace": 0.0})
        before, now = min(old["runs"], len(each)), len(each)
        groups[name] = {"runs": old["runs"] + now, "pace": (before * old["pace"] + now * median(each)) / (before + now)}
    part = folder / f"{FILE}.part"
    try:
        part.write_text(json.dumps({"code": code_hash(), "scenarios": groups}), encoding="utf-8")
        part.replace(folder / FILE)
    except OSError:
        part.unlink(missing_ok=True)


def pace(folder: Path) -> Pace:
    """Return what is known of a store's runs."""
    found = _read(folder)
    return Pace({name: float(one["pace"]) for name, one in found["scenarios"].items()}, found.get("code") == code_hash())


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        for one in found["scenarios"].values():
            float(one["pace"]) + int(one["runs"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"scenarios": {}}
    return dict(found)
