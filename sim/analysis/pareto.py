"""Which candidates nobody beats, what the worst tenth of cases looks like, and draws that spread evenly.

Candidate a beats b if it is no worse in any goal and better in one [Pareto1906]; the front is whatever nobody beats.

Worst tenth: the mean of the worst ceil(R / 10) of R values. With R a multiple of ten that is conditional value at risk at
90 % [RockafellarUryasev2000]; with 4 it is the worst of 4, with 16 the mean of the worst 2: only what rests on as many
values can be compared.

Draws: row r is (shift + r a) mod 1 with a_j = g^-(j+1), g the positive root of g^(d+1) = g + 1: a Kronecker sequence
[Niederreiter1992], nearly as even on each axis as a Latin hypercube, and extensible: the first rows stay when more are
asked for.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_TENTH = 0.1


def front(points: Floats, more: Sequence[bool]) -> NDArray[np.bool_]:
    """Return which points nobody beats, bool (n,); undefined ones are never among them.

    Parameters
    ----------
    points : float64 (n, goals)
        A row a candidate.
    more : sequence of bool
        Whether more is better, goal by goal.
    """
    gain = np.where(np.asarray(more, dtype=bool), points, -points)
    known = np.isfinite(gain).all(axis=1)
    out = np.zeros(len(gain), np.bool_)
    for i in np.flatnonzero(known):
        others = gain[known]
        beaten = (others >= gain[i]).all(axis=1) & (others > gain[i]).any(axis=1)
        out[i] = not beaten.any()
    return out


def worst_tenth(values: Floats, *, more: bool) -> float:
    """Return the mean of the worst tenth of defined values (at least one); NaN if there is none."""
    known = np.sort(values[np.isfinite(values)])
    if not len(known):
        return float("nan")
    count = ceil(_TENTH * len(known))
    return float((known[:count] if more else known[-count:]).mean())


def even_draws(count: int, dimensions: int, seed: int) -> Floats:
    """Return points that fill the unit cube evenly, float64 (count, dimensions)."""
    golden = 2.0
    for _ in range(64):
        golden = (1.0 + golden) ** (1.0 / (dimensions + 1))
    step = golden ** -np.arange(1.0, dimensions + 1)
    shift = np.random.default_rng(seed).random(dimensions)
    draws: Floats = (shift + np.arange(count)[:, None] * step) % 1.0
    return draws
