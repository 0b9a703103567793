"""Where there is no heat and nothing is lost; what there is stands in the book, see `test_book.py`."""

from __future__ import annotations

import numpy as np
import pytest

from sim.verification.quiet import days_of, finished, quiet
from tests.conformance.strategies import Feed, Feeds


def test_a_post_that_does_not_stay_is_seen_once_whatever_the_heat() -> None:
    post = Feed(followers=500, last_day=0)
    for mode in ("burst", "even"):
        spec = quiet(500, 5, [Feeds(feeds=(post,))], repurchase={"mode": "off"},
                     choice={"mode": "logit", "impulse": 0}, heat={"mode": mode})
        assert [day.noticed for _, day in days_of(spec)] == [500, 0, 0, 0, 0]


def test_groups_and_owned_audiences_have_no_heat_to_tell() -> None:
    feeds = (Feed(kind="group", owned=True, lasting=1), Feed(kind="contacts", owned=True, lasting=1))
    state = finished(quiet(50, 10, [Feeds(feeds=feeds)]))
    assert (state.world.channels.heat == 1.0).all()
    assert np.isnan(state.recorder.series["heat"]).all()


@pytest.mark.parametrize("feed", [Feed(followers=9_000, lasting=1, commercial=0.0), Feed(followers=9_000, lasting=0),
                                  Feed(followers=9_000, lasting=1, items=0.0)])
def test_other_posts_cost_no_followers(feed: Feed) -> None:
    living = {"mode": "living", "mute_base": 0, "leave": 0, "sponsored_loss": 0.5}
    state = finished(quiet(9_000, 5, [Feeds(feeds=(feed,))], audience=living))
    assert state.world.channels.members.tolist() == [9_000]


def test_static_audiences_lose_nobody() -> None:
    spec = quiet(9_000, 5, [Feeds(feeds=(Feed(followers=9_000, lasting=1),))], audience={"sponsored_loss": 0.5})
    assert finished(spec).world.channels.members.tolist() == [9_000]
