"""Tasks on a cluster: Dask distributed behind the executors' protocol. The only file that imports Dask.

Dask keeps the workers, replaces dead ones and tries their tasks again; what is ours is which worker
gets which task (so that it goes on with the world it has), how often a failure is tried, and that
never more tasks are under way than the workers can hold: a hundred thousand runs wait here, not there.

Decision: tasks are tied to a worker loosely. If it dies, Dask gives them to another one.

Decision: a worker process plays one run at a time, whatever its number of threads: a run has one
thread of its own, and what it keeps between days is kept by the process.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
import queue
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sim.core import interrupts
from sim.core.errors import DataError, RunError, reason_of
from sim.experiment.identity import code_hash
from sim.experiment.tasks import ATTEMPTS, Done, SetApart, Task, Warm, answered, describe
from sim.experiment.waiting import Waiting
from sim.text.message import Message, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

_TICK: Final = 0.25
"""Seconds between calls of `watch` while nothing ends."""
_HOLDS: Final = 2
"""Tasks of one worker: the one it plays, and the next one, so that it need not wait for us."""
_LOOK: Final = 2.0
"""Seconds between two questions which workers there are."""
_PATIENCE: Final = 15.0
"""Seconds to wait for the scheduler, at the start and when it falls silent."""
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class _Flight:
    """A task under way, and the worker it was meant for."""

    task: Task
    worker: str
    future: Any


class DaskExecutor:
    """The workers of a Dask scheduler.

    Parameters
    ----------
    address : str
        What ``dask scheduler`` prints, such as ``tcp://10.0.0.5:8786``, or the path of its scheduler file.

    Raises
    ------
    DataError
        If Dask is not installed, or no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            from distributed import Client
        except ImportError as error:
            raise DataError(Message("cluster.not_installed", error=describe(error))) from error
        where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
        try:
            self._client = Client(**where, timeout=_PATIENCE, set_as_default=False, name="guanxi")
        except (OSError, ValueError) as error:
            raise DataError(Message("cluster.no_answer", address=address, error=reason_of(error))) from error
        self._session = secrets.token_hex(4)
        self._inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._flights: dict[str, _Flight] = {}
        self._failures: Counter[str] = Counter()
        self._number = 0
        self._workers: set[str] = set()
        self._looked = 0.0
        self._silent = 0.0
        self._worlds: dict[str, str] = {}
        self._look()

    @property
    def size(self) -> int:
        """Return how many worker processes there are now."""
        return max(1, len(self._workers))

    def run(self, tasks: Iterable[Task | Done], warm: Iterable[Task] = (),
            watch: Callable[[int], None] | None = None) -> Generator[Done | SetApart | Warm]:
        """Carry out tasks; see `sim.experiment.executors.Executor`.

        Raises
        ------
        DataError
            If a task says that its input is wrong, or a worker has other versions of the code.
        RunError
            If the scheduler is gone.
        """
        tell = watch or (lambda _running: None)
        waiting = Waiting(tasks)
        with interrupts.listening():
            waiting.fill()
            try:
                if len(waiting):
                    yield from self._warmed_up(list(warm), tell)
                yield from self._work(waiting, tell)
            finally:
                self._cancel()

    def close(self) -> None:
        """Let go of the scheduler; the workers stay as they are."""
        with contextlib.suppress(Exception):  # a lost scheduler is told elsewhere
            self._client.close(timeout=_TICK * 8)

    def _warmed_up(self, tasks: list[Task], tell: Callable[[int], None]) -> Iterator[Warm]:
        """Do some tasks on one worker before the others start; failures are passed over."""
        start, everybody = time.perf_counter(), self._workers
        self._workers, self._looked = set(sorted(everybody)[:1]), time.monotonic() + 600.0
        for _ in self._work(Waiting(tasks), tell):
            pass
        self._workers, self._looked = everybody, 0.0
        self._failures.clear()
        if tasks:
            yield Warm(time.perf_counter() - start)

    def _work(self, waiting: Waiting, tell: Callable[[int], None]) -> Iterator[Done | SetApart]:
        """Yield every task as it ends."""
        while True:
            waiting.fill()
            self._hand_out(waiting)
            while waiting.passed:
                yield waiting.passed.popleft()
            if not self._flights:
                if waiting.ended and not len(waiting):
                    return
                continue
            tell(min(len(self._flights), self.size))
            interrupts.heed()
            self._require_scheduler()
            with contextlib.suppress(queue.Empty):
                ended = self._settled(self._inbox.get(timeout=_TICK), waiting)
                if ended is not None:
                    yield ended

    def _look(self) -> None:
        """Ask which workers there are, now and then."""
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return
        self._looked = now
        with contextlib.suppress(Exception):  # a lost scheduler is told elsewhere
            self._workers = set(self._client.nthreads())

    def _hand_out(self, waiting: Waiting) -> None:
        """Give every worker a task to play and one to come."""
        self._look()
        held = Counter(flight.worker for flight in self._flights.values())
        for level in range(_HOLDS):
            for worker in sorted(self._workers):
                if held[worker] <= level and len(waiting):
                    others = {world for other, world in self._worlds.items() if other != worker and other in self._workers}
                    task = waiting.take(self._worlds.get(worker, ""), others)
                    self._worlds[worker] = task.world
                    self._submit(task, worker)
                    held[worker] += 1
        while not self._workers and len(waiting) and len(self._flights) < _HOLDS:  # a cluster that grows when asked
            self._submit(waiting.take("", ()), "")

    def _submit(self, task: Task, worker: str) -> None:
        self._number += 1
        key = f"guanxi-{self._session}-{self._number}"
        message = {"id": task.id, "function": task.function, "payload": task.payload}
        bound = {"workers": [worker], "allow_other_workers": True} if worker else {}
        future = self._client.submit(_carried_out, message, _versions(), key=key, pure=False, **bound)
        self._flights[key] = _Flight(task, worker, future)
        future.add_done_callback(lambda done: self._inbox.put(done.key))

    def _settled(self, key: str, waiting: Waiting) -> Done | SetApart | None:
        """Return what became of a task whose future is done; None if it is to be tried again."""
        flight = self._flights.pop(key, None)
        if flight is None:
            return None
        task, future = flight.task, flight.future
        if future.status == "finished":
            reply = future.result()
            if "failed" not in reply:
                return Done(task, reply["answer"], reply["seconds"], self._failures.pop(task.id, 0) + 1)
            if reply["code"]:
                raise DataError(unpacked(reply["message"]))
            return self._again(task, reply["failed"], waiting)
        if future.status == "error":
            error = future.exception()
            # Dask gives a task up when it has killed several workers, or only stood beside the one that did.
            deaths = getattr(error, "allowed_failures", None)
            reason = describe(error) if deaths is None else Message("cluster.killed", count=deaths + 1)
            return self._again(task, reason, waiting, most=ATTEMPTS if deaths is None else ATTEMPTS - 1)
        waiting.put(task)  # cancelled or lost: nothing of its doing
        return None

    def _again(self, task: Task, reason: str, waiting: Waiting, most: int = ATTEMPTS) -> SetApart | None:
        """Put a failed task back in line, or set it apart."""
        self._failures[task.id] += 1
        if self._failures[task.id] >= most:
            return SetApart(task, reason, self._failures.pop(task.id))
        waiting.put(task)
        return None

    def _require_scheduler(self) -> None:
        """Give up when the scheduler has been silent for long."""
        if self._client.status == "running":
            self._silent = 0.0
            return
        now = time.monotonic()
        self._silent = self._silent or now
        if self._client.status == "closed" or now - self._silent > _PATIENCE:
            raise RunError(Message("cluster.lost", address=self.address))

    def _cancel(self) -> None:
        """Take back what is under way."""
        futures = [flight.future for flight in self._flights.values()]
        self._flights.clear()
        if futures and self._client.status == "running":
            with contextlib.suppress(Exception):  # a lost scheduler has nothing to take back
                self._client.cancel(futures, asynchronous=False, force=True)


@cache
def _versions() -> str:
    """Return what must be equal for results to be equal bit for bit."""
    numeric = " ".join(f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "numba"))
    return f"guanxi {code_hash()}, python {platform.python_version()}, {numeric}"


def _carried_out(message: dict[str, Any], versions: str) -> dict[str, Any]:
    """Carry out one task in a worker of the cluster and return what became of it."""
    with _one_at_a_time:
        if versions != _versions():
            message = {"id": message["id"], "function": f"{__name__}:_refuse", "payload": {"ours": versions}}
        return answered(message)


def _refuse(payload: dict[str, Any]) -> None:
    """Say that this worker would not give the same results."""
    raise DataError(Message("cluster.other_version", worker=platform.node(), theirs=_versions(), ours=payload["ours"]))
