"""Compare scenarios of one market on common random numbers.

Replication r meets the same world and the same luck under every scenario: the seed is the
comparison's, one for all. Runs go replication by replication through all scenarios, so that what an
interruption leaves is still a comparison in pairs. Each finished run is on disk the moment it ends,
in a folder beside the output; the same call finds it there and computes nothing twice.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sim.core.errors import DataError, GuanxiError, RunError, strerror_of
from sim.experiment.ablate import Ablated, ablated, effect
from sim.experiment.comparison import Comparison, Failure, gather
from sim.experiment.identity import run_id
from sim.experiment.prepare import Options, Source, frame_of, prepared
from sim.experiment.progress import Callback, Pace
from sim.experiment.runs import case, kernels_are_cold, warm_case
from sim.experiment.tasks import Done, SetApart, Task, Warm
from sim.experiment.workers import run_tasks
from sim.records.folders import runs_of
from sim.records.spool import PART, read_run
from sim.text.message import Message, recognised, said_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.scenario.spec import ScenarioSpec

__all__ = ["InterruptedRunsError", "Options", "compare"]


class InterruptedRunsError(GuanxiError):
    """Runs were interrupted; finished ones are kept in `folder` (or only in `partial`)."""

    exit_code: ClassVar[int] = 130

    def __init__(self, done: int, total: int, folder: Path | None, partial: Comparison | None) -> None:
        self.done, self.total, self.folder, self.partial = done, total, folder, partial
        key = "experiment.interrupted_kept" if folder else "experiment.interrupted"
        super().__init__(Message(key, done=done, total=total, folder=folder))


@dataclass
class _Plan:
    """All runs of a comparison and where their records go."""

    specs: list[ScenarioSpec]
    options: Options
    folder: Path
    failures: list[Failure] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=lambda: {"wall": 0.0, "runs": 0.0, "compile": 0.0})

    @property
    def settings(self) -> dict[str, Any]:
        """Return what every run is told besides its scenario."""
        threads = self.options.threads if self.options.workers == 1 else 1
        return {"model": self.options.model, "audit": self.options.audit, "threads": threads}

    @cached_property
    def paths(self) -> dict[tuple[str, int], Path]:
        """Return where the record of each run goes, replication by replication."""
        model = self.options.model
        return {(spec.name, r): self.folder / f"{run_id(spec, r, model=model)}.npz"
                for r in range(self.options.replications) for spec in self.specs}

    def missing(self) -> list[Task]:
        """Return the tasks of runs whose record is not there, or is torn.

        As many replications side by side as there are workers, scenario by scenario: a worker then
        meets the same replication again and again, and its world is built once, not once a scenario.
        """
        specs = {spec.name: (at, spec) for at, spec in enumerate(self.specs)}
        tasks = [replace(case(one.spec, r, path, self.settings),
                         id=f"{one.spec.name} without {one.declared.mechanism}/{r}")
                 for one, paths in self.ablated for r, path in paths.items() if not _is_whole(path)]
        order = sorted(self.paths, key=lambda run: (run[1] // self.options.workers, specs[run[0]][0], run[1]))
        return [case(specs[name][1], r, self.paths[name, r], self.settings)
                for name, r in order if not _is_whole(self.paths[name, r])] + tasks

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

    def gathered(self, *, complete: bool) -> Comparison:
        """Return the comparison of all runs whose record is there."""
        runs = (read_run(path) for path in self.paths.values() if path.exists())
        frame = frame_of(self.specs, self.options)
        comparison = gather(runs, frame, failures=self.failures, timings=self.timings, complete=complete)
        for one, paths in self.ablated:
            shown = effect(comparison, one, [read_run(path) for path in paths.values() if path.exists()])
            if shown is not None:
                comparison.ablations.append(shown)
        return comparison


def compare(scenarios: Sequence[Source], *, progress: Callback | None = None, **options: Any) -> Comparison:
    """Run every scenario on common replications and return the comparison.

    Parameters
    ----------
    scenarios : sequence of str, Path, ScenarioSpec or Resolved
        At least one. A name that comes twice gets a number: ``community``, ``community-2``.
    progress : callable
        Told the `Progress` several times a second.
    options : object
        Fields of `Options`.

    Returns
    -------
    Comparison
        With `failures` naming runs that were set apart.

    Raises
    ------
    ScenarioError, DataError
        If a scenario or its data is wrong, or `out` exists; nothing is written then.
    MarketMismatchError
        If the scenarios do not share a market.
    RunError
        If no run of a scenario could be finished.
    InterruptedRunsError
        On Ctrl-C.
    """
    asked = Options(**options)
    specs = prepared(scenarios, asked)
    _require_free(asked.out)
    with _spool(asked.out) as folder:
        plan = _Plan(specs, asked, folder)
        _carry_out(plan, progress)
        if asked.out is not None and Path(asked.out).exists():  # the same command, called twice: the other has written it
            shutil.rmtree(folder, ignore_errors=True)
            _require_free(asked.out)
        comparison = _whole(plan)
        if asked.out is not None:
            comparison.save(Path(asked.out))
            shutil.rmtree(folder, ignore_errors=True)
    return comparison


def _require_free(out: Path | None) -> None:
    """Refuse to write over what is there."""
    if out is not None and Path(out).exists():
        raise DataError(Message("records.exists", path=out))


@contextlib.contextmanager
def _spool(out: Path | None) -> Iterator[Path]:
    """Give the folder of finished runs: beside `out`, where it outlives a failure, else a temporary one."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="guanxi-") as scratch:
            yield Path(scratch)
        return
    folder = runs_of(Path(out))
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(Message("records.unwritable", path=folder, reason=strerror_of(error))) from error
    for leftover in folder.glob(f"*{PART}"):
        leftover.unlink(missing_ok=True)
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):  # what holds nothing goes again; finished runs stay
            for place in made:
                place.rmdir()


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


