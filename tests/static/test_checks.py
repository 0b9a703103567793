"""Ruff, mypy and the floors, run as a contributor would run them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = {
    "ruff": ["-m", "ruff", "check", "--no-fix", "."],
    "mypy": ["-m", "mypy", "--no-error-summary"],
    # import-linter has no module to run, so its command is called by name.
    "floors": ["-c", "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"],
}


@pytest.mark.parametrize("name", list(CHECKS))
def test_check_is_green(name: str, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, *CHECKS[name]], cwd=root, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
