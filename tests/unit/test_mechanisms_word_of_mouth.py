"""Word of mouth: off means nobody is told, satisfaction decides the tone, and the shift is as strong as asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.exchange.events import PathKind
from sim.mechanisms.word_of_mouth import talk_rate
from sim.verification.quiet import days_of, quiet, saved
from tests.conformance.strategies import Feed, Feeds

if TYPE_CHECKING:
    from pathlib import Path

    from sim.model.day import Day
    from sim.model.state import RunState

PAIRS = 1_000
SPEAKER = np.arange(PAIRS) * 2


@pytest.fixture
def pairs(tmp_path: Path) -> dict[str, Any]:
    """Return a network in which every even person speaks to the next one, in layer 1, trust .5."""
    return saved(tmp_path, SPEAKER, SPEAKER + 1, 2 * PAIRS, trust=0.5, layer=1)


def told(network: dict[str, Any], horizon: int = 6, quality: float = 0.72, strategies: Any = None, **word: Any) -> list[
        tuple[RunState, Day]]:
    """Speakers buy on day 1; return every day."""
    seller = strategies or [Feeds(feeds=(Feed(people=tuple(SPEAKER.tolist()), first_day=1, last_day=1),))]
    talk = {"enabled": True, "contact": (0, 1, 0, 0), "show": (0, 0, 0, 0)}
    return list(days_of(quiet(2 * PAIRS, horizon, seller, network=network, product={"quality": quality},
                              word_of_mouth=talk | word)))


def count(days: list[tuple[RunState, Day]], polarity: int = 0) -> int:
    return sum(int((day.events.talked.polarity == polarity).sum()) if polarity else len(day.events.talked)
               for _, day in days)


def test_switched_off_nobody_talks_and_nobody_buys_through_a_tie(pairs: dict[str, Any]) -> None:
    on, off = told(pairs, constant_rate=1.0), told(pairs, enabled=False, constant_rate=1.0)
    doors = [np.concatenate([day.events.ordered.path_kind for _, day in days]) for days in (on, off)]
    assert (doors[0] == PathKind.TIE).sum() == PAIRS
    assert (doors[1] == PathKind.TIE).sum() == count(off) == 0
    assert (off[-1][0].world.people.buzz == 0).all()


def test_without_a_rate_nobody_talks(pairs: dict[str, Any]) -> None:
    assert count(told(pairs, base_rate=0.0, praise=0.0)) == 0
    assert count(told(pairs, constant_rate=0.0)) == 0


def test_the_rate_is_the_equation(pairs: dict[str, Any]) -> None:
    for quality, rate in ((0.72, 0.02 + 0.3 * 0.32), (0.1, 0.02 + 0.3 * 1.3 * 2 * 0.3)):
        days = told(pairs, 12, quality=quality)
        expected = 10 * PAIRS * rate
        assert count(days) == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - rate)))


def test_the_pleased_praise_and_the_disappointed_complain(pairs: dict[str, Any]) -> None:
    pleased, cross = told(pairs, constant_rate=0.5), told(pairs, quality=0.1, constant_rate=0.5)
    assert count(pleased, 1) > 0 == count(pleased, -1)
    assert count(cross, -1) > 0 == count(cross, 1)
    # A complaint is no recommendation: nobody meets the offer through it.
    assert sum(int((day.events.ordered.path_kind == PathKind.TIE).sum()) for _, day in cross) == 0
    listeners = cross[-1][0].world.people.buzz[1::2, 0]
    assert (listeners < 0).any()
    assert (listeners <= 0).all()


@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_the_shift_is_trust_times_its_strength_and_fades(shift: float, pairs: dict[str, Any]) -> None:
    days = told(pairs, 5, constant_rate=1.0, shift=shift, shift_decay=5.0)
    keep = np.exp(-1 / 5)
    sums = shift * 0.5 * (1 + keep + keep**2)
    assert days[-1][0].world.people.buzz[1::2, 0] == pytest.approx(sums, rel=1e-4)


def test_talk_lasts_as_many_days_as_it_should(pairs: dict[str, Any]) -> None:
    for length, expected in ((0, 0), (1, 1), (4, 4), (14, 10)):
        talked = [len(day.events.talked) > 0 for _, day in told(pairs, 12, constant_rate=1.0, days=length)]
        assert sum(talked) == expected


def test_talk_that_may_end_any_day_lasts_a_geometric_time(pairs: dict[str, Any]) -> None:
    days = 4.0
    told_on = [len(day.events.talked) for _, day in told(pairs, 12, constant_rate=1.0, days=days, silence="geometric")]
    first = next(k for k, many in enumerate(told_on) if many)
    for later in range(6):
        stays = (1 - 1 / days) ** later
        assert told_on[first + later] / PAIRS == pytest.approx(stays, abs=4 * np.sqrt(stays * (1 - stays) / PAIRS) + 1e-12)


@pytest.mark.parametrize(("talk", "days"), [(True, 3), (False, 0)])
def test_first_customers_talk_from_the_first_day_only_if_told_to(talk: bool, days: int, pairs: dict[str, Any]) -> None:
    spec = quiet(2 * PAIRS, 6, network=pairs, brand={"seed_customers": PAIRS}, word_of_mouth={
        "enabled": True, "constant_rate": 1.0, "contact": (1, 1, 1, 1), "days": 3, "first_customers": talk})
    said = [len(day.events.talked) > 0 for _, day in days_of(spec)]
    assert said[:3] == [talk] * 3
    assert sum(said[:3]) == days


def test_only_layers_with_contact_are_told(pairs: dict[str, Any]) -> None:
    assert count(told(pairs, constant_rate=1.0, contact=(1, 0, 1, 1))) == 0


def test_a_first_purchase_becomes_known_once(pairs: dict[str, Any]) -> None:
    for show, expected in ((0.0, 0.0), (0.4, 0.4), (1.0, 1.0)):
        days = told(pairs, constant_rate=0.0, show=(0, show, 0, 0))
        peers = days[-1][0].world.people.peers[1::2, 0]
        assert peers.max() <= 1
        assert peers.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / PAIRS) + 1e-12)


def test_groups_overhear_and_with_hearing_zero_they_do_not(pairs: dict[str, Any]) -> None:
    heard = {}
    for hearing in (0.0, 0.3):
        group = Feeds(feeds=(Feed(people=tuple(range(100)), kind="group", owned=True, first_day=1, last_day=1),))
        days = told(pairs, 3, strategies=[group], constant_rate=1.0, group_hearing=hearing)
        heard[hearing] = days[-1][0].world.people.buzz[:100:2, 0].astype(float)  # nobody speaks to even people
    assert (heard[0.0] == 0).all()
    # Fifty speakers, each heard by a member with chance .3 at the group's trust of .5.
    assert heard[0.3].mean() == pytest.approx(0.5 * 0.3 * 49, rel=0.1)


def test_complaints_outweigh_praise_by_their_ratio() -> None:
    for kernel in (talk_rate, talk_rate.py_func):
        rates = [kernel(satisfaction, 0.02, 0.3, 0.39) for satisfaction in (0.4, -0.4, 0.0)]
        assert rates == pytest.approx([0.02 + 0.12, 0.02 + 0.156, 0.02], rel=1e-12)
