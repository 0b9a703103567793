"""A post that stays up is seen as the integral of its decay says; accounts cool, and sponsored posts cost followers.

Switches: everybody looks and nobody buys (`impulse: 0`), so that only heat decides who notices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.integrate import quad

from sim.verification.check import Check, exact, near, require, share
from sim.verification.quiet import days_of, finished, quiet
from sim.verification.scripted import Feed, Feeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.records.verification import Figure

PEOPLE, WINDOW, T0, THETA, TAU = 30_000, 21, 0.5, 0.4, 270.0
IDLE = {"mode": "logit", "impulse": 0}


def integral(first: float, last: float, t0: float = T0, theta: float = THETA) -> float:
    """Integrate the published response (1 + s / t0)^-(1 + theta) numerically, sharing no line with the simulator."""
    return float(quad(lambda s: (1.0 + s / t0) ** -(1.0 + theta), first, last, epsabs=1e-12)[0])


def exposures(seed: int, days: int = WINDOW + 3, people: int = PEOPLE, **heat: Any) -> NDArray[np.float64]:
    """Return how many notice a post of day 0 on each day; everybody looks, so only its heat decides."""
    post = Feed(followers=people, last_day=0, lasting=1)
    spec = quiet(people, days, [Feeds(feeds=(post,))], repurchase={"mode": "off"}, choice=IDLE, heat=heat, seed=seed)
    return np.array([day.noticed for _, day in days_of(spec)], np.float64)


def decay(seed: int) -> Iterator[Figure]:
    """Every day of the window sees its integral, and none after it sees anything."""
    require(abs(integral(0, 1) - 0.4445) < 1e-4, "theory is not the published figure")
    for burst, theta, window in ((0.5, 0.4, 21), (1.0, 0.4, 7), (0.2, 0.5, 30)):
        seen = exposures(seed, window + 2, burst=burst, theta=theta, window=window) / PEOPLE
        for t in (0, 1, 2, 5, window - 1):
            expected = integral(t, t + 1, burst, theta) * np.exp(-t / TAU)
            yield share(f"t₀ = {burst}, θ = {theta}, t = {t}", float(seen[t]), float(expected), PEOPLE)
        yield exact(f"t₀ = {burst}, θ = {theta}, t ≥ {window}", float(seen[window:].max()), 0.0)


def three_days(seed: int) -> Iterator[Figure]:
    """Of all that see a post within 21 days, 69.5 % see it within 72 hours; without heat one seventh."""
    require(abs(integral(0, 3) / integral(0, WINDOW) - 0.695) < 5e-4, "theory is not the published figure")
    for mode, expected in (("burst", integral(0, 3) / integral(0, WINDOW)), ("even", 3 / WINDOW)):
        seen = exposures(seed, mode=mode, cooling=36_500)
        yield share(mode, float(seen[:3].sum() / seen.sum()), expected, seen.sum())


def heat_off(seed: int) -> Iterator[Figure]:
    """With heat off a post is seen as often in all, and alike on every day."""
    even = exposures(seed, mode="even")[:WINDOW] / PEOPLE
    daily = integral(0, WINDOW) / WINDOW
    yield near("seen in all", float(even.sum()), integral(0, WINDOW), np.sqrt(WINDOW * daily * (1 - daily) / PEOPLE))
    spread = (even - daily) / np.sqrt(daily * (1 - daily) / PEOPLE)
    yield near(f"χ² of {WINDOW} days", float((spread**2).sum()), WINDOW, np.sqrt(2 * WINDOW))


def cooling(seed: int) -> Iterator[Figure]:
    """An account cools and is warmed by what it does; the record tells the mean. The widest gap of twenty days."""
    every, tau = 7, 200.0
    for kind, organic, shock in (("feed", 0.0, 0.0), ("feed", 0.003, 0.5), ("live", 0.001, 0.02)):
        posts = tuple(Feed(kind=kind, lasting=1, first_day=d, last_day=d) for d in (0, every))
        spec = quiet(50, 20, [Feeds(feeds=posts)], heat={"organic": organic, "live_shock": shock, "cooling": tau}, seed=seed)
        keep, heat = np.exp(-1 / tau), np.ones(2)
        pairs: list[tuple[float, float]] = []
        for number, (state, _) in enumerate(days_of(spec)):
            live = (np.arange(2) * every == number) & (kind == "live")
            heat = heat * keep + organic + shock * live
            pairs += [*zip(state.world.channels.heat.tolist(), heat.tolist(), strict=True),
                      (float(state.recorder.series["heat"][number]), float(heat.mean()))]
        ours, theory = max(pairs, key=lambda pair: abs(pair[0] - pair[1]))
        yield exact(f"{kind}, o = {organic}, s = {shock}", ours, theory, 1e-12 * theory)


def followers(seed: int) -> Iterator[Figure]:
    """A sponsored post costs .19 % of followers; twice that in the tenth of accounts with the most (domain row 37)."""
    n, loss, rounds = 20, 0.0019, 20
    sizes = np.array([30_000, 30_000, *[10_000] * (n - 2)])
    sizes[0] += 1_000  # the two largest of twenty are the top tenth
    feeds = tuple(Feed(followers=int(size), lasting=1, last_day=rounds - 1) for size in sizes)
    spec = quiet(31_000, rounds + 2, [Feeds(feeds=feeds)], repurchase={"mode": "off"}, choice=IDLE, seed=seed,
                 audience={"mode": "living", "mute_base": 0, "leave": 0})
    left = finished(spec).world.channels.members / sizes
    for which, rate in ((slice(2, None), loss), (slice(0, 2), 2 * loss)):
        yield share(f"ℓ = {rate}, n = {rounds}", float(np.average(left[which], weights=sizes[which])), (1 - rate) ** rounds,
                    sizes[which].sum())


_RESPONSE = "∫ (1 + s/t₀)^-(1+θ) ds"
CHECKS = (
    Check("heat_decay", f"seen on day t = {_RESPONSE} over [t, t+1) × e^(-t/270)", ("CraneSornette2008",), decay),
    Check("heat_72_hours", f"{_RESPONSE} over [0, 3) / over [0, 21) = .695; even: 3/21", ("CraneSornette2008",), three_days),
    Check("heat_off", f"even: {_RESPONSE} over [0, 21) in all, 1/21 of it a day", ("CraneSornette2008",), heat_off),
    Check("account_heat", "H(d+1) = H(d)·e^(-1/τ) + o + s·[live event]", ("CraneSornette2008",), cooling),
    Check("sponsored_followers", "left after n sponsored posts = (1 - ℓ)^n", ("ChengZhang2025",), followers),
)
