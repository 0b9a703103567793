"""What is the same day after day is built, checked and merged once.

Strategies propose many tables anew every day that are yesterday's to the last number. `kept` builds such a
table once for equal columns and makes it read-only; `once` remembers what a pure function makes of things
that cannot change, so that a table already checked is not checked again. Neither changes a result.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, TypeVar

import numpy as np

from sim.exchange.actions import Table, rows

_A = TypeVar("_A")
_R = TypeVar("_R")
_T = TypeVar("_T", bound=Table)

_MOST = 32
"""Results remembered of one function; beyond, the oldest is forgotten and made again when it is asked for."""

_TABLES: dict[int, Table] = {}
"""Tables that never change, by identity."""
_RESULTS: dict[Any, dict[tuple[Any, ...], tuple[Any, tuple[Any, ...], Any]]] = {}
"""Results of each function by its arguments; arguments and owners are held, so that their identities stay theirs."""
_BY_VALUE = frozenset({int, float, str, bool, tuple, type(None), np.int64, np.float64})


def once(function: Callable[..., _R], *args: Any) -> _R:
    """Return `function(*args)`, remembered where no argument can change.

    Numbers, texts and tuples of them count by value, everything else by identity: read-only arrays, kept tables,
    frozen parameters and facts. With an array or a table that could change, the function is simply called.
    """
    names: list[Any] = []
    of: Any = function
    if type(function) is MethodType:  # one memory for a method, whosever it is: every scenario has parameters of its own
        of = function.__func__
        names.append(id(function.__self__))
    for arg in args:
        kind = type(arg)
        if kind in _BY_VALUE or issubclass(kind, tuple):
            names.append(arg)
            continue
        if kind is np.ndarray:
            if arg.flags.writeable:
                return function(*args)
        elif isinstance(arg, Table) and not is_kept(arg):
            return function(*args)
        names.append((kind, id(arg)))
    key = tuple(names)
    results = _RESULTS.get(of)
    if results is None:
        results = _RESULTS[of] = {}
    found = results.get(key)
    if found is None:
        if len(results) >= _MOST:
            _forget(*results.pop(next(iter(results)))[:2])
        found = results[key] = (function(*args), args, function)
    result: _R = found[0]
    return result


def once_for(function: Callable[[_A], _R]) -> Callable[[_A], _R]:
    """Remember what a pure function makes of something frozen, parameters say, by its identity: no field is looked at."""
    seen: dict[int, tuple[_A, _R]] = {}

    def found(arg: _A) -> _R:
        known = seen.get(id(arg))
        if known is None:
            if len(seen) >= _MOST:
                seen.pop(next(iter(seen)))
            known = seen[id(arg)] = (arg, function(arg))
        return known[1]

    found.cache_clear = seen.clear  # type: ignore[attr-defined]  # as caches of functools have it
    return found


def _forget(result: Any, args: tuple[Any, ...]) -> None:
    """Let go of tables that a result made; whoever holds one of them still may read it, and nobody can change it."""
    given = {id(arg) for arg in args}
    for table in result if isinstance(result, tuple) else (result,):
        if id(table) not in given:
            _TABLES.pop(id(table), None)


def lasting(table: _T) -> _T:
    """Make a table read-only for good, and return it."""
    _TABLES[id(table)] = table
    return read_only(table)


def read_only(table: _T) -> _T:
    """Let nobody write into a table, and return it.

    A kernel is compiled for arrays that can be written and once more for those that cannot: so all of a kind are alike.
    """
    for column in vars(table).values():
        flags = column.flags
        if flags.writeable:
            flags.writeable = False
    return table


def is_kept(table: Table) -> bool:
    """Return whether a table can never change."""
    return id(table) in _TABLES


def kept(cls: type[_T], **columns: Any) -> _T:
    """Build a table as `rows` does, once for equal columns: numbers, tuples of numbers, and read-only arrays."""
    table: _T = once(_built, cls, tuple(columns), *columns.values())
    return table


def _built(cls: type[_T], names: tuple[str, ...], *values: Any) -> _T:
    table: _T = rows(cls, **dict(zip(names, values, strict=True)))
    if any(type(value) is np.ndarray and value.flags.writeable for value in values):
        return table
    return lasting(table)
