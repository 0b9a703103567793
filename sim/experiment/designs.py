"""Which points of a sweep's space are tried: a full grid, a Latin hypercube, a Sobol sequence.

    grid              every combination of the axes' levels, the last axis fastest
    latin_hypercube   n points; each axis is cut into n parts, each part hit once, put together by chance [McKay1979]
    sobol             n = 2^m points of a Sobol sequence, scrambled by a random linear map of digits and a shift: evenly
                      spread in all axes together [Sobol1967], [Matousek1998]; what scrambling is for: [Owen1998]

The last two give u in [0, 1) for every axis, which the axis turns into a value (`sim.scenario.sweep_axes`). A design
depends on its kind, its number of points, the number of axes and its seed alone, never on the runs' seed.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.scenario.sweep_spec import DEFAULT_POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.sweep import Sweep
    from sim.scenario.sweep_axes import Axis, Value
    from sim.scenario.sweep_spec import DesignSpec


@dataclass(frozen=True)
class Point:
    """One point: its number and every axis' value by path."""

    number: int
    values: dict[str, Value]


def points_of(sweep: Sweep) -> list[Point]:
    """Return the points of a sweep, in an order that is part of the design."""
    return [Point(number, dict(zip((axis.path for axis in sweep.axes), values, strict=True)))
            for number, values in enumerate(_values(sweep.axes, sweep.spec.design))]


def size_of(sweep: Sweep) -> int:
    """Return how many points a sweep has, without making them."""
    design = sweep.spec.design
    if not sweep.axes:
        return 1
    if design.kind == "grid":
        return int(np.prod([len(axis.levels) for axis in sweep.axes], dtype=np.int64))
    return design.points or DEFAULT_POINTS


def _values(axes: Sequence[Axis], design: DesignSpec) -> list[tuple[Value, ...]]:
    if not axes:
        return [()]
    if design.kind == "grid":
        return list(itertools.product(*(axis.levels for axis in axes)))
    spread = unit_points(design.kind, design.points or DEFAULT_POINTS, len(axes), design.seed)
    return [tuple(axis.at(float(u)) for axis, u in zip(axes, row, strict=True)) for row in spread]


def unit_points(kind: str, n: int, axes: int, seed: int) -> Any:
    """Return n points of the unit cube, float64 (n, axes), each coordinate in [0, 1).

    Parameters
    ----------
    kind : {'latin_hypercube', 'sobol'}
        Design.
    n, axes : int
        Points and dimensions.
    seed : int
        Chance of the design.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    sampler = qmc.LatinHypercube(axes, rng=rng) if kind == "latin_hypercube" else qmc.Sobol(axes, scramble=True, rng=rng)
    return np.minimum(sampler.random(n), np.nextafter(1.0, 0.0))
