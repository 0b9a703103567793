"""Money and goods of a day's events: what is sold, made, sent, given back, and paid to whom.

Every amount is integer fen. The seller of an order is the brand (-1) or a reseller's row; money of a
group deal waits in escrow until the deal closes.
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
_HOUSEHOLD = (int(Account.HOUSEHOLD), 0)
_GOODS_VALUE = (int(Account.GOODS_VALUE), 0)


@kernel()
def sums_by_product(product: Array, quantity: Array, price: Array, seller: Array, pool: Array, out: Array) -> None:
    """Add up orders product by product.

    Columns of the orders (m,); out : int64 (P, 4), fen paid to the brand at once, fen paid into escrow, fen of that for the
    brand, units of the brand.
    """
    for k in range(len(product)):
        p, value = product[k], price[k] * quantity[k]
        if pool[k] >= 0:
            out[p, 1] += value
        if seller[k] < 0:
            out[p, 0 if pool[k] < 0 else 2] += value
            out[p, 3] += quantity[k]


def _by_product(world: World, orders: Ordered) -> list[list[int]]:
    """Return for each product what `sums_by_product` adds up."""
    sums = np.zeros((len(world.products), 4), np.int64)
    sums_by_product(orders.product, orders.quantity, orders.price_fen, orders.seller, orders.pool, sums)
    listed: list[list[int]] = sums.tolist()
    return listed


def take_money(world: World, ledger: Ledger, ordered: Ordered, day: int) -> None:
    """Book what buyers pay today: to the seller, or into escrow while a deal is open."""
    if not len(ordered):
        return
    for p, (direct, pooled, _, _) in enumerate(_by_product(world, ordered)):
        brand = int(world.products.brand_of[p])
        _pay(ledger, _HOUSEHOLD, (int(Account.BRAND), brand), direct, Purpose.SALE, day)
        _pay(ledger, _HOUSEHOLD, (int(Account.ESCROW), brand), pooled, Purpose.ESCROW_IN, day)
    if world.resellers.size:
        k = ((ordered.pool < 0) & (ordered.seller >= 0)).nonzero()[0]
        ledger.book([(_HOUSEHOLD[0], int(Account.RESELLER), 0, ordered.seller[k], (ordered.price_fen * ordered.quantity)[k],
                      int(Purpose.RESELLER_SALE))], day, "trade")


def refund_pools(world: World, ledger: Ledger, refund: Ordered, day: int) -> None:
    """Give the money of failed deals back."""
    for b in range(ledger.n_brands):
        mine = world.products.brand_of[refund.product] == b
        amount = int((refund.price_fen * refund.quantity)[mine].sum())
        _pay(ledger, (int(Account.ESCROW), b), _HOUSEHOLD, amount, Purpose.ESCROW_REFUND, day)
    # A unit set aside for a deal that failed goes back to where it was.
    resold = refund.seller >= 0
    np.add.at(world.resellers.stock, (refund.seller[resold], refund.product[resold]), refund.quantity[resold])
    kept = ~resold & (world.brand_stock[refund.product] >= 0)
    np.add.at(world.brand_stock, refund.product[kept], refund.quantity[kept])


def send_goods(world: World, ledger: Ledger, sent: Ordered, day: int) -> None:
    """Make (or take from stock) and send what is delivered today; release the escrow of full deals."""
    if not len(sent):
        return
    products = world.products
    for p, (_, _, released, units) in enumerate(_by_product(world, sent)):
        b = int(products.brand_of[p])
        _pay(ledger, (int(Account.ESCROW), b), (int(Account.BRAND), b), released, Purpose.ESCROW_RELEASE, day)
        cost = int(products.unit_cost_fen[p])
        if units and products.stock[p] >= 0:
            ledger.goods.move(Place.BRAND_STOCK, Place.SOLD, p, units)
            ledger.stock_value((int(Account.INVENTORY), b), _GOODS_VALUE, units * cost, day)
        elif units:
            spare = min(units, int(world.spare[p]))
            world.spare[p] -= spare
            if spare:
                ledger.goods.move(Place.BRAND_STOCK, Place.SOLD, p, spare)
                ledger.stock_value((int(Account.INVENTORY), b), _GOODS_VALUE, spare * cost, day)
            if units > spare:
                make(ledger, p, b, units - spare, cost, Place.SOLD, day)
        _pay(ledger, (int(Account.BRAND), b), (int(Account.LOGISTICS), 0), units * int(products.delivery_fen[p]),
             Purpose.DELIVERY, day)
    if world.resellers.size:
        _send_from_resellers(world, ledger, sent, (sent.seller >= 0).nonzero()[0], day)


def _send_from_resellers(world: World, ledger: Ledger, sent: Ordered, which: Ints, day: int) -> None:
    """Send some orders out of resellers' stock: they pay for the parcel, unless they take the unit themselves."""
    products, seller, units, p = world.products, sent.seller[which], sent.quantity[which], sent.product[which]
    due = np.where(sent.pool[which] >= 0, sent.price_fen[which] * units, 0)
    parcel = units * products.delivery_fen[p] * (world.resellers.person[seller] != sent.person[which])
    ledger.goods.move(Place.RESELLER_STOCK, Place.SOLD, p, units)
    ledger.book([
        (int(Account.ESCROW), int(Account.RESELLER), products.brand_of[p], seller, due, int(Purpose.ESCROW_RELEASE)),
        (int(Account.RESELLER_STOCK), _GOODS_VALUE[0], seller, 0, units * products.unit_cost_fen[p], int(Purpose.STOCK_VALUE)),
        (int(Account.RESELLER), int(Account.LOGISTICS), seller, 0, parcel, int(Purpose.DELIVERY)),
    ], day, "trade")


