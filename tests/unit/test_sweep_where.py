"""Where an expectation holds: counted by the axis that parts the points best, with the command that asks further."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import numpy as np
import pytest

from sim.cli.language import speak
from sim.cli.sweep_where import next_step, to_discover, where_it_holds


def record(holds: Any, *, steps: int = 3) -> Any:
    """Return a sweep over a grid of price and stock with a verdict at every point."""
    price, stock = (axis.ravel() for axis in np.meshgrid(np.arange(steps), np.arange(3), indexing="ij"))
    axes = [SimpleNamespace(path=f"brand.{name}", column=f"axis.{name}") for name in ("price", "stock")]
    judged = [SimpleNamespace(point=7 + k, strategy=0, expectation="profit_fen > 0 CNY with 95 %",
                              result="pass" if holds(int(price[k]), int(stock[k])) else "fail") for k in range(price.size)]
    points = {"point": 7 + np.arange(price.size), "axis.price": price.astype(float), "axis.stock": stock.astype(float)}
    return SimpleNamespace(judged=judged, axes=axes, points=points, strategies=["tiers"])


@pytest.fixture(autouse=True)
def _english() -> None:
    speak("en")


def lines(of: Any) -> list[str]:
    return where_it_holds(of, lambda _, value: f"{value:g}")


def test_the_axis_that_parts_the_points_is_told_with_its_counts() -> None:
    (line,) = lines(record(lambda price, stock: stock == 0 or (stock == 1 and price == 2)))
    assert line.endswith("holds at 3 of 3 points with stock=0, 1 of 3 points with stock=1, 0 of 3 points with stock=2")


def test_what_holds_everywhere_or_nowhere_needs_no_counts() -> None:
    assert lines(record(lambda *_: True)) == lines(record(lambda *_: False)) == []


def test_an_axis_with_a_value_a_point_is_no_count() -> None:
    found = record(lambda price, _: price < 2)
    found.axes = found.axes[:1]
    found.points["axis.price"] = np.arange(9.0)
    assert lines(found) == []


def test_conditions_are_asked_for_only_with_points_enough_of_both_kinds() -> None:
    assert to_discover(record(lambda price, _: price < 4, steps=8), Path("r 1")) == "guanxi discover 'r 1' 'profit_fen > 0 CNY'"
    assert to_discover(record(lambda price, _: price < 1, steps=8), Path("r")) == ""
    assert to_discover(record(lambda price, _: price < 2), Path("r")) == ""


def test_the_next_step_is_to_discover_else_to_decide_else_the_page() -> None:
    found = record(lambda price, _: price < 4, steps=8)
    found.command, found.replications = "guanxi sweep a.yaml", 4
    for one in found.judged:
        one.needed = 0
    assert "guanxi discover r 'profit_fen > 0 CNY'" in next_step(found, Path("r"))
    found = record(lambda *_: True)
    found.command, found.replications = "guanxi sweep a.yaml -r 4 --out r", 4
    for number, one in enumerate(found.judged):
        one.needed = 10 * number
    assert next_step(found, Path("r")).startswith("Next: open the page"), "what is decided needs no more"
    found.judged[6].result = "undecided"
    with click.Context(click.Command("sweep"), obj=["sweep", "a.yaml", "-r", "4", "--out", "r"]):
        assert next_step(found, Path("r")).endswith("\n  guanxi sweep a.yaml --replications 60")
