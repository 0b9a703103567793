"""Budgets: who is cut, by how much, and what shrinks with the money."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.core.errors import PlanError
from sim.exchange.actions import Actions, Capacity, Impress, Spend, Table, rows
from sim.exchange.compose import carried
from tests.proposals import acts, offer, plan_of, post, spend, tend


def bought(amount: Any, count: Any) -> Actions:
    n = len(np.atleast_1d(amount))
    return acts(spend(amount), rows(Impress, offer=0, count=count, targeting=0.5, spend=np.arange(n)))


def test_spending_within_the_budget_is_paid_whole() -> None:
    plan = plan_of(100, a=bought([60, 40], [600, 400]))
    assert plan.paid_fen.tolist() == [60, 40]
    assert plan.impress.count.tolist() == [600, 400]


def test_spending_beyond_it_is_cut_pro_rata_and_floored() -> None:
    plan = plan_of(100, a=bought([100, 50], [999, 7]), b=bought(51, 51))
    assert plan.paid_fen.tolist() == [49, 24, 25]
    assert plan.spend.amount_fen.tolist() == [100, 50, 51]
    assert plan.impress.count.tolist() == [999 * 49 // 100, 7 * 24 // 50, 25]
    assert plan.impress.spend.tolist() == [0, 1, 2]


def test_a_brand_is_cut_alone() -> None:
    plan = plan_of((100, 30), a=acts(spend([200, 30], brand=[0, 1])))
    assert plan.paid_fen.tolist() == [100, 30]


@pytest.mark.parametrize("cash", [0, -500])
def test_without_cash_nothing_is_spent(cash: int) -> None:
    plan = plan_of(cash, a=bought([60, 0], [600, 5]))
    assert plan.paid_fen.tolist() == [0, 0]
    # What asked for nothing lost nothing.
    assert plan.impress.count.tolist() == [0, 5]


def test_what_is_paid_for_shrinks_and_what_is_free_stays() -> None:
    plan = plan_of(50, a=acts(
        spend(100),
        tend([0, 1], spend=[0, -1], host_hours=3.0, packet_fen=99, packets=5, fake_accounts=3, rules=1.0, fit=0.4),
        rows(Capacity, queue=[0, 1], servers=5, open_minute=540, close_minute=1260, minutes_a_case=10.0,
             patience_minutes=5.0, spend=[0, -1])))
    assert plan.tend.host_hours.tolist() == [1.5, 3.0]
    assert plan.tend.packet_fen.tolist() == [49, 99]
    assert plan.tend.packets.tolist() == [2, 5]
    assert plan.tend.fake_accounts.tolist() == [1, 3]
    assert plan.tend.rules.tolist() == [1.0, 1.0]
    assert plan.capacity.servers.tolist() == [2, 5]
    assert plan.capacity.minutes_a_case.tolist() == [10.0, 10.0]


def test_a_packet_remains_while_there_is_money_for_it() -> None:
    plan = plan_of(50, a=acts(spend(100), tend([0, 1], spend=0, packet_fen=[80, 1], packets=1)))
    assert plan.tend.packet_fen.tolist() == [40, 0]
    assert plan.tend.packets.tolist() == [1, 0]


def test_rows_are_cut_before_they_merge() -> None:
    plan = plan_of((50, 1000), a=acts(spend(100), tend(0, spend=0, host_hours=2.0)),
                   b=acts(spend(100, brand=1), tend(0, spend=0, host_hours=2.0)))
    assert plan.tend.host_hours.tolist() == [3.0]
    assert plan.tend.spend.tolist() == [-1]


def test_spending_rows_count_on_from_strategy_to_strategy() -> None:
    free = rows(Impress, offer=0, count=8, targeting=0.5, spend=[1, -1, 0])
    plan = plan_of((50, 1000), a=acts(spend([60, 40])), b=acts(spend([4, 6], brand=[1, 0]), free))
    assert plan.paid_fen.tolist() == [28, 18, 4, 2]
    assert plan.impress.spend.tolist() == [3, -1, 2]
    assert plan.impress.count.tolist() == [8 * 2 // 6, 8, 8]


def test_large_amounts_are_cut_exactly() -> None:
    big = 10**15
    plan = plan_of(10**15 - 1, a=bought([big, big], [10**9, 10**9]))
    half = big * (10**15 - 1) // (2 * big)
    assert plan.paid_fen.tolist() == [half, half]
    assert plan.impress.count.tolist() == [10**9 * half // big] * 2


def test_the_plan_says_what_was_asked_and_paid_and_books_it() -> None:
    plan = plan_of(100, a=acts(spend([150, 50], purpose=Purpose.HOST)))
    settled, booked = plan.settled(), plan.postings(6)
    assert (settled.asked_fen.tolist(), settled.paid_fen.tolist()) == ([150, 50], [75, 25])
    assert settled.purpose.tolist() == [Purpose.HOST] * 2
    assert booked.amount_fen.tolist() == [75, 25]
    assert booked.payer_account.tolist() == [Account.BRAND] * 2
    assert booked.payee_account.tolist() == [Account.PLATFORM] * 2
    assert booked.due_day.tolist() == [6, 6]


@pytest.mark.parametrize(
    ("table", "words"),
    [(spend(-1), "amount_fen"), (spend(1, brand=2), "brand"), (spend(10**15 + 1), "amount_fen"),
     (spend(np.full(5000, 10**15)), "beyond any budget"),
     (rows(Spend, brand=0, payee_account=99, payee_owner=0, amount_fen=1, purpose=6), "payee_account"),
     (rows(Spend, brand=0, payee_account=7, payee_owner=0, amount_fen=1, purpose=-1), "purpose"),
     (rows(Impress, offer=0, count=1, targeting=0.0, spend=0), "strategy a: Impress names spending row 0.*has 0"),
     (tend(0, spend=-2), "spending row -2")],
)
def test_spending_that_cannot_be_is_refused(table: Table, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        plan_of(a=acts(table))


def test_a_strategy_cannot_name_another_ones_spending() -> None:
    free_rider = acts(rows(Impress, offer=0, count=1, targeting=0.0, spend=1))
    with pytest.raises(PlanError, match="strategy b"):
        plan_of(a=acts(spend([5, 6])), b=free_rider)


def test_what_settle_left_for_today_belongs_to_the_same_strategy() -> None:
    today = acts(spend(60), post(0), offers=(offer(2, 12_000),))
    late = acts(spend([30, 10]), rows(Impress, offer=0, count=100, targeting=0.5, spend=[1, -1]),
                offers=(offer(2, 100), offer(3, 9_900)))
    plan = plan_of(50, a=carried(today, late))
    # Its own two prices stay; today's description of offer 2 holds.
    assert plan.offers.price_fen.tolist() == [12_000, 9_900]
    assert plan.paid_fen.tolist() == [30, 15, 5]
    assert plan.impress.spend.tolist() == [2, -1]
    assert plan.impress.count.tolist() == [50, 100]
    assert carried(today, Actions()) is today
    with pytest.raises(PlanError, match="names spending row 1, but it has 1"):
        carried(today, acts(spend(5), rows(Impress, offer=0, count=1, targeting=0.0, spend=1)))
