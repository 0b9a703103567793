"""Groups live and die: two stable states, hosts and content decide, and each switch really switches off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.exchange.events import Reason
from sim.mechanisms.audience import ZOMBIE_DAYS, group_health
from sim.verification.quiet import days_of, finished, quiet
from sim.world.audiences import ACTIVE, LEFT, MUTED
from tests.conformance.strategies import Feed, Feeds, Hosted

GROUPS = 200


def health_after(days: int, hours: float = 1.0, value: float = 1.0, commercial: float = 0.0, items: float = 3.0,
                 groups: int = GROUPS, **audience: Any) -> np.ndarray[Any, Any]:
    feed = Feed(kind="group", owned=True, value=value, commercial=commercial, items=items)
    hosted = Hosted(feeds=(feed,) * groups, hours=hours)
    return finished(quiet(10, days, [hosted], audience={"mode": "living"} | audience)).world.channels.health


def dead(health: np.ndarray[Any, Any]) -> float:
    return float((health < 0.1).mean())


def test_a_group_without_host_and_value_dies_and_with_both_it_lives() -> None:
    assert dead(health_after(240)) < 0.05
    assert dead(health_after(240, hours=0.0)) > 0.35
    assert dead(health_after(240, hours=0.0, value=0.0)) > 0.95
    assert dead(health_after(240, hours=0.0, value=0.0, commercial=1.0)) == 1.0


def test_selling_alone_kills_and_without_its_harm_it_does_not_matter() -> None:
    calm, loud = health_after(90, groups=20), health_after(90, commercial=1.0, groups=20)
    assert loud.mean() < calm.mean() - 0.05
    spared = {"promo_harm": 0.0, "groups": 20}
    assert np.array_equal(health_after(90, **spared), health_after(90, commercial=1.0, **spared))


def left_alone(start: float, social: float, noise: float = 0.0) -> np.ndarray[Any, Any]:
    """Groups that nobody cares for: only their own liveliness keeps them going."""
    return health_after(400, hours=0.0, value=0.0, items=0.0, start_health=start, social_effect=social, decay=0.1,
                        noise=noise)


def test_liveliness_that_feeds_itself_has_two_stable_states_and_noise_decides() -> None:
    assert dead(left_alone(0.06, 0.1)) == 1.0
    assert (left_alone(0.5, 0.1) > 0.2).all()
    noisy = left_alone(0.12, 0.1, noise=0.04)
    assert min(dead(noisy), float((noisy > 0.2).mean())) > 0.1
    # Without the feedback there is one state for all, whatever they start from.
    assert dead(left_alone(0.06, 0.0)) == dead(left_alone(0.5, 0.0)) == 1.0


def test_without_noise_and_skill_all_groups_are_alike() -> None:
    health = health_after(60, noise=0.0, host_skill_spread=0.0)
    assert np.ptp(health) == 0
    assert np.ptp(health_after(60, noise=0.04)) > 0


def test_static_audiences_stay_as_they_are() -> None:
    feed = Feed(followers=50, kind="group", items=20)
    spec = quiet(50, 30, [Feeds(feeds=(feed,))], attention={"mode": "all", "fatigue_per_message": 3.0})
    state = finished(spec)
    assert (state.world.audiences.state[:50] == ACTIVE).all()
    assert (state.world.channels.health == 0.5).all()
    assert state.recorder.series["mutes"].sum() == 0


def test_a_red_packet_cheers_for_a_while_only() -> None:
    still = {"noise": 0.0, "host_skill_spread": 0.0, "leave": 0.0}
    paths = {}
    for name, days, effect in (("none", (99,), 0.02), ("once", (5,), 0.02), ("idle", (5,), 0.0)):
        hosted = Hosted(feeds=(Feed(kind="group", owned=True, items=0, followers=20),), packet_fen=200_000,
                        packet_days=days)
        spec = quiet(20, 60, [hosted], audience={"mode": "living", "packet_effect": effect} | still)
        paths[name] = [float(state.world.channels.health[0]) for state, _ in days_of(spec)]
    lift = np.array(paths["once"]) - np.array(paths["none"])
    assert lift[4] == 0
    assert lift[5] == pytest.approx(0.02 * np.sqrt(2_000 / 20), abs=1e-9)  # sqrt of yuan a head
    assert lift[-1] < lift[5] / 5
    assert paths["idle"] == paths["none"]


def test_rules_slow_the_decay() -> None:
    ends = []
    for rules in (1.0, 0.0):
        hosted = Hosted(feeds=(Feed(kind="group", owned=True, items=0),), rules=rules)
        ends.append(finished(quiet(10, 20, [hosted], audience={"mode": "living", "noise": 0})).world.channels.health[0])
    assert ends[1] < ends[0]


def test_leaving_follows_health_and_stops_without_it() -> None:
    people, days = 2_000, 40
    feed = Feed(followers=people, kind="group", items=0)
    spec = quiet(people, days, [Feeds(feeds=(feed,))], audience={
        "mode": "living", "leave": 0.02, "noise": 0, "start_health": 0.5, "decay": 0.0, "social_effect": 0.0})
    state = finished(spec)
    left = 1 - state.world.channels.members[0] / people
    expected = 1 - (1 - 0.02 * 0.5) ** days
    assert left == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / people))
    assert (state.world.audiences.state[:people] == LEFT).sum() == people - state.world.channels.members[0]
    stays = quiet(people, days, [Feeds(feeds=(feed,))], audience={"mode": "living", "leave": 0.0})
    assert finished(stays).world.channels.members[0] == people


def test_feeds_are_muted_but_not_left() -> None:
    feed = Feed(followers=500, items=5)
    spec = quiet(500, 30, [Feeds(feeds=(feed,))], attention={"mode": "all", "fatigue_per_message": 2.0},
                 audience={"mode": "living", "mute_from": 0, "leave": 1.0})
    state = finished(spec)
    assert (state.world.audiences.state[:500] == MUTED).sum() > 50
    assert state.world.channels.members[0] == 500
    assert sum(state.recorder.series["mutes"]) == (state.world.audiences.state[:500] == MUTED).sum()


def test_only_noticed_messages_are_muted() -> None:
    feed = Feed(followers=500, items=5, visibility=0.0)
    spec = quiet(500, 10, [Feeds(feeds=(feed,))], audience={"mode": "living", "mute_base": 1.0})
    assert finished(spec).recorder.series["mutes"].sum() == 0


def test_pruning_removes_the_mute_only() -> None:
    people = 300
    feed = Feed(people=tuple(range(people)), kind="group", owned=True, items=2, visibility=0.3)
    hosted = Hosted(feeds=(feed,), prune_idle_days=3)
    spec = quiet(people, 12, [hosted], audience={"mode": "living", "mute_base": 0.1, "leave": 0.0})
    pruned = 0
    for _, day in (found := list(days_of(spec))):
        gone = day.events.left
        assert (gone.reason == Reason.PRUNED).all()
        pruned += len(gone)
    assert 0 < pruned < people
    assert found[-1][0].world.channels.members[0] == people - pruned


def test_fakes_raise_what_is_observed_and_nothing_else() -> None:
    seen = {}
    for fakes in (0, 30):
        hosted = Hosted(feeds=(Feed(people=tuple(range(50)), kind="group", owned=True),), fakes=fakes)
        state = finished(quiet(50, 20, [hosted], audience={"mode": "living"}))
        view = state.views[0]
        seen[fakes] = (float(view.observed_activity(view.channels)[0]), float(state.world.channels.health[0]))
    assert seen[30][0] > seen[0][0]
    assert seen[30][1] == seen[0][1]


def test_zombies_are_counted_after_a_fortnight() -> None:
    hosted = Hosted(feeds=(Feed(kind="group", owned=True, items=0),))
    spec = quiet(10, 60, [hosted], audience={"mode": "living", "decay": 1.0, "noise": 0})
    counts = finished(spec).recorder.series["zombie_groups"]
    assert np.flatnonzero(counts)[0] >= ZOMBIE_DAYS - 1
    assert counts[-1] == 1


def test_kernels_say_the_same_as_plain_python() -> None:
    rng = np.random.default_rng(2)
    n = 12
    weights = (0.03, 0.5, 0.03, 1.5, 0.05, 0.01, 0.08, 1.5, 0.1, 0.04)
    inputs = [rng.random(n) for _ in range(6)]
    results = []
    for kernel in (group_health, group_health.py_func):
        health, zombie = np.linspace(0, 1, n), np.zeros(n, np.int64)
        posts, tend = (np.arange(n), *inputs[:3]), (np.arange(n), *inputs[3:5], np.arange(n) * 600, np.arange(n) % 2)
        kernel(health, zombie, np.zeros(n, np.int64), inputs[5], np.arange(n), np.arange(n), posts, tend, np.uint64(9), weights)
        results.append(health)
    assert np.array_equal(*results)
    assert not np.array_equal(health, np.linspace(0, 1, n))


def test_members_are_pruned_by_the_days_since_they_last_read() -> None:
    """Everybody mutes on day 1 when they first read; with three idle days allowed they go on day 4, not before."""
    feed = Feed(people=tuple(range(20)), kind="group", owned=True, first_day=1)
    hosted = Hosted(feeds=(feed,), prune_idle_days=3)
    spec = quiet(20, 7, [hosted], audience={"mode": "living", "mute_base": 1.0, "leave": 0.0})
    assert [len(day.events.left) for _, day in days_of(spec)] == [0, 0, 0, 0, 20, 0, 0]
