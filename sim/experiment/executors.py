"""What carries out tasks: this machine's workers, or a cluster, behind one small protocol.

Who plays many runs knows only `Executor`. The order in which tasks end is each executor's own; what
they leave is the same bit for bit, because a task depends on nothing but its payload.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sim.experiment.workers import run_tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from sim.experiment.tasks import Done, SetApart, Task, Warm


class Executor(Protocol):
    """Carries out tasks and yields each as it ends."""

    @property
    def size(self) -> int:
        """Return how many tasks run at once, as far as is known."""
        raise NotImplementedError

    def run(self, tasks: Iterable[Task | Done], warm: Iterable[Task] = (),
            watch: Callable[[int], None] | None = None) -> Generator[Done | SetApart | Warm]:
        """Carry out tasks.

        Parameters
        ----------
        tasks : iterable of Task or Done
            What to do, taken as it is needed: it may be endless. A `Done` among them is passed on as it is.
        warm : iterable of Task
            Done by one worker before the others start; one `Warm` is yielded for all of them.
        watch : callable
            Called with the number of running tasks several times a second, 0 where nobody is there to carry them out; what
            it raises stops everything.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what was taken at the start."""
        raise NotImplementedError


@dataclass(frozen=True)
class LocalExecutor:
    """Worker processes of this machine, see `sim.experiment.workers`.

    Parameters
    ----------
    workers : int, >= 1
        Processes; with 1 everything happens in this one.
    """

    workers: int = 2

    @property
    def size(self) -> int:
        """Return the number of processes."""
        return self.workers

    def run(self, tasks: Iterable[Task | Done], warm: Iterable[Task] = (),
            watch: Callable[[int], None] | None = None) -> Generator[Done | SetApart | Warm]:
        """Carry out tasks; see `Executor.run`."""
        yield from run_tasks(tasks, workers=self.workers, warm=warm, watch=watch)

    def close(self) -> None:
        """Do nothing: the workers end with each `run`."""


def executor(workers: int, cluster: str | None) -> Executor:
    """Return the executor that is asked for: the cluster at an address, else workers of this machine.

    Raises
    ------
    DataError
        If a cluster is asked for and the extra ``cluster`` is not installed.
    """
    if cluster is None:
        return LocalExecutor(workers)
    from sim.experiment.on_dask import DaskExecutor

    return DaskExecutor(cluster)


def require_executor(cluster: str | None) -> None:
    """Refuse a cluster that cannot be reached, before anything is written for it.

    Raises
    ------
    DataError
        As `executor`.
    """
    if cluster is not None:
        executor(1, cluster).close()
