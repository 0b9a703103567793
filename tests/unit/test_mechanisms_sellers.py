"""Sellers behind a path: who fills an order, at what price, and who is asked next time; and goods on their way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.exchange.actions import BY_PATH, Actions, Enrol, Offer, PeerPost, Release, StockOrder, Table, rows
from sim.exchange.events import PathKind, Reason
from sim.exchange.postings import Settlement, postings
from sim.ledger.goods import Place
from sim.verification.quiet import days_of, finished, quiet, saved
from tests.conformance.strategies import Scripted

if TYPE_CHECKING:
    from pathlib import Path

    from sim.exchange.events import Events
    from sim.exchange.view import View
    from sim.model.day import Day
    from sim.model.state import RunState

LIST, TIER, COST, PARCEL = 10_000, 6_000, 1_000, 100
SELLER, FRIEND, OTHER, STRANGER = range(4)


class Passed(Scripted):
    """Resellers who order on day 1 and post from day 2 on; some give up or hand stock back on set days."""

    id: str = "passed"
    sellers: tuple[int, ...] = (SELLER,)
    units: int = 5
    posts_on: tuple[int, ...] = (2,)
    offer_to: tuple[int, ...] = ()
    gives_up: int = -1
    taken_back: int = 0
    rebate_on: int = -1

    def plan(self, view: View) -> Actions:
        """Enrol, order, post, release, buy back."""
        item = view.product(0)
        offer = Offer(int(view.offers[0]), item.index, item.price_fen, item.price_fen, item.claim, stock_owner=BY_PATH)
        tables: list[Table] = []
        if view.day == 0:
            tables.append(rows(Enrol, person=self.sellers, channel=-1, tier=0, brand=0, upline=-1,
                               buy_in_fen=self.units * TIER + 10 * PARCEL))
        if view.day == 1 and self.units:
            tables.append(rows(StockOrder, buyer=np.arange(len(self.sellers)), supplier=-1, product=item.index,
                               quantity=self.units, unit_fen=TIER))
        if view.day in self.posts_on:
            tables.append(rows(PeerPost, person=self.offer_to or self.sellers, offer=view.offers[0], items=1.0,
                               layers=0b1111))
        if view.day == self.gives_up:
            tables.append(rows(Release, person=self.sellers, channel=-1))
        if self.taken_back and view.day == self.gives_up + 1:
            tables.append(rows(StockOrder, buyer=-1, supplier=np.arange(len(self.sellers)), product=item.index,
                               quantity=self.taken_back, unit_fen=TIER // 2))
        return Actions(offers=(offer,), tables=tuple(tables))

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe the first reseller a rebate on a set day."""
        del events
        if view.day != self.rebate_on:
            return Settlement()
        return Settlement(postings(payer_account=int(Account.BRAND), payer_owner=0, payee_account=int(Account.RESELLER),
                                   payee_owner=0, amount_fen=500, purpose=int(Purpose.LEVEL_REBATE), due_day=view.day))


@pytest.fixture
def line(tmp_path: Path) -> dict[str, Any]:
    """Return a line of people: the seller speaks to the friend, the friend to the other."""
    return saved(tmp_path, np.array([SELLER, FRIEND]), np.array([FRIEND, OTHER]), 10, layer=0)


