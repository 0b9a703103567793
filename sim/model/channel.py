"""Goods in the channel: what resellers order, what the brand takes back, what is thrown away.

Money and goods of all resellers are booked together, so that a day with a thousand orders costs
little more than a day with one.
"""

from __future__ import annotations

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


_OWN, _THEIRS, _SHELF, _HELD = (int(a) for a in (Account.BRAND, Account.RESELLER, Account.INVENTORY, Account.RESELLER_STOCK))
_SUPPLIER, _VALUE = int(Account.SUPPLIER), int(Account.GOODS_VALUE)
_GOODS, _AT_COST, _SELL_IN, _BUY_BACK = (int(p) for p in (Purpose.GOODS, Purpose.STOCK_VALUE, Purpose.SELL_IN, Purpose.BUY_BACK))
_PARTS = 8


@kernel()
def list_moves(buyer: Array, supplier: Array, brand: Array, units: Array, lying: Array, cost_fen: Array, unit_fen: Array,
               moves: Array) -> int:
    """Write what moves with goods: their making, their value at cost, and the money; returns how many moves there are.

    buyer, supplier, brand, units, lying, cost_fen, unit_fen: (m,), orders, with what lay with the brand, what a unit costs
    to make and what is paid for it; moves: int64 (7, 4 m), as the constants of `sim.ledger.moves` name its rows.
    """
    n = 0
    for part in range(_PARTS):
        for k in range(len(buyer)):
            b, s, own = buyer[k], supplier[k], brand[k]
            out, back = s < 0, b < 0
            on, made = not (out or back), units[k] - lying[k] if s < 0 else 0
            cost, price = units[k] * cost_fen[k], units[k] * unit_fen[k]
            if part == 0 and made > 0:
                move = (_OWN, _SUPPLIER, own, 0, made * cost_fen[k], _GOODS)
            elif part == 1 and lying[k] > 0:
                move = (_SHELF, _HELD, own, b, lying[k] * cost_fen[k], _AT_COST)
            elif part == 2 and made > 0:
                move = (_VALUE, _HELD, 0, b, made * cost_fen[k], _AT_COST)
            elif part == 3 and on:
                move = (_HELD, _HELD, s, b, cost, _AT_COST)
            elif part == 4 and back:
                move = (_HELD, _SHELF, s, own, cost, _AT_COST)
            elif part == 5 and out:
                move = (_THEIRS, _OWN, b, own, price, _SELL_IN)
            elif part == 6 and on:
                move = (_THEIRS, _THEIRS, b, s, price, _SELL_IN)
            elif part == 7 and back:
                move = (_OWN, _THEIRS, own, s, price, _BUY_BACK)
            else:
                continue
            for row in range(6):
                moves[row, n] = move[row]
            n += 1
    return n


def _move(world: World, ledger: Ledger, moved: StockMoved, day: int) -> StockMoved:
    """Move units, their value at cost, and the money: to brands or resellers for what was sold in, to resellers for what went back."""
    table, products = world.resellers, world.products
    buyer, supplier, p, units = moved.buyer, moved.supplier, moved.product, moved.quantity
    lying = np.empty(len(moved), np.int64)
    hand_over(buyer, supplier, p, units, moved.unit_fen, products.stock, world.spare, world.brand_stock, table.stock,
              table.unit_fen, table.bought, lying, moved.first)
    back = (buyer < 0).nonzero()[0]
    ledger.goods.move(Place.BRAND_STOCK, Place.RESELLER_STOCK, p, lying)
    ledger.goods.move(Place.MADE, Place.RESELLER_STOCK, p, (units - lying) * (supplier < 0))
    if len(back):
        ledger.goods.move(Place.RESELLER_STOCK, Place.BRAND_STOCK, p[back], units[back])
    moves = np.empty((7, 4 * len(moved)), np.int64)
    n = list_moves(buyer, supplier, products.brand_of[p], units, lying, products.unit_cost_fen[p], moved.unit_fen, moves)
    ledger.book_moves(np.ascontiguousarray(moves[:, :n]), day, "restock")
    return moved


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
    if not table.size or not left_over(table.left, table.stock, table.size, day):
        return lost
    gone = (table.left[: table.size] >= 0) & (table.left[: table.size] < day)
    held = table.stock[: table.size] * gone[:, None]
    row, p = held.nonzero()
    units = held[row, p]
    table.stock[row, p] = 0
    ledger.goods.move(Place.RESELLER_STOCK, Place.SCRAPPED, p, units)
    ledger.book([(_HELD, _VALUE, row, 0, units * world.products.unit_cost_fen[p], int(Purpose.WRITE_OFF))], day, "write off")
    np.add.at(lost, p, units)
    return lost
