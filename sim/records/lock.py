"""A lock that dies with its holder: one process works in a folder, however it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING

from sim.core.errors import DataError, strerror_of
from sim.text.message import Message

if TYPE_CHECKING:
    from pathlib import Path


_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


class Lock:
    """The right to work in a folder, held until `release` or the end of the process.

    Parameters
    ----------
    path : Path
        The file that stands for the right; its folder is there.
    refusal : str
        Key of what is said to the one who comes second.

    Raises
    ------
    DataError
        If another process holds it, or the file cannot be opened.
    """

    def __init__(self, path: Path, refusal: str = "store.locked") -> None:
        self._path = path
        try:
            self._number: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise DataError(Message("records.unwritable", path=path, reason=strerror_of(error))) from error
        try:
            _take(self._number)
        except OSError as error:
            if error.errno not in _TAKEN:
                return  # a disk that knows no locks: the manifest's own has to do
            holder = os.read(self._number, 40).decode(errors="replace").strip()
            os.close(self._number)
            raise DataError(Message(refusal, folder=path.parent, process=holder or "?")) from None
        if not self._is_there():  # the holder removed it between our opening and taking it: that is the lock of nothing
            os.close(self._number)
            raise DataError(Message(refusal, folder=path.parent, process="?"))
        with contextlib.suppress(OSError):  # the number is a help, not the lock
            os.ftruncate(self._number, 0)
            os.write(self._number, f"{os.getpid()}\n".encode())

    def release(self, *, remove: bool = False) -> None:
        """Let the next one in, and remove the file if asked; done twice it does nothing."""
        if self._number is None:
            return
        if remove and self._is_there():
            with contextlib.suppress(OSError):
                self._path.unlink()
        os.close(self._number)
        self._number = None

    def _is_there(self) -> bool:
        """Tell whether the file that is open is the one that others find under its name."""
        if self._number is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._number), self._path.stat())
        except OSError:
            return False


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
