"""Rebates on hand-made chains: who is paid what, who is skipped, and where a chain is cut."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError

from sim.core.accounts import Purpose
from sim.exchange.events import StockMoved
from sim.strategies.rebates import RebateParams, owed_on
from sim.strategies.tiers import TIERS, RecruitParams, TierParams

CHAIN = np.array([-1, 0, 1, 2, 3])
"""Row 0 recruited 1, who recruited 2, and so on."""
ALL = np.ones(5, np.bool_)
TIER_FEN = np.array([65, 50, 40])


def paid(purpose: Purpose, *orders: tuple[int, int, int], tier: list[int], here: np.ndarray = ALL, tier_fen: np.ndarray = TIER_FEN,
         **plan: object) -> list[tuple[int, int]]:
    """Return what orders (buyer, fen a unit, 1 for a first one) of ten units are owed for one purpose: row and fen."""
    buyer, fen, first = np.array(orders, np.int64).T.copy()
    n = len(orders)
    moved = StockMoved(buyer=buyer, supplier=np.full(n, -1), product=np.zeros(n, np.int64), quantity=np.full(n, 10),
                       unit_fen=fen, first=first)
    table = SimpleNamespace(upline=CHAIN, tier=np.array(tier))
    owed = owed_on(moved, 0, table, np.ones(len(tier), np.bool_), here, tier_fen, RebateParams.model_validate(plan))
    mine = owed.purpose == purpose
    return list(zip(owed.row[mine].tolist(), owed.amount_fen[mine].tolist(), strict=True))


def levels(tier: list[int], here: np.ndarray = ALL, **plan: object) -> dict[int, int]:
    """Return what an order of ten yuan by row 4 pays, by row."""
    return dict(paid(Purpose.LEVEL_REBATE, (4, 100, 0), tier=tier, here=here, tier_fen=np.array([65, 50, 40, 30, 20]), **plan))


def test_levels_go_up_the_chain() -> None:
    assert levels([4, 3, 2, 1, 0]) == {3: 100, 2: 50, 1: 30}
    assert levels([0] * 5, levels=[0.5]) == {3: 500}
    assert levels([0] * 5, levels=[]) == {}


def test_shares_are_floored() -> None:
    assert paid(Purpose.LEVEL_REBATE, (4, 9, 0), tier=[0] * 5) == [(3, 9), (2, 4), (1, 2)]


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
    here = np.array([True, True, False, True, True])
    first = ((1, 100, 1), (2, 99, 1), (0, 100, 1), (3, 100, 1))
    assert paid(Purpose.REFERRAL_REBATE, *first, tier=[0] * 5, here=here) == [(0, 100), (1, 99)]
    assert paid(Purpose.REFERRAL_REBATE, *((b, fen, 0) for b, fen, _ in first), tier=[0] * 5, here=here) == []


def test_the_same_level_is_paid_between_two_of_the_top_tier() -> None:
    orders = ((1, 100, 0), (2, 100, 0), (3, 100, 1))
    assert paid(Purpose.SAME_LEVEL_REBATE, *orders, tier=[2, 2, 2, 1, 0]) == [(0, 40), (1, 40)]
    assert paid(Purpose.SAME_LEVEL_REBATE, *orders, tier=[1, 2, 1, 2, 0]) == []


def test_a_higher_tier_of_another_strategy_counts_as_the_last() -> None:
    assert paid(Purpose.SAME_LEVEL_REBATE, (1, 100, 0), tier=[5, 4, 0, 0, 0]) == [(0, 40)]
    assert paid(Purpose.TIER_SPREAD, (1, 100, 0), tier=[5, 4, 0, 0, 0]) == []


def test_levels_on_first_orders_are_told_apart_and_only_orders_from_the_brand_pay() -> None:
    """Row 4's first order from the brand and row 3's later one pay two levels each, the first alone for entering."""
    moved = StockMoved(buyer=np.array([4, 4, 4, -1, 3]), supplier=np.array([-1, -1, 2, 3, -1]), product=np.array([0, 1, 0, 0, 0]),
                       quantity=np.full(5, 10), unit_fen=np.full(5, 100), first=np.array([1, 0, 0, 0, 0]))
    table, tier_fen = SimpleNamespace(upline=CHAIN, tier=np.zeros(5, np.int64)), TIER_FEN
    owed = owed_on(moved, 0, table, ALL, ALL, tier_fen, RebateParams(referral=0, levels=(0.1, 0.2)))
    assert (owed.entry_fen, owed.amount_fen.tolist()) == (300, [0, 100, 200, 100, 200])
    assert owed.row.tolist() == [3, 3, 2, 2, 1]
    assert len(owed_on(moved, 0, table, ~ALL, ALL, tier_fen, RebateParams()).row) == 0
    assert len(owed_on(StockMoved.empty(), 0, table, ALL, ALL, tier_fen, RebateParams()).row) == 0


@pytest.mark.parametrize(("tier", "higher"), [([2, 1, 0, 0, 0], 1), ([0, 2, 0, 0, 1], 1), ([0, 0, 0, 0, 0], -1),
                                              ([2, 0, 0, 0, 2], -1), ([2, 2, 2, 2, 1], 3)])
def test_the_spread_goes_to_the_first_of_a_higher_tier(tier: list[int], higher: int) -> None:
    expected = [] if higher < 0 else [(higher, 10 * int(TIER_FEN[tier[4]] - TIER_FEN[tier[higher]]))]
    assert paid(Purpose.TIER_SPREAD, (4, 100, 0), tier=tier) == expected
    assert paid(Purpose.TIER_SPREAD, (4, 100, 0), tier=tier, spread=False) == []


def test_the_spread_of_one_who_gave_up_goes_further_up() -> None:
    gone = np.array([True, False, True, True, True])
    found = paid(Purpose.TIER_SPREAD, (4, 100, 0), (3, 100, 0), tier=[2, 2, 0, 1, 0], here=gone)
    assert [row for row, _ in found] == [3, 0]


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
    assert (RecruitParams().survivor_bias, RecruitParams().visible) == (0.5, 3)


def test_no_tier_gets_goods_for_nothing() -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        TierParams(price_share=0.0)
