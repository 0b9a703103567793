"""Where the yuan goes: one bar a strategy whose parts sum to the price paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from sim.records.comparison import Comparison
from sim.report.figures.theme import base, label
from sim.report.markup import plot_text
from sim.report.numbers import money, percent
from sim.report.palette import SHADES, ink_on, mark, neutral
from sim.report.strings import title_of
from sim.text.catalogue import Lang, load, say

BAR = 66
KEPT = ("brand", "profit")
"""Names of the part that stays with the brand: it alone wears the strategy's colour."""


def parts_of(comparison: Comparison) -> list[str]:
    """Return the names of all parts in the order first met, the brand's own last."""
    names: dict[str, None] = {}
    for strategy in comparison.strategies:
        names |= dict.fromkeys(comparison.examples[strategy].price_split)
    return [name for name in names if name not in KEPT] + [name for name in names if name in KEPT]


def part_title(name: str, lang: Lang) -> str:
    """Return the words for a part; one that the catalogue does not know keeps its name."""
    key = f"split.{name}"
    return say("page", key, lang) if key in load("page") else name.replace("_", " ")


def shade(name: str, names: Sequence[str]) -> str:
    """Return the grey of a part that is not the brand's, by its place among the parts."""
    return SHADES[names.index(name) % len(SHADES)][0]


def split(comparison: Comparison, lang: Lang) -> go.Figure:
    """Draw where the price of one unit goes; a part below zero (the brand pays on top) hangs left."""
    names = parts_of(comparison)
    shown = [s for s in comparison.strategies if comparison.examples[s].price_split]
    figure = base(BAR * len(shown) + 58, barmode="relative", bargap=0.52)
    rows = list(range(len(shown)))
    for name in names:
        values = [comparison.examples[s].price_split.get(name, 0.0) for s in shown]
        colours = [mark(comparison.strategies.index(s)).light if name in KEPT else shade(name, names) for s in shown]
        figure.add_bar(
            y=rows, x=[round(v / 100, 2) for v in values], orientation="h", name=plot_text(part_title(name, lang)),
            marker={"color": colours, "line": {"color": neutral("paper"), "width": 2}},
            customdata=[_words(comparison.examples[s].price_split, name, lang) for s in shown],
            text=[_inside(comparison.examples[s].price_split, name, lang) for s in shown], textposition="inside",
            insidetextanchor="middle", textangle=0,
            textfont={"size": 12, "color": [ink_on(colour) for colour in colours]},
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    for row, strategy in enumerate(shown):
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=row, yshift=25, showarrow=False, font={"size": 12.5},
            text=f"<b>{label(title_of(comparison, strategy, lang), 40)}</b>",
        )  # fmt: skip
    figure.update_yaxes(visible=False, range=[len(shown) - 0.55, -0.85])
    figure.update_xaxes(title_text=say("page", "axis.split", lang), showgrid=True, gridcolor=neutral("grid"), nticks=7)
    figure.update_layout(
        margin={"l": 4, "r": 12, "t": 4, "b": 4}, hovermode="closest", uniformtext={"minsize": 11, "mode": "hide"}
    )
    return figure


def _inside(parts: Mapping[str, float], name: str, lang: Lang) -> str:
    """Return the words inside a part; plotly hides them where they do not fit."""
    amount = parts.get(name, 0.0)
    if name in KEPT and amount < 0:
        return f"{say('page', 'split.paid_on_top', lang)} {money(-amount, lang)}"
    return f"{plot_text(part_title(name, lang))} {money(amount, lang)}" if amount else ""


def _words(parts: Mapping[str, float], name: str, lang: Lang) -> str:
    total = sum(parts.values())
    share = percent(parts.get(name, 0.0) / total) if total else ""
    return say(
        "page", "hover.split", lang, part=part_title(name, lang), amount=money(parts.get(name, 0.0), lang), share=share
    )
