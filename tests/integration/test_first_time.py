"""The first time on a machine: kernels are compiled by one process for all, once, and the user is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.progress import Meter, tell_compiling
from sim.core import kernel
from sim.experiment.compare import compare
from sim.experiment.runs import cold
from sim.scenario.resolve import resolve

HERE = Path(__file__).resolve().parent
WORDS = "compiling for this machine"
SMALL = ["--people", "400", "--days", "20", "-r", "2"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder of a machine that never ran anything."""
    monkeypatch.setenv("GUANXI_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GUANXI_LANG", "en")
    monkeypatch.delenv("GUANXI_NO_JIT", raising=False)
    return tmp_path / "cache"


def test_one_process_compiles_before_the_others_start(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for the model calls one kernel and writes down what came from the cache."""
    for folder in (HERE, HERE.parents[1]):
        monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("FAKE_MODEL_FOLDER", str(tmp_path))
    phases: list[str] = []
    how = {"workers": 2, "people": 400, "days": 20, "model": "fake_model:with_a_kernel"}
    compare(["community", "paid_ads"], replications=4, progress=lambda state: phases.append(state.phase), **how)
    lines = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert len(lines) == 2 + 8  # a warm-up of each scenario, then the runs
    assert {line[0] for line in lines if line[1] == "compiled"} == {lines[0][0]}
    assert len({line[0] for line in lines}) == 2
    assert [one for one, before in zip(phases, ["", *phases], strict=False) if one != before] == ["compiling", "running"]

    (tmp_path / "log").unlink()
    phases.clear()
    compare(["community", "paid_ads"], replications=2, progress=lambda state: phases.append(state.phase), **how)
    assert "compiling" not in phases
    assert len((tmp_path / "log").read_text().splitlines()) == 4


def test_a_shape_that_never_ran_is_cold_whatever_else_did(cache: Path) -> None:
    specs = [resolve(name).spec for name in ("community", "paid_ads", "community")]
    assert [spec.name for spec in cold(specs, "one:model")] == ["community", "paid_ads"]
    from sim.experiment.runs import _has_run

    _has_run(specs[0], "one:model").touch()
    assert [spec.name for spec in cold(specs, "one:model")] == ["paid_ads"]
    assert len(cold(specs, "another:model")) == 2


def test_plain_python_is_never_cold(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANXI_NO_JIT", "1")
    assert cold([resolve("community").spec], "one:model") == []


@pytest.mark.parametrize(("quiet", "said"), [(False, 1), (True, 0)])
def test_compiling_in_this_process_is_told_once(
    quiet: bool, said: int, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Meter(quiet=quiet) as meter, tell_compiling(quiet=quiet, say=meter.compiling):
        assert kernel.on_compile is not None
        for name in ("first", "second"):
            kernel.on_compile(name)
        meter.update(0, 4, None, phase="compiling")
    assert capsys.readouterr().err.count(WORDS) == said


def test_loading_from_the_cache_is_not_called_compiling(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (kernel.cache_folder() / "module.known-12.py311.nbi").touch()
    with tell_compiling(quiet=False):
        assert kernel.on_compile is not None
        kernel.on_compile("known")
    assert capsys.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_first_comparison_ever_says_that_it_compiles_and_the_second_does_not(
    workers: str, cache: Path, tmp_path: Path
) -> None:
    def called(out: str) -> str:
        command = [sys.executable, "-m", "sim", "compare", *SMALL, "--workers", workers, "--out", out]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env=os.environ).stderr

    first = called("first")
    assert first.count(WORDS) == 1
    assert re.search(r"making or loading compiled code", first)
    made = {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb[ci]")}
    assert len(made) > 100
    assert WORDS not in called("second")
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb[ci]")} == made
