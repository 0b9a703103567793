"""Money that a strategy says is owed after a day, and what it wants remembered.

A posting moves an amount from a payer to a payee. Postings due today move cash at the end of the
day (spendable tomorrow); a later `due_day` books a payable now and moves cash on that day. Debts
are never cut; shares of a price must be floored by whoever computes them (`floor_share`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.exchange.actions import Actions, columns_of, repeated

Ints = NDArray[np.int64]


@tabular
class Postings:
    """Rows: (payer account, owner) -> (payee account, owner), amount_fen >= 0, purpose, due day."""

    payer_account: Ints
    payer_owner: Ints
    payee_account: Ints
    payee_owner: Ints
    amount_fen: Ints
    purpose: Ints
    due_day: Ints

    def __len__(self) -> int:
        return len(self.amount_fen)


def no_postings() -> Postings:
    """Return the table without rows (shared, it holds nothing)."""
    return _NONE


_NONE = Postings(*[np.empty(0, dtype=np.int64) for _ in columns_of(Postings)])


def postings(**columns: object) -> Postings:
    """Build postings from scalars and arrays of one length (single values are repeated)."""
    kinds = columns_of(Postings)
    if columns.keys() != kinds.keys():
        raise ValueError(f"Postings: columns must be {', '.join(kinds)}")
    return Postings(**repeated(columns, kinds))


def posting(payer: tuple[int, int], payee: tuple[int, int], amount_fen: int, purpose: int, due_day: int) -> Postings:
    """Build a single posting from one (account, owner) to another."""
    return Postings(*np.array((*payer, *payee, amount_fen, purpose, due_day), np.int64)[:, None])


def owed_by(payer: tuple[int, int], payee_account: int, payee_owner: Ints, amount_fen: Ints, purpose: int | Ints,
            due_day: int) -> Postings:
    """Build postings from one (account, owner) to many owners of one account, (n,)."""
    columns = np.empty((7, len(payee_owner)), np.int64)
    for k, column in enumerate((*payer, payee_account, payee_owner, amount_fen, purpose, due_day)):
        columns[k] = column
    return Postings(*columns)


def join_postings(parts: list[Postings]) -> Postings:
    """Concatenate tables of postings."""
    filled = [part for part in parts if len(part.amount_fen)]
    if len(filled) <= 1:
        return filled[0] if filled else no_postings()
    return Postings(*[np.concatenate([getattr(p, name) for p in filled]) for name in columns_of(Postings)])


def floor_share(amount_fen: Ints, share: float) -> Ints:
    """Return share x amount floored to the fen, int64 (n,); the remainder stays with the payer.

    Shares are taken as parts per million, so that integer arithmetic decides.
    """
    return (amount_fen * np.int64(round(share * 1_000_000))) // 1_000_000


@dataclass(frozen=True)
class Settlement:
    """What `settle` returns: postings, the strategy's own book, actions for tomorrow."""

    postings: Postings = field(default_factory=no_postings)
    book: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    tomorrow: Actions = field(default_factory=Actions)
