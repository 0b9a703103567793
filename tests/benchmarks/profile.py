"""Where the time of a run goes: `python -m tests.benchmarks.profile [KIND] [PEOPLE] [DAYS] [THREADS]`.

First by part of the day, then function by function; kernels count as functions, and are compiled before.
"""

from __future__ import annotations

import cProfile
import pstats
import sys

from sim.model.schedule import step
from sim.model.state import start
from tests.benchmarks.worlds import spec, warm


def main(kind: str = "community", people: str = "1_000_000", days: str = "365", threads: str = "2") -> None:
    """Profile the days of one run and print the parts of a day and the twenty-five dearest functions."""
    warm(kind, int(threads))
    state = start(spec(int(people), int(days), kind), 0, threads=int(threads))
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(int(days)):
        step(state)
    profile.disable()
    for part, seconds in sorted(state.laps.seconds.items(), key=lambda lap: -lap[1]):
        print(f"{part:12} {seconds:8.3f} s  {1000 * seconds / int(days):8.3f} ms a day")
    pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main(*sys.argv[1:])
