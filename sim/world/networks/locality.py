"""Numbering and circles of imported graphs.

`local_order` numbers people so that friends stand close together in memory (reverse Cuthill-McKee);
it is done once, at import, and changes nothing but speed, because draws use uid.

`circles_of` finds circles for pictures by label propagation [Raghavan2007]: everyone takes the label
most common among their ties, in the order of uid, ties broken by the smaller label, until nothing
changes. Deterministic, and independent of the numbering.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import kernel
from sim.world.columns import Labels, Rows, Starts, Wide
from sim.world.ties import Ties

_ROUNDS = 20


def local_order(ties: Ties) -> NDArray[np.int64]:
    """Return `order`, with order[k] the old number of the person who should become k."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    size = ties.n_people
    ones = np.ones(ties.n_ties, np.int8)
    directed: Any = csr_array((ones, ties.listener, ties.start), shape=(size, size))
    both = (directed + directed.T).tocsr()
    return np.asarray(reverse_cuthill_mckee(both, symmetric_mode=True), np.int64)


def circles_of(ties: Ties, uid: NDArray[np.int64]) -> Labels:
    """Return the circle of every person, numbered by size, the largest 0."""
    index = ties.transposed()
    label = uid.astype(np.int32)
    count = np.zeros(ties.n_people, np.int64)
    turn = np.empty(ties.n_people, np.int64)
    turn[uid] = np.arange(ties.n_people)
    for _ in range(_ROUNDS):
        if not _propagate(turn, ties.start, ties.listener, index.start, index.speaker, label, count):
            break
    _, circle, members = np.unique(label, return_inverse=True, return_counts=True)
    rank = np.empty(len(members), np.int32)
    rank[np.argsort(-members, kind="stable")] = np.arange(len(members), dtype=np.int32)
    return rank[circle]


@kernel()
def _propagate(turn: Wide, start: Starts, listener: Rows, back: Starts, speaker: Rows, label: Labels,
               count: Wide) -> int:
    """Give everyone, in turn, the label most common among their ties; return how many changed."""
    changed = 0
    for i in turn:
        best, most = np.int64(label[i]), np.int64(0)
        for e in range(start[i], start[i + 1]):
            count[label[listener[e]]] += 1
        for e in range(back[i], back[i + 1]):
            count[label[speaker[e]]] += 1
        for e in range(start[i], start[i + 1]):
            found = np.int64(label[listener[e]])
            if count[found] > most or (count[found] == most and found < best):
                best, most = found, count[found]
        for e in range(back[i], back[i + 1]):
            found = np.int64(label[speaker[e]])
            if count[found] > most or (count[found] == most and found < best):
                best, most = found, count[found]
        for e in range(start[i], start[i + 1]):
            count[label[listener[e]]] = 0
        for e in range(back[i], back[i + 1]):
            count[label[speaker[e]]] = 0
        if best != label[i]:
            label[i] = best
            changed += 1
    return changed
