"""Moments (朋友圈): posts along a person's own ties, noticed like any other message, and muted when they are too many.

A post is delivered to every tie of the layers asked for that has not been broken or muted; each listener
notices it with the chance of `attention`. Occasional sharing informs; mass sharing tires, costs the friend's
trust, and is muted. Who has muted a friend's posts still hears what that friend says.

    P(noticed along tie e) = 1 - (1 - v_i)^items,  for layers in the mask
    T_e moves as trust in any sender (`attention`): it falls with selling; distrust of size D grows by loss n (1 - D)
    P(mute e)  = min(1, h_0 e^{b_m max(phi_i - phi_0, 0)})   on noticed posts only, as in `audience`
    a post of the reseller that the listener last bought from keeps that memory fresh

Notation: v_i as in attention, without the load of channels (N,); items a post (m,); e ties (E,), T_e [-1, 1];
phi fatigue (N,). A tie is muted by a bit of its mark; posts alone never break it (T_e stays off zero).

Sources: A1 of domain 1A (a hypothesis), attention as in `sim.mechanisms.attention`; mutes domain 4.2, rows 28-29.
Kernel: fixed chunks of the posts write the ties that hit to their own part of a buffer, so the order never
depends on threads.
"""

from __future__ import annotations

import numpy as np

from sim.core.draws import pair, uniform
from sim.core.kernel import Array, Number, kernel
from sim.exchange.actions import PeerPost
from sim.exchange.events import PathKind
from sim.mechanisms.attention import AttentionParams, Noticed, nothing_noticed
from sim.mechanisms.audience import STEPS, AudienceParams, is_muted, mute_chances
from sim.mechanisms.delivery import chance_of_any
from sim.mechanisms.word_of_mouth import trust_of
from sim.world.state import World
from sim.world.ties import MUTED

_TIE, _MUTED = int(PathKind.TIE), int(MUTED)
_MUTED_BIT = _MUTED.bit_length() - 1


@kernel()
def notice_friends(person: Array, offer: Array, items: Array, layers: Array, keys: Array, start: Array, listener: Array,
                   weight: Array, mark: Array, uid: Array, attention: Array, background: float, factor: float,
                   everything: bool) -> tuple[Array, ...]:
    """Return the columns of `Noticed` for the ties along which posts are noticed, with how many of a friend's items.

    Parameters
    ----------
    person, offer : int64 (m,), who posts what; items : float64 (m,); layers : int64 (m,), mask
    keys : uint64 (O,), of each offer
    start, uid, attention : (N + 1,), (N,), (N,); listener, weight, mark : (E,)

    Notes
    -----
    Draw index: (uid of who posts, position in the row). Late in a campaign most ties are muted, so a
    first pass without branches picks the ties that are left, and only their listeners are looked up.
    """
    widest, most = 0, 0
    for k in range(len(person)):
        degree = start[person[k] + 1] - start[person[k]]
        widest = max(widest, degree)
        most += degree
    left, reader = np.empty(widest, np.int64), np.empty(widest, np.int32)
    tie, post = np.empty(most, np.int64), np.empty(most, np.int32)
    n: Number = 0
    for k in range(len(person)):
        j, key = person[k], keys[offer[k]]
        base, mask = pair(np.int64(uid[j]), 0), layers[k]
        many: Number = 0
        for e in range(start[j], start[j + 1]):
            m = np.int64(mark[e])
            left[many] = e
            reader[many] = listener[e]
            many += ((mask >> (m >> 14)) & 1) & (1 - ((m >> _MUTED_BIT) & 1)) & np.int64((weight[e] & 32767) > 0)
        for q in range(many):
            v = 1.0 if everything else min(1.0, np.float64(attention[reader[q]]) * factor / background)
            hit = uniform(key, base + np.uint64(left[q] - start[j])) < chance_of_any(items[k], v)
            tie[n], post[n] = left[q], k
            n += np.int64(hit)
    who, what, trust = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.float32)
    times, sender, door = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int8)
    sells, met = np.empty(n), np.empty(n, np.bool_)
    for w in range(n):
        e, k = tie[w], post[w]
        i = listener[e]
        v = 1.0 if everything else min(1.0, np.float64(attention[i]) * factor / background)
        who[w], what[w], sender[w] = i, offer[k], uid[person[k]]
        trust[w] = trust_of(np.int64(weight[e]))
        times[w] = items[k] * v / chance_of_any(items[k], v)
        door[w], sells[w], met[w] = _TIE, 1.0, True
    return who, what, door, tie[:n], trust, times, sells, np.zeros(n), met, sender


