"""An attribution in words and in the terminal, drawn from the record alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.analysis.intervals import LEVEL
from sim.analysis.paired import holm
from sim.analysis.student import p_value, t_quantile
from sim.report.numbers import DASH, percent
from sim.report.study import (
    WIDTH,
    amount,
    beginning,
    change_unit,
    failures_said,
    has_span,
    is_decided,
    level,
    listed,
    nexts_said,
    outcome_name,
    paragraphs,
    span_of,
    table_lines,
    unit_of,
    wanted_of,
    with_span,
    word,
    world_asked,
    world_said,
)

if TYPE_CHECKING:
    from sim.records.attribution import AttributionRecord, PartRecord
    from sim.text.catalogue import Lang

_SHARES = {"en": (31, 11, 13), "zh": (36, 13, 13)}
_TOUCHES = {"en": (11, 11, 31), "zh": (10, 10, 34)}


def title_of(record: AttributionRecord, lang: Lang) -> str:
    """Return the scenario's title."""
    return record.title.get(lang) or record.scenario


def part_name(part: PartRecord, lang: Lang) -> str:
    """Return what a part is called; a mechanism says that it is one."""
    label = part.label.get(lang) or part.id
    return word("attribution.mechanism", lang, label=label) if part.kind == "mechanism" else label


def said(record: AttributionRecord, lang: Lang) -> list[str]:
    """Return the answer in sentences."""
    unit, outcome = change_unit(record.outcome), outcome_name(record.outcome, lang)
    way = -1.0 if record.gained.mean < 0 else 1.0  # most of a loss is due to who lost most
    first = max(record.parts, key=lambda part: way * part.share.mean if math.isfinite(part.share.mean) else -math.inf)
    is_open = has_span(record.gained) and not is_decided(record.gained)
    out = [word("attribution.answer_open" if is_open else "attribution.answer", lang, outcome=outcome,
                gained=amount(record.gained.mean, unit, lang), span=span_of(record.gained, unit, lang), first=part_name(first, lang),
                share=with_span(first.share, unit, lang))]
    wasted, unclear = _wasted(record), _unclear(record)
    if wasted:
        out.append(word("attribution.answer_wasted", lang, names=listed([part_name(part, lang) for part in wasted], lang), outcome=outcome))
    if unclear:
        out.append(word("attribution.answer_unclear", lang, names=listed([part_name(part, lang) for part in unclear], lang)))
    out += [*_best(record, lang), *_misplaced(record, lang)]
    if record.replications < 2:
        out.append(word("attribution.one_replication", lang))
    return out


def is_sure(record: AttributionRecord) -> dict[str, bool]:
    """Return of every part with an interval whether chance does not explain its contribution, all parts judged together [Holm1979]."""
    p = {}
    for part in (part for part in record.parts if has_span(part.share)):
        one = part.share
        error = (one.high - one.low) / 2 / t_quantile(LEVEL, one.n - 1)
        p[part.id] = p_value(one.mean / error, one.n - 1) if error else (2.0 ** (1 - one.n) if one.mean else 1.0)
    return {name: corrected <= 1 - LEVEL for name, corrected in holm(p).items()}


def _wasted(record: AttributionRecord) -> list[PartRecord]:
    """Return the parts that make the outcome worse, where chance does not explain it."""
    sure, wanted = is_sure(record), wanted_of(record.outcome)
    return [part for part in record.parts if sure.get(part.id) and part.share.mean * wanted < 0]


def _unclear(record: AttributionRecord) -> list[PartRecord]:
    sure = is_sure(record)
    return [part for part in record.parts if sure.get(part.id) is False]


def best_combination(record: AttributionRecord) -> str:
    """Return the combination of strategies that does best with every mechanism at work; empty where neither direction is better."""
    wanted = wanted_of(record.outcome)
    whole = {part.id for part in record.parts if part.kind == "mechanism"}
    known = {name: one.mean * wanted for name, one in record.coalitions.items()
             if whole <= set(name.split("+")) and math.isfinite(one.mean)}
    return max(known, key=lambda name: known[name]) if wanted and known else ""


def combination_name(record: AttributionRecord, name: str, lang: Lang, *, strategies: bool = False) -> str:
    """Return the parts of a combination in words; only its strategies if that is asked."""
    chosen = [part for part in record.parts if part.id in name.split("+") and not (strategies and part.kind == "mechanism")]
    return " + ".join(part_name(part, lang) for part in chosen) or word("attribution.nothing", lang)


