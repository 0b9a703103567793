"""Frozen tables of columns: made quickly, and in everything else as dataclasses make them."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from sim.core.columns import tabular


@tabular
class Quick:
    """Two columns and a number with a default."""

    a: list[int]
    b: list[int]
    n: int = 3

    def __post_init__(self) -> None:
        if len(self.a) != len(self.b):
            raise ValueError("lengths differ")


@dataclass(frozen=True)
class Slow:
    """The same as a dataclass."""

    a: list[int]
    b: list[int]
    n: int = 3


@pytest.mark.parametrize(("args", "named"), [(([1], [2]), {}), (([1], [2], 5), {}), ((), {"b": [2], "a": [1]}), (([1],), {"b": [2], "n": 0})])
def test_it_holds_what_a_frozen_dataclass_holds(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    quick, slow = Quick(*args, **named), Slow(*args, **named)
    assert vars(quick) == vars(slow)
    assert repr(quick) == repr(slow).replace("Slow", "Quick")
    assert quick == Quick(*args, **named)
    assert [f.name for f in fields(quick)] == ["a", "b", "n"]
    assert inspect.signature(Quick).parameters.keys() == inspect.signature(Slow).parameters.keys()


def test_nobody_can_write_to_it_and_it_is_checked_when_made() -> None:
    quick = Quick([1], [2])
    with pytest.raises(FrozenInstanceError):
        quick.n = 4  # type: ignore[misc]
    with pytest.raises(ValueError, match="lengths differ"):
        Quick([1], [])
    with pytest.raises(ValueError, match="lengths differ"):
        replace(quick, a=[])
    assert replace(quick, n=9).n == 9


@pytest.mark.parametrize("args", [([1],), ([1], [2], 3, 4)])
def test_wrong_numbers_of_columns_are_refused(args: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        Quick(*args)


def test_a_default_made_anew_each_time_is_no_column() -> None:
    with pytest.raises(TypeError, match=r"Made\.a"):
        @tabular
        class Made:
            a: list[int] = field(default_factory=list)
