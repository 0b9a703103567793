"""All runs of a comparison: which there are, where their records go, which are missing, what they come to."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import DataError, RunError
from sim.experiment.ablate import Ablated, ablated, effect
from sim.experiment.comparison import Comparison, Failure, gather
from sim.experiment.identity import run_id
from sim.experiment.prepare import Options, frame_of
from sim.experiment.runs import case, cold, warm_case
from sim.experiment.spool import InterruptedRunsError, carry_out, spool
from sim.experiment.tasks import SetApart, Task, Warm
from sim.records.folders import require_place
from sim.records.spool import read_run
from sim.text.message import Message, recognised, said_by

if TYPE_CHECKING:
    from sim.experiment.progress import Callback
    from sim.experiment.tasks import Done
    from sim.scenario.spec import ScenarioSpec


@dataclass
class Plan:
    """All runs of a comparison and where their records go.

    Parameters
    ----------
    specs, options, folder
        What to run, how, and where finished runs wait.
    counts : dict of int
        Strategy to its replications; `options.replications` of one that is not named.
    failures : list of Failure
        Runs set apart.
    ended : set of str
        Tasks known to be finished or set apart; a larger plan made with `replace` shares it and asks for the rest.
    timings : dict of float
        Seconds.
    """

    specs: list[ScenarioSpec]
    options: Options
    folder: Path
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    timings: dict[str, float] = field(default_factory=lambda: {"wall": 0.0, "runs": 0.0, "compile": 0.0})

    @property
    def settings(self) -> dict[str, Any]:
        """Return what every run is told besides its scenario."""
        threads = self.options.threads if self.options.workers == 1 else 1
        return {"model": self.options.model, "audit": self.options.audit, "threads": threads}

    def replications(self, strategy: str) -> int:
        """Return how many replications of a strategy are planned."""
        return self.counts.get(strategy, self.options.replications)

    @cached_property
    def paths(self) -> dict[tuple[str, int], Path]:
        """Return where the record of each run goes, replication by replication."""
        model = self.options.model
        most = max(self.replications(spec.name) for spec in self.specs)
        return {(spec.name, r): self.folder / f"{run_id(spec, r, model=model)}.npz"
                for r in range(most) for spec in self.specs if r < self.replications(spec.name)}

    @cached_property
    def ablated(self) -> list[tuple[Ablated, dict[int, Path]]]:
        """Return the scenarios to play again with a mechanism switched off, and where their records go."""
        few = min(self.options.ablations, self.options.replications)
        model = self.options.model
        return [(one, {r: self.folder / f"{run_id(one.spec, r, model=model)}.npz" for r in range(few)})
                for one in (ablated(self.specs) if few > 1 else [])]

    @property
    def total(self) -> int:
        """Return how many runs there are in all."""
        return len(self.paths) + sum(len(paths) for _, paths in self.ablated)

    def missing(self) -> list[Task]:
        """Return the tasks of runs whose record is not there, or is torn, replication by replication."""
        named = {spec.name: spec for spec in self.specs}
        bare = self.settings | {"pictures": False}
        wanted = [(r, named[name], path, self.settings, f"{name}/{r}") for (name, r), path in self.paths.items()]
        wanted += [(r, one.spec, path, bare, f"{one.spec.name} without {one.declared.mechanism}/{r}")
                   for one, paths in self.ablated for r, path in paths.items()]
        tasks = []
        for r, spec, path, settings, name in sorted(wanted, key=lambda run: run[0]):
            if name not in self.ended and not _is_whole(path):
                tasks.append(replace(case(spec, r, path, settings), id=name))
        self.ended.update({name for *_, name in wanted} - {task.id for task in tasks})
        return tasks

    def book(self, ended: Done | SetApart | Warm) -> None:
        """Keep why a run was set apart, and what compiling took."""
        if isinstance(ended, SetApart):
            strategy, _, replication = ended.task.id.rpartition("/")
            failure = Failure(strategy, int(replication), self.specs[0].seed, ended.reason, ended.attempts)
            self.failures.append(failure)
        else:
            self.timings["compile"] += ended.seconds if isinstance(ended, Warm) else ended.answer["compile"]
        if not isinstance(ended, Warm):
            self.ended.add(ended.task.id)

    def carry_out(self, progress: Callback | None) -> None:
        """Do all missing runs.

        Raises
        ------
        InterruptedRunsError
            On Ctrl-C, with the comparison of what is finished.
        """
        tasks = self.missing()
        warm = (warm_case(spec, self.settings) for spec in cold(self.specs, self.options.model))
        try:
            carry_out(tasks, self.book, self.timings, workers=self.options.workers, kept=self.total - len(tasks), warm=warm,
                      progress=progress)
        except KeyboardInterrupt:
            raise self._interrupted() from None

    def _interrupted(self) -> InterruptedRunsError:
        """Return the error that says what is kept."""
        kept = [*self.paths.values(), *(path for _, paths in self.ablated for path in paths.values())]
        done = sum(path.exists() for path in kept)
        partial = None
        with contextlib.suppress(ValueError):
            partial = self._gathered(complete=False)
        return InterruptedRunsError(done, self.total, self.folder if self.options.out is not None else None, partial)

    def gathered(self) -> Comparison:
        """Return the comparison of all finished runs.

        Raises
        ------
        RunError
            If a scenario has none; says why and how to repeat one.
        """
        try:
            return self._gathered(complete=True)
        except ValueError as error:
            failed = (Message("experiment.failed_run", strategy=f.strategy, replication=f.replication, seed=f.seed,
                              reason=recognised(f.reason, "experiment")) for f in self.failures[:3])
            why = Message.joined(failed, "; ")
            raise RunError(Message("experiment.failed", what=said_by(error), why=why)) from error

    def _gathered(self, *, complete: bool) -> Comparison:
        """Return the comparison of all runs whose record is there."""
        runs = (read_run(path) for path in self.paths.values() if path.exists())
        frame = frame_of(self.specs, self.options)
        comparison = gather(runs, frame, failures=self.failures, timings=self.timings, complete=complete)
        for one, paths in self.ablated:
            shown = effect(comparison, one, [read_run(path) for path in paths.values() if path.exists()])
            if shown is not None:
                comparison.ablations.append(shown)
        return comparison


def carried_out(specs: list[ScenarioSpec], asked: Options, play: Callable[[Plan], Comparison]) -> Comparison:
    """Return what `play` makes of a plan, saved where that is asked; until then finished runs wait beside it.

    Raises
    ------
    DataError
        If `out` exists or cannot be written.
    """
    _require_free(asked.out)
    with spool(asked.out) as folder:
        _require_free(asked.out)  # who held the folder until now may just have finished
        comparison = play(Plan(specs, asked, folder))
        if asked.out is not None:
            comparison.save(Path(asked.out))
            shutil.rmtree(folder, ignore_errors=True)
    return comparison


def _require_free(out: Path | None) -> None:
    """Refuse to write over what is there, or what cannot be written."""
    if out is None:
        return
    require_place(Path(out))
    if Path(out).exists():
        raise DataError(Message("records.exists", path=out))


def _is_whole(path: Path) -> bool:
    """Return whether a finished run is there; a torn file is removed."""
    if not path.exists():
        return False
    try:
        read_run(path)
    except DataError:
        path.unlink(missing_ok=True)
        return False
    return True
