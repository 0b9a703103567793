"""The large figure: cumulative profit of every strategy, its bands, and where two of them cross."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from sim.records.comparison import Comparison
from sim.report.figures.theme import (
    END,
    SIGNS,
    base,
    end_labels,
    label,
    money_scale,
    padded,
    quantiles,
    unit_above,
    upright,
    words_end,
)
from sim.report.incidents import Incident, kind_title
from sim.report.markup import plot_text
from sim.report.numbers import money, show, span
from sim.report.palette import mark, neutral, veil
from sim.report.strings import title_of
from sim.text.catalogue import Lang, say

HEIGHT = 480
BANDS = ((0.05, 0.95, 0.10), (0.25, 0.75, 0.20))
"""(lower quantile, upper quantile, opacity) of the 90 and the 50 % band over replications."""
MOST_WORDS = 3
"""With more crossings than these the figure keeps the numbers and leaves the words to the table."""
WORDS_SHARE, BADGE_SHARE = 0.38, 0.03
"""Share of the width that a mark takes on a wide screen, with and without words beside it."""
MOST_BADGES = 6
"""More crossings than these are listed below the figure, but not marked in it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Badge:
    """A numbered mark in the figure: crossing `number` happens on `day` at `height_fen`; `lines` say which."""

    number: int
    day: int
    height_fen: float
    lines: tuple[str, ...] = ()


def profit(
    comparison: Comparison, lang: Lang, badges: Sequence[Badge] = (), marks: Sequence[Incident] = ()
) -> go.Figure:
    """Draw cumulative profit: mean line, 50 and 90 % bands over replications, numbered crossings.

    Parameters
    ----------
    comparison : Comparison
        `daily[strategy]['profit_fen']` is read, fen (R, T).
    lang : {'zh', 'en'}
    badges : sequence of Badge
        Crossings to mark; what they mean is said below the figure.
    marks : sequence of Incident
        Bans and insolvency, marked at the foot of the figure.
    """
    paths = {s: comparison.daily[s]["profit_fen"] for s in comparison.strategies}
    every = np.concatenate([quantiles(p, (0.05, 0.95)).ravel() for p in paths.values()] + [np.zeros(1)])
    scale, unit = money_scale(every, lang)
    low, high = padded(every / scale)
    if any(badge.lines for badge in badges):
        low, high = low - 0.08 * (high - low), high + 0.1 * (high - low)
    figure = base(HEIGHT)
    for index, strategy in enumerate(comparison.strategies):
        if len(paths[strategy]) > 1:
            _add_bands(figure, index, paths[strategy] / scale)
    for index, strategy in enumerate(comparison.strategies):
        _add_line(figure, (index, title_of(comparison, strategy, lang)), paths[strategy], scale, lang)
    days = comparison.days
    figure.update_xaxes(
        title_text=say("page", "axis.day", lang), range=[0, days - 1 + 0.012 * days], tickformat=",d",
        unifiedhovertitle={"text": say("page", "axis.hover_day", lang)}, showspikes=False,
    )  # fmt: skip
    figure.update_yaxes(range=[low, high], nticks=7)
    unit_above(figure, say("page", "axis.profit", lang, unit=unit))
    figure.add_hline(y=0, line={"color": neutral("faint"), "width": 1}, layer="below")
    _add_incidents(figure, comparison, marks, low + 0.02 * (high - low), lang)
    _label_ends(figure, comparison, lang, scale, (low, high))
    _add_badges(figure, badges[:MOST_BADGES], scale, Room(*_envelope(paths, scale), (low, high)))
    figure.update_layout(hovermode="x unified")
    return figure


def _envelope(paths: Mapping[str, Floats], scale: float) -> tuple[Floats, Floats]:
    """Return the lowest and the highest edge of all bands a day."""
    edges = np.stack([quantiles(p, (0.05, 0.95)) for p in paths.values()]) / scale
    return edges[:, 0].min(axis=0), edges[:, 1].max(axis=0)


def _add_bands(figure: go.Figure, index: int, paths: Floats) -> None:
    """Add one closed outline a band: there and back along the days."""
    days = np.arange(paths.shape[1])
    for low, high, opacity in BANDS:
        lower, upper = quantiles(paths, (low, high))
        figure.add_scatter(
            x=np.concatenate([days, days[::-1]]), y=np.concatenate([upper, lower[::-1]]).round(4), mode="lines",
            line={"width": 0}, fill="toself", fillcolor=veil(mark(index).light, opacity), hoverinfo="skip",
            meta={"strategy": index},
        )  # fmt: skip


def _add_line(figure: go.Figure, who: tuple[int, str], paths: Floats, scale: float, lang: Lang) -> None:
    index, title = who
    mean = paths.mean(axis=0)
    lower, upper = quantiles(paths, (0.05, 0.95))
    if len(paths) > 1:
        words = [
            say("page", "hover.profit", lang, mean=money(m, lang), span=span(money(a, lang), money(b, lang), lang))
            for m, a, b in zip(mean, lower, upper, strict=True)
        ]
    else:
        words = [money(m, lang) for m in mean]
    colour = mark(index).light
    figure.add_scatter(
        x=np.arange(len(mean)), y=(mean / scale).round(4), mode="lines", line={"color": colour, "width": 2.5},
        name=plot_text(title), customdata=words, hovertemplate="%{customdata}", meta={"strategy": index},
    )  # fmt: skip
    figure.add_scatter(
        x=[len(mean) - 1], y=[round(float(mean[-1] / scale), 4)], mode="markers", hoverinfo="skip", cliponaxis=False,
        marker={
            "color": colour, "size": 11, "symbol": mark(index).symbol,
            "line": {"color": neutral("paper"), "width": 1.5},
        },
        meta={"strategy": index},
    )  # fmt: skip


