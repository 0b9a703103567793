"""Folders that appear whole or not at all, and names that stay inside them."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sim.core.errors import DataError, strerror_of
from sim.records.spool import PART
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 80


def safe_name(text: str) -> str:
    """Return `text` as a name of one file or folder: letters of any script, digits, ``_ . -``.

    No separator, no leading dot, never empty, at most 80 characters, so that a name taken from a
    file cannot become a path outside the output folder.
    """
    return _UNSAFE.sub("-", text).strip(".-")[:_LONGEST].rstrip(".-") or "result"


def runs_of(folder: Path) -> Path:
    """Return where finished runs wait until `folder` is written."""
    return folder.with_name(folder.name + ".runs")


def new_folder(parent: Path, name: str) -> Path:
    """Return a path in `parent` that is not taken: ``name``, else ``name-2``, ``name-3``, ...

    A path whose finished runs still wait for the rest (`runs_of`) is taken.
    """
    base = safe_name(name)
    number = 1
    while True:
        path = parent / (base if number == 1 else f"{base}-{number}")
        if not path.exists() and not runs_of(path).exists():
            return path
        number += 1


def require_place(path: Path) -> None:
    """Refuse a place that cannot be written, before anything is spent on what shall lie there; leaves no trace.

    Parameters
    ----------
    path : Path
        A file or folder to be, or a file to be replaced; folders above it need not be there.

    Raises
    ------
    DataError
        If its name is too long, something above it is no folder, or the rights are missing.
    """
    try:
        _temporary(path).exists()  # the longest name that will be used; ENAMETOOLONG is raised
        above = next(one for one in path.absolute().parents if one.exists())
        if path.is_file():
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        elif not path.is_char_device():
            tempfile.TemporaryFile(dir=above).close()
    except OSError as error:
        raise DataError(Message("records.unwritable", path=path, reason=strerror_of(error))) from error


def _temporary(path: Path) -> Path:
    """Return the name under which a folder is filled before it gets its own."""
    return path.with_name(f".{path.name}.{os.getpid()}{PART}")


@contextlib.contextmanager
def whole_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give a temporary folder to fill; rename it to `path` when the block ends, drop it if it fails.

    Raises
    ------
    DataError
        If `path` exists and is not to be replaced, or cannot be written.
    """
    path = Path(path)
    if path.exists() and not replace:
        raise DataError(Message("records.exists", path=path))
    part = _temporary(path)
    try:
        part.mkdir(parents=True)
        yield part
        _swap(part, path)
    except OSError as error:
        raise DataError(Message("records.unwritable", path=path, reason=strerror_of(error))) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _swap(part: Path, path: Path) -> None:
    """Rename `part` to `path`; what stood there is put aside first and removed afterwards."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.old")
    if path.exists():
        path.rename(aside)
    try:
        part.rename(path)
    except OSError:
        if aside.exists():
            aside.rename(path)
        raise
    shutil.rmtree(aside, ignore_errors=True)
