"""A sensitivity analysis as one page: the tornado, then the indices with their intervals."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from sim.records.sensitivity import INDICES, MAIN
from sim.report.figures.spans import Mark, Row, strips
from sim.report.markup import el
from sim.report.sensitivity import cells, index_unit, said, title_of
from sim.report.study import amount, lever_range, outcome_name, short_path, unit_of, word
from sim.report.study_page import section, study_page

if TYPE_CHECKING:
    from sim.records.sensitivity import SensitivityRecord
    from sim.report.markup import Html
    from sim.text.catalogue import Lang

WORKS = {"morris": ("Morris1991", "CampolongoEtAl2007", "HermanUsher2017", "Searle1971"),
         "sobol": ("Sobol2001", "SaltelliEtAl2010", "Jansen1999", "HermanUsher2017", "Searle1971")}


def render_sensitivity(record: SensitivityRecord, lang: Lang = "zh") -> str:
    """Return the page as text."""
    question = word("sensitivity.question", lang, title=title_of(record, lang), outcome=outcome_name(record.outcome, lang))
    return study_page(record, word("sensitivity.kind", lang), question, said(record, lang),
                      [_tornado(record, lang), _indices(record, lang)], WORKS[record.method], lang)


def _tornado(record: SensitivityRecord, lang: Lang) -> Html:
    """Return the bars from low to high, the longest first."""
    unit, name = unit_of(record.outcome), outcome_name(record.outcome, lang)

    def swing(lever: object) -> float:
        away = abs(getattr(lever, "at_high", 0.0) - getattr(lever, "at_low", 0.0))
        return away if math.isfinite(away) else -1.0

    rows = [Row(lever.label.get(lang) or lever.path, (Mark(lever.at_low, "low", start=record.mean), Mark(lever.at_high, "high", start=record.mean)),
                (lever_range(lever, lang), amount(lever.at_low, unit, lang), amount(lever.at_high, unit, lang)), short_path(lever.path))
            for lever in sorted(record.levers, key=swing, reverse=True)]
    heads = [word(f"sensitivity.{key}", lang) for key in ("lever", "range", "at_low", "at_high")]
    title = word("sensitivity.section_tornado", lang)
    deck = word("sensitivity.section_tornado_deck", lang, outcome=name, mean=amount(record.mean, unit, lang))
    return section("tornado", title, deck, el("p", {"class": "legend"}, word("sensitivity.tornado_key", lang)),
                   strips("table-tornado", title, heads, rows, partial(amount, unit=unit, lang=lang), base=record.mean))


def _indices(record: SensitivityRecord, lang: Lang) -> Html:
    unit, main = index_unit(record), MAIN[record.method]
    shown = (main,) if record.method == "morris" else INDICES["sobol"]
    styles = ("bar", "thin")
    rows = [Row(lever.label.get(lang) or lever.path,
                tuple(Mark(lever.indices[name].mean, style, lever.indices[name].low, lever.indices[name].high)  # type: ignore[arg-type]
                      for name, style in zip(shown, styles, strict=False)),
                tuple(cells(record, lever, lang)), short_path(lever.path)) for lever in record.levers]
    heads = [word("sensitivity.lever", lang), *(word(f"sensitivity.{name}", lang) for name in INDICES[record.method])]
    title = word("sensitivity.section_indices", lang)
    return section("indices", title, word(f"sensitivity.section_{record.method}_deck", lang),
                   strips("table-indices", title, heads, rows, partial(amount, unit=unit, lang=lang)))
