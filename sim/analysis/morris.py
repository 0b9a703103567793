"""Screening by elementary effects: which levers matter at all, for few runs.

    d_i = (y(x + delta e_i) - y(x)) / delta     on a grid of `LEVELS` levels, delta = LEVELS / (2 (LEVELS - 1))
    mu*_i = mean |d_i|,  mu_i = mean d_i,  sigma_i = sd d_i        over N trajectories

| symbol | meaning |
|---|---|
| x | levers, each scaled to [0, 1] over its range |
| mu* | mean size of the effect of crossing the whole range, in the outcome's unit |
| mu | the same with its sign: as large as mu* if the effect always has one direction |
| sigma | how much the effect depends on where the other levers stand: interaction or curvature |

Steps are those that were really taken: a lever of whole numbers moves by whole numbers, not by delta.

Intervals: trajectories are independent of one another, so mu* and mu get the t interval of their mean. SALib's own, normal
with a bootstrap's standard error, holds the truth in 91 % instead of 95 % of designs of 10 trajectories; ours in 95 %. That
of sigma is by the percentiles of a bootstrap of whole trajectories, and a rough one: 85 to 98 % at 10, 93 to 99 % at 30.

Sources: [Morris1991], mu* of [CampolongoEtAl2007]; design by SALib [HermanUsher2017]. Rule: the design's seed decides all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.analysis.intervals import LEVEL, mean_interval
from sim.analysis.problems import problem_of, whole_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS: Final = 4
RESAMPLES: Final = 1000


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
        As `morris_points` made them, or where levers stood when each was brought to a value that it can have.
    values : float64 (N (k + 1),)
        The outcome at each point.
    seed : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        If fewer than two trajectories are whole.
    """
    k = points.shape[1]
    kept = whole_blocks(values, k + 1)
    x, y = points[kept], values[kept]
    n = len(y) // (k + 1)
    if n < 2:
        raise ValueError("fewer than two whole trajectories")
    effects = _effects(x.reshape(n, k + 1, k), y.reshape(n, k + 1))
    size = np.abs(effects)
    again = effects[np.random.default_rng([seed, n]).integers(n, size=(RESAMPLES, n))].std(axis=1, ddof=1)
    star, mean = _spans(size), _spans(effects)
    return Elementary(size.mean(axis=0), np.maximum(star, 0.0), effects.mean(axis=0), mean, effects.std(axis=0, ddof=1),
                      np.percentile(again, [50 * (1 - LEVEL), 50 * (1 + LEVEL)], axis=0).T, n)


def _spans(effects: Floats) -> Floats:
    """Return the ends of the t interval of each column's mean, float64 (k, 2)."""
    found = [mean_interval(column, LEVEL) for column in effects.T]
    return np.array([[one.low, one.high] for one in found])


def _effects(x: Floats, y: Floats) -> Floats:
    """Return the elementary effects, float64 (N, k): each step of a trajectory moves one lever."""
    steps = np.diff(x, axis=1)
    lever = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, lever[:, :, None], axis=2)[:, :, 0]
    out = np.empty((len(x), x.shape[2]))
    change = np.diff(y, axis=1)
    np.put_along_axis(out, lever, np.divide(change, size, out=np.zeros_like(change), where=size != 0), axis=1)
    return out
