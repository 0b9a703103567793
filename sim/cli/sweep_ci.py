"""A sweep for a build server: a JUnit file, annotations beside the lines of the sweep file, a summary in Markdown."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from sim.cli.language import local, tell
from sim.cli.output import note
from sim.cli.sweep_show import Shown, headline, label_of, multiplicity, place_of, unit_number, value_text, verdict_line
from sim.cli.sweep_where import where_it_holds
from sim.text.message import recognised

if TYPE_CHECKING:
    from sim.core.errors import ScenarioError
    from sim.records.sweep import Judged

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 cannot hold, and those that steer a terminal."""
_MOST_LINES = 20
_MOST_ANNOTATIONS = 10
"""GitHub shows ten errors of a step."""


def write_junit(shown: Shown) -> str:
    """Return the JUnit file of a sweep: a suite a strategy, a test an expectation and point.

    A failed expectation is a ``failure``; one that stayed undecided is a ``failure`` of type ``undecided``, or ``skipped``
    where that counts as good; a run that was set apart is an ``error``; an outcome that drifted is a ``failure`` of type ``drift``.
    """
    record = shown.record
    root = ET.Element("testsuites", name=_clean(record.name))
    for number, strategy in enumerate(record.strategies):
        suite = ET.SubElement(root, "testsuite", name=_clean(strategy))
        mine = record.runs["strategy"] == number
        seconds = np.where(mine, np.nan_to_num(record.runs["seconds"]), 0.0)
        by_point = dict(zip(*_sums(record.runs["point"], seconds), strict=True))
        judged = [one for one in record.judged if one.strategy == number]
        shared = Counter(one.point for one in judged)
        for one in judged:
            time = by_point.get(one.point, 0.0) / shared[one.point]
            case = _case(suite, shown, strategy, f"{one.expectation} [{place_of(record, one.point)}]", time)
            _told(case, shown, one)
        for failure in (one for one in record.failures if one.strategy == strategy):
            name = tell("sweep.ci.run", replication=failure.replication, point=place_of(record, failure.point))
            case = _case(suite, shown, strategy, name, 0.0)
            reason = _clean(local(recognised(failure.reason, "experiment")))
            ET.SubElement(case, "error", message=reason, type="run").text = _clean(f"{failure.run}\n{reason}")
        for cell in shown.drift.drifted if shown.drift is not None else ():
            if cell.strategy == strategy:
                name = tell("sweep.ci.drift", outcome=label_of(cell.outcome), point=place_of(record, int(cell.point)))
                case = _case(suite, shown, strategy, name, 0.0)
                text = f"{cell.outcome}: {cell.base:.10g} -> {cell.base + cell.gap:.10g} (+- {cell.margin:.6g})"
                ET.SubElement(case, "failure", message=_clean(text), type="drift").text = _clean(text)
        if not len(suite):
            _case(suite, shown, strategy, tell("sweep.ci.ran"), float(seconds.sum()))
        _count(suite)
    _count(root)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _sums(keys: np.ndarray, values: np.ndarray) -> tuple[list[int], list[float]]:
    points, row = np.unique(keys, return_inverse=True)
    return points.tolist(), np.bincount(row, weights=values, minlength=points.size).tolist()


def _case(suite: ET.Element, shown: Shown, strategy: str, name: str, seconds: float) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=_clean(f"guanxi.{shown.record.name}.{strategy}"), name=_clean(name),
                          time=f"{seconds:.3f}")


def _told(case: ET.Element, shown: Shown, one: Judged) -> None:
    """Write what became of an expectation into its test."""
    text = _clean(verdict_line(shown.record, one))
    if one.result == "fail":
        ET.SubElement(case, "failure", message=text, type="expectation").text = text
    elif one.result == "undecided" and shown.undecided == "fail":
        ET.SubElement(case, "failure", message=_clean(f"{tell('sweep.undecided')} {text}"), type="undecided").text = text
    elif one.result == "undecided":
        ET.SubElement(case, "skipped", message=_clean(f"{tell('sweep.undecided')} {text}"))


def _count(element: ET.Element) -> None:
    """Write the numbers of tests into a suite, or those of all suites into the root."""
    for name, path in (("tests", ".//testcase"), ("failures", ".//failure"), ("errors", ".//error"), ("skipped", ".//skipped")):
        element.set(name, str(len(element.findall(path))))
    element.set("time", f"{sum(float(case.get('time', 0)) for case in element.iter('testcase')):.3f}")


def _clean(text: str) -> str:
    return _UNSEEN.sub("?", text)


def annotate_problems(error: ScenarioError) -> None:
    """Write an annotation for every problem of a sweep file or of its scenarios."""
    for problem in error.problems[:_MOST_ANNOTATIONS]:
        path = f"{problem.path}: " if problem.path else ""
        _annotation("error", tell("sweep.ci.wrong"), path + local(problem.message), problem.file, problem.line, problem.column)


