"""How much resellers order (囤货): the newsvendor's quantile of what they hope to sell, hope included.

    ratio   (p - c) / (p - s): margin lost by a unit too few against margin and loss of a unit too many
    demand  over the cover period ~ Poisson(optimism x rate x cover)
    stock   S = least k with P(demand <= k) >= ratio; ordered is S - stock, once that is the smallest order
    rate    r <- r + (sold - r) / `memory` on days that began or ended with stock, from what a newcomer expects

Optimism (above 1) is what stuffs the channel (压货); with 1 and no salvage S is the textbook stock.

Notation: price p less the parcel, unit cost c and salvage s in fen; rate r units a day, S units; (n,) resellers.

Sources: newsvendor [ArrowHarrisMarschak1951], domain 2.8 and 4.9; optimism 1.2 to 2 domain 4.9; the rest assumed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, kernel
from sim.core.maths import exp_, normal_quantile
from sim.core.params import ASSUMPTION, Days, Params, PerDay, param

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_LARGE = 500.0
"""Mean from which a Poisson count is taken for a normal one: e^-mean would soon be lost in rounding."""
_ALMOST = 1.0 - 1e-9


class StockParams(Params):
    """How resellers restock."""

    buy_in: int = param(10, source="market 7", low=2, high=40, ge=0, le=100_000, doc="Units a newcomer must order",
                        zh="首单件数")
    least: int = param(5, source=ASSUMPTION, low=1, high=20, ge=1, le=100_000, doc="Units of the smallest later order",
                       zh="最小补货量")
    every_days: int = param(7, source="scenario", ge=1, le=365, doc="Days between looks at one's stock", zh="补货间隔")
    cover: Days = param(14.0, source=ASSUMPTION, low=7, high=45, gt=0, unit="days", doc="Days that an order is to last",
                        zh="备货天数")
    optimism: float = param(1.5, source="domain 4.9", low=1.2, high=2.0, ge=0, le=100,
                            doc="What resellers expect to sell, as a multiple of what they sold", zh="乐观系数")
    expects: PerDay = param(0.1, source=ASSUMPTION, low=0.03, high=0.3, le=1000,
                            doc="Units a day that a newcomer expects before having sold any", zh="新代理预期日销")
    memory: Days = param(14.0, source=ASSUMPTION, low=7, high=60, ge=1, unit="days",
                         doc="Time over which own sales are averaged", zh="销量记忆")


def critical_ratio(price_fen: float, cost_fen: Floats, salvage_fen: Floats) -> Floats:
    """Return (p - c) / (p - s), [0, 1], float64 (n,); 0 where a sale earns nothing, 1 where nothing can be lost."""
    gain, loss = np.maximum(price_fen - cost_fen, 0.0), np.maximum(cost_fen - salvage_fen, 0.0)
    ratio: Floats = gain / np.where(gain + loss > 0.0, gain + loss, 1.0)
    return ratio


@kernel()
def poisson_stock(mean: Array, ratio: Array, out: Array) -> None:
    """Write the least k with P(D <= k) >= ratio of Poisson counts; 0 where nothing is expected, or nothing earned.

    mean (units), ratio ([0, 1]), out (units): (m,), one a reseller.
    """
    for j in range(len(mean)):
        m, r = mean[j], min(ratio[j], _ALMOST)
        if m <= 0.0 or r <= 0.0:
            out[j] = 0
        elif m > _LARGE:
            out[j] = max(0, math.ceil(m + math.sqrt(m) * normal_quantile(r) - 0.5))
        else:
            k, p = 0, exp_(-m)
            total = p
            while total < r:
                k += 1
                p *= m / k
                total += p
                if p < 1e-18 and k > m:
                    break
            out[j] = k


def wanted(rate: Floats, ratio: Floats, stock: Ints, params: StockParams) -> Ints:
    """Return the units that resellers order when they look at their stock, int64 (n,); 0: nothing."""
    level = np.empty(len(rate), np.int64)
    poisson_stock(params.optimism * params.cover * rate, ratio, level)
    short = np.maximum(level - stock, 0)
    return np.where(short >= params.least, short, 0)
