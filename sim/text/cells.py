"""Text in terminal cells: a Chinese character is two cells wide, so `len` and `ljust` will not do."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDE = {"W", "F"}
# Closing punctuation never opens a line, opening punctuation never ends one.
_CLOSING = set("，。、；：？！）》」』”’…,.;:?!)]}%")
_OPENING = set("（《「『“‘([{")


def cell_width(text: str) -> int:
    """Return how many terminal cells `text` takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in _WIDE else 1 for sign in text
    )


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill `text` with blanks to `width` cells; `right` puts the blanks before it."""
    blanks = " " * max(0, width - cell_width(text))
    return blanks + text if right else text + blanks


def clip(text: str, width: int) -> str:
    """Cut `text` to `width` cells, the last of them an ellipsis where something is lost."""
    if cell_width(text) <= width:
        return text
    kept = ""
    for sign in text:
        if cell_width(kept + sign) > width - 1:
            break
        kept += sign
    return kept + "…"


def wrap(text: str, width: int) -> list[str]:
    """Break one paragraph into lines of at most `width` cells.

    Breaks at blanks and between Chinese characters, never before closing or after opening punctuation.
    A single word longer than a line keeps its line.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and cell_width(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> Iterator[str]:
    """Yield the parts between which a line may break; blanks stay at the end of their part."""
    part = ""
    for at, sign in enumerate(text):
        part += sign
        following = text[at + 1 : at + 2]
        if not following:
            break
        between_wide = unicodedata.east_asian_width(sign) in _WIDE or unicodedata.east_asian_width(following) in _WIDE
        held = following in _CLOSING or sign in _OPENING or following == " "
        if (sign == " " and following != " ") or (between_wide and not held):
            yield part
            part = ""
    if part:
        yield part
