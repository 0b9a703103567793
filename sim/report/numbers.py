"""Numbers as a reader sees them: one rule for cards, tables, figures, sentences and the terminal.

Because all of them call `show`, a number in a sentence is written exactly as in its table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from sim.text.catalogue import Lang, say

MINUS = "\u2212"
HARD = "\u00a0"
DASH = "–"


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def _zero(text: str) -> str:
    """Return `text` without the sign of a number that was rounded to nothing."""
    return text[1:] if text.startswith("-") and not any(sign in "123456789" for sign in text) else text


def _digits(value: float, places: int) -> str:
    return _zero(f"{value:,.{places}f}")


def money(amount_fen: float, lang: Lang) -> str:
    """Return fen as an amount with its unit: ``12.8 万元`` or ``¥128,400``."""
    amount = amount_fen / 100
    size = abs(amount)
    if lang == "zh":
        for step, unit in ((1e8, "亿元"), (1e4, "万元")):
            if size >= step:
                return _signed(f"{_digits(amount / step, 2 if size < 10 * step else 1)}{HARD}{unit}")
        return _signed(f"{_digits(amount, _places(size))}{HARD}元")
    if size >= 1e6:
        text = f"{_digits(size / 1e6, 2 if size < 1e8 else 1)}{HARD}M"
    else:
        # Five and six digits are rounded to three that mean something, as the larger units are.
        text = _digits(size if size < 1e4 else float(f"{size:.3g}"), _places(size))
    sign = MINUS if amount < 0 and any(digit in "123456789" for digit in text) else ""
    return f"{sign}¥{text}"


def exact_money(amount_fen: float, lang: Lang) -> str:
    """Return an amount that somebody chose, without the zeros of a measured one: ``30 万元``."""
    number, gap, unit = money(amount_fen, lang).partition(HARD)
    return (number.rstrip("0").rstrip(".") if "." in number else number) + gap + unit


def _places(size: float) -> int:
    """Return decimals of an amount below ten thousand: three digits that mean something."""
    return 0 if size >= 100 or size == int(size) else 1 if size >= 10 else 2


def span(low: str, high: str, lang: Lang) -> str:
    """Return two shown values as a range; a unit after both is written once: ``20.4 至 23.8 万元``."""
    first, _, unit = low.rpartition(HARD)
    if first and high.endswith(HARD + unit) and not first.startswith(f"第{HARD}"):
        low = first
    text = say("page", "table.span", lang, low=low, high=high)
    # Chinese sets no blank between two Chinese characters.
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=至)|(?<=至) (?=[\u4e00-\u9fff])", "", text)


def percent(share: float, *, chance: bool = False) -> str:
    """Return a share in [0, 1] as per cent; a chance never claims to be certain."""
    if chance and share > 0.99:
        return ">99%"
    if chance and share < 0.01:
        return "<1%"
    value = 100 * share
    return _signed(f"{_digits(value, 0 if value == 0 or 9.95 <= abs(value) <= 100 else 1)}%")


def day(value: float, lang: Lang) -> str:
    """Return a day of the run in words: ``第 74 天`` or ``day 74``; days count from 0, as in scenario files."""
    number = _digits(round(value), 0)
    return f"第{HARD}{number}{HARD}天" if lang == "zh" else f"day{HARD}{number}"


def show(value: float | None, unit: str, lang: Lang) -> str:
    """Return a value of the outcome catalogue with its unit.

    Parameters
    ----------
    value : float
        Undefined values (NaN, None) become a dash.
    unit : str
        A unit of `sim.records.outcomes.Outcome`.
    lang : {'zh', 'en'}
    """
    if value is None or not math.isfinite(value):
        return DASH
    writers: dict[str, Callable[[], str]] = {
        "fen": lambda: money(value, lang),
        "share": lambda: percent(value),
        "day": lambda: day(value, lang),
        "minutes": lambda: _signed(_digits(value, 1)) + f"{HARD}{'分钟' if lang == 'zh' else 'min'}",
        "people": lambda: _signed(_digits(value, 0)) + (f"{HARD}人" if lang == "zh" else ""),
        "count": lambda: _signed(_digits(value, 0 if abs(value) >= 10 or value == int(value) else 1)),
    }
    plain = writers.get(unit)
    small = 0 < abs(value) < 0.01  # "0.00, lower" would tell nobody anything
    return plain() if plain else _signed(_digits(value, 4 if small else 2))
