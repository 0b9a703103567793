"""What an unquoted word of a file means: YAML 1.2 core, kept small on purpose.

``no``, ``12:30`` and ``2026-01-01`` stay words; ``010`` is ten; underscores may group digits.
NaN and infinity are refused here, because no parameter of any scenario means them.
"""

from __future__ import annotations

import math
import re

from sim.text.message import Message

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INT = re.compile(r"[-+]?[0-9][0-9_]*")
_HEX = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

LIMIT_DIGITS = 30
"""No count, amount or seed is longer, and Python's own conversion stops at 4,300 digits."""

Scalar = str | int | float | bool | None


def read_scalar(text: str) -> Scalar:
    """Return the value of an unquoted scalar.

    Parameters
    ----------
    text : str
        The word as written, without surrounding blanks.

    Raises
    ------
    ValueError
        If it is NaN, infinite or has more digits than any quantity needs.
    """
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> Scalar:
    if _SPECIAL.fullmatch(text):
        raise ValueError(Message("yaml.not_finite"))
    if _INT.fullmatch(text):
        _check_length(text)
        return int(text.replace("_", ""))
    if _HEX.fullmatch(text):
        _check_length(text)
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        _check_length(text)
        number = float(text.replace("_", ""))
        if not math.isfinite(number):
            raise ValueError(Message("yaml.not_finite"))
        return number
    return text


def _check_length(text: str) -> None:
    if len(text) > LIMIT_DIGITS:
        raise ValueError(Message("yaml.too_many_digits", count=len(text), most=LIMIT_DIGITS))
