"""Parquet parts: the daily series and statements of some dozens of runs in one file.

One file a run is simple and slow to ask questions of: the same two thousand runs answer thirty
times quicker from forty parts. A part is one long table (``run``, ``day``, a column a series, a column
``statement.PURPOSE`` a line of the statement); the runs' identities, outcomes and what was run stand in
its own metadata, so that the parts alone say everything that the manifest of the store says.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.core.errors import DataError, reason_of
from sim.records.light import LightRun, Shape, require_fitting
from sim.records.spool import whole_file
from sim.records.tables import array_of, column_of, names_of
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LINE: Final = "statement."
"""What stands before a purpose in the name of a column."""
_KEY: Final = b"guanxi"
_SCHEMA: Final = 1
_COMPRESSION: Final = 1
"""Level of zstd: level 3 saves a hundredth of the room and costs twice the time."""


def write_part(runs: Sequence[LightRun], path: Path) -> None:
    """Write runs as one part, whole or not at all, flushed to disk."""
    import pyarrow as pa
    from pyarrow import parquet

    days = [run.shape.days for run in runs]
    number = np.repeat(np.arange(len(runs), dtype=np.int32), days)
    columns = {"run": names_of(number, [run.run for run in runs]),
               "day": column_of(np.concatenate([np.arange(count, dtype=np.int32) for count in days]))}
    columns |= {name: column_of(values) for name, values in _stacked(runs, "daily", "", np.nan).items()}
    columns |= {name: column_of(values) for name, values in _stacked(runs, "statement", LINE, 0).items()}
    table = pa.Table.from_arrays(list(columns.values()), names=list(columns)).replace_schema_metadata({_KEY: _head(runs)})
    with whole_file(path) as stream:
        parquet.write_table(table, stream, compression="zstd", compression_level=_COMPRESSION, use_dictionary=["run"],
                            write_page_checksum=True, write_statistics=False)


def _stacked(runs: Sequence[LightRun], part: str, before: str, missing: float) -> dict[str, NDArray[Any]]:
    """Return a column of all runs for each name that one of them has."""
    names = list(dict.fromkeys(name for run in runs for name in getattr(run.shape, part)))
    kind = getattr(runs[0], part).dtype
    out = {}
    for name in names:
        pieces = []
        for run in runs:
            own = getattr(run.shape, part)
            pieces.append(getattr(run, part)[own.index(name)] if name in own else np.full(run.shape.days, missing, kind))
        out[f"{before}{name}"] = np.concatenate(pieces)
    return out


def _head(runs: Sequence[LightRun]) -> bytes:
    shapes = list(dict.fromkeys(run.shape.text() for run in runs))
    rows = [[run.run, shapes.index(run.shape.text()), run.seconds, run.about, run.outcomes.tolist()] for run in runs]
    return json.dumps({"schema": _SCHEMA, "shapes": shapes, "runs": rows}, separators=(",", ":")).encode()


def read_part(path: Path) -> list[LightRun]:
    """Return the runs of a part, in its order, every byte checked.

    Raises
    ------
    DataError
        If the file is missing, torn or foreign.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Not memory-mapped: a file that is cut short meanwhile would end the process.
        table = parquet.ParquetFile(path, page_checksum_verification=True).read(use_threads=False)
        head = json.loads(table.schema.metadata[_KEY])
        shapes = [Shape.read(text) for text in head["shapes"]]
        columns = {name: array_of(table.column(name)) for name in table.column_names if name != "run"}
        runs, start = [], 0
        for run, shape, seconds, about, outcomes in head["runs"]:
            runs.append(_run(str(run), shapes[shape], columns, start, float(seconds), dict(about), outcomes))
            start += shapes[shape].days
        if start != table.num_rows:
            raise ValueError("rows")  # noqa: TRY301 - told like every other damage
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(Message("store.torn_part", path=path, error=reason_of(error))) from error
    return runs


def runs_of_part(path: Path) -> list[str]:
    """Return the identities of the runs of a part, by its head alone.

    Raises
    ------
    DataError
        If the file is missing, torn or foreign.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return [str(run) for run, *_ in json.loads(parquet.read_schema(path).metadata[_KEY])["runs"]]
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise DataError(Message("store.torn_part", path=path, error=reason_of(error))) from error


def _run(run: str, shape: Shape, columns: dict[str, NDArray[Any]], start: int, seconds: float, about: dict[str, Any],
         outcomes: list[float]) -> LightRun:
    """Cut one run out of the columns of its part."""
    rows = slice(start, start + shape.days)
    daily = np.array([columns[name][rows] for name in shape.daily], dtype=np.float64).reshape(len(shape.daily), -1)
    lines = np.array([columns[f"{LINE}{name}"][rows] for name in shape.statement], dtype=np.int64)
    lines = lines.reshape(len(shape.statement), -1) if shape.statement else np.empty((0, shape.days), np.int64)
    daily = daily if shape.daily else np.empty((0, shape.days))
    found = LightRun(run, shape, np.array(outcomes, dtype=np.float64), daily, lines, seconds, about)
    require_fitting(found)
    return found
