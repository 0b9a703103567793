"""Budgets: spending is cut to the cash there is, and with it what the money was to buy.

If the spending rows of a brand ask for more than its cash, each gets floor(amount x cash / asked):
pro rata, so that neither the order of rows nor of strategies matters, and floored, so that the sum
never exceeds the cash. What a row pays for shrinks by paid / asked; counts are floored in integers.
Debts are not spending and are never cut.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import PlanError
from sim.exchange.kept import once

if TYPE_CHECKING:
    from sim.exchange.actions import Capacity, Impress, Lead, Spend, Tend

    _Counted = TypeVar("_Counted", Impress, Lead)

Ints = NDArray[np.int64]

_SAFE = 2**62
_FEW = 16


def paid(spend: Spend, cash_fen: Ints) -> Ints:
    """Return what each row may really spend, int64 (n,) fen.

    Parameters
    ----------
    spend : Spend
        n rows, any number of brands.
    cash_fen : int64 (B,)
        Cash of each brand that may be spent today; below zero counts as none.
    """
    amount = spend.amount_fen
    if not len(amount) or (len(amount) <= _FEW and _is_covered(spend, cash_fen.tolist())):
        return amount
    asked = once(_asked, spend, len(cash_fen))
    have = np.maximum(cash_fen, 0)
    if not np.count_nonzero(asked > have):
        return amount
    given = amount.copy()
    for brand in (asked > have).nonzero()[0].tolist():
        mine = spend.brand == brand
        given[mine] = times_share(amount[mine], have[brand : brand + 1], asked[brand : brand + 1])
    return given


def _is_covered(spend: Spend, cash_fen: list[int]) -> bool:
    """Return whether every brand has the cash for all that it asks for; for a handful of rows quicker than arrays are."""
    for brand, amount in zip(spend.brand.tolist(), spend.amount_fen.tolist(), strict=True):
        cash_fen[brand] -= amount
        if amount and cash_fen[brand] < 0:
            return False
    return True


def _asked(spend: Spend, n_brands: int) -> Ints:
    """Return what each brand asks for, int64 (B,) fen."""
    amount = spend.amount_fen
    if len(amount) * int(amount.max()) >= _SAFE:
        raise PlanError("Spend: the amounts of one day together are beyond any budget")
    asked = np.zeros(n_brands, np.int64)
    np.add.at(asked, spend.brand, amount)
    return asked


def times_share(count: Ints, part: Ints, whole: Ints) -> Ints:
    """Return floor(count x part / whole) exactly, int64 (n,); `part` and `whole` may be of length 1."""
    if not len(count):
        return count
    if int(count.max()) * int(part.max()) < _SAFE:
        return count * part // whole
    # A product beyond int64: Python's integers have no limit.
    parts, wholes = np.broadcast_to(part, count.shape).tolist(), np.broadcast_to(whole, count.shape).tolist()
    return np.array([c * p // w for c, p, w in zip(count.tolist(), parts, wholes, strict=True)], np.int64)


class Cuts:
    """What was asked and paid, seen from the rows that name a spending row.

    Parameters
    ----------
    spend : int64 (n,)
        Row of the merged spending table, -1: free.
    asked_fen, paid_fen : int64 (spending rows,)
    """

    def __init__(self, spend: Ints, asked_fen: Ints, paid_fen: Ints) -> None:
        costs = spend >= 0
        at = np.maximum(spend, 0)
        # A row that asked for nothing lost nothing.
        costs &= asked_fen[at] > 0
        self._part = np.where(costs, paid_fen[at], 1)
        self._whole = np.where(costs, asked_fen[at], 1)

    def floored(self, count: Ints) -> Ints:
        """Return counts after the cut, floored, int64 (n,)."""
        return times_share(count, self._part, self._whole)

    def scaled(self, size: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sizes after the cut, float64 (n,)."""
        return size * (self._part / self._whole)


def cut_counts(table: _Counted, asked_fen: Ints, paid_fen: Ints) -> _Counted:
    """Shrink bought impressions or leads."""
    return replace(table, count=Cuts(table.spend, asked_fen, paid_fen).floored(table.count))


def cut_tend(table: Tend, asked_fen: Ints, paid_fen: Ints) -> Tend:
    """Shrink hours, red packets and fake accounts; at least one packet remains while there is money for it."""
    cuts = Cuts(table.spend, asked_fen, paid_fen)
    packet_fen = cuts.floored(table.packet_fen)
    at_least = np.minimum(np.minimum(table.packets, packet_fen), 1)
    return replace(table, host_hours=cuts.scaled(table.host_hours), packet_fen=packet_fen,
                   packets=np.maximum(cuts.floored(table.packets), at_least),
                   fake_accounts=cuts.floored(table.fake_accounts))


def cut_capacity(table: Capacity, asked_fen: Ints, paid_fen: Ints) -> Capacity:
    """Shrink staff."""
    return replace(table, servers=Cuts(table.spend, asked_fen, paid_fen).floored(table.servers))
