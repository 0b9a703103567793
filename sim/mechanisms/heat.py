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

import functools
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, kernel
from sim.core.maths import exp_, log_
from sim.core.params import ASSUMPTION, Days, Params, param
from sim.exchange.actions import CHANNEL_KINDS, Post
from sim.exchange.merge import groups
from sim.world.state import World

_FEED, _LIVE = CHANNEL_KINDS.index("feed"), CHANNEL_KINDS.index("live")


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


@dataclass(frozen=True)
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
def cool_accounts(heat: Array, has_heat: Array, shocked: Array, tau: float, organic: float, shock: float) -> None:
    """Move the heat of every account by one day; all arrays (C,)."""
    keep = exp_(-1.0 / tau)
    for c in range(len(heat)):
        if has_heat[c]:
            heat[c] = heat[c] * keep + organic + (shock if shocked[c] else 0.0)


def broadcasts(world: World) -> NDArray[np.bool_]:
    """Return which channels are feeds or live events: one speaks, many follow; they have a heat, bool (C,)."""
    kind = world.channels.kind
    found: NDArray[np.bool_] = (kind == _FEED) | (kind == _LIVE)
    return found


@functools.lru_cache(maxsize=8)
def weights_of(params: HeatParams) -> NDArray[np.float64]:
    """Return w_t by age, float64 (window,)."""
    out = np.empty(params.window)
    burst_weights(params.burst, params.theta, params.mode == "even", out)
    return out


def shown(world: World, posts: Post, day: int, params: HeatParams) -> Shown:
    """Return what can be seen today: today's posts, those that stay up as their heat allows, and earlier ones.

    Reads lasting posts, channels, accounts, offers. Draws nothing. Cost: O(posts that are up).
    """
    up, lasting = world.lasting, posts.lasting > 0
    if not len(up) and not lasting.any():
        return Shown(posts, posts.items)
    weights, channels = weights_of(params), world.channels
    fresh = replace(posts, visibility=np.where(lasting, posts.visibility * (weights[0] * channels.heat[posts.channel]),
                                               posts.visibility))
    made = (up.offer < 0) | world.offers.live[np.maximum(up.offer, 0)]
    k = (made & (world.accounts.banned_until[channels.account[up.channel]] <= day)).nonzero()[0]
    visibility = up.visibility[k] * (weights[day - up.day[k]] * channels.heat[up.channel[k]])
    tail = Post(up.channel[k], up.offer[k], up.items[k], up.commercial[k], up.value[k], visibility, np.ones(len(k), np.int64))
    both = Post(*[np.concatenate([getattr(fresh, name), getattr(tail, name)]) for name in Post.__dataclass_fields__])
    return _as_one(both, np.concatenate([posts.items, np.zeros(len(k))]))


def _as_one(posts: Post, room: NDArray[np.float64]) -> Shown:
    """Make posts of one channel and offer one: items add, visibility is their mean, tone the mean by what is seen."""
    found = groups(posts.channel, posts.offer)
    if found is None:
        return Shown(posts, room)
    first, group = found
    alone = np.bincount(group) == 1

    def added(values: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.zeros(len(first))
        np.add.at(total, group, values)
        return total

    def mean(values: NDArray[np.float64], by: NDArray[np.float64], all_of_it: NDArray[np.float64]) -> NDArray[np.float64]:
        some = ~alone & (all_of_it > 0.0)
        return np.where(some, added(values * by) / np.where(some, all_of_it, 1.0), values[first])

    items, seen = added(posts.items), posts.items * posts.visibility
    in_sight = added(seen)
    return Shown(Post(posts.channel[first], posts.offer[first], items, mean(posts.commercial, seen, in_sight),
                      mean(posts.value, seen, in_sight), mean(posts.visibility, posts.items, items),
                      posts.lasting[first]), added(room))


def cool(world: World, posts: Post, day: int, params: HeatParams) -> None:
    """Put up what was posted today and stays, take down what nobody finds any more, and let accounts cool.

    Writes lasting posts and the heat of channels. Cost: O(channels, posts that are up).
    """
    up, channels = world.lasting, world.channels
    if len(up):
        up.keep(day + 1 - up.day < params.window)
    shocked = np.zeros(len(channels), np.bool_)
    stays = posts.lasting > 0
    if stays.any():
        shocked[posts.channel[stays]] = True
        if params.window > 1:
            up.add(day=np.full(int(stays.sum()), day, np.int64),
                   **{name: getattr(posts, name)[stays] for name in Post.__dataclass_fields__ if name != "lasting"})
    has_heat = broadcasts(world)
    if params.mode == "burst" and has_heat.any():
        shocked &= channels.kind == _LIVE
        cool_accounts(channels.heat, has_heat, shocked, params.cooling, params.organic, params.live_shock)
