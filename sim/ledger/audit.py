"""The audit: every line kept, every balance derived again, every law checked at the end of a day.

Laws (domain 2.8), each to the fen:

1. all balances together are zero, and each equals the sum of its lines;
2. cash, debt and goods at cost never mix, and each of the latter two is zero in itself;
3. an account's balances change by what flowed in less what flowed out;
4. cash of all parties changes by consumer spend - production - logistics - external costs (+ capital);
5. each brand's statement is the change of its cash, line by line what flowed;
6. rebates paid = rebates received, and only participants receive them;
7. payables are what waits in the queue;
8. goods: made = sold + in the channel + returned + scrapped, and stock accounts hold them at cost.

The journal is summed by sorting (account, owner), not through the slots that the ledger uses, so
that a fault in the layout of the columns cannot hide itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import OWNED, Account, Purpose
from sim.core.errors import LedgerError
from sim.ledger.goods import Place
from sim.ledger.moves import AMOUNT, CAUSE, PAYEE, PAYEE_OWNER, PAYER, PAYER_OWNER, PURPOSE

if TYPE_CHECKING:
    from sim.ledger.ledger import Ledger

Ints = NDArray[np.int64]

COLUMNS = {"payer_account": PAYER, "payer_owner": PAYER_OWNER, "payee_account": PAYEE, "payee_owner": PAYEE_OWNER,
           "amount_fen": AMOUNT, "purpose": PURPOSE, "cause": CAUSE}

PARTIES = (Account.BRAND, Account.RESELLER, Account.KOL, Account.STAFF, Account.ESCROW)
"""Accounts of those who take part in the business, escrow being money in transit between them."""
OUTSIDE = (Account.HOUSEHOLD, Account.SUPPLIER, Account.LOGISTICS, Account.PLATFORM, Account.CAPITAL)
DEBT = (Account.PAYABLE, Account.RECEIVABLE)
GOODS = (Account.INVENTORY, Account.RESELLER_STOCK, Account.GOODS_VALUE)

REBATES = (Purpose.REFERRAL_REWARD, Purpose.TIER_SPREAD, Purpose.LEVEL_REBATE, Purpose.REFERRAL_REBATE,
           Purpose.SAME_LEVEL_REBATE)
REBATE_TAKERS = frozenset({Account.BRAND, Account.RESELLER, Account.KOL, Account.HOUSEHOLD, Account.STAFF})


class ImbalanceError(LedgerError):
    """A law of money is broken: `day`, `account` (or the law's name) and `difference` in fen."""

    def __init__(self, day: int, account: str, difference: int, law: str) -> None:
        self.day, self.account, self.difference = day, account, difference
        super().__init__(f"day {day}: {account}: {law} (difference {difference} fen)")


class Audit:
    """Lines of a run and the checks over them.

    Parameters
    ----------
    n_brands : int
        B.
    unit_cost_fen : int64 (P,), optional
        Cost of a unit; without it the value of stock is not held against its units.
    """

    def __init__(self, n_brands: int, unit_cost_fen: Ints | None = None) -> None:
        self._n_brands, self._unit_cost_fen = n_brands, unit_cost_fen
        self._lines: list[tuple[int, Ints]] = []
        self._checked = 0
        self._derived: list[Ints] = [np.zeros(0, np.int64) for _ in Account]
        self._before = np.zeros(len(Account), np.int64)
        self._cash_before = np.zeros(n_brands, np.int64)

    def note(self, moves: Ints, day: int) -> None:
        """Keep lines, int64 (7, n), as they were booked."""
        self._lines.append((day, moves))

    def journal(self) -> dict[str, Ints]:
        """Return all lines as columns: `day` and `COLUMNS`, in the order of booking."""
        lines = np.concatenate([np.empty((7, 0), np.int64), *(m for _, m in self._lines)], axis=1)
        days = np.repeat(np.array([d for d, _ in self._lines], np.int64), [m.shape[1] for _, m in self._lines])
        return {"day": days} | {name: lines[row] for name, row in COLUMNS.items()}

    def check(self, ledger: Ledger, day: int) -> None:
        """Check all laws for the day that is about to close."""
        flows = ledger.flows.today()
        self._derive()
        self._check_balances(ledger, day)
        self._check_families(ledger, flows, day)
        self._check_flows(ledger, flows, day)
        self._check_statement(ledger, flows, day)
        self._check_rebates(flows, day)
        self._check_debts(ledger, day)
        ledger.goods.check(day)
        self._check_stock_value(ledger, day)

    def _derive(self) -> None:
        """Add the lines since the last check to the derived balances, sorted by account and owner."""
        new, self._checked = self._lines[self._checked :], len(self._lines)
        for _, m in new:
            account = np.concatenate((m[PAYER], m[PAYEE]))
            owner = np.concatenate((m[PAYER_OWNER], m[PAYEE_OWNER]))
            signed = np.concatenate((-m[AMOUNT], m[AMOUNT]))
            owner = np.where(np.isin(account, [int(a) for a in OWNED]), owner, 0)
            order = np.lexsort((owner, account))
            account, owner, signed = account[order], owner[order], signed[order]
            first = np.flatnonzero(np.concatenate(([True], (np.diff(account) != 0) | (np.diff(owner) != 0))))
            sums = np.add.reduceat(signed, first)
            for a, o, s in zip(account[first].tolist(), owner[first].tolist(), sums.tolist(), strict=True):
                if o >= len(self._derived[a]):
                    self._derived[a] = np.concatenate((self._derived[a], np.zeros(max(16, o + 1), np.int64)))
                self._derived[a][o] += s

    def _check_balances(self, ledger: Ledger, day: int) -> None:
        total = int(ledger.balances.value.sum())
        if total:
            raise ImbalanceError(day, "all accounts", total, "money appeared from nowhere")
        for account in Account:
            held = ledger.balance(account)
            lines = self._derived[account]
            width = max(len(held), len(lines))
            gap = np.pad(held, (0, width - len(held))) - np.pad(lines, (0, width - len(lines)))
            if gap.any():
                owner = int(np.flatnonzero(gap)[0])
                raise ImbalanceError(day, f"{account.name}[{owner}]", int(gap[owner]), "balance differs from its lines")

    @staticmethod
    def _check_families(ledger: Ledger, flows: Ints, day: int) -> None:
        cash = [int(a) for a in (*PARTIES, *OUTSIDE)]
        debt, goods = [int(a) for a in DEBT], [int(a) for a in GOODS]
        for one, other in ((cash, debt), (cash, goods), (debt, goods)):
            mixed = int(flows[np.ix_(one, other)].sum() + flows[np.ix_(other, one)].sum())
            if mixed:
                names = f"{Account(one[0]).name}... and {Account(other[0]).name}..."
                raise ImbalanceError(day, names, mixed, "cash, debt and goods at cost were mixed")
        for family in (DEBT, GOODS):
            rest = sum(int(ledger.balance(a).sum()) for a in family)
            if rest:
                raise ImbalanceError(day, family[0].name, rest, "the accounts of this family do not cancel")

    def _check_flows(self, ledger: Ledger, flows: Ints, day: int) -> None:
        now = np.array([int(ledger.balance(a).sum()) for a in Account], np.int64)
        net = flows.sum(axis=(0, 2)) - flows.sum(axis=(1, 2))
        change, self._before = now - self._before, now
        gap = change - net
        if gap.any():
            account = Account(int(np.flatnonzero(gap)[0]))
            raise ImbalanceError(day, account.name, int(gap[account]), "balances changed by other than what flowed")
        parties, outside = int(change[list(PARTIES)].sum()), -int(net[list(OUTSIDE)].sum())
        if parties != outside:
            raise ImbalanceError(day, "all parties", parties - outside,
                                 "cash changed by other than consumer spend - production - logistics - external costs")

    def _check_statement(self, ledger: Ledger, flows: Ints, day: int) -> None:
        lines = ledger.statement[:, :, day]
        cash = ledger.balances.value[: self._n_brands].copy()
        gap = lines.sum(axis=1) - (cash - self._cash_before)
        self._cash_before = cash
        if gap.any():
            brand = int(np.flatnonzero(gap)[0])
            raise ImbalanceError(day, f"BRAND[{brand}]", int(gap[brand]), "the statement is not the change of cash")
        by_purpose = flows[:, Account.BRAND].sum(axis=0) - flows[Account.BRAND].sum(axis=0)
        gap = lines.sum(axis=0) - by_purpose
        if gap.any():
            purpose = Purpose(int(np.flatnonzero(gap)[0]))
            raise ImbalanceError(day, f"BRAND {purpose.name}", int(gap[purpose]), "the statement is not what flowed")

    @staticmethod
    def _check_rebates(flows: Ints, day: int) -> None:
        others = [int(a) for a in Account if a not in REBATE_TAKERS]
        lost = int(flows[:, others][:, :, list(REBATES)].sum())
        if lost:
            raise ImbalanceError(day, "rebates", lost, "rebates were paid that no participant received")

    def _check_debts(self, ledger: Ledger, day: int) -> None:
        waiting = np.zeros(self._n_brands + 1, np.int64)
        queue = ledger.payables.waiting()
        np.add.at(waiting, np.where(queue[PAYER] == Account.BRAND, queue[PAYER_OWNER], self._n_brands), queue[AMOUNT])
        noted = ledger.balances.due_from[: self._n_brands]
        for gap in (ledger.balance(Account.PAYABLE) + waiting, noted - waiting[: self._n_brands]):
            if gap.any():
                owner = int(np.flatnonzero(gap)[0])
                raise ImbalanceError(day, f"PAYABLE[{owner}]", int(gap[owner]), "payables differ from what waits")

    def _check_stock_value(self, ledger: Ledger, day: int) -> None:
        if self._unit_cost_fen is None:
            return
        for account, place in ((Account.INVENTORY, Place.BRAND_STOCK), (Account.RESELLER_STOCK, Place.RESELLER_STOCK)):
            at_cost = int((ledger.goods.at(place) * self._unit_cost_fen).sum())
            gap = int(ledger.balance(account).sum()) - at_cost
            if gap:
                raise ImbalanceError(day, account.name, gap, "stock is not valued at the cost of its units")
