"""The ledger of one run: balances, payables, daily flows and the brands' statements.

Money is int64 fen, double entry: every booking takes an amount from one account and gives it to
another, so all balances together are zero at any moment. Three families of accounts never mix:

- cash (BRAND, RESELLER, KOL, HOUSEHOLD, STAFF, SUPPLIER, LOGISTICS, PLATFORM, ESCROW, CAPITAL),
- debt (PAYABLE falls by what is owed, RECEIVABLE rises; the due day turns both back and moves cash),
- goods at cost (INVENTORY, RESELLER_STOCK, mirrored by GOODS_VALUE).

The order of a day: `fall_due(day)`, any number of `post`, `pay` and `stock_value`, `close_day(day)`.
Bookings are collected and entered together, when a balance is asked for or the day closes: a day
with a dozen small bookings costs little more than one with a single one. Only sums are kept (columns
and a daily matrix); single lines exist under `audit=True` alone, which derives every balance again
from them each day (`sim.ledger.audit`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.core.errors import LedgerError
from sim.core.money import LIMIT_FEN
from sim.ledger.audit import Audit
from sim.ledger.balances import Balances
from sim.ledger.flows import N_PURPOSES, Flows
from sim.ledger.goods import Goods
from sim.ledger.moves import (
    AMOUNT,
    CAUSE,
    PAYEE,
    PAYEE_OWNER,
    PAYER,
    PAYER_OWNER,
    PURPOSE,
    Payables,
    PostingRows,
    check_moves,
    debt_of,
    enter,
    moves_of,
    moves_of_parts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int64]

TURNOVER_LIMIT_FEN = 2**62
"""No balance can exceed the sum of all amounts ever moved; below this nothing overflows int64."""

_OPENED_FROM = {Account.INVENTORY: (Account.GOODS_VALUE, Purpose.STOCK_VALUE),
                Account.RESELLER_STOCK: (Account.GOODS_VALUE, Purpose.STOCK_VALUE)}

CLOSING = ("cash", "inventory", "payables", "receivables")


class Ledger:
    """Money and goods of one run.

    Parameters
    ----------
    n_brands, n_products, days : int
        B, P and T.
    audit : bool
        Keep every line and check all laws at the end of each day.
    unit_cost_fen : int64 (P,), optional
        Cost of a unit; the audit then also holds that stock accounts equal units in stock at cost.

    Attributes
    ----------
    goods : Goods
        Units, from made to sold.
    flows : Flows
        Daily sums by payer's account, payee's account and purpose.
    payables : Payables
        What waits for its day.
    day : int
        The open day.
    causes : list of str
        Names of who asked for bookings; the journal's `cause` is a position in it.
    """

    def __init__(self, n_brands: int, n_products: int, days: int, *, audit: bool = False,
                 unit_cost_fen: Ints | None = None) -> None:
        self.n_brands, self.days = n_brands, days
        self.balances = Balances(n_brands)
        self.payables = Payables()
        self.goods = Goods(n_products)
        self.flows = Flows()
        self.day = 0
        self.causes: list[str] = []
        # One line more than brands: all other accounts share it, and nobody reads it.
        self._lines = np.zeros((days, n_brands + 1, N_PURPOSES), np.int64)
        self._owed = np.zeros_like(self._lines)
        self._closing = np.zeros((days, len(CLOSING), n_brands), np.int64)
        # Accounts that do not grow never move, so the place of brands' stock is found once.
        self._inventory = int(self.balances.slots(np.array([Account.INVENTORY]), np.array([0]))[0])
        self._tables: list[Ints] = []
        self._singles: list[tuple[int, ...]] = []
        self._turnover_fen = 0
        self._morning: Ints | None = None
        self._audit = Audit(n_brands, unit_cost_fen) if audit else None

    # ------------------------------------------------------------------ booking

    def open_account(self, account: Account, owner: int | Ints, amount_fen: int | Ints) -> None:
        """Put opening money (for the stock accounts: goods at cost) into accounts; results do not count it as gained.

        Parameters
        ----------
        account : Account
        owner, amount_fen : int or int64 (n,)
            Single values are repeated.
        """
        source, purpose = _OPENED_FROM.get(account, (Account.CAPITAL, Purpose.CAPITAL))
        owners, amounts = np.broadcast_arrays(np.atleast_1d(np.asarray(owner, np.int64)), amount_fen)
        moves = np.zeros((7, len(owners)), np.int64)
        moves[PAYER], moves[PAYEE], moves[PAYEE_OWNER] = source, account, owners
        moves[AMOUNT], moves[PURPOSE], moves[-1] = amounts, purpose, self._cause("opening")
        self._check_day(self.day)
        check_moves(moves, self.day)
        # The slots first: making room for new owners lays the columns out anew.
        slot = self.balances.slots(moves[PAYEE], moves[PAYEE_OWNER])
        np.add.at(self.balances.opening, slot, moves[AMOUNT])
        self._tables.append(moves)

    def post(self, rows: PostingRows, day: int, cause: str = "") -> None:
        """Book postings: those due today (or earlier) move cash now, later ones become payables.

        Parameters
        ----------
        rows : PostingRows
            Columns of one length; copied.
        day : int
            The open day.
        cause : str
            Who asked for it (a strategy's id, a step of the day); stands in the journal.

        Raises
        ------
        LedgerError
            If a row names an unknown account or purpose, an amount below zero or too large, or (found
            when the bookings are entered) an owner that cannot be. Nothing of the table is booked then.
        """
        if not len(rows.amount_fen):
            return
        self._check_day(day)
        moves = moves_of(rows, self._cause(cause))
        check_moves(moves, day)
        later = rows.due_day > day
        n_later = np.count_nonzero(later)
        if not n_later:
            self._tables.append(moves)
        elif n_later == len(later):
            self._owe(moves, rows.due_day)
        else:
            self._slots(moves)
            self._owe(moves[:, later], rows.due_day[later])
            self._tables.append(moves[:, ~later])

    def book(self, parts: Sequence[tuple[Any, ...]], day: int, cause: str = "") -> None:
        """Book now what `moves_of_parts` describes: payer, payee, their owners, amounts, purpose of each part."""
        if not any(len(part[AMOUNT]) for part in parts):
            return
        self._check_day(day)
        moves = moves_of_parts(parts, self._cause(cause))
        check_moves(moves, day)
        self._tables.append(moves)

    def book_moves(self, moves: Ints, day: int, cause: str = "") -> None:
        """Book now moves, int64 (7, n), whose causes are written here; they are the ledger's from then on."""
        self._check_day(day)
        moves[CAUSE] = self._cause(cause)
        check_moves(moves, day)
        self._tables.append(moves)

    def pay(self, payer: tuple[int, int], payee: tuple[int, int], amount_fen: int, purpose: int, day: int,
            cause: str = "") -> None:
        """Book one amount now, from (account, owner) to (account, owner); cheaper than a table of one row."""
        self._check_day(day)
        if not 0 <= amount_fen <= LIMIT_FEN:
            raise LedgerError(f"day {day}: a booking needs an amount between 0 and {LIMIT_FEN} fen, not {amount_fen}")
        self._singles.append((payer[0], payee[0], payer[1], payee[1], amount_fen, purpose, self._cause(cause)))

    def stock_value(self, source: tuple[int, int], target: tuple[int, int], amount_fen: int, day: int) -> None:
        """Move goods at cost between INVENTORY, RESELLER_STOCK and GOODS_VALUE (outside the channel)."""
        self.pay(source, target, amount_fen, Purpose.STOCK_VALUE, day, "goods")

    def fall_due(self, day: int) -> None:
        """Open the day: turn back every payable due and move its cash, whether or not the payer has it."""
        parts = self.payables.take(day)
        if parts:
            self._check_day(day)
            moves = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
            self._note_debt(moves, -1)
            self._tables += [debt_of(moves, self.n_brands, back=True), moves]
        self._enter()
        self._morning = self.balances.value[: self.n_brands].copy()

    def close_day(self, day: int) -> None:
        """Enter what waits, write the closing balances and flows; under audit, check every law.

        Raises
        ------
        LedgerError
            If the day is not the open one, or a law is broken (day, account and difference are named).
        """
        self._check_day(day)
        self._enter()
        if self._audit:
            self._audit.check(self, day)
        self.flows.close(day)
        balances, n = self.balances, self.n_brands
        closing = self._closing[day]
        closing[0] = balances.value[:n]
        closing[1] = balances.value[self._inventory : self._inventory + n]
        closing[2] = balances.due_from[:n]
        closing[3] = balances.due_to[:n]
        self.day = day + 1

    def close_days(self, last: int, moves: Ints, day: Ints) -> None:
        """Book and close every day up to `last` at once; for days on which nothing falls due, and nobody audits.

        Parameters
        ----------
        moves : int64 (7, n)
            As the constants of `sim.ledger.moves` name its rows; accounts that exist already.
        day : int64 (n,)
            The day of each.
        """
        if self._audit is not None or self.payables.by_day or self._tables or self._singles:
            raise LedgerError(f"day {self.day}: days can be closed together only if nothing waits and nobody audits")
        self._check_day(self.day)
        check_moves(moves, self.day)
        first, n, brands, amount = self.day, moves.shape[1], self.n_brands, moves[AMOUNT]
        if n:
            self._turn_over(amount)
        slot, balances = self._slots(moves), self.balances
        signed, twice = np.concatenate((-amount, amount)), np.concatenate((day, day))
        change = np.zeros((last + 1 - first, len(balances.value)), np.int64)
        np.add.at(change, (twice - first, slot), signed)
        np.add.at(self._lines, (twice, np.minimum(slot, brands), np.concatenate((moves[PURPOSE], moves[PURPOSE]))), signed)
        value = balances.value + np.cumsum(change, axis=0)
        balances.value[:] = value[-1]
        closing = self._closing[first : last + 1]
        closing[:, 0] = value[:, :brands]
        closing[:, 1] = value[:, self._inventory : self._inventory + brands]
        closing[:, 2], closing[:, 3] = balances.due_from[:brands], balances.due_to[:brands]
        self.flows.close_days(first, last, day, moves)
        self.day = last + 1

    # ------------------------------------------------------------------ reading

    def balance(self, account: Account) -> Ints:
        """Return present balances of an account, int64 (owners,), read-only; fetch anew after bookings."""
        self._enter()
        return self.balances.column(self.balances.value, account)

    def result(self, account: Account) -> Ints:
        """Return balance - opening + owed to - owed by, int64 (owners,): what each owner gained so far."""
        self._enter()
        b = self.balances
        gained = b.column(b.value, account) - b.column(b.opening, account)
        return gained + b.column(b.due_to, account) - b.column(b.due_from, account)

    def cash_fen(self, brand: int = 0) -> int:
        """Return a brand's cash now; below zero when debts fell due that it could not cover."""
        self._enter()
        return int(self.balances.value[brand])

    def morning_fen(self, brand: int = 0) -> int:
        """Return a brand's cash after what fell due this morning; what the day brings or costs does not move it."""
        return self.cash_fen(brand) if self._morning is None else int(self._morning[brand])

    def payables_fen(self, brand: int = 0) -> int:
        """Return what a brand owes and has not yet paid."""
        return int(self.balances.due_from[brand])

    @property
    def statement(self) -> Ints:
        """Signed cash of each brand by purpose and day, int64 (B, purposes, T): received +, paid -."""
        self._enter()
        return self._lines[:, : self.n_brands].transpose(1, 2, 0)

    @property
    def accrued(self) -> Ints:
        """As `statement`, but each amount on the day it became due to somebody, not on the day it was paid."""
        return self.statement + self._owed[:, : self.n_brands].transpose(1, 2, 0)

    def closing(self, what: str) -> Ints:
        """Return closing `cash`, `inventory` (at cost), `payables` or `receivables` of each brand, int64 (B, T)."""
        return self._closing[:, CLOSING.index(what)].T

    def closed(self, day: int) -> Ints:
        """Return what `closing` has of one day, by the order of `CLOSING`, int64 (4, B)."""
        closed: Ints = self._closing[day]
        return closed

    def journal(self) -> dict[str, Ints]:
        """Return every line: day, payer and payee (account, owner), amount_fen, purpose, cause (see `causes`).

        Raises
        ------
        LedgerError
            If the ledger was opened without audit.
        """
        if self._audit is None:
            raise LedgerError("single lines are kept under audit only: open the ledger with audit=True")
        self._enter()
        return self._audit.journal()

    # ------------------------------------------------------------------ inside

    def _cause(self, cause: str) -> int:
        if self._audit is None:
            return 0
        if cause not in self.causes:
            self.causes.append(cause)
        return self.causes.index(cause)

    def _check_day(self, day: int) -> None:
        if day == self.day < self.days:
            return
        if day != self.day:
            raise LedgerError(f"day {day} is not open: the ledger stands at day {self.day}")
        raise LedgerError(f"day {day} is beyond the last day {self.days - 1}")

    def _slots(self, moves: Ints) -> Ints:
        """Return the slots of all payers, then of all payees, int64 (2 n,); refuses owners that cannot be."""
        return self.balances.slots(moves[: PAYEE + 1].ravel(), moves[PAYER_OWNER : PAYEE_OWNER + 1].ravel())

    def _owe(self, moves: Ints, due_day: Ints) -> None:
        """Book debts as payables and put them into the queue."""
        self._note_debt(moves, 1)
        self._tables.append(debt_of(moves, self.n_brands, back=False))
        self.payables.add(moves, due_day)

    def _note_debt(self, moves: Ints, sign: int) -> None:
        slot, n = self._slots(moves), moves.shape[1]
        balances, amount = self.balances, moves[AMOUNT] * sign
        np.add.at(balances.due_from, slot[:n], amount)
        np.add.at(balances.due_to, slot[n:], amount)
        line = np.minimum(slot, self.n_brands).reshape(2, n) * N_PURPOSES + moves[PURPOSE]
        np.add.at(self._owed[self.day].reshape(-1), line, np.stack((-amount, amount)))

    def _collected(self) -> Ints:
        """Return everything collected as one table and start a new collection."""
        tables, singles = self._tables, self._singles
        self._tables, self._singles = [], []
        if singles:
            table = np.array(singles, np.int64).T.copy()
            check_moves(table, self.day)
            tables.append(table)
        return tables[0] if len(tables) == 1 else np.concatenate(tables, axis=1)

    def _enter(self) -> None:
        """Enter what was collected: balances, receipts, the day's flows and the brands' lines."""
        if not self._tables and not self._singles:
            return
        moves = self._collected()
        self._turn_over(moves[AMOUNT])
        if not self._entered(moves):
            if not self.balances.make_room():
                self._slots(moves)  # says which owner cannot be
            self._entered(moves)
        if self._audit:
            self._audit.note(moves, self.day)

    def _entered(self, moves: Ints) -> bool:
        b, flows = self.balances, self.flows
        used: int = enter(moves, b.is_owned, b.start, b.size, self.n_brands, b.value, flows.cells, flows.used, flows.n_used,
                          self._lines[self.day], b.wanted)
        if used == -2:
            self._slots(moves)
        if used >= 0:
            flows.n_used = used
        return used >= 0

    def _turn_over(self, amount: Ints) -> None:
        """Guard against overflow: every amount counts, for no balance can exceed their sum."""
        safe = len(amount) * LIMIT_FEN < TURNOVER_LIMIT_FEN or len(amount) * int(amount.max()) < TURNOVER_LIMIT_FEN
        self._turnover_fen += int(np.add.reduce(amount)) if safe else sum(amount.tolist())
        if self._turnover_fen > TURNOVER_LIMIT_FEN:
            raise LedgerError(f"day {self.day}: more than {TURNOVER_LIMIT_FEN} fen were moved; sums could overflow")
