"""The view a strategy gets: its book and what its seller can know, read-only, nothing of single people's minds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account
from sim.core.categories import CATEGORIES
from sim.core.draws import key_of
from sim.exchange.view import ProductFacts, RivalOffers, Strategy
from sim.model.build import world_seed
from sim.world.audiences import NO_ROW, SPY, observed_activity
from sim.world.brands import Products, build_products

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.exchange.events import Events
    from sim.model.state import RunState
    from sim.scenario.spec import ScenarioSpec

Ints = NDArray[np.int64]


class ResellersDay:
    """The resellers' table as strategies may read it; implements `exchange.view.ResellersView`."""

    def __init__(self, state: RunState) -> None:
        self._state, self._table = state, state.world.resellers
        self._seen: dict[str, tuple[Ints, int, Ints]] = {}

    @property
    def size(self) -> int:
        """Number of rows."""
        return self._table.size

    def _column(self, name: str) -> Ints:
        column, size = self._table.__dict__[name], self._table.size
        seen = self._seen.get(name)
        if seen is not None and seen[0] is column and seen[1] == size:
            return seen[2]
        out: Ints = column[:size]
        out.flags.writeable = False
        self._seen[name] = column, size, out
        return out

    @property
    def person(self) -> Ints:
        """Person of each row."""
        return self._column("person")

    @property
    def brand(self) -> Ints:
        """Brand they resell for."""
        return self._column("brand")

    @property
    def tier(self) -> Ints:
        """Tier."""
        return self._column("tier")

    @property
    def upline(self) -> Ints:
        """Row of the upline, or -1."""
        return self._column("upline")

    @property
    def joined(self) -> Ints:
        """Day of enrolment."""
        return self._column("joined")

    @property
    def left(self) -> Ints:
        """Day of exit, or -1."""
        return self._column("left")

    @property
    def recruits(self) -> Ints:
        """Recruits brought so far."""
        return self._column("recruits")

    @property
    def name(self) -> Ints:
        """Name of each row's person in draws."""
        return self._state.world.people.uid[self.person].astype(np.int64)

    @property
    def bought(self) -> Ints:
        """Units ordered so far."""
        return self._column("bought")

    @property
    def unit_fen(self) -> Ints:
        """What the last unit had cost them."""
        return self._column("unit_fen")

    @property
    def stock(self) -> Ints:
        """Units held."""
        return self._column("stock")

    @property
    def cash_fen(self) -> Ints:
        """Their cash, one number a row."""
        cash = self._state.ledger.balance(Account.RESELLER)
        out = np.zeros(self.size, np.int64)
        out[: min(len(cash), self.size)] = cash[: self.size]
        return out


