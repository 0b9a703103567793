"""The ledger of one run: balances, payables, daily flows and the brands' statements.

Money is int64 fen, double entry: every booking takes an amount from one account and gives it to
another, so all balances together are zero at any moment. Three families of accounts never mix:

- cash (BRAND, RESELLER, KOL, HOUSEHOLD, STAFF, SUPPLIER, LOGISTICS, PLATFORM, ESCROW, CAPITAL),
- debt (PAYABLE falls by what is owed, RECEIVABLE rises; the due day turns both back and moves cash),
- goods at cost (INVENTORY, RESELLER_STOCK, mirrored by GOODS_VALUE).

The order of a day: `fall_due(day)`, any number of `post`, `pay` and `stock_value`, `close_day(day)`.
Only sums are kept (columns and a daily matrix); single lines exist under `audit=True` alone, which
derives every balance again from them each day (`sim.ledger.audit`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.core.errors import LedgerError
from sim.core.money import LIMIT_FEN
from sim.ledger.audit import Audit
from sim.ledger.balances import N_ACCOUNTS, Balances
from sim.ledger.flows import Flows
from sim.ledger.goods import Goods
from sim.ledger.payables import Moves, Payables, PostingRows, join_moves

Ints = NDArray[np.int64]

N_PURPOSES = len(Purpose)
TURNOVER_LIMIT_FEN = 2**62
"""No balance can exceed the sum of all amounts ever moved; below this nothing overflows int64."""

_OPENED_FROM = {Account.INVENTORY: (Account.GOODS_VALUE, Purpose.STOCK_VALUE),
                Account.RESELLER_STOCK: (Account.GOODS_VALUE, Purpose.STOCK_VALUE)}


class Ledger:
    """Money and goods of one run.

    Parameters
    ----------
    n_brands, n_products, days : int
        B, P and T.
    audit : bool
        Keep every line and check all laws at the end of each day.

    Attributes
    ----------
    statement : int64 (B, purposes, T)
        Signed cash of each brand by purpose and day: received +, paid -; openings under CAPITAL.
    closing : dict of int64 (B, T)
        Closing `cash`, `inventory` (at cost), `payables` and `receivables` of each brand.
    goods : Goods
        Units, from made to sold.
    """

    def __init__(self, n_brands: int, n_products: int, days: int, *, audit: bool = False) -> None:
        self.n_brands, self.days = n_brands, days
        self.balances = Balances(n_brands)
        self.payables = Payables()
        self.goods = Goods(n_products)
        self.flows = Flows()
        self.statement = np.zeros((n_brands, N_PURPOSES, days), np.int64)
        self.closing = {n: np.zeros((n_brands, days), np.int64) for n in ("cash", "inventory", "payables",
                                                                          "receivables")}
        self.day = 0
        self.causes: list[str] = []
        self._lines = np.zeros((n_brands + 1) * N_PURPOSES, np.int64)
        self._turnover_fen = 0
        self._audit = Audit(n_brands) if audit else None

    # ------------------------------------------------------------------ booking

    def open_account(self, account: Account, owner: int | Ints, amount_fen: int | Ints) -> None:
        """Put opening money (or, for the stock accounts, goods at cost) into accounts.

        Parameters
        ----------
        account : Account
        owner, amount_fen : int or int64 (n,)
            Single values are repeated.
        """
        source, purpose = _OPENED_FROM.get(account, (Account.CAPITAL, Purpose.CAPITAL))
        owners, amounts = np.broadcast_arrays(np.atleast_1d(np.asarray(owner, np.int64)),
                                              np.asarray(amount_fen, np.int64))
        kinds = np.full(len(owners), int(account), np.int64)
        columns = np.full((3, len(owners)), [[int(source)], [0], [int(purpose)]], np.int64)
        self._book(Moves(columns[0], columns[1], kinds, owners.copy(), amounts.copy(), columns[2]), self.day,
                   self._cause("opening"))
        np.add.at(self.balances.opening, self.balances.slots(kinds, owners), amounts)

    def post(self, rows: PostingRows, day: int, cause: str = "") -> None:
        """Book postings: those due today (or earlier) move cash now, later ones become payables.

        Parameters
        ----------
        rows : PostingRows
            Columns of one length.
        day : int
            The open day.
        cause : str
            Who asked for it (a strategy's id, a step of the day); stands in the journal.

        Raises
        ------
        LedgerError
            If a row names an unknown account, owner or purpose, or an amount below zero or too large;
            nothing is booked then.
        """
        if not len(rows.amount_fen):
            return
        moves = Moves(rows.payer_account, rows.payer_owner, rows.payee_account, rows.payee_owner, rows.amount_fen,
                      rows.purpose)
        later = rows.due_day > day
        if not later.any():
            self._book(moves, day, self._cause(cause))
            return
        self._check(moves, day)
        self._slots(moves)
        self._owe(moves.where(later), rows.due_day[later], day, self._cause(cause))
        if not later.all():
            self._book(moves.where(~later), day, self._cause(cause))

    def pay(self, payer: tuple[int, int], payee: tuple[int, int], amount_fen: int, purpose: int, day: int,
            cause: str = "") -> None:
        """Book one amount now, from (account, owner) to (account, owner); much cheaper than a table of one row."""
        code = self._cause(cause)
        if not 0 <= amount_fen <= LIMIT_FEN or not 0 <= purpose < N_PURPOSES:
            raise LedgerError(f"day {day}: {amount_fen} fen for purpose {purpose} cannot be booked")
        self._open(day)
        self._turn_over(amount_fen, day)
        balances = self.balances
        # Both slots first: finding one may lay the columns out anew.
        balances.slot(*payer)
        to = balances.slot(*payee)
        source = balances.slot(*payer)
        balances.value[source] -= amount_fen
        balances.value[to] += amount_fen
        balances.received[to] += amount_fen
        self.flows.add_one(payer[0], payee[0], purpose, amount_fen)
        self._lines[min(source, self.n_brands) * N_PURPOSES + purpose] -= amount_fen
        self._lines[min(to, self.n_brands) * N_PURPOSES + purpose] += amount_fen
        if self._audit:
            row = [np.array([v], np.int64) for v in (*payer, *payee, amount_fen, purpose)]
            self._audit.note(Moves(*row), day, code)

    def stock_value(self, source: tuple[int, int], target: tuple[int, int], amount_fen: int, day: int,
                    purpose: Purpose = Purpose.STOCK_VALUE) -> None:
        """Move goods at cost between INVENTORY, RESELLER_STOCK and GOODS_VALUE (outside the channel)."""
        self.pay(source, target, amount_fen, purpose, day, "goods")

    def fall_due(self, day: int) -> None:
        """Turn back every payable due on `day` and move its cash, whether or not the payer has it."""
        parts = self.payables.take(day)
        if not parts:
            return
        for cause in {c for c, _ in parts}:
            moves = join_moves([m for c, m in parts if c == cause])
            self._note_debt(moves, -1)
            self._book(join_moves([self._debt_of(moves, back=True), moves]), day, cause)

    def close_day(self, day: int) -> None:
        """Write the day's statement, flows and closing balances; under audit, check every law.

        Raises
        ------
        LedgerError
            If the day is not the open one, or a law is broken (day, account and difference are named).
        """
        self._open(day)
        if self._audit:
            self._audit.check(self, day)
        n = self.n_brands
        self.statement[:, :, day] = self.lines_today()
        self._lines[:] = 0
        self.flows.close(day)
        balances, closing = self.balances, self.closing
        closing["cash"][:, day] = balances.value[:n]
        closing["inventory"][:, day] = balances.column(balances.value, Account.INVENTORY)
        closing["payables"][:, day] = balances.due_from[:n]
        closing["receivables"][:, day] = balances.due_to[:n]
        self.day = day + 1

    # ------------------------------------------------------------------ reading

    def balance(self, account: Account) -> Ints:
        """Return present balances of an account, int64 (owners,), read-only; fetch anew after bookings."""
        return self.balances.column(self.balances.value, account)

    def received(self, account: Account) -> Ints:
        """Return all that owners of an account ever received, without what they were opened with, int64 (owners,)."""
        balances = self.balances
        return balances.column(balances.received, account) - balances.column(balances.opening, account)

    def result(self, account: Account) -> Ints:
        """Return balance - opening + owed to - owed by, int64 (owners,): what each owner gained so far."""
        b = self.balances
        gained = b.column(b.value, account) - b.column(b.opening, account)
        return gained + b.column(b.due_to, account) - b.column(b.due_from, account)

    def lines_today(self) -> Ints:
        """Return the open day's statement so far, int64 (B, purposes)."""
        return self._lines.reshape(self.n_brands + 1, N_PURPOSES)[: self.n_brands].copy()

    def cash_fen(self, brand: int = 0) -> int:
        """Return a brand's cash now; below zero when debts fell due that it could not cover."""
        return int(self.balances.value[brand])

    def payables_fen(self, brand: int = 0) -> int:
        """Return what a brand owes and has not yet paid."""
        return int(self.balances.due_from[brand])

    def receivables_fen(self, brand: int = 0) -> int:
        """Return what others owe to a brand."""
        return int(self.balances.due_to[brand])

    def journal(self) -> dict[str, Ints]:
        """Return every line: day, payer_account, payer_owner, payee_account, payee_owner, amount_fen, purpose, cause.

        `cause` is a position in `causes`.

        Raises
        ------
        LedgerError
            If the ledger was opened without audit.
        """
        if self._audit is None:
            raise LedgerError("single lines are kept under audit only: open the ledger with audit=True")
        return self._audit.journal()

    # ------------------------------------------------------------------ inside

    def _cause(self, cause: str) -> int:
        if self._audit is None:
            return 0
        if cause not in self.causes:
            self.causes.append(cause)
        return self.causes.index(cause)

    def _open(self, day: int) -> None:
        if day != self.day:
            raise LedgerError(f"day {day} is not open: the ledger stands at day {self.day}")
        if day >= self.days:
            raise LedgerError(f"day {day} is beyond the last day {self.days - 1}")

    def _turn_over(self, amount_fen: int, day: int) -> None:
        self._turnover_fen += amount_fen
        if self._turnover_fen > TURNOVER_LIMIT_FEN:
            raise LedgerError(f"day {day}: more than {TURNOVER_LIMIT_FEN} fen were moved; sums could overflow")

    def _check(self, moves: Moves, day: int) -> None:
        """Refuse rows that cannot be booked, before anything is booked."""
        self._open(day)
        amount = moves.amount_fen
        accounts_ok = (np.maximum(moves.payer_account.view(np.uint64), moves.payee_account.view(np.uint64)).max()
                       < N_ACCOUNTS)
        if not accounts_ok or moves.purpose.view(np.uint64).max() >= N_PURPOSES:
            raise LedgerError(f"day {day}: a posting names an unknown account or purpose")
        if amount.view(np.uint64).max() > LIMIT_FEN:
            raise LedgerError(f"day {day}: amounts must lie between 0 and {LIMIT_FEN} fen, not "
                              f"{int(amount.min())} to {int(amount.max())}")
        exact = int(amount.sum()) if len(amount) < 9_000 else sum(amount.tolist())
        self._turn_over(exact, day)

    def _slots(self, moves: Moves) -> Ints:
        """Return the slots of all payers, then of all payees, int64 (2 n,)."""
        return self.balances.slots(np.concatenate((moves.payer_account, moves.payee_account)),
                                   np.concatenate((moves.payer_owner, moves.payee_owner)))

    def _book(self, moves: Moves, day: int, cause: int) -> None:
        """Move amounts now: balances, what was received, the day's flows and the brands' lines."""
        self._check(moves, day)
        n, amount, purpose, balances = len(moves), moves.amount_fen, moves.purpose, self.balances
        slot = self._slots(moves)
        signed = np.concatenate((-amount, amount))
        np.add.at(balances.value, slot, signed)
        np.add.at(balances.received, slot[n:], amount)
        # Slots from n_brands on are not brands' cash: they share one line that nobody reads.
        line = np.minimum(slot, self.n_brands) * N_PURPOSES
        line[:n] += purpose
        line[n:] += purpose
        np.add.at(self._lines, line, signed)
        self.flows.add(moves.payer_account, moves.payee_account, purpose, amount)
        if self._audit:
            self._audit.note(moves, day, cause)

    def _owe(self, moves: Moves, due_day: Ints, day: int, cause: int) -> None:
        self._note_debt(moves, 1)
        self._book(self._debt_of(moves, back=False), day, cause)
        self.payables.add(moves, due_day, cause)

    def _note_debt(self, moves: Moves, sign: int) -> None:
        n, slot = len(moves), self._slots(moves)
        np.add.at(self.balances.due_from, slot[:n], sign * moves.amount_fen)
        np.add.at(self.balances.due_to, slot[n:], sign * moves.amount_fen)

    def _debt_of(self, moves: Moves, *, back: bool) -> Moves:
        """Return the PAYABLE -> RECEIVABLE side of debts, or its reversal."""
        n = len(moves)
        owed = np.where(moves.payer_account == Account.BRAND, moves.payer_owner, self.n_brands)
        payable, receivable = np.full(n, int(Account.PAYABLE), np.int64), np.full(n, int(Account.RECEIVABLE), np.int64)
        none, purpose = np.zeros(n, np.int64), np.full(n, int(Purpose.DEBT), np.int64)
        if back:
            return Moves(receivable, none, payable, owed, moves.amount_fen, purpose)
        return Moves(payable, owed, receivable, none, moves.amount_fen, purpose)
