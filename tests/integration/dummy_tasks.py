"""Tasks that finish, fail, die and hang on demand; workers import this file by name."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from sim.core.errors import DataError, RunError


def square(payload):
    sys.stdout.write("libraries may print; the answer must still arrive\n")
    return payload["n"] ** 2


def where(_payload):
    return {"pid": os.getpid(), "threads": os.environ.get("NUMBA_NUM_THREADS")}


def slow(payload):
    Path(payload["folder"], f"started-{payload['n']}").write_text(str(os.getpid()))
    time.sleep(payload["seconds"])
    Path(payload["folder"], f"done-{payload['n']}").touch()
    return os.getpid()


def dies(payload):
    """Die by SIGKILL as long as fewer than `times` attempts were made."""
    mark = Path(payload["folder"], f"tries-{payload['n']}")
    tries = len(mark.read_text()) if mark.exists() else 0
    mark.write_text("x" * (tries + 1))
    if tries < payload["times"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return tries + 1


def dies_in_the_middle_of_a_word(payload):
    """Write half an answer to every pipe that may be the parent's, then die; once."""
    mark = Path(payload["folder"], "half")
    if not mark.exists():
        mark.touch()
        for fd in range(3, 12):
            with contextlib.suppress(OSError):
                os.write(fd, b'{"id":"dies')
        os.kill(os.getpid(), signal.SIGKILL)
    return "whole"


def fails(payload):
    raise RunError(f"case {payload['n']} cannot work")


def refuses(_payload):
    raise DataError("ties.csv: missing; name another file")


def unspeakable(_payload):
    return {1, 2}


def lose_ctrl_c(payload):
    """Be interrupted where nobody hears it, as in a callback of a C library."""
    with contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
        time.sleep(10)
    return payload["n"]
