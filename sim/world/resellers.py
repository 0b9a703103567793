"""Resellers (代理): a table of their own, with tier, upline and stock. Their cash is in the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, kernel

NO_UPLINE = -1


@kernel()
def enter_rows(turn: Array, person: Array, brand: Array, tier: Array, upline: Array, buy_in_fen: Array, day: int, size: int,
               rows: Array, of_person: Array, of_brand: Array, of_tier: Array, of_upline: Array, joined: Array, left: Array,
               recruits: Array, of_buy_in: Array, profit_day: Array, row_of: Array) -> None:
    """Write new rows behind `size` others; all that is not written here is nought in a new row.

    turn to buy_in_fen (n,), rows (n,), written: the row of each; of_person to profit_day (R,), columns of the table; row_of (N,).
    """
    for k in range(len(turn)):
        t, r = turn[k], size + k
        rows[t], row_of[person[t]] = r, r
        of_person[r], of_brand[r], of_tier[r], of_buy_in[r] = person[t], brand[t], tier[t], buy_in_fen[t]
        joined[r], profit_day[r], left[r], of_upline[r] = day, day, -1, NO_UPLINE
        u = upline[t]
        if u >= 0 and of_brand[u] == brand[t]:
            of_upline[r] = u
            recruits[u] += 1


@dataclass
class Resellers:
    """Growable table of resellers, one row for each enrolment; rows are never removed.

    `upline` is a row of this table or -1 (the brand). `stock` is (rows, P) in units.
    `unit_fen` (rows, P) is what the last unit of each product had cost them. `row_of` (N,) gives a
    person's present row or -1.
    """

    row_of: NDArray[np.int32]
    n_products: int
    size: int = 0
    person: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    brand: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    tier: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    upline: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    joined: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    left: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    recruits: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    refusals: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    buy_in_fen: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    bought: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    profit_day: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    stock: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 0), np.int64))
    unit_fen: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 0), np.int64))

    _COLUMNS = ("person", "brand", "tier", "upline", "joined", "left", "recruits", "refusals", "bought", "profit_day",
                "buy_in_fen")

    def __post_init__(self) -> None:
        if not self.stock.size:
            self.stock = np.empty((0, self.n_products), np.int64)
            self.unit_fen = np.empty((0, self.n_products), np.int64)

    def enrol(self, turn: NDArray[np.int64], person: NDArray[np.int64], brand: NDArray[np.int64], tier: NDArray[np.int64],
              upline: NDArray[np.int64], buy_in_fen: NDArray[np.int64], day: int) -> NDArray[np.int64]:
        """Append resellers, columns (n,), in the order of `turn`, and return the row of each; counts the recruit at its upline.

        Who sells for another brand is nobody's upline in this one: the brand takes that place.
        """
        start, stop = self.size, self.size + len(person)
        self._reserve(stop)
        rows = np.empty(len(person), np.int64)
        enter_rows(turn, person, brand, tier, upline, buy_in_fen, day, start, rows, self.person, self.brand, self.tier, self.upline,
                   self.joined, self.left, self.recruits, self.buy_in_fen, self.profit_day, self.row_of)
        self.size = stop
        return rows

    def holding(self, person: NDArray[np.integer[Any]], product: NDArray[np.integer[Any]] | int,
                brand: NDArray[np.integer[Any]] | int) -> NDArray[np.int64]:
        """Return the rows of people who sell for the brand and hold a unit of the product, -1 for others, int64 (n,)."""
        if not self.size:
            return np.full(len(person), -1, np.int64)
        row = self.row_of[person].astype(np.int64)
        at = np.maximum(row, 0)
        return np.where((row >= 0) & (self.brand[at] == brand) & (self.stock[at, product] > 0), row, -1)

    def ancestors(self, rows: NDArray[np.int64], levels: int) -> NDArray[np.int64]:
        """Return (n, levels) rows of the uplines of `rows`, -1 beyond the root."""
        out = np.full((len(rows), levels), NO_UPLINE, np.int64)
        at = rows
        for level in range(levels):
            at = np.where(at >= 0, self.upline[np.maximum(at, 0)], NO_UPLINE)
            out[:, level] = at
        return out

    def _reserve(self, size: int) -> None:
        if size <= len(self.person):
            return
        room = max(64, size + size // 2)
        for name in self._COLUMNS:
            new = np.zeros(room, np.int64)
            new[: self.size] = getattr(self, name)[: self.size]
            setattr(self, name, new)
        for name in ("stock", "unit_fen"):
            wide = np.zeros((room, self.n_products), np.int64)
            wide[: self.size] = getattr(self, name)[: self.size]
            setattr(self, name, wide)
