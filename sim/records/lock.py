"""A lock that dies with its holder: one process works in a folder, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from sim.core.errors import DataError, strerror_of
from sim.text.message import Message

if TYPE_CHECKING:
    from pathlib import Path


class Lock:
    """The right to work in a folder, held until `release` or the end of the process.

    Raises
    ------
    DataError
        If another process holds it, or the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            # Never removed: who waits for a file that somebody removes holds the lock of nothing.
            self._number: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise DataError(Message("records.unwritable", path=path, reason=strerror_of(error))) from error
        try:
            _take(self._number)
        except OSError:
            holder = os.read(self._number, 40).decode(errors="replace").strip()
            os.close(self._number)
            raise DataError(Message("store.locked", folder=path.parent, process=holder or "?")) from None
        with contextlib.suppress(OSError):  # the number is a help, not the lock
            os.ftruncate(self._number, 0)
            os.write(self._number, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next one in; done twice it does nothing."""
        number, self._number = self._number, None
        if number is not None:
            os.close(number)


if sys.platform == "win32":  # pragma: no cover

    def _take(number: int) -> None:
        """Take the first byte behind what is written, or raise OSError."""
        import msvcrt

        os.lseek(number, 1 << 20, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        os.lseek(number, 0, os.SEEK_SET)

else:

    def _take(number: int) -> None:
        """Lock the whole file, or raise OSError."""
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
