"""Bars of a tornado: slopes of known functions, whatever the other levers do, and what is told where nothing can be."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.morris import morris_indices, morris_points
from sim.analysis.sobol import sobol_points
from sim.analysis.tornado import bars


@pytest.mark.parametrize(("points", "size"), [(morris_points(3, 4, 2), 4), (sobol_points(3, 8, 2), 5)])
def test_a_line_has_its_slopes_without_error_however_uneven_the_design(points, size):
    found = bars(points, points @ np.array([9.0, -2.0, 0.0]) + 5, size, 1)
    assert found.swing[:, 0] == pytest.approx([9, -2, 0], abs=1e-9)
    assert found.swing[:, 1:] == pytest.approx(np.array([[9, 9], [-2, -2], [0, 0]]), abs=1e-9)
    assert found.high - found.low == pytest.approx(np.column_stack([found.swing[:, 0], *([found.swing[:, 1:].sum(axis=1) / 2] * 2)]), abs=1e-9)


def test_with_morris_it_is_the_mean_elementary_effect():
    points = morris_points(4, 8, 3)
    values = np.exp(2 * points[:, 0]) * (1 + points[:, 1]) + np.sin(9 * points[:, 2])
    assert bars(points, values, 5, 1).swing[:, 0] == pytest.approx(morris_indices(points, values, 1).mu)


def test_a_large_lever_that_bends_lends_nothing_to_a_small_one():
    points = morris_points(3, 6, 1)
    found = bars(points, 1000 / (0.05 + points[:, 0]) + 2 * points[:, 1], 4, 1)
    assert found.swing[1] == pytest.approx([2, 2, 2], abs=1e-6)
    assert found.swing[2] == pytest.approx([0, 0, 0], abs=1e-6)


def test_undefined_blocks_are_left_out_and_one_block_has_no_interval():
    points = morris_points(2, 3, 1)
    values = points @ np.array([1.0, 2.0])
    values[0] = values[-1] = np.nan
    found = bars(points, values, 3, 1)
    assert found.swing[:, 0] == pytest.approx([1, 2])
    assert np.isnan(found.swing[:, 1:]).all()
    values[4] = np.nan
    assert np.isnan(bars(points, values, 3, 1).low).all()
