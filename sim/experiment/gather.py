"""Put the shards of a sweep together: the whole is the same, run by run, as if it had been carried out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.errors import DataError
from sim.experiment.sweep import SweepPlan, framed
from sim.records.sweep import AXIS, HEAD, OK, SweepRecord
from sim.records.sweep_store import save
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sim.records.tables import Table
    from sim.scenario.sweep import Sweep

_KEY = ("point", "strategy", "replication")
_SLICE = 64
"""Runs whose daily series are written together."""


def gather(swept: Sweep, folders: Sequence[Path], *, out: Path | None = None, command: str = "", replace: bool = False) -> SweepRecord:
    """Return the whole sweep of its shards; expectations are judged.

    Parameters
    ----------
    swept : Sweep
        The sweep, checked, as the shards were given it.
    folders : sequence of Path
        Folders that the shards wrote, in any order.
    out : Path
        Folder to save the whole in.
    command : str
        The command line, for the record.
    replace : bool
        Whether a record that stands in `out` may be replaced.

    Raises
    ------
    DataError
        If a folder is torn, belongs to another sweep or version, or runs are missing.
    """
    plan = SweepPlan(swept)
    parts = [SweepRecord.load(folder) for folder in folders]
    ids = plan.run_ids()
    row_of = {plan.place(row): row for row in plan.rows.tolist()}
    source = np.full((len(ids), 2), -1, dtype=np.int64)
    for number, (part, folder) in enumerate(zip(parts, folders, strict=True)):
        keys = zip(*(part.runs[name].tolist() for name in _KEY), part.runs["run"].tolist(), strict=True)
        for at, (point, strategy, replication, run) in enumerate(keys):
            row = row_of.get((point, strategy, replication), -1)
            if row < 0 or ids[row] != run:
                raise DataError(Message("sweep.foreign_shard", folder=folder))
            source[row] = number, at
    missing = int((source[:, 0] < 0).sum())
    if missing:
        known = ", ".join(f"{part.shard[0]}/{part.shard[1]}" for part in parts if part.shard is not None) or "-"
        raise DataError(Message("sweep.shards_missing", count=missing, total=len(ids), known=known))
    names = list(dict.fromkeys([*HEAD, *(AXIS + axis.path for axis in swept.axes), *(n for part in parts for n in part.outcomes)]))
    runs: Table = {name: _column([part.runs.get(name) for part in parts], source) for name in names}
    failures = sorted((one for part in parts for one in part.failures), key=lambda one: (one.point, one.strategy, one.replication))
    record = framed(plan, runs, failures)
    record.command = command
    for name in sorted({name for part in parts for name in part.timings}):
        record.timings[name] = sum(part.timings.get(name, 0.0) for part in parts)
    if out is None:
        pieces = list(_daily(parts, record))
        table = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]} if pieces else {}
        record.read_daily = lambda: table
        return record
    save(record, out, replace=replace, daily=_daily(parts, record))
    record.read_daily = SweepRecord.load(out).read_daily
    return record


def _column(columns: Sequence[np.ndarray | None], source: np.ndarray) -> np.ndarray:
    """Return a column of the whole from those of the parts; NaN where a part lacks it."""
    like = next(column for column in columns if column is not None)
    width = max((column.dtype for column in columns if column is not None), key=lambda kind: kind.itemsize)
    out = np.full(len(source), np.nan) if like.dtype.kind == "f" else np.zeros(len(source), width)
    for number, column in enumerate(columns):
        if column is not None:
            mine = source[:, 0] == number
            out[mine] = column[source[mine, 1]]
    return out


def _daily(parts: Sequence[SweepRecord], record: SweepRecord) -> Iterator[Table]:
    """Yield the daily series of the whole in the order of its runs, some dozens of runs at a time.

    The parts' series are held in memory while they are put in order.
    """
    tables = [table for part in parts if (table := part.daily)]
    if not tables:
        return
    whole = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    order = np.lexsort((whole["day"], whole["replication"], whole["strategy"], whole["point"]))
    step = _SLICE * max(1, len(order) // max(1, int(np.sum(record.runs["status"] == OK))))
    for first in range(0, len(order), step):
        some = order[first:first + step]
        yield {name: column[some] for name, column in whole.items()}
