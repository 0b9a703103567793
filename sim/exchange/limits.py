"""What a day's plan must fit into, and whether rows of actions do.

A row names people, channels, members, resellers, products, queues, brands, offers and spending rows by number. Kernels
do not look twice, so every number is looked at here, once a table: one that is kept and was right is right again
while there is as much of everything that it names.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.errors import PlanError
from sim.core.kernel import Array, kernel
from sim.exchange.budget import check_spend
from sim.exchange.offers import OfferSpace, OfferTable

Ints = NDArray[np.int64]


@tabular
class Limits:
    """What a day's plan must fit into.

    Parameters
    ----------
    cash_fen : int64 (B,)
        Cash of each brand that may be spent today: yesterday's closing less what fell due.
    space : OfferSpace
        Ids of offers, products and queues; the same every day of a run.
    n_people, n_channels, n_members, n_resellers : int
        People, channels, rows of the audiences and of the resellers' table as they stand this morning.
    """

    cash_fen: Ints
    space: OfferSpace
    n_people: int
    n_channels: int
    n_members: int = 0
    n_resellers: int = 0

    @property
    def n_products(self) -> int:
        """Products of all brands."""
        return len(self.space.brand_of)

    @property
    def n_brands(self) -> int:
        """Brands."""
        return len(self.cash_fen)

    @property
    def n_queues(self) -> int:
        """Queues in which people wait to be served."""
        return self.space.n_queues


_PLACES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "post": (("channel", "channels", 0),),
    "peer_post": (("person", "people", 0),),
    "lead": (("channel", "channels", 0), ("product", "products", 0)),
    "contact": (("row", "members", 0),),
    "invite": (("sponsor", "people", -1), ("invitee", "people", -1), ("channel", "channels", -1),
               ("brand", "brands", 0)),
    "enrol": (("person", "people", 0), ("channel", "channels", -1), ("brand", "brands", 0),
              ("upline", "resellers", -1)),
    "release": (("person", "people", 0), ("channel", "channels", -1)),
    "stock_order": (("buyer", "resellers", -1), ("supplier", "resellers", -1), ("product", "products", 0)),
    "promote": (("reseller", "resellers", 0),),
    "pool_open": (("initiator", "people", -1),),
    "tend": (("channel", "channels", 0),),
    "capacity": (("queue", "queues", 0),),
    "spend": (("brand", "brands", 0),),
}
"""Columns that name something, what they name, and the lowest number allowed (-1: nothing named)."""

_SIZES: dict[str, Callable[[Limits], Any]] = {
    field: operator.attrgetter(*[f"n_{what}" for _, what, _ in named]) for field, named in _PLACES.items()
}
"""How many there are of what each column names: a number, or a tuple of them."""

_COUNTS: dict[str, tuple[str, ...]] = {
    "impress": ("count",), "lead": ("count",), "stock_order": ("quantity", "unit_fen"), "pool_open": ("seats",),
    "tend": ("host_hours", "packet_fen", "packets", "prune_idle_days", "fake_accounts", "fee_fen", "screen"),
    "capacity": ("servers",),
    "invite": ("reward_sponsor_fen", "reward_invitee_fen", "buy_in_fen", "perceived_income_fen"),
    "enrol": ("buy_in_fen",), "post": ("items", "lasting"), "peer_post": ("items",),
}
"""Columns that cannot be negative (nor, where they are sizes, no number at all)."""

OFFERED = frozenset(("post", "peer_post", "impress", "contact", "pool_open"))
"""Tables whose rows name offers of the day."""


@kernel()
def within(values: Array, lowest: int, size: int) -> bool:
    """Return whether all of values, int64 (n,), lie from `lowest` to below `size`."""
    fits = True
    for k in range(len(values)):
        fits &= lowest <= values[k] < size
    return fits


@kernel()
def counts(values: Array) -> bool:
    """Return whether all of values, (n,), are numbers from 0 on (NaN is none)."""
    fits = True
    for k in range(len(values)):
        fits &= values[k] >= 0
    return fits


def sizes_of(field: str, limits: Limits) -> Any:
    """Return how many there are of what each column of a table names: a number, a tuple of them, or None."""
    found = _SIZES.get(field)
    return None if found is None else found(limits)


def check_rows(field: str, table: Any, sizes: Any, offers: OfferTable | None) -> None:
    """Refuse rows that name what does not exist.

    Parameters
    ----------
    field : str
        Field of the day's plan.
    sizes : int, tuple of int or None
        As `sizes_of` returns them.

    Raises
    ------
    PlanError
        With the column and its range.
    """
    places = _PLACES.get(field, ())
    for (column, _, lowest), size in zip(places, sizes if len(places) > 1 else (sizes,) * len(places), strict=True):
        values = getattr(table, column)
        if not within(values, lowest, size):
            raise PlanError(f"{type(table).__name__}: {column} must lie between {lowest} and {size - 1}, not "
                            f"{int(values.min())} to {int(values.max())}")
    for column in _COUNTS.get(field, ()):
        if not counts(getattr(table, column)):
            raise PlanError(f"{type(table).__name__}: {column} must be numbers from 0 on")
    if field == "spend":
        check_spend(table, sizes)
    if offers is not None:
        _check_offers(table, offers)
    if field == "stock_order" and np.maximum(table.buyer, table.supplier).min() < 0:
        raise PlanError("StockOrder: buyer and supplier are both the brand; one must be a reseller")


def _check_offers(table: Any, offers: OfferTable) -> None:
    offer = table.offer
    n = len(offers.is_live)
    if int((offer + 1).view(np.uint64).max()) > n or not offers.is_live[offer[offer >= 0]].all():
        known = (offer >= -1) & (offer < n)
        known[known] &= (offer[known] < 0) | offers.is_live[offer[known]]
        raise PlanError(f"{type(table).__name__}: offer {int(offer[~known][0])} is not made today")
