"""What a run costs: bytes of its arrays by what they hold, and seconds by part of the day. Results never depend on it."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core import kernel

if TYPE_CHECKING:
    from sim.model.state import RunState

PARTS = ("shocks", "plan", "attention", "talk", "choice", "fulfilment", "recruiting", "audiences", "settle", "record")
"""Parts of a day, in the order of `schedule.step`."""

PEOPLE: dict[str, tuple[str, ...]] = {
    "traits": ("uid", "taste", "interest", "attention", "price_factor", "wealth", "role"),
    "trust": ("fatigue", "fatigue_day", "brand_trust", "belief", "claim_precision", "talk_precision", "own_precision",
              "satisfaction"),
    "talk": ("buzz", "buzz_day", "peers", "talk_until"),
    "orders": ("orders", "spent_fen", "first_day", "second_day", "last_day", "first_path"),
    "needs": ("open_until", "in_use_until", "memory_offer", "memory_day"),
}
"""Every column of people, by what it tells of them."""


def now() -> float:
    """Return seconds on a watch that stands while kernels are compiled or loaded."""
    return time.perf_counter() - kernel.compile_seconds


class Laps:
    """A stopwatch: seconds by part of the day, summed over days; it stands while kernels are compiled or loaded."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)
        self._last = 0.0

    def begin(self) -> None:
        """Start the first part of a day."""
        self._last = now()

    def end(self, part: str) -> None:
        """End a part; the next begins."""
        self.note((part,), [self._last, now()])

    def note(self, parts: tuple[str, ...], marks: list[float]) -> None:
        """Add parts that lie between `marks`, one more than there are parts: what `now` said when each began or ended."""
        seconds, last = self.seconds, marks[0]
        for part, mark in zip(parts, marks[1:], strict=True):
            seconds[part] += mark - last
            last = mark
        self._last = last


def memory_of(state: RunState) -> dict[str, float]:
    """Return bytes by kind of state, and the largest resident memory this process has had under ``peak``.

    Memory that several names share is counted once, where it comes first.
    """
    world, seen = state.world, set[int]()
    held: dict[str, Any] = {group: [getattr(world.people, name) for name in names] for group, names in PEOPLE.items()}
    held["needs"].append(world.memory_seller)
    held |= {
        "ties": (world.ties, world.circle), "agenda": (world.agendas, world.clocks),
        "audiences": (world.audiences, world.channels, world.accounts, world.lasting), "resellers": world.resellers,
        "ledger": state.ledger, "scratch": (world.scratch, world.row_of_uid),
        "record": (state.recorder, state.yesterday, [seat.book for seat in state.seats]),
    }
    found = {kind: float(_bytes(things, seen)) for kind, things in held.items()}
    with contextlib.suppress(ImportError):  # not on every system
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        found["peak"] = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
    return found


def _bytes(thing: Any, seen: set[int]) -> int:
    """Return the bytes of all arrays in `thing` that have not been counted yet."""
    while isinstance(thing, np.ndarray) and isinstance(thing.base, np.ndarray):
        thing = thing.base
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return int(thing.nbytes)
    if isinstance(thing, dict):
        parts = list(thing.values())
    elif isinstance(thing, (list, tuple)):
        parts = list(thing)
    else:
        parts = list(vars(thing).values()) if type(thing).__module__.startswith("sim.") else []
    return sum(_bytes(part, seen) for part in parts)
