"""`guanxi explain`: the glossary, the outcomes, the evidence and the bibliography, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sim.cli.command import Command, definition_list, terminal_width
from sim.cli.language import current, tell
from sim.cli.options import json_option, language_option
from sim.cli.output import emit, emit_json
from sim.records.outcomes import DAILY, SUMMARY
from sim.text.bibliography import references
from sim.text.cells import wrap
from sim.text.evidence import evidence
from sim.text.glossary import THEMES, look_up, near, terms

if TYPE_CHECKING:
    from sim.text.glossary import Term

_COLUMN = 14


@click.command("explain", cls=Command)
@click.argument("term", nargs=-1)
@json_option
@language_option
def explain(term: tuple[str, ...], *, as_json: bool) -> None:
    """Print one term, or the list of all."""
    name = " ".join(term).strip()
    body = _find(name) if name else {"terms": [_body(entry) for entry in terms().values()]}
    if as_json:
        emit_json("glossary", body)
    else:
        emit("\n".join(_entry(body) if name else _all_terms()))


def _find(name: str) -> dict[str, Any]:
    """Return what is known under a name, as one flat table.

    Raises
    ------
    click.UsageError
        If nothing is; the nearest names are given.
    """
    found = look_up(name)
    if found is not None:
        return _body(found)
    key = name.replace(" ", "_").lower()
    outcome = SUMMARY.get(key) or DAILY.get(key)
    if outcome is not None:
        means = {lang: f"{outcome.formula}. {outcome.undefined}".strip(" .") for lang in ("zh", "en")}
        return {"key": key, "zh": outcome.zh, "en": outcome.en, "means": means, "unit": outcome.unit}
    works = {work.lower(): reference for work, reference in references().items()}
    if name.lower() in works:
        return {"key": works[name.lower()].key, "reference": works[name.lower()].full()}
    if name.lower() in evidence():
        place = evidence()[name.lower()]
        return {"key": place.place, "means": {"zh": place.zh or place.text, "en": place.text}, "use": place.use,
                "source": list(place.source), "after": place.after, "confidence": place.confidence}
    from sim.scenario.levers import levers

    found_levers = levers(key)
    if found_levers:
        return {"key": key, "levers": found_levers}
    names = ", ".join(near(name))
    raise click.UsageError(tell("explain.unknown", term=name, near=tell("failure.near", names=names) if names else ""))


def _body(term: Term) -> dict[str, Any]:
    """Return a term with what the catalogue of outcomes adds to it."""
    body = {"key": term.key, "theme": term.theme, "zh": term.zh, "en": term.en, "means": dict(term.means)}
    body |= {"formula": term.formula, "unit": term.unit, "also": list(term.also)}
    return body | {"source": list(term.source), "see": list(term.see)}


def _entry(body: dict[str, Any]) -> list[str]:
    """Return one entry for the terminal."""
    if "reference" in body:
        return [body["key"], *wrap(body["reference"], terminal_width())]
    if "levers" in body:
        found = ((path, means[current()]) for path, means in body["levers"].items())
        return [tell("explain.levers", name=body["key"]), *definition_list(found, _COLUMN)]
    own, other = (("zh", "en") if current() == "zh" else ("en", "zh"))
    title = f"{body[own]}  {body[other]}" if own in body else body["key"]
    lines = [title, *wrap(body["means"][own], terminal_width())]
    if own == "zh" and body["means"][own].isascii():
        lines.append(tell("explain.in_english"))
    if body["means"][other] != body["means"][own]:
        lines += wrap(body["means"][other], terminal_width())
    rows = [(tell(f"explain.{name}"), body.get(name, "")) for name in ("formula", "unit", "use", "after")]
    rows.append((tell("explain.confidence"), tell(f"explain.grade.{grade_key(body['confidence'])}") if body.get("confidence") else ""))
    rows.append((tell("explain.also"), "、".join(body.get("also", [])) if own == "zh" else ", ".join(body.get("also", []))))
    rows += [(tell("explain.source"), references()[key].full()) for key in body.get("source", [])]
    rows += [(tell("explain.see"), " · ".join(terms()[key].name(current()) for key in body.get("see", [])))]
    return [*lines, "", *definition_list(((name, text) for name, text in rows if text), _COLUMN)]


def grade_key(confidence: str) -> str:
    """Return the key of the words for a confidence: ``high_from_memory`` for ``high (from memory)``."""
    return confidence.translate(str.maketrans(" ", "_", "()"))


def _all_terms() -> list[str]:
    """Return the list of all terms, theme by theme."""
    lines: list[str] = []
    for theme in THEMES:
        entries = [term for term in terms().values() if term.theme == theme]
        lines += [tell(f"explain.theme.{theme}")]
        lines += definition_list(((term.name(current()), term.name("en" if current() == "zh" else "zh")) for term in entries), 38)
        lines += [""]
    return [*lines, tell("explain.more", count=len(terms()))]
