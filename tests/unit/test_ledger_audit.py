"""Every law of the audit: it holds on honest books and names day, account and difference on cooked ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.exchange.postings import postings
from sim.ledger import Ledger, Place
from sim.ledger.audit import DEBT, GOODS, OUTSIDE, PARTIES, ImbalanceError

if TYPE_CHECKING:
    from collections.abc import Callable


def busy(*, close: bool = True) -> Ledger:
    """Return a ledger after a day of sales, rebates, debts and goods; a second day stands open."""
    ledger = Ledger(2, 1, 10, audit=True, unit_cost_fen=np.array([2200]))
    ledger.open_account(Account.BRAND, np.arange(2), np.array([500_000, 300_000]))
    ledger.open_account(Account.RESELLER, np.arange(3), 10_000)
    ledger.pay((Account.BRAND, 0), (Account.SUPPLIER, 0), 22_000, Purpose.GOODS, 0, "make")
    ledger.goods.move(Place.MADE, Place.BRAND_STOCK, 0, 10)
    ledger.stock_value((Account.GOODS_VALUE, 0), (Account.INVENTORY, 0), 22_000, 0)
    ledger.pay((Account.RESELLER, 1), (Account.BRAND, 0), 6_400, Purpose.SELL_IN, 0, "stock")
    ledger.goods.move(Place.BRAND_STOCK, Place.RESELLER_STOCK, 0, 1)
    ledger.stock_value((Account.INVENTORY, 0), (Account.RESELLER_STOCK, 1), 2_200, 0)
    ledger.pay((Account.HOUSEHOLD, 9), (Account.BRAND, 1), 12_800, Purpose.SALE, 0, "sell")
    ledger.post(postings(payer_account=Account.BRAND, payer_owner=0, payee_account=Account.RESELLER,
                         payee_owner=[0, 2], amount_fen=[640, 320], purpose=Purpose.LEVEL_REBATE, due_day=[0, 1]), 0,
                "agency")
    if close:
        ledger.close_day(0)
    return ledger


def test_an_honest_book_passes() -> None:
    ledger = busy()
    ledger.fall_due(1)
    ledger.close_day(1)
    assert ledger.balance(Account.RESELLER).tolist() == [10_640, 3_600, 10_320]


def test_the_journal_has_every_line_with_its_cause() -> None:
    journal = busy().journal()
    assert set(journal) == {"day", "payer_account", "payer_owner", "payee_account", "payee_owner", "amount_fen",
                            "purpose", "cause"}
    assert len(journal["day"]) == 2 + 3 + 6 + 1
    causes = busy().causes
    rebate = journal["purpose"] == Purpose.LEVEL_REBATE
    assert [causes[c] for c in journal["cause"][rebate]] == ["agency"]
    sale = journal["purpose"] == Purpose.SALE
    assert (journal["payer_owner"][sale].tolist(), journal["amount_fen"][sale].tolist()) == ([9], [12_800])


def test_families_of_accounts_cover_all_and_never_overlap() -> None:
    families = [*PARTIES, *OUTSIDE, *DEBT, *GOODS]
    assert sorted(families) == sorted(Account)


def _create_money(ledger: Ledger) -> None:
    ledger.balances.value[0] += 7


def _destroy_money(ledger: Ledger) -> None:
    ledger.balances.value[0] -= 7


def _shift_between_brands(ledger: Ledger) -> None:
    ledger.balances.value[0] += 7
    ledger.balances.value[1] -= 7


def _cook_the_statement(ledger: Ledger) -> None:
    ledger._lines[ledger.day, 0, Purpose.SALE] += 7


def _move_a_line(ledger: Ledger) -> None:
    ledger._lines[ledger.day, 0, Purpose.SALE] += 7
    ledger._lines[ledger.day, 0, Purpose.OTHER] -= 7


def _cook_the_flows(ledger: Ledger) -> None:
    ledger.flows.cells[:] = 0


def _lose_a_debt(ledger: Ledger) -> None:
    ledger.payables.by_day.clear()


def _forget_a_debt(ledger: Ledger) -> None:
    ledger.balances.due_from[0] -= 20


@pytest.mark.parametrize(
    ("cook", "account", "difference", "words"),
    [
        (_create_money, "all accounts", 7, "from nowhere"),
        (_destroy_money, "all accounts", -7, "from nowhere"),
        (_shift_between_brands, r"BRAND[0]", 7, "differs from its lines"),
        (_cook_the_statement, "BRAND[0]", 7, "not the change of cash"),
        (_move_a_line, "BRAND SALE", 7, "not what flowed"),
        (_cook_the_flows, "BRAND", -3_760, "other than what flowed"),
        (_lose_a_debt, "PAYABLE[0]", -320, "what waits"),
        (_forget_a_debt, "PAYABLE[0]", -20, "what waits"),
    ],
)
def test_a_cooked_book_is_found(cook: Callable[[Ledger], None], account: str, difference: int, words: str) -> None:
    ledger = busy()
    ledger.pay((Account.BRAND, 0), (Account.STAFF, 0), 3_760, Purpose.HOST, 1)
    ledger.cash_fen()
    cook(ledger)
    with pytest.raises(ImbalanceError, match=words) as caught:
        ledger.close_day(1)
    assert (caught.value.day, caught.value.account, caught.value.difference) == (1, account, difference)
    assert "day 1" in str(caught.value)
    assert account in str(caught.value)


@pytest.mark.parametrize(
    ("payer", "payee"),
    [((Account.BRAND, 0), (Account.PAYABLE, 0)), ((Account.INVENTORY, 0), (Account.BRAND, 0)),
     ((Account.RECEIVABLE, 0), (Account.GOODS_VALUE, 0))],
)
def test_cash_debt_and_goods_do_not_mix(payer: tuple[int, int], payee: tuple[int, int]) -> None:
    ledger = busy()
    ledger.pay(payer, payee, 1, Purpose.OTHER, 1)
    with pytest.raises(ImbalanceError, match="mixed") as caught:
        ledger.close_day(1)
    assert caught.value.difference == 1


def test_rebates_reach_participants_only() -> None:
    ledger = busy()
    ledger.pay((Account.BRAND, 0), (Account.PLATFORM, 0), 64, Purpose.LEVEL_REBATE, 1)
    with pytest.raises(ImbalanceError, match="no participant received") as caught:
        ledger.close_day(1)
    assert caught.value.difference == 64


def test_stock_is_held_against_its_units() -> None:
    ledger = busy()
    ledger.goods.move(Place.BRAND_STOCK, Place.SOLD, 0, 1)
    with pytest.raises(ImbalanceError, match="cost of its units") as caught:
        ledger.close_day(1)
    assert (caught.value.account, caught.value.difference) == ("INVENTORY", 2_200)


def test_the_law_of_cash_is_what_consumers_spend_less_external_costs() -> None:
    ledger = busy()
    cash = sum(int(ledger.balance(a).sum()) for a in PARTIES)
    total = ledger.flows.total()
    net = total.sum(axis=(0, 2)) - total.sum(axis=(1, 2))
    consumers, suppliers, capital = (int(net[a]) for a in (Account.HOUSEHOLD, Account.SUPPLIER, Account.CAPITAL))
    assert cash == -consumers - suppliers - capital == 12_800 - 22_000 + 830_000


def test_audit_changes_no_number() -> None:
    audited, plain = busy(), Ledger(2, 1, 10)
    for name in ("day", "causes"):
        assert hasattr(plain, name)
    plain.open_account(Account.BRAND, np.arange(2), np.array([500_000, 300_000]))
    plain.pay((Account.HOUSEHOLD, 9), (Account.BRAND, 1), 12_800, Purpose.SALE, 0)
    plain.close_day(0)
    assert plain.statement[1].tolist() == audited.statement[1].tolist()
