"""Carry out a sweep: every scenario at every point, from the store what is there, the rest played.

A run is known by its scenario, seed, replication and code, so a finished one is never played again, in this sweep or
another. Runs are asked for lazily in blocks of points: inside a block replication by replication, so that runs of one
world follow each other and a worker builds their network once. What is kept in memory is one row a run.

Decision: a shard i/n takes every n-th pair of point and replication, with all strategies: what is compared in pairs
stays together, and shards take about the same time.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.sweep_expectations import judge_sweep
from sim.core.errors import DataError
from sim.experiment.designs import Point, points_of
from sim.experiment.identity import code_hash, code_version
from sim.experiment.play import Failed, How, Wanted, play
from sim.experiment.prepare import Options, frame_of
from sim.experiment.timings import remember, usual_seconds
from sim.records.manifest import machine
from sim.records.outcomes import DAILY, SUMMARY
from sim.records.run_store import RunStore, default_store
from sim.records.sweep import AXIS, FAILED, OK, WAITING, AxisRecord, SweepFailure, SweepRecord, outcome_columns
from sim.records.sweep_store import save
from sim.scenario.data import require_data
from sim.scenario.resolve import scenario_text
from sim.scenario.sweep import Sweep, resolve_sweep
from sim.scenario.sweep_axes import Axis
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.experiment.progress import Callback
    from sim.records.tables import Table

_BLOCK = 32
"""Points of a block: enough that building a network is shared, few enough that whole points are finished early."""
_BATCH = 64
"""Runs whose daily series are held together while they are written."""
_ASKED = 2_000
"""Runs whose outcomes are read together."""
_PLACE = {name: at for at, name in enumerate(SUMMARY)}
_CHECKED = 20_000
"""Scenarios (points x strategies) that are all checked before anything runs: half a millisecond each."""


@dataclass
class SweepPlan:
    """All runs of a sweep, or of one shard, as rows: by point, strategy, replication.

    Parameters
    ----------
    sweep : Sweep
        What is swept.
    shard : tuple of int or None
        (i, n), i from 1.
    model : str
        Function that runs a scenario.
    """

    sweep: Sweep
    shard: tuple[int, int] | None = None
    model: str = How().model
    ids: dict[int, str] = field(default_factory=dict)
    """Row to run, as far as it has been asked for."""

    @cached_property
    def points(self) -> list[Point]:
        """Return the points."""
        return points_of(self.sweep)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return points, strategies, replications."""
        return len(self.points), len(self.sweep.cases), self.sweep.spec.replications

    @cached_property
    def rows(self) -> Any:
        """Return the numbers of the rows of this shard, int64, in the order of the table."""
        points, cases, replications = self.shape
        number = np.arange(points * cases * replications)
        if self.shard is None:
            return number
        part, of = self.shard
        unit = number // (cases * replications) * replications + number % replications
        return number[unit % of == part - 1]

    def place(self, row: int) -> tuple[int, int, int]:
        """Return point, strategy and replication of a row."""
        _, cases, replications = self.shape
        return row // (cases * replications), row // replications % cases, row % replications

    def check(self) -> None:
        """Check the scenarios of all points, or of the first ones of a very large sweep.

        Raises
        ------
        ScenarioError
            If the values of a point are wrong together.
        DataError
            If a file of data is missing.
        """
        cases = len(self.sweep.cases)
        for point in self.points[: max(1, _CHECKED // cases)]:
            for case in range(cases):
                require_data(self.sweep.scenario(case, point.values))

    def wanted(self) -> Iterator[tuple[int, Wanted]]:
        """Yield (row, run), block by block, and remember its identity."""
        points, cases, replications = self.shape
        mine = np.zeros(points * cases * replications, np.bool_)
        mine[self.rows] = True
        for first in range(0, points, _BLOCK):
            block = self.points[first:first + _BLOCK]
            specs = [[self.sweep.scenario(case, point.values) for case in range(cases)] for point in block]
            for replication in range(replications):
                for at in range(len(block)):
                    for case in range(cases):
                        row = ((first + at) * cases + case) * replications + replication
                        if mine[row]:
                            wanted = Wanted(specs[at][case], replication)
                            self.ids[row] = wanted.id(self.model)
                            yield row, wanted

    def run_ids(self) -> list[str]:
        """Return the identity of every row, in the order of the table."""
        if len(self.ids) < len(self.rows):
            for _ in self.wanted():
                pass
        return [self.ids[row] for row in self.rows.tolist()]


class _Asked:
    """The runs of a plan one by one; says how many are left, so that progress can be told."""

    def __init__(self, plan: SweepPlan) -> None:
        self._source = plan.wanted()
        self._left = len(plan.rows)

    def __iter__(self) -> _Asked:
        return self

    def __next__(self) -> Wanted:
        _, wanted = next(self._source)
        self._left -= 1
        return wanted

    def __length_hint__(self) -> int:
        return self._left


def sweep(source: Sweep | str | Path, *, how: How | None = None, store: RunStore | Path | None = None, out: Path | None = None,
          shard: tuple[int, int] | None = None, progress: Callback | None = None, **asked: Any) -> SweepRecord:
    """Carry out a sweep and return its record.

    Parameters
    ----------
    source : Sweep, str or Path
        A checked sweep, or the name or path of a sweep file.
    how : How
        Where and with what to play.
    store : RunStore or Path
        Where finished runs are found and left; None for the usual place.
    out : Path
        Folder to save the record in; None: it is not saved.
    shard : tuple of int
        (i, n): only part i of n, from 1.
    progress : callable
        Told the `Progress` several times a second.
    asked : object
        ``command``, the command line for the record; ``replace``, whether a record that stands in `out` may be replaced; the
        rest as for `sim.scenario.sweep.resolve_sweep`, if `source` is not checked yet.

    Raises
    ------
    ScenarioError, MarketMismatchError, DataError
        If the sweep or its data are wrong; nothing is written then.
    KeyboardInterrupt
        On Ctrl-C; what is finished is in the store.
    """
    how, command, replace = how or How(), str(asked.pop("command", "")), bool(asked.pop("replace", False))
    checked = source if isinstance(source, Sweep) else resolve_sweep(source, **asked)
    plan = SweepPlan(checked, shard, how.model)
    plan.check()
    if out is not None and Path(out).exists() and not replace:
        raise DataError(Message("records.exists", path=out))
    with contextlib.ExitStack() as stack:
        opened = store if isinstance(store, RunStore) else stack.enter_context(RunStore(store or default_store()))
        record = _carried_out(plan, how, opened, progress)
        record.command = command
        if out is None:
            table = _joined(list(daily_pieces(plan, opened, record)))
            record.read_daily = lambda: table
        else:
            save(record, Path(out), replace=replace, daily=daily_pieces(plan, opened, record))
            record.read_daily = SweepRecord.load(Path(out)).read_daily
    return record


def _carried_out(plan: SweepPlan, how: How, store: RunStore, progress: Callback | None) -> SweepRecord:
    """Play what is missing and return the record, without its daily series."""
    start = time.monotonic()
    timings = {"wall": 0.0, "runs": 0.0, "played": 0.0, "kept": 0.0}
    failed: dict[str, Failed] = {}
    spent: dict[str, list[float]] = {}
    seconds: dict[str, float] = {}
    for ended in play(_Asked(plan), store, how, progress=progress):
        if isinstance(ended, Failed):
            failed[ended.run] = ended
            continue
        seconds[ended.run] = ended.seconds
        timings["kept" if ended.kept else "played"] += 1
        if not ended.kept:
            timings["runs"] += ended.seconds
            spec = ended.wanted.spec
            spent.setdefault(spec.name, []).append(ended.seconds / usual_seconds(spec.people, spec.days))
    timings["wall"] = time.monotonic() - start
    remember(store.folder, spent)
    record = recorded(plan, store, failed, seconds)
    record.timings = timings
    return record


def recorded(plan: SweepPlan, store: RunStore, failed: dict[str, Failed], seconds: dict[str, float]) -> SweepRecord:
    """Return the record of the runs of a plan as far as the store has them; expectations are judged if it is whole."""
    ids = plan.run_ids()
    there, outcomes = _outcomes(store, ids)
    status = np.array([OK if is_there else FAILED if run in failed else WAITING for run, is_there in zip(ids, there, strict=True)], dtype="<U7")
    runs = run_table(plan, ids, status, np.array([seconds.get(run, np.nan) for run in ids]), outcomes)
    names = [case.spec.name for case in plan.sweep.cases]
    failures = []
    for row, run, is_there in zip(plan.rows.tolist(), ids, there, strict=True):
        if run in failed and not is_there:
            point, strategy, replication = plan.place(row)
            one = failed[run]
            failures.append(SweepFailure(point, names[strategy], replication, run, str(one.reason), one.attempts))
    return framed(plan, runs, failures)


def _outcomes(store: RunStore, ids: list[str]) -> tuple[list[bool], Table]:
    """Return which runs the store has, and their outcomes as columns; some thousands are asked for at a time."""
    there: list[bool] = []
    columns: Table = {}
    for first in range(0, len(ids), _ASKED):
        some = ids[first:first + _ASKED]
        found = store.outcomes(list(dict.fromkeys(some)))
        there += [run in found for run in some]
        for name, values in outcome_columns(found, some).items():
            columns.setdefault(name, np.full(len(ids), np.nan))[first:first + len(some)] = values
    return there, {name: columns[name] for name in sorted(columns, key=lambda one: _PLACE.get(one, len(_PLACE)))}


def framed(plan: SweepPlan, runs: Table, failures: list[SweepFailure]) -> SweepRecord:
    """Return the record of a table of runs: what was asked, and what became of the expectations."""
    swept, spec = plan.sweep, plan.sweep.spec
    specs = [case.spec for case in swept.cases]
    whole = plan.shard is None and WAITING not in runs["status"]
    done = runs["status"] == OK
    judged = []
    if whole:
        judged = judge_sweep({name: column[done] for name, column in runs.items()},
                             [swept.expectations(case) for case in range(len(specs))])
    titles = {"zh": spec.title.zh or spec.title.en or spec.name, "en": spec.title.en or spec.title.zh or spec.name}
    return SweepRecord(
        name=spec.name, titles=titles, axes=[axis_record(axis, runs) for axis in swept.axes],
        strategies=[one.name for one in specs],
        strategy_titles={one.name: {"zh": one.title_in("zh"), "en": one.title_in("en")} for one in specs},
        runs=runs, judged=judged, failures=failures,
        design={"kind": spec.design.kind, "points": len(plan.points), "seed": spec.design.seed},
        replications=spec.replications, seed=spec.seed, question=frame_of(specs, Options()).question,
        texts={one.name: scenario_text(one) for one in specs}, source=swept.source, shard=plan.shard,
        version=code_version(), code=code_hash(), machine=machine(), complete=whole,
    )


def axis_record(axis: Axis, runs: Table) -> AxisRecord:
    """Return an axis as tables have it; the ends of a distribution are those that were drawn."""
    low, high = axis.low, axis.high
    column = runs[AXIS + axis.path]
    if axis.distribution is not None and column.size:
        low, high = float(column.min()), float(column.max())
    return AxisRecord(axis.path, {str(k): v for k, v in axis.label.items()}, axis.unit, axis.scale, axis.values, low, high,  # type: ignore[arg-type]
                      axis.is_whole)


def run_table(plan: SweepPlan, ids: list[str], status: Any, seconds: Any, outcomes: Table) -> Table:
    """Return the table of runs of a plan."""
    place = np.array([plan.place(row) for row in plan.rows.tolist()], dtype=np.int32).reshape(-1, 3)
    table: Table = {"point": place[:, 0], "strategy": place[:, 1], "replication": place[:, 2], "run": np.array(ids, dtype="<U24"),
                    "status": status, "seconds": seconds}
    for axis in plan.sweep.axes:
        by_point = np.array([axis.values.index(point.values[axis.path]) if axis.scale == "words" and axis.values is not None
                             else point.values[axis.path] for point in plan.points], dtype=np.float64)
        table[AXIS + axis.path] = by_point[place[:, 0]]
    return table | outcomes


def daily_pieces(plan: SweepPlan, store: RunStore, record: SweepRecord) -> Iterator[Table]:
    """Yield the daily series of all finished runs, some dozens of runs at a time."""
    ids, rows, finished = plan.run_ids(), plan.rows, np.flatnonzero(record.done).tolist()
    for first in range(0, len(finished), _BATCH):
        some = finished[first:first + _BATCH]
        table = store.daily([ids[row] for row in some], list(DAILY))
        place = np.array([plan.place(int(rows[row])) for row in some], dtype=np.int32)[table.pop("run")]
        yield {"point": place[:, 0], "strategy": place[:, 1], "replication": place[:, 2], **table}


def _joined(pieces: list[Table]) -> Table:
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]} if pieces else {}
