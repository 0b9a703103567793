"""Heat (热度): how a post flares up and fades, and how an account that is talked about cools.

Most of those who will ever see a post see it in its first days; after that it is found now and then. The
account itself cools over months, and only its own life and live events warm it again. So a slot with an
influencer is a flash, and the same slot sells less a year later.

Equations, a lasting post t days old in channel c:

    w_t = int_t^{t+1} (1 + s / t_0)^{-(1 + theta)} ds
        = t_0 / theta ((1 + t / t_0)^{-theta} - (1 + (t + 1) / t_0)^{-theta}),   t < window
    visibility today = visibility w_t H_c
    H_c <- H_c e^{-1 / tau_H} + organic + shock [c is a live event's and one was held today]
    heat off (mode `even`): w_t = sum_s w_s / window, H_c = 1

The weights are integrated over the day, not sampled at its start. A post takes up room in a reader's day
when it is posted, not when it is found again. It is not shown while its account is banned, nor when its
offer is not made. Posts of one channel and offer that are up together count as one of all their items.

| symbol | meaning | shape |
|---|---|---|
| w_t | share of a post's effect that falls on day t | (window,) |
| H_c | heat of the account, 1 at the start; feeds and live events have one | (C,) |

Sources: [CraneSornette2008] (theta of bursts from outside), [WuHuberman2007], domain 4.11 and rows 33 and 38 as
corrected by market 0.10; the window is that of market 1.16.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.kernel import Array, kernel
from sim.core.maths import exp_, log_
from sim.core.params import ASSUMPTION, Days, Params, param
from sim.exchange.actions import CHANNEL_KINDS, Post
from sim.exchange.kept import once_for
from sim.world.state import World

_FEED, _LIVE = CHANNEL_KINDS.index("feed"), CHANNEL_KINDS.index("live")
_HAVE_HEAT = frozenset({_FEED, _LIVE})


class HeatParams(Params):
    """Heat of posts and of accounts."""

    mode: Literal["burst", "even"] = param(
        "burst", source="scenario", zh="热度方式",
        doc="even: heat off; a lasting post is seen equally on every day of its window, as much in all")
    burst: Days = param(0.5, source="domain 4.11", low=0.2, high=1.0, gt=0, unit="days",
                        doc="Time scale of a post's burst (t_0)", zh="爆发时间尺度")
    theta: float = param(0.4, source="domain 4.11, row 33", low=0.3, high=0.5, gt=0, le=10,
                         doc="Exponent of its decay, above 1", zh="衰减指数")
    window: int = param(21, source="market 1.16", low=7, high=60, ge=1, le=365, unit="days",
                        doc="Days after which a post is seen no more", zh="可见窗口")
    cooling: Days = param(270.0, source="domain 4.11, row 38", low=180, high=390, gt=0, unit="days",
                          doc="Time constant of an account's heat (tau_H)", zh="账号降温")
    organic: float = param(0.0, source=ASSUMPTION, low=0.0, high=0.003, ge=0, le=10, unit="per day",
                           doc="Heat that an account gains by its own life", zh="自然升温")
    live_shock: float = param(0.02, source=ASSUMPTION, low=0.0, high=0.1, ge=0, le=10,
                              doc="Heat that an account gains by a live event", zh="直播升温")


@tabular
class Shown:
    """What can be seen today: posts, one row a channel and offer, and the items that take up room, float64 (S,)."""

    post: Post
    room: NDArray[np.float64]


@kernel()
def burst_weights(scale: float, theta: float, even: bool, out: Array) -> None:
    """Write w_t for t = 0 .. window - 1 (window,); `even` spreads their sum over the window."""
    total = 0.0
    for t in range(len(out)):
        before = exp_(-theta * log_(1.0 + t / scale))
        after = exp_(-theta * log_(1.0 + (t + 1) / scale))
        out[t] = scale / theta * (before - after)
        total += out[t]
    if even:
        for t in range(len(out)):
            out[t] = total / len(out)


@kernel()
def cool_accounts(heat: Array, kind: Array, channel: Array, lasting: Array, tau: float, organic: float,
                  shock: float) -> None:
    """Move the heat of every account by one day; heat, kind (C,); channel, lasting (n,), of today's posts."""
    keep = exp_(-1.0 / tau)
    held = np.zeros(len(heat), np.bool_)
    for k in range(len(channel)):
        held[channel[k]] |= lasting[k] > 0
    for c in range(len(heat)):
        if kind[c] == _FEED or kind[c] == _LIVE:
            heat[c] = heat[c] * keep + organic + (shock if held[c] and kind[c] == _LIVE else 0.0)


