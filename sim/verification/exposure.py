"""Bought impressions are a Poisson exposure, thinned by attention; leads fall on people as balls into urns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.accounts import Purpose
from sim.verification import formulas
from sim.verification.check import Check, exact, near, require, share
from sim.verification.quiet import days_of, quiet
from sim.verification.scripted import Feed, Feeds, Impressions, Leads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.records.verification import Figure

RATES = (0.5, 1.0, 2.0, 3.0)
LEAD_FEN = 800


def reach(seed: int) -> Iterator[Figure]:
    """Impressions for everybody alike: how many different people they reach."""
    people, days = 5_000, 24
    spec = quiet(people, days, [Impressions(counts=tuple(int(rate * people) for rate in RATES))], seed=seed,
                 attention={"mode": "all"})
    reached = np.array([day.reach for _, day in days_of(spec)]).reshape(-1, len(RATES))
    for rate, found in zip(RATES, reached.T, strict=True):
        mean, sd = formulas.reach(int(rate * people), people)
        require(abs(mean / people - (1 - np.exp(-rate))) < 1e-3, "so many people are not near the limit")
        yield near(f"λ = {rate:g}", found.mean() / people, mean / people, sd / people / np.sqrt(len(found)))


def thinned(seed: int) -> Iterator[Figure]:
    """Each impression is noticed with a chance of one quarter."""
    people, days, seen, rate = 5_000, 20, 0.25, 2.0
    spec = quiet(people, days, [Impressions(counts=(int(rate * people),))], attention={"background_items": 120}, seed=seed,
                 population={"attention_low": 120 * seen, "attention_high": 120 * seen})
    reached = np.array([day.reach for _, day in days_of(spec)]) / people
    yield near(f"λ = {rate:g}, v = {seen}", reached, 1 - np.exp(-rate * seen))


def crowded(seed: int) -> Iterator[Figure]:
    """Posts push each other out of sight: at least one of eight is noticed."""
    people, room, background, items = 5_000, 40.0, 120.0, 8.0
    spec = quiet(people, 10, [Feeds(feeds=(Feed(followers=people, items=items),))], seed=seed,
                 attention={"background_items": background}, population={"attention_low": room, "attention_high": room})
    reached = np.array([day.reach for _, day in days_of(spec)]) / people
    yield near(f"A = {room:g}, B = {background:g}, m = {items:g}", reached, 1 - (1 - room / (background + items)) ** items)


def targeted(seed: int) -> Iterator[Figure]:
    """A targeted impression is drawn by interest, by rejection with sixteen attempts; the last is kept anyway."""
    people, days = 20_000, 6
    spec = quiet(people, days, [Impressions(counts=(people,), targeting=1.0)], attention={"mode": "all"}, seed=seed,
                 repurchase={"mode": "always"})
    shares = []
    for state, day in days_of(spec):
        weight = state.world.people.interest[:, 0].astype(float)
        mine = state.world.people.taste == state.world.products.category[0]
        shares.append(float(mine[day.events.ordered.person].mean()))
    mean = weight.mean()
    missed = (1 - mean) ** 16
    met = 1 - np.exp(-(1 - missed) * weight / mean - missed * (1 - weight) / (1 - mean))
    expected = met[mine].sum() / met.sum()
    require(expected > 1.8 * mine.mean(), "targeting makes hardly any difference")
    yield share("λ = 1", float(np.mean(shares)), expected, people * met.mean() * days)


def leads(seed: int) -> Iterator[Figure]:
    """Different people after so many leads, and what was paid for them."""
    people, a_day, days = 2_000, 100, 40
    lived = list(days_of(quiet(people, days, [Leads(counts=(a_day,), lead_fen=LEAD_FEN)], seed=seed)))
    state, joined = lived[-1][0], [len(day.events.joined) for _, day in lived]
    yield exact(f"m = {a_day * days}: paid, fen", -int(state.ledger.statement[0, Purpose.LEAD].sum()), LEAD_FEN * a_day * days)
    for m in (500, 2_000, 4_000):
        mean, sd = formulas.reach(m, people)
        yield near(f"m = {m}, N = {people}", sum(joined[: m // a_day]), mean, sd)


def dearer(seed: int) -> Iterator[Figure]:
    """The share of leads that are new people falls as the market is known, so a new contact grows dearer."""
    people, a_day, days, runs = 500, 50, 20, 30
    fresh = np.array([[len(day.events.joined) for _, day in
                       days_of(quiet(people, days, [Leads(counts=(a_day,), lead_fen=LEAD_FEN)], seed=seed + k))]
                      for k in range(runs)])
    for day in (0, 9, 19):
        before, after = (formulas.reach(a_day * d, people)[0] for d in (day, day + 1))
        yield near(f"N = {people}, d = {day}: new a lead", fresh[:, day] / a_day, (after - before) / a_day)
    require(fresh[:, 19].mean() * 5 < fresh[:, 0].mean(), "a new contact hardly grows dearer")


_URN = "E[reached of N by m] = N·(1 - (1 - 1/N)^m)"
CHECKS = (
    Check("reach", f"share reached by λ a person: 1 - e^(-λ); exactly {_URN}", ("Feller1968",), reach),
    Check("reach_thinned", "noticed with chance v: 1 - e^(-λv)", ("HodasLerman2012",), thinned),
    Check("reach_crowded", "room for A of B + m items: at least one of m seen = 1 - (1 - A/(B+m))^m", ("HodasLerman2012",), crowded),
    Check("reach_targeted", "people reached in proportion to 1 - e^(-λ·w/mean(w)), w their interest; 16 attempts at rejection",
          ("Feller1968",), targeted),
    Check("leads", _URN, ("Feller1968",), leads),
    Check("leads_dearer", "new contacts a lead after m leads: (1 - 1/N)^m, so the price of one grows as its inverse",
          ("Feller1968",), dearer),
)
