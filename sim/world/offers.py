"""The offers of a run as columns, one row an offer id; rows 0..P-1 are the brands' own shops.

An offer stays readable after the day it was last made (memories and pools refer to it); `live`
says whether it can be bought today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.world.brands import Products

_BY_PATH = -2
"""`exchange.actions.BY_PATH`, repeated here because the world stands below the exchange."""


@dataclass
class Offers:
    """Columns of O offers: what is sold, at which price and claim, by whom; `name` is for draws."""

    name: NDArray[np.int64]
    product: NDArray[np.int64]
    price_fen: NDArray[np.int64]
    list_price_fen: NDArray[np.int64]
    reference_fen: NDArray[np.int64]
    claim: NDArray[np.float64]
    fit: NDArray[np.float64]
    stock_owner: NDArray[np.int64]
    queue: NDArray[np.int64]
    pool_seats: NDArray[np.int64]
    commission: NDArray[np.float64]
    warmth: NDArray[np.float64]
    strategy: NDArray[np.int64]
    live: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.product)

    def by_path(self, n_products: int) -> NDArray[np.int64]:
        """Return the live offer of each product that resellers sell by path, int64 (P,), the first of several; -1: none."""
        out = np.full(n_products, -1, np.int64)
        which = (self.live & (self.stock_owner == _BY_PATH)).nonzero()[0][::-1]
        out[self.product[which]] = which
        return out


def build_offers(products: Products, strategy_of: NDArray[np.int64], name: NDArray[np.int64]) -> Offers:
    """Open the table: the shops first, then one empty row for each id in `strategy_of` (n,).

    Parameters
    ----------
    strategy_of : int64 (O - P,)
        Strategy that owns each further id.
    name : int64 (O - P,)
        Its name in draws; a shop is named by its product.
    """
    n_shops, extra = len(products), len(strategy_of)
    n = n_shops + extra

    def column(values: NDArray[Any], fill: float) -> NDArray[Any]:
        return np.concatenate([values, np.full(extra, fill, values.dtype)])

    price = products.price_fen
    reference = np.where(products.reference_fen > 0, products.reference_fen, price)
    return Offers(
        name=np.concatenate([np.arange(n_shops), name]),
        product=column(np.arange(n_shops), 0), price_fen=column(price, 1), list_price_fen=column(price, 1),
        reference_fen=column(reference, 1),
        claim=column(products.claim, 0.0), fit=np.ones(n), stock_owner=np.full(n, -1, np.int64),
        queue=np.full(n, -1, np.int64), pool_seats=np.zeros(n, np.int64), commission=np.zeros(n), warmth=np.ones(n),
        strategy=np.concatenate([np.full(n_shops, -1, np.int64), strategy_of]),
        live=np.concatenate([np.ones(n_shops, np.bool_), np.zeros(extra, np.bool_)]),
    )
