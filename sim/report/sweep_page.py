"""A sweep as one file: everything inside, nothing fetched; what came out first, then what it rests on.

Figures are drawn for one outcome and redrawn for the one the reader chooses: curves from means that are worked out here,
heat maps and parallel coordinates from a table of point means in the page (16 bits a value, which is finer than a
screen). `BUDGET` bounds that table, so a page of 10,000 runs stays under 6 MB, of which plotly is 4.8.
"""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.figures.sweep_heat import axis_look
from sim.report.figures.sweep_parallel import drawn, every, kept_rows, label_of
from sim.report.figures.sweep_response import span_of
from sim.report.figures.sweep_theme import colour_scale, scale_twins
from sim.report.markup import Html, el, join, plot_text, script_json
from sim.report.numbers import percent
from sim.report.palette import mark
from sim.report.sections.sweep_figures import heats, parallels, responses
from sim.report.sections.sweep_opening import expectations, opening, question
from sim.report.sections.sweep_worst import failures, outcomes, repeat, worst
from sim.report.shell import asset, document, theme_button, write_whole
from sim.report.strings import Words
from sim.report.sweep_words import SweepWords
from sim.report.swept import Swept

if TYPE_CHECKING:
    from pathlib import Path

    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from sim.records.sweep import SweepRecord
    from sim.text.catalogue import Lang

    Floats = NDArray[np.float64]

BUDGET = 720_000
"""Characters of the table of points: their settings, and means of the outcomes that can be chosen."""
LEAST_OUTCOMES = 12
_A_VALUE = 8 / 3
"""Characters of 16 bits."""
_LAST = 65_534
"""Steps between the least and the greatest value; one more says: undefined."""


class Page:
    """A page in the making: the sweep, its words, and the figures met so far."""

    def __init__(self, record: SweepRecord, lang: Lang) -> None:
        self.swept, self.words, self.shared = Swept(record, lang), SweepWords(lang), Words(lang)
        self.rows = kept_rows(self.swept)
        cells = max(1, len(self.rows) * self.swept.wide)
        left = BUDGET - 1.5 * _A_VALUE * len(self.rows) * len(self.swept.axes)
        self.shown = self.swept.shown[: max(LEAST_OUTCOMES, int(left / (_A_VALUE * cells)))]
        self.figures: dict[str, Any] = {}
        self._shares: dict[str, Floats] = {}

    def shares(self, name: str) -> Floats:
        """Return how much of an outcome's variation each axis explains by itself."""
        if name not in self._shares:
            self._shares[name] = self.swept.shares(name)
        return self._shares[name]

    @property
    def pair(self) -> tuple[int, int]:
        """Return the two axes that move the first outcome most, the stronger level."""
        order = np.argsort(-self.shares(self.shown[0]), kind="stable")
        return int(order[0]), int(order[1])

    def named(self, key: str, **values: str) -> Html:
        """Return a text in which the outcome's name follows the reader's choice."""
        label = self.swept.outcome(self.shown[0]).inline
        before, sign, after = self.words(key, outcome="\0", **values).partition("\0")
        return join(before, el("span", {"data-named": True}, label) if sign else None, after)

    def plot(self, name: str, figure: go.Figure, alt: str, kind: str = "") -> Html:
        """Keep a figure for the script and return its place in the page."""
        self.figures[name] = json.loads(figure.to_json())
        label = alt.replace("##", self.swept.outcome(self.shown[0]).label)
        return el("div", {"class": f"plot {kind}".strip(), "id": f"plot-{name}", "data-figure": name, "role": "img",
                          "aria-label": label, "data-alt": alt, "style": f"min-height:{int(figure.layout.height)}px"})

    def glyph(self, strategy: int) -> Html:
        """Return a scenario's symbol in its colour."""
        style = f"--c:var(--s{strategy % 9})"
        return el("svg", {"class": "glyph", "viewBox": "0 0 12 12", "aria-hidden": "true", "style": style},
                  el("path", {"d": mark(strategy).outline}))

    def key(self) -> Html | None:
        """Return the key of colours and symbols; its buttons emphasise one scenario."""
        if self.swept.wide < 2:
            return None
        buttons = [
            el("button", {"type": "button", "class": "chip", "data-strategy": s, "aria-pressed": "false",
                          "title": self.shared("figure.emphasise", title=self.swept.title(s))},
               self.glyph(s), el("span", None, self.swept.title(s)))
            for s in range(self.swept.wide)
        ]  # fmt: skip
        return el("div", {"class": "key", "role": "group", "aria-label": self.shared("figure.key")}, buttons)


def write_sweep_page(record: SweepRecord, path: Path, lang: Lang = "zh") -> Path:
    """Write the page of a sweep to one self-contained HTML file, whole or not at all."""
    return write_whole(page(record, lang), path)


def page(record: SweepRecord, lang: Lang = "zh") -> str:
    """Return the page of a sweep as text.

    Parameters
    ----------
    record : SweepRecord
        Finished, interrupted, or one shard.
    lang : {'zh', 'en'}
        Language of the page.
    """
    made = Page(record, lang)
    title = f"{question(made.swept, made.words)} · guanxi"
    return document(title, _body(made), lang, min(9, made.swept.wide), record.version, asset("sweep.css"))