def _best(record: AttributionRecord, lang: Lang) -> list[str]:
    """Return which combination of strategies does best, and whether that is decided."""
    strategies = [part for part in record.parts if part.kind == "strategy"]
    best = best_combination(record)
    if len(strategies) < 2 or not best:
        return []
    if set(best.split("+")) >= {part.id for part in strategies}:
        return [word("attribution.best_whole", lang)]
    unit, away = unit_of(record.outcome), record.against[best]
    key = "attribution.best" if is_decided(away) else "attribution.best_open"
    out = [word(key, lang, names=combination_name(record, best, lang, strategies=True), outcome=outcome_name(record.outcome, lang),
                value=with_span(level(record.coalitions[best], record.outcome), unit, lang),
                away=with_span(away, change_unit(record.outcome), lang))]
    kept = [part_name(part, lang) for part in _wasted(record) if part.id in best.split("+") and part.kind == "strategy"]
    if kept:
        out[0] += ("" if lang == "zh" else " ") + word("attribution.best_keeps", lang, names=beginning(listed(kept, lang)))
    return out


def _misplaced(record: AttributionRecord, lang: Lang) -> list[str]:
    wrong = record.misplaced
    if not math.isfinite(wrong.mean):
        return []
    out = [word("attribution.misplaced", lang, share=percent(wrong.mean), span=span_of(wrong, "share", lang))]
    if wrong.mean > 1:
        out[0] += ("" if lang == "zh" else " ") + word("attribution.misplaced_more", lang)
    if any(part.kind == "mechanism" for part in record.parts):
        out[0] += ("" if lang == "zh" else " ") + word("attribution.misplaced_mechanism", lang)
    return out


def nexts(record: AttributionRecord, lang: Lang) -> list[str]:
    """Return what could be done next, in sentences."""
    best = best_combination(record).split("+")
    wasted = [part_name(part, lang) for part in _wasted(record) if part.kind == "strategy" and part.id not in best]
    out = [word("attribution.next_wasted", lang, names=listed(wasted, lang))] if wasted else []
    if _unclear(record) or record.replications < 2:
        out.append(word("common.next_replications", lang, n=4 * record.replications))
    return [*out, word("attribution.next_sensitivity", lang, scenario=record.scenario + world_asked(record), outcome=record.outcome)]


def terminal_attribution(record: AttributionRecord, lang: Lang, width: int = WIDTH) -> str:
    """Return the contributions and what last touch says of revenue as lines of at most `width` cells."""
    unit, name = change_unit(record.outcome), record.outcome
    heading = word("attribution.heading", lang, title=title_of(record, lang), outcome=outcome_name(record.outcome, lang),
                   n=record.replications, k=len(record.parts))
    rows = [[part_name(part, lang), with_span(part.share, unit, lang), amount(part.alone.mean, unit, lang),
             amount(part.last.mean, unit, lang)] for part in record.parts]
    rows += [[], [word("attribution.sum", lang), with_span(record.gained, unit, lang), "", ""],
             *([word(f"attribution.{key}", lang), with_span(level(one, name), unit_of(name), lang), "", ""]
               for key, one in (("none", record.none), ("whole", record.whole)))]
    heads = [word(f"attribution.{name}", lang) for name in ("part", "share", "alone", "last")]
    lines = [*paragraphs([heading, world_said(record, lang)], width), "", *table_lines(heads, rows, _SHARES[lang], width)]
    lines += ["", word("attribution.revenue", lang), *table_lines(
        [word(f"attribution.{name}", lang) for name in ("part", "caused", "touched", "error")], touch_rows(record, lang), _TOUCHES[lang],
        width)]
    return "\n".join([*lines, "", *paragraphs([*said(record, lang), *failures_said(record.failures, lang)], width),
                      *nexts_said(nexts(record, lang), lang, width)])


def touch_rows(record: AttributionRecord, lang: Lang) -> list[list[str]]:
    """Return revenue by part: caused, last touch, and how far the second errs; nobody's last."""
    rows = [[part_name(part, lang), amount(part.caused.mean, "fen", lang), amount(part.touched.mean, "fen", lang),
             with_span(part.error, "fen", lang)] for part in record.parts]
    away = record.untouched.mean - record.revenue_none.mean
    nobody = [word("attribution.nobody", lang), amount(record.revenue_none.mean, "fen", lang),
              amount(record.untouched.mean, "fen", lang), amount(away, "fen", lang) if math.isfinite(away) else DASH]
    return [*rows, nobody]
