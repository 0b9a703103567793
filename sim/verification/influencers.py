"""The roster of influencers has its heavy tail, labels drift as written, and few of those who come for fun buy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.strategies.roster import cosine, draw_followers, drifted, label_of_fit
from sim.verification import formulas
from sim.verification.check import Check, exact, near, require, share
from sim.verification.quiet import finished, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.model.state import RunState
    from sim.records.verification import Figure


def tail(seed: int) -> Iterator[Figure]:
    """Hill's estimator on a roster with hardly any cut-off, and the mean of one that is cut off."""
    n, least = 4_000, 1_000
    for exponent in (2.1, 2.3, 2.6):
        followers = draw_followers(np.uint64(seed + 6), n, least, 10**12, exponent)
        hill = 1.0 / np.log((followers + 0.5) / least).mean()
        yield near(f"α = {exponent}", hill + 1.0, exponent, (exponent - 1.0) / np.sqrt(n))
    a, lo, hi = 1.3, 300, 6_000
    followers = draw_followers(np.uint64(seed + 2), n, lo, hi, a + 1.0)
    require(followers.min() >= lo, "somebody has too few followers")
    require(followers.max() <= hi, "somebody has too many followers")
    mean = a / (a - 1.0) * lo * (1.0 - (lo / hi) ** (a - 1.0)) / (1.0 - (lo / hi) ** a)
    yield near(f"α = {a + 1}, {lo} to {hi}: mean", followers + 0.5, mean)


def drift(seed: int) -> Iterator[Figure]:
    """A drawn label has the fit asked for; n sponsored slots pull it towards the product."""
    del seed
    for f in (0.0, 0.3, 0.7, 1.0):
        label = label_of_fit(f, 2, 6, 0.3)
        yield exact(f"cos = {f}", float(cosine(label[None], 2)[0]), f, 1e-9)
    f, rate, n = 0.4, 0.005, 200
    labels = np.stack([label_of_fit(f, 0, 6, 0.5)] * 2)
    for _ in range(n):
        labels = drifted(labels, np.array([1]), 0, rate)
    kept = (1 - rate) ** n
    along, beside = f * kept + (1 - kept), np.sqrt(1 - f**2) * kept
    found = cosine(labels, 0)
    yield exact(f"cos = {f}, no slot", float(found[0]), f, 1e-9)
    yield exact(f"cos = {f}, r = {rate}, n = {n}", float(found[1]), float(along / np.hypot(along, beside)), 1e-9)


def sold(roster: list[dict[str, Any]], days: int, seed: int, levers: dict[str, Any], choice: dict[str, Any]) -> RunState:
    """Everybody meets every slot in full; only fit and trust tell the influencers apart."""
    fixed = {"kind": "influencer", "roster": roster, "every_days": 1, "fee_per_follower": 0, "discount": 0,
             "commission": 0.2, "drift": 0, "trust": 0}
    # One day's heat is seen in full, so that exposures are as many as followers.
    return finished(quiet(10_000, days, [fixed | levers], attention={"mode": "all"}, heat={"window": 1},
                          repurchase={"mode": "always"}, choice=choice, seed=seed))


def fun(seed: int) -> Iterator[Figure]:
    """Conversion is in proportion to the fit of the label and falls with entertainment: 1 : .6 : .2, half at half the fit."""
    p, days = 0.01, 30
    odds = {"mode": "logit", "b_quality": 0, "b_need": 0, "b_trust": 0, "b_peers": 0, "b_fatigue": 0,
            "doors": {"live": formulas.logit(p), "feed": formulas.logit(p)}}
    for form in ("live", "post"):
        for f, e in ((1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 0.5)):
            state = sold([{"followers": 10_000, "fit": f, "entertainment": e}], days, seed, {"format": form}, odds)
            part = f * (1 - 0.8 * e)
            expected = part * p / (1 - p + part * p)
            require(abs(expected - part * p) < 0.01 * part * p, "the chance is not small enough for proportion")
            found = float(state.recorder.series["orders"].sum()) / (10_000 * days)
            yield share(f"{form}: cos = {f:g}, e = {e:g}", found, expected, 10_000 * days)


CHECKS = (
    Check("followers_tail", "P(followers > x) = (x/least)^-(α-1); Hill's estimate of α; cut off at l and h: mean = "
          "a/(a-1)·l·(1 - (l/h)^(a-1))/(1 - (l/h)^a), a = α - 1", ("Kwak2010",), tail),
    Check("label_drift", "cos after n slots = (f·k + 1 - k)/√((f·k + 1 - k)² + (1 - f²)k²), k = (1 - r)^n", ("ChengZhang2025",), drift),
    Check("entertainment", "odds × cos × (1 - .8e): P = x·p/(1 - p + x·p), x = cos·(1 - .8e)", ("Train2009",), fun),
)
