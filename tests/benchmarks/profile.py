"""Where the time of a million-person community year goes: `python -m tests.benchmarks.profile`."""

from __future__ import annotations

import cProfile
import pstats
import sys

from sim.model.schedule import step
from sim.model.state import start
from tests.benchmarks.rows import spec, warm


def main(people: int = 1_000_000, days: int = 365) -> None:
    """Profile the days of one run and print the twenty dearest functions."""
    warm()
    state = start(spec(people, days), 0, threads=2)
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(days):
        step(state)
    profile.disable()
    pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(20)


if __name__ == "__main__":
    main(*[int(a) for a in sys.argv[1:]])
