"""Whose offer every order was placed on: what last-touch attribution sees, and all that it sees.

An order belongs to the strategy whose offer was bought. Orders placed in the brand's own shop, from memory
or because a friend told, belong to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, kernel
from sim.exchange.events import Ordered
from sim.records.outcomes import LAST_TOUCH_FEN, LAST_TOUCH_ORDERS
from sim.world.state import World


@kernel()
def count_touched(offer: Array, product: Array, quantity: Array, price_fen: Array, ours: Array, strategy_of: Array,
                  out: Array) -> None:
    """Add orders and their value to the strategy that made the offer.

    offer, product, quantity, price_fen: (orders,); ours: whether a product is the brand's, (P,); strategy_of: of each
    offer, -1 for shops, (O,); out: int64 (1 + strategies, 2), orders and fen, the first row nobody's.
    """
    for k in range(len(offer)):
        if ours[product[k]]:
            row = strategy_of[offer[k]] + 1
            out[row, 0] += 1
            out[row, 1] += price_fen[k] * quantity[k]


class LastTouch:
    """Orders of the first brand by the strategy whose offer was bought.

    Attributes
    ----------
    table : int64 (1 + strategies, 2)
        Orders and what was paid for them, fen; the first row is nobody's.
    """

    def __init__(self, world: World) -> None:
        self._strategy_of = world.offers.strategy
        self.table: NDArray[np.int64] = np.zeros((2 + int(self._strategy_of.max(initial=-1)), 2), np.int64)

    def count(self, sold: Ordered, ours: NDArray[np.bool_]) -> None:
        """Add the orders that are filled today."""
        count_touched(sold.offer, sold.product, sold.quantity, sold.price_fen, ours, self._strategy_of, self.table)

    def add_to_nobody(self, orders: int, fen: int) -> None:
        """Add orders of the brand's own shop."""
        self.table[0] += (orders, fen)

    def facts(self, seats: Iterable[tuple[int, str]]) -> dict[str, float]:
        """Return orders and fen as facts, by the names of strategies (position, id); nobody's under the empty name."""
        out: dict[str, float] = {}
        for position, name in ((-1, ""), *seats):
            orders, fen = self.table[position + 1].tolist() if position + 1 < len(self.table) else (0, 0)
            out |= {f"{LAST_TOUCH_ORDERS}{name}": float(orders), f"{LAST_TOUCH_FEN}{name}": float(fen)}
        return out
