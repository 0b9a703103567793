"""Fakes that are found out are gone for good, and members and the group remember it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.mechanisms.detection import draw_found, lose_trust
from sim.model.day import Day
from sim.model.state import RunState
from sim.verification.quiet import days_of, quiet
from sim.world.audiences import LEFT
from tests.conformance.strategies import Feed, Hosted

MEMBERS = 40


def lived(days: int = 6, p: float = 1.0, fakes: int = 3, first_day: int = 3, **detection: Any) -> list[tuple[RunState, Day]]:
    """A group of 40 with fakes; posts, and with them the risk, begin on `first_day`."""
    feed = Feed(people=tuple(range(MEMBERS)), kind="group", owned=True, first_day=first_day, commercial=0.0)
    spec = quiet(50, days, [Hosted(feeds=(feed,), fakes=fakes)], detection={"fake_detection": p} | detection)
    return list(days_of(spec))


def test_discovery_is_an_event_and_happens_once() -> None:
    events = [day.events.unmasked for _, day in lived()]
    assert [len(found) for found in events] == [0, 0, 0, 1, 0, 0]
    assert (events[3].channel.tolist(), events[3].fakes.tolist()) == ([0], [3])


def test_fakes_that_were_found_out_never_come_back() -> None:
    (*_, (state, _)) = lived()
    view = state.views[0]
    assert view.unmasked(view.channels).tolist() == [True]
    assert view.fakes(view.channels).tolist() == [0]
    assert view.observed_activity(view.channels) == view.health(view.channels)
    assert state.recorder.series["unmasked"].tolist() == [0, 0, 0, 1, 0, 0]
    assert state.recorder.marks == [(3, "unmasked", "sock_puppet")]


def test_discovery_costs_trust_of_all_members_and_health() -> None:
    for left, harm in ((0.6, 0.3), (0.8, 0.0), (1.0, 0.5)):
        (*_, (state, _)) = lived(fake_trust_left=left, fake_harm=harm)
        assert state.world.audiences.trust[:MEMBERS] == pytest.approx(0.5 * left)
        assert state.world.channels.health[0] == pytest.approx(0.5 * (1 - harm))


def test_without_detection_fakes_cost_nothing_but_money() -> None:
    (*_, (state, _)) = lived(p=0.0)
    assert (state.world.audiences.trust[:MEMBERS] == 0.5).all()
    assert state.world.channels.health[0] == 0.5
    view = state.views[0]
    assert view.observed_activity(view.channels)[0] == 0.5 + 3 / MEMBERS
    series = state.recorder.series
    assert series["observed_activity"][-1] == pytest.approx(0.5 + 3 / MEMBERS)
    assert series["true_activity"][-1] == series["group_health"][-1] == 0.5


def test_those_who_left_are_not_deceived() -> None:
    trust, state = np.full(4, 0.5, np.float32), np.array([0, 1, LEFT, 0], np.uint8)
    lose_trust(np.array([0]), np.array([3]), 0.6, state, trust)
    assert trust.tolist() == pytest.approx([0.3, 0.3, 0.5, 0.5])


def test_kernels_say_the_same_as_plain_python() -> None:
    name, occasions = np.arange(200), np.linspace(0, 400, 200)
    found = []
    for kernel in (draw_found, draw_found.py_func):
        out = np.empty(200, np.bool_)
        kernel(name, occasions, 0.004, np.uint64(7), out)
        found.append(out)
    assert np.array_equal(*found)
    assert 0 < found[0].sum() < 200
