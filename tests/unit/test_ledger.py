"""The ledger books exactly what it is told, refuses what cannot be, and never cuts a debt."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.core.errors import LedgerError
from sim.core.money import LIMIT_FEN
from sim.exchange.postings import Postings, no_postings, postings
from sim.ledger import Goods, Ledger, Place
from sim.ledger.balances import MAX_OWNERS

CASH = 30_000_000


def opened(n_brands: int = 1, days: int = 20, *, audit: bool = True) -> Ledger:
    ledger = Ledger(n_brands, 2, days, audit=audit)
    for brand in range(n_brands):
        ledger.open_account(Account.BRAND, brand, CASH)
    return ledger


def one(payer: tuple[int, int], payee: tuple[int, int], amount: int, purpose: Purpose, due: int = 0) -> Postings:
    return postings(payer_account=payer[0], payer_owner=payer[1], payee_account=payee[0], payee_owner=payee[1],
                    amount_fen=amount, purpose=purpose, due_day=due)


def test_opening_money_comes_from_capital() -> None:
    ledger = opened(2)
    assert ledger.balance(Account.BRAND).tolist() == [CASH, CASH]
    assert ledger.balance(Account.CAPITAL).tolist() == [-2 * CASH]
    assert ledger.balances.value.sum() == 0
    assert ledger.result(Account.BRAND).tolist() == [0, 0]


def test_opening_stock_is_mirrored_not_earned() -> None:
    ledger = opened()
    ledger.open_account(Account.INVENTORY, 0, 2200)
    assert ledger.balance(Account.INVENTORY).tolist() == [2200]
    assert ledger.balance(Account.GOODS_VALUE).tolist() == [-2200]
    assert ledger.result(Account.INVENTORY).tolist() == [0]


def test_a_posting_moves_cash_today() -> None:
    ledger = opened()
    ledger.post(one((Account.HOUSEHOLD, 17), (Account.BRAND, 0), 12_800, Purpose.SALE), 0, "fulfilment")
    assert ledger.cash_fen() == CASH + 12_800
    assert ledger.balance(Account.HOUSEHOLD).tolist() == [-12_800]
    ledger.close_day(0)
    assert ledger.statement[0, Purpose.SALE, 0] == 12_800
    assert ledger.statement[0, Purpose.CAPITAL, 0] == CASH
    assert ledger.closing("cash")[0, 0] == CASH + 12_800


def test_pay_post_and_book_are_the_same_booking() -> None:
    rows, single, parts = opened(), opened(), opened()
    rows.post(one((Account.BRAND, 0), (Account.RESELLER, 70), 5, Purpose.LEVEL_REBATE), 0, "x")
    single.pay((Account.BRAND, 0), (Account.RESELLER, 70), 5, Purpose.LEVEL_REBATE, 0, "x")
    parts.book([(Account.BRAND, Account.RESELLER, 0, 70, np.array([5]), Purpose.LEVEL_REBATE),
                (Account.BRAND, Account.RESELLER, 0, 9, np.empty(0, np.int64), Purpose.LEVEL_REBATE)], 0, "x")
    for ledger in (rows, single, parts):
        ledger.close_day(0)
    for other in (single, parts):
        assert np.array_equal(rows.balances.value, other.balances.value)
        assert np.array_equal(rows.statement, other.statement)
        assert all(np.array_equal(a, b) for a, b in zip(rows.journal().values(), other.journal().values(), strict=True))


def test_parts_of_a_booking_stand_behind_one_another() -> None:
    ledger = opened()
    ledger.book([(Account.BRAND, Account.RESELLER, 0, np.array([2, 0]), np.array([5, 6]), Purpose.LEVEL_REBATE),
                 (Account.HOUSEHOLD, Account.BRAND, 0, 0, np.array([9]), Purpose.SALE)], 0)
    assert ledger.balance(Account.RESELLER).tolist() == [6, 0, 5]
    assert ledger.cash_fen() == CASH - 2
    ledger.book([(Account.HOUSEHOLD, Account.BRAND, 0, 0, np.empty(0, np.int64), Purpose.SALE)], 5)  # nothing, whatever the day
    with pytest.raises(LedgerError):
        ledger.book([(Account.HOUSEHOLD, Account.BRAND, 0, 0, np.array([-1]), Purpose.SALE)], 0)


def test_repeated_payees_all_receive() -> None:
    ledger = opened()
    ledger.post(postings(payer_account=Account.BRAND, payer_owner=0, payee_account=Account.RESELLER,
                         payee_owner=[3, 3, 0], amount_fen=[10, 20, 5], purpose=Purpose.LEVEL_REBATE, due_day=0), 0)
    assert ledger.balance(Account.RESELLER).tolist() == [5, 0, 0, 30]


def test_resellers_keep_their_money_while_the_table_grows() -> None:
    ledger = opened()
    ledger.open_account(Account.RESELLER, np.arange(3), np.array([7, 8, 9]))
    ledger.open_account(Account.KOL, 0, 4)
    ledger.open_account(Account.RESELLER, np.arange(3, 5000), 1)
    assert ledger.balance(Account.RESELLER)[:4].tolist() == [7, 8, 9, 1]
    assert ledger.balance(Account.RESELLER).sum() == 24 + 4997
    assert ledger.balance(Account.KOL).tolist() == [4]
    assert ledger.cash_fen() == CASH
    ledger.close_day(0)


def test_a_later_due_day_books_a_payable_and_is_reversed_exactly() -> None:
    ledger = opened()
    ledger.post(one((Account.BRAND, 0), (Account.KOL, 2), 900, Purpose.COMMISSION, due=3), 0)
    assert (ledger.cash_fen(), ledger.payables_fen()) == (CASH, 900)
    assert ledger.balance(Account.PAYABLE).tolist() == [-900, 0]
    assert ledger.balance(Account.RECEIVABLE).tolist() == [900]
    assert ledger.result(Account.KOL).tolist() == [0, 0, 900]
    assert ledger.result(Account.BRAND).tolist() == [-900]
    for day in range(4):
        ledger.fall_due(day)
        assert (ledger.cash_fen() == CASH - 900) is (day == 3)
        ledger.close_day(day)
    assert ledger.payables_fen() == 0
    assert ledger.balance(Account.PAYABLE).tolist() == [0, 0]
    assert ledger.balance(Account.KOL).tolist() == [0, 0, 900]
    assert ledger.statement[0, Purpose.COMMISSION].tolist()[:4] == [0, 0, 0, -900]
    assert ledger.closing("payables")[0, :4].tolist() == [900, 900, 900, 0]
    flows = ledger.flows.total()
    assert flows[Account.PAYABLE, Account.RECEIVABLE, Purpose.DEBT] == 900
    assert flows[Account.RECEIVABLE, Account.PAYABLE, Purpose.DEBT] == 900


def test_a_debt_is_paid_even_without_cash() -> None:
    ledger = opened()
    ledger.post(one((Account.BRAND, 0), (Account.STAFF, 0), CASH, Purpose.BASE_PAY), 0)
    ledger.post(one((Account.BRAND, 0), (Account.HOUSEHOLD, 0), 500, Purpose.REFUND, due=1), 0)
    ledger.close_day(0)
    ledger.fall_due(1)
    assert ledger.cash_fen() == -500


def test_the_cash_of_the_morning_stays_what_it_was_while_the_day_goes_on() -> None:
    ledger = opened()
    assert ledger.morning_fen() == CASH
    ledger.fall_due(0)
    ledger.post(one((Account.BRAND, 0), (Account.STAFF, 0), 700, Purpose.BASE_PAY), 0)
    ledger.post(one((Account.BRAND, 0), (Account.HOUSEHOLD, 0), 500, Purpose.REFUND, due=1), 0)
    assert (ledger.morning_fen(), ledger.cash_fen()) == (CASH, CASH - 700)
    ledger.close_day(0)
    ledger.fall_due(1)
    assert ledger.morning_fen() == CASH - 1_200


def test_one_table_may_hold_debts_of_several_days() -> None:
    ledger = opened(2)
    ledger.post(postings(payer_account=Account.BRAND, payer_owner=[0, 0, 1, 0], payee_account=Account.RESELLER,
                         payee_owner=[0, 1, 2, 3], amount_fen=[1, 2, 4, 8], purpose=Purpose.LEVEL_REBATE,
                         due_day=[0, 2, 2, 1]), 0)
    assert [ledger.payables_fen(b) for b in (0, 1)] == [10, 4]
    assert ledger.cash_fen(0) == CASH - 1
    for day in range(3):
        ledger.fall_due(day)
        ledger.close_day(day)
    assert ledger.balance(Account.RESELLER).tolist() == [1, 2, 4, 8]
    assert ledger.closing("payables")[:, :3].tolist() == [[10, 2, 0], [4, 4, 0]]


def test_a_debt_between_two_of_another_day_waits_for_its_own() -> None:
    ledger = opened()
    ledger.post(postings(payer_account=Account.BRAND, payer_owner=0, payee_account=Account.STAFF, payee_owner=0,
                         amount_fen=[1, 2, 4], purpose=Purpose.BASE_PAY, due_day=[1, 2, 1]), 0)
    paid = []
    for day in range(3):
        ledger.fall_due(day)
        paid.append(int(ledger.balance(Account.STAFF)[0]))
        ledger.close_day(day)
    assert paid == [0, 5, 7]


def test_what_others_owe_to_a_brand_is_its_receivable() -> None:
    ledger = opened()
    ledger.post(one((Account.PLATFORM, 0), (Account.BRAND, 0), 300, Purpose.SALE, due=7), 0)
    assert (ledger.balances.due_to[0], ledger.payables_fen()) == (300, 0)
    assert ledger.balance(Account.PAYABLE).tolist() == [0, -300]
    ledger.close_day(0)
    assert ledger.closing("receivables")[0, 0] == 300


def test_a_day_that_is_skipped_still_pays_its_debts() -> None:
    ledger = opened()
    ledger.post(one((Account.BRAND, 0), (Account.STAFF, 0), 5, Purpose.BASE_PAY, due=1), 0)
    ledger.post(one((Account.BRAND, 0), (Account.STAFF, 0), 7, Purpose.BASE_PAY, due=2), 0)
    for day in range(3):
        ledger.close_day(day)
    ledger.fall_due(3)
    assert ledger.balance(Account.STAFF).tolist() == [12]
    assert ledger.payables_fen() == 0


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"amount_fen": -1}, "amount between 0"),
        ({"amount_fen": LIMIT_FEN + 1}, "amount between 0"),
        ({"payer_account": len(Account)}, "an account"),
        ({"payee_account": -1}, "an account"),
        ({"purpose": len(Purpose)}, "a purpose"),
        ({"payer_owner": 1}, "BRAND has no owner 1"),
        ({"payer_owner": -1}, "BRAND has no owner -1"),
        ({"payee_account": int(Account.RESELLER), "payee_owner": -1}, "RESELLER has no owner -1"),
        ({"payee_account": int(Account.RESELLER), "payee_owner": 2**40}, "beyond"),
    ],
)
@pytest.mark.parametrize("due", [0, 3])
def test_rows_that_cannot_be_booked_are_refused(columns: dict[str, int], words: str, due: int) -> None:
    ledger = opened(audit=False)
    before = ledger.balance(Account.BRAND).copy()
    good = {"payer_account": Account.BRAND, "payer_owner": 0, "payee_account": Account.HOUSEHOLD, "payee_owner": -1,
            "amount_fen": 5, "purpose": Purpose.OTHER, "due_day": due}
    bad = {name: [good[name], columns.get(name, good[name])] for name in good}

    def book() -> None:
        # What needs no look at the owners is refused at once, the rest when the day is entered.
        ledger.post(postings(**bad), 0)
        ledger.close_day(0)

    with pytest.raises(LedgerError, match=words):
        book()
    assert np.array_equal(ledger.balances.value[:1], before)
    assert ledger.payables_fen() == 0


def test_of_a_table_with_one_bad_row_nothing_is_owed_either() -> None:
    ledger = opened(audit=False)
    rows = postings(payer_account=Account.BRAND, payer_owner=[0, 1], payee_account=Account.HOUSEHOLD, payee_owner=0,
                    amount_fen=5, purpose=Purpose.OTHER, due_day=[3, 0])
    with pytest.raises(LedgerError, match="BRAND has no owner 1"):
        ledger.post(rows, 0)
    assert ledger.payables_fen() == 0
    assert ledger.balance(Account.PAYABLE).tolist() == [0, 0]


def test_several_debts_to_one_payee_add_up() -> None:
    ledger = opened()
    ledger.post(postings(payer_account=Account.BRAND, payer_owner=0, payee_account=Account.RESELLER, payee_owner=[1, 1, 0],
                         amount_fen=[10, 20, 5], purpose=Purpose.LEVEL_REBATE, due_day=2), 0)
    assert ledger.result(Account.RESELLER).tolist() == [5, 30]
    assert ledger.payables_fen() == 35


def test_pay_refuses_what_cannot_be() -> None:
    ledger = opened()
    for amount in (-1, LIMIT_FEN + 1):
        with pytest.raises(LedgerError, match="amount"):
            ledger.pay((Account.BRAND, 0), (Account.STAFF, 0), amount, Purpose.HOST, 0)
    ledger.pay((Account.BRAND, 0), (99, 0), 1, Purpose.HOST, 0)
    with pytest.raises(LedgerError, match="an account"):
        ledger.close_day(0)


def test_only_the_open_day_can_be_written() -> None:
    ledger = opened(days=2)
    ledger.close_day(0)
    with pytest.raises(LedgerError, match="day 0 is not open"):
        ledger.post(one((Account.BRAND, 0), (Account.STAFF, 0), 1, Purpose.HOST), 0)
    with pytest.raises(LedgerError, match="stands at day 1"):
        ledger.close_day(5)
    ledger.close_day(1)
    with pytest.raises(LedgerError, match="last day"):
        ledger.pay((Account.BRAND, 0), (Account.STAFF, 0), 1, Purpose.HOST, 2)


def test_columns_of_another_kind_are_refused() -> None:
    rows = no_postings()
    floats = Postings(*[np.array([1.0]) for _ in vars(rows)])
    with pytest.raises(LedgerError, match="int64"):
        opened().post(floats, 0)


def test_turnover_is_guarded_against_overflow() -> None:
    ledger = opened(audit=False)
    back_and_forth = postings(payer_account=[Account.BRAND, Account.STAFF] * 1500, payer_owner=0,
                              payee_account=[Account.STAFF, Account.BRAND] * 1500, payee_owner=0,
                              amount_fen=LIMIT_FEN, purpose=Purpose.OTHER, due_day=0)
    ledger.post(back_and_forth, 0)
    assert ledger.cash_fen() == CASH
    ledger.post(back_and_forth, 0)
    with pytest.raises(LedgerError, match="overflow"):
        ledger.close_day(0)


def test_turnover_of_very_long_tables_is_exact() -> None:
    ledger = opened(audit=False)
    n = 9_600
    amounts = np.full(n, LIMIT_FEN, np.int64)
    ledger.post(postings(payer_account=Account.HOUSEHOLD, payer_owner=0, payee_account=Account.STAFF, payee_owner=0,
                         amount_fen=amounts, purpose=Purpose.OTHER, due_day=0), 0)
    # The int64 sum of these would wrap around to a number below zero.
    assert n * LIMIT_FEN > 2**63
    with pytest.raises(LedgerError, match="overflow"):
        ledger.balance(Account.STAFF)


def test_balances_cannot_be_written_from_outside() -> None:
    ledger = opened()
    with pytest.raises(ValueError, match="read-only"):
        ledger.balance(Account.BRAND)[0] = 1


def test_accounts_of_brands_do_not_grow() -> None:
    with pytest.raises(LedgerError, match="cannot grow"):
        opened().balances.grow(Account.BRAND, 5)


def test_accounts_that_grow_never_shrink_and_have_a_limit() -> None:
    ledger = opened()
    for owners in (5, 3):
        ledger.balances.grow(Account.RESELLER, owners)
        assert len(ledger.balance(Account.RESELLER)) == 5
    with pytest.raises(LedgerError, match=f"owner {MAX_OWNERS} is beyond {MAX_OWNERS - 1}"):
        ledger.balances.grow(Account.KOL, MAX_OWNERS + 1)


def test_flows_are_sums_by_payer_payee_and_purpose() -> None:
    ledger = opened()
    for amount in (10, 20):
        ledger.pay((Account.BRAND, 0), (Account.PLATFORM, 0), amount, Purpose.MEDIA, 0)
    ledger.close_day(0)
    ledger.pay((Account.BRAND, 0), (Account.PLATFORM, 0), 5, Purpose.MEDIA, 1)
    assert ledger.flows.today().sum() == 0
    ledger.close_day(1)
    total = ledger.flows.total()
    assert total[Account.BRAND, Account.PLATFORM, Purpose.MEDIA] == 35
    assert total.sum() == CASH + 35
    table = ledger.flows.table()
    media = table["purpose"] == Purpose.MEDIA
    assert table["day"][media].tolist() == [0, 1]
    assert table["amount_fen"][media].tolist() == [30, 5]
    assert table["payee_account"][media].tolist() == [Account.PLATFORM] * 2


def test_a_booking_of_nothing_is_no_flow() -> None:
    ledger = opened()
    for payee, amount, purpose in ((Account.PLATFORM, 0, Purpose.MEDIA), (Account.STAFF, 0, Purpose.HOST),
                                   (Account.PLATFORM, 10, Purpose.MEDIA)):
        ledger.pay((Account.BRAND, 0), (payee, 0), amount, purpose, 0)
    ledger.close_day(0)
    table = ledger.flows.table()
    lines = zip(table["purpose"].tolist(), table["amount_fen"].tolist(), strict=True)
    assert sorted(lines) == sorted([(Purpose.CAPITAL, CASH), (Purpose.MEDIA, 10)])


def test_an_empty_table_is_nothing() -> None:
    ledger = opened()
    ledger.post(no_postings(), 0)
    ledger.close_day(0)
    assert len(ledger.journal()["day"]) == 1


def test_without_audit_there_are_no_lines() -> None:
    with pytest.raises(LedgerError, match="audit=True"):
        opened(audit=False).journal()


def test_goods_are_conserved_by_moving() -> None:
    goods = Goods(3)
    goods.move(Place.MADE, Place.BRAND_STOCK, np.array([0, 0, 2]), np.array([5, 1, 4]))
    goods.move(Place.BRAND_STOCK, Place.SOLD, 0, 2)
    goods.move(Place.SOLD, Place.RETURNED, 0, 1)
    assert goods.made.tolist() == [6, 0, 4]
    assert goods.at(Place.BRAND_STOCK).tolist() == [4, 0, 4]
    assert goods.at(Place.SOLD).tolist() == [1, 0, 0]
    goods.check(3, np.zeros(3, np.int64))


def test_goods_that_appear_or_run_out_are_found() -> None:
    goods = Goods(1)
    for quantity in (-1, np.array([-1]), np.array([-1, 3])):
        with pytest.raises(LedgerError, match="negative"):
            goods.move(Place.MADE, Place.SOLD, 0, quantity)
    goods.move(Place.BRAND_STOCK, Place.SOLD, 0, 1)
    with pytest.raises(LedgerError, match="day 4: product 0: -1 units at BRAND_STOCK"):
        goods.check(4)
    goods.move(Place.MADE, Place.BRAND_STOCK, 0, 1)
    with pytest.raises(LedgerError, match="resellers hold 3 units, the book says 0"):
        goods.check(4, np.array([3]))
    goods.units[Place.SOLD] += 1
    with pytest.raises(LedgerError, match="1 units appeared"):
        goods.check(4)


def test_nothing_paid_leaves_no_flow() -> None:
    """Nothing, then 700, then nothing again between the same accounts: one cell; nothing between others: none."""
    ledger = opened()
    for amount in (0, 700, 0):
        ledger.post(one((Account.HOUSEHOLD, 3), (Account.BRAND, 0), amount, Purpose.SALE), 0, "fulfilment")
    ledger.post(one((Account.BRAND, 0), (Account.SUPPLIER, 0), 0, Purpose.GOODS), 0, "restock")
    ledger.close_day(0)
    assert ledger.flows.total()[Account.HOUSEHOLD, Account.BRAND, Purpose.SALE] == 700
    table = ledger.flows.table()
    sales = table["purpose"] == Purpose.SALE
    assert table["amount_fen"][sales].tolist() == [700]
    assert not (table["purpose"] == Purpose.GOODS).any()
