"""A strategy of an outside package is found by its entry point and keeps the laws with its own tests.

The package is on the path of a fresh process, as an installer would leave it (`tests/installing.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installing import installed

OUTSIDE = Path(__file__).parents[1] / "outside"
SCENARIO = """
schema: 1
name: popup
extends: base
title: {zh: 快闪, en: Pop-up}
people: 400
days: 10
strategies: [{kind: popup_stall, stalls: 1}]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the package as installed."""
    return installed(OUTSIDE, tmp_path_factory.mktemp("site"))


def call(site: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(site), str(root), os.environ.get("PYTHONPATH", "")])
    return subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, env=os.environ | {"PYTHONPATH": path},
                          capture_output=True, text=True, check=False, timeout=600)


def test_its_own_tests_pass(site: Path, tmp_path: Path) -> None:
    shutil.copytree(OUTSIDE / "tests", tmp_path / "tests")
    done = call(site, "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 passed" in done.stdout


def test_the_command_line_knows_it(site: Path, tmp_path: Path) -> None:
    (tmp_path / "popup.yaml").write_text(SCENARIO)
    assert call(site, "sim", "check", "./popup.yaml", cwd=tmp_path).returncode == 0
    done = call(site, "sim", "run", "./popup.yaml", "--quiet", "--out", "made", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_wrong_lever_is_located(site: Path, tmp_path: Path) -> None:
    (tmp_path / "popup.yaml").write_text(SCENARIO.replace("stalls: 1", "stals: 1"))
    done = call(site, "sim", "check", "./popup.yaml", cwd=tmp_path)
    assert done.returncode == 3
    assert "popup.yaml:8" in done.stderr
    assert "stalls" in done.stderr


def test_without_the_package_the_kind_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "popup.yaml").write_text(SCENARIO)
    done = call(tmp_path, "sim", "check", "./popup.yaml", cwd=tmp_path)
    assert done.returncode == 3
    assert "popup_stall" in done.stderr
