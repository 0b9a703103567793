"""Money and goods of a day's events: what is sold, made, sent, given back, and paid to whom.

Every amount is integer fen. The seller of an order is the brand (-1) or a reseller's row; money of a
group deal waits in escrow until the deal closes. What the brand itself sells, makes and sends is booked
product by product, what resellers do order by order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.core.kernel import Array, kernel
from sim.exchange.events import Delivered, Ordered
from sim.ledger.goods import Place
from sim.ledger.ledger import Ledger
from sim.world.state import World

Ints = NDArray[np.int64]
_HOUSE, _ESCROW, _OWN, _THEIRS = (int(a) for a in (Account.HOUSEHOLD, Account.ESCROW, Account.BRAND, Account.RESELLER))
_SUPPLIER, _PARCELS = int(Account.SUPPLIER), int(Account.LOGISTICS)
_SHELF, _HELD, _VALUE = (int(a) for a in (Account.INVENTORY, Account.RESELLER_STOCK, Account.GOODS_VALUE))
_SALE, _RESALE, _PAID_IN, _RELEASED = (
    int(p) for p in (Purpose.SALE, Purpose.RESELLER_SALE, Purpose.ESCROW_IN, Purpose.ESCROW_RELEASE))
_GOODS, _DELIVERY, _AT_COST = int(Purpose.GOODS), int(Purpose.DELIVERY), int(Purpose.STOCK_VALUE)
_REFUND, _FREIGHT = int(Purpose.REFUND), int(Purpose.RETURN_FREIGHT)
_MADE, _IN_STOCK, _IN_CHANNEL, _SOLD, _RETURNED = (
    int(p) for p in (Place.MADE, Place.BRAND_STOCK, Place.RESELLER_STOCK, Place.SOLD, Place.RETURNED))
_SUMS = 7
"""Sums that `list_trade` keeps of each product."""
_BY_PRODUCT, _BY_ORDER = 9, 7
"""Moves that there are at most for each product of a brand, and for each order of a reseller."""


@kernel(types="int64(int64[:, ::1], int64, int64, int64, int64, int64, int64, int64)")
def put(moves: Array, n: int, payer: int, payee: int, payer_owner: int, payee_owner: int, amount: int, purpose: int) -> int:
    """Write a move as column n of moves, int64 (7, room), unless it is of nothing; returns how many there are now."""
    if amount == 0:
        return n
    moves[0, n], moves[1, n], moves[2, n], moves[3, n] = payer, payee, payer_owner, payee_owner
    moves[4, n], moves[5, n] = amount, purpose
    return n + 1


@kernel()
def list_trade(person: Array, product: Array, quantity: Array, price: Array, seller: Array, pool: Array, returned: Array,
               refund: Array, resaleable: Array, are_sold: bool, are_sent: bool, brand_of: Array, cost: Array, parcel: Array,
               stocked: Array, owner: Array, profit_day: Array, stock: Array, brand_stock: Array, spare: Array, places: Array, day: int,
               sums: Array, moves: Array) -> int:
    """Write the money that orders move, and move their units; returns how many moves there are.

    Parameters
    ----------
    person to pool : (m,), the orders; returned, refund (fen), resaleable : (m,), what became of those that are sent
    are_sold, are_sent : whether buyers pay for them today, and whether they are delivered
    brand_of, cost, parcel (fen a unit), stocked : (P,), stocked -1: made to order
    owner, profit_day : (R,), persons of resellers, and the last day on which they sold to somebody else; stock : (R, P); brand_stock, spare : (P,); places : (places, P), the book of goods
    sums : int64 (P, 7), zeros; moves : int64 (7, 9 P + 7 m), as the constants of `sim.ledger.moves` name its rows
    """
    n = 0
    for k in range(len(product)):
        p, r, units = product[k], seller[k], quantity[k]
        value, b = price[k] * units, brand_of[p]
        if are_sold and r >= 0 and owner[r] != person[k]:
            profit_day[r] = day
        if are_sold and pool[k] >= 0:
            sums[p, 1] += value
        elif are_sold and r < 0:
            sums[p, 0] += value
        elif are_sold:
            n = put(moves, n, _HOUSE, _THEIRS, 0, r, value, _RESALE)
        if not are_sent:
            continue
        if r < 0:
            sums[p, 2] += value if pool[k] >= 0 else 0
            sums[p, 3] += units
        else:
            places[_IN_CHANNEL, p] -= units
            places[_SOLD, p] += units
            n = put(moves, n, _ESCROW, _THEIRS, b, r, value if pool[k] >= 0 else 0, _RELEASED)
            n = put(moves, n, _HELD, _VALUE, r, 0, units * cost[p], _AT_COST)
            n = put(moves, n, _THEIRS, _PARCELS, r, 0, units * parcel[p] if owner[r] != person[k] else 0, _DELIVERY)
        if returned[k] == 0:
            continue
        places[_SOLD, p] -= units
        if r < 0:
            sums[p, 4] += refund[k]
            sums[p, 5] += units
            sums[p, 6] += units if resaleable[k] > 0 else 0
            continue
        places[_IN_CHANNEL if resaleable[k] > 0 else _RETURNED, p] += units
        n = put(moves, n, _THEIRS, _HOUSE, r, 0, refund[k], _REFUND)
        n = put(moves, n, _THEIRS, _PARCELS, r, 0, units * parcel[p] if owner[r] != person[k] else 0, _FREIGHT)
        if resaleable[k] > 0:
            stock[r, p] += units
            n = put(moves, n, _VALUE, _HELD, 0, r, units * cost[p], _AT_COST)
    for p in range(len(brand_of)):
        b, units, back, again = brand_of[p], sums[p, 3], sums[p, 5], sums[p, 6]
        lying = units
        if stocked[p] < 0:  # what came back before goes out before anything is made
            lying = min(units, spare[p])
            spare[p] += again - lying
        else:
            brand_stock[p] += again
        places[_MADE, p] -= units - lying
        places[_IN_STOCK, p] += again - lying
        places[_SOLD, p] += units
        places[_RETURNED, p] += back - again
        n = put(moves, n, _HOUSE, _OWN, 0, b, sums[p, 0], _SALE)
        n = put(moves, n, _HOUSE, _ESCROW, 0, b, sums[p, 1], _PAID_IN)
        n = put(moves, n, _ESCROW, _OWN, b, b, sums[p, 2], _RELEASED)
        n = put(moves, n, _SHELF, _VALUE, b, 0, lying * cost[p], _AT_COST)
        n = put(moves, n, _OWN, _SUPPLIER, b, 0, (units - lying) * cost[p], _GOODS)
        n = put(moves, n, _OWN, _PARCELS, b, 0, units * parcel[p], _DELIVERY)
        n = put(moves, n, _OWN, _HOUSE, b, 0, sums[p, 4], _REFUND)
        n = put(moves, n, _OWN, _PARCELS, b, 0, back * parcel[p], _FREIGHT)
        n = put(moves, n, _VALUE, _SHELF, 0, b, again * cost[p], _AT_COST)
    return n


def trade(world: World, ledger: Ledger, ordered: Ordered, sent: Ordered, delivered: Delivered, day: int) -> None:
    """Take money for what was ordered (into escrow while a deal is open), make and send what is delivered, take back what came back.

    What comes back and can be sold again returns to the seller's stock; of what the brand made to order it lies spare.

    Parameters
    ----------
    ordered, sent : Ordered
        Today's orders, and what is delivered today: most days the same table.
    delivered : Delivered
        What became of those sent, row by row.
    """
    if ordered is sent:
        if len(sent):
            _book(world, ledger, sent, delivered, day, are_sold=True, are_sent=True)
        return
    if len(ordered):
        _book(world, ledger, ordered, delivered, day, are_sold=True, are_sent=False)
    if len(sent):
        _book(world, ledger, sent, delivered, day, are_sold=False, are_sent=True)


def _book(world: World, ledger: Ledger, orders: Ordered, delivered: Delivered, day: int, *, are_sold: bool, are_sent: bool) -> None:
    products, table = world.products, world.resellers
    n_products, by_order = len(products), _BY_ORDER * len(orders) if table.size else 0
    moves = np.empty((7, _BY_PRODUCT * n_products + by_order), np.int64)
    n = list_trade(orders.person, orders.product, orders.quantity, orders.price_fen, orders.seller, orders.pool, delivered.returned,
                   delivered.refund_fen, delivered.resaleable, are_sold, are_sent, products.brand_of, products.unit_cost_fen,
                   products.delivery_fen, products.stock, table.person, table.profit_day, table.stock, world.brand_stock,
                   world.spare, ledger.goods.units, day, np.zeros((n_products, _SUMS), np.int64), moves)
    if n:
        ledger.book_moves(np.ascontiguousarray(moves[:, :n]), day, "trade")


def refund_pools(world: World, ledger: Ledger, refund: Ordered, day: int) -> None:
    """Give the money of failed deals back."""
    for b in range(ledger.n_brands):
        mine = world.products.brand_of[refund.product] == b
        amount = int((refund.price_fen * refund.quantity)[mine].sum())
        if amount:
            ledger.pay((_ESCROW, b), (_HOUSE, 0), amount, int(Purpose.ESCROW_REFUND), day, "trade")
    # A unit set aside for a deal that failed goes back to where it was.
    resold = refund.seller >= 0
    np.add.at(world.resellers.stock, (refund.seller[resold], refund.product[resold]), refund.quantity[resold])
    kept = ~resold & (world.brand_stock[refund.product] >= 0)
    np.add.at(world.brand_stock, refund.product[kept], refund.quantity[kept])
