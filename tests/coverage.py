"""`python -m tests.coverage [PYTEST ARGUMENT ...]`: which lines of `sim/` the quick tests run, kernels included.

Nobody can see into compiled kernels, and plain Python would take hours over the large worlds of the statistical tests.
So the tests run twice: all quick ones with compiled kernels, which counts what is not a kernel; then those of `PLAIN`,
whose worlds are small, with kernels as plain Python (`GUANXI_NO_JIT=1`). What either ran is covered. Processes that
tests start are counted too. Left out: the browser and the static checks, which hold pages and sources, not code.

Exit code 1 below the share that pyproject.toml asks for, or if a test fails. The figures stand in `results/coverage`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "results" / "coverage"
QUICK = ("tests/unit", "tests/property", "tests/conformance", "tests/integration")
PLAIN = ("tests/unit/test_draws.py", "tests/unit/test_maths.py", "tests/unit/test_ties.py", "tests/unit/test_mechanisms_belief.py",
         "tests/unit/test_mechanisms_choice_equation.py", "tests/unit/test_strategies_stocking.py",
         "tests/unit/test_networks_kernels.py", "tests/unit/test_world_agenda.py", "tests/unit/test_world_memory.py",
         "tests/integration/test_oracle.py")


def main(arguments: list[str]) -> int:
    """Run the tests, put the figures of all processes together and report them by file."""
    paths = filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
    environment = os.environ | {"COVERAGE_FILE": str(OUT / "data"), "PYTHONPATH": os.pathsep.join(paths)}

    def coverage(*words: str, **changes: str) -> int:
        command = [sys.executable, "-m", "coverage", *words]
        return subprocess.run(command, cwd=ROOT, env=environment | changes, check=False).returncode

    OUT.mkdir(parents=True, exist_ok=True)
    coverage("erase")
    run = ("run", f"--source={ROOT / 'sim'}", "-m", "pytest", "-q", *arguments)
    failed = coverage(*run, *QUICK, GUANXI_NO_JIT="")
    failed |= coverage(*run, *PLAIN, GUANXI_NO_JIT="1")
    coverage("combine", "-q")
    coverage("json", "-q", "--fail-under=0", "-o", str(OUT / "coverage.json"))
    return coverage("report", "--sort=cover") or failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
