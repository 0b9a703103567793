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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import draw64
from sim.core.errors import PlanError
from sim.core.kernel import Array, kernel
from sim.exchange.events import Joined, Reason, Refused
from sim.mechanisms.targeting import found
from sim.world.audiences import NO_ROW
from sim.world.state import World

if TYPE_CHECKING:
    from sim.exchange.actions import Lead

Ints = NDArray[np.int64]
_PROMISED = -2
"""Stands in `home` while today's leads are sifted: this person joins, and has no row yet."""


@kernel()
def draw_leads(targeting: float, product: int, key: int, n: int, row_of_uid: Array, interest: Array,
               person: Array) -> None:
    """Write the person whom each advertisement finds.

    row_of_uid (N,); interest (N, P); person (m,), one an advertisement.
    """
    for j in range(len(person)):
        person[j] = found(key, 64 * j, targeting, product, n, row_of_uid, interest)


@kernel()
def sift(person: Array, channel: Array, owner: Array, closed: Array, room: Array, home: Array,
         reasons: tuple[int, ...], out: Array) -> None:
    """Write -1 for whom joins and the reason for whom does not, one after the other.

    reasons : banned, known, full; room : int64 (C,), changed; home : as it was when this returns.
    """
    banned, known, full = reasons
    for j in range(len(person)):
        i, c = person[j], channel[j]
        if closed[c]:
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


@dataclass(frozen=True)
class _Found:
    """Whom the advertisements found, in the order in which they were drawn."""

    person: Ints
    channel: Ints


def bring(world: World, table: Lead, day: int) -> tuple[Joined, Refused]:
    """Return who would join and who would not; the joining itself is done by the model from the events.

    Reads people, audiences, channels, accounts. Purpose of draws: lead. Cost: O(leads).

    Raises
    ------
    PlanError
        If a channel is not its seller's own.
    """
    if not len(table) or not table.count.any():
        return Joined.empty(), Refused.empty()
    rented = ~world.channels.owned[table.channel]
    if rented.any():
        raise PlanError(f"Lead: channel {int(table.channel[rented][0])} is rented; leads join the seller's own channels")
    ads = _find(world, table, day)
    reason = _verdicts(world, ads, day)
    yes, no = (reason < 0).nonzero()[0], (reason >= 0).nonzero()[0]
    none, zero = np.full(len(yes), -1, np.int64), np.zeros(len(yes), np.int64)
    joined = Joined(ads.person[yes], ads.channel[yes], none, world.channels.brand[ads.channel[yes]], none, none, zero,
                    zero, zero)
    nobody = np.full(len(no), -1, np.int64)
    return joined, Refused(ads.person[no], nobody, ads.channel[no], nobody, reason[no])


def _find(world: World, table: Lead, day: int) -> _Found:
    """Draw whom each advertisement finds; a second row for a channel has draws of its own."""
    people = world.people
    parts = []
    for k, count in enumerate(table.count.tolist()):
        channel = int(table.channel[k])
        nth = int(np.count_nonzero(table.channel[:k] == channel))
        key = np.uint64(draw64(world.draws.key("lead", day), nth << 32 | int(world.channels.name[channel])))
        person = np.empty(count, np.int64)
        draw_leads(float(table.targeting[k]), int(table.product[k]), key, len(people),
                   world.row_of_uid, people.interest, person)
        parts.append(person)
    return _Found(np.concatenate(parts), np.repeat(table.channel, table.count))


def _verdicts(world: World, ads: _Found, day: int) -> Ints:
    """Return -1 for those who join, otherwise the reason why not."""
    channels = world.channels
    closed = world.accounts.banned_until[channels.account] > day
    reason = np.empty(len(ads.person), np.int64)
    sift(ads.person, ads.channel, channels.owner, closed, channels.capacity - channels.members, world.audiences.home,
         (int(Reason.BAN), int(Reason.MEMBER), int(Reason.FULL)), reason)
    return reason
