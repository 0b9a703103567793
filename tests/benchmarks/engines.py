"""Second engines: other ways to the same result, so that a figure has something to be compared with.

Other people's frameworks stand in `tests/benchmarks/peers`, because each needs an environment of its own.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.runs import Found


def oracle(people: int, days: int) -> Found:
    """Time the same days in the simulator and in the slow oracle, which goes person by person through a market turned up."""
    from sim.model.schedule import step
    from sim.model.state import start
    from sim.scenario.spec import ScenarioSpec
    from tests.reference.copying import village_of
    from tests.reference.day import live_a_day
    from tests.reference.scenarios import LIVELY
    from tests.reference.side_by_side import Witness, _differing_columns

    made = ScenarioSpec.model_validate({
        "people": people, "days": days, "network": {"kind": "dunbar", "ties_per_person": 20}, "mechanisms": LIVELY,
        "brand": {"cash": "300_000 CNY", "seed_customers": people // 5, "product": {"uses_days": 8}},
        "strategies": [{"kind": "community", "groups": 3}]})
    before = start(made, 1)
    for _ in range(days):
        step(before)
    state = start(made, 0)
    for seat in state.seats:
        seat.strategy = Witness(seat.strategy)  # type: ignore[assignment]
    village, ours, theirs = village_of(state), 0.0, 0.0
    tomorrow = {seat.name: seat.tomorrow for seat in state.seats}
    for _ in range(days):
        begin = time.perf_counter()
        step(state)
        middle = time.perf_counter()
        witnesses = {seat.name: seat.strategy for seat in state.seats}
        proposals = {name: w.planned for name, w in witnesses.items()}
        proposals |= {f"{name} (from yesterday)": actions for name, actions in tomorrow.items()
                      if actions.tables or actions.offers}
        live_a_day(village, proposals, [w.settled.postings for w in witnesses.values()])
        tomorrow = {name: w.settled.tomorrow for name, w in witnesses.items()}
        ours, theirs = ours + middle - begin, theirs + time.perf_counter() - middle
    assert _differing_columns(state, village) == []
    return {"figures": {"day_ms": 1000 * ours / days}, "ratios": {"day_ms": {"the slow oracle": theirs / ours}}}


def plain_python(people: int, days: int) -> Found:
    """Time the same run with its kernels compiled and as plain Python."""
    code = f"import json; from tests.benchmarks.kernels import compiled_run; print(json.dumps(compiled_run({people}, {days})))"
    seconds = [_seconds(code, {**os.environ, **more}) for more in ({}, {"GUANXI_NO_JIT": "1"})]
    return {"figures": {"run_s": seconds[0]}, "ratios": {"run_s": {"plain Python": seconds[1] / seconds[0]}}}


def _seconds(code: str, env: dict[str, str]) -> float:
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True, env=env)
    return float(json.loads(done.stdout.splitlines()[-1])["figures"]["run_s"])


def networkx_graph(people: int) -> Found:
    """Time a small world of ten ties a person, built by networkx and by us."""
    import networkx as nx

    from sim.core.kernel import set_threads
    from sim.world.networks.small_world import SmallWorldParams

    set_threads(2)
    params = SmallWorldParams(ties_per_person=10, rewire=0.1)
    params.build(None, 1, 1_000, 2)
    begin = time.perf_counter()
    params.build(None, 1, people, 2)
    middle = time.perf_counter()
    nx.watts_strogatz_graph(people, 10, 0.1, seed=1)
    end = time.perf_counter()
    return {"figures": {"build_s": middle - begin}, "ratios": {"build_s": {"networkx": (end - middle) / (middle - begin)}}}


def workload(people: int, steps: int = 100, seeds: int = 3) -> Found:
    """Time the word of mouth that other frameworks are given, through our whole model; the median of a few seeds."""
    from tests.benchmarks.peers.engines.workload import write_graph

    found: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        write_graph(Path(folder), people)
        for seed in range(1, seeds + 1):
            for threads, seconds in found.items():
                words = [folder, str(steps), str(seed), str(threads)]
                done = subprocess.run([sys.executable, "-m", "tests.benchmarks.peers.ours", *words], check=True,
                                      stdout=subprocess.PIPE, text=True)
                told = json.loads(done.stdout.splitlines()[-1])
                seconds.append(told["run_s"])
    one, two = (statistics.median(seconds) for seconds in found.values())
    return {"figures": {"two_threads_s": two, "one_thread_s": one, "reached_share": told["adopted"]},
            "ratios": {"two_threads_s": {"one thread": one / two}}}
