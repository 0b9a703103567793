"""The agenda: on which day a person's next occasion falls, as doubly linked lists by day.

A day's people are found in O(people of that day), and a person moves to another day in O(1); an
ordinary queue would either scan everybody or leave stale entries behind. One agenda a product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, kernel

NOBODY = -1
FAR = 30_000
"""A day beyond every horizon."""
_DENSE = 512


@dataclass
class Agenda:
    """Linked lists of N people over T days.

    Parameters
    ----------
    head : int32 (T,)
        First person of each day, or -1.
    following, preceding : int32 (N,)
        Neighbours in the list of the person's day.
    day : int16 (N,)
        Day of the person's next occasion; T or later: not within the horizon; -1: taken, and not put back yet.
    """

    head: NDArray[np.int32]
    following: NDArray[np.int32]
    preceding: NDArray[np.int32]
    day: NDArray[np.int16]


@kernel()
def _link(head: Array, following: Array, preceding: Array, person: int, to: int) -> None:
    """Put somebody who is in no list at the head of the list of day `to`, if there is such a day."""
    if 0 <= to < len(head):
        first = head[to]
        following[person] = first
        preceding[person] = -1
        if first >= 0:
            preceding[first] = person
        head[to] = person


@kernel()
def move(head: Array, following: Array, preceding: Array, day: Array, person: int, to: int) -> None:
    """Put `person` on day `to`, taking them off their present day.

    head: first person of each day (T,); following, preceding: neighbours in the day's list, day (N,); -1: none.
    """
    at = day[person]
    if 0 <= at < len(head):
        before, after = preceding[person], following[person]
        if before >= 0:
            following[before] = after
        else:
            head[at] = after
        if after >= 0:
            preceding[after] = before
    day[person] = min(to, FAR)
    _link(head, following, preceding, np.int64(person), np.int64(to))


@kernel()
def _link_all(head: Array, following: Array, preceding: Array, day: Array) -> None:
    for i in range(len(day)):
        _link(head, following, preceding, np.int64(i), np.int64(day[i]))


@kernel()
def _take(head: Array, following: Array, day: Array, today: int, out: Array) -> int:
    """Copy today's people to `out`, in any order, and unlink them all; return how many.

    A list is walked from memory to memory, which takes as long for one of its people as it takes to read the days of
    a thousand: where more than one in `_DENSE` is on the list, everybody's day is read instead.
    """
    count, n = 0, len(day)
    person = head[today]
    while person >= 0 and count <= n // _DENSE:
        out[count] = person
        count += 1
        person = following[person]
    head[today] = -1
    if person < 0:
        for k in range(count):
            day[out[k]] = -1
        return count
    count = 0
    for i in range(n):
        if day[i] == today:
            out[count] = i
            count += 1
            day[i] = -1
    return count


def build_agenda(day: NDArray[np.int16], horizon: int) -> Agenda:
    """Link everybody into the list of their day, int16 (N,)."""
    n = len(day)
    agenda = Agenda(np.full(horizon, NOBODY, np.int32), np.full(n, NOBODY, np.int32),
                    np.full(n, NOBODY, np.int32), day)
    _link_all(agenda.head, agenda.following, agenda.preceding, agenda.day)
    return agenda


def take(agenda: Agenda, today: int, scratch: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return today's people, int32 (n,) ascending, and unlink them; `scratch` holds at least N numbers."""
    count = _take(agenda.head, agenda.following, agenda.day, today, scratch)
    people = scratch[:count].copy()
    people.sort()  # here, because a sort takes long to compile
    return people
