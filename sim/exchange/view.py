"""What a strategy sees, and what a strategy is.

A view is read-only. In `plan` it shows how yesterday ended: book, members and tree. In `settle` today's
events stand beside it, members and tree are as today leaves them, and cash is still that of the morning,
so that no settlement depends on who settles first. A strategy never gets the world, so it cannot know
what its seller could not know: needs, fatigue and trust of single people stay hidden, and the activity of
a group is the *observed* one, fakes included.

A strategy is a frozen set of parameters with three methods; it keeps nothing between days but its
book, which the model holds for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.exchange.actions import Actions, Opening
    from sim.exchange.events import Events
    from sim.exchange.postings import Settlement

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class ProductFacts:
    """What a brand knows about one of its products.

    Parameters
    ----------
    index : int
        Product axis of the world; what `Offer.product` names.
    brand : int
    price_fen, unit_cost_fen, delivery_fen : int
        List price, cost of a unit, logistics a unit.
    quality, claim : float, [0, 1]
        Delivered quality, and what the scenario claims of it.
    uses_days : float
        How long one unit lasts.
    category : int
        Interest category.
    """

    index: int
    brand: int
    price_fen: int
    unit_cost_fen: int
    delivery_fen: int
    quality: float
    claim: float
    uses_days: float
    category: int


@dataclass(frozen=True)
class RivalOffers:
    """Offers that spies saw yesterday in the groups of other brands, one row a post; arrays of equal length.

    Parameters
    ----------
    channel, offer, category : int64 (n,)
        Where it was posted, which offer, and the interest category of its product.
    price_fen, list_price_fen : int64 (n,)
        What members pay, and the list price.
    claim : float64 (n,)
        Quality promised.
    """

    channel: Ints
    offer: Ints
    category: Ints
    price_fen: Ints
    list_price_fen: Ints
    claim: Floats


class ResellersView(Protocol):
    """The resellers' table, one row an enrolment, rows never removed; arrays are read-only, of R rows."""

    @property
    def size(self) -> int:
        """Number of rows R."""

    @property
    def person(self) -> Ints:
        """Person of each row, int64 (R,)."""

    @property
    def brand(self) -> Ints:
        """Brand they resell for, int64 (R,)."""

    @property
    def tier(self) -> Ints:
        """Tier, int64 (R,); 0 is the lowest."""

    @property
    def upline(self) -> Ints:
        """Row of the upline, int64 (R,); -1: the brand."""

    @property
    def joined(self) -> Ints:
        """Day of enrolment, int64 (R,)."""

    @property
    def left(self) -> Ints:
        """Day of exit, int64 (R,); -1: still there."""

    @property
    def recruits(self) -> Ints:
        """Recruits brought so far, int64 (R,)."""

    @property
    def name(self) -> Ints:
        """Name of each row's person in draws, int64 (R,), whatever the numbers of rows and people."""

    @property
    def bought(self) -> Ints:
        """Units ordered so far, int64 (R,)."""

    @property
    def stock(self) -> Ints:
        """Units held, int64 (R, P)."""

    @property
    def unit_fen(self) -> Ints:
        """What the last unit of each product had cost them, int64 (R, P)."""

    @property
    def cash_fen(self) -> Ints:
        """Their cash, int64 (R,); in `plan` that of yesterday's closing and what fell due today."""


