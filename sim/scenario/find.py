"""Where scenarios are found.

A bare name means ``./scenarios/NAME.yaml``, then the shipped scenario of that name; anything with a
slash or ending in ``.yaml`` is a path. Paths written inside a file are relative to that file.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten
from sim.text.message import Message

SAFE_NAME = r"^[^\W_][\w-]{0,59}$"
"""Names of scenarios and ids: letters of any script, digits, ``_`` and ``-``; never a path, never markup."""

_SUFFIXES = (".yaml", ".yml")
_UNITS = {"CNY", "RMB", "yuan", "元", "万元", "fen", "分", "%", "days", "hours", "people"}
_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_folder() -> Path:
    """Return the folder of shipped scenarios: beside the package in a checkout, inside it in a wheel."""
    inside = _PACKAGE / "scenarios_data"  # a link to ../scenarios in a checkout, where links exist
    return inside.resolve() if inside.is_dir() else _PACKAGE.parent / "scenarios"


SWEEPS = "sweeps"
"""Folder of sweep files beside scenarios."""


def available(below: str = "") -> dict[str, Path]:
    """Return scenarios that a bare name reaches; ./scenarios hides a shipped one of the same name.

    Parameters
    ----------
    below : str
        Folder below those of scenarios to look into; `SWEEPS` for sweep files.
    """
    found: dict[str, Path] = {}
    for folder in (shipped_folder() / below, Path("scenarios") / below):
        if folder.is_dir():
            found.update({p.stem: p for p in sorted(folder.iterdir()) if p.suffix in _SUFFIXES and p.is_file()})
    return found


def is_path(name: str) -> bool:
    """Return whether a scenario argument is a path rather than a bare name."""
    return "/" in name or os.sep in name or name.lower().endswith(_SUFFIXES)


def find_scenario(name: str, folder: Path | None = None, below: str = "") -> Path:
    """Return the file of a scenario, or of a sweep.

    Parameters
    ----------
    name : str
        Bare name or path.
    folder : Path
        What a relative path is relative to; the working folder by default.
    below : str
        As for `available`.

    Raises
    ------
    ScenarioError
        If there is no such file; carries the nearest name.
    """
    if is_path(name):
        path = _joined(name, folder)
        if path is None or not path.exists():
            raise ScenarioError(Problem(Message("scenario.no_such_file", hint=_near_file(path)), value=name,
                                        file=shorten_name(name)))
        return path
    found = available(below)
    if name in found:
        return found[name]
    known = sorted(found) or Message("common.none")
    hint = _not_a_name(name, folder) or did_you_mean(name[:100], found)
    message = Message("sweep.no_sweep" if below else "scenario.no_scenario", name=shorten(name), hint=hint, known=known)
    raise ScenarioError(Problem(message, value=shorten(name)))


def shorten_name(name: str) -> str:
    """Return a file name safe to print in one line; below the working folder, relative to it."""
    if Path(name).is_absolute() and Path(name).is_relative_to(Path.cwd()):
        name = str(Path(name).relative_to(Path.cwd()))
    return name if name.isprintable() and len(name) <= 200 else shorten(name)


def is_safe_name(name: str) -> bool:
    """Return whether a name can become part of a file name."""
    return re.match(SAFE_NAME, name) is not None and not name.endswith("\n")


def _joined(name: str, folder: Path | None) -> Path | None:
    """Return the path, or None if no file system could hold it."""
    if "\0" in name or len(name) > 4000:
        return None
    try:
        path = Path(name).expanduser()
        path = path if folder is None else folder / path
        path.exists()
    except (OSError, ValueError, RuntimeError):
        return None
    return path


def _not_a_name(name: str, folder: Path | None) -> str:
    """Return a hint at what a bare name may stand for: a file here, or the unit of a value without its quotes."""
    if name in _UNITS:
        return Message("scenario.value_needs_quotes", name=name)
    beside = (_joined(name + suffix, folder) for suffix in _SUFFIXES)
    file = next((path for path in beside if path is not None and path.is_file()), None)
    return Message("scenario.near_file", name=file.name) if file is not None else ""


def _near_file(path: Path | None) -> str:
    """Return a hint at a file of a similar name in the same folder."""
    if path is None or not path.parent.is_dir():
        return ""
    try:
        names = [p.name for p in path.parent.iterdir() if p.suffix in _SUFFIXES and p.exists()]
    except OSError:
        return ""
    return did_you_mean(path.name, names)
