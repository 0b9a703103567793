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

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account
from sim.core.columns import tabular
from sim.core.errors import PlanError
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
from sim.exchange.budget import cut_capacity, cut_counts, cut_tend, paid
from sim.exchange.events import Settled
from sim.exchange.kept import is_kept, lasting, once, read_only
from sim.exchange.limits import OFFERED, Limits, check_rows, sizes_of
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
from sim.exchange.offers import OfferTable, offer_table
from sim.exchange.postings import Postings, no_postings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_T = TypeVar("_T", bound=Table)


@tabular
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
        said = np.empty((2, n), np.int64)
        said[0], said[1] = int(Account.BRAND), day
        return Postings(payer_account=said[0], payer_owner=self.spend.brand, payee_account=self.spend.payee_account,
                        payee_owner=self.spend.payee_owner, amount_fen=self.paid_fen, purpose=self.spend.purpose,
                        due_day=said[1])


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
    offers = offer_table(tuple([proposals[n].offers for n in names]), names, limits.space)
    if offers.last_owner >= limits.n_resellers:
        raise PlanError(f"an offer names stock owner {offers.last_owner}, but there are {limits.n_resellers} resellers")
    parts = _collect(proposals, names)
    tables: dict[str, Any] = dict(_NOTHING)
    merged: dict[str, Any] = {}
    for field, found in parts.items():
        tables[field], merged[field] = _checked(field, sizes_of(field, limits), offers.is_live if field in OFFERED else None,
                                                [table for _, table in found])
    spend: Spend = tables["spend"]
    allowed = paid(spend, limits.cash_fen)
    if allowed is not spend.amount_fen:
        for field in _CUT.keys() & parts.keys():
            cut = _CUT[field](tables[field], spend.amount_fen, allowed)
            merged[field] = _MERGED[field](cut) if field in _MERGED else cut
    for field, settle in _CONTESTED.items():
        if field not in parts or (field == "invite" and len(parts[field]) == 1):
            continue  # what one strategy asks for stands as it is
        merged[field] = settle(merged[field], Origin(names, [(s, len(table)) for s, table in parts[field]]))
    for field, table in merged.items():
        tables[field] = table if is_kept(table) else read_only(table)
    return DayPlan(strategies=names, offers=offers, paid_fen=allowed, **tables)


def carried(today: Actions, from_yesterday: Actions) -> Actions:
    """Return what one strategy proposes today, with the actions that its last `settle` left for today.

    Both are the same strategy's, so the rules between strategies do not apply: today's description
    of an offer replaces yesterday's, and each table's `spend` keeps naming its own spending rows.
    """
    if not from_yesterday.tables and not from_yesterday.offers:
        return today
    described = [offer.offer for offer in today.offers]
    kept = tuple([offer for offer in from_yesterday.offers if offer.offer not in described])
    late = from_yesterday.tables
    if any(_FIELD.get(type(table)) in _CUT for table in late):
        before = sum([len(table) for table in today.tables if isinstance(table, Spend)])
        own = sum([len(table) for table in late if isinstance(table, Spend)])
        late = tuple([_rebased(table, "(from yesterday)", before, own) if _FIELD.get(type(table)) in _CUT and len(table)
                      else table for table in late])
    return Actions(offers=today.offers + kept, tables=today.tables + late)


def _collect(proposals: Mapping[str, Actions], names: tuple[str, ...]) -> dict[str, list[tuple[int, Table]]]:
    """Return the filled tables by field of the plan, with the strategy of each; spending rows count through."""
    parts: dict[str, list[tuple[int, Table]]] = {}
    before = 0
    for s, name in enumerate(names):
        filled = [table for table in proposals[name].tables if len(table)]
        spent = sum([len(table) for table in filled if type(table) is Spend])
        for table in filled:
            field = _FIELD.get(type(table))
            if field is None:
                raise PlanError(f"strategy {name}: {type(table).__name__} is not a table of actions")
            mine = _pointed(table, name, before, spent) if field in _CUT else table
            parts.setdefault(field, []).append((s, mine))
        before += spent
    return parts


_MOST = 256
_POINTED: dict[int, tuple[Table, int]] = {}
"""Kept tables that point at spending rows of their own strategy, by identity, and how many of those there were."""


def _pointed(table: Any, name: str, before: int, own: int) -> Any:
    """Point `spend` of a strategy's table at the rows of the joint spending table."""
    if before:
        return once(_rebased, table, name, before, own)
    known = _POINTED.get(id(table))
    if known is None or known[0] is not table or known[1] != own:
        _rebased(table, name, before, own)
        if is_kept(table):
            if len(_POINTED) >= _MOST:
                _POINTED.clear()
            _POINTED[id(table)] = (table, own)
    return table


def _rebased(table: Any, name: str, before: int, own: int) -> Any:
    """Return the table with `spend` moved on by `before` rows; refuses rows that the strategy has not got."""
    spend = table.spend
    lowest, highest = int(np.minimum.reduce(spend)), int(np.maximum.reduce(spend))
    if lowest < -1 or highest >= own:
        row = highest if highest >= own else lowest
        raise PlanError(f"strategy {name}: {type(table).__name__} names spending row {row}, but it has {own}")
    if not before or highest < 0:
        return table
    moved = replace(table, spend=np.where(spend >= 0, spend + before, -1))
    return lasting(moved) if is_kept(table) else moved


_CHECKED: dict[int, tuple[Table, Any, Bools | None, Any]] = {}
"""Kept tables that stood alone and were right, by identity: what they were checked against, and what they were merged to."""


def _checked(field: str, sizes: Any, live: Bools | None, parts: list[Any]) -> tuple[Any, Any]:
    """Join the tables of all strategies and check them; returns them joined, and merged as if nothing were cut.

    A table that can never change is checked again only where something else is there to be named.
    """
    if len(parts) > 1:
        return once(_checked_anew, field, sizes, live, *parts)
    table = parts[0]
    known = _CHECKED.get(id(table))
    if known is not None and known[0] is table and known[1] == sizes and known[2] is live:
        return table, known[3]
    checked = _checked_anew(field, sizes, live, table)
    if is_kept(table):
        if len(_CHECKED) >= _MOST:
            _CHECKED.clear()
        _CHECKED[id(table)] = (table, sizes, live, checked[1])
    return checked


def _checked_anew(field: str, sizes: Any, live: Bools | None, *parts: Any) -> tuple[Any, Any]:
    table = parts[0] if len(parts) == 1 else _joined(*parts)
    check_rows(field, table, sizes, live)
    merged = _MERGED[field](table) if field in _MERGED else table
    if merged is not table and is_kept(table):
        lasting(merged)
    return table, merged


def _joined(*parts: _T) -> _T:
    cls = type(parts[0])
    table = cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in columns_of(cls)})
    return lasting(table) if all(is_kept(part) for part in parts) else table
