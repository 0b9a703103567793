"""The network: a sample of people in their circles, coloured by role and day of first purchase.

Sellers stand in ink, buyers in the strategy's colour (the earlier the deeper), people who have not
bought are hollow. The figure is drawn for the last day; `painted` gives what the page's day slider
needs to repaint it, because positions and ties never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from sim.records.run_record import ROLES
from sim.report.figures.circles import Layout, arrange
from sim.report.figures.theme import base
from sim.report.numbers import day as day_words
from sim.report.palette import blend, mark, neutral, ramp, veil
from sim.text.catalogue import Lang, say

HEIGHT = 620
MOST_TIES = 460
STRONGEST_EACH = 1
SYMBOLS = {"person": "circle", "seed_customer": "square", "reseller": "diamond", "kol": "star"}
SIZES = {"person": 9, "seed_customer": 9.5, "reseller": 12, "kol": 16}
CLASSES = ((0.0, 0.34, 0.6, 0.32), (0.34, 0.67, 1.0, 0.46), (0.67, 1.01, 1.6, 0.62))
"""Ties by size of trust: (from, below, line width, opacity)."""

Network = Mapping[str, NDArray[Any]]


def rows_of(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return sources and targets of the ties as rows of the people's table."""
    ids = np.asarray(network["id"])
    order = np.argsort(ids)
    find = [order[np.searchsorted(ids[order], np.asarray(network[end]))] for end in ("source", "target")]
    return find[0].astype(np.int64), find[1].astype(np.int64)


def layout_of(network: Network) -> Layout:
    """Return the places of one sample."""
    source, target = rows_of(network)
    return arrange(np.asarray(network["circle"]).astype(np.int64), source, target)


def network(sample: Network, index: int, lang: Lang, layout: Layout | None = None) -> go.Figure:
    """Draw one strategy's sample as it stands on the last day.

    Parameters
    ----------
    sample : dict of arrays
        `RunRecord.network`.
    index : int
        Place of the strategy in the comparison.
    lang : {'zh', 'en'}
    layout : Layout, optional
        Places to share between strategies that show the same people.
    """
    places = layout or layout_of(sample)
    figure = base(HEIGHT)
    figure.update_layout(
        shapes=[
            {
                "type": "circle", "x0": x - r, "x1": x + r, "y0": y - r, "y1": y + r, "layer": "below",
                "fillcolor": neutral("wash"), "line": {"color": neutral("rule"), "width": 1},
            }
            for x, y, r, _ in places.discs
        ],
        hovermode="closest", margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )  # fmt: skip
    _add_ties(figure, sample, places)
    for role in range(len(ROLES)):
        _add_people(figure, sample, (role, index), places, lang)
    wide, high = places.reach
    figure.update_xaxes(visible=False, range=[-wide, wide], constrain="domain")
    figure.update_yaxes(visible=False, range=[-high, high], scaleanchor="x")
    figure.update_layout(meta={"aspect": round(wide / high, 3)})
    return figure


def adoption(sample: Network) -> NDArray[np.int64]:
    """Return the day of everybody's first purchase, -1 for never; seed customers had bought before day 0."""
    days = np.asarray(sample["adoption_day"]).astype(np.int64)
    return np.where(np.asarray(sample["role"]) == ROLES.index("seed_customer"), 0, days)


