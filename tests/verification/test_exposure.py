"""Bought impressions are a Poisson exposure: reach 1 - e^-lambda, thinned by attention."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.verification import formulas
from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Feed, Feeds, Impressions

RATES = (0.5, 1.0, 2.0, 3.0)


def test_reach_of_impressions(agree: Any) -> None:
    people, days = 5_000, 24
    spec = quiet(people, days, [Impressions(counts=tuple(int(rate * people) for rate in RATES))],
                 attention={"mode": "all"})
    reached = np.array([day.reach for _, day in days_of(spec)]).reshape(-1, len(RATES))
    for rate, found in zip(RATES, reached.T, strict=True):
        mean, sd = formulas.reach(int(rate * people), people)
        assert mean / people == pytest.approx(1 - np.exp(-rate), abs=1e-3)
        agree(f"reach of {rate} impressions a person", found.mean() / people, mean / people,
              sd / people / np.sqrt(len(found)))


def test_limited_attention_thins_the_exposure(agree: Any) -> None:
    people, days, seen, rate = 5_000, 20, 0.25, 2.0
    spec = quiet(people, days, [Impressions(counts=(int(rate * people),))], attention={"background_items": 120},
                 population={"attention_low": 120 * seen, "attention_high": 120 * seen})
    reached = np.array([day.reach for _, day in days_of(spec)]) / people
    agree("reach, each impression noticed with chance 1/4", reached, 1 - np.exp(-rate * seen))


def test_posts_push_each_other_out_of_sight(agree: Any) -> None:
    people, room, background, items = 5_000, 40.0, 120.0, 8.0
    feeds = Feeds(feeds=(Feed(followers=people, items=items),))
    spec = quiet(people, 10, [feeds], attention={"background_items": background},
                 population={"attention_low": room, "attention_high": room})
    reached = np.array([day.reach for _, day in days_of(spec)]) / people
    agree("at least one of 8 posts noticed", reached, 1 - (1 - room / (background + items)) ** items)


def test_targeted_impressions_follow_interest(agree: Any) -> None:
    """A targeted impression is drawn by interest, by rejection with sixteen attempts; the last is kept anyway."""
    people, days = 20_000, 6
    spec = quiet(people, days, [Impressions(counts=(people,), targeting=1.0)], attention={"mode": "all"},
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
    assert expected > 1.8 * mine.mean()
    agree("share of the interested among those reached", np.mean(shares), expected,
          np.sqrt(expected * (1 - expected) / (people * met.mean() * days)))
