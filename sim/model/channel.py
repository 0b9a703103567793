"""Goods in the channel: what resellers order, what the brand takes back, what is thrown away.

Money and goods of all resellers are booked together, so that a day with a thousand orders costs
little more than a day with one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.core.draws import pair, uniform
from sim.core.kernel import Array, kernel
from sim.exchange.actions import StockOrder
from sim.exchange.events import StockMoved
from sim.ledger.goods import Place
from sim.ledger.ledger import Ledger
from sim.model.trade import put
from sim.world.state import World

Ints = NDArray[np.int64]


_OWN, _THEIRS, _SHELF, _HELD = (int(a) for a in (Account.BRAND, Account.RESELLER, Account.INVENTORY, Account.RESELLER_STOCK))
_SUPPLIER, _VALUE = int(Account.SUPPLIER), int(Account.GOODS_VALUE)
_GOODS, _AT_COST, _SELL_IN, _BUY_BACK = (int(p) for p in (Purpose.GOODS, Purpose.STOCK_VALUE, Purpose.SELL_IN, Purpose.BUY_BACK))
_MADE, _IN_STOCK, _IN_CHANNEL = (int(p) for p in (Place.MADE, Place.BRAND_STOCK, Place.RESELLER_STOCK))
_BY_ORDER = 4
"""Moves of money and value that there are at most for one order."""


@kernel()
def ask_for(buyer: Array, supplier: Array, product: Array, quantity: Array, unit_fen: Array, person: Array, left_day: Array, uid: Array,
            key: int, cash: Array, purse: Array, wanted: Array, score: Array) -> None:
    """Write the units of each order that its buyer may have and can pay for, in the order the buyer gave them, and its lot.

    A brand that buys back stands in a contest for units under the name of the reseller it buys from.

    Parameters
    ----------
    buyer to unit_fen : (m,), the orders; wanted, score : (m,), written: units, and the lot, of which the smallest wins
    person, left_day : (R,), left_day -1: has not given up; uid : (N,)
    cash : int64 (known,), of resellers as far as they have any; purse : working space (R,)
    """
    for r in range(len(purse)):
        purse[r] = max(cash[r], 0) if r < len(cash) else 0
    for k in range(len(buyer)):
        b, s = buyer[k], supplier[k]
        score[k] = uniform(key, pair(np.int64(uid[person[s if b < 0 else b]]), product[k]))
        wanted[k] = quantity[k]
        if b < 0:
            continue
        if left_day[b] >= 0 or (s >= 0 and left_day[s] >= 0):
            wanted[k] = 0
        wanted[k] = min(wanted[k], purse[b] // max(unit_fen[k], 1))
        purse[b] -= wanted[k] * unit_fen[k]


@kernel()
def hand_over(turn: Array, buyer: Array, supplier: Array, product: Array, wanted: Array, unit_fen: Array, brand_of: Array, cost: Array,
              stocked: Array, spare: Array, brand_stock: Array, stock: Array, cost_fen: Array, bought: Array, places: Array,
              moved: Array, moves: Array) -> tuple[int, int]:
    """Give each order what those before it leave of its supplier's units, and move them; returns how many orders and moves there are.

    What the brand has in stock goes before what it has made; a brand's stock of -1 is made to order.

    Parameters
    ----------
    turn : (m,), the orders of each supplier and product behind one another
    buyer, supplier, product, wanted, unit_fen : (m,); wanted is overwritten
    brand_of, cost (fen a unit), stocked, spare, brand_stock : (P,); of what is made to order what lies spare goes first
    stock, cost_fen : (R, P), units of resellers and what the last had cost them; bought : (R,)
    places : (places, P), the book of goods
    moved : int64 (6, m), written: columns of `StockMoved`, of orders that get something
    moves : int64 (7, 4 m), written: the making of goods, their value at cost, and the money, as `sim.ledger.moves` names its rows
    """
    left, last_supplier, last_product = 0, -1, -1
    for k in turn:
        s, p, asked = supplier[k], product[k], wanted[k]
        held = brand_stock[p] if s < 0 else stock[s, p]
        if s != last_supplier or p != last_product:
            left, last_supplier, last_product = held, s, p
        wanted[k] = asked if held < 0 else min(max(left, 0), asked)
        left -= asked
    n, lines = 0, 0
    for k in range(len(buyer)):
        b, s, p, units = buyer[k], supplier[k], product[k], wanted[k]
        if units <= 0:
            continue
        moved[0, n], moved[1, n], moved[2, n], moved[3, n], moved[4, n] = b, s, p, units, unit_fen[k]
        n += 1
        if s >= 0:
            continue
        own, lying = brand_of[p], units
        if stocked[p] >= 0:
            brand_stock[p] -= units
        else:
            lying = min(max(spare[p], 0), units)
            spare[p] -= lying
        places[_IN_STOCK, p] -= lying
        places[_MADE, p] -= units - lying
        places[_IN_CHANNEL, p] += units
        lines = put(moves, lines, _OWN, _SUPPLIER, own, 0, (units - lying) * cost[p], _GOODS)
        lines = put(moves, lines, _SHELF, _HELD, own, b, lying * cost[p], _AT_COST)
        lines = put(moves, lines, _VALUE, _HELD, 0, b, (units - lying) * cost[p], _AT_COST)
        lines = put(moves, lines, _THEIRS, _OWN, b, own, units * unit_fen[k], _SELL_IN)
    for k in range(n):
        b, s, p, units = moved[0, k], moved[1, k], moved[2, k], moved[3, k]
        own, value, price = brand_of[p], units * cost[p], units * moved[4, k]
        moved[5, k] = b >= 0 and bought[b] == 0
        if s >= 0:
            stock[s, p] -= units
        if b >= 0:
            stock[b, p] += units
            cost_fen[b, p] = moved[4, k]
            bought[b] += units
            if s >= 0:
                lines = put(moves, lines, _HELD, _HELD, s, b, value, _AT_COST)
                lines = put(moves, lines, _THEIRS, _THEIRS, b, s, price, _SELL_IN)
            continue
        (brand_stock if stocked[p] >= 0 else spare)[p] += units
        places[_IN_CHANNEL, p] -= units
        places[_IN_STOCK, p] += units
        lines = put(moves, lines, _HELD, _SHELF, s, own, value, _AT_COST)
        lines = put(moves, lines, _OWN, _THEIRS, own, s, price, _BUY_BACK)
    return n, lines


def restock(world: World, ledger: Ledger, orders: StockOrder, day: int) -> StockMoved:
    """Move goods into the channel, within it and back out of it, with their value at cost and the money.

    Resellers get what they can pay for and the supplier has; a brand (buyer -1) buys back what it has
    promised to, whether or not it has the cash. Who has given up neither buys nor sells on, but may
    still hand stock back. A contest for a supplier's last units is settled by a hashed draw.
    """
    m, table, products = len(orders), world.resellers, world.products
    if not m:
        return StockMoved.empty()
    wanted, score = np.empty(m, np.int64), np.empty(m)
    ask_for(orders.buyer, orders.supplier, orders.product, orders.quantity, orders.unit_fen, table.person, table.left, world.people.uid,
            world.draws.key("restock", day), ledger.balance(Account.RESELLER), np.empty(table.size, np.int64), wanted, score)
    moved, moves = np.empty((6, m), np.int64), np.empty((7, _BY_ORDER * m), np.int64)
    n, lines = hand_over(np.lexsort((score, orders.product, orders.supplier)), orders.buyer, orders.supplier, orders.product, wanted,
                         orders.unit_fen, products.brand_of, products.unit_cost_fen, products.stock, world.spare, world.brand_stock,
                         table.stock, table.unit_fen, table.bought, ledger.goods.units, moved, moves)
    if lines:
        ledger.book_moves(np.ascontiguousarray(moves[:, :lines]), day, "restock")
    return StockMoved(*moved[:, :n]) if n else StockMoved.empty()


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
