"""A sensitivity analysis in words and in the terminal, drawn from the record alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.records.sensitivity import MAIN
from sim.report.numbers import percent
from sim.report.study import (
    WIDTH,
    amount,
    failures_said,
    lever_range,
    outcome_name,
    paragraphs,
    short_path,
    span_of,
    table_lines,
    unit_of,
    with_span,
    word,
)

if TYPE_CHECKING:
    from sim.records.sensitivity import LeverRecord, SensitivityRecord
    from sim.text.catalogue import Lang

_COLUMNS = {"morris": (29, 10, 10), "sobol": (20, 20)}
_LARGE = 0.1
"""Share of noise beyond which the reader is warned."""
CELLS = {"morris": ("mu_star", "mu", "sigma"), "sobol": ("total", "first")}


def title_of(record: SensitivityRecord, lang: Lang) -> str:
    """Return the scenario's title."""
    return record.title.get(lang) or record.scenario


def index_unit(record: SensitivityRecord) -> str:
    """Return the unit of the indices: the outcome's, or shares of variance."""
    return unit_of(record.outcome) if record.method == "morris" else "share"


def cells(record: SensitivityRecord, lever: LeverRecord, lang: Lang) -> list[str]:
    """Return the indices of a lever in words: those that have an interval in the terminal with it."""
    unit = index_unit(record)
    spanned = {"mu_star", "total", "first"}
    return [with_span(lever.indices[name], unit, lang) if name in spanned else amount(lever.indices[name].mean, unit, lang)
            for name in CELLS[record.method]]


def said(record: SensitivityRecord, lang: Lang) -> list[str]:
    """Return the answer in sentences."""
    first, unit = record.levers[0], index_unit(record)
    index = first.indices[MAIN[record.method]]
    out = [word(f"sensitivity.answer_{record.method}", lang, label=first.label.get(lang) or first.path,
                outcome=outcome_name(record.outcome, lang), value=amount(index.mean, unit, lang), span=span_of(index, unit, lang))]
    if math.isfinite(record.noise):
        noise = word("sensitivity.noise", lang, share=percent(record.noise), n=record.replications)
        large = word("sensitivity.noise_large", lang) if record.noise > _LARGE else ""
        out.append(f"{noise}{' ' if large and lang == 'en' else ''}{large}")
    else:
        out.append(word("sensitivity.noise_unknown", lang))
    if record.blocks_lost:
        out.append(word("sensitivity.lost", lang, n=record.blocks_lost))
    return out


def terminal_sensitivity(record: SensitivityRecord, lang: Lang, width: int = WIDTH) -> str:
    """Return the levers with their indices as lines of at most `width` cells, the most important first."""
    heading = word(f"sensitivity.heading_{record.method}", lang, title=title_of(record, lang),
                   outcome=outcome_name(record.outcome, lang), blocks=record.blocks, n=record.replications)
    heads = [word("sensitivity.lever", lang), *(word(f"sensitivity.{name}", lang) for name in CELLS[record.method])]
    rows = [[lever.label.get(lang) or lever.path, *cells(record, lever, lang)] for lever in record.levers]
    lines = table_lines(heads, rows, _COLUMNS[record.method], width)
    named: list[str] = lines[:2]
    for line, lever in zip(lines[2:], record.levers, strict=True):
        named += [line, *(f"  {text}" for text in paragraphs([f"{short_path(lever.path)}  {lever_range(lever, lang)}"], width - 2))]
    return "\n".join([*paragraphs([heading], width), "", *named, "",
                      *paragraphs([*said(record, lang), *failures_said(record.failures, lang)], width)])
