"""Work along rows of ties in shares of about equal length, so that threads stay balanced whoever has many ties.

Each share writes its hits to a part of one buffer; afterwards the parts are put behind one another, in the order
of the rows. Neither the number of shares nor of threads changes a result.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, Number, kernel

_MOST = 64
_WORTH = 16_384
"""Ties from which another share is worth its while."""

Ints = NDArray[np.int64]


def equal_shares(at: Ints, total: int) -> Ints:
    """Return the first span of each share of rows, int64 (c + 1,), when spans are short against a share.

    Parameters
    ----------
    at : int64 (S,)
        How many rows stand before each span.
    total : int
        All rows.
    """
    shares = min(_MOST, 1 + total // _WORTH)
    if shares == 1:
        return np.array([0, len(at)])
    bound: Ints = np.searchsorted(at, total * np.arange(shares + 1) // shares)
    bound[-1] = len(at)
    return bound


@kernel()
def count_ties(who: Array, start: Array) -> int:
    """Return how many ties the rows of some people have.

    who (m,); start (N + 1,).
    """
    total = 0
    for k in range(len(who)):
        total += start[who[k] + 1] - start[who[k]]
    return total


@kernel()
def draw_bounds(who: Array, start: Array, total: int, spare: int, bound: Array, skip: Array, room: Array) -> None:
    """Write where each share begins: the row, how many of its ties belong to earlier shares, the place in the buffer.

    Parameters
    ----------
    who : int (n,); start : int64 (N + 1,), the ties
    total : int
        What `count_ties` returned.
    spare : int
        Places that each share gets beside those of its ties.
    bound, skip, room : int64 (c + 1,)
    """
    shares = len(bound) - 1
    c, reach = 0, 0
    for k in range(len(who)):
        many = start[who[k] + 1] - start[who[k]]
        while c < shares and total * c // shares < reach + many:
            due = total * c // shares
            bound[c], skip[c], room[c] = k, due - reach, due + c * spare
            c += 1
        reach += many
    while c <= shares:
        bound[c], skip[c], room[c] = len(who), 0, reach + c * spare
        c += 1


@kernel()
def ties_of(c: int, s: int, who: int, bound: Array, skip: Array, start: Array) -> tuple[int, int]:
    """Return the first tie of share c in row number s, that of person `who`, and the tie after its last.

    bound, skip (c + 1,), as `draw_bounds` writes them; start (N + 1,).
    """
    first, last = start[who], start[who + 1]
    if s == bound[c + 1]:
        last = first + skip[c + 1]
    if s == bound[c]:
        first += skip[c]
    return first, last


@kernel()
def rows_end(c: int, bound: Array, skip: Array) -> Number:
    """Return the row after the last of share c: one that it shares with the next is its own, too; bound, skip (c + 1,)."""
    return bound[c + 1] + (1 if skip[c + 1] > 0 else 0)


def shared_out(who: NDArray[np.integer], start: Ints, spare: int = 0, total: int | None = None) -> tuple[Ints, Ints, Ints]:
    """Return (bound, skip, room), int64 (c + 1,) each, as `draw_bounds` writes them; `room[-1]` is the whole.

    All shares have the same number of ties but for one: a row longer than a share is cut.

    Parameters
    ----------
    who : int (n,)
        Whose rows.
    start : int64 (N + 1,)
        The ties.
    spare : int
        Places that each share gets beside those of its ties.
    total : int
        How many ties all the rows have; counted unless given.
    """
    if total is None:
        total = count_ties(who, start)
    shares = min(_MOST, 1 + total // _WORTH)
    if shares == 1:
        return np.array([0, len(who)]), np.zeros(2, np.int64), np.array([0, total + spare])
    bound, skip, room = (np.empty(shares + 1, np.int64) for _ in range(3))
    draw_bounds(who, start, total, spare, bound, skip, room)
    return bound, skip, room


def whole_rows(who: NDArray[np.integer], start: Ints, bound: Ints, skip: Ints,
               room: Ints) -> tuple[Ints, Ints]:
    """Return (bound, room) of shares that `shared_out` made, with no row cut: it goes whole to the share where it begins.

    who : int (n,); start : int64 (N + 1,); bound, skip, room : int64 (c + 1,)
    """
    cut = np.flatnonzero(skip > 0)
    if not len(cut):
        return bound, room
    row = who[bound[cut]]
    bound, room = bound.copy(), room.copy()
    room[cut] += start[row + 1] - start[row] - skip[cut]
    bound[cut] += 1
    return bound, room
