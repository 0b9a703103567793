"""Sums of money by (payer account, payee account, purpose), for today and for every day closed."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose

Ints = NDArray[np.int64]

N_ACCOUNTS = len(Account)
N_PURPOSES = len(Purpose)
SHAPE = (N_ACCOUNTS, N_ACCOUNTS, N_PURPOSES)


class Flows:
    """A dense matrix for today; of closed days only the cells that were used are kept.

    Attributes
    ----------
    cells : int64 (payer accounts x payee accounts x purposes,)
        Today's sums.
    used : int64 (as many,), n_used : int
        Which cells are used today, in the order in which they came into use.
    """

    def __init__(self) -> None:
        self.cells = np.zeros(N_ACCOUNTS * N_ACCOUNTS * N_PURPOSES, np.int64)
        self.used, self.n_used = np.empty_like(self.cells), 0
        self._days: list[tuple[int, Ints, Ints]] = []

    def close(self, day: int) -> None:
        """Keep today's cells under `day` and start an empty matrix."""
        cells = np.sort(self.used[: self.n_used])
        self._days.append((day, cells, self.cells[cells]))
        self.cells[cells], self.n_used = 0, 0

    def close_days(self, first: int, last: int, day: Ints, moves: Ints) -> None:
        """Keep the moves (as `sim.ledger.moves` lays them out) of many days, each under its own; today is still empty."""
        cell = (moves[0] * N_ACCOUNTS + moves[1]) * N_PURPOSES + moves[5]
        of, where = np.unique(day * len(self.cells) + cell, return_inverse=True)
        sums = np.zeros(len(of), np.int64)
        np.add.at(sums, where, moves[4])
        used, cells = of // len(self.cells), of % len(self.cells)
        ends = np.searchsorted(used, np.arange(first, last + 2)).tolist()
        self._days += [(first + k, cells[a:b], sums[a:b]) for k, (a, b) in enumerate(itertools.pairwise(ends))]

    def today(self) -> Ints:
        """Return today's sums, int64 (payer accounts, payee accounts, purposes)."""
        return self.cells.reshape(SHAPE).copy()

    def total(self) -> Ints:
        """Return the sums of all closed days, int64 (payer accounts, payee accounts, purposes)."""
        sums = np.zeros_like(self.cells)
        for _, cells, amounts in self._days:
            sums[cells] += amounts
        return sums.reshape(SHAPE)

    def table(self) -> dict[str, Ints]:
        """Return closed days as columns day, payer_account, payee_account, purpose, amount_fen; used cells only."""
        none = [np.empty(0, np.int64)]
        days = np.concatenate([np.full(len(cells), day, np.int64) for day, cells, _ in self._days] or none)
        cells = np.concatenate([c for _, c, _ in self._days] or none)
        amounts = np.concatenate([a for _, _, a in self._days] or none)
        payer, payee, purpose = (index.astype(np.int64) for index in np.unravel_index(cells, SHAPE))
        return {"day": days, "payer_account": payer, "payee_account": payee, "purpose": purpose, "amount_fen": amounts}
