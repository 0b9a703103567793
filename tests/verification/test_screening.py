"""Screening: spies go with one chance, silent innocents with another, and each search is a new one."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.exchange.events import Reason
from sim.model.day import Day
from sim.model.state import RunState
from sim.verification.quiet import days_of, quiet
from sim.world.audiences import ACTIVE, SPY
from tests.conformance.strategies import Feed, Hosted, Planter

SPIES, INNOCENTS = 2_000, 3_000


def lived(days: int, screen_days: tuple[int, ...], visibility: float = 0.0, **detection: Any) -> list[tuple[RunState, Day]]:
    """A group of 3,000 members and 2,000 spies of another brand; with no visibility nobody ever reads."""
    feed = Feed(people=tuple(range(SPIES, SPIES + INNOCENTS)), kind="group", owned=True, visibility=visibility, commercial=0.0)
    club = Hosted(feeds=(feed,), screen_days=screen_days, brand=1)
    spec = quiet(SPIES + INNOCENTS, days, [club, Planter(people=tuple(range(SPIES)))], brands=2, detection=detection,
                 audience={"mode": "living", "leave": 0.0, "mute_base": 0.0})
    return list(days_of(spec))


def left(found: list[tuple[RunState, Day]]) -> tuple[int, int]:
    """Return how many spies and innocents were removed in all."""
    gone = np.concatenate([day.events.left.person[day.events.left.reason == Reason.SCREENED] for _, day in found])
    return int((gone < SPIES).sum()), int((gone >= SPIES).sum())


def test_whoever_reads_is_not_silent() -> None:
    assert left(lived(8, (7,), visibility=1.0, screen_errs=1.0, silent_days=3))[1] == 0
    assert left(lived(8, (7,), visibility=0.0, screen_errs=1.0, silent_days=3))[1] == INNOCENTS
    assert left(lived(8, (7,), visibility=0.0, screen_errs=1.0, silent_days=30))[1] == 0


def test_without_a_search_spies_stay_for_good() -> None:
    (*_, (state, day)) = lived(40, ())
    assert (state.world.audiences.state[: state.world.audiences.size] == SPY).sum() == SPIES
    assert state.world.channels.members.tolist() == [SPIES + INNOCENTS]
    assert not len(day.events.left)


def test_spies_neither_read_nor_buy_nor_leave() -> None:
    feed = Feed(people=tuple(range(2, 40)), kind="group", owned=True)
    spec = quiet(50, 60, [Hosted(feeds=(feed,), brand=1), Planter(people=(0, 1))], brands=2, product={"uses_days": 1},
                 repurchase={"mode": "always"}, audience={"mode": "living", "leave": 0.5})
    found = list(days_of(spec))
    bought = {person for _, day in found for person in day.events.ordered.person.tolist()}
    assert set(found[0][1].events.joined.brand.tolist()) == {1}  # nobody is told whom they work for
    assert bought
    assert bought <= set(range(2, 40))
    state = found[-1][0]
    rows = state.world.audiences
    assert rows.state[:2].tolist() == [SPY, SPY]
    assert state.world.channels.members.tolist() == [2]  # the others have left


def test_the_same_people_enrolled_by_the_groups_own_brand_are_members() -> None:
    spec = quiet(10, 2, [Hosted(feeds=(Feed(people=(1, 2), kind="group", owned=True),), brand=0)], brands=2)
    (*_, (state, _)) = days_of(spec)
    assert state.world.audiences.state[:2].tolist() == [ACTIVE, ACTIVE]
