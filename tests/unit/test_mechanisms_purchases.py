"""What a delivery writes down, by hand: history, spending, talkers, trust of paths, rounds of a day, deals that failed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.exchange.events import Ordered, PathKind
from sim.mechanisms.experience import begin_talking, disappoint, move_trust, note_purchases, rounds

DAY = 20


def orders(person: list[int], product: list[int], number: list[int] | None = None) -> Ordered:
    n = len(person)
    columns = {name: np.zeros(n, np.int64) for name in Ordered.__dataclass_fields__}
    return Ordered(**columns | {"person": np.array(person), "product": np.array(product),
                                "order": np.array(number or range(n))})


def test_a_day_is_split_so_that_nobody_gets_a_product_twice_at_once() -> None:
    parts = rounds(orders([3, 1, 3, 3, 1], [0, 1, 1, 0, 1], [4, 0, 1, 2, 3]))
    assert [list(zip(p.person.tolist(), p.product.tolist(), p.order.tolist(), strict=True)) for p in parts] == [
        [(1, 1, 0), (3, 0, 2), (3, 1, 1)], [(1, 1, 3), (3, 0, 4)]]
    assert len(rounds(orders([2, 2], [0, 1]))) == 1
    assert rounds(orders([], [])) == []


def test_every_deal_that_failed_disappoints() -> None:
    satisfaction = np.zeros((4, 2), np.float32)
    disappoint(SimpleNamespace(people=SimpleNamespace(satisfaction=satisfaction)), orders([3, 3, 3, 1], [0, 0, 1, 1]))
    assert satisfaction == pytest.approx(np.array([[0, 0], [0, -0.1], [0, 0], [-0.2, -0.1]]))


def test_purchases_are_written_down() -> None:
    """Persons 0 to 3 have bought product 1 never, once, twice and 65,534 times."""
    def table(kind: type, *own: int) -> np.ndarray:
        return np.column_stack([np.full(4, 7), own]).astype(kind)

    held = {"orders": table(np.uint16, 0, 1, 2, 65_534), "spent": table(np.int64, 0, 500, 900, 1),
            "first_path": table(np.int8, -1, 4, 4, 4), "first_day": table(np.int16, -1, 2, 2, 2),
            "second_day": table(np.int16, -1, -1, 5, 5), "last_day": table(np.int16, -1, 2, 5, 6),
            "memory_offer": table(np.int32, -1, 0, 0, 0), "memory_day": table(np.int16, -1, 2, 5, 6)}
    is_first = np.empty(4, np.bool_)
    note_purchases(np.arange(4), np.ones(4, np.int64), np.array([2, 1, 3, 9]), np.array([100, 90, 80, 70]),
                   np.array([3, 1, 2, 0]), np.array([8, 9, 8, 9]), DAY, *held.values(), is_first)
    assert is_first.tolist() == [True, False, False, False]
    assert {name: column[:, 1].tolist() for name, column in held.items()} == {
        "orders": [2, 2, 5, 65_535], "spent": [200, 590, 1_140, 631], "first_path": [3, 4, 4, 4], "first_day": [DAY, 2, 2, 2],
        "second_day": [-1, DAY, 5, 5], "last_day": [DAY] * 4, "memory_offer": [8, 9, 8, 9], "memory_day": [DAY] * 4}
    assert all((column[:, 0] == 7).all() for column in held.values())


@pytest.mark.parametrize(("until", "held", "talking"), [
    (DAY - 5, [1, 6], [1, 4, 6]),  # long silent
    (DAY, [1, 6], [1, 4, 6]),  # ended today and is off the list already
    (DAY, [1, 4, 6], [1, 4, 6]),  # ends today, still on the list
    (DAY + 1, [1, 4, 6], [1, 4, 6]),  # talks on
    (DAY - 5, [], [4]), (DAY - 5, [1], [1, 4]), (DAY - 5, [6, 7], [4, 6, 7])])
def test_whoever_bought_talks_and_is_listed_once(until: int, held: list[int], talking: list[int]) -> None:
    talk_until = np.zeros((8, 2), np.int16)
    talk_until[4, 1] = until
    out = np.empty(9, np.int32)
    # Person 2 bought the other product, which is none of this list's business.
    n = begin_talking(np.array([2, 4]), np.array([0, 1]), 1, np.full(2, DAY + 30), DAY, talk_until, np.array(held, np.int32), out)
    assert out[:n].tolist() == talking
    assert (talk_until[4, 1], talk_until[2, 0]) == (DAY + 30, 0)


def test_a_delivery_moves_the_trust_of_its_own_path() -> None:
    """One unit above expectation by a feed, a tie of trust and one of distrust, and by memory, which has no path; last a shock."""
    up, down, n = 0.2, 0.5, 5
    kind = np.array([PathKind.FEED, PathKind.TIE, PathKind.TIE, PathKind.MEMORY, PathKind.FEED])
    brand, rows = np.full((n, 1), 0.4), np.array([0.6, 0.6, 0.6])
    weight = np.array([16_384, 32_768 | 16_384, 9_000], np.uint16)
    mark = np.array([0b1110_0000_0000_0111, 0b0100_0000_0000_0000, 5], np.uint16)
    move_trust(np.arange(n), np.zeros(n, np.int64), np.array([1, 0, 1, 1, 1]), kind, np.array([0, 0, 1, -1, 1]),
               np.array([0.3, 0.3, 0.3, 0.3, -0.3]), np.array([False, False, False, False, True]), np.zeros(1, np.int64),
               np.array([0.5, 1.0]), 0.3, up, down, DAY, brand, rows, weight, mark)
    assert brand[:, 0] == pytest.approx([0.52, 0.52, 0.52, 0.52, 0.2])
    assert rows == pytest.approx([0.68, 0.0, 0.6])
    half = 16_384 / 32_767
    assert weight.tolist() == [round((half + 0.1 * (1 - half)) * 32_767), 32_768 | round(half * 0.8 * 32_767), 9_000]
    assert mark.tolist() == [0b1110_0000_0000_0000 | DAY, 0b0100_0000_0000_0000 | DAY, 5]  # layer and mute stay
