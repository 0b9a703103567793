"""What many runs would cost: how many, time from what this machine has taken before, disk. Nothing is played or written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.experiment.sweep import SweepPlan
from sim.experiment.timings import pace
from sim.records.run_store import PART_RUNS, runs_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sim.scenario.spec import ScenarioSpec

_START = 3.0
"""Seconds before the first run and after the last: libraries and kernels read, workers started, the page drawn."""
_PAGE = 5.1e6
"""Bytes of a page; nearly all of it is the library that draws."""


@dataclass(frozen=True)
class Cost:
    """What is to be done.

    Parameters
    ----------
    runs : int
        All that are asked for; of a sweep, the rows of its table, of this shard.
    distinct : int
        Different runs among them: an axis of one strategy does not concern the others.
    kept : int
        Of the distinct ones, those that the store holds.
    seconds : float
        What the rest will take.
    rests_on : {'measured', 'older', 'guess'}
        Timings of these sources on this machine, of older ones or of other scenarios, or of none.
    store_bytes, result_bytes : float
        Disk that the rest will take in the store, and the folder of the result with all runs and the page.
    """

    runs: int
    distinct: int
    kept: int
    seconds: float
    rests_on: Literal["measured", "older", "guess"]
    store_bytes: float
    result_bytes: float

    @property
    def to_play(self) -> int:
        """Return how many runs are to be played."""
        return self.distinct - self.kept


@dataclass(frozen=True)
class Forecast(Cost):
    """What a sweep would cost.

    Parameters
    ----------
    points, strategies, replications : int
        Shape of the sweep.
    """

    points: int
    strategies: int
    replications: int


def forecast(plan: SweepPlan, folder: Path, workers: int) -> Forecast:
    """Return what a sweep would cost.

    Parameters
    ----------
    plan : SweepPlan
        All runs.
    folder : Path
        The store; it need not be there.
    workers : int
        Processes.
    """
    cost = cost_of(((plan.ids[row], wanted.spec) for row, wanted in plan.wanted()), folder, workers)
    points, strategies, replications = plan.shape
    return Forecast(**vars(cost), points=points, strategies=strategies, replications=replications)


def cost_of(runs: Iterable[tuple[str, ScenarioSpec]], folder: Path, workers: int) -> Cost:
    """Return what runs would cost.

    Parameters
    ----------
    runs : iterable of (str, ScenarioSpec)
        Identity and scenario of each.
    folder : Path
        The store; it need not be there.
    workers : int
        Processes.
    """
    sizes: dict[str, tuple[str, int, int]] = {}
    asked = 0
    for run, spec in runs:
        sizes[run] = (spec.name, spec.people, spec.days)
        asked += 1
    known = runs_in(folder) & sizes.keys()
    paces = pace(folder)
    missing = Counter(size for run, size in sizes.items() if run not in known)
    costs = [(number, *paces.seconds(*size)) for size, number in missing.items()]
    measured = all(is_known for _, _, is_known in costs)
    left = sum(missing.values())
    work = sum(number * each for number, each, _ in costs) / max(1, min(workers, left))
    return Cost(
        asked, len(sizes), len(known), work + _START if left else 0.0,
        "guess" if not paces.known else "measured" if measured and paces.is_current else "older",
        _stored(missing), _PAGE + asked * sum(500 + 60 * size[2] for size in sizes.values()) / max(1, len(sizes)),
    )


def _stored(runs: Counter[tuple[str, int, int]]) -> float:
    """Return the bytes of so many runs of each size in the store: whole parts are packed, the rest lies in the spool as it is.

    The figures are of the five core models with 500 to 20,000 people; livelier series pack less well.
    """
    count = runs.total()
    days = sum(number * size[2] for size, number in runs.items())
    packed = count // PART_RUNS * PART_RUNS / max(1, count)
    return packed * (3_500 * count + 80 * days) + (1 - packed) * (6_000 * count + 480 * days)
