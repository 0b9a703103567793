"""A sweep on the terminal: at most 80 cells wide in both languages, or one JSON document."""

from __future__ import annotations

import dataclasses
import math
import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.cli.command import terminal_width
from sim.cli.forecast_show import cost_lines, size
from sim.cli.language import current, tell
from sim.cli.output import emit, emit_json, note
from sim.cli.sweep_where import next_step, where_it_holds
from sim.core.errors import RunError, strerror_of
from sim.report.numbers import HARD
from sim.text.cells import cell_width, clip, pad, wrap
from sim.text.message import Message, recognised

if TYPE_CHECKING:
    from pathlib import Path

    from sim.analysis.equivalence import Drift
    from sim.experiment.forecast import Forecast
    from sim.records.sweep import AxisRecord, Judged, SweepRecord
    from sim.scenario.sweep import Sweep

ROWS = ("profit_fen", "payback_day", "cash_trough_fen", "repurchase_rate_90d", "losing_agent_share", "survival_after_shock")
"""Outcomes of the table, each as its median over points; the first with its ends too."""
_LEAST, _GAP, _MOST_SHOWN, _LONGEST = 12, 2, 5, 32


@dataclass(frozen=True)
class Shown:
    """What is told of a finished sweep.

    Parameters
    ----------
    record : SweepRecord
        The sweep.
    folder : Path
        Where it is kept.
    page : Path or None
        Its page.
    drift : Drift or None
        Against the baseline.
    undecided : {'fail', 'pass'}
        What an expectation without a clear answer counts as.
    lines : dict of int
        Line of the sweep file of every expectation that stands there.
    """

    record: SweepRecord
    folder: Path
    page: Path | None
    drift: Drift | None
    undecided: str
    lines: dict[str, int]


def show(shown: Shown, *, as_json: bool, quiet: bool) -> None:
    """Print a finished sweep on stdout, what failed and the time on stderr."""
    record = shown.record
    for failure in record.failures:
        note(tell("sweep.failed_run", strategy=failure.strategy, point=place_of(record, failure.point),
                  replication=failure.replication, reason=recognised(failure.reason, "experiment")))
    if as_json:
        emit_json("sweep", document(shown))
        return
    width = terminal_width()
    parts = [headline(record), *blocks(record, width)]
    if record.shard is not None:
        parts.append("\n".join(wrap(tell("sweep.is_shard", part=record.shard[0], of=record.shard[1]), width)))
    if record.judged:
        parts.append("\n".join(expected_lines(record, width)))
    if shown.drift is not None:
        parts.append("\n".join(drift_lines(shown.drift, record, width)))
    where = [tell("result.page", path=shown.page)] if shown.page else []
    emit("\n\n".join([*parts, "\n".join([*where, tell("sweep.folder", path=shown.folder)])]))
    timings = record.timings
    note(tell("sweep.time", played=int(timings.get("played", 0)), kept=int(timings.get("kept", 0)), seconds=timings.get("wall", 0.0)),
         quiet=quiet)
    if shown.page:
        note(next_step(record, shown.folder), quiet=quiet)


def draw_sweep(record: SweepRecord, folder: Path) -> Path | None:
    """Write the page of a sweep into a folder; return None where there is none, for a shard is no whole.

    Raises
    ------
    RunError
        If it cannot be written; the tables are safe.
    """
    if record.shard is not None:
        return None
    from sim.report.sweep_page import page

    path = folder / "page.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(page(record, current()), encoding="utf-8")
    except OSError as error:
        elsewhere = shlex.join(["guanxi", "report", str(folder), "--out", "FOLDER"])
        raise RunError(Message("records.unwritable_page", folder=folder, reason=strerror_of(error), stored=folder,
                               command=elsewhere)) from error
    return path


def headline(record: SweepRecord) -> str:
    """Return what was swept, in one line or two."""
    points = len(np.unique(record.runs["point"]))
    text = tell("sweep.headline", title=record.titles[current()], points=points, strategies=len(record.strategies),
                replications=record.replications, runs=len(record.runs["point"]))
    return "\n".join(wrap(text, terminal_width()))


