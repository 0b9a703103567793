"""The workload through our scenario and model, daily records and all: `python -m tests.benchmarks.peers.ours FOLDER STEPS SEED [THREADS]`.

The mechanisms are those of every scenario, reduced by their switches: whoever hears buys, once, from the shop; each tie is
told with the same chance a day; each day ends somebody's talk with chance .1; nothing is learned, returned or forgotten.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "engines"))

from workload import SEEDS, SILENT, TOLD, Task

_BEGUN = time.perf_counter()


def scenario(task, folder):
    """Return the workload as a checked scenario."""
    import numpy as np

    from sim.verification.quiet import quiet
    from sim.world.networks.network import Network
    from sim.world.ties import Ties, pack_mark, pack_trust

    friend, everybody = task.load("friend"), np.arange(task.people)
    ties = Ties(task.start, friend, np.full(len(friend), pack_trust(0.5)), np.full(len(friend), pack_mark(3)))
    Network(ties, task.people, None, everybody.astype(np.int32), everybody.astype(np.uint32), {}).save(folder / "network")
    talk = {"enabled": True, "constant_rate": 1.0, "contact": (TOLD,) * 4, "show": (0,) * 4, "shift": 0,
            "days": 1 / SILENT, "silence": "geometric", "first_customers": True}
    return quiet(task.people, task.steps, seed=task.seed, brand={"seed_customers": SEEDS}, word_of_mouth=talk,
                 network={"kind": "saved", "path": str(folder / "network")})


def warm(task):
    """Compile everything that the workload calls, on a thousand of the people."""
    import copy

    import numpy as np

    from sim.model.run import run_once

    small = copy.copy(task)
    small.people, small.start = 1000, np.minimum(task.start[:1001], 0) + np.arange(1001)
    small.load = lambda name: ((np.arange(1000) + 1) % 1000).astype(np.int32)
    with tempfile.TemporaryDirectory() as folder:
        run_once(scenario(small, Path(folder)), 0, threads=2, pictures=False)


def main(threads=1):
    """Run the workload and print its figures."""
    from sim import __version__
    from sim.model.mesa_model import SocialCommerceModel
    from sim.model.run import finish

    task = Task(time.perf_counter() - _BEGUN)
    begin = time.perf_counter()
    warm(task)
    compiled = time.perf_counter() - begin
    with tempfile.TemporaryDirectory() as folder:
        task.begun = time.perf_counter()
        model = SocialCommerceModel(scenario(task, Path(folder)), threads=threads, collect=False)
        task.time(lambda: finish(model))
        parts = {name: seconds for name, seconds in model.state.laps.seconds.items() if seconds > 0.001}
        record = model.record(pictures=False)
    task.answer(record.daily["buyers"][-1] / task.people, __version__, compile_s=compiled, parts=parts)


if __name__ == "__main__":
    main(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
