"""An attribution in words and in the terminal, drawn from the record alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.analysis.intervals import LEVEL
from sim.analysis.paired import holm
from sim.analysis.student import p_value, t_quantile
from sim.records.outcomes import SUMMARY
from sim.report.numbers import DASH
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
    way = -1.0 if record.gained.mean < 0 else 1.0  # most of a loss is due to who lost most
    first = max(record.parts, key=lambda part: way * part.share.mean if math.isfinite(part.share.mean) else -math.inf)
    out = [word("attribution.answer", lang, outcome=outcome_name(record.outcome, lang), gained=amount(record.gained.mean, unit, lang),
                span=span_of(record.gained, unit, lang), first=part_name(first, lang), share=with_span(first.share, unit, lang))]
    sure = _is_sure(record)
    harm = {"more": -1.0, "less": 1.0}.get(SUMMARY[record.outcome].better, 0.0)
    wasted = [part_name(part, lang) for part in record.parts if sure.get(part.id) and harm * part.share.mean > 0]
    unclear = [part_name(part, lang) for part in record.parts if sure.get(part.id) is False]
    if wasted:
        out.append(word("attribution.answer_wasted", lang, names=names.join(wasted)))
    if unclear:
        out.append(word("attribution.answer_unclear", lang, names=names.join(unclear)))
    if math.isfinite(record.misplaced.mean):
        key = "misplaced" if record.misplaced.mean <= 1 else "misplaced_all"  # where parts cost revenue, more than all of it
        out.append(word(f"attribution.{key}", lang, share=with_span(record.misplaced, "share", lang)))
    if record.replications < 2:
        out.append(word("attribution.one_replication", lang))
    return out


def _is_sure(record: AttributionRecord) -> dict[str, bool]:
    """Return of every part with an interval whether chance does not explain its contribution, all parts judged together [Holm1979]."""
    p = {}
    for part in (part for part in record.parts if has_span(part.share)):
        one = part.share
        error = (one.high - one.low) / 2 / t_quantile(LEVEL, one.n - 1)
        p[part.id] = p_value(one.mean / error, one.n - 1) if error else (2.0 ** (1 - one.n) if one.mean else 1.0)
    return {name: corrected <= 1 - LEVEL for name, corrected in holm(p).items()}


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
