"""What all tests share: where real data and a browser are found, and that nothing is skipped in CI.

On a user's machine a test that needs Chromium or the folder of real data skips and says why. With
GUANXI_REQUIRE_ALL=1, as `.ci/run` sets it, a skip is a failure.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("GUANXI_REQUIRE_ALL", "") not in {"", "0"}
FULL = os.environ.get("GUANXI_FULL", "") not in {"", "0"}
PLAIN = os.environ.get("GUANXI_NO_JIT", "") not in {"", "0"}
WRAPS = "ignore:overflow encountered in scalar:RuntimeWarning"
"""Draws are reckoned modulo 2**64: compiled code does so silently, numpy's numbers say it."""

# Outside packages are tested from outside, by `integration/test_outside_package.py` and `test_exercise.py` beside it.
collect_ignore = ["outside", "exercise"]


def pytest_configure(config: pytest.Config) -> None:
    """Let plain kernels wrap round as compiled ones do, here and in the processes that tests start."""
    if PLAIN:
        config.addinivalue_line("filterwarnings", WRAPS)
        os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), WRAPS]))


def pytest_report_header() -> str:
    """Say which of the two switches are on."""
    return f"nothing may skip: {REQUIRE_ALL}; slow tests run: {FULL} (GUANXI_REQUIRE_ALL, GUANXI_FULL)"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked slow, unless GUANXI_FULL=1 or the user asked for it with -m; the EMA workbench's without it."""
    if importlib.util.find_spec("ema_workbench") is None:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("ema")])
        items[:] = [item for item in items if not item.get_closest_marker("ema")]
    if FULL or config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn a skip into a failure where everything is required to run."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but GUANXI_REQUIRE_ALL is set: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of real data: GUANXI_DATA, else `../shared/data` beside the checkout."""
    named = os.environ.get("GUANXI_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no folder of real data at {folder}; set GUANXI_DATA")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium that playwright can start."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    return found
