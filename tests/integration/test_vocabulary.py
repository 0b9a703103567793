"""Every word of the vocabulary is said and heard: all actions, all events, money to the fen.

A test strategy that asks for everything runs beside a rival for sixty audited days; small scenes then
hold single words to exact numbers. How plans merge stands in `test_composition.py`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.exchange.actions import Actions, Enrol, StockOrder, Table, rows
from sim.exchange.events import EnforcementKind, PathKind, Reason
from sim.exchange.postings import Settlement, join_postings, postings
from sim.model.schedule import step
from sim.model.state import start
from sim.scenario.spec import ScenarioSpec
from sim.verification.quiet import days_of, finished, quiet
from tests.conformance.market_day import MarketDay, level_rebates
from tests.conformance.strategies import Chats, Deals, Feed, Feeds, Scripted, Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.exchange.events import Events
    from sim.exchange.view import View
    from sim.model.day import Day
    from sim.model.state import RunState

DAYS = 60
EVENTS = ("exposed", "ordered", "unfilled", "chatted", "delivered", "talked", "joined", "refused", "left", "stock_moved",
          "pool_closed", "settled", "enforced", "unmasked")


def full_market(*strategies: object) -> ScenarioSpec:
    """Two brands among the same 400 people: one with a traffic item beside its earner, one that exaggerates."""
    ours = {"name": "ours", "cash": 4_000, "seed_customers": 40, "products": [
        {"price": 10, "unit_cost": 6, "quality": 0.6, "stock": 30}, {"price": 128, "uses_days": 8}]}
    theirs = {"name": "theirs", "cash": 20_000, "seed_customers": 20,
              "product": {"price": 90, "quality": 0.5, "claimed_quality": 0.9, "uses_days": 8}}
    return ScenarioSpec.model_validate({
        "people": 400, "days": DAYS, "seed": 3, "brands": [ours, theirs], "strategies": list(strategies),
        "network": {"kind": "small_world", "ties_per_person": 10},
        "mechanisms": {"choice": {"impulse": 0.2, "doors": {"impression": -4, "feed": -3, "group": -3, "live": -3,
                                                            "chat": -3, "tie": -3, "memory": 0}},
                       "enforcement": {"first_ban": 8}, "detection": {"fake_detection": 0.02}},
        "shocks": [{"kind": "account_ban", "day": 15, "share": 1}, {"kind": "account_ban", "day": 50, "share": 0.9}]})


@pytest.fixture(scope="module")
def told() -> tuple[RunState, list[Day]]:
    """Run the full market once."""
    state = start(full_market(MarketDay(media_fen=60_000), MarketDay(id="rival", brand=1, founders=0)), 0, audit=True)
    return state, [step(state) for _ in range(DAYS)]


def counted(days: list[Day], pick: Callable[[Events], Any]) -> Counter[int]:
    """Count the values of a column over all days."""
    return Counter(np.concatenate([np.asarray(pick(day.events)) for day in days]).tolist())


def test_every_event_happens(told: tuple[RunState, list[Day]]) -> None:
    _, days = told
    missing = [name for name in EVENTS if not sum(len(getattr(day.events, name)) for day in days)]
    assert not missing


def test_every_reason_and_door_happens(told: tuple[RunState, list[Day]]) -> None:
    _, days = told
    unfilled = counted(days, lambda e: e.unfilled.reason)
    assert {Reason.STOCK, Reason.QUEUE, Reason.POOL, Reason.BAN} <= unfilled.keys()
    refused = counted(days, lambda e: e.refused.reason)
    assert {Reason.DECLINED, Reason.CONTEST, Reason.MEMBER, Reason.FULL, Reason.BAN} <= refused.keys()
    left = counted(days, lambda e: e.left.reason)
    assert {Reason.UNHAPPY, Reason.PRUNED, Reason.LOSSES, Reason.RELEASED} <= left.keys()
    assert set(PathKind) == set(counted(days, lambda e: e.ordered.path_kind))
    assert set(counted(days, lambda e: e.enforced.kind)) == {EnforcementKind.BAN, EnforcementKind.PERMANENT}
    assert set(counted(days, lambda e: e.talked.polarity)) == {1, -1}
    assert set(counted(days, lambda e: e.chatted.answered)) == {0, 1}
    assert set(counted(days, lambda e: e.pool_closed.success)) == {0, 1}
    assert {0, 1} <= set(counted(days, lambda e: e.delivered.returned))
    assert {0, 1} == set(counted(days, lambda e: e.stock_moved.first))
    assert any((e.paid_fen < e.asked_fen).any() for e in (day.events.settled for day in days))


def test_resellers_rise_sell_and_are_released(told: tuple[RunState, list[Day]]) -> None:
    state, days = told
    table = state.world.resellers
    assert {0, 1, 2} <= set(table.tier[: table.size].tolist())
    assert (table.upline[: table.size] >= 0).any()
    sellers = counted(days, lambda e: e.ordered.seller)
    assert any(seller >= 0 for seller in sellers)
    between = counted(days, lambda e: e.stock_moved.supplier)
    assert -1 in between
    assert any(supplier >= 0 for supplier in between)
    record = state.ledger.journal()
    for purpose in (Purpose.LEVEL_REBATE, Purpose.SELL_IN, Purpose.RESELLER_SALE, Purpose.BUY_IN, Purpose.REFUND,
                    Purpose.ESCROW_IN, Purpose.ESCROW_RELEASE, Purpose.ESCROW_REFUND, Purpose.REFERRAL_REWARD,
                    Purpose.MEDIA, Purpose.HOST, Purpose.BASE_PAY, Purpose.STOCK_VALUE):
        assert (record["purpose"] == purpose).any(), purpose.name


def test_two_brands_sell_to_the_same_people(told: tuple[RunState, list[Day]]) -> None:
    state, _ = told
    bought = state.world.people.spent_fen > 0
    both = bought[:, :2].any(axis=1) & bought[:, 2]
    assert both.sum() > 5
    assert state.ledger.n_brands == 2
    assert bought[:, 0].any()  # the traffic item beside the earner
    assert bought[:, 1].any()


# ------------------------------------------------------------------ money to the fen


class Chain(Scripted):
    """A is the upline of B, B of C; each brings 1,000 yuan; C restocks three units, and sells what it has."""

    id: str = "chain"

    def plan(self, view: View) -> Actions:
        """Enrol day by day, restock on day 3, sell from day 4."""
        tables: list[Table] = []
        if view.day < 3:
            tables.append(rows(Enrol, person=view.day, channel=-1, tier=2 - view.day, brand=0, upline=view.day - 1,
                               buy_in_fen=0))
        if view.day == 3:
            tables.append(rows(StockOrder, buyer=2, supplier=-1, product=0, quantity=3, unit_fen=6_401))
        return Actions(tables=tuple(tables))

    def settle(self, events: Events, view: View) -> Settlement:
        """Endow newcomers and owe level rebates on restocks."""
        parts = []
        if view.day < 3:
            parts.append(postings(payer_account=int(Account.HOUSEHOLD), payer_owner=0,
                                  payee_account=int(Account.RESELLER), payee_owner=view.day, amount_fen=100_000,
                                  purpose=int(Purpose.BUY_IN), due_day=view.day))
        moved = events.stock_moved
        parts += list(level_rebates(view, moved.buyer, moved.quantity * moved.unit_fen))
        return Settlement(postings=join_postings(parts))


class Shelf(Feeds):
    """A feed that offers C's stock from day 4."""

    id: str = "shelf"

    def offered(self, view: View) -> Any:
        """Return the offer as C's."""
        return tuple(replace(o,
                             stock_owner=2) for o in super().offered(view)) if view.day >= 4 else super().offered(view)


