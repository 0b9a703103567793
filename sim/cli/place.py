"""Where a result goes: the folder that was asked for, else a new one under results/."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def result_folder(out: Path | None, *words: str) -> Iterator[Path]:
    """Give the folder of a result; a new one is no other command's before the block ends.

    Parameters
    ----------
    out : Path or None
        What the user asked for.
    *words : str
        What begins the name of a new one; the time follows.

    Raises
    ------
    DataError
        If it cannot be written; nothing has been spent yet.
    """
    from sim.records.folders import new_folder, require_place

    if out is not None:
        require_place(out)
        yield out
        return
    with new_folder(Path("results"), "-".join([*words, f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"])) as folder:
        yield folder
