"""The machine that figures come from, and how busy others kept it while they were taken."""

from __future__ import annotations

import datetime as dt
import os
import platform
import resource
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

_LIBRARIES = ("numba", "numpy", "mesa")


def machine() -> dict[str, Any]:
    """Describe the machine and the libraries as far as a reader of figures needs it."""
    return {
        "cpu": _first("/proc/cpuinfo", "model name") or platform.processor(), "cores": os.cpu_count(),
        "memory_gb": round(float((_first("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024**2, 1),
        "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def source() -> str:
    """Return which sources were measured: the commit, with a plus if files differ from it."""
    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def today() -> str:
    """Return the date, in UTC."""
    return dt.datetime.now(dt.UTC).date().isoformat()


def load() -> float:
    """Return the load of the last minute."""
    return round(os.getloadavg()[0], 2)


def _first(path: str, name: str) -> str:
    """Return what stands behind a name in a file of the kernel's, or nothing."""
    file = Path(path)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")


class Neighbours:
    """How many cores others kept busy while a child process of ours ran: the load also counts ourselves.

    Parameters
    ----------
    None; the watch begins when it is made, and `cores` is asked for when the child has ended.
    """

    def __init__(self) -> None:
        self._start, self._busy, self._ours = time.perf_counter(), _busy_seconds(), _seconds_of_children()

    def cores(self) -> float | None:
        """Return the mean number of cores that others used, None where the system does not tell."""
        busy, wall = _busy_seconds(), time.perf_counter() - self._start
        if busy is None or self._busy is None:
            return None
        return round(max(0.0, busy - self._busy - (_seconds_of_children() - self._ours)) / wall, 2)


def _busy_seconds() -> float | None:
    """Return the seconds all cores together have been busy since the machine started, or taken away by its host."""
    try:
        counts = [int(count) for count in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return None
    user, nice, system, _idle, _waiting, irq, soft, stolen = counts
    return (user + nice + system + irq + soft + stolen) / os.sysconf("SC_CLK_TCK")


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
