"""A sensitivity analysis as one page: the tornado, then the indices with their intervals."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from sim.records.sensitivity import INDICES, MAIN
from sim.report.figures.spans import Mark, Row, strips
from sim.report.markup import el, join
from sim.report.sensitivity import index_unit, lever_name, nexts, said, title_of
from sim.report.study import (
    amount,
    change_unit,
    has_span,
    is_decided,
    is_same,
    lever_range,
    outcome_name,
    short_path,
    unit_of,
    word,
)
from sim.report.study_page import Opening, estimate_cell, section, study_page

if TYPE_CHECKING:
    from sim.records.sensitivity import LeverRecord, SensitivityRecord
    from sim.report.markup import Html
    from sim.text.catalogue import Lang

WORKS = {"morris": ("Morris1991", "CampolongoEtAl2007", "HermanUsher2017", "Searle1971"),
         "sobol": ("Sobol2001", "SaltelliEtAl2010", "Jansen1999", "HermanUsher2017", "Searle1971")}


def render_sensitivity(record: SensitivityRecord, lang: Lang = "zh") -> str:
    """Return the page as text."""
    outcome = outcome_name(record.outcome, lang)
    question = word("sensitivity.question", lang, title=title_of(record, lang), outcome=outcome)
    setup = word(f"sensitivity.setup_{record.method}", lang, k=len(record.levers), points=len(record.points), blocks=record.blocks)
    opening = Opening(word("sensitivity.kind", lang), question, setup, said(record, lang), nexts(record, lang))
    return study_page(record, opening, [_tornado(record, lang), _indices(record, lang)], WORKS[record.method], lang)


def by_swing(record: SensitivityRecord) -> list[LeverRecord]:
    """Return the levers, the longest bar first."""
    def away(lever: LeverRecord) -> float:
        return abs(lever.swing.mean) if math.isfinite(lever.swing.mean) else -1.0

    return sorted(record.levers, key=away, reverse=True)


def _tornado(record: SensitivityRecord, lang: Lang) -> Html:
    """Return the bars from low to high, the longest first."""
    unit, name = unit_of(record.outcome), outcome_name(record.outcome, lang)
    rows = []
    for lever in by_swing(record):
        ends = (("low", lever.at_low), ("high", lever.at_high))
        marks = tuple(Mark(one.mean, side, one.low, one.high, start=record.mean) for side, one in ends)  # type: ignore[arg-type]
        direction = "" if not has_span(lever.swing) or is_decided(lever.swing) or is_same(lever.swing) else word("sensitivity.open", lang)
        swing = join(estimate_cell(lever.swing, change_unit(record.outcome), lang), el("small", {"class": "interval"}, direction) if direction else None)
        rows.append(Row(lever_name(lever, lang), marks, (lever_range(lever, lang), *(estimate_cell(one, unit, lang) for _, one in ends), swing),
                        short_path(lever.path)))
    heads = [word(f"sensitivity.{key}", lang) for key in ("lever", "range", "at_low", "at_high", "swing")]
    title = word("sensitivity.section_tornado", lang, outcome=name)
    deck = word("sensitivity.section_tornado_deck", lang, outcome=name, mean=amount(record.mean, unit, lang))
    return section("tornado", title, deck, el("p", {"class": "legend"}, word("sensitivity.tornado_key", lang)),
                   strips("table-tornado", title, heads, rows, partial(amount, unit=unit, lang=lang), base=record.mean))


def _indices(record: SensitivityRecord, lang: Lang) -> Html:
    unit, main = index_unit(record), MAIN[record.method]
    shown = (main,) if record.method == "morris" else INDICES["sobol"]
    styles = ("bar", "thin")
    rows = [Row(lever_name(lever, lang),
                tuple(Mark(lever.indices[name].mean, style, lever.indices[name].low, lever.indices[name].high)  # type: ignore[arg-type]
                      for name, style in zip(shown, styles, strict=False)),
                tuple(estimate_cell(lever.indices[name], unit, lang) for name in INDICES[record.method]), short_path(lever.path))
            for lever in record.levers]
    heads = [word("sensitivity.lever", lang), *(word(f"sensitivity.{name}", lang) for name in INDICES[record.method])]
    title = word("sensitivity.section_indices", lang)
    return section("indices", title, word(f"sensitivity.section_{record.method}_deck", lang),
                   el("p", {"class": "legend"}, word(f"sensitivity.key_{record.method}", lang)),
                   strips("table-indices", title, heads, rows, partial(amount, unit=unit, lang=lang)))
