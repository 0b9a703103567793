"""Platform enforcement: loud accounts reach fewer people, and some are banned."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.exchange.events import EnforcementKind
from tests.reference.chance import pair, uniform

if TYPE_CHECKING:
    from sim.exchange.actions import Post
    from tests.reference.village import Village

FOREVER = 1_000_000


def loudness(village: Village, posts: Post) -> list[float]:
    """Commercial posts today of each account: those of its busiest channel."""
    by_channel = [0.0] * len(village.channels)
    for channel, items, commercial in zip(posts.channel.tolist(), posts.items.tolist(), posts.commercial.tolist(),
                                          strict=True):
        by_channel[channel] += items * commercial
    loud = [0.0] * len(village.accounts)
    for channel in village.channels:
        loud[channel.account] = max(loud[channel.account], by_channel[channel.number])
    return loud


def enforce(village: Village) -> None:
    """Ban by yesterday's loudness and reports, let bans spread within an owner, then add today's shocks."""
    rules, day = village.rules.enforcement, village.day
    names = [account.name for account in village.accounts]
    free = [a for a, account in enumerate(village.accounts) if account.banned_until <= day]
    hit = [a for a in free if rules.enabled and uniform(village.key("ban"), names[a]) < _hazard(village, a)]
    caught = set(hit)
    kept = {channel.account for channel in village.channels if channel.owned}
    for a in hit:
        if a not in kept:  # whoever rents out an account owns no other
            continue
        caught |= {b for b in free if b in kept and village.accounts[b].owner == village.accounts[a].owner
                   and uniform(village.key("ban"), pair(names[a] + 1, names[b])) < rules.correlation}
    for when, share in village.shocks:
        if when == day:
            caught |= {a for a in free if uniform(village.key("shock"), names[a]) < share}
    for a in sorted(caught):
        account = village.accounts[a]
        kind = EnforcementKind.PERMANENT if account.bans else EnforcementKind.BAN
        account.banned_until = FOREVER if account.bans else day + int(rules.first_ban)
        account.bans += 1
        village.diary.enforced.append((a, int(kind), account.banned_until))
    for account in village.accounts:
        account.reports = 0


def _hazard(village: Village, a: int) -> float:
    rules = village.rules.enforcement
    over = max(0.0, village.loud_yesterday[a] - rules.free_posts)
    reported = rules.per_report * rules.report_share * village.accounts[a].reports
    return rules.base + rules.per_post * over + reported


def deliverable(village: Village, posts: Post) -> Post:
    """The posts that go out: none of banned accounts, and loud ones are seen less."""
    rules = village.rules.enforcement
    loud = loudness(village, posts)
    kept = [k for k, channel in enumerate(posts.channel.tolist()) if not village.is_closed(channel)]
    visibility = []
    for k in kept:
        seen = float(posts.visibility[k])
        if rules.enabled:
            seen /= math.sqrt(1.0 + loud[village.channels[int(posts.channel[k])].account] / rules.throttle_posts)
        visibility.append(seen)
    columns = {name: getattr(posts, name)[kept] for name in ("channel", "offer", "items", "commercial", "value", "lasting")}
    return replace(posts, **columns, visibility=np.array(visibility))
