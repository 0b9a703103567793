"""Formulas of summaries against closed forms and hand-made cases [domain 2.8]."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.records import formulas as f

N = 200_000
GRID = (np.arange(N) + 0.5) / N
"""Quantiles instead of draws: the closed forms are met without noise."""

INCOMES = hnp.arrays(np.float64, st.integers(2, 60), elements=st.integers(0, 10**6).map(float))


@pytest.mark.parametrize(
    ("incomes", "expected", "within"),
    [
        (-np.log1p(-GRID), 0.5, 1e-4),
        (GRID, 1 / 3, 1e-5),
        (np.exp([NormalDist().inv_cdf(u) for u in GRID]), 2 * NormalDist().cdf(1 / math.sqrt(2)) - 1, 1e-3),
        ((1 - GRID) ** (-1 / 3), 1 / (2 * 3 - 1), 1e-3),
        ((1 - GRID) ** (-1 / 5), 1 / (2 * 5 - 1), 1e-4),
    ],
    ids=["exponential", "uniform", "lognormal", "pareto 3", "pareto 5"],
)
def test_gini_meets_its_closed_forms(incomes, expected, within):
    assert f.gini(incomes) == pytest.approx(expected, abs=within)


def test_gini_of_geometric_recruits_is_one_over_one_plus_rho():
    # P(r) = (1 - rho) rho^r; 2/3 for the recruits of a uniform recursive tree.
    for rho in (0.5, 0.25):
        counts = np.floor(np.log1p(-GRID) / math.log(rho))
        assert f.gini(counts) == pytest.approx(1 / (1 + rho), abs=1e-4)


def test_gini_of_a_small_sample_is_corrected():
    assert f.gini(np.array([0, 0, 0, 1])) == 1.0
    assert f.gini(np.array([3, 3, 3])) == 0.0
    assert f.gini(np.array([1, 3])) == pytest.approx(0.5)


@pytest.mark.parametrize("values", [[], [1.0], [0.0, 0.0], [-1.0, 5.0], [math.nan, 1.0]])
def test_gini_is_undefined_without_a_meaning(values):
    assert math.isnan(f.gini(np.array(values)))


@given(INCOMES, st.floats(0.01, 100))
def test_gini_ignores_scale_and_order_and_stays_in_range(incomes, scale):
    value = f.gini(incomes)
    if not math.isnan(value):
        assert -1e-9 <= value <= 1 + 1e-9
        assert f.gini(incomes[::-1] * scale) == pytest.approx(value, abs=1e-6)


def test_top_share_of_pareto_follows_the_power_of_the_share():
    # The top share s of a Pareto tail with exponent a earns s^(1 - 1/a); 80/20 is a = 1.161.
    assert f.top_share((1 - GRID) ** (-1 / 3), 0.01) == pytest.approx(0.01 ** (2 / 3), abs=1e-3)
    assert f.top_share(np.ones(10)) == pytest.approx(0.1), "at least one person"
    assert f.top_share(np.ones(1000)) == pytest.approx(0.01)
    assert math.isnan(f.top_share(np.zeros(5)))


def test_repurchase_counts_only_buyers_with_days_left():
    first = np.array([-1, 0, 0, 50, 95, 10])
    second = np.array([-1, 20, 31, -1, 96, 40])
    # 100 days, within 30: day 95 is too late to tell; 0->20 and 10->40 came back, 0->31 and 50 did not.
    assert f.repurchase_rate(first, second, 100, 30) == pytest.approx(2 / 4)
    assert math.isnan(f.repurchase_rate(first, second, 20, 30))
    # A buyer exactly 30 days before the last day has the full 30 days.
    assert f.repurchase_rate(np.array([69]), np.array([99]), 100, 30) == 1.0
    assert math.isnan(f.repurchase_rate(np.array([70]), np.array([99]), 100, 30))


def test_retention_looks_at_the_last_order():
    first, last = np.array([0, 0, 5, 80]), np.array([0, 90, 94, 99])
    assert f.retention_rate(first, last, 100, 90) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("curve", "day"),
    [([1, 2, 3], 0), ([-5, -1, 0, 3], 2), ([-5, 2, -1, 4], 3), ([-1, -2], math.nan), ([3, -1], math.nan), ([], math.nan)],
)
def test_payback_is_the_day_after_the_last_loss(curve, day):
    found = f.payback_day(np.array(curve, dtype=float))
    assert found == day or (math.isnan(found) and math.isnan(day))
