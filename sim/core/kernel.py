"""The decorator under which every compiled kernel is declared.

Decision: importing a mechanism must not import numba (0.3 s), because `--help`, `check` and the
schema only read parameters. So `@kernel()` keeps the plain function and compiles it on first call.

Decision: numba's own cache misses changes in helper kernels of other files (a stale kernel went on
returning old results when a helper was edited). So the cache folder is named after a hash of every
source file under `sim/` that declares a kernel or is imported by one that does; it can never be stale.

Decision: a kernel that calls another kernel finds the `Kernel` object in its globals; numba needs
the dispatcher there. The function is therefore rebuilt over a copy of its globals in which every
`Kernel` is replaced by its dispatcher, recursively.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import os
import re
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
"""An array argument of a kernel; its element type and shape stand in the docstring, numba checks them."""

Number = Any
"""A scalar inside a kernel: numba gives it its exact type, numpy's when run as Python."""

_PACKAGE = Path(__file__).resolve().parent.parent

compile_seconds = 0.0
"""Seconds this process has spent on first calls (compiling, or loading from the cache)."""

on_compile: Callable[[str], None] | None = None
"""Called with the kernel's name before each first call; a shell may show progress."""


def hashed_sources() -> list[Path]:
    """Return all sources under `sim/` that declare kernels, and all that those import from, sorted.

    A kernel freezes the constants it uses, wherever they are written down.
    """
    texts = {path: path.read_bytes() for path in sorted(_PACKAGE.rglob("*.py"))}
    found = [path for path, text in texts.items() if b"@kernel(" in text]
    for path in found:  # grows while it is walked
        imported = re.findall(rb"^from sim\.([\w.]+) import", texts[path], re.MULTILINE)
        files = (_PACKAGE / f"{name.decode().replace('.', '/')}.py" for name in imported)
        found += [file for file in files if file in texts and file not in found]
    return sorted(found)


@functools.cache
def source_hash() -> str:
    """Return 16 hex digits over `hashed_sources`."""
    digest = hashlib.blake2b(digest_size=8)
    for path in hashed_sources():
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Return the folder of compiled kernels that belongs to these very sources."""
    base = os.environ.get("GUANXI_CACHE")
    if base is None:
        home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        base = str(Path(home) / "guanxi")
    folder = Path(base) / f"kernels-{source_hash()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"guanxi-{os.getuid()}" / f"kernels-{source_hash()}"
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@functools.cache
def _numba() -> Any:
    """Import numba once, with the cache folder and a sparing OpenMP set up before it."""
    # A spinning OpenMP thread costs an 8 ms scheduler slice a region when cores are few.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    # Each level of optimisation above the first takes a twentieth of the first run and gives a day of ours nothing;
    # word of mouth among a million alone would gain a twentieth by the second.
    os.environ.setdefault("NUMBA_OPT", "1")
    import numba

    numba.config.CACHE_DIR = str(cache_folder())
    return numba


def set_threads(count: int) -> None:
    """Use `count` threads in parallel kernels; results do not depend on it."""
    if not is_plain():
        numba = _numba()
        numba.set_num_threads(max(1, min(count, numba.config.NUMBA_NUM_THREADS)))


def is_plain() -> bool:
    """Tell whether kernels run as plain Python (environment variable `GUANXI_NO_JIT`)."""
    return os.environ.get("GUANXI_NO_JIT", "") not in {"", "0"}


class Kernel:
    """A pure function of arrays, compiled on first call.

    `py_func` is the same function as plain Python, for tests and oracles.
    """

    def __init__(self, function: Callable[..., Any], *, parallel: bool, types: str = "") -> None:
        self.py_func = function
        self._parallel = parallel
        self._types = types
        self._ready: Callable[..., Any] | None = None
        functools.update_wrapper(self, function)

    def dispatcher(self) -> Any:
        """Return numba's dispatcher, made (not yet compiled) on first use."""
        if self._ready is None:
            numba = _numba()
            scope: dict[str, Any] = dict(self.py_func.__globals__)
            for name in self.py_func.__code__.co_names:
                found = scope.get(name)
                if isinstance(found, Kernel):
                    scope[name] = found.dispatcher()
                elif found is prange:
                    scope[name] = numba.prange
                elif found is prefetch:
                    scope[name] = _prefetch_intrinsic()
            old = self.py_func
            rebuilt = types.FunctionType(old.__code__, scope, old.__name__, old.__defaults__, old.__closure__)
            rebuilt.__qualname__ = old.__qualname__
            rebuilt.__module__ = old.__module__
            options: dict[str, Any] = {"cache": True, "error_model": "numpy", "no_cfunc_wrapper": True}
            if self._parallel:
                options["parallel"] = True
            else:
                options["nogil"] = True
            self._ready = numba.njit(*filter(None, [self._types]), **options)(rebuilt)
        return self._ready

    def __call__(self, *args: Any) -> Any:
        """Run compiled; the first call of each signature compiles or loads from the cache."""
        if self._ready is None and not is_plain():
            return self._first(*args)
        return self._open(self._ready or self.py_func)(*args)

    def _open(self, ready: Callable[..., Any]) -> Callable[..., Any]:
        """Let calls go straight to what is ready: a day calls some seventy kernels, and a call of Python's own costs a third of each."""
        self._ready = ready
        self.__class__ = type("OpenKernel", (Kernel,), {"__call__": staticmethod(ready)})
        return ready

    def _first(self, *args: Any) -> Any:
        global compile_seconds  # noqa: PLW0603 - one process-wide stopwatch, read by the shells
        if on_compile is not None:
            on_compile(self.__name__)
        start = time.perf_counter()
        was_on = gc.isenabled()
        gc.disable()  # a compiler makes millions of objects that all live until it is done
        try:
            found = self.dispatcher()(*args)
            self._open(self.dispatcher())
            return found
        finally:
            if was_on:
                gc.enable()
            compile_seconds += time.perf_counter() - start

    __name__: str


