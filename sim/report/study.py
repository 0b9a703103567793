"""What the tables and pages of attribution, sensitivity and optimisation share: words, numbers, lines of the terminal."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.records.outcomes import PARTS_OF_A_WHOLE, SUMMARY
from sim.report.numbers import DASH, HARD, exact_money, percent, show, span
from sim.text.catalogue import Lang, say
from sim.text.cells import clip, pad, wrap
from sim.text.message import in_language, recognised

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


def change_unit(name: str) -> str:
    """Return the unit of a difference of a summary outcome: that of shares is counted in points."""
    return "points" if unit_of(name) == "share" else unit_of(name)


def amount(value: float | None, unit: str, lang: Lang) -> str:
    """Return a value, or a difference of values, with its unit; a difference of days counts days."""
    if unit == "points" and value is not None and math.isfinite(value):
        return f"{percent(value).rstrip('%')}{HARD}{word('common.points', lang)}"
    return show(value, "count" if unit == "day" else unit, lang)


def level(one: Estimate, name: str) -> Estimate:
    """Return the estimate of a summary outcome with an interval that ends where the outcome does."""
    if name not in PARTS_OF_A_WHOLE or not has_span(one) or not 0 <= one.mean <= 1:
        return one
    return replace(one, low=max(0.0, one.low), high=min(1.0, one.high))


def has_span(one: Estimate) -> bool:
    """Tell whether an estimate has an interval."""
    return math.isfinite(one.low) and math.isfinite(one.high)


def span_of(one: Estimate, unit: str, lang: Lang) -> str:
    """Return the interval in words, or a dash."""
    return span(amount(one.low, unit, lang), amount(one.high, unit, lang), lang) if has_span(one) else DASH


def with_span(one: Estimate, unit: str, lang: Lang) -> str:
    """Return a mean with its interval."""
    mean = amount(one.mean, unit, lang)
    return word("common.interval", lang, mean=mean, span=span_of(one, unit, lang)) if has_span(one) else mean


def is_decided(one: Estimate) -> bool:
    """Tell whether the interval of a difference leaves out zero."""
    return has_span(one) and (one.low > 0 or one.high < 0)


def is_same(away: Estimate) -> bool:
    """Tell whether a difference is nought in every replication: no more of them are needed to see it."""
    return away.n > 1 and away.low == away.mean == away.high == 0.0


def listed(names: Sequence[str], lang: Lang) -> str:
    """Return names side by side."""
    return ("、" if lang == "zh" else ", ").join(names)


def beginning(text: str) -> str:
    """Return a text as it stands at the beginning of a line or sentence."""
    return text[:1].upper() + text[1:]


def world_said(record: Any, lang: Lang) -> str:
    """Return the size of the world and what was played of it, an empty text where the record does not say."""
    if not record.people:
        return ""
    return word("common.world", lang, people=f"{record.people:,}", days=f"{record.days:,}", n=record.replications,
                runs=f"{record.runs:,}")


def world_asked(record: Any) -> str:
    """Return the options that play another command in the same world."""
    return f" --people {record.people} --days {record.days}" if record.people else ""


def lever_amount(value: float, unit: str, lang: Lang) -> str:
    """Return a lever's value: money as money, a share in per cent, other numbers as they are written in files."""
    if unit == "fen":
        return exact_money(float(f"{value:.4g}"), lang)
    number = f"{100 * value:.4g}%" if unit == "share" else f"{value:.4g}"
    return number.replace("-", "\u2212")


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

    What does not fit a cell goes on in the next line.

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
    rooms = [label, *columns]

    def lines(cells: Sequence[str]) -> list[str]:
        parts = [wrap(terminal(cell), room) or [""] for cell, room in zip(cells, rooms, strict=True)]
        out = []
        for k in range(max(map(len, parts))):
            texts = [part[k] if k < len(part) else "" for part in parts]
            padded = [pad(clip(text, room), room, right=number > 0) for number, (text, room) in enumerate(zip(texts, rooms, strict=True))]
            out.append(" ".join(padded).rstrip())
        return out

    return [*lines(heads), "-" * width, *(line for row in rows for line in (lines(row) if row else ["-" * width]))]


def paragraphs(texts: Sequence[str], width: int = WIDTH) -> list[str]:
    """Return sentences broken at `width` cells."""
    return [line for text in texts for line in wrap(terminal(text), width)]


def failures_said(failures: Sequence[dict[str, Any]], lang: Lang) -> list[str]:
    """Return the sentence on runs that failed, if there are any."""
    if not failures:
        return []
    reason = in_language(recognised(str(failures[0]["reason"]), "experiment"), lang)
    return [word("common.failed", lang, n=len(failures), reason=reason)]


def wanted_of(name: str) -> float:
    """Return 1 where more of an outcome is better, -1 where less is, 0 where neither is."""
    return {"more": 1.0, "less": -1.0}.get(SUMMARY[name].better, 0.0)


def nexts_said(texts: Sequence[str], lang: Lang, width: int) -> list[str]:
    """Return what could be done next as lines of the terminal, commands whole."""
    return ["", word("common.next", lang), *(line for text in texts for line in paragraphs([f"- {text}"], width))] if texts else []
