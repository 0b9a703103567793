"""Composition: what any number of strategies propose for a day becomes one plan.

None of the rules depends on the order of strategies in a scenario, for they are taken
by their ids:

- *Offers*: an id describes one offer. The lowest price wins between strategies (`sim.exchange.offers`).
- *Audiences join*: posts with equal channel and offer become one (those that stay up for themselves);
  items add, visibility is the highest, commercial share and value are means weighted by items. Personal
  posts, contacts, bought impressions and leads, stock orders and pools simply stand side by side.
- *Incentives add*: invitations of two strategies with equal sponsor, invitee, channel and tier become
  one with both rewards. Care for one channel adds: hours, packets, fake accounts.
- *Budgets* cut `Spend` alone, pro rata within a brand and floored; what a row pays for shrinks with
  it (`sim.exchange.budget`). This happens before rows merge, so nobody's cut falls on another's row.
- *Exclusive claims* are an error (`ExclusiveClaimError`): a person enrolled as reseller of one brand
  on two terms, a reseller promoted to two tiers, a queue staffed twice, an offer proposed twice.
- What names something that does not exist (an id out of range, an offer that is not made today) is an
  error too (`PlanError`), for kernels do not look twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account
from sim.core.errors import PlanError
from sim.core.kernel import Array, kernel
from sim.exchange.actions import (
    Actions,
    Capacity,
    Contact,
    Enrol,
    Impress,
    Invite,
    Lead,
    PeerPost,
    PoolOpen,
    Post,
    Promote,
    Release,
    Spend,
    StockOrder,
    Table,
    Tend,
    columns_of,
    rows,
)
from sim.exchange.budget import check_spend, cut_capacity, cut_counts, cut_tend, paid
from sim.exchange.events import Settled
from sim.exchange.kept import is_kept, lasting, once, read_only
from sim.exchange.merge import (
    Origin,
    check_capacities,
    merge_enrols,
    merge_invites,
    merge_posts,
    merge_promotes,
    merge_releases,
    merge_tends,
)
from sim.exchange.offers import OfferSpace, OfferTable, offer_table
from sim.exchange.postings import Postings, no_postings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Ints = NDArray[np.int64]
_T = TypeVar("_T", bound=Table)


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class DayPlan:
    """One day's plan of all strategies together; tables that nobody filled are empty.

    Parameters
    ----------
    strategies : tuple of str
        Sorted ids; `offers.strategy` counts in them.
    offers : OfferTable
        Offers made today.
    spend : Spend
        Spending as asked for.
    paid_fen : int64 (spending rows,)
        What budgets allow of each row.
    """

    strategies: tuple[str, ...]
    offers: OfferTable
    post: Post
    peer_post: PeerPost
    impress: Impress
    lead: Lead
    contact: Contact
    invite: Invite
    enrol: Enrol
    release: Release
    stock_order: StockOrder
    promote: Promote
    pool_open: PoolOpen
    tend: Tend
    capacity: Capacity
    spend: Spend
    paid_fen: Ints

    def settled(self) -> Settled:
        """Return the event table of what was asked and paid."""
        if not len(self.spend):
            return Settled.empty()
        return Settled(brand=self.spend.brand, purpose=self.spend.purpose, asked_fen=self.spend.amount_fen,
                       paid_fen=self.paid_fen, payee_account=self.spend.payee_account,
                       payee_owner=self.spend.payee_owner)

    def postings(self, day: int) -> Postings:
        """Return the spending that was allowed as postings of `day`."""
        n = len(self.spend)
        if not n:
            return no_postings()
        return Postings(payer_account=np.full(n, int(Account.BRAND), np.int64), payer_owner=self.spend.brand,
                        payee_account=self.spend.payee_account, payee_owner=self.spend.payee_owner,
                        amount_fen=self.paid_fen, purpose=self.spend.purpose, due_day=np.full(n, day, np.int64))


_FIELD: dict[type[Table], str] = {
    Post: "post", PeerPost: "peer_post", Impress: "impress", Lead: "lead", Contact: "contact", Invite: "invite",
    Enrol: "enrol", Release: "release", StockOrder: "stock_order", Promote: "promote", PoolOpen: "pool_open",
    Tend: "tend", Capacity: "capacity", Spend: "spend",
}
_NOTHING: dict[str, Table] = {name: read_only(rows(cls, **dict.fromkeys(columns_of(cls), ())))
                              for cls, name in _FIELD.items()}

_CUT: dict[str, Callable[[Any, Ints, Ints], Any]] = {
    "impress": cut_counts, "lead": cut_counts, "tend": cut_tend, "capacity": cut_capacity,
}

_MERGED: dict[str, Callable[[Any], Any]] = {"post": merge_posts, "tend": merge_tends, "release": merge_releases}
"""How rows of all strategies become fewer, by the rules of `sim.exchange.merge`."""

_CONTESTED: dict[str, Callable[[Any, Origin], Any]] = {
    "invite": merge_invites, "enrol": merge_enrols, "promote": merge_promotes, "capacity": check_capacities,
}
"""The same, where it counts which strategy a row comes from."""

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

_COUNTS: dict[str, tuple[str, ...]] = {
    "impress": ("count",), "lead": ("count",), "stock_order": ("quantity", "unit_fen"), "pool_open": ("seats",),
    "tend": ("host_hours", "packet_fen", "packets", "prune_idle_days", "fake_accounts", "fee_fen", "screen"),
    "capacity": ("servers",),
    "invite": ("reward_sponsor_fen", "reward_invitee_fen", "buy_in_fen", "perceived_income_fen"),
    "enrol": ("buy_in_fen",), "post": ("items", "lasting"), "peer_post": ("items",),
}
"""Columns that cannot be negative (nor, where they are sizes, no number at all)."""

_OFFERED = ("post", "peer_post", "impress", "contact", "pool_open")


def compose(proposals: Mapping[str, Actions], limits: Limits) -> DayPlan:
    """Merge what strategies propose into the plan of a day, by the rules above.

    Parameters
    ----------
    proposals : mapping of str to Actions
        By strategy id, in any order.
    limits : Limits
        Cash, and how much there is of everything that rows may name.

    Raises
    ------
    PlanError
        If a row cannot be carried out, or two strategies claim what only one can have.
    """
    names = tuple(sorted(proposals))
    offers = offer_table(tuple(proposals[n].offers for n in names), names, limits.space)
    if len(offers) and int(offers.stock_owner.max()) >= limits.n_resellers:
        raise PlanError(f"an offer names stock owner {int(offers.stock_owner.max())}, but there are "
                        f"{limits.n_resellers} resellers")
    parts = _collect(proposals, names)
    tables: dict[str, Any] = dict(_NOTHING)
    merged: dict[str, Any] = {}
    for field, found in parts.items():
        sizes = tuple([_size(limits, what) for _, what, _ in _PLACES.get(field, ())])
        tables[field], merged[field] = once(_checked, field, sizes, offers if field in _OFFERED else None,
                                            *[table for _, table in found])
    spend: Spend = tables["spend"]
    allowed = paid(spend, limits.cash_fen)
    if allowed is not spend.amount_fen:
        for field in _CUT.keys() & parts.keys():
            cut = _CUT[field](tables[field], spend.amount_fen, allowed)
            merged[field] = _MERGED[field](cut) if field in _MERGED else cut
    for field in _CONTESTED.keys() & parts.keys():
        origin = Origin(names, [(s, len(table)) for s, table in parts[field]])
        merged[field] = _CONTESTED[field](merged[field], origin)
    tables.update({field: table if is_kept(table) else read_only(table) for field, table in merged.items()})
    return DayPlan(strategies=names, offers=offers, paid_fen=allowed, **tables)


def carried(today: Actions, from_yesterday: Actions) -> Actions:
    """Return what one strategy proposes today, with the actions that its last `settle` left for today.

    Both are the same strategy's, so the rules between strategies do not apply: today's description
    of an offer replaces yesterday's, and each table's `spend` keeps naming its own spending rows.
    """
    if not from_yesterday.tables and not from_yesterday.offers:
        return today
    described = {offer.offer for offer in today.offers}
    kept = tuple(offer for offer in from_yesterday.offers if offer.offer not in described)
    before = sum(len(table) for table in today.tables if isinstance(table, Spend))
    own = sum(len(table) for table in from_yesterday.tables if isinstance(table, Spend))
    late = tuple(_rebased(table, "(from yesterday)", before, own) if _FIELD.get(type(table)) in _CUT and len(table)
                 else table for table in from_yesterday.tables)
    return Actions(offers=today.offers + kept, tables=today.tables + late)


def _collect(proposals: Mapping[str, Actions], names: tuple[str, ...]) -> dict[str, list[tuple[int, Table]]]:
    """Return the filled tables by field of the plan, with the strategy of each; spending rows count through."""
    parts: dict[str, list[tuple[int, Table]]] = {}
    spent_before = 0
    for s, name in enumerate(names):
        spent = 0
        for table in proposals[name].tables:
            if not len(table):
                continue
            field = _FIELD.get(type(table))
            if field is None:
                raise PlanError(f"strategy {name}: {type(table).__name__} is not a table of actions")
            parts.setdefault(field, []).append((s, table))
            if field == "spend":
                spent += len(table)
        for field in _CUT:
            if field in parts:
                parts[field] = [(t, once(_rebased, table, name, spent_before, spent) if t == s else table)
                                for t, table in parts[field]]
        spent_before += spent
    return parts


def _rebased(table: Any, name: str, before: int, own: int) -> Any:
    """Point `spend` of a strategy's table at the rows of the joint spending table."""
    spend = table.spend
    lowest, highest = int(spend.min()), int(spend.max())
    if lowest < -1 or highest >= own:
        row = highest if highest >= own else lowest
        raise PlanError(f"strategy {name}: {type(table).__name__} names spending row {row}, but it has {own}")
    if not before or highest < 0:
        return table
    moved = replace(table, spend=np.where(spend >= 0, spend + before, -1))
    return lasting(moved) if is_kept(table) else moved


