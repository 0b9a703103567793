"""The undirected view of ties: everybody one listens to or is heard by, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.kernel import kernel

if TYPE_CHECKING:
    from sim.world.columns import Rows, Starts, Wide
    from sim.world.ties import ListenerIndex, Ties


def neighbours(ties: Ties, index: ListenerIndex | None = None) -> tuple[Starts, Rows]:
    """Return row bounds int64 (N+1,) and neighbours int32 (2 x undirected ties,), each once.

    `index` is the index by listener, if it has been made already.
    """
    index = index or ties.transposed()
    seen = np.full(ties.n_people, -1, np.int32)
    degree = np.zeros(ties.n_people, np.int64)
    nobody = np.empty(0, np.int32)
    _gather(ties.start, ties.listener, index.start, index.speaker, seen, degree, nobody, 0)
    start = np.zeros(ties.n_people + 1, np.int64)
    np.cumsum(degree, out=start[1:])
    found = np.empty(int(start[-1]), np.int32)
    seen[:] = -1
    _gather(ties.start, ties.listener, index.start, index.speaker, seen, start[:-1].copy(), found, 1)
    return start, found


@kernel()
def _gather(start: Starts, listener: Rows, back: Starts, speaker: Rows, seen: Rows, cursor: Wide, out: Rows,
            write: int) -> None:
    """Walk everybody's neighbours once each; advance `cursor[i]`, and write them there if `write` is 1."""
    for i in range(len(start) - 1):
        seen[i] = i
        for e in range(start[i], start[i + 1]):
            j = listener[e]
            if seen[j] != i:
                seen[j] = i
                if write == 1:
                    out[cursor[i]] = j
                cursor[i] += 1
        for e in range(back[i], back[i + 1]):
            j = speaker[e]
            if seen[j] != i:
                seen[j] = i
                if write == 1:
                    out[cursor[i]] = j
                cursor[i] += 1
