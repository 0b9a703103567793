"""What was discovered in a sweep, in words: boxes of conditions with their figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.numbers import HARD, exact_money, percent, show, span
from sim.report.strings import Words
from sim.text.catalogue import Lang, load, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.analysis.discovery import Discovered, Discovery
    from sim.analysis.prim import Box, Side
    from sim.records.sweep import AxisRecord, SweepRecord
    from sim.scenario.expect import Expectation

CATALOGUE = "discovery"
SURE = 0.9
"""Share from which "almost only" (of coverage) and "almost always" (of density) are said. Source: assumption."""
_DIGITS = 12


def lines(found: Discovery, record: SweepRecord, lang: Lang) -> list[str]:
    """Return what was discovered for one strategy, a paragraph a line."""
    title = record.strategy_titles.get(found.strategy, {}).get(lang) or found.strategy
    told = [_say("heading", lang, title=title, condition=condition(found.condition, lang))]
    if found.cases:
        told.append(_say("cases", lang, cases=f"{found.cases:,}", hits=f"{found.hits:,}",
                         share=percent(found.hits / found.cases)))
    if found.undefined and found.cases:
        told.append(_say("undefined", lang, undefined=f"{found.undefined:,}"))
    if found.reason:
        told.append(_say(f"reason.{found.reason}", lang))
    for one in found.boxes:
        told += [sentence(one, record, lang), *figures(one, record, lang)]
    return told


def sentence(one: Discovered, record: SweepRecord, lang: Lang) -> str:
    """Return a box in words: ``Almost only if Buy-back share > 0.6 and Buy-in < ¥3,000``."""
    sure = (one.box.coverage >= SURE, one.box.density >= SURE)
    key = {(True, True): "both", (True, False): "only", (False, True): "if"}.get(sure, "more")
    text = _say("join", lang).join(side_of(side, record, lang) for side in one.box.sides)
    return _say(f"lead.{key}", lang, box=text) + ("。" if lang == "zh" else ".")


def figures(one: Discovered, record: SweepRecord, lang: Lang) -> list[str]:
    """Return the lines that say how dense a box is, how much it covers, and how sure that is."""
    box = one.box
    told = [
        _say("figures", lang, n=f"{box.n:,}", hits=f"{box.hits:,}", density=percent(box.density),
             coverage=percent(box.coverage), density_span=_span(one.density, lang), coverage_span=_span(one.coverage, lang)),
        _say("others", lang, density=_share(one.other_density), coverage=_share(one.other_coverage), p=f"{one.p:.2g}"),
    ]
    return told + [_say("quasi", lang, side=side_of(side, record, lang), p=f"{side.p:.2g}") for side in box.sides]


def condition(wanted: Expectation, lang: Lang) -> str:
    """Return a condition on an outcome in words."""
    words = Words(lang)
    return f"{words.outcome(wanted.outcome)} {wanted.op} {words.value(wanted.number, wanted.outcome)}"


def side_of(side: Side, record: SweepRecord, lang: Lang) -> str:
    """Return one restriction in words: label of the axis, and a limit as round as the points at hand allow."""
    axis = next(axis for axis in record.axes if axis.path == side.axis)
    name = axis.label.get(lang) or axis.path
    if side.end == "words":
        return _say("side.words", lang, axis=name, words=_say("or", lang).join(map(str, side.words)))
    values = np.unique(np.asarray(record.runs[axis.column], dtype=np.float64))
    low = side.end == "low"
    inside = float(values[values >= side.limit].min() if low else values[values <= side.limit].max())
    beyond = values[values < side.limit] if low else values[values > side.limit]
    outside = float((beyond.max() if low else beyond.min()) if beyond.size else side.limit)
    if axis.values is not None or axis.is_whole:  # values that somebody chose are said as they are
        return _say("side.least" if low else "side.most", lang, axis=name, limit=_amount(inside, axis, lang))
    limit = roundest(outside, inside) if low else roundest(inside, outside)
    return _say("side.above" if low else "side.below", lang, axis=name, limit=_amount(limit, axis, lang))


def roundest(low: float, high: float) -> float:
    """Return the number of fewest digits between two neighbouring values, `high` left out where it can be.

    With yuan in fen or shares in per cent alike: digits are counted from the first.
    """
    size = max(abs(low), abs(high))
    if low == high or not size:
        return low
    middle, first = (low + high) / 2, math.floor(math.log10(size))
    for digits in range(_DIGITS):
        found = round(middle, digits - first)
        if low < found < high:
            return float(found)
    return middle


def box_of(box: Box) -> list[dict[str, Any]]:
    """Return a box as plain data."""
    return [{"axis": side.axis, "end": side.end, "limit": side.limit, "words": list(side.words), "quasi_p": side.p}
            for side in box.sides]


def _amount(value: float, axis: AxisRecord, lang: Lang) -> str:
    """Return a value of an axis with its unit."""
    if axis.unit == "fen":
        return exact_money(value, lang)
    if axis.unit == "share":
        return f"{value * 100:.6g}%"
    known = axis.unit in {"minutes", "people"}
    if known:
        return show(value, axis.unit, lang)
    key = f"unit.{axis.unit}"
    unit = _say(key, lang) if key in load(CATALOGUE) else axis.unit
    return f"{value:,.6g}" + (f"{HARD}{unit}" if unit else "")


def _share(share: float) -> str:
    return percent(share) if math.isfinite(share) else "-"


def _span(ends: Sequence[float], lang: Lang) -> str:
    return span(percent(ends[0]), percent(ends[1]), lang)


def _say(key: str, lang: Lang, **facts: str) -> str:
    return say(CATALOGUE, key, lang, **facts)
