"""A thin supervisor over long-lived worker processes: one task at a time, one thread each.

A worker that dies is replaced and its task tried again; a task that fails three times is set apart
and the others go on; an error in the user's input ends everything at once. With one worker the
tasks run in this process, with the same results.

Decision: workers are plain subprocesses with a line protocol, not `multiprocessing`. A spawn pool
breaks as a whole when one worker is killed, leaves orphans for minutes when its parent is killed,
and runs the caller's script again in every child. Here the end of a worker's input is the signal
that its parent is gone, and a script needs no ``if __name__ == "__main__"``.

Decision: one thread a worker. Two workers with two threads each on two cores were 37 times slower.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core import interrupts
from sim.core.errors import DataError, RunError, reason_of
from sim.experiment.tasks import ATTEMPTS, Done, SetApart, Task, Warm, describe, encode, function_of, user_mistake
from sim.experiment.waiting import Waiting
from sim.text.message import Message, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

_ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_TICK = 0.25
"""Seconds between calls of `watch` while nothing ends."""
_HOME = str(Path(__file__).resolve().parents[2])


def run_tasks(
    tasks: Iterable[Task | Done], *, workers: int = 1, warm: Iterable[Task] = (), watch: Callable[[int], None] | None = None
) -> Generator[Done | SetApart | Warm]:
    """Carry out tasks and yield each as it ends, in whatever order.

    Parameters
    ----------
    tasks : iterable of Task or Done
        What to do, taken as it is needed. A `Done` among them was done before and is passed on as it is.
    workers : int, >= 1
        Processes; with 1 everything happens in this one.
    warm : iterable of Task
        Tasks that the first worker does alone before the others start, so that kernels are compiled
        once and not by every worker at the same time. One `Warm` is yielded for all of them; a failure is
        passed over, because the same work will fail again where it is counted. Not done with one worker.
    watch : callable
        Called with the number of running tasks several times a second; what it raises stops everything.

    Raises
    ------
    DataError
        If a task says that its input is wrong: trying again would be no use.
    RunError
        If workers cannot be started.
    """
    with interrupts.listening():
        if workers <= 1:
            yield from _here(tasks, watch)
            return
        waiting = Waiting(tasks)
        waiting.fill()
        with contextlib.closing(_Crew(workers, watch)) as crew:
            if len(waiting):
                yield from crew.warm_up(list(warm))
            yield from crew.work(waiting)


def _here(tasks: Iterable[Task | Done], watch: Callable[[int], None] | None) -> Iterator[Done | SetApart]:
    """Carry out tasks in this process."""
    for task in tasks:
        if isinstance(task, Done):
            yield task
            continue
        if watch:
            watch(1)
        interrupts.heed()
        yield _tried(task)


def _tried(task: Task) -> Done | SetApart:
    """Try one task in this process as often as a worker would."""
    reason = ""
    for attempt in range(1, ATTEMPTS + 1):
        start = time.perf_counter()
        try:
            answer = function_of(task.function)(task.payload)
        except Exception as error:
            if user_mistake(error):
                raise
            reason = describe(error)
        else:
            return Done(task, answer, time.perf_counter() - start, attempt)
    return SetApart(task, reason, ATTEMPTS)


class _Worker:
    """One worker process and the thread that reads its answers."""

    def __init__(self, inbox: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]]) -> None:
        self.task: Task | None = None
        self.world = ""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        home = [_HOME, *filter(None, [os.environ.get("PYTHONPATH")])]
        # PYTHONSAFEPATH: a file called queue.py in the caller's folder is not ours to import.
        paths = {"PYTHONPATH": os.pathsep.join(home), "PYTHONSAFEPATH": "1"}
        environment = os.environ | dict.fromkeys(_ONE_THREAD, "1") | paths
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sim.experiment.worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=environment, text=True,
                encoding="ascii", start_new_session=True,
            )
        except OSError as error:
            self._errors.close()
            raise RunError(Message("experiment.worker_not_started", error=reason_of(error))) from error
        self.pid = self._process.pid
        self._send({"path": sys.path})
        threading.Thread(target=self._listen, args=(inbox,), daemon=True).start()

    def _listen(self, inbox: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]]) -> None:
        """Pass on answers; None when the worker is gone."""
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):  # a worker killed in the middle of a line
            for line in self._process.stdout:
                inbox.put((self, json.loads(line)))
        inbox.put((self, None))

    def _send(self, message: dict[str, Any]) -> None:
        """Write one line; a worker that is gone is noticed by its reading thread."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(encode(message))
            self._process.stdin.flush()

    def give(self, task: Task) -> None:
        """Hand over one task."""
        self.task, self.world = task, task.world
        self._send({"id": task.id, "function": task.function, "payload": task.payload})

    def epitaph(self) -> str:
        """Return in one line how the worker ended, with the last line it wrote."""
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-2000:].decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(said) if line.strip()), "")
        how, number = ("signal", -code) if code < 0 else ("exit code", code)
        if last:
            return Message("experiment.worker_died_saying", how=how, code=number, last=last)
        return Message("experiment.worker_died", how=how, code=number)

    def close(self) -> None:
        """End the worker, in the middle of a task if need be."""
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()


