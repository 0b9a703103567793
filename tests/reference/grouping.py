"""The life of audiences: members mute and leave, hosts prune, and groups thrive or decay."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.exchange.events import Reason
from tests.reference.arithmetic import clip, exp, log
from tests.reference.chance import draw, normal, pair, uniform
from tests.reference.deceiving import screened
from tests.reference.paying import leaving
from tests.reference.village import ACTIVE, BROADCASTS, GROUP, LEFT, MUTED

if TYPE_CHECKING:
    from sim.exchange.actions import Post, Tend
    from tests.reference.seeing import Message
    from tests.reference.village import Channel, Member, Village


def tend_audiences(village: Village, seen: list[Message], posts: Post, care: Tend) -> None:
    """Step 10 of the day."""
    if village.rules.audience.mode == "static" or not village.channels:
        return
    for message in seen:
        if message.by_membership:
            _maybe_mute(village, message)
    leavers = [(member, Reason.UNHAPPY) for member in _leavers(village)]
    leavers += [(member, Reason.SPONSORED) for member in _unfollowers(village, posts)]
    pruned = [(member, Reason.PRUNED) for member in _pruned(village, care)]
    found = [(member, Reason.SCREENED) for member in screened(village, care)]
    for channel in village.channels:
        if channel.kind == GROUP:
            _move_health(village, channel, posts, care)
    for member, reason in [*leavers, *pruned, *found]:
        channel = village.channels[member.channel]
        channel.members -= 1
        person = village.people[member.person]
        if person.home[channel.owner] == member.row:
            person.home[channel.owner] = -1
        village.diary.left.append((member.person, member.channel, int(reason)))


def _maybe_mute(village: Village, message: Message) -> None:
    """The tired mute whom they notice; some mutes are also reports."""
    rules = village.rules.audience
    member, person = village.members[message.row], village.people[message.person]
    if member.state != ACTIVE:
        return
    chance = rules.mute_base * exp(rules.mute_slope * max(0.0, person.fatigue - rules.mute_from))
    if uniform(village.key("mute"), pair(person.uid, message.sender)) < chance:
        member.state = MUTED
        village.accounts[village.channels[member.channel].account].reports += 1


def _leavers(village: Village) -> list[Member]:
    """Each member of a group leaves with chance leave (1 - health)."""
    chances = {c.number: village.rules.audience.leave * (1.0 - c.health) + leaving(village, c)
               for c in village.channels if c.kind == GROUP}
    return _walk(village, chances, village.key("leave"))


def _unfollowers(village: Village, posts: Post) -> list[Member]:
    """A sponsored post costs its channel followers, twice as many where they are most."""
    rules, items = village.rules.audience, dict.fromkeys(range(len(village.channels)), 0.0)
    for channel, n, commercial, lasting in zip(posts.channel.tolist(), posts.items.tolist(), posts.commercial.tolist(),
                                               posts.lasting.tolist(), strict=True):
        if lasting and commercial > 0.0:
            items[channel] += n
    chances = {}
    for number in (c for c, n in items.items() if n > 0.0):
        channel = village.channels[number]
        rivals = [c for c in village.channels if c.kind in BROADCASTS and c.owner == channel.owner]
        larger = sum(c.members > channel.members for c in rivals)
        each = min(1.0, rules.sponsored_loss * (rules.top_loss if larger < len(rivals) // 10 else 1.0))
        stays = 1.0 - each if items[number] == 1.0 else exp(items[number] * log(1.0 - each))
        chances[number] = 1.0 - stays
    return _walk(village, chances, village.key("unfollow"))


def _walk(village: Village, chances: dict[int, float], key: int) -> list[Member]:
    """Members leave their channel with its chance, found by geometric skips along each block."""
    gone = []
    nth: dict[int, int] = {}
    for channel, start, stop in village.blocks:
        nth[channel] = nth.get(channel, -1) + 1
        chance = chances.get(channel, 0.0)
        if 1.0 - chance >= 1.0:
            continue
        name = draw(key, pair(village.channels[channel].name, nth[channel]))
        stays = log(1.0 - chance) if chance < 1.0 else -745.0
        row = start + int(log(uniform(name, 0)) / stays)
        tries = 1
        while row < stop:
            if village.members[row].state < LEFT:
                village.members[row].state = LEFT
                gone.append(village.members[row])
            row += 1 + int(log(uniform(name, tries)) / stays)
            tries += 1
    return gone


def _pruned(village: Village, care: Tend) -> list[Member]:
    """Hosts remove members who have muted the group and have noticed nothing for long enough."""
    limit = {c: days for c, days in zip(care.channel.tolist(), care.prune_idle_days.tolist(), strict=True) if days > 0}
    out = []
    for channel, start, stop in village.blocks:
        for member in village.members[start:stop] if channel in limit else []:
            if member.state == MUTED and village.day - member.active_day >= limit[channel]:
                member.state = LEFT
                out.append(member)
    return out


def _move_health(village: Village, channel: Channel, posts: Post, care: Tend) -> None:
    """A lively group keeps itself lively, a dull one empties; host, content and packets lift, selling harms."""
    rules, c = village.rules.audience, channel.number
    told = [(float(posts.items[k]), float(posts.value[k]), float(posts.commercial[k]))
            for k, at in enumerate(posts.channel.tolist()) if at == c]
    cared = [k for k, at in enumerate(care.channel.tolist()) if at == c]
    hours = sum((float(care.host_hours[k]) for k in cared), 0.0)
    fit = sum((float(care.fit[k]) for k in cared), 0.0)
    has_rules = any(care.rules[k] > 0.0 for k in cared)
    packet = sum((float(care.packet_fen[k]) / 100.0 for k in cared), 0.0) / max(channel.members, 1)
    host = 1.0 - exp(-channel.host_skill * hours / rules.host_half)
    useful = 1.0 - exp(-sum((items * value for items, value, _ in told), 0.0) / rules.items_scale)
    selling = 1.0 - exp(-sum((items * sells for items, _, sells in told), 0.0) / rules.items_scale)
    h = channel.health
    lifts = (rules.host_effect * host + rules.value_effect * fit * useful * (0.2 + 0.8 * host)
             + rules.social_effect * h * h / (h * h + 0.09))
    change = lifts * (1.0 - h) + rules.packet_effect * math.sqrt(packet)
    change -= rules.decay * (1.0 if has_rules else rules.no_rules) * h + rules.promo_harm * selling * h
    change += rules.noise * math.sqrt(max(0.0, h * (1.0 - h))) * normal(village.key("health"), channel.name)
    channel.health = clip(h + change)
    channel.zombie_days = channel.zombie_days + 1 if channel.health < 0.1 else 0
