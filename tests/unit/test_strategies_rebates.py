"""Rebates on hand-made chains: who is paid what, who is skipped, and where a chain is cut."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.accounts import Purpose
from sim.strategies.rebates import RebateParams, direct_pay, first_higher, level_pay, spread_pay
from sim.strategies.tiers import TIERS, RecruitParams, TierParams

CHAIN = np.array([-1, 0, 1, 2, 3])
"""Row 0 recruited 1, who recruited 2, and so on."""
ALL = np.ones(5, np.bool_)
ABOVE = np.array([[3, 2, 1]])
TEN = np.array([1_000])


def levels(tier: list[int], here: np.ndarray = ALL, **plan: object) -> dict[int, int]:
    """Return what an order of ten yuan by row 4 pays, by row."""
    pay = level_pay(TEN, np.array([4]), ABOVE, np.array(tier), here, RebateParams.model_validate(plan))
    assert pay.purpose is Purpose.LEVEL_REBATE
    return dict(zip(pay.row.tolist(), pay.amount_fen.tolist(), strict=True))


def test_levels_go_up_the_chain() -> None:
    assert levels([4, 3, 2, 1, 0]) == {3: 100, 2: 50, 1: 30}
    assert levels([0] * 5, levels=[0.5]) == {3: 500}
    assert levels([0] * 5, levels=[]) == {}


def test_shares_are_floored() -> None:
    assert level_pay(np.array([99]), np.array([4]), ABOVE, np.zeros(5, np.int64), ALL, RebateParams()).amount_fen.tolist() == [
        9, 4, 2]


def test_who_gave_up_is_passed_over_and_keeps_the_place() -> None:
    gone = np.array([True, True, False, True, True])
    assert levels([4, 3, 2, 1, 0], gone) == {3: 100, 1: 30}


@pytest.mark.parametrize(("tier", "paid"), [
    ([2, 2, 2, 1, 0], {3: 100, 2: 50}),  # row 2 has its upline's tier: nobody above it is paid
    ([2, 2, 1, 1, 0], {3: 100}),
    ([2, 2, 2, 1, 1], {}),
    ([0, 0, 0, 0, 0], {3: 100, 2: 50, 1: 30}),  # nobody has risen
    ([2, 1, 0, 2, 0], {3: 100}),
])
def test_a_downline_who_has_risen_to_the_uplines_tier_breaks_away(tier: list[int], paid: dict[int, int]) -> None:
    assert levels(tier, breakaway=True) == paid
    assert levels(tier, breakaway=False) == {3: 100, 2: 50, 1: 30}


def test_a_direct_upline_is_paid_where_it_is_due() -> None:
    value, direct = np.array([1_000, 999, 1_000, 1_000]), np.array([0, 1, -1, 2])
    here = np.array([True, True, False])
    pay = direct_pay(value, direct, np.array([True, True, True, True]), here, 0.1, Purpose.REFERRAL_REBATE)
    assert (pay.row.tolist(), pay.amount_fen.tolist()) == ([0, 1], [100, 99])
    none = direct_pay(value, direct, np.zeros(4, np.bool_), here, 0.1, Purpose.REFERRAL_REBATE)
    assert len(none.row) == 0


@pytest.mark.parametrize(("tier", "higher"), [([2, 1, 0, 0, 0], 1), ([0, 2, 0, 0, 1], 1), ([0, 0, 0, 0, 0], -1),
                                              ([2, 0, 0, 0, 2], -1), ([2, 2, 2, 2, 1], 3)])
def test_the_spread_goes_to_the_first_of_a_higher_tier(tier: list[int], higher: int) -> None:
    assert first_higher(np.array([4]), CHAIN, np.array(tier), ALL).tolist() == [higher]
    pay = spread_pay(np.array([10]), np.array([4]), CHAIN, np.array(tier), ALL, np.array([65, 50, 40]))
    expected = [] if higher < 0 else [10 * (np.array([65, 50, 40])[tier[4]] - np.array([65, 50, 40])[tier[higher]])]
    assert pay.amount_fen.tolist() == expected


def test_the_spread_of_one_who_gave_up_goes_further_up() -> None:
    gone = np.array([True, False, True, True, True])
    assert first_higher(np.array([4, 3]), CHAIN, np.array([2, 2, 0, 1, 0]), gone).tolist() == [3, 0]


@pytest.mark.parametrize(("plan", "paid"), [
    ({}, 3), ({"levels": [0.1]}, 1), ({"levels": [0.1, 0, 0.1]}, 3), ({"levels": [0.1, 0]}, 1), ({"levels": []}, 1),
    ({"levels": [], "referral": 0}, 1), ({"levels": [], "referral": 0, "same_level": 0}, 0),
    ({"levels": [], "referral": 0, "same_level": 0, "head_count": "1 CNY"}, 1)])
def test_levels_that_are_paid_are_counted(plan: dict[str, object], paid: int) -> None:
    assert RebateParams.model_validate(plan).levels_paid == paid


def test_a_tier_that_says_nothing_is_the_entry_and_recruits_are_sought_every_day() -> None:
    """Domain row 67: 65 % of the list price on entering; each further tier cheaper and only for more units."""
    assert TierParams().price_share == TIERS[0].price_share == 0.65
    assert [(tier.price_share, tier.units) for tier in TIERS[1:]] == [(0.5, 60), (0.4, 300)]
    assert (RecruitParams().push, RecruitParams().exaggeration, RecruitParams().entry_fee) == (1.0, 1.0, 0)
