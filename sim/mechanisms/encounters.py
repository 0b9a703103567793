"""Encounters: the offers that people really met today, and through which door.

Attention, word of mouth and memory fill the table; choice reads it. Trust is the path's own
(NaN: it has none, the brand's counts); `sure` marks encounters that need no open need, because
the person began them; `row_key` names the door without row numbers, for draws.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
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


def encounters(**columns: Any) -> Encounters:
    """Build a table from arrays of one length and numbers that hold for all; `person` gives the length."""
    m = len(columns["person"])
    made: list[Any] = []
    for name, kind in zip(_COLUMNS, _KINDS, strict=True):
        column = columns[name]
        if not isinstance(column, np.ndarray):
            value, column = column, np.empty(m, kind)
            column.fill(value)
        made.append(column if column.dtype == kind else column.astype(kind))
    return Encounters(*made)


def join(parts: list[Encounters]) -> Encounters:
    """Put several tables behind one another."""
    parts = [part for part in parts if len(part.person)]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        columns: list[Any] = [np.empty(0, k) for k in _KINDS]
        return Encounters(*columns)
    return Encounters(*[np.concatenate([getattr(p, name) for p in parts]) for name in _COLUMNS])
