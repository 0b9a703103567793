"""One run as a task: read the scenario, run it, leave the record on disk.

This is what workers are told to do. Only the path and a few seconds travel back.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core import kernel
from sim.experiment.tasks import Task, function_of
from sim.records.spool import write_run
from sim.records.summarise import summarise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.records.run_record import RunRecord
    from sim.scenario.spec import ScenarioSpec

MODEL = "sim.model.run:run_once"
"""The function that runs a scenario: (spec, replication, audit=, threads=) -> RunRecord."""
TASK = "sim.experiment.runs:run_case"
_WARM_PEOPLE, _WARM_DAYS = 400, 40
_KEEP_PEOPLE = 100_000
"""Largest world whose people every replication keeps: 3 MB a run."""


def pack(spec: ScenarioSpec, **changes: Any) -> str:
    """Return a checked scenario, with top-level changes, as JSON that `unpack` turns back into the same.

    JSON mode writes amounts with their unit; a bare number would be read as yuan.
    """
    data = spec.model_dump(mode="json", by_alias=True)
    return json.dumps(data | changes, ensure_ascii=True)


@functools.lru_cache(maxsize=32)
def unpack(text: str) -> ScenarioSpec:
    """Return the scenario of a JSON text made by `pack`."""
    from sim.scenario.spec import ScenarioSpec as Spec

    return Spec.model_validate(json.loads(text))


def case(spec: ScenarioSpec, replication: int, path: Path | None, settings: dict[str, Any]) -> Task:
    """Return the task of one run; without a path the record is thrown away (a warm-up)."""
    payload = {"spec": pack(spec), "replication": replication, "path": str(path) if path else None}
    return Task(f"{spec.name}/{replication}", TASK, {**payload, **settings}, group=spec.name, world=str(replication))


def warm_case(spec: ScenarioSpec, settings: dict[str, Any]) -> Task:
    """Return a small run of a scenario that compiles the kernels it needs."""
    people = min(spec.people, max(_WARM_PEOPLE, 2 * sum(b.seed_customers for b in spec.all_brands())))
    small = spec.model_copy(update={"people": people, "days": min(spec.days, _WARM_DAYS)})
    return case(small, 0, None, settings)


def run_case(payload: dict[str, Any]) -> dict[str, float]:
    """Run one case and write its record.

    Parameters
    ----------
    payload : dict
        ``spec`` (JSON), ``replication``, ``path`` (or None) and, if given, ``model``, ``audit``, ``threads``, ``pictures``.

    Returns
    -------
    dict of float
        ``compile``: seconds spent on first calls of kernels; ``seconds``: in all.
    """
    start, compiled = time.perf_counter(), kernel.compile_seconds
    run: RunRecord = function_of(payload.get("model", MODEL))(
        unpack(payload["spec"]), payload["replication"],
        audit=payload.get("audit", False), threads=payload.get("threads", 1),
        **{name: payload[name] for name in ("pictures",) if name in payload},
    )
    if payload["path"]:
        write_run(_summed_up(run), Path(payload["path"]))
    mark_run(unpack(payload["spec"]), payload.get("model", MODEL))
    return {"compile": kernel.compile_seconds - compiled, "seconds": time.perf_counter() - start}


def _summed_up(run: RunRecord) -> RunRecord:
    """Return the run with its summary; people of large worlds are kept for the first replication only."""
    summed = dataclasses.replace(run, summary=summarise(run))
    if run.replication == 0 or run.n_people <= _KEEP_PEOPLE:
        return summed
    return dataclasses.replace(summed, people={name: column[:0] for name, column in run.people.items()})


def cold(specs: Iterable[ScenarioSpec], model: str) -> list[ScenarioSpec]:
    """Return one scenario of each shape that these very sources have not yet run on this machine.

    Their kernels may not be compiled yet, which one process should do for all.
    """
    if kernel.is_plain():
        return []
    shapes: dict[Path, ScenarioSpec] = {}
    for spec in specs:
        shapes.setdefault(_has_run(spec, model), spec)
    return [spec for mark, spec in shapes.items() if not mark.exists()]


def mark_run(spec: ScenarioSpec, model: str) -> None:
    """Write down that a scenario has run to its end on this machine, see `cold`."""
    mark = _has_run(spec, model)
    if mark not in _MARKED:
        mark.touch()
        _MARKED.add(mark)


_MARKED: set[Path] = set()
"""What this process has written down already: the disk is asked once a shape, not once a run."""


def _has_run(spec: ScenarioSpec, model: str) -> Path:
    """Return the file beside the compiled kernels that says that a scenario of this shape has run to its end."""
    brands = spec.all_brands()
    shape = (model, sorted(strategy.kind for strategy in spec.strategies), spec.network.kind, len(brands) > 1,
             sum(len(brand.all_products()) for brand in brands) > 1)
    return kernel.cache_folder() / f"{hashlib.blake2b(repr(shape).encode(), digest_size=8).hexdigest()}.ran"
