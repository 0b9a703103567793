"""Folders of .npy columns: written whole or not at all, opened memory-mapped.

Used for ties and networks, so that many worker processes share one copy in memory.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.core.errors import DataError, reason_of
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def save_arrays(folder: Path, arrays: Mapping[str, npt.NDArray[Any]], texts: Mapping[str, str] | None = None) -> None:
    """Write each array as `name.npy` (and each text under its name); replaces `folder` by a rename."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        for name, array in arrays.items():
            np.save(fresh / f"{name}.npy", array, allow_pickle=False)
        for name, text in (texts or {}).items():
            (fresh / name).write_text(text, encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(fresh, folder)  # noqa: PTH105 - a folder, renamed whole
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def load_arrays(folder: Path, names: Iterable[str], *, mapped: bool) -> dict[str, npt.NDArray[Any]]:
    """Return the named columns of a folder.

    Mapped columns are copy-on-write: a run may change its trust, the files never change, and
    kernels see ordinary writable arrays (a read-only type would be compiled again).

    Raises
    ------
    DataError
        If a file is missing or torn.
    """
    found: dict[str, npt.NDArray[Any]] = {}
    for name in names:
        path = folder / f"{name}.npy"
        try:
            # numpy cannot map an empty array
            array = np.load(path, mmap_mode="c" if mapped and path.stat().st_size > 128 else None, allow_pickle=False)
        except FileNotFoundError as error:
            raise DataError(Message("networks.column_missing", path=path)) from error
        except (OSError, ValueError, EOFError) as error:
            raise DataError(Message("networks.column_torn", path=path, error=reason_of(error))) from error
        found[name] = array.view(np.ndarray)
    return found
