"""Runs carried out and kept: where finished ones wait, and how each is counted the moment it ends.

Finished runs wait in a folder beside the output, so that they outlive an interruption; the same call
finds them there and computes nothing twice.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sim.core.errors import DataError, GuanxiError, strerror_of
from sim.experiment.progress import Pace
from sim.experiment.tasks import Done, SetApart, Warm
from sim.experiment.workers import run_tasks
from sim.records.folders import runs_of
from sim.records.lock import Lock
from sim.records.spool import PART
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sim.experiment.comparison import Comparison
    from sim.experiment.progress import Callback
    from sim.experiment.tasks import Task


class InterruptedRunsError(GuanxiError):
    """Runs were interrupted; finished ones are kept in `folder` (or only in `partial`)."""

    exit_code: ClassVar[int] = 130

    def __init__(self, done: int, total: int, folder: Path | None, partial: Comparison | None = None) -> None:
        self.done, self.total, self.folder, self.partial = done, total, folder, partial
        key = "experiment.interrupted_kept" if folder else "experiment.interrupted"
        super().__init__(Message(key, done=done, total=total, folder=folder))


@contextlib.contextmanager
def spool(out: Path | None) -> Iterator[Path]:
    """Give the folder of finished runs: beside `out`, where it outlives a failure, else a temporary one.

    Raises
    ------
    DataError
        If it cannot be written, or another command works there.
    """
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
    lock = Lock(folder / "lock", "records.busy")
    for leftover in folder.glob(f"*{PART}"):
        leftover.unlink(missing_ok=True)
    try:
        yield folder
    finally:
        lock.release(remove=True)
        with contextlib.suppress(OSError):  # what holds nothing goes again; finished runs stay
            for place in made:
                place.rmdir()


def carry_out(tasks: list[Task], book: Callable[[Done | SetApart | Warm], None], timings: dict[str, float], *,
              workers: int, kept: int, warm: Iterable[Task], progress: Callback | None) -> None:
    """Do tasks and count each as it ends.

    Parameters
    ----------
    tasks : list of Task
        What to do.
    book : callable
        Told everything that ends: it keeps what its caller needs.
    timings : dict of float
        Seconds in all (``wall``) and of finished runs (``runs``) are added there.
    workers : int, >= 1
        Processes.
    kept : int
        Runs that were there before; they count as done.
    warm : iterable of Task
        What compiles the kernels, done first where several workers would compile the same.
    progress : callable or None
        Told the `Progress` several times a second.
    """
    start, workers = time.monotonic(), min(workers, max(1, len(tasks)))
    pace = Pace(tasks, workers, kept)
    tell = progress or (lambda _state: None)
    first = list(warm) if workers > 1 else []
    pace.phase = "compiling" if first else "running"
    running = run_tasks(tasks, workers=workers, warm=first, watch=lambda busy: tell(pace.state(busy)))
    try:
        with contextlib.closing(running):
            for ended in running:
                if isinstance(ended, Warm):
                    pace.phase = "running"
                else:
                    pace.ended(ended.task, ended.seconds if isinstance(ended, Done) else None)
                if isinstance(ended, Done):
                    timings["runs"] += ended.seconds
                book(ended)
                tell(pace.state(0))
    finally:
        timings["wall"] += time.monotonic() - start
