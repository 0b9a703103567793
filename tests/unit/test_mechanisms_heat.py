"""What stays up is shown while it may be, once a channel and offer, and takes up room only when it is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.exchange.actions import CHANNEL_KINDS, Actions, Post, rows
from sim.mechanisms.heat import HeatParams, burst_weights, cool_accounts, shown, weights_of
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Feed, Feeds

if TYPE_CHECKING:
    from sim.exchange.view import View

PEOPLE = 400


def market(*feeds: Feed, days: int = 12, seller: type[Feeds] = Feeds, **changes: Any) -> Any:
    return quiet(PEOPLE, days, [seller(feeds=feeds)], repurchase={"mode": "off"},
                 choice={"mode": "logit", "impulse": 0}, **changes)


def posted(channel: Any = 0, offer: Any = 1, items: Any = 1.0, commercial: Any = 1.0, value: Any = 0.0,
           visibility: Any = 1.0, lasting: Any = 1) -> Post:
    return rows(Post, channel=channel, offer=offer, items=items, commercial=commercial, value=value,
                visibility=visibility, lasting=lasting)


def nothing() -> Post:
    return posted(channel=(), offer=())


def after(days: int, *feeds: Feed, **changes: Any) -> RunState:
    """Return the state after some days of posts."""
    state = start(market(*feeds, days=days + 5, **changes), 0)
    for _ in range(days):
        step(state)
    return state


def test_yesterdays_post_is_shown_with_todays_weight_and_heat() -> None:
    state = after(2, Feed(lasting=1, last_day=0, visibility=0.8))
    seen = shown(state.world, nothing(), 2, HeatParams())
    heat = float(np.exp(-2 / 270))
    assert seen.post.visibility == pytest.approx(0.8 * weights_of(HeatParams())[2] * heat, rel=1e-12)
    assert seen.room.tolist() == [0.0]


def test_without_anything_that_stays_posts_are_shown_as_they_are() -> None:
    state = after(1, Feed())
    posts = posted(lasting=0)
    seen = shown(state.world, posts, 1, HeatParams())
    assert seen.post is posts
    assert seen.room is posts.items


def test_posts_of_one_channel_and_offer_are_one() -> None:
    state = after(1, Feed(lasting=1, last_day=0, items=2.0, commercial=0.5, value=0.4))
    posts = posted(items=[1.0], value=[1.0], lasting=0)
    seen = shown(state.world, posts, 1, HeatParams())
    old = weights_of(HeatParams())[1] * float(state.world.channels.heat[0])
    assert seen.post.items.tolist() == [3.0]
    assert seen.room.tolist() == [1.0]
    eyes = 1.0 + 2.0 * old
    assert seen.post.visibility == pytest.approx(eyes / 3.0)
    assert seen.post.commercial == pytest.approx((1.0 + 0.5 * 2.0 * old) / eyes)
    assert seen.post.value == pytest.approx((1.0 + 0.4 * 2.0 * old) / eyes)


def test_posts_of_other_channels_and_offers_stand_for_themselves() -> None:
    state = after(1, Feed(lasting=1, last_day=0), Feed(lasting=1, last_day=0))
    seen = shown(state.world, posted(channel=[0, 1], offer=[0, 1], lasting=0), 1, HeatParams())
    assert list(zip(seen.post.channel.tolist(), seen.post.offer.tolist(), strict=True)) == [(0, 0), (1, 1), (0, 1)]


def test_invisible_posts_keep_their_tone() -> None:
    state = after(1, Feed(lasting=1, last_day=0, visibility=0.0, commercial=0.3))
    seen = shown(state.world, posted(commercial=0.9, visibility=0.0, items=0.0), 1, HeatParams())
    assert seen.post.commercial.tolist() == [0.9]
    assert seen.post.visibility.tolist() == [0.0]


class Fickle(Feeds):
    """A seller who makes no offer on days 2 and 3."""

    id: str = "fickle"

    def plan(self, view: View) -> Actions:
        return Actions() if view.day in {2, 3} else super().plan(view)


def reached(spec: Any) -> list[bool]:
    return [day.noticed > 0 for _, day in days_of(spec)]


def test_nothing_is_shown_of_an_offer_that_is_not_made() -> None:
    feed = Feed(followers=PEOPLE, lasting=1, last_day=0)
    assert reached(market(feed, days=6, seller=Fickle)) == [True, True, False, False, True, True]


def test_nothing_is_shown_of_a_banned_account() -> None:
    feed = Feed(followers=PEOPLE, lasting=1, last_day=0)
    spec = market(feed, days=6, shocks=[{"kind": "account_ban", "day": 2, "share": 1}], enforcement={"first_ban": 2})
    assert reached(spec) == [True, True, False, False, True, True]


def test_a_window_of_one_day_leaves_nothing_for_tomorrow() -> None:
    feed = Feed(followers=PEOPLE, lasting=1, last_day=0)
    spec = market(feed, days=4, heat={"window": 1})
    state = start(spec, 0)
    step(state)
    assert len(state.world.lasting) == 0
    assert reached(spec) == [True, False, False, False]


def test_old_posts_are_taken_down() -> None:
    state = start(market(Feed(lasting=1), days=12, heat={"window": 5}), 0)
    counts = []
    for _ in range(12):
        step(state)
        counts.append(len(state.world.lasting))
    assert counts == [1, 2, 3, 4, *[4] * 8]


def test_only_what_is_new_takes_up_room() -> None:
    """Items posted today push each other out of sight; what was posted before does not."""
    crowded = Feed(followers=PEOPLE, items=500.0, value=1.0, commercial=0.0, lasting=1, last_day=0)
    other = Feed(followers=PEOPLE, items=1.0, first_day=0, last_day=1)
    seen = []
    for feeds in ((other,), (crowded, other)):
        spec = market(*feeds, attention={"background_items": 120},
                      population={"attention_low": 60, "attention_high": 60}, days=2)
        days = [np.bincount(day.events.exposed.path_kind, weights=day.events.exposed.seen, minlength=7)
                for _, day in days_of(spec)]
        seen.append([float(d.sum()) for d in days])
    alone, beside = seen
    assert alone[1] > 0.4 * PEOPLE
    assert beside[0] - PEOPLE < 0.3 * alone[0]  # 500 items at once: everybody notices one, few the other post
    assert beside[1] >= alone[1]  # a day later there is room again


def test_kernels_say_the_same_as_plain_python() -> None:
    for even in (False, True):
        compiled, plain = np.empty(21), np.empty(21)
        burst_weights(0.5, 0.4, even, compiled)
        burst_weights.py_func(0.5, 0.4, even, plain)
        assert np.array_equal(compiled, plain)
    heats = [np.linspace(0, 2, 9) for _ in range(2)]
    for kernel, heat in zip((cool_accounts, cool_accounts.py_func), heats, strict=True):
        kind = np.arange(9) % 2 * CHANNEL_KINDS.index("live")
        kernel(heat, kind, np.array([1, 2, 3, 5]), np.array([1, 1, 1, 0]), 270.0, 0.001, 0.02)
    assert np.array_equal(*heats)
    before, cooled = np.linspace(0, 2, 9), np.linspace(0, 2, 9) * np.exp(-1 / 270) + 0.001
    assert (heats[0][::2] == before[::2]).all()  # groups have none
    assert heats[0][1::2] == pytest.approx(cooled[1::2] + 0.02 * np.array([1, 1, 0, 0]), rel=1e-12)
