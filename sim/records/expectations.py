"""Expectations a scenario states about its outcomes: ``losing_agent_share < 0.5``.

Grammar: outcome, one of ``< <= > >=``, number (``50%`` is 0.5). The outcome is a name of
`sim.records.outcomes.SUMMARY`; amounts are in fen as the outcome's unit says, or carry ``CNY``.
Only the reading stands here, so that a scenario can be checked; `sim.analysis.expectations` judges.
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.core.errors import did_you_mean
from sim.core.money import FEN
from sim.records.outcomes import SUMMARY

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXT = re.compile(r"^\s*([A-Za-z_]\w*)\s*(<=|>=|<|>)\s*([+-]?[\d_,]*\.?\d+(?:[eE][+-]?\d{1,3})?)\s*(%|CNY|元)?\s*$")
_LONGEST = 200
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Expectation:
    """One stated expectation.

    Parameters
    ----------
    text : str
        As written.
    outcome : str
        Name of a summary outcome.
    sign : {'<', '<=', '>', '>='}
        How the outcome is compared with the limit.
    limit : float
        In the outcome's unit.
    """

    text: str
    outcome: str
    sign: str
    limit: float

    def holds(self, value: float) -> bool:
        """Return whether a value meets the limit; NaN never does."""
        return _COMPARE[self.sign](value, self.limit)


def parse_expectation(text: str) -> Expectation:
    """Return the expectation that a text states.

    Raises
    ------
    ValueError
        If the text is not ``outcome sign number`` or names no outcome; the message says what to do.
    """
    match = _TEXT.match(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError("expected 'outcome < number' with one of < <= > >=, such as 'losing_agent_share < 0.5'")
    outcome, sign, number, unit = match.groups()
    if outcome not in SUMMARY:
        raise ValueError(f"no outcome is called '{outcome}'{did_you_mean(outcome, SUMMARY)}")
    limit = float(number.replace("_", "").replace(",", ""))
    if not math.isfinite(limit):
        raise ValueError("the number is too large")
    kind = SUMMARY[outcome].unit
    if unit == "%" and kind != "share":
        raise ValueError(f"'{outcome}' is not a share, so it has no percentage")
    if unit in {"CNY", "元"} and kind != "fen":
        raise ValueError(f"'{outcome}' is not an amount of money")
    factor = {"%": 0.01, "CNY": float(FEN), "元": float(FEN)}.get(unit or "", 1.0)
    return Expectation(text.strip(), outcome, sign, limit * factor)
