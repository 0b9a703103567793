"""What a notebook shows of a result: the answer in a sentence, and a small table under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report.markup import el, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.records.comparison import Comparison
    from sim.records.study_store import Study
    from sim.records.sweep import SweepRecord
    from sim.text.catalogue import Lang

_WIDE = 10_000
"""Signs a line may take: a notebook breaks lines itself."""
MOST_ROWS = 12


def result_html(data: Comparison, lang: Lang = "en") -> str:
    """Return a comparison, or a run, as HTML: the answer, and the rows of the page's cards."""
    from sim.report.findings import Findings
    from sim.report.strings import Words
    from sim.report.strip import strip
    from sim.report.tables import terminal_answer

    words = Words(lang)
    rows = strip(Findings(data), lang)
    head = [words("table.strategy"), *(words.title(data, name) for name in data.strategies)]
    cells = [[words(f"strip.{row}"), *(f"{one.text} ({one.note})" if one.note else one.text
                                       for one in (found[name] for name in data.strategies))] for row, found in rows.items()]
    return block(terminal_answer(data, lang, _WIDE), head, cells)


def sweep_html(record: SweepRecord, lang: Lang = "en") -> str:
    """Return a sweep as HTML: what came out in words, and the means of what a reader can choose, by scenario."""
    from sim.report.sections.sweep_opening import answer, setup
    from sim.report.sweep_words import SweepWords
    from sim.report.swept import Swept

    swept, words = Swept(record, lang), SweepWords(lang)
    head = [words("table.outcome"), *(swept.title(s) for s in range(swept.wide))]
    cells = []
    for name in swept.shown[:MOST_ROWS]:
        told, means = swept.outcome(name), swept.means(name)
        known = np.isfinite(means)
        shown = [told.text(float(means[known[:, s], s].mean())) if known[:, s].any() else told.text(np.nan)
                 for s in range(swept.wide)]
        cells.append([told.label, *shown])
    return block(f"{answer(swept, words)} {setup(swept, words)}", head, cells)


def study_html(record: Study, lang: Lang = "en") -> str:
    """Return an attribution, a sensitivity analysis or an optimisation as HTML: the answer, and the first rows of its table."""
    from sim.report.studies import said

    frame = record.frame().head(MOST_ROWS)
    shown = [[f"{cell:.5g}" if isinstance(cell, float) else str(cell) for cell in row] for row in frame.itertuples(index=False)]
    return block(" ".join(said(record, lang)), [str(name) for name in frame.columns], shown)


def block(text: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a sentence and a table; nothing in them is taken for markup."""
    return el(
        "div", None, el("p", None, text),
        el("table", None,
           el("thead", None, el("tr", None, [el("th", {"scope": "col"}, one) for one in head])),
           el("tbody", None, [el("tr", None, join(el("th", {"scope": "row"}, row[0]), [el("td", None, one) for one in row[1:]]))
                              for row in rows])),
    )  # fmt: skip
