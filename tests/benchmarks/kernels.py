"""Single kernels, without the day around them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.runs import Found
from tests.benchmarks.worlds import memory_gb, spec

if TYPE_CHECKING:
    from sim.world.state import World

_CONTACT = (0.5, 0.2, 0.08, 0.03)
_COLD = 16_000_000
"""Numbers that are touched between days, so that no day finds its ties in the processor's cache."""


def network(people: int, ties: float = 20, threads: int = 2, times: int = 3) -> Found:
    """Time the default network, on one thread too; the least of a few, because other work only ever adds."""
    from sim.core.kernel import set_threads
    from sim.world.networks.dunbar import DunbarParams

    params = DunbarParams(ties_per_person=ties)
    taste = np.random.default_rng(1).integers(0, 6, people).astype(np.uint8)
    seconds = {}
    for count in sorted({1, threads}, reverse=True):
        set_threads(count)
        params.build(taste[:2_000], 1, 2_000, count)
        found = []
        for _ in range(times):
            start = time.perf_counter()
            built = params.build(taste, 1, people, count).ties
            found.append(time.perf_counter() - start)
        seconds[count] = min(found)
    return {"figures": {"build_s": seconds[threads], "tie_bytes": built.n_bytes / built.n_ties, "ties": float(built.n_ties),
                        "memory_gb": memory_gb()},
            "ratios": {"build_s": {"one thread": seconds[1] / seconds[threads]}} if threads > 1 else {}}


def word_of_mouth(people: int, share: float, threads: tuple[int, ...] = (1, 2)) -> Found:
    """Time one day's talk, heard and felt, per tie of those who speak; median of nine days, caches emptied between."""
    from sim.core.kernel import set_threads
    from sim.model.state import start

    world = start(spec(people, 10), 0, threads=max(threads)).world
    count = max(1, int(people * share))
    speakers = np.sort(np.random.default_rng(1).choice(people, count, replace=False)).astype(np.int32)
    active = int((world.ties.start[speakers.astype(np.int64) + 1] - world.ties.start[speakers]).sum())
    seconds, emptied = {}, np.ones(_COLD)
    for threads_now in threads:
        set_threads(threads_now)
        found = []
        for day in range(10):
            emptied += 1.0
            begin = time.perf_counter()
            hits = _talk(world, speakers, day)
            found.append(time.perf_counter() - begin)
        seconds[threads_now] = float(np.median(found[1:]))
    most = max(threads)
    figures = {"tie_ns": 1e9 * seconds[most] / active, "day_ms": 1e3 * seconds[most], "active_ties": float(active),
               "hits": float(hits), "memory_gb": memory_gb()}
    return {"figures": figures,
            "ratios": {"tie_ns": {"one thread": seconds[1] / seconds[most]}} if set(threads) > {1} else {}}


def _talk(world: World, speakers: np.ndarray, day: int) -> int:
    """Let speakers talk for a day; returns how many heard."""
    from sim.mechanisms import word_of_mouth as w

    people, ties, scratch = world.people, world.ties, world.scratch
    limit = np.empty((len(speakers), 4), np.int64)
    total = w.limits(speakers, 0, people.satisfaction, 0.5, 0.0, 0.0, _CONTACT, ties.start, limit)
    out, bound, room, written = w.spread(world, speakers, limit, total, world.draws.key("talk", day))
    heard, _ = w.hear(out, bound, room, written, speakers, 0, ties.start, ties.weight, ties.listener, people.satisfaction,
                      people.belief)
    one = w.Heard(*heard)
    w.add_buzz(one.listener, one.product, 0, one.polarity, one.trust, 1.0, day, world.keep.buzz, people.buzz,
               people.buzz_day, scratch.load, scratch.mark, scratch.people_list)
    return len(one)


def compiled_run(people: int, days: int) -> dict[str, Any]:
    """Time a small run as this process runs kernels: compiled, or as plain Python under GUANXI_NO_JIT."""
    from sim.core import kernel
    from sim.model.run import run_once

    if not kernel.is_plain():
        run_once(spec(people, days), 0, pictures=False)
    return {"figures": {"run_s": run_once(spec(people, days), 0, pictures=False).timings["days"]}}
