"""Stand-ins for the model whose answers are known: Ishigami's function, a hill, a firm of parts that work together."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np

from sim.records.outcomes import LAST_TOUCH_FEN
from sim.scenario.spec import strategy_id
from tests.integration.play_model import at_once

A, B = 7.0, 0.1
_V1, _V2, _V13 = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, B**2 * np.pi**8 * (1 / 18 - 1 / 50)
ISHIGAMI_FIRST = np.array([_V1, _V2, 0.0]) / (_V1 + _V2 + _V13)
ISHIGAMI_TOTAL = np.array([_V1 + _V13, _V2, _V13]) / (_V1 + _V2 + _V13)
"""First and total order of its three arguments, in closed form [IshigamiHomma1990]."""


def ishigami_of(unit):
    """Return sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 with x from -pi to pi over the unit cube."""
    x = (2 * np.asarray(unit) - 1) * np.pi
    return np.sin(x[..., 0]) + A * np.sin(x[..., 1]) ** 2 + B * x[..., 2] ** 4 * np.sin(x[..., 0])


def unit_of(spec):
    """Return three parameters of a scenario that lie in [0, 1]."""
    product = spec.all_brands()[0].product
    return np.array([spec.strategies[0].cpm_drift, product.quality, product.claimed_quality or 0.0])


def _run(spec, replication, **outcomes):
    run = at_once(spec, replication)
    return dataclasses.replace(run, summary=run.summary | outcomes)


def ishigami(spec, replication, **_):
    """Return Ishigami's function as profit; luck moves all points alike."""
    return _run(spec, replication, profit_fen=float(ishigami_of(unit_of(spec))) + 100.0 * replication)


def noisy(spec, replication, **_):
    """Return a line with luck of its own at every point and replication, as large as the slope."""
    unit = unit_of(spec)
    luck = np.random.default_rng([replication, *(int(1e6 * u) for u in unit)]).normal()
    return _run(spec, replication, profit_fen=float(10 * unit[0] + 10 * luck))


def sometimes(spec, replication, **_):
    """Leave the outcome undefined where the first parameter is high."""
    unit = unit_of(spec)
    return _run(spec, replication, profit_fen=float("nan") if unit[0] > 0.9 else float(unit[1]))


def hill(spec, replication, **_):
    """Return a hill with its top at (0.3, 0.6), and losing agents that grow with the first parameter."""
    u = unit_of(spec)
    log = os.environ.get("STUDY_MODEL_LOG")
    if log:
        with Path(log).open("a") as stream:
            stream.write(f"{u[0]:.6f} {u[1]:.6f} {u[2]:.6f} {replication}\n")
    profit = 1e6 * (1 - (u[0] - 0.3) ** 2 - (u[1] - 0.6) ** 2) + 10 * replication
    return _run(spec, replication, profit_fen=float(profit), losing_agent_share=float(u[0]), ultimate_user_share=float(1 - u[1]),
                buyers=float(100 * u[0] + 50 * u[2]))


def gusts(spec, replication, **_):
    """Return the hill under luck that all candidates share, worse from run to run and larger than the hill, and some of their own.

    The condition's outcome sways too; payback never comes in every second run where the first parameter is low.
    """
    u = unit_of(spec)
    own = np.random.default_rng([replication, *(int(1e6 * x) for x in u)])
    profit = 1e6 * (1 - (u[0] - 0.3) ** 2 - (u[1] - 0.6) ** 2) - 1e6 * replication + 2e4 * own.normal()
    never = u[0] < 0.5 and replication % 2
    return _run(spec, replication, profit_fen=float(profit), ultimate_user_share=float(1 - u[1] + 0.02 * own.normal()),
                payback_day=float("nan") if never else float(10 + 40 * u[0]))


def counted(spec, replication, **_):
    """Return a line in a number that is whole."""
    return _run(spec, replication, profit_fen=12.0 * spec.strategies[0].recruits.visible)


def stops(spec, replication, **how):
    """Press Ctrl-C once, after some runs."""
    mark = Path(os.environ["STUDY_MODEL_LOG"]).with_suffix(".stopped")
    log = Path(os.environ["STUDY_MODEL_LOG"])
    if not mark.exists() and log.exists() and len(log.read_text().splitlines()) >= 23:
        mark.touch()
        raise KeyboardInterrupt
    return hill(spec, replication, **how)


def parts(spec, replication, **_):
    """Return a firm: ads bring 100, a community 60, both together 50 more; talk brings 20, with a community only."""
    there = {strategy_id(one) for one in spec.strategies}
    talk = spec.mechanisms.word_of_mouth.enabled
    worth = 1000 + replication
    worth += 100 * ("paid_ads" in there) + 60 * ("community" in there) + 50 * ({"paid_ads", "community"} <= there)
    worth += 20 * (talk and "community" in there)
    touched = {f"{LAST_TOUCH_FEN}{name}": 300.0 for name in there}
    run = _run(spec, replication, profit_fen=float(worth), gmv_fen=float(2 * worth))
    return dataclasses.replace(run, facts={f"{LAST_TOUCH_FEN}": 2.0 * worth - 300 * len(there), **touched})


def blown(spec, replication, **_):
    """Return a firm of two whose revenue last touch books rightly over all runs, while each run is blown off by luck."""
    there = {strategy_id(one) for one in spec.strategies}
    luck = np.random.default_rng(replication).normal(size=2) * 200
    worth = 1000 + (100 + luck[0]) * ("paid_ads" in there) + (60 + luck[1]) * ("community" in there)
    run = _run(spec, replication, gmv_fen=float(worth), profit_fen=float(worth))
    touched = {f"{LAST_TOUCH_FEN}{name}": booked for name, booked in (("paid_ads", 100.0), ("community", 60.0)) if name in there}
    return dataclasses.replace(run, facts={f"{LAST_TOUCH_FEN}": worth - sum(touched.values()), **touched})


def parts_poisoned(spec, replication, **how):
    """Fail replication 1 of the firm with a community only."""
    if replication == 1 and {strategy_id(one) for one in spec.strategies} == {"community"}:
        raise RuntimeError("the books do not balance")
    return parts(spec, replication, **how)


def fails(spec, replication, **_):
    """Fail every run."""
    raise RuntimeError("nothing works")
