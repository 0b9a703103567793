"""Statements: lines, profit by hand, and the sum over all participants."""

from __future__ import annotations

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.exchange.postings import postings
from sim.ledger import Ledger
from sim.ledger.statements import by_purpose, profit


def traded() -> Ledger:
    """Return three days: goods bought, one unit sold, one sold in, a commission owed, media paid."""
    ledger = Ledger(1, 1, 3, audit=True)
    ledger.open_account(Account.BRAND, 0, 100_000)
    ledger.open_account(Account.RESELLER, 0, 20_000)
    ledger.open_account(Account.INVENTORY, 0, 2_200)
    ledger.pay((Account.BRAND, 0), (Account.SUPPLIER, 0), 4_400, Purpose.GOODS, 0)
    ledger.stock_value((Account.GOODS_VALUE, 0), (Account.INVENTORY, 0), 4_400, 0)
    ledger.close_day(0)
    ledger.pay((Account.HOUSEHOLD, 5), (Account.BRAND, 0), 12_800, Purpose.SALE, 1)
    ledger.stock_value((Account.INVENTORY, 0), (Account.GOODS_VALUE, 0), 2_200, 1)
    ledger.pay((Account.RESELLER, 0), (Account.BRAND, 0), 6_400, Purpose.SELL_IN, 1)
    ledger.stock_value((Account.INVENTORY, 0), (Account.RESELLER_STOCK, 0), 2_200, 1)
    ledger.post(postings(payer_account=Account.BRAND, payer_owner=0, payee_account=Account.KOL, payee_owner=0,
                         amount_fen=1_280, purpose=Purpose.COMMISSION, due_day=9), 1)
    ledger.close_day(1)
    ledger.pay((Account.BRAND, 0), (Account.PLATFORM, 0), 1_000, Purpose.MEDIA, 2)
    ledger.pay((Account.BRAND, 0), (Account.RESELLER, 0), 640, Purpose.LEVEL_REBATE, 2)
    ledger.close_day(2)
    return ledger


def test_profit_by_hand() -> None:
    # Day 0: cash became stock. Day 1: 12,800 + 6,400 of sales, 4,400 of goods gone, 1,280 owed.
    assert profit(traded()).tolist() == [0, 13_520, 13_520 - 1_640]


def test_lines_are_named_by_purpose() -> None:
    lines = by_purpose(traded())
    assert set(lines) == {"capital", "goods", "sale", "sell_in", "media", "level_rebate"}
    assert lines["sale"].tolist() == [0, 12_800, 0]
    assert lines["level_rebate"].tolist() == [0, 0, -640]
    assert sum(int(line.sum()) for line in lines.values()) == traded().cash_fen()


def test_a_line_that_came_back_in_full_is_still_a_line() -> None:
    ledger = Ledger(1, 1, 1)
    ledger.open_account(Account.BRAND, 0, 500)
    for payer, payee in ((Account.BRAND, Account.PLATFORM), (Account.PLATFORM, Account.BRAND)):
        ledger.pay((payer, 0), (payee, 0), 200, Purpose.MEDIA, 0)
    ledger.close_day(0)
    assert set(by_purpose(ledger)) == {"capital"}  # within a day it is nothing
    ledger = Ledger(1, 1, 2)
    for day, (payer, payee) in enumerate(((Account.BRAND, Account.PLATFORM), (Account.PLATFORM, Account.BRAND))):
        ledger.pay((payer, 0), (payee, 0), 200, Purpose.MEDIA, day)
        ledger.close_day(day)
    assert by_purpose(ledger)["media"].tolist() == [-200, 200]


def test_accrued_lines_stand_on_the_day_an_amount_became_due() -> None:
    ledger = traded()
    lines = ledger.accrued[0]
    assert lines[Purpose.COMMISSION].tolist() == [0, -1_280, 0], "the commission is owed, not paid"
    trade = lines.sum(axis=0) - lines[Purpose.CAPITAL] + np.diff(ledger.closing("inventory")[0], prepend=2_200)
    assert np.cumsum(trade).tolist() == profit(ledger).tolist()


def test_a_debt_paid_later_leaves_the_accrued_line_where_it_was() -> None:
    ledger = Ledger(2, 1, 5, audit=True)
    ledger.open_account(Account.BRAND, np.arange(2), 10_000)
    for day in range(5):
        ledger.fall_due(day)
        if day == 1:
            for payer, payee, amount in (((Account.BRAND, 0), (Account.STAFF, 0), 700), ((Account.BRAND, 0), (Account.BRAND, 1), 40)):
                ledger.post(postings(payer_account=payer[0], payer_owner=payer[1], payee_account=payee[0],
                                     payee_owner=payee[1], amount_fen=amount, purpose=Purpose.BASE_PAY, due_day=3), 1)
        ledger.close_day(day)
    assert ledger.statement[0, Purpose.BASE_PAY].tolist() == [0, 0, 0, -740, 0]
    assert ledger.accrued[0, Purpose.BASE_PAY].tolist() == [0, -740, 0, 0, 0]
    assert ledger.accrued[1, Purpose.BASE_PAY].tolist() == [0, 40, 0, 0, 0]


def test_participants_share_what_the_channel_earned() -> None:
    ledger = traded()
    brand, stock, cash, held, kol = (int(ledger.result(account).sum()) for account in (
        Account.BRAND, Account.INVENTORY, Account.RESELLER, Account.RESELLER_STOCK, Account.KOL))
    assert brand + stock == 13_520 - 1_640
    assert cash + held == -6_400 + 2_200 + 640
    assert kol == 1_280
    # Sell-in, rebate and commission cancel: a consumer's price less goods used up and media remains.
    assert brand + stock + cash + held + kol == 12_800 - 2_200 - 1_000
