"""Choice is the nested logit, and with `nest: 1` the plain one; one talk shifts its argument by the trust in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.verification import formulas
from sim.verification.check import Check, exact, near, require, share
from sim.verification.quiet import days_of, finished, hand_made, quiet
from sim.verification.scripted import Feed, Feeds, Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.records.verification import Figure
    from sim.scenario.spec import ScenarioSpec

PEOPLE, DAYS, SPAN = 6_000, 20, 50.0
DRAWS = PEOPLE * DAYS


def market(utilities: list[float], mu: float, terms: tuple[Terms, ...], seed: int, products: int = 1,
           days: int = DAYS) -> ScenarioSpec:
    """Everybody meets every offer every day, in a need; trust in the channel c makes its utility `utilities[c]`.

    U = door + b_trust T with everything else at weight zero, door -25 and b_trust 50.
    """
    trust = [(u + SPAN / 2) / SPAN for u in utilities]
    feeds = tuple(Feed(followers=PEOPLE, trust=t, offer=k) for k, t in enumerate(trust))
    goods = [{"price": 100, "unit_cost": 1, "delivery_cost": 0, "uses_days": 30_000}] * products
    return quiet(PEOPLE, days, [Feeds(offers=terms, feeds=feeds)], brand={"products": goods}, seed=seed,
                 attention={"mode": "all"}, repurchase={"mode": "always"}, choice={
                     "mode": "logit", "nest": mu, "b_trust": SPAN, "b_quality": 0, "b_need": 0, "b_fatigue": 0,
                     "b_peers": 0, "doors": {"feed": -SPAN / 2}})


def frequencies(spec: ScenarioSpec, n_offers: int, first: int) -> NDArray[np.float64]:
    """Return the share of person-days that bought each offer, float64 (days, n_offers)."""
    return np.array([np.bincount(day.events.ordered.offer - first, minlength=n_offers) / PEOPLE
                     for _, day in days_of(spec)])


def single(seed: int) -> Iterator[Figure]:
    """One offer, from rarely to mostly bought."""
    for p in (0.01, 0.05, 0.3, 0.8):
        found = frequencies(market([formulas.logit(p)], 0.3, (Terms(),), seed), 1, 1)
        yield share(f"U = {formulas.logit(p):.4f}", found.mean(), p, DRAWS)


def nests(seed: int) -> Iterator[Figure]:
    """One product with one offer beside another with two; with μ = 1 the ratio of any two offers is their own affair."""
    utilities = [-1.0, 0.2, -0.3]
    terms = (Terms(product=0), Terms(product=1), Terms(product=1))
    for mu in (1.0, 0.3):
        found = frequencies(market(utilities, mu, terms, seed, products=2), 3, 2).mean(axis=0)
        expected = formulas.nest_chances([[-1.0], [0.2, -0.3]], mu)
        for k, chance in enumerate([*expected[0], *expected[1]]):
            yield share(f"μ = {mu}, offer {k}", found[k], chance, DRAWS)
        if mu == 1.0:
            plain = np.exp(utilities) / (1 + np.exp(utilities).sum())
            require(np.allclose(np.concatenate(expected), plain), "nests of μ = 1 are not the plain logit")
            yield near("μ = 1: P(1)/P(2)", found[1] / found[2], math.exp(0.5),
                       math.exp(0.5) * math.sqrt((1 / plain[1] + 1 / plain[2]) / DRAWS))


def sellers(seed: int) -> Iterator[Figure]:
    """Thirty friends who sell one product are not thirty products; and each sells as much as the next."""
    u = formulas.logit(0.010)
    for mu, n, published in ((1.0, 10, 0.092), (1.0, 30, 0.233), (0.3, 10, 0.020), (0.3, 30, 0.027)):
        found = frequencies(market([u] * n, mu, tuple(Terms() for _ in range(n)), seed, days=8), n, 1)
        expected = sum(formulas.nest_chances([[u] * n], mu)[0])
        require(abs(expected - published) < 5e-4, "theory is not the published figure")
        yield share(f"μ = {mu}, n = {n}", found.sum(axis=1).mean(), expected, PEOPLE * 8)
        spread = (found.sum(axis=0) / found.sum() - 1 / n) / math.sqrt((1 / n) * (1 - 1 / n) / (found.sum() * PEOPLE))
        yield near(f"μ = {mu}, n = {n}: χ² of their shares", float((spread**2).sum()), n, math.sqrt(2 * n))


def price(seed: int) -> Iterator[Figure]:
    """A price of 80 % beside the list price, and the elasticity that follows."""
    b_price, ratio = 2.0, 0.8
    base = market([0.0, 0.0], 1.0, (Terms(price_share=ratio), Terms(product=1)), seed, products=2)
    found = frequencies(base, 2, 2).mean(axis=0)
    cheap, dear = formulas.nest_chances([[-b_price * math.log(ratio)], [0.0]], 1.0)
    yield share("at 80 %", found[0], cheap[0], DRAWS)
    yield share("the other, at 100 %", found[1], dear[0], DRAWS)
    step = 1e-6
    raised = formulas.nest_chances([[-b_price * math.log(ratio + step)], [0.0]], 1.0)[0][0]
    slope = (math.log(raised) - math.log(cheap[0])) / math.log(1 + step / ratio)
    yield exact("elasticity of theory", slope, -b_price * (1 - cheap[0]), 1e-4 * b_price * (1 - cheap[0]))


def fit(seed: int) -> Iterator[Figure]:
    """Conversion is in proportion to fit, at a small chance."""
    p = 0.02
    for f in (0.9, 0.5, 0.1):
        found = frequencies(market([formulas.logit(p)], 0.3, (Terms(fit=f),), seed), 1, 1)
        expected = f * p / (1 - p + f * p)
        require(abs(expected - f * p) < 0.02 * f * p, "the chance is not small enough for proportion")
        yield share(f"p = {p}, fit {f}", found.mean(), expected, DRAWS)


def talk(seed: int) -> Iterator[Figure]:
    """A pleased (or disappointed) friend, fully trusted, adds +1 (or -1) to the utility on that day."""
    pairs, span = 12_000, 40.0  # so that the friend's own offer, door -50, comes to -10 and sells nothing
    door = -span / 2
    speaker, listener = np.arange(pairs), np.arange(pairs) + pairs
    groups = {p: listener[k::3] for k, p in enumerate((0.05, 0.3, 0.8))}
    feeds = [Feed(people=tuple(speaker.tolist()), trust=1.0, first_day=1, last_day=1)]
    feeds += [Feed(people=tuple(who.tolist()), trust=(formulas.logit(p) - door) / span, first_day=2, last_day=2)
              for p, who in groups.items()]
    for quality, sign in ((0.72, 1), (0.2, -1)):
        with hand_made(speaker, listener, 2 * pairs, trust=1.0) as network:
            spec = quiet(2 * pairs, 3, [Feeds(feeds=tuple(feeds))], network=network, attention={"mode": "all"}, seed=seed,
                         product={"quality": quality}, repurchase={"mode": "always"},
                         word_of_mouth={"enabled": True, "constant_rate": 1, "contact": (0, 0, 0, 1), "shift": 1.0,
                                        "shift_decay": 0, "show": (0, 0, 0, 0)},
                         choice={"mode": "logit", "b_trust": span, "b_quality": 0, "b_need": 0, "b_fatigue": 0,
                                 "b_peers": 0, "doors": {"feed": door, "tie": -50}})
            first = finished(spec).world.people.first_day[:, 0]
        require((first[speaker] == 1).all(), "the friends have not all bought on day 1")
        for p, who in groups.items():
            expected = formulas.sigma(formulas.logit(p) + sign)
            yield share(f"p = {p}, {sign:+d}", (first[who] == 2).mean(), expected, len(who))


CHECKS = (
    Check("logit", "P = e^U / (1 + e^U)", ("McFadden1974", "Train2009"), single),
    Check("nested_logit", "P(i) = e^(I_n)/(1 + Σ e^(I_m)) · e^(U_i/μ)/Σ e^(U_j/μ), I = μ·ln Σ e^(U_j/μ); μ = 1: P(i)/P(j) = e^(U_i - U_j)",
          ("McFadden1978", "Train2009"), nests),
    Check("many_sellers", "n offers of one product: odds n^μ·e^U, e^U = 1/99; shares of sellers χ² with n", ("McFadden1978",), sellers),
    Check("price_elasticity", "U = -b·ln(price/list), elasticity = -b·(1 - P)", ("Tellis1988", "Bijmolt2005"), price),
    Check("fit", "odds × fit: P = fit·p/(1 - p + fit·p)", ("Train2009",), fit),
    Check("talk_shift", "P = σ(logit(p) ± 1)", ("East2008",), talk),
)
