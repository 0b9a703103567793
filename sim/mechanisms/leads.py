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
               interest: Array) -> tuple[Array, Array]:
    """Return whom each advertisement finds, and for which channel, int64 (all advertisements,).

    channel, product, count, targeting (k,), one an order of leads: a second one for a channel has draws of its own; name
    (C,); row_of_uid (N,); interest (N, P).
    """
    total = 0
    for k in range(len(count)):
        total += count[k]
    person, of_channel = np.empty(total, np.int64), np.empty(total, np.int64)
    w = 0
    for k in range(len(channel)):
        nth = 0
        for earlier in range(k):
            nth += channel[earlier] == channel[k]
        own = draw64(key, (nth << 32) | name[channel[k]])
        for j in range(count[k]):
            person[w] = found(own, 64 * j, targeting[k], product[k], len(row_of_uid), row_of_uid, interest)
            of_channel[w] = channel[k]
            w += 1
    return person, of_channel


@kernel()
def sift(person: Array, channel: Array, owner: Array, account: Array, banned_until: Array, day: int, capacity: Array,
         members: Array, home: Array, reasons: tuple[int, ...]) -> Array:
    """Return -1 for whom joins and the reason for whom does not, one after the other, int64 (m,).

    person, channel (m,); owner, account, capacity, members (C,); banned_until (A,); reasons : banned, known, full; home (N, S)
    is as it was when this returns.
    """
    banned, known, full = reasons
    room, out = capacity - members, np.empty(len(person), np.int64)
    for j in range(len(person)):
        i, c = person[j], channel[j]
        if banned_until[account[c]] > day:
            out[j] = banned
        elif home[i, owner[c]] != NO_ROW:
            out[j] = known
        elif room[c] <= 0:
            out[j] = full
        else:
            out[j] = -1
            room[c] -= 1
            home[i, owner[c]] = _PROMISED
    for j in range(len(person)):
        if out[j] == -1:
            home[person[j], owner[channel[j]]] = NO_ROW
    return out


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
    person, channel = draw_leads(table.channel, table.product, table.count, table.targeting, world.channels.name,
                                 world.draws.key("lead", day), world.row_of_uid, world.people.interest)
    channels = world.channels
    reason = sift(person, channel, channels.owner, channels.account, world.accounts.banned_until, day, channels.capacity,
                  channels.members, world.audiences.home, (int(Reason.BAN), int(Reason.MEMBER), int(Reason.FULL)))
    yes, no = (reason < 0).nonzero()[0], (reason >= 0).nonzero()[0]
    none, zero = np.full(len(yes), -1, np.int64), np.zeros(len(yes), np.int64)
    joined = Joined(person[yes], channel[yes], none, channels.brand[channel[yes]], none, none, zero, zero, zero)
    nobody = np.full(len(no), -1, np.int64)
    return joined, Refused(person[no], nobody, channel[no], nobody, reason[no])
