"""Tasks that wait, by the world they are built on.

A worker keeps the world it has built last, so it is handed the next task of that world as long as
there is one; then one of a world that nobody works in; then whatever is first. Only so many tasks
are taken from their source as are looked at: the source may be endless.
"""

from __future__ import annotations

import itertools
from collections import deque
from typing import TYPE_CHECKING, Final

from sim.experiment.tasks import Done, Task

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

AHEAD: Final = 256
"""Waiting tasks that are looked at for one of a worker's own world."""
_PASSED: Final = 256
"""Finished ones that are taken in one go."""


class Waiting:
    """The next tasks of a source, and what it says is done already.

    Parameters
    ----------
    tasks : iterable of Task or Done
        The source.
    """

    def __init__(self, tasks: Iterable[Task | Done]) -> None:
        self._source = iter(tasks)
        self._worlds: dict[str, deque[Task]] = {}
        self._count = 0
        self._alone = itertools.count()
        self.passed: deque[Done] = deque()
        """What was done before, to be passed on."""
        self.ended = False

    def __len__(self) -> int:
        return self._count

    def fill(self) -> None:
        """Take tasks from the source until enough are looked at, or enough is to be passed on."""
        while not self.ended and self._count < AHEAD and len(self.passed) < _PASSED:
            found = next(self._source, None)
            if found is None:
                self.ended = True
            elif isinstance(found, Done):
                self.passed.append(found)
            else:
                self.put(found)

    def put(self, task: Task) -> None:
        """Add a task, also one that is to be tried again; a task without a world is a world of its own."""
        world = task.world or f"\n{next(self._alone)}"
        self._worlds.setdefault(world, deque()).append(task)
        self._count += 1

    def take(self, world: str, taken: Container[str]) -> Task:
        """Return the next task for a worker that has a world, of which others have `taken` theirs."""
        if world not in self._worlds:
            first = next(iter(self._worlds))
            world = next((name for name in self._worlds if name not in taken), first)
        tasks = self._worlds[world]
        task = tasks.popleft()
        self._count -= 1
        if not tasks:
            del self._worlds[world]
        return task
