"""Parquet tables from plain arrays and back, without loading pandas.

`pyarrow.array` loads pandas (1.7 s) to look whether its argument is a pandas object; so columns are
handed over as buffers. A column of strategy names is stored as a dictionary of strings, so that
other tools read names, while here it is (codes, names). Other texts are arrays of numpy's own strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.errors import DataError
from sim.text.message import Message, recognised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Table = dict[str, Any]
NAME = "strategy"
"""The one column that holds names."""

_REMEDY = "records.copy_again"
_HOW: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True}
"""A bit that flips would otherwise be another number."""


def column_of(values: NDArray[Any]) -> Any:
    """Return a numeric array as an arrow column that shares its memory."""
    import pyarrow as pa

    if values.dtype.kind == "U":
        return _words(values.tolist())
    flat = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(flat.dtype), len(flat), [None, pa.py_buffer(flat)])


def _words(words: Sequence[str]) -> Any:
    """Return texts as an arrow column."""
    import pyarrow as pa

    texts = [word.encode() for word in words]
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(b"".join(texts)))


def names_of(codes: NDArray[Any], names: Sequence[str]) -> Any:
    """Return names[codes] as an arrow dictionary column."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(column_of(codes.astype(np.int32)), _words(names))


def _arrow(columns: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return columns as an arrow table."""
    import pyarrow as pa

    made = {k: names_of(v, names) if k == NAME else column_of(v) for k, v in columns.items()}
    return pa.Table.from_arrays(list(made.values()), names=list(made))


def write_table(path: Path, columns: Mapping[str, Any], names: Sequence[str] = ()) -> int:
    """Write columns of equal length as one parquet file and return the number of rows.

    Parameters
    ----------
    path : Path
        File to write.
    columns : dict of number (n,)
        A column called ``strategy`` holds positions in `names`.
    names : list of str
        Names that ``strategy`` counts.
    """
    from pyarrow import parquet

    table = _arrow(columns, names)
    parquet.write_table(table, path, **_HOW)
    return int(table.num_rows)


def append_tables(path: Path, pieces: Iterable[Mapping[str, Any]], names: Sequence[str] = ()) -> int:
    """Write pieces of one table, each with the columns of the first, as one parquet file; return the number of rows.

    Only one piece is held at a time. Without any the table has no columns.
    """
    import pyarrow as pa
    from pyarrow import parquet

    rows, writer = 0, None
    try:
        for piece in pieces:
            table = _arrow(piece, names)
            writer = writer or parquet.ParquetWriter(path, table.schema, **_HOW)
            writer.write_table(table.select(writer.schema.names))
            rows += int(table.num_rows)
        if writer is None:
            parquet.write_table(pa.table({}), path)
    finally:
        if writer is not None:
            writer.close()
    return rows


def read_table(path: Path, rows: object, names: Sequence[str] = ()) -> Table:
    """Return the columns of a parquet file; ``strategy`` as positions in `names`.

    Raises
    ------
    DataError
        If the file is missing, torn, has not the promised number of rows, or names a strategy
        that is not in `names`.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path, page_checksum_verification=True).read()
    except (OSError, ValueError, pa.ArrowException) as error:  # ValueError: a name of a column that is no text
        said = recognised(str(error).splitlines()[0], "system")
        raise DataError(Message("records.torn_table", path=path, error=said, remedy=Message(_REMEDY))) from error
    if table.num_rows != rows:
        raise DataError(Message("records.rows", path=path, found=table.num_rows, rows=rows, remedy=Message(_REMEDY)))
    return {n: _codes(path, table.column(n), names) if n == NAME else array_of(table.column(n))
            for n in table.column_names}


def array_of(column: Any) -> NDArray[Any]:
    """Return a numeric arrow column, or one of texts, as an array of its own."""
    if str(column.type) == "string":
        return np.array(column.to_pylist(), dtype=np.str_)
    kind = np.dtype(column.type.to_pandas_dtype())
    out = np.empty(len(column), dtype=kind)
    at = 0
    for chunk in column.chunks:
        part = np.frombuffer(chunk.buffers()[1], dtype=kind, count=chunk.offset + len(chunk))[chunk.offset:]
        out[at:at + len(chunk)] = part
        at += len(chunk)
    return out


def _codes(path: Path, column: Any, names: Sequence[str]) -> NDArray[Any]:
    """Return a dictionary column as positions in `names`."""
    parts = [np.empty(0, dtype=np.int64)]
    for chunk in column.chunks:
        words = [word.as_py() for word in chunk.dictionary]
        unknown = set(words) - set(names)
        if unknown:
            raise DataError(Message("records.foreign_strategies", path=path, remedy=Message(_REMEDY)))
        place = np.array([names.index(word) for word in words] or [0], dtype=np.int64)
        codes = chunk.indices
        view = np.frombuffer(codes.buffers()[1], dtype=np.int32, count=codes.offset + len(codes))[codes.offset:]
        parts.append(place[view])
    return np.concatenate(parts)