class View(Protocol):
    """What one strategy may know on one day. Every array is read-only."""

    @property
    def day(self) -> int:
        """Today, 0 to days - 1."""

    @property
    def days(self) -> int:
        """Length of the run."""

    @property
    def weekday(self) -> int:
        """Day of the week, 0 is Monday."""

    @property
    def n_people(self) -> int:
        """Number of people in the world."""

    @property
    def n_categories(self) -> int:
        """Number of categories of interest, the length of a label."""

    @property
    def brand(self) -> int:
        """The brand that the strategy works for."""

    @property
    def cash_fen(self) -> int:
        """The brand's cash this morning, what fell due today paid; the same in `settle`. It may be below zero."""

    @property
    def payables_fen(self) -> int:
        """What the brand owes and has not paid, whenever it falls due."""

    @property
    def offers(self) -> Ints:
        """Ids of the strategy's offers, one after the other, int64 (as many as it opened with)."""

    @property
    def channels(self) -> Ints:
        """Ids of its channels, int64."""

    @property
    def queues(self) -> Ints:
        """Ids of its queues, int64."""

    @property
    def book(self) -> Mapping[str, NDArray[np.generic]]:
        """The strategy's memory: what `open` or the last `settle` returned, names and lengths its own choice."""

    @property
    def n_products(self) -> int:
        """Number of the brand's products."""

    def product(self, i: int) -> ProductFacts:
        """Return the brand's product number i, counted from 0 in the order of the scenario."""

    def members(self, channels: Ints) -> Ints:
        """Return the number of members of channels, int64 (n,), muted ones included."""

    def observed_activity(self, channels: Ints) -> Floats:
        """Return the activity that can be seen in channels, float64 (n,), fake accounts included."""

    def fakes(self, channels: Ints) -> Ints:
        """Return the strategy's fake accounts at work in channels yesterday, int64 (n,)."""

    def unmasked(self, channels: Ints) -> Bools:
        """Return whether fake accounts were ever found out in channels, where none can act any more, bool (n,)."""

    @property
    def rival_channels(self) -> Ints:
        """Ids of the groups that other brands own, int64; people enrolled there are spies."""

    def spies(self, channels: Ints) -> Ints:
        """Return how many spies of the strategy's brand sit in channels, int64 (n,)."""

    def rival_offers(self) -> RivalOffers:
        """Return what was offered yesterday where a spy of the strategy's brand sits."""

    def health(self, channels: Ints) -> Floats:
        """Return the health of groups, float64 (n,), [0, 1]; in `plan` that of yesterday's closing."""

    def banned(self, channels: Ints) -> Bools:
        """Return whether a platform keeps channels closed today, bool (n,)."""

    def rows(self, channel: int) -> Ints:
        """Return audience rows of a channel's present members, int64; the one-to-one addresses of `Contact`."""

    def people(self, rows: Ints) -> Ints:
        """Return the people behind audience rows, int64 (n,)."""

    def belongs(self, person: Ints) -> Bools:
        """Return whether people are members of one of the strategy's owned channels, bool (n,)."""

    def people_named(self, names: Ints) -> Ints:
        """Return people by their names in draws, int64 (n,): numbers below `n_people`, whatever the order of people."""

    def rows_of(self, person: Ints) -> Ints:
        """Return the audience rows of people in the strategy's owned channels, int64 (n,), -1: no member."""

    def key(self, purpose: str) -> np.uint64:
        """Return the key of today's draws for a purpose of the strategy's own (see `sim.core.draws`).

        In `open` it is the world's key: what is drawn then belongs to the market, whoever else sells in it.
        """

    @property
    def resellers(self) -> ResellersView:
        """The resellers' table: in `plan` as yesterday left it, in `settle` with today's recruits and promotions."""

    def ancestors(self, person: Ints, levels: int) -> Ints:
        """Return the resellers above people, int64 (n, levels).

        Parameters
        ----------
        person : int64 (n,)
            People who are resellers, or gave up today; anybody else has no ancestors.
        levels : int
            How far up.

        Returns
        -------
        int64 (n, levels)
            Rows of the resellers' table, the direct upline first, -1 beyond the root.
        """

    @property
    def events(self) -> Events:
        """What happened yesterday; on day 0 nothing."""


@runtime_checkable
class Strategy(Protocol):
    """What sellers do: parameters and three decisions, no state, no access to the world.

    Implementations are frozen pydantic parameter classes; `id` is unique in a scenario and names the
    strategy in errors, tables and paths.
    """

    @property
    def id(self) -> str:
        """Name in paths and tables."""

    @property
    def kind(self) -> str:
        """Kind of strategy, as in the table of strategies."""

    @property
    def brand(self) -> int:
        """The brand it works for."""

    def open(self, view: View) -> Opening:
        """Say before day 0 which offers, channels and queues are needed.

        `view` has no ids yet: it knows the size of the world, the brand's products, and `key`.
        """

    def plan(self, view: View) -> Actions:
        """Decide what to do today; nothing has happened yet today."""

    def settle(self, events: Events, view: View) -> Settlement:
        """Say, from today's events, who is owed what, and what to remember for tomorrow."""
