"""Elementary functions of our own: as exact as the C library's, and the same bits compiled or not."""

from __future__ import annotations

import itertools
import math
import struct
from statistics import NormalDist

import numpy as np
import pytest

from sim.core.maths import SCALE, exp_, log_, logistic, normal_quantile, power, to_fixed
from tests.reference import arithmetic

RNG = np.random.default_rng(11)
EXPONENTS = np.concatenate([RNG.uniform(-700, 700, 4000), RNG.uniform(-2, 2, 4000), RNG.normal(0, 1e-6, 1000),
                            np.arange(-60, 60) * math.log(2.0), [0.0, -0.0, 1.0, -1.0, 700.0, -700.0, 5e-324]])
POSITIVE = np.concatenate([np.exp(RNG.uniform(-700, 700, 4000)), 1.0 + RNG.uniform(-0.5, 1.0, 4000),
                           1.0 + RNG.normal(0, 1e-9, 1000), 2.0 ** np.arange(-1022, 1023),
                           [1.0, math.sqrt(0.5), 5e-324, 2.2e-308, 1.7e308], np.nextafter(1.0, [0.0, 2.0])])
CHANCES = np.concatenate([RNG.random(4000), np.exp(RNG.uniform(-700, -1, 4000)),
                          1.0 - np.exp(RNG.uniform(-36, -1, 2000)),
                          [0.5, 0.075, 0.925, 1e-300, math.nextafter(1, 0), 2.0**-53]])


def bits(x: float) -> bytes:
    return struct.pack("d", x)


def error(found: float, true: float) -> float:
    return abs(found - true) / abs(true) if true else abs(found)


def test_exp_is_exact_to_the_last_digits() -> None:
    assert max(error(exp_(x), math.exp(x)) for x in EXPONENTS.tolist()) < 1e-14


@pytest.mark.parametrize(("x", "answer"), [(0.0, 1.0), (-0.0, 1.0), (-701.0, 0.0), (-1e300, 0.0), (-math.inf, 0.0)])
def test_exp_at_its_corners(x: float, answer: float) -> None:
    assert exp_(x) == answer


def test_exp_never_overflows() -> None:
    assert exp_(1e300) == exp_(math.inf) == exp_(700.0)
    assert math.isfinite(exp_(700.0))
    assert exp_(-700.0) > 0.0


def test_log_is_exact_to_the_last_digits() -> None:
    assert max(error(log_(x), math.log(x)) for x in POSITIVE.tolist()) < 1e-14


def test_log_of_nothing_is_below_every_other() -> None:
    assert log_(0.0) == log_(-0.0) == log_(-3.0) == -745.0
    assert log_(5e-324) > -745.0
    assert log_(1.0) == 0.0


def test_log_undoes_exp() -> None:
    assert max(abs(log_(exp_(x)) - x) for x in RNG.uniform(-600, 600, 3000).tolist()) < 2e-13


def test_exp_and_log_rise_where_they_must() -> None:
    """A larger chance must never become a smaller one by rounding at a seam of the range reduction."""
    seams = [k * math.log(2.0) / 2.0 for k in range(-40, 40)]
    near = sorted(math.nextafter(s, way) for s in seams for way in (-math.inf, math.inf)) + seams
    ordered = sorted(near)
    grown = [exp_(x) for x in ordered]
    assert all(b >= a * (1.0 - 2.3e-16) for a, b in itertools.pairwise(grown))


def test_powers_are_exact_to_the_last_digits() -> None:
    for x, y in zip(RNG.uniform(0.0, 3.0, 2000).tolist(), RNG.uniform(0.0, 10.0, 2000).tolist(), strict=True):
        assert power(x, y) == pytest.approx(x**y, rel=1e-12)
        assert bits(power(x, y)) == bits(power.py_func(x, y))
        assert power(x, 1.0) == x


@pytest.mark.parametrize(("x", "y", "answer"), [(0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.95, 0.0, 1.0), (1.0, 7.5, 1.0)])
def test_powers_at_their_corners(x: float, y: float, answer: float) -> None:
    assert power(x, y) == answer


def test_the_logistic_function_is_symmetric_and_bounded() -> None:
    for x in (*EXPONENTS.tolist(), 800.0, -800.0):
        assert 0.0 <= logistic(x) <= 1.0
        assert logistic(x) + logistic(-x) == pytest.approx(1.0, abs=3e-16)
    assert logistic(0.0) == 0.5
    assert logistic(math.log(3.0)) == pytest.approx(0.75, rel=1e-15)


def test_normal_quantiles_are_those_of_the_standard_library() -> None:
    exact = NormalDist()
    assert max(error(normal_quantile(p), exact.inv_cdf(p)) for p in CHANCES.tolist() if p != 0.5) < 1e-13
    assert normal_quantile(0.5) == 0.0


@pytest.mark.parametrize(("p", "z"), [
    (0.975, 1.959963984540054), (0.25, -0.6744897501960817), (0.001, -3.090232306167813), (1e-20, -9.262340089798408),
])
def test_normal_quantiles_as_published(p: float, z: float) -> None:
    assert normal_quantile(p) == pytest.approx(z, rel=1e-14)


def test_normal_quantiles_are_odd() -> None:
    for p in (2.0**-k for k in range(1, 50)):
        assert normal_quantile(p) == pytest.approx(-normal_quantile(1.0 - p), rel=1e-12)


@pytest.mark.parametrize(("x", "fixed"), [
    (0.0, 0), (1.0, SCALE), (-1.0, -SCALE), (0.5 / SCALE, 1), (0.49 / SCALE, 0), (-0.5 / SCALE, 0), (-0.51 / SCALE, -1),
    (1.5 / SCALE, 2), (-1.5 / SCALE, -1), (2.0**30, 1 << 62),
])
def test_fixed_point_rounds_a_half_up(x: float, fixed: int) -> None:
    assert to_fixed(x) == fixed


def test_fixed_point_comes_back_as_it_went() -> None:
    for n in RNG.integers(-(1 << 52), 1 << 52, 2000).tolist():
        assert to_fixed(n / SCALE) == n


def test_sums_of_fixed_numbers_have_no_order() -> None:
    terms = RNG.normal(0, 1e6, 5000)
    sums = {sum(to_fixed(x) for x in RNG.permutation(terms).tolist()) for _ in range(5)}
    assert len(sums) == 1
    assert sums.pop() / SCALE == pytest.approx(terms.sum(), abs=5000 / SCALE)


def test_compiled_functions_are_the_plain_ones_bit_for_bit() -> None:
    for function, values in ((exp_, EXPONENTS), (log_, POSITIVE), (logistic, EXPONENTS), (normal_quantile, CHANCES)):
        wrong = [x for x in values.tolist() if bits(function(x)) != bits(function.py_func(x))]
        assert wrong == [], function.__name__
    assert all(to_fixed(x) == to_fixed.py_func(x) for x in RNG.normal(0, 1e5, 2000).tolist())


def test_the_oracles_functions_are_the_same_bit_for_bit() -> None:
    for function, told, values in ((exp_, arithmetic.exp, EXPONENTS), (log_, arithmetic.log, POSITIVE),
                                   (logistic, arithmetic.logistic, EXPONENTS),
                                   (normal_quantile, arithmetic.normal_quantile, CHANCES)):
        assert [x for x in values.tolist() if bits(function(x)) != bits(told(x))] == [], function.__name__
