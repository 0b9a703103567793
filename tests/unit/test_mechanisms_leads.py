"""Leads: people who agree to be contacted join while there is room; who is found again is paid for again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Purpose
from sim.core.errors import PlanError
from sim.exchange.events import Reason
from sim.mechanisms.leads import draw_leads, sift
from sim.verification.quiet import days_of, finished, quiet
from tests.conformance.strategies import Feed, Leads, contacts

PEOPLE = 200


def lived(days: int = 6, people: int = PEOPLE, brand: dict[str, Any] | None = None, shocks: tuple[Any, ...] = (),
          **levers: Any) -> list[Any]:
    """Return (state, day) of every day."""
    return list(days_of(quiet(people, days, [Leads(**levers)], brand=brand, shocks=shocks)))


def test_whoever_is_found_joins_once() -> None:
    days = lived(counts=(50,))
    state = days[-1][0]
    joined = np.concatenate([day.events.joined.person for _, day in days])
    refused = np.concatenate([day.events.refused.person for _, day in days])
    assert len(joined) + len(refused) == 50 * 6
    assert len(np.unique(joined)) == len(joined) == int(state.world.channels.members[0])
    assert {int(day.events.joined.sponsor.max()) for _, day in days} == {-1}
    assert set(np.concatenate([day.events.refused.reason for _, day in days]).tolist()) == {Reason.MEMBER}
    assert np.isin(refused, joined).all()
    rows = state.world.audiences.home[joined, 0]
    assert np.array_equal(state.world.audiences.person[rows], joined)


def test_a_lead_brings_a_member_with_the_trust_of_the_channel() -> None:
    state, day = lived(days=1, feeds=(contacts(trust=0.3),))[0]
    assert state.world.audiences.trust[: len(day.events.joined)] == pytest.approx(0.3)
    assert (day.events.joined.tier == -1).all()
    assert not day.events.joined.reward_sponsor_fen.any()


def test_known_people_make_a_new_contact_dearer() -> None:
    """Every lead costs the same; later ones bring fewer new people."""
    days = lived(days=10, counts=(60,), lead_fen=500)
    statement = days[-1][0].ledger.statement[0, Purpose.LEAD]
    assert statement.tolist() == [-60 * 500] * 10
    fresh = [len(day.events.joined) for _, day in days]
    assert fresh[0] > 45
    assert fresh[-1] < 15


def test_leads_shrink_with_the_budget() -> None:
    days = lived(days=2, counts=(10,), lead_fen=500, brand={"cash": 75})
    found = [len(day.events.joined) + len(day.events.refused) for _, day in days]
    assert found == [10, 5]
    assert days[-1][0].ledger.statement[0, Purpose.LEAD].tolist() == [-5_000, -2_500]


def test_a_full_account_takes_nobody() -> None:
    days = lived(days=3, counts=(30, 5), rooms=(12, 100), feeds=(contacts(), contacts()))
    state, first = days[0]
    assert state.world.channels.members.tolist()[0] == 12
    reasons = first.events.refused.reason[first.events.refused.channel == int(state.seats[0].channels[0])]
    assert np.count_nonzero(reasons == Reason.FULL) >= 15
    assert days[-1][0].world.channels.members[0] == 12
    # Who found no room in one account may be found for the other.
    assert state.world.channels.members[1] > 0


def test_the_last_room_goes_to_who_is_found_first_not_to_low_numbers() -> None:
    got = np.zeros(60)
    for seed in range(150):
        spec = quiet(60, 1, [Leads(counts=(40,), rooms=(10,))], seed=seed)
        got[next(days_of(spec))[1].events.joined.person] += 1
    assert got.sum() == 150 * 10
    assert abs(np.corrcoef(np.arange(60), got)[0, 1]) < 0.5
    spread = (got - 25) / np.sqrt(150 * (1 / 6) * (5 / 6))
    assert np.abs(spread).max() < 4.5


def test_a_banned_account_takes_nobody() -> None:
    days = lived(days=2, shocks=({"kind": "account_ban", "day": 0, "share": 1},))
    assert all(not len(day.events.joined) for _, day in days)
    assert set(days[0][1].events.refused.reason.tolist()) == {Reason.BAN}


def test_leads_into_a_rented_channel_are_refused() -> None:
    spec = quiet(PEOPLE, 1, [Leads(feeds=(Feed(kind="feed"),))])
    with pytest.raises(PlanError, match="channel 0 is rented"):
        finished(spec)


def test_targeting_finds_the_interested() -> None:
    n = 15_000
    shares = []
    for targeting in (0.0, 1.0):
        state = lived(days=1, people=n, counts=(400,), targeting=targeting)[0][0]
        interest = state.world.people.interest[:, 0].astype(np.float64)
        joined = state.world.audiences.person[: state.world.audiences.size]
        shares.append(float(interest[joined].mean()))
    everybody = float(interest.mean())
    assert shares[0] == pytest.approx(everybody, abs=0.03)
    # Drawn in proportion to interest x, the mean is E x^2 / E x, but for those whom sixteen tries leave to chance.
    by_interest, left_over = float((interest ** 2).mean() / everybody), (1.0 - everybody) ** 16
    assert shares[1] == pytest.approx((1 - left_over) * by_interest + left_over * everybody, abs=0.05)


def test_more_leads_leave_the_first_ones_alone() -> None:
    few, many = (lived(days=1, counts=(c,), rooms=(1000,))[0][1].events for c in (10, 30))
    first = set(few.joined.person.tolist()) | set(few.refused.person.tolist())
    assert first <= set(many.joined.person.tolist()) | set(many.refused.person.tolist())


def test_kernels_are_plain_python_too() -> None:
    interest = np.linspace(0, 1, 20).reshape(20, 1)
    row_of_uid = np.arange(20)[::-1].copy()
    table = (np.array([1, 0, 1]), np.zeros(3, np.int64), np.array([10, 5, 15]), np.array([0.5, 0.0, 1.0]))
    drawn = np.empty((2, 2, 30), np.int64)
    draw_leads(*table, np.array([5, 9]), np.uint64(3), row_of_uid, interest, drawn[0])
    with np.errstate(over="ignore"):
        draw_leads.py_func(*table, np.array([5, 9]), np.uint64(3), row_of_uid, interest, drawn[1])
    assert np.array_equal(drawn[0], drawn[1])
    assert np.bincount(drawn[0][1]).tolist() == [5, 25]
    outs = []
    for kernel in (sift, sift.py_func):
        home, joined, refused = np.full((5, 1), -1, np.int32), np.empty((9, 6), np.int64), np.empty((5, 6), np.int64)
        home[4] = 7
        yes = kernel(np.array([[0, 1, 0, 4, 2, 3], [0, 1, 1, 0, 0, 0]]), np.array([0, 0]), np.array([0, 1]), np.array([2, 2]),
                     np.array([5, 6]), 5, np.array([4, 9]), np.array([2, 0]), home, joined, refused)
        assert home[:, 0].tolist() == [-1, -1, -1, -1, 7]
        assert joined[1:, :yes].T.tolist() == [[0, -1, 2, -1, -1, 0, 0, 0]] * 2
        outs.append((joined[0, :yes].tolist(), refused[:, : 6 - yes].T.tolist()))
    ban, member, full = int(Reason.BAN), int(Reason.MEMBER), int(Reason.FULL)
    assert outs == [([0, 2], [[1, -1, 1, -1, ban], [0, -1, 1, -1, ban], [4, -1, 0, -1, member], [3, -1, 0, -1, full]])] * 2
