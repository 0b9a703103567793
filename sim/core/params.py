"""Parameters: the pydantic base of every declared number, and the quantities a file may write.

A parameter is declared once, with default, unit, range, meaning and source:

    b_trust: float = param(2.0, source="domain 4.3", low=1, high=4, doc="Weight of trust in utility")

Where nothing was published the source is `ASSUMPTION`, and a range is compulsory: every verdict
that rests on it is shown across that range. A validator raises `ValueError` with a
`sim.text.message.Message`, so that what it says is there in both languages.

Files may write quantities with their unit ("128 CNY", "5%", "4 weeks"); the parser below turns them
into fen, shares and days.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from sim.core.money import FEN, LIMIT_FEN, fen
from sim.text.message import Message

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

ASSUMPTION = "assumption"

_NUMBER = r"[+-]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"^\s*({_NUMBER})\s*([^\d\s].*?)?\s*$")

_LARGEST = 1e30
_LONGEST = 80  # characters of a quantity; keeps the pattern's backtracking from hurting

_MONEY: dict[str, int | str] = {"CNY": 1, "RMB": 1, "yuan": 1, "元": 1, "万元": 10_000, "fen": "0.01", "分": "0.01"}
_DAYS = {"d": 1.0, "day": 1.0, "days": 1.0, "天": 1.0, "w": 7.0, "week": 7.0, "weeks": 7.0, "周": 7.0,
         "month": 30.0, "months": 30.0, "year": 365.0, "years": 365.0}
_HOURS = {"h": 1.0, "hour": 1.0, "hours": 1.0, "小时": 1.0, "min": 1 / 60, "minutes": 1 / 60, "分钟": 1 / 60}
_RATES = {"/d": 1.0, "/day": 1.0, "a day": 1.0, "/week": 1 / 7, "a week": 1 / 7, "/month": 1 / 30, "/year": 1 / 365}


def _split(value: Any, units: dict[str, Any], example: str) -> tuple[Any, str]:
    """Return (number, unit) of a number or a text such as ``128 CNY``."""
    if isinstance(value, bool) or value is None:
        raise ValueError(Message("values.quantity", example=example))
    if isinstance(value, (int, float)):
        if abs(value) > _LARGEST:
            raise ValueError(Message("values.quantity_too_large"))
        return value, ""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError(Message("values.quantity", example=example))
    match = _QUANTITY.match(value)
    unit = (match.group(2) or "").strip() if match else ""
    if not match or (unit and unit not in units):
        raise ValueError(Message("values.quantity_unit", units=list(units), example=example))
    return match.group(1).replace("_", "").replace(",", ""), unit


def _parse_fen(value: Any) -> Any:
    number, unit = _split(value, _MONEY, "128 CNY")
    return fen(number, _MONEY[unit or "CNY"])


def _parse_share(value: Any) -> Any:
    number, unit = _split(value, {"%": 0.01}, "5%")
    return float(number) / 100.0 if unit else float(number)


def _parse_days(value: Any) -> Any:
    number, unit = _split(value, _DAYS, "30 days")
    return float(number) * _DAYS.get(unit or "d", 1.0)


def _parse_hours(value: Any) -> Any:
    number, unit = _split(value, _HOURS, "3 hours")
    return float(number) * _HOURS.get(unit or "h", 1.0)


def _parse_rate(value: Any) -> Any:
    number, unit = _split(value, _RATES, "2 /week")
    return float(number) * _RATES.get(unit or "/day", 1.0)


def _schema(example: str) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}], "examples": [example]})


def _write_fen(amount: int) -> str:
    """Write fen so that reading it back gives the same: a bare number in a file means yuan."""
    return f"{Decimal(amount) / FEN} CNY"


# model_dump keeps int fen for computing; JSON mode writes the unit, so that it can be read again.
_AS_TEXT = PlainSerializer(_write_fen, return_type=str, when_used="json")

Fen = Annotated[int, BeforeValidator(_parse_fen), Field(ge=0, le=LIMIT_FEN), _schema("128 CNY"), _AS_TEXT]
"""An amount in fen, never negative; a bare number in a file means yuan."""
Share = Annotated[float, BeforeValidator(_parse_share), Field(ge=0, le=1), _schema("5%")]
"""A fraction in [0, 1]; '5%' and 0.05 are the same."""
Days = Annotated[float, BeforeValidator(_parse_days), Field(ge=0, le=36_500), _schema("30 days")]
"""A span in days."""
Hours = Annotated[float, BeforeValidator(_parse_hours), Field(ge=0, le=100_000), _schema("3 hours")]
"""A span in hours."""
PerDay = Annotated[float, BeforeValidator(_parse_rate), Field(ge=0, le=1e9), _schema("2 /week")]
"""A rate per day; '2 /week' is 0.2857."""


class Params(BaseModel):
    """Base of all declared parameters: frozen, no unknown keys, no NaN, no infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


def is_share(declared: FieldInfo) -> bool:
    """Return whether a declared parameter is a `Share`, which people read in per cent."""
    return any(isinstance(one, BeforeValidator) and one.func is _parse_share for one in declared.metadata)


def param(
    default: Any = ...,
    *,
    source: str,
    doc: str,
    zh: str = "",
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    **checks: Any,
) -> Any:
    """Declare one parameter.

    Parameters
    ----------
    default : object
        Value when a scenario says nothing; `...` makes it compulsory.
    source : str
        Key of the bibliography, a row of the evidence table, or `ASSUMPTION`.
    doc, zh : str
        Meaning in plain words, English and Chinese.
    unit : str
        Unit of the number. With ``fen`` a default number is fen (in a file a bare number is yuan).
    low, high : float
        Plausible range for sensitivity (not a hard limit; those are pydantic's `ge`, `le`).

    Raises
    ------
    ValueError
        If an assumption comes without a range.
    """
    numeric = isinstance(default, (int, float)) and not isinstance(default, bool)
    if source == ASSUMPTION and numeric and (low is None or high is None):
        raise ValueError(f"an assumption needs a range: {doc}")
    extra: dict[str, Any] = {"source": source}
    if unit:
        extra["unit"] = unit
    if zh:
        extra["zh"] = zh
    if low is not None:
        extra["range"] = [low, high]
    if unit == "fen" and not isinstance(default, str):
        checks.setdefault("validate_default", False)  # else the parser would take the default for yuan
    return Field(default, description=doc, json_schema_extra=extra, **checks)
