"""Catalogues of messages, Chinese and English side by side in one TOML file.

Decision: TOML with both languages under one key rather than gettext catalogues. A key that lacks a
language cannot go unseen (loading fails), nothing has to be compiled, and the standard library
reads it in a millisecond, so `--help` stays quick. A leaf is a table with exactly `zh` and `en`;
tables above it only group.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)

_FOLDER = Path(__file__).resolve().parent


def read_toml(name: str) -> dict[str, Any]:
    """Return the data file `name`.toml of this folder."""
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def load(name: str) -> Mapping[str, Mapping[Lang, str]]:
    """Return a catalogue as {dotted key: {language: text}}.

    Raises
    ------
    ValueError
        If a leaf lacks a language or has another key besides.
    """
    return dict(_leaves(read_toml(name), ""))


def _leaves(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[Lang, str]]]:
    if not all(isinstance(value, dict) for value in table.values()):
        if set(table) != set(LANGS) or not all(isinstance(value, str) for value in table.values()):
            raise ValueError(f"message '{path}' needs exactly the texts {', '.join(LANGS)}")
        yield path, {lang: table[lang].strip("\n") for lang in LANGS}
        return
    for key, value in table.items():
        yield from _leaves(value, f"{path}.{key}" if path else key)


def say(catalogue: str, key: str, lang: Lang, **values: object) -> str:
    """Return one message with its values filled in.

    Raises
    ------
    KeyError
        If the catalogue has no such key, or the message names a value that is not given.
    """
    text = load(catalogue)[key][lang]
    return text.format(**values) if values else text
