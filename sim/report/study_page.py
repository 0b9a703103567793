"""What the pages of attribution, sensitivity and optimisation share: the question and its answer, works, how to repeat it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.markup import Html, el, keep_numbers
from sim.report.shell import asset, document, theme_button
from sim.report.strings import Words
from sim.report.study import failures_said, word
from sim.text.bibliography import references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.text.catalogue import Lang

_COLOURS = 2


def study_page(record: Any, kind: str, question: str, said: Sequence[str], sections: Sequence[Html], works: Sequence[str],
               lang: Lang) -> str:
    """Return a whole page as text.

    Parameters
    ----------
    record : AttributionRecord, SensitivityRecord or OptimisationRecord
        What it shows.
    kind, question : str
        What sort of page it is, and its title.
    said : list of str
        The answer first, then what qualifies it.
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
        el("main", None, _opening(record, kind, question, said, lang), sections, _works(works, lang), _repeat(record, words)),
        el("footer", None, el("p", None, words("head.brand"), " ", record.version)),
        el("script", None, Html(asset("book.js"))),
    )  # fmt: skip
    return document(f"{question} · guanxi", body, lang, _COLOURS, record.version, asset("studies.css"))


def section(name: str, title: str, deck: str, *children: Html | None) -> Html:
    """Return one section with its head."""
    head = el("div", {"class": "head"}, el("h2", None, title), el("p", {"class": "deck"}, keep_numbers(deck)))
    return el("section", {"id": name}, head, children)


def _opening(record: Any, kind: str, question: str, said: Sequence[str], lang: Lang) -> Html:
    more = [*said[1:], word("common.simulated", lang)]
    failed = [el("p", {"class": "warning"}, text) for text in failures_said(record.failures, lang)]
    return el(
        "section", {"class": "opening", "id": "answer"}, el("p", {"class": "kind"}, kind), el("h1", None, question),
        el("p", {"class": "answer", "style": "--c:var(--s0)"}, keep_numbers(said[0])),
        [el("p", {"class": "note"}, keep_numbers(text)) for text in more], failed,
    )  # fmt: skip


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
