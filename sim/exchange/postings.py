"""Money that a strategy says is owed after a day, and what it wants remembered.

A posting moves an amount from a payer to a payee. Postings due today move cash at the end of the
day (spendable tomorrow); a later `due_day` books a payable now and moves cash on that day. Debts
are never cut; shares of a price must be floored by whoever computes them (`floor_share`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from sim.exchange.actions import Actions

Ints = NDArray[np.int64]


@dataclass(frozen=True)
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
    """Return an empty table."""
    return Postings(*[np.empty(0, dtype=np.int64) for _ in fields(Postings)])


def postings(**columns: object) -> Postings:
    """Build postings from scalars and arrays, broadcast to one length."""
    names = [f.name for f in fields(Postings)]
    if set(columns) != set(names):
        raise ValueError(f"Postings: columns must be {', '.join(names)}")
    arrays = np.broadcast_arrays(*[np.atleast_1d(np.asarray(columns[n])) for n in names])
    return Postings(*[np.ascontiguousarray(a, dtype=np.int64) for a in arrays])


def join_postings(parts: list[Postings]) -> Postings:
    """Concatenate tables of postings."""
    if not parts:
        return no_postings()
    return Postings(*[np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Postings)])


def floor_share(amount_fen: Ints, share: float) -> Ints:
    """Return share x amount floored to the fen; the remainder stays with the payer.

    Shares are taken as parts per million, so that integer arithmetic decides.
    """
    return (amount_fen * np.int64(round(share * 1_000_000))) // 1_000_000


@dataclass(frozen=True)
class Settlement:
    """What `settle` returns: postings, the strategy's own book, actions for tomorrow."""

    postings: Postings = field(default_factory=no_postings)
    book: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    tomorrow: Actions = Actions()
