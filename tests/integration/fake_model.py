"""Stand-ins for the model, named by `Options.model`: arithmetic instead of people."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from pathlib import Path

import numpy as np

from sim.core.errors import RunError
from tests.synthetic import OPENING, TITLES, make_run


def run_once(spec, replication, *, audit=False, threads=1):
    """Return the synthetic run of the scenario's name; price levers shift its profit."""
    shape = spec.name.split("-")[0]
    made = make_run(shape if shape in TITLES else "community", replication, days=spec.days, n_people=spec.people,
                    seed=spec.seed)
    shift = float(spec.all_brands()[0].cash - OPENING)
    daily = made.daily | {"cash_fen": made.daily["cash_fen"] + shift}
    return dataclasses.replace(made, strategy=spec.name, daily=daily, timings={"threads": float(threads)})


def dies_once(spec, replication, **how):
    """Kill the worker the first time replication 1 of `influencer` is tried."""
    mark = Path(os.environ["FAKE_MODEL_FOLDER"], "died")
    if (spec.name, replication) == ("influencer", 1) and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_once(spec, replication, **how)


def poisoned(spec, replication, **how):
    """Fail replication 1 of `influencer`, always."""
    if (spec.name, replication) == ("influencer", 1):
        raise RunError("the books do not balance on day 3")
    return run_once(spec, replication, **how)


def poisoned_first(spec, replication, **how):
    """Fail replication 0 of `influencer`, always."""
    if (spec.name, replication) == ("influencer", 0):
        raise RunError("the first is the hardest")
    return run_once(spec, replication, **how)


def hopeless(spec, replication, **how):
    """Fail every run of `influencer`."""
    if spec.name == "influencer":
        raise RunError("no day can be simulated")
    return run_once(spec, replication, **how)


def interrupted(spec, replication, **how):
    """Press Ctrl-C in the parent when replication 2 begins, once."""
    mark = Path(os.environ["FAKE_MODEL_FOLDER"], "interrupted")
    log = Path(os.environ["FAKE_MODEL_FOLDER"], "log")
    with log.open("a") as stream:
        stream.write(f"{spec.name}/{replication}\n")
    if replication == 2 and not mark.exists():
        mark.touch()
        if how["threads"] and os.environ["FAKE_MODEL_PARENT"] != str(os.getpid()):
            os.kill(int(os.environ["FAKE_MODEL_PARENT"]), signal.SIGINT)
            time.sleep(60)
        raise KeyboardInterrupt
    return run_once(spec, replication, **how)


def with_a_kernel(spec, replication, **how):
    """Call a kernel and write down this process and whether it compiled it or found it compiled.

    From replication 1 on, wait until two processes have: a run is over before the second worker is up.
    """
    from sim.core import draws

    log = Path(os.environ["FAKE_MODEL_FOLDER"], "log")
    draws.uniform(np.uint64(spec.seed), np.uint64(replication))
    compiled = sum(draws.uniform.dispatcher().stats.cache_misses.values())
    with log.open("a") as stream:
        stream.write(f"{os.getpid()} {'compiled' if compiled else 'loaded'}\n")
    deadline = time.monotonic() + 60
    while replication and len({line.split()[0] for line in log.read_text().splitlines()}) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return run_once(spec, replication, **how)


def racing(spec, replication, **how):
    """Return a run whose profit is known: `best` leads `close` by 3,000 yuan on shared luck, `far` is 100,000 behind."""
    rng = np.random.default_rng([spec.seed, replication])
    name = spec.name.split("-")[0]
    luck, own = rng.normal(0, 1_000_000), np.random.default_rng([len(name), replication]).normal(0, 150_000)
    level = {"best": 300_000, "close": 0, "far": -10_000_000}[name]
    made = run_once(spec, replication, **how)
    daily = made.daily | {"profit_fen": np.full(spec.days, level + luck + own)}
    return dataclasses.replace(made, daily=daily)


def paying_back(spec, replication, **how):
    """Return a run that pays back on a known day: `close` on day 2 in every second run only, `best` about day 5, `far` never."""
    made = racing(spec, replication, **how)
    profit = np.full(spec.days, -1.0)
    name = spec.name.split("-")[0]
    if name == "best":
        profit[5 + replication % 2:] = 1.0
    elif name == "close" and replication % 2:
        profit[2:] = 1.0
    return dataclasses.replace(made, daily=made.daily | {"profit_fen": profit})


def racing_poisoned(spec, replication, **how):
    """Fail replication 1 of `close`, always."""
    if (spec.name, replication) == ("close", 1):
        raise RunError("the books do not balance on day 3")
    return racing(spec, replication, **how)


def racing_hopeless(spec, replication, **how):
    """Fail every run of `close`."""
    if spec.name == "close":
        raise RunError("no day can be simulated")
    return racing(spec, replication, **how)


def racing_interrupted(spec, replication, **how):
    """Press Ctrl-C when replication 2 begins, once."""
    mark = Path(os.environ["FAKE_MODEL_FOLDER"], "interrupted")
    with Path(os.environ["FAKE_MODEL_FOLDER"], "log").open("a") as stream:
        stream.write(f"{spec.name}/{replication}\n")
    if replication == 2 and not mark.exists():
        mark.touch()
        raise KeyboardInterrupt
    return racing(spec, replication, **how)
