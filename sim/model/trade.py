"""Money and goods of a day's events: what is sold, made, sent, given back, and paid to whom.

Every amount is integer fen. The seller of an order is the brand (-1) or a reseller's row; money of a
group deal waits in escrow until the deal closes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.exchange.events import Delivered, Ordered
from sim.ledger.goods import Place
from sim.ledger.ledger import Ledger
from sim.world.state import World

Ints = NDArray[np.int64]
_HOUSEHOLD = (int(Account.HOUSEHOLD), 0)
_GOODS_VALUE = (int(Account.GOODS_VALUE), 0)


def take_money(world: World, ledger: Ledger, ordered: Ordered, day: int) -> None:
    """Book what buyers pay today: to the seller, or into escrow while a deal is open."""
    if not len(ordered):
        return
    value = ordered.price_fen * ordered.quantity
    brand = world.products.brand_of[ordered.product]
    pooled = ordered.pool >= 0
    direct = ~pooled & (ordered.seller < 0)
    for b in range(ledger.n_brands):
        mine = brand == b
        _pay(ledger, _HOUSEHOLD, (int(Account.BRAND), b), int(value[direct & mine].sum()), Purpose.SALE, day)
        _pay(ledger, _HOUSEHOLD, (int(Account.ESCROW), b), int(value[pooled & mine].sum()), Purpose.ESCROW_IN, day)
    by_reseller = ~pooled & (ordered.seller >= 0)
    for row in np.unique(ordered.seller[by_reseller]):
        mine = by_reseller & (ordered.seller == row)
        _pay(ledger, _HOUSEHOLD, (int(Account.RESELLER), int(row)), int(value[mine].sum()), Purpose.RESELLER_SALE, day)


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
    for p in np.unique(sent.product).tolist():
        b = int(products.brand_of[p])
        mine = sent.product == p
        pooled = mine & (sent.pool >= 0) & (sent.seller < 0)
        _pay(ledger, (int(Account.ESCROW), b), (int(Account.BRAND), b),
             int((sent.price_fen * sent.quantity)[pooled].sum()), Purpose.ESCROW_RELEASE, day)
        units = int(sent.quantity[mine & (sent.seller < 0)].sum())
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
        for row in np.unique(sent.seller[mine & (sent.seller >= 0)]).tolist():
            of = mine & (sent.seller == row)
            count = int(sent.quantity[of].sum())
            due = int((sent.price_fen * sent.quantity)[of & (sent.pool >= 0)].sum())
            _pay(ledger, (int(Account.ESCROW), b), (int(Account.RESELLER), row), due, Purpose.ESCROW_RELEASE, day)
            ledger.goods.move(Place.RESELLER_STOCK, Place.SOLD, p, count)
            ledger.stock_value((int(Account.RESELLER_STOCK), row), _GOODS_VALUE, count * cost, day)
            _pay(ledger, (int(Account.RESELLER), row), (int(Account.LOGISTICS), 0),
                 count * int(products.delivery_fen[p]), Purpose.DELIVERY, day)


def make(ledger: Ledger, product: int, brand: int, units: int, cost_fen: int, to: Place, day: int) -> None:
    """Have units made and pay the supplier."""
    ledger.goods.move(Place.MADE, to, product, units)
    _pay(ledger, (int(Account.BRAND), brand), (int(Account.SUPPLIER), 0), units * cost_fen, Purpose.GOODS, day)


def take_back(world: World, ledger: Ledger, sent: Ordered, delivered: Delivered, day: int) -> None:
    """Refund what came back; what can be sold again returns to the seller's stock."""
    back = delivered.returned > 0
    if not back.any():
        return
    products = world.products
    for k in np.flatnonzero(back).tolist():
        p, units, seller = int(sent.product[k]), int(sent.quantity[k]), int(sent.seller[k])
        b = int(products.brand_of[p])
        payer = (int(Account.BRAND), b) if seller < 0 else (int(Account.RESELLER), seller)
        _pay(ledger, payer, _HOUSEHOLD, int(delivered.refund_fen[k]), Purpose.REFUND, day)
        _pay(ledger, payer, (int(Account.LOGISTICS), 0), units * int(products.delivery_fen[p]), Purpose.RETURN_FREIGHT, day)
        value = units * int(products.unit_cost_fen[p])
        if not delivered.resaleable[k]:
            ledger.goods.move(Place.SOLD, Place.RETURNED, p, units)
        elif seller < 0:
            ledger.goods.move(Place.SOLD, Place.BRAND_STOCK, p, units)
            ledger.stock_value(_GOODS_VALUE, (int(Account.INVENTORY), b), value, day)
            (world.brand_stock if products.stock[p] >= 0 else world.spare)[p] += units
        else:
            ledger.goods.move(Place.SOLD, Place.RESELLER_STOCK, p, units)
            ledger.stock_value(_GOODS_VALUE, (int(Account.RESELLER_STOCK), seller), value, day)
            world.resellers.stock[seller, p] += units


def _pay(ledger: Ledger, payer: tuple[int, int], payee: tuple[int, int], amount_fen: int, purpose: Purpose, day: int) -> None:
    if amount_fen:
        ledger.pay(payer, payee, amount_fen, int(purpose), day, "trade")
