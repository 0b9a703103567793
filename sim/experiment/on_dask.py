"""Tasks on a cluster: Dask distributed behind the executors' protocol. The only file that imports Dask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from sim.experiment.tasks import Done, SetApart, Task, Warm


class DaskExecutor:
    """The workers of a Dask scheduler."""

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def size(self) -> int:
        """Return how many tasks run at once."""
        raise NotImplementedError

    def run(self, tasks: Iterable[Task | Done], warm: Iterable[Task] = (),
            watch: Callable[[int], None] | None = None) -> Generator[Done | SetApart | Warm]:
        """Carry out tasks; see `sim.experiment.executors.Executor`."""
        raise NotImplementedError
