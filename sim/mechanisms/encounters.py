"""Encounters: the offers that people really met today, and through which door.

Attention, word of mouth and memory fill the table; choice reads it. Trust is the path's own
(NaN: it has none, the brand's counts); `sure` marks encounters that need no open need, because
the person began them; `row_key` names the door without row numbers, for draws.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular


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


_COLUMNS = tuple(f.name for f in fields(Encounters))
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


def join(parts: list[Encounters]) -> Encounters:
    """Put several tables behind one another."""
    parts = [part for part in parts if len(part.person)]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        columns: list[Any] = [np.empty(0, k) for k in _KINDS]
        return Encounters(*columns)
    return Encounters(*[np.concatenate([getattr(p, name) for p in parts]) for name in _COLUMNS])
