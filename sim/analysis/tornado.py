"""The ends of a tornado's bars: what an outcome is where one lever is low and where it is high, all others alike.

Levers of a design of few points are never quite balanced: where one of them is low, another is high by chance. So the
straight-line effect of all other levers is taken out before means are formed:

    y_p = a + sum_j b_j x_pj + rest_p                                  least squares over all points
    end of lever k = mean over its points of [ y_p - sum_{j != k} b_j (x_pj - mean x_j) ]

over the points in the lowest, or the highest, quarter of the range of k. What bends in lever k itself is kept. Intervals
are 95 % percentiles of a bootstrap that draws whole blocks of the design (trajectories, rows), for the points of a block
share their levers [EfronTibshirani1993]. Everything is linear in sums over blocks, so a resample costs no pass over points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.problems import whole_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RESAMPLES = 1000
QUARTER = 0.25
_ENDS = (2.5, 97.5)


@dataclass(frozen=True)
class Bars:
    """Ends of k bars, each a mean and the two ends of its interval, float64 (k, 3).

    Parameters
    ----------
    low, high : float64 (k, 3)
        Outcome in the lowest and in the highest quarter of a lever's range; NaN where no point lies there.
    swing : float64 (k, 3)
        High less low; its interval is narrower than those of the ends tell, for both move together.
    """

    low: Floats
    high: Floats
    swing: Floats


def bars(points: Floats, values: Floats, size: int, seed: int) -> Bars:
    """Return the bars of a played design; blocks with an undefined value are left out.

    Parameters
    ----------
    points : float64 (B size, k)
        Points in the unit cube, block after block.
    values : float64 (B size,)
        The outcome at each.
    size : int
        Points of a block.
    seed : int
        Of the bootstrap.
    """
    kept = whole_blocks(values, size)
    x, y = points[kept], values[kept]
    n, k = len(y) // size, points.shape[1]
    if n == 0:
        nothing = np.full((k, 3), np.nan)
        return Bars(nothing, nothing.copy(), nothing.copy())
    centre = x.mean(axis=0)
    level = float(y.mean())
    sums = _Sums(x - centre, y - level, x <= QUARTER, x >= 1 - QUARTER, size)
    low, high = sums.ends(np.ones((1, n)))
    counts = np.random.default_rng([seed, n, k]).multinomial(n, np.full(n, 1 / n), size=RESAMPLES) if n > 1 else np.ones((1, n))
    lows, highs = sums.ends(counts.astype(np.float64))
    has_span = n > 1
    return Bars(_told(low[0] + level, lows + level, has_span=has_span), _told(high[0] + level, highs + level, has_span=has_span),
                _told(high[0] - low[0], highs - lows, has_span=has_span))


def _told(mean: Floats, again: Floats, *, has_span: bool) -> Floats:
    span = np.full((2, len(mean)), np.nan)
    known = np.isfinite(again).any(axis=0)
    if has_span and known.any():
        span[:, known] = np.nanpercentile(again[:, known], _ENDS, axis=0)
    return np.column_stack([mean, span.T])


class _Sums:
    """Sums over each block, of which those over any choice of blocks are made."""

    def __init__(self, x: Floats, y: Floats, is_low: NDArray[np.bool_], is_high: NDArray[np.bool_], size: int) -> None:
        k = x.shape[1]
        terms = np.column_stack([np.ones(len(y)), x, y]).reshape(-1, size, k + 2)
        self.squares = np.einsum("bpi,bpj->bij", terms, terms)
        self.parts = [np.einsum("bpl,bpi->bli", inside.reshape(-1, size, k).astype(np.float64), terms)
                      for inside in (is_low, is_high)]

    def ends(self, counts: Floats) -> tuple[Floats, Floats]:
        """Return the adjusted means at the low and at the high end, float64 (S, k), of S choices of blocks."""
        squares = np.einsum("sb,bij->sij", counts, self.squares)
        slopes = (np.linalg.pinv(squares[:, :-1, :-1], hermitian=True) @ squares[:, :-1, -1:])[:, 1:, 0]
        low, high = (self._adjusted(np.einsum("sb,bli->sli", counts, part), slopes) for part in self.parts)
        return low, high

    @staticmethod
    def _adjusted(part: Floats, slopes: Floats) -> Floats:
        number, x, y = part[:, :, 0], part[:, :, 1:-1], part[:, :, -1]
        others = np.einsum("sli,si->sl", x, slopes) - np.einsum("sll,sl->sl", x, slopes)
        out: Floats = np.divide(y - others, number, out=np.full(number.shape, np.nan), where=number > 0)
        return out
