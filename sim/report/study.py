"""What the tables and pages of attribution, sensitivity and optimisation share: words, numbers, lines of the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.records.outcomes import SUMMARY
from sim.report.numbers import DASH, HARD, show, span
from sim.text.catalogue import Lang, say
from sim.text.cells import clip, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.records.attribution import Estimate

WIDTH = 80
_ASCII = {DASH: "-", "\u2212": "-", HARD: " ", "μ": "mu", "σ": "sigma"}


def word(key: str, lang: Lang, **values: object) -> str:
    """Return a text of the catalogue of studies."""
    return say("studies", key, lang, **values)


def outcome_name(name: str, lang: Lang) -> str:
    """Return the label of a summary outcome; inside an English sentence it begins small."""
    declared = SUMMARY[name]
    if lang == "zh":
        return declared.zh
    keeps = len(declared.en) > 1 and declared.en[1].isupper()
    return declared.en if keeps else declared.en[0].lower() + declared.en[1:]


def unit_of(name: str) -> str:
    """Return the unit of a summary outcome."""
    return SUMMARY[name].unit


def amount(value: float | None, unit: str, lang: Lang) -> str:
    """Return a value, or a difference of values, with its unit; a difference of days counts days."""
    return show(value, "count" if unit == "day" else unit, lang)


def has_span(one: Estimate) -> bool:
    """Tell whether an estimate has an interval."""
    return math.isfinite(one.low) and math.isfinite(one.high)


def span_of(one: Estimate, unit: str, lang: Lang) -> str:
    """Return the interval in words, or a dash."""
    return span(amount(one.low, unit, lang), amount(one.high, unit, lang), lang) if has_span(one) else DASH


def with_span(one: Estimate, unit: str, lang: Lang) -> str:
    """Return a mean with its interval."""
    mean = amount(one.mean, unit, lang)
    if not has_span(one):
        return mean
    return word("common.interval", lang, mean=mean, low=amount(one.low, unit, lang), high=amount(one.high, unit, lang))


def lever_amount(value: float, unit: str, lang: Lang) -> str:
    """Return a lever's value: money as money, shares and rates as they are written in files."""
    return show(value, "fen", lang) if unit == "fen" else f"{value:.4g}".replace("-", "\u2212")


def lever_range(one: Any, lang: Lang) -> str:
    """Return the range of a lever in its unit."""
    return span(lever_amount(one.low, one.unit, lang), lever_amount(one.high, one.unit, lang), lang)


def short_path(path: str) -> str:
    """Return a path without what all of them begin with."""
    return path.removeprefix("strategies.")


def terminal(text: str) -> str:
    """Return text with the signs that some terminals draw two cells wide written in ASCII."""
    for sign, plain in _ASCII.items():
        text = text.replace(sign, plain)
    return text


def table_lines(heads: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[int], width: int = WIDTH) -> list[str]:
    """Return a table of at most `width` cells: the first column has what the others leave, all others are set right.

    Parameters
    ----------
    heads : list of str
        Column heads.
    rows : list of rows
        Cells; an empty row is a rule.
    columns : list of int
        Cells of each column but the first, one blank before each not counted.
    width : int
        Cells of the terminal.
    """
    label = max(12, width - sum(columns) - len(columns))

    def line(cells: Sequence[str]) -> str:
        rest = [pad(clip(terminal(cell), room), room, right=True) for cell, room in zip(cells[1:], columns, strict=True)]
        return " ".join([pad(clip(terminal(cells[0]), label), label), *rest]).rstrip()

    return [line(heads), "-" * width, *("-" * width if not row else line(row) for row in rows)]


def paragraphs(texts: Sequence[str], width: int = WIDTH) -> list[str]:
    """Return sentences broken at `width` cells."""
    return [line for text in texts for line in wrap(terminal(text), width)]


def failures_said(failures: Sequence[dict[str, Any]], lang: Lang) -> list[str]:
    """Return the sentence on runs that failed, if there are any."""
    return [word("common.failed", lang, n=len(failures), reason=str(failures[0]["reason"]))] if failures else []
