"""Who a run is: a hash of the scenario, the seed, the replication and the code.

Two runs of one identity give the same tables bit for bit, so a finished run is never computed
again. The code enters as a digest of all its sources: a change anywhere makes new runs.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.spec import ScenarioSpec

_PACKAGE = Path(__file__).resolve().parent.parent
_COMPUTES = ("core", "exchange", "ledger", "mechanisms", "model", "records", "scenario", "strategies", "world")


@cache
def code_version() -> str:
    """Return the release, or ``0`` where the package runs without being installed."""
    try:
        return version("guanxi")
    except PackageNotFoundError:
        return "0"


@cache
def code_hash() -> str:
    """Return 16 hex digits over the sources that a run depends on."""
    digest = hashlib.blake2b(digest_size=8)
    for room in _COMPUTES:
        for path in sorted((_PACKAGE / room).rglob("*.py")):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def run_id(spec: ScenarioSpec, replication: int, *, model: str) -> str:
    """Return 24 hex digits that name one run.

    Parameters
    ----------
    spec : ScenarioSpec
        The resolved scenario, its seed included.
    replication : int
        Number of the replication.
    model : str
        Name of the function that runs it.
    """
    return Identities(model).of(spec, replication)


class Itself:
    """A scenario that equals itself only: comparing two takes as long as writing them down."""

    __slots__ = ("spec",)

    def __init__(self, spec: ScenarioSpec) -> None:
        self.spec = spec

    def __hash__(self) -> int:
        return id(self.spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.spec is self.spec


class Identities:
    """The identities of many runs: the hash of a scenario serves all its replications.

    Parameters
    ----------
    model : str
        Name of the function that runs them.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._hash = lru_cache(maxsize=_REMEMBERED)(_hash_of)

    def of(self, spec: ScenarioSpec, replication: int) -> str:
        """Return what `run_id` returns."""
        text = "/".join([self._hash(Itself(spec)), str(spec.seed), str(replication), code_hash(), self._model])
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


_REMEMBERED = 64


def _hash_of(one: Itself) -> str:
    from sim.scenario.market import scenario_hash

    return scenario_hash(one.spec)
