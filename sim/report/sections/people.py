"""Who earns, where the price goes, and the network."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.analysis.inequality import Earnings, earnings
from sim.records.run_record import ROLES
from sim.report.context import Context, section
from sim.report.figures.circles import Layout
from sim.report.figures.earners import MOST_DOTS, common_span, earners
from sim.report.figures.network import CLASSES, adoption, layout_of, network, paints, strongest
from sim.report.figures.split import BRAND, part_title, parts_of, shade, split
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
    return section("earners", words("section.earners"), words("deck.earners"), figures, note, folded(words("figure.table"), sheet))


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
    shown = {key: text for key, text in stats}
    alt = words(
        "figure.alt_earners", title=context.title(strategy), n=shown["agents"], median=shown["median"], losing=shown["losing"]
    )
    index = context.index(strategy)
    figure = earners(net, index, span, words.lang)
    thin = numbers.n > MOST_DOTS
    return el(
        "figure", {"class": "earners"},
        el(
            "figcaption", None,
            el("h3", None, context.glyph(strategy), el("span", None, context.title(strategy))),
            el("dl", {"class": "stats"}, [el("div", None, el("dt", None, words(f"stat.{k}")), el("dd", None, t)) for k, t in stats]),
        ),
        context.plot(f"earners-{index}", figure, alt),
        el("p", {"class": "note"}, words("deck.earners_thin", title=context.title(strategy), n=f"{numbers.n:,}", shown=MOST_DOTS)) if thin else None,
    )  # fmt: skip


def split_section(context: Context) -> Html:
    """Return one bar a strategy for the price of one unit."""
    words = context.words
    names = parts_of(context.comparison)
    shown = [s for s in context.strategies if context.comparison.examples[s].price_split]
    if not shown:
        return section("split", words("section.split"), words("deck.no_split"))
    parts = {s: context.comparison.examples[s].price_split for s in shown}
    negative = any(value < 0 for one in parts.values() for value in one.values())
    key = el("ul", {"class": "swatches"}, [_swatch(context, name, names) for name in names])
    head = [words("table.strategy"), *[part_title(n, words.lang) for n in names], words("split.total")]
    rows = [
        [context.title(s), *[_part(context, parts[s], n) for n in names], money(sum(parts[s].values()), words.lang)]
        for s in shown
    ]
    deck = words("deck.split") + (" " + words("deck.split_negative") if negative else "")
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


def _swatch(context: Context, name: str, names: list[str]) -> Html:
    if name == BRAND:
        glyphs: list[str] = [context.glyph(s) for s in context.strategies]
        return el("li", None, el("span", {"class": "glyphs"}, glyphs), part_title(name, context.words.lang))
    place = names.index(name)
    return el("li", None, el("span", {"class": "swatch", "style": f"--c:var(--g{place % 7})"}), part_title(name, context.words.lang))


def network_section(context: Context) -> Html:
    """Return the picture of the sample with its choice of strategy and its day slider."""
    words = context.words
    samples = {s: context.comparison.examples[s].network for s in context.strategies}
    shown = [s for s in context.strategies if len(samples[s].get("id", ()))]
    if not shown:
        return section("network", words("section.network"), words("deck.no_network"))
    layouts = _layouts({s: samples[s] for s in shown})
    first = shown[0]
    for strategy in shown:
        _keep(context, strategy, layouts[strategy])
    sample, ties = samples[first], len(samples[first]["source"])
    alt = words("figure.alt_network", people=len(sample["id"]), circles=len(layouts[first].discs), ties=ties)
    drawn = len(strongest(sample))
    plot = el("div", {"class": "plot network", "id": "plot-network", "data-network": str(context.index(first)), "role": "img", "aria-label": alt})
    note = words("deck.network_ties", n=f"{ties:,}", shown=f"{drawn:,}") if drawn < ties else None
    return section(
        "network", words("section.network"), words("deck.network", people=f"{len(sample['id']):,}"),
        _controls(context, shown), el("figure", None, plot, _network_key(context)),
        el("p", {"class": "note"}, note) if note else None,
        folded(words("figure.table"), _network_table(context, shown)),
    )  # fmt: skip


def _layouts(samples: dict[str, Any]) -> dict[str, Layout]:
    """Return places; strategies that show the same people share them, so that the eye can compare."""
    made: dict[bytes, Layout] = {}
    found = {}
    for strategy, sample in samples.items():
        same = np.asarray(sample["id"]).tobytes() + np.asarray(sample["circle"]).tobytes()
        made.setdefault(same, layout_of(sample))
        found[strategy] = made[same]
    return found


def _keep(context: Context, strategy: str, places: Layout) -> None:
    index = context.index(strategy)
    sample = context.comparison.examples[strategy].network
    figure = network(sample, index, context.words.lang, places)
    context.plot(f"network-{index}", figure, "")
    roles = [role for k, role in enumerate(ROLES) if (np.asarray(sample["role"]) == k).any()]
    context.figures[f"network-{index}"]["people"] = {
        theme: {role: dict(zip(("fill", "ring"), paints(index, role, theme), strict=True)) for role in roles}
        for theme in ("light", "dark")
    }


def _controls(context: Context, shown: list[str]) -> Html:
    words, last = context.words, context.comparison.days - 1
    choice = [
        el(
            "label", {"class": "chip"},
            el("input", {"type": "radio", "name": "network", "value": context.index(s), "checked": s == shown[0]}),
            context.glyph(s), el("span", None, context.title(s)),
        )
        for s in shown
    ]  # fmt: skip
    return el(
        "div", {"class": "controls"},
        el("fieldset", {"class": "key"}, el("legend", {"class": "unseen"}, words("network.choose")), choice) if len(shown) > 1 else None,
        el(
            "div", {"class": "slider"},
            el("button", {"type": "button", "id": "network-play", "data-play": words("network.play"), "data-pause": words("network.pause")}, words("network.play")),
            el("label", {"for": "network-day"}, words("network.day")),
            el("input", {"type": "range", "id": "network-day", "min": 0, "max": last, "value": last, "step": 1}),
            el("output", {"id": "network-now", "for": "network-day"}, str(last)),
            el("span", {"id": "network-count", "class": "note", "data-words": words("network.bought", n="#", all="##"), "aria-live": "polite"}, ""),
        ),
    )  # fmt: skip


def _network_key(context: Context) -> Html:
    """Return the key under the picture: roles by symbol, days by depth, ties by weight."""
    words = context.words
    roles = {int(r) for s in context.strategies for r in np.unique(context.comparison.examples[s].network.get("role", []))}
    people = [
        el("li", None, el("svg", {"class": f"role {ROLES[r]}", "viewBox": "0 0 12 12", "aria-hidden": "true"}, el("path", {"d": _outline(ROLES[r])})), words(f"role.{ROLES[r]}"))
        for r in sorted(roles)
    ]
    days = el("li", {"class": "ramp-item"}, words("network.buyer"), el("span", {"class": "small"}, words("network.early")), el("span", {"class": "ramp"}), el("span", {"class": "small"}, words("network.late")))
    none = el("li", None, el("svg", {"class": "role none", "viewBox": "0 0 12 12", "aria-hidden": "true"}, el("path", {"d": _outline("person")})), words("network.none"))
    ties = [
        el("li", None, el("svg", {"class": f"tie {name}", "viewBox": "0 0 26 8", "aria-hidden": "true"}, el("line", {"x1": 0, "x2": 26, "y1": 4, "y2": 4, "style": style})), words(f"network.tie_{name}"))
        for name, style in _tie_styles()
    ]
    return el("ul", {"class": "swatches network-key"}, people, none, days, ties)


def _tie_styles() -> list[tuple[str, str]]:
    kinds = [
        (name, f"stroke-width:{width};stroke-opacity:{opacity}")
        for name, (_, _, width, opacity) in zip(("weak", "middle", "strong"), CLASSES, strict=True)
    ]
    return [*kinds, ("distrust", "stroke-width:1.4;stroke-dasharray:2 2")]


def _outline(role: str) -> str:
    from sim.report.figures.network import SYMBOLS
    from sim.report.palette import outline

    return outline(SYMBOLS[role])


def _network_table(context: Context, shown: list[str]) -> Html:
    words = context.words
    rows = []
    for strategy in shown:
        sample = context.comparison.examples[strategy].network
        role, trust = np.asarray(sample["role"]), np.asarray(sample["trust"])
        counts = [len(role), int((adoption(sample) >= 0).sum()), int((role >= ROLES.index("reseller")).sum()), len(trust), int((trust < 0).sum())]
        rows.append([context.title(strategy), *[f"{n:,}" for n in counts]])
    head = [words("table.strategy"), *[words(f"network.{k}") for k in ("people", "adopted", "sellers", "ties", "distrust")]]
    return table("table-network", words("table.caption_network"), head, rows)
