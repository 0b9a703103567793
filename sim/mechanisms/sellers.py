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

from sim.exchange.actions import BY_PATH
from sim.exchange.events import PathKind

if TYPE_CHECKING:
    from sim.exchange.events import Ordered
    from sim.mechanisms.choice import Choices
    from sim.world.state import World

Ints = NDArray[np.int64]
NOBODY = -2
"""Seller of an order that nobody can be found for."""


def remember_sellers(world: World) -> None:
    """Make room to remember sellers, once somebody sells by path."""
    if not len(world.memory_seller):
        world.memory_seller = np.full((world.n_people, len(world.products)), -1, np.int32)


def sellers(world: World, chosen: Choices) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the seller of each order, and whether it is the buyer's own stock; both (m,)."""
    seller = world.offers.stock_owner[chosen.offer]
    table = world.resellers
    own = np.zeros(len(seller), np.bool_)
    if not table.size:
        return np.where(seller == BY_PATH, NOBODY, seller), own
    brand = world.products.brand_of[chosen.product]
    by_path = (seller == BY_PATH).nonzero()[0]
    if len(by_path):
        seller = seller.copy()
        seller[by_path] = _behind(world, chosen, by_path, brand[by_path])
    at_home = table.holding(chosen.person, chosen.product, brand)
    own = (at_home >= 0) & (world.offers.pool_seats[chosen.offer] == 0)
    return np.where(own, at_home, seller), own


def _behind(world: World, chosen: Choices, which: Ints, brand: Ints) -> Ints:
    """Return the resellers behind some orders: the speaker, whom the speaker remembers, or whom the buyer remembers."""
    table = world.resellers
    told = chosen.kind[which] == PathKind.TIE
    told_by = np.searchsorted(world.ties.start, chosen.row[which], "right") - 1
    asked = np.where(told, told_by, chosen.person[which])
    row = np.where(told, table.row_of[asked], -1).astype(np.int64)
    row = np.where((row >= 0) & (table.brand[np.maximum(row, 0)] == brand), row, -1)
    last = world.memory_seller[asked, chosen.product[which]].astype(np.int64)
    # Who gave up and came back has a new row, and is found under it.
    last = np.where(last >= 0, table.row_of[table.person[np.maximum(last, 0)]], -1)
    last = np.where((last >= 0) & (table.brand[np.maximum(last, 0)] == brand), last, NOBODY)
    return np.where(row >= 0, row, last)


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
