"""Moments: posts go along the ties asked for, are noticed like any other, and not along broken ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.exchange.events import PathKind
from tests.conformance.strategies import Scripted, Sharers
from tests.verification.quiet import days_of, quiet, saved

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


def test_mass_sharing_tires_friends_and_moves_no_trust(star: dict[str, Any]) -> None:
    state, _ = first(star, Sharers(items=5.0), attention={"mode": "all", "fatigue_per_message": 1.0,
                                                          "trust_loss_spam": 0.5})
    assert state.world.people.fatigue.max() == pytest.approx(5.0)
    assert state.world.ties.trust().max() == pytest.approx(0.4, abs=1e-4)


def test_two_sharers_reach_two_circles(tmp_path: Path) -> None:
    network = saved(tmp_path, np.array([0] * 5 + [1] * 5), np.arange(2, 12), 12)
    spec = quiet(12, 1, [Sharers(people=(0, 1))], network=network, attention={"mode": "all"})
    ((_, day),) = days_of(spec)
    assert sorted(day.events.ordered.person.tolist()) == list(range(2, 12))