def annotate(shown: Shown, file: str) -> None:
    """Write an annotation for every expectation that failed or stayed undecided, and for runs and outcomes gone wrong."""
    record = shown.record
    found: dict[tuple[str, int, str], list[Judged]] = {}
    for one in record.judged:
        if one.result != "pass":
            found.setdefault((one.result, one.strategy, one.expectation), []).append(one)
    for result in ("fail", "undecided"):
        kind = "error" if result == "fail" or shown.undecided == "fail" else "warning"
        for (which, strategy, text), judged in found.items():
            if which != result:
                continue
            worst = min(judged, key=lambda one: one.p)
            message = tell("sweep.ci.at_points", result=tell(f"sweep.{result}"), strategy=record.strategies[strategy], count=len(judged),
                           worst=verdict_line(record, worst))
            _annotation(kind, text, message, file, shown.lines.get(text, 0))
    for failure in record.failures[:_MOST_ANNOTATIONS]:
        reason = local(recognised(failure.reason, "experiment"))
        message = tell("sweep.failed_run", strategy=failure.strategy, point=place_of(record, failure.point),
                       replication=failure.replication, reason=reason)
        _annotation("error", tell("sweep.ci.set_apart"), message, file)
    for cell in shown.drift.drifted[:_MOST_ANNOTATIONS] if shown.drift is not None else ():
        message = tell("sweep.drifted", strategy=cell.strategy, outcome=label_of(cell.outcome), point=place_of(record, int(cell.point)),
                       base=_amount(cell.base, cell.outcome), now=_amount(cell.base + cell.gap, cell.outcome))
        _annotation("error", tell("sweep.drift.drifted"), message, file)


def _amount(value: float, outcome: str) -> str:
    from sim.records.outcomes import SUMMARY

    return unit_number(value, SUMMARY[outcome].unit)


def _annotation(kind: str, title: str, message: str, file: str = "", line: int = 0, column: int = 0) -> None:
    """Write one line for the build server on stderr, which it reads as well as stdout."""
    places = {"file": file, "line": str(line) if line else "", "col": str(column) if column else "", "title": title}
    given = ",".join(f"{name}={_property(value)}" for name, value in places.items() if value)
    note(f"::{kind} {given}::{_data(message)}")


def _data(text: str) -> str:
    return _clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def write_summary(shown: Shown) -> str:
    """Return the summary of a sweep in Markdown."""
    record = shown.record
    verdict = "fail" if record.failures or (shown.drift is not None and shown.drift.verdict == "drifted") else record.verdict()
    lines = [f"## {_mark(record.titles[_lang()])}: {tell(f'sweep.ci.verdict.{verdict}')}", "", _mark(headline(record).replace("\n", " ")), ""]
    if record.judged:
        groups: dict[tuple[int, str], Counter[str]] = {}
        for one in record.judged:
            groups.setdefault((one.strategy, one.expectation), Counter())[one.result] += 1
        heads = [tell("sweep.column.expectation"), tell("sweep.column.strategy"),
                 *(tell(f"sweep.column.{name}") for name in ("pass", "fail", "undecided"))]
        lines += ["| " + " | ".join(heads) + " |", "|---|---|--:|--:|--:|"]
        for (strategy, text), counts in groups.items():
            cells = [f"`{_cell(text)}`", _mark(record.strategies[strategy]), *(str(counts[r]) for r in ("pass", "fail", "undecided"))]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
        lines += [f"- {_mark(text)}" for text in where_it_holds(record, value_text)]
        for result in ("fail", "undecided"):
            bad = sorted((one for one in record.judged if one.result == result), key=lambda one: one.p)
            lines += [f"- **{_mark(tell(f'sweep.{result}'))}** {_mark(record.strategies[one.strategy])}, {_mark(verdict_line(record, one))}"
                      for one in bad[:_MOST_LINES]]
            if len(bad) > _MOST_LINES:
                lines.append("- " + tell("sweep.more", count=len(bad) - _MOST_LINES, what=tell(f"sweep.column.{result}")))
        lines += ["", _mark(multiplicity(record)), ""]
    for failure in record.failures[:_MOST_LINES]:
        reason = local(recognised(failure.reason, "experiment"))
        lines.append("- " + _mark(tell("sweep.failed_run", strategy=failure.strategy, point=place_of(record, failure.point),
                                       replication=failure.replication, reason=reason)))
    if shown.drift is not None:
        counts = Counter(shown.drift.cells["verdict"].tolist())
        lines += ["", _mark(tell("sweep.baseline", same=counts["same"], drifted=counts["drifted"], undecided=counts["undecided"],
                                 verdict=tell(f"sweep.drift.{shown.drift.verdict}"))), ""]
        for cell in shown.drift.drifted[:_MOST_LINES]:
            text = tell("sweep.drifted", strategy=cell.strategy, outcome=label_of(cell.outcome), point=place_of(record, int(cell.point)),
                        base=_amount(cell.base, cell.outcome), now=_amount(cell.base + cell.gap, cell.outcome))
            lines.append("- " + _mark(text))
    lines += ["", tell("sweep.ci.repeat", command=f"`{_cell(record.command)}`", version=record.version), ""]
    return "\n".join(lines) + "\n"


def _lang() -> str:
    from sim.cli.language import current

    return current()


def _cell(text: str) -> str:
    """Return text that stays inside its code and its cell."""
    return _clean(text).replace("`", "'").replace("|", "\\|").replace("\n", " ")


def _mark(text: str) -> str:
    """Return text that Markdown shows as it is: what files say is never markup."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", _clean(text).replace("\n", " "))
