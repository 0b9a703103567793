"""The reading, the standing of the numbers, all outcomes, and how to repeat it."""

from __future__ import annotations

from sim.records.outcomes import SUMMARY
from sim.report.context import Context, pairs, section
from sim.report.findings import has_interval
from sim.report.html_table import folded, table
from sim.report.inputs import STATUSES, Parameter
from sim.report.markup import Html, el, join, keep_numbers
from sim.report.numbers import DASH, span
from sim.report.reading import Sentence, reading


def reading_section(context: Context) -> Html:
    """Return the sentences, and the ablations they rest on."""
    words = context.words
    told = reading(context.findings, words, tuple(context.extras.ablations))
    items = [el("li", None, el("p", None, keep_numbers(one.text), _see(context, one))) for one in told]
    return section(
        "reading",
        words("section.reading"),
        words("deck.reading"),
        el("ol", {"class": "reading"}, items),
        _ablations(context),
    )


def _see(context: Context, sentence: Sentence) -> list[Html]:
    """Return links to the tables in which a sentence's numbers stand."""
    word = context.words("reading.see")
    return [join(" ", el("a", {"class": "see", "href": f"#{name}"}, word)) for name in sentence.tables]


def _ablations(context: Context) -> Html | None:
    if not context.extras.ablations:
        return None
    words = context.words
    head = [words(f"table.{k}") for k in ("strategy", "ablation", "outcome", "with", "without", "change", "interval")]
    rows = [
        [
            context.title(a.strategy), a.label.get(words.lang) or a.mechanism, words.outcome(a.outcome),
            *[words.value(v, a.outcome) for v in (a.with_it, a.without_it, a.change)],
            span(words.value(a.low, a.outcome), words.value(a.high, a.outcome), words.lang),
        ]
        for a in context.extras.ablations
    ]  # fmt: skip
    return table("table-ablations", words("table.caption_ablations"), head, rows, text_columns=(0, 1, 2))


def outcomes_section(context: Context) -> Html:
    """Return every summary outcome of every strategy, with interval and the number of runs that define it."""
    words = context.words
    head = [words("table.outcome"), *[context.title(s) for s in context.strategies]]
    rows = [
        [words.outcome(name), *[_outcome(context, s, name) for s in context.strategies]]
        for name in SUMMARY if SUMMARY[name].unit != "light"
    ]  # fmt: skip
    sheet = table("table-outcomes", words("table.caption_outcomes"), head, rows)
    return section("outcomes", words("section.outcomes"), words("deck.outcomes"), folded(words("figure.table"), sheet))


def _outcome(context: Context, strategy: str, name: str) -> str:
    words = context.words
    one = context.findings.estimate(strategy, name)
    if not one.n:
        return DASH
    parts = [el("span", {"class": "strong"}, words.value(one.mean, name))]
    small = [span(words.value(one.low, name), words.value(one.high, name), words.lang)] if has_interval(one) else []
    if one.n_undefined:
        small.append(words("table.runs", k=one.n, n=one.n + one.n_undefined))
    return join(parts, [join(el("br"), el("span", {"class": "small"}, text)) for text in small])


def standing_section(context: Context) -> Html:
    """Return how many parameters are sourced, calibrated or assumed, and all of them behind a fold."""
    words, extras = context.words, context.extras
    if not extras.parameters:
        return section("standing", words("section.standing"), words("deck.no_standing"))
    groups = {status: [p for p in extras.parameters if p.status == status] for status in STATUSES}
    counts = [
        el(
            "div",
            {"class": f"count {status}", "style": f"flex-grow:{len(rows)}"},
            el("strong", None, str(len(rows))),
            el("span", None, words(f"standing.{status}")),
        )
        for status, rows in groups.items()
        if rows
    ]
    sheets = [
        folded(
            words("table.caption_standing", status=words(f"standing.{status}"), n=len(rows)),
            _parameters(context, status, rows),
        )
        for status, rows in groups.items()
        if rows
    ]
    if extras.deciding is None:
        verdict = words("deck.no_sensitivity")
    else:
        verdict = words("deck.deciding", list=words.listed(list(extras.deciding))) if extras.deciding else ""
    return section(
        "standing", words("section.standing"), words("deck.standing"), el("div", {"class": "counts"}, counts),
        el("p", {"class": "note"}, verdict) if verdict else None, sheets,
    )  # fmt: skip


def _parameters(context: Context, status: str, rows: list[Parameter]) -> Html:
    words = context.words
    head = [words(f"table.{k}") for k in ("parameter", "value", "range", "source", "meaning")]
    cells = [
        [
            el("code", None, p.name), " ".join(str(part) for part in (p.value, p.unit) if part != ""),
            f"{p.low:g} – {p.high:g}" if p.low is not None and p.high is not None else DASH,
            p.source or DASH, p.meaning.get(words.lang) or p.meaning.get("en", ""),
        ]
        for p in rows
    ]  # fmt: skip
    caption = words("table.caption_standing", status=words(f"standing.{status}"), n=len(rows))
    return table(f"table-{status}", caption, head, cells, text_columns=(0, 3, 4))


def repeat_section(context: Context) -> Html:
    """Return the command, the scenario texts, seed, version and run time."""
    words, comparison = context.words, context.comparison
    timings = comparison.timings
    facts = [
        ("seed", str(comparison.seed)), ("version", comparison.version or words("repeat.unknown")),
        ("replications", str(context.findings.runs)),
        ("wall", words("repeat.seconds", s=f"{timings['wall']:.1f}") if "wall" in timings else words("repeat.unknown")),
    ]  # fmt: skip
    if timings.get("compile"):
        facts.append(("compile", words("repeat.seconds", s=f"{timings['compile']:.1f}")))
    scenarios = [
        folded(
            words("repeat.scenario", title=context.title(s)), el("pre", {"tabindex": "0"}, comparison.texts.get(s, ""))
        )
        for s in context.strategies
    ]
    command = comparison.command or words("repeat.unknown")
    return section(
        "repeat", words("section.repeat"), words("deck.repeat"),
        el(
            "div", {"class": "command"}, el("code", {"id": "command"}, command),
            el("button", {"type": "button", "id": "copy", "data-done": words("repeat.copied")}, words("repeat.copy")),
        ),
        pairs("facts", [(words(f"repeat.{k}"), v) for k, v in facts]), scenarios,
        el("p", {"class": "note printed"}, words("repeat.printed")),
    )  # fmt: skip
