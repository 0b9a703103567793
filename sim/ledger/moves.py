"""Amounts on their way: rows of bookings as one matrix, and the queue of those that fall due later.

A table of moves is int64 (7, n), one column a booking, its rows named by the constants below. One
matrix instead of seven arrays lets a day's bookings be checked, joined and booked in a few calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.core.errors import LedgerError
from sim.core.kernel import Array, kernel
from sim.core.money import LIMIT_FEN

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int64]

PAYER, PAYEE, PAYER_OWNER, PAYEE_OWNER, AMOUNT, PURPOSE, CAUSE = range(7)
"""Rows of a table of moves; accounts stand side by side, and so do owners, to be looked up at once."""

_N_ACCOUNTS, _N_PURPOSES = len(Account), len(Purpose)


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
                           rows.amount_fen, rows.purpose, rows.purpose))  # the last stands for the cause
    if flat.dtype != np.int64 or len(flat) != 7 * n:
        raise LedgerError(f"postings must be int64 columns of one length, not {flat.dtype}")
    moves = flat.reshape(7, n)
    moves[CAUSE] = cause
    return moves


def moves_of_parts(parts: Sequence[tuple[Any, ...]], cause: int) -> Ints:
    """Return parts behind one another as one table of moves, int64 (7, n).

    A part holds the rows PAYER to PURPOSE of its moves; its amounts are int64 (m,), of the others single numbers hold for all.
    """
    sizes = [len(part[AMOUNT]) for part in parts]
    moves, start = np.empty((7, sum(sizes)), np.int64), 0
    for part, size in zip(parts, sizes, strict=True):
        for row, column in enumerate(part):
            moves[row, start : start + size] = column
        start += size
    moves[CAUSE] = cause
    return moves


@kernel()
def enter(moves: Array, is_owned: Array, start: Array, size: Array, n_brands: int, value: Array, flows: Array, used: Array,
          n_used: int, lines: Array, wanted: Array) -> int:
    """Enter moves into balances, flows and lines, or, where an owner has no slot yet, nothing.

    Returns how many cells of the flows are used now, -1 where nothing was entered, -2 where an owner cannot be.

    Parameters
    ----------
    moves : int64 (7, n)
    is_owned, start, size : int64 (accounts,), as `sim.ledger.balances` lays the slots out
    value : int64 (slots,); flows, used : int64 (accounts x accounts x purposes,), sums, and which of them are used
    lines : int64 (n_brands + 1, purposes), the last for all who are no brand
    wanted : int64 (accounts,), written: how many owners each account must have
    """
    short = False
    for a in range(len(size)):  # loops, not slices: a slice written to takes seconds to compile
        wanted[a] = size[a]
    for k in range(moves.shape[1]):
        for side in (PAYER, PAYEE):
            owner = moves[side + 2, k] * is_owned[moves[side, k]]
            if owner < 0:
                return -2
            if owner >= wanted[moves[side, k]]:
                wanted[moves[side, k]] = owner + 1
                short = True
    if short:
        return -1
    for k in range(moves.shape[1]):
        payer, payee, amount, purpose = moves[PAYER, k], moves[PAYEE, k], moves[AMOUNT, k], moves[PURPOSE, k]
        source = start[payer] + moves[PAYER_OWNER, k] * is_owned[payer]
        target = start[payee] + moves[PAYEE_OWNER, k] * is_owned[payee]
        value[source] -= amount
        value[target] += amount
        cell = (payer * len(start) + payee) * lines.shape[1] + purpose
        if flows[cell] == 0 and amount > 0:
            used[n_used] = cell
            n_used += 1
        flows[cell] += amount
        lines[min(source, n_brands), purpose] -= amount
        lines[min(target, n_brands), purpose] += amount
    return n_used


@kernel()
def first_fault(moves: Array) -> int:
    """Return the first row of moves, int64 (7, n), with a number out of range, -1 where there is none."""
    for row, top in ((PAYER, _N_ACCOUNTS - 1), (PAYEE, _N_ACCOUNTS - 1), (AMOUNT, LIMIT_FEN), (PURPOSE, _N_PURPOSES - 1)):
        for k in range(moves.shape[1]):
            if moves[row, k] < 0 or moves[row, k] > top:
                return row
    return -1


def check_moves(moves: Ints, day: int) -> None:
    """Refuse unknown accounts and purposes, and amounts below zero or above `LIMIT_FEN`.

    Owners are checked where accounts are found; accounts without owners may carry -1.
    """
    row = first_fault(moves)
    if row >= 0:
        top = {AMOUNT: LIMIT_FEN, PURPOSE: _N_PURPOSES - 1}.get(row, _N_ACCOUNTS - 1)
        wrong = moves[row][(moves[row] < 0) | (moves[row] > top)]
        what = {AMOUNT: f"an amount between 0 and {LIMIT_FEN} fen", PURPOSE: "a purpose"}.get(row, "an account")
        raise LedgerError(f"day {day}: a posting needs {what}, not {int(wrong[0])}")


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
