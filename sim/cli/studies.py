"""What `attribute`, `sensitivity` and `optimise` have in common: where runs are played, stored, drawn and told."""

from __future__ import annotations

import functools
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sim.cli.command import terminal_width, written_command
from sim.cli.failure import INTERRUPTED, RUN_FAILED, drawing
from sim.cli.language import current, tell
from sim.cli.options import FOLDER, cluster_option, cores
from sim.cli.output import emit, emit_json, note, warn_crowded
from sim.cli.place import result_folder
from sim.core.errors import DataError, RunError, strerror_of
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.cli.options import Body, RunOptions
    from sim.experiment.grid import Field
    from sim.experiment.play import How
    from sim.experiment.progress import Progress

Question = TypeVar("Question", bound=Any)
Record = TypeVar("Record", bound=Any)

PAGE = "page.html"
MODEL = "sim.model.run:run_once"
"""The function that runs a scenario; tests put arithmetic in its place."""


def store_options(body: Body) -> Body:
    """Add `--dry-run`, `--store` and `--cluster` and hand them over as one `Where`."""

    @click.option("--dry-run", "is_dry", is_flag=True)
    @click.option("--store", type=FOLDER, metavar="FOLDER")
    @cluster_option
    @functools.wraps(body)
    def wrapped(store: Path | None, cluster: str | None, *, is_dry: bool, **given: Any) -> Any:
        return body(where=Where(store, cluster, is_dry), **given)

    return wrapped


def refuse_workers(options: RunOptions, cluster: str | None) -> None:
    """Refuse `--workers` beside `--cluster`: one of them would say nothing.

    Raises
    ------
    click.UsageError
        If both are given.
    """
    if options.workers is not None and cluster is not None:
        raise click.UsageError(tell("failure.workers_cluster"), click.get_current_context())


def words(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Read ``a,b,c``."""
    return tuple(word.strip() for word in (value or "").split(",") if word.strip())


def own_command() -> str:
    """Return the command line without what changes nothing in the result."""
    return written_command(out=None, workers=None, store=None, cluster=None).replace(" --quiet", "").replace(" -q", "")


@dataclass(frozen=True)
class Where:
    """The folder of finished runs and the scheduler that plays (None: the default, this machine), and whether any are played."""

    store: Path | None
    cluster: str | None
    is_dry: bool


@dataclass(frozen=True)
class Study:
    """One call of the three.

    Parameters
    ----------
    kind : str
        The command; begins the name of a new folder.
    scenario : str
        Name or path.
    options : RunOptions
        What the user asked.
    where : Where
        Where runs lie and are played.
    """

    kind: str
    scenario: str
    options: RunOptions
    where: Where


def carry_out(study: Study, check: Callable[[], Question], analyse: Callable[[Question, Field], Record]) -> int:
    """Play, store, draw and tell one study, or only say what it would cost; return the exit code.

    Parameters
    ----------
    study : Study
        What was called.
    check : callable
        Returns what is asked, checked; nothing is written before.
    analyse : callable
        Plays it and returns the record.
    """
    from sim.scenario.cautions import cautions_of_prices

    refuse_workers(study.options, study.where.cluster)
    question: Any = check()
    options = study.options
    for message in cautions_of_prices(question.laid.spec, [lever.path for lever in getattr(question, "levers", ())]):
        note(tell("check.warning", file=study.scenario, message=message), quiet=options.quiet)
    warn_crowded([question.laid.spec], [one.path for one in getattr(question, "levers", ())], quiet=options.quiet)
    if study.where.is_dry:
        return _forecast(study, question)
    with result_folder(options.out, Path(study.scenario).stem, study.kind) as out:
        if out.exists():
            raise DataError(Message("studies.exists", path=out))
        record = _played(study, lambda field: analyse(question, field))
        if record is None:
            return INTERRUPTED
        record.save(out)
        with drawing(out):
            show_study(record, out, draw_study(record, out), as_json=options.as_json)
        return RUN_FAILED if record.failures else 0


def _how(study: Study) -> How:
    from sim.experiment.play import How

    return How(workers=study.options.workers or cores(), cluster=study.where.cluster, model=MODEL)


def reach(cluster: str | None, *, quiet: bool) -> None:
    """Refuse a cluster that cannot be reached; a scheduler that has not written its file yet is waited for, and that is said.

    Raises
    ------
    DataError
        As `sim.experiment.executors.require_executor`.
    """
    from sim.experiment.executors import require_executor

    if cluster is not None and cluster.endswith(".json") and not Path(cluster).exists():
        note(tell("progress.no_scheduler", path=cluster), quiet=quiet)
    require_executor(cluster)


def _played(study: Study, analyse: Callable[[Field], Record]) -> Record | None:
    """Return the record of a study that is played, None after Ctrl-C, told."""
    from sim.cli.progress import Meter, tell_compiling
    from sim.experiment.grid import Field
    from sim.experiment.spool import InterruptedRunsError
    from sim.records.run_store import RunStore, default_store

    quiet = study.options.quiet
    reach(study.where.cluster, quiet=quiet)
    try:
        with RunStore(study.where.store or default_store()) as store, Meter(quiet=quiet) as meter, \
                tell_compiling(quiet=quiet, say=meter.compiling):
            for notice in store.notices:
                note(tell("check.caution", message=notice), quiet=quiet)

            def follow(state: Progress) -> None:
                meter.update(state.done, state.total, state.left, phase=state.phase)

            return analyse(Field(store, _how(study), follow))
    except InterruptedRunsError as interruption:
        if not interruption.done:  # what the store holds of it has not been counted yet
            raise KeyboardInterrupt from None
        note(tell("result.interrupted", done=interruption.done, all=interruption.total, path=interruption.folder))
        note(tell("result.go_on", command=written_command()))
        return None


def _forecast(study: Study, question: Any) -> int:
    """Say what a study would cost."""
    from sim.cli.forecast_show import show_cost
    from sim.experiment.forecast import cost_of
    from sim.records.run_store import default_store

    how = _how(study)
    cost = cost_of(question.planned(how.model), study.where.store or default_store(), how.workers)
    shape = {name: f"{number:,}" for name, number in question.shape.items()}
    notes = (tell("studies.forecast.search"),) if study.kind == "optimise" else ()
    show_cost(study.kind, tell(f"studies.forecast.{study.kind}", runs=f"{cost.runs:,}", **shape), cost, how.workers, notes=notes,
              as_json=study.options.as_json)
    return 0


def draw_study(record: Any, folder: Path) -> Path:
    """Write the page of a study into a folder and return its path.

    Raises
    ------
    RunError
        If it cannot be written; the record is safe.
    """
    from sim.report.studies import render

    path = folder / PAGE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(render(record, current()), encoding="utf-8")
    except OSError as error:
        elsewhere = shlex.join(["guanxi", "report", str(folder), "--out", "FOLDER"])
        raise RunError(Message("records.unwritable_page", folder=folder, reason=strerror_of(error), stored=folder,
                               command=elsewhere)) from error
    return path


def show_study(record: Any, folder: Path, page: Path, *, as_json: bool) -> None:
    """Print a study on stdout: its table and where its page is, or one JSON document."""
    from sim.records.study import as_document
    from sim.records.study_store import COMMANDS
    from sim.report.studies import terminal

    if as_json:
        emit_json(COMMANDS[type(record)], {"folder": str(folder), "page": str(page), **as_document(record)})
        return
    emit(terminal(record, current(), terminal_width()))
    emit("\n" + tell("studies.page", path=page))
