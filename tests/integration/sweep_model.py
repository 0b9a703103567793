"""Stand-ins for the model of a sweep: outcomes that follow the levers by arithmetic, with luck that replications share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np

from sim.core.errors import RunError
from sim.records.run_record import RunRecord

SHIFT = {"community": 0.0, "influencer": -0.2}


def played(spec, replication, *, audit=False, threads=1):
    """Return a run whose losing share is 1 - quality, give or take its luck, and write down that it was played."""
    log = os.environ.get("SWEEP_MODEL_LOG")
    if log:
        with Path(log).open("a") as stream:
            stream.write(f"{spec.name}/{replication}\n")
    quality, price = spec.all_brands()[0].product.quality, spec.all_brands()[0].product.price
    luck = np.random.default_rng([spec.seed, replication]).normal(0.0, 0.02)
    losing = float(1 - quality + SHIFT.get(spec.name, 0.0) + luck)
    summary = {"losing_agent_share": losing, "profit_fen": float(price * 100 * quality + 1e5 * luck), "payback_day": float("nan"),
               "repurchase_rate_90d": 0.3 + luck}
    daily = {"orders": np.full(spec.days, float(replication)), "trust": np.linspace(0.0, quality, spec.days)}
    return RunRecord(spec.name, {"zh": "", "en": ""}, spec.seed, replication, spec.days, spec.people, daily=daily,
                     statement={}, facts={}, people={}, agents={}, summary=summary)


def drifted(spec, replication, **how):
    """The same with a product that sells for a tenth more."""
    run = played(spec, replication, **how)
    run.summary["profit_fen"] *= 1.1
    return run


def poisoned(spec, replication, **how):
    """Fail replication 1 at high quality, always."""
    if replication == 1 and spec.all_brands()[0].product.quality > 0.8:
        raise RunError("the books do not balance on day 3")
    return played(spec, replication, **how)


def interrupted(spec, replication, **how):
    """Press Ctrl-C when the last replication begins, once."""
    mark = Path(os.environ["SWEEP_MODEL_LOG"]).with_suffix(".mark")
    if replication == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGINT)
    return played(spec, replication, **how)
