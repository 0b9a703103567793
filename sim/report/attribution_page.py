"""An attribution as one page: what each part contributes, how far last touch errs, and every combination."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sim.report.attribution import combination_name, nexts, part_name, said, title_of, touch_rows
from sim.report.figures.spans import Mark, Row, strips
from sim.report.html_table import folded, table
from sim.report.markup import el
from sim.report.numbers import DASH
from sim.report.study import amount, beginning, change_unit, level, listed, outcome_name, unit_of, word
from sim.report.study_page import Opening, estimate_cell, section, study_page

if TYPE_CHECKING:
    from sim.records.attribution import AttributionRecord
    from sim.report.markup import Html
    from sim.text.catalogue import Lang

WORKS = ("Shapley1953", "DalessandroEtAl2012", "BlakeNoskoTadelis2015")


def render_attribution(record: AttributionRecord, lang: Lang = "zh") -> str:
    """Return the page as text."""
    question = word("attribution.question", lang, title=title_of(record, lang))
    parts = listed([part_name(part, lang) for part in record.parts], lang)
    setup = word("attribution.setup", lang, parts=parts, k=len(record.parts), n=len(record.coalitions), outcome=outcome_name(record.outcome, lang))
    opening = Opening(word("attribution.kind", lang), question, setup, said(record, lang), nexts(record, lang))
    return study_page(record, opening, [_shares(record, lang), _touch(record, lang), _combinations(record, lang)], WORKS, lang)


def _shares(record: AttributionRecord, lang: Lang) -> Html:
    unit, name = change_unit(record.outcome), record.outcome
    heads = [word(f"attribution.{name}", lang) for name in ("part", "share", "alone", "last")]
    rows = [Row(part_name(part, lang), (Mark(part.share.mean, "bar", part.share.low, part.share.high),),
                tuple(estimate_cell(one, unit, lang) for one in (part.share, part.alone, part.last)), part.id) for part in record.parts]
    totals = [Row(word(f"attribution.{key}", lang), (Mark(one.mean, "dot", one.low, one.high),), (estimate_cell(one, counted, lang), "", ""))
              for key, one, counted in (("sum", record.gained, unit), ("none", level(record.none, name), unit_of(name)),
                                        ("whole", level(record.whole, name), unit_of(name)))]
    title = f"{word('attribution.section_share', lang)}{word('common.colon', lang)}{outcome_name(record.outcome, lang)}"
    return section("shares", title, word("attribution.section_share_deck", lang),
                   el("p", {"class": "legend"}, word("attribution.bar_share", lang)),
                   strips("table-shares", title, heads, [*rows, *totals], partial(amount, unit=unit, lang=lang)))


def _touch(record: AttributionRecord, lang: Lang) -> Html:
    heads = [word(f"attribution.{name}", lang) for name in ("part", "caused", "touched", "error")]
    pairs = [(part.caused, part.touched) for part in record.parts] + [(record.revenue_none, record.untouched)]
    errors = [estimate_cell(part.error, "fen", lang) for part in record.parts] + [touch_rows(record, lang)[-1][-1]]
    rows = [Row(cells[0], (Mark(caused.mean, "bar", caused.low, caused.high), Mark(touched.mean, "thin", touched.low, touched.high)),
                (estimate_cell(caused, "fen", lang), estimate_cell(touched, "fen", lang), error))
            for cells, (caused, touched), error in zip(touch_rows(record, lang), pairs, errors, strict=True)]
    return section("touch", word("attribution.section_touch", lang), word("attribution.section_touch_deck", lang),
                   el("p", {"class": "legend"}, word("attribution.bar_caused", lang)),
                   strips("table-touch", word("attribution.revenue", lang), heads, rows, partial(amount, unit="fen", lang=lang)))


def _combinations(record: AttributionRecord, lang: Lang) -> Html:
    unit = unit_of(record.outcome)
    rows = [[combination_name(record, name, lang), estimate_cell(level(one, record.outcome), unit, lang),
             DASH if name == list(record.coalitions)[-1] else estimate_cell(record.against[name], change_unit(record.outcome), lang)]
            for name, one in record.coalitions.items()]
    heads = [word("attribution.combination", lang), beginning(outcome_name(record.outcome, lang)), word("attribution.against", lang)]
    title = word("attribution.section_all", lang)
    shown = table("table-combinations", title, heads, rows)
    few = len(rows) <= 16
    return section("combinations", title, word("attribution.section_all_deck", lang),
                   shown if few else folded(f"{title} ({len(rows)})", shown))
