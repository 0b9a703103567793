"""The top of a sweep's page: what was swept, what came out, and whether what was expected holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from sim.report.context import section
from sim.report.html_table import folded, table
from sim.report.markup import Html, el, keep_numbers
from sim.report.numbers import DASH, percent, span
from sim.report.sections.sweep_worst import settings_text
from sim.report.sweep_where import parted
from sim.text.cells import cell_width

if TYPE_CHECKING:
    from sim.records.sweep import Judged
    from sim.report.sweep_words import SweepWords
    from sim.report.swept import Swept

LONG = 48
"""Cells of names of settings that a title still holds."""
MOST_POINTS = 40
"""Points listed for which an expectation does not hold."""
SIGNS = {"pass": "✓", "fail": "✗", "undecided": "?"}
_BARELY = 0.02
"""A setting that explains less than this is not said to move anything."""
_CHANCE = 0.05
"""Nor one whose share points dealt out by chance reach more often than this."""


def question(swept: Swept, words: SweepWords) -> str:
    """Return what was asked, as one sentence."""
    title = swept.record.titles.get(swept.lang) or swept.record.name
    names = [axis.inline for axis in swept.axes]
    if not names:
        return words("head.question_none", title=title)
    few = words.listed(names) if len(names) <= 3 else words(
        "head.many_axes", first=words.listed(names[:2]), n=len(names) - (0 if swept.lang == "zh" else 2))
    if cell_width(few) > LONG:
        return words("head.question_many", title=title, n=len(names))
    return words("head.question", title=title, axes=few)


def setup(swept: Swept, words: SweepWords) -> str:
    """Return how it was swept, in words."""
    record = swept.record
    lang = swept.lang
    counts = {"axes": _counted(len(record.axes), "setting", lang), "points": _counted(len(swept.numbers), "point", lang),
              "scenarios": _counted(len(record.strategies), "scenario", lang),
              "replications": _counted(record.replications, "replication", lang),
              "runs": _counted(len(record.runs["run"]), "run", lang), "done": f"{int(record.done.sum()):,}"}
    if not record.axes:
        return words("head.setup_none", **counts)
    kind = str(record.design.get("kind", "grid"))
    return words("head.setup", **counts, design=words.known(f"design.{kind}", kind))


def _counted(number: int, noun: str, lang: str) -> str:
    """Return a number with its English noun, one or many; Chinese nouns stand in the sentence."""
    return f"{number:,}" if lang == "zh" else f"{number:,} {noun}{'' if number == 1 else 's'}"


def answer(swept: Swept, words: SweepWords) -> str:
    """Return what came out, in words."""
    if not swept.shown:
        return words("head.empty")
    name = swept.shown[0]
    return "".join([_verdict(swept, words), _range(swept, words, name), _mover(swept, words, name),
                    _leader(swept, words, name)]).strip()


def _verdict(swept: Swept, words: SweepWords) -> str:
    judged = swept.record.judged
    if not judged:
        return ""
    found = Counter(one.result for one in judged)
    texts = len({one.expectation for one in judged})
    if found["pass"] == len(judged):
        return words("answer.pass_one") if texts == 1 else words("answer.pass", n=texts)
    return words("answer.fail", n=f"{len(judged):,}", fail=f"{found['fail']:,}", undecided=f"{found['undecided']:,}",
                 good=f"{found['pass']:,}")


def _range(swept: Swept, words: SweepWords, name: str) -> str:
    means, told = swept.means(name), swept.outcome(name)
    known = np.flatnonzero(np.isfinite(means.ravel()))
    flat = means.ravel()
    low, high = (int(pick) for pick in (known[flat[known].argmin()], known[flat[known].argmax()]))
    if told.text(flat[low]) == told.text(flat[high]):
        return words("answer.same", outcome=told.label, value=told.text(flat[low]))
    where = [_where(swept, words, name, (k // swept.wide, k % swept.wide)) for k in (low, high)]
    return words("answer.range", outcome=told.inline, low=told.text(flat[low]), high=told.text(flat[high]),
                 where_low=where[0], where_high=where[1])


def _where(swept: Swept, words: SweepWords, name: str, cell: tuple[int, int]) -> str:
    """Return a point in a few words: its scenario, and its settings, or the two that move the outcome most."""
    point, strategy = cell
    parts = [swept.title(strategy)] if swept.wide > 1 else []
    if len(swept.axes) <= 3:
        parts += [words("axis.at", name=axis.label, value=axis.text(axis.points[point])) for axis in swept.axes]
    else:
        strongest = sorted(np.argsort(-swept.shares(name), kind="stable")[:2].tolist())
        parts += [words("axis.at", name=swept.axes[k].label, value=swept.axes[k].text(swept.axes[k].points[point]))
                  for k in strongest] + ["…"]
    return words.listed(parts)


def _mover(swept: Swept, words: SweepWords, name: str) -> str:
    if not swept.axes or len(swept.numbers) < 2:
        return ""
    shares = swept.shares(name)
    if shares.max() < _BARELY:
        return words("answer.no_mover")
    place = int(shares.argmax())
    if len(swept.axes) > 1 and swept.chance_of_share(name) > _CHANCE:
        return words("answer.unclear_mover", axis=swept.axes[place].label, share=percent(float(shares[place])))
    axis, told, found = swept.axes[place], swept.outcome(name), swept.response(name, place).mean
    # The scenario in which the setting makes the largest difference stands for all.
    strategy = int(np.nanargmax(np.where(np.isfinite(found).any(axis=1), np.ptp(np.nan_to_num(found), axis=1), -1)))
    line = np.flatnonzero(np.isfinite(found[strategy]))
    first, last = int(line[0]), int(line[-1])
    key, named = ("answer.mover", {"axis": axis.label}) if len(swept.axes) > 1 else ("answer.mover_one", {})
    return words(key, **named, share=percent(float(shares[place])), outcome=told.inline,
                 title=swept.title(strategy), before=told.text(found[strategy, first]),
                 after=told.text(found[strategy, last]), to=axis.about(last), **{"from": axis.about(first)})


def _leader(swept: Swept, words: SweepWords, name: str) -> str:
    if swept.wide < 2 or swept.outcome(name).better == "neutral":
        return ""
    wins, whole = swept.leaders(name)
    if not whole:
        return ""
    best = int(wins.argmax())
    return words("answer.leader", title=swept.title(best), n=whole, k=int(wins[best]), outcome=swept.outcome(name).inline)


def opening(swept: Swept, words: SweepWords) -> Html:
    """Return question, answer, how it was swept, and what is missing."""
    result = swept.record.verdict() if swept.record.judged else "open"
    colour = {"pass": "var(--good)", "fail": "var(--bad)", "undecided": "var(--warn)"}.get(result, "var(--s0)")
    missing = None if swept.record.complete else el(
        "p", {"class": "warning", "role": "note"}, words("head.incomplete", done=f"{int(swept.record.done.sum()):,}"))
    return el(
        "section", {"id": "answer", "class": "opening", "aria-labelledby": "question"},
        el("p", {"class": "kind"}, words("head.kind")),
        el("h1", {"id": "question"}, keep_numbers(question(swept, words))),
        el("p", {"class": "answer", "style": f"--c:{colour}"}, keep_numbers(answer(swept, words))),
        el("p", {"class": "setup"}, keep_numbers(setup(swept, words))),
        el("p", {"class": "note"}, words("head.simulated")), missing,
    )  # fmt: skip


def expectations(swept: Swept, words: SweepWords) -> Html:
    """Return the expectations with their verdicts, and the points at which one does not hold."""
    judged = swept.record.judged
    if not judged:
        none = words("expect.none" if swept.record.complete else "expect.unjudged")
        return section("expect", words("expect.title"), none)
    groups: dict[tuple[str, int], list[Judged]] = {}
    for one in judged:
        groups.setdefault((one.expectation, one.strategy), []).append(one)
    head = [words(k) for k in ("expect.text", "table.scenario", "expect.verdict", "expect.counts", "expect.closest",
                               "expect.where")]
    rows = [_group(swept, words, group) for group in groups.values()]
    sheet = table("table-expect", words("expect.caption"), head, rows, text_columns=(0, 1, 2, 5))
    return section("expect", words("expect.title"), words("expect.deck"), sheet, _holds(swept, words), _open_points(swept, words))


def _holds(swept: Swept, words: SweepWords) -> list[Html]:
    """Return where an expectation holds that does so at some points only, counted by the setting that parts them best."""
    found = []
    for one in parted(swept.record):
        axis = swept.axes[one.axis]
        listed = [words("expect.holds_value", axis=axis.inline, value=axis.text(value), count=f"{holds:,}", of=f"{holds + other:,}")
                  for value, (holds, other) in sorted(one.counts.items())]
        first = one.judged[0]
        text = words("expect.holds", said=_said(swept, words, first), title=swept.title(first.strategy),
                     listed=("；" if swept.lang == "zh" else "; ").join(listed))
        found.append(el("p", {"class": "small"}, keep_numbers(text)))
    return found


def _tightness(one: Judged) -> tuple[int, float]:
    """Order judgements: those that fail first, then undecided ones; each kind by how surely the limit is crossed."""
    place = ("fail", "undecided", "pass").index(one.result)
    return place, one.p if place == 0 else -one.p


def _group(swept: Swept, words: SweepWords, group: list[Judged]) -> list[str]:
    found = Counter(one.result for one in group)
    result = "fail" if found["fail"] else "undecided" if found["undecided"] else "pass"
    tight = min(group, key=_tightness)
    counts = " / ".join(f"{found[k]:,}" for k in ("pass", "fail", "undecided"))
    return [_said(swept, words, tight), swept.title(tight.strategy), verdict(words, result), counts, _interval(swept, tight),
            settings_text(swept, words, _row(swept, tight.point))]


def _said(swept: Swept, words: SweepWords, one: Judged) -> str:
    """Return an expectation in words, with the confidence it asks for."""
    from sim.scenario.expect import parse_expectation

    told = swept.outcome(one.outcome)
    try:
        parsed = parse_expectation(one.expectation)
    except ValueError:
        return one.expectation
    sign = {"<=": "≤", ">=": "≥"}.get(parsed.op, parsed.op)
    return words("expect.said", condition=f"{told.label} {sign} {told.text(parsed.number)}", confidence=percent(one.confidence))


def verdict(words: SweepWords, result: str) -> Html:
    """Return a verdict as a sign and a word."""
    return el("span", {"class": f"verdict {result}"}, f"{SIGNS[result]} {words(f'expect.{result}')}")


def _interval(swept: Swept, one: Judged) -> str:
    told = swept.outcome(one.outcome)
    mean = told.text(one.mean)
    if not np.isfinite(one.low) or not np.isfinite(one.high):
        return mean
    return words_in_brackets(mean, span(told.text(one.low), told.text(one.high), swept.lang), swept.lang)


def words_in_brackets(first: str, second: str, lang: str) -> str:
    """Return two texts, the second in the brackets of the language."""
    return f"{first}（{second}）" if lang == "zh" else f"{first} ({second})"


def _row(swept: Swept, point: int) -> int:
    return int(np.searchsorted(swept.numbers, point))


def _open_points(swept: Swept, words: SweepWords) -> Html | None:
    """Return the points at which an expectation fails or is undecided, tightest first."""
    bad = sorted((one for one in swept.record.judged if one.result != "pass"), key=_tightness)
    if not bad:
        return None
    head = [words(k) for k in ("expect.text", "table.scenario", "table.settings", "expect.verdict", "table.mean",
                               "expect.reason")]
    rows = [[_said(swept, words, one), swept.title(one.strategy), settings_text(swept, words, _row(swept, one.point)),
             verdict(words, one.result), _interval(swept, one), _reason(words, one)] for one in bad[:MOST_POINTS]]
    caption = words("expect.points_caption", n=f"{len(rows):,}", all=f"{len(bad):,}")
    return folded(caption, table("table-open", caption, head, rows, text_columns=(0, 1, 2, 3, 5)))


def _reason(words: SweepWords, one: Judged) -> str:
    if one.result == "fail":
        return words("expect.crossed")
    why = words.known(f"expect.{one.reason}", one.reason) or DASH
    needed = words("expect.needed", n=f"{one.needed:,}") if one.needed else ""
    return ("；" if words.lang == "zh" else "; ").join(part for part in (why, needed) if part)
