"""The field's terms in Chinese and English: meaning, formula, unit, sources; found by any of their names."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.text.catalogue import Lang

_FOLDER = Path(__file__).resolve().parent / "terms"
THEMES = ("people", "marketing", "sellers", "money", "agency", "method")
"""Files of terms, in the order in which they are listed."""


@dataclass(frozen=True)
class Term:
    """One term.

    Parameters
    ----------
    key : str
        Name in files: the `kind` of a strategy or mechanism where it is one.
    theme : str
        File it stands in.
    zh, en : str
        Name in each language.
    means : dict of str
        Meaning under the keys ``zh`` and ``en``.
    also : tuple of str
        Other names in either language.
    formula, unit : str
        Empty where there is none.
    source, see : tuple of str
        Keys of the bibliography; keys of related terms.
    """

    key: str
    theme: str
    zh: str
    en: str
    means: Mapping[Lang, str]
    also: tuple[str, ...] = ()
    formula: str = ""
    unit: str = ""
    source: tuple[str, ...] = ()
    see: tuple[str, ...] = ()

    def name(self, lang: Lang) -> str:
        """Return the name in one language."""
        return self.zh if lang == "zh" else self.en


@cache
def terms() -> Mapping[str, Term]:
    """Return all terms by key, theme by theme."""
    found: dict[str, Term] = {}
    for theme in THEMES:
        with (_FOLDER / f"{theme}.toml").open("rb") as file:
            entries = tomllib.load(file)
        for key, entry in entries.items():
            fields: dict[str, Any] = {**entry, "key": key, "theme": theme}
            fields |= {name: tuple(entry.get(name, ())) for name in ("also", "source", "see")}
            found[key] = Term(**fields)
    return MappingProxyType(found)


@cache
def names() -> Mapping[str, str]:
    """Return every name of every term, folded, with the term's key."""
    return {fold(name): term.key for term in terms().values() for name in names_of(term)}


def names_of(term: Term) -> list[str]:
    """Return what a term is called: key, both names with and without their brackets, aliases."""
    whole = [term.key, term.zh, term.en, *term.also]
    return [*whole, *(name.split(cut)[0] for name in (term.zh, term.en) for cut in ("（", " (") if cut in name)]


def fold(name: str) -> str:
    """Return a name as it is compared: no case, and blanks, hyphens and underscores alike."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def look_up(name: str) -> Term | None:
    """Return the term of a name in either language, or None."""
    key = names().get(fold(name))
    return terms()[key] if key else None


def near(name: str, count: int = 3) -> list[str]:
    """Return names of terms that a mistyped or partial name may stand for, best first."""
    wanted = fold(name)
    inside = sorted((known for known in names() if len(wanted) > 1 and wanted in known), key=len)
    alike = difflib.get_close_matches(wanted, list(names()), n=count * 2, cutoff=0.6)
    shown: dict[str, str] = {}
    for known in [*inside, *alike]:
        shown.setdefault(names()[known], known)
    return list(shown.values())[:count]
