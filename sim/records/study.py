"""What the records of attribution, sensitivity and optimisation share: plain data, a table, a folder."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from sim.core.errors import DataError, reason_of, value_problem
from sim.records.folders import whole_folder
from sim.records.manifest import read_manifest, require_written, write_manifest
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

Record = TypeVar("Record")

_HEAD = ("scenario", "seed", "command", "version", "seconds", "machine")


def as_document(record: Any) -> dict[str, Any]:
    """Return a record as plain data; what is undefined is null."""
    document: dict[str, Any] = plain(asdict(record))
    return document


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; what is not finite is null."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def frame_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a data frame; an estimate becomes three columns: ``name``, ``name_low``, ``name_high``."""
    import pandas as pd

    return pd.DataFrame([_flat(row) for row in rows])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in row.items():
        if not isinstance(value, dict):
            out[name] = value
        elif "mean" in value:
            out |= {name: value["mean"], f"{name}_low": value["low"], f"{name}_high": value["high"]}
        elif "zh" in value:
            out |= {f"{name}_{lang}": text for lang, text in value.items()}
        else:
            out |= {inner: number if not isinstance(number, dict) else number["mean"] for inner, number in value.items()}
    return out


def load_study(kind: str, file: str, shape: type[Record], path: Path) -> Record:
    """Return the record of a folder that `save_study` wrote.

    Raises
    ------
    DataError
        If the folder is missing, torn, of another kind or of a newer schema.
    """
    manifest = read_manifest(path, kind)
    try:
        document = json.loads((path / file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        remedy = Message("records.give_folder")
        raise DataError(Message("records.unreadable", path=path / file, error=reason_of(error), remedy=remedy)) from error
    try:
        record = TypeAdapter(shape).validate_python(_undefined(document))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or file
        raise DataError(Message("records.garbled_place", folder=path / file, place=place, what=value_problem(dict(first)))) from None
    require_written(path, manifest)
    return record


def _undefined(value: Any) -> Any:
    """Return data with NaN for null: no record holds anything else that JSON writes so."""
    if isinstance(value, dict):
        return {key: _undefined(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_undefined(inner) for inner in value]
    return math.nan if value is None else value


def save_study(kind: str, file: str, record: Any, path: Path, texts: dict[str, str]) -> None:
    """Write a folder whole: the manifest, the record as `file`, and `texts` by file name."""
    document = as_document(record)
    with whole_folder(path) as folder:
        text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / file).write_text(text + "\n", encoding="utf-8")
        for name, words in texts.items():
            (folder / name).write_text(words, encoding="utf-8")
        write_manifest(folder, kind, {name: document[name] for name in _HEAD if name in document})