def _carry_out(plan: _Plan, progress: Callback | None) -> None:
    """Do all missing runs.

    Raises
    ------
    InterruptedRunsError
        On Ctrl-C, with the comparison of what is finished.
    """
    tasks, start = plan.missing(), time.monotonic()
    total = plan.total
    workers = min(plan.options.workers, max(1, len(tasks)))
    pace = Pace(tasks, workers, kept=total - len(tasks))
    tell = progress or (lambda _state: None)
    warm = [warm_case(spec, plan.settings) for spec in plan.specs] if workers > 1 and kernels_are_cold() else []
    pace.phase = "compiling" if warm else "running"
    running = run_tasks(tasks, workers=workers, warm=warm, watch=lambda busy: tell(pace.state(busy)))
    try:
        with contextlib.closing(running):  # type: ignore[type-var]
            for ended in running:
                _book(plan, pace, ended)
                tell(pace.state(0))
    except KeyboardInterrupt:
        plan.timings["wall"] = time.monotonic() - start
        raise _interrupted(plan, total) from None
    plan.timings["wall"] = time.monotonic() - start


def _book(plan: _Plan, pace: Pace, ended: Done | SetApart | Warm) -> None:
    """Count a run that ended, or the compiling before the first."""
    if isinstance(ended, Warm):
        pace.phase = "running"
        plan.timings["compile"] += ended.seconds
        return
    if isinstance(ended, SetApart):
        strategy, _, replication = ended.task.id.rpartition("/")
        failure = Failure(strategy, int(replication), plan.specs[0].seed, ended.reason, ended.attempts)
        plan.failures.append(failure)
        pace.ended(ended.task, None)
        return
    pace.ended(ended.task, ended.seconds)
    plan.timings["runs"] += ended.seconds
    plan.timings["compile"] += ended.answer["compile"]


def _interrupted(plan: _Plan, total: int) -> InterruptedRunsError:
    """Return the error that says what is kept."""
    kept = [*plan.paths.values(), *(path for _, paths in plan.ablated for path in paths.values())]
    done = sum(path.exists() for path in kept)
    partial = None
    with contextlib.suppress(ValueError):
        partial = plan.gathered(complete=False)
    return InterruptedRunsError(done, total, plan.folder if plan.options.out is not None else None, partial)


def _whole(plan: _Plan) -> Comparison:
    """Return the comparison of all finished runs.

    Raises
    ------
    RunError
        If a scenario has none; says why and how to repeat one.
    """
    try:
        return plan.gathered(complete=True)
    except ValueError as error:
        failed = (Message("experiment.failed_run", strategy=f.strategy, replication=f.replication, seed=f.seed,
                          reason=recognised(f.reason, "experiment")) for f in plan.failures[:3])
        why = Message.joined(failed, "; ")
        raise RunError(Message("experiment.failed", what=said_by(error), why=why)) from error
