"""A wheel of the checkout holds everything, and works where the checkout is not.

It is built and installed without a network: the setuptools that the tests need is in the `dev` extra, and the new
environment finds the libraries of the one that runs the tests.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path.stem for path in (ROOT / "sim" / "scenarios_data").glob("*.yaml"))
CORE = ["community", "influencer", "direct_sales", "dual_rebate"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from a copy so that nothing is left in the checkout."""
    if int(importlib.metadata.version("setuptools").partition(".")[0]) < 77:
        pytest.skip("setuptools 77 or newer builds the wheel; install the dev extra again")
    copy, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheel")
    for name in ("sim", "scenarios"):  # the package has a link to the scenarios, which stays one
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(out)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=copy, capture_output=True, check=True)
    (made,) = out.glob("guanxi-*.whl")
    return made


@pytest.fixture(scope="module")
def guanxi(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the console script of a new environment in which the wheel is installed."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], capture_output=True, check=True)
    (purelib,) = (home / "lib").glob("python*/site-packages")
    # Paths listed so come after the environment's own, and their .pth files (an editable checkout) are not read.
    (purelib / "libraries.pth").write_text("\n".join(site.getsitepackages()))
    return home / "bin" / "guanxi"


def call(guanxi: Path, folder: Path, *words: str, **environment: str) -> str:
    """Run the installed command in a folder of its own; return what it printed."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([guanxi, *words], cwd=folder, env=known | {"GUANXI_LANG": "en"} | environment,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    kept = {Path(folder, name).relative_to(ROOT).as_posix() for folder, _, names in os.walk(ROOT / "sim", followlinks=True)
            for name in names if not name.endswith(".pyc")}
    assert kept - packed == set()
    assert {Path(name).suffix for name in kept} >= {".py", ".toml", ".yaml", ".css", ".js", ".md"}
    assert {name for name in packed - kept if ".dist-info/" not in name} == set()


def test_every_packaged_scenario_is_found_from_anywhere(guanxi: Path, tmp_path: Path) -> None:
    listed = call(guanxi, tmp_path, "new", "--list")
    assert [name for name in SCENARIOS if name not in listed] == []
    assert "K-factor" in call(guanxi, tmp_path, "explain", "K-factor")
    assert "192 runs" in call(guanxi, tmp_path, "sweep", "all", "--dry-run")
    assert call(guanxi, tmp_path, "--version").startswith("guanxi ")


def compared(guanxi: Path, folder: Path, *words: str, **environment: str) -> None:
    """Compare the packaged core scenarios and look at what is left."""
    document = json.loads(call(guanxi, folder, "compare", *words, "--json", "--out", "made", **environment))
    assert [one["name"] for one in document["strategies"]] == CORE
    assert document["failures"] == []
    page = (folder / "made" / "page.html").read_text(encoding="utf-8")
    assert str(ROOT) not in page
    assert len(page) > 100_000


def test_it_compares_outside_the_checkout(guanxi: Path, tmp_path: Path) -> None:
    """Kernels as plain Python: a package in another place has compiled nothing yet."""
    compared(guanxi, tmp_path, "--people", "200", "--days", "10", "-r", "1", "--workers", "1", GUANXI_NO_JIT="1")


@pytest.mark.slow
def test_it_compiles_and_compares_outside_the_checkout(guanxi: Path, tmp_path: Path) -> None:
    compared(guanxi, tmp_path, "--people", "2000", "--days", "60", "-r", "2", GUANXI_CACHE=str(tmp_path / "cache"))
