"""The newsvendor: the quantile of the demand one hopes for, and what optimism and a promise to buy back do to it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.strategies.stocking import critical_ratio, list_orders, poisson_stock


def level(mean: float, ratio: float) -> int:
    out = np.empty(1, np.int64)
    poisson_stock(np.array([mean]), np.array([ratio]), out)
    return int(out[0])


def chance(mean: float, k: int) -> float:
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))


def test_the_ratio_of_the_textbook() -> None:
    """Price 100, cost 50, salvage 10: domain 2.8."""
    assert critical_ratio(100.0, np.array([50.0]), np.array([10.0]))[0] == pytest.approx(0.5556, abs=5e-5)
    ratios = critical_ratio(100.0, np.array([50.0, 100.0, 120.0, 50.0]), np.array([0.0, 0.0, 0.0, 50.0]))
    assert ratios.tolist() == [0.5, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("mean", [0.3, 2.0, 14.0, 80.0, 400.0])
@pytest.mark.parametrize("ratio", [0.05, 0.5556, 0.9])
def test_the_stock_is_the_quantile_of_poisson_demand(mean: float, ratio: float) -> None:
    k = level(mean, ratio)
    below = sum(chance(mean, j) for j in range(k))
    assert below < ratio <= below + chance(mean, k)


def test_no_other_stock_earns_more() -> None:
    """Expected profit of every stock by enumeration: price 100, cost 50, salvage 10, mean demand 12."""
    def profit(stock: int) -> float:
        sold = sum(chance(12.0, d) * min(d, stock) for d in range(80))
        return 100 * sold + 10 * (stock - sold) - 50 * stock

    best = max(range(60), key=profit)
    assert level(12.0, 5 / 9) == best


def test_large_means_and_odd_cases() -> None:
    for mean in (499.0, 501.0, 3e5):
        assert level(mean, 0.5) == pytest.approx(mean, abs=1)
        assert level(mean, 0.975) == pytest.approx(mean + 1.96 * math.sqrt(mean), rel=0.005)
    assert [level(*case) for case in ((0.0, 0.5), (5.0, 0.0), (1e6, 0.0))] == [0, 0, 0]
    assert level(5.0, 1.0) < 40


def ordered(stock: list[int], *, optimism: float = 1.5, least: int = 1, **columns: list[int]) -> list[tuple[int, int, int]]:
    """Return row, units and price of what resellers order whose ratio is .4, who sell one unit in two days, for 14 days."""
    n = len(stock)
    held = {"here": [1] * n, "turn": [1] * n, "bought": [1] * n, "joined": [3] * n, "tier": [0] * n} | columns
    row, units, price = (np.empty(n, np.int64) for _ in range(3))
    m = list_orders(np.array(held["here"], np.bool_), np.array(held["turn"], np.bool_), np.array(held["bought"]),
                    np.array(held["joined"]), np.array(held["tier"]), np.array(stock)[:, None], 0, np.full(n, 0.5),
                    np.array([65, 50]), np.full(2, 0.4), optimism * 14, least, 60, 10, row, units, price)
    return list(zip(row[:m].tolist(), units[:m].tolist(), price[:m].tolist(), strict=True))


def test_optimism_stuffs_the_channel() -> None:
    assert ordered([0], optimism=1.0) == [(0, level(7.0, 0.4), 65)]
    assert ordered([0], optimism=2.0) == [(0, level(14.0, 0.4), 65)]


def test_small_orders_wait() -> None:
    full = level(1.5 * 14 * 0.5, 0.4)
    assert ordered([full - 5, full - 4, full + 3], least=5) == [(0, 5, 65)]


def test_newcomers_order_at_once_and_others_on_their_day_at_their_tiers_price() -> None:
    full = level(1.5 * 14 * 0.5, 0.4)
    found = ordered([0] * 5, here=[1, 1, 1, 1, 0], turn=[0, 0, 0, 1, 1], bought=[0, 0, 9, 9, 9], joined=[0, 4, 4, 4, 4],
                    tier=[0, 1, 0, 7, 0])
    assert found == [(0, 60, 65), (1, 10, 50), (3, full, 50)]
