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
from numpy.typing import NDArray

from sim.core.draws import pair, uniform
from sim.core.kernel import Array, kernel
from sim.core.params import ASSUMPTION, Params, Share, param
from sim.exchange.actions import CHANNEL_KINDS
from sim.exchange.events import PathKind
from sim.exchange.kept import once_for
from sim.mechanisms.encounters import Gathering
from sim.mechanisms.repurchase import Opened
from sim.world.audiences import ACTIVE, Channels
from sim.world.state import World

_CONTACTS = CHANNEL_KINDS.index("contacts")
_CHAT = int(PathKind.CHAT)


class InquiryParams(Params):
    """Inbound chats."""

    enabled: bool = param(True, source="scenario", doc="Switch inbound chats off altogether", zh="主动咨询开关")
    ask: Share = param(0.5, source=ASSUMPTION, low=0.2, high=0.8,
                       doc="Chance to ask a contact about a product on the day the need opens", zh="咨询率")


@kernel()
def draw_inquiries(people: Array, home: Array, channel: Array, state: Array, trust: Array, contacts: Array, account: Array,
                   banned_until: Array, name: Array, uid: Array, day: int, seller: int, product: int, live: Array, strategy: Array,
                   product_of: Array, queue: Array, chance: float, key: int, to_person: Array, to_offer: Array, to_kind: Array,
                   to_row: Array, to_trust: Array, to_sure: Array, to_key: Array, n: int) -> int:
    """Gather the chats that people begin with one seller about one product.

    What the seller is asked about is an offer that staff answer for rather than one they do not.

    Parameters
    ----------
    people : (n,), whose need opens; home : (N,), their rows with the seller; channel, state, trust : (M,), rows of audiences
    contacts : bool (C,), owned contacts; account, name : (C,); banned_until : (A,); uid : (N,)
    live, strategy, product_of, queue : (O,), the offers
    to_person, to_offer, to_kind, to_row, to_trust, to_sure, to_key, n : a `Gathering`
    """
    offer = -1
    for o in range(len(live)):
        if live[o] and strategy[o] == seller and product_of[o] == product and (
                offer < 0 or (queue[offer] < 0 and queue[o] >= 0)):
            offer = o
    if offer < 0:
        return n
    for k in range(len(people)):
        i = people[k]
        r = home[i]
        if r < 0 or state[r] != ACTIVE:
            continue
        c = channel[r]
        if not contacts[c] or banned_until[account[c]] > day:
            continue
        if uniform(key, pair(np.int64(uid[i]), name[c])) < chance:
            to_person[n], to_offer[n], to_kind[n], to_row[n] = i, offer, _CHAT, r
            to_trust[n], to_sure[n], to_key[n] = trust[r], True, name[c]
            n += 1
    return n


@once_for
def _contacts(channels: Channels) -> tuple[NDArray[np.bool_], list[int]]:
    """Return which channels are contacts of somebody's own, bool (C,), and whose."""
    contacts = channels.owned & (channels.kind == _CONTACTS)
    return contacts, np.unique(channels.owner[contacts]).tolist()


def inquire(world: World, opened: Opened, day: int, params: InquiryParams, met: Gathering) -> None:
    """Gather the chats that people begin today because a need of theirs opens.

    Reads audiences, channels, accounts, offers. Purpose of draws: inquiry. Cost: O(people whose need opens
    x sellers with contacts).

    Parameters
    ----------
    opened : list of (product, people, offers recalled)
        As `repurchase.ask_memory` returns it.
    """
    channels, aud, offers = world.channels, world.audiences, world.offers
    if not params.enabled or not opened or _CONTACTS not in channels.kinds:
        return
    contacts, sellers = _contacts(channels)
    for seller in sellers:
        for product, people, _ in opened:
            met.count = draw_inquiries(
                people, aud.home[:, seller], aud.channel, aud.state, aud.trust, contacts, channels.account,
                world.accounts.banned_until, channels.name, world.people.uid, day, seller, product, offers.live, offers.strategy,
                offers.product, offers.queue, params.ask, world.draws.key(f"inquiry {product}", day), *met.room(len(people)),
                met.count)
