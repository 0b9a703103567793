"""What is counted of resellers' sales and of what recruits are shown, by hand: of the recorded brand, and of nobody else."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.exchange.events import PathKind
from sim.exchange.postings import postings
from sim.model.retail import Retail

WORLD: Any = SimpleNamespace(n_people=120)


def asked(sponsor: list[int], tier: list[int]) -> Any:
    return SimpleNamespace(sponsor=np.array(sponsor, np.int64), tier=np.array(tier, np.int64))


def heard(joined: Any, refused: Any) -> float:
    """Return the income shown, where persons 4 (twice), 7 and 9 sought resellers of brand 0, 7 also members, 2 and 11 for brand 1."""
    invite = SimpleNamespace(sponsor=np.array([9, 2, 4, 7, 7, 11, -1, 4]), role_tier=np.array([0, 0, 0, -1, 0, 0, 0, 0]),
                             brand=np.array([0, 1, 0, 0, 0, 1, 0, 0]),
                             perceived_income_fen=np.array([900, 50_000, 400, 60_000, 700, 70_000, 80_000, 90_000]))
    table = type("Invites", (SimpleNamespace,), {"__len__": lambda self: len(self.sponsor)})(**vars(invite))
    retail = Retail()
    retail.hear(WORLD, table, joined, refused)
    return retail.shown_fen


def test_income_shown_is_that_of_whoever_was_asked_for_the_recorded_brand() -> None:
    assert heard(asked([4, 2], [0, 0]), asked([9, 7, 11], [0, 0, 0])) == (400 + 900 + 700) / 3
    assert heard(asked([7], [-1]), asked([7, 9], [-1, 0])) == 900  # asked to be members
    assert math.isnan(heard(asked([2, 5], [0, 0]), asked([11, 99], [0, 0])))
    nothing = Retail()
    nothing.hear(WORLD, None, asked([4], [0]), asked([], []))
    assert math.isnan(nothing.shown_fen)


def test_sales_of_another_brands_resellers_are_not_counted() -> None:
    """Reseller 0 (person 10) sells three kept, one back spoiled, one back as new, one to itself; 1 is of another brand."""
    table = SimpleNamespace(size=2, person=np.array([10, 11]), unit_fen=np.array([[60, 0], [0, 50]]),
                            row_of=np.full(30, -1, np.int32))
    table.row_of[[10, 11]] = [0, 1]
    channels = SimpleNamespace(owned=np.array([False, True]), account=np.array([0, 1]))
    channel = np.zeros(50, np.int16)
    channel[5] = 1
    world = SimpleNamespace(resellers=table, channels=channels, audiences=SimpleNamespace(channel=channel))
    sold = SimpleNamespace(
        seller=np.array([0, 0, 0, 1, 0, 0]), person=np.array([20, 21, 10, 22, 11, 23]), quantity=np.array([2, 1, 1, 5, 1, 1]),
        price_fen=np.array([100, 100, 100, 90, 100, 100]), product=np.array([0, 0, 0, 1, 0, 0]), order=np.arange(6),
        path_row=np.array([40, 3, -1, 4, 5, -1]),
        path_kind=np.array([PathKind.TIE, PathKind.FEED, PathKind.MEMORY, PathKind.FEED, PathKind.FEED, PathKind.MEMORY]))
    delivered = SimpleNamespace(order=np.arange(6), returned=np.array([0, 1, 0, 0, 0, 1]),
                                resaleable=np.array([0, 0, 0, 0, 0, 1]))
    retail = Retail(2)
    ultimate = retail.count(world, sold, np.array([True, False]), delivered)
    assert ultimate == 2  # person 11 is a reseller
    found = {name: getattr(retail, name)[:2].tolist() for name in ("units", "value_fen", "cost_fen", "paid_fen")}
    assert found == {"units": [3, 0], "value_fen": [300, 0], "cost_fen": [240, 0], "paid_fen": [500, 0]}
    assert retail.rented_fen.tolist() == [100, 0]  # the brand's own channel is no seller
    assert retail.top_share(world, 1_000.0) == 0.5
    assert retail.income_fen(np.array([0, 1])).tolist() == [60, 0]
    assert retail.of(np.array([1, 0])).tolist() == [0, 3]


def test_who_only_lost_goods_has_no_income_from_sales() -> None:
    retail = Retail()
    retail.value_fen, retail.cost_fen, retail.units = np.array([100, 0]), np.array([40, 60]), np.array([1, 0])
    retail.pay_fen = np.array([[0, 0, 7, 0], [0, 0, 5, 0]])
    assert retail.income_fen(np.array([0, 1])).tolist() == [60 + 7, 0 + 5]


def test_goods_handed_on_to_another_reseller_earn_what_they_cost_more() -> None:
    """Row 0 hands on three at 80 that cost it 60; what the brand sells, and what goes back to it, is nobody's margin."""
    world: Any = SimpleNamespace(resellers=SimpleNamespace(size=2, unit_fen=np.array([[60], [50]])))
    moved: Any = SimpleNamespace(supplier=np.array([0, -1, 1]), buyer=np.array([1, 0, -1]), product=np.zeros(3, np.int64),
                                 unit_fen=np.array([80, 65, 20]), quantity=np.array([3, 9, 9]))
    retail = Retail()
    retail.hand_on(world, moved)
    assert retail.pay_fen[:2].tolist() == [[0, 0, 60, 0], [0, 0, 0, 0]]


def test_pay_is_told_apart_by_what_it_was_for() -> None:
    retail = Retail()
    world = SimpleNamespace(resellers=SimpleNamespace(size=3, profit_day=np.zeros(3, np.int64)))
    kinds = [Purpose.REFERRAL_REWARD, Purpose.REFERRAL_REBATE, Purpose.LEVEL_REBATE, Purpose.TIER_SPREAD, Purpose.COMMISSION,
             Purpose.BUY_BACK, Purpose.LEVEL_REBATE, Purpose.LEVEL_REBATE]
    account = [*[Account.RESELLER] * 6, Account.KOL, Account.RESELLER]
    retail.pay(world, postings(
        payer_account=int(Account.BRAND), payer_owner=0, payee_account=np.array(account),
        payee_owner=np.array([0, 1, 0, 0, 1, 2, 2, 2]), purpose=np.array(kinds), due_day=9,
        amount_fen=np.array([1, 20, 300, 4_000, 50_000, 600_000, 7_000_000, 0])), 9)
    assert world.resellers.profit_day.tolist() == [9, 9, 0], "other money, other accounts and nothing at all keep nobody going"
    assert not retail.pay_fen[2].any()
    assert retail.pay_facts(np.array([0, 1]), 100.0) == {
        "recruiting_income_fen": 121.0, "entry_fee_pay_fen": 120.0, "team_pay_fen": 4_200.0, "retail_sales_fen": 0.0,
        "retail_cost_fen": -50_000.0}
    assert retail.income_fen(np.array([0, 1])).tolist() == [4_301, 50_020]
    assert retail.pay_facts(np.empty(0, np.int64), 0.0) == {}


def test_the_largest_seller_may_be_an_account_with_several_channels() -> None:
    retail = Retail(3)
    retail.rented_fen += np.array([30, 50, 40])
    world = SimpleNamespace(channels=SimpleNamespace(account=np.array([1, 0, 1])))
    assert retail.top_share(world, 140.0) == 0.5
