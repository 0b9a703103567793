"""Staff come, learn, leave and are replaced; more are hired when the work is too much, and never without pay."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.core.draws import Draws
from sim.strategies.staffing import (
    Demand,
    StaffParams,
    first_book,
    next_book,
    on_duty,
    skills,
    starting,
)

Book = dict[str, Any]


def params(**changes: Any) -> StaffParams:
    return StaffParams.model_validate({"quits": 0} | changes)


def demand(answered: int = 0, lost: int = 0, *, is_paid: bool = True) -> Demand:
    return Demand(answered, lost, 10.0, 480.0, is_paid)


def passed(book: Book, days: int, wanted: Demand, who: StaffParams, first: int = 0) -> Book:
    draws = Draws(5)
    for day in range(first, first + days):
        book = next_book(book, day, draws.key("quit", day), wanted, who)
    return book


def test_the_first_staff_are_there_with_what_they_know() -> None:
    fresh, old = params(people=3), params(people=3, worked=30)
    assert on_duty(first_book(fresh), 0, fresh)[0].tolist() == [0, 1, 2]
    assert on_duty(first_book(fresh), 0, fresh, 0.0)[1] == 0.0
    assert on_duty(first_book(old), 0, old, 0.0)[1] == pytest.approx(1 - math.exp(-1))
    assert starting(first_book(fresh), 0) == 0


@pytest.mark.parametrize(("scripts", "floor"), [(0.0, 0.0), (0.5, 0.2), (1.0, 0.4)])
def test_learning_starts_from_the_scripts(scripts: float, floor: float) -> None:
    who = params(people=2, most=2, learning=20)
    for day in (0, 10, 200):
        expected = floor + (1 - floor) * (1 - math.exp(-day / 20))
        assert on_duty(first_book(who), day, who, scripts)[1] == pytest.approx(expected)


def test_nobody_there_is_no_skill_to_speak_of() -> None:
    who = params(people=0, most=0)
    assert on_duty(first_book(who), 3, who, 0.0)[1] == 1.0
    assert len(on_duty(first_book(who), 3, who)[0]) == 0


def test_without_quitting_and_pressure_the_book_stays() -> None:
    who = params(people=4, most=9)
    book = passed(first_book(who), 60, demand(answered=50), who)
    assert book["hired"].tolist() == [0] * 4
    assert book["left"].tolist() == [-1] * 4


def test_a_place_left_is_filled_after_the_vacancy_and_costs_its_hiring_that_day() -> None:
    who = params(people=1, most=1, quits=1.0, vacancy=5)
    book = next_book(first_book(who), 3, Draws(1).key("quit", 3), demand(), who)
    assert book["left"].tolist() == [4, -1]
    assert book["hired"].tolist() == [0, 9]
    assert [len(on_duty(book, day, who)[0]) for day in (3, 4, 8, 9)] == [1, 0, 0, 1]
    assert [starting(book, day) for day in (8, 9, 10)] == [0, 1, 0]


def test_the_vacant_place_does_not_quit() -> None:
    who = params(people=1, most=1, quits=1.0, vacancy=30)
    book = passed(first_book(who), 20, demand(), who)
    assert len(book["hired"]) == 2


@pytest.mark.parametrize(("wanted", "hires"), [
    (demand(answered=90), False), (demand(answered=170), True), (demand(answered=10, lost=1), False),
    (demand(answered=10, lost=2), True), (demand(answered=170, is_paid=False), False), (demand(), False)])
def test_one_more_is_hired_when_the_work_is_too_much(wanted: Demand, hires: bool) -> None:
    """4 staff work 4 x 480 minutes a day: 170 chats of 10 minutes are 89 % of them."""
    who = params(people=4, most=9)
    assert len(passed(first_book(who), 6, wanted, who)["hired"]) == 4  # no review before the seventh day
    book = passed(first_book(who), 7, wanted, who)
    assert len(book["hired"]) == 4 + hires
    if hires:
        assert book["hired"][-1] == 7 + 14
    assert book["review"].tolist() == [0, 0, 0]


def test_hiring_waits_for_the_vacancy_and_stops_at_the_most() -> None:
    who = params(people=2, most=4, vacancy=10)
    busy = demand(answered=500, lost=500)
    counts = []
    book = first_book(who)
    for day in range(100):
        book = next_book(book, day, Draws(1).key("quit", day), busy, who)
        counts.append(int(((book["hired"] > day + 1)).sum()))
    assert max(counts) == 1
    assert len(on_duty(book, 100, who)[0]) == 4
    assert len(book["hired"]) == 4


def test_luck_belongs_to_the_place() -> None:
    """One place more leaves the others' quitting alone."""
    who = params(people=6, quits=0.9), params(people=9, most=9, quits=0.9)
    few, many = (passed(first_book(p), 1, demand(), p) for p in who)
    assert few["left"][:6].tolist() == many["left"][:6].tolist()
    long = [passed(first_book(p), 15, demand(), p)["left"][:6].tolist() for p in who]
    assert long[0] == long[1]
    assert any(day >= 0 for day in long[0])


def test_the_kernel_is_plain_python_too() -> None:
    hired, left = np.array([0, 5, -40, 10, 3]), np.array([-1, 10, -1, -1, 9])
    made = []
    for kernel in (skills, skills.py_func):
        there, room = np.zeros(5, np.int64), np.zeros(5)
        assert kernel(hired, left, 9, 30.0, 0.2, there, room) == 3
        made.append((there.tolist(), room.tolist()))
    assert made[0] == made[1]
    assert made[0][0][:3] == [0, 1, 2]
