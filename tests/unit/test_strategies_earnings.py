"""What resellers sold and earned, by hand: own use, returns, several orders and rebates of one reseller, thirty days."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.strategies.earnings import column, remember
from sim.strategies.stocking import StockParams

PRODUCT = SimpleNamespace(index=1, delivery_fen=300)
NONE = np.empty(0, np.int64), np.empty(0, np.int64)
SLOW = StockParams(memory=10, expects=0.3)
UNIT = np.array([[0, 5_000], [0, 6_000], [0, 7_000], [0, 8_000]])


def view(day: int = 31, book: dict[str, Any] | None = None, stock: tuple[int, ...] = (0, 4, 0, 9),
         left: tuple[int, ...] = (-1, -1, -1, 12)) -> Any:
    """Return what a seller sees of four resellers, persons 10 to 13; the last one gave up."""
    table = SimpleNamespace(size=4, person=np.arange(10, 14), stock=np.column_stack([np.full(4, 50), stock]),
                            unit_fen=UNIT, left=np.array(left))
    return SimpleNamespace(resellers=table, day=day, book=book or {})


def sold(*orders: tuple[int, int, int, int], returned: tuple[int, ...] = (), product: int = 1) -> Any:
    """Return a day's orders (seller, person, units, price), numbered from 0."""
    seller, person, units, price = (np.array(x, np.int64) for x in (zip(*orders, strict=True) if orders else [[]] * 4))
    ordered = SimpleNamespace(seller=seller, person=person, quantity=units, price_fen=price, order=np.arange(len(seller)),
                              product=np.full(len(seller), product))
    order = np.arange(len(seller))
    return SimpleNamespace(ordered=ordered, delivered=SimpleNamespace(order=order, returned=np.isin(order, returned).astype(int)))


def earned(book: dict[str, Any], day: int = 31) -> list[float]:
    return book[f"day {day % 30}"].tolist()


def test_margin_of_every_unit_sold_to_others_and_kept() -> None:
    day = sold((0, 90, 2, 9_000), (0, 91, 1, 9_500), (1, 11, 3, 9_000), (1, 92, 1, 9_000), (2, 93, 1, 9_000), (-1, 94, 5, 9_000),
               returned=(4,))
    book = remember(view(), day, PRODUCT, *NONE, SLOW)
    assert earned(book) == [2 * 3_700 + 4_200, 2_700, 0, 0]
    # Own use and what comes back leave the shelf as well: both tell how soon it is empty.
    assert book["rate"].tolist() == pytest.approx([0.3 + 2.7 / 10, 0.3 + 3.7 / 10, 0.3 + 0.7 / 10, 0.3])


def test_another_product_earns_nothing_here() -> None:
    assert earned(remember(view(), sold((0, 90, 2, 9_000), product=0), PRODUCT, *NONE, SLOW)) == [0, 0, 0, 0]


def test_all_rebates_of_a_day_add_up() -> None:
    rebates = np.array([0, 0, 2, 0]), np.array([10, 20, 5, 100])
    assert earned(remember(view(), sold((0, 90, 1, 9_000)), PRODUCT, *rebates, SLOW)) == [3_700 + 130, 0, 5, 0]


def test_only_a_shelf_with_goods_teaches_and_only_who_is_there_learns() -> None:
    book = remember(view(book={"rate": np.full(4, 0.5)}), sold((2, 90, 1, 9_000)), PRODUCT, *NONE, SLOW)
    assert book["rate"].tolist() == pytest.approx([0.5, 0.45, 0.55, 0.5])


def test_the_month_takes_in_today_and_lets_go_of_the_day_thirty_days_ago() -> None:
    held = {"month": np.array([100, 50, 7]), "day 1": np.array([30, 50, 0]), "other": np.ones(1)}
    book = remember(view(book=held), sold(), PRODUCT, np.array([0, 3]), np.array([5, 6]), SLOW)
    assert book["month"].tolist() == [75, 0, 7, 6]
    assert earned(book) == [5, 0, 0, 6]
    assert book["other"] is held["other"]


def test_rows_that_a_column_does_not_reach_are_newcomers() -> None:
    assert column({"a": np.array([1.0, 2.0])}, "a", 4, 0.5).tolist() == [1.0, 2.0, 0.5, 0.5]
    assert column({}, "a", 2, 0.5).tolist() == [0.5, 0.5]
