"""One finished run as one small file: what a worker leaves the moment a run ends.

The file is an uncompressed ``.npz`` (arrays under ``table/column``, everything else as JSON in
``head``), read without pickle. It is written under a temporary name, flushed to disk and renamed,
so a killed worker leaves either the whole run or nothing. Folders of tables for people are made
from these files later (`sim.records.store`).
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import secrets
import zipfile
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from sim.core.errors import DataError, reason_of
from sim.records.run_record import RunRecord
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPOOL_SCHEMA = 1
PART = ".part"
"""Ending of files and folders that are not finished."""

TABLES = ("daily", "statement", "people", "agents", "network")
HEAD = ("strategy", "title", "seed", "replication", "days", "n_people", "facts", "price_split", "events", "timings",
        "memory", "summary")
_NUMBERS = ("facts", "summary")
"""Parts of the head that may hold NaN, which JSON has no word for."""


def head_of(run: RunRecord) -> dict[str, Any]:
    """Return the part of a run that is not arrays, ready for JSON."""
    head = {name: getattr(run, name) for name in HEAD}
    return head | {part: {k: None if math.isnan(v) else float(v) for k, v in head[part].items()} for part in _NUMBERS}


def run_of(head: dict[str, Any], tables: dict[str, dict[str, Any]]) -> RunRecord:
    """Return the run made of a head and its tables; raises KeyError where a part is missing."""
    fields: dict[str, Any] = {name: head[name] for name in HEAD if name != "memory"} | {"memory": head.get("memory", {})}
    fields |= {part: {k: math.nan if v is None else float(v) for k, v in head[part].items()} for part in _NUMBERS}
    fields["events"] = [(int(day), str(kind), str(key)) for day, kind, key in head["events"]]
    fields |= {name: tables[name] for name in TABLES}
    return RunRecord(**fields)


def write_run(run: RunRecord, path: Path) -> None:
    """Write a run to `path` whole or not at all."""
    head = json.dumps({"schema": SPOOL_SCHEMA, **head_of(run)}, ensure_ascii=False).encode()
    arrays = {f"{table}/{name}": column for table in TABLES for name, column in getattr(run, table).items()}
    with whole_file(path) as stream:
        np.savez(stream, allow_pickle=False, head=np.frombuffer(head, dtype=np.uint8), **arrays)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a stream to fill; what is written stands at `path` when the block ends, flushed to disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two machines may share the folder and, by chance, the number of a process.
    part = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}{PART}")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # on a full disk the half of a file would keep its room
            part.unlink(missing_ok=True)
        raise


def read_run(path: Path) -> RunRecord:
    """Return the run stored in `path`.

    Raises
    ------
    DataError
        If the file is torn, foreign or of another schema.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            head = json.loads(stored["head"].tobytes())
            if head["schema"] != SPOOL_SCHEMA:
                raise DataError(Message("records.spool_schema", path=path, schema=head["schema"], newest=SPOOL_SCHEMA))
            tables: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
            for key in stored.files:
                table, _, column = key.partition("/")
                if table in tables:
                    tables[table][column] = stored[key]
            return run_of(head, tables)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(Message("records.not_whole", path=path, error=reason_of(error))) from error
