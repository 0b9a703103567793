"""The sections of a sweep's page that hold figures: responses, heat maps, parallel coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report.context import section
from sim.report.figures import sweep_heat, sweep_parallel
from sim.report.figures.sweep_response import response
from sim.report.html_table import folded, table
from sim.report.markup import Html, el
from sim.report.numbers import DASH, percent, span

if TYPE_CHECKING:
    from sim.report.sweep_page import Page
    from sim.report.sweep_words import SweepWords
    from sim.report.swept import Swept

_LEAST_WIDTH = 96
"""Pixels a coordinate needs; narrower screens scroll."""


def responses(page: Page) -> Html | None:
    """Return a chart an axis, and the figures behind them."""
    swept, words, name = page.swept, page.words, page.shown[0]
    if not swept.axes:
        return None
    shares = page.shares(name)
    panels = []
    for k, axis in enumerate(swept.axes):
        title = el("h3", None, el("span", None, axis.label), el("span", {"class": "unit", "data-share": k}, _share(words, shares[k])))
        plot = page.plot(f"response-{k}", response(swept, name, k), words("alt.response", axis=axis.label))
        panels.append(el("figure", None, title, plot))
    return section(
        "response", words("response.title"), page.named("response.deck", over=_over(swept, words), binned=_binned(swept, words)),
        page.key(), el("div", {"class": f"curves n{min(2, len(panels))}"}, panels),
        el("p", {"class": "note"}, page.named("response.share_long")), _table(swept, words, name),
    )  # fmt: skip


def _share(words: SweepWords, share: float) -> str:
    return words("response.share", share=percent(round(float(share), 3)))


def _over(swept: Swept, words: SweepWords) -> str:
    return words("response.over_points" if swept.is_over_points else "response.over_replications")


def _binned(swept: Swept, words: SweepWords) -> str:
    return words("response.binned") if any(axis.levels.is_binned for axis in swept.axes) else ""


def _table(swept: Swept, words: SweepWords, name: str) -> Html:
    """Return the figures of the curves of the outcome shown first."""
    told = swept.outcome(name)
    head = [words("response.setting"), words("response.level"), *([words("table.scenario")] if swept.wide > 1 else []),
            words("table.mean"), words("table.interval"), words("table.runs")]
    rows = []
    for k, axis in enumerate(swept.axes):
        found = swept.response(name, k)
        for level, at in enumerate(axis.levels.names):
            for s in range(swept.wide):
                low, high = found.low[s, level], found.high[s, level]
                bounds = span(told.text(low), told.text(high), swept.lang) if np.isfinite(low) else DASH
                who = [swept.title(s)] if swept.wide > 1 else []
                rows.append([axis.label, at, *who, told.text(found.mean[s, level]), bounds, f"{int(found.n[s, level]):,}"])
    texts = (0, 1, 2) if swept.wide > 1 else (0, 1)
    sheet = table("table-response", words("response.caption", outcome=told.label), head, rows, text_columns=texts)
    return folded(words("response.table", outcome=told.label), sheet)


def heats(page: Page) -> Html | None:
    """Return a map a scenario over two axes that the reader picks."""
    swept, words = page.swept, page.words
    if len(swept.axes) < 2:
        return None
    first, second = page.pair
    picks = [el("label", {"for": f"heat-{side}"}, words(f"control.{side}")) + _select(swept, f"heat-{side}", chosen)
             for side, chosen in (("across", first), ("up", second))]
    maps = []
    for s in range(swept.wide):
        figure = sweep_heat.heat(swept, page.shown[0], (first, second), s)
        plot = page.plot(f"heat-{s}", figure, words("alt.heat", title=swept.title(s)))
        title = el("h3", None, page.glyph(s), el("span", None, swept.title(s)))
        maps.append(el("figure", {"class": "map"}, title, plot))
    return section("heat", words("heat.title"), page.named("heat.deck", binned=words("heat.binned") if _binned(swept, words) else ""), el("div", {"class": "pick"}, [Html(p) for p in picks]),
                   el("div", {"class": f"maps n{min(2, swept.wide)}"}, maps))


def _select(swept: Swept, name: str, chosen: int) -> Html:
    options = [el("option", {"value": k, "selected": k == chosen}, axis.label) for k, axis in enumerate(swept.axes)]
    return el("select", {"id": name}, options)


def parallels(page: Page) -> Html | None:
    """Return all points as lines through all axes; one axis and one scenario say in their response all that lines could."""
    swept, words = page.swept, page.words
    if len(swept.axes) + (swept.wide > 1) < 2 or not swept.axes or len(swept.numbers) < 2:
        return None
    coordinates = len(swept.axes) + 1 + (swept.wide > 1)
    plot = page.plot("parallel", sweep_parallel.shell(swept), words("alt.parallel"))
    lines, cells = -(-len(page.rows) // sweep_parallel.every(swept)) * swept.wide, len(swept.numbers) * swept.wide
    note = words("parallel.thinned", n=f"{lines:,}", all=f"{cells:,}") if lines < cells else None
    thinned = words("heat.thinned", n=f"{len(page.rows):,}", all=f"{len(swept.numbers):,}")
    note = note if len(page.rows) == len(swept.numbers) else f"{note} {thinned}"
    scale = el("p", {"class": "scalebar"}, el("span", {"id": "scale-low"}, words("parallel.low")), el("i", {"id": "scale-bar", "aria-hidden": "true"}),
               el("span", {"id": "scale-high"}, words("parallel.high")))
    held = el("div", {"class": "lines", "style": f"--least:{coordinates * _LEAST_WIDTH}px", "role": "region", "tabindex": "0",
                       "aria-label": words("parallel.title")}, plot)
    return section("parallel", words("parallel.title"), page.named("parallel.deck"), scale, held,
                   el("p", {"class": "note"}, " ".join(t for t in (words("parallel.left_out"), note) if t)))