class DayView:
    """What strategy number `index` may know today; implements `exchange.view.View`."""

    def __init__(self, state: RunState, index: int) -> None:
        self._state, self._index = state, index
        seat = state.seats[index]
        self.brand = seat.brand
        self.offers, self.channels, self.queues = seat.offers, seat.channels, seat.queues
        self.days = state.world.days
        self.n_people = state.world.n_people
        self.n_categories = len(CATEGORIES)
        self.resellers = ResellersDay(state)
        channels = state.world.channels
        self.rival_channels = ((channels.brand != seat.brand) & (channels.kind == 0) & channels.owned).nonzero()[0]
        self.rival_channels.flags.writeable = False
        self._products = _facts(state.world.products, seat.brand)
        self.n_products = len(self._products)

    @property
    def day(self) -> int:
        """Today."""
        return self._state.day

    @property
    def weekday(self) -> int:
        """Day of the week, 0 is Monday."""
        return int(self._state.world.calendar.weekday[self.day])

    @property
    def cash_fen(self) -> int:
        """The brand's cash this morning."""
        return self._state.ledger.morning_fen(self.brand)

    @property
    def payables_fen(self) -> int:
        """What the brand owes."""
        return self._state.ledger.payables_fen(self.brand)

    @property
    def book(self) -> Mapping[str, NDArray[np.generic]]:
        """The strategy's own memory."""
        return self._state.seats[self._index].book

    @property
    def events(self) -> Events:
        """What happened yesterday."""
        return self._state.yesterday

    def product(self, i: int) -> ProductFacts:
        """Return the brand's product number i."""
        return self._products[i]

    def members(self, channels: Ints) -> Ints:
        """Return the number of members of channels."""
        return self._state.world.channels.members[channels]

    def observed_activity(self, channels: Ints) -> NDArray[np.float64]:
        """Return what can be seen of a group's activity, fakes included."""
        return observed_activity(self._state.world.channels, channels)

    def fakes(self, channels: Ints) -> Ints:
        """Return the fake accounts at work in channels."""
        return self._state.world.channels.fakes[channels]

    def unmasked(self, channels: Ints) -> NDArray[np.bool_]:
        """Return whether fakes were ever found out in channels."""
        return self._state.world.channels.unmasked[channels]

    def spies(self, channels: Ints) -> Ints:
        """Return the number of the brand's spies in channels."""
        world = self._state.world
        wanted = np.zeros(len(world.channels), np.bool_)
        wanted[channels] = True
        start, stop = world.audiences.blocks_of(wanted)
        found = [np.empty(0, np.int64)]
        for a, b in zip(start.tolist(), stop.tolist(), strict=True):
            found.append(world.audiences.channel[a:b][world.audiences.state[a:b] == SPY + self.brand])
        count: Ints = np.bincount(np.concatenate(found), minlength=len(wanted))[channels]
        return count

    def rival_offers(self) -> RivalOffers:
        """Return what spies saw yesterday."""
        state, shown = self._state, self._state.shown
        seen = np.isin(shown.channel, self.rival_channels[self.spies(self.rival_channels) > 0])
        seen &= (shown.commercial > 0) & (shown.items > 0) & (shown.offer >= 0)
        offer, offers = shown.offer[seen], state.world.offers
        return RivalOffers(
            channel=shown.channel[seen], offer=offer, category=state.world.products.category[offers.product[offer]],
            price_fen=offers.price_fen[offer], list_price_fen=offers.list_price_fen[offer], claim=offers.claim[offer])

    def health(self, channels: Ints) -> NDArray[np.float64]:
        """Return the health of groups."""
        return self._state.world.channels.health[channels]

    def banned(self, channels: Ints) -> NDArray[np.bool_]:
        """Return whether channels are closed today."""
        world = self._state.world
        closed: NDArray[np.bool_] = world.accounts.banned_until[world.channels.account[channels]] > self.day
        return closed

    def rows(self, channel: int) -> Ints:
        """Return the rows of a channel's present members."""
        return self._state.world.audiences.present(channel)

    def people(self, rows: Ints) -> Ints:
        """Return the people behind audience rows."""
        return self._state.world.audiences.person[rows].astype(np.int64)

    def belongs(self, person: Ints) -> NDArray[np.bool_]:
        """Return whether people are members of the strategy's owned channels."""
        inside: NDArray[np.bool_] = self._state.world.audiences.home[person, self._index] != NO_ROW
        return inside

    def people_named(self, names: Ints) -> Ints:
        """Return people by their names in draws."""
        return self._state.world.row_of_uid[names].astype(np.int64)

    def rows_of(self, person: Ints) -> Ints:
        """Return the audience rows of people in the strategy's owned channels, -1: no member."""
        rows: Ints = self._state.world.audiences.home[person, self._index].astype(np.int64)
        return rows

    def key(self, purpose: str) -> np.uint64:
        """Return the key of today's draws for a purpose of the strategy's own."""
        return self._state.world.draws.key(f"strategy {self._state.seats[self._index].name} {purpose}", self.day)

    def ancestors(self, person: Ints, levels: int) -> Ints:
        """Return the resellers' rows above people, (n, levels), -1 beyond the root."""
        table = self._state.world.resellers
        row = table.row_of[person].astype(np.int64)
        gone = (table.left[: table.size] == self.day).nonzero()[0]
        if len(gone):  # who gave up today still had uplines when they ordered
            gone = gone[np.argsort(table.person[gone], kind="stable")]
            at = np.minimum(np.searchsorted(table.person[gone], person), len(gone) - 1)
            row = np.where((row < 0) & (table.person[gone[at]] == person), gone[at], row)
        return table.ancestors(row, levels)


def _facts(products: Products, brand: int) -> list[ProductFacts]:
    """Return what a brand knows about its products."""
    return [ProductFacts(
        index=p, brand=brand, price_fen=int(products.price_fen[p]), unit_cost_fen=int(products.unit_cost_fen[p]),
        delivery_fen=int(products.delivery_fen[p]), quality=float(products.quality[p]), claim=float(products.claim[p]),
        uses_days=float(products.uses_days[p]), category=int(products.category[p]),
    ) for p in (products.brand_of == brand).nonzero()[0].tolist()]


class OpeningView:
    """What a strategy may know before day 0: how large the world is, its brand's products, and the world's chance."""

    def __init__(self, spec: ScenarioSpec, replication: int, strategy: Strategy) -> None:
        self.n_people, self.days, self.brand = spec.people, spec.days, strategy.brand
        self.n_categories = len(CATEGORIES)
        self.day = 0
        empty = np.empty(0, np.int64)
        self.offers, self.channels, self.queues = empty, empty, empty
        self._products = _facts(build_products(spec.all_brands()), strategy.brand)
        self.n_products = len(self._products)
        self._seed, self._name = world_seed(spec, replication), strategy.id

    def product(self, i: int) -> ProductFacts:
        """Return the brand's product number i."""
        return self._products[i]

    def key(self, purpose: str) -> np.uint64:
        """Return the key of the world's draws for a purpose of the strategy's own."""
        return key_of(self._seed, f"strategy {self._name} {purpose}", 0)