def _checked(field: str, sizes: tuple[int, ...], offers: OfferTable | None, *parts: Any) -> tuple[Any, Any]:
    """Join the tables of all strategies and check them; returns them joined, and merged as if nothing were cut."""
    table = parts[0] if len(parts) == 1 else _joined(*parts)
    _check_rows(field, table, sizes, offers)
    merged = _MERGED[field](table) if field in _MERGED else table
    if merged is not table and is_kept(table):
        lasting(merged)
    return table, merged


def _joined(*parts: _T) -> _T:
    cls = type(parts[0])
    table = cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in columns_of(cls)})
    return lasting(table) if all(is_kept(part) for part in parts) else table


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


def _check_rows(field: str, table: Any, sizes: tuple[int, ...], offers: OfferTable | None) -> None:
    """Refuse rows that name what does not exist; `sizes`: how many there are of what each column of `_PLACES` names."""
    for (column, _, lowest), size in zip(_PLACES.get(field, ()), sizes, strict=True):
        values = getattr(table, column)
        if not within(values, lowest, size):
            raise PlanError(f"{type(table).__name__}: {column} must lie between {lowest} and {size - 1}, not "
                            f"{int(values.min())} to {int(values.max())}")
    for column in _COUNTS.get(field, ()):
        if not counts(getattr(table, column)):
            raise PlanError(f"{type(table).__name__}: {column} must be numbers from 0 on")
    if field == "spend":
        check_spend(table, sizes[0])
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


def _size(limits: Limits, what: str) -> int:
    if what == "products":
        return len(limits.space.brand_of)
    if what == "brands":
        return len(limits.cash_fen)
    if what == "queues":
        return limits.space.n_queues
    size: int = getattr(limits, f"n_{what}")
    return size
