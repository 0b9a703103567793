"""Debts by the day they fall due: a queue that is emptied whole, never cut."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class PostingRows(Protocol):
    """Columns of equal length that say who pays whom, how much, why and when (see `sim.exchange.postings`)."""

    @property
    def payer_account(self) -> Ints:
        """Account kind of the payer."""

    @property
    def payer_owner(self) -> Ints:
        """Owner of the payer's account."""

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


@dataclass(frozen=True)
class Moves:
    """Columns of amounts that move now; n rows, one length."""

    payer_account: Ints
    payer_owner: Ints
    payee_account: Ints
    payee_owner: Ints
    amount_fen: Ints
    purpose: Ints

    def __len__(self) -> int:
        return len(self.amount_fen)

    def where(self, mask: NDArray[np.bool_]) -> Moves:
        """Return the rows that a mask marks."""
        return Moves(*[column[mask] for column in self.columns()])

    def columns(self) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
        """Return the columns in their order."""
        return (self.payer_account, self.payer_owner, self.payee_account, self.payee_owner, self.amount_fen,
                self.purpose)


def join_moves(parts: list[Moves]) -> Moves:
    """Concatenate tables of moves (at least one)."""
    if len(parts) == 1:
        return parts[0]
    return Moves(*[np.concatenate(columns) for columns in zip(*[p.columns() for p in parts], strict=True)])


@dataclass
class Payables:
    """Queue of debts: day -> moves that fall due on it, each with the cause it was booked under."""

    by_day: dict[int, list[tuple[int, Moves]]] = field(default_factory=dict)

    def add(self, moves: Moves, due_day: Ints, cause: int) -> None:
        """Put debts into the queue."""
        for day in np.unique(due_day).tolist():
            self.by_day.setdefault(day, []).append((cause, moves.where(due_day == day)))

    def take(self, day: int) -> list[tuple[int, Moves]]:
        """Remove and return everything due on `day` or before, the oldest first."""
        if not self.by_day or min(self.by_day) > day:
            return []
        return [part for due in sorted(d for d in self.by_day if d <= day) for part in self.by_day.pop(due)]

    def all_moves(self) -> list[Moves]:
        """Return what waits, unordered."""
        return [moves for parts in self.by_day.values() for _, moves in parts]
