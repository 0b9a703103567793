"""Two sets of ties in one network: where both tie a pair, the first counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.kernel import kernel
from sim.world.networks.chunks import over_rows
from sim.world.networks.rows import starts_of
from sim.world.ties import Ties

if TYPE_CHECKING:
    from sim.world.columns import Rows, Starts, Weights, Wide


def union_of(first: Ties, second: Ties, threads: int) -> Ties:
    """Return the ties of both among the same people; rows must be sorted by listener, and are again."""
    count = first.n_people
    degree = np.empty(count, np.int64)
    over_rows(_count_union, count, threads, first.start, first.listener, second.start, second.listener, degree)
    start = starts_of(degree)
    size = int(start[-1])
    both = Ties(start, np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.uint16))
    over_rows(_write_union, count, threads, first.start, first.listener, first.weight, first.mark, second.start,
              second.listener, second.weight, second.mark, start, both.listener, both.weight, both.mark)
    return both


@kernel()
def _count_union(low: int, high: int, a_start: Starts, a: Rows, b_start: Starts, b: Rows, degree: Wide) -> None:
    """Count the distinct listeners of persons low..high."""
    for i in range(low, high):
        x, y, many = a_start[i], b_start[i], 0
        while x < a_start[i + 1] and y < b_start[i + 1]:
            left, right = a[x], b[y]
            x += left <= right
            y += right <= left
            many += 1
        degree[i] = many + a_start[i + 1] - x + b_start[i + 1] - y


@kernel()
def _write_union(low: int, high: int, a_start: Starts, a: Rows, a_weight: Weights, a_mark: Weights, b_start: Starts,
                 b: Rows, b_weight: Weights, b_mark: Weights, start: Starts, listener: Rows, weight: Weights,
                 mark: Weights) -> None:
    """Merge the rows of persons low..high."""
    for i in range(low, high):
        x, y = a_start[i], b_start[i]
        for e in range(start[i], start[i + 1]):
            if y >= b_start[i + 1] or (x < a_start[i + 1] and a[x] <= b[y]):
                if y < b_start[i + 1] and a[x] == b[y]:
                    y += 1
                listener[e], weight[e], mark[e] = a[x], a_weight[x], a_mark[x]
                x += 1
            else:
                listener[e], weight[e], mark[e] = b[y], b_weight[y], b_mark[y]
                y += 1
