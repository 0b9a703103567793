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
from sim.core.kernel import Array, kernel
from sim.strategies.stocking import StockParams

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


@kernel()
def account(seller: Array, person: Array, product: Array, units: Array, price_fen: Array, kept: Array, of: int,
            delivery_fen: int, owner: Array, left: Array, stock: Array, unit_fen: Array, row: Array, rebate_fen: Array,
            rate: Array, memory: float, old: Array, month: Array, new_rate: Array, earned: Array, new_month: Array) -> None:
    """Write what each reseller earned today and in the month, and what they now expect to sell.

    Parameters
    ----------
    seller, person, product, units, price_fen, kept : (m,), today's orders, and whether they were kept; of : the product
    owner, left, rate, old, month : (R,), the resellers, and their columns of the book: `old` for the day thirty days ago
    stock, unit_fen : int64 (R, P); row, rebate_fen : int64 (n,), what is owed today
    new_rate, earned, new_month : (R,), written
    """
    sold = np.zeros(len(rate), np.int64)
    for r in range(len(earned)):
        earned[r] = 0
    for k in range(len(seller)):
        r = seller[k]
        if r >= 0 and product[k] == of:
            sold[r] += units[k]
            if kept[k] and owner[r] != person[k]:
                earned[r] += (price_fen[k] - unit_fen[r, of] - delivery_fen) * units[k]
    for k in range(len(row)):
        earned[row[k]] += rebate_fen[k]
    for r in range(len(rate)):
        new_rate[r] = rate[r]
        if stock[r, of] + sold[r] > 0 and left[r] < 0:  # an empty shelf teaches nothing
            new_rate[r] += (sold[r] - rate[r]) / memory
        new_month[r] = month[r] + earned[r] - old[r]


def remember(view: View, events: Events, product: ProductFacts, row: Ints, rebate_fen: Ints, params: StockParams) -> Book:
    """Return the book after a day.

    Parameters
    ----------
    row, rebate_fen : int64 (n,)
        Who is owed how much today.
    """
    table, size, ordered, delivered = view.resellers, view.resellers.size, events.ordered, events.delivered
    back = delivered.order[delivered.returned.nonzero()[0]]
    slot = f"day {view.day % MONTH}"
    rate, (earned, month) = np.empty(size), np.empty((2, size), np.int64)
    account(ordered.seller, ordered.person, ordered.product, ordered.quantity, ordered.price_fen,
            ~among(ordered.order, back), product.index, product.delivery_fen, table.person, table.left, table.stock,
            table.unit_fen, row, rebate_fen, column(view.book, "rate", size, params.expects), params.memory,
            column(view.book, slot, size), column(view.book, "month", size), rate, earned, month)
    book = dict(view.book)
    book["rate"], book[slot], book["month"] = rate, earned, month
    return book


@kernel()
def show(sponsor: Array, upline: Array, here: Array, month: Array, visible: int, bias: float, boast: float, out: Array) -> None:
    """Write the monthly income that recruits of some sponsors are shown: boast x ((1 - bias) mean + bias max), fen.

    sponsor, out: (n,), active rows; upline, here, month: (R,); of `visible` uplines only survivors are seen.
    """
    for k in range(len(sponsor)):
        at, left, seen, total, best = sponsor[k], visible, 0, 0, 0
        while at >= 0:
            if here[at]:
                seen += 1
                total += max(month[at], 0)
                best = max(best, month[at])
            at = upline[at] if left > 0 else -1
            left -= 1
        out[k] = np.int64(boast * ((1.0 - bias) * (total / seen) + bias * best))
