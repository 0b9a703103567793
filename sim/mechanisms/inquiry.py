"""Inquiry: people who know a seller's staff ask when they need something.

One-to-one contacts convert where the person begins the chat (an inbound chat), because then there is a
need: market 0.8. On the day a need opens, who has a seller among their contacts asks there about the
product with chance `ask`, of each such seller.

Rule, person i in the contacts of a seller, product p of the seller:

    on the day on which a need of i for p opens:  P(i asks) = ask
    the offer is met through the chat door, considered for certain, with the trust of the contact

Nobody asks whom the platform has banned, nor a seller whom they have muted; nor where needs never
open (`repurchase.mode` always or off), nor who buys by the clock that day (BG/NBD).

| symbol | array | shape |
|---|---|---|
| home | row of a person in the channels of each seller, -1: none | (N, S) |

Sources: market 0.8 and 1.17 (5-15 % convert, inbound only); `ask` assumed.
"""

from __future__ import annotations

import numpy as np

from sim.core.draws import pair, uniform
from sim.core.kernel import Array, kernel
from sim.core.params import ASSUMPTION, Params, Share, param
from sim.exchange.actions import CHANNEL_KINDS
from sim.exchange.events import PathKind
from sim.mechanisms.encounters import Encounters, begun
from sim.mechanisms.repurchase import Opened
from sim.world.audiences import ACTIVE
from sim.world.state import World

_CONTACTS = CHANNEL_KINDS.index("contacts")


class InquiryParams(Params):
    """Inbound chats."""

    enabled: bool = param(True, source="scenario", doc="Switch inbound chats off altogether", zh="主动咨询开关")
    ask: Share = param(0.5, source=ASSUMPTION, low=0.2, high=0.8,
                       doc="Chance to ask a contact about a product on the day the need opens", zh="咨询率")


@kernel()
def draw_inquiries(people: Array, home: Array, channel: Array, state: Array, free: Array, name: Array, uid: Array,
                   chance: float, key: int, out: Array) -> None:
    """Write the audience row through which each person asks, or -1.

    people : (n,) whose need opens; home : (N,) their rows with one seller; free : bool (C,) contacts not banned.
    """
    for k in range(len(people)):
        i = people[k]
        r = home[i]
        out[k] = -1
        if r < 0 or state[r] != ACTIVE or not free[channel[r]]:
            continue
        if uniform(key, pair(np.int64(uid[i]), name[channel[r]])) < chance:
            out[k] = r


def inquire(world: World, opened: Opened, day: int, params: InquiryParams) -> list[Encounters]:
    """Return the chats that people begin today because a need of theirs opens.

    Reads audiences, channels, accounts, offers. Purpose of draws: inquiry. Cost: O(people whose need opens
    x sellers with contacts).

    Parameters
    ----------
    opened : list of (product, people)
        As `repurchase.ask_memory` returns it.
    """
    channels, aud = world.channels, world.audiences
    if not params.enabled or not opened or _CONTACTS not in channels.kinds:
        return []
    free = channels.owned & (channels.kind == _CONTACTS) & (world.accounts.banned_until[channels.account] <= day)
    found = []
    for seller in np.bincount(channels.owner[free]).nonzero()[0].tolist():
        for product, people in opened:
            offer = _offer(world, seller, product)
            if offer < 0:
                continue
            row = np.empty(len(people), np.int64)
            draw_inquiries(people, aud.home[:, seller], aud.channel, aud.state, free, channels.name, world.people.uid,
                           params.ask, world.draws.key(f"inquiry {product}", day), row)
            who = row >= 0
            row = row[who]
            found.append(begun(people[who], offer, int(PathKind.CHAT), row, aud.trust[row], channels.name[aud.channel[row]]))
    return found


def _offer(world: World, seller: int, product: int) -> int:
    """Return what a seller is asked about: an offer that staff answer for rather than one they do not; -1: none."""
    offers = world.offers
    made = (offers.live & (offers.strategy == seller) & (offers.product == product)).nonzero()[0]
    answered = made[offers.queue[made] >= 0]
    return int(answered[0]) if len(answered) else int(made[0]) if len(made) else -1
