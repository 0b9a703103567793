"""Whole runs and many runs: what `guanxi` is used for, timed from the outside."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.worlds import CORE, busy, memory_gb, spec, warm

if TYPE_CHECKING:
    from collections.abc import Callable

Found = dict[str, Any]
"""What a measure returns: ``figures``, and if there are any ``ratios`` ({figure: {engine: times as fast as it}}) and
``parts`` ({part of the day: share of its time})."""


def one_run(people: int, days: int, kind: str, ties: float = 20, threads: int = 2) -> Found:
    """Time one run, built, simulated and recorded."""
    from sim.model.run import run_once

    warm(kind, threads)
    start = time.perf_counter()
    record = run_once(spec(people, days, kind, ties), 0, threads=threads)
    seconds = time.perf_counter() - start
    return {"figures": {"run_s": seconds, "memory_gb": memory_gb(), "build_s": record.timings["build"],
                        "day_ms": 1000 * record.timings["days"] / days, "orders": float(record.daily["orders"].sum())},
            "parts": _parts(record.timings)}


def _parts(timings: dict[str, float]) -> dict[str, float]:
    """Return the share of each part of the day in the time of all days."""
    parts = {name.removeprefix("day."): seconds for name, seconds in timings.items() if name.startswith("day.")}
    return {name: round(seconds / sum(parts.values()), 3) for name, seconds in parts.items()}


def active_day(people: int, share: float, threads: int = 2, days: int = 20) -> Found:
    """Time a whole day on which about `share` of all people buy."""
    import numpy as np

    from sim.model.run import run_once

    run_once(busy(2_000, 10, 0.1), 0, threads=threads, pictures=False)
    record = run_once(busy(people, days, share), 0, threads=threads, pictures=False)
    return {"figures": {"day_ms": 1000 * record.timings["days"] / days, "memory_gb": memory_gb(),
                        "buyers_share": float(np.sum(record.daily["orders"])) / (people * days)},
            "parts": _parts(record.timings)}


def two_threads(people: int, days: int, kind: str, times: int = 2) -> Found:
    """Time the days of one run on one thread and on two, in turns; the least of each."""
    from sim.model.run import run_once

    warm(kind)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(times):
        for threads, found in seconds.items():
            timings = run_once(spec(people, days, kind), 0, threads=threads, pictures=False).timings
            found.append(timings["days"])
    one, two = min(seconds[1]), min(seconds[2])
    return {"figures": {"day_ms": 1000 * two / days}, "ratios": {"day_ms": {"one thread": one / two}}}


def quiet_day(people: int, days: int) -> Found:
    """Time the interpreter's part of a day, one thread: all but what goes by inside kernels.

    What the stopwatch around the kernels takes itself is no part of the day: the whole is timed without it.
    """
    from sim.core.kernel import Kernel
    from sim.model.run import run_once

    warm(threads=1)
    inside = 0.0

    def timed(ready: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            nonlocal inside
            start = time.perf_counter()
            try:
                return ready(*args)
            finally:
                inside += time.perf_counter() - start

        return call

    run_once(spec(people, days), 0, pictures=False)
    straight = {opened: vars(opened)["__call__"] for opened in Kernel.__subclasses__()}
    whole, compiled = [], []
    for _ in range(5):
        whole.append(run_once(spec(people, days), 0, pictures=False).timings["days"])
        inside = 0.0
        try:
            for opened, call in straight.items():
                opened.__call__ = staticmethod(timed(call.__func__))  # type: ignore[method-assign]
            run_once(spec(people, days), 0, pictures=False)
        finally:
            for opened, call in straight.items():
                opened.__call__ = call
        compiled.append(inside)
    python = min(whole) - min(compiled)
    return {"figures": {"python_ms": 1000 * python / days, "day_ms": 1000 * min(whole) / days}}


def many_runs(runs: int, people: int, days: int, workers: int) -> float:
    """Return the seconds of a sweep of the core strategies with so many runs in all, each kept, into an empty store."""
    from sim.experiment.play import How
    from sim.experiment.sweep import sweep as carry_out
    from sim.scenario.sweep import resolve_sweep_text

    each = runs // len(CORE)
    replications = 10 if each % 10 == 0 else 2
    text = json.dumps({"name": "many", "scenarios": list(CORE), "base": {"people": people, "days": days},
                       "axes": {"brand.product.price": {"low": "60 CNY", "high": "240 CNY"}},
                       "design": {"kind": "latin_hypercube", "points": each // replications}, "replications": replications, "seed": 1})
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        data = carry_out(resolve_sweep_text(text), how=How(workers=workers), store=Path(folder, "store"), out=Path(folder, "swept"))
        seconds = time.perf_counter() - start
    assert data.complete
    assert not data.failures
    assert len(data.runs["run"]) == runs
    return seconds


def sweep(runs: int, people: int, days: int, workers: int = 2) -> Found:
    """Time many runs on a crew of workers, started, run, stored and gathered."""
    many_runs(2 * len(CORE), people, days, workers)
    seconds = many_runs(runs, people, days, workers)
    return {"figures": {"sweep_s": seconds, "run_ms": 1000 * seconds / runs, "memory_gb": memory_gb()}}


def workers(runs: int, people: int, days: int) -> Found:
    """Time the same runs with one worker and with two; what starting two processes takes is part of it."""
    many_runs(2 * len(CORE), people, days, 2)
    many_runs(2 * len(CORE), people, days, 1)
    one, two = many_runs(runs, people, days, 1), many_runs(runs, people, days, 2)
    return {"figures": {"speedup": one / two, "runs_a_second": runs / two}, "ratios": {"runs_a_second": {"one worker": one / two}}}


def compare_command(people: int, days: int, replications: int) -> Found:
    """Time the command a new user types first, kernels compiled: four scenarios, two workers, the page written."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sim", "compare", "--quiet", "--people", str(people), "--days", str(days), "--out"]
        subprocess.run([*command, f"{folder}/warm", "--replications", "2"], check=True, stdout=subprocess.DEVNULL)
        start = time.perf_counter()
        subprocess.run([*command, f"{folder}/timed", "--replications", str(replications)], check=True,
                       stdout=subprocess.DEVNULL)
        return {"figures": {"command_s": time.perf_counter() - start}}


