"""Goods in the channel: what resellers order, what the brand takes back, what is thrown away.

Money and goods of all resellers are booked together, so that a day with a thousand orders costs
little more than a day with one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.core.kernel import Array, kernel
from sim.exchange.actions import StockOrder
from sim.exchange.events import StockMoved
from sim.ledger.goods import Place
from sim.ledger.ledger import Ledger
from sim.mechanisms.fulfilment import contest_units
from sim.world.state import World

Ints = NDArray[np.int64]


def restock(world: World, ledger: Ledger, orders: StockOrder, day: int) -> StockMoved:
    """Move goods into the channel, within it and back out of it.

    Resellers get what they can pay for and the supplier has; a brand (buyer -1) buys back what it has
    promised to, whether or not it has the cash. Who has given up neither buys nor sells on, but may
    still hand stock back. A contest for a supplier's last units is settled by a hashed draw.
    """
    if not len(orders):
        return StockMoved.empty()
    quantity = contest_units(world, orders, _wanted(world, ledger.balance(Account.RESELLER), orders), day)
    k = (quantity > 0).nonzero()[0]
    if not len(k):
        return StockMoved.empty()
    return _move(world, ledger, StockMoved(orders.buyer[k], orders.supplier[k], orders.product[k], quantity[k], orders.unit_fen[k],
                                           np.zeros(len(k), np.int64)), day)


@kernel()
def affordable(buyer: Array, supplier: Array, quantity: Array, unit_fen: Array, left_day: Array, cash: Array,
               wanted: Array) -> None:
    """Write the units of each order that its buyer may have and can pay for, in the order the buyer gave them.

    Columns of the orders and wanted (m,); left_day : (R,), the day a reseller gave up, or -1; cash : int64 (R,), is spent.
    """
    for k in range(len(buyer)):
        b, s = buyer[k], supplier[k]
        wanted[k] = quantity[k]
        if b < 0:
            continue
        if left_day[b] >= 0 or (s >= 0 and left_day[s] >= 0):
            wanted[k] = 0
        wanted[k] = min(wanted[k], cash[b] // max(unit_fen[k], 1))
        cash[b] -= wanted[k] * unit_fen[k]


def _wanted(world: World, cash: Ints, orders: StockOrder) -> Ints:
    """Return the units of each order that its buyer may have and can pay for."""
    table = world.resellers
    left, wanted = np.zeros(table.size, np.int64), np.empty(len(orders), np.int64)
    known = min(table.size, len(cash))
    left[:known] = np.maximum(cash[:known], 0)
    affordable(orders.buyer, orders.supplier, orders.quantity, orders.unit_fen, table.left, left, wanted)
    return wanted


@kernel()
def hand_over(buyer: Array, supplier: Array, product: Array, quantity: Array, unit_fen: Array, stocked: Array, spare: Array,
              brand_stock: Array, stock: Array, cost_fen: Array, bought: Array, lying: Array, first: Array) -> None:
    """Move units order by order; what the brand has in stock goes before what it has made.

    Parameters
    ----------
    buyer, supplier, product, quantity, unit_fen : (m,)
    stocked : (P,), -1: the brand has the product made to order, and sells what lies spare first
    spare, brand_stock : (P,); stock, cost_fen : (R, P), units of resellers and what the last had cost them; bought : (R,)
    lying : int64 (m,), units that lay with the brand; first : int64 (m,), whether the reseller never got any before
    """
    for k in range(len(buyer)):
        p, units = product[k], quantity[k]
        lying[k] = 0
        if supplier[k] < 0 and stocked[p] >= 0:
            lying[k] = units
            brand_stock[p] -= units
        elif supplier[k] < 0:
            lying[k] = min(max(spare[p], 0), units)
            spare[p] -= lying[k]
    for k in range(len(buyer)):
        b, s, p, units = buyer[k], supplier[k], product[k], quantity[k]
        first[k] = b >= 0 and bought[b] == 0
        if s >= 0:
            stock[s, p] -= units
        if b >= 0:
            stock[b, p] += units
            cost_fen[b, p] = unit_fen[k]
            bought[b] += units
        elif stocked[p] >= 0:
            brand_stock[p] += units
        else:
            spare[p] += units


def _move(world: World, ledger: Ledger, moved: StockMoved, day: int) -> StockMoved:
    """Move units, their value at cost, and the money: to brands or resellers for what was sold in, to resellers for what went back."""
    table, products = world.resellers, world.products
    buyer, supplier, p, units = moved.buyer, moved.supplier, moved.product, moved.quantity
    lying = np.empty(len(moved), np.int64)
    hand_over(buyer, supplier, p, units, moved.unit_fen, products.stock, world.spare, world.brand_stock, table.stock,
              table.unit_fen, table.bought, lying, moved.first)
    brand, cost, price = products.brand_of[p], products.unit_cost_fen[p], units * moved.unit_fen
    out, back = supplier < 0, buyer < 0
    on, made = ~(out | back), (units - lying) * out
    ledger.goods.move(Place.BRAND_STOCK, Place.RESELLER_STOCK, p, lying)
    ledger.goods.move(Place.MADE, Place.RESELLER_STOCK, p, made)
    ledger.goods.move(Place.RESELLER_STOCK, Place.BRAND_STOCK, p[back], units[back])
    own, theirs, shelf, held = int(Account.BRAND), int(Account.RESELLER), int(Account.INVENTORY), int(Account.RESELLER_STOCK)
    _book(ledger, day, "restock", [
        (made > 0, own, brand, int(Account.SUPPLIER), 0, made * cost, Purpose.GOODS),
        (lying > 0, shelf, brand, held, buyer, lying * cost, Purpose.STOCK_VALUE),
        (made > 0, int(Account.GOODS_VALUE), 0, held, buyer, made * cost, Purpose.STOCK_VALUE),
        (on, held, supplier, held, buyer, units * cost, Purpose.STOCK_VALUE),
        (back, held, supplier, shelf, brand, units * cost, Purpose.STOCK_VALUE),
        (out, theirs, buyer, own, brand, price, Purpose.SELL_IN),
        (on, theirs, buyer, theirs, supplier, price, Purpose.SELL_IN),
        (back, own, brand, theirs, supplier, price, Purpose.BUY_BACK),
    ])
    return moved


def _book(ledger: Ledger, day: int, cause: str, parts: list[tuple[Any, ...]]) -> None:
    """Post the marked rows of each part: mask, payer, owner, payee, owner, amounts, purpose."""
    rows = []
    for mask, payer, payer_owner, payee, payee_owner, amount, purpose in parts:
        k = mask.nonzero()[0]
        if len(k):
            first, second = (owner[k] if isinstance(owner, np.ndarray) else owner for owner in (payer_owner, payee_owner))
            rows.append((payer, payee, first, second, amount[k], int(purpose)))
    ledger.book(rows, day, cause)


@kernel()
def left_over(left: Array, stock: Array, size: int, day: int) -> bool:
    """Return whether anybody who gave up before `day` holds anything; left (rows,), stock (rows, P), of which `size` count."""
    for r in range(size):
        if 0 <= left[r] < day:
            for p in range(stock.shape[1]):
                if stock[r, p] != 0:
                    return True
    return False


def write_off(world: World, ledger: Ledger, day: int) -> Ints:
    """Throw away what resellers who gave up before today still hold; returns units by product, int64 (P,).

    They have had a day to hand it back.
    """
    table = world.resellers
    lost: Ints = np.zeros(len(world.products), np.int64)
    if not left_over(table.left, table.stock, table.size, day):
        return lost
    gone = (table.left[: table.size] >= 0) & (table.left[: table.size] < day)
    held = table.stock[: table.size] * gone[:, None]
    row, p = held.nonzero()
    units = held[row, p]
    table.stock[row, p] = 0
    ledger.goods.move(Place.RESELLER_STOCK, Place.SCRAPPED, p, units)
    _book(ledger, day, "write off", [
        (units > 0, int(Account.RESELLER_STOCK), row, int(Account.GOODS_VALUE), 0,
         units * world.products.unit_cost_fen[p], Purpose.WRITE_OFF)])
    np.add.at(lost, p, units)
    return lost
