"""Money and goods as a shopkeeper would book them: one purse an account, one pile of units a place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.core.accounts import OWNED, Account
from sim.ledger.goods import Place

if TYPE_CHECKING:
    from sim.exchange.postings import Postings
    from tests.reference.village import Order, Village

HOME = (int(Account.HOUSEHOLD), 0)
OUTSIDE = (int(Account.GOODS_VALUE), 0)
CARRIER = (int(Account.LOGISTICS), 0)
Purse = tuple[int, int]


@dataclass
class Books:
    """Fen in every purse (account, owner), debts by the day they fall due, units by (place, product)."""

    purses: dict[Purse, int] = field(default_factory=dict)
    debts: list[tuple[int, Purse, Purse, int]] = field(default_factory=list)
    units: dict[tuple[int, int], int] = field(default_factory=dict)
    n_brands: int = 1

    def holds(self, account: Account, owner: int) -> int:
        return self.purses.get((int(account), owner), 0)

    def pay(self, payer: Purse, payee: Purse, amount_fen: int) -> None:
        for (account, owner), change in ((payer, -amount_fen), (payee, amount_fen)):
            purse = (account, owner if account in OWNED else 0)
            self.purses[purse] = self.purses.get(purse, 0) + change

    def move(self, source: Place, target: Place, product: int, units: int) -> None:
        for place, change in ((source, -units), (target, units)):
            self.units[int(place), product] = self.units.get((int(place), product), 0) + change

    def post(self, rows: Postings, day: int) -> None:
        """Pay what is due, and note what is owed."""
        columns = (rows.payer_account, rows.payer_owner, rows.payee_account, rows.payee_owner, rows.amount_fen,
                   rows.due_day)
        for payer, payer_owner, payee, payee_owner, amount, due in zip(*(c.tolist() for c in columns), strict=True):
            if due <= day:
                self.pay((payer, payer_owner), (payee, payee_owner), amount)
            else:
                self.debts.append((due, (payer, payer_owner), (payee, payee_owner), amount))
                self.pay(self._debtor(payer, payer_owner), (int(Account.RECEIVABLE), 0), amount)

    def fall_due(self, day: int) -> None:
        """Pay the debts of the day, whether or not the money is there."""
        for due, payer, payee, amount in [debt for debt in self.debts if debt[0] <= day]:
            self.debts.remove((due, payer, payee, amount))
            self.pay((int(Account.RECEIVABLE), 0), self._debtor(*payer), amount)
            self.pay(payer, payee, amount)

    def _debtor(self, account: int, owner: int) -> Purse:
        return (int(Account.PAYABLE), owner if account == Account.BRAND else self.n_brands)


def brand(number: int) -> Purse:
    return (int(Account.BRAND), number)


def escrow(number: int) -> Purse:
    return (int(Account.ESCROW), number)


def shelf(number: int) -> Purse:
    """The value of a brand's stock at cost."""
    return (int(Account.INVENTORY), number)


def reseller(row: int) -> Purse:
    return (int(Account.RESELLER), row)


def reseller_shelf(row: int) -> Purse:
    return (int(Account.RESELLER_STOCK), row)


def seller_of(order: Order, brand_of_product: int) -> Purse:
    return brand(brand_of_product) if order.seller < 0 else reseller(order.seller)


def take_money(village: Village, order: Order) -> None:
    """The buyer pays the seller, or pays into escrow while a group deal is open."""
    b = village.products[order.product].brand
    village.books.pay(HOME, escrow(b) if order.deal >= 0 else seller_of(order, b), order.price_fen)


def give_money_back(village: Village, order: Order) -> None:
    """A group deal failed: the money leaves escrow, the unit goes back to whoever had set it aside."""
    product = village.products[order.product]
    village.books.pay(escrow(product.brand), HOME, order.price_fen)
    if order.seller >= 0:
        village.resellers[order.seller].stock[order.product] += 1
    elif product.has_stock:
        village.brand_stock[order.product] += 1


def make(village: Village, p: int, units: int, to: Place) -> None:
    """Have units made, and pay the supplier."""
    product = village.products[p]
    village.books.move(Place.MADE, to, p, units)
    village.books.pay(brand(product.brand), (int(Account.SUPPLIER), 0), units * product.unit_cost_fen)


def _is_own_use(village: Village, order: Order) -> bool:
    return order.seller >= 0 and village.resellers[order.seller].person == order.person


def send(village: Village, order: Order) -> None:
    """A unit leaves: from the reseller's stock, from the brand's, from what came back, or newly made."""
    p, books = order.product, village.books
    product = village.products[p]
    if order.deal >= 0:
        books.pay(escrow(product.brand), seller_of(order, product.brand), order.price_fen)
    if not _is_own_use(village, order):
        books.pay(seller_of(order, product.brand), CARRIER, product.delivery_fen)
    if order.seller >= 0:
        books.move(Place.RESELLER_STOCK, Place.SOLD, p, 1)
        books.pay(reseller_shelf(order.seller), OUTSIDE, product.unit_cost_fen)
    elif product.has_stock or village.spare[p] > 0:
        village.spare[p] -= 0 if product.has_stock else 1
        books.move(Place.BRAND_STOCK, Place.SOLD, p, 1)
        books.pay(shelf(product.brand), OUTSIDE, product.unit_cost_fen)
    else:
        make(village, p, 1, Place.SOLD)


def take_back(village: Village, order: Order, *, is_resaleable: bool) -> int:
    """A unit comes back: the seller refunds it and pays the way; returns the refund in fen."""
    p, books = order.product, village.books
    product = village.products[p]
    seller = seller_of(order, product.brand)
    books.pay(seller, HOME, order.price_fen)
    if not _is_own_use(village, order):
        books.pay(seller, CARRIER, product.delivery_fen)
    if not is_resaleable:
        books.move(Place.SOLD, Place.RETURNED, p, 1)
    elif order.seller >= 0:
        books.move(Place.SOLD, Place.RESELLER_STOCK, p, 1)
        books.pay(OUTSIDE, reseller_shelf(order.seller), product.unit_cost_fen)
        village.resellers[order.seller].stock[p] += 1
    else:
        books.move(Place.SOLD, Place.BRAND_STOCK, p, 1)
        books.pay(OUTSIDE, shelf(product.brand), product.unit_cost_fen)
        (village.brand_stock if product.has_stock else village.spare)[p] += 1
    return order.price_fen
