"""Points of sweeps: grids complete, hypercubes even, Sobol sequences those of the library, distributions those named."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from sim.experiment.designs import points_of, size_of, unit_points
from sim.scenario.nodes import NOWHERE
from sim.scenario.sweep import resolve_sweep_text
from sim.scenario.sweep_axes import Axis, Distribution

HEAD = "scenarios: [community]\nbase: {people: 500, days: 30, brand.seed_customers: 20}\n"
AXES = """\
axes:
  strategies.community.groups: [2, 5, 10]
  brand.product.quality: {low: 0.4, high: 0.9, steps: 3}
  brand.product.price: {low: 50 CNY, high: 200 CNY, scale: log, steps: 3}
"""


def axis(low: float, high: float, *, whole: bool = False, scale: str = "linear", distribution: Distribution | None = None) -> Axis:
    """Return a range."""
    label = {"zh": "x", "en": "x"}
    return Axis("x", label, "", scale, None, low, high, 5, whole, distribution, (), NOWHERE, frozenset({0}))  # type: ignore[arg-type]


def test_a_grid_has_every_combination_once() -> None:
    sweep = resolve_sweep_text(HEAD + AXES)
    points = points_of(sweep)
    found = [tuple(point.values.values()) for point in points]
    assert found == list(itertools.product((2, 5, 10), (0.4, 0.65, 0.9), (5000, 10_000, 20_000)))
    assert [point.number for point in points] == list(range(27))
    assert size_of(sweep) == 27


def test_without_axes_there_is_one_point() -> None:
    sweep = resolve_sweep_text(HEAD)
    assert [point.values for point in points_of(sweep)] == [{}]
    assert size_of(sweep) == 1


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_designs_are_theirs_by_the_seed_alone(kind: str) -> None:
    def made(seed: int, run_seed: int = 1) -> list[dict[str, object]]:
        text = f"{HEAD}{AXES}design: {{kind: {kind}, points: 16, seed: {seed}}}\nseed: {run_seed}\n"
        return [dict(point.values) for point in points_of(resolve_sweep_text(text))]

    assert made(1) == made(1)
    assert made(1) == made(1, run_seed=9)
    assert made(1) != made(2)
    assert len(made(1)) == 16


def test_a_latin_hypercube_hits_every_part_of_every_axis_once() -> None:
    points = unit_points("latin_hypercube", 50, 4, 3)
    for column in points.T:
        assert sorted((column * 50).astype(int).tolist()) == list(range(50))


def test_sobol_points_are_even_in_every_half_of_every_pair() -> None:
    points = unit_points("sobol", 64, 3, 5)
    for first, second in itertools.combinations(range(3), 2):
        cells = (points[:, first] * 8).astype(int) * 8 + (points[:, second] * 8).astype(int)
        assert np.bincount(cells, minlength=64).max() <= 2
        assert np.bincount((points[:, first] * 64).astype(int), minlength=64).tolist() == [1] * 64


def test_ranges_are_even_or_even_in_ratio() -> None:
    u = (np.arange(1000) + 0.5) / 1000
    assert np.median([axis(0, 10).at(v) for v in u]) == pytest.approx(5, abs=0.01)
    assert np.median([axis(1, 100, scale="log").at(v) for v in u]) == pytest.approx(10, rel=0.01)
    whole = [axis(1, 4, whole=True).at(v) for v in u]
    assert np.bincount(whole).tolist() == [0, 250, 250, 250, 250]  # type: ignore[arg-type]


@pytest.mark.parametrize(("distribution", "reference"), [
    (Distribution("normal", (0.3, 0.1)), stats.truncnorm(-2, 3, loc=0.3, scale=0.1)),
    (Distribution("triangular", (0.2,)), stats.triang(0.2, loc=0.1, scale=0.5)),
], ids=["normal", "triangular"])
def test_distributions_are_those_named(distribution: Distribution, reference: object) -> None:
    u = np.linspace(0.001, 0.999, 101)
    found = [distribution.quantile(float(v), 0.1, 0.6) for v in u]
    np.testing.assert_allclose(found, reference.ppf(u), rtol=1e-9)  # type: ignore[attr-defined]


def test_a_lognormal_is_normal_in_its_logarithm() -> None:
    u = np.linspace(0.001, 0.999, 101)
    found = [Distribution("lognormal", (10.0, 2.0)).quantile(float(v), 1.0, 50.0) for v in u]
    ends = (np.log([1.0, 50.0]) - np.log(10)) / np.log(2)
    np.testing.assert_allclose(np.log(found), stats.truncnorm(*ends, loc=np.log(10), scale=np.log(2)).ppf(u), rtol=1e-9)


@pytest.mark.parametrize(("low", "high"), [(10.0, 11.0), (-11.0, -10.0), (60.0, 61.0)])
def test_a_far_tail_stays_between_its_ends(low: float, high: float) -> None:
    values = [Distribution("normal", (0.0, 1.0)).quantile(u, low, high) for u in (0.0, 0.2, 0.5, 0.9, 0.999)]
    assert all(low <= value <= high for value in values)
    assert values == sorted(values)