class _Crew:
    """The workers of one call of `run_tasks`."""

    def __init__(self, size: int, watch: Callable[[int], None] | None) -> None:
        self._size = size
        self._watch = watch or (lambda _running: None)
        self._inbox: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]] = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._failures: dict[str, int] = {}
        self._unready_deaths = 0

    def warm_up(self, tasks: list[Task]) -> Iterator[Warm]:
        """Let one worker do some tasks before the others start; failures are passed over."""
        start, size, self._size = time.perf_counter(), self._size, 1
        for _ in self.work(Waiting(tasks)):
            pass
        self._size = size
        self._failures.clear()
        if tasks:
            yield Warm(time.perf_counter() - start)

    def work(self, waiting: Waiting) -> Iterator[Done | SetApart]:
        """Yield every task as it ends."""
        while True:
            waiting.fill()
            self._hand_out(waiting)
            while waiting.passed:
                yield waiting.passed.popleft()
            if not self._busy():
                if waiting.ended and not len(waiting):
                    return
                continue
            ended = self._next(waiting)
            if ended is not None:
                yield ended

    def _hand_out(self, waiting: Waiting) -> None:
        """Give a task to every idle worker, starting workers up to the size of the crew."""
        while len(self._workers) < self._size and len(self._workers) < self._busy() + len(waiting):
            self._workers.append(_Worker(self._inbox))
        for worker in self._workers:
            if worker.task is None and len(waiting):
                worker.give(waiting.take(worker.world, {other.world for other in self._workers if other is not worker}))

    def _busy(self) -> int:
        return sum(worker.task is not None for worker in self._workers)

    def _next(self, waiting: Waiting) -> Done | SetApart | None:
        """Wait for one message and return the task it ends, if any."""
        self._watch(self._busy())
        interrupts.heed()
        try:
            worker, message = self._inbox.get(timeout=_TICK)
        except queue.Empty:
            return None
        if message is None:
            return self._bury(worker, waiting)
        if "ready" in message:
            self._unready_deaths = 0
            return None
        task, worker.task = worker.task, None
        if task is None or task.id != message["id"]:
            return None
        if "failed" not in message:
            return Done(task, message["answer"], message["seconds"], self._failures.pop(task.id, 0) + 1)
        if message["code"]:
            raise DataError(unpacked(message["message"]))
        return self._again(task, message["failed"], waiting)

    def _bury(self, worker: _Worker, waiting: Waiting) -> SetApart | None:
        """Drop a dead worker; its task is tried again by another."""
        self._workers.remove(worker)
        task, reason = worker.task, worker.epitaph()
        worker.close()
        self._unready_deaths += 1
        if self._unready_deaths > ATTEMPTS * self._size + 2:
            raise RunError(Message("experiment.workers_die", reason=reason))
        return self._again(task, reason, waiting) if task else None

    def _again(self, task: Task, reason: str, waiting: Waiting) -> SetApart | None:
        """Put a failed task back in line, or set it apart."""
        tries = self._failures[task.id] = self._failures.get(task.id, 0) + 1
        if tries >= ATTEMPTS:
            del self._failures[task.id]
            return SetApart(task, reason, tries)
        waiting.put(task)
        return None

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()
