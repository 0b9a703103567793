"""Finding and reading data files: plain or gzip'ed text, never trusted, never larger than memory.

Every fault becomes a `DataError` that names the file, the line and the remedy.
"""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import NoReturn

from sim.core.errors import DataError, reason_of, shorten, strerror_of
from sim.text.message import Message

MAX_BYTES = 4 << 30
"""Largest text after unpacking; a small gzip file can unpack to anything."""
MAX_LINE = 1 << 16
"""Longest line, characters."""
_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"

_KNOWN = {
    "bitcoin_otc": ("files.of_snap", "soc-sign-bitcoin-otc", "Kumar et al., ICDM 2016"),
    "advogato": ("files.of_authors", "advogato", "Massa et al., WI 2009"),
    "filmtrust": ("files.of_authors", "FilmTrust", "Guo et al., IJCAI 2013"),
    "epinions": ("files.of_snap", "soc-Epinions1", "Richardson et al., ISWC 2003"),
    "ego_facebook": ("files.of_snap", "ego-Facebook", "McAuley & Leskovec, NIPS 2012"),
    "deezer": ("files.of_snap", "gemsec-Deezer", "Rozemberczki et al., ASONAM 2019"),
    "twitch": ("files.of_snap", "twitch-social-networks", "Rozemberczki et al. 2021"),
}
"""Beginning of a file's name -> where the set comes from, its name there, who made it."""


def find_data(path: str | Path, base: Path | None = None, *, folder: bool = False) -> Path:
    """Return the absolute path of a data file (or of a folder).

    Looked for as given, then beside the scenario (`base`), then in the folder `GUANXI_DATA`.

    Raises
    ------
    DataError
        If it is nowhere; says where it was looked for and where known sets come from.
    """
    try:
        wanted = Path(path).expanduser()
        folders = [Path.cwd() if base is None else base]
        if os.environ.get("GUANXI_DATA"):
            folders.append(Path(os.environ["GUANXI_DATA"]))
        places = [wanted] if wanted.is_absolute() else [folder / wanted for folder in folders]
        for place in places:
            if place.is_dir() if folder else place.is_file():
                return place.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise DataError(Message("files.no_name", path=shorten(str(path)), error=reason_of(error))) from error
    known = next((source for name, source in _KNOWN.items() if wanted.name.startswith(name)), None)
    remedy = Message("files.put")
    if known is not None:
        remedy = Message("files.get", known=Message(known[0], name=known[1], work=known[2]))
    key = "files.folder_not_found" if folder else "files.file_not_found"
    raise DataError(Message(key, path=wanted, places=[place.parent for place in places], remedy=remedy))


def lines_of(path: Path, data: bytes) -> list[str]:
    """Return the lines of the UTF-8 text of a file, without their ends.

    Raises
    ------
    DataError
        If it is no text, or a line is longer than `MAX_LINE`.
    """
    if b"\0" in data:
        bad_line(path, data.count(b"\n", 0, data.index(b"\0")) + 1, Message("files.binary"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad_line(path, data.count(b"\n", 0, error.start) + 1, Message("files.not_utf8"))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(len(line) > MAX_LINE for line in lines):
        number = next(k for k, line in enumerate(lines, 1) if len(line) > MAX_LINE)
        bad_line(path, number, Message("files.long_line", most=MAX_LINE))
    return lines


def bad_line(path: Path, line: int, message: str) -> NoReturn:
    """Raise the error of one line of a data file."""
    raise DataError(Message("files.line", path=path, line=line, message=message))


def unpacked(path: Path) -> bytes:
    """Return the bytes of a file, unpacked if it is gzip'ed.

    Raises
    ------
    DataError
        If the file cannot be read, is torn, or is larger than `MAX_BYTES`.
    """
    parts: list[bytes] = []
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == _GZIP
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            size = 0
            while part := stream.read(_CHUNK):
                size += len(part)
                if size > MAX_BYTES:
                    raise DataError(Message("files.too_large", path=path, most=MAX_BYTES))
                parts.append(part)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        line = sum(part.count(b"\n") for part in parts) + 1
        message = Message("files.gzip_torn", error=reason_of(error))
        raise DataError(Message("files.line", path=path, line=line, message=message)) from error
    except OSError as error:
        raise DataError(Message("files.unreadable", path=path, reason=strerror_of(error))) from error
    return b"".join(parts)
