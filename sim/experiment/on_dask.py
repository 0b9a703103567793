"""Tasks on a cluster: Dask distributed behind the executors' protocol. The only file that imports Dask.

Dask keeps the workers, replaces dead ones and carries tasks and answers; what is ours is which worker
gets which task (so that it goes on with the world it has), how often a failure is tried, and that
never more tasks are under way than the workers can hold: a hundred thousand runs wait here, not there.

Decision: a task is tied to its worker. When that one is gone, the task is given to another from here. Dask
would do it for a loosely tied task, but leaves one lying for ever that loses its last worker before a
new one comes; and it takes every task of a dead worker for its murderer. Here one that has lost two
workers is tried a last time by a worker that has nothing else, and only the guilty are set apart.

Decision: a worker process plays one run at a time, whatever its number of threads: a run has one
thread of its own, and what it keeps between days is kept by the process.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import logging
import platform
import queue
import secrets
import threading
import time
from collections import Counter, deque
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import cache
from pathlib import Path
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
_LOOK: Final = 1.0
"""Seconds between two questions which workers there are."""
_FETCH: Final = 1.0
"""Seconds that an answer may take from its worker before we turn to others."""
_PATIENCE: Final = 15.0
"""Seconds to wait for the scheduler, at the start and when it falls silent."""
_DESERTED: Final = 5.0
"""Seconds without any worker before that is told: one that is replaced takes less."""
_ANY: Final = ""
"""The worker of tasks that are handed over while there is none: a cluster may grow when it is asked."""
_PROTOCOLS: Final = frozenset({"tcp", "tls", "ws", "wss"})
_TALKERS: Final = ("distributed.client", "distributed.batched", "distributed.core")
"""Loggers in which Dask tells of a lost scheduler, with tracebacks, what we tell as an error in the user's language."""
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class _Flight:
    """A task under way, the worker it was meant for, and whether that one has no other."""

    task: Task
    worker: str
    future: Any
    alone: bool


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
        where = _address_in(Path(address)) if address.endswith(".json") else address
        try:
            _require_sense(where)
            self._client = Client(where, timeout=_PATIENCE, set_as_default=False, name="guanxi")
        except (OSError, ValueError) as error:
            raise DataError(Message("cluster.no_answer", address=address, error=reason_of(error))) from error
        for name in _TALKERS:
            logging.getLogger(name).addFilter(_unsaid)
        self._session = secrets.token_hex(4)
        self._inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._flights: dict[str, _Flight] = {}
        self._failures: Counter[str] = Counter()
        self._number = 0
        self._suspects: deque[Task] = deque()
        self._again_later: list[Task] = []
        self._apart: deque[SetApart] = deque()
        self._workers: set[str] = set()
        self._most: int | None = None
        self._looked = 0.0
        self._silent = 0.0
        self._deserted = 0.0
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
        for name in _TALKERS:
            logging.getLogger(name).removeFilter(_unsaid)

    def _warmed_up(self, tasks: list[Task], tell: Callable[[int], None]) -> Iterator[Warm]:
        """Do some tasks on one worker before the others start; failures are passed over."""
        start, self._most, self._looked = time.perf_counter(), 1, 0.0
        for _ in self._work(Waiting(tasks), tell):
            pass
        self._most, self._looked = None, 0.0
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
            while self._apart:
                yield self._apart.popleft()
            if not self._flights:
                if waiting.ended and not len(waiting) and not self._suspects:
                    return
                continue
            tell(min(len(self._flights), self._playing()))
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
            there = sorted(self._client.nthreads())
            self._workers = set(there[:self._most])
            self._bury({_ANY, *there})

    def _playing(self) -> int:
        """Return how many workers there are; one as long as none has been missing for a little only."""
        if self._workers:
            self._deserted = 0.0
            return len(self._workers)
        self._deserted = self._deserted or time.monotonic()
        return 1 if time.monotonic() - self._deserted < _DESERTED else 0

    def _bury(self, there: set[str]) -> None:
        """Take back the tasks of workers that are gone, and come back to those that are done."""
        for key, flight in self._flights.items():
            if flight.future.done():
                self._inbox.put(key)
        gone = [key for key, flight in self._flights.items() if flight.worker not in there and not flight.future.done()]
        for key in gone:
            flight = self._flights.pop(key)
            flight.future.cancel()
            self._widowed(flight)

    def _widowed(self, flight: _Flight) -> None:
        """Try a task again whose worker has died: with others, then alone; one that dies alone is set apart."""
        tries = self._failures[flight.task.id] = self._failures[flight.task.id] + 1
        if flight.alone:
            del self._failures[flight.task.id]
            self._apart.append(SetApart(flight.task, Message("cluster.killed"), tries))
        elif tries >= ATTEMPTS - 1:
            self._suspects.append(flight.task)
        else:
            self._again_later.append(flight.task)

    def _hand_out(self, waiting: Waiting) -> None:
        """Give every worker a task to play and one to come; a suspect has a worker to itself."""
        self._look()
        while self._again_later:
            waiting.put(self._again_later.pop())
        held = Counter(flight.worker for flight in self._flights.values())
        alone = {flight.worker for flight in self._flights.values() if flight.alone}
        for worker in sorted(self._workers or {_ANY}):
            if self._suspects and not held[worker]:
                self._submit(self._suspects.popleft(), worker, alone=True)
                alone.add(worker)
        # As long as there are suspects, no worker is given a second task, so that soon one of them is free.
        for level in range(1 if self._suspects else _HOLDS):
            for worker in sorted((self._workers or {_ANY}) - alone):
                if held[worker] <= level and len(waiting):
                    self._submit(self._next_for(worker, waiting), worker)
                    held[worker] += 1

    def _next_for(self, worker: str, waiting: Waiting) -> Task:
        """Take the next task for a worker, of the world it has if there is one."""
        others = {world for other, world in self._worlds.items() if other != worker and other in self._workers}
        task = waiting.take(self._worlds.get(worker, ""), others)
        self._worlds[worker] = task.world
        return task

    def _submit(self, task: Task, worker: str, *, alone: bool = False) -> None:
        self._number += 1
        key = f"guanxi-{self._session}-{self._number}"
        message = {"id": task.id, "function": task.function, "payload": task.payload}
        bound = {} if worker == _ANY else {"workers": [worker]}
        future = self._client.submit(_carried_out, message, _versions(), key=key, pure=False, **bound)
        self._flights[key] = _Flight(task, worker, future, alone)
        future.add_done_callback(lambda done: self._inbox.put(done.key))

    def _settled(self, key: str, waiting: Waiting) -> Done | SetApart | None:
        """Return what became of a task whose future is done; None if it is to be tried again."""
        flight = self._flights.get(key)
        if flight is None or not flight.future.done():
            return None  # taken back, or open again
        if flight.future.status == "finished":
            return self._fetched(key, flight, waiting)
        del self._flights[key]
        if flight.future.status != "error":
            waiting.put(flight.task)  # cancelled or lost: nothing of its doing
            return None
        error = flight.future.exception()
        if type(error).__name__ == "KilledWorker":
            self._widowed(flight)
            return None
        return self._again(flight.task, describe(error), waiting)

    def _fetched(self, key: str, flight: _Flight, waiting: Waiting) -> Done | SetApart | None:
        """Fetch an answer; a worker that has died takes it along, the task is open again then, and `_bury` sees to it."""
        try:
            reply = flight.future.result(timeout=_FETCH)
        except (TimeoutError, CancelledError):
            return None  # `_bury` comes back to it
        del self._flights[key]
        return self._answer(flight.task, reply, waiting)

    def _answer(self, task: Task, reply: dict[str, Any], waiting: Waiting) -> Done | SetApart | None:
        """Return what a worker says of its task."""
        if "failed" not in reply:
            return Done(task, reply["answer"], reply["seconds"], self._failures.pop(task.id, 0) + 1)
        if reply["code"]:
            raise DataError(unpacked(reply["message"]))
        return self._again(task, reply["failed"], waiting)

    def _again(self, task: Task, reason: str, waiting: Waiting) -> SetApart | None:
        """Put a failed task back in line, or set it apart."""
        self._failures[task.id] += 1
        if self._failures[task.id] >= ATTEMPTS:
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


