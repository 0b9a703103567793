"""One result as one file: everything inside, nothing fetched, readable by somebody who gets it by mail.

The answer comes first, then what it rests on, then how to repeat it (`_body` has the order). The script that draws the figures stands once at the end, after
all text, so the page can be read before (and without) it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.records.comparison import Comparison
from sim.report.context import Context
from sim.report.findings import Findings
from sim.report.inputs import Extras
from sim.report.markup import Html, el, join, script_json
from sim.report.palette import dark_twin
from sim.report.sections.cards import cards, differences
from sim.report.sections.compliance import compliance_section
from sim.report.sections.meaning import (
    outcomes_section,
    reading_section,
    repeat_section,
    standing_section,
)
from sim.report.sections.money import panels_section, profit_section
from sim.report.sections.network import network_section
from sim.report.sections.opening import opening, question
from sim.report.sections.people import earners_section, split_section
from sim.report.shell import asset, document, theme_button, write_whole
from sim.report.strings import Words
from sim.text.catalogue import Lang

_NAV = ("profit", "panels", "earners", "split", "network", "reading", "standing", "compliance", "repeat")


def write_page(comparison: Comparison, path: Path, lang: Lang = "zh", extras: Extras | None = None) -> Path:
    """Write the page of a comparison (or of one strategy) to one self-contained HTML file.

    Parameters
    ----------
    comparison : Comparison
        One to nine strategies.
    path : Path
        File to write; it appears whole or not at all.
    lang : {'zh', 'en'}
        Language of the page.
    extras : Extras, optional
        Parameters with their standing, ablations.

    Returns
    -------
    Path
        `path`.
    """
    text = render_page(comparison, lang, extras)
    return write_whole(text, path)


def render_page(comparison: Comparison, lang: Lang = "zh", extras: Extras | None = None) -> str:
    """Return the page as text; see `write_page`."""
    context = Context(Findings(comparison), Words(lang), extras or Extras())
    body = _body(context)
    return document(f"{question(context)} · guanxi", body, lang, len(context.strategies), comparison.version)


def _body(context: Context) -> Html:
    words = context.words
    sections = [
        opening(context), cards(context), differences(context), profit_section(context), panels_section(context),
        earners_section(context), split_section(context), network_section(context), reading_section(context),
        outcomes_section(context), standing_section(context), compliance_section(context), repeat_section(context),
    ]  # fmt: skip
    return el(
        "body", None,
        el("a", {"class": "skip", "href": "#answer"}, words("head.skip")), _bar(context),
        el("main", None, sections),
        el("footer", None, el("p", None, words("head.brand"), " ", context.comparison.version)),
        _scripts(context),
    )  # fmt: skip


def _bar(context: Context) -> Html:
    words = context.words
    links = [el("a", {"href": f"#{name}"}, words(f"nav.{name}")) for name in _NAV]
    return el(
        "header", {"class": "bar"},
        el("span", {"class": "brand"}, words("head.brand")),
        el("nav", {"aria-label": words("head.sections")}, links),
        theme_button(words),
    )  # fmt: skip


def _scripts(context: Context) -> Html:
    from plotly.offline import get_plotlyjs

    data = {"figures": context.figures, "twins": twins_of(context.figures)}
    return join(
        el("script", {"type": "application/json", "id": "data"}, script_json(data)),
        el("script", None, Html(get_plotlyjs())),
        el("script", None, Html(asset("page.js"))),
    )


def twins_of(value: Any) -> dict[str, str]:
    """Return {light: dark} for every colour met in the figures that has a twin."""
    found: dict[str, str] = {}
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            # What the slider paints with is given for both kinds of paper already.
            stack.extend(v for k, v in one.items() if k != "people")
        elif isinstance(one, list):
            stack.extend(one)
        elif isinstance(one, str) and one not in found and (one.startswith(("#", "rgba("))):
            twin = dark_twin(one)
            if twin != one:
                found[one] = twin
    return found
