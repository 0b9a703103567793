"""Finding and reading data files: plain or gzip'ed text, never trusted, never larger than memory.

Every fault becomes a `DataError` that names the file, the line and the remedy.
"""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import NoReturn

from sim.core.errors import DataError, shorten

MAX_BYTES = 4 << 30
"""Largest text after unpacking; a small gzip file can unpack to anything."""
MAX_LINE = 1 << 16
"""Longest line, characters."""
_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"

_KNOWN = {
    "bitcoin_otc": "'soc-sign-bitcoin-otc' of the SNAP collection (Kumar et al., ICDM 2016)",
    "advogato": "'advogato' (Massa et al., WI 2009)",
    "filmtrust": "'FilmTrust' (Guo et al., IJCAI 2013)",
    "epinions": "'soc-Epinions1' of the SNAP collection (Richardson et al., ISWC 2003)",
    "ego_facebook": "'ego-Facebook' of the SNAP collection (McAuley & Leskovec, NIPS 2012)",
    "deezer": "'gemsec-Deezer' of the SNAP collection (Rozemberczki et al., ASONAM 2019)",
    "twitch": "'twitch-social-networks' of the SNAP collection (Rozemberczki et al. 2021)",
}


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
        raise DataError(f"{shorten(str(path))} cannot name a file ({error}); mend network.path") from error
    known = next((source for name, source in _KNOWN.items() if wanted.name.startswith(name)), "")
    get = f"Get {known}, then " if known else ""
    raise DataError(
        f"data {'folder' if folder else 'file'} {wanted} was not found (looked in {', '.join(str(place.parent) for place in places)}). "
        f"{get}{'put' if get else 'Put'} it into a folder named by GUANXI_DATA, "
        "or name it with --set network.path=PATH"
    )


def lines_of(path: Path, data: bytes) -> list[str]:
    """Return the lines of the UTF-8 text of a file, without their ends.

    Raises
    ------
    DataError
        If it is no text, or a line is longer than `MAX_LINE`.
    """
    if b"\0" in data:
        bad_line(path, data.count(b"\n", 0, data.index(b"\0")) + 1, "binary data; expected a text file of ties")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad_line(path, data.count(b"\n", 0, error.start) + 1, "not UTF-8 text; save the file as UTF-8")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(len(line) > MAX_LINE for line in lines):
        number = next(k for k, line in enumerate(lines, 1) if len(line) > MAX_LINE)
        bad_line(path, number, f"a line of more than {MAX_LINE} characters; expected one tie a line")
    return lines


def bad_line(path: Path, line: int, message: str) -> NoReturn:
    """Raise the error of one line of a data file."""
    raise DataError(f"{path}:{line}: {message}")


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
                    raise DataError(f"{path} is larger than {MAX_BYTES} bytes when unpacked; split it")
                parts.append(part)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        line = sum(part.count(b"\n") for part in parts) + 1
        raise DataError(f"{path}:{line}: the gzip file is torn ({error}); fetch it again") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    return b"".join(parts)
