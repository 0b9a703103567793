"""A model of arithmetic for claims: profit is a formula of the scenario, luck is common to all arms."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np

from tests.synthetic import make_run


def run_once(spec, replication, *, audit=False, threads=1):
    """Return a run whose last profit is host hours x (host_effect + decay - .05) yuan, and luck."""
    log = os.environ.get("CLAIM_MODEL_LOG")
    if log:
        with Path(log).open("a") as stream:
            stream.write(f"{replication}\n")
    run = make_run("community", replication, days=spec.days, n_people=spec.people, seed=spec.seed)
    audience, host = spec.mechanisms.audience, spec.strategies[0].host_hours
    luck = np.random.default_rng([spec.seed, replication]).normal(0.0, 1e6)
    own = np.random.default_rng([spec.seed, replication, round(1000 * host)]).normal(0.0, 10.0)
    profit = run.daily["profit_fen"].copy()
    profit[-1] = luck + own + 1e5 * host * (audience.host_effect + audience.decay - 0.11 + 0.05 * (audience.noise > 0))
    return dataclasses.replace(run, strategy=spec.name, daily=run.daily | {"profit_fen": profit})


def interrupted(spec, replication, **how):
    """Press Ctrl-C when replication 2 begins, once."""
    mark = Path(os.environ["CLAIM_MODEL_LOG"] + ".interrupted")
    if replication == 2 and not mark.exists():
        mark.touch()
        raise KeyboardInterrupt
    return run_once(spec, replication, **how)


def poisoned(spec, replication, **how):
    """Fail replication 1 of every scenario."""
    if replication == 1:
        raise RuntimeError("the books do not balance")
    return run_once(spec, replication, **how)
