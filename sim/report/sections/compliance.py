"""Compliance indicators, each with its rule; both ways of counting side by side; never advice."""

from __future__ import annotations

import math

from sim.analysis.compliance import COUNTS, LINES, CountName, Indicator, Light, Line, indicators, strategy_light
from sim.records.outcomes import SUMMARY
from sim.report.context import Context, section
from sim.report.html_table import scrolling, table
from sim.report.markup import Html, el, join
from sim.report.numbers import DASH, day, exact_money, percent, show

_LIGHT_SHAPES = {
    "green": ("circle", {"cx": "8", "cy": "8", "r": "6.5"}),
    "amber": ("path", {"d": "M8 1.2L15.2 14H.8z"}),
    "red": ("path", {"d": "M5 1h6l4 4v6l-4 4H5l-4-4V5z"}),
}


def light_shape(light: str) -> Html:
    """Return the sign of a light: its shape says what its colour says."""
    name, attrs = _LIGHT_SHAPES[light]
    return el("svg", {"class": f"light {light}", "viewBox": "0 0 16 16", "aria-hidden": "true"}, el(name, attrs))


def compliance_section(context: Context) -> Html:
    """Return the lights with their reasons, and the indicators of every strategy that has resellers."""
    words = context.words
    having = [s for s in context.strategies if context.findings.has_agents(s)]
    without = [context.title(s) for s in context.strategies if s not in having]
    if not having:
        note = words("deck.no_schemes")
    else:
        note = words("deck.no_schemes_some", titles=words.listed(without)) if without else ""
    return section(
        "compliance", words("section.compliance"), words("deck.compliance"), _lights(context),
        _indicators(context, having) if having else None, el("p", {"class": "note"}, note) if note else None,
    )  # fmt: skip


def _lights(context: Context) -> Html:
    words = context.words
    head = [words("table.strategy"), *[words(f"compliance.{c}") for c in COUNTS], words("compliance.why")]
    rows = []
    for s in context.strategies:
        shown: dict[CountName, Light] = {c: strategy_light(context.comparison, s, c) for c in COUNTS}
        rows.append([context.title(s), *[_light(context, one) for one in shown.values()], _why(context, s, shown["all"])])
    return table("table-lights", words("table.caption_lights"), head, rows, text_columns=(0, 3))


def _light(context: Context, light: Light) -> Html | str:
    if not light.of:
        return DASH
    return join(light_shape(light.name), context.words(f"strip.{light.name}"))


def _why(context: Context, strategy: str, light: Light) -> str:
    """Return what turned the light, all downlines counted: the other count is never worse."""
    words = context.words
    if not light.reasons:
        some = context.findings.has_agents(strategy)
        return words("compliance.reason_none" if some else "compliance.nothing")
    return words.listed([
        words("compliance.reason_runs", reason=words(f"compliance.reason_{name}"), k=runs, n=light.of)
        for name, runs in light.reasons
    ])


def _indicators(context: Context, having: list[str]) -> Html:
    """Return the table of indicators: two columns a strategy, one where a rule counts neither people nor levels."""
    words = context.words
    counts = [words(f"compliance.{c}") for c in COUNTS]
    names = [el("th", {"scope": "colgroup", "colspan": 2, "class": "text"}, context.title(s)) for s in having]
    heads = [el("th", {"scope": "col", "class": "text"}, text) for _ in having for text in counts]
    found = {s: indicators(context.comparison, s) for s in having}
    body = [_row(context, line, {s: [i for i in found[s] if i.line is line] for s in having}) for line in LINES]
    caption = words("table.caption_compliance")
    inner = el(
        "table", {"id": "table-compliance"}, el("caption", None, caption),
        el("thead", None,
           el("tr", None, el("th", {"scope": "col", "rowspan": 2, "class": "text"}, words("table.indicator")), names),
           el("tr", None, heads)),
        el("tbody", None, body),
    )  # fmt: skip
    return scrolling(caption, inner)


def _row(context: Context, line: Line, cells: dict[str, list[Indicator]]) -> Html:
    words = context.words
    label = join(line.zh if words.lang == "zh" else line.en, el("br"),
                 el("span", {"class": "small"}, words(f"compliance.rule_{line.name}")))
    boxes = []
    for strategy, found in cells.items():
        for one in found:
            head = f"{context.title(strategy)} · {words(f'compliance.{one.count}')}" if line.counts else context.title(strategy)
            attrs = {"data-head": head, "colspan": None if line.counts else 2}
            boxes.append(el("td", attrs, el("span", None, _cell(context, one))))
    return el("tr", None, el("th", {"scope": "row", "class": "text"}, label), boxes)


def _cell(context: Context, one: Indicator) -> Html | str:
    """Return the value, and where it stands to the line."""
    lang = context.words.lang
    outcome = one.line.outcome_of(one.count)
    if not math.isfinite(one.value) and not (one.line.parts and one.runs):
        return DASH
    parts = [el("span", {"class": "strong"}, show(one.value, SUMMARY[outcome].unit, lang))]
    if math.isfinite(one.line.limit):
        parts += [el("br"), el("span", {"class": "small"}, _standing(context, one))]
    return join(parts)


def _standing(context: Context, one: Indicator) -> str:
    words, lang = context.words, context.words.lang
    counts = {"k": one.runs, "n": one.of}
    if one.line.side != "from":
        return words(f"compliance.{one.line.side}", limit=limit_of(one.line, lang), **counts)
    if not one.runs:
        return words("compliance.not_reached", n=one.of)
    if not math.isfinite(one.day):
        return words("compliance.reached_some", **counts)
    return words("compliance.reached", day=day(one.day, lang), **counts)


def limit_of(line: Line, lang: str) -> str:
    """Return a line's limit as people write it."""
    unit = SUMMARY[line.outcome].unit
    if unit == "share":
        return percent(line.limit).replace(".0%", "%")
    return exact_money(line.limit, "zh" if lang == "zh" else "en") if unit == "fen" else f"{line.limit:g}"
