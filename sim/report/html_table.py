"""Tables of the page: captioned, with row heads, scrolling inside themselves where a screen is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.markup import Html, el

Row = Sequence[str]
FEW = 3
"""Tables of so few columns keep to the left, so that a row can be read across."""


def table(name: str, caption: str, head: Row, rows: Sequence[Row], *, text_columns: Sequence[int] = (0,)) -> Html:
    """Return one table.

    Parameters
    ----------
    name : str
        Id of the element, which sentences refer to.
    caption : str
        What it shows, in words.
    head : sequence of str
        Column heads; the first column holds row heads.
    rows : sequence of rows
        Cells; plain text is escaped.
    text_columns : sequence of int
        Columns set flush left; all others hold numbers and are set flush right.
    """
    kinds = ["text" if column in text_columns else "number" for column in range(len(head))]
    heads = [el("th", {"scope": "col", "class": kind}, cell) for cell, kind in zip(head, kinds, strict=True)]
    body = [_row(row, kinds, head) for row in rows]
    inner = el(
        "table",
        {"id": name, "class": "few" if len(head) <= FEW else None},
        el("caption", None, caption),
        el("thead", None, el("tr", None, heads)),
        el("tbody", None, body),
    )
    return scrolling(caption, inner)


def scrolling(caption: str, inner: Html) -> Html:
    """Return a table that scrolls inside itself where a screen is narrow; its caption names the region."""
    return el("div", {"class": "scroll", "role": "region", "aria-label": caption, "tabindex": "0"}, inner)


def _row(row: Row, kinds: Sequence[str], head: Row) -> Html:
    """Return one row; every cell knows its column's head, which narrow screens show beside it."""
    first = el("th", {"scope": "row", "class": kinds[0]}, row[0])
    columns = zip(row[1:], kinds[1:], head[1:], strict=True)
    rest = [el("td", {"class": kind, "data-head": name}, el("span", None, cell)) for cell, kind, name in columns]
    return el("tr", None, first, rest)


def folded(summary: str, *children: str) -> Html:
    """Return children behind a line that opens them; print opens all."""
    return el("details", None, el("summary", None, summary), *children)
