"""The network: its picture with a choice of strategy and a day slider, its key, its table."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.records.run_record import ROLES
from sim.report.context import Context, section
from sim.report.figures.circles import Layout
from sim.report.figures.network import CLASSES, SYMBOLS, adoption, layout_of, network, paints, shown_ties
from sim.report.html_table import folded, table
from sim.report.markup import Html, el
from sim.report.palette import outline


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
    drawn = len(shown_ties(sample))
    plot = el(
        "div",
        {
            "class": "plot network",
            "id": "plot-network",
            "data-network": str(context.index(first)),
            "role": "img",
            "aria-label": alt,
        },
    )
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
    """Return the choice of strategy and the day slider."""
    words = context.words
    choice = [
        el(
            "label", {"class": "chip"},
            el("input", {"type": "radio", "name": "network", "value": context.index(s), "checked": s == shown[0]}),
            context.glyph(s), el("span", None, context.title(s)),
        )
        for s in shown
    ]  # fmt: skip
    legend = el("legend", {"class": "unseen"}, words("network.choose"))
    field = el("fieldset", {"class": "key"}, legend, choice) if len(shown) > 1 else None
    return el("div", {"class": "controls"}, field, _slider(context))


def _slider(context: Context) -> Html:
    words, last = context.words, context.comparison.days - 1
    play, pause = words("network.play"), words("network.pause")
    told = words("network.bought", n="#", all="##")
    return el(
        "div", {"class": "slider"},
        el("button", {"type": "button", "id": "network-play", "data-play": play, "data-pause": pause}, play),
        el("label", {"for": "network-day"}, words("network.day")),
        el("input", {"type": "range", "id": "network-day", "min": 0, "max": last, "value": last, "step": 1}),
        el("output", {"id": "network-now", "for": "network-day"}, str(last)),
        el("span", {"id": "network-count", "class": "note", "data-words": told, "aria-live": "polite"}, ""),
    )  # fmt: skip


def _network_key(context: Context) -> Html:
    """Return the key under the picture: roles by symbol, days by depth, ties by weight."""
    words = context.words
    samples = [context.comparison.examples[s].network for s in context.strategies]
    roles = sorted({int(role) for sample in samples for role in np.unique(sample.get("role", []))})
    has_distrust = any((np.asarray(sample["trust"]) < 0).any() for sample in samples if "trust" in sample)
    items = [_role_item(ROLES[role], SYMBOLS[ROLES[role]], words(f"role.{ROLES[role]}")) for role in roles]
    items.append(_role_item("none", SYMBOLS["person"], words("network.none")))
    early, late = (el("span", {"class": "small"}, words(f"network.{end}")) for end in ("early", "late"))
    items.append(el("li", None, words("network.buyer"), early, el("span", {"class": "ramp"}), late))
    items += [
        _tie_item(name, style, words(f"network.tie_{name}"))
        for name, style in _tie_styles()
        if name != "distrust" or has_distrust
    ]
    return el("ul", {"class": "swatches network-key"}, items)


def _role_item(name: str, symbol: str, label: str) -> Html:
    picture = {"class": f"role {name}", "viewBox": "0 0 12 12", "aria-hidden": "true"}
    return el("li", None, el("svg", picture, el("path", {"d": outline(symbol)})), label)


def _tie_item(name: str, style: str, label: str) -> Html:
    line = el("line", {"x1": 0, "x2": 26, "y1": 4, "y2": 4, "style": style})
    return el(
        "li", None, el("svg", {"class": f"tie {name}", "viewBox": "0 0 26 8", "aria-hidden": "true"}, line), label
    )


def _tie_styles() -> list[tuple[str, str]]:
    kinds = [
        (name, f"stroke-width:{width};stroke-opacity:{opacity}")
        for name, (_, _, width, opacity) in zip(("weak", "middle", "strong"), CLASSES, strict=True)
    ]
    return [*kinds, ("distrust", "stroke-width:1.4;stroke-dasharray:2 2")]


def _network_table(context: Context, shown: list[str]) -> Html:
    words = context.words
    rows = []
    for strategy in shown:
        sample = context.comparison.examples[strategy].network
        role, trust = np.asarray(sample["role"]), np.asarray(sample["trust"])
        sells = role >= ROLES.index("reseller")
        counts = [len(role), (adoption(sample) >= 0).sum(), sells.sum(), len(trust), (trust < 0).sum()]
        rows.append([context.title(strategy), *[f"{int(n):,}" for n in counts]])
    keys = ("people", "adopted", "sellers", "ties", "distrust")
    head = [words("table.strategy"), *[words(f"network.{key}") for key in keys]]
    return table("table-network", words("table.caption_network"), head, rows)
