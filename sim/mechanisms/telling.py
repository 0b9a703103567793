"""Telling: which ties of today's speakers carry their word.

Each tie is told with its own chance, independent of all others. Where everybody talks at one rate, a row is not tossed
coin by coin: one draw says how many ties are passed over before the next one is told, so those are never looked at.

Equations, chance p_e of tie e, u uniform:

    speakers differ     told_e = [u_e < p_e]
    speakers alike      passed over = floor(ln u / ln(1 - p)), p the greatest chance of a layer, found in a table of
                        (1 - p)^g; a tie of a layer with a smaller chance counts with p_l / p (thinning)

| symbol | array | shape |
|---|---|---|
| told | tie rows told | (h,) |
| (1 - p)^g | keep, 52 bits | (65,) |

Sources: geometric waits between successes of a Bernoulli sequence, thinning: [Feller1968]. Kernel: emit, then own: chunks of
the ascending speaker list write their hits to their own part of a buffer, so the order never depends on threads.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import draw64, pair, uniform
from sim.core.kernel import Array, Number, kernel, prange, prefetch
from sim.world.shares import rows_end, shared_out, ties_of, whole_rows
from sim.world.state import World

_S12 = np.uint64(12)
_S32 = np.uint64(32)
_ONE = np.uint64(1)
_LONGEST = 64
"""Most ties that one draw may pass over."""

Told = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""What `emit` writes, of every share: out, bound, room and written; the ties in ascending order of the speaker list."""


@kernel(parallel=True)
def emit(speakers: Array, limit: Array, bound: Array, skip: Array, room: Array, start: Array, mark: Array, uid: Array,
         key: int, out: Array, written: Array) -> None:
    """Toss one coin a tie of every speaker and write the ties that hit, chunk by chunk.

    Parameters
    ----------
    speakers : int32 (s,), ascending
    limit : int64 (s, 4), 32-bit threshold of the speaker for each layer
    bound, skip, room : int64 (c + 1,), as `world.shares`: a hub may be the work of several chunks
    start : int64 (N + 1,), mark : uint16 (E,), the ties
    out : int64 (sum of degrees + c,), tie rows; written : int64 (c,), hits of each chunk

    Notes
    -----
    Draw index: (uid of speaker, position in the row). Branch-free: a hit moves the cursor, so a
    mispredicted coin costs nothing. Most coins fall beyond the limit of every layer, and the layers of those ties
    are not looked up: the few that are left toss the same coin once more, against the limit of their own. Rows lie far
    apart, so the row of a later speaker is asked for ahead: this changes no result and halves the time (kernels
    measured at 20 million ties).
    """
    for c in prange(len(written)):
        w = room[c]
        stop = rows_end(np.int64(c), bound, skip)
        for s in range(bound[c], stop):
            if s + 16 < stop:
                prefetch(start, np.int64(speakers[s + 16]))
                prefetch(uid, np.int64(speakers[s + 16]))
            if s + 8 < stop:
                prefetch(mark, start[speakers[s + 8]])
            j = speakers[s]
            first, last = ties_of(np.int64(c), s, np.int64(j), bound, skip, start)
            base = pair(np.int64(uid[j]), 0)
            row = start[j]
            l0, l1, l2, l3 = limit[s, 0], limit[s, 1], limit[s, 2], limit[s, 3]
            top = max(l0, l1, l2, l3)
            some = w
            for e in range(first, last):
                out[some] = e
                some += np.int64(draw64(key, base + np.uint64(e - row)) >> _S32) < top
            for k in range(w, some):
                e = out[k]
                layer = mark[e] >> 14
                low = l0 if layer == 0 else l1
                high = l2 if layer == 2 else l3
                out[w] = e
                w += np.int64(draw64(key, base + np.uint64(e - row)) >> _S32) < (low if layer < 2 else high)
        written[c] = w - room[c]


