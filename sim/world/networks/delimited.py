"""Delimited text into columns, with every fault located: file, line, what is wrong, what to do."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from sim.core.errors import DataError, reason_of, shorten
from sim.text.message import Message
from sim.world.networks.files import bad_line, lines_of, unpacked
from sim.world.networks.grid import Grid, NumberGrid
from sim.world.networks.numeric import read_numbers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEPARATORS = {"comma": ",", "tab": "\t", "semicolon": ";", "blank": None}
QUICK_BYTES = 1 << 20
"""Files from this size on are tried on the quick lane first; below, compiling it costs more."""
_HEAD = 1 << 16
_COMMENTS = ("#", "%")


def read_grid(path: Path, separator: str, is_header: Callable[[list[str], list[str]], bool], *,
              quick: bool = True) -> Grid:
    """Return the columns of a delimited file.

    Parameters
    ----------
    path : Path
        Plain or gzip'ed text.
    separator : str
        A key of `SEPARATORS`, or ``auto``.
    is_header : callable
        Told the first and the second row, says whether the first holds the names of the columns.
    quick : bool
        Try the lane for plain numbers first, if the file is large.

    Raises
    ------
    DataError
        If the file is torn, empty, no text, or its rows differ in length.
    """
    data = unpacked(path)
    if quick and len(data) >= QUICK_BYTES:
        grid = _quick_grid(path, data, separator, is_header)
        if grid is not None:
            return grid
    lines = lines_of(path, data)
    kept = [k for k, line in enumerate(lines) if _is_row(line)]
    if not kept:
        raise DataError(Message("networks.no_ties", path=path))
    sign = _guess(lines[kept[0]]) if separator == "auto" else SEPARATORS[separator]
    rows = [_cells(path, k + 1, lines[k], sign) for k in kept]
    numbers = [k + 1 for k in kept]
    width = len(rows[0])
    odd = next((k for k, row in enumerate(rows) if len(row) != width), None)
    if odd is not None:
        line = shorten(lines[kept[odd]])
        bad_line(path, numbers[odd], Message("networks.columns_differ", count=len(rows[odd]), width=width, line=line))
    names = None
    if is_header(rows[0], rows[1] if len(rows) > 1 else []):
        names, rows, numbers = rows[0], rows[1:], numbers[1:]
        if not rows:
            raise DataError(Message("networks.header_only", path=path))
    return Grid(path, names, list(zip(*rows, strict=True)), numbers)


def _quick_grid(path: Path, data: bytes, separator: str, is_header: Callable[[list[str], list[str]], bool]
                ) -> NumberGrid | None:
    """Return the columns of a file of plain numbers, None if it is another file."""
    try:
        lines = data[:_HEAD].decode("ascii").split("\n")[:-1]
    except UnicodeDecodeError:
        return None
    kept = [k for k, line in enumerate(lines) if _is_row(line)][:2]
    if len(kept) < 2:
        return None
    sign = _guess(lines[kept[0]]) if separator == "auto" else SEPARATORS[separator]
    rows = [_cells(path, k + 1, lines[k], sign) for k in kept]
    names = rows[0] if is_header(rows[0], rows[1]) else None
    begin = 0 if names is None else sum(len(line) + 1 for line in lines[: kept[0] + 1])
    found = read_numbers(data[begin:], len(rows[0]), sign)
    return None if found is None or len(rows[0]) < 2 else NumberGrid(path, names, (), [], *found)


def _is_row(line: str) -> bool:
    """Tell whether a line is neither empty nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith(_COMMENTS)


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
        bad_line(path, number, Message("networks.quotes", error=reason_of(error)))
