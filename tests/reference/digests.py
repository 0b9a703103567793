"""A run in a few hundred hex digits: the digest of every column, so that processes can be compared.

`python -m tests.reference.digests SCENARIO DAYS` runs a scenario of `tests.reference.scenarios` in a
process of its own and writes its digests as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.model.schedule import step
from sim.model.state import start
from tests.reference.copying import columns_of_state
from tests.reference.scenarios import spec_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.model.state import RunState
    from sim.scenario.spec import ScenarioSpec

ROOT = Path(__file__).resolve().parents[2]


def run(spec: ScenarioSpec, days: int, *, replication: int = 0, threads: int = 1) -> RunState:
    """Return the state of a run after some days."""
    state = start(spec, replication, threads=threads)
    for _ in range(days):
        step(state)
    return state


def columns(state: RunState) -> dict[str, NDArray[Any]]:
    """Return all columns of a run and its daily series."""
    series = {f"daily {name}": values for name, values in state.recorder.series.items()}
    return columns_of_state(state) | {"ties.listener": state.world.ties.listener} | series


def digests(state: RunState) -> dict[str, str]:
    """Return the digest of every column, by name."""
    return {name: hashlib.blake2b(column.tobytes(), digest_size=8).hexdigest()
            for name, column in columns(state).items()}


def digests_elsewhere(scenario: str, days: int, **environment: str) -> dict[str, str]:
    """Return the digests of a run made by a fresh process."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.reference.digests", scenario, str(days)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    json.dump(digests(run(spec_of(sys.argv[1]), int(sys.argv[2]))), sys.stdout)