@kernel()
def tell_row(key: int, base: int, first: int, last: int, keep: Array, share: Array, thinned: bool, mark: Array,
             out: Array, w: int) -> Number:
    """Write the ties of one row that are told behind `w` others; returns how many there are then.

    keep : int64 (g,), (1 - p)^k as the count of 52-bit draws below it; share : float64 (4,), p_l / p of each layer; draws are base, base + 1, ...
    """
    e = first
    n = np.uint64(base)
    while e < last:
        left = min(last - e, len(keep) - 1)
        u = np.int64(draw64(key, n) >> _S12)
        n += _ONE
        if u < keep[left]:
            e += left
            continue
        g = 1
        while u < keep[g]:
            g += 1
        e += g
        if thinned:
            layer = mark[e - 1] >> 14
            if share[layer] < 1.0:
                kept = uniform(key, n) < share[layer]
                n += _ONE
                if not kept:
                    continue
        out[w] = e - 1
        w += 1
    return w


@kernel(parallel=True)
def emit_alike(speakers: Array, keep: Array, share: Array, thinned: bool, bound: Array, room: Array, start: Array,
               mark: Array, uid: Array, key: int, out: Array, written: Array) -> None:
    """Write the ties told by speakers who all talk alike, chunk by chunk; arrays as of `emit` and `tell_row`.

    Draw index: (uid of speaker, number of the draw in the row).
    """
    for c in prange(len(written)):
        w = room[c]
        for s in range(bound[c], bound[c + 1]):
            j = speakers[s]
            w = tell_row(key, pair(np.int64(uid[j]), 0), start[j], start[j + 1], keep, share, thinned, mark, out, w)
        written[c] = w - room[c]


@functools.lru_cache(maxsize=8)
def passing(*chance: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (keep, share) of chances by layer: (1 - p)^g of the greatest, as `tell_row` wants it, and each one's share in it.

    A draw stands for the uniform (u + 1/2) / 2^52, so that many are below a number: all exact in 53 bits.
    """
    greatest = min(1.0, max(chance))
    keep = np.ones(_LONGEST + 1)
    for g in range(_LONGEST):
        keep[g + 1] = keep[g] * (1.0 - greatest)
    below = np.ceil(keep * 2.0**52 - 0.5).astype(np.int64)
    return below, np.array([min(1.0, c) / greatest if greatest > 0 else 0.0 for c in chance])


def spread_alike(world: World, speakers: NDArray[np.int32], chance: NDArray[np.float64], key: np.uint64) -> Told:
    """Return every tie told by speakers who tell a tie of layer l with the same chance[l]."""
    keep, share = passing(*chance.tolist())
    ties = world.ties
    if not share.any():
        none = np.zeros(1, np.int64)
        return none, none, none, none
    # The draws of a row depend on one another, so a hub is the work of one share.
    bound, room = whole_rows(speakers, ties.start, *shared_out(speakers, ties.start))
    out, written = np.empty(int(room[-1]), np.int64), np.empty(len(bound) - 1, np.int64)
    emit_alike(speakers, keep, share, bool((share < 1).any()), bound, room, ties.start, ties.mark, world.people.uid, key, out,
               written)
    return out, bound, room, written


def spread(world: World, speakers: NDArray[np.int32], limit: NDArray[np.int64], total: int, key: np.uint64) -> Told:
    """Return every tie told by speakers who talk each at a rate of their own.

    limit : int64 (s, 4), 32-bit threshold of the speaker for each layer; total : how many ties all of them have.
    """
    ties = world.ties
    # One spare place a share: the branch-free kernel writes before it knows whether to keep.
    bound, skip, room = shared_out(speakers, ties.start, 1, total)
    out, written = np.empty(int(room[-1]), np.int64), np.empty(len(bound) - 1, np.int64)
    emit(speakers, limit, bound, skip, room, ties.start, ties.mark, world.people.uid, key, out, written)
    return out, bound, room, written