@kernel()
def as_one(channels: Array, offers: Array, pieces: Array, sells: Array, helps: Array, sight: Array, stays: Array, since: Array,
           weights: Array, day: int, live: Array, account: Array, banned_until: Array, heat: Array, channel: Array, offer: Array,
           lasting: Array, items: Array, commercial: Array, value: Array, visibility: Array, room: Array) -> int:
    """Write the columns of `Post`, and the items that take up room, of all that can be seen today; returns how many rows they are.

    Items of posts of one channel and offer add; visibility is their mean by items, tone the mean by what is seen.

    channels to sight : columns of `Post` (n + U,), of today's posts and of those that stay up; sight is overwritten; stays (n,),
    which of today's will; since (U,), day of posting; weights (window,); live (O,); account, heat (C,); banned_until (A,);
    channel to room : (n + U,), written.
    """
    fresh, most = len(stays), len(channels)
    newest, before = np.full(len(heat), -1, np.int64), np.empty(most, np.int64)  # the rows of each channel, chained
    seen, sums, many, rows = np.zeros(most), np.zeros((3, most)), np.zeros(most, np.int64), 0
    for k in range(most):
        c, o = channels[k], offers[k]
        if k >= fresh:
            if (o >= 0 and not live[o]) or banned_until[account[c]] > day:
                continue
            sight[k] *= weights[day - since[k - fresh]] * heat[c]
        elif stays[k] > 0:
            sight[k] *= weights[0] * heat[c]
        g = newest[c]
        while g >= 0 and offer[g] != o:
            g = before[g]
        if g < 0:
            g, rows = rows, rows + 1
            before[g], newest[c], channel[g], offer[g] = newest[c], g, c, o
            commercial[g], value[g], visibility[g] = sells[k], helps[k], sight[k]
            items[g], room[g], lasting[g] = 0.0, 0.0, stays[k] if k < fresh else 1
        if k < fresh:
            room[g] += pieces[k]
        many[g] += 1
        items[g] += pieces[k]
        seen[g] += pieces[k] * sight[k]
        sums[0, g] += sells[k] * (pieces[k] * sight[k])
        sums[1, g] += helps[k] * (pieces[k] * sight[k])
        sums[2, g] += sight[k] * pieces[k]
    for g in range(rows):
        if many[g] > 1 and seen[g] > 0.0:
            commercial[g], value[g] = sums[0, g] / seen[g], sums[1, g] / seen[g]
        if many[g] > 1 and items[g] > 0.0:
            visibility[g] = sums[2, g] / items[g]
    return rows


def broadcasts(world: World) -> NDArray[np.bool_]:
    """Return which channels are feeds or live events: one speaks, many follow; they have a heat, bool (C,)."""
    kind = world.channels.kind
    found: NDArray[np.bool_] = (kind == _FEED) | (kind == _LIVE)
    return found


@once_for
def weights_of(params: HeatParams) -> NDArray[np.float64]:
    """Return w_t by age, float64 (window,)."""
    out = np.empty(params.window)
    burst_weights(params.burst, params.theta, params.mode == "even", out)
    return out


def shown(world: World, posts: Post, day: int, params: HeatParams) -> Shown:
    """Return what can be seen today: today's posts, those that stay up as their heat allows, and earlier ones.

    Reads lasting posts, channels, accounts, offers. Draws nothing. Cost: O(posts that are up).
    """
    up, channels = world.lasting, world.channels
    if not len(up) and not np.count_nonzero(posts.lasting > 0):
        return Shown(posts, posts.items)
    both = [np.concatenate((posts.channel, up.channel)), np.concatenate((posts.offer, up.offer)),
            np.concatenate((posts.items, up.items)), np.concatenate((posts.commercial, up.commercial)),
            np.concatenate((posts.value, up.value)), np.concatenate((posts.visibility, up.visibility))]
    whole, real = np.empty((3, len(both[0])), np.int64), np.empty((5, len(both[0])))
    n = as_one(*both, posts.lasting, up.day, weights_of(params), day, world.offers.live, channels.account,
               world.accounts.banned_until, channels.heat, *whole, *real)
    whole.flags.writeable = real.flags.writeable = False
    channel, offer, lasting = whole[:, :n]
    items, commercial, value, visibility, room = real[:, :n]
    return Shown(Post(channel, offer, items, commercial, value, visibility, lasting), room)


def cool(world: World, posts: Post, day: int, params: HeatParams) -> None:
    """Put up what was posted today and stays, take down what nobody finds any more, and let accounts cool.

    Writes lasting posts and the heat of channels. Cost: O(channels, posts that are up).
    """
    up, channels = world.lasting, world.channels
    if len(up) and day + 1 - up.day[0] >= params.window:
        up.drop(int(up.day.searchsorted(day + 1 - params.window, "right")))
    stays = (posts.lasting > 0).nonzero()[0] if params.window > 1 else ()
    if len(stays):
        up.add(day=np.full(len(stays), day, np.int64),
               **{name: column[stays] for name, column in vars(posts).items() if name != "lasting"})
    if params.mode == "burst" and not channels.kinds.isdisjoint(_HAVE_HEAT):
        cool_accounts(channels.heat, channels.kind, posts.channel, posts.lasting, params.cooling, params.organic,
                      params.live_shock)
