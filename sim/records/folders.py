"""Folders that appear whole or not at all, and names that stay inside them."""

from __future__ import annotations

import contextlib
import errno
import itertools
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


@contextlib.contextmanager
def new_folder(parent: Path, name: str) -> Iterator[Path]:
    """Give a path in `parent` that is free, and that no other command is given before the block ends.

    It is ``name``, else ``name-2``, ``name-3``, ... A path whose finished runs still wait for the rest (`runs_of`) is
    taken; what keeps others away is that folder, which goes at the end if it holds nothing.

    Raises
    ------
    DataError
        If `parent` cannot be written.
    """
    base = safe_name(name)
    made = [place for place in (parent, *parent.parents) if not place.exists()]
    try:
        parent.mkdir(parents=True, exist_ok=True)
        path = next(path for number in itertools.count(1) if _take(path := parent / (f"{base}-{number}" if number > 1 else base)))
    except OSError as error:
        raise DataError(Message("records.unwritable", path=parent / base, reason=strerror_of(error))) from error
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            for place in (runs_of(path), *made):
                if place.exists():
                    place.rmdir()


def _take(path: Path) -> bool:
    """Take a free path, and tell whether it was free."""
    if path.exists():
        return False
    try:
        runs_of(path).mkdir()
    except FileExistsError:
        return False
    return True


def require_place(path: Path) -> None:
    """Refuse a place that cannot be written, before anything is spent on what shall lie there; leaves no trace.

    Parameters
    ----------
    path : Path
        A file or folder to be, or a file to be replaced; folders above it need not be there.

    Raises
    ------
    DataError
        If its name is too long or no text, something above it is no folder, or the rights are missing.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:  # bytes that are no UTF-8, which the tables' library cannot open
        raise DataError(Message("records.no_text", path=path)) from error
    try:
        with contextlib.suppress(FileNotFoundError):
            _temporary(path).lstat()  # the longest name that will be used; ENAMETOOLONG is raised
        if path.is_symlink() and not path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
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
