"""What the pages of attribution, sensitivity and optimisation share: the question and its answer, works, how to repeat it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.report.markup import Html, el, join, keep_numbers
from sim.report.shell import asset, document, theme_button
from sim.report.strings import Words
from sim.report.study import amount, failures_said, has_span, span_of, word, world_said
from sim.text.bibliography import references

if TYPE_CHECKING:
    from sim.records.attribution import Estimate
    from sim.text.catalogue import Lang

_COLOURS = 2


@dataclass(frozen=True)
class Opening:
    """The top of a page.

    Parameters
    ----------
    kind, question : str
        What sort of page it is, and its title.
    setup : str
        What was asked.
    said : list of str
        The answer first, then what qualifies it.
    nexts : list of str
        What could be done next; commands stand between backticks.
    """

    kind: str
    question: str
    setup: str
    said: Sequence[str]
    nexts: Sequence[str]


def study_page(record: Any, opening: Opening, sections: Sequence[Html], works: Sequence[str], lang: Lang) -> str:
    """Return a whole page as text.

    Parameters
    ----------
    record : AttributionRecord, SensitivityRecord or OptimisationRecord
        What it shows.
    opening : Opening
        Question and answer.
    sections : list of Html
        Figures and tables.
    works : list of str
        Keys of the bibliography.
    lang : {'zh', 'en'}
    """
    words = Words(lang)
    body = el(
        "body", {"class": "study"},
        el("a", {"class": "skip", "href": "#answer"}, words("head.skip")),
        el("header", {"class": "bar"}, el("span", {"class": "brand"}, words("head.brand")), theme_button(words)),
        el("main", None, _opening(record, opening, lang), sections, _works(works, lang), _repeat(record, words)),
        el("footer", None, el("p", None, words("head.brand"), " ", record.version)),
        el("script", None, Html(asset("book.js"))),
    )  # fmt: skip
    return document(f"{opening.question} · guanxi", body, lang, _COLOURS, record.version, asset("studies.css"))


def estimate_cell(one: Estimate, unit: str, lang: Lang) -> Html:
    """Return a mean, and its interval in a line of its own below it."""
    below = el("small", {"class": "interval"}, span_of(one, unit, lang)) if has_span(one) else None
    return join(amount(one.mean, unit, lang), below)


def section(name: str, title: str, deck: str, *children: Html | None) -> Html:
    """Return one section with its head."""
    head = el("div", {"class": "head"}, el("h2", None, title), el("p", {"class": "deck"}, keep_numbers(deck)))
    return el("section", {"id": name}, head, children)


def _opening(record: Any, opening: Opening, lang: Lang) -> Html:
    world = world_said(record, lang)
    setup = f"{opening.setup}{' ' if lang == 'en' and world else ''}{world}"
    failed = [el("p", {"class": "warning"}, text) for text in failures_said(record.failures, lang)]
    steps = [el("h2", {"class": "next"}, word("common.next", lang)),
             el("ul", {"class": "next"}, [el("li", None, _with_commands(text)) for text in opening.nexts])] if opening.nexts else []
    return el(
        "section", {"class": "opening", "id": "answer"}, el("p", {"class": "kind"}, opening.kind), el("h1", None, opening.question),
        el("p", {"class": "answer", "style": "--c:var(--s0)"}, keep_numbers(opening.said[0])),
        [el("p", {"class": "also"}, keep_numbers(text)) for text in opening.said[1:]], failed, steps,
        el("p", {"class": "setup"}, keep_numbers(setup)), el("p", {"class": "note"}, word("common.simulated", lang)),
    )  # fmt: skip


def _with_commands(text: str) -> Html:
    """Return a text whose parts between backticks are set as commands."""
    return join([el("code", None, part) if k % 2 else keep_numbers(part) for k, part in enumerate(text.split("`"))])


def _works(keys: Sequence[str], lang: Lang) -> Html:
    items = [el("li", {"id": key}, el("b", None, key), references()[key].full()) for key in sorted(keys)]
    return section("works", word("common.works", lang), word("common.works_deck", lang), el("ul", {"class": "works"}, items))


def _repeat(record: Any, words: Words) -> Html:
    lang = words.lang
    made = record.machine
    machine = f"{made.get('system', '')} {made.get('processor', '')}, Python {made.get('python', '')}"
    facts = [
        (words("repeat.seed"), str(record.seed)), (words("repeat.version"), record.version or words("repeat.unknown")),
        (word("common.replications", lang), str(record.replications)),
        (word("common.runs", lang), word("common.runs_kept", lang, runs=f"{record.runs:,}", kept=f"{record.kept:,}")),
        (word("common.seconds", lang), words("repeat.seconds", s=f"{record.seconds:.0f}")),
        (word("common.machine", lang), machine),
    ]  # fmt: skip
    copied = {"type": "button", "id": "copy", "data-done": words("repeat.copied")}
    return section(
        "repeat", words("section.repeat"), word("common.repeat_deck", lang),
        el("div", {"class": "command"}, el("code", {"id": "command"}, record.command), el("button", copied, words("repeat.copy"))),
        el("dl", {"class": "facts"}, [el("div", None, el("dt", None, name), el("dd", None, value)) for name, value in facts]),
    )  # fmt: skip
