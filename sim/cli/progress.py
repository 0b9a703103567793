"""Progress on stderr: how far, how long still, and compile time shown as what it is.

Nothing is drawn where stderr is no terminal, or with `--quiet`; the results on stdout never mix
with it. Long waits off a terminal get one line, so that a log says what took its time.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any, Self

from sim.cli.language import tell
from sim.cli.output import note
from sim.core import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextlib.contextmanager
def tell_compiling(*, quiet: bool, say: Callable[[], None] | None = None) -> Iterator[None]:
    """Say once that kernels are being compiled, if the block compiles any in this process; by a line, or with `say`."""
    told: list[str] = []
    say = say or (lambda: note(tell("progress.compiling")))

    def say_once(name: str) -> None:
        if not told and not quiet and not is_compiled(name):
            told.append(name)
            say()

    before, kernel.on_compile = kernel.on_compile, say_once
    try:
        yield
    finally:
        kernel.on_compile = before


def is_compiled(name: str) -> bool:
    """Tell whether a kernel lies compiled in the cache, so that its first call only loads it."""
    return next(kernel.cache_folder().rglob(f"*.{name}-*.nbi"), None) is not None


class Meter:
    """A bar of finished runs with the time left; off a terminal one line about compiling at most.

    Parameters
    ----------
    quiet : bool
        Draw and say nothing.
    words : str
        Key of what is being done, where it is not simulating.
    """

    def __init__(self, *, quiet: bool, words: str = "progress.runs") -> None:
        self._words = words
        self._bar: Any = None
        self._task: Any = None
        self._is_drawn = not quiet and sys.stderr.isatty()
        self._is_told = self._is_quiet = quiet
        self._is_waiting = False

    def __enter__(self) -> Self:
        """Start the bar, if it is to be drawn."""
        if self._is_drawn:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(),
                       TimeElapsedColumn(), TextColumn("{task.fields[left]}"))
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(tell("progress.starting"), total=None, left="")
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def compiling(self) -> None:
        """Show that kernels are being compiled in this process; the next run that ends shows that it is over."""
        if self._bar is not None:
            self._bar.update(self._task, description=tell("progress.compiling"))
        elif not self._is_told:
            self._is_told = True
            note(tell("progress.compiling"))

    def waiting(self) -> None:
        """Say once that a cluster has no worker: nothing else will tell why nothing happens."""
        if not self._is_waiting:
            self._is_waiting = True
            note(tell("progress.no_worker"), quiet=self._is_quiet)

    def update(self, done: int, total: int, seconds_left: float | None, *, phase: str = "running") -> None:
        """Show `done` of `total` runs and the time left, if it is known."""
        if phase == "waiting":
            self.waiting()
        self._is_waiting = phase == "waiting"
        if self._bar is None:
            if phase == "compiling":
                self.compiling()
            return
        left = "" if seconds_left is None else tell("progress.left", time=_clock(seconds_left))
        words = tell({"compiling": "progress.compiling", "waiting": "progress.waiting"}.get(phase, self._words))
        self._bar.update(self._task, completed=done, total=total, description=words, left=left)


def _clock(seconds: float) -> str:
    """Return seconds as ``1:05`` or ``2:03:10``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
