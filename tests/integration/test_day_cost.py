"""What the interpreter does on a day, counted and not timed: a busy machine changes none of these figures.

Kernels grow with what people do; the Python around them should not grow at all. A day of a small world is mostly
that Python, so its calls, what it allocates at once and what it leaves behind are held below a budget. Who makes
a day leaner lowers the budget; who needs more raises it and says why.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tracemalloc
from dataclasses import dataclass
from typing import Any

import pytest

from sim.core import kernel
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.resolve import resolve

PEOPLE, SETTLED, DAYS = 5_000, 60, 20


@dataclass(frozen=True)
class Budget:
    """The most a day may take, some 15 % above what it took when this was written.

    Parameters
    ----------
    calls : float
        Calls of functions a day, of Python and of C, median of `DAYS` days; a kernel counts as one.
    kilobytes : float
        The most memory a day takes at once, above what it began with.
    """

    calls: float
    kilobytes: float


BUDGETS = {
    "community": Budget(calls=1_500, kilobytes=125),
    "influencer": Budget(calls=1_680, kilobytes=185),
    "direct_sales": Budget(calls=2_360, kilobytes=475),
    "dual_rebate": Budget(calls=2_000, kilobytes=665),
}
LEFT = 30
"""Blocks of memory that a day may leave behind: its lines in the books, a handful of small objects."""


def settled(name: str) -> RunState:
    """Return a run after `SETTLED` days, in a process that has met everything such a run calls."""
    spec = resolve(name, [f"people={PEOPLE}", f"days={SETTLED + 3 * DAYS}"]).spec
    before = start(spec, 1)
    for _ in range(spec.days):
        step(before)
    state = start(spec, 0)
    for _ in range(SETTLED):
        step(state)
    return state


def calls_a_day(state: RunState) -> float:
    """Return the median number of calls of the next `DAYS` days: a day on which a kernel is first loaded does not count."""
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    days = []
    try:
        for _ in range(DAYS):
            calls = 0
            sys.setprofile(count)
            step(state)
            sys.setprofile(before)
            days.append(calls)
    finally:
        sys.setprofile(before)
    return statistics.median(days)


def blocks_left(state: RunState) -> list[int]:
    """Return by how many blocks each of the next `DAYS` days leaves memory fuller."""
    gc.collect()
    left, held = [], sys.getallocatedblocks()
    for _ in range(DAYS):
        step(state)
        gc.collect()
        left.append(sys.getallocatedblocks() - held)
        held = sys.getallocatedblocks()
    return left


def kilobytes_at_once(state: RunState) -> float:
    """Return the greatest peak of the next few days above where the day began."""
    peaks = []
    tracemalloc.start()
    try:
        for _ in range(DAYS // 2):
            tracemalloc.reset_peak()
            held = tracemalloc.get_traced_memory()[0]
            step(state)
            peaks.append(tracemalloc.get_traced_memory()[1] - held)
    finally:
        tracemalloc.stop()
    return max(peaks) / 1024


@pytest.mark.skipif(kernel.is_plain(), reason="kernels run as Python here, so their calls would be counted")
@pytest.mark.parametrize("name", list(BUDGETS))
def test_a_day_stays_within_its_budget(name: str) -> None:
    state = settled(name)
    left = blocks_left(state)
    early, late = sum(left[: DAYS // 2]) / (DAYS // 2), sum(left[DAYS // 2 :]) / (DAYS // 2)
    assert late < LEFT
    assert late < max(early, 0) + LEFT / 2, "every day leaves more behind than the one before"
    assert calls_a_day(state) < BUDGETS[name].calls
    assert kilobytes_at_once(state) < BUDGETS[name].kilobytes
