"""What a day's plan must fit into, and whether rows of actions do.

A row names people, channels, members, resellers, products, queues, brands, offers and spending rows by number. Kernels
do not look twice, so every number is looked at here, once a table: one that is kept and was right is right again
while there is as much of everything that it names.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.core.columns import tabular
from sim.core.errors import PlanError
from sim.core.kernel import Array, kernel
from sim.core.money import LIMIT_FEN
from sim.exchange.offers import OfferSpace

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


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

_NUMBERED: dict[str, tuple[tuple[str, int], ...]] = {
    "spend": (("payee_account", len(Account) - 1), ("purpose", len(Purpose) - 1), ("amount_fen", LIMIT_FEN)),
}
"""Columns from 0 to a highest number that is the same in every run."""

_COUNTS: dict[str, tuple[str, ...]] = {
    "impress": ("count",), "lead": ("count",), "stock_order": ("quantity", "unit_fen"), "pool_open": ("seats",),
    "tend": ("packet_fen", "packets", "prune_idle_days", "fake_accounts", "fee_fen", "screen"),
    "capacity": ("servers",),
    "invite": ("reward_sponsor_fen", "reward_invitee_fen", "buy_in_fen", "perceived_income_fen"),
    "enrol": ("buy_in_fen",), "post": ("lasting",),
}
"""Columns that cannot be negative."""

_MEASURED: dict[str, str] = {"post": "items", "peer_post": "items", "tend": "host_hours"}
"""Columns of real numbers that cannot be negative, nor no number at all."""

OFFERED = frozenset(("post", "peer_post", "impress", "contact", "pool_open"))
"""Tables whose rows name offers of the day."""

_NO_END = int(np.iinfo(np.int64).max)
_NO_OFFERS = np.zeros(0, np.bool_)
_NO_OFFERS.flags.writeable = False


class _Rule(NamedTuple):
    """How a table is checked: its columns of whole numbers, their names, the lowest number that each may hold, int64 (columns,).

    Numbers end below how many there are of what the first columns name (`sizes`), below fixed `ends` in the others.
    """

    columns: Callable[[Any], Any]
    names: tuple[str, ...]
    lowest: Ints
    sizes: Callable[[Limits], Any] | None
    ends: tuple[int, ...]


def _rule(field: str) -> _Rule:
    """Return the rule of a table; places come first, then numbers, counts, and the offer last."""
    places, numbered, counted = _PLACES.get(field, ()), _NUMBERED.get(field, ()), _COUNTS.get(field, ())
    offer = ("offer",) if field in OFFERED else ()
    names = (*[name for name, _, _ in places], *[name for name, _ in numbered], *counted, *offer)
    lowest = np.array([*[least for _, _, least in places], *[0] * (len(numbered) + len(counted)), *[-1] * len(offer)], np.int64)
    return _Rule(operator.attrgetter(*names), names, lowest,
                 operator.attrgetter(*[f"n_{what}" for _, what, _ in places]) if places else None,
                 (*[most + 1 for _, most in numbered], *[_NO_END] * len(counted)))


_RULES: dict[str, _Rule] = {field: _rule(field) for field in sorted({*_PLACES, *_COUNTS, *OFFERED})}


@kernel()
def first_misfit(values: Array, lowest: Array, end: Array, live: Array) -> int:
    """Return which column is the first to hold a number that it must not, -1 where none does.

    values: int64 (k n,), k columns behind one another, each from its lowest to below its end; lowest, end: int64 (k,);
    live: bool (O,), unless empty: which offers are made, one of which, or -1, the last column names.
    """
    k = len(lowest)
    n = len(values) // k
    for c in range(k):
        for r in range(c * n, c * n + n):
            if values[r] < lowest[c] or values[r] >= end[c]:
                return c
    for r in range(k * n - n if len(live) > 0 else k * n, k * n):
        if values[r] >= 0 and not live[values[r]]:
            return k - 1
    return -1


def sizes_of(field: str, limits: Limits) -> Any:
    """Return how many there are of what each column of a table names: a number, a tuple of them, or None."""
    sizes = _RULES[field].sizes
    return None if sizes is None else sizes(limits)


def check_rows(field: str, table: Any, sizes: Any, live: Bools | None) -> None:
    """Refuse rows that name what does not exist.

    Parameters
    ----------
    field : str
        Field of the day's plan.
    sizes : int, tuple of int or None
        As `sizes_of` returns them.
    live : bool (O,) or None
        Which offers are made, for a table whose rows name some.

    Raises
    ------
    PlanError
        With the column and its range.
    """
    rule = _RULES[field]
    columns, found = rule.columns(table), sizes if type(sizes) is tuple else () if sizes is None else (sizes,)
    end = np.array((*found, *rule.ends) if live is None else (*found, *rule.ends, len(live)), np.int64)
    values = np.concatenate(columns if type(columns) is tuple else (columns,))
    wrong = first_misfit(values, rule.lowest, end, _NO_OFFERS if live is None else live)
    if wrong >= 0:
        raise PlanError(f"{type(table).__name__}: "
                        + _fault(rule.names[wrong], table, int(rule.lowest[wrong]), int(end[wrong]), live))
    measured = _MEASURED.get(field)
    if measured is not None and not np.minimum.reduce(getattr(table, measured)) >= 0:
        raise PlanError(f"{type(table).__name__}: {measured} must be numbers from 0 on")
    if field == "stock_order" and np.minimum.reduce(np.maximum(table.buyer, table.supplier)) < 0:
        raise PlanError("StockOrder: buyer and supplier are both the brand; one must be a reseller")


def _fault(column: str, table: Any, lowest: int, end: int, live: Bools | None) -> str:
    """Return what is wrong with a column that does not fit."""
    values = getattr(table, column)
    if column == "offer" and live is not None:
        known = (values >= -1) & (values < len(live))
        known[known] &= (values[known] < 0) | live[values[known]]
        return f"offer {int(values[~known][0])} is not made today"
    if end == _NO_END:
        return f"{column} must be numbers from 0 on"
    return f"{column} must lie between {lowest} and {end - 1}, not {int(values.min())} to {int(values.max())}"