def make(ledger: Ledger, product: int, brand: int, units: int, cost_fen: int, to: Place, day: int) -> None:
    """Have units made and pay the supplier."""
    ledger.goods.move(Place.MADE, to, product, units)
    _pay(ledger, (int(Account.BRAND), brand), (int(Account.SUPPLIER), 0), units * cost_fen, Purpose.GOODS, day)


def take_back(world: World, ledger: Ledger, sent: Ordered, delivered: Delivered, day: int) -> None:
    """Refund what came back; what can be sold again returns to the seller's stock."""
    k = delivered.returned.nonzero()[0]
    if not len(k):
        return
    products, table, p, units, seller = world.products, world.resellers, sent.product[k], sent.quantity[k], sent.seller[k]
    theirs, again = seller >= 0, delivered.resaleable[k] > 0
    own_use = theirs & (table.person[seller] == sent.person[k]) if table.size else theirs
    payer, owner = np.where(theirs, int(Account.RESELLER), int(Account.BRAND)), np.where(theirs, seller, products.brand_of[p])
    shelf = np.where(theirs, int(Account.RESELLER_STOCK), int(Account.INVENTORY))
    ledger.book([
        (payer, _HOUSEHOLD[0], owner, 0, delivered.refund_fen[k], int(Purpose.REFUND)),
        (payer, int(Account.LOGISTICS), owner, 0, units * products.delivery_fen[p] * ~own_use, int(Purpose.RETURN_FREIGHT)),
        (_GOODS_VALUE[0], shelf, 0, owner, units * products.unit_cost_fen[p] * again, int(Purpose.STOCK_VALUE)),
    ], day, "trade")
    to = np.where(again, np.where(theirs, int(Place.RESELLER_STOCK), int(Place.BRAND_STOCK)), int(Place.RETURNED))
    for place in (Place.RETURNED, Place.BRAND_STOCK, Place.RESELLER_STOCK):
        mine = to == place
        if mine.any():
            ledger.goods.move(Place.SOLD, place, p[mine], units[mine])
    _put_back(world, seller[again], p[again], units[again])


def _put_back(world: World, seller: Ints, product: Ints, units: Ints) -> None:
    """Put units back on the shelf; what the brand made to order lies spare until it is ordered again."""
    made = world.products.stock[product] < 0
    for shelf, mine in ((world.spare, made & (seller < 0)), (world.brand_stock, ~made & (seller < 0))):
        np.add.at(shelf, product[mine], units[mine])
    if world.resellers.size:
        theirs = seller >= 0
        np.add.at(world.resellers.stock, (seller[theirs], product[theirs]), units[theirs])


def _pay(ledger: Ledger, payer: tuple[int, int], payee: tuple[int, int], amount_fen: int, purpose: Purpose, day: int) -> None:
    if amount_fen:
        ledger.pay(payer, payee, amount_fen, int(purpose), day, "trade")
