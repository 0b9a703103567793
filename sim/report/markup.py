"""HTML that cannot be broken by what it says: every plain text is escaped, only `Html` is not.

Names, titles and texts come from files that somebody else wrote; a page built from `el` shows
them as they are and never runs them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any


class Html(str):
    """Text that is markup already, made by this module only."""

    __slots__ = ()


VOID = frozenset({"meta", "link", "br", "hr", "input"})
_CLOSED = frozenset({"path", "line", "rect", "circle"})

Child = str | Iterable[str | None] | None


def el(name: str, attrs: Mapping[str, Any] | None = None, *children: Child) -> Html:
    """Return one element.

    Parameters
    ----------
    name : str
        Tag.
    attrs : mapping, optional
        Attributes; None and False leave one out, True writes its bare name.
    *children : str, Html, iterables of them or None
        `str` is escaped, `Html` is kept, None is nothing.
    """
    head = "".join(_attribute(key, value) for key, value in (attrs or {}).items())
    if name in VOID:
        return Html(f"<{name}{head}>")
    if name in _CLOSED:
        return Html(f"<{name}{head}/>")
    return Html(f"<{name}{head}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Return the children side by side, escaped where they are plain text."""
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            parts.append(child if isinstance(child, Html) else escape(child, quote=False))
        else:
            parts.append(join(*child))
    return Html("".join(parts))


def _attribute(key: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    return f" {key}" if value is True else f' {key}="{escape(str(value), quote=True)}"'


_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


_NUMBER = re.compile(r"[<>]?\u2212?¥?\d[\d,.]*(?:%|\u00a0[^\s，。；、）)]{1,4})?")


def keep_numbers(text: str) -> Html:
    """Return text in which no line ends inside a number, its sign or its unit."""
    parts: list[str] = []
    end = 0
    for hit in _NUMBER.finditer(text):
        parts += [text[end : hit.start()], el("span", {"class": "nb"}, hit.group())]
        end = hit.end()
    return join(parts, text[end:])


def script_json(value: Any) -> Html:
    """Return JSON that may stand inside a script element: no sign of it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, code in _UNSAFE.items():
        text = text.replace(sign, code)
    return Html(text)


def plot_text(text: str) -> str:
    """Return `text` for a plotly label, which would read tags, entities and %{...} templates in it."""
    return escape(text, quote=False).replace("%{", "%&#123;")
