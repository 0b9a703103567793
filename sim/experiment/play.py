"""Many runs, none of them twice: asked for one by one, kept in a store, carried out by any executor.

Every sweep, search and analysis plays its runs through `play`. What the store holds is answered from
there; what is asked for twice is played once; what fails three times is told with its reason and the
rest goes on. The runs may come from an endless source: only those are in memory that wait or run.

Killed at any moment, the same call finds every finished run in the store and goes on with the rest.
"""

from __future__ import annotations

import contextlib
import itertools
import operator
import os
import shutil
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sim.core.errors import DataError
from sim.experiment.executors import executor
from sim.experiment.identity import Identities, code_version, run_id
from sim.experiment.light import light_case
from sim.experiment.progress import Pace
from sim.experiment.runs import MODEL, cold, warm_case
from sim.experiment.tasks import Done, Task, Warm
from sim.text.message import Message, recognised

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from sim.experiment.progress import Callback
    from sim.experiment.tasks import SetApart
    from sim.records.run_store import RunStore
    from sim.scenario.spec import ScenarioSpec

_ASKED: Final = 128
"""Runs that the store is asked for in one go."""
_TELL: Final = 0.1
"""Seconds between two words on how far it is, however fast runs end."""
_PATIENCE: Final = 10.0
"""Seconds that a network disk may take to show a file."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A run that is asked for.

    Parameters
    ----------
    spec : ScenarioSpec
        The resolved scenario, its seed included.
    replication : int
        Number of the replication.
    """

    spec: ScenarioSpec
    replication: int

    def id(self, model: str = MODEL) -> str:
        """Return the identity of the run, the name that the store knows it by."""
        return run_id(self.spec, self.replication, model=model)


@dataclass(frozen=True, eq=False)
class Played:
    """A finished run.

    Parameters
    ----------
    wanted : Wanted
        What was asked for.
    run : str
        Its identity; the store answers for its series.
    outcomes : dict of float
        The outcomes of `sim.records.outcomes.SUMMARY`, NaN where undefined.
    seconds : float
        What it took when it was played.
    kept : bool
        It was in the store before, or asked for before.
    """

    wanted: Wanted
    run: str
    outcomes: dict[str, float]
    seconds: float
    kept: bool


@dataclass(frozen=True, eq=False)
class Failed:
    """A run that failed as often as it was tried."""

    wanted: Wanted
    run: str
    reason: str
    attempts: int


@dataclass(frozen=True)
class How:
    """How to play.

    Parameters
    ----------
    workers : int, >= 1
        Processes of this machine; 1 plays everything in this one, with the same results.
    cluster : str or None
        Address of a Dask scheduler that plays instead of them.
    audit : bool
        Check the books every day.
    model : str
        ``module:function`` that runs a scenario.
    """

    workers: int = 2
    cluster: str | None = None
    audit: bool = False
    model: str = MODEL

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Return what every run is told besides its scenario."""
        return {"model": self.model, "audit": self.audit}


@dataclass
class _Desk:
    """Where what is asked for meets what is done."""

    store: RunStore
    how: How
    pace: Pace
    open: dict[str, list[Wanted]] = field(default_factory=dict)
    """Who waits for the runs that wait or run."""
    failed: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no identity known."""
        self.identities = Identities(self.how.model)

    @property
    def shelf(self) -> Path:
        """Return where large networks lie while runs are played."""
        return (self.store.folder / "networks").absolute()

    def tasks(self, wanted: Iterable[Wanted]) -> Iterator[Task | Done]:
        """Yield what is to be played; for what is there already, a `Done` that carries it."""
        source = iter(wanted)
        settings = self.how.settings | {"shelf": str(self.shelf)}
        while some := list(itertools.islice(source, _ASKED)):
            ids = [self.identities.of(one.spec, one.replication) for one in some]
            kept = self.store.entries(ids)
            for run, one in zip(ids, some, strict=True):
                # Asked again: the first of two equal ones may have ended while this dozen was handed out.
                entry = kept.get(run) or self.store.entries([run]).get(run)
                if run in self.open:
                    self.open[run].append(one)
                elif run in self.failed:
                    yield Done(Task(run, ""), Failed(one, run, *self.failed[run]), 0.0, 0)
                elif entry is not None:
                    yield Done(Task(run, ""), Played(one, run, entry.outcomes, entry.seconds, kept=True), 0.0, 0)
                else:
                    self.open[run] = [one]
                    yield light_case(one.spec, one.replication, run, self.store.spool_path(run), settings)

    def ended(self, done: Done | SetApart) -> list[Played | Failed]:
        """Enter what has ended and return it for everybody who asked for it."""
        if isinstance(done, Done) and isinstance(done.answer, (Played, Failed)):
            self.pace.kept()
            return [done.answer]
        run = done.task.id
        waiting = self.open.pop(run)
        self.pace.ended(done.task, done.seconds if isinstance(done, Done) else None)
        for _ in waiting[1:]:
            self.pace.kept()
        if not isinstance(done, Done):
            reason = done.reason if isinstance(done.reason, Message) else recognised(done.reason, "experiment")
            self.failed[run] = (reason, done.attempts)
            return [Failed(one, run, *self.failed[run]) for one in waiting]
        if self.how.cluster is not None:
            _require_arrived(self.store.spool_path(run))
        about = {"attempts": done.attempts, "version": code_version()}
        outcomes = self.store.book(run, seconds=done.seconds, about=about)
        return [Played(one, run, outcomes, done.seconds, kept=number > 0) for number, one in enumerate(waiting)]


