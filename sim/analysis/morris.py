"""Screening by elementary effects: which levers matter at all, for few runs.

    d_i = (y(x + delta e_i) - y(x)) / delta     on a grid of `LEVELS` levels, delta = LEVELS / (2 (LEVELS - 1))
    mu*_i = mean |d_i|,  mu_i = mean d_i,  sigma_i = sd d_i        over N trajectories

| symbol | meaning |
|---|---|
| x | levers, each scaled to [0, 1] over its range |
| mu* | mean size of the effect of crossing the whole range, in the outcome's unit |
| mu | the same with its sign: as large as mu* if the effect always has one direction |
| sigma | how much the effect depends on where the other levers stand: interaction or curvature |

Intervals: mu* as SALib gives them (normal, standard error by bootstrap over trajectories); mu and sigma by the
percentiles of a bootstrap of whole trajectories here, for SALib has none.

Sources: [Morris1991], mu* of [CampolongoEtAl2007]. Kernel: SALib [HermanUsher2017]. Rule: the design's seed decides all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.analysis.problems import problem_of, whole_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS: Final = 4
RESAMPLES: Final = 1000
LEVEL: Final = 0.95


@dataclass(frozen=True)
class Elementary:
    """Elementary effects of k levers; `low` and `high` of each are ends of its 95 % interval, float64 (k, 2)."""

    mu_star: Floats
    mu_star_span: Floats
    mu: Floats
    mu_span: Floats
    sigma: Floats
    sigma_span: Floats
    trajectories: int


def morris_points(k: int, trajectories: int, seed: int) -> Floats:
    """Return the design in the unit cube, float64 (N (k + 1), k), trajectory after trajectory."""
    from SALib.sample import morris

    points: Floats = np.asarray(morris.sample(problem_of(k), trajectories, num_levels=LEVELS, seed=seed))
    return points


def morris_indices(points: Floats, values: Floats, seed: int) -> Elementary:
    """Return the indices of a played design; trajectories with an undefined value are left out.

    Parameters
    ----------
    points : float64 (N (k + 1), k)
        As `morris_points` made them.
    values : float64 (N (k + 1),)
        The outcome at each point.
    seed : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        If fewer than two trajectories are whole.
    """
    from SALib.analyze import morris

    k = points.shape[1]
    kept = whole_blocks(values, k + 1)
    x, y = points[kept], values[kept]
    n = len(y) // (k + 1)
    if n < 2:
        raise ValueError("fewer than two whole trajectories")
    found = morris.analyze(problem_of(k), x, y, num_resamples=RESAMPLES, conf_level=LEVEL, num_levels=LEVELS, seed=seed)
    mu_star, half = (np.asarray(found[name], dtype=np.float64) for name in ("mu_star", "mu_star_conf"))
    effects = _effects(x.reshape(n, k + 1, k), y.reshape(n, k + 1))
    rng = np.random.default_rng([seed, n])
    again = effects[rng.integers(n, size=(RESAMPLES, n))]
    ends = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    return Elementary(
        mu_star, np.column_stack([np.maximum(mu_star - half, 0.0), mu_star + half]),
        np.asarray(found["mu"], dtype=np.float64), np.percentile(again.mean(axis=1), ends, axis=0).T,
        np.asarray(found["sigma"], dtype=np.float64), np.percentile(again.std(axis=1, ddof=1), ends, axis=0).T, n)


def _effects(x: Floats, y: Floats) -> Floats:
    """Return the elementary effects, float64 (N, k): each step of a trajectory moves one lever."""
    steps = np.diff(x, axis=1)
    lever = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, lever[:, :, None], axis=2)[:, :, 0]
    out = np.empty((len(x), x.shape[2]))
    np.put_along_axis(out, lever, np.diff(y, axis=1) / size, axis=1)
    return out
