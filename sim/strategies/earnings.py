"""What resellers sold and earned of late: the memory of a strategy with resellers, as columns of its book.

A column has one number a row of the resellers' table, as far as the table reached when it was written:

    rate       expected own sales a day
    month      earned in the last 30 days, fen: the sum of the days below
    day k      earned on the last day d with d mod 30 = k, fen

Earned is price - cost of the unit - parcel of every unit sold to somebody else and kept, and all rebates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.core.among import among
from sim.strategies.stocking import StockParams, expected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.exchange.events import Events
    from sim.exchange.view import ProductFacts, View

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Book = dict[str, NDArray[np.generic]]
MONTH = 30


def column(book: Mapping[str, NDArray[np.generic]], name: str, size: int, newcomer: float = 0) -> NDArray[Any]:
    """Return a column of the book for `size` rows, (size,); rows that it does not reach get the value of a newcomer."""
    held = book.get(name)
    known = 0 if held is None else len(held)
    if held is not None and known == size:
        return held
    out = np.full(size, newcomer)
    if held is not None:
        out[:known] = held
    return out


def remember(view: View, events: Events, product: ProductFacts, rebates: list[tuple[Ints, Ints]],
             params: StockParams) -> Book:
    """Return the book after a day.

    Parameters
    ----------
    rebates : list of (rows, fen)
        What is owed to resellers today.
    """
    table, size = view.resellers, view.resellers.size
    sold, earned = _sales(view, events, product)
    for row, amount in rebates:
        np.add.at(earned, row, amount)
    slot = f"day {view.day % MONTH}"
    stock = table.stock[:, product.index]
    rate = column(view.book, "rate", size, params.expects)
    return dict(view.book) | {
        "rate": expected(rate, sold, (stock + sold > 0) & (table.left < 0), params), slot: earned,
        "month": column(view.book, "month", size) + earned - column(view.book, slot, size),
    }


def _sales(view: View, events: Events, product: ProductFacts) -> tuple[Ints, Ints]:
    """Return units that left each row's stock today, and what was earned on those that others bought and kept."""
    table, ordered, delivered = view.resellers, events.ordered, events.delivered
    sold, earned = np.zeros(table.size, np.int64), np.zeros(table.size, np.int64)
    k = ((ordered.seller >= 0) & (ordered.product == product.index)).nonzero()[0]
    if not len(k):
        return sold, earned
    seller, units = ordered.seller[k], ordered.quantity[k]
    np.add.at(sold, seller, units)
    kept = ~among(ordered.order[k], delivered.order[delivered.returned > 0])
    other = kept & (table.person[seller] != ordered.person[k])
    margin = (ordered.price_fen[k] - table.unit_fen[seller, product.index] - product.delivery_fen) * units
    np.add.at(earned, seller[other], margin[other])
    return sold, earned

