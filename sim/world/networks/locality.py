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

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.kernel import kernel
from sim.world.neighbours import neighbours

if TYPE_CHECKING:
    from sim.world.columns import Labels, Rows, Starts, Wide
    from sim.world.ties import Ties

_ROUNDS = 20


def local_order(ties: Ties) -> Wide:
    """Return `order`, with order[k] the old number of the person who should become k."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    start, near = neighbours(ties)
    size = ties.n_people
    both: Any = csr_array((np.ones(len(near), np.int8), near, start), shape=(size, size))
    return np.asarray(reverse_cuthill_mckee(both, symmetric_mode=True), np.int64)


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
