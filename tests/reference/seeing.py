"""Attention: which messages a person notices, how they tire, and what they do to trust in the sender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.reference.arithmetic import UNIT, clip, exp, f32, fixed, log, share_left
from tests.reference.chance import draw, pair, uniform
from tests.reference.heating import in_sight
from tests.reference.village import ACTIVE, CHAT, DOOR_OF_CHANNEL, GROUP, IMPRESSION, TIE

if TYPE_CHECKING:
    from sim.exchange.actions import Contact, Impress, PeerPost, Post
    from tests.reference.village import Person, Village


@dataclass
class Message:
    """Something a person noticed today; `met` says whether the offer itself was noticed.

    trust: in the sender, None where only the brand's counts; row: of the audiences or the ties, or
    -1; sender: a name that does not depend on row numbers.
    """

    person: int
    offer: int
    door: int
    row: int
    trust: float | None
    times: float
    commercial: float
    value: float
    met: bool
    sender: int

    @property
    def by_membership(self) -> bool:
        return self.door not in {IMPRESSION, TIE}


def chance_of_one(village: Village, person: Person, load: int) -> float:
    """v: room for A items a day, shared with everybody else's items and with today's load."""
    rules = village.rules.attention
    if rules.mode == "all":
        return 1.0
    items = rules.background_items + load / UNIT if load else max(rules.background_items, 1e-9)
    return min(1.0, person.attention * village.attention_of_day[village.day] / items)


def chance_of_any(items: float, v: float) -> float:
    """1 - (1 - v)^items, which is v itself for a single item."""
    if v >= 1.0:
        return 1.0 if items > 0.0 else 0.0
    return v if items == 1.0 else 1.0 - exp(items * log(1.0 - v))


def see_posts(village: Village, posts: Post) -> list[Message]:
    """Posts that are up reach the active members of their channels, who share their attention among today's."""
    table = in_sight(village, posts)
    load = dict.fromkeys(range(len(village.people)), 0)
    for sight in table:
        for member in village.members_of(sight.channel):
            load[member.person] += fixed(sight.room) if member.state == ACTIVE else 0
    seen = []
    for sight in table:
        channel, offer, items, commercial = sight.channel, sight.offer, sight.items, sight.commercial
        for member in village.members_of(channel):
            if member.state != ACTIVE:
                continue
            person = village.people[member.person]
            name = pair(person.uid, _joint_name(village, channel, offer))
            v = chance_of_one(village, person, load[person.number])
            if village.rules.attention.mode != "all":
                v = min(1.0, v * (sight.visibility * liveliness(village, channel)))
            chance = chance_of_any(items, v)
            if chance > 0.0 and uniform(village.key("see"), name) < chance:
                times = items * v / chance
                offered = 1.0 if commercial >= 1.0 else 1.0 - exp(times * log(1.0 - commercial))
                met = uniform(village.key("meet"), name) < offered
                seen.append(Message(person.number, offer, DOOR_OF_CHANNEL[village.channels[channel].kind], member.row,
                                    member.trust, times, commercial, sight.value, met, village.channels[channel].name))
    return seen


def liveliness(village: Village, channel: int) -> float:
    """Groups are read in proportion to how alive they are, other channels fully."""
    floor, at = village.rules.attention.dead_group_visibility, village.channels[channel]
    return floor + (1.0 - floor) * at.health if at.kind == GROUP else 1.0


def _joint_name(village: Village, channel: int, offer: int) -> int:
    return (village.channels[channel].name * 0x9E3779B1 + village.offers[offer].name) % 2**32


def see_contacts(village: Village, contacts: Contact) -> list[Message]:
    """A one-to-one message is noticed by whoever has not muted its sender, unless the sender is banned."""
    found = [(village.members[row], offer)
             for row, offer in zip(contacts.row.tolist(), contacts.offer.tolist(), strict=True)]
    return [Message(member.person, offer, CHAT, member.row, member.trust, 1.0, 1.0, 0.0, met=True,
                    sender=village.channels[member.channel].name)
            for member, offer in found if member.state == ACTIVE and not village.is_closed(member.channel)]


def see_impressions(village: Village, bought: Impress) -> list[Message]:
    """Bought impressions fall on people at random, or on people interested in the category."""
    seen = []
    before: dict[int, int] = {}
    for offer, count, targeting in zip(bought.offer.tolist(), bought.count.tolist(), bought.targeting.tolist(),
                                       strict=True):
        product = village.offers[offer].product
        key = draw(village.key("impress"), pair(before.get(offer, 0), village.offers[offer].name))
        before[offer] = before.get(offer, 0) + 1
        for j in range(count):
            person = found(village, key, 64 * j, targeting, product)
            if village.rules.attention.mode == "all" or uniform(key, 64 * j + 2) < chance_of_one(village, person, 0):
                seen.append(Message(person.number, offer, IMPRESSION, -1, None, 1.0, 1.0, 0.0, met=True,
                                    sender=village.offers[offer].name))
    return seen