def share(world: World, posts: PeerPost, day: int, params: AttentionParams) -> Noticed:
    """Return what listeners notice of today's personal posts. Purpose of draws: notice. Cost: O(ties of who posts)."""
    if not len(posts):
        return nothing_noticed()
    people, ties = world.people, world.ties
    turn = np.lexsort((posts.items, posts.person, posts.layers, posts.offer))
    person, offer, items = posts.person[turn], posts.offer[turn], posts.items[turn]
    keys = np.zeros(len(world.offers), np.uint64)
    for o in np.unique(offer).tolist() if offer[0] < offer[-1] else [int(offer[0])]:
        keys[o] = world.draws.key(f"notice {world.offers.name[o]}", day)
    columns = notice_friends(person, offer, items, posts.layers[turn], keys, ties.start, ties.listener, ties.weight, ties.mark,
                             people.uid, people.attention, max(params.background_items, 1e-9),
                             world.calendar.attention[day], params.mode == "all")
    return Noticed(*(*columns, 0))


@kernel()
def move_tie_trust(tie: Array, times: Array, commercial: Array, value: Array, gain: float, loss: float,
                   weight: Array) -> None:
    """Move trust in friends for every noticed post: value adds, selling takes; distrust moves the other way.

    Columns of what was noticed (m,); weight (E,): packed size and sign of the trust in a tie.
    """
    for e in range(len(tie)):
        w = np.int64(weight[tie[e]])
        size = (w & 32767) / 32767.0
        up, down = gain * value[e] * times[e], loss * commercial[e] * times[e]
        if w & 32768:
            size -= up * size
            size += down * (1.0 - size)
        else:
            size += up * (1.0 - size)
            size -= down * size
        size = min(1.0, max(0.0, size))
        kept: Number = max(np.int64(size * 32767.0 + 0.5), np.int64(1))
        weight[tie[e]] = (w & 32768) | kept


@kernel()
def refresh_sellers(person: Array, offer: Array, sender: Array, offer_product: Array, row_of_uid: Array, seller: Array,
                    reseller_person: Array, day: int, memory_day: Array) -> None:
    """Keep a buyer's memory fresh where the friend who posts is the reseller last bought from.

    person, offer, sender (m,); offer_product (O,); row_of_uid (N,); seller, memory_day (N, P); reseller_person (R,).
    """
    for k in range(len(person)):
        i, p = person[k], offer_product[offer[k]]
        row = seller[i, p]
        if row >= 0 and reseller_person[row] == row_of_uid[sender[k]]:
            memory_day[i, p] = day


def wear_friends(world: World, seen: Noticed, day: int, params: AttentionParams) -> None:
    """Let noticed personal posts move trust in the friend, and keep the friend who sold in mind. Cost: O(noticed)."""
    if not len(seen):
        return
    move_tie_trust(seen.row, seen.times, seen.commercial, seen.value, params.trust_gain_value, params.trust_loss_spam,
                   world.ties.weight)
    if len(world.memory_seller):
        refresh_sellers(seen.person, seen.offer, seen.key, world.offers.product, world.row_of_uid, world.memory_seller,
                        world.resellers.person, day, world.people.memory_day)


@kernel()
def draw_friend_mutes(person: Array, tie: Array, sender: Array, uid: Array, fatigue: Array, base: float, slope: float,
                      start: float, key: int, mark: Array) -> int:
    """Mute the posts of noticed friends; returns how many.

    person, tie, sender (m,); uid, fatigue (N,); mark (E,).
    """
    count, worst = 0, 0.0
    for k in range(len(person)):
        worst = max(worst, np.float64(fatigue[person[k]]))
    chances = np.empty(STEPS + 2)
    step = mute_chances(worst, base, slope, start, chances)
    for k in range(len(person)):
        i, m = person[k], mark[tie[k]]
        if m & _MUTED:
            continue
        u = uniform(key, pair(np.int64(uid[i]), sender[k]))
        if is_muted(u, np.float64(fatigue[i]), chances, step, base, slope, start):
            mark[tie[k]] = m | _MUTED
            count += 1
    return count


def mute_friends(world: World, seen: Noticed, day: int, params: AudienceParams) -> int:
    """Let people mute the friends whose posts they noticed; returns mutes. Purpose of draws: mute friend."""
    if params.mode == "static" or not len(seen):
        return 0
    people = world.people
    return int(draw_friend_mutes(seen.person, seen.row, seen.key, people.uid, people.fatigue, params.mute_base,
                                 params.mute_slope, params.mute_from, world.draws.key("mute friend", day),
                                 world.ties.mark))
