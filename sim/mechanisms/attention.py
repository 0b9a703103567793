"""Attention and fatigue: which messages people notice, and how selling wears them out.

A person has room for A items a day; what arrives beyond that pushes older items out of sight. Every
commercial message noticed tires, every useful one refreshes.

Equations, per person i and day:

    v_i = min(1, A_i m_day / (background + load_i)),  load_i = items posted today in the channels of i
    P(at least one of n items noticed) = 1 - (1 - v_i g)^n
    g = visibility of the post (of one that stays up: as its heat allows), in a group of health h times (floor + (1 - floor) h)
    P(the offer is among n items noticed) = 1 - (1 - commercial)^n
    phi_i <- max(0, phi_i e^{-dt / tau} + c_ad sum commercial - kappa sum value)
    T_row <- T_row + gain value n (1 - T_row), then T_row <- T_row - loss commercial n T_row   (noticed messages only)

n is the expected number noticed, given that any was. A group is read in proportion to how alive it is:
nobody opens a dead one, and whoever does finds little new. Bought impressions meet the background alone;
one-to-one messages are noticed by whoever has not muted the sender. The rise of the response to repetition comes
from belief (claims gain precision), its fall from fatigue; a separate repetition curve would count
both twice.

| symbol | meaning | shape |
|---|---|---|
| A_i | attention, items a day | (N,) |
| load_i | items delivered today, fixed point | (N,) |
| phi_i | fatigue | (N,) |

Sources: [HodasLerman2012] divided attention; fatigue domain 4.2 with the strength of market 0.7; reading by
health of the group assumed (G1, G11 of domain 1A, hypotheses); trust moved by value and spam: design 4, strengths assumed.
"""

from __future__ import annotations

import functools
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.draws import draw64, uniform
from sim.core.kernel import AHEAD, Array, kernel, prange, prefetch
from sim.core.maths import to_fixed
from sim.core.params import ASSUMPTION, Days, Params, Share, param
from sim.exchange.actions import Contact, Impress
from sim.exchange.events import PathKind
from sim.mechanisms.delivery import lay_out, list_noticed, notice_posts
from sim.mechanisms.heat import Shown
from sim.mechanisms.targeting import found
from sim.world.audiences import ACTIVE
from sim.world.shares import equal_shares
from sim.world.state import World

_CHAT = int(PathKind.CHAT)


class AttentionParams(Params):
    """Attention and fatigue."""

    mode: Literal["limited", "all"] = param("limited", source="scenario",
                                            doc="all: every message is noticed (closed forms)", zh="注意力方式")
    background_items: float = param(120.0, source="market 7", low=60, high=240, ge=0, le=1e6, unit="items a day",
                                    doc="Items a day from everybody else", zh="背景信息量")
    dead_group_visibility: Share = param(0.3, source=ASSUMPTION, low=0.0, high=0.6,
                                         doc="Visibility of a post in a dead group against a lively one (floor); "
                                             "1: health does not matter to reading", zh="死群可见度")
    fatigue_per_message: float = param(1.0, source="market 0.7", low=0.25, high=3.0, ge=0, le=100,
                                       doc="Fatigue of one commercial message", zh="每条广告疲劳")
    relief_per_value: float = param(0.05, source="market 7", low=0.0, high=0.2, ge=0, le=100,
                                    doc="Fatigue taken away by one useful message", zh="有用内容缓解")
    fatigue_decay: Days = param(7.0, source="domain 4.2", low=3, high=14, unit="days",
                                doc="Time constant of fatigue", zh="疲劳衰减")
    trust_gain_value: Share = param(0.01, source=ASSUMPTION, low=0.0, high=0.03,
                                    doc="Trust gained in the sender by one useful message", zh="有用内容增信")
    trust_loss_spam: Share = param(0.01, source=ASSUMPTION, low=0.0, high=0.03,
                                   doc="Trust lost in the sender by one commercial message", zh="广告失信")


@tabular
class Noticed:
    """Messages noticed today; one row a (person, sender, offer).

    times : expected number noticed; commercial, value : shares of it; met : whether the offer itself
    was noticed; key : name of the sender that does not depend on row numbers; members : how many rows, the
    first ones, came through a membership: neither bought nor along a tie.
    """

    person: NDArray[np.int32]
    offer: NDArray[np.int32]
    kind: NDArray[np.int8]
    row: NDArray[np.int64]
    trust: NDArray[np.float32]
    times: NDArray[np.float64]
    commercial: NDArray[np.float64]
    value: NDArray[np.float64]
    met: NDArray[np.bool_]
    key: NDArray[np.int64]
    members: int

    def __len__(self) -> int:
        return len(self.person)

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """Return the columns in their order, all but `members`."""
        return (self.person, self.offer, self.kind, self.row, self.trust, self.times, self.commercial, self.value, self.met, self.key)


