"""A fee that is not worth it empties a group and keeps newcomers out; one that is worth it does neither."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.exchange.actions import Actions, Invite, rows
from sim.exchange.view import View
from sim.mechanisms.fees import burden, leave_chances, shortfall
from sim.mechanisms.params import MechanismsSpec
from sim.model.state import RunState
from sim.verification.quiet import finished, quiet
from tests.conformance.strategies import Feed, Hosted

PEOPLE, DAYS, ASKED = 2_000, 60, 500
WORTH = 50 * 30 * 3 * 0.7  # fen a month: three useful items a day that fit by .7


def group(fee_fen: int, value: float = 1.0, days: int = DAYS, leave: float = 0.0, **fees: Any) -> RunState:
    """A group of 2,000 that costs so much a month and gives three items a day; by themselves nobody leaves."""
    feed = Feed(followers=PEOPLE, kind="group", items=3.0, commercial=0.0, value=value)
    spec = quiet(PEOPLE, days, [Hosted(feeds=(feed,), hours=1.0, fee_fen=fee_fen)], fees=fees,
                 audience={"mode": "living", "leave": leave, "mute_base": 0.0, "noise": 0.0})
    return finished(spec)


def gone(state: RunState) -> float:
    return 1 - float(state.world.channels.members[0]) / PEOPLE


@pytest.mark.parametrize(("part", "leave_fee"), [(0.5, 0.02), (0.1, 0.02), (0.25, 0.05)])
def test_members_leave_by_what_the_fee_exceeds_the_worth(part: float, leave_fee: float) -> None:
    a_day = leave_fee * (1 - part)
    expected = 1 - (1 - a_day) ** DAYS
    found = gone(group(round(WORTH / part), leave_fee=leave_fee))
    assert found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / PEOPLE) + 1e-3)


def test_a_group_that_gives_less_than_it_takes_dies_and_one_that_gives_more_lives() -> None:
    assert gone(group(round(WORTH / 0.2), days=365, leave_fee=0.02)) > 0.99
    assert gone(group(round(WORTH * 0.9), days=365, leave_fee=0.02)) == 0
    assert gone(group(0, value=0.0, days=365)) == 0


def test_switched_off_fees_are_paid_without_a_thought() -> None:
    assert gone(group(round(WORTH / 0.2), days=365, enabled=False)) == 0
    assert gone(group(round(WORTH / 0.2), days=365, leave_fee=0.0)) == 0


def test_the_fee_adds_to_leaving_a_dull_group() -> None:
    free, paid = (gone(group(fee, leave=0.02)) for fee in (0, round(WORTH / 0.2)))
    assert 0 < free < paid


class Club(Hosted):
    """A group into which one member, or the brand itself, asks the first 500 people on one day."""

    sponsor: int = -1
    entry_fen: int = 0

    def plan(self, view: View) -> Actions:
        """Post, tend, and ask."""
        own = super().plan(view)
        invite = rows(Invite, sponsor=self.sponsor, invitee=np.arange(ASKED), channel=view.channels, role_tier=-1, brand=0,
                      reward_sponsor_fen=0, reward_invitee_fen=0, buy_in_fen=self.entry_fen, perceived_income_fen=0)
        return Actions(own.offers, (*own.tables, invite))


def joined(entry_fen: int, fee_fen: int = 0, sponsor: int = -1, **fees: Any) -> float:
    """Return the share of those asked who join a group that asks for fees."""
    feed = Feed(kind="group", owned=True, items=3.0, commercial=0.0, value=1.0)
    club = Club(feeds=(feed,), hours=1.0, fee_fen=fee_fen, entry_fen=entry_fen, sponsor=sponsor)
    spec = quiet(1_000, 1, [club], fees=fees, recruiting={"mode": "logit", "join_base": 0.0, "buyer_joins": 0.5},
                 population={"wealth_spread": 0.0, "wealth_median": 1_000})
    return float(finished(spec).world.channels.members[0]) / ASKED


@pytest.mark.parametrize("sponsor", [999, -1])
def test_the_odds_of_joining_fall_with_the_fee_against_savings_and_worth(sponsor: int) -> None:
    free = joined(0, sponsor=sponsor)
    for entry, fee in ((5_000, 0), (0, 5_000), (20_000, 2_000)):
        asked = entry + fee
        burden = 5.0 * asked / 100_000 + 2.0 * max(0.0, 1 - WORTH / asked)
        base = 0.5 if sponsor < 0 else 1 / (1 + np.exp(-0.5))  # health .5 counts for a friend's invitation
        expected = 1 / (1 + (1 - base) / base * np.exp(burden))
        found = joined(entry, fee, sponsor)
        assert found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / ASKED))
        assert found < free
        assert joined(entry, fee, sponsor, enabled=False) == free


def test_a_fee_below_its_worth_is_all_given_for() -> None:
    cases = ((0.0, 0.0), (100.0, 200.0), (100.0, 25.0), (100.0, 0.0))
    assert [shortfall(fee, worth) for fee, worth in cases] == [0, 0, 0.75, 1]


def test_kernels_say_the_same_as_plain_python() -> None:
    rng = np.random.default_rng(4)
    fee, worth, kind = rng.integers(0, 3_000, 5), rng.random(5) * 3_000, np.array([0, 0, 1, 0, 0])
    results = []
    for of_invitation, of_channels in ((burden, leave_chances), (burden.py_func, leave_chances.py_func)):
        weighed = [of_invitation(float(asked), 900.0, float(gives), 5.0, 2.0) for asked, gives in zip(fee, worth, strict=True)]
        results.append((weighed, of_channels(kind, np.full(5, 0.5), fee, worth, 0.01, 0.02)))
    assert results[0][0] == results[1][0]
    assert np.array_equal(results[0][1], results[1][1])
    assert results[0][1][2] == 0
    assert (np.delete(results[0][1], 2) >= 0.005).all()
    assert burden(0.0, 900.0, 50.0, 5.0, 2.0) == 0


def test_the_effect_of_fees_is_on_by_default_and_costs_nothing_without_a_fee() -> None:
    assert MechanismsSpec().fees.enabled
    assert gone(group(0, leave_fee=0.05)) == 0
