"""Delimited text as columns, with every fault located: file, line, what is wrong, what to do."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.core.errors import DataError, did_you_mean, shorten
from sim.world.networks.files import bad_line, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sim.world.columns import Reals

SEPARATORS = {"comma": ",", "tab": "\t", "semicolon": ";", "blank": None}
_COMMENTS = ("#", "%")


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

    def place(self, column: str | int, role: str) -> int:
        """Return the position of a column given by name or by position from 0.

        Raises
        ------
        DataError
            If there is no such column.
        """
        if isinstance(column, int):
            if 0 <= column < len(self.columns):
                return column
            raise DataError(f"{self.path}: there is no column {column} for network.{role}; "
                            f"the file has columns 0 to {len(self.columns) - 1}")
        if self.names is None:
            raise DataError(f"{self.path}: network.{role} is '{column}' but the file has no header; "
                            "give the column's position from 0, or set network.header=true")
        if column in self.names:
            return self.names.index(column)
        raise DataError(f"{self.path}: there is no column '{column}' for network.{role}"
                        f"{did_you_mean(column, self.names)}; the file has {', '.join(map(str, self.names))}")

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
            bad_line(self.path, self.lines[at], f"{role} {shorten(cells[at])} is not a finite number; mend or drop it")
        return values


def as_number(cell: str) -> float:
    """Return the number that a cell holds, NaN if it holds none."""
    try:
        return float(cell)
    except ValueError:
        return math.nan


def read_grid(path: Path, separator: str, is_header: Callable[[list[str], list[str]], bool]) -> Grid:
    """Return the columns of a delimited file.

    Parameters
    ----------
    path : Path
        Plain or gzip'ed text.
    separator : str
        A key of `SEPARATORS`, or ``auto``.
    is_header : callable
        Told the first and the second row, says whether the first holds the names of the columns.

    Raises
    ------
    DataError
        If the file is torn, empty, no text, or its rows differ in length.
    """
    lines = read_lines(path)
    kept = [k for k, line in enumerate(lines) if line.strip() and not line.lstrip().startswith(_COMMENTS)]
    if not kept:
        raise DataError(f"{path} holds no ties; expected one 'source, target[, rating]' a line")
    sign = _guess(lines[kept[0]]) if separator == "auto" else SEPARATORS[separator]
    rows = [_cells(path, k + 1, lines[k], sign) for k in kept]
    numbers = [k + 1 for k in kept]
    width = len(rows[0])
    odd = next((k for k, row in enumerate(rows) if len(row) != width), None)
    if odd is not None:
        bad_line(path, numbers[odd], f"{len(rows[odd])} columns where the first row has {width}: "
                                     f"{shorten(lines[kept[odd]])}")
    names = None
    if is_header(rows[0], rows[1] if len(rows) > 1 else []):
        names, rows, numbers = rows[0], rows[1:], numbers[1:]
        if not rows:
            raise DataError(f"{path} holds a header and no ties")
    return Grid(path, names, list(zip(*rows, strict=True)), numbers)


def _guess(line: str) -> str | None:
    """Return the separator of a line: tab, comma, semicolon, else blanks."""
    return next((sign for sign in ("\t", ",", ";") if sign in line), None)


def _cells(path: Path, number: int, line: str, sign: str | None) -> list[str]:
    """Return the stripped cells of one line."""
    if sign is None:
        return line.split()
    if '"' not in line:
        return [cell.strip() for cell in line.split(sign)]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=sign, strict=True))]
    except csv.Error as error:
        bad_line(path, number, f"the quotes do not match ({error})")
