"""A worker process: reads tasks from its input line by line, answers each with one line.

Started by `sim.experiment.workers` as ``python -m sim.experiment.worker``. The parent holds the
other end of its input, so the end of input means that the parent is gone (or wants it to stop):
the worker then leaves at once, in the middle of a task if need be, and no orphan remains. What
libraries print goes to the error stream; the answer channel is ours alone.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from typing import IO, Any

from sim.experiment.tasks import answered, encode


def main() -> None:
    """Carry out tasks until the input ends."""
    # Ctrl-C reaches the whole terminal; the parent decides what stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    tasks: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    sys.path[:] = tasks.get()["path"]
    _say(answers, {"ready": os.getpid()})
    while True:
        _say(answers, answered(tasks.get()))


def _listen(tasks: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Pass on tasks; leave the process when the input ends."""
    for line in sys.stdin:
        tasks.put(json.loads(line))
    os._exit(0)


def _say(answers: IO[str], reply: dict[str, Any]) -> None:
    """Write one line to the parent; if it is gone, leave."""
    try:
        answers.write(encode(reply))
        answers.flush()
    except OSError:
        os._exit(0)


if __name__ == "__main__":
    main()
