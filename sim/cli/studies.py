"""What `attribute`, `sensitivity` and `optimise` have in common: where runs are played, stored, drawn and told."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sim.cli.command import terminal_width, written_command
from sim.cli.failure import INTERRUPTED, RUN_FAILED
from sim.cli.language import current, local, tell
from sim.cli.output import emit, emit_json, note
from sim.core.errors import DataError
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.cli.options import Body, RunOptions
    from sim.experiment.grid import Field
    from sim.experiment.progress import Progress

Question = TypeVar("Question")

PAGE = "page.html"
MODEL = "sim.model.run:run_once"
"""The function that runs a scenario; tests put arithmetic in its place."""


def store_options(body: Body) -> Body:
    """Add `--store` and `--cluster` and hand them over as one `Where`."""

    @click.option("--store", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
    @click.option("--cluster", metavar="ADDRESS")
    @functools.wraps(body)
    def wrapped(store: Path | None, cluster: str | None, **given: Any) -> Any:
        return body(where=Where(store, cluster), **given)

    return wrapped


def words(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Read ``a,b,c``."""
    return tuple(word.strip() for word in (value or "").split(",") if word.strip())


def own_command() -> str:
    """Return the command line without what changes nothing in the result."""
    return written_command(out=None, workers=None, store=None, cluster=None).replace(" --quiet", "").replace(" -q", "")


@dataclass(frozen=True)
class Where:
    """The folder of finished runs and the scheduler that plays; None for the default and for this machine."""

    store: Path | None
    cluster: str | None


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


def carry_out(study: Study, check: Callable[[], Question], analyse: Callable[[Question, Field], Any],
              draw: Callable[[Any], tuple[str, str, dict[str, Any]]]) -> int:
    """Play, store, draw and tell one study; return the exit code.

    Parameters
    ----------
    study : Study
        What was called.
    check : callable
        Returns what is asked, checked; nothing is written before.
    analyse : callable
        Plays it and returns the record.
    draw : callable
        Returns the page, the table for the terminal, and the record as plain data.
    """
    question = check()
    from sim.cli.progress import Meter, tell_compiling
    from sim.experiment.grid import Field
    from sim.experiment.play import How
    from sim.experiment.spool import InterruptedRunsError
    from sim.records.run_store import RunStore, default_store

    options, kind = study.options, study.kind
    out = options.out or _new_folder(kind, study.scenario)
    if out.exists():
        raise DataError(Message("studies.exists", path=out))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    how = How(workers=options.workers or cores, cluster=study.where.cluster, model=MODEL)
    try:
        with RunStore(study.where.store or default_store()) as store, Meter(quiet=options.quiet) as meter, \
                tell_compiling(quiet=options.quiet, say=meter.compiling):
            for notice in store.notices:
                note(local(notice), quiet=options.quiet)

            def follow(state: Progress) -> None:
                meter.update(state.done, state.total, state.left, compiling=state.phase == "compiling")

            record = analyse(question, Field(store, how, follow))
    except InterruptedRunsError as interruption:
        note(tell("result.interrupted", done=interruption.done, all=interruption.total, path=interruption.folder))
        note(tell("result.go_on", command=written_command()))
        return INTERRUPTED
    page, table, document = draw(record)
    record.save(out, {PAGE: page})
    if options.as_json:
        emit_json(kind, {"folder": str(out), **document})
    else:
        emit(table)
        emit("\n" + tell("studies.page", path=out / PAGE))
    return RUN_FAILED if record.failures else 0


def _new_folder(kind: str, scenario: str) -> Path:
    """Return a new folder under results/."""
    from sim.records.folders import new_folder

    return new_folder(Path("results"), f"{Path(scenario).stem}-{kind}-{datetime.now().astimezone():%Y%m%d-%H%M%S}")


def pages() -> tuple[Any, int]:
    """Return the current language and the width of the terminal."""
    return current(), terminal_width()
