"""How far a set of runs is, and how long the rest will take. Shells show it; nothing here prints."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.experiment.tasks import Task


@dataclass(frozen=True)
class Progress:
    """State of a set of runs.

    Parameters
    ----------
    done, total : int
        Runs that ended (also those set apart) and all runs; runs kept from before count as done.
    failed : int
        Runs set apart.
    running : int
        Runs under way.
    seconds : float
        Since the start.
    left : float or None
        Seconds that the rest will take; None as long as nothing is known.
    phase : {'compiling', 'running'}
        Kernels are compiled before the first run of a new version.
    """

    done: int
    total: int
    failed: int
    running: int
    seconds: float
    left: float | None
    phase: str


Callback = Callable[[Progress], None]
"""Called several times a second; what it raises stops all runs."""


class Pace:
    """Tells the time left from the mean time of each group of tasks: strategies differ in cost."""

    def __init__(self, tasks: Iterable[Task], workers: int, kept: int = 0) -> None:
        self._left = Counter(task.group for task in tasks)
        self._times: defaultdict[str, list[float]] = defaultdict(list)
        self._workers = max(1, workers)
        self._start = time.monotonic()
        self._total = sum(self._left.values()) + kept
        self._done = kept
        self._failed = 0
        self.phase = "running"

    def ended(self, task: Task, seconds: float | None) -> None:
        """Count one task; `seconds` is None for one that was set apart."""
        self._left[task.group] -= 1
        self._done += 1
        if seconds is None:
            self._failed += 1
        else:
            self._times[task.group].append(seconds)

    def state(self, running: int) -> Progress:
        """Return the progress now."""
        seconds = time.monotonic() - self._start
        return Progress(self._done, self._total, self._failed, running, seconds, self._remaining(), self.phase)

    def _remaining(self) -> float | None:
        """Return the estimate: runs left times their group's mean time (or the mean of all), over workers."""
        known = [t for times in self._times.values() for t in times]
        if not known:
            return None
        everybody = sum(known) / len(known)
        means = {g: sum(t) / len(t) for g, t in self._times.items() if t}
        return sum(n * means.get(g, everybody) for g, n in self._left.items()) / self._workers
