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
ON_TOP = {**dict.fromkeys(KEPT, "paid_on_top"), "resellers": "agents_on_top", "membership_fee": "fees_on_top"}
"""Parts that, below zero, are paid on top by somebody, and the message that says by whom."""
FAMILIES: dict[str, tuple[str, ...]] = {
    "goods": ("goods", "write_off", "delivery"), "refunds": ("refunds",), "traffic": ("media", "lead", "slot_fee"),
    "people": ("host", "base_pay", "people"), "incentives": ("commission", "packet", "membership_fee", "incentives"),
    "other": ("other",), "agents": ("buy_back", "rebates", "resellers"),
}  # fmt: skip
"""Families of parts in the order of reading; the brand's own part stands last."""
GREYS = ("goods", "agents", "traffic", "people", "incentives", "refunds", "other")
"""Families from the darkest grey to the palest: what is argued about most stands out most."""
FOLD = 0.015
"""Parts below this share of the price with every strategy stand together as ``other`` in the figure; the table has all."""

Parts = dict[str, dict[str, float]]


def parts_of(comparison: Comparison) -> Parts:
    """Return strategy -> part -> fen, of the strategies that sold anything."""
    shown = {s: dict(comparison.examples[s].price_split) for s in comparison.strategies}
    return {s: parts for s, parts in shown.items() if parts}


def names_of(parts: Parts) -> list[str]:
    """Return the names of all parts in reading order, unknown ones as first met, the brand's own last."""
    met = list(dict.fromkeys(name for one in parts.values() for name in one))
    place = {name: k for k, name in enumerate(name for names in FAMILIES.values() for name in names)}
    return sorted(met, key=lambda name: (name in KEPT, place.get(name, place["other"])))


def drawn_parts(comparison: Comparison) -> Parts:
    """Return the parts as drawn: what is thin with every strategy stands together as ``other``; sums stay."""
    shown = parts_of(comparison)
    thin = {
        name for name in names_of(shown)
        if name not in KEPT and all(abs(one.get(name, 0.0)) < FOLD * abs(sum(one.values())) for one in shown.values())
    }  # fmt: skip
    if len(thin | {"other"}) < 3:
        return shown
    return {s: _folded(one, thin | {"other"}) for s, one in shown.items()}


def _folded(parts: Mapping[str, float], thin: set[str]) -> dict[str, float]:
    rest = sum(value for name, value in parts.items() if name in thin)
    return {name: value for name, value in parts.items() if name not in thin} | ({"other": rest} if rest else {})


def part_title(name: str, lang: Lang) -> str:
    """Return the words for a part; one that the catalogue does not know keeps its name."""
    key = f"split.{name}"
    return say("page", key, lang) if key in load("page") else name.replace("_", " ")


def family(name: str) -> str:
    """Return the family of a part, which decides its grey; unknown ones belong to ``other``."""
    return next((key for key, names in FAMILIES.items() if name in names), "other")


def families_of(names: Sequence[str]) -> list[str]:
    """Return the families of parts that are not the brand's, in the order of their greys."""
    met = {family(name) for name in names if name not in KEPT}
    return [key for key in FAMILIES if key in met]


def shade(key: str) -> int:
    """Return the place of a family among the greys."""
    return GREYS.index(key)


def split(comparison: Comparison, lang: Lang) -> go.Figure:
    """Draw where the price of one unit goes; a part below zero (somebody pays on top) hangs left."""
    parts = drawn_parts(comparison)
    names, shown = names_of(parts), list(parts)
    figure = base(BAR * len(shown) + 58, barmode="relative", bargap=0.52)
    rows = list(range(len(shown)))
    for name in names:
        values = [parts[s].get(name, 0.0) for s in shown]
        grey = SHADES[shade(family(name))][0]
        colours = [mark(comparison.strategies.index(s)).light if name in KEPT else grey for s in shown]
        figure.add_bar(
            y=rows, x=[round(v / 100, 2) for v in values], orientation="h", name=plot_text(part_title(name, lang)),
            marker={"color": colours, "line": {"color": neutral("paper"), "width": 2}},
            customdata=[_words(parts[s], name, lang) for s in shown],
            text=[_inside(parts[s], name, lang) for s in shown], textposition="inside",
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
    if name in ON_TOP and amount < 0:
        return f"{say('page', f'split.{ON_TOP[name]}', lang)} {money(-amount, lang)}"
    return f"{plot_text(part_title(name, lang))} {money(amount, lang)}" if amount else ""


def _words(parts: Mapping[str, float], name: str, lang: Lang) -> str:
    total = sum(parts.values())
    share = percent(parts.get(name, 0.0) / total) if total else ""
    return say(
        "page", "hover.split", lang, part=part_title(name, lang), amount=money(parts.get(name, 0.0), lang), share=share
    )
