"""Student's t, intervals and mean curves against known values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.intervals import mean_interval, mean_path
from sim.analysis.student import p_value, t_inside, t_quantile

# Two-sided 95 % quantiles, [AbramowitzStegun1964] table 26.10.
TABLE = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 10: 2.228, 15: 2.131, 30: 2.042, 60: 2.000, 120: 1.980}


@pytest.mark.parametrize(("nu", "t"), TABLE.items())
def test_t_quantiles_of_the_table(nu, t):
    assert t_quantile(0.95, nu) == pytest.approx(t, abs=6e-4)


@pytest.mark.parametrize("nu", [1, 2, 3, 4, 7, 8, 31, 32, 199, 200])
def test_t_agrees_with_scipy(nu):
    stats = pytest.importorskip("scipy.stats")
    for level in (0.5, 0.9, 0.99, 0.999):
        assert t_quantile(level, nu) == pytest.approx(stats.t.ppf(0.5 + level / 2, nu), rel=1e-9)
    for t in (0.0, 0.3, 1.7, 8.0):
        assert t_inside(t, nu) == pytest.approx(1 - 2 * stats.t.sf(t, nu), abs=1e-12)


def test_t_of_cauchy_in_closed_form():
    assert t_inside(1.0, 1) == pytest.approx(0.5)
    assert p_value(-math.inf, 3) == 0.0
    assert p_value(0.0, 3) == 1.0


@pytest.mark.parametrize("call", [lambda: t_inside(1.0, 0), lambda: t_quantile(1.0, 3), lambda: t_quantile(0.0, 3)])
def test_t_outside_its_range(call):
    with pytest.raises(ValueError, match=r"degree of freedom|between 0 and 1"):
        call()


def test_the_interval_of_a_mean_by_hand():
    found = mean_interval(np.array([1.0, 2.0, 3.0, np.nan]))
    half = 4.302652729911275 / math.sqrt(3)
    assert (found.mean, found.n, found.n_undefined) == (2.0, 3, 1)
    assert found.low == pytest.approx(2 - half)
    assert found.high == pytest.approx(2 + half)


def test_one_run_bounds_nothing():
    found = mean_interval(np.array([7.0]))
    assert (found.mean, found.n) == (7.0, 1)
    assert math.isnan(found.low)
    assert math.isnan(mean_interval(np.array([np.nan])).mean)
    assert mean_interval(np.array([])).n == 0


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(3)
    samples = rng.normal(10.0, 3.0, (4000, 6))
    hits = np.mean([i.low <= 10 <= i.high for i in map(mean_interval, samples)])
    assert abs(hits - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 4000)


def test_the_mean_curve_leaves_out_what_is_undefined():
    found = mean_path(np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]]))
    np.testing.assert_array_equal(found, [2.0, 5.0, np.nan])
