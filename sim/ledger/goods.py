"""The book of goods: units of every product, from the factory to the buyer.

A ledger of its own: units move between places, so that for every product, always,

    made = sold + in the brand's stock + in resellers' stock + returned + scrapped.

`returned` are units that came back and cannot be sold again; those that can go back into stock.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import LedgerError

Ints = NDArray[np.int64]


class Place(IntEnum):
    """Where a unit is. MADE is the source: it falls below zero by what was made."""

    MADE = 0
    BRAND_STOCK = 1
    RESELLER_STOCK = 2
    SOLD = 3
    RETURNED = 4
    SCRAPPED = 5


class Goods:
    """Units by place and product.

    Attributes
    ----------
    units : int64 (places, P)
        Each column sums to zero.
    """

    def __init__(self, n_products: int) -> None:
        self.units = np.zeros((len(Place), n_products), np.int64)

    def move(self, source: Place, target: Place, product: int | Ints, quantity: int | Ints) -> None:
        """Move units of products from one place to another.

        Parameters
        ----------
        product, quantity : int or int64 (n,)
            Products may repeat; quantities are never negative.

        Raises
        ------
        LedgerError
            If a quantity is negative.
        """
        if isinstance(product, int) and isinstance(quantity, int):
            if quantity < 0:
                raise LedgerError(f"a negative number of units ({quantity}) cannot move to {target.name}")
            self.units[source, product] -= quantity
            self.units[target, product] += quantity
            return
        amounts = np.asarray(quantity, np.int64)
        if amounts.size and amounts.min() < 0:
            raise LedgerError(f"a negative number of units ({amounts.min()}) cannot move to {target.name}")
        np.subtract.at(self.units[source], product, amounts)
        np.add.at(self.units[target], product, amounts)

    @property
    def made(self) -> Ints:
        """Units ever made, int64 (P,)."""
        made: Ints = -self.units[Place.MADE]
        return made

    def at(self, place: Place) -> Ints:
        """Return units at a place, int64 (P,), a copy."""
        units: Ints = self.units[place].copy()
        return units

    def check(self, day: int, reseller_stock: Ints | None = None) -> None:
        """Check the law of goods.

        Parameters
        ----------
        day : int
            Named in the message.
        reseller_stock : int64 (P,), optional
            Units in resellers' stock as the world counts them.

        Raises
        ------
        LedgerError
            If goods appeared or vanished, a place holds less than nothing, or the world counts otherwise.
        """
        gap = self.units.sum(axis=0)
        if gap.any():
            product = int(np.flatnonzero(gap)[0])
            raise LedgerError(f"day {day}: product {product}: {int(gap[product])} units appeared from nowhere")
        held = self.units[1:]
        if (held < 0).any():
            place, product = (int(i) for i in np.argwhere(held < 0)[0])
            raise LedgerError(f"day {day}: product {product}: {int(held[place, product])} units at "
                              f"{Place(place + 1).name}")
        if reseller_stock is not None and (reseller_stock != self.units[Place.RESELLER_STOCK]).any():
            product = int(np.flatnonzero(reseller_stock != self.units[Place.RESELLER_STOCK])[0])
            raise LedgerError(f"day {day}: product {product}: resellers hold {int(reseller_stock[product])} units, "
                              f"the book says {int(self.units[Place.RESELLER_STOCK, product])}")
