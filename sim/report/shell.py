"""What every page has: one file with everything inside, its colours for both kinds of paper, its theme button."""

from __future__ import annotations

import os
import tempfile
from importlib.resources import files
from pathlib import Path

from sim.report.markup import Html, el
from sim.report.palette import NEUTRAL, SHADES, mark
from sim.report.strings import Words
from sim.text.catalogue import Lang

_HTML_LANG = {"zh": "zh-CN", "en": "en"}


def document(title: str, body: Html, lang: Lang, strategies: int, version: str, style: str = "") -> str:
    """Return a whole page as text.

    Parameters
    ----------
    title : str
        What the window is called.
    body : Html
        The body element.
    lang : {'zh', 'en'}
        Language of the page.
    strategies : int
        How many strategies have a colour on it.
    version : str
        Version of the programme that made it.
    style : str
        Style of this kind of page, beside that of all.
    """
    head = el(
        "head", None,
        el("meta", {"charset": "utf-8"}),
        el("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        el("meta", {"name": "color-scheme", "content": "light dark"}),
        el("meta", {"name": "generator", "content": f"guanxi {version}".strip()}),
        el("title", None, title),
        # An empty icon of its own: without it a browser asks the server for one.
        el("link", {"rel": "icon", "href": "data:,"}),
        el("style", None, Html(_colours(strategies) + asset("page.css") + style)),
        el("script", None, Html(asset("theme.js"))),
    )  # fmt: skip
    return "<!DOCTYPE html>\n" + el("html", {"lang": _HTML_LANG[lang]}, head, body) + "\n"


def theme_button(words: Words) -> Html:
    """Return the button that turns light into dark and back; the page's script works it."""
    dark, light = words("head.dark"), words("head.light")
    named = {"title": words("head.theme"), "data-dark": dark, "data-light": light}
    return el("button", {"type": "button", "id": "theme", **named}, dark)


def asset(name: str) -> str:
    """Return a file of style or script."""
    return (files("sim.report") / "assets" / name).read_text(encoding="utf-8")


def write_whole(text: str, path: Path) -> Path:
    """Write a page so that it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".page-", suffix=".html")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _colours(strategies: int) -> str:
    """Return the colours of strategies, ink and paper as CSS variables, for both kinds of paper."""

    def variables(k: int) -> str:
        pairs = {f"s{i}": (mark(i).light, mark(i).dark)[k] for i in range(strategies)}
        pairs |= {f"g{i}": pair[k] for i, pair in enumerate(SHADES)}
        pairs |= {name: pair[k] for name, pair in NEUTRAL.items()}
        return ";".join(f"--{name}:{colour}" for name, colour in pairs.items())

    dark = variables(1)
    return (
        f":root{{color-scheme:light;{variables(0)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
    )
