"""The manifest of a result folder: what it is, its schema, what made it.

Schema rule: `SCHEMA` grows by one when a table or key changes its meaning or goes; adding one does
not count. `MIGRATIONS[n]` turns a manifest of schema n into one of n + 1; they are applied in turn
on load. A folder of a newer schema than this programme knows is refused, never guessed at.

The manifest is written last and holds a digest of every file of the folder but its page, which is drawn anew at will:
a file that was lost, cut, changed or taken from another result is named (`require_written`).
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from typing import TYPE_CHECKING, Any

from sim.core.errors import DataError, reason_of
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEMA = 1
FILE = "manifest.json"
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From schema n to n + 1; empty as long as there has been one schema only."""

_REMEDY = "records.give_folder"
_PAGE = "page.html"


def machine() -> dict[str, Any]:
    """Return what the figures were made on, without anything that names a person or a host."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
    }


def write_manifest(folder: Path, kind: str, body: dict[str, Any]) -> None:
    """Write the manifest of a folder of `kind`, whose other files are there; NaN is written as null."""
    digests = {name: _digest(folder / name) for name in sorted(_files(folder))}
    document = {"format": kind, "schema": SCHEMA, **body, "digests": digests}
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def require_written(folder: Path, manifest: dict[str, Any], suffix: str = "", *, but: str = "") -> None:
    """Refuse a folder in which a file is not the one that was written; one without digests is taken as it is.

    Parameters
    ----------
    folder : Path
        Where the files lie.
    manifest : dict
        What `read_manifest` returned.
    suffix : str
        Restricts it to files whose names end so.
    but : str
        Name of a file that is left out.

    Raises
    ------
    DataError
        If one is missing or differs.
    """
    digests = manifest.get("digests", {})
    if not isinstance(digests, dict):
        raise DataError(Message("records.garbled", folder=folder, what="digests"))
    there = _files(folder)  # what is opened is named by the folder, never by a manifest
    for name, digest in digests.items():
        if not name.endswith(suffix) or name == but:
            continue
        if name not in there:
            raise DataError(Message("records.lost", path=folder / name))
        if _digest(folder / name) != digest:
            raise DataError(Message("records.changed", path=folder / name))


def _files(folder: Path) -> set[str]:
    """Return the files of a folder and of folders in it that have no manifest of their own, but the manifest and the page."""
    found = {path.name for path in folder.iterdir() if path.is_file()} - {FILE, _PAGE}
    inner = (path for path in folder.iterdir() if path.is_dir() and not (path / FILE).exists())
    return found | {f"{path.name}/{name}" for path in inner for name in _files(path)}


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_manifest(folder: Path, kind: str, give: str = _REMEDY) -> dict[str, Any]:
    """Return the manifest of a folder of `kind`, brought up to the current schema; `give` is the remedy it names.

    Raises
    ------
    DataError
        If the folder or its manifest is missing, torn, of another kind, or too new.
    """
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(Message("records.no_result", folder=folder, file=FILE, remedy=Message(give))) from None
    except (OSError, ValueError, RecursionError) as error:
        remedy = Message(give)
        raise DataError(Message("records.unreadable", path=folder / FILE, error=reason_of(error), remedy=remedy)) from error
    if not isinstance(found, dict) or found.get("format") != kind or not isinstance(found.get("schema"), int):
        raise DataError(Message("records.other_kind", folder=folder, kind=kind, remedy=Message(give)))
    return _migrated(folder, found)


def format_of(folder: Path) -> str:
    """Return the format that the manifest of a folder names, an empty text where it names none; refuses nothing."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    return str(found.get("format", "")) if isinstance(found, dict) else ""


def _migrated(folder: Path, found: dict[str, Any]) -> dict[str, Any]:
    """Apply `MIGRATIONS` until the manifest has the current schema."""
    schema = int(found["schema"])
    if schema > SCHEMA:
        raise DataError(Message("records.newer", folder=folder, schema=schema, newest=SCHEMA))
    while schema < SCHEMA:
        if schema not in MIGRATIONS:
            raise DataError(Message("records.too_old", folder=folder, schema=schema))
        found = MIGRATIONS[schema](found)
        schema += 1
    return found | {"schema": SCHEMA}