def _body(made: Page) -> Html:
    swept, words = made.swept, made.words
    parts: list[Html | None] = [opening(swept, words)]
    if made.shown:
        parts += [expectations(swept, words), _chooser(made), responses(made), heats(made), parallels(made),
                  worst(swept, words, made.shown), outcomes(swept, words, made.shown)]
    parts += [failures(swept, words), repeat(swept, words)]
    return el(
        "body", None,
        el("a", {"class": "skip", "href": "#answer"}, made.shared("head.skip")), _bar(made, join(*parts)),
        el("main", None, parts),
        el("footer", None, el("p", None, made.shared("head.brand"), " ", swept.record.version)),
        _scripts(made),
    )  # fmt: skip


def _bar(made: Page, body: Html) -> Html:
    """Return the head of the page with links to the sections it has."""
    names = ("expect", "response", "heat", "parallel", "worst", "outcomes", "failures", "repeat")
    links = [el("a", {"href": f"#{name}"}, made.words(f"nav.{name}")) for name in names if f'<section id="{name}"' in body]
    return el("header", {"class": "bar"}, el("span", {"class": "brand"}, made.shared("head.brand")),
              el("nav", {"aria-label": made.shared("head.sections")}, links), theme_button(made.shared))


def _chooser(made: Page) -> Html:
    options = [el("option", {"value": k}, made.swept.outcome(name).label) for k, name in enumerate(made.shown)]
    return el("div", {"class": "choose"}, el("label", {"for": "outcome"}, made.words("control.outcome")),
              el("select", {"id": "outcome", "autocomplete": "off"}, options),
              el("span", {"class": "small"}, made.words("control.hint")))


def _scripts(made: Page) -> Html:
    from plotly.offline import get_plotlyjs

    from sim.report.page import twins_of

    twins = twins_of(made.figures) | scale_twins()
    data = {"figures": made.figures, "twins": twins, "sweep": _table(made) if made.shown else None}
    return join(
        el("script", {"type": "application/json", "id": "data"}, script_json(data)),
        el("script", None, Html(get_plotlyjs())), el("script", None, Html(asset("sweep.js"))),
        el("script", None, Html(asset("page.js"))),
    )  # fmt: skip


def _table(made: Page) -> dict[str, Any]:
    """Return what the script draws from: axes at the points drawn, and every outcome that can be chosen."""
    swept, rows = made.swept, made.rows
    axes = [{"values": _packed(drawn(view, rows)), "place": _places(view.levels.place[rows]), "names": [plot_text(n) for n in view.levels.names],
             "look": axis_look(view)} for view in swept.axes]
    return {"points": len(rows), "wide": swept.wide, "every": every(swept), "empty": made.words("heat.empty"), "axes": axes, "outcomes": [_outcome(made, name) for name in made.shown]}


def _outcome(made: Page, name: str) -> dict[str, Any]:
    swept, told = made.swept, made.swept.outcome(name)
    means = swept.means(name)[made.rows]
    scale, unit = told.scale(swept.means(name))
    curves, ranges, title = [], [], told.title(unit)
    for k in range(len(swept.axes)):
        found = swept.response(name, k)
        # Every chart of an outcome is in the unit of the table, so that they share one upright axis.
        curves.append([[_plain(part[s] / scale) for part in (found.mean, found.low, found.high)] for s in range(swept.wide)])
        ranges.append(span_of(found, scale))
    steps, _, _ = colour_scale(means / scale)
    return {
        "name": name, "label": told.label, "inline": told.inline, "title": plot_text(title), "head": label_of(title), "steps": steps,
        "values": _packed(means.ravel() / scale), "response": curves, "unit": unit,
        "range": [min(r[0] for r in ranges), max(r[1] for r in ranges)] if ranges else None,
        "shares": [made.words("response.share", share=percent(round(float(one), 3))) for one in made.shares(name)],
    }  # fmt: skip


def _plain(values: Floats) -> list[float | None]:
    """Return numbers of five digits as JSON has them; undefined is null."""
    return [float(f"{v:.5g}") if math.isfinite(v) else None for v in values.tolist()]


def _packed(values: Floats) -> dict[str, Any]:
    """Return values in 16 bits each: {low, step, bits}; the highest number says undefined."""
    flat = np.asarray(values, np.float64).ravel()
    known = np.isfinite(flat)
    low, high = (float(flat[known].min()), float(flat[known].max())) if known.any() else (0.0, 0.0)
    step = (high - low) / _LAST or 1.0
    bits = np.full(flat.shape, _LAST + 1, np.uint16)
    bits[known] = np.round((flat[known] - low) / step).astype(np.uint16)
    return {"low": low, "step": step, "bits": base64.b64encode(bits.astype("<u2").tobytes()).decode("ascii")}


def _places(place: NDArray[np.int64]) -> dict[str, Any]:
    """Return levels in 8 bits each, or 16 where there are more of them."""
    kind = "<u1" if int(place.max(initial=0)) < 256 else "<u2"
    return {"low": 0, "step": 1, "bits": base64.b64encode(place.astype(kind).tobytes()).decode("ascii"), "bytes": int(kind[-1])}
