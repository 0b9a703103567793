"""Choice is the nested logit, and with `nest: 1` the plain one; one talk shifts its argument by the trust in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.verification import formulas
from sim.verification.quiet import ALONE, days_of, finished, quiet, saved
from tests.conformance.strategies import Feed, Feeds, Terms

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.scenario.spec import ScenarioSpec

PEOPLE, DAYS, SPAN = 6_000, 20, 50.0


def market(utilities: list[float], mu: float, terms: tuple[Terms, ...], products: int = 1,
           days: int = DAYS) -> ScenarioSpec:
    """Everybody meets every offer every day, in a need; trust in the channel c makes its utility `utilities[c]`.

    U = door + b_trust T with everything else at weight zero, door -25 and b_trust 50.
    """
    trust = [(u + SPAN / 2) / SPAN for u in utilities]
    feeds = tuple(Feed(followers=PEOPLE, trust=t, offer=k) for k, t in enumerate(trust))
    goods = [{"price": 100, "unit_cost": 1, "delivery_cost": 0, "uses_days": 30_000}] * products
    return quiet(PEOPLE, days, [Feeds(offers=terms, feeds=feeds)], brand={"products": goods},
                 attention={"mode": "all"}, repurchase={"mode": "always"}, choice={
                     "mode": "logit", "nest": mu, "b_trust": SPAN, "b_quality": 0, "b_need": 0, "b_fatigue": 0,
                     "b_peers": 0, "doors": {"feed": -SPAN / 2}})


def frequencies(spec: ScenarioSpec, n_offers: int, first: int) -> NDArray[np.float64]:
    """Return the share of person-days that bought each offer, float64 (days, n_offers)."""
    return np.array([np.bincount(day.events.ordered.offer - first, minlength=n_offers) / PEOPLE
                     for _, day in days_of(spec)])


def binomial_error(p: float, draws: int = PEOPLE * DAYS) -> float:
    return math.sqrt(p * (1 - p) / draws)


@pytest.mark.parametrize("p", [0.01, 0.05, 0.3, 0.8])
def test_single_offer(p: float, agree: Any) -> None:
    found = frequencies(market([formulas.logit(p)], 0.3, (Terms(),)), 1, 1)
    agree(f"logit, single offer of {p}", found.mean(), p, binomial_error(p))


@pytest.mark.parametrize("mu", [1.0, 0.3])
def test_two_products_and_two_offers_of_one(mu: float, agree: Any) -> None:
    utilities = [-1.0, 0.2, -0.3]
    terms = (Terms(product=0), Terms(product=1), Terms(product=1))
    found = frequencies(market(utilities, mu, terms, products=2), 3, 2).mean(axis=0)
    expected = formulas.nest_chances([[-1.0], [0.2, -0.3]], mu)
    for k, chance in enumerate([*expected[0], *expected[1]]):
        agree(f"nested logit, mu = {mu}, offer {k}", found[k], chance, binomial_error(chance))
    if mu == 1.0:
        plain = np.exp(utilities) / (1 + np.exp(utilities).sum())
        assert np.concatenate(expected) == pytest.approx(plain)
        agree("independence of irrelevant alternatives: ratio of offers 1 and 2", found[1] / found[2],
              math.exp(0.5), math.exp(0.5) * math.sqrt((1 / plain[1] + 1 / plain[2]) / (PEOPLE * DAYS)))


@pytest.mark.parametrize(("mu", "n", "published"), [(1.0, 10, 0.092), (1.0, 30, 0.233), (0.3, 10, 0.020),
                                                    (0.3, 30, 0.027)])
def test_many_sellers_of_one_product(mu: float, n: int, published: float, agree: Any) -> None:
    """Market finding 7: thirty friends who sell one product are not thirty products."""
    u = formulas.logit(0.010)
    found = frequencies(market([u] * n, mu, tuple(Terms() for _ in range(n)), days=8), n, 1)
    expected = sum(formulas.nest_chances([[u] * n], mu)[0])
    assert expected == pytest.approx(published, abs=5e-4)
    draws = PEOPLE * 8
    agree(f"{n} sellers of one product, mu = {mu}", found.sum(axis=1).mean(), expected, binomial_error(expected, draws))
    share = found.sum(axis=0) / found.sum()
    spread = (share - 1 / n) / math.sqrt((1 / n) * (1 - 1 / n) / (found.sum() * PEOPLE))
    assert float((spread**2).sum()) < n + 5 * math.sqrt(2 * n)


def test_price_and_its_elasticity(agree: Any) -> None:
    b_price, ratio = 2.0, 0.8
    base = market([0.0, 0.0], 1.0, (Terms(price_share=ratio), Terms(product=1)), products=2)
    found = frequencies(base, 2, 2).mean(axis=0)
    cheap, dear = formulas.nest_chances([[-b_price * math.log(ratio)], [0.0]], 1.0)
    agree("logit with a price of 80 %", found[0], cheap[0], binomial_error(cheap[0]))
    agree("the other product beside it", found[1], dear[0], binomial_error(dear[0]))
    step = 1e-6
    raised = formulas.nest_chances([[-b_price * math.log(ratio + step)], [0.0]], 1.0)[0][0]
    assert (math.log(raised) - math.log(cheap[0])) / math.log(1 + step / ratio) == pytest.approx(
        -b_price * (1 - cheap[0]), rel=1e-4)


@pytest.mark.parametrize("fit", [0.9, 0.5, 0.1])
def test_conversion_is_in_proportion_to_fit(fit: float, agree: Any) -> None:
    """Domain 4.11: U + ln(fit) multiplies the odds by the fit, so at a small chance the chance itself."""
    p = 0.02
    found = frequencies(market([formulas.logit(p)], 0.3, (Terms(fit=fit),)), 1, 1)
    expected = fit * p / (1 - p + fit * p)
    assert expected == pytest.approx(fit * p, rel=0.02)
    agree(f"logit of {p} at a fit of {fit}", found.mean(), expected, binomial_error(expected))


@pytest.mark.parametrize("mode", ["logit", "certain"])
def test_what_fits_not_at_all_is_never_bought(mode: str) -> None:
    for fit, some in ((0.0, False), (1e-9, False), (1e-6, mode == "certain"), (1.0, True)):
        spec = quiet(300, 3, [Feeds(offers=(Terms(fit=fit),), feeds=(Feed(followers=300),))],
                     choice={"mode": mode, "doors": {"feed": 0}})
        assert bool(finished(spec).recorder.series["orders"].sum()) is some


@pytest.mark.parametrize(("quality", "sign"), [(0.72, 1), (0.2, -1)])
def test_talk_shifts_the_logit_by_one(quality: float, sign: int, tmp_path: Path, agree: Any) -> None:
    """A pleased (or disappointed) friend, fully trusted, adds +1 (or -1) to the utility on that day."""
    pairs, span = 12_000, 40.0  # so that the friend's own offer, door -50, comes to -10 and sells nothing
    door = -span / 2
    speaker, listener = np.arange(pairs), np.arange(pairs) + pairs
    network = saved(tmp_path, speaker, listener, 2 * pairs, trust=1.0)
    groups = {p: listener[k::3] for k, p in enumerate((0.05, 0.3, 0.8))}
    feeds = [Feed(people=tuple(speaker.tolist()), trust=1.0, first_day=1, last_day=1)]
    feeds += [Feed(people=tuple(who.tolist()), trust=(formulas.logit(p) - door) / span, first_day=2, last_day=2)
              for p, who in groups.items()]
    spec = quiet(2 * pairs, 3, [Feeds(feeds=tuple(feeds))], network=network, attention={"mode": "all"},
                 product={"quality": quality}, repurchase={"mode": "always"},
                 word_of_mouth={"enabled": True, "constant_rate": 1, "contact": (0, 0, 0, 1), "shift": 1.0,
                                "shift_decay": 0, "show": (0, 0, 0, 0)},
                 choice={"mode": "logit", "b_trust": span, "b_quality": 0, "b_need": 0, "b_fatigue": 0, "b_peers": 0,
                         "doors": {"feed": door, "tie": -50}})
    state = finished(spec)
    first = state.world.people.first_day[:, 0]
    assert (first[speaker] == 1).all()
    for p, who in groups.items():
        shifted = formulas.sigma(formulas.logit(p) + sign)
        agree(f"logit shift {sign:+d} at {p}", (first[who] == 2).mean(), shifted, binomial_error(shifted, len(who)))


def test_a_constant_outside_option_without_any_offer() -> None:
    assert finished(quiet(500, 5, network=ALONE)).recorder.series["orders"].sum() == 0
