"""Stand-ins for the model of which thousands are played: a run that is nothing but its numbers."""

from __future__ import annotations

import functools
import os
import signal
import time
from pathlib import Path

import numpy as np

from sim.core.errors import RunError
from sim.records.outcomes import DAILY, SUMMARY
from sim.records.run_record import RunRecord


@functools.lru_cache(maxsize=4)
def _series(days, seed):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=days) for name in DAILY}, {"sales": rng.integers(0, 9, days), "media": rng.integers(0, 9, days)}


def at_once(spec, replication, *, audit=False, threads=1):
    """Return a run whose every number depends on scenario, seed and replication; costs next to nothing."""
    daily, statement = _series(spec.days, spec.seed)
    shift = replication + spec.all_brands()[0].all_products()[0].price / 1000
    daily = daily | {"orders": daily["orders"] + shift, "trust": np.full(spec.days, np.nan)}
    summary = {name: float(k) + shift / 7 for k, name in enumerate(SUMMARY)} | {"ltv_fen": float("nan")}
    return RunRecord(spec.name, {"zh": "", "en": ""}, spec.seed, replication, spec.days, spec.people, daily=daily,
                     statement=statement, facts={}, people={}, agents={}, summary=summary)


def naps(spec, replication, **how):
    """Take some milliseconds, as a run of a small world does."""
    time.sleep(0.02)
    return at_once(spec, replication, **how)


def told(spec, replication, **how):
    """Write down who played what."""
    with Path(os.environ["PLAY_MODEL_FOLDER"], "log").open("a") as stream:
        stream.write(f"{os.getpid()} {spec.name} {replication}\n")
    return at_once(spec, replication, **how)


def poisoned(spec, replication, **how):
    """Kill the worker at every replication 3."""
    if replication == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return naps(spec, replication, **how)


def fails(spec, replication, **how):
    """Fail every replication 3."""
    if replication == 3:
        raise RunError("no third time")
    return at_once(spec, replication, **how)
