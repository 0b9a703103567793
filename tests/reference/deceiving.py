"""Fake accounts act as members of a group until somebody notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reference.arithmetic import exp, f32, log
from tests.reference.chance import uniform
from tests.reference.village import LEFT

if TYPE_CHECKING:
    from sim.exchange.actions import Post, Tend
    from tests.reference.village import Village


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
