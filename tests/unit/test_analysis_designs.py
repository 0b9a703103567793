"""Indices of functions that are known, the share of noise, fronts, worst tenths and even draws."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.morris import morris_indices, morris_points
from sim.analysis.pareto import even_draws, front, worst_tenth
from sim.analysis.problems import noise_share, point_means
from sim.analysis.sobol import power_of_two, sobol_indices, sobol_points
from tests.integration.study_model import ISHIGAMI_FIRST, ISHIGAMI_TOTAL, ishigami_of


def test_sobol_indices_of_ishigamis_function_lie_in_their_intervals():
    points = sobol_points(3, 1024, 7)
    found = sobol_indices(points, ishigami_of(points), 7)
    for span, known in ((found.first_span, ISHIGAMI_FIRST), (found.total_span, ISHIGAMI_TOTAL)):
        assert (span[:, 0] <= known).all()
        assert (known <= span[:, 1]).all()
        assert (span[:, 1] - span[:, 0] < 0.25).all()
    assert found.rows == 1024


def test_sobol_indices_of_the_g_function_lie_in_their_intervals():
    """f = prod (|4 x - 2| + a) / (1 + a), with V_i = 1 / (3 (1 + a)^2); Saltelli et al. (2010) take these a."""
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
    parts = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + parts) - 1
    first, total = parts / whole, parts * np.prod(1 + parts) / (1 + parts) / whole
    points = sobol_points(6, 1024, 5)
    found = sobol_indices(points, np.prod((np.abs(4 * points - 2) + a) / (1 + a), axis=1), 5)
    assert found.first == pytest.approx(first, abs=0.03)
    assert found.total == pytest.approx(total, abs=0.03)
    for span, known in ((found.first_span, first), (found.total_span, total)):
        assert (span[:, 0] <= known).all()
        assert (known <= span[:, 1]).all()


def test_luck_that_is_left_counts_as_interaction():
    points = sobol_points(2, 4096, 3)
    line = points @ np.array([2.0, 1.0])
    noise = np.random.default_rng(3).normal(size=len(line)) * line.std() / 2  # a fifth of the variance of both together
    found = sobol_indices(points, line + noise, 3)
    assert found.first == pytest.approx(0.8 * np.array([0.8, 0.2]), abs=0.04)
    assert found.total == pytest.approx(0.8 * np.array([0.8, 0.2]) + 0.2, abs=0.04)


def test_intervals_shrink_as_the_root_of_the_design():
    wide, narrow = (sobol_indices(p, ishigami_of(p), 1).total_span for p in (sobol_points(3, 64, 1), sobol_points(3, 1024, 1)))
    assert ((narrow[:, 1] - narrow[:, 0]) < 0.5 * (wide[:, 1] - wide[:, 0])).all()


def test_the_same_seed_gives_the_same_design_and_indices():
    points = sobol_points(2, 16, 0)
    assert (points == sobol_points(2, 16, 0)).all()
    values = points[:, 0] ** 2 + points[:, 1]
    one, other = sobol_indices(points, values, 0), sobol_indices(points, values, 0)
    assert (one.first_span == other.first_span).all()
    assert (morris_points(3, 4, 5) == morris_points(3, 4, 5)).all()


def test_a_constant_has_no_sensitivity():
    points = sobol_points(2, 8, 0)
    found = sobol_indices(points, np.full(len(points), 3.0), 0)
    assert (found.total == 0).all()


def test_elementary_effects_of_a_line_are_its_slopes():
    points = morris_points(3, 6, 3)
    found = morris_indices(points, points @ np.array([3.0, -2.0, 0.0]) + 10, 3)
    assert found.mu_star == pytest.approx([3, 2, 0], abs=1e-9)
    assert found.mu == pytest.approx([3, -2, 0], abs=1e-9)
    assert found.sigma == pytest.approx([0, 0, 0], abs=1e-9)
    assert found.mu_star_span == pytest.approx(np.array([[3, 3], [2, 2], [0, 0]]), abs=1e-9)


def wavy(x):
    """Return a function with interaction, curvature and a step."""
    return 4 * x[:, 0] * x[:, 1] + 3 * x[:, 2] ** 2 + 2 * x[:, 0] * (x[:, 3] > 0.5)


def test_indices_are_those_of_salib():
    from SALib.analyze import morris

    points = morris_points(4, 12, 8)
    found = morris_indices(points, wavy(points), 8)
    theirs = morris.analyze({"num_vars": 4, "names": list("abcd"), "bounds": [[0, 1]] * 4}, points, wavy(points), num_levels=4)
    for name in ("mu_star", "mu", "sigma"):
        assert getattr(found, name) == pytest.approx(np.asarray(theirs[name], dtype=float), abs=1e-12)


def test_intervals_of_effects_hold_the_truth_as_often_as_they_say():
    many = morris_points(4, 5000, 1)
    truth = morris_indices(many, wavy(many), 1)
    designs, held = 150, np.zeros((2, 4))
    for seed in range(designs):
        points = morris_points(4, 10, 100 + seed)
        found = morris_indices(points, wavy(points), seed)
        for row, name in enumerate(("mu_star", "mu")):
            span, known = getattr(found, f"{name}_span"), getattr(truth, name)
            held[row] += (span[:, 0] <= known) & (known <= span[:, 1])
    assert (held / designs > 0.95 - 3 * np.sqrt(0.05 * 0.95 / designs)).all()


def test_interaction_shows_in_sigma_and_intervals_hold_the_estimates():
    points = morris_points(3, 12, 3)
    found = morris_indices(points, 4 * points[:, 0] * points[:, 1] + points[:, 2], 3)
    assert (found.sigma[:2] > 0.5).all()
    assert found.sigma[2] == pytest.approx(0, abs=1e-9)
    for span, value in ((found.mu_star_span, found.mu_star), (found.mu_span, found.mu), (found.sigma_span, found.sigma)):
        assert (span[:, 0] <= value + 1e-9).all()
        assert (value <= span[:, 1] + 1e-9).all()


def test_blocks_with_an_undefined_value_are_left_out_whole():
    points = morris_points(2, 6, 1)
    values = points @ np.array([3.0, 1.0])
    values[4] = np.nan
    found = morris_indices(points, values, 1)
    assert found.trajectories == 5
    assert found.mu_star == pytest.approx([3, 1])
    with pytest.raises(ValueError, match="whole"):
        morris_indices(points, np.full(len(points), np.nan), 1)


def test_designs_are_balanced():
    assert [power_of_two(n) for n in (1, 2, 3, 64, 65)] == [2, 2, 4, 64, 128]
    assert len(sobol_points(3, 5, 1)) == 8 * 5


def test_noise_is_what_is_neither_the_point_nor_the_luck_of_all():
    rng = np.random.default_rng(2)
    points, replications = 400, 8
    signal, luck = rng.normal(size=(points, 1)) * 3, rng.normal(size=(1, replications)) * 50
    noise = rng.normal(size=(points, replications)) * 2
    expected = (4 / replications) / (9 + 4 / replications)
    assert noise_share(signal + luck + noise) == pytest.approx(expected, rel=0.15)
    assert noise_share(signal + luck) == pytest.approx(0, abs=1e-12)
    assert noise_share(noise) > 0.8
    assert np.isnan(noise_share(signal))


def test_point_means_leave_out_what_is_undefined():
    table = np.array([[1.0, 3.0], [np.nan, 4.0], [np.nan, np.nan]])
    assert point_means(table)[:2].tolist() == [2.0, 4.0]
    assert np.isnan(point_means(table)[2])


def test_the_front_is_what_nobody_beats():
    rng = np.random.default_rng(0)
    points = rng.integers(0, 6, size=(60, 3)).astype(float)
    more = [True, False, True]
    gain = points * np.array([1, -1, 1])
    slow = [not any((b >= a).all() and (b > a).any() for b in gain) for a in gain]
    assert front(points, more).tolist() == slow
    points[0] = [np.nan, 0, 9]
    assert not front(points, more)[0]


def test_the_worst_tenth():
    values = np.arange(20.0)
    assert worst_tenth(values, more=True) == 0.5
    assert worst_tenth(values, more=False) == 18.5
    assert worst_tenth(np.array([4.0, np.nan, 2.0]), more=True) == 2.0
    assert np.isnan(worst_tenth(np.array([np.nan]), more=True))


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_draws_are_even_and_the_first_ones_stay(dimensions):
    draws = even_draws(200, dimensions, 4)
    assert (draws[:50] == even_draws(50, dimensions, 4)).all()
    assert ((draws >= 0) & (draws < 1)).all()
    for column in draws.T:  # a random column would leave gaps of 5 / 200 and more
        assert np.diff(np.sort(column)).max() < 4 / 200
