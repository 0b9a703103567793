"""The rows of the speed table: what is measured, the limit that must hold, and the goal.

Each row is a function that runs in a process of its own (`python -m tests.benchmarks.row NAME`) and
returns figures in seconds, nanoseconds or gigabytes. A row that compiles does so before its clock starts,
save the row that measures compiling.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Figures = dict[str, float]
THIN = {"kind": "dunbar", "ties_per_person": 20}
MEMBERS = "5 groups and 3 host hours for every 20,000 people"


@dataclass(frozen=True)
class Row:
    """One row: figure -> (must, goal), in the unit that the figure's name ends with."""

    what: str
    measure: Callable[[], Figures]
    limits: dict[str, tuple[float, float]]


def memory_gb() -> float:
    """Return the largest memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def spec(people: int, days: int, kind: str = "community", **more):
    """Return a scenario whose sellers grow with the world."""
    from sim.scenario.spec import ScenarioSpec

    scale = max(1, people // 20_000)
    seller = {"community": {"groups": 5 * scale, "host_hours": 3 * scale},
              "influencer": {"followers_min": 300 * scale, "followers_max": 6_000 * scale},
              "direct_sales": {"staff": {"people": 4 * scale, "most": 8 * scale}, "accounts": 2 * scale,
                               "leads": {"adds_a_day": 40 * scale}},
              "dual_rebate": {"founders": 10 * scale},
              "paid_ads": {"daily_budget": 240 * scale}}[kind]
    return ScenarioSpec.model_validate({
        "people": people, "days": days, "network": THIN, **more, "strategies": [{"kind": kind, **seller}],
        "brand": {"cash": 300_000 * scale, "seed_customers": 100 * scale}})


def warm(kind: str = "community", threads: int = 2) -> None:
    """Compile everything a run needs."""
    from sim.model.run import run_once

    run_once(spec(3_000, 40, kind), 0, threads=threads)


def build_network(people: int) -> Figures:
    """Time the default network, 20 ties a person, on two threads."""
    from sim.core.kernel import set_threads
    from sim.scenario.spec import ScenarioSpec

    network = ScenarioSpec.model_validate({"network": THIN}).network
    rng = np.random.default_rng(1)
    set_threads(2)
    network.build(rng.integers(0, 6, 2_000).astype(np.uint8), 1, 2_000, 2)
    taste = rng.integers(0, 6, people).astype(np.uint8)
    start = time.perf_counter()
    built = network.build(taste, 1, people, 2)
    return {"build_s": time.perf_counter() - start, "ties_million": built.ties.n_ties / 1e6,
            "tie_bytes": built.ties.n_bytes / built.ties.n_ties, "memory_gb": memory_gb()}


def year(people: int, days: int, kind: str) -> Figures:
    """Time one run, built, simulated and recorded."""
    from sim.model.run import run_once

    warm(kind)
    start = time.perf_counter()
    record = run_once(spec(people, days, kind), 0, threads=2)
    return {"run_s": time.perf_counter() - start, "memory_gb": memory_gb(), "build_s": record.timings["build"],
            "ms_a_day": 1000 * record.timings["days"] / days, "orders": float(record.daily["orders"].sum())}


def word_of_mouth(threads: int, share: float = 0.02, people: int = 1_000_000) -> Figures:
    """Time one day's talk, heard and felt, per active tie; median of nine days, caches flushed between."""
    from sim.core.kernel import set_threads
    from sim.mechanisms import word_of_mouth as w
    from sim.model.state import start

    state = start(spec(people, 10), 0, threads=threads)
    world, rng = state.world, np.random.default_rng(1)
    speakers = np.sort(rng.choice(people, int(people * share), replace=False)).astype(np.int32)
    contact, times = np.array([0.5, 0.2, 0.08, 0.03]), []
    set_threads(threads)
    flush = np.ones(16_000_000)
    for day in range(10):
        flush += 1.0
        begin = time.perf_counter()
        listener, tie, _ = w.spread(world, speakers, np.full(len(speakers), 0.5), contact, world.draws.key("talk", day))
        trust = np.empty(len(tie), np.float32)
        w.signed_trust(tie, world.ties.weight, trust)
        w.add_buzz(listener, 0, np.ones(len(tie), np.int8), trust, 1.0, day, world.keep.buzz, world.people.buzz,
                   world.people.buzz_day, world.scratch.load, world.scratch.mark, world.scratch.people_list)
        times.append(time.perf_counter() - begin)
    active = int((world.ties.start[speakers.astype(np.int64) + 1] - world.ties.start[speakers]).sum())
    return {"tie_ns": float(np.median(times[1:])) / active * 1e9, "active_ties": float(active), "hits": float(len(tie))}


