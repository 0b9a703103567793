"""What many runs would cost: how many, time from what this machine has taken before, disk. Nothing is played or written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.experiment.sweep import SweepPlan
from sim.experiment.timings import bytes_a_run, pace
from sim.records.run_store import RunStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sim.scenario.spec import ScenarioSpec


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
        Disk that the rest will take in the store, and a whole table of the runs in its folder.
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
    known: set[str] = set()
    in_store = 0
    if folder.is_dir():
        with RunStore(folder) as store:
            known, in_store = store.known(list(sizes)), len(store)
    paces = pace(folder)
    missing = Counter(size for run, size in sizes.items() if run not in known)
    costs = [(number, *paces.seconds(*size)) for size, number in missing.items()]
    measured = all(is_known for _, _, is_known in costs)
    days = max((size[2] for size in sizes.values()), default=1)
    store_each, result_each = bytes_a_run(folder, in_store, days)
    left = sum(missing.values())
    return Cost(
        asked, len(sizes), len(known), sum(number * each for number, each, _ in costs) / max(1, min(workers, left)),
        "guess" if not paces.known else "measured" if measured and paces.is_current else "older",
        left * store_each, asked * result_each,
    )
