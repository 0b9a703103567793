"""Delivery of posts: from the channels in which they are up to the members who notice them.

The equations are those of `sim.mechanisms.attention`; here are the loops that go over every member of a posting
channel, the longest of a day.

    load_i = sum of the items of all spans that person i is an active member of
    P(at least one of n items noticed) = 1 - (1 - v_i g)^n
    P(the offer is among n items noticed) = 1 - (1 - commercial)^n
    g = visibility, in a group of health h times (floor + (1 - floor) h)

Notation: a span is a run of audience rows, all of one post and channel, at most a few thousand long; S spans of n posts,
int64 (4, S): the post, the first row, the row after the last, and how many rows stand in the spans before it;
a share is a run of spans, so that threads get equally many rows whoever has many members.

Kernel: fixed shares write to their own part of a buffer, so the order never depends on threads.
"""

from __future__ import annotations

import numpy as np

from sim.core.draws import pair, uniform
from sim.core.kernel import AHEAD, Array, Number, kernel, prange, prefetch
from sim.core.maths import exp_, log_, to_fixed
from sim.exchange.events import PathKind
from sim.world.audiences import ACTIVE, first_block

_CHUNK = 4096
_GROUP = 0
# A post among contacts is what they see in their Moments; only a message to one of them begins a chat.
_KIND_OF_CHANNEL = np.array([PathKind.GROUP, PathKind.FEED, PathKind.FEED, PathKind.LIVE], dtype=np.int8)


@kernel()
def cut_spans(channel: Array, first: Array, following: Array, start: Array, stop: Array) -> Array:
    """Return the spans of all posts, post by post, the oldest members of a channel first, int64 (4, S).

    channel (n,); first (C,) and following (blocks,): the chain of each channel's blocks; start, stop (blocks,). Long blocks
    are cut, so that threads share big channels.
    """
    count = 0
    for p in range(len(channel)):
        block = first_block(np.int64(channel[p]), first)
        while block >= 0:
            count += 1 + (stop[block] - start[block] - 1) // _CHUNK
            block = following[block]
    spans = np.empty((4, count), np.int64)
    s, rows = 0, 0
    for p in range(len(channel)):
        block = first_block(np.int64(channel[p]), first)
        while block >= 0:
            for begin in range(start[block], stop[block], _CHUNK):
                end = min(begin + _CHUNK, stop[block])
                spans[0, s], spans[1, s], spans[2, s], spans[3, s] = p, begin, end, rows
                rows += end - begin
                s += 1
            block = following[block]
    return spans


@kernel()
def lay_out(channel: Array, offer: Array, visibility: Array, room: Array, kind: Array, health: Array, channel_name: Array,
            offer_name: Array, floor: float, first: Array, following: Array, start: Array, stop: Array, person: Array,
            state: Array, load: Array) -> tuple[Array, Array, Array]:
    """Return the spans of posts, how visible each post is (g), and its name for draws; put its items on its readers' load.

    channel, offer, visibility, room (n,): the last is what takes up room; kind, health, channel_name (C,); offer_name (O,);
    first, following, start, stop as in `cut_spans`; person, state (M,); load (N,), fixed point.
    """
    spans = cut_spans(channel, first, following, start, stop)
    sight, sender = np.empty(len(channel)), np.empty(len(channel), np.int64)
    for p in range(len(channel)):
        c = channel[p]
        sight[p] = visibility[p] * (floor + (1.0 - floor) * health[c] if kind[c] == _GROUP else 1.0)
        # Two names of 24 bits as one of 32; two posts that clash by chance share their luck, no more.
        sender[p] = (channel_name[c] * 0x9E3779B1 + offer_name[offer[p]]) & 0xFFFFFFFF
    for s in range(spans.shape[1]):
        add = to_fixed(room[spans[0, s]])
        if add == 0:
            continue
        last = spans[2, s] - 1
        for r in range(spans[1, s], spans[2, s]):
            prefetch(load, np.int64(person[min(r + AHEAD, last)]))
            if state[r] == ACTIVE:
                load[person[r]] += add
    return spans, sight, sender


@kernel()
def clear_rows(spans: Array, person: Array, load: Array) -> None:
    """Clear the load of whoever is in a span; where they are many, all of it, which is quicker than one by one.

    spans (4, S); person (M,); load (N,).
    """
    many = 0
    for s in range(spans.shape[1]):
        many += spans[2, s] - spans[1, s]
    if many > len(load) // 32:
        for i in range(len(load)):
            load[i] = 0
        return
    for s in range(spans.shape[1]):
        for r in range(spans[1, s], spans[2, s]):
            load[person[r]] = 0