def _add_incidents(
    figure: go.Figure, comparison: Comparison, marks: Sequence[Incident], foot: float, lang: Lang
) -> None:
    """Mark days at the foot: a cross for a ban, a bar for insolvency, in the strategy's colour."""
    for one in marks:
        index = comparison.strategies.index(one.strategy)
        colour = mark(index).light
        upright(figure, one, colour)
        figure.add_scatter(
            x=[one.day], y=[foot], mode="markers", name=plot_text(title_of(comparison, one.strategy, lang)),
            marker={"symbol": SIGNS.get(one.kind, "x-thin"), "size": 11, "color": colour,
                    "line": {"color": colour, "width": 2.5}},
            customdata=[plot_text(kind_title(one.kind, lang))], hovertemplate="%{customdata}",
            meta={"strategy": index},
        )  # fmt: skip


def _label_ends(figure: go.Figure, comparison: Comparison, lang: Lang, scale: float, span: tuple[float, float]) -> None:
    rows, widths = [], []
    for strategy in comparison.strategies:
        last = float(comparison.daily[strategy]["profit_fen"][:, -1].mean())
        title, amount = label(title_of(comparison, strategy, lang)), show(last, "fen", lang)
        rows.append((f"<b>{title}</b><br>{amount}", last / scale))
        widths += [title, amount]
    gap = 36 / (HEIGHT - 70) * (span[1] - span[0])
    end_labels(figure, rows, span, gap)
    figure.update_layout(margin={"r": words_end(widths)})


class Room:
    """What is free above and below the lines and bands of each day, so that words stand clear of them.

    Parameters
    ----------
    lower, upper : float64 (T,)
        Lowest and highest band a day, in units of the axis.
    span : (float, float)
        Range of the upright axis.
    """

    def __init__(self, lower: Floats, upper: Floats, span: tuple[float, float]) -> None:
        self.edge = {1: upper.copy(), -1: -lower}
        self.end = {1: span[1], -1: -span[0]}
        self.per_pixel = (span[1] - span[0]) / (HEIGHT - 90)

    def place(self, day: int, height: float, share: float) -> tuple[float, bool]:
        """Return (height of the badge, whether its words go right), the nearest free place, and take it.

        Parameters
        ----------
        day, height : int, float
            Where the lines cross.
        share : float
            Share of the width that the words need.
        """
        days = len(self.edge[1])
        need = int(share * days)
        spots = []
        for right, start, stop in ((True, day, day + need), (False, day - need, day + 1)):
            for sign in (1, -1):
                taken = slice(max(0, start), min(days, stop))
                level = max(float(self.edge[sign][taken].max()), sign * height) + 28 * self.per_pixel
                outside = level > self.end[sign] - 16 * self.per_pixel
                is_cut = start < 0 or stop > days
                spots.append((is_cut, outside, level - sign * height, right, sign, level, taken))
        *_, right, sign, level, taken = min(spots, key=lambda spot: spot[:3])
        level = min(level, self.end[sign] - 16 * self.per_pixel)
        self.edge[sign][taken] = np.maximum(self.edge[sign][taken], level + 14 * self.per_pixel)
        return sign * level, right


def _add_badges(figure: go.Figure, badges: Sequence[Badge], scale: float, room: Room) -> None:
    """Mark crossings: a number over the lines and, on wide screens, what it is beside it."""
    wordy = len(badges) <= MOST_WORDS
    for badge in badges:
        height = badge.height_fen / scale
        level, right = room.place(badge.day, height, WORDS_SHARE if wordy else BADGE_SHARE)
        figure.add_annotation(
            name="crossing", x=badge.day, y=height, text=f"<b>{badge.number}</b>", showarrow=True,
            arrowhead=0, arrowwidth=1, arrowcolor=neutral("ink"), ax=0, ay=(height - level) / room.per_pixel,
            standoff=5, width=13, height=14, font={"size": 11, "color": neutral("paper")}, bgcolor=neutral("ink"),
            borderpad=3,
        )  # fmt: skip
        if badge.lines and wordy:
            words = [f"<b>{plot_text(badge.lines[0])}</b>", *map(plot_text, badge.lines[1:])]
            figure.add_annotation(
                name=END, x=badge.day, y=level, xshift=14 if right else -14, xanchor="left" if right else "right",
                text="<br>".join(words), align="left" if right else "right", showarrow=False,
                font={"size": 12, "color": neutral("ink")},
            )  # fmt: skip
        figure.add_scatter(
            x=[badge.day], y=[height], mode="markers", hoverinfo="skip",
            marker={"size": 8, "color": neutral("paper"), "line": {"color": neutral("ink"), "width": 1.5}},
        )  # fmt: skip
