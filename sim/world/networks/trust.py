"""How far people trust each other at the start: Beta quantiles by layer, drawn from the pair.

    T_ij = Q_l(u),  u uniform from (seed, i, j),  Q_l the quantile of Beta(m_l c, (1 - m_l) c)

Both directions of a pair share one u with chance `reciprocity`, otherwise each draws its own: the
correlation of T_ij and T_ji is then exactly that chance. Mutual ratings among over-the-counter
traders correlate .61 [Kumar2016].

Notation: m_l mean trust of layer l, c concentration, Q a table of N_QUANTILES midpoints.
Source: layer means, domain 4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.draws import draw64, key_of, pair
from sim.core.kernel import kernel
from sim.core.maths import exp_, log_
from sim.world.ties import SIZE_ONE

if TYPE_CHECKING:
    from sim.world.columns import Reals, Weights

N_QUANTILES = 1024
_CELLS = 8192
_LOW32 = np.uint64(0xFFFFFFFF)
_TOP10 = np.uint64(54)


@kernel()
def _beta_quantiles(a: float, b: float, cells: int, out: Reals) -> None:
    """Write the quantiles at (k + 1/2) / len(out) of Beta(a, b), by the midpoint rule.

    The substitution x = t^2 (3 - 2t) takes the end singularities away for a, b >= 1/2, and only
    our own exp and log are used, so that the table is the same on every platform.
    """
    total = 0.0
    for cell in range(cells):
        t = (cell + 0.5) / cells
        x = t * t * (3.0 - 2.0 * t)
        total += exp_((a - 1.0) * log_(x) + (b - 1.0) * log_(1.0 - x)) * t * (1.0 - t)
    done = 0.0
    k = 0
    for cell in range(cells):
        t = (cell + 0.5) / cells
        x = t * t * (3.0 - 2.0 * t)
        step = exp_((a - 1.0) * log_(x) + (b - 1.0) * log_(1.0 - x)) * t * (1.0 - t)
        while k < len(out) and (k + 0.5) / len(out) * total <= done + step:
            inside = (cell + ((k + 0.5) / len(out) * total - done) / step) / cells
            out[k] = inside * inside * (3.0 - 2.0 * inside)
            k += 1
        done += step
    while k < len(out):
        out[k] = 1.0
        k += 1


def quantile_table(means: tuple[float, ...], concentration: float | None) -> Weights:
    """Return packed trust at the midpoint quantiles, one row a layer.

    Parameters
    ----------
    means : float (L,), [0, 1]
        Mean trust of each layer; 0 and 1 are constants.
    concentration : float > 0, or None
        a + b of the Beta distribution; None makes every layer constant.

    Returns
    -------
    uint16 (L, N_QUANTILES)
    """
    table = np.empty((len(means), N_QUANTILES), np.float64)
    for layer, mean in enumerate(means):
        if concentration is None or not 0.0 < mean < 1.0:
            table[layer] = mean
        else:
            _beta_quantiles(mean * concentration, (1.0 - mean) * concentration, _CELLS, table[layer])
    return np.floor(table * SIZE_ONE + 0.5).astype(np.uint16)


def trust_keys(seed: int) -> tuple[np.uint64, np.uint64]:
    """Return the keys of the shared and the one-sided draw."""
    return key_of(seed, "network.trust.pair", 0), key_of(seed, "network.trust.side", 0)


@kernel()
def draw_weight(i: int, j: int, layer: int, pair_key: int, side_key: int, shared: int, table: Weights) -> int:
    """Return the packed trust of listener j in speaker i; `shared` is a threshold."""
    both = np.uint64(draw64(pair_key, pair(min(i, j), max(i, j))))
    own = np.uint64(draw64(side_key, pair(i, j)))
    z = both if np.int64(both & _LOW32) < shared else own
    return int(table[layer, np.int64(z >> _TOP10)])

