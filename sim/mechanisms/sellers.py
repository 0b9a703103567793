"""Sellers behind a path (朋友卖货): one offer, and whoever passed it on fills the order out of their own stock.

A thousand resellers of one brand sell the same thing at the same price. Which of them is asked is no
choice of its own: it is the friend whose word one took, or the one bought from last time.

Rules for an offer that is sold by path, buyer i, product k:

    at home    i resells the brand and holds a unit: i takes that, at what it cost them
    by a tie   the speaker of the tie if they resell the brand, else whom the speaker remembers
    otherwise  whom i remembers as the seller of k
    nobody     the seller has given up, or nobody is remembered: the order is lost for want of stock

A unit at home is taken whatever is offered, group deals aside. Who becomes a former reseller remembers their upline
instead of themselves. Taking a unit at home is no sale: it earns nothing, and no parcel is sent.

| symbol | array | shape |
|---|---|---|
| memory_seller | row of the reseller last bought from, -1: none | (N, P), only where somebody sells by path |
| seller | row of the resellers' table, -1: the brand, -2: nobody | (m,) |

Sources: seller and endorser are one person in this trade (T3 and Q5 of domain 1A, hypotheses); that own use is
taken at cost is a convention, so that it neither earns nor loses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, kernel
from sim.exchange.actions import BY_PATH
from sim.exchange.events import PathKind

if TYPE_CHECKING:
    from sim.exchange.events import Ordered
    from sim.mechanisms.choice import Choices
    from sim.world.state import World

Ints = NDArray[np.int64]
NOBODY = BY_PATH
"""Seller of an order by a path on which nobody can be found."""
_TIE = int(PathKind.TIE)


def remember_sellers(world: World) -> None:
    """Make room to remember sellers, once somebody sells by path."""
    if not len(world.memory_seller):
        world.memory_seller = np.full((world.n_people, len(world.products)), -1, np.int32)


@kernel()
def find_sellers(person: Array, product: Array, offer: Array, kind: Array, speaker: Array, stock_owner: Array,
                 pool_seats: Array, product_brand: Array, row_of: Array, reseller: Array, brand_of: Array, stock: Array,
                 remembered: Array, seller: Array, own: Array) -> None:
    """Find the seller of each order, and whether it is the buyer's own stock.

    Parameters
    ----------
    person, product, offer, kind : (m,); speaker : (m,), who speaks along the tie, of orders by one
    stock_owner, pool_seats : (O,); product_brand : (P,)
    row_of : (N,); reseller (their persons), brand_of : (R,); stock : (R, P); remembered : (N, P) or (0, 0)
    seller : int64, own : bool (m,)
    """
    for k in range(len(person)):
        i, p = person[k], product[k]
        brand, home = product_brand[p], row_of[i]
        own[k] = home >= 0 and brand_of[home] == brand and stock[home, p] > 0 and pool_seats[offer[k]] == 0
        seller[k] = home if own[k] else stock_owner[offer[k]]
        if seller[k] != BY_PATH:
            continue
        asked, row = i, NOBODY
        if kind[k] == _TIE:
            asked = speaker[k]
            row = row_of[asked]
        if row < 0 or brand_of[row] != brand:
            row = remembered[asked, p]
            # Who gave up and came back has a new row, and is found under it.
            row = row_of[reseller[row]] if row >= 0 else NOBODY
        seller[k] = row if row >= 0 and brand_of[row] == brand else NOBODY


def sellers(world: World, chosen: Choices) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the seller of each order, and whether it is the buyer's own stock; both (m,)."""
    offers, table, m = world.offers, world.resellers, len(chosen.person)
    if not table.size:  # a path leads to nobody
        return offers.stock_owner[chosen.offer], np.zeros(m, np.bool_)
    seller, own = np.empty(m, np.int64), np.empty(m, np.bool_)
    speaker = np.searchsorted(world.ties.start, chosen.row, "right") - 1
    find_sellers(chosen.person, chosen.product, chosen.offer, chosen.kind, speaker, offers.stock_owner, offers.pool_seats,
                 world.products.brand_of, table.row_of, table.person, table.brand, table.stock, world.memory_seller, seller, own)
    return seller, own


def remember(world: World, orders: Ordered) -> None:
    """Note who delivered; the brand is -1. One delivery a person and product."""
    if len(world.memory_seller):
        world.memory_seller[orders.person, orders.product] = orders.seller


def forget_themselves(world: World, rows: Ints) -> None:
    """Let resellers who give up (rows, int64 (n,)) remember their upline where they had served themselves."""
    if not len(world.memory_seller):
        return
    table = world.resellers
    person = table.person[rows]
    held = world.memory_seller[person]
    world.memory_seller[person] = np.where(held == rows[:, None], table.upline[rows][:, None], held)