def play(wanted: Iterable[Wanted], store: RunStore, how: How = How(), *,
         progress: Callback | None = None) -> Generator[Played | Failed]:
    """Play every run that the store does not hold, and yield all of them as they end, in whatever order.

    Parameters
    ----------
    wanted : iterable of Wanted
        The runs, taken as they are needed. Put those of one world (same market, seed and replication) near each other:
        a worker plays them one after the other and builds their network once.
    store : RunStore
        What is finished is found and left there.
    how : How
        Where and with what.
    progress : callable
        Told the `Progress` several times a second; what it raises stops everything.

    Raises
    ------
    DataError
        If a scenario's data are wrong, the store cannot be written, or the cluster does not fit; what is finished is kept.
    RunError
        If workers cannot be started or the cluster is lost.
    KeyboardInterrupt
        On Ctrl-C, once the workers have stopped; what is finished is kept.
    """
    tell = progress or (lambda _state: None)
    with contextlib.closing(executor(how.workers, how.cluster)) as carrier:
        pace = Pace((), carrier.size, expected=operator.length_hint(wanted, 0))
        desk = _Desk(store, how, pace)
        source = iter(wanted)
        first = list(itertools.islice(source, _ASKED))
        warm = [] if carrier.size <= 1 else _warm(first, how, store)
        pace.phase = "compiling" if warm else "running"
        told = 0.0
        running = carrier.run(desk.tasks(itertools.chain(first, source)), warm, lambda busy: tell(pace.watched(busy)))
        try:
            with contextlib.closing(running):
                for ended in running:
                    if isinstance(ended, Warm):
                        pace.phase = "running"
                        continue
                    yield from desk.ended(ended)
                    if time.monotonic() - told > _TELL:
                        told = time.monotonic()
                        tell(pace.state(0))
                tell(pace.state(0))
        finally:
            shutil.rmtree(desk.shelf, ignore_errors=True)
            store.commit()


def _warm(first: list[Wanted], how: How, store: RunStore) -> list[Task]:
    """Return what compiles the kernels of the first runs, where they are to be played and have not been here before."""
    specs = list({id(one.spec): one.spec for one in first}.values())
    missing = cold(specs, how.model)
    if not missing or len(store.known(ids := [one.id(how.model) for one in first])) == len(set(ids)):
        return []
    return [warm_case(spec, how.settings) for spec in missing]


def _require_arrived(path: Path) -> None:
    """Wait for a file that another machine has written; a network disk may take some seconds to show it.

    Raises
    ------
    DataError
        If it does not come: the folder is not shared.
    """
    patience = time.monotonic() + _PATIENCE
    while not path.exists():
        if time.monotonic() > patience:
            raise DataError(Message("cluster.not_shared", path=path))
        with contextlib.suppress(OSError):  # makes a network disk look again
            os.scandir(path.parent).close()
        time.sleep(0.1)
