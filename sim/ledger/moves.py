"""Amounts on their way: rows of bookings as one matrix, and the queue of those that fall due later.

A table of moves is int64 (7, n), one column a booking, its rows named by the constants below. One
matrix instead of seven arrays lets a day's bookings be checked, joined and booked in a few calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.core.errors import LedgerError
from sim.core.money import LIMIT_FEN

Ints = NDArray[np.int64]

PAYER, PAYEE, PAYER_OWNER, PAYEE_OWNER, AMOUNT, PURPOSE, CAUSE = range(7)
"""Rows of a table of moves; accounts stand side by side, and so do owners, to be looked up at once."""

_ANY = 2**64 - 1  # owners are checked where accounts are found; accounts without owners may carry -1
_TOP = np.array([[len(Account) - 1], [len(Account) - 1], [_ANY], [_ANY], [LIMIT_FEN], [len(Purpose) - 1], [_ANY]],
                np.uint64)


class PostingRows(Protocol):
    """Columns of equal length that say who pays whom, how much, why and when (see `sim.exchange.postings`)."""

    @property
    def payer_account(self) -> Ints:
        """Account kind of the payer."""

    @property
    def payer_owner(self) -> Ints:
        """Owner of the payer's account; without meaning where accounts have no owners."""

    @property
    def payee_account(self) -> Ints:
        """Account kind of the payee."""

    @property
    def payee_owner(self) -> Ints:
        """Owner of the payee's account."""

    @property
    def amount_fen(self) -> Ints:
        """Amount, never negative."""

    @property
    def purpose(self) -> Ints:
        """`sim.core.accounts.Purpose`."""

    @property
    def due_day(self) -> Ints:
        """Day on which cash moves; today or earlier means today."""


def moves_of(rows: PostingRows, cause: int) -> Ints:
    """Return postings as a table of moves, int64 (7, n) (a copy)."""
    n = len(rows.amount_fen)
    flat = np.concatenate((rows.payer_account, rows.payee_account, rows.payer_owner, rows.payee_owner,
                           rows.amount_fen, rows.purpose, np.full(n, cause, np.int64)))
    if flat.dtype != np.int64 or len(flat) != 7 * n:
        raise LedgerError(f"postings must be int64 columns of one length, not {flat.dtype}")
    return flat.reshape(7, n)


def check_moves(moves: Ints, day: int) -> None:
    """Refuse unknown accounts and purposes, and amounts below zero or above `LIMIT_FEN`."""
    # Seen as unsigned, a negative number is larger than any limit: one comparison finds both faults.
    beyond = moves.view(np.uint64) > _TOP
    if np.count_nonzero(beyond):
        row, column = (int(i) for i in np.argwhere(beyond)[0])
        what = {AMOUNT: f"an amount between 0 and {LIMIT_FEN} fen", PURPOSE: "a purpose"}.get(row, "an account")
        raise LedgerError(f"day {day}: a posting needs {what}, not {int(moves[row, column])}")


def debt_of(moves: Ints, n_brands: int, *, back: bool) -> Ints:
    """Return the bookings PAYABLE -> RECEIVABLE that stand for debts, or those that turn them back.

    Payers that are not brands share the payable account of owner `n_brands`.
    """
    debt = moves.copy()
    payable, receivable = (PAYEE, PAYER) if back else (PAYER, PAYEE)
    debt[payable], debt[receivable] = Account.PAYABLE, Account.RECEIVABLE
    debt[payable + 2] = np.where(moves[PAYER] == Account.BRAND, moves[PAYER_OWNER], n_brands)
    debt[receivable + 2] = 0
    debt[PURPOSE] = Purpose.DEBT
    return debt


@dataclass
class Payables:
    """Queue of debts: day -> tables of moves that fall due on it."""

    by_day: dict[int, list[Ints]] = field(default_factory=dict)

    def add(self, moves: Ints, due_day: Ints) -> None:
        """Put debts into the queue; `due_day` is int64 (n,)."""
        first = int(due_day[0])
        if np.count_nonzero(due_day == first) == len(due_day):
            self.by_day.setdefault(first, []).append(moves)
            return
        for day in sorted(set(due_day.tolist())):
            self.by_day.setdefault(day, []).append(moves[:, due_day == day])

    def take(self, day: int) -> list[Ints]:
        """Remove and return everything due on `day` or before, the oldest first."""
        if not self.by_day or min(self.by_day) > day:
            return []
        return [part for due in sorted(d for d in self.by_day if d <= day) for part in self.by_day.pop(due)]

    def waiting(self) -> Ints:
        """Return all that waits, as one table of moves."""
        return np.concatenate([np.empty((7, 0), np.int64), *(p for parts in self.by_day.values() for p in parts)],
                              axis=1)
