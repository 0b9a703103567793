"""Seconds to build a network on one and two threads, bytes a tie, peak memory.

    python -m tests.benchmarks.bench_network                    1,000,000 people, 20 ties each
    python -m tests.benchmarks.bench_network 10000000 20 2      10 million, on two threads only

Each figure is the least of three builds in a process that has compiled before: other work on the
machine only ever adds. Targets: 1M within 3 s, better 1 s; 10M within 30 s,
better 10 s.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time

import numpy as np

from sim.world.networks.dunbar import DunbarParams
from sim.world.networks.network import Network

_REPEATS = 3
_TASTES = 8


def timed(params: DunbarParams, taste: np.ndarray, threads: int, repeats: int = _REPEATS) -> tuple[float, Network]:
    """Return the least seconds of a few builds, and the network."""
    least = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        network = params.build(taste, 1, len(taste), threads)
        least = min(least, time.perf_counter() - start)
    return least, network


def main(given: list[str]) -> None:
    """Build, measure, print one line a thread count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", nargs="?", type=int, default=1_000_000)
    parser.add_argument("ties", nargs="?", type=float, default=20.0, help="ties of a person")
    parser.add_argument("threads", nargs="*", type=int, default=[1, 2])
    options = parser.parse_args(given)
    params = DunbarParams(ties_per_person=options.ties)
    taste = (np.arange(options.people, dtype=np.uint64) * np.uint64(2654435761) >> np.uint64(9)).astype(np.uint8)
    taste %= _TASTES
    params.build(taste[:1000], 1, 1000, 2)
    for threads in options.threads:
        seconds, network = timed(params, taste, threads, 1 if options.people > 3_000_000 else _REPEATS)
        ties = network.ties
        print(f"{options.people:>12,} people  {ties.n_ties:>13,} ties  {threads} threads  {seconds:7.2f} s  "
              f"{1e9 * seconds / max(ties.n_ties, 1):6.1f} ns a tie  {ties.n_bytes / max(ties.n_ties, 1):.2f} bytes a tie  "
              f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
