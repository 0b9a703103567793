"""The money of a run as people read it: every purpose has its place, every series and split adds up."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.exchange.events import PathKind
from sim.exchange.postings import postings
from sim.ledger import Ledger, statements
from sim.model.books import INCOMING, PARTS, SERIES, money_series, price_split
from sim.model.record import record_of
from sim.model.schedule import step
from sim.model.state import start
from sim.scenario.resolve import resolve
from tests.reference.scenarios import spec_of

SHOWN = ("bazaar", "both", "traffic", "preferential")
"""Worlds with resellers who sell, without any, with two products, and with rented accounts."""


@pytest.fixture(scope="module", params=SHOWN)
def played(request):
    """A finished run, and for each reseller what was sold to others and kept, told from the events of each day."""
    state = start(spec_of(request.param), 0, audit=True)
    sold, value, ultimate, back = Counter(), Counter(), 0, 0
    for _ in range(state.spec.days):
        day = step(state)
        table, world = state.world.resellers, state.world
        orders = zip(*(getattr(day.sold, n).tolist() for n in ("seller", "person", "quantity", "price_fen", "path_kind",
                                                               "path_row", "order")), strict=True)
        returned = set(day.events.delivered.order[day.events.delivered.returned > 0].tolist())
        for seller, person, units, price, kind, row, order in orders:
            if row >= 0 and PathKind(kind).name in {"FEED", "GROUP", "LIVE", "CHAT"}:
                channel = world.audiences.channel[row]
                if not world.channels.owned[channel]:
                    value["account", int(world.channels.account[channel])] += units * price
            if seller >= 0:
                value["reseller", seller] += units * price * (table.person[seller] != person)
                sold[seller] += units * (table.person[seller] != person) * (order not in returned)
                ultimate += units * (table.row_of[person] < 0) * (order not in returned)
        back += int(day.events.stock_moved.quantity[day.events.stock_moved.buyer < 0].sum())
    return state, record_of(state, {}, pictures=False), sold, ultimate, back, value


def test_every_purpose_has_one_place() -> None:
    series = [p for purposes in SERIES.values() for p in purposes]
    assert sorted(series) == sorted(set(Purpose) - {Purpose.CAPITAL})
    parts = [p for purposes in PARTS.values() for p in purposes]
    assert sorted([*parts, *INCOMING]) == sorted(Purpose)


@pytest.mark.parametrize("purpose", [p for p in Purpose if p not in {Purpose.CAPITAL, Purpose.STOCK_VALUE}])
@pytest.mark.parametrize("due", [0, 2])
def test_what_a_brand_pays_is_a_cost_of_its_series_on_the_day_it_is_owed(purpose, due) -> None:
    ledger = Ledger(1, 1, 3, audit=True)
    ledger.open_account(Account.BRAND, 0, 100_000)
    for day in range(3):
        ledger.fall_due(day)
        if day == 0:
            ledger.post(postings(payer_account=Account.BRAND, payer_owner=0, payee_account=Account.RESELLER, payee_owner=0,
                                 amount_fen=700, purpose=int(purpose), due_day=due), 0)
        ledger.close_day(day)
    found = money_series(ledger)
    (home,) = [name for name, purposes in SERIES.items() if purpose in purposes]
    assert found[home].tolist() == ([-700, 0, 0] if home == "net_revenue_fen" else [700, 0, 0])
    assert all(not values.any() for name, values in found.items() if name in SERIES and name != home)
    assert found["profit_fen"].tolist() == [-700, -700, -700]


def test_revenue_less_costs_is_the_profit_of_each_day(played) -> None:
    daily = played[1].daily
    costs = sum(values for name, values in daily.items() if name.startswith("cost_"))
    assert np.allclose(daily["net_revenue_fen"] - costs, np.diff(daily["profit_fen"], prepend=0), atol=1e-6)


def test_the_parts_of_the_price_sum_to_what_consumers_paid(played) -> None:
    state, record, *_ = played
    paid = record.daily["gmv_fen"].sum() / record.daily["units"].sum()
    assert sum(record.price_split.values()) == pytest.approx(paid, rel=1e-12)
    # What is left with resellers is their result, told by the ledger another way, less the capital they brought
    # and less the rebates, which are a part of their own.
    units, table = record.daily["units"].sum(), state.world.resellers
    gained = int(state.ledger.result(Account.RESELLER).sum()) - int(table.buy_in_fen[: table.size].sum())
    parts = record.price_split
    rest = parts.get("resellers", 0.0) + parts.get("rebates", 0.0) + parts.get("buy_back", 0.0)
    assert rest * units == pytest.approx(gained, abs=1e-3)
    assert int(record.agents["net_fen"].sum()) == gained


def test_a_seller_without_resellers_keeps_no_part_for_them() -> None:
    state = start(spec_of("both"), 0)
    while state.day < state.spec.days:
        step(state)
    split = price_split(state.recorder.series, state.ledger)
    assert "resellers" not in split
    assert {"goods", "delivery", "media", "host", "packet", "profit"} <= split.keys()


def test_an_unsold_run_has_no_price() -> None:
    state = start(spec_of("nobody", days=1, brand={"seed_customers": 0}), 0)
    step(state)
    assert price_split(state.recorder.series, state.ledger) == {}


def test_what_resellers_sold_to_others(played) -> None:
    _, record, sold, ultimate, back, value = played
    assert record.agents["sold"].tolist() == [sold[row] for row in range(len(record.agents["sold"]))]
    assert record.daily["ultimate_units"].sum() == ultimate <= record.daily["sell_through"].sum()
    assert record.daily["bought_back"].sum() == back
    assert sum(record.daily[f"agents_tier_{k}"] for k in range(4)).tolist() == record.daily["agents"].tolist()
    joins, exits = record.daily["agent_joins"].cumsum(), record.daily["agent_exits"].cumsum()
    assert (joins - exits == record.daily["agents"]).all()
    largest = max(value.values(), default=0)
    top = record.facts.get("top_seller_share", 0.0)
    assert top == pytest.approx(largest / max(1.0, record.daily["gmv_fen"].sum()))


PAY = {Purpose.REFERRAL_REWARD: "heads", Purpose.REFERRAL_REBATE: "entry", Purpose.TIER_SPREAD: "team",
       Purpose.LEVEL_REBATE: "team", Purpose.SAME_LEVEL_REBATE: "team", Purpose.COMMISSION: "own"}


@pytest.mark.parametrize("name", ["bazaar", "agency", "two_agencies"])
def test_what_resellers_earned_and_what_it_was_for(name: str) -> None:
    """A clerk books every order, return, stock order and debt of each day, row by row, at the average cost of the stock."""
    state, table = start(spec_of(name), 0, audit=True), None
    sales, cost, pay, first_levels = Counter(), Counter(), Counter(), 0
    while state.day < state.spec.days:
        books = [dict(seat.book) for seat in state.seats]
        day = step(state)
        table, unit = state.world.resellers, state.world.resellers.unit_fen
        gone = day.events.delivered
        back = dict(zip(gone.order[gone.returned > 0].tolist(), gone.resaleable[gone.returned > 0].tolist(), strict=True))
        for k in np.flatnonzero((day.sold.seller >= 0) & (state.world.products.brand_of[day.sold.product] == 0)):
            row, order, units = int(day.sold.seller[k]), int(day.sold.order[k]), int(day.sold.quantity[k])
            if table.person[row] != day.sold.person[k]:
                sales[row] += units * int(day.sold.price_fen[k]) * (order not in back)
                cost[row] += units * int(unit[row, day.sold.product[k]]) * (not back.get(order, 0))
        moved = day.events.stock_moved
        for k in np.flatnonzero((moved.supplier >= 0) & (moved.buyer >= 0)):
            row = int(moved.supplier[k])
            pay[row, "team"] += int(moved.quantity[k]) * int(moved.unit_fen[k] - unit[row, moved.product[k]])
        for before, seat in zip(books, state.seats, strict=True):
            told = [int(b["entry_levels_fen"][0]) for b in (before, seat.book) if "entry_levels_fen" in b]
            first_levels += (told[-1] - (told[0] if len(told) > 1 else 0)) if told and seat.brand == 0 else 0
    for line in rebates_of(state):
        pay[line[0], PAY[line[1]]] += line[2]
    record = record_of(state, {}, pictures=False)
    rows = np.flatnonzero(table.brand[: table.size] == 0).tolist()
    income = [max(sales[r] - cost[r], 0) + sum(pay[r, kind] for kind in ("heads", "entry", "team", "own")) for r in rows]
    assert record.agents["income_fen"].tolist() == income
    total = {kind: sum(pay[r, kind] for r in rows) for kind in ("heads", "entry", "team", "own")}
    facts = record.facts
    assert sum(income) > 0
    assert facts["retail_sales_fen"] == sum(sales[r] for r in rows)
    assert facts["retail_cost_fen"] == sum(cost[r] for r in rows) - total["own"]
    assert facts["entry_fee_pay_fen"] == total["entry"] + first_levels
    assert facts["recruiting_income_fen"] == facts["entry_fee_pay_fen"] + total["heads"]
    assert facts["team_pay_fen"] == total["team"] - first_levels
    assert (first_levels > 0) == (name != "bazaar")


def rebates_of(state):
    """Return (row, purpose, fen) of every debt to a reseller, from the journal and what is still owed."""
    journal = state.ledger.journal()
    kept = (journal["payee_account"] == Account.RESELLER) & np.isin(journal["purpose"], list(PAY))
    return [(int(o), Purpose(int(p)), int(f)) for o, p, f in zip(
        journal["payee_owner"][kept], journal["purpose"][kept], journal["amount_fen"][kept], strict=True)]


def test_resellers_of_another_brand_are_not_counted() -> None:
    state = start(spec_of("trees"), 0)
    while state.day < state.spec.days:
        step(state)
    table = state.world.resellers
    for row in range(table.size):  # every second tree sells for the second brand
        table.brand[row] = table.brand[table.upline[row]] if table.upline[row] >= 0 else row % 2
    record = record_of(state, {}, pictures=False)
    mine = table.brand[: table.size] == 0
    assert 0 < mine.sum() < table.size
    assert record.agents["person"].tolist() == table.person[: table.size][mine].tolist()
    up = table.upline[: table.size][mine]
    told = record.agents["upline"]
    assert (told < 0).tolist() == (up < 0).tolist()
    assert record.agents["person"][told[told >= 0]].tolist() == table.person[up[up >= 0]].tolist()


def dual_rebate(**levers):
    """A finished run of dual rebate in a small market, audited."""
    spec = resolve("dual_rebate").spec
    strategy = spec.strategies[0].model_copy(update=levers)
    state = start(spec.model_copy(update={"people": 1_500, "days": 90, "strategies": (strategy,)}), 0, audit=True)
    shown = []
    while state.day < state.spec.days:
        day = step(state)
        told = {int(s): int(v) for s, v in zip(day.invite.sponsor, day.invite.perceived_income_fen, strict=True)}
        for table in (day.events.joined, day.events.refused):
            shown += [told[s] for s, tier in zip(table.sponsor.tolist(), table.tier.tolist(), strict=True)
                      if tier >= 0 and s in told]
    return state, record_of(state, {}, pictures=False), shown


def test_a_scheme_tells_its_levels_and_what_recruits_were_shown() -> None:
    _, record, shown = dual_rebate()
    assert record.facts["rebate_levels"] == 3
    assert record.facts["income_shown_fen"] == pytest.approx(np.mean(shown))
    assert record.facts["buyback_provision_fen"] == 0
    assert "entry_fee_fen" not in record.facts, "the smallest buy-in of the table is the fee"
    two, _, _ = dual_rebate(rebates=resolve("dual_rebate").spec.strategies[0].rebates.model_copy(
        update={"levels": (0.1, 0.05)}))
    assert record_of(two, {}, pictures=False).facts["rebate_levels"] == 2


def test_stock_that_will_be_taken_back_is_provided_for() -> None:
    state, record, _ = dual_rebate(buy_back=0.8)
    table, units = state.world.resellers, record.daily["units"].sum()
    rows = slice(0, table.size)
    loss = np.maximum(0, table.unit_fen[rows, 0] * 8 // 10 - 2_200) * table.stock[rows, 0]
    assert record.facts["buyback_provision_fen"] == loss.sum() > 0
    assert record.daily["profit_fen"][-1] == statements.profit(state.ledger)[-1] - loss.sum()
    costs = sum(values for name, values in record.daily.items() if name.startswith("cost_"))
    gained = record.daily["net_revenue_fen"] - costs
    assert np.allclose(gained, np.diff(record.daily["profit_fen"], prepend=0), atol=1e-6)
    parts = record.price_split
    assert sum(parts.values()) == pytest.approx(record.daily["gmv_fen"].sum() / units)
    kept = state.ledger.result(Account.RESELLER).sum() - table.buy_in_fen[rows].sum()
    provided = parts["buy_back"] * units - record.facts["buyback_provision_fen"]
    assert (parts["resellers"] + parts["rebates"]) * units + provided == pytest.approx(kept, abs=1e-3)
