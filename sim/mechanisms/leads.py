"""Leads (加粉): people who agree to be contacted, bought one by one.

An advertisement finds a person by interest or at random; who is no contact of the seller yet becomes
one while the account has room. The advertisement is paid whomever it finds, so the price of a *new*
contact rises as the seller comes to know everybody.

    price of a new contact = price of a lead / share of those found who are new
    m advertisements without targeting find N (1 - (1 - 1/N)^m) different people among N

Of several advertisements that find one person the first counts; when an account fills up, the first
found are those who still get in. The order is that of the draws, not of the people's numbers.

| symbol | array | shape |
|---|---|---|
| leads | person and channel of every advertisement paid | (m,) |

Sources: K3 of the trade press (domain 1A), dearer traffic C12; friend caps domain row 18; the draw as
for bought impressions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.draws import draw64
from sim.core.errors import PlanError
from sim.core.kernel import Array, kernel
from sim.exchange.events import Joined, Reason, Refused
from sim.mechanisms.targeting import found
from sim.world.audiences import NO_ROW
from sim.world.state import World

if TYPE_CHECKING:
    from sim.exchange.actions import Lead

_PROMISED = -2
"""Stands in `home` while today's leads are sifted: this person joins, and has no row yet."""


@kernel()
def draw_leads(channel: Array, product: Array, count: Array, targeting: Array, name: Array, key: int, row_of_uid: Array,
               interest: Array, found_by: Array) -> None:
    """Write whom each advertisement finds, and for which channel, int64 (2, all advertisements).

    channel, product, count, targeting (k,), one an order of leads: a second one for a channel has draws of its own; name
    (C,); row_of_uid (N,); interest (N, P).
    """
    w = 0
    for k in range(len(channel)):
        nth = 0
        for earlier in range(k):
            nth += channel[earlier] == channel[k]
        own = draw64(key, (nth << 32) | name[channel[k]])
        for j in range(count[k]):
            found_by[0, w] = found(own, 64 * j, targeting[k], product[k], len(row_of_uid), row_of_uid, interest)
            found_by[1, w] = channel[k]
            w += 1


_BAN, _MEMBER, _FULL = (int(r) for r in (Reason.BAN, Reason.MEMBER, Reason.FULL))


@kernel()
def sift(found_by: Array, owner: Array, account: Array, brand: Array, banned_until: Array, day: int, capacity: Array, members: Array,
         home: Array, joined: Array, refused: Array) -> int:
    """Tell who joins from who does not, and why not, one after the other; returns how many join.

    found_by : (2, m), as `draw_leads` writes it; owner, account, brand, capacity, members (C,); banned_until (A,); home (N, S),
    as it was when this returns; joined (9, m), refused (5, m), written: columns of the events.
    """
    room, yes, no = capacity - members, 0, 0
    for j in range(found_by.shape[1]):
        i, c = found_by[0, j], found_by[1, j]
        reason = -1
        if banned_until[account[c]] > day:
            reason = _BAN
        elif home[i, owner[c]] != NO_ROW:
            reason = _MEMBER
        elif room[c] <= 0:
            reason = _FULL
        if reason >= 0:
            refused[0, no], refused[1, no], refused[2, no], refused[3, no], refused[4, no] = i, -1, c, -1, reason
            no += 1
            continue
        room[c] -= 1
        home[i, owner[c]] = _PROMISED
        joined[0, yes], joined[1, yes], joined[2, yes], joined[3, yes], joined[4, yes] = i, c, -1, brand[c], -1
        joined[5, yes], joined[6, yes], joined[7, yes], joined[8, yes] = -1, 0, 0, 0
        yes += 1
    for j in range(yes):
        home[joined[0, j], owner[joined[1, j]]] = NO_ROW
    return yes


def bring(world: World, table: Lead, day: int) -> tuple[Joined, Refused]:
    """Return who would join and who would not; the joining itself is done by the model from the events.

    Reads people, audiences, channels, accounts. Purpose of draws: lead. Cost: O(leads).

    Raises
    ------
    PlanError
        If a channel is not its seller's own.
    """
    if not len(table) or not np.count_nonzero(table.count):
        return Joined.empty(), Refused.empty()
    rented = ~world.channels.owned[table.channel]
    if np.count_nonzero(rented):
        raise PlanError(f"Lead: channel {int(table.channel[rented][0])} is rented; leads join the seller's own channels")
    m = int(np.add.reduce(table.count))
    found_by, joined, refused = np.empty((2, m), np.int64), np.empty((9, m), np.int64), np.empty((5, m), np.int64)
    draw_leads(table.channel, table.product, table.count, table.targeting, world.channels.name, world.draws.key("lead", day),
               world.row_of_uid, world.people.interest, found_by)
    channels = world.channels
    n = sift(found_by, channels.owner, channels.account, channels.brand, world.accounts.banned_until, day, channels.capacity,
             channels.members, world.audiences.home, joined, refused)
    return Joined(*joined[:, :n]), Refused(*refused[:, : m - n])
