"""Moments: posts go along the ties asked for, are noticed like any other, and not along broken ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.exchange.events import PathKind
from sim.mechanisms.telling import spread
from sim.verification.quiet import days_of, quiet, saved
from sim.world.ties import MUTED
from tests.conformance.strategies import Scripted, Sharers

if TYPE_CHECKING:
    from pathlib import Path

    from sim.model.day import Day
    from sim.model.state import RunState

FRIENDS = 1_200


@pytest.fixture
def star(tmp_path: Path) -> dict[str, Any]:
    """Return a network: person 0 speaks to everybody, a quarter of them in each layer, a tenth without trust."""
    listener = np.arange(1, FRIENDS + 1)
    trust = np.where(listener % 10 == 0, 0.0, 0.4)
    return saved(tmp_path, np.zeros(FRIENDS, np.int64), listener, FRIENDS + 1, trust=trust,
                 layer=(listener - 1) * 4 // FRIENDS)


def first(network: dict[str, Any], sharers: Scripted | None = None, **changes: Any) -> tuple[RunState, Day]:
    attention = {"attention": {"mode": "all"}}
    return next(days_of(quiet(FRIENDS + 1, 1, [sharers or Sharers()], network=network, **(attention | changes))))


def test_everybody_who_trusts_at_all_reads_it(star: dict[str, Any]) -> None:
    state, day = first(star)
    ordered = day.events.ordered
    assert len(ordered) == FRIENDS * 9 // 10
    assert (ordered.path_kind == PathKind.TIE).all()
    assert np.array_equal(state.world.ties.listener[ordered.path_row], ordered.person)
    assert not (ordered.person % 10 == 0).any()


def test_without_posts_nobody_buys(star: dict[str, Any]) -> None:
    assert len(first(star, Scripted())[1].events.ordered) == 0
    assert len(first(star, Sharers(items=0.0))[1].events.ordered) == 0


@pytest.mark.parametrize(("mask", "layers"), [(0b0001, {0}), (0b1010, {1, 3}), (0, set())])
def test_the_mask_picks_the_layers(mask: int, layers: set[int], star: dict[str, Any]) -> None:
    ordered = first(star, Sharers(layers=mask))[1].events.ordered
    assert set(((ordered.person - 1) * 4 // FRIENDS).tolist()) == layers
    assert len(ordered) == len(layers) * FRIENDS // 4 * 9 // 10


def test_friends_notice_as_their_attention_allows(star: dict[str, Any]) -> None:
    for items in (1.0, 4.0):
        _, day = first(star, Sharers(items=items), attention={"background_items": 120},
                       population={"attention_low": 30, "attention_high": 30})
        chance = 1 - 0.75**items
        n = FRIENDS * 9 // 10
        assert len(day.events.ordered) == pytest.approx(n * chance, abs=4 * np.sqrt(n * chance * (1 - chance)))


def test_mass_sharing_tires_friends_and_costs_their_trust(star: dict[str, Any]) -> None:
    state, _ = first(star, Sharers(items=5.0), attention={"mode": "all", "fatigue_per_message": 1.0,
                                                          "trust_loss_spam": 0.05})
    assert state.world.people.fatigue.max() == pytest.approx(5.0)
    assert state.world.ties.trust().max() == pytest.approx(0.4 * (1 - 0.05 * 5), abs=1e-4)
    assert (state.world.ties.trust() == 0).sum() == FRIENDS // 10
    state, _ = first(star, Sharers(items=5.0), attention={"mode": "all", "trust_loss_spam": 0.0})
    assert state.world.ties.trust().max() == pytest.approx(0.4, abs=1e-4)


def test_no_amount_of_selling_breaks_a_tie_and_distrust_grows(tmp_path: Path) -> None:
    network = saved(tmp_path, np.zeros(2, np.int64), np.array([1, 2]), 10, trust=np.array([0.4, -0.4]))
    for items, spam, trust, distrust in ((1000.0, 0.05, 1 / 32767, -1.0), (2.0, 0.05, 0.36, -0.46)):
        state, _ = next(days_of(quiet(10, 1, [Sharers(items=items)], network=network,
                                      attention={"mode": "all", "trust_loss_spam": spam})))
        assert state.world.ties.trust().tolist() == pytest.approx([trust, distrust], abs=1e-4)


def muted(network: dict[str, Any], items: float, days: int = 1, **audience: Any) -> tuple[RunState, list[int]]:
    """Return the state after some days of posts, and how many muted each day."""
    living = {"mode": "living", "mute_base": 0.1, "mute_slope": 0.5, "mute_from": 3.0} | audience
    rows = list(days_of(quiet(FRIENDS + 1, days, [Sharers(items=items)], network=network, audience=living,
                              attention={"mode": "all", "fatigue_per_message": 1.0, "fatigue_decay": 0})))
    return rows[-1][0], [day.mutes for _, day in rows]


def test_the_tired_mute_a_friend_who_sells(star: dict[str, Any]) -> None:
    n = FRIENDS * 9 // 10
    for items in (2.0, 6.0):
        chance = 0.1 * np.exp(0.5 * max(items - 3.0, 0.0))
        state, mutes = muted(star, items)
        assert mutes[0] == pytest.approx(n * chance, abs=4 * np.sqrt(n * chance * (1 - chance)))
        assert np.count_nonzero(state.world.ties.mark & MUTED) == mutes[0]
        assert not muted(star, items, mode="static")[1][0]
        assert not muted(star, items, mute_base=0.0)[1][0]


def test_who_is_muted_is_read_no_more_but_still_listened_to(star: dict[str, Any]) -> None:
    """On day 0 everybody mutes, so on day 1 nobody is tired; a talker is still heard along the same ties."""
    state, mutes = muted(star, 2.0, days=2, mute_base=1.0)
    assert mutes == [FRIENDS * 9 // 10, 0]
    assert (state.world.people.fatigue_day[1:].max(), state.world.people.fatigue_day[0]) == (0, 0)
    certain, ties = np.full((1, 4), 1 << 32), state.world.ties
    out, *_, told = spread(state.world, np.zeros(1, np.int32), certain, int(ties.start[1] - ties.start[0]), np.uint64(1))
    assert (ties.trust()[out[: told.sum()]] > 0).sum() == FRIENDS * 9 // 10


def test_two_sharers_reach_two_circles(tmp_path: Path) -> None:
    network = saved(tmp_path, np.array([0] * 5 + [1] * 5), np.arange(2, 12), 12)
    spec = quiet(12, 1, [Sharers(people=(0, 1))], network=network, attention={"mode": "all"})
    ((_, day),) = days_of(spec)
    assert sorted(day.events.ordered.person.tolist()) == list(range(2, 12))
