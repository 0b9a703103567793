"""Attention and fatigue: each switch really switches off, and what is noticed follows the equation."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.exchange.actions import Actions, Contact, rows
from sim.mechanisms.attention import move_row_trust, tire
from sim.mechanisms.delivery import _CHUNK, chance_of_any, cut_spans, most_of_any
from sim.verification.quiet import days_of, finished, quiet
from sim.world.audiences import MUTED
from sim.world.calendar import CalendarParams
from tests.conformance.strategies import Feed, Feeds, Impressions

PEOPLE = 400


def feed(**changes: Any) -> Feeds:
    return Feeds(feeds=(Feed(followers=PEOPLE, **changes),))


def mutes(per_message: float, mute_from: float = 1.0) -> int:
    spec = quiet(PEOPLE, 30, [feed(items=3.0)], attention={"mode": "all", "fatigue_per_message": per_message},
                 audience={"mode": "living", "mute_base": 0.001, "mute_slope": 0.5, "mute_from": mute_from})
    return int(finished(spec).recorder.series["mutes"].sum())


def test_mutes_grow_with_fatigue_and_not_without() -> None:
    plain = mutes(0.0)
    assert mutes(1.0) > 10 * max(plain, 1)
    assert mutes(1.0, mute_from=100.0) == plain  # same luck: fatigue below the start changes nothing


def test_fatigue_of_a_message_a_day_is_the_geometric_sum() -> None:
    days, tau, per = 12, 7.0, 0.8
    spec = quiet(PEOPLE, days, [feed()], attention={"mode": "all", "fatigue_per_message": per, "fatigue_decay": tau})
    keep = np.exp(-1 / tau)
    expected = per * (1 - keep**days) / (1 - keep)
    assert finished(spec).world.people.fatigue == pytest.approx(expected, rel=1e-5)


def test_useful_messages_refresh_and_never_below_zero() -> None:
    attention = {"mode": "all", "fatigue_per_message": 1.0, "relief_per_value": 0.5}
    tired = finished(quiet(PEOPLE, 5, [feed(commercial=1.0, value=0.0)], attention=attention)).world.people.fatigue
    eased = finished(quiet(PEOPLE, 5, [feed(commercial=1.0, value=1.0)], attention=attention)).world.people.fatigue
    fresh = finished(quiet(PEOPLE, 5, [feed(commercial=0.0, value=1.0)], attention=attention)).world.people.fatigue
    assert (eased < tired).all()
    assert (fresh == 0).all()


@pytest.mark.parametrize(("gain", "loss", "sign"), [(0.02, 0.0, 1), (0.0, 0.02, -1), (0.0, 0.0, 0)])
def test_value_earns_trust_and_spam_costs_it(gain: float, loss: float, sign: int) -> None:
    spec = quiet(PEOPLE, 10, [feed(commercial=1.0, value=1.0)], attention={
        "mode": "all", "trust_gain_value": gain, "trust_loss_spam": loss})
    trust = finished(spec).world.audiences.trust[:PEOPLE].astype(float)
    expected = {1: 1 - 0.5 * 0.98**10, -1: 0.5 * 0.98**10, 0: 0.5}[sign]
    assert trust == pytest.approx(expected, rel=1e-5)


def test_nobody_looks_on_a_day_without_attention() -> None:
    spec = quiet(PEOPLE, 14, [feed()], repurchase={"mode": "always"})
    closed = spec.model_copy(update={"calendar": CalendarParams(weekday_attention=(0, 1, 1, 1, 1, 1, 1)),
                                     "start": dt.date(2026, 1, 5)})
    seen = [day.noticed for _, day in days_of(closed)]
    assert seen[0] == seen[7] == 0
    assert min(seen[1:7]) == PEOPLE


def test_a_post_that_hardly_sells_is_noticed_more_often_than_its_offer_is_met() -> None:
    spec = quiet(PEOPLE, 1, [feed(commercial=0.25)], attention={"mode": "all"}, repurchase={"mode": "always"})
    ((_, day),) = days_of(spec)
    met = len(day.events.ordered) / PEOPLE
    assert day.noticed == PEOPLE
    assert met == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / PEOPLE))


def test_mode_all_notices_every_message_and_limited_only_some() -> None:
    for mode, low, high in (("all", 1.0, 1.0), ("limited", 0.05, 0.6)):
        spec = quiet(PEOPLE, 3, [Impressions(counts=(PEOPLE,))], attention={"mode": mode, "background_items": 120},
                     population={"attention_low": 20, "attention_high": 60})
        noticed = finished(spec).recorder.series["exposures"].sum() / (3 * PEOPLE)
        assert low <= noticed <= high


class Writers(Feeds):
    """A contact list whose members are written to one by one."""

    id: str = "writers"

    def plan(self, view: Any) -> Actions:
        own = super().plan(view)
        known = view.rows(int(view.channels[0]))
        written = rows(Contact, row=known, offer=np.full(len(known), view.offers[0]))
        return Actions(offers=own.offers, tables=(*own.tables, written) if len(known) else own.tables)


def test_one_to_one_messages_reach_every_member_who_has_not_muted_the_sender() -> None:
    members = Feed(people=tuple(range(100)), kind="contacts", owned=True, last_day=-1)
    spec = quiet(PEOPLE, 5, [Writers(feeds=(members,))], repurchase={"mode": "off"}, choice={"impulse": 0},
                 audience={"mode": "living", "mute_base": 0.3, "mute_slope": 0},
                 attention={"mode": "limited", "background_items": 1e6})
    noticed, muted = [], 0
    for state, day in days_of(spec):
        noticed.append(day.noticed)
        assert len(day.events.ordered) == 0  # nobody in need, so nobody considers what was written
        if day.number:
            assert day.noticed == 100 - muted
            muted = int((state.world.audiences.state[:100] == MUTED).sum())
    assert noticed[0] == 0
    assert 0 < noticed[4] < noticed[1] == 100


def test_a_banned_account_writes_to_nobody() -> None:
    members = Feed(people=tuple(range(100)), kind="contacts", owned=True, last_day=-1)
    spec = quiet(PEOPLE, 6, [Writers(feeds=(members,))], shocks=[{"kind": "account_ban", "day": 2, "share": 1}],
                 enforcement={"enabled": False, "first_ban": 2})
    assert [day.noticed for _, day in days_of(spec)] == [0, 100, 0, 0, 100, 100]


def test_kernels_say_the_same_as_plain_python() -> None:
    rng = np.random.default_rng(1)
    m, n = 40, 10
    person = rng.integers(0, n, m).astype(np.int32)
    times, commercial, value = rng.random(m) * 3, rng.random(m), rng.random(m)
    keep = np.exp(-np.arange(30) / 7.0)
    results = []
    for kernel in (tire, tire.py_func):
        fatigue, seen = np.full(n, 2.0, np.float32), np.zeros(n, np.int16)
        kernel(person, times, commercial, value, 1.0, 0.1, 5, fatigue, seen, keep, np.zeros(n, np.int64),
               np.zeros(n, np.uint8), np.zeros(n, np.int32))
        results.append((fatigue, seen))
    assert np.array_equal(results[0][0], results[1][0])
    assert (results[0][1][np.unique(person)] == 5).all()
    row = rng.permutation(m).astype(np.int64)
    trusts = []
    for kernel in (move_row_trust, move_row_trust.py_func):
        trust, active = np.full(m, 0.5, np.float32), np.zeros(m, np.int16)
        kernel(row, times, commercial, value, m - 5, 0.3, 0.4, 7, trust, active)
        trusts.append(trust)
        assert ((active == 7) == np.isin(np.arange(m), row[:-5])).all()
    assert np.array_equal(*trusts)
    assert (trusts[0][row[-5:]] == 0.5).all()
    assert ((trusts[0] >= 0) & (trusts[0] <= 1)).all()


def readers(kind: str, floor: float, health: float, people: int = 4_000) -> int:
    """Return how many of all members notice the first post of a group (or feed) of some health."""
    posts = Feeds(feeds=(Feed(followers=people, visibility=0.5, kind=kind),))
    spec = quiet(people, 1, [posts], attention={"dead_group_visibility": floor},
                 audience={"mode": "static", "start_health": health})
    ((_, day),) = days_of(spec)
    return day.noticed


@pytest.mark.parametrize(("floor", "health"), [(0.3, 0.1), (0.3, 0.8), (0.0, 0.4)])
def test_a_group_is_read_in_proportion_to_how_alive_it_is(floor: float, health: float) -> None:
    share = 0.5 * (floor + (1 - floor) * health)
    assert readers("group", floor, health) / 4_000 == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 4_000))


def test_health_does_not_touch_the_reading_of_feeds_nor_of_groups_with_the_floor_at_one() -> None:
    assert readers("feed", 0.3, 0.1) == readers("feed", 0.3, 0.9)
    assert readers("group", 1.0, 0.1) == readers("group", 1.0, 0.9)
    assert readers("group", 0.3, 0.1) < readers("group", 0.3, 0.9)


def test_the_bound_that_spares_exponentials_is_never_below_the_chance() -> None:
    items = np.concatenate([[0.0, 1e-12, 1.0], np.geomspace(1e-6, 1e3, 60)])
    for v in np.concatenate([[0.0, 1.0], np.geomspace(1e-15, 1.0, 60), 1.0 - np.geomspace(1e-15, 0.5, 30)]).tolist():
        for n in items.tolist():
            # Where v is 1 and less than one item is posted, the bound is divided by nothing: it rules out no draw.
            assert n < 1.0 == v or chance_of_any(n, v) <= most_of_any(n, v)
    assert most_of_any(2.5, 0.01) < 0.0251


def test_long_channels_are_cut_into_pieces_without_loss() -> None:
    sizes = np.array([1, _CHUNK, _CHUNK + 1, 3 * _CHUNK - 1])
    first, following, start = np.array([2, -1, 0]), np.array([3, -1, 1, -1]), np.array([7, 9, 100, 50])
    for kernel in (cut_spans, cut_spans.py_func):  # nobody has ever been in the third channel, nor in the fifth
        post, begin, end, before = kernel(np.array([2, 1, 4, 0]), first, following, start, start + sizes)
        assert post.tolist() == [0, 0, 0, 0, 3, 3, 3]
        assert begin.tolist() == [7, 50, 50 + _CHUNK, 50 + 2 * _CHUNK, 100, 100 + _CHUNK, 9]
        assert (end - begin).tolist() == [1, _CHUNK, _CHUNK, _CHUNK - 1, _CHUNK, 1, _CHUNK]
        assert before.tolist() == [0, *np.cumsum(end - begin)[:-1]]


class InTwoRows(Impressions):
    """Each day's impressions bought in two rows of the same offer."""

    id: str = "in_two_rows"

    def plan(self, view: Any) -> Actions:
        own = super().plan(view)
        return Actions(offers=own.offers, tables=own.tables * 2)


def test_two_rows_of_one_offer_find_people_of_their_own() -> None:
    """As many impressions as people leave 1/e of them out, twice as many 1/e^2."""
    for seller, left_out in ((Impressions, np.exp(-1)), (InTwoRows, np.exp(-2))):
        spec = quiet(PEOPLE, 1, [seller(counts=(PEOPLE,))], repurchase={"mode": "always"}, attention={"mode": "all"})
        ((_, day),) = days_of(spec)
        reached = len(set(day.events.ordered.person.tolist())) / PEOPLE
        assert reached == pytest.approx(1 - left_out, abs=4 * np.sqrt(left_out * (1 - left_out) / PEOPLE))
