"""Where figures are kept: one JSON file, whole at any time, that later measurements are added to."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.machine import machine

FOLDER = Path("results/benchmarks")
SCHEMA = 1


@dataclass
class Stored:
    """Figures in memory and on disk; every change is written at once."""

    path: Path
    data: dict[str, Any]
    failures: list[str] = field(default_factory=list)

    def keep_row(self, name: str, found: dict[str, Any]) -> None:
        """Keep what a row found, in the place of what it found before."""
        self.data["rows"][name] = found
        self._write()

    def keep_point(self, curve: str, line: str, x: float, found: dict[str, Any]) -> None:
        """Keep what a point of a curve found, in the place of what it found before."""
        points = self.data["curves"].setdefault(curve, {}).setdefault(line, [])
        points[:] = sorted([p for p in points if p["x"] != x] + [{"x": x, **found}], key=lambda p: p["x"])
        self._write()

    def has_point(self, curve: str, line: str, x: float) -> bool:
        """Tell whether a point is kept."""
        return any(point["x"] == x for point in self.data["curves"].get(curve, {}).get(line, []))

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.data, indent=1) + "\n", encoding="utf-8")
        part.replace(self.path)


def opened(path: Path | None, *, is_quick: bool) -> Stored:
    """Return what a file holds, or a new file's worth.

    Raises
    ------
    ValueError
        If the file holds figures of another machine, or small worlds beside large ones were asked for.
    """
    if path is None:
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        path = FOLDER / f"{stamp}{'-quick' if is_quick else ''}.json"
    if not path.exists():
        return Stored(path, {"schema": SCHEMA, "kind": "benchmarks", "quick": is_quick, "machine": machine(), "rows": {},
                             "curves": {}})
    data = read(path)
    if data["machine"] != machine():
        raise ValueError(f"{path} was measured on another machine or with other libraries: {data['machine']}")
    if data["quick"] != is_quick:
        raise ValueError(f"{path} holds {'quick' if data['quick'] else 'full'} figures; the two are not mixed")
    return Stored(path, data)


def read(path: Path) -> dict[str, Any]:
    """Return what a file holds.

    Raises
    ------
    ValueError
        If it is not a file of figures.
    """
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if data.get("kind") != "benchmarks" or data.get("schema") != SCHEMA:
        raise ValueError(f"{path} does not hold benchmarks of schema {SCHEMA}")
    return data
