"""Platform enforcement (封号): loud accounts reach fewer people, and some are banned.

Equations, account a with k commercial items a day and g reports of the day before:

    throttle_a = (1 + k / k_0)^{-1/2}                     factor of visibility of its posts
    hazard_a   = l_0 + l_1 max(0, k - `free_posts`) + l_2 g
    first ban: 30 days; second: for good
    a ban spreads to each other account of the same owner with chance rho; rented accounts (those of
        influencers) have owners of their own

Notation: k of the account's busiest channel (throttling: today's, hazard: yesterday's); g the share
`report_share` of yesterday's mutes; k_0 `throttle_posts`, rho `correlation`; columns of accounts (A,).

A shock `account_ban {day, share}` bans a share of the accounts on a given day whatever they did.

Sources: domain 4.13, rows 25-27; 2.7.6 for the correlation. The hazard of induced sharing (l_3) is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import pair, uniform, uniforms
from sim.core.kernel import Array, kernel
from sim.core.params import ASSUMPTION, Days, Params, Share, param
from sim.exchange.actions import Contact, Post
from sim.exchange.events import Enforced, EnforcementKind
from sim.exchange.kept import read_only
from sim.world.state import World

FOREVER = 1_000_000
"""Day on which a permanent ban ends."""


class EnforcementParams(Params):
    """Throttling and bans."""

    enabled: bool = param(True, source="scenario", doc="Switch enforcement off altogether", zh="平台管控开关")
    throttle_posts: float = param(5.0, source="domain 4.13", low=2, high=20, gt=0, le=1e6,
                                  doc="Commercial posts a day at which reach falls to 71%", zh="限流尺度")
    base: float = param(1e-5, source="domain 4.13", low=0, high=1e-4, ge=0, le=1, unit="per day",
                        doc="Chance of a ban a day with few posts (l_0)", zh="基础封号率")
    per_post: float = param(2e-4, source="domain 4.13", low=0, high=1e-3, ge=0, le=1,
                            doc="Chance of a ban for each post beyond the free ones (l_1)", zh="多发封号")
    free_posts: float = param(5.0, source="domain 4.13", low=2, high=20, ge=0, le=1e6,
                              doc="Commercial posts a day that nobody minds", zh="免责条数")
    per_report: float = param(0.002, source="domain 4.13", low=0, high=0.01, ge=0, le=1,
                              doc="Chance of a ban for each report (l_2)", zh="举报封号")
    report_share: Share = param(0.05, source=ASSUMPTION, low=0.01, high=0.2,
                                doc="Share of mutes that are also reports", zh="举报比例")
    first_ban: Days = param(30.0, source="domain row 25", low=7, high=90, unit="days",
                            doc="Length of a first ban", zh="首次封号天数")
    correlation: Share = param(0.5, source="domain 4.13", low=0, high=1,
                               doc="Chance that a ban spreads to another account of the owner (rho)", zh="连坐概率")


@dataclass(frozen=True)
class BanShock:
    """A share of the accounts banned on one day."""

    day: int
    share: float


@kernel()
def draw_bans(owner: Array, name: Array, reports: Array, banned_until: Array, owned: Array, account: Array, loud: Array,
              day: int, key: int, base: float, per_post: float, free_posts: float, per_report: float, correlation: float,
              hit: Array) -> int:
    """Draw bans by hazard, then their spread within an owner; returns how many.

    owner, name, reports, banned_until, loud (commercial posts yesterday) (A,); owned, account (C,): an account that holds no
    channel of its owner's is rented; hit : uint8 (A,).
    """
    n, count = len(owner), 0
    holds_own = np.zeros(n, np.bool_)
    for c in range(len(account)):
        if owned[c]:
            holds_own[account[c]] = True
    for a in range(n):
        hazard = base + per_post * max(0.0, loud[a] - free_posts) + per_report * reports[a]
        hit[a] = banned_until[a] <= day and uniform(key, name[a]) < hazard
        count += hit[a]
    if count == 0:
        return 0
    for a in range(n):
        if hit[a] != 1 or not holds_own[a]:
            continue
        for b in range(n):
            free = hit[b] == 0 and owner[b] == owner[a] and holds_own[b] and banned_until[b] <= day
            if free and uniform(key, pair(name[a] + 1, name[b])) < correlation:
                hit[b] = 2
                count += 1
    return count


@kernel()
def loudness(channel: Array, items: Array, commercial: Array, account: Array, n_accounts: int) -> Array:
    """Return the commercial posts of each account, those of its busiest channel (A,).

    channel, items, commercial (n,), of posts; account (C,).
    """
    of_channel, out = np.zeros(len(account)), np.zeros(n_accounts)
    for k in range(len(channel)):
        of_channel[channel[k]] += items[k] * commercial[k]
    for c in range(len(account)):
        out[account[c]] = max(out[account[c]], of_channel[c])
    return out


@kernel()
def throttle(channel: Array, items: Array, commercial: Array, visibility: Array, account: Array, banned_until: Array,
             day: int, scale: float) -> tuple[Array, Array, int]:
    """Return the visibility of posts, less from loud accounts, which of them go out, and how many do not.

    channel, items, commercial, visibility (n,), of posts; account (C,); banned_until (A,).
    """
    loud = loudness(channel, items, commercial, account, len(banned_until))
    seen, free, held = np.empty(len(channel)), np.empty(len(channel), np.bool_), 0
    for k in range(len(channel)):
        a = account[channel[k]]
        seen[k] = visibility[k] / math.sqrt(1.0 + loud[a] / scale)
        free[k] = banned_until[a] <= day
        held += not free[k]
    return seen, free, held


def posts_by_account(world: World, posts: Post) -> NDArray[np.float64]:
    """Return the commercial posts of the day by account, the busiest channel of each (A,)."""
    found: NDArray[np.float64] = loudness(posts.channel, posts.items, posts.commercial, world.channels.account,
                                          len(world.accounts))
    return found


def enforce(world: World, posts_yesterday: NDArray[np.float64], shocks: tuple[BanShock, ...], day: int,
            params: EnforcementParams) -> Enforced:
    """Ban accounts; a second ban is for good. Purposes of draws: ban, shock. Cost: O(accounts)."""
    accounts, channels = world.accounts, world.channels
    if not len(accounts):
        return Enforced.empty()
    hit, count = np.zeros(len(accounts), np.uint8), 0
    if params.enabled:
        count = draw_bans(accounts.owner, accounts.name, accounts.reports, accounts.banned_until, channels.owned,
                          channels.account, posts_yesterday, day, world.draws.key("ban", day), params.base, params.per_post,
                          params.free_posts, params.per_report * params.report_share, params.correlation, hit)
    for shock in shocks:
        if shock.day == day:
            struck = uniforms(world.draws.key("shock", day), accounts.name) < shock.share
            hit[(accounts.banned_until <= day) & struck] = 1
            count = len(hit)
    accounts.reports[:] = 0
    if not count:
        return Enforced.empty()
    banned = hit.nonzero()[0]
    again = accounts.bans[banned] > 0
    until = np.where(again, FOREVER, day + int(params.first_ban))
    accounts.banned_until[banned] = until
    accounts.bans[banned] += 1
    kind = np.where(again, int(EnforcementKind.PERMANENT), int(EnforcementKind.BAN))
    return Enforced(banned.astype(np.int64), kind.astype(np.int64), until.astype(np.int64))


def reachable(world: World, contacts: Contact, day: int) -> Contact:
    """Return the one-to-one messages that go out: none from banned accounts."""
    if not len(contacts):
        return contacts
    account = world.channels.account[world.audiences.channel[contacts.row]]
    free = world.accounts.banned_until[account] <= day
    return contacts if np.count_nonzero(free) == len(free) else Contact(contacts.row[free], contacts.offer[free])


def deliverable(world: World, posts: Post, day: int, params: EnforcementParams) -> Post:
    """Return the posts that go out: none from banned accounts, fewer seen from loud ones."""
    if not len(posts):
        return posts
    visibility, free, held = throttle(
        posts.channel, posts.items, posts.commercial, posts.visibility, world.channels.account,
        world.accounts.banned_until, day, params.throttle_posts if params.enabled else math.inf)
    visibility.flags.writeable = False  # as every column of a plan: another type would be compiled anew
    out = Post(posts.channel, posts.offer, posts.items, posts.commercial, posts.value, visibility, posts.lasting)
    return read_only(Post(*[column[free] for column in vars(out).values()])) if held else out


class Sent(NamedTuple):
    """What became of a day's posts: those planned, those that went out, how loud each account was (A,), and whether all were free."""

    planned: Post
    posts: Post
    loud: NDArray[np.float64]
    all_free: bool


def send(world: World, posts: Post, day: int, params: EnforcementParams, before: Sent | None) -> Sent:
    """Return what becomes of the posts of a day; the same as of yesterday's if they are yesterday's and nobody is banned."""
    all_free = not np.count_nonzero(world.accounts.banned_until > day)
    if before is not None and before.planned is posts and all_free and before.all_free:
        return before
    out = deliverable(world, posts, day, params)
    return Sent(posts, out, posts_by_account(world, out), all_free)
