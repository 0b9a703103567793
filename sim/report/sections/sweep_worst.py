"""Worst cases with the command that repeats each, all outcomes, failures, and how to repeat the sweep."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import numpy as np

from sim.report.context import pairs, section
from sim.report.html_table import folded, table
from sim.report.markup import Html, el, join
from sim.report.numbers import DASH, span
from sim.report.strings import Words

if TYPE_CHECKING:
    from sim.report.sweep_words import SweepWords
    from sim.report.swept import Swept

MOST_CASES = 8
MOST_FAILURES = 50


def settings_text(swept: Swept, words: SweepWords, point: int) -> str:
    """Return the settings of a point as a reader sees them."""
    if not swept.axes:
        return words("table.no_setting")
    return " · ".join(words("axis.at", name=axis.label, value=axis.text(axis.points[point])) for axis in swept.axes)


def command(swept: Swept, point: int, strategy: int) -> str:
    """Return the command that repeats the runs of a point (its row) and a scenario, in the folder of the sweep.

    A setting of a strategy that the scenario does not have left it as it is, and is not set.
    """
    record = swept.record
    parts = ["guanxi", "run", f"scenarios/{strategy:02d}.yaml"]
    for axis in swept.axes:
        if _concerns(swept, axis.record.path, strategy):
            parts += ["--set", axis.setting(float(axis.points[point]))]
    parts += ["--seed", str(record.seed)]
    if record.replications > 1:
        parts += ["--replications", str(record.replications)]
    return shlex.join(parts)


def _line(swept: Swept, point: int, strategy: int) -> Html:
    """Return the command as it is copied; no line ends inside a word of it where there is room."""
    words = [el("span", None, shlex.quote(word)) for word in shlex.split(command(swept, point, strategy))]
    return el("code", {"class": "line"}, [part for word in words for part in (word, " ")][:-1])


def _concerns(swept: Swept, path: str, strategy: int) -> bool:
    """Return whether a path exists in a scenario: that of a strategy it lacks does not."""
    parts = path.split(".")
    text = swept.record.texts.get(swept.record.strategies[strategy], "")
    if parts[0] != "strategies" or len(parts) < 2 or parts[1].isdigit() or not text:
        return True
    from sim.scenario.load import stored

    listed = stored(text, swept.record.strategies[strategy]).get("strategies") or []
    return any(parts[1] == (one.get("id") or one.get("kind")) for one in listed if isinstance(one, dict))


def worst(swept: Swept, words: SweepWords, shown: list[str]) -> Html:
    """Return the worst points by each outcome that can be chosen; the page shows those of the outcome chosen."""
    each = [el("div", {"data-outcome": name, "hidden": k > 0, "class": "cases"}, _cases(swept, words, name))
            for k, name in enumerate(shown)]
    return section("worst", words("worst.title"), words("worst.deck"), each)


def _cases(swept: Swept, words: SweepWords, name: str) -> Html:
    told = swept.outcome(name)
    cells = swept.extremes(name, MOST_CASES)
    if not cells:
        return el("p", {"class": "note"}, words("worst.unavailable"))
    values, means = swept.values(name), swept.means(name)
    head = ["#", *([words("table.scenario")] if swept.wide > 1 else []), words("table.settings"), words("worst.mean"),
            words("worst.span"), words("worst.command")]
    rows = []
    for place, (point, strategy) in enumerate(cells):
        every = values[swept.runs_at(point, strategy)]
        every = every[np.isfinite(every)]
        bounds = span(told.text(every.min()), told.text(every.max()), swept.lang) if len(every) > 1 else DASH
        who = [swept.title(strategy)] if swept.wide > 1 else []
        rows.append([str(place + 1), *who, settings_text(swept, words, point), told.text(means[point, strategy]), bounds,
                     _line(swept, point, strategy)])
    texts = (0, 1, 2, 5) if swept.wide > 1 else (0, 1, 4)
    caption = words(f"worst.caption_{told.better}", outcome=told.inline)
    return table(f"table-worst-{name}", caption, head, rows, text_columns=texts)


def outcomes(swept: Swept, words: SweepWords, shown: list[str]) -> Html:
    """Return every outcome of every scenario: its mean over points, lowest and highest point."""
    head = [words(f"table.{k}") for k in ("outcome", "mean", "lowest", "highest", "undefined")]
    names = [n for n in swept.record.outcomes if swept.outcome(n).unit != "light"]
    sheets = []
    for s in range(swept.wide):
        caption = words("outcomes.caption", title=swept.title(s))
        rows = [_outcome(swept, name, s) for name in names]
        sheets.append(folded(caption, table(f"table-outcomes-{s}", caption, head, rows)))
    limited = words("outcomes.limited", n=len(shown), all=len(swept.shown)) if len(shown) < len(swept.shown) else None
    return section("outcomes", words("outcomes.title"), words("outcomes.deck"),
                   el("p", {"class": "note"}, limited) if limited else None, sheets)


def _outcome(swept: Swept, name: str, strategy: int) -> list[str]:
    told, means = swept.outcome(name), swept.means(name)[:, strategy]
    runs = swept.record.done & (swept.record.runs["strategy"] == strategy)
    lost = int((~np.isfinite(swept.values(name)[runs])).sum())
    known = means[np.isfinite(means)]
    if not len(known):
        return [told.label, DASH, DASH, DASH, f"{lost:,}"]
    return [told.label, *(told.text(float(one)) for one in (known.mean(), known.min(), known.max())), f"{lost:,}"]


def failures(swept: Swept, words: SweepWords) -> Html | None:
    """Return the runs that were set apart, or nothing."""
    found = swept.record.failures
    if not found:
        return None
    head = [words(k) for k in ("table.scenario", "table.settings", "failures.replication", "failures.reason",
                               "failures.attempts", "worst.command")]
    rows = []
    for one in found[:MOST_FAILURES]:
        strategy = swept.record.strategies.index(one.strategy)
        point = int(np.searchsorted(swept.numbers, one.point))
        rows.append([swept.title(strategy), settings_text(swept, words, point), f"{one.replication:,}", one.reason,
                     f"{one.attempts:,}", _line(swept, point, strategy)])
    sheet = table("table-failures", words("failures.caption"), head, rows, text_columns=(0, 1, 3, 5))
    deck = words("failures.deck", n=f"{len(found):,}", k=f"{len(rows):,}")
    return section("failures", words("failures.title"), deck, sheet)


def repeat(swept: Swept, words: SweepWords) -> Html:
    """Return the command, the settings swept, the sweep file, seed, version and run time."""
    record, shared = swept.record, Words(swept.lang)
    unknown = shared("repeat.unknown")
    facts = [
        (shared("repeat.seed"), str(record.seed)), (words("repeat.design_seed"), str(record.design.get("seed", unknown))),
        (shared("repeat.version"), record.version or unknown), (shared("repeat.replications"), str(record.replications)),
        (words("repeat.runs"), f"{len(record.runs['run']):,}"),
        (shared("repeat.wall"), shared("repeat.seconds", s=f"{record.timings['wall']:,.1f}") if "wall" in record.timings else unknown),
        (words("repeat.played"), f"{int(record.timings['played']):,}" if "played" in record.timings else unknown),
    ]  # fmt: skip
    line = el(
        "div", {"class": "command"}, el("code", {"id": "command"}, record.command or unknown),
        el("button", {"type": "button", "id": "copy", "data-done": shared("repeat.copied")}, shared("repeat.copy")),
    )  # fmt: skip
    source = folded(words("repeat.source"), el("pre", {"tabindex": "0"}, record.source or unknown))
    texts = [folded(shared("repeat.scenario", title=swept.title(s)), el("pre", {"tabindex": "0"}, record.texts.get(name, unknown)))
             for s, name in enumerate(record.strategies)]
    return section("repeat", words("repeat.title"), words("repeat.deck"), line, pairs("facts", facts), _axes(swept, words),
                   source, texts, el("p", {"class": "note printed"}, words("repeat.printed")))


def _axes(swept: Swept, words: SweepWords) -> Html | None:
    if not swept.axes:
        return None
    head = [words("response.setting"), words("table.axis_path"), words("table.axis_range")]
    rows = [[axis.title, join(el("code", None, axis.record.path)), _range(swept, k)] for k, axis in enumerate(swept.axes)]
    return table("table-axes", words("repeat.axes"), head, rows, text_columns=(0, 1, 2))


def _range(swept: Swept, place: int) -> str:
    axis = swept.axes[place]
    if axis.is_words or (axis.record.values is not None and len(axis.levels.names) <= 8):
        names = list(axis.levels.names)
        return ("、" if swept.lang == "zh" else ", ").join([*names[:8], *(["…"] if len(names) > 8 else [])])
    return span(axis.text(float(axis.record.low)), axis.text(float(axis.record.high)), swept.lang)
