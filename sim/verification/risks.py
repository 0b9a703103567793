"""Accounts under a constant hazard, fakes that come to light, searches for spies: chances and what they compound to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.exchange.events import Reason
from sim.verification.check import Check, near, require, share
from sim.verification.quiet import days_of, finished, quiet
from sim.verification.scripted import Feed, Feeds, Hosted, Planter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.records.verification import Figure

HAZARD = 0.005
GROUPS = 600
SPIES, INNOCENTS = 2_000, 3_000


def banned(accounts: int, days: int, correlation: float, seed: int, owners: int = 1) -> NDArray[np.int64]:
    """Return the first day on which each account was banned, (owners, accounts); `days` if never."""
    sellers = [Feeds(id=f"s{k:02d}", feeds=(Feed(last_day=-1, owned=True),) * accounts) for k in range(owners)]
    spec = quiet(10, days, sellers, seed=seed, enforcement={
        "enabled": True, "base": HAZARD, "per_post": 0, "per_report": 0, "correlation": correlation,
        "first_ban": 36_500})
    first = np.full(accounts * owners, days)
    for _, day in days_of(spec):
        hit = day.events.enforced.account
        require((first[hit] == days).all(), "an account was banned twice")
        first[hit] = day.number
    return first.reshape(owners, accounts)


def survival(seed: int) -> Iterator[Figure]:
    """Many accounts do not keep more of the reach on average, they only seldom go all at once."""
    days, accounts = 180, 3_000
    lost = (banned(accounts, days, 0.0, seed) < days).ravel()
    one = 1 - (1 - HAZARD) ** days
    require(abs(1 - one - math.exp(-HAZARD * days)) < 2e-3, "whole days are not near the limit")
    for m, published in ((1, 0.593), (3, 0.209), (5, 0.0736)):
        sets = lost.reshape(-1, m)
        require(abs(one**m - published) < 2e-3, "theory is not the published figure")
        yield near(f"m = {m}: mean surviving share", 1 - sets.mean(axis=1), 1 - one)
        yield share(f"m = {m}: P(all lost)", float(sets.all(axis=1).mean()), one**m, len(sets))


def correlated(seed: int) -> Iterator[Figure]:
    """A platform that connects the accounts of an owner takes the gain of having many away."""
    together = banned(4, 60, 1.0, seed, owners=30)
    require((together == together[:, :1]).all(), "accounts of one owner go on different days at a correlation of 1")
    days, rho, h = 40, 0.5, HAZARD
    pairs = np.concatenate([banned(2, days, rho, seed + k, owners=30) for k in range(20)])
    # Both stand until the day of the first hit; on it both are hit at once, or one is and the other follows with rho.
    none = (1 - h) ** (2 * days)
    one_only = sum((1 - h) ** (2 * d) * 2 * h * (1 - h) * (1 - rho) * (1 - h) ** (days - 1 - d) for d in range(days))
    both = 1 - none - one_only
    require(both > 2 * (1 - (1 - h) ** days) ** 2, "correlation makes hardly any difference")
    yield share(f"ρ = {rho}, t = {days}", float((pairs < days).all(axis=1).mean()), both, len(pairs))


def second_ban(seed: int) -> Iterator[Figure]:
    """A first ban ends after its days, the second never: geometric, closed, geometric."""
    days, length = 400, 30
    spec = quiet(10, days, [Feeds(feeds=(Feed(last_day=-1),) * 2_000)], seed=seed, enforcement={
        "enabled": True, "base": HAZARD, "per_post": 0, "per_report": 0, "correlation": 0, "first_ban": length})
    accounts = finished(spec).world.accounts
    twice = sum(HAZARD * (1 - HAZARD) ** d * (1 - (1 - HAZARD) ** max(0, days - length - d)) for d in range(days))
    yield share(f"t = {days}, b = {length}", float((accounts.bans == 2).mean()), twice, len(accounts))
    require(accounts.bans.max() == 2, "an account was banned a third time")


def found_out(fakes: int, posts: float, p: float, seed: int, days: int = 1) -> list[float]:
    """Return the share of groups whose fakes have been found out by the end of each day."""
    hosted = Hosted(feeds=(Feed(kind="group", owned=True, items=posts),) * GROUPS, fakes=fakes)
    spec = quiet(10, days, [hosted], detection={"fake_detection": p}, seed=seed)
    return [float(state.world.channels.unmasked.mean()) for state, _ in days_of(spec)]


def fakes(seed: int) -> Iterator[Figure]:
    """Every post of every fake may give it away: on one day, over a month, over a year."""
    for f, posts, p in ((1, 3.0, 0.02), (5, 3.0, 0.02), (20, 1.5, 0.01), (3, 10.0, 0.2)):
        (found,) = found_out(f, posts, p, seed)
        yield share(f"f = {f}, m = {posts:g}, p = {p}, t = 1", found, 1 - (1 - p) ** (f * posts), GROUPS)
    for day, found in enumerate(found_out(4, 3.0, 0.004, seed, 30), start=1):
        if day in {1, 2, 5, 10, 20, 30}:
            yield share(f"f = 4, m = 3, p = 0.004, t = {day}", found, 1 - (1 - 0.004) ** (4 * 3 * day), GROUPS)
    year = found_out(1, 3.0, 0.0002, seed, 365)[-1]
    require(year < 0.3, "one fake is found out too often at the default")
    yield share("f = 1, m = 3, p = 0.0002, t = 365", year, 1 - (1 - 0.0002) ** (3 * 365), GROUPS)


def searched(times: int, seed: int, **detection: Any) -> tuple[int, int]:
    """Return how many spies and innocents so many searches remove from a group in which nobody ever reads."""
    feed = Feed(people=tuple(range(SPIES, SPIES + INNOCENTS)), kind="group", owned=True, visibility=0.0, commercial=0.0)
    club = Hosted(feeds=(feed,), screen_days=tuple(range(2, 2 + times)), brand=1)
    spec = quiet(SPIES + INNOCENTS, 2 + times, [club, Planter(people=tuple(range(SPIES)))], brands=2, detection=detection,
                 audience={"mode": "living", "leave": 0.0, "mute_base": 0.0}, seed=seed)
    gone = np.concatenate([day.events.left.person[day.events.left.reason == Reason.SCREENED] for _, day in days_of(spec)])
    return int((gone < SPIES).sum()), int((gone >= SPIES).sum())


def screening(seed: int) -> Iterator[Figure]:
    """Spies go with one chance, silent innocents with another, and each search is a new one."""
    for times, finds, errs in ((1, 0.5, 0.05), (3, 0.5, 0.05), (2, 0.2, 0.3)):
        spies, innocents = searched(times, seed, screen_finds=finds, screen_errs=errs, silent_days=1)
        yield share(f"n = {times}, p = {finds}: spies", spies / SPIES, 1 - (1 - finds) ** times, SPIES)
        yield share(f"n = {times}, p = {errs}: silent members", innocents / INNOCENTS, 1 - (1 - errs) ** times, INNOCENTS)


CHECKS = (
    Check("account_survival", "surviving share e^(-ht) for any m; P(all m lost) = (1 - e^(-ht))^m; whole days: (1 - h)^t", ("Feller1968",), survival),
    Check("account_correlation", "P(both lost) = 1 - (1-h)^(2t) - Σ (1-h)^(2d)·2h(1-h)(1-ρ)(1-h)^(t-1-d)", ("Feller1968",), correlated),
    Check("second_ban", "P(two bans) = Σ h(1-h)^d·(1 - (1-h)^max(0, t-b-d))", ("Feller1968",), second_ban),
    Check("fakes", "P(found out by day t) = 1 - (1 - p)^(f·m·t)", ("Feller1968",), fakes),
    Check("screening", "removed by n searches = 1 - (1 - p)^n", ("Feller1968",), screening),
)
