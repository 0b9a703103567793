"""Accounts under a constant hazard: mean survival is the same for any number, total loss is not (claim 25)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.verification.quiet import days_of, finished, quiet
from tests.conformance.strategies import Feed, Feeds

HAZARD = 0.005


def banned(accounts: int, days: int, correlation: float, seed: int = 1, owners: int = 1) -> np.ndarray[Any, Any]:
    """Return the first day on which each account was banned, (owners, accounts); `days` if never."""
    sellers = [Feeds(id=f"s{k:02d}", feeds=(Feed(last_day=-1, owned=True),) * accounts) for k in range(owners)]
    spec = quiet(10, days, sellers, seed=seed, enforcement={
        "enabled": True, "base": HAZARD, "per_post": 0, "per_report": 0, "correlation": correlation,
        "first_ban": 36_500})
    first = np.full(accounts * owners, days)
    for _, day in days_of(spec):
        hit = day.events.enforced.account
        assert (first[hit] == days).all()
        first[hit] = day.number
    return first.reshape(owners, accounts)


def test_independent_accounts(agree: Any) -> None:
    days, accounts = 180, 3_000
    lost = (banned(accounts, days, 0.0) < days).ravel()
    one = 1 - (1 - HAZARD) ** days
    assert 1 - one == pytest.approx(math.exp(-HAZARD * days), abs=2e-3)
    for m, published in ((1, 0.593), (3, 0.209), (5, 0.0736)):
        sets = lost.reshape(-1, m)
        total = one**m
        assert total == pytest.approx(published, abs=2e-3)
        agree(f"{m} account(s) of hazard .005: mean surviving share after 180 days", 1 - sets.mean(axis=1), 1 - one)
        agree(f"{m} account(s): all lost", sets.all(axis=1).mean(), total, np.sqrt(total * (1 - total) / len(sets)))


def test_correlated_enforcement_takes_the_gain_away(agree: Any) -> None:
    """With correlation 1 all accounts of an owner go on one day; with rho, a pair loses both sooner."""
    together = banned(4, 60, 1.0, owners=30)
    assert (together == together[:, :1]).all()
    days, rho = 40, 0.5
    pairs = np.concatenate([banned(2, days, rho, seed=s, owners=30) for s in range(1, 21)])
    # Both stand until the day of the first hit; on it both are hit at once, or one is and the other follows with rho.
    h = HAZARD
    none = (1 - h) ** (2 * days)
    one_only = sum((1 - h) ** (2 * d) * 2 * h * (1 - h) * (1 - rho) * (1 - h) ** (days - 1 - d) for d in range(days))
    both = 1 - none - one_only
    found = (pairs < days).all(axis=1)
    agree("pairs of correlation 1/2: both lost", found.mean(), both, np.sqrt(both * (1 - both) / len(found)))
    assert both > 2 * (1 - (1 - h) ** days) ** 2


def test_a_first_ban_ends_after_its_days_and_the_second_never(agree: Any) -> None:
    days, length = 400, 30
    spec = quiet(10, days, [Feeds(feeds=(Feed(last_day=-1),) * 2_000)], enforcement={
        "enabled": True, "base": HAZARD, "per_post": 0, "per_report": 0, "correlation": 0, "first_ban": length})
    accounts = finished(spec).world.accounts
    # Geometric until the first ban, 30 days closed, geometric until the second.
    twice = sum(HAZARD * (1 - HAZARD) ** d * (1 - (1 - HAZARD) ** max(0, days - length - d))
                for d in range(days))
    agree("accounts banned for good after 400 days", (accounts.bans == 2).mean(), twice,
          np.sqrt(twice * (1 - twice) / len(accounts)))
    assert accounts.bans.max() == 2
