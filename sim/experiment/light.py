"""One run of a sweep as a task: play it, leave its outcomes and series in the store's spool.

Only the run's name and some seconds travel back. People and pictures are not kept.
"""

from __future__ import annotations

import functools
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.core import kernel
from sim.core.errors import DataError, strerror_of
from sim.experiment.runs import MODEL, mark_run, pack, unpack
from sim.experiment.tasks import Task, function_of
from sim.records.light import light_of, write_light
from sim.text.message import Message

if TYPE_CHECKING:
    from sim.scenario.spec import ScenarioSpec

TASK: Final = "sim.experiment.light:play_case"


def light_case(spec: ScenarioSpec, replication: int, run: str, path: Path, settings: dict[str, Any]) -> Task:
    """Return the task of one run.

    Parameters
    ----------
    run : str
        Its identity; the task's too.
    path : Path
        Where it leaves its file.
    settings : dict
        ``model`` and ``audit``.
    """
    text = _packed(spec)
    payload = {"spec": text, "replication": replication, "run": run, "path": str(path), **settings}
    return Task(run, TASK, payload, group=spec.name, world=world_of(spec, replication))


def world_of(spec: ScenarioSpec, replication: int) -> str:
    """Return a name that two runs share when they are built on the same network.

    It takes the same parameters, the same people and the same world seed: the market's own, where it
    pins one for every replication, else the scenario's with the replication's number.
    """
    pinned = spec.market.seed
    own = ["pinned", pinned] if pinned is not None else [spec.seed, replication]
    text = json.dumps([_network(spec), spec.people, own])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


_KEPT: Final = 8


@functools.lru_cache(maxsize=_KEPT)
def _pack_of(key: _Same) -> tuple[str, str]:
    return pack(key.spec), key.spec.network.model_dump_json()


class _Same:
    """A scenario that counts as itself only: comparing two takes as long as writing them down."""

    __slots__ = ("spec",)

    def __init__(self, spec: ScenarioSpec) -> None:
        self.spec = spec

    def __hash__(self) -> int:
        return id(self.spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.spec is self.spec


def _packed(spec: ScenarioSpec) -> str:
    return _pack_of(_Same(spec))[0]


def _network(spec: ScenarioSpec) -> str:
    return _pack_of(_Same(spec))[1]


def play_case(payload: dict[str, Any]) -> dict[str, float]:
    """Play one run and leave it in the spool.

    Parameters
    ----------
    payload : dict
        ``spec`` (JSON), ``replication``, ``run``, ``path`` and, if given, ``model``, ``audit``.

    Returns
    -------
    dict of float
        ``compile``: seconds spent on first calls of kernels; ``seconds``: in all.

    Raises
    ------
    DataError
        If the spool cannot be written: the next run could not be either.
    """
    start, compiled = time.perf_counter(), kernel.compile_seconds
    spec, replication = unpack(payload["spec"]), payload["replication"]
    model = payload.get("model", MODEL)
    bare = {"pictures": False} if model == MODEL else {}
    record = function_of(model)(spec, replication, audit=payload.get("audit", False), threads=1, **bare)
    seconds = time.perf_counter() - start
    about = {"scenario": spec.name, "seed": spec.seed, "replication": replication, "people": spec.people, "model": model}
    path = Path(payload["path"])
    try:
        write_light(light_of(record, payload["run"], seconds=seconds, about=about), path)
    except OSError as error:
        raise DataError(Message("store.full", path=path, reason=strerror_of(error))) from error
    mark_run(spec, model)
    return {"compile": kernel.compile_seconds - compiled, "seconds": time.perf_counter() - start}
