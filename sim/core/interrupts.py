"""Ctrl-C that cannot be lost, and its sisters: a job that is cancelled, a terminal that is closed.

Python raises `KeyboardInterrupt` wherever the main thread happens to be. Inside a finaliser or a callback of
a C library (numba's lookups are such) it is printed or dropped, and hundreds of runs would go on; inside
pydantic's it comes out as another error. While runs are carried out, and in a command from its first line to its
last, the handler therefore also writes down that it was called, and loops ask with `heed`. For a command,
SIGTERM and SIGHUP mean the same as Ctrl-C: stop, say what is kept, leave no orphan.
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
_SISTERS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_last = int(signal.SIGINT)


@contextlib.contextmanager
def for_a_command() -> Iterator[None]:
    """Write down Ctrl-C, SIGTERM and SIGHUP until the block ends; one that has a handler or is ignored (nohup) is left alone."""
    global _last  # noqa: PLW0603 - which signal ended the command is a fact of the process
    _last = int(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = dict.fromkeys(_SISTERS, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    ours = {number: handler for number, handler in usual.items() if signal.getsignal(number) is handler}
    _missed.clear()
    for number in ours:
        signal.signal(number, _write_down)
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
        _missed.clear()


def exit_code() -> int:
    """Return the exit code of a command that was interrupted: 128 and the number of the signal, 130 for Ctrl-C."""
    return 128 + _last


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


def was_told() -> bool:
    """Return whether a signal was written down since the block began: an error that nobody expected comes of it then."""
    return _missed.is_set()


def heed() -> None:
    """Raise `KeyboardInterrupt` if one was written down since the block began."""
    if _missed.is_set() and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt


def _write_down(number: int, frame: FrameType | None) -> None:
    """Handle a signal as Python does SIGINT, and remember it."""
    global _last  # noqa: PLW0603 - as above
    _last = number
    _missed.set()
    signal.default_int_handler(number, frame)
