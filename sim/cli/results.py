"""A result on the terminal: the table and where the page is, or one JSON document."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.cli.command import terminal_width
from sim.cli.language import current, tell
from sim.cli.output import emit, emit_json, note
from sim.cli.stats import stats_document, stats_table
from sim.text.message import recognised

if TYPE_CHECKING:
    from pathlib import Path

    from sim.analysis.expectations import Judgement
    from sim.api import Result
    from sim.records.comparison import Comparison


def show(result: Result, folder: Path, page: Path, *, as_json: bool, quiet: bool, stats: bool = False) -> None:
    """Print a result on stdout, with what its first run cost if that is asked; what failed and the time on stderr."""
    for failure in result.data.failures:
        note(tell("result.failed_run", strategy=failure.strategy, replication=failure.replication, seed=failure.seed,
                  reason=recognised(failure.reason, "experiment")))
    measured = next(iter(result.data.examples.values()))
    if as_json:
        more = {"stats": stats_document(measured)} if stats else {}
        emit_json("comparison", document(result, folder, page) | more)
        return
    from sim.report.tables import terminal_answer, terminal_table

    parts = [text(result.data, current(), terminal_width()) for text in (terminal_answer, terminal_table)]
    judged = result.expectations
    if judged:
        parts.append("\n".join([tell("expect.heading"), *(_judged(one) for one in judged)]))
    if stats:
        parts.append(stats_table(measured))
    emit("\n\n".join([*parts, tell("result.page", path=page)]))
    note(_time(result), quiet=quiet)


def document(result: Result, folder: Path, page: Path) -> dict[str, Any]:
    """Return a result as the JSON document that the README describes."""
    from sim.report.findings import Findings

    data = result.data
    findings = Findings(data)
    verdict = findings.verdict
    strategies = [
        {
            "name": name,
            "title": data.titles[name],
            "replications": len(data.replications[name]),
            "chance_of_best": verdict.chance[name],
            "outcomes": {outcome: _estimate(findings, name, outcome) for outcome in data.summary[name]},
            "compliance": _compliance(data, name),
        }
        for name in data.strategies
    ]
    return {
        "folder": str(folder), "page": str(page), "command": data.command, "version": data.version, "seed": data.seed,
        "complete": data.complete, "question": data.question, "reference": data.reference,
        "verdict": {"outcome": verdict.outcome, "best": verdict.best, "separated": verdict.separated,
                    "replications": verdict.n},
        "selection": _selection(data),
        "strategies": strategies,
        "expectations": [_expectation(one) for one in result.expectations],
        "failures": [{"strategy": f.strategy, "replication": f.replication, "seed": f.seed, "reason": f.reason,
                      "attempts": f.attempts} for f in data.failures],
        "timings": data.timings,
    }  # fmt: skip


def _selection(data: Comparison) -> dict[str, Any] | None:
    """Return how the best was selected, None where the number of replications was fixed."""
    found = data.selection
    return None if found is None else asdict(found) | {"separated": found.separated, "saved": found.saved}


def _estimate(findings: Any, strategy: str, outcome: str) -> dict[str, Any]:
    """Return mean, interval and number of defined values of one outcome."""
    one = findings.estimate(strategy, outcome)
    return {"mean": one.mean, "low": one.low, "high": one.high, "n": one.n}


def _compliance(data: Comparison, strategy: str) -> dict[str, Any]:
    """Return the lights and the indicators of one strategy under both ways of counting; never advice."""
    from sim.analysis.compliance import COUNTS, DISCLAIMER, indicators, strategy_light

    lights = {}
    for count in COUNTS:
        one = strategy_light(data, strategy, count)
        lights[count] = {"light": one.name, "replications": one.runs, "of": one.of, "reasons": dict(one.reasons)}
    found = [
        {"name": i.line.name, "count": i.count, "outcome": i.line.outcome_of(i.count), "mean": i.value,
         "limit": i.line.limit, "side": i.line.side, "crossed_share": i.reached_share, "day_median": i.day,
         "source": i.line.source}
        for i in indicators(data, strategy)
    ]  # fmt: skip
    return {"note": DISCLAIMER[current()], "lights": lights, "indicators": found}


def _expectation(one: Judgement) -> dict[str, Any]:
    """Return one judged expectation as plain data."""
    return {"strategy": one.strategy, "expectation": one.expectation.text, "result": one.result, "mean": one.mean,
            "low": one.low, "high": one.high, "replications": one.n, "reason": one.reason}


def _judged(one: Judgement) -> str:
    """Return one judged expectation as a line."""
    why = f"（{tell(f'expect.{one.reason}')}）" if one.reason and current() == "zh" else ""
    why = why or (f" ({tell(f'expect.{one.reason}')})" if one.reason else "")
    return f"  {one.strategy}: {one.expectation.text}  {tell(f'expect.{one.result}')}{why}"


def _time(result: Result) -> str:
    """Return how long the runs took, and what of it was compiling."""
    runs = sum(len(done) for done in result.data.replications.values())
    compiling = result.data.timings.get("compile", 0.0)
    text = tell("result.time" if runs > 1 else "result.time_one", runs=runs, seconds=result.data.timings.get("wall", 0.0))
    return f"{text} {tell('result.compiled', seconds=compiling)}" if compiling >= 1 else text
