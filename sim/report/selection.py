"""How the best was selected, in words: one sentence of the page, its table, and the lines of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.records.outcomes import SUMMARY
from sim.report.html_table import table
from sim.report.markup import Html
from sim.report.numbers import exact_money, percent, show
from sim.report.strings import Words
from sim.text.catalogue import say

if TYPE_CHECKING:
    from sim.records.comparison import Comparison
    from sim.records.selection import Dropped, Selection

CATALOGUE = "selection"


def sentence(comparison: Comparison, words: Words) -> str | None:
    """Return what the selection came to and what it saved, None where there was none."""
    found = comparison.selection
    return None if found is None else _say(f"reading.{found.ended}", words, **_facts(comparison, found, words))


def lines(comparison: Comparison, words: Words) -> list[str]:
    """Return the same for the terminal, with who went when."""
    found = comparison.selection
    if found is None:
        return []
    facts = _facts(comparison, found, words)
    told = [_say(f"terminal.{found.ended}", words, **facts)]
    if found.ended == "undefined":
        return told
    told.append(_say("terminal.runs", words, **facts))
    if found.unpaired > found.runs:
        told.append(_say("terminal.unpaired", words, **facts))
    between = "：" if words.lang == "zh" else ": "
    return told + [f"{words.title(comparison, one.strategy)}{between}{_out(comparison, found, one, words)}"
                   for one in found.dropped]


def sheet(comparison: Comparison, words: Words) -> Html | None:
    """Return the table that holds every number of the sentence, None where there was no selection."""
    found = comparison.selection
    if found is None:
        return None
    facts = _facts(comparison, found, words)
    names = ["confidence", "zone", "budget", "runs", "equal", "saved", *(["unpaired"] if found.unpaired > found.runs else [])]
    rows: list[Sequence[str]] = [[_say(f"table.{name}", words), facts[name]] for name in names]
    gone = {one.strategy: one for one in found.dropped}
    for s in comparison.strategies:
        how = _out(comparison, found, gone[s], words) if s in gone else _say(
            "table.still_in", words, n=str(len(comparison.replications[s])))
        rows.append([words.title(comparison, s), how])
    caption = _say("table.caption", words, outcome=words.outcome(found.outcome))
    return table("table-selection", caption, [_say("table.what", words), _say("table.value", words)], rows, text_columns=(0, 1))


def _facts(comparison: Comparison, found: Selection, words: Words) -> dict[str, str]:
    """Return every figure of a selection as it is shown."""
    unit = SUMMARY[found.outcome].unit
    return {
        "outcome": words.outcome(found.outcome), "title": words.title(comparison, found.best),
        "confidence": percent(found.confidence),
        "left": words.listed([words.title(comparison, s) for s in found.left]),
        "zone": exact_money(found.zone, words.lang) if unit == "fen" else show(found.zone, unit, words.lang),
        "budget": f"{found.budget:,}", "runs": f"{found.runs:,}", "equal": f"{found.equal:,}", "saved": f"{found.saved:,}",
        "share": percent(found.saved / found.equal if found.equal else 0.0), "unpaired": f"{found.unpaired:,}",
    }  # fmt: skip


def _out(comparison: Comparison, found: Selection, one: Dropped, words: Words) -> str:
    """Return when a strategy went, and how far it was behind."""
    key = "table.out_above" if SUMMARY[found.outcome].better == "less" else "table.out"
    return _say(key, words, n=str(one.replications), by=words.title(comparison, one.by), gap=words.value(one.gap, found.outcome))


def _say(key: str, words: Words, **facts: str) -> str:
    return say(CATALOGUE, key, words.lang, **facts)
