"""What every section of a page is given, and where it leaves its figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from sim.records.comparison import Comparison
from sim.report.findings import Findings
from sim.report.inputs import Extras
from sim.report.markup import Child, Html, el
from sim.report.palette import mark
from sim.report.strings import Words


@dataclass
class Context:
    """A page in the making: its numbers, its words, and the figures met so far.

    Parameters
    ----------
    findings : Findings
    words : Words
    extras : Extras
    figures : dict
        Figure id to what the page's script draws: ``data``, ``layout`` and, for the network, ``people``.
    """

    findings: Findings
    words: Words
    extras: Extras
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def comparison(self) -> Comparison:
        """Return the tables behind the findings."""
        return self.findings.comparison

    @property
    def strategies(self) -> list[str]:
        """Return the names in the order given."""
        return self.findings.strategies

    def title(self, strategy: str) -> str:
        """Return a strategy's title in the page's language."""
        return self.words.title(self.comparison, strategy)

    def index(self, strategy: str) -> int:
        """Return a strategy's place, which decides colour and symbol."""
        return self.strategies.index(strategy)

    def mean(self, strategy: str, outcome: str) -> str:
        """Return the mean of an outcome as shown everywhere."""
        return self.words.value(self.findings.estimate(strategy, outcome).mean, outcome)

    def plot(self, name: str, figure: go.Figure, alt: str, kind: str = "") -> Html:
        """Keep a figure for the script and return its place in the page."""
        self.figures[name] = json.loads(figure.to_json())
        height = int(figure.layout.height)
        attrs = {
            "class": f"plot {kind}".strip(), "id": f"plot-{name}", "data-figure": name, "role": "img",
            "aria-label": alt, "style": f"min-height:{height}px",
        }  # fmt: skip
        return el("div", attrs)

    def glyph(self, strategy: str) -> Html:
        """Return the strategy's symbol in its colour."""
        index = self.index(strategy)
        path = el("path", {"d": mark(index).outline})
        return el(
            "svg",
            {"class": "glyph", "viewBox": "0 0 12 12", "aria-hidden": "true", "style": f"--c:var(--s{index})"},
            path,
        )

    def key(self) -> Html | None:
        """Return the key of colours and symbols; its buttons emphasise one strategy on all figures."""
        if len(self.strategies) < 2:
            return None
        buttons = [
            el(
                "button",
                {
                    "type": "button", "class": "chip", "data-strategy": self.index(s), "aria-pressed": "false",
                    "title": self.words("figure.emphasise", title=self.title(s)),
                },
                self.glyph(s), el("span", None, self.title(s)),
            )
            for s in self.strategies
        ]  # fmt: skip
        return el("div", {"class": "key", "role": "group", "aria-label": self.words("figure.key")}, buttons)


def section(name: str, heading: str, deck: str | None, *children: Child) -> Html:
    """Return one section: heading on the left, how to read it on the right, then its content."""
    head = el(
        "header", {"class": "head"},
        el("h2", {"id": f"h-{name}"}, heading), el("p", {"class": "deck"}, deck) if deck else None,
    )  # fmt: skip
    return el("section", {"id": name, "aria-labelledby": f"h-{name}"}, head, *children)


def pairs(name: str, rows: Sequence[tuple[str, str]]) -> Html:
    """Return a list of (label, value), values set large above their labels."""
    items = [el("div", None, el("dt", None, label), el("dd", None, value)) for label, value in rows]
    return el("dl", {"class": name}, items)
