"""Columns of a delimited file, as text or as numbers, told where a fault stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from sim.core.errors import DataError, did_you_mean, shorten
from sim.core.kernel import kernel
from sim.text.message import Message
from sim.world.networks.files import bad_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.world.columns import Reals, Rows, Wide

_SPAN_PER_ROW = 8
"""Ids that lie this close together are found through a table instead of by sorting."""


@dataclass(frozen=True)
class Grid:
    """Columns of text from a file.

    Parameters
    ----------
    path : Path
        The file.
    names : list of str, or None
        Names of the columns, if the first line held them.
    columns : list of sequences of str
        Stripped cells by column.
    lines : list of int
        Line of each row in the file, from 1.
    """

    path: Path
    names: list[str] | None
    columns: Sequence[Sequence[str]]
    lines: list[int]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns)

    def place(self, column: str | int, role: str) -> int:
        """Return the position of a column given by name or by position from 0.

        Raises
        ------
        DataError
            If there is no such column.
        """
        if isinstance(column, int):
            if 0 <= column < self.width:
                return column
            raise DataError(Message("networks.no_column", path=self.path, column=column, role=role, last=self.width - 1))
        if self.names is None:
            raise DataError(Message("networks.no_header", path=self.path, role=role, column=column))
        if column in self.names:
            return self.names.index(column)
        raise DataError(Message("networks.no_named_column", path=self.path, column=column, role=role,
                                hint=did_you_mean(column, self.names), names=self.names))

    def numbers(self, column: int, role: str) -> Reals:
        """Return a column as finite numbers.

        Raises
        ------
        DataError
            At the first cell that is no finite number.
        """
        cells = self.columns[column]
        try:
            values = np.array([float(cell) for cell in cells], np.float64)
        except ValueError:
            values = np.array([as_number(cell) for cell in cells], np.float64)
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            at = int(bad[0])
            bad_line(self.path, self.lines[at], Message("networks.not_finite", role=role, cell=shorten(cells[at])))
        return values

    def codes(self, source: int, target: int) -> tuple[list[str], Rows, Rows]:
        """Return ids in order of first appearance, and two columns as positions among them.

        Raises
        ------
        DataError
            At the first empty id.
        """
        ends = chain.from_iterable(zip(self.columns[source], self.columns[target], strict=True))
        found: dict[str, int] = {}
        flat = np.array([found.setdefault(cell, len(found)) for cell in ends], np.int32)
        if "" in found:
            at = int(np.flatnonzero(flat == found[""])[0]) // 2
            bad_line(self.path, self.lines[at], Message("networks.empty_id"))
        return list(found), flat[0::2], flat[1::2]


@dataclass(frozen=True)
class NumberGrid(Grid):
    """Columns of plain numbers, as the quick lane reads them; `columns` and `lines` stay empty.

    Parameters
    ----------
    cells : float64 (columns, rows)
        The numbers.
    whole : int64 (columns,)
        1 for each column of whole numbers as `str(int)` writes them, the only ones that can be ids.
    """

    cells: Reals
    whole: Wide

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.cells)

    def numbers(self, column: int, role: str) -> Reals:  # noqa: ARG002 - nothing can be wrong with these
        """Return a column."""
        return np.ascontiguousarray(self.cells[column])

    def codes(self, source: int, target: int) -> tuple[list[str], Rows, Rows]:
        """Return ids in order of first appearance, and two columns as positions among them."""
        flat = self.cells[[source, target]].T.ravel().astype(np.int64)
        low, high = int(flat.min()), int(flat.max())
        if high - low <= _SPAN_PER_ROW * len(flat):
            ids = np.empty(min(len(flat), high - low + 1), np.int64)
            code = np.empty(len(flat), np.int32)
            many = int(_number(flat, low, np.full(high - low + 1, -1, np.int32), ids, code))
            ids = ids[:many]
        else:
            sorted_ids, first, place = np.unique(flat, return_index=True, return_inverse=True)
            order = np.argsort(first)
            rank = np.empty(len(order), np.int32)
            rank[order] = np.arange(len(order), dtype=np.int32)
            ids, code = sorted_ids[order], rank[place]
        return [str(number) for number in ids.tolist()], code[0::2], code[1::2]


@kernel()
def _number(flat: Wide, low: int, table: Rows, ids: Wide, code: Rows) -> int:
    """Number ids in order of first appearance; return how many there are."""
    many = 0
    for e in range(len(flat)):
        at = flat[e] - low
        if table[at] < 0:
            table[at] = many
            ids[many] = flat[e]
            many += 1
        code[e] = table[at]
    return many


def as_number(cell: str) -> float:
    """Return the number that a cell holds, NaN if it holds none."""
    try:
        return float(cell)
    except ValueError:
        return math.nan