def compare_default() -> Figures:
    """Time the command a new user types first, kernels compiled: four scenarios, 16 replications, two workers."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sim", "compare", "--quiet", "--out"]
        subprocess.run([*command, f"{folder}/warm", "--replications", "2"], check=True, stdout=subprocess.DEVNULL)
        start = time.perf_counter()
        subprocess.run([*command, f"{folder}/timed"], check=True, stdout=subprocess.DEVNULL)
        return {"command_s": time.perf_counter() - start}


def first_compile() -> Figures:
    """Time the first run ever on a machine: every kernel compiled into an empty cache, one process."""
    with tempfile.TemporaryDirectory() as folder:
        code = ("from tests.benchmarks.rows import warm; from sim.core import kernel; "
                "[warm(kind, 1) for kind in ('community', 'influencer', 'direct_sales', 'dual_rebate')]; "
                "print(kernel.compile_seconds)")
        env = {**os.environ, "GUANXI_CACHE": folder}
        out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
        again = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
        return {"compile_s": float(out.stdout), "from_cache_s": float(again.stdout)}


def help_page() -> Figures:
    """Time `guanxi --help`; median of seven."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "sim", "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return {"help_s": float(np.median(times))}


def quiet_day() -> Figures:
    """Time the interpreter's part of a day: 5,000 people, kernels that have next to nothing to do."""
    from sim.model.run import run_once

    warm(threads=1)
    record = run_once(spec(5_000, 180), 0, pictures=False)
    return {"ms_a_day": 1000 * record.timings["days"] / 180}


ROWS: dict[str, Row] = {
    "build_1m": Row("network of 1,000,000 people, 20 ties each", lambda: build_network(1_000_000), {"build_s": (3, 1)}),
    "build_10m": Row("network of 10,000,000 people, 20 ties each", lambda: build_network(10_000_000), {"build_s": (30, 10)}),
    "year_community": Row("1,000,000 people, 365 days, community", lambda: year(1_000_000, 365, "community"),
                          {"run_s": (30, 12), "memory_gb": (1.0, 0.7)}),
    "year_influencer": Row("1,000,000 people, 365 days, influencers", lambda: year(1_000_000, 365, "influencer"),
                           {"run_s": (30, 12), "memory_gb": (1.0, 0.7)}),
    "year_direct_sales": Row("1,000,000 people, 365 days, direct sales", lambda: year(1_000_000, 365, "direct_sales"),
                             {"run_s": (30, 12), "memory_gb": (1.0, 0.7)}),
    "year_dual_rebate": Row("1,000,000 people, 365 days, dual rebate", lambda: year(1_000_000, 365, "dual_rebate"),
                            {"run_s": (30, 12), "memory_gb": (1.0, 0.7)}),
    "year_paid_ads": Row("1,000,000 people, 365 days, paid ads", lambda: year(1_000_000, 365, "paid_ads"),
                         {"run_s": (30, 12), "memory_gb": (1.0, 0.7)}),
    "ten_million": Row("10,000,000 people, 90 days, community", lambda: year(10_000_000, 90, "community"),
                       {"run_s": (150, 80), "memory_gb": (8, 5)}),
    "word_of_mouth": Row("word of mouth a tie, 2% speak, two threads", lambda: word_of_mouth(2), {"tie_ns": (15, 8)}),
    "word_of_mouth_1": Row("the same on one thread", lambda: word_of_mouth(1), {}),
    "compare": Row("`guanxi compare`, four scenarios, 16 replications", compare_default, {"command_s": (30, 12)}),
    "first_compile": Row("compiling every kernel, first run ever", first_compile, {"compile_s": (30, 12)}),
    "help": Row("`guanxi --help`", help_page, {"help_s": (0.5, 0.2)}),
    "quiet_day": Row("a simulated day of 5,000 people", quiet_day, {}),
}
