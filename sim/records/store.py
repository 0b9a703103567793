"""Results on disk: a folder with a manifest and parquet tables, readable by any tool.

A run:          manifest.json, daily, statement, people, agents, nodes, edges (.parquet)
A comparison:   manifest.json, summary, daily, statement (.parquet), scenarios/NN.yaml,
                examples/NN/ (one run a strategy)

Folders are written under a temporary name and renamed whole; nothing is pickled. File names come
from this module alone, never from a manifest, so a hostile folder cannot name a path elsewhere.
The number of rows of each table stands in the manifest: a table that was cut short is refused.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.errors import DataError, reason_of
from sim.records.ablation import Ablation
from sim.records.comparison import Comparison, Failure, traded
from sim.records.folders import whole_folder
from sim.records.manifest import machine, read_manifest, require_written, write_manifest
from sim.records.run_record import EDGE_COLUMNS, RunRecord
from sim.records.selection import Dropped, Selection
from sim.records.shape import ComparisonHead, RunHead, require_shape
from sim.records.spool import head_of, run_of
from sim.records.tables import Table, read_table, write_table
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN, COMPARISON = "guanxi-run", "guanxi-comparison"
_RUN_TABLES = ("daily", "statement", "people", "agents", "nodes", "edges")
_COMPARISON_TABLES = ("summary", "daily", "statement")
_FIELDS = ("strategies", "titles", "question", "seed", "reference", "version", "command", "timings", "complete")


def _tables_of(run: RunRecord) -> dict[str, Table]:
    edges = {n: c for n, c in run.network.items() if n in EDGE_COLUMNS}
    nodes = {n: c for n, c in run.network.items() if n not in EDGE_COLUMNS}
    parts = (run.daily, run.statement, run.people, run.agents, nodes, edges)
    return dict(zip(_RUN_TABLES, parts, strict=True))


def save_run(run: RunRecord, folder: Path) -> None:
    """Write a run into an existing folder."""
    rows = {name: write_table(folder / f"{name}.parquet", table) for name, table in _tables_of(run).items()}
    write_manifest(folder, RUN, {**head_of(run), "rows": rows, "machine": machine()})


def load_run(folder: Path) -> RunRecord:
    """Return the run stored in a folder.

    Raises
    ------
    DataError
        If the folder is missing, torn or foreign.
    """
    folder = Path(folder)
    manifest = read_manifest(folder, RUN)
    require_shape(RunHead, manifest, folder)
    try:
        found = {name: read_table(folder / f"{name}.parquet", manifest["rows"][name]) for name in _RUN_TABLES}
        network = found.pop("nodes") | found.pop("edges")
        run = run_of(manifest, {**found, "network": network})
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(Message("records.garbled", folder=folder, what=reason_of(error))) from error
    require_written(folder, manifest)
    return run


def _long(comparison: Comparison, tables: Mapping[str, Mapping[str, Any]], missing: Any) -> Table:
    """Return (R, T) arrays of all strategies as columns: strategy number, replication, day, values."""
    names = list(dict.fromkeys(n for s in comparison.strategies for n in tables[s]))
    days = comparison.days
    out: dict[str, list[Any]] = {n: [] for n in ("strategy", "replication", "day", *names)}
    for number, strategy in enumerate(comparison.strategies):
        reps = comparison.replications[strategy]
        out["strategy"].append(np.full(len(reps) * days, number, dtype=np.int32))
        out["replication"].append(np.repeat(reps, days))
        out["day"].append(np.tile(np.arange(days, dtype=np.int32), len(reps)))
        for n in names:
            table = tables[strategy].get(n)
            out[n].append(np.full(len(reps) * days, missing) if table is None else table.ravel())
    return {n: np.concatenate(parts) for n, parts in out.items()}


def _wide(table: Table, comparison_days: int, strategies: list[str]) -> dict[str, dict[str, Any]]:
    """Return strategy -> name -> (R, T) from a long table."""
    names = [n for n in table if n not in {"strategy", "replication", "day"}]
    return {
        s: {n: table[n][table["strategy"] == k].reshape(-1, comparison_days) for n in names}
        for k, s in enumerate(strategies)
    }


def save(comparison: Comparison, folder: Path, *, replace: bool = False) -> None:
    """Write a comparison as a folder.

    Raises
    ------
    DataError
        If the folder exists and is not to be replaced, or cannot be written.
    """
    with whole_folder(Path(folder), replace=replace) as part:
        reps = [comparison.replications[s] for s in comparison.strategies]
        key = {
            "strategy": np.repeat(np.arange(len(reps), dtype=np.int32), [len(r) for r in reps]),
            "replication": np.concatenate(reps),
        }
        outcomes = comparison.summary[comparison.strategies[0]]
        values = {n: np.concatenate([comparison.summary[s][n] for s in comparison.strategies]) for n in outcomes}
        tables = {
            "summary": key | values,
            "daily": _long(comparison, comparison.daily, np.nan),
            "statement": _long(comparison, comparison.statement, 0),
        }
        names = comparison.strategies
        rows = {name: write_table(part / f"{name}.parquet", table, names) for name, table in tables.items()}
        for number, strategy in enumerate(comparison.strategies):
            example = part / "examples" / f"{number:02d}"
            example.mkdir(parents=True)
            save_run(comparison.examples[strategy], example)
            text = part / "scenarios" / f"{number:02d}.yaml"
            text.parent.mkdir(exist_ok=True)
            text.write_text(comparison.texts.get(strategy, ""), encoding="utf-8")
        failures = [dataclasses.asdict(f) for f in comparison.failures]
        ablations = [dataclasses.asdict(a) for a in comparison.ablations]
        body = {n: getattr(comparison, n) for n in _FIELDS}
        selection = None if comparison.selection is None else dataclasses.asdict(comparison.selection)
        write_manifest(part, COMPARISON, {**body, "failures": failures, "ablations": ablations, "selection": selection,
                                          "rows": rows, "machine": machine()})


def load(folder: Path) -> Comparison:
    """Return the comparison stored in a folder.

    Raises
    ------
    DataError
        If the folder is missing, torn or foreign; the message says what to do.
    """
    folder = Path(folder)
    manifest = read_manifest(folder, COMPARISON)
    require_shape(ComparisonHead, manifest, folder)
    require_written(folder, manifest, ".yaml")
    try:
        found = _loaded(folder, manifest)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise DataError(Message("records.garbled", folder=folder, what=reason_of(error))) from error
    require_written(folder, manifest, ".parquet")
    return found


def _loaded(folder: Path, manifest: dict[str, Any]) -> Comparison:
    """Return the comparison that a manifest describes; raises KeyError where the manifest lacks a part."""
    strategies = [str(s) for s in manifest["strategies"]]
    manifest["titles"] = {s: manifest["titles"][s] for s in strategies}
    manifest["titles"][manifest["reference"]]  # else KeyError: a reference that nothing is stored of
    rows = manifest["rows"]
    found = {name: read_table(folder / f"{name}.parquet", rows[name], strategies) for name in _COMPARISON_TABLES}
    summary = found["summary"]
    mine = {s: summary["strategy"] == k for k, s in enumerate(strategies)}
    outcomes = [n for n in summary if n not in {"strategy", "replication"}]
    examples = {s: load_run(folder / "examples" / f"{k:02d}") for k, s in enumerate(strategies)}
    days = next(iter(examples.values())).days
    return Comparison(
        **{n: manifest[n] for n in _FIELDS},
        replications={s: summary["replication"][mine[s]] for s in strategies},
        summary={s: {n: summary[n][mine[s]] for n in outcomes} for s in strategies},
        daily=_wide(found["daily"], days, strategies),
        statement={s: traded(lines) for s, lines in _wide(found["statement"], days, strategies).items()},
        examples=examples,
        texts={
            s: (folder / "scenarios" / f"{k:02d}.yaml").read_text(encoding="utf-8") for k, s in enumerate(strategies)
        },
        failures=[Failure(**f) for f in manifest["failures"]],
        ablations=[Ablation(**a) for a in manifest.get("ablations", [])],
        selection=_selection(manifest.get("selection"), strategies),
    )


def _selection(found: dict[str, Any] | None, strategies: list[str]) -> Selection | None:
    """Return how the best was selected; raises KeyError where a strategy is named that nothing is stored of."""
    if found is None:
        return None
    dropped = [Dropped(**one) for one in found["dropped"]]
    for name in (found["best"], *found["left"], *(name for one in dropped for name in (one.strategy, one.by))):
        if name not in strategies:
            raise KeyError(name)
    return Selection(**{**found, "dropped": dropped})
