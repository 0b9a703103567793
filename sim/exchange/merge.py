"""How rows of several strategies become one table: what adds, what joins, what excludes.

Rows stand in the order of the strategies' ids, and within a strategy in its own order; a merged row
stands where the first of its rows stood.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import PlanError
from sim.exchange.actions import Capacity, Enrol, Invite, Post, Promote, Release, Tend, columns_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_N = TypeVar("_N", np.int64, np.float64)
_T = TypeVar("_T", Enrol, Promote, Release)


class ExclusiveClaimError(PlanError):
    """Two strategies claim what only one can have: `what` is claimed, by `strategies` (sorted ids)."""

    def __init__(self, what: str, strategies: tuple[str, ...], clash: str) -> None:
        self.what, self.strategies = what, strategies
        who = " and ".join(strategies)
        super().__init__(f"{what}: {clash} (asked for by {who}); let one strategy do it")


class Origin:
    """Which strategy a row comes from.

    Parameters
    ----------
    names : tuple of str
        Sorted ids of all strategies.
    parts : list of (int, int)
        Runs of rows: position in `names` (ascending) and number of rows.
    """

    def __init__(self, names: tuple[str, ...], parts: list[tuple[int, int]]) -> None:
        self._names, self._parts = names, parts

    @property
    def is_single(self) -> bool:
        """Whether all rows come from one strategy."""
        return self._parts[0][0] == self._parts[-1][0]

    @property
    def strategy(self) -> Ints:
        """Position in the sorted ids of the strategy of each row, int64 (n,)."""
        return np.repeat(*np.array(self._parts, np.int64).T)

    def of(self, rows: Ints) -> tuple[str, ...]:
        """Return the ids behind some rows, sorted."""
        return tuple(sorted({self._names[s] for s in self.strategy[rows].tolist()}))


def groups(*keys: Ints) -> tuple[Ints, Ints] | None:
    """Find rows with equal keys.

    Returns
    -------
    first : int64 (g,)
        First row of each group, ascending.
    group : int64 (n,)
        Group of each row. None instead of both if no two rows are equal.
    """
    n = len(keys[0])
    if n < 2:
        return None
    order = np.lexsort(keys)
    opens = np.zeros(n, np.bool_)
    opens[0] = True
    for key in keys:
        in_order = key[order]
        opens[1:] |= in_order[1:] != in_order[:-1]
    if np.count_nonzero(opens) == n:
        return None
    first = order[opens]
    rank = np.empty(len(first), np.int64)
    rank[first.argsort()] = np.arange(len(first))
    group = np.empty(n, np.int64)
    group[order] = rank[np.cumsum(opens) - 1]
    first.sort()
    return first, group


def _added(values: Ints, first: Ints, group: Ints) -> Ints:
    total = np.zeros(len(first), np.int64)
    np.add.at(total, group, values)
    return total


def _summed(values: Floats, first: Ints, group: Ints) -> Floats:
    total = np.zeros(len(first), np.float64)
    np.add.at(total, group, values)
    return total


def _highest(values: NDArray[_N], first: Ints, group: Ints) -> NDArray[_N]:
    top: NDArray[_N] = values[first]
    np.maximum.at(top, group, values)
    return top


def merge_posts(table: Post) -> Post:
    """Audiences join: one row a channel and offer; items add, visibility is the highest, tone the mean by items.

    Posts that stay up are kept apart from those that are gone tomorrow.
    """
    found = groups(table.channel, table.offer, table.lasting)
    if found is None:
        return table
    first, group = found
    items = _summed(table.items, first, group)

    def toned(tone: Floats) -> Floats:
        weighted = _summed(tone * table.items, first, group)
        return np.where(items > 0, weighted / np.where(items > 0, items, 1.0), tone[first])

    return Post(channel=table.channel[first], offer=table.offer[first], items=items,
                commercial=toned(table.commercial), value=toned(table.value),
                visibility=_highest(table.visibility, first, group), lasting=table.lasting[first])


def merge_invites(table: Invite, origin: Origin) -> Invite:
    """Incentives add: two strategies that ask one sponsor for the same thing make one request with both rewards.

    Same: sponsor, invitee, channel, tier and brand. A strategy that asks twice means two requests, so its
    first meets the other's first, its second the other's second. The dearer buy-in is what must be
    paid, and the higher income is what is shown.
    """
    if origin.is_single:
        return table
    keys = (table.sponsor, table.invitee, table.channel, table.role_tier, table.brand)
    found = groups(*keys, _repetition(*keys, origin.strategy))
    if found is None:
        return table
    first, group = found
    return Invite(
        sponsor=table.sponsor[first], invitee=table.invitee[first],
        channel=table.channel[first], role_tier=table.role_tier[first], brand=table.brand[first],
        reward_sponsor_fen=_added(table.reward_sponsor_fen, first, group),
        reward_invitee_fen=_added(table.reward_invitee_fen, first, group),
        buy_in_fen=_highest(table.buy_in_fen, first, group),
        perceived_income_fen=_highest(table.perceived_income_fen, first, group),
    )


def _repetition(*keys: Ints) -> Ints:
    """Return how many earlier rows have the same keys, int64 (n,)."""
    found = groups(*keys)
    n = len(keys[0])
    if found is None:
        return np.zeros(n, np.int64)
    first, group = found
    order = group.argsort(kind="stable")
    size = np.bincount(group, minlength=len(first))
    count = np.empty(n, np.int64)
    count[order] = np.arange(n) - np.repeat(np.cumsum(size) - size, size)
    return count


def merge_tends(table: Tend) -> Tend:
    """Care for one channel adds up: hours, packets and fakes add, rules and fit are the best, pruning the strictest.

    The dearer fee is asked, and one who screens is enough. Merged rows name no spending row any more: they have been paid for before.
    """
    found = groups(table.channel)
    if found is None:
        return table
    first, group = found
    never = np.iinfo(np.int64).max
    idle = np.full(len(first), never, np.int64)
    np.minimum.at(idle, group, np.where(table.prune_idle_days > 0, table.prune_idle_days, never))
    alone = np.bincount(group, minlength=len(first)) == 1
    return Tend(
        channel=table.channel[first], host_hours=_summed(table.host_hours, first, group),
        packet_fen=_added(table.packet_fen, first, group), packets=_added(table.packets, first, group),
        rules=_highest(table.rules, first, group), fit=_highest(table.fit, first, group),
        prune_idle_days=np.where(idle == never, 0, idle),
        fake_accounts=_added(table.fake_accounts, first, group), fee_fen=_highest(table.fee_fen, first, group),
        screen=_highest(table.screen, first, group), spend=np.where(alone, table.spend[first], -1),
    )


def merge_enrols(table: Enrol, origin: Origin) -> Enrol:
    """Drop repeated rows; refuse a person enrolled as reseller of one brand on two terms.

    Brands may want the same person: a hashed draw decides when they are enrolled.
    """
    is_role = table.tier >= 0
    if np.count_nonzero(is_role):
        rows = is_role.nonzero()[0]
        _one_claim((table.person[rows], table.brand[rows]),
                   (table.tier[rows], table.upline[rows], table.buy_in_fen[rows]), rows, origin,
                   ("person", "enrolled as reseller on different terms"))
    return _distinct(table)


def merge_promotes(table: Promote, origin: Origin) -> Promote:
    """Drop repeated rows; refuse a reseller promoted to two tiers."""
    _one_claim((table.reseller,), (table.tier,), np.arange(len(table)), origin,
               ("reseller", "promoted to different tiers"))
    return _distinct(table)


def merge_releases(table: Release) -> Release:
    """Drop repeated rows."""
    return _distinct(table)


def check_capacities(table: Capacity, origin: Origin) -> Capacity:
    """Refuse two rows for one queue."""
    found = groups(table.queue)
    if found is not None:
        twice = int(np.flatnonzero(np.bincount(found[1]) > 1)[0])
        rows = (found[1] == twice).nonzero()[0]
        raise ExclusiveClaimError(f"queue {int(table.queue[rows[0]])}", origin.of(rows), "staffed twice")
    return table


def _one_claim(who: tuple[Ints, ...], claims: tuple[Ints, ...], rows: Ints, origin: Origin,
               words: tuple[str, str]) -> None:
    """Raise if rows about one person (or reseller) differ in what they claim; `who` begins with the number shown."""
    found = groups(*who)
    if found is None:
        return
    first, group = found
    differs = np.zeros(len(group), np.bool_)
    for claim in claims:
        differs |= claim != claim[first][group]
    if np.count_nonzero(differs):
        g = int(group[differs.nonzero()[0][0]])
        mine = rows[group == g]
        raise ExclusiveClaimError(f"{words[0]} {int(who[0][first[g]])}", origin.of(mine), words[1])


def _distinct(table: _T) -> _T:
    names = list(columns_of(type(table)))
    found = groups(*[getattr(table, name) for name in names])
    return table if found is None else type(table)(**{name: getattr(table, name)[found[0]] for name in names})
