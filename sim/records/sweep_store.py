"""A sweep on disk: a folder with a manifest and parquet tables, under the rules of `sim.records.store`.

    manifest.json   format "guanxi-sweep"; what was asked, what made it, how many rows each table has
    runs.parquet    one row a run: axes and summary outcomes
    daily.parquet   one row a run and day
    judged.parquet  one row an expectation, point and strategy
    sweep.yaml      the sweep file
    scenarios/NN.yaml  every scenario resolved, before any axis is laid over it

Also `page.html`, which whoever draws it puts there. The folder appears whole or not at all; a table that was cut short
is refused; the schema rule is that of `sim.records.manifest`.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from sim.core.errors import DataError, reason_of
from sim.records.folders import whole_folder
from sim.records.manifest import machine, read_manifest, require_written, write_manifest
from sim.records.shape import Number, Question, Shape, Title, require_shape
from sim.records.sweep import HEAD, AxisRecord, Judged, SweepFailure, SweepRecord
from sim.records.tables import Table, append_tables, read_table, write_table
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

SWEEP = "guanxi-sweep"
_DAILY = "daily.parquet"
_PLAIN = ("name", "titles", "strategies", "strategy_titles", "design", "replications", "seed", "question", "version", "code",
          "command", "timings", "machine", "complete")
_JUDGED = {"point": np.int32, "strategy": np.int32, "expectation": np.str_, "outcome": np.str_, "confidence": np.float64,
           "result": np.str_, "reason": np.str_, "mean": np.float64, "low": np.float64, "high": np.float64, "n": np.int32,
           "p": np.float64, "p_holm": np.float64, "needed": np.int32}


class _AxisHead(Shape):
    path: str
    label: Title
    unit: str
    scale: Literal["linear", "log", "words"]
    values: list[Number] | list[str] | None
    low: Number
    high: Number
    is_whole: bool = False


class _FailureHead(Shape):
    point: int
    strategy: str
    replication: int
    run: str
    reason: str
    attempts: int


class SweepHead(Shape):
    """The manifest of a sweep."""

    name: str
    titles: Title
    axes: list[_AxisHead]
    strategies: Annotated[list[str], Field(min_length=1)]
    strategy_titles: dict[str, Title]
    failures: list[_FailureHead]
    design: dict[str, str | int]
    replications: Annotated[int, Field(ge=1)]
    seed: int
    question: Question
    shard: tuple[int, int] | None = None
    version: str
    code: str
    command: str
    timings: dict[str, Number]
    machine: dict[str, str | int]
    complete: bool
    rows: dict[str, int]


def save(record: SweepRecord, folder: Path, *, replace: bool = False, daily: Iterable[Table] | None = None) -> None:
    """Write a sweep as a folder.

    Parameters
    ----------
    record : SweepRecord
        What to write.
    folder : Path
        Where.
    replace : bool
        Whether what stands there may go.
    daily : iterable of tables
        The daily series in pieces, so that they need never be held together; None for `record.daily`.

    Raises
    ------
    DataError
        If the folder exists and is not to be replaced, or cannot be written.
    """
    pieces = ([record.daily] if record.read_daily is not None else []) if daily is None else daily
    with whole_folder(Path(folder), replace=replace) as part:
        names = record.strategies
        rows = {
            "daily": append_tables(part / _DAILY, pieces, names),
            "runs": write_table(part / "runs.parquet", record.runs, names),
            "judged": write_table(part / "judged.parquet", _judged_table(record.judged), names),
        }
        (part / "sweep.yaml").write_text(record.source, encoding="utf-8")
        (part / "scenarios").mkdir()
        for number, strategy in enumerate(names):
            (part / "scenarios" / f"{number:02d}.yaml").write_text(record.texts.get(strategy, ""), encoding="utf-8")
        body = {name: getattr(record, name) for name in _PLAIN}
        body["machine"] = record.machine or machine()
        more = {"axes": [dataclasses.asdict(axis) for axis in record.axes], "shard": record.shard,
                "failures": [dataclasses.asdict(failure) for failure in record.failures], "rows": rows}
        write_manifest(part, SWEEP, body | more)


def load(folder: Path) -> SweepRecord:
    """Return the sweep stored in a folder; its daily series are read when asked for.

    Raises
    ------
    DataError
        If the folder is missing, torn or foreign; the message says what to do.
    """
    folder = Path(folder)
    manifest = read_manifest(folder, SWEEP, "records.give_sweep")
    require_shape(SweepHead, manifest, folder)
    require_written(folder, manifest, ".yaml")
    try:
        found = _loaded(folder, manifest)
    except (KeyError, TypeError, ValueError, IndexError, OSError) as error:
        raise DataError(Message("records.garbled", folder=folder, what=reason_of(error))) from error
    require_written(folder, manifest, ".parquet", but=_DAILY)  # large, so that it is held against its digest when it is read
    return found


def _loaded(folder: Path, manifest: dict[str, Any]) -> SweepRecord:
    """Return the sweep that a manifest describes."""
    names, rows = [str(name) for name in manifest["strategies"]], manifest["rows"]
    manifest["strategy_titles"] = {name: manifest["strategy_titles"][name] for name in names}
    runs = read_table(folder / "runs.parquet", rows["runs"], names)
    axes = [_axis(found) for found in manifest["axes"]]
    for name in (*HEAD, *(axis.column for axis in axes)):
        runs[name]  # else KeyError: a table of something else
    for axis in axes:
        if axis.values is not None and axis.scale == "words" and not np.isin(runs[axis.column], np.arange(len(axis.values))).all():
            raise ValueError(axis.path)
    judged = read_table(folder / "judged.parquet", rows["judged"], names)
    return SweepRecord(
        **{name: manifest[name] for name in _PLAIN},
        axes=axes, runs=runs,
        judged=[Judged(**dict(zip(_JUDGED, row, strict=True)))
                for row in zip(*(judged[name].tolist() for name in _JUDGED), strict=True)],
        failures=[SweepFailure(**found) for found in manifest["failures"]],
        shard=tuple(manifest["shard"]) if manifest.get("shard") else None,
        texts={name: (folder / "scenarios" / f"{number:02d}.yaml").read_text(encoding="utf-8")
               for number, name in enumerate(names)},
        source=(folder / "sweep.yaml").read_text(encoding="utf-8"),
        read_daily=lambda: _daily(folder, manifest),
    )


def _daily(folder: Path, manifest: dict[str, Any]) -> Table:
    """Return the daily series, read when they are asked for."""
    table = read_table(folder / _DAILY, manifest["rows"]["daily"], [str(name) for name in manifest["strategies"]])
    require_written(folder, manifest, _DAILY)
    return table


def _axis(found: dict[str, Any]) -> AxisRecord:
    values = found["values"]
    axis = AxisRecord(**(found | {"values": tuple(values) if values is not None else None}))
    if axis.scale == "words" and axis.values is None:
        raise ValueError(axis.path)
    return axis


def _judged_table(judged: list[Judged]) -> Table:
    return {name: np.array([getattr(one, name) for one in judged], dtype=kind) for name, kind in _JUDGED.items()}
