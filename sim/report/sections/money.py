"""The large figure with its crossings, and the small multiples."""

from __future__ import annotations

import numpy as np

from sim.analysis.crossings import Crossing
from sim.records.outcomes import DAILY
from sim.report.context import Context, section
from sim.report.figures.panels import SERIES, Panel, calm, panels
from sim.report.figures.profit import Badge, profit
from sim.report.html_table import folded, table
from sim.report.incidents import Incident, incidents, kind_title, thinned
from sim.report.markup import Html, el, join
from sim.report.numbers import DASH, day, money, show, span
from sim.report.strings import Words
from sim.text.cells import clip

MONTH = 30
MOST_DAYS = 8
"""Rows of the profit table: month ends, thinned to about this many."""


def profit_section(context: Context) -> Html:
    """Return cumulative profit: figure, crossings, table."""
    words, findings = context.words, context.findings
    badges = [_badge(context, k + 1, c) for k, c in enumerate(findings.told_crossings)]
    marks = incidents(context.comparison)
    figure = profit(context.comparison, words.lang, badges, marks)
    alt = words("figure.alt_profit", n=len(context.strategies))
    deck = words("deck.profit", n=findings.runs) if findings.runs > 1 else words("deck.profit_one")
    return section(
        "profit", words("section.profit"), deck, context.key(),
        el("figure", None, context.plot("profit", figure, alt)),
        _crossings(context), _incidents(context, marks), folded(words("figure.table"), _profit_table(context)),
    )  # fmt: skip


def _badge(context: Context, number: int, one: Crossing) -> Badge:
    words = context.words
    ahead, behind = (clip(context.title(s), 18) for s in (one.ahead, one.behind))
    first = words("figure.crossing", day=day(one.day, words.lang), leader=ahead, passed=behind)
    lines = [first[:1].upper() + first[1:]]
    if one.line:
        lines.append(line_gap(words, one, ahead))
    return Badge(number, one.day, one.level, tuple(lines))


def _crossings(context: Context) -> Html | None:
    if len(context.strategies) < 2:
        return None
    words = context.words
    found = context.findings.told_crossings
    if not found:
        return el("p", {"class": "note"}, words("deck.no_crossings"))
    rows = []
    for number, one in enumerate(found, 1):
        ahead, behind = context.title(one.ahead), context.title(one.behind)
        line = line_gap(words, one, ahead) if one.line else DASH
        rows.append([str(number), day(one.day, words.lang), words("table.passes", leader=ahead, passed=behind), line])
    head = [words(f"table.{k}") for k in ("number", "day", "who", "line")]
    sheet = table("table-crossings", words("table.caption_crossings"), head, rows, text_columns=(0, 1, 2, 3))
    more = len(context.findings.crossings) - len(found)
    note = words("deck.crossings") + (
        ("" if words.lang == "zh" else " ") + words("deck.more_crossings", n=more) if more else ""
    )
    return join(sheet, el("p", {"class": "note"}, note))


def _incidents(context: Context, found: list[Incident]) -> Html | None:
    """Return the table of what the upright dotted lines mark."""
    if not found:
        return None
    words = context.words
    listed = thinned(found)
    rows = [
        [day(one.day, words.lang), context.title(one.strategy), kind_title(one.kind, words.lang),
         words("table.runs", k=one.runs, n=one.of)]
        for one in listed
    ]  # fmt: skip
    head = [words(f"table.{k}") for k in ("day", "strategy", "incident", "shared")]
    sheet = table("table-incidents", words("table.caption_incidents"), head, rows, text_columns=(0, 1, 2, 3))
    more = len(found) - len(listed)
    notes = [words("deck.incidents"), *([words("deck.more_incidents", n=more)] if more else [])]
    return join(sheet, el("p", {"class": "note"}, ("" if words.lang == "zh" else " ").join(notes)))


def line_gap(words: Words, one: Crossing, ahead: str) -> str:
    """Return the line that differed most, with who is ahead on it and by how much."""
    sign = words("table.more" if one.gap_fen > 0 else "table.less")
    return words(
        "table.line_gap",
        line=words.purpose(one.line),
        leader=ahead,
        sign=sign,
        amount=money(abs(one.gap_fen), words.lang),
    )


def days_shown(days: int) -> list[int]:
    """Return month ends and the last day, few enough for a table."""
    step = MONTH * max(1, -(-days // (MONTH * MOST_DAYS)))
    ends = list(range(step - 1, days - 1, step))
    return [*ends, days - 1]


def _profit_table(context: Context) -> Html:
    words, lang = context.words, context.words.lang
    rows = []
    for strategy in context.strategies:
        paths = context.comparison.paths(strategy, "profit_fen")
        cells = [context.title(strategy)]
        for one in days_shown(context.comparison.days):
            low, high = np.quantile(paths[:, one], (0.05, 0.95))
            mean = el("span", {"class": "strong"}, money(float(paths[:, one].mean()), lang))
            band = span(money(float(low), lang), money(float(high), lang), lang)
            cells.append(join(mean, el("br"), el("span", {"class": "small"}, band)) if len(paths) > 1 else mean)
        rows.append(cells)
    head = [words("table.strategy"), *[day(d, lang) for d in days_shown(context.comparison.days)]]
    return table("table-profit", words("table.caption_profit"), head, rows)


def panels_section(context: Context) -> Html:
    """Return the small figures under one key."""
    words = context.words
    drawn = panels(context.comparison, words.lang, incidents(context.comparison))
    shared = el("div", {"class": "panels"}, [_panel(context, one) for one in drawn if one.series in SERIES])
    some = [_panel(context, one) for one in drawn if one.series not in SERIES]
    own = [el("p", {"class": "kind"}, words("deck.some_panels")), el("div", {"class": "panels some"}, some)] if some else []
    rows = [[context.title(s), *[_final(context, s, one.series) for one in drawn]] for s in context.strategies]
    sheet = table(
        "table-panels", words("table.caption_panels"), [words("table.strategy"), *[p.title for p in drawn]], rows
    )
    return section(
        "panels",
        words("section.panels"),
        words("deck.panels"),
        context.key(),
        shared,
        own,
        folded(words("figure.table"), sheet),
    )


def _panel(context: Context, panel: Panel) -> Html:
    alt = context.words("figure.alt_panel", title=panel.title)
    return el(
        "figure", {"class": "panel"},
        el("figcaption", None, el("h3", None, panel.title), el("span", {"class": "unit"}, panel.unit)),
        context.plot(f"panel-{panel.series}", panel.figure, alt, "small-plot"),
    )  # fmt: skip


def _final(context: Context, strategy: str, series: str) -> str:
    values = calm(context.comparison.paths(strategy, series), series)[:, -1]
    known = values[np.isfinite(values)]
    return show(float(known.mean()), DAILY[series].unit, context.words.lang) if len(known) else DASH
