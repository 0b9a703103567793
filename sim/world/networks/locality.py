"""Numbering and circles of imported graphs.

`local_order` numbers people so that friends stand close together in memory (reverse Cuthill-McKee);
it is done once, at import, and changes nothing but speed, because draws use uid.

`circles_of` finds circles for pictures by the local moves of the Louvain method [Blondel2008]:
in the order of uid, everyone joins the circle c of a neighbour that raises modularity most,

    gain(c) = k_ic - k_i K_c / 2m

with k_ic ties of i into c, k_i degree, K_c the degrees in c without i, m undirected ties; until
nobody moves. In integers, ties broken by the smaller label: the same for every numbering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.kernel import kernel
from sim.world.neighbours import neighbours

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Labels, Rows, Starts, Wide
    from sim.world.ties import Ties

_ROUNDS = 20
_LONG = 64


def local_order(ties: Ties) -> Wide:
    """Return `order`, with order[k] the old number of the person who should become k."""
    start, near = neighbours(ties)
    order = np.empty(ties.n_people, np.int64)
    _walk(np.argsort(np.diff(start), kind="stable"), start, near, np.zeros(ties.n_people, np.uint8), order)
    return order[::-1].copy()


def circles_of(ties: Ties, uid: Wide) -> Labels:
    """Return the circle of every person, numbered by size, the largest 0."""
    start, near = neighbours(ties)
    label = uid.astype(np.int32)
    turn = np.empty(ties.n_people, np.int64)
    turn[uid] = np.arange(ties.n_people)
    total = np.zeros(ties.n_people, np.int64)
    total[uid] = np.diff(start)
    inside = np.zeros(ties.n_people, np.int64)
    for _ in range(_ROUNDS):
        if not _move(turn, start, near, label, total, inside):
            break
    _, first, circle, members = np.unique(label[turn], return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(members), np.int32)
    rank[np.lexsort((first, -members))] = np.arange(len(members), dtype=np.int32)
    return rank[circle][uid]


@kernel()
def _walk(turn: Wide, start: Starts, near: Rows, seen: Bytes, order: Wide) -> None:
    """Write everybody, breadth first from those with the fewest ties, the friends of each by their number of ties.

    Long rows are sorted by merging: a hub's friends, put in their places one by one, would take their number squared.
    """
    n, at = 0, 0
    for seed in turn:
        if seen[seed]:
            continue
        seen[seed] = 1
        order[n] = seed
        n += 1
        while at < n:
            i = order[at]
            at += 1
            first = n
            for e in range(start[i], start[i + 1]):
                j = near[e]
                if not seen[j]:
                    seen[j] = 1
                    order[n] = j
                    n += 1
            if n - first > _LONG:
                friends = order[first:n].copy()
                order[first:n] = friends[np.argsort(start[friends + 1] - start[friends], kind="mergesort")]
                continue
            for placed in range(first + 1, n):
                k, j = placed, order[placed]
                while k > first and start[order[k - 1] + 1] - start[order[k - 1]] > start[j + 1] - start[j]:
                    order[k] = order[k - 1]
                    k -= 1
                order[k] = j


@kernel()
def _move(turn: Wide, start: Starts, near: Rows, label: Labels, total: Wide, inside: Wide) -> int:
    """Let everyone, in turn, join the best circle among their neighbours'; return how many moved."""
    moved = 0
    twice = len(near)
    for i in turn:
        degree = start[i + 1] - start[i]
        old = np.int64(label[i])
        total[old] -= degree
        for e in range(start[i], start[i + 1]):
            inside[label[near[e]]] += 1
        best, most = old, inside[old] * twice - degree * total[old]
        for e in range(start[i], start[i + 1]):
            found = np.int64(label[near[e]])
            gain = inside[found] * twice - degree * total[found]
            if gain > most or (gain == most and found < best and best != old):
                best, most = found, gain
        for e in range(start[i], start[i + 1]):
            inside[label[near[e]]] = 0
        total[best] += degree
        label[i] = best
        moved += best != old
    return moved
