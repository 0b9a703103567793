"""`python -m tests.benchmarks.child MEASURE ARGUMENTS`: take one measure in this process, print what it found as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.benchmarks.machine import Neighbours, load, source, today


def measured(measure: str, given: dict[str, Any]) -> dict[str, Any]:
    """Take a measure in a process of its own and return what it found, with the machine's load before and after.

    Raises
    ------
    RuntimeError
        If the process failed; with the last line it wrote.
    """
    # A user's Python keeps the bytecode of modules, so the measured one does, too.
    env = {name: value for name, value in os.environ.items() if name not in {"PYTHONDONTWRITEBYTECODE", "GUANXI_NO_JIT"}}
    before, neighbours = load(), Neighbours()
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.child", measure, json.dumps(given)], check=False,
                          capture_output=True, text=True, env=env)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RuntimeError(f"{measure} ended with {done.returncode}: {last}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"load": [before, load()], "others_cores": neighbours.cores(), "measured": today(), "source": source()}


if __name__ == "__main__":
    from tests.benchmarks.rows import MEASURES

    print(json.dumps(MEASURES[sys.argv[1]](**json.loads(sys.argv[2]))))
