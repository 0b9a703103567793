"""One run from a checked scenario to its record; every door leads through here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sim.core import interrupts, kernel
from sim.model import stretch
from sim.model.mesa_model import SocialCommerceModel
from sim.records.run_record import RunRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.scenario.spec import ScenarioSpec


def run_once(spec: ScenarioSpec, replication: int, *, audit: bool = False, threads: int = 1, pictures: bool | None = None,
             each_day: Callable[[int], None] | None = None) -> RunRecord:
    """Run a scenario once and return its record.

    Parameters
    ----------
    spec : ScenarioSpec
        Checked scenario.
    replication : int
        Number of the replication; decides the luck, not the strategy.
    audit : bool
        Check every law of money and goods at the end of each day.
    threads : int
        Threads of the kernels; the result does not depend on it.
    pictures : bool, optional
        Keep a sample of the network, laid out, for pictures; by default of the first replication only,
        because the layout costs as much as a small run.
    each_day : callable
        Called with the number of days done; for progress.

    Raises
    ------
    ScenarioError, DataError
        If the network cannot be built.
    LedgerError
        If money or goods do not balance (a defect).
    """
    before, compiled = time.perf_counter(), kernel.compile_seconds
    model = SocialCommerceModel(spec, replication=replication, audit=audit, threads=threads, collect=False)
    built = time.perf_counter()
    finish(model, audit=audit, each_day=each_day)
    done = time.perf_counter()
    timings = {"build": built - before, "days": done - built, "compile": kernel.compile_seconds - compiled}
    timings |= {f"day.{part}": seconds for part, seconds in model.state.laps.seconds.items()}
    return model.record(timings, pictures=replication == 0 if pictures is None else pictures)


def finish(model: SocialCommerceModel, *, audit: bool = False, each_day: Callable[[int], None] | None = None) -> None:
    """Live all days that are left, those in which there is only talk in one go; see `run_once`."""
    only_talk = stretch.possible(model.spec) and not audit
    while model.running:
        interrupts.heed()
        lived = stretch.live(model.state) if only_talk else 0
        if lived:
            model.steps += lived
        else:
            model.live_a_day()
        if each_day is not None:
            each_day(model.steps)
