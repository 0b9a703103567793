"""The newsvendor: the quantile of the demand one hopes for, and what optimism and a promise to buy back do to it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.strategies.stocking import StockParams, critical_ratio, poisson_stock, wanted


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


def test_optimism_stuffs_the_channel() -> None:
    rate, ratio, none = np.array([0.5]), np.array([0.4]), np.zeros(1, np.int64)
    sober, hopeful = (int(wanted(rate, ratio, none, StockParams(optimism=o, least=1))[0]) for o in (1.0, 2.0))
    assert (sober, hopeful) == (level(7.0, 0.4), level(14.0, 0.4))


def test_small_orders_wait() -> None:
    rate, ratio = np.full(3, 0.5), np.full(3, 0.4)
    full = level(1.5 * 14 * 0.5, 0.4)
    stock = np.array([full - 5, full - 4, full + 3])
    assert wanted(rate, ratio, stock, StockParams(least=5)).tolist() == [5, 0, 0]
