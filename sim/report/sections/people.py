"""Who earns, and where the price goes."""

from __future__ import annotations

from sim.analysis.inequality import Earnings, earnings
from sim.report.context import Context, pairs, section
from sim.report.figures.earners import MOST_DOTS, common_span, earners
from sim.report.figures.split import (
    KEPT,
    drawn_parts,
    families_of,
    names_of,
    part_title,
    parts_of,
    shade,
    split,
)
from sim.report.html_table import folded, table
from sim.report.markup import Html, el
from sim.report.numbers import DASH, money, percent, show


def earners_section(context: Context) -> Html:
    """Return the dots of every strategy that has agents, or the honest line that none has."""
    words = context.words
    agents = {s: context.comparison.examples[s].agents for s in context.strategies}
    having = [s for s in context.strategies if len(agents[s]["net_fen"])]
    if not having:
        return section("earners", words("section.earners"), words("deck.no_agents"))
    span = common_span([agents[s]["net_fen"] for s in having])
    numbers = {s: earnings(agents[s]) for s in having}
    figures = [_earners(context, s, numbers[s], span) for s in having]
    without = [context.title(s) for s in context.strategies if s not in having]
    note = el("p", {"class": "note"}, words("deck.no_agents_some", titles=words.listed(without))) if without else None
    head = [words("table.strategy"), *[words(f"stat.{k}") for k in ("agents", "losing", "median", "top1", "gini")]]
    rows = [[context.title(s), *[text for _, text in _stats(context, numbers[s])]] for s in having]
    sheet = table("table-earners", words("table.caption_earners"), head, rows)
    return section(
        "earners", words("section.earners"), words("deck.earners"), figures, note, folded(words("figure.table"), sheet)
    )


def _stats(context: Context, one: Earnings) -> list[tuple[str, str]]:
    lang = context.words.lang
    return [
        ("agents", show(one.n, "count", lang)), ("losing", show(one.losing_share, "share", lang)),
        ("median", show(one.median_fen, "fen", lang)), ("top1", show(one.top1_share, "share", lang)),
        ("gini", show(one.gini, "index", lang)),
    ]  # fmt: skip


def _earners(context: Context, strategy: str, numbers: Earnings, span: tuple[float, float]) -> Html:
    words = context.words
    net = context.comparison.examples[strategy].agents["net_fen"]
    stats = _stats(context, numbers)
    shown = dict(stats)
    alt = words(
        "figure.alt_earners",
        title=context.title(strategy),
        n=shown["agents"],
        median=shown["median"],
        losing=shown["losing"],
    )
    index = context.index(strategy)
    figure = earners(net, index, span, words.lang)
    thinned = words("deck.earners_thin", title=context.title(strategy), n=f"{numbers.n:,}", shown=MOST_DOTS)
    return el(
        "figure", {"class": "earners"},
        el(
            "figcaption", None,
            el("h3", None, context.glyph(strategy), el("span", None, context.title(strategy))),
            pairs("stats", [(words(f"stat.{k}"), t) for k, t in stats]),
        ),
        context.plot(f"earners-{index}", figure, alt),
        el("p", {"class": "note"}, thinned) if numbers.n > MOST_DOTS else None,
    )  # fmt: skip


def split_section(context: Context) -> Html:
    """Return one bar a strategy for the price of one unit."""
    words = context.words
    parts = parts_of(context.comparison)
    if not parts:
        return section("split", words("section.split"), words("deck.no_split"))
    negative = any(value < 0 for one in parts.values() for value in one.values())
    drawn, names = names_of(drawn_parts(context.comparison)), names_of(parts)
    key = el("ul", {"class": "swatches"}, [_swatch(context, one) for one in families_of(drawn)], _own(context))
    head = [words("table.part"), *[context.title(s) for s in parts]]
    rows = [[part_title(name, words.lang), *[_part(context, one, name) for one in parts.values()]] for name in names]
    rows.append([words("split.total"), *[money(sum(one.values()), words.lang) for one in parts.values()]])
    blank = "" if words.lang == "zh" else " "
    notes = ["split", *(["split_negative"] if negative else []), *(["split_folded"] if drawn != names else [])]
    deck = blank.join(words(f"deck.{note}") for note in notes)
    return section(
        "split", words("section.split"), deck, key,
        el("figure", None, context.plot("split", split(context.comparison, words.lang), words("figure.alt_split"))),
        folded(words("figure.table"), table("table-split", words("table.caption_split"), head, rows)),
    )  # fmt: skip


def _part(context: Context, parts: dict[str, float], name: str) -> str:
    total = sum(parts.values())
    if name not in parts:
        return DASH
    amount = money(parts[name], context.words.lang)
    return f"{amount} ({percent(parts[name] / total)})" if total else amount


def _swatch(context: Context, key: str) -> Html:
    swatch = el("span", {"class": "swatch", "style": f"--c:var(--g{shade(key)})"})
    return el("li", None, swatch, context.words(f"split.family_{key}"))


def _own(context: Context) -> Html:
    """Return the key of the part that wears the strategies' colours."""
    glyphs: list[str] = [context.glyph(s) for s in context.strategies]
    return el("li", None, el("span", {"class": "glyphs"}, glyphs), part_title(KEPT[-1], context.words.lang))
