"""What a run costs: every array counted once, every part of a day timed, and old records read."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from sim.core import kernel
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.model.stats import PARTS, PEOPLE, Laps, _bytes, memory_of
from sim.records.spool import head_of, run_of
from sim.scenario.resolve import resolve
from sim.world.people import People
from tests.synthetic import make_run


@pytest.fixture(scope="module")
def state() -> RunState:
    made = start(resolve("community", ["people=500", "days=12"]).spec, 0)
    for _ in range(12):
        step(made)
    return made


def test_every_column_of_people_belongs_to_one_group() -> None:
    grouped = [name for names in PEOPLE.values() for name in names]
    assert sorted(grouped) == sorted(field.name for field in fields(People))


def test_people_and_ties_cost_what_their_columns_do(state: RunState) -> None:
    found = memory_of(state)
    for group, names in PEOPLE.items():
        more = state.world.memory_seller.nbytes if group == "needs" else 0
        assert found[group] == sum(getattr(state.world.people, name).nbytes for name in names) + more
    assert found["ties"] == state.world.ties.n_bytes + state.world.circle.nbytes
    assert found["agenda"] == sum(getattr(a, name).nbytes for a in state.world.agendas
                                  for name in ("head", "following", "preceding", "day"))
    assert found["peak"] > sum(found.values()) - found["peak"] > 0


def test_shared_memory_counts_once() -> None:
    whole = np.zeros(1000)
    held: dict[str, Any] = {"a": whole, "b": [whole[:10], whole.view(np.int64)[5:]]}
    held["itself"] = held
    assert _bytes(held, set()) == 8000
    assert _bytes({"text": "words", "number": 3, "of others": ...}, set()) == 0


def test_every_part_of_the_day_is_timed(state: RunState) -> None:
    assert tuple(state.laps.seconds) == PARTS
    assert all(spent > 0 for spent in state.laps.seconds.values())


def test_the_watch_stands_while_kernels_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    laps = Laps()
    laps.begin()
    monkeypatch.setattr(kernel, "compile_seconds", kernel.compile_seconds + 100.0)
    laps.end("plan")
    assert -100.0 <= laps.seconds["plan"] < -99.0


def test_a_record_without_memory_is_read() -> None:
    run = make_run("community", 0)
    head = head_of(run)
    del head["memory"]
    tables = {name: getattr(run, name) for name in ("daily", "statement", "people", "agents", "network")}
    assert run_of(head, tables).memory == {}