def lived(line: dict[str, Any], days: int, strategy: Passed, **settings: Any) -> list[tuple[RunState, Day]]:
    """Run a small world in which whoever meets the offer buys; the needs close for `uses_days`."""
    uses = settings.pop("uses_days", 30_000)
    product = {"price": LIST // 100, "unit_cost": COST // 100, "delivery_cost": PARCEL // 100, "uses_days": uses}
    return list(days_of(quiet(10, days, [strategy], network=line, product=product, **settings)))


def test_whoever_posts_sells_out_of_their_own_stock(line: dict[str, Any]) -> None:
    (state, day) = lived(line, 3, Passed())[2]
    (bought,) = zip(*(getattr(day.events.ordered, n).tolist() for n in ("person", "seller", "price_fen")), strict=True)
    assert bought == (FRIEND, 0, LIST)
    assert state.ledger.balance(Account.RESELLER)[0] == LIST - PARCEL + 10 * PARCEL
    assert state.world.resellers.stock[0].tolist() == [4]
    assert state.world.memory_seller[:4, 0].tolist() == [-1, 0, -1, -1]
    assert state.world.resellers.profit_day[0] == 2


def test_nobody_remembers_sellers_where_nobody_sells_by_path() -> None:
    assert not len(finished(quiet(10, 3, [Scripted()])).world.memory_seller)


def test_who_is_remembered_is_asked_again_and_missed_when_gone(line: dict[str, Any]) -> None:
    again = lived(line, 12, Passed(), uses_days=5)
    later = [(day.number, *row) for _, day in again[3:] for row in zip(
        day.events.ordered.person.tolist(), day.events.ordered.path_kind.tolist(),
        day.events.ordered.seller.tolist(), strict=True)]
    assert later == [(7, FRIEND, PathKind.MEMORY, 0)]
    gone = lived(line, 12, Passed(gives_up=4), uses_days=5)
    assert not any(len(day.events.ordered) for _, day in gone[3:])
    lost = gone[7][1].events.unfilled
    assert (lost.person.tolist(), lost.reason.tolist()) == ([FRIEND], [Reason.STOCK])


def test_a_friend_who_is_no_reseller_sends_people_to_the_one_they_remember(line: dict[str, Any]) -> None:
    talk = {"enabled": True, "constant_rate": 1.0, "contact": (1.0, 1.0, 1.0, 1.0), "show": (0.0,) * 4}
    (_, day) = lived(line, 4, Passed(), word_of_mouth=talk)[3]
    ordered = day.events.ordered
    assert [c.tolist() for c in (ordered.person, ordered.path_kind, ordered.seller)] == [[OTHER], [PathKind.TIE], [0]]


def test_nothing_is_sold_without_stock(line: dict[str, Any]) -> None:
    (state, day) = lived(line, 3, Passed(units=0))[2]
    assert day.events.unfilled.reason.tolist() == [Reason.STOCK]
    assert state.ledger.goods.made.tolist() == [0]


def test_who_passes_on_what_nobody_sold_them_sells_nothing(line: dict[str, Any]) -> None:
    (_, day) = lived(line, 3, Passed(offer_to=(FRIEND,)))[2]
    assert (day.events.unfilled.person.tolist(), day.events.unfilled.reason.tolist()) == ([OTHER], [Reason.STOCK])


def test_a_unit_at_home_is_taken_at_cost_without_a_parcel(line: dict[str, Any]) -> None:
    """The friend sells, too, and posts nothing: the seller's post reaches a shelf that is full."""
    (state, day) = lived(line, 3, Passed(sellers=(SELLER, FRIEND), offer_to=(SELLER,)))[2]
    ordered = day.events.ordered
    assert [c.tolist() for c in (ordered.person, ordered.seller, ordered.price_fen)] == [[FRIEND], [1], [TIER]]
    assert state.ledger.balance(Account.RESELLER).tolist() == [10 * PARCEL, TIER + 10 * PARCEL]
    assert state.world.resellers.profit_day[:2].tolist() == [0, 0]
    assert state.world.resellers.stock[:2, 0].tolist() == [5, 4]


def test_goods_at_home_are_remembered_for_certain(line: dict[str, Any]) -> None:
    """Nobody posts, nobody ever bought: with a need that opens, only the seller knows where to get it."""
    days = lived(line, 40, Passed(posts_on=()), repurchase={"need_rate": 1.0, "mean_interest": 0.05},
                 choice={"impulse": 0.0})
    buyers = np.concatenate([day.events.ordered.person for _, day in days[2:]])
    assert set(buyers.tolist()) == {SELLER}


def test_rebates_keep_a_reseller_going(line: dict[str, Any]) -> None:
    assert lived(line, 9, Passed(posts_on=(), rebate_on=7))[-1][0].world.resellers.profit_day[0] == 7
    assert lived(line, 9, Passed(posts_on=()))[-1][0].world.resellers.profit_day[0] == 0


@pytest.mark.parametrize("stock", [None, 20])
@pytest.mark.parametrize("taken_back", [0, 2, 9])
def test_what_is_left_over_is_bought_back_or_thrown_away(line: dict[str, Any], taken_back: int,
                                                         stock: int | None) -> None:
    """Five units go in, one is sold, what is promised comes back, the rest is lost; the audit holds the books."""
    days = lived(line, 8, Passed(gives_up=4, taken_back=taken_back), brand={"product": {
        "price": LIST // 100, "unit_cost": COST // 100, "delivery_cost": PARCEL // 100, "uses_days": 30_000,
        "stock": stock}})
    state = days[-1][0]
    goods, back = state.ledger.goods, min(taken_back, 4)
    assert goods.at(Place.SOLD).tolist() == [1]
    assert goods.at(Place.SCRAPPED).tolist() == [4 - back]
    assert goods.at(Place.BRAND_STOCK).tolist() == [back + (15 if stock else 0)]
    assert [int(day.written_off.sum()) for _, day in days] == [0, 0, 0, 0, 0, 4 - back, 0, 0]
    assert state.ledger.balance(Account.RESELLER)[0] == LIST - PARCEL + 10 * PARCEL + back * TIER // 2
    assert state.ledger.balance(Account.INVENTORY)[0] == (back + (15 if stock else 0)) * COST
    assert state.ledger.flows.total()[int(Account.BRAND), int(Account.RESELLER), int(Purpose.BUY_BACK)] == back * TIER // 2
    stored = state.world.brand_stock if stock else state.world.spare
    assert stored.tolist() == [back + (15 if stock else 0)]


def test_who_gave_up_buys_and_sells_no_more(line: dict[str, Any]) -> None:
    class Late(Passed):
        id: str = "late"

        def plan(self, view: View) -> Actions:
            own = super().plan(view)
            late = rows(StockOrder, buyer=[0, 1], supplier=[-1, 0], product=0, quantity=1, unit_fen=1)
            return Actions(own.offers, (*own.tables, late) if view.day == 4 else own.tables)

    gone = lived(line, 5, Late(sellers=(SELLER, FRIEND), gives_up=3))
    assert len(gone[4][1].events.stock_moved) == 0
    stays = lived(line, 5, Late(sellers=(SELLER, FRIEND)))
    assert stays[4][1].events.stock_moved.quantity.tolist() == [1, 1]
