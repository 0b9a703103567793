"""What testing claims leaves: the verdicts with their evidence, and the measured runs behind them.

A folder of claims holds ``manifest.json`` (kind, what was asked), ``claims.json`` (every effect with
its interval, in the main condition, with the mechanism off, at each value tried), ``runs.jsonl`` (one
line a run: its id, scenario, settings, replication and measures) and the table as text. While runs are under way
each finished one is a small file of its own (`write_measured`); a killed worker leaves all or nothing.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from sim.core.errors import DataError, reason_of
from sim.records.folders import whole_folder
from sim.records.manifest import machine, read_manifest, require_written, write_manifest
from sim.records.spool import whole_file
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

KIND = "guanxi claims"
RUNS = "runs.jsonl"
_FILE = "claims.json"

Result = Literal["shown", "not shown", "depends"]
"""What the test of an effect, or of all effects of a claim, came to."""


@dataclass(frozen=True)
class Estimate:
    """A mean effect with its 95 % interval over `n` pairs; NaN where undefined."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Tried:
    """An effect with one assumption at another value.

    Parameters
    ----------
    path : str
        The parameter.
    value, default : float
        Where it was put, and where it stands.
    end : {'low', 'high', ''}
        Which end of its declared range; empty for a value in between.
    effect : Estimate
        The effect there.
    holds : bool
        Whether the effect is there on the claimed side.
    """

    path: str
    value: float
    default: float
    end: str
    effect: Estimate
    holds: bool


@dataclass(frozen=True)
class Turn:
    """Where an effect comes or goes: between two values of one assumption, one as at the default, one not."""

    path: str
    same_at: float
    other_at: float
    end: str


@dataclass(frozen=True)
class PartRecord:
    """The evidence on one effect; see `sim.experiment.claims.claim.Part` for what was asked."""

    id: str
    measure: str
    unit: str
    relative: bool
    against_best: bool
    direction: int
    margin: float
    off_rule: str
    arms: list[dict[str, Any]]
    off_settings: list[str]
    main: Estimate
    off: Estimate
    lost: Estimate
    tried: list[Tried]
    turns: list[Turn]
    result: Result
    reason: str
    is_range_tried: bool


@dataclass(frozen=True)
class ClaimRecord:
    """The verdict on one claim, and the command and code (a hash) that came to it."""

    number: int
    people: int
    days: int
    result: Result
    parts: list[PartRecord]
    replications: int = 0
    seed: int = 0
    command: str = ""
    code: str = ""


@dataclass(frozen=True)
class ClaimsRecord:
    """All verdicts of a folder.

    Parameters
    ----------
    claims : list of ClaimRecord
        By number.
    seed, replications : int
        What the pairs of the last call are.
    command, version : str
        The last call, and the release.
    failures : list of dict
        Runs set apart: scenario, replication, reason.
    timings : dict of float
        Seconds.
    """

    claims: list[ClaimRecord]
    seed: int
    replications: int
    command: str = ""
    version: str = ""
    failures: list[dict[str, Any]] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)


def plain(value: Any) -> Any:
    """Return dataclasses and numbers as JSON holds them; what is undefined is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value


def of_document(document: dict[str, Any]) -> list[ClaimRecord]:
    """Return the verdicts of stored data; null is NaN again."""
    return [ClaimRecord(**{**claim, "parts": [_part(part) for part in claim["parts"]]}) for claim in document["claims"]]


def _part(data: dict[str, Any]) -> PartRecord:
    """Return the evidence on one effect from plain data."""
    tried = [Tried(**{**one, "effect": _estimate(one["effect"])}) for one in data["tried"]]
    effects = {name: _estimate(data[name]) for name in ("main", "off", "lost")}
    return PartRecord(**{**data, **effects, "tried": tried, "turns": [Turn(**turn) for turn in data["turns"]]})


def _estimate(data: dict[str, Any]) -> Estimate:
    mean, low, high = (math.nan if data[name] is None else float(data[name]) for name in ("mean", "low", "high"))
    return Estimate(mean, low, high, int(data["n"]))


def with_kept(record: ClaimsRecord, kept: list[ClaimRecord]) -> ClaimsRecord:
    """Return the record with the verdicts of claims that were not asked for this time, by number."""
    asked = {claim.number for claim in record.claims}
    claims = [*record.claims, *(claim for claim in kept if claim.number not in asked)]
    return replace(record, claims=sorted(claims, key=lambda claim: claim.number))


def as_document(record: ClaimsRecord) -> dict[str, Any]:
    """Return the record as plain data."""
    document: dict[str, Any] = plain(asdict(record))
    return document


def save_claims(record: ClaimsRecord, runs: Iterable[dict[str, Any]], texts: dict[str, str], path: Path, *,
                replace: bool = False) -> None:
    """Write a folder of claims whole: tables, runs, and `texts` by file name."""
    document = as_document(record)
    body = {name: document[name] for name in ("seed", "replications", "command", "version", "timings")}
    with whole_folder(path, replace=replace) as folder:
        (folder / _FILE).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        with (folder / RUNS).open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(plain(run), ensure_ascii=False) + "\n" for run in runs)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        write_manifest(folder, KIND, {**body, "machine": machine()})


def read_runs(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the measured runs of a folder of claims by id.

    Raises
    ------
    DataError
        If it is no folder of claims, or torn.
    """
    def by_id(text: str) -> dict[str, dict[str, Any]]:
        return {run["id"]: run for run in map(json.loads, text.splitlines())}

    return _stored(folder, RUNS, by_id)


def read_claims(folder: Path) -> dict[str, Any]:
    """Return the stored document of a folder of claims.

    Raises
    ------
    DataError
        If it is no folder of claims, or torn.
    """
    return _stored(folder, _FILE, json.loads)


def _stored(folder: Path, name: str, parsed: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Return what a file of a folder of claims holds."""
    manifest = read_manifest(folder, KIND, "claims.give_folder")
    try:
        found = parsed((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(Message("claims.unreadable", path=folder / name, error=reason_of(error))) from error
    require_written(folder, manifest, name)
    return found


def write_measured(run: dict[str, Any], path: Path) -> None:
    """Write one measured run whole or not at all."""
    with whole_file(path) as stream:
        stream.write(json.dumps(plain(run), ensure_ascii=False).encode())


def read_measured(path: Path) -> dict[str, Any] | None:
    """Return a measured run; None if there is none or it is torn."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return run if isinstance(run, dict) and isinstance(run.get("values"), dict) else None