def help_page(times: int) -> Found:
    """Time `guanxi --help`; the median of a few."""
    found = []
    for _ in range(times + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "sim", "--help"], check=True, stdout=subprocess.DEVNULL)
        found.append(time.perf_counter() - start)
    return {"figures": {"help_s": statistics.median(found[1:])}}


def first_compile() -> Found:
    """Time the first runs ever on a machine: every kernel of the core strategies compiled into an empty cache, one process."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "GUANXI_CACHE": folder}
        first, again = (json.loads(subprocess.run([sys.executable, "-c", _COMPILING], check=True, stdout=subprocess.PIPE,
                                                  text=True, env=env).stdout) for _ in range(2))
    total, cached = sum(first.values()), sum(again.values())
    return {"figures": {"compile_s": total, "cached_s": cached, "kernels": float(len(first))},
            "ratios": {"cached_s": {"compiling": total / cached}},
            "parts": {name: round(seconds / total, 3) for name, seconds in first.items()}}


_COMPILING = """
import json
from sim.core import kernel
from tests.benchmarks.worlds import CORE, small_run
began = []
kernel.on_compile = lambda name: began.append((name, kernel.compile_seconds))
for kind in CORE:
    small_run(kind, 1)
seconds = {}
for (name, start), (_, end) in zip(began, [*began[1:], ("", kernel.compile_seconds)]):
    seconds[name] = seconds.get(name, 0) + end - start
print(json.dumps(seconds))
"""