def shown_ties(sample: Network, most: int = MOST_TIES) -> NDArray[np.intp]:
    """Return the rows of the ties that are drawn, at most about `most`.

    All if they are few; else those of distrust (rare and telling), the strongest that everybody
    speaks along, and of the rest every k-th from strong to weak, so that all strengths are seen.
    """
    trust = np.asarray(sample["trust"], dtype=np.float64)
    if len(trust) <= most:
        return np.arange(len(trust))
    order = np.lexsort((np.arange(len(trust)), -trust, np.asarray(sample["source"])))
    speaker = np.asarray(sample["source"])[order]
    first = np.searchsorted(speaker, speaker)
    chosen = np.zeros(len(trust), dtype=bool)
    chosen[order[np.arange(len(order)) - first < STRONGEST_EACH]] = True
    chosen[np.flatnonzero(trust < 0)[: most // 3]] = True
    rest = np.flatnonzero(~chosen)
    room = most - int(chosen.sum())
    if room > 0:
        ranked = rest[np.argsort(-trust[rest], kind="stable")]
        chosen[ranked[np.linspace(0, len(ranked) - 1, room).astype(int)]] = True
    return np.flatnonzero(chosen)


def _add_ties(figure: go.Figure, sample: Network, places: Layout) -> None:
    source, target = rows_of(sample)
    drawn = shown_ties(sample)
    trust = np.asarray(sample["trust"], dtype=np.float64)[drawn]
    source, target = source[drawn], target[drawn]
    ink = neutral("soft")
    for low, high, width, opacity in CLASSES:
        chosen = (trust >= low) & (trust < high)
        _add_lines(figure, places, (source[chosen], target[chosen]), {"color": veil(ink, opacity), "width": width})
    chosen = trust < 0
    line = {"color": veil(neutral("distrust"), 0.85), "width": 1.2, "dash": "dot"}
    _add_lines(figure, places, (source[chosen], target[chosen]), line)


def _add_lines(
    figure: go.Figure, places: Layout, ends: tuple[NDArray[np.int64], NDArray[np.int64]], line: dict[str, Any]
) -> None:
    source, target = ends
    gap = np.full(len(source), np.nan)
    x = np.column_stack([places.x[source], places.x[target], gap]).ravel()
    y = np.column_stack([places.y[source], places.y[target], gap]).ravel()
    if len(x):
        figure.add_scatter(x=x.round(2), y=y.round(2), mode="lines", line=line, hoverinfo="skip", connectgaps=False)


def _add_people(figure: go.Figure, sample: Network, who: tuple[int, int], places: Layout, lang: Lang) -> None:
    role, index = who
    rows = np.flatnonzero(np.asarray(sample["role"]) == role)
    if not len(rows):
        return
    name = ROLES[role]
    days = adoption(sample)[rows]
    last = int(adoption(sample).max(initial=0))
    fills, rings = paints(index, name)
    figure.add_scatter(
        x=places.x[rows].round(2), y=places.y[rows].round(2), mode="markers",
        meta={"people": name, "days": days.tolist()},
        marker={
            "symbol": SYMBOLS[name], "size": SIZES[name], "opacity": 1,
            "color": [_fill(d, last, fills) for d in days],
            "line": {"width": 1.2, "color": rings},
        },
        customdata=[_words(d, name, lang) for d in days], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def paints(index: int, role: str, theme: str = "light") -> tuple[list[str], str]:
    """Return (fill by age, first = earliest; ring) of a role on light or dark paper."""
    k = 0 if theme == "light" else 1
    from sim.report.palette import NEUTRAL

    paper, ink = NEUTRAL["paper"][k], NEUTRAL["ink"][k]
    colour = mark(index).light if theme == "light" else mark(index).dark
    if role in {"reseller", "kol"}:
        return ramp(ink, paper), ink
    return ramp(colour, paper), blend(colour, paper, 0.9) if role == "person" else ink


def _fill(day: int, last: int, fills: list[str]) -> str:
    """Return the fill of somebody who first bought on `day`; paper if never."""
    if day < 0:
        return neutral("paper")
    return fills[min(len(fills) - 1, int(len(fills) * day / max(1, last + 1)))]


def _words(day: int, role: str, lang: Lang) -> str:
    who = say("page", f"role.{role}", lang)
    if role == "seed_customer":
        return f"<b>{who}</b><br>{say('page', 'hover.seed', lang)}"
    when = say("page", "hover.bought", lang, day=day_words(day, lang)) if day >= 0 else say("page", "hover.never", lang)
    return f"<b>{who}</b><br>{when}"