def blocks(record: SweepRecord, width: int) -> list[str]:
    """Return the table, as many strategies side by side as fit."""
    rows = _rows(record)
    points = len(record.points["point"])
    corner = tell("sweep.row.median", points=points) if points > 1 else ""
    label = min(max(cell_width(name) for name in (corner, *(name for name, _ in rows))), width // 2)
    widest = max([_LEAST, *(cell_width(cell) for _, cells in rows for cell in cells)])
    fits = max(1, (width - label) // (widest + _GAP))
    names = record.strategies
    count = math.ceil(len(names) / math.ceil(len(names) / fits))
    found = []
    for first in range(0, len(names), count):
        some = range(first, min(first + count, len(names)))
        column = min(24, (width - label) // len(some) - _GAP)
        titles = [clip(record.strategy_titles[names[k]][current()], column) for k in some]
        lines = [_line(corner, titles, label, column), "-" * (label + len(some) * (column + _GAP))]
        lines += [_line(name, [cells[k] for k in some], label, column) for name, cells in rows]
        found.append("\n".join(lines))
    return found


def _line(label: str, cells: list[str], width: int, column: int) -> str:
    values = "".join(" " * _GAP + pad(clip(cell, column), column, right=True) for cell in cells)
    return (pad(clip(label, width), width) + values).rstrip()


def _rows(record: SweepRecord) -> list[tuple[str, list[str]]]:
    """Return (label, a value a strategy) of every line of the table."""
    numbers = record.points["point"]
    rows: list[tuple[str, list[str]]] = []
    profit = record.means("profit_fen")
    several = len(numbers) > 1
    if len(record.strategies) > 1:
        whole = np.isfinite(profit).all(axis=1)
        best = Counter(np.argmax(profit[whole], axis=1).tolist())
        rows.append((tell("sweep.row.best", points=int(whole.sum())), [str(best.get(k, 0)) for k in range(len(record.strategies))]))
    for name in ROWS:
        means = record.means(name)
        if not np.isfinite(means).any():
            continue
        rows.append((label_of(name), [_number(_middle(means[:, k]), name) for k in range(means.shape[1])]))
        if name == ROWS[0] and several:
            for end, pick in (("lowest", np.nanargmin), ("highest", np.nanargmax)):
                cells = []
                for column in means.T:
                    at = int(pick(column)) if np.isfinite(column).any() else -1
                    cells.append(f"{_number(column[at], name)} ({tell('sweep.point', number=int(numbers[at]))})" if at >= 0 else "-")
                rows.append((f"  {tell(f'sweep.row.{end}')}", cells))
    return rows


def _middle(values: Any) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else math.nan


def label_of(outcome: str) -> str:
    """Return the label of an outcome."""
    from sim.records.outcomes import SUMMARY

    declared = SUMMARY[outcome]
    return declared.zh if current() == "zh" else declared.en


def _number(value: float, outcome: str) -> str:
    from sim.records.outcomes import SUMMARY

    return unit_number(value, SUMMARY[outcome].unit)


def unit_number(value: float, unit: str) -> str:
    """Return a value with its unit in signs of one width."""
    from sim.report.numbers import show as shown
    from sim.report.tables import plain

    return plain(shown(value, unit, current()))


def place_of(record: SweepRecord, point: int, limit: int = 400) -> str:
    """Return a point as ``point 3: groups=2, cash=¥50,000``; only its number where there is no axis."""
    numbers = record.points["point"]
    at = int(np.searchsorted(numbers, point))
    values = [f"{axis.path.rpartition('.')[2]}={value_text(axis, float(record.points[axis.column][at]))}" for axis in record.axes]
    head = tell("sweep.point", number=point)
    colon, comma = ("：", "，") if current() == "zh" else (": ", ", ")
    return clip(f"{head}{colon}{comma.join(values)}" if values else head, limit)


def value_text(axis: AxisRecord, value: float) -> str:
    """Return a value of an axis as text."""
    if axis.scale == "words" and axis.values is not None:
        return clip(str(axis.values[int(value)]), _LONGEST)
    return unit_number(value, axis.unit) if axis.unit in {"fen", "share"} else f"{value:.4g}"


def expected_lines(record: SweepRecord, width: int) -> list[str]:
    """Return what became of the expectations: counts first, then the worst points, then what the counts are worth."""
    groups: dict[tuple[int, str], list[Judged]] = {}
    for one in record.judged:
        groups.setdefault((one.strategy, one.expectation), []).append(one)
    heads = [tell(f"sweep.column.{name}") for name in ("pass", "fail", "undecided")]
    column = max(cell_width(head) for head in heads)
    label = width - 3 * (column + _GAP)
    lines = [pad(tell("expect.heading"), label) + "".join(" " * _GAP + pad(head, column, right=True) for head in heads)]
    for (strategy, text), found in groups.items():
        counts = Counter(one.result for one in found)
        name = f"  {record.strategies[strategy]}: {text}"
        broken = ["  " + line.replace(HARD, " ") for line in wrap(name.strip().replace(" %", f"{HARD}%"), label - 2)]
        lines += broken[:-1]
        cells = [str(counts[result]) for result in ("pass", "fail", "undecided")]
        lines.append(pad(broken[-1], label) + "".join(" " * _GAP + pad(cell, column, right=True) for cell in cells))
    for text in where_it_holds(record, value_text):
        lines += [f"  {line}" for line in wrap(text, width - 2)]
    for result in ("fail", "undecided"):
        bad = sorted((one for one in record.judged if one.result == result), key=lambda one: one.p)
        for one in bad[:_MOST_SHOWN]:
            blank, comma = ("", "，") if current() == "zh" else (" ", ", ")
            text = f"{tell(f'sweep.{result}')}{blank}{record.strategies[one.strategy]}{comma}{verdict_line(record, one)}"
            lines += [f"  {line}" for line in wrap(text, width - 2)]
        if len(bad) > _MOST_SHOWN:
            lines.append("  " + tell("sweep.more", count=len(bad) - _MOST_SHOWN, what=tell(f"sweep.column.{result}")))
    return lines + wrap(multiplicity(record), width)


def verdict_line(record: SweepRecord, one: Judged) -> str:
    """Return one judged expectation at its point with its interval and why it stayed open."""
    from sim.records.outcomes import SUMMARY

    unit = SUMMARY[one.outcome].unit
    shown = [unit_number(value, unit) for value in (one.mean, one.low, one.high)]
    text = tell("sweep.verdict", point=place_of(record, one.point), expectation=one.expectation, mean=shown[0], low=shown[1],
                high=shown[2], n=one.n)
    why = tell(f"sweep.why.{one.reason}") if one.reason else ""
    needed = tell("sweep.needed", n=one.needed) if one.needed else ""
    between = "；" if current() == "zh" else "; "
    return between.join(part for part in (text, why, needed) if part)


def multiplicity(record: SweepRecord) -> str:
    """Return what the verdicts are worth, given how many there are."""
    levels = sorted({one.confidence for one in record.judged})
    return tell("sweep.multiplicity", count=len(record.judged), levels=" / ".join(f"{100 * level:g} %" for level in levels))


def drift_lines(drift: Drift, record: SweepRecord, width: int) -> list[str]:
    """Return what became of the outcomes against the baseline."""
    counts = Counter(drift.cells["verdict"].tolist())
    lines = wrap(tell("sweep.baseline", same=counts["same"], drifted=counts["drifted"], undecided=counts["undecided"],
                      verdict=tell(f"sweep.drift.{drift.verdict}")), width)
    for cell in drift.drifted[: 2 * _MOST_SHOWN]:
        text = tell("sweep.drifted", strategy=cell.strategy, outcome=label_of(cell.outcome), point=place_of(record, int(cell.point)),
                    base=_number(cell.base, cell.outcome), now=_number(cell.base + cell.gap, cell.outcome))
        lines += [f"  {line}" for line in wrap(text, width - 2)]
    if len(drift.drifted) > 2 * _MOST_SHOWN:
        lines.append("  " + tell("sweep.more", count=len(drift.drifted) - 2 * _MOST_SHOWN, what=tell("sweep.drift.drifted")))
    if drift.missing:
        lines += wrap(tell("sweep.drift_missing", count=len(drift.missing)), width)
    return lines


def document(shown: Shown) -> dict[str, Any]:
    """Return a sweep as the JSON document that the README describes."""
    record = shown.record
    drift = shown.drift
    return {
        "folder": str(shown.folder), "page": str(shown.page) if shown.page else None, "name": record.name, "title": record.titles,
        "command": record.command, "version": record.version, "seed": record.seed, "complete": record.complete,
        "shard": record.shard, "design": record.design, "replications": record.replications,
        "axes": [dataclasses.asdict(axis) for axis in record.axes],
        "strategies": [{"name": name, "title": record.strategy_titles[name],
                        "median": {row: _middle(record.means(row)[:, k]) for row in ROWS}}
                       for k, name in enumerate(record.strategies)],
        "verdict": record.verdict(),
        "expectations": [dataclasses.asdict(one) | {"strategy": record.strategies[one.strategy]} for one in record.judged],
        "baseline": None if drift is None else {
            "verdict": drift.verdict, "drifted": [dataclasses.asdict(cell) for cell in drift.drifted],
            "counts": dict(Counter(drift.cells["verdict"].tolist())), "missing": drift.missing},
        "failures": [dataclasses.asdict(one) for one in record.failures], "timings": record.timings,
    }  # fmt: skip


def show_forecast(checked: Sweep, cost: Forecast, workers: int, *, as_json: bool) -> None:
    """Print what a sweep would cost."""
    if as_json:
        emit_json("sweep forecast", dataclasses.asdict(cost) | {"name": checked.spec.name, "to_play": cost.to_play, "workers": workers})
        return
    title = checked.spec.title
    named = (title.zh or title.en if current() == "zh" else title.en or title.zh) or checked.spec.name
    headline = tell("sweep.headline", title=named, points=cost.points, strategies=cost.strategies, replications=cost.replications,
                    runs=cost.runs)
    emit("\n".join(cost_lines(headline, cost, workers, disk=tell("sweep.disk", store=size(cost.store_bytes),
                                                                 result=size(cost.result_bytes)))))
