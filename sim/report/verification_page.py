"""The verification book as one page: the answer first, all deviations at a glance, then each closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from sim.records.verification import MOST, BookRecord, CheckRecord, Figure
from sim.report.html_table import folded, scrolling, table
from sim.report.markup import Html, el, join, keep_numbers
from sim.report.shell import asset, document, theme_button
from sim.report.strings import Words
from sim.report.verification import amount, deviation, in_words, verdict, verdict_of, word
from sim.text.bibliography import references
from sim.text.catalogue import Lang

MANY = 6
"""A closed form of more cases shows its worst, and all behind a line that opens them."""
_BIN = 0.5


def render_book(record: BookRecord, lang: Lang = "zh") -> str:
    """Return the page as text."""
    words = Words(lang)
    themes = [(theme, list(checks)) for theme, checks in groupby(record.checks, key=lambda check: check.theme)]
    body = el(
        "body", {"class": "book"},
        el("a", {"class": "skip", "href": "#answer"}, words("head.skip")),
        el("header", {"class": "bar"}, el("span", {"class": "brand"}, words("head.brand")), theme_button(words)),
        el("main", None, _opening(record, lang), _glance(record, themes, lang),
           [_theme(theme, checks, lang) for theme, checks in themes], _works(record, lang), _repeat(record, words)),
        el("footer", None, el("p", None, words("head.brand"), " ", record.version)),
        el("script", None, Html(asset("book.js"))),
    )  # fmt: skip
    title = word("page.question", lang)
    return document(f"{title} · guanxi", body, lang, 0, record.version, asset("verification.css"))


def _opening(record: BookRecord, lang: Lang) -> Html:
    """Return the question and the answer."""
    said = verdict(record, lang)[0]
    colour = "var(--bad)" if record.missed else "var(--good)"
    return el(
        "section", {"class": "opening", "id": "answer"},
        el("p", {"class": "kind"}, word("page.kind", lang)), el("h1", None, word("page.question", lang)),
        el("p", {"class": "answer", "style": f"--c:{colour}"}, keep_numbers(said)),
        el("p", {"class": "note"}, word("page.about", lang)),
    )  # fmt: skip


def _head(title: str, deck: str) -> Html:
    return el("div", {"class": "head"}, el("h2", None, title), el("p", {"class": "deck"}, deck))


def _glance(record: BookRecord, themes: Sequence[tuple[str, list[CheckRecord]]], lang: Lang) -> Html:
    """Return the themes in one table beside the spread of all deviations."""
    heads = [word(f"page.{name}", lang) for name in ("theme", "forms", "cases", "largest", "verdict")]
    rows: list[list[str]] = []
    for theme, checks in themes:
        z = [abs(f.deviation) for check in checks for f in check.figures if not f.is_exact and math.isfinite(f.deviation)]
        link = el("a", {"href": f"#{theme}"}, word(f"theme.{theme}", lang))
        rows.append([link, str(len(checks)), str(sum(len(check.figures) for check in checks)),
                     f"{max(z):.2f}" if z else "-", _mark(all(check.is_met for check in checks), lang)])
    spread = verdict(record, lang)[1:]
    chart = el("div", None, el("h3", None, word("page.spread", lang)), _spread(record.deviations, lang),
               [el("p", {"class": "note"}, keep_numbers(text)) for text in spread]) if spread else None
    return el(
        "section", {"id": "glance"}, _head(word("page.glance", lang), word("page.glance_deck", lang, allowed=f"{MOST:g}")),
        el("div", {"class": "glance"}, table("table-themes", word("page.themes", lang), heads, rows), chart),
    )  # fmt: skip


def _spread(deviations: Sequence[float], lang: Lang) -> Html:
    """Return a histogram of deviations in standard errors with the normal curve that chance alone would give."""
    wide, high, ground = 460, 190, 164
    count = round(2 * MOST / _BIN)
    bins = [0] * (count + 2)
    for z in deviations:
        bins[min(count + 1, max(0, math.floor((z + MOST) / _BIN) + 1))] += 1
    expected = [len(deviations) * _BIN * math.exp(-z * z / 2) / math.sqrt(2 * math.pi) for z in (k / 10 for k in range(-40, 41))]
    scale = (ground - 12) / max(*bins, *expected)
    step = wide / (count + 2)

    def across(z: float) -> float:
        return step + (z + MOST) / _BIN * step

    bars = [el("rect", {"class": "bar-of" if 0 < k <= count else "bar-of missed", "x": f"{k * step + 1:.1f}",
                        "y": f"{ground - n * scale:.1f}", "width": f"{step - 2:.1f}", "height": f"{n * scale:.1f}"})
            for k, n in enumerate(bins) if n]
    curve = " ".join(f"{'L' if k else 'M'}{across((k - 40) / 10):.1f} {ground - e * scale:.1f}" for k, e in enumerate(expected))
    ticks = [el("text", {"x": f"{across(z):.1f}", "y": ground + 17}, f"{z:+d}".replace("-", "\u2212") if z else "0") for z in range(-4, 5)]
    return el(
        "svg", {"class": "spread", "viewBox": f"0 0 {wide} {high}", "role": "img", "aria-label": word("page.spread", lang)},
        bars, el("path", {"class": "normal", "d": curve}),
        el("line", {"class": "ground", "x1": 0, "x2": wide, "y1": ground, "y2": ground}), ticks,
    )  # fmt: skip


def _theme(theme: str, checks: Sequence[CheckRecord], lang: Lang) -> Html:
    """Return the section of one theme."""
    return el("section", {"id": theme}, _head(word(f"theme.{theme}", lang), word(f"page.deck.{theme}", lang)),
              [_check(check, lang) for check in checks])


def _check(check: CheckRecord, lang: Lang) -> Html:
    """Return one closed form with its cases."""
    title = word(f"check.{check.id}.title", lang)
    works = references()
    cited = [el("a", {"href": f"#{key}", "title": works[key].text}, key) for key in check.sources]
    named: list[str] = [part for one in cited for part in (", ", one)][1:] or [word("table.own", lang)]
    return el(
        "article", {"class": "check", "id": check.id},
        el("h3", None, el("span", None, title), _mark(check.is_met, lang)),
        el("p", {"class": "means"}, word(f"check.{check.id}.means", lang)),
        el("p", {"class": "formula"}, in_words(check.formula, lang)),
        el("p", {"class": "small"}, word("table.source", lang), word("page.colon", lang), named, " · ", el("code", None, check.id)),
        el("p", {"class": "warning"}, word("table.broken", lang, what=check.broken)) if check.broken else None,
        _cases(check, title, lang),
    )  # fmt: skip


def _cases(check: CheckRecord, title: str, lang: Lang) -> Html:
    """Return the cases; of very many the worst, and all of them folded."""
    worst = check.worst
    if worst is None:
        return Html("")
    if len(check.figures) <= MANY:
        return _table(f"cases-{check.id}", title, check.figures, lang)
    shown = _table(f"worst-{check.id}", title, [worst], lang)
    n = len(check.figures)
    return join(shown, folded(word("page.all", lang, n=n), _table(f"cases-{check.id}", title, check.figures, lang)))


def _table(name: str, title: str, figures: Sequence[Figure], lang: Lang) -> Html:
    heads = [word(f"table.{name}", lang) for name in ("case", "theory", "ours", "away", "verdict")]
    strip_head = word("page.strip", lang, allowed=f"{MOST:g}")
    rows = [[in_words(f.case, lang), _signed(amount(f.theory)), _signed(amount(f.ours)), _signed(deviation(f, lang)), _mark(f.is_met, lang), _strip(f)]
            for f in figures]
    if all(figure.is_exact for figure in figures):
        return table(name, title, heads, [row[:5] for row in rows])
    head = el("tr", None, [el("th", {"scope": "col", "class": kind}, cell) for cell, kind in zip(
        [*heads, strip_head], ["text", "number", "number", "number", "number", "number chart"], strict=True)])
    body = [el("tr", None, el("th", {"scope": "row", "class": "text"}, row[0]),
               [el("td", {"class": "number", "data-head": heads[k]}, el("span", None, row[k])) for k in range(1, 5)],
               el("td", {"class": "number chart"}, row[5])) for row in rows]
    return scrolling(title, el("table", {"id": name}, el("caption", None, title), el("thead", None, head), el("tbody", None, body)))


def _strip(figure: Figure) -> Html:
    """Return where the deviation lies between the limits, as a picture that only repeats the number beside it."""
    if figure.is_exact or not math.isfinite(figure.deviation):
        return Html("")
    at = 66 + max(-MOST, min(MOST, figure.deviation)) / MOST * 60
    return el(
        "svg", {"class": "z", "viewBox": "0 0 132 14", "aria-hidden": "true"},
        el("line", {"class": "axis", "x1": 6, "x2": 126, "y1": 7, "y2": 7}),
        el("line", {"class": "zero", "x1": 66, "x2": 66, "y1": 1, "y2": 13}),
        [el("line", {"class": "axis", "x1": x, "x2": x, "y1": 3, "y2": 11}) for x in (6, 126)],
        el("circle", {"class": "dot" if figure.is_met else "dot missed", "cx": f"{at:.1f}", "cy": 7, "r": 4}),
    )  # fmt: skip


def _mark(is_met: bool, lang: Lang) -> Html:
    sign = "✓ " if is_met else "✗ "
    return el("span", {"class": "verdict met" if is_met else "verdict missed"}, sign, verdict_of(is_met, lang))


def _signed(text: str) -> str:
    """Return a figure with a true minus."""
    return f"\u2212{text[1:]}" if text.startswith("-") and len(text) > 1 else text


def _works(record: BookRecord, lang: Lang) -> Html:
    """Return the works behind the closed forms of the page."""
    keys = sorted({key for check in record.checks for key in check.sources})
    items = [el("li", {"id": key}, el("b", None, key), references()[key].full()) for key in keys]
    return el("section", {"id": "works"}, _head(word("page.works", lang), word("page.works_deck", lang)),
              el("ul", {"class": "works"}, items))


def _repeat(record: BookRecord, words: Words) -> Html:
    """Return the command that repeats the page."""
    lang = words.lang
    command = record.command or "guanxi verify"
    machine = f"{record.machine.get('system', '')} {record.machine.get('processor', '')}, Python {record.machine.get('python', '')}"
    facts = [(words("repeat.seed"), str(record.seed)), (words("repeat.version"), record.version or words("repeat.unknown")),
             (words("repeat.wall"), words("repeat.seconds", s=f"{record.seconds:.0f}")), (word("page.machine", lang), machine)]
    return el(
        "section", {"id": "repeat"}, _head(words("section.repeat"), word("page.repeat_deck", lang)),
        el("div", {"class": "command"}, el("code", {"id": "command"}, command),
           el("button", {"type": "button", "id": "copy", "data-done": words("repeat.copied")}, words("repeat.copy"))),
        el("dl", {"class": "facts"}, [el("div", None, el("dt", None, name), el("dd", None, value)) for name, value in facts]),
    )  # fmt: skip
