"""Big hostile worlds: what a run of all strategies costs in them, and how even the work is among threads.

`python -m tests.benchmarks.hostile [NAME ...]` runs each in a process of its own and prints a table; with `--json` one
runs in this process and prints its figures. The Epinions graph is read from `--data`, GUANXI_DATA or `../shared/data`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core import kernel
from sim.model.schedule import step
from sim.model.state import start
from sim.world.shares import shared_out
from tests.hostile import market
from tests.reference.digests import digests

if TYPE_CHECKING:
    from sim.scenario.spec import ScenarioSpec
    from sim.world.ties import Ties

EPINIONS, EPINIONS_PEOPLE = "epinions_75k_undirected.csv.gz", 75_877
_THREADS = 8
_UNEVEN = 1.3
"""The most that the busiest of `_THREADS` threads may have to do, against the mean."""


@dataclass(frozen=True)
class Big:
    """A big world: its shape, people, days, and the most gigabytes the whole process may take."""

    shape: str
    people: int
    days: int
    memory_gb: float


BIG = {
    "star of a million": Big("star", 1_000_000, 30, 0.8),
    "sun of a million": Big("sun", 1_000_000, 30, 0.8),
    "heavy tail": Big("heavy tail", 300_000, 60, 0.6),
    "clique of 3,000": Big("clique", 3_000, 60, 1.6),
    "hermits": Big("hermits", 300_000, 60, 0.5),
    "epinions": Big("epinions", EPINIONS_PEOPLE, 180, 0.5),
}


@dataclass(frozen=True)
class Outcome:
    """What a run came to and what it took.

    most_ties : listeners of the greatest hub; alone : people nobody listens to; followers : members of the greatest
    channel; uneven : ties of the busiest of 8 threads against the mean, when everybody speaks; digests : of every column.
    """

    people: int
    ties: int
    most_ties: int
    alone: int
    followers: int
    orders: int
    uneven: float
    build_s: float
    days_s: float
    peak_gb: float
    digests: dict[str, str]


def unevenness(ties: Ties) -> float:
    """Return the ties of the busiest thread against the mean, when everybody speaks and threads get shares in a row."""
    _, _, room = shared_out(np.arange(ties.n_people), ties.start)
    parts = [part.sum() for part in np.array_split(np.diff(room), min(_THREADS, len(room) - 1))]
    return float(max(parts) / np.mean(parts))


def outcome(spec: ScenarioSpec, threads: int = 2) -> Outcome:
    """Run a scenario under audit and return its outcome; kernels compiled on the way do not count as time."""
    begun = time.perf_counter() - kernel.compile_seconds
    state = start(spec, 0, audit=True, threads=threads)
    built = time.perf_counter() - kernel.compile_seconds
    for _ in range(spec.days):
        step(state)
    done = time.perf_counter() - kernel.compile_seconds
    world, degree = state.world, np.diff(state.world.ties.start)
    return Outcome(
        people=world.n_people, ties=world.ties.n_ties, most_ties=int(degree.max()), alone=int((degree == 0).sum()),
        followers=int(np.bincount(world.audiences.channel[: world.audiences.size]).max()),
        orders=int(state.recorder.series["orders"].sum()), uneven=unevenness(world.ties), build_s=built - begun,
        days_s=done - built, peak_gb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, digests=digests(state))


def held(name: str, found: Outcome) -> list[str]:
    """Return the limits that a run did not keep."""
    limits = ((found.peak_gb, BIG[name].memory_gb, "gigabytes"), (found.uneven, _UNEVEN, "busiest thread against mean"))
    return [f"{name}: {value:.2f} > {most:.2f} {what}" for value, most, what in limits if value > most]


def measure(name: str, threads: int, data: Path) -> Outcome:
    """Run a big world in this process; its file is written by another, whose memory is not ours."""
    big = BIG[name]
    if big.shape == "epinions":
        network: dict[str, Any] = {"kind": "edge_list", "path": str(data / EPINIONS), "undirected": True}
        return outcome(market(network, big.people, big.days), threads)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ties.csv"
        code = "import sys; from pathlib import Path; from tests.hostile import SHAPES, written; "
        code += "written(SHAPES[sys.argv[1]](int(sys.argv[2])), Path(sys.argv[3]))"
        subprocess.run([sys.executable, "-c", code, big.shape, str(big.people), str(path)], check=True)
        return outcome(market({"kind": "edge_list", "path": str(path), "header": False}, big.people, big.days), threads)


def main() -> int:
    """Run what was asked for; 1 if a limit was not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*BIG, []], default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("GUANXI_DATA", "../shared/data")))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.json:
        print(json.dumps(asdict(measure(asked.name[0], asked.threads, asked.data))))
        return 0
    problems = []
    for name in asked.name or BIG:
        command = [sys.executable, "-m", "tests.benchmarks.hostile", name, "--threads", str(asked.threads), "--data",
                   str(asked.data), "--json"]
        found = Outcome(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        problems += held(name, found)
        print(f"{name:20} {found.people:>9,} people {found.ties:>10,} ties, hub {found.most_ties:>9,}  build "
              f"{found.build_s:5.1f} s  day {1000 * found.days_s / BIG[name].days:6.1f} ms  {found.peak_gb:.2f} GB  "
              f"uneven {found.uneven:.2f}", flush=True)
    print("\n".join(problems) or "all limits kept")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
