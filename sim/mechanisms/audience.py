"""The life of audiences: joining, muting, leaving, and the health of groups.

A group lives on its host, on content that fits, and on itself: a lively group keeps itself lively, a
dull one empties, and a neglected group becomes a zombie (僵尸群). Where the feedback is strong against the
decay (a_soc = d = .1) there are two stable states and noise decides between them; at the defaults
there is one, whose height the host, the content and the selling set.

Equations, group c with health h, and members i:

    dh = (a_host H + a_val fit V (.2 + .8 H) + a_soc h^2 / (h^2 + .09)) (1 - h) + a_rp sqrt(packet / head)
         - d r h - b P h + sigma sqrt(h (1 - h)) z
    H = 1 - e^{-skill hours / half},  V = 1 - e^{-useful items / scale},  P = 1 - e^{-selling items / scale}
    r = 1 with rules, else `no_rules`;  zombie: h < .1 on 14 days in a row
    P(mute)  = min(1, h_0 e^{b_m max(phi - phi_0, 0)})   on noticed messages only
    P(leave) = leave (1 - h) a day in groups, and more where a fee is not worth it (`fees`)
    P(unfollow) = 1 - (1 - l m)^n on a day with n sponsored items (posts that stay up and sell) in the channel;
        m = `top_loss` for the tenth of the owner's feeds and live accounts with the most followers, else 1

Notation: h, H, V, P in [0, 1], fit, packet in yuan and head = members by channel (C,); z standard normal;
phi fatigue of a person (N,).

Leavers are found by skipping geometrically along a channel's rows: O(leavers), not O(members).

Sources: [Qiu2016], [Yuan2024] (packets), domain 4.12 in the bistable form of market 0.6 and 2; mutes
domain 4.2; followers lost by sponsored posts
[ChengZhang2025], domain 4.11 and row 37; scales of H, V and P assumed.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import draw64, normal, pair, uniform
from sim.core.kernel import AHEAD, Array, kernel, prefetch
from sim.core.maths import exp_, log_, power
from sim.core.params import ASSUMPTION, Hours, Params, Share, param
from sim.exchange.actions import Post, Tend
from sim.exchange.events import Left, Reason
from sim.exchange.kept import once_for
from sim.mechanisms.attention import Noticed
from sim.mechanisms.detection import DetectionParams, screened
from sim.mechanisms.fees import FeesParams, leaving
from sim.mechanisms.heat import broadcasts
from sim.world.audiences import ACTIVE, LEFT, MUTED, NO_ROW
from sim.world.state import World

ZOMBIE_DAYS = 14
_GROUP = 0
_NOBODY = np.empty(0, np.int64)


class AudienceParams(Params):
    """Mutes, leaving and group health."""

    mode: Literal["living", "static"] = param("living", source="scenario",
                                              doc="static: nobody mutes, leaves or is removed, and health stays (but where fakes "
                                                  "are found out)", zh="受众方式")
    mute_base: float = param(0.001, source="domain 4.2, rows 28-29", low=0.0005, high=0.004, ge=0, le=1,
                             doc="Chance a day to mute a sender", zh="屏蔽率")
    mute_slope: float = param(0.5, source="domain 4.2", low=0.2, high=1, ge=0, le=10,
                              doc="Growth of muting with fatigue", zh="疲劳屏蔽")
    mute_from: float = param(3.0, source="domain 4.2", low=1, high=6, ge=0, le=100,
                             doc="Fatigue from which muting grows", zh="屏蔽起点")
    leave: float = param(0.01, source="domain 4.12", low=0.003, high=0.02, ge=0, le=1, unit="per day",
                         doc="Chance a day to leave a dead group", zh="退群率")
    sponsored_loss: Share = param(0.0019, source="ChengZhang2025, domain row 37", low=0.001, high=0.004,
                                  doc="Share of a channel's followers lost by a sponsored post (l)", zh="广告掉粉率")
    top_loss: float = param(2.0, source="domain 4.11", low=1, high=3, ge=0, le=100,
                            doc="Times as many in the tenth of the accounts with the most followers (m)", zh="头部掉粉倍数")
    start_health: Share = param(0.5, source=ASSUMPTION, low=0.3, high=0.7, doc="Health of a new group", zh="初始群健康度")
    host_effect: float = param(0.03, source="domain 4.12", low=0.01, high=0.06, ge=0, le=1,
                               doc="What hosting adds to the health of a group (a_host)", zh="群主作用")
    host_half: Hours = param(0.5, source="market 7", low=0.2, high=1.5, gt=0, unit="hours",
                             doc="Host hours a group and day that do most of the work", zh="群主工时尺度")
    host_skill_spread: float = param(0.5, source="market 2", low=0, high=1, ge=0, le=3,
                                     doc="Log-normal spread of host skill", zh="群主能力离散")
    value_effect: float = param(0.03, source="domain 4.12", low=0.01, high=0.06, ge=0, le=1,
                                doc="What useful posts add to the health of a group (a_val)", zh="内容作用")
    items_scale: float = param(1.5, source=ASSUMPTION, low=0.5, high=4, gt=0, le=100,
                               doc="Items a day that do most of the work, useful or selling", zh="内容量尺度")
    social_effect: float = param(0.05, source="market 2", low=0.02, high=0.1, ge=0, le=1,
                                 doc="What members' talk adds to the health of a group (a_soc)", zh="自激作用")
    packet_effect: float = param(0.01, source="domain 4.12", low=0.005, high=0.02, ge=0, le=1,
                                 doc="a_rp, with the packet in yuan a head", zh="红包作用")
    decay: float = param(0.08, source="market 2", low=0.04, high=0.12, ge=0, le=1,
                         doc="Health that a group loses by itself (d)", zh="自然衰减")
    no_rules: float = param(1.5, source=ASSUMPTION, low=1, high=2.5, ge=0, le=10,
                            doc="Faster decay without group rules", zh="无群规衰减倍数")
    promo_harm: float = param(0.10, source="market 2", low=0.05, high=0.2, ge=0, le=1,
                              doc="Health that offers cost a group (b)", zh="促销伤害")
    noise: float = param(0.04, source="market 2", low=0.0, high=0.08, ge=0, le=1,
                         doc="Luck of a group's health (sigma)", zh="随机波动")


@kernel()
def group_health(health: Array, zombie_days: Array, kind: Array, skill: Array, members: Array, name: Array,
                 posts: tuple[Array, ...], tend: tuple[Array, ...], key: int, weights: tuple[float, ...]) -> None:
    """Move the health of every group by one day.

    health to name (C,); posts : channel, items, commercial and value (n,); tend : channel, host hours, fit, packet (fen) and
    rules (g,); weights as `_weights`.
    """
    a_host, half, a_val, scale, a_soc, a_rp, decay, no_rules, harm, sigma = weights
    count = len(health)
    hours, fit, packet, rules = np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(count)
    value, promo = np.zeros(count), np.zeros(count)
    for k in range(len(posts[0])):
        value[posts[0][k]] += posts[1][k] * posts[3][k]
        promo[posts[0][k]] += posts[1][k] * posts[2][k]
    for k in range(len(tend[0])):
        c = tend[0][k]
        hours[c] += tend[1][k]
        fit[c] += tend[2][k]
        packet[c] += tend[3][k] / 100.0
        rules[c] += tend[4][k]
    for c in range(count):
        if kind[c] != _GROUP:
            continue
        h = health[c]
        host = 1.0 - exp_(-skill[c] * hours[c] / half)
        useful = 1.0 - exp_(-value[c] / scale)
        selling = 1.0 - exp_(-promo[c] / scale)
        gain = a_host * host + a_val * fit[c] * useful * (0.2 + 0.8 * host) + a_soc * h * h / (h * h + 0.09)
        drift = gain * (1.0 - h) + a_rp * math.sqrt(packet[c] / max(members[c], 1))
        drift -= decay * (1.0 if rules[c] > 0.0 else no_rules) * h + harm * selling * h
        drift += sigma * math.sqrt(max(0.0, h * (1.0 - h))) * normal(key, name[c])
        health[c] = min(1.0, max(0.0, h + drift))
        zombie_days[c] = zombie_days[c] + 1 if health[c] < 0.1 else 0


STEPS = 32
"""Steps of fatigue at which the chance to mute is reckoned beforehand."""


@kernel()
def mute_chances(worst: float, base: float, slope: float, start: float, out: Array) -> float:
    """Write base e^{slope x} at even steps of x, the fatigue beyond `start`, up to that of the most tired; returns the step.

    out : float64 (steps + 2,)
    """
    step = max(worst - start, 1e-9) / (len(out) - 2)
    for j in range(len(out)):
        out[j] = base * exp_(slope * (step * j))
    return step


@kernel()
def is_muted(u: float, tired: float, chances: Array, step: float, base: float, slope: float, start: float) -> bool:
    """Return whether u < base e^{slope max(0, tired - start)}; what `mute_chances` knows settles nearly all draws.

    chances : float64 (steps + 2,), as `mute_chances` writes them; step : what it returned
    """
    beyond = max(0.0, tired - start)
    j = np.int64(beyond / step)
    if u < chances[j] * (1.0 - 1e-9):
        return True
    if u >= chances[j + 1] * (1.0 + 1e-9):
        return False
    return bool(u < base * exp_(slope * beyond))


@kernel()
def draw_mutes(person: Array, row: Array, sender: Array, members: int, uid: Array, fatigue: Array, base: float, slope: float,
               start: float, key: int, state: Array, channel: Array, account: Array, reports: Array) -> int:
    """Mute the senders of what members noticed, where the rows are still read, and note it with the account; returns how many.

    Parameters
    ----------
    person, row, sender : (m,), of which the first `members` were noticed by membership
    uid, fatigue : (N,); state, channel : (M,); account : (C,); reports : (A,)
    """
    worst, last, count = 0.0, members - 1, 0
    for k in range(members):
        prefetch(fatigue, np.int64(person[min(k + AHEAD, last)]))
        worst = max(worst, np.float64(fatigue[person[k]]))
    chances = np.empty(STEPS + 2)
    step = mute_chances(worst, base, slope, start, chances)
    for k in range(members):
        prefetch(uid, np.int64(person[min(k + AHEAD, last)]))
        i = person[k]
        u = uniform(key, pair(np.int64(uid[i]), sender[k]))
        if is_muted(u, np.float64(fatigue[i]), chances, step, base, slope, start):
            r = row[k]
            if state[r] == ACTIVE:
                state[r] = MUTED
                reports[account[channel[r]]] += 1
                count += 1
    return count


@kernel()
def unfollow_chances(channel: Array, items: Array, commercial: Array, lasting: Array, broadcast: Array, owner: Array, members: Array,
                     loss: float, top: float, sponsored: Array, out: Array) -> None:
    """Write the chance that a follower of each channel leaves it for its sponsored posts.

    channel to lasting : (n,), today's posts; broadcast : bool (C,), feeds and live events; owner, members : (C,); loss, top : of
    one item, and times as many where few have more followers; sponsored : (C,), zeros, written: items; out : (C,), zeros
    """
    for k in range(len(channel)):
        if lasting[k] > 0 and commercial[k] > 0.0:
            sponsored[channel[k]] += items[k]
    for c in range(len(owner)):
        if not sponsored[c] > 0.0:
            continue
        rivals, ahead = 0, 0
        for r in range(len(owner)):
            if owner[r] == owner[c] and broadcast[r]:
                rivals += 1
                ahead += members[r] > members[c]
        each = min(1.0, loss * (top if ahead < rivals // 10 else 1.0))
        out[c] = 1.0 - power(1.0 - each, sponsored[c])


@kernel()
def draw_leavers(channel: Array, start: Array, stop: Array, nth: Array, name: Array, chance: Array, state: Array,
                 key: int) -> Array:
    """Walk the blocks of each channel by geometric skips and return the rows that leave, int64 (n,).

    channel, start, stop, nth (blocks,); name, chance (C,), chance a day in [0, 1]; state (M,).
    """
    most = 0
    for s in range(len(channel)):
        if chance[channel[s]] > 0.0:
            most += stop[s] - start[s]
    out, count = np.empty(most, np.int64), 0
    for s in range(len(channel)):
        p = chance[channel[s]]
        if 1.0 - p >= 1.0:  # also where p is lost beside 1: the skip would be no number, and the row none of ours
            continue
        inner = draw64(key, (name[channel[s]] << 32) | nth[s])
        slow = log_(1.0 - p) if p < 1.0 else -745.0
        r = start[s]
        step = 0
        while True:
            r += np.int64(log_(uniform(inner, step)) / slow)
            step += 1
            if r >= stop[s]:
                break
            if state[r] < LEFT:
                state[r] = LEFT
                out[count] = r
                count += 1
            r += 1
    return out[:count]


@kernel()
def let_go(row: Array, person: Array, channel: Array, owner: Array, members: Array, home: Array) -> tuple[Array, Array]:
    """Strike rows that leave off their channels; returns whose they were, and the channels, int64 (n,).

    row (n,); person, channel (M,); owner, members (C,); home (N, S).
    """
    who, left = np.empty(len(row), np.int64), np.empty(len(row), np.int64)
    for k in range(len(row)):
        i, c = person[row[k]], channel[row[k]]
        who[k], left[k] = i, c
        members[c] -= 1
        if home[i, owner[c]] == row[k]:
            home[i, owner[c]] = NO_ROW
    return who, left


@once_for
def _weights(p: AudienceParams) -> tuple[float, ...]:
    return (p.host_effect, p.host_half, p.value_effect, p.items_scale, p.social_effect, p.packet_effect, p.decay,
            p.no_rules, p.promo_harm, p.noise)


def live(world: World, noticed: Noticed, posts: Post, tend: Tend, day: int, params: AudienceParams,
         fees: FeesParams, detection: DetectionParams) -> tuple[int, Left]:
    """Let members mute and leave, and groups thrive or decay; returns (mutes, who left).

    Writes states of rows, members, health. Purposes of draws: mute, leave, health.
    """
    if params.mode == "static" or not len(world.channels):
        return 0, Left.empty()
    mutes = _mutes(world, noticed, day, params)
    drawn = [_leavers(world, day, params, fees), _unfollowers(world, posts, day, params), _pruned(world, tend, day)]
    if np.count_nonzero(tend.screen):
        drawn.append((screened(world, tend, day, detection), int(Reason.SCREENED)))
    _health(world, posts, tend, day, params)
    gone = [(rows, why) for rows, why in drawn if len(rows)]
    if not gone:
        return mutes, Left.empty()
    channels, aud = world.channels, world.audiences
    rows = gone[0][0] if len(gone) == 1 else np.concatenate([r for r, _ in gone])
    person, channel = let_go(rows, aud.person, aud.channel, channels.owner, channels.members, aud.home)
    reason = np.empty(len(rows), np.int64)
    start = 0
    for left, why in gone:
        reason[start : start + len(left)] = why
        start += len(left)
    return mutes, Left(person, channel, reason)


def _mutes(world: World, noticed: Noticed, day: int, params: AudienceParams) -> int:
    """Let members mute the senders of what they noticed; returns how many do."""
    if not noticed.members:
        return 0
    people, aud = world.people, world.audiences
    return int(draw_mutes(noticed.person, noticed.row, noticed.key, noticed.members, people.uid, people.fatigue, params.mute_base,
                          params.mute_slope, params.mute_from, world.draws.key("mute", day), aud.state, aud.channel,
                          world.channels.account, world.accounts.reports))


def _leavers(world: World, day: int, params: AudienceParams, fees: FeesParams) -> tuple[NDArray[np.int64], int]:
    """Draw who leaves the groups of their own will."""
    if _GROUP not in world.channels.kinds:
        return _NOBODY, int(Reason.UNHAPPY)
    return _walk(world, leaving(world, params.leave, fees), world.draws.key("leave", day)), int(Reason.UNHAPPY)


def _walk(world: World, chance: NDArray[np.float64], key: np.uint64) -> NDArray[np.int64]:
    """Draw which members leave the channels, by the chance of each (C,); returns their rows."""
    aud = world.audiences
    found: NDArray[np.int64] = draw_leavers(aud.block_channel, aud.block_start, aud.block_stop, aud.block_nth,
                                            world.channels.name, chance, aud.state, key)
    return found


def _unfollowers(world: World, posts: Post, day: int, params: AudienceParams) -> tuple[NDArray[np.int64], int]:
    """Draw which followers a sponsored post of today costs its channel."""
    if params.sponsored_loss == 0.0 or not np.count_nonzero(posts.lasting):
        return _NOBODY, int(Reason.SPONSORED)
    channels = world.channels
    items, chance = np.zeros((2, len(channels)))
    unfollow_chances(posts.channel, posts.items, posts.commercial, posts.lasting, broadcasts(world), channels.owner, channels.members,
                     params.sponsored_loss, params.top_loss, items, chance)
    return _walk(world, chance, world.draws.key("unfollow", day)), int(Reason.SPONSORED)


def _pruned(world: World, tend: Tend, day: int) -> tuple[NDArray[np.int64], int]:
    """Remove members who have muted the group, where the host prunes today."""
    aud = world.audiences
    if not np.count_nonzero(tend.prune_idle_days):
        return _NOBODY, int(Reason.PRUNED)
    limit = np.full(len(world.channels), -1, np.int64)
    limit[tend.channel] = tend.prune_idle_days
    start, stop = aud.blocks_of(limit > 0)
    rows = np.concatenate([np.arange(a, b) for a, b in zip(start, stop, strict=True)] or [_NOBODY])
    idle = (aud.state[rows] == MUTED) & (day - aud.active_day[rows] >= limit[aud.channel[rows]])
    rows = rows[idle].astype(np.int64)
    aud.state[rows] = LEFT
    return rows, int(Reason.PRUNED)


def _health(world: World, posts: Post, tend: Tend, day: int, params: AudienceParams) -> None:
    """Move the health of all groups by today's host, content, packets and selling."""
    channels = world.channels
    if _GROUP in channels.kinds:
        group_health(channels.health, channels.zombie_days, channels.kind, channels.host_skill, channels.members,
                     channels.name, (posts.channel, posts.items, posts.commercial, posts.value),
                     (tend.channel, tend.host_hours, tend.fit, tend.packet_fen, tend.rules),
                     world.draws.key("health", day), _weights(params))
