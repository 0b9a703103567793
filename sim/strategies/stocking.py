"""How much resellers order: the newsvendor's quantile of what they hope to sell, hope included.

    ratio (p - c) / (p - s): margin lost by a unit too few against margin and loss of a unit too many
    demand over the cover period ~ Poisson(bias x rate x cover), taken as normal: S = m + z(ratio) sqrt(m)
    order S - stock once that is at least the smallest order

Optimism (bias > 1) is what stuffs the channel (压货); with bias 1 and no salvage S is the textbook stock.

Notation: price p, unit cost c and salvage s in fen; rate units a day, m and S units; (n,) resellers.

Sources: newsvendor domain 2.8 and 4.9; optimism 1.2 to 2 domain 4.9.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_ALMOST = 1e-6


def critical_ratio(price: float, cost: float, salvage: float) -> float:
    """Return (p - c) / (p - s), the chance that the best stock meets all demand; clipped to [0, 1]."""
    if price <= salvage:
        return 0.0
    return min(1.0, max(0.0, (price - cost) / (price - salvage)))


def order_up_to(mean: Floats, ratio: Floats) -> Ints:
    """Return the newsvendor's stock for Poisson demand of some means, int64 (n,) units.

    Parameters
    ----------
    mean : float64 (n,)
        Expected demand over the cover period, units.
    ratio : float64 (n,), [0, 1]
        Critical ratios.
    """
    levels, which = np.unique(ratio, return_inverse=True)
    normal = NormalDist()
    z = np.array([normal.inv_cdf(min(1.0 - _ALMOST, max(_ALMOST, level))) for level in levels.tolist()])
    stock = np.where(ratio > 0.0, mean + z[which] * np.sqrt(mean), 0.0)
    return np.maximum(0, np.floor(stock + 0.5)).astype(np.int64)


def smoothed(rate: Floats, sold: Ints, days: float) -> Floats:
    """Return the estimated sales a day after today's, exponentially weighted over `days`."""
    return rate + (sold - rate) / days
