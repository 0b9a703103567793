"""Ctrl-C that cannot be lost.

Python raises `KeyboardInterrupt` wherever the main thread happens to be. Inside a finaliser or a callback of
a C library (numba's lookups are such) it is printed or dropped, and hundreds of runs would go on. While runs
are carried out the handler therefore also writes down that it was called, and loops ask with `heed`.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_missed = threading.Event()


@contextlib.contextmanager
def listening() -> Iterator[None]:
    """Write down every Ctrl-C until the block ends.

    Outside the main thread, where no handler can be set, and under a handler of the caller's, nothing is done.
    """
    is_ours = threading.current_thread() is threading.main_thread()
    if not is_ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _missed.clear()
    signal.signal(signal.SIGINT, _write_down)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # a generator that is thrown away may end in another thread
            signal.signal(signal.SIGINT, signal.default_int_handler)
        _missed.clear()


def heed() -> None:
    """Raise `KeyboardInterrupt` if one was written down since the block began."""
    if _missed.is_set() and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt


def _write_down(number: int, frame: FrameType | None) -> None:
    """Handle SIGINT as Python does, and remember it."""
    _missed.set()
    signal.default_int_handler(number, frame)
