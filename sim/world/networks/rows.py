"""From proposals to ties: mirror, merge, drop doubles. Linear, in parallel, order-free.

A builder lets each person i propose partners: row i of the *proposals* holds packed keys
`listener << 2 | layer`. Friendship is mutual, so row i of the ties is the union of i's own
proposals and of the people who proposed i:

    ties(i) = own(i) + { j : i in own(j) },  doubles dropped, the closest layer wins

Own rows are sorted when proposed; mirrored rows come out sorted because they are read in order of
the proposer. One merge of two sorted rows then drops the doubles. No result depends on threads:
each thread owns a range of rows and reads all proposals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.draws import threshold
from sim.core.kernel import Kernel, kernel
from sim.world.networks.chunks import over_rows
from sim.world.networks.trust import draw_weight, trust_keys
from sim.world.ties import LAYER_SHIFT, Ties

if TYPE_CHECKING:
    from sim.world.columns import Keys, Rows, Starts, Weights, Wide

_GAPS = (701, 301, 132, 57, 23, 10, 4, 1)  # [Ciura2001]


@kernel()
def sort_part(key: Keys, low: int, high: int) -> None:
    """Sort key[low:high] in place: insertion sort for short parts, Ciura's shell sort for long ones."""
    for gap in _GAPS:
        if gap > 1 and high - low < 4 * gap:
            continue
        for at in range(low + gap, high):
            value = key[at]
            to = at
            while to >= low + gap and key[to - gap] > value:
                key[to] = key[to - gap]
                to -= gap
            key[to] = value


@kernel()
def _count_mirrored(low: int, high: int, start: Starts, key: Keys, degree: Wide) -> None:
    """Add to degree[j], low <= j < high, the number of people who proposed j."""
    for e in range(start[-1]):
        j = np.int64(key[e]) >> 2
        if low <= j < high:
            degree[j] += 1


@kernel()
def _place_mirrored(low: int, high: int, start: Starts, key: Keys, cursor: Wide, out: Keys) -> None:
    """Write i, with the layer of the proposal, into row j of every person j that i proposed."""
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            packed = np.int64(key[e])
            j = packed >> 2
            if low <= j < high:
                out[cursor[j]] = np.uint32((i << 2) | (packed & 3))
                cursor[j] += 1


@kernel()
def _merge_rows(low: int, high: int, a_start: Starts, a: Keys, b_start: Starts, b: Keys,
                degree: Wide, out: Keys) -> None:
    """Merge sorted rows a(i) and b(i) into `out` at a_start[i] + b_start[i]; the closest layer wins."""
    for i in range(low, high):
        x, x_end = a_start[i], a_start[i + 1]
        y, y_end = b_start[i], b_start[i + 1]
        first = x + y
        at = first - 1
        last = np.int64(-1)
        while x < x_end or y < y_end:
            left = np.int64(a[x]) if x < x_end else np.int64(1) << 40
            right = np.int64(b[y]) if y < y_end else np.int64(1) << 40
            value = min(left, right)
            x += left <= right
            y += right <= left
            at += (value >> 2) != last
            # a double of the same listener comes later only in an outer layer: keep the first
            out[at] = out[at] if (value >> 2) == last else np.uint32(value)
            last = value >> 2
        degree[i] = at + 1 - first


@kernel()
def _fill_ties(low: int, high: int, room: Starts, merged: Keys, start: Starts,
               keys: tuple[int, int], shared: int, table: Weights, listener: Rows, weight: Weights,
               mark: Weights) -> None:
    """Copy merged rows to their final place and draw the trust of every tie."""
    for i in range(low, high):
        for e in range(start[i], start[i + 1]):
            packed = np.int64(merged[room[i] + e - start[i]])
            j = packed >> 2
            layer = packed & 3
            listener[e] = j
            weight[e] = draw_weight(i, j, layer, keys[0], keys[1], shared, table)
            mark[e] = layer << LAYER_SHIFT


def starts_of(degree: Wide) -> Starts:
    """Return row bounds of the given row lengths."""
    start = np.zeros(len(degree) + 1, np.int64)
    np.cumsum(degree, out=start[1:])
    return start


@dataclass
class Proposals:
    """Sorted rows of partners that people propose; handed over once, so that memory is free for the ties.

    Parameters
    ----------
    start : int64 (N+1,)
        Row bounds.
    key : uint32 (proposals,)
        `listener << 2 | layer`, ascending in each row.
    """

    start: Starts
    key: Keys

    def take(self) -> tuple[Starts, Keys]:
        """Return the rows and forget them."""
        taken = self.start, self.key
        self.start, self.key = np.zeros(1, np.int64), np.empty(0, np.uint32)
        return taken


def counted_then_written(propose: Kernel, count: int, threads: int, *given: Any) -> Proposals:
    """Run a kernel twice: first with empty `key` to fill `degree`, then to write its rows.

    The kernel is called as `propose(low, high, *given, start, degree, key)`.
    """
    degree = np.empty(count, np.int64)
    over_rows(propose, count, threads, *given, np.zeros(1, np.int64), degree, np.empty(0, np.uint32))
    start = starts_of(degree)
    key = np.empty(int(start[-1]), np.uint32)
    if len(key):
        over_rows(propose, count, threads, *given, start, degree, key)
    return Proposals(start, key)


def mirrored(start: Starts, key: Keys, threads: int) -> tuple[Starts, Keys]:
    """Return, for everyone, who proposed them: rows sorted, layers kept."""
    count = len(start) - 1
    degree = np.zeros(count, np.int64)
    over_rows(_count_mirrored, count, threads, start, key, degree)
    back = starts_of(degree)
    out = np.empty(len(key), np.uint32)
    over_rows(_place_mirrored, count, threads, start, key, back[:-1].copy(), out)
    return back, out


def ties_of(proposals: Proposals, seed: int, table: Weights, reciprocity: float, threads: int, *,
            mutual: bool = True) -> Ties:
    """Return the ties of sorted proposals, with trust drawn from `table`.

    Parameters
    ----------
    proposals : Proposals
        Taken, and empty afterwards.
    seed : int
        World seed.
    table : uint16 (4, quantiles)
        Packed trust by layer, see `trust.quantile_table`.
    reciprocity : float, [0, 1]
        Correlation of the two directions of a pair.
    threads : int
        Threads to use; the result does not depend on them.
    mutual : bool
        Tie the proposer to the proposed as well; else people speak only to those they proposed.
    """
    room, degree, merged = _merged(proposals, threads, mutual=mutual)
    start = starts_of(degree)
    size = int(start[-1])
    ties = Ties(start, np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.uint16))
    over_rows(_fill_ties, len(degree), threads, room, merged, start, trust_keys(seed),
              threshold.py_func(reciprocity), table, ties.listener, ties.weight, ties.mark)
    return ties


def _merged(proposals: Proposals, threads: int, *, mutual: bool) -> tuple[Starts, Wide, Keys]:
    """Return merged rows: where each begins, how long it is, and the keys."""
    start, key = proposals.take()
    back, mirror = mirrored(start, key, threads) if mutual else (np.zeros_like(start), np.empty(0, np.uint32))
    degree = np.zeros(len(start) - 1, np.int64)
    merged = np.empty(len(key) + len(mirror), np.uint32)
    over_rows(_merge_rows, len(degree), threads, start, key, back, mirror, degree, merged)
    return start + back, degree, merged
