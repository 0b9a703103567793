"""Dual rebate on a hand-made table of resellers: two brands, two tiers, somebody who left, every amount by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.core.draws import key_of, uniforms
from sim.exchange.events import Events, StockMoved
from sim.strategies.dual_rebate import DualRebateParams

TIERS = [{"name": "low", "price_share": 0.6}, {"name": "top", "price_share": 0.5, "units": 100, "recruits": 3}]
PRODUCT = SimpleNamespace(index=0, price_fen=10_000, delivery_fen=3_000, unit_cost_fen=2_200, claim=0.7)
COLUMNS = {
    #            0 root  1 of 0  2 of 1  3 of 2  4 left, of 0  5 of the other brand
    "person":   [20,     21,     22,     23,     24,           25],
    "upline":   [-1,     0,      1,      2,      0,            -1],
    "tier":     [1,      1,      0,      0,      0,            1],
    "brand":    [0,      0,      0,      0,      0,            1],
    "left":     [-1,     -1,     -1,     -1,     6,            -1],
    "joined":   [0,      1,      2,      7,      1,            0],
    "bought":   [100,    40,     20,     0,      10,           50],
    "recruits": [2,      1,      1,      0,      0,            0],
    "name":     [0,      1,      2,      3,      4,            5],
}  # fmt: skip
STOCK, COST = [3, 0, 5, 0, 4, 6], [5_000, 5_000, 6_000, 0, 6_001, 5_000]


def view(day: int = 7, book: dict[str, Any] | None = None, brand: int = 0, **columns: list[int]) -> Any:
    """Return what brand 0 (or 1) sees on a day."""
    table = SimpleNamespace(**{name: np.array(columns.get(name, held)) for name, held in COLUMNS.items()}, size=6,
                            stock=np.array(columns.get("stock", STOCK))[:, None], unit_fen=np.array(COST)[:, None])

    def ancestors(person: Any, depth: int) -> Any:
        at, found = person - 20, []
        for _ in range(depth):
            at = np.where(at >= 0, table.upline[at], -1)
            found.append(at)
        return np.column_stack(found)

    return SimpleNamespace(resellers=table, brand=brand, day=day, book=book or {}, offers=np.array([3]), ancestors=ancestors,
                           product=lambda _k: PRODUCT, key=lambda purpose: key_of(1, purpose, day))


def scheme(**levers: Any) -> DualRebateParams:
    return DualRebateParams.model_validate({"tiers": TIERS} | levers)


def table_of(actions: Any, name: str) -> Any:
    return next((table for table in actions.tables if type(table).__name__ == name), None)


def settled(moves: list[tuple[int, ...]], plan: DualRebateParams, at: Any = None) -> Any:
    """Settle a day with stock orders (supplier, buyer, units, unit_fen, first) and no sale."""
    columns = zip(*moves, strict=True) if moves else [[]] * 5
    supplier, buyer, quantity, unit, first = (np.array(list(column), np.int64) for column in columns)
    moved = StockMoved(supplier=supplier, buyer=buyer, quantity=quantity, unit_fen=unit, first=first,
                       product=np.zeros(len(buyer), np.int64))
    return plan.settle(Events(stock_moved=moved), at or view())


def owed(settlement: Any) -> list[tuple[Purpose, int, int]]:
    """Return (purpose, row, fen) of what resellers are owed."""
    p = settlement.postings
    kept = p.payee_account == Account.RESELLER
    return sorted(zip(map(Purpose, p.purpose[kept].tolist()), p.payee_owner[kept].tolist(), p.amount_fen[kept].tolist(),
                      strict=True))


# ---------------------------------------------------------------------- stock


def newsvendor(rate: float, cost: int, salvage: float, *, cover: float, optimism: float) -> int:
    """Return the least stock that the textbook would hold: price less discount and parcel."""
    price, mean = PRODUCT.price_fen - PRODUCT.delivery_fen, rate * cover * optimism
    k, total = 0, math.exp(-mean)
    while total < (price - cost) / (price - salvage):
        k += 1
        total += math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
    return k


@pytest.mark.parametrize("buy_back", [0.0, 0.5, 0.9])
def test_orders_are_the_newsvendors_less_what_is_there(buy_back: float) -> None:
    stock = {"buy_in": 12, "least": 1, "every_days": 1, "cover": 10, "optimism": 2.0}
    orders = table_of(scheme(stock=stock, buy_back=buy_back).plan(view(book={"rate": np.array([1.0, 2.0, 0.5])})), "StockOrder")
    mine = orders.supplier < 0
    units = dict(zip(orders.buyer[mine].tolist(), orders.quantity[mine].tolist(), strict=True))
    level = {row: newsvendor(rate, cost, buy_back * cost, cover=10, optimism=2.0)
             for row, rate, cost in ((0, 1.0, 5_000), (1, 2.0, 5_000), (2, 0.5, 6_000))}
    bought_back = units.pop(-1, None)
    assert bought_back is None
    assert units == {row: n for row, n in {0: level[0] - 3, 1: level[1], 2: level[2] - 5, 3: 12}.items() if n > 0}
    assert level[1] > 3
    assert set(orders.unit_fen[mine].tolist()) == {5_000, 6_000}


def test_stock_is_looked_at_on_ones_own_day_and_a_newcomer_orders_at_once() -> None:
    """On day 9 of weeks it is the turn of name 2; row 3 has bought nothing yet."""
    at = view(day=9, book={"rate": np.full(6, 3.0)}, stock=[0] * 6)
    assert table_of(scheme(stock={"every_days": 7}).plan(at), "StockOrder").buyer.tolist() == [2, 3]


def test_a_brand_orders_for_its_own_resellers_and_buys_back_from_its_own() -> None:
    left = {"left": [-1, -1, -1, -1, 6, 6]}
    plan = scheme(stock={"every_days": 1}, buy_back=0.5)
    for brand, buyers, gone, paid in ((0, {0, 1, 2, 3}, [4], [3_000]), (1, set(), [5], [2_500])):
        found = [t for t in plan.plan(view(brand=brand, **left)).tables if type(t).__name__ == "StockOrder"]
        back = [t for t in found if (t.supplier >= 0).all()]
        assert {int(b) for t in found for b in t.buyer} - {-1} <= buyers
        assert [t.supplier.tolist() for t in back] == [gone]
        assert [t.unit_fen.tolist() for t in back] == [paid]  # floored to the fen
        assert [t.quantity.tolist() for t in back] == [[STOCK[gone[0]]]]
    assert all((t.supplier < 0).all() for t in scheme().plan(view(**left)).tables if type(t).__name__ == "StockOrder")


def test_only_a_brands_own_resellers_post_its_offer() -> None:
    assert table_of(scheme().plan(view()), "PeerPost").person.tolist() == [20, 22]
    assert table_of(scheme().plan(view(brand=1)), "PeerPost").person.tolist() == [25]


# ---------------------------------------------------------------------- rebates


def test_orders_of_another_brands_resellers_pay_nothing() -> None:
    assert owed(settled([(-1, 5, 10, 5_000, 1)], scheme(), view(upline=[-1, 0, 1, 2, 0, 0]))) == []


def test_goods_that_resellers_sell_to_each_other_pay_nothing() -> None:
    assert owed(settled([(0, 3, 10, 6_000, 1)], scheme())) == []


def test_the_same_level_is_paid_where_both_have_the_top_tier() -> None:
    plan = scheme(rebates={"referral": 0, "levels": [], "spread": False, "same_level": 0.04})
    moves = [(-1, 1, 10, 5_000, 0), (-1, 2, 10, 6_000, 0), (-1, 3, 10, 6_000, 0), (-1, 0, 10, 5_000, 0)]
    assert owed(settled(moves, plan)) == [(Purpose.SAME_LEVEL_REBATE, 0, 2_000)]
    rising = view(tier=[1, 0, 1, 1, 0, 1])  # 1 below the top between 0 and 2, 3 directly below 2
    assert owed(settled(moves, plan, rising)) == [(Purpose.SAME_LEVEL_REBATE, 2, 2_400)]


def test_levels_on_first_orders_are_told_apart_and_added_up() -> None:
    plan = scheme(rebates={"referral": 0.1, "levels": [0.1, 0.05], "same_level": 0, "spread": True})
    found = settled([(-1, 3, 10, 6_000, 1), (-1, 2, 1, 6_000, 0)], plan, view(book={"entry_levels_fen": np.array([7])}))
    assert owed(found) == sorted([
        (Purpose.REFERRAL_REBATE, 2, 6_000), (Purpose.LEVEL_REBATE, 2, 6_000), (Purpose.LEVEL_REBATE, 1, 3_000),
        (Purpose.TIER_SPREAD, 1, 10_000), (Purpose.LEVEL_REBATE, 1, 600), (Purpose.TIER_SPREAD, 1, 1_000)])
    assert found.book["entry_levels_fen"].tolist() == [7 + 9_000]


# ---------------------------------------------------------------------- recruiting


@pytest.mark.parametrize("exaggeration", [1.0, 2.5])
def test_income_shown_is_that_of_survivors_times_the_boast(exaggeration: float) -> None:
    month = np.array([900, 300, -60, 0, 9_999, 0])
    plan = scheme(recruits={"exaggeration": exaggeration, "survivor_bias": 0.25, "visible": 1},
                  rebates={"referral": 0, "levels": [], "same_level": 0, "spread": False})
    invite = table_of(settled([], plan, view(book={"month": month})).tomorrow, "Invite")
    honest = [900, 0.75 * 600 + 0.25 * 900, 0.75 * 150 + 0.25 * 300, 0]
    assert invite.sponsor.tolist() == [20, 21, 22, 23]
    assert invite.perceived_income_fen.tolist() == [int(exaggeration * income) for income in honest]


def test_of_uplines_who_left_nothing_is_shown_and_their_place_counts() -> None:
    """Row 1 left: of two uplines row 2 shows row 0 alone, and row 3 row 2 alone."""
    month = np.array([900, 300, 60, 0, 9_999, 0])
    plan = scheme(recruits={"survivor_bias": 0.25, "visible": 2},
                  rebates={"referral": 0, "levels": [], "same_level": 0, "spread": False})
    at = view(book={"month": month}, left=[-1, 6, -1, -1, 6, -1])
    invite = table_of(settled([], plan, at).tomorrow, "Invite")
    assert invite.sponsor.tolist() == [20, 22, 23]
    assert invite.perceived_income_fen.tolist() == [900, int(0.75 * 480 + 0.25 * 900), int(0.75 * 30 + 0.25 * 60)]


@pytest.mark.parametrize("push", [0.0, 0.4, 1.0])
def test_a_share_of_resellers_is_pushed_each_day(push: float) -> None:
    pushed = set()
    for day in range(40):
        invite = table_of(settled([], scheme(recruits={"push": push}), view(day=day)).tomorrow, "Invite")
        rows = set() if invite is None else {int(p) - 20 for p in invite.sponsor}
        lots = uniforms(key_of(1, "push", day), np.arange(4))
        assert rows == {int(row) for row in np.flatnonzero(lots < push)}
        pushed |= {(day, row) for row in rows}
    assert len(pushed) / 160 == pytest.approx(push, abs=4 * math.sqrt(push * (1 - push) / 160))


def test_who_rises_has_the_units_or_the_recruits_and_belongs_to_the_brand() -> None:
    def risen(**columns: list[int]) -> list[int]:
        table = table_of(settled([], scheme(), view(tier=[0] * 6, **columns)).tomorrow, "Promote")
        return [] if table is None else table.reseller.tolist()

    assert risen() == [0]
    assert risen(bought=[99, 100, 0, 0, 500, 500]) == [1]
    assert risen(bought=[0] * 6, recruits=[2, 0, 3, 0, 3, 3]) == [2]
    assert risen(bought=[0] * 6, recruits=[0] * 6) == []


def test_recruits_alone_lift_nobody_where_a_tier_asks_for_none() -> None:
    units_only = scheme(tiers=[{"name": "low", "price_share": 0.6}, {"name": "top", "price_share": 0.5, "units": 100}])
    assert table_of(settled([], units_only, view(tier=[0] * 6, bought=[99] * 6, recruits=[9] * 6)).tomorrow, "Promote") is None
