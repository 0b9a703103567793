"""`python -m tests.coverage [PYTEST ARGUMENT ...]`: which lines of `sim/` the quick tests run, kernels included.

Kernels run as plain Python here (`GUANXI_NO_JIT=1`), else nothing could be seen inside them; processes that tests start
are counted too. What plain Python would take hours over, and what is about compiling, is left out: `tests/plain.py` lists it.
Exit code 1 below the share that pyproject.toml asks for, or if a test fails. The figures stand in `results/coverage`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "results" / "coverage"
QUICK = ("unit", "property", "conformance", "integration")


def main(arguments: list[str]) -> int:
    """Run the tests, put the figures of all processes together and report them by file."""
    environment = os.environ | {"GUANXI_NO_JIT": "1", "COVERAGE_FILE": str(OUT / "data"), "PYTHONPATH": os.pathsep.join(
        filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}

    def coverage(*words: str) -> int:
        return subprocess.run([sys.executable, "-m", "coverage", *words], cwd=ROOT, env=environment, check=False).returncode

    OUT.mkdir(parents=True, exist_ok=True)
    coverage("erase")
    tests = [f"tests/{folder}" for folder in QUICK]
    failed = coverage("run", f"--source={ROOT / 'sim'}", "-m", "pytest", "-q", *tests, *arguments)
    coverage("combine", "-q")
    coverage("json", "-q", "--fail-under=0", "-o", str(OUT / "coverage.json"))
    return coverage("report", "--sort=cover") or failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
