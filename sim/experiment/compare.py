"""Compare scenarios of one market on common random numbers.

Replication r meets the same world and the same luck under every scenario: the seed is the
comparison's, one for all. Runs go replication by replication through all scenarios, so that what an
interruption leaves is still a comparison in pairs. Each finished run is on disk the moment it ends,
in a folder beside the output; the same call finds it there and computes nothing twice.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import DataError, RunError
from sim.experiment.ablate import Ablated, ablated, effect
from sim.experiment.comparison import Comparison, Failure, gather
from sim.experiment.identity import run_id
from sim.experiment.prepare import Options, Source, frame_of, prepared
from sim.experiment.runs import case, cold, warm_case
from sim.experiment.spool import InterruptedRunsError, carry_out, spool
from sim.experiment.tasks import SetApart, Task, Warm
from sim.records.spool import read_run
from sim.text.message import Message, recognised, said_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.progress import Callback
    from sim.experiment.tasks import Done
    from sim.scenario.spec import ScenarioSpec

__all__ = ["Options", "compare"]


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
        """Return the tasks of runs whose record is not there, or is torn, replication by replication."""
        played = [(r, case(spec, r, path, self.settings)) for spec in self.specs for r in range(self.options.replications)
                  if not _is_whole(path := self.paths[spec.name, r])]
        bare = self.settings | {"pictures": False}
        played += [(r, replace(case(one.spec, r, path, bare), id=f"{one.spec.name} without {one.declared.mechanism}/{r}"))
                   for one, paths in self.ablated for r, path in paths.items() if not _is_whole(path)]
        return [task for _, task in sorted(played, key=lambda run: run[0])]

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

    def book(self, ended: Done | SetApart | Warm) -> None:
        """Keep why a run was set apart, and what compiling took."""
        if isinstance(ended, SetApart):
            strategy, _, replication = ended.task.id.rpartition("/")
            failure = Failure(strategy, int(replication), self.specs[0].seed, ended.reason, ended.attempts)
            self.failures.append(failure)
        else:
            self.timings["compile"] += ended.seconds if isinstance(ended, Warm) else ended.answer["compile"]

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
    with spool(asked.out) as folder:
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
    tasks = plan.missing()
    warm = (warm_case(spec, plan.settings) for spec in cold(plan.specs, plan.options.model))
    try:
        carry_out(tasks, plan.book, plan.timings, workers=plan.options.workers, kept=plan.total - len(tasks), warm=warm,
                  progress=progress)
    except KeyboardInterrupt:
        raise _interrupted(plan) from None


def _interrupted(plan: _Plan) -> InterruptedRunsError:
    """Return the error that says what is kept."""
    kept = [*plan.paths.values(), *(path for _, paths in plan.ablated for path in paths.values())]
    done = sum(path.exists() for path in kept)
    partial = None
    with contextlib.suppress(ValueError):
        partial = plan.gathered(complete=False)
    return InterruptedRunsError(done, plan.total, plan.folder if plan.options.out is not None else None, partial)


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
