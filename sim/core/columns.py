"""Tables of columns: frozen dataclasses that are made some thousand times a second.

A frozen dataclass sets every field through `object.__setattr__`; with ten columns this takes three times as long as
writing them into the instance's dictionary, which is what `tabular` makes of it.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def tabular(cls: type[_T]) -> type[_T]:
    """Make a class a frozen dataclass whose instances are made quickly; like `dataclass(frozen=True)` in everything else.

    Raises
    ------
    TypeError
        If a field has a default made by a function: such a class is no table.
    """
    made: Any = dataclass(frozen=True)(cls)
    scope: dict[str, Any] = {}
    given, written = ["self"], ["    columns = self.__dict__"]
    for column in fields(made):
        if column.default_factory is not MISSING:
            raise TypeError(f"{cls.__name__}.{column.name}: a column has no default that a function makes")
        if column.default is not MISSING:
            scope[f"default_{column.name}"] = column.default
        given.append(column.name if column.default is MISSING else f"{column.name}=default_{column.name}")
        written.append(f"    columns[{column.name!r}] = {column.name}")
    if hasattr(made, "__post_init__"):
        written.append("    self.__post_init__()")
    exec("\n".join([f"def __init__({', '.join(given)}):", *written]), scope)  # noqa: S102 - as dataclasses do it
    quick = scope["__init__"]
    quick.__qualname__, quick.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    quick.__annotations__ = made.__init__.__annotations__
    made.__init__ = quick
    found: type[_T] = made
    return found