def test_a_chain_of_resellers_to_the_fen() -> None:
    shelf = Shelf(feeds=(Feed(followers=10, first_day=4),))
    spec = quiet(10, 6, [Chain(), shelf], product={"price": 128, "unit_cost": 22, "delivery_cost": 6})
    days = list(days_of(spec))
    state = days[-1][0]
    moved = days[3][1].events.stock_moved
    assert (moved.buyer.tolist(), moved.quantity.tolist(), moved.first.tolist()) == ([2], [3], [1])
    orders = days[4][1].events
    assert len(orders.ordered) == 3
    assert (orders.ordered.seller == 2).all()
    assert (orders.unfilled.reason == Reason.STOCK).all()
    assert len(orders.unfilled) == 7
    value = 3 * 6_401
    rebate_b, rebate_a = value * 10 // 100, value * 5 // 100  # floored to the fen; nobody stands above A
    cash = state.ledger.balance(Account.RESELLER)
    assert cash.tolist() == [100_000 + rebate_a, 100_000 + rebate_b, 100_000 - value + 3 * (12_800 - 600)]
    brand = state.spec.all_brands()[0].cash + value - rebate_a - rebate_b - 3 * 2_200
    assert state.ledger.cash_fen(0) == brand
    assert state.ledger.balance(Account.SUPPLIER)[0] == 3 * 2_200
    assert state.ledger.balance(Account.LOGISTICS)[0] == 3 * 600
    assert state.ledger.balance(Account.HOUSEHOLD)[0] == -(3 * 100_000 + 3 * 12_800)
    # Rebates fall due the day after: that evening they were owed, not yet paid.
    assert state.ledger.closing("payables")[0, 3] == rebate_a + rebate_b
    assert state.ledger.closing("payables")[0, 4] == 0


def test_level_rebates_pay_out_the_geometric_sum() -> None:
    """Domain 2.8: c(1 - r^L)/(1 - r) of a sale for a buyer with L uplines; here 10 %, 5 %, 3 % by hand."""
    spec = quiet(10, 5, [Chain()])
    state = finished(spec)
    assert -int(state.ledger.statement[0, Purpose.LEVEL_REBATE].sum()) == 3 * 6_401 // 10 + 3 * 6_401 // 20


# ------------------------------------------------------------------ why orders are not filled