@kernel(parallel=True)
def draw_impressions(count: int, targeting: float, product: int, key: int, n: int, row_of_uid: Array,
                     interest: Array, attention: Array, background: float, factor: float, everything: bool, at: int,
                     person: Array, met: Array) -> None:
    """Hand `count` impressions to people found by `targeting`.

    key : the offer's own. Draw index: 64 numbers an impression. Writes person and met (whether it was noticed), (m,)
    of all impressions, from place `at` on. row_of_uid and attention (N,), interest (N, P).
    """
    for j in prange(count):
        base = 64 * j
        who = found(key, base, targeting, product, n, row_of_uid, interest)
        person[at + j] = who
        v = 1.0 if everything else min(1.0, np.float64(attention[who]) * factor / background)
        met[at + j] = everything or uniform(key, base + 2) < v


@kernel()
def tire(person: Array, times: Array, commercial: Array, value: Array, per_message: float, relief: float, day: int,
         fatigue: Array, fatigue_day: Array, keep: Array, load: Array, mark: Array, touched: Array) -> int:
    """Apply the fatigue of everything noticed, sums in fixed point, each person written once; returns how many people.

    Columns of what was noticed (m,); fatigue, fatigue_day (N,); keep: decay by age in days; load, mark, touched (N,): scratch.
    """
    count, last = 0, len(person) - 1
    for e in range(len(person)):
        ahead = np.int64(person[min(e + AHEAD, last)])
        prefetch(mark, ahead)
        prefetch(load, ahead)
        i = person[e]
        if mark[i] == 0:
            mark[i] = 1
            touched[count] = i
            count += 1
        load[i] += to_fixed(times[e] * (per_message * commercial[e] - relief * value[e]))
    for k in range(count):
        ahead = np.int64(touched[min(k + AHEAD, count - 1)])
        prefetch(fatigue, ahead)
        prefetch(fatigue_day, ahead)
        prefetch(load, ahead)
        i = touched[k]
        phi = np.float64(fatigue[i]) * keep[min(day - fatigue_day[i], len(keep) - 1)]
        fatigue[i] = max(0.0, phi + load[i] / 4294967296.0)
        fatigue_day[i] = day
        load[i] = 0
        mark[i] = 0
    return count


@kernel()
def move_row_trust(row: Array, times: Array, commercial: Array, value: Array, members: int, gain: float, loss: float,
                   day: int, trust: Array, active_day: Array) -> None:
    """Move trust in the sender for every noticed row, value adds, selling takes; who notices has read today.

    Columns of what was noticed (m,), the first `members` by membership; trust [0, 1], active_day (M,).
    """
    for e in range(members):
        r = row[e]
        t = np.float64(trust[r])
        t += gain * value[e] * times[e] * (1.0 - t)
        t -= loss * commercial[e] * times[e] * t
        trust[r] = min(1.0, max(0.0, t))
        active_day[r] = day


def notice(world: World, shown: Shown, contacts: Contact, impress: Impress, day: int,
           params: AttentionParams) -> Noticed:
    """Return what people notice today of the posts that are up, contacts and impressions.

    Reads people, audiences, channels. Purposes of draws: see, meet, impress. Cost: O(members of posting
    channels + impressions).
    """
    return join_noticed([_with_contacts(world, _from_posts(world, shown, day, params), contacts),
                         _from_impressions(world, impress, day, params)])


def wear(world: World, seen: Noticed, day: int, params: AttentionParams) -> int:
    """Let what was noticed tire people and move their trust in the senders; returns how many people. Cost: O(noticed)."""
    if not len(seen):
        return 0
    people, scratch, audiences = world.people, world.scratch, world.audiences
    reach = tire(seen.person, seen.times, seen.commercial, seen.value, params.fatigue_per_message,
                 params.relief_per_value, day, people.fatigue, people.fatigue_day, world.keep.fatigue, scratch.load,
                 scratch.mark, scratch.people_list)
    if seen.members:
        move_row_trust(seen.row, seen.times, seen.commercial, seen.value, seen.members, params.trust_gain_value,
                       params.trust_loss_spam, day, audiences.trust, audiences.active_day)
    return int(reach)


@kernel()
def _count_people(person: Array, mark: Array, listed: Array) -> int:
    count, last = 0, len(person) - 1
    for e in range(len(person)):
        prefetch(mark, np.int64(person[min(e + AHEAD, last)]))
        i = person[e]
        if mark[i] == 0:
            mark[i] = 1
            listed[count] = i
            count += 1
    for k in range(count):
        mark[listed[k]] = 0
    return count


def count_people(world: World, person: NDArray[np.int32]) -> int:
    """Return how many different people a column (m,) names. Cost: O(rows)."""
    return int(_count_people(person, world.scratch.mark, world.scratch.people_list))


_KINDS = (np.int32, np.int32, np.int8, np.int64, np.float32, np.float64, np.float64, np.float64, np.bool_, np.int64)


@functools.cache
def nothing_noticed() -> Noticed:
    """Return the table without rows (shared, it holds nothing)."""
    columns: list[Any] = [np.empty(0, kind) for kind in _KINDS]
    return Noticed(*(*columns, 0))


def join_noticed(parts: list[Noticed]) -> Noticed:
    """Put several tables behind one another, those of memberships first."""
    filled = [p for p in parts if len(p.person)]
    if not filled:
        return nothing_noticed()
    if len(filled) == 1:
        return filled[0]
    columns: list[Any] = [np.concatenate(column) for column in zip(*[p.columns for p in filled], strict=True)]
    return Noticed(*(*columns, sum([p.members for p in filled])))


