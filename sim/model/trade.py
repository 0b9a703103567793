"""Money and goods of a day's events: what is sold, made, sent, given back, and paid to whom.

Every amount is integer fen. The seller of an order is the brand (-1) or a reseller's row; money of a
group deal waits in escrow until the deal closes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.exchange.events import Delivered, Ordered
from sim.exchange.postings import join_postings, postings
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
    k = (~pooled & (ordered.seller >= 0)).nonzero()[0]
    if len(k):
        ledger.post(postings(payer_account=_HOUSEHOLD[0], payer_owner=0, payee_account=int(Account.RESELLER),
                             payee_owner=ordered.seller[k], amount_fen=value[k], purpose=int(Purpose.RESELLER_SALE),
                             due_day=day), day, "trade")


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
    for p in np.bincount(sent.product).nonzero()[0].tolist():
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
    k = (sent.seller >= 0).nonzero()[0]
    if len(k):
        _send_from_resellers(world, ledger, Ordered(*[getattr(sent, n)[k] for n in Ordered.__dataclass_fields__]), day)


def _send_from_resellers(world: World, ledger: Ledger, sent: Ordered, day: int) -> None:
    """Send out of resellers' stock: they pay for the parcel, unless they take the unit themselves."""
    products, seller, units = world.products, sent.seller, sent.quantity
    p = sent.product
    due = np.where(sent.pool >= 0, sent.price_fen * units, 0)
    parcel = np.where(world.resellers.person[seller] == sent.person, 0, units * products.delivery_fen[p])
    ledger.goods.move(Place.RESELLER_STOCK, Place.SOLD, p, units)
    common = {"payee_owner": 0, "due_day": day}
    ledger.post(join_postings([
        postings(payer_account=int(Account.ESCROW), payer_owner=products.brand_of[p], due_day=day,
                 payee_account=int(Account.RESELLER), payee_owner=seller, amount_fen=due,
                 purpose=int(Purpose.ESCROW_RELEASE)),
        postings(payer_account=int(Account.RESELLER_STOCK), payer_owner=seller, payee_account=_GOODS_VALUE[0],
                 amount_fen=units * products.unit_cost_fen[p], purpose=int(Purpose.STOCK_VALUE), **common),
        postings(payer_account=int(Account.RESELLER), payer_owner=seller, payee_account=int(Account.LOGISTICS),
                 amount_fen=parcel, purpose=int(Purpose.DELIVERY), **common),
    ]), day, "trade")


def make(ledger: Ledger, product: int, brand: int, units: int, cost_fen: int, to: Place, day: int) -> None:
    """Have units made and pay the supplier."""
    ledger.goods.move(Place.MADE, to, product, units)
    _pay(ledger, (int(Account.BRAND), brand), (int(Account.SUPPLIER), 0), units * cost_fen, Purpose.GOODS, day)


def take_back(world: World, ledger: Ledger, sent: Ordered, delivered: Delivered, day: int) -> None:
    """Refund what came back; what can be sold again returns to the seller's stock."""
    back = delivered.returned > 0
    if not back.any():
        return
    k = back.nonzero()[0]
    products, p, units, seller = world.products, sent.product[k], sent.quantity[k], sent.seller[k]
    brand, value = products.brand_of[p], units * products.unit_cost_fen[p]
    theirs, again = seller >= 0, delivered.resaleable[k] > 0
    own_use = theirs & (world.resellers.person[np.maximum(seller, 0)] == sent.person[k]) if theirs.any() else theirs
    payer = {"payer_account": np.where(theirs, int(Account.RESELLER), int(Account.BRAND)),
             "payer_owner": np.where(theirs, seller, brand), "payee_owner": 0, "due_day": day}
    shelf = postings(payer_account=_GOODS_VALUE[0], payer_owner=0, amount_fen=np.where(again, value, 0), due_day=day,
                     payee_account=np.where(theirs, int(Account.RESELLER_STOCK), int(Account.INVENTORY)),
                     payee_owner=payer["payer_owner"], purpose=int(Purpose.STOCK_VALUE))
    ledger.post(join_postings([
        postings(payee_account=_HOUSEHOLD[0], amount_fen=delivered.refund_fen[k], purpose=int(Purpose.REFUND), **payer),
        postings(payee_account=int(Account.LOGISTICS), purpose=int(Purpose.RETURN_FREIGHT),
                 amount_fen=np.where(own_use, 0, units * products.delivery_fen[p]), **payer),
        shelf]), day, "trade")
    _put_back(world, ledger, p[~again], units[~again], Place.RETURNED)
    to_brand, to_reseller = again & ~theirs, again & theirs
    _put_back(world, ledger, p[to_brand], units[to_brand], Place.BRAND_STOCK)
    _put_back(world, ledger, p[to_reseller], units[to_reseller], Place.RESELLER_STOCK)
    np.add.at(world.resellers.stock, (seller[to_reseller], p[to_reseller]), units[to_reseller])


def _put_back(world: World, ledger: Ledger, product: Ints, units: Ints, to: Place) -> None:
    """Move units that came back; what the brand made to order lies spare until it is ordered again."""
    if not len(product):
        return
    ledger.goods.move(Place.SOLD, to, product, units)
    if to == Place.BRAND_STOCK:
        made = world.products.stock[product] < 0
        np.add.at(world.spare, product[made], units[made])
        np.add.at(world.brand_stock, product[~made], units[~made])


def _pay(ledger: Ledger, payer: tuple[int, int], payee: tuple[int, int], amount_fen: int, purpose: Purpose, day: int) -> None:
    if amount_fen:
        ledger.pay(payer, payee, amount_fen, int(purpose), day, "trade")
