"""The strip for the terminal: the same rows as the cards, aligned in both languages.

Plain text made with `sim.text.cells`, for a Chinese character takes two cells and some signs
(the true minus, the dash, ruled lines) take one or two depending on the terminal: those are
written in ASCII here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.records.comparison import Comparison
from sim.report import selection
from sim.report.context import Context
from sim.report.findings import Findings, has_interval
from sim.report.inputs import Extras
from sim.report.numbers import DASH, HARD, MINUS, money
from sim.report.sections.opening import answer
from sim.report.strings import Words
from sim.report.strip import Cell, strip
from sim.text.catalogue import Lang
from sim.text.cells import cell_width, clip, pad, wrap

WIDTH = 80
NARROWEST = 12
"""Cells that a column of values needs at least; strategies that do not fit go to a second block."""
GAP = 2

Row = tuple[str, list[str]]


def terminal_table(comparison: Comparison, lang: Lang, width: int = WIDTH) -> str:
    """Return the strip as lines of at most `width` cells, one column a strategy.

    Parameters
    ----------
    comparison : Comparison
    lang : {'zh', 'en'}
    width : int
        Cells of the terminal; below about 40 one strategy a block is shown.
    """
    findings, words = Findings(comparison), Words(lang)
    rows = strip(findings, lang)
    labels = max(cell_width(words(f"strip.{row}")) for row in rows)
    label_width = min(max(labels, cell_width(words("terminal.low")) + GAP), max(16, width // 2))
    fits = max(1, (width - label_width) // (NARROWEST + GAP))
    count = math.ceil(len(comparison.strategies) / math.ceil(len(comparison.strategies) / fits))
    blocks = [
        _block(findings, words, rows, comparison.strategies[k : k + count], (label_width, width))
        for k in range(0, len(comparison.strategies), count)
    ]
    legend = [words("terminal.best")] if len(comparison.strategies) > 1 else []
    return "\n\n".join(["\n".join(block) for block in blocks] + legend)


def terminal_answer(comparison: Comparison, lang: Lang, width: int = WIDTH) -> str:
    """Return the page's answer in one sentence, broken at `width` cells: who leads and how sure that is, or that
    the evidence does not separate the strategies.
    """
    context = Context(Findings(comparison), Words(lang), Extras())
    told = [answer(context), *selection.lines(comparison, context.words)]
    return "\n".join(line for text in told for line in wrap(plain(text), width))


def _block(
    findings: Findings, words: Words, rows: dict[str, dict[str, Cell]], shown: Sequence[str], size: tuple[int, int]
) -> list[str]:
    """Return the lines of one block of strategies."""
    label_width, width = size
    column = min(24, (width - label_width) // len(shown) - GAP)
    titles = [_title(words.title(findings.comparison, s), column) for s in shown]
    height = max(map(len, titles))
    lines = [_line("", [([""] * (height - len(t)) + t)[k] for t in titles], label_width, column) for k in range(height)]
    lines.append("-" * (label_width + len(shown) * (column + GAP)))
    for label, cells in _rows(findings, words, rows, shown):
        lines.append(_line(label, cells, label_width, column))
    return lines


def _title(text: str, width: int) -> list[str]:
    """Return a title in at most two lines."""
    lines = wrap(plain(text), width)
    if len(lines) > 2:
        lines = [lines[0], " ".join(lines[1:])]
    return [clip(line, width) for line in lines]


def _rows(findings: Findings, words: Words, rows: dict[str, dict[str, Cell]], shown: Sequence[str]) -> list[Row]:
    """Return (label, values): the seven rows, and below some of them what belongs to the value."""
    found: list[Row] = []
    for row, cells in rows.items():
        values = [("* " if cells[s].is_best else "") + plain(cells[s].text) for s in shown]
        found.append((words(f"strip.{row}"), values))
        if row == "profit":
            found += _bounds(findings, words, shown)
        elif any(cells[s].note for s in shown):
            notes = [plain(cells[s].brief) for s in shown]
            found.append(("  " + words(f"terminal.{row}"), notes))
    return found


def _bounds(findings: Findings, words: Words, shown: Sequence[str]) -> list[Row]:
    estimates = [findings.estimate(s, "profit_fen") for s in shown]
    if not any(map(has_interval, estimates)):
        return []
    return [
        (
            "  " + words(f"terminal.{end}"),
            [plain(money(getattr(one, end), words.lang)) if has_interval(one) else "-" for one in estimates],
        )
        for end in ("low", "high")
    ]


def plain(text: str) -> str:
    """Return text whose every sign has one width on every terminal, and that cannot steer a terminal."""
    swapped = text.replace(MINUS, "-").replace(DASH, "-").replace(HARD, " ")
    return "".join(sign for sign in swapped if sign.isprintable())


def _line(label: str, cells: Sequence[str], label_width: int, column: int) -> str:
    values = "".join(" " * GAP + pad(clip(cell, column), column, right=True) for cell in cells)
    return (pad(clip(label, label_width), label_width) + values).rstrip()