@kernel()
def chance_of_any(items: float, v: float) -> Number:
    """Return the chance that at least one of some items is noticed, each with chance v; of a single one, v itself."""
    if v >= 1.0:
        return 1.0 if items > 0.0 else 0.0
    return v if items == 1.0 else 1.0 - exp_(items * log_(1.0 - v))


@kernel()
def most_of_any(items: float, v: float) -> Number:
    """Return what `chance_of_any` is never above, without an exponential: n v, or n v / (1 - v) where n < 1.

    The last terms are for rounding: a draw above this need not be compared with the chance itself.
    """
    return (items * v if items >= 1.0 else items * v / (1.0 - v)) * (1.0 + 1e-9) + 1e-12


@kernel(parallel=True)
def notice_posts(bound: Array, spans: Array, items: Array, commercial: Array, sight: Array, sender: Array, person: Array,
                 state: Array, uid: Array, attention: Array, load: Array, background: float, factor: float,
                 everything: bool, key_see: int, key_meet: int, row: Array, times: Array, met: Array,
                 hits: Array) -> None:
    """Draw which delivered rows are noticed, how many items of each, and whether the offer is among them.

    Parameters
    ----------
    bound : int64 (c + 1,), first span of each share of the work
    spans : int64 (4, S), as `cut_spans`; what is noticed of a span stands in the output from the place of its first row
    items, commercial, sight : float64 (n,); sender : int64 (n,), of posts, as `lay_out`
    row : int32, times : float64, met : bool (rows,)
    hits : int64 (S,), how many of each span are noticed

    Notes
    -----
    First a pass without branches on chance, which keeps a row by moving on; what is kept is looked at again.
    People lie scattered, so those of later rows are asked for ahead. Neither changes a result.
    """
    for c in prange(len(bound) - 1):
        for s in range(bound[c], bound[c + 1]):
            p, at, last = spans[0, s], spans[3, s], spans[2, s] - 1
            w, many, name, g = at, items[p], sender[p], sight[p]
            for r in range(spans[1, s], spans[2, s]):
                ahead = np.int64(person[min(r + AHEAD, last)])
                prefetch(uid, ahead)
                prefetch(attention, ahead)
                prefetch(load, ahead)
                if state[r] != ACTIVE:
                    continue
                i = person[r]
                v = 1.0
                if not everything:
                    v = min(1.0, np.float64(attention[i]) * factor / (background + load[i] / 4294967296.0))
                    v = min(1.0, v * g)
                u = uniform(key_see, pair(np.int64(uid[i]), name))
                row[w] = r
                times[w] = v
                if many == 1.0 or u < most_of_any(many, v):
                    w += np.int64(u < chance_of_any(many, v))
            hits[s] = w - at
            once = offer_among(1.0, commercial[p])
            for k in range(at, w):
                n = many * times[k] / chance_of_any(many, times[k])
                times[k] = n
                offered = once if n == 1.0 else offer_among(n, commercial[p])
                met[k] = uniform(key_meet, pair(np.int64(uid[person[row[k]]]), name)) < offered


@kernel()
def offer_among(n: float, commercial: float) -> Number:
    """Return the chance that the offer is among n items noticed."""
    return 1.0 if commercial >= 1.0 else 1.0 - exp_(n * log_(1.0 - commercial))


@kernel()
def list_noticed(bound: Array, spans: Array, hits: Array, row: Array, times: Array, met: Array, channel: Array,
                 offer: Array, commercial: Array, value: Array, kind: Array, name: Array, person: Array, trust: Array,
                 load: Array) -> tuple[Array, ...]:
    """Return what was noticed of all spans, span by span, as the columns of `Noticed`; takes the items off the readers' load.

    bound, spans, hits, row, times, met: as `notice_posts` has them; channel, offer, commercial, value (n,), of posts; kind,
    name (C,); person, trust (M,); load (N,).
    """
    clear_rows(spans, person, load)
    place = np.zeros(len(hits) + 1, np.int64)
    for s in range(len(hits)):
        place[s + 1] = place[s] + hits[s]
    n = place[len(hits)]
    who, what, door = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int8)
    rows, trusts, key = np.empty(n, np.int64), np.empty(n, np.float32), np.empty(n, np.int64)
    many, sells, helps, shown = np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.bool_)
    for c in range(len(bound) - 1):
        for s in range(bound[c], bound[c + 1]):
            p = spans[0, s]
            for k in range(hits[s]):
                w, at = place[s] + k, spans[3, s] + k
                r = row[at]
                who[w], rows[w], trusts[w] = person[r], r, trust[r]
                many[w], shown[w] = times[at], met[at]
                what[w], door[w], key[w] = offer[p], _KIND_OF_CHANNEL[kind[channel[p]]], name[channel[p]]
                sells[w], helps[w] = commercial[p], value[p]
    return who, what, door, rows, trusts, many, sells, helps, shown, key
