"""What is remembered from day to day: only what cannot change, and not without end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from sim.exchange import kept as memory
from sim.exchange.actions import Spend
from sim.exchange.kept import is_kept, kept, lasting, once, once_for

MOST = memory._MOST


def spent(amount: int) -> Spend:
    return kept(Spend, brand=0, payee_account=3, payee_owner=0, amount_fen=amount, purpose=2)


def test_equal_columns_give_the_same_table_and_nobody_can_write_into_it() -> None:
    table = spent(700)
    assert spent(700) is table
    assert is_kept(table)
    assert spent(701) is not table
    with pytest.raises(ValueError, match="read-only"):
        table.amount_fen[0] = 1


def test_what_could_change_is_worked_out_anew() -> None:
    calls = []

    def total(column: np.ndarray) -> int:
        calls.append(1)
        return int(column.sum())

    column = np.arange(4)
    assert [once(total, column), once(total, column)] == [6, 6]
    column[0] = 10
    assert once(total, column) == 16
    column.flags.writeable = False
    assert [once(total, column), once(total, column)] == [16, 16]
    assert len(calls) == 4


def test_the_oldest_is_forgotten_first() -> None:
    calls = []

    def square(number: int) -> int:
        calls.append(number)
        return number * number

    for number in range(MOST + 1):
        once(square, number)
    calls.clear()
    assert [once(square, number) for number in (1, MOST)] == [1, MOST * MOST]
    assert calls == []
    assert once(square, 0) == 0
    assert calls == [0]


def test_a_table_that_is_forgotten_can_still_be_read_and_is_kept_anew() -> None:
    table = spent(1)
    for amount in range(2, MOST + 2):
        spent(amount)
    assert not is_kept(table)
    assert table.amount_fen.tolist() == [1]
    assert spent(1) is not table
    assert is_kept(spent(1))


def test_a_table_given_to_a_function_stays_kept_when_its_result_is_forgotten() -> None:
    table = spent(5)

    def same(given: Spend, _number: int) -> tuple[Spend, Spend]:
        return given, lasting(Spend(**{name: column.copy() for name, column in vars(given).items()}))

    _, made = once(same, table, 0)
    assert is_kept(made)
    for number in range(1, MOST + 1):
        once(same, table, number)
    assert is_kept(table)
    assert not is_kept(made)


def test_methods_of_many_owners_share_one_memory() -> None:
    @dataclass(frozen=True)
    class Terms:
        number: int

        def twice(self) -> int:
            return 2 * self.number

    assert [once(Terms(number).twice) for number in range(3 * MOST)] == [2 * number for number in range(3 * MOST)]
    assert len(memory._RESULTS[Terms.twice]) == MOST


def test_what_something_frozen_says_is_worked_out_once_for_each() -> None:
    asked: list[object] = []

    class Params:
        """Something that is known by its identity."""

    def work_out(params: Params) -> int:
        asked.append(params)
        return len(asked)

    found = once_for(work_out)
    many = [Params() for _ in range(40)]
    assert [found(many[0]), found(many[1]), found(many[0]), found(many[1])] == [1, 2, 1, 2]
    assert [found(one) for one in many[2:]] == list(range(3, 41))
    assert found(many[39]) == 40
    assert found(many[0]) == 41  # forgotten by now, and worked out again
    assert asked[-1] is many[0]
