"""Fake accounts act as members of a group until somebody notices; spies sit there until somebody looks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reference.arithmetic import exp, f32, log
from tests.reference.chance import pair, uniform
from tests.reference.village import LEFT, SPY

if TYPE_CHECKING:
    from sim.exchange.actions import Post, Tend
    from tests.reference.village import Member, Village


def plant(village: Village, care: Tend) -> None:
    """Fakes are at work where they are asked for, unless some have been found out there."""
    for channel, fakes in zip(care.channel.tolist(), care.fake_accounts.tolist(), strict=True):
        village.channels[channel].fakes = 0 if village.channels[channel].unmasked else fakes


def unmask(village: Village, posts: Post) -> None:
    """Each post gives each fake away with a small chance; then members feel deceived and the group suffers."""
    rules = village.rules.detection
    items = [0.0] * len(village.channels)
    for channel, count in zip(posts.channel.tolist(), posts.items.tolist(), strict=True):
        items[channel] += count
    for channel in village.channels:
        chance = 1.0 - exp(channel.fakes * items[channel.number] * log(1.0 - rules.fake_detection))
        if channel.fakes == 0 or uniform(village.key("unmask"), channel.name) >= chance:
            continue
        village.diary.unmasked.append((channel.number, channel.fakes))
        channel.fakes, channel.unmasked = 0, True
        channel.health *= 1.0 - rules.fake_harm
        for member in village.members_of(channel.number):
            if member.state != LEFT:
                member.trust = f32(rules.fake_trust_left * member.trust)


def screened(village: Village, care: Tend) -> list[Member]:
    """Hosts who look for spies remove some of them, and some innocents who are silent, too."""
    rules = village.rules.detection
    looked = {c for c, screen in zip(care.channel.tolist(), care.screen.tolist(), strict=True) if screen > 0}
    gone = []
    for channel, start, stop in village.blocks:
        for member in village.members[start:stop] if channel in looked else []:
            is_silent = village.day - member.active_day >= rules.silent_days
            chance = rules.screen_finds if member.state >= SPY else rules.screen_errs if is_silent else 0.0
            lot = pair(village.people[member.person].uid, village.channels[channel].name)
            if member.state != LEFT and uniform(village.key("screen"), lot) < chance:
                member.state = LEFT
                gone.append(member)
    return gone