def _from_posts(world: World, shown: Shown, day: int, params: AttentionParams) -> Noticed:
    """Deliver posts to the members of their channels."""
    posts = shown.post
    if not len(posts):
        return nothing_noticed()
    aud, channels, people, load = world.audiences, world.channels, world.people, world.scratch.load
    spans, sight, sender = lay_out(
        posts.channel, posts.offer, posts.visibility, shown.room, channels.kind, channels.health, channels.name,
        world.offers.name, params.dead_group_visibility, aud.chain.first, aud.chain.following, aud.block_start,
        aud.block_stop, aud.person, aud.state, load)
    count = spans.shape[1]
    if not count:
        return nothing_noticed()
    total = int(spans[3, -1] + spans[2, -1] - spans[1, -1])
    bound, hits = equal_shares(spans[3], total), np.empty(count, np.int64)
    row, times, met = np.empty(total, np.int32), np.empty(total), np.empty(total, np.bool_)
    notice_posts(bound, spans, posts.items, posts.commercial, sight, sender, aud.person, aud.state, people.uid,
                 people.attention, load, params.background_items, world.calendar.attention[day], params.mode == "all",
                 world.draws.key("see", day), world.draws.key("meet", day), row, times, met, hits)
    columns = list_noticed(bound, spans, hits, row, times, met, posts.channel, posts.offer, posts.commercial, posts.value,
                           channels.kind, channels.name, aud.person, aud.trust, load)
    return Noticed(*(*columns, len(columns[0])))


@kernel()
def list_contacts(before: tuple[Array, ...], row: Array, offer: Array, person: Array, state: Array, trust: Array, channel: Array,
                  name: Array) -> tuple[Array, ...]:
    """Return columns of `Noticed`: those `before`, and behind them messages to members who have not muted the sender.

    before: columns of (b,); row, offer (m,); person, state, trust, channel (M,); name (C,).
    """
    who_b, what_b, door_b, rows_b, trusts_b, times_b, sells_b, value_b, met_b, key_b = before
    w = len(who_b)
    n = w
    for k in range(len(row)):
        n += state[row[k]] == ACTIVE
    who, what, door = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int8)
    rows, trusts, key = np.empty(n, np.int64), np.empty(n, np.float32), np.empty(n, np.int64)
    times, sells, value, met = np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.bool_)
    for k in range(w):
        who[k], what[k], door[k], rows[k], trusts[k] = who_b[k], what_b[k], door_b[k], rows_b[k], trusts_b[k]
        times[k], sells[k], value[k], met[k], key[k] = times_b[k], sells_b[k], value_b[k], met_b[k], key_b[k]
    for k in range(len(row)):
        r = row[k]
        if state[r] == ACTIVE:
            who[w], what[w], rows[w], trusts[w], key[w] = person[r], offer[k], r, trust[r], name[channel[r]]
            door[w], times[w], sells[w], value[w], met[w] = _CHAT, 1.0, 1.0, 0.0, True
            w += 1
    return who, what, door, rows, trusts, times, sells, value, met, key


def _with_contacts(world: World, before: Noticed, contacts: Contact) -> Noticed:
    """One-to-one messages are noticed by whoever has not muted the sender; they stand behind what else was noticed."""
    if not len(contacts):
        return before
    aud = world.audiences
    columns = list_contacts(before.columns, contacts.row, contacts.offer, aud.person, aud.state, aud.trust, aud.channel,
                            world.channels.name)
    return Noticed(*(*columns, len(columns[0])))


def _from_impressions(world: World, impress: Impress, day: int, params: AttentionParams) -> Noticed:
    """Show bought impressions to people drawn at random."""
    total = int(impress.count.sum()) if len(impress) else 0
    if total == 0:
        return nothing_noticed()
    people = world.people
    person, met = np.empty(total, np.int32), np.empty(total, np.bool_)
    offer = np.repeat(impress.offer, impress.count)
    at = 0
    for k in range(len(impress)):
        product = int(world.offers.product[impress.offer[k]])
        # A second row of the same offer meets people of its own.
        nth = int(np.count_nonzero(impress.offer[:k] == impress.offer[k]))
        key = np.uint64(draw64(world.draws.key("impress", day), nth << 32 | int(world.offers.name[impress.offer[k]])))
        draw_impressions(int(impress.count[k]), float(impress.targeting[k]), product, key, len(people),
                         world.row_of_uid, people.interest, people.attention, max(params.background_items, 1e-9),
                         world.calendar.attention[day], params.mode == "all", at, person, met)
        at += int(impress.count[k])
    person, shown = person[met], offer[met].astype(np.int32)
    m = len(person)
    one = np.ones(m)
    return Noticed(person, shown, np.full(m, PathKind.IMPRESSION, np.int8), np.full(m, -1, np.int64),
                   np.full(m, np.nan, np.float32), one, one, np.zeros(m), np.ones(m, np.bool_), world.offers.name[shown],
                   members=0)
