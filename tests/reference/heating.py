"""Heat: posts flare up and fade, and accounts that are talked about cool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.reference.arithmetic import exp, log
from tests.reference.village import BROADCASTS, LIVE_CHANNEL, LastingPost

if TYPE_CHECKING:
    from sim.exchange.actions import Post
    from tests.reference.village import Village


@dataclass
class Sight:
    """What can be seen today of one offer in one channel; `room` are the items posted today."""

    channel: int
    offer: int
    items: float
    commercial: float
    value: float
    visibility: float
    room: float


def weight(village: Village, age: int) -> float:
    """The share of a post's effect that falls on a day: the integral of its decay over the day."""
    rules = village.rules.heat

    def between(t: int) -> float:
        before, after = (exp(-rules.theta * log(1.0 + s / rules.burst)) for s in (t, t + 1))
        return rules.burst / rules.theta * (before - after)

    if rules.mode == "burst":
        return between(age)
    total = 0.0
    for t in range(rules.window):
        total += between(t)
    return total / rules.window


def in_sight(village: Village, posts: Post) -> list[Sight]:
    """Today's posts, and those of earlier days that are up; what is about one offer in one channel is one."""
    rows = list(zip(*(getattr(posts, name).tolist() for name in (
        "channel", "offer", "items", "commercial", "value", "visibility", "lasting")), strict=True))
    seen = []
    for channel, offer, items, commercial, value, visibility, lasting in rows:
        heat = weight(village, 0) * village.channels[channel].heat if lasting else 1.0
        seen.append(Sight(channel, offer, items, commercial, value, visibility * heat, items))
    for post in village.lasting:
        if (post.offer < 0 or village.offers[post.offer].live) and not village.is_closed(post.channel):
            heat = weight(village, village.day - post.day) * village.channels[post.channel].heat
            seen.append(Sight(post.channel, post.offer, post.items, post.commercial, post.value,
                              post.visibility * heat, 0.0))
    together: dict[tuple[int, int], list[Sight]] = {}
    for sight in seen:
        together.setdefault((sight.channel, sight.offer), []).append(sight)
    return [_one(same) for same in together.values()]


def _one(same: list[Sight]) -> Sight:
    """Items add; visibility is their mean, and tone the mean by what is seen."""
    first = same[0]
    if len(same) == 1:
        return first
    items = room = eyes = selling = useful = 0.0
    for s in same:
        items += s.items
        room += s.room
        eyes += s.items * s.visibility
        selling += s.commercial * (s.items * s.visibility)
        useful += s.value * (s.items * s.visibility)
    commercial, value = (selling / eyes, useful / eyes) if eyes > 0.0 else (first.commercial, first.value)
    visibility = eyes / items if items > 0.0 else first.visibility
    return Sight(first.channel, first.offer, items, commercial, value, visibility, room)


def cool(village: Village, posts: Post) -> None:
    """Put up what was posted today and stays, take down what is old, and let accounts cool."""
    rules = village.rules.heat
    village.lasting = [post for post in village.lasting if village.day + 1 - post.day < rules.window]
    live = set()
    for row in zip(*(getattr(posts, name).tolist() for name in (
            "channel", "offer", "items", "commercial", "value", "visibility", "lasting")), strict=True):
        if row[-1]:
            live.add(row[0])
            if rules.window > 1:
                village.lasting.append(LastingPost(*row[:-1], day=village.day))
    if rules.mode == "even":
        return
    for channel in village.channels:
        if channel.kind in BROADCASTS:
            shock = rules.live_shock if channel.kind == LIVE_CHANNEL and channel.number in live else 0.0
            channel.heat = channel.heat * exp(-1.0 / rules.cooling) + rules.organic + shock
