"""Measures of claims on runs written by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from sim.exchange.events import PathKind
from sim.experiment.claims.measures import MEASURES, RENTED_PATHS, measured, unit_of
from tests.synthetic import make_run


def a_run(days: int = 90, **changes):
    """Return a run of `days` days with some series, facts or people replaced."""
    run = make_run("community", 0, days=days, n_people=200, seed=1)
    daily = run.daily | changes.pop("daily", {})
    facts = run.facts | changes.pop("facts", {})
    people = run.people | changes.pop("people", {})
    return dataclasses.replace(run, daily=daily, facts=facts, people=people, **changes)


def value(run, name: str) -> float:
    return measured(run, [name])[name]


def buyers(*sold: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return the people of a run by (first day, path) of those who bought; 200 in all."""
    first, path = np.full(200, -1, np.int32), np.zeros(200, np.int8)
    for k, (day, door) in enumerate(sold):
        first[k], path[k] = day, door
    return {"first_day": first, "first_path": path}


def test_the_doors_of_a_rented_audience_are_those_of_the_exchange() -> None:
    assert {PathKind.FEED, PathKind.LIVE} == set(RENTED_PATHS)


def test_profit_of_a_month_and_sales_of_a_quarter() -> None:
    run = a_run(daily={"profit_fen": np.arange(90.0), "gmv_fen": np.ones(90)})
    assert value(run, "profit_of_a_month") == 29.0
    assert value(run, "sales_of_a_quarter") == 90.0
    short = a_run(20, daily={"profit_fen": np.arange(20.0), "gmv_fen": np.ones(20)})
    assert math.isnan(value(short, "profit_of_a_month"))
    assert math.isnan(value(short, "sales_of_a_quarter"))


def test_a_flash_is_what_comes_within_three_days_of_a_slot() -> None:
    fees = np.zeros(90, np.int64)
    fees[[10, 50, 80]] = -500_000  # the last has no room for its three weeks
    live, tie = int(PathKind.LIVE), int(PathKind.TIE)
    sold = buyers((10, live), (12, live), (13, live), (30, live), (31, live), (52, live), (11, tie), (80, live))
    run = a_run(statement={"slot_fee": fees}, people=sold)
    assert value(run, "flash_share") == pytest.approx(3 / 5), "days 10, 12, 52 of 10, 12, 13, 30, 52"
    assert value(run, "buyers_per_slot") == pytest.approx(7 / 3)
    assert math.isnan(value(a_run(statement={}), "flash_share"))


def test_orders_a_talk_count_those_who_were_told() -> None:
    sold = buyers((0, int(PathKind.TIE)), (5, int(PathKind.TIE)), (6, int(PathKind.TIE)), (7, int(PathKind.GROUP)))
    talks = np.zeros(90)
    talks[3] = 8
    assert value(a_run(people=sold, daily={"talks": talks}), "buyers_per_talk") == pytest.approx(2 / 8)


@pytest.mark.parametrize(
    ("early", "late", "expected"),
    [(5, 5, 0.5), (10, 10, 0.0), (0, 0, 0.0), (2, 8, -0.4), (3, 4, 0.2)],
)
def test_lives_are_of_two_kinds_if_both_ends_outweigh_the_middle(early: int, late: int, expected: float) -> None:
    dead = np.zeros(90)
    dead[30:], dead[60:] = early, late
    run = a_run(daily={"zombie_groups": dead}, facts={"n_groups": 10.0})
    assert value(run, "two_lives") == pytest.approx(expected)
    assert value(run, "dead_group_days") == pytest.approx((30 * early + 30 * late) / 900)


def test_without_groups_there_are_no_lives() -> None:
    run = a_run(facts={"n_groups": 0.0})
    assert math.isnan(value(run, "two_lives"))
    assert math.isnan(value(run, "dead_group_days"))


def test_every_measure_has_a_unit_and_a_value_or_none_on_any_run() -> None:
    run = a_run(daily={"zombie_groups": np.full(90, np.nan)})
    for name in MEASURES:
        assert unit_of(name)
        assert isinstance(value(run, name), float)
