"""Encounters: the offers that people really met today, and through which door.

Attention, word of mouth and memory fill the table; choice reads it. Trust is the path's own
(NaN: it has none, the brand's counts); `sure` marks encounters that need no open need, because
the person began them; `row_key` names the door without row numbers, for draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.kernel import Array, kernel
from sim.exchange.events import PathKind


@tabular
class Encounters:
    """One row an encounter; all columns of equal length m."""

    person: NDArray[np.int32]
    offer: NDArray[np.int32]
    kind: NDArray[np.int8]
    row: NDArray[np.int64]
    trust: NDArray[np.float32]
    sure: NDArray[np.bool_]
    row_key: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.person)


_MEMORY = int(PathKind.MEMORY)
_KINDS = (np.int32, np.int32, np.int8, np.int64, np.float32, np.bool_, np.int64)


def begun(person: NDArray[np.int32], offer: NDArray[np.int32] | int, kind: int, row: NDArray[np.int64] | int,
          trust: NDArray[np.float32] | float, row_key: NDArray[np.int64] | int) -> Encounters:
    """Return the encounters that people (m,) began themselves, through one door; numbers hold for all of them."""
    m = len(person)
    return Encounters(person, _column(offer, m, np.int32), _column(kind, m, np.int8), _column(row, m, np.int64),
                      _column(trust, m, np.float32), _column(1, m, np.bool_), _column(row_key, m, np.int64))


def _column(value: Any, m: int, kind: type[np.generic]) -> NDArray[Any]:
    if isinstance(value, np.ndarray):
        return value if value.dtype == kind else value.astype(kind)
    column = np.empty(m, kind)
    column.fill(value)
    return column


class Gathering:
    """Room for a day's encounters, which each door fills from where the one before it stopped.

    Kernels take the columns, of one length, and the number of rows filled; they return how many there are then.
    """

    def __init__(self, most: int) -> None:
        self._columns: tuple[NDArray[Any], ...] = tuple([np.empty(most, kind) for kind in _KINDS])
        self.count = 0

    def room(self, more: int) -> tuple[NDArray[Any], ...]:
        """Return the columns, in the order of `Encounters`, with room for `more` rows behind those filled."""
        if self.count + more > len(self._columns[0]):
            self._columns = tuple([np.concatenate((column[: self.count], np.empty(self.count + more, column.dtype)))
                                   for column in self._columns])  # twice as much, so that it happens seldom
        return self._columns

    def table(self) -> Encounters:
        """Return the rows filled."""
        return Encounters(*[column[: self.count] for column in self._columns])


@kernel()
def meet(person: Array, offer: Array, kind: Array, row: Array, trust: Array, met: Array, key: Array, live: Array, to_person: Array,
         to_offer: Array, to_kind: Array, to_row: Array, to_trust: Array, to_sure: Array, to_key: Array, n: int) -> int:
    """Gather the live offers that noticed messages showed.

    person, offer, kind, row, trust, met, key (m,), of what was noticed; live (O,); the rest: a `Gathering`.
    """
    for k in range(len(met)):
        if met[k] and live[offer[k]]:
            to_person[n], to_offer[n], to_kind[n], to_row[n] = person[k], offer[k], kind[k], row[k]
            to_trust[n], to_sure[n], to_key[n] = trust[k], False, key[k]
            n += 1
    return n


@kernel()
def recall(people: Array, offer: Array, product: int, live: Array, to_person: Array, to_offer: Array, to_kind: Array, to_row: Array,
           to_trust: Array, to_sure: Array, to_key: Array, n: int) -> int:
    """Gather the live offers that people remember, or have at home.

    people, offer (m,), -1: nothing is recalled; live (O,); the rest: a `Gathering`.
    """
    for k in range(len(people)):
        if offer[k] >= 0 and live[offer[k]]:
            to_person[n], to_offer[n], to_kind[n], to_row[n] = people[k], offer[k], _MEMORY, -1
            to_trust[n], to_sure[n], to_key[n] = np.nan, True, product
            n += 1
    return n
