"""The quick lane for files of plain numbers: a compiled reader, some forty times the speed of Python's.

It reads rows of decimal numbers only. At the first byte that it does not expect (text, quotes,
exponents, a row of another length) it gives up, and `delimited` reads the file again, slowly, and
says what is wrong and where. So every error has one author, and both lanes give equal columns
(tests/unit/test_networks_edge_list.py holds that).

A cell is [-]digits[.digits] of at most 15 digits: an integer below 2^53 divided by a power of ten is
the nearest double, as `float` would return. An id must be written as `str(int)` would write it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.kernel import kernel

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Reals, Wide

MAX_COLUMNS = 16
_NEWLINE, _SPACE, _TAB = 10, 32, 9
_MINUS, _POINT, _ZERO, _NINE = 45, 46, 48, 57
_HASH, _PERCENT = 35, 37
_MAX_DIGITS = 15
_BLANKS = -1
_POWERS = np.array([10.0**k for k in range(_MAX_DIGITS + 1)])


def read_numbers(data: bytes, width: int, separator: str | None) -> tuple[Reals, Wide] | None:
    """Return the columns of a text of plain numbers, or None if it is not one.

    Parameters
    ----------
    data : bytes
        Rows without header.
    width : int
        Columns that every row must have.
    separator : str, or None
        What stands between columns; None for blanks.

    Returns
    -------
    float64 (width, rows) and int64 (width,)
        Numbers, and 1 for each column that holds only whole numbers as `str(int)` writes them.
    """
    if not 1 <= width <= MAX_COLUMNS:
        return None
    data = data.replace(b"\r\n", b"\n")
    if b"\r" in data:
        return None
    cells = np.empty((width, data.count(b"\n") + 1), np.float64)
    whole = np.ones(width, np.int64)
    text = np.frombuffer(data, np.uint8)
    rows = _read(text, _BLANKS if separator is None else ord(separator), _POWERS, cells, whole)
    return (cells[:, :rows], whole) if rows > 0 else None


@kernel()
def _cell(text: Bytes, at: int, powers: Reals) -> tuple[int, float, int]:
    """Return (where the cell ends or -1, its number, whether it is written as a whole number)."""
    end = len(text)
    minus = at < end and text[at] == _MINUS
    at += minus
    leading = at < end and text[at] == _ZERO
    value, digits, decimals, point = np.int64(0), 0, 0, 0
    while at < end and digits <= _MAX_DIGITS:
        byte = np.int64(text[at])
        if byte == _POINT and point == 0 and digits > 0:
            point = 1
        elif _ZERO <= byte <= _NINE:
            value = value * 10 + (byte - _ZERO)
            digits += 1
            decimals += point
        else:
            break
        at += 1
    if digits == 0 or digits > _MAX_DIGITS or (leading and digits - decimals > 1) or (point == 1 and decimals == 0):
        return -1, 0.0, 0
    number = np.float64(value) / powers[decimals]
    return at, -number if minus else number, 0 if point == 1 or (leading and minus) else 1


@kernel()
def _after(text: Bytes, at: int, separator: int) -> int:
    """Return where the next cell begins, -1 if no separator stands here."""
    if at >= len(text):
        return -1
    if separator != _BLANKS:
        return at + 1 if text[at] == separator else -1
    first = at
    while at < len(text) and text[at] in (_SPACE, _TAB):
        at += 1
    return at if at > first else -1


@kernel()
def _skipped(text: Bytes, at: int) -> int:
    """Return where the next row begins: spaces, empty lines and comments are passed over."""
    end = len(text)
    while at < end:
        while at < end and text[at] == _SPACE:
            at += 1
        if at >= end or text[at] not in (_NEWLINE, _HASH, _PERCENT):
            break
        while at < end and text[at] != _NEWLINE:
            at += 1
        at += 1
    return at


@kernel()
def _read(text: Bytes, separator: int, powers: Reals, cells: Reals, whole: Wide) -> int:
    """Write the cells; return the number of rows, or -1 at the first unexpected byte."""
    width = len(cells)
    end = len(text)
    rows = 0
    at = _skipped(text, 0)
    while at < end:
        for column in range(width):
            at, number, is_whole = _cell(text, at, powers)
            if at >= 0 and column < width - 1:
                at = _after(text, at, separator)
            if at < 0:
                return -1
            cells[column, rows] = number
            whole[column] &= is_whole
        while at < end and text[at] == _SPACE:
            at += 1
        if at < end and text[at] != _NEWLINE:
            return -1
        rows += 1
        at = _skipped(text, at)
    return rows