def test_the_last_units_of_a_brand() -> None:
    spec = quiet(50, 1, [Feeds(feeds=(Feed(followers=50),))], product={"stock": 12})
    ((state, day),) = days_of(spec)
    assert len(day.events.ordered) == 12
    assert day.events.unfilled.reason.tolist() == [Reason.STOCK] * 38
    assert state.world.brand_stock.tolist() == [0]
    assert state.ledger.closing("inventory")[0, 0] == 0


def test_a_queue_without_staff() -> None:
    chats = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=20),), servers=(0,))
    ((_, day),) = days_of(quiet(20, 1, [chats]))
    assert day.events.unfilled.reason.tolist() == [Reason.QUEUE] * 20


def test_a_deal_that_fails_gives_the_money_back_on_its_last_day() -> None:
    deal = Feeds(offers=(Terms(seats=5),), feeds=(Feed(people=(1, 2, 3), first_day=1, last_day=1),))
    state = start(quiet(10, 5, [deal]), 0, audit=True)
    days = [step(state).events for _ in range(5)]
    assert len(days[1].ordered) == 3
    assert not len(days[1].delivered)
    assert not len(days[1].unfilled)
    assert days[2].pool_closed.success.tolist() == [0]
    assert days[2].pool_closed.filled.tolist() == [3]
    assert days[2].unfilled.reason.tolist() == [Reason.POOL] * 3
    assert sorted(days[2].unfilled.person.tolist()) == [1, 2, 3]
    statement = state.ledger.statement[0]
    assert not statement[Purpose.SALE].any()
    lines = state.ledger.journal()
    held = lines["amount_fen"][lines["purpose"] == Purpose.ESCROW_IN].sum()
    assert held == lines["amount_fen"][lines["purpose"] == Purpose.ESCROW_REFUND].sum() == 3 * 10_000
    assert state.world.people.orders.sum() == 0


def test_a_full_deal_delivers_and_releases_the_escrow() -> None:
    deal = Deals(offers=(Terms(seats=3, price_share=0.8),), feeds=(Feed(followers=3),))
    state = start(quiet(10, 1, [deal]), 0, audit=True)
    events = step(state).events
    assert events.pool_closed.success.tolist() == [1]
    assert len(events.delivered) == 3
    assert state.ledger.statement[0, Purpose.ESCROW_RELEASE, 0] == 3 * 8_000


def test_nobody_reaches_a_seller_whose_accounts_are_all_banned() -> None:
    seller = Feeds(feeds=(Feed(people=tuple(range(10)), first_day=1), Feed()))
    spec = quiet(10, 6, [seller], product={"uses_days": 1}, shocks=[{"kind": "account_ban", "day": 3, "share": 1}],
                 repurchase={"mode": "occasions", "memory": 36_000}, enforcement={"enabled": False, "first_ban": 2})
    ordered, banned = [], []
    for _, day in days_of(spec):
        ordered.append(len(day.events.ordered))
        banned.append(int((day.events.unfilled.reason == Reason.BAN).sum()))
    assert ordered[1] == 10
    assert (ordered[3], banned[3]) == (0, 10)
    assert banned[5] == 0


# ------------------------------------------------------------------ several brands and products


def test_a_rival_with_the_same_product_takes_buyers_away() -> None:
    people, days, u = 2_000, 6, 0.5
    choice = {"mode": "logit", "b_trust": 0, "b_quality": 0, "b_need": 0, "doors": {"feed": u}}
    shares = {}
    for visibility in (0.0, 1.0):
        sellers = [Feeds(feeds=(Feed(followers=people),)),
                   Feeds(id="rival", brand=1, feeds=(Feed(followers=people, visibility=visibility),))]
        state = finished(quiet(people, days, sellers, brands=2, repurchase={"mode": "always"}, choice=choice))
        shares[visibility] = float(state.recorder.series["orders"].sum()) / people / days
    for visibility, expected in ((0.0, np.exp(u) / (1 + np.exp(u))), (1.0, np.exp(u) / (1 + 2 * np.exp(u)))):
        assert abs(shares[visibility] - expected) < 4 * np.sqrt(expected * (1 - expected) / people / days)


@pytest.mark.parametrize("good", [True, False])
def test_a_traffic_item_makes_or_breaks_the_trust_that_the_earner_lives_on(good: bool) -> None:
    lure = {"price": 5, "unit_cost": 4, "delivery_cost": 0, "quality": 0.9 if good else 0.1, "uses_days": 30_000}
    earner = {"price": 100, "unit_cost": 10, "delivery_cost": 1, "quality": 0.7, "uses_days": 30_000}
    seller = Feeds(offers=(Terms(product=0), Terms(product=1)), feeds=(Feed(followers=500, last_day=0),))
    spec = quiet(500, 2, [seller], brand={"products": [lure, earner]}, experience={"moves_trust": True})
    state = finished(spec)
    assert (state.world.people.orders[:, 0] == 1).all()
    trust = state.world.people.brand_trust[:, 0]
    assert (trust > 0.2).all() if good else (trust < 0.2).all()