def _unsaid(_record: logging.LogRecord) -> bool:
    """Keep back a line of the log."""
    return False


def _address_in(file: Path) -> str:
    """Return the address that a scheduler file names; one that is being written is waited for.

    Raises
    ------
    DataError
        If there is none; Dask would wait for the file, and say something else.
    """
    patience = time.monotonic() + _PATIENCE
    while True:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            return str(found["address"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            if time.monotonic() > patience or not isinstance(error, (FileNotFoundError, ValueError)):
                raise DataError(Message("cluster.no_file", path=file, error=reason_of(error))) from error
        time.sleep(_TICK)


def _require_sense(address: str) -> None:
    """Refuse an address that Dask's client could make nothing of: it would say so late and with a traceback.

    Raises
    ------
    ValueError
        If it has no port, an unknown protocol, or asks for certificates that nobody has named.
    """
    from distributed.comm.addressing import parse_address, parse_host_port
    from distributed.security import Security

    scheme, place = parse_address(address)
    if scheme not in _PROTOCOLS:
        raise ValueError(Message("cluster.no_protocol", scheme=scheme, known=sorted(_PROTOCOLS)))
    parse_host_port(place)
    if scheme in {"tls", "wss"} and not Security().get_connection_args("client").get("ssl_context"):
        raise ValueError(Message("cluster.no_certificates", scheme=scheme))


@cache
def _versions() -> str:
    """Return what must be equal for results to be equal bit for bit."""
    numeric = " ".join(f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "numba"))
    return f"guanxi {code_hash()}, python {platform.python_version()}, {numeric}"


def _carried_out(message: dict[str, Any], versions: str) -> dict[str, Any]:
    """Carry out one task in a worker of the cluster and return what became of it."""
    from distributed import get_worker

    with _one_at_a_time:
        if versions != _versions():
            message = {"id": message["id"], "function": f"{__name__}:_refuse", "payload": {"ours": versions}}
        elif "shelf" in message["payload"]:  # networks lie on this machine's own disk
            shelf = Path(get_worker().local_directory).parent / f"guanxi-{code_hash()}"
            message = message | {"payload": message["payload"] | {"shelf": str(shelf)}}
        return answered(message)


def _refuse(payload: dict[str, Any]) -> None:
    """Say that this worker would not give the same results."""
    raise DataError(Message("cluster.other_version", worker=platform.node(), theirs=_versions(), ours=payload["ours"]))
