"""Expectations: ``outcome op number``, parsed by check and judged by run, compare and sweep.

One may say how sure the answer must be: ``losing_agent_share < 50 % with 95 %``.
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.core.errors import did_you_mean, shorten
from sim.core.money import fen
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = r"[-+]?[\d_.]{1,30}(?:[eE][-+]?\d{1,3})?"
_CONFIDENCE = r"(?:\s+with\s+([-+]?\d{1,9}(?:\.\d{1,4})?)\s*%(?:\s+confidence)?)?"
_SHAPE = re.compile(rf"\s*([A-Za-z_]\w{{0,79}})\s*(<=|>=|<|>)\s*({_NUMBER})\s*(%|CNY|元)?{_CONFIDENCE}\s*")
LEAST_CONFIDENCE = 0.5
"""An answer that is as likely wrong as right is none."""
_OPS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}


@dataclass(frozen=True)
class Expectation:
    """One expectation of a scenario.

    Parameters
    ----------
    outcome : str
        Name in the catalogue of summary outcomes.
    op : {'<', '<=', '>', '>='}
    number : float
        In the outcome's own unit (fen for money, a fraction for shares).
    text : str
        As the file has it.
    confidence : float or None
        How sure the answer must be; None where nothing is said.
    """

    outcome: str
    op: str
    number: float
    text: str
    confidence: float | None = None

    def holds(self, value: float) -> bool:
        """Return whether a value of the outcome meets it; an undefined value (NaN) never does."""
        return _OPS[self.op](value, self.number)


def parse_expectation(text: str) -> Expectation:
    """Return the expectation that a text such as ``repurchase_rate_90d > 25%`` states.

    Raises
    ------
    ValueError
        If it has another shape or names no outcome of the catalogue.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(Message("scenario.expectation"))
    outcome, op, digits, unit, sure = match.groups()
    _check_outcome(outcome, unit or "")
    confidence = None if sure is None else float(sure) / 100
    if confidence is not None and not LEAST_CONFIDENCE < confidence < 1:
        raise ValueError(Message("scenario.confidence", confidence=sure, least=round(100 * LEAST_CONFIDENCE)))
    try:
        number = float(digits)
        number = number / 100 if unit == "%" else float(fen(digits)) if unit else number
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(Message("scenario.not_a_number", digits=shorten(digits)))
    if not unit and number > 1 and _is_part(outcome):
        raise ValueError(Message("scenario.share_limit", outcome=outcome, digits=digits))
    return Expectation(outcome, op, number, " ".join(text.split()), confidence)


def _is_part(outcome: str) -> bool:
    """Return whether an outcome is a part of a whole, which 50 without a % cannot be a limit of; ratios may exceed 1."""
    from sim.records.outcomes import SUMMARY

    return SUMMARY[outcome].unit == "share" and not outcome.endswith("_ratio")


def _check_outcome(outcome: str, unit: str) -> None:
    from sim.records.outcomes import SUMMARY

    if outcome not in SUMMARY:
        hint = did_you_mean(outcome, SUMMARY)
        raise ValueError(Message("scenario.unknown_outcome", outcome=outcome, hint=hint))
    expected = {"%": "share", "CNY": "fen", "元": "fen"}.get(unit)
    if expected and SUMMARY[outcome].unit != expected:
        measured = SUMMARY[outcome].unit
        raise ValueError(Message("scenario.outcome_unit", outcome=outcome, measured=measured, unit=unit))
