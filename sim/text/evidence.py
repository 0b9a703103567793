"""What a parameter rests on: reads its `source` and finds the evidence behind it.

A source is written as keys of the bibliography (``Fader2005``), places of the evidence table
(``domain 4.3``, ``domain row 70``, ``market 0.2``, ``design 6``), ``calibrated: ...`` where a number
was set so that a published range is met, ``assumption`` where nothing was published, or ``scenario``
where the user of a scenario states the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from sim.text.bibliography import references
from sim.text.catalogue import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

Standing = Literal["sourced", "calibrated", "assumed", "stated"]
"""Published evidence; set to meet it; nothing published; the scenario's own."""

_PLACE = re.compile(r"\b(domain|market|design)\b")
_ROWS = re.compile(r"\brows?\s+(\d+(?:\s*(?:,|and|-)\s*\d+)*)")
_SECTION = re.compile(r"(?<![\w.])(\d{1,2}(?:\.\d{1,2})?)(?![\w%.]*\d)")
_KEY = re.compile(r"\b([A-Z][A-Za-z]+(?:\d{4}[a-z]?)?)\b")


@dataclass(frozen=True)
class Evidence:
    """One entry of the evidence table.

    Parameters
    ----------
    place : str
        How a source names it, such as ``domain row 70``.
    text, zh : str
        What was found; Chinese where the entry is a heading.
    use : str
        The default or the target made of it.
    source : tuple of str
        Keys of the bibliography.
    after : str
        Where it was read, if that is no work of the bibliography.
    confidence : str
        high, medium or low.
    """

    place: str
    text: str
    zh: str = ""
    use: str = ""
    source: tuple[str, ...] = ()
    after: str = ""
    confidence: str = ""


@cache
def evidence() -> Mapping[str, Evidence]:
    """Return the whole table by place."""
    table = {}
    for part, entries in read_toml("evidence").items():
        for name, entry in entries.items():
            fields = {**entry, "source": tuple(entry.get("source", ()))}
            table[f"{part} {name}"] = Evidence(f"{part} {name}", **fields)
    return table


def standing(source: str) -> Standing:
    """Return how firm a parameter with this source is."""
    text = source.strip().lower()
    if text.startswith("assumption"):
        return "assumed"
    if text.startswith("calibrated"):
        return "calibrated"
    if text.startswith("scenario"):
        return "stated"
    places = places_of(source)
    if places and not keys_of(source) and not any(_is_published(place) for place in places):
        return "assumed"
    return "sourced"


def _is_published(place: str) -> bool:
    """Tell whether a place holds published evidence.

    What the trial of the equations or the design supplied was published by nobody, and a row of low
    confidence is an input to choose, not a finding.
    """
    return place.startswith("domain") and not evidence()[place].confidence.startswith("low")


def keys_of(source: str) -> list[str]:
    """Return the keys of the bibliography that a source names itself, not those behind its places."""
    return [key for key in _KEY.findall(source) if key in references()]


def places_of(source: str) -> list[str]:
    """Return the places of the evidence table that a source names; unknown ones are left out."""
    return [place for place in _written_places(source) if place in evidence()]


def unknown_in(source: str) -> list[str]:
    """Return what a source names and nobody declared; empty means that the source can be followed."""
    lost = [place for place in _written_places(source) if place not in evidence()]
    lost += [key for key in re.findall(r"\b[A-Z][A-Za-z]+\d{4}[a-z]?\b", source) if key not in references()]
    followed = places_of(source) or keys_of(source) or standing(source) in {"assumed", "stated", "calibrated"}
    return lost if lost or followed else [source]


def _written_places(source: str) -> list[str]:
    """Return the places as the table would name them: each section and row after a table's name."""
    places = []
    # What stands in brackets explains ("5-15 % inbound chat") and names no place.
    parts = _PLACE.split(re.sub(r"\([^)]*\)", "", source))
    for table, after in zip(parts[1::2], parts[2::2], strict=True):
        rows = [number for group in _ROWS.findall(after) for number in _numbers(group)]
        sections = _SECTION.findall(_ROWS.sub("", after))
        places += [f"{table} {name}" for name in [*sections, *(f"row {number}" for number in rows)]]
    return places


def _numbers(group: str) -> list[int]:
    """Return the numbers of ``17, 19``, ``17 and 19`` or ``17-19``."""
    numbers: list[int] = []
    for part in re.split(r"\s*(?:,|and)\s*", group):
        low, _, high = part.partition("-")
        numbers += range(int(low), int(high or low) + 1)
    return numbers
