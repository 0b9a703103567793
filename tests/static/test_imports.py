"""What answers at once loads nothing heavy: help, check, schema, new, explain, and every way to fail."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sim.cli.command import COMMANDS
from sim.scenario.find import available

HEAVY = {"mesa", "pandas", "scipy", "numba", "plotly", "pyarrow", "llvmlite", "networkx", "kaleido", "rich", "SALib",
         "optuna"}
"""What costs a tenth of a second or more to load, and what only the runs need."""

ENGINE = {"sim.model", "sim.report.page", "sim.report.figures"}
"""Rooms of our own that only runs and pages need."""

if TYPE_CHECKING:
    from pathlib import Path

# Runs the command in its process as the console script would, then reports what was imported.
PROBE = """
import json, sys
from sim.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print(json.dumps({"code": code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""

BROKEN = "schema: 1\nname: broken\npeeple: 3\nstrategies:\n  - kind: comunity\n"

CASES = [
    (["--help"], 0),
    (["--version"], 0),
    *(([command, "--help"], 0) for command in COMMANDS),
    (["network", "describe", "--help"], 0),
    (["claims", "--list"], 0),
    (["schema"], 0),
    (["explain"], 0),
    (["explain", "GMV"], 0),
    (["explain", "GMV", "--json"], 0),
    (["new", "mine", "--from", "community"], 0),
    (["new", "--list"], 0),
    (["check", "good.yaml"], 0),
    (["check", "good.yaml", "--json"], 0),
    (["check", "broken.yaml"], 3),
    (["check", "nowhere.yaml"], 3),
    (["run", "broken.yaml"], 3),
    (["run", "nowhere"], 3),
    (["compare", "broken.yaml"], 3),
    (["sweep", "broken.yaml"], 3),
    (["sweep", "broken.yaml", "--dry-run"], 3),
    (["sweep", "nowhere"], 3),
    (["compare", "--no-such-option"], 2),
    (["no-such-command"], 2),
    (["explain", "no such term"], 2),
    (["report", "nowhere"], 3),
    (["attribute", "nowhere"], 3),
    (["attribute", "community", "--outcome", "nothing"], 3),
    (["sensitivity", "nowhere"], 3),
    (["sensitivity", "community", "--lever", "nothing"], 3),
    (["optimise", "community", "--maximise", "profit_fen"], 3),
    (["optimise", "community", "--lever", "nothing", "--maximise", "profit_fen"], 3),
]


def probe(args: list[str], folder: Path) -> tuple[int, set[str]]:
    """Run a command in a fresh process; return its exit code and the modules it loaded."""
    environment = os.environ | {"GUANXI_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *args], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stderr.strip().splitlines()[-1])
    return report["code"], set(report["modules"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a good and a broken scenario."""
    made = tmp_path_factory.mktemp("light")
    (made / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    (made / "good.yaml").write_text("schema: 1\nname: good\npeople: 500\ndays: 10\n", encoding="utf-8")
    return made


@pytest.mark.parametrize(("args", "code"), CASES, ids=[" ".join(args) for args, _ in CASES])
def test_a_light_command_loads_nothing_heavy(args: list[str], code: int, folder: Path) -> None:
    left, modules = probe(args, folder)
    assert left == code
    assert modules & HEAVY == set()
    assert modules & ENGINE == set()


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["explain", "GMV"], ["no-such-command"]])
def test_what_reads_no_scenario_needs_no_array_and_no_scheme(args: list[str], folder: Path) -> None:
    assert probe(args, folder)[1] & {"numpy", "pydantic", "ruamel", "sim.scenario"} == set()


def test_checking_a_shipped_scenario_loads_nothing_heavy(folder: Path) -> None:
    words = "for name in sys.argv[1:]:\n    try: main(['check', name])\n    except SystemExit as end: assert not end.code, name"
    code = f"import sys; from sim.cli import main\n{words}\nprint(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *available()], cwd=folder, capture_output=True, text=True, check=True)
    assert len(available()) > 5
    assert set(done.stderr.split()) & (HEAVY | ENGINE) == set()


def test_importing_the_package_is_light(folder: Path) -> None:
    code = "import sim, sys; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & (HEAVY | {"numpy", "click", "pydantic"}) == set()


def test_help_is_there_at_once(folder: Path) -> None:
    """Processor time, not wall time, so that a busy machine does not decide; the best of five."""
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "sim", "--help"], cwd=folder, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.5
