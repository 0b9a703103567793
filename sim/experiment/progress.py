"""How far a set of runs is, and how long the rest will take. Shells show it; nothing here prints."""

from __future__ import annotations

import time
from collections import Counter
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
    phase : {'compiling', 'running', 'waiting'}
        Kernels are compiled before the first run of a new version; a cluster without workers waits for some.
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
    """Tells the time left from the mean time of each group of tasks: strategies differ in cost.

    Parameters
    ----------
    tasks : iterable of Task
        What is to be done, as far as it is known one by one.
    workers : int, >= 1
        How many run at once.
    kept : int
        Runs that were there before; they count as done.
    expected : int
        Runs in all, where they come one by one; those that are in no group yet take the mean of all.
    """

    def __init__(self, tasks: Iterable[Task], workers: int, kept: int = 0, expected: int = 0) -> None:
        self._left = Counter(task.group for task in tasks)
        self._spent: dict[str, tuple[float, int]] = {}
        self._workers = max(1, workers)
        self._start = time.monotonic()
        self._total = max(sum(self._left.values()) + kept, expected)
        self._done = kept
        self._failed = 0
        self.phase = "running"
        self._is_waiting = False

    def ended(self, task: Task, seconds: float | None) -> None:
        """Count one task; `seconds` is None for one that was set apart."""
        self._left[task.group] -= 1
        self._is_waiting = False
        self._counted()
        if seconds is None:
            self._failed += 1
        else:
            spent, count = self._spent.get(task.group, (0.0, 0))
            self._spent[task.group] = (spent + seconds, count + 1)

    def kept(self) -> None:
        """Count one run that was there before."""
        self._counted()

    def _counted(self) -> None:
        self._done += 1
        self._total = max(self._total, self._done)

    def watched(self, running: int) -> Progress:
        """Return the progress now that an executor says how many tasks run: none of them, where there is nobody to do them."""
        self._is_waiting = running == 0
        return self.state(running)

    def state(self, running: int) -> Progress:
        """Return the progress now."""
        seconds, phase = time.monotonic() - self._start, "waiting" if self._is_waiting else self.phase
        return Progress(self._done, self._total, self._failed, running, seconds, self._remaining(), phase)

    def _remaining(self) -> float | None:
        """Return the estimate: runs left times their group's mean time (or the mean of all), over workers."""
        if not self._spent:
            return None
        everybody = sum(spent for spent, _ in self._spent.values()) / sum(count for _, count in self._spent.values())
        known = {group: left for group, left in self._left.items() if left > 0}
        means = {group: spent / count for group, (spent, count) in self._spent.items()}
        rest = max(0, self._total - self._done - sum(known.values()))
        return (sum(n * means.get(g, everybody) for g, n in known.items()) + rest * everybody) / self._workers
