"""The verification book for the terminal, drawn from the record alone."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

from sim.records.verification import MOST
from sim.report.tables import plain
from sim.text.catalogue import load, say
from sim.text.cells import clip, pad, wrap

if TYPE_CHECKING:
    from sim.records.verification import BookRecord, CheckRecord, Figure
    from sim.text.catalogue import Lang

WIDTH = 80
_COLUMNS = (10, 10, 13, 7)
"""Cells of theory, ours, deviation, verdict; the closed form has the rest."""


_ROUNDING = 1e-9


def word(key: str, lang: Lang, **values: object) -> str:
    """Return a text of the catalogue of the book."""
    return say("verification", key, lang, **values)


def has_words(check: str) -> bool:
    """Tell whether a closed form has its words."""
    return {f"check.{check}.title", f"check.{check}.means"} <= set(load("verification"))


def terminal_book(record: BookRecord, lang: Lang, width: int = WIDTH, *, is_whole: bool = False) -> str:
    """Return the book as lines of at most `width` cells: of each closed form its worst case, or every one."""
    heads = [word(f"table.{name}", lang) for name in ("form", "theory", "ours", "away", "verdict")]
    lines = [_line(heads, width), "-" * width]
    theme = ""
    for check in record.checks:
        if check.theme != theme:
            theme = check.theme
            lines += ["", word(f"theme.{theme}", lang).upper()]
        lines += _entry(check, lang, width, is_whole=is_whole)
    return "\n".join([*lines, "", *(line for text in verdict(record, lang) for line in wrap(plain(text), width))])


def verdict(record: BookRecord, lang: Lang) -> list[str]:
    """Return the sentences on the whole book."""
    said = []
    if record.missed:
        names = (", " if lang == "en" else "、").join(check.id for check in record.missed)
        said.append(word("table.some_missed", lang, checks=len(record.checks), missed=len(record.missed), list=names))
    else:
        most = max((abs(z) for z in record.deviations), default=0.0)
        said.append(word("table.all_met", lang, checks=len(record.checks), figures=len(record.figures), most=f"{most:.2f}",
                         exact=sum(figure.is_exact for figure in record.figures), allowed=f"{MOST:g}"))
    z = record.deviations
    if len(z) > 1:
        rms, beyond = math.sqrt(sum(one * one for one in z) / len(z)), sum(abs(one) > 2 for one in z) / len(z)
        said.append(word("table.spread", lang, rms=f"{rms:.2f}", beyond=f"{beyond:.1%}"))
    return said


def _entry(check: CheckRecord, lang: Lang, width: int, *, is_whole: bool) -> list[str]:
    """Return the lines of one closed form."""
    title, worst = word(f"check.{check.id}.title", lang), check.worst
    shown = verdict_of(check.is_met, lang)
    if is_whole or worst is None:
        lines = [_line([title, "", "", "", shown], width)]
        lines += [_line([f"    {in_words(figure.case, lang)}", *cells(figure, lang)], width) for figure in check.figures]
    else:
        lines = [_line([title, *cells(worst, lang)[:-1], shown], width)]
        if len(check.figures) > 1:
            more = word("table.more", lang, n=len(check.figures))
            lines.append(f"    {clip(f'{in_words(worst.case, lang)} ({more})', width - 4)}")
    lines += [f"    {line}" for line in wrap(plain(in_words(check.formula, lang)), width - 4)]
    lines += [f"    {line}" for line in wrap(f"{check.id}  [{sources(check, lang)}]", width - 4)]
    if check.broken:
        lines += [f"    {line}" for line in wrap(word("table.broken", lang, what=check.broken), width - 4)]
    return lines


def sources(check: CheckRecord, lang: Lang) -> str:
    """Return the keys of the works behind a closed form."""
    return ", ".join(check.sources) or word("table.own", lang)


def in_words(text: str, lang: Lang) -> str:
    """Return a formula or the name of a case with the words in it in the language asked for; symbols stay."""
    if lang == "en":
        return text
    return _words().sub(lambda found: _meanings()[found[0]], text)


@cache
def _meanings() -> dict[str, str]:
    """Return {English: Chinese} for the words of formulas, the longest first."""
    pairs = [(texts["en"], texts["zh"]) for key, texts in load("verification").items() if key.startswith("words.")]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _words() -> re.Pattern[str]:
    """Return what finds one of these words where it stands by itself."""
    return re.compile("|".join(rf"(?<![A-Za-z_]){re.escape(word)}(?![A-Za-z_])" for word in _meanings()))


def verdict_of(is_met: bool, lang: Lang) -> str:
    """Return met or missed."""
    return word("table.met" if is_met else "table.missed", lang)


def cells(figure: Figure, lang: Lang) -> list[str]:
    """Return theory, ours, deviation and verdict of one case."""
    return [amount(figure.theory), amount(figure.ours), deviation(figure, lang), verdict_of(figure.is_met, lang)]


def amount(value: float) -> str:
    """Return a figure in four or five digits, whole where it is whole."""
    if not math.isfinite(value):
        return "-"
    if value == round(value) and abs(value) < 1e9:
        return f"{value:.0f}"
    return f"{value:.4f}" if 0.1 <= abs(value) < 10 else f"{value:.4g}" if abs(value) < 0.1 else f"{value:.5g}"


def deviation(figure: Figure, lang: Lang) -> str:
    """Return how far ours is from theory: in standard errors, or that it is exact, or the gap of a figure without chance."""
    away = figure.deviation
    if not figure.is_exact:
        return word("table.se", lang, z=f"{away:+.2f}")
    if abs(away) <= _ROUNDING * max(1.0, abs(figure.theory)) and figure.is_met:
        return word("table.exact", lang)
    return word("table.off_by", lang, gap=f"{away:.0e}" if abs(away) < 0.01 else f"{away:.3g}")


def _line(row: list[str], width: int) -> str:
    """Return one line of the table."""
    first = max(12, width - sum(_COLUMNS) - len(_COLUMNS))
    shown = [pad(clip(row[0], first), first)]
    for position, (text, size) in enumerate(zip(row[1:], _COLUMNS, strict=True)):
        shown.append(pad(clip(text, size), size, right=position < len(_COLUMNS) - 1))
    return " ".join(shown).rstrip()