def kernel(*, parallel: bool = False, types: str = "") -> Callable[[Callable[..., Any]], Kernel]:
    """Declare a compiled kernel.

    Parameters
    ----------
    parallel : bool
        Allow `prange` loops. Only for the hot dozen: such a kernel compiles in twice the time.
    types : str
        Compile for these types alone, as numba writes them; what is given is converted. For small functions that many kernels
        call: left to itself numba compiles them anew for every constant they are called with.
    """

    def wrap(function: Callable[..., Any]) -> Kernel:
        return Kernel(function, parallel=parallel, types=types)

    return wrap


def prange(*bounds: int) -> range:
    """Stand for `numba.prange` in kernels; plain `range` when run as Python."""
    return range(*bounds)


AHEAD = 24
"""How many rows ahead of the present one memory is best asked for: it has answered by then, and the answer is still there."""


def prefetch(_array: Array, _index: Number) -> None:
    """Stand for the prefetch intrinsic in kernels (of a table: the row); does nothing when run as Python."""


@functools.cache
def _prefetch_intrinsic() -> Any:
    """Build the intrinsic `prefetch(array, index)`: ask the cache for a line, change nothing."""
    _numba()
    from llvmlite import ir
    from numba import types as nbt
    from numba.core import cgutils
    from numba.core.extending import intrinsic

    def prefetch_line(typingctx: Any, array: Any, index: Any) -> Any:  # noqa: ARG001
        if not (isinstance(array, nbt.Array) and isinstance(index, nbt.Integer)):
            return None

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kind, at = signature.args
            data = context.make_array(kind)(context, builder, args[0])
            nought = context.get_constant(nbt.intp, 0)
            place = [context.cast(builder, args[1], at, nbt.intp), *[nought] * (kind.ndim - 1)]
            pointer = cgutils.get_item_pointer(context, builder, kind, data, place, wraparound=False)
            byte = builder.bitcast(pointer, ir.IntType(8).as_pointer())
            i32 = ir.IntType(32)
            shape = ir.FunctionType(ir.VoidType(), [byte.type, i32, i32, i32])
            function = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0i8")
            builder.call(function, [byte, i32(0), i32(3), i32(1)])
            return context.get_dummy_value()

        return nbt.void(array, index), codegen

    return intrinsic(prefetch_line)


def loaded() -> bool:
    """Tell whether numba has been imported in this process (a test of lazy imports reads it)."""
    return "numba" in sys.modules
