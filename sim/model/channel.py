"""Goods in the channel: what resellers order, what the brand takes back, what is thrown away.

Money and goods of all resellers are booked together, so that a day with a thousand orders costs
little more than a day with one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.exchange.actions import StockOrder
from sim.exchange.events import StockMoved
from sim.exchange.postings import join_postings, postings
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
    moved = StockMoved(orders.buyer[k], orders.supplier[k], orders.product[k], quantity[k], orders.unit_fen[k],
                       _is_first(world, orders.buyer[k]))
    if len(moved):
        _move_goods(world, ledger, moved, day)
        _pay_for_goods(world, ledger, moved, day)
    return moved


def _wanted(world: World, cash: Ints, orders: StockOrder) -> Ints:
    """Return the units of each order that its buyer may have and can pay for, in the order the buyer gave them."""
    table = world.resellers
    buyer, supplier, unit = orders.buyer, orders.supplier, np.maximum(orders.unit_fen, 1)
    gone = ((buyer >= 0) & (table.left[buyer] >= 0)) | ((buyer >= 0) & (supplier >= 0) & (table.left[supplier] >= 0))
    wanted = np.where(gone, 0, orders.quantity)
    left = np.zeros(table.size, np.int64)
    known = min(table.size, len(cash))
    left[:known] = np.maximum(cash[:known], 0)
    order = np.argsort(buyer, kind="stable")
    nth = np.empty(len(buyer), np.int64)
    nth[order] = np.arange(len(buyer)) - np.searchsorted(buyer[order], buyer[order], "left")
    for turn in range(int(nth[buyer >= 0].max(initial=-1)) + 1):
        k = ((nth == turn) & (buyer >= 0)).nonzero()[0]
        wanted[k] = np.minimum(wanted[k], left[buyer[k]] // unit[k])
        left[buyer[k]] -= wanted[k] * orders.unit_fen[k]
    return wanted


def _is_first(world: World, buyer: Ints) -> Ints:
    """Mark the first order that a reseller ever gets, one row at most a reseller, int64 (n,)."""
    first = np.zeros(len(buyer), np.int64)
    first[np.unique(buyer, return_index=True)[1]] = 1
    return np.where((buyer >= 0) & (world.resellers.bought[np.maximum(buyer, 0)] == 0), first, 0)


def _move_goods(world: World, ledger: Ledger, moved: StockMoved, day: int) -> None:
    """Move units and their value at cost; what the brand has in stock goes before what it has made."""
    table, products = world.resellers, world.products
    buyer, supplier, p, units = moved.buyer, moved.supplier, moved.product, moved.quantity
    brand, cost = products.brand_of[p], products.unit_cost_fen[p]
    out, back, on = supplier < 0, buyer < 0, (supplier >= 0) & (buyer >= 0)
    stocked = products.stock[p] >= 0
    ready = np.where(stocked, units, _out_of(world.spare, p, np.where(out, units, 0)))
    lying, made = np.where(out, ready, 0), np.where(out, units - ready, 0)
    np.subtract.at(world.brand_stock, p[stocked], lying[stocked])
    np.subtract.at(world.spare, p[~stocked], lying[~stocked])
    np.add.at(world.brand_stock, p[stocked & back], units[stocked & back])
    np.add.at(world.spare, p[~stocked & back], units[~stocked & back])
    ledger.goods.move(Place.BRAND_STOCK, Place.RESELLER_STOCK, p, lying)
    ledger.goods.move(Place.MADE, Place.RESELLER_STOCK, p, made)
    ledger.goods.move(Place.RESELLER_STOCK, Place.BRAND_STOCK, p[back], units[back])
    np.subtract.at(table.stock, (supplier[~out], p[~out]), units[~out])
    np.add.at(table.stock, (buyer[~back], p[~back]), units[~back])
    table.unit_fen[buyer[~back], p[~back]] = moved.unit_fen[~back]
    np.add.at(table.bought, buyer[~back], units[~back])
    shelf, held = int(Account.INVENTORY), int(Account.RESELLER_STOCK)
    _book(ledger, day, "goods", [
        (made > 0, int(Account.BRAND), brand, int(Account.SUPPLIER), 0, made * cost, Purpose.GOODS),
        (lying > 0, shelf, brand, held, buyer, lying * cost, Purpose.STOCK_VALUE),
        (made > 0, int(Account.GOODS_VALUE), 0, held, buyer, made * cost, Purpose.STOCK_VALUE),
        (on, held, supplier, held, buyer, units * cost, Purpose.STOCK_VALUE),
        (back, held, supplier, shelf, brand, units * cost, Purpose.STOCK_VALUE),
    ])


def _out_of(held: Ints, product: Ints, wanted: Ints) -> Ints:
    """Return how much of each row is served from what is held of its product, the first rows first."""
    served = np.zeros(len(product), np.int64)
    for p in np.unique(product).tolist():
        k = (product == p).nonzero()[0]
        before = np.cumsum(wanted[k]) - wanted[k]
        served[k] = np.clip(held[p] - before, 0, wanted[k])
    return served


def _pay_for_goods(world: World, ledger: Ledger, moved: StockMoved, day: int) -> None:
    """Pay brands or resellers for what was sold in, and resellers for what went back."""
    buyer, supplier, price = moved.buyer, moved.supplier, moved.quantity * moved.unit_fen
    brand = world.products.brand_of[moved.product]
    out, back = supplier < 0, buyer < 0
    own, theirs = int(Account.BRAND), int(Account.RESELLER)
    _book(ledger, day, "restock", [
        (out, theirs, buyer, own, brand, price, Purpose.SELL_IN),
        (~out & ~back, theirs, buyer, theirs, supplier, price, Purpose.SELL_IN),
        (back, own, brand, theirs, supplier, price, Purpose.BUY_BACK),
    ])


def _book(ledger: Ledger, day: int, cause: str, parts: list[tuple[Any, ...]]) -> None:
    """Post the marked rows of each part: mask, payer, owner, payee, owner, amounts, purpose."""
    tables = []
    for mask, payer, payer_owner, payee, payee_owner, amount, purpose in parts:
        k = mask.nonzero()[0]
        if len(k):
            first, second = (owner[k] if isinstance(owner, np.ndarray) else owner for owner in (payer_owner, payee_owner))
            tables.append(postings(payer_account=payer, payer_owner=first, payee_account=payee, payee_owner=second,
                                   amount_fen=amount[k], purpose=int(purpose), due_day=day))
    ledger.post(join_postings(tables), day, cause)


def write_off(world: World, ledger: Ledger, day: int) -> Ints:
    """Throw away what resellers who gave up before today still hold; returns units by product, int64 (P,).

    They have had a day to hand it back.
    """
    table = world.resellers
    gone = (table.left[: table.size] >= 0) & (table.left[: table.size] < day)
    row, p = np.nonzero(table.stock[: table.size] * gone[:, None])
    units = table.stock[row, p]
    table.stock[row, p] = 0
    ledger.goods.move(Place.RESELLER_STOCK, Place.SCRAPPED, p, units)
    _book(ledger, day, "write off", [
        (units > 0, int(Account.RESELLER_STOCK), row, int(Account.GOODS_VALUE), 0,
         units * world.products.unit_cost_fen[p], Purpose.WRITE_OFF)])
    lost: Ints = np.bincount(p, weights=units, minlength=len(world.products)).astype(np.int64)
    return lost
