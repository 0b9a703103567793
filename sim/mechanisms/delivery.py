"""Delivery of posts: from the channels in which they are up to the members who notice them.

The equations are those of `sim.mechanisms.attention`; here are the loops that go over every member of a posting
channel, the longest of a day.

    load_i = sum of the items of all spans that person i is an active member of
    P(at least one of n items noticed) = 1 - (1 - v_i g)^n
    P(the offer is among n items noticed) = 1 - (1 - commercial)^n

Notation: a span is a run of audience rows, all of one post and channel, at most a few thousand long (S spans);
a share is a run of spans, so that threads get equally many rows whoever has many members.

Kernel: fixed shares write to their own part of a buffer, so the order never depends on threads.
"""

from __future__ import annotations

import numpy as np

from sim.core.draws import pair, uniform
from sim.core.kernel import AHEAD, Array, Number, kernel, prange, prefetch
from sim.core.maths import exp_, log_, to_fixed
from sim.world.audiences import ACTIVE


@kernel()
def load_rows(start: Array, stop: Array, items: Array, person: Array, state: Array, load: Array) -> None:
    """Add each post's items to the load of the channel's active members.

    start, stop, items (S,); person, state (M,); load (N,), fixed point.
    """
    for s in range(len(start)):
        add = to_fixed(items[s])
        if add == 0:
            continue
        last = stop[s] - 1
        for r in range(start[s], stop[s]):
            prefetch(load, np.int64(person[min(r + AHEAD, last)]))
            if state[r] == ACTIVE:
                load[person[r]] += add


@kernel()
def clear_rows(start: Array, stop: Array, person: Array, load: Array) -> None:
    """Clear the load of whoever is in a span; where they are many, all of it, which is quicker than one by one.

    start, stop (S,); person (M,); load (N,).
    """
    many = 0
    for s in range(len(start)):
        many += stop[s] - start[s]
    if many > len(load) // 32:
        load[:] = 0
        return
    for s in range(len(start)):
        for r in range(start[s], stop[s]):
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
def notice_posts(bound: Array, start: Array, stop: Array, at: Array, items: Array, commercial: Array, visibility: Array,
                 sender: Array, person: Array, state: Array, uid: Array, attention: Array, load: Array,
                 background: float, factor: float, everything: bool, key_see: int, key_meet: int, row: Array,
                 times: Array, met: Array, hits: Array) -> None:
    """Draw which delivered rows are noticed, how many items of each, and whether the offer is among them.

    Parameters
    ----------
    bound : int64 (c + 1,), first span of each share of the work
    start, stop, at : int64 (S,), spans of audience rows and their place in the output
    items, commercial, visibility : float64 (S,); sender : int64 (S,), name of channel and offer
    row : int32, times : float64, met : bool (rows,); what is noticed of a span stands at its beginning
    hits : int64 (S,), how many those are

    Notes
    -----
    First a pass without branches on chance, which keeps a row by moving on; what is kept is looked at again.
    People lie scattered, so those of later rows are asked for ahead. Neither changes a result.
    """
    for c in prange(len(bound) - 1):
        for s in range(bound[c], bound[c + 1]):
            w, last, many, name, sight = at[s], stop[s] - 1, items[s], sender[s], visibility[s]
            for r in range(start[s], stop[s]):
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
                    v = min(1.0, v * sight)
                u = uniform(key_see, pair(np.int64(uid[i]), name))
                row[w] = r
                times[w] = v
                if many == 1.0 or u < most_of_any(many, v):
                    w += np.int64(u < chance_of_any(many, v))
            hits[s] = w - at[s]
            once = offer_among(1.0, commercial[s])
            for k in range(at[s], w):
                n = many * times[k] / chance_of_any(many, times[k])
                times[k] = n
                offered = once if n == 1.0 else offer_among(n, commercial[s])
                met[k] = uniform(key_meet, pair(np.int64(uid[person[row[k]]]), name)) < offered


@kernel()
def offer_among(n: float, commercial: float) -> Number:
    """Return the chance that the offer is among n items noticed."""
    return 1.0 if commercial >= 1.0 else 1.0 - exp_(n * log_(1.0 - commercial))


@kernel(parallel=True)
def list_noticed(bound: Array, at: Array, hits: Array, place: Array, row: Array, times: Array, met: Array, spans: Array,
                 person: Array, trust: Array, out: tuple[Array, ...]) -> None:
    """Put what was noticed of all spans behind one another, with the columns of span, row and member.

    place : int64 (S,), where the hits of each span go; spans : the columns of spans; out : columns, as `Noticed`.
    """
    span_offer, span_kind, span_commercial, span_value, span_key = spans
    offer, kind, commercial, value, key, who, rows, trusts, many, shown = out
    for c in prange(len(bound) - 1):
        for s in range(bound[c], bound[c + 1]):
            for k in range(hits[s]):
                w, r = place[s] + k, row[at[s] + k]
                who[w], rows[w], trusts[w] = person[r], r, trust[r]
                many[w], shown[w] = times[at[s] + k], met[at[s] + k]
                offer[w], kind[w], key[w] = span_offer[s], span_kind[s], span_key[s]
                commercial[w], value[w] = span_commercial[s], span_value[s]