def found(village: Village, key: int, base: int, targeting: float, product: int) -> Person:
    """Whom an advertisement finds: by interest with chance `targeting`, else anybody."""
    if uniform(key, base) < targeting:
        return _interested(village, key, base + 32, product)
    return _at_random(village, uniform(key, base + 1))


def _at_random(village: Village, u: float) -> Person:
    return village.people[village.person_of_uid[int(u * len(village.people))]]


def _interested(village: Village, key: int, index: int, product: int) -> Person:
    """Propose people until one is interested enough; the sixteenth is taken as they are."""
    for attempt in range(16):
        person = _at_random(village, uniform(key, index + 2 * attempt))
        if uniform(key, index + 2 * attempt + 1) < person.interest[product]:
            break
    return person


def see_friends(village: Village, posts: PeerPost) -> list[Message]:
    """A post in Moments reaches the ties of the layers it is meant for, unless a tie has been broken or muted."""
    seen = []
    table = zip(posts.offer.tolist(), posts.layers.tolist(), posts.person.tolist(), posts.items.tolist(), strict=True)
    for offer, layers, number, items in sorted(table):
        speaker = village.people[number]
        key = village.key(f"notice {village.offers[offer].name}")
        for place, tie in enumerate(speaker.ties):
            if not layers >> tie.layer & 1 or tie.size == 0 or tie.muted:
                continue
            listener = village.people[tie.listener]
            v = chance_of_one(village, listener, 0)
            chance = chance_of_any(items, v)
            if chance > 0.0 and uniform(key, pair(speaker.uid, place)) < chance:
                seen.append(Message(listener.number, offer, TIE, tie.number, f32(tie.trust), items * v / chance, 1.0,
                                    0.0, met=True, sender=speaker.uid))
    return seen


def wear(village: Village, seen: list[Message]) -> None:
    """Selling tires, usefulness refreshes; trust in the sender grows with value, then falls with selling."""
    rules, day = village.rules.attention, village.day
    load: dict[int, int] = {}
    for m in seen:
        weight = m.times * (rules.fatigue_per_message * m.commercial - rules.relief_per_value * m.value)
        load[m.person] = load.get(m.person, 0) + fixed(weight)
    for number, total in load.items():
        person = village.people[number]
        left = person.fatigue * share_left(day - person.fatigue_day, rules.fatigue_decay)
        person.fatigue = f32(max(0.0, left + total / UNIT))
        person.fatigue_day = day
    for m in seen:
        if m.by_membership:
            member = village.members[m.row]
            trust = member.trust
            trust += rules.trust_gain_value * m.value * m.times * (1.0 - trust)
            trust -= rules.trust_loss_spam * m.commercial * m.times * trust
            member.trust = f32(clip(trust))
            member.active_day = day
        elif m.door == TIE:
            _wear_tie(village, m)


def _wear_tie(village: Village, m: Message) -> None:
    """A friend who sells is trusted less, but never not at all; one who is distrusted is distrusted more."""
    rules = village.rules.attention
    tie = village.ties[m.row]
    size, gain, loss = tie.size / 32767.0, rules.trust_gain_value * m.value, rules.trust_loss_spam * m.commercial
    if tie.distrust:
        size -= gain * m.times * size
        size += loss * m.times * (1.0 - size)
    else:
        size += gain * m.times * (1.0 - size)
        size -= loss * m.times * size
    tie.size = max(int(clip(size) * 32767.0 + 0.5), 1)


def mute_friends(village: Village, seen: list[Message]) -> None:
    """The tired mute the friends whose posts they noticed; what such a friend says they still hear."""
    rules = village.rules.audience
    for m in seen:
        if rules.mode == "static" or m.door != TIE or village.ties[m.row].muted:
            continue
        person = village.people[m.person]
        chance = rules.mute_base * exp(rules.mute_slope * max(0.0, person.fatigue - rules.mute_from))
        village.ties[m.row].muted = uniform(village.key("mute friend"), pair(person.uid, m.sender)) < chance


def keep_in_mind(village: Village, seen: list[Message]) -> None:
    """A message from the seller's own channel keeps a buyer's memory of where they bought fresh."""
    for m in seen:
        known = village.people[m.person].about[village.offers[m.offer].product]
        if m.by_membership and known.memory_offer >= 0:
            known.memory_day = village.day
        elif m.door == TIE and known.memory_seller >= 0:
            seller = village.resellers[known.memory_seller].person
            if village.people[seller].uid == m.sender:
                known.memory_day = village.day
