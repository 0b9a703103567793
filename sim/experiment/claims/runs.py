"""The measured runs of claims: planned once however many claims share them, kept the moment they end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.claims.measures import measured
from sim.experiment.identity import run_id
from sim.experiment.runs import MODEL, cold, pack, unpack, warm_case
from sim.experiment.spool import InterruptedRunsError, carry_out
from sim.experiment.tasks import Done, Task, Warm, function_of
from sim.records.claims import read_measured, write_measured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sim.experiment.progress import Callback
    from sim.experiment.tasks import SetApart
    from sim.scenario.spec import ScenarioSpec

    Floats = NDArray[np.float64]

TASK = "sim.experiment.claims.runs:measure_case"


def measure_case(payload: dict[str, Any]) -> dict[str, Any]:
    """Run one case, measure it, and leave the measures on disk.

    Parameters
    ----------
    payload : dict
        ``id``, ``spec`` (JSON), ``replication``, ``measures`` (names), ``path`` and ``model``.
    """
    start = time.perf_counter()
    spec = unpack(payload["spec"])
    record = function_of(payload["model"])(spec, payload["replication"], audit=False, threads=1)
    run = {"id": payload["id"], "scenario": spec.name, "settings": payload["settings"],
           "replication": payload["replication"], "values": measured(record, payload["measures"])}
    write_measured(run, Path(payload["path"]))
    return {"seconds": time.perf_counter() - start}


@dataclass
class Runs:
    """All runs a call needs: what is known, what is missing, and where finished ones are left.

    Parameters
    ----------
    folder : Path
        Where finished runs are left, one small file each.
    replications, workers : int
        R, and processes.
    measures : tuple of str
        What every run is measured for: all of them, so that a run serves any claim.
    known : dict of dict
        Runs finished before, by id.
    model : str
        ``module:function`` that runs a scenario.
    """

    folder: Path
    replications: int
    workers: int
    measures: tuple[str, ...]
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    model: str = MODEL
    failures: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=lambda: {"wall": 0.0, "runs": 0.0})
    _ids: dict[tuple[int, int], str] = field(default_factory=dict)
    _specs: dict[int, ScenarioSpec] = field(default_factory=dict)

    def values(self, spec: ScenarioSpec, measure: str) -> Floats:
        """Return a measure of all replications of a scenario, NaN where a run was set apart."""
        found = [self.known.get(self._id(spec, r)) for r in range(self.replications)]
        taken = [run["values"].get(measure) if run else None for run in found]
        return np.array([np.nan if value is None else value for value in taken], dtype=np.float64)

    def carry_out(self, specs: Iterable[tuple[ScenarioSpec, str]], progress: Callback | None) -> None:
        """Do all runs of scenarios that are not known yet; each scenario comes with its settings in words.

        Raises
        ------
        InterruptedRunsError
            On Ctrl-C; finished runs are kept in the folder.
        """
        tasks = self._missing(specs)
        if not tasks:
            return
        try:
            carry_out(tasks, self._book, self.timings, workers=self.workers, kept=len(self.used) - len(tasks),
                      warm=(warm_case(spec, {"model": self.model}) for spec in cold(self._specs.values(), self.model)),
                      progress=progress)
        except KeyboardInterrupt:
            done = len(self.used) - len([t for t in tasks if not Path(t.payload["path"]).exists()])
            raise InterruptedRunsError(done, len(self.used), self.folder) from None

    def _book(self, ended: Done | SetApart | Warm) -> None:
        """Take in a run that ended."""
        if isinstance(ended, Warm):
            return
        payload = ended.task.payload
        if isinstance(ended, Done):
            run = read_measured(Path(payload["path"]))
            if run is not None:
                self.known[payload["id"]] = run
        else:
            self.failures[payload["id"]] = {
                "scenario": ended.task.group, "settings": payload["settings"], "replication": payload["replication"],
                "reason": ended.reason, "attempts": ended.attempts}

    def _missing(self, specs: Iterable[tuple[ScenarioSpec, str]]) -> list[Task]:
        """Return the tasks of runs that nobody has, replication by replication: a worker then keeps its world."""
        tasks: dict[str, Task] = {}
        for spec, settings in specs:
            for r in range(self.replications):
                name = self._id(spec, r)
                self.used[name] = None
                if name not in tasks and not self._is_known(name):
                    payload = {"id": name, "spec": pack(spec), "settings": settings, "replication": r, "model": self.model,
                               "measures": list(self.measures), "path": str(self.folder / f"{name}.json")}
                    tasks[name] = Task(name, TASK, payload, group=spec.name)
        side = self.workers
        return sorted(tasks.values(), key=lambda task: (task.payload["replication"] // side, task.payload["settings"],
                                                        task.payload["replication"]))

    def _is_known(self, name: str) -> bool:
        """Tell whether a run is there with every measure."""
        if name in self.failures:
            return True
        run = self.known.get(name) or read_measured(self.folder / f"{name}.json")
        if run is None or not set(self.measures) <= set(run["values"]):
            return False
        self.known[name] = run
        return True

    def _id(self, spec: ScenarioSpec, replication: int) -> str:
        """Return the run's id; a scenario is hashed once a replication."""
        key = (id(spec), replication)
        if key not in self._ids:
            self._specs[id(spec)] = spec  # keeps the scenario, and with it the number, alive
            self._ids[key] = run_id(spec, replication, model=self.model)
        return self._ids[key]
