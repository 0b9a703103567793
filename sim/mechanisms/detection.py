"""Detection (识破): fake accounts are found out, and hosts look for spies.

Fake accounts (小号, 托) act as members. They raise what can be seen of a group's activity and nothing else.
Each post is one more occasion for somebody to notice that a member is none; then the fakes are thrown
out for good, the members feel deceived, and the group suffers.

A spy (对手间谍) sits in a group for another brand, neither reads nor talks, and passes on what members are
offered. A host who screens goes by silence, so that some innocent members who no longer read go with the spies.

Equations, group c with health h, and memberships e:

    P(found out) = 1 - (1 - p)^(fakes_c posts_c)                   a day
    found out: fakes_c <- 0 for good,  T_e <- left T_e,  h_c <- (1 - harm) h_c
    P(removed in a screening) = `screen_finds` for a spy, `screen_errs` for a member silent `silent_days` or longer

Notation: fakes, posts (items of the day that go out) and h by channel (C,); T trust of a member in the
group (M,).

Sources: domain 4.12 (form of the chance, left .6). Its p of .002 finds one fake in a group of three posts
a day more than twice a year (market 1.13); detection is rare (market 0.6), so p and harm are assumed.
Screening: G12 of the trade press and claim 44 as hypotheses, numbers assumed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import pair, uniform
from sim.core.kernel import Array, kernel
from sim.core.maths import exp_, log_
from sim.core.params import ASSUMPTION, Days, Params, Share, param
from sim.exchange.actions import Post, Tend
from sim.exchange.events import Unmasked
from sim.world.audiences import LEFT, SPY
from sim.world.state import World


class DetectionParams(Params):
    """How fake accounts and spies come to light."""

    fake_detection: Share = param(0.0002, source=ASSUMPTION, low=0.00005, high=0.002,
                                  doc="Chance that one post gives one fake account away (p); 0: never",
                                  zh="小号识破率")
    fake_trust_left: Share = param(0.6, source="domain 4.12", low=0.4, high=0.8,
                                   doc="Share of members' trust in the group that is left after discovery",
                                   zh="识破后余信")
    fake_harm: Share = param(0.3, source=ASSUMPTION, low=0.1, high=0.6,
                             doc="Share of a group's health lost on discovery (c)", zh="识破伤群")
    screen_finds: Share = param(0.5, source=ASSUMPTION, low=0.2, high=0.8,
                                doc="Chance that one screening removes a spy", zh="间谍查出率")
    screen_errs: Share = param(0.05, source=ASSUMPTION, low=0.0, high=0.2,
                               doc="Chance that one screening removes an innocent member who is silent", zh="误清率")
    silent_days: Days = param(30.0, source=ASSUMPTION, low=7, high=60, unit="days",
                              doc="Days without reading from which a member looks silent", zh="沉默天数")


@kernel()
def draw_found(name: Array, occasions: Array, p: float, key: int, out: Array) -> None:
    """Draw in which groups somebody notices; occasions = fakes x posts, float64 (n,); out : bool (n,)."""
    each = log_(1.0 - p)
    for k in range(len(name)):
        out[k] = uniform(key, name[k]) < 1.0 - exp_(occasions[k] * each)


@kernel()
def lose_trust(start: Array, stop: Array, left: float, state: Array, trust: Array) -> None:
    """Leave present members a share of their trust in the group.

    start, stop (blocks,); left: share that stays, [0, 1]; state, trust (M,).
    """
    for s in range(len(start)):
        for r in range(start[s], stop[s]):
            if state[r] != LEFT:
                trust[r] = left * np.float64(trust[r])


@kernel()
def draw_screened(start: Array, stop: Array, name: Array, person: Array, uid: Array, active_day: Array, state: Array,
                  day: int, silent_days: float, finds: float, errs: float, key: int, out: Array) -> int:
    """Draw whom a screening of the blocks removes, and write their rows; returns how many.

    start, stop, name (of the channel) (blocks,); person, active_day, state (M,); uid (N,); out (M,).
    """
    count = 0
    for s in range(len(start)):
        for r in range(start[s], stop[s]):
            if state[r] == LEFT:
                continue
            chance = 0.0
            if state[r] >= SPY:
                chance = finds
            elif day - active_day[r] >= silent_days:
                chance = errs
            if chance > 0.0 and uniform(key, pair(np.int64(uid[person[r]]), name[s])) < chance:
                state[r] = LEFT
                out[count] = r
                count += 1
    return count


def plant(world: World, tend: Tend) -> None:
    """Put today's fake accounts to work, except where fakes have been found out before."""
    channels = world.channels
    if np.count_nonzero(tend.fake_accounts) or np.count_nonzero(channels.fakes):
        channels.fakes[tend.channel] = np.where(channels.unmasked[tend.channel], 0, tend.fake_accounts)


def unmask(world: World, posts: Post, day: int, params: DetectionParams) -> Unmasked:
    """Let fakes be found out, with all that follows; returns where, and how many they were.

    Writes fakes, unmasked, health, trust of members. Purpose of draws: unmask. Cost: O(groups with fakes).
    """
    channels = world.channels
    acting = channels.fakes.nonzero()[0]
    if not len(acting):
        return Unmasked.empty()
    items = np.bincount(posts.channel, weights=posts.items, minlength=len(channels))
    found = np.empty(len(acting), np.bool_)
    draw_found(channels.name[acting], channels.fakes[acting] * items[acting], params.fake_detection,
               world.draws.key("unmask", day), found)
    where = acting[found]
    fakes = channels.fakes[where].copy()
    channels.fakes[where] = 0
    channels.unmasked[where] = True
    channels.health[where] *= 1.0 - params.fake_harm
    aud, deceived = world.audiences, np.zeros(len(channels), np.bool_)
    deceived[where] = True
    start, stop = aud.blocks_of(deceived)
    lose_trust(start, stop, params.fake_trust_left, aud.state, aud.trust)
    return Unmasked(where, fakes)


def screened(world: World, tend: Tend, day: int, params: DetectionParams) -> NDArray[np.int64]:
    """Return the audience rows that hosts who look for spies today remove, spies and innocents, int64 (n,).

    Writes states of rows. Purpose of draws: screen. Cost: O(members of the groups screened).
    """
    screens = tend.screen > 0
    if not np.count_nonzero(screens):
        return np.empty(0, np.int64)
    looked = np.zeros(len(world.channels), np.bool_)
    looked[tend.channel[screens]] = True
    aud = world.audiences
    wanted = looked[aud.block_channel]
    start, stop = aud.block_start[wanted], aud.block_stop[wanted]
    out = np.empty(int((stop - start).sum()), np.int64)
    n = draw_screened(start, stop, world.channels.name[aud.block_channel[wanted]], aud.person, world.people.uid,
                      aud.active_day, aud.state, day, params.silent_days, params.screen_finds, params.screen_errs,
                      world.draws.key("screen", day), out)
    return out[:n]
