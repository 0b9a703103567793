"""The strip of cards, and how far each strategy is from the reference."""

from __future__ import annotations

import math

from sim.analysis.intervals import Interval
from sim.records.outcomes import SUMMARY
from sim.report import selection
from sim.report.context import Context, section
from sim.report.findings import COMPARED, has_interval, is_separated
from sim.report.html_table import folded, table
from sim.report.markup import Html, el, join, keep_numbers
from sim.report.numbers import DASH, money, percent, span
from sim.report.sections.compliance import light_shape
from sim.report.strip import Cell, strip


def cards(context: Context) -> Html:
    """Return the strip: one card a strategy, rows aligned, the best of each row marked."""
    words = context.words
    rows = strip(context.findings, words.lang)
    many = len(context.strategies)
    one = context.findings.runs == 1
    deck = words(
        ("strip.deck_runs" if one else "strip.deck") if many > 1 else "strip.deck_run" if one else "strip.deck_one",
        n=_replications(context),
    )
    each = [_card(context, rows, s) for s in context.strategies]
    names = list(rows)
    sheet = table(
        "table-strip", words("strip.title") if many == 1 else words("table.caption_strip"),
        [words("table.strategy"), *[words(f"strip.{row}") for row in names]],
        [[context.title(s), *[_plain(rows[row][s]) for row in names]] for s in context.strategies],
    )  # fmt: skip
    return section(
        "strip", words("strip.title"), deck,
        el("div", {"class": f"cards n{min(many, 9)}", "style": f"--rows:{len(names) + 1}"}, each),
        folded(words("figure.table"), sheet),
    )  # fmt: skip


def _replications(context: Context) -> str:
    """Return how many replications stand behind the means: one number, or the fewest and the most of a strategy."""
    counts = [len(r) for r in context.comparison.replications.values()]
    chosen = context.comparison.selection is not None
    return f"{min(counts)}{DASH}{max(counts)}" if chosen and min(counts) < max(counts) else f"{context.findings.runs}"


def _plain(cell: Cell) -> str:
    return f"{cell.text} ({cell.note})" if cell.note else cell.text


def _card(context: Context, rows: dict[str, dict[str, Cell]], strategy: str) -> Html:
    title = el("h3", None, context.glyph(strategy), el("span", None, context.title(strategy)))
    entries = [_entry(context, row, cells[strategy], strategy) for row, cells in rows.items()]
    return el(
        "article", {"class": "card", "style": f"--c:var(--s{context.index(strategy)})", "data-strategy-name": strategy},
        title, el("dl", None, entries),
    )  # fmt: skip


def _entry(context: Context, row: str, cell: Cell, strategy: str) -> Html:
    words = context.words
    crown = (
        el("span", {"class": "best"}, el("span", {"aria-hidden": "true"}, "✓ "), words("strip.best"))
        if cell.is_best
        else None
    )
    value = el("span", {"class": "value"}, light_shape(cell.light) if cell.light else None, cell.text)
    parts = [el("dt", None, words(f"strip.{row}"), crown), el("dd", None, value)]
    if row == "profit":
        parts.append(el("dd", {"class": "glyph-row"}, _interval_glyph(context, strategy)))
    if cell.note:
        parts.append(el("dd", {"class": "small"}, keep_numbers(cell.note)))
    return el("div", {"class": f"entry {row}" + (" is-best" if cell.is_best else ""), "data-row": row}, parts)


def _interval_glyph(context: Context, strategy: str) -> Html | None:
    """Return the profit interval as a bar on a scale that all cards share."""
    every = {s: context.findings.estimate(s, "profit_fen") for s in context.strategies}
    ends = [v for one in every.values() for v in (one.low, one.mean, one.high) if math.isfinite(v)] + [0.0]
    low, high = min(ends), max(ends)
    if high == low:
        return None
    low, high = low - 0.04 * (high - low), high + 0.04 * (high - low)

    def at(value: float) -> float:
        return round(200 * (value - low) / (high - low), 1)

    one = every[strategy]
    bar = (
        el("line", {"class": "span", "x1": at(one.low), "x2": at(one.high), "y1": 9, "y2": 9})
        if has_interval(one) else None
    )  # fmt: skip
    return el(
        "svg",
        {
            "class": "interval", "viewBox": "0 0 200 18", "preserveAspectRatio": "none", "role": "img",
            "aria-label": context.words("strip.glyph"),
        },
        el("line", {"class": "axis", "x1": 0, "x2": 200, "y1": 9, "y2": 9}),
        el("line", {"class": "zero", "x1": at(0), "x2": at(0), "y1": 1, "y2": 17}), bar,
        el("line", {"class": "middle", "x1": at(one.mean), "x2": at(one.mean), "y1": 3, "y2": 15}),
    )  # fmt: skip


def differences(context: Context) -> Html | None:
    """Return the paired differences from the reference, and the pair that the answer speaks of."""
    if len(context.strategies) < 2:
        return None
    words, findings = context.words, context.findings
    against = context.title(findings.reference)
    others = [s for s in context.strategies if s != findings.reference]
    rows = [[words.outcome(name), *[_difference(context, s, name) for s in others]] for name in COMPARED]
    head = [words("table.outcome"), *[context.title(s) for s in others]]
    sheet = table("table-differences", words("table.caption_differences", reference=against), head, rows)
    return section(
        "differences", words("section.differences", reference=against), words("deck.differences"), sheet, _lead(context),
        selection.sheet(context.comparison, words),
    )


def _lead(context: Context) -> Html:
    """Return the table of the pair that the answer speaks of."""
    findings, words = context.findings, context.words
    best, rival = findings.verdict.best, findings.rival
    gap = findings.gap(best, rival)
    known = has_interval(gap)
    head = [words(f"table.{k}") for k in ("outcome", "difference", "interval", "pairs", "verdict")]
    row = [
        words.outcome("profit_fen"), money(gap.mean, words.lang),
        _interval(context, gap, "profit_fen") if known else DASH, str(gap.n), _verdict(context, gap) if known else DASH,
    ]  # fmt: skip
    caption = words("table.caption_lead", title=context.title(best), reference=context.title(rival))
    return table("table-lead", caption, head, [row])


def _difference(context: Context, strategy: str, outcome: str) -> str:
    """Return one cell: the difference, its interval, and what may be said of it."""
    gap = context.findings.gap(strategy, context.findings.reference, outcome)
    if not gap.n:
        return DASH
    mean = el("span", {"class": "strong"}, _gap(context, gap.mean, outcome))
    if not has_interval(gap):
        return mean
    bounds = context.words("table.with_verdict", span=_interval(context, gap, outcome), verdict=_verdict(context, gap))
    return join(mean, el("br"), el("span", {"class": "small"}, bounds))


def _interval(context: Context, gap: Interval, outcome: str) -> str:
    low, high = (_gap(context, value, outcome) for value in (gap.low, gap.high))
    return span(low, high, context.words.lang)


def _verdict(context: Context, gap: Interval) -> str:
    verdict = "same" if not is_separated(gap) else "higher" if gap.mean > 0 else "lower"
    return context.words(f"table.{verdict}")


def _gap(context: Context, value: float, outcome: str) -> str:
    """Return a difference; one of shares is in percentage points."""
    words = context.words
    if SUMMARY[outcome].unit != "share" or not math.isfinite(value):
        return words.value(value, outcome)
    return words("table.points", n=percent(value).rstrip("%"))
