"""An attribution in words and in the terminal, drawn from the record alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.report.numbers import DASH, percent
from sim.report.study import (
    WIDTH,
    amount,
    failures_said,
    has_span,
    outcome_name,
    paragraphs,
    span_of,
    table_lines,
    unit_of,
    with_span,
    word,
)

if TYPE_CHECKING:
    from sim.records.attribution import AttributionRecord, PartRecord
    from sim.text.catalogue import Lang

_SHARES = (33, 11, 14)
_TOUCHES = (11, 11, 32)


def title_of(record: AttributionRecord, lang: Lang) -> str:
    """Return the scenario's title."""
    return record.title.get(lang) or record.scenario


def part_name(part: PartRecord, lang: Lang) -> str:
    """Return what a part is called; a mechanism says that it is one."""
    label = part.label.get(lang) or part.id
    return word("attribution.mechanism", lang, label=label) if part.kind == "mechanism" else label


def said(record: AttributionRecord, lang: Lang) -> list[str]:
    """Return the answer in sentences."""
    unit, names = unit_of(record.outcome), (", " if lang == "en" else "、")
    first = max(record.parts, key=lambda part: part.share.mean if math.isfinite(part.share.mean) else -math.inf)
    out = [word("attribution.answer", lang, outcome=outcome_name(record.outcome, lang), gained=amount(record.gained.mean, unit, lang),
                span=span_of(record.gained, unit, lang), first=part_name(first, lang), share=with_span(first.share, unit, lang))]
    wasted = [part_name(part, lang) for part in record.parts if has_span(part.share) and part.share.high < 0]
    unclear = [part_name(part, lang) for part in record.parts if has_span(part.share) and part.share.low <= 0 <= part.share.high]
    if wasted:
        out.append(word("attribution.answer_wasted", lang, names=names.join(wasted)))
    if unclear:
        out.append(word("attribution.answer_unclear", lang, names=names.join(unclear)))
    if math.isfinite(record.misplaced.mean):
        out.append(word("attribution.misplaced", lang, share=percent(record.misplaced.mean)))
    if record.replications < 2:
        out.append(word("attribution.one_replication", lang))
    return out


def terminal_attribution(record: AttributionRecord, lang: Lang, width: int = WIDTH) -> str:
    """Return the contributions and what last touch says of revenue as lines of at most `width` cells."""
    unit = unit_of(record.outcome)
    heading = word("attribution.heading", lang, title=title_of(record, lang), outcome=outcome_name(record.outcome, lang),
                   n=record.replications, k=len(record.parts))
    rows = [[part_name(part, lang), with_span(part.share, unit, lang), amount(part.alone.mean, unit, lang),
             amount(part.last.mean, unit, lang)] for part in record.parts]
    rows += [[], *([word(f"attribution.{name}", lang), with_span(one, unit, lang), "", ""] for name, one in (
        ("sum", record.gained), ("none", record.none), ("whole", record.whole)))]
    heads = [word(f"attribution.{name}", lang) for name in ("part", "share", "alone", "last")]
    lines = [*paragraphs([heading], width), "", *table_lines(heads, rows, _SHARES, width)]
    lines += ["", word("attribution.revenue", lang), *table_lines(
        [word(f"attribution.{name}", lang) for name in ("part", "caused", "touched", "error")], touch_rows(record, lang), _TOUCHES,
        width)]
    return "\n".join([*lines, "", *paragraphs([*said(record, lang), *failures_said(record.failures, lang)], width)])


def touch_rows(record: AttributionRecord, lang: Lang) -> list[list[str]]:
    """Return revenue by part: caused, last touch, and how far the second errs; nobody's last."""
    rows = [[part_name(part, lang), amount(part.caused.mean, "fen", lang), amount(part.touched.mean, "fen", lang),
             with_span(part.error, "fen", lang)] for part in record.parts]
    away = record.untouched.mean - record.revenue_none.mean
    nobody = [word("attribution.nobody", lang), amount(record.revenue_none.mean, "fen", lang),
              amount(record.untouched.mean, "fen", lang), amount(away, "fen", lang) if math.isfinite(away) else DASH]
    return [*rows, nobody]
