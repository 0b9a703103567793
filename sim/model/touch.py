"""Whose offer every order was placed on: what last-touch attribution sees, and all that it sees.

An order belongs to the strategy whose offer was bought. Orders placed in the brand's own shop, from memory
or because a friend told, belong to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.records.outcomes import LAST_TOUCH_FEN, LAST_TOUCH_ORDERS
from sim.world.state import World


class LastTouch:
    """Orders of the first brand by the strategy whose offer was bought.

    Attributes
    ----------
    table : int64 (1 + strategies, 2)
        Orders and what was paid for them, fen; the first row is nobody's. `count_sales` brings it up to date.
    strategy_of : int64 (O,)
        Whose offer it is, -1 for shops.
    """

    def __init__(self, world: World) -> None:
        self.strategy_of = world.offers.strategy
        self.table: NDArray[np.int64] = np.zeros((2 + int(self.strategy_of.max(initial=-1)), 2), np.int64)

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
