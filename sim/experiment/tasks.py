"""What a worker is asked to do, in words that travel as one line of JSON.

A task names a function as ``module:function`` and hands it one mapping; what the function returns
must be plain data too. Results go to disk inside the task; only paths and small figures travel.
"""

from __future__ import annotations

import importlib
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.core.errors import GuanxiError
from sim.text.message import packed, said_by

if TYPE_CHECKING:
    from collections.abc import Callable

ATTEMPTS = 3
"""How often a task is tried: once, and twice again after a failure [design 11]."""


@dataclass(frozen=True)
class Task:
    """One piece of work.

    Parameters
    ----------
    id : str
        Unique among the tasks of one call.
    function : str
        ``module:function``; called with the payload.
    payload : dict
        Plain data: what JSON can hold.
    group : str
        Tasks of one group take about the same time; used to tell the time left.
    world : str
        Tasks of one world share what is dear to build: a worker goes on with the world it has.
    """

    id: str
    function: str
    payload: dict[str, Any] = field(default_factory=dict)
    group: str = ""
    world: str = ""


@dataclass(frozen=True)
class Done:
    """A finished task: its answer, the seconds it took and how often it was tried."""

    task: Task
    answer: Any
    seconds: float
    attempts: int


@dataclass(frozen=True)
class SetApart:
    """A task that failed `ATTEMPTS` times: why it failed last."""

    task: Task
    reason: str
    attempts: int


@dataclass(frozen=True)
class Warm:
    """The first worker has done its warm-up tasks; the seconds they took."""

    seconds: float


def function_of(name: str) -> Callable[..., Any]:
    """Return the function that ``module:function`` names.

    Raises
    ------
    LookupError
        If the name has another shape or names no function.
    """
    module, colon, attribute = name.partition(":")
    found = getattr(importlib.import_module(module), attribute, None) if colon else None
    if not callable(found):
        raise LookupError(f"{name!r} is not the name of a function (module:function)")  # noqa: TRY004 - a wrong name
    function: Callable[..., Any] = found
    return function


def encode(message: dict[str, Any]) -> str:
    """Return a message as one line."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")) + "\n"


def describe(error: BaseException) -> str:
    """Return an exception in one line, for reports of failed tasks."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def user_mistake(error: BaseException) -> int:
    """Return the exit code of an error that trying again cannot mend (2 or 3), else 0."""
    code = error.exit_code if isinstance(error, GuanxiError) else 0
    return code if code in {2, 3} else 0


def answered(message: dict[str, Any]) -> dict[str, Any]:
    """Carry out one task and return what became of it."""
    start = time.perf_counter()
    reply: dict[str, Any] = {"id": message["id"]}
    try:
        reply["answer"] = function_of(message["function"])(message["payload"])
        json.dumps(reply)
    except Exception as error:  # noqa: BLE001 - the supervisor decides what a failure means
        reply = {"id": message["id"], "failed": describe(error), "message": packed(said_by(error)), "code": user_mistake(error)}
    reply["seconds"] = time.perf_counter() - start
    return reply
