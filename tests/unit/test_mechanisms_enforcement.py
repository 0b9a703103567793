"""Platforms throttle the loud and ban some: first for a while, then for good; and off means off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.exchange.actions import Post, rows
from sim.exchange.events import EnforcementKind
from sim.mechanisms.enforcement import FOREVER, EnforcementParams, deliverable, posts_by_account, send
from sim.model.state import start
from sim.verification.quiet import days_of, finished, quiet
from tests.conformance.strategies import Feed, Feeds

PEOPLE = 200


def bans(days: int = 60, accounts: int = 50, feed: Feed | None = None, strategies: Any = None,
         **enforcement: Any) -> list[
        tuple[int, int, int]]:
    """Return (day, kind, until) of every ban."""
    sellers = strategies or [Feeds(feeds=(feed or Feed(followers=PEOPLE),) * accounts)]
    quietly = {"enabled": True, "base": 0, "per_post": 0, "per_report": 0, "correlation": 0}
    spec = quiet(PEOPLE, days, sellers, enforcement=quietly | enforcement, repurchase={"mode": "off"})
    return [(day.number, int(kind), int(until)) for _, day in days_of(spec)
            for kind, until in zip(day.events.enforced.kind, day.events.enforced.until_day, strict=True)]


def test_switched_off_nobody_is_banned() -> None:
    assert not bans(enabled=False, base=1.0, per_post=1.0)
    assert not bans(base=0.0)


def test_the_first_ban_ends_and_the_second_does_not() -> None:
    found = bans(days=40, accounts=1, base=1.0, first_ban=10)
    assert found == [(0, EnforcementKind.BAN, 10), (10, EnforcementKind.PERMANENT, FOREVER)]


def test_the_ban_hazard_grows_with_posts_beyond_the_free_ones() -> None:
    calm = bans(feed=Feed(followers=PEOPLE, items=5.0), per_post=0.01, days=30)
    loud = bans(feed=Feed(followers=PEOPLE, items=15.0), per_post=0.01, days=30)
    useful = bans(feed=Feed(followers=PEOPLE, items=15.0, commercial=0.2), per_post=0.01, days=30)
    assert not calm
    assert not useful
    assert len(loud) > 30


def test_reports_come_from_mutes() -> None:
    seller = [Feeds(feeds=(Feed(followers=PEOPLE, items=3.0),) * 20)]
    common: dict[str, Any] = {"attention": {"mode": "all"}, "repurchase": {"mode": "off"}}
    hits = {}
    for mute in (0.0, 0.2):
        spec = quiet(PEOPLE, 20, seller, audience={"mode": "living", "mute_base": mute, "mute_slope": 0, "leave": 0},
                     enforcement={"enabled": True, "base": 0, "per_post": 0, "per_report": 0.5, "correlation": 0},
                     **common)
        hits[mute] = finished(spec).recorder.series["bans"].sum()
    assert hits[0.0] == 0
    assert hits[0.2] > 5


@pytest.mark.parametrize(("rho", "low", "high", "owned"), [
    (0.0, 1.0, 1.2, True), (0.5, 2.0, 4.2, True), (1.0, 4.99, 5.0, True), (1.0, 1.0, 1.2, False)])
def test_a_ban_spreads_among_the_accounts_of_an_owner(rho: float, low: float, high: float, owned: bool) -> None:
    """Accounts that are only rented (an influencer's) belong to somebody else each."""
    owners = [Feeds(id=f"s{k}", feeds=(Feed(owned=owned),) * 5) for k in range(20)]
    spec = quiet(10, 1, owners, enforcement={"enabled": True, "base": 0.02, "correlation": rho}, seed=4)
    ((state, day),) = days_of(spec)
    hit = np.bincount(state.world.accounts.owner[day.events.enforced.account], minlength=20)
    assert low <= hit[hit > 0].mean() <= high


def test_a_shock_bans_its_share_whatever_the_switch() -> None:
    spec = quiet(10, 3, [Feeds(feeds=(Feed(last_day=-1),) * 400)],
                 shocks=[{"kind": "account_ban", "day": 1, "share": 0.25}])
    counts = [len(day.events.enforced) for _, day in days_of(spec)]
    assert counts[0] == counts[2] == 0
    assert counts[1] == pytest.approx(100, abs=4 * np.sqrt(400 * 0.25 * 0.75))


def test_a_banned_account_posts_to_nobody_until_it_is_free_again() -> None:
    spec = quiet(PEOPLE, 12, [Feeds(feeds=(Feed(followers=PEOPLE),))],
                 shocks=[{"kind": "account_ban", "day": 4, "share": 1}],
                 enforcement={"enabled": False, "first_ban": 3})
    seen = [day.noticed for _, day in days_of(spec)]
    assert seen == [PEOPLE] * 4 + [0] * 3 + [PEOPLE] * 5


def test_loud_accounts_reach_fewer() -> None:
    world = start(quiet(PEOPLE, 1, [Feeds(feeds=(Feed(), Feed()))]), 0).world
    posts = rows(Post, channel=[0, 1, 1], offer=0, items=[1, 10, 5], commercial=[1, 1, 1], value=0, visibility=1)
    assert posts_by_account(world, posts).tolist() == [1.0, 15.0]
    on = deliverable(world, posts, 0, EnforcementParams(throttle_posts=5.0))
    assert on.visibility == pytest.approx([1.2**-0.5, 0.5, 0.5])
    off = deliverable(world, posts, 0, EnforcementParams(enabled=False))
    assert off.visibility.tolist() == [1, 1, 1]


def test_posts_of_yesterday_are_sent_as_yesterday_while_nobody_is_banned() -> None:
    world = start(quiet(PEOPLE, 1, [Feeds(feeds=(Feed(), Feed()))]), 0).world
    posts = rows(Post, channel=[0, 1], offer=0, items=[4.0, 10.0], commercial=1.0, value=0.0, visibility=1.0)
    params = EnforcementParams()
    first = send(world, posts, 0, params, None)
    assert first.posts.visibility.tolist() == deliverable(world, posts, 0, params).visibility.tolist()
    assert first.loud.tolist() == [4.0, 10.0]
    assert send(world, posts, 1, params, first) is first
    world.accounts.banned_until[1] = 4
    banned = [send(world, posts, 2, params, first)]
    banned.append(send(world, posts, 3, params, banned[0]))
    assert [sent.posts.channel.tolist() for sent in banned] == [[0], [0]]
    assert [sent.loud.tolist() for sent in banned] == [[4.0, 0.0]] * 2
    assert send(world, posts, 4, params, banned[1]).posts.channel.tolist() == [0, 1]
    other = rows(Post, channel=[0], offer=0, items=[1.0], commercial=1.0, value=0.0, visibility=1.0)
    assert send(world, other, 1, params, first).loud.tolist() == [1.0, 0.0]
