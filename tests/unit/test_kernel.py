"""The decorator of compiled kernels: caches that cannot be stale, numba only when a kernel runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.core import kernel as declared
from sim.core.kernel import Kernel, kernel, prange, prefetch

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]

CONSTANTS = "BONUS = 100.0\n"
HELPER = """
from sim.core.kernel import kernel

@kernel()
def step(x):
    return x + 1.0
"""
OUTER = """
from sim.core.kernel import kernel, prange
from sim.deep.helper import step
from sim.world.constants import BONUS

@kernel()
def twice(x):
    return step(step(x)) + BONUS

@kernel()
def all_twice(xs, out):
    for i in prange(len(xs)):
        out[i] = twice(xs[i])
"""
REPORT = """
import json, sys
import numpy as np
from sim.core import kernel
from sim.deep.outer import all_twice, twice
lazy = kernel.loaded()
asked = []
kernel.on_compile = asked.append
before = kernel.compile_seconds
value = twice(1.0)
again = twice(1.0)
out = np.zeros(3)
all_twice(np.arange(3.0), out)
hits = 0 if kernel.is_plain() else sum(twice.dispatcher().stats.cache_hits.values())
json.dump({"value": value, "again": again, "out": out.tolist(), "loaded_before": lazy, "loaded_after": kernel.loaded(),
           "folder": None if kernel.is_plain() else kernel.cache_folder().name, "hits": hits, "asked": asked,
           "seconds": kernel.compile_seconds - before}, sys.stdout)
"""


class TinyPackage:
    """A package of three kernels in files of their own, around a copy of the decorator."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for part in ("core", "deep", "world"):
            (folder / "sim" / part).mkdir(parents=True)
            (folder / "sim" / part / "__init__.py").touch()
        (folder / "sim" / "__init__.py").touch()
        shutil.copy(ROOT / "sim" / "core" / "kernel.py", folder / "sim" / "core")
        self.write("world/constants.py", CONSTANTS)
        self.write("deep/helper.py", HELPER)
        self.write("deep/outer.py", OUTER)

    def write(self, name: str, text: str) -> None:
        (self._folder / "sim" / name).write_text(text, encoding="utf-8")

    def run(self, **environment: str) -> dict[str, Any]:
        """Run the kernels in a fresh process and return what they gave."""
        settings = os.environ | {"PYTHONPATH": str(self._folder), "GUANXI_CACHE": str(self._folder / "cache"),
                                 "PYTHONDONTWRITEBYTECODE": "1", "GUANXI_NO_JIT": ""} | environment
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", REPORT], cwd=self._folder, env=settings,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def test_caches_are_used_and_never_stale(tmp_path: Path) -> None:
    tiny = TinyPackage(tmp_path)
    first = tiny.run()
    assert first["value"] == first["again"] == 103.0
    assert first["out"] == [102.0, 103.0, 104.0]
    assert first["hits"] == 0

    second = tiny.run()
    assert second["folder"] == first["folder"]
    assert second["hits"] > 0
    assert second["value"] == 103.0

    tiny.write("deep/helper.py", HELPER.replace("x + 1.0", "x * 10.0"))
    edited = tiny.run()
    assert edited["folder"] != first["folder"]
    assert edited["value"] == 200.0
    assert edited["out"] == [100.0, 200.0, 300.0]

    tiny.write("world/constants.py", "BONUS = 0.5\n")
    rebased = tiny.run()
    assert rebased["folder"] not in {first["folder"], edited["folder"]}
    assert rebased["value"] == 100.5


def test_numba_is_loaded_by_the_first_call_only(tmp_path: Path) -> None:
    found = TinyPackage(tmp_path).run()
    assert not found["loaded_before"]
    assert found["loaded_after"]
    assert found["asked"] == ["twice", "all_twice"]
    assert found["seconds"] > 0.0


def test_plain_runs_need_no_numba_at_all(tmp_path: Path) -> None:
    found = TinyPackage(tmp_path).run(GUANXI_NO_JIT="1")
    assert found["value"] == 103.0
    assert found["out"] == [102.0, 103.0, 104.0]
    assert not found["loaded_after"]
    assert found["asked"] == []


@pytest.mark.parametrize("module", ["sim.mechanisms.params", "sim.world.ties", "sim.strategies.community",
                                    "sim.scenario.load", "sim.core.draws"])
def test_reading_parameters_loads_no_numba(module: str) -> None:
    code = f"import sys, {module}; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@kernel()
def _cube(x: float) -> float:
    return x * x * x


@kernel()
def _cubes(xs: np.ndarray, out: np.ndarray) -> None:
    """Cube every number."""
    for i in prange(len(xs)):
        prefetch(xs, min(i + 4, len(xs) - 1))
        out[i] = _cube(xs[i])


def test_kernels_keep_their_names_and_their_plain_selves() -> None:
    assert isinstance(_cubes, Kernel)
    assert _cubes.__name__ == "_cubes"
    assert _cubes.__doc__ == "Cube every number."
    assert _cube.py_func(2.0) == 8.0


@pytest.mark.parametrize("call", [_cubes, _cubes.py_func])
def test_kernels_call_kernels(call: Callable[..., None]) -> None:
    xs, out = np.arange(20.0), np.empty(20)
    call(xs, out)
    assert np.array_equal(out, xs**3)


def test_a_kernel_is_compiled_for_each_kind_of_argument() -> None:
    assert isinstance(_cube(3), int)
    assert isinstance(_cube(3.0), float)
    assert _cube(3) == _cube(3.0) == 27


def test_plain_loops_stand_in_for_parallel_ones() -> None:
    assert list(prange(2, 9, 3)) == list(range(2, 9, 3))
    prefetch(np.arange(3), 1)


def test_threads_are_kept_within_what_there_is() -> None:
    import numba

    for asked in (-3, 0, 1, 10_000):
        declared.set_threads(asked)
        assert 1 <= numba.get_num_threads() <= numba.config.NUMBA_NUM_THREADS
    declared.set_threads(1)
    assert numba.get_num_threads() == 1


def test_a_cache_folder_that_cannot_be_made_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GUANXI_CACHE", str(tmp_path / "file" / "below"))
    monkeypatch.setattr(declared.tempfile, "gettempdir", lambda: str(tmp_path / "elsewhere"))
    folder = declared.cache_folder()
    assert folder.is_dir()
    assert folder.is_relative_to(tmp_path / "elsewhere")


def test_the_folder_is_where_the_user_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUANXI_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert declared.cache_folder() == tmp_path / "guanxi" / f"kernels-{declared.source_hash()}"
    monkeypatch.setenv("GUANXI_CACHE", str(tmp_path / "own"))
    assert declared.cache_folder().parent == tmp_path / "own"


def test_every_constant_of_every_kernel_is_covered_by_the_hash() -> None:
    """Each source that gives a kernel a constant must count; the states of a membership once did not."""
    listed = {path.relative_to(ROOT / "sim").as_posix() for path in declared.hashed_sources()}
    assert {"core/draws.py", "core/maths.py", "mechanisms/choice.py", "world/audiences.py", "world/ties.py"} <= listed
    assert not {name for name in listed if name.startswith(("cli/", "report/", "workshop/"))}
