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

from sim.core.kernel import Array, Number, kernel
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
def poisson_level(mean: float, ratio: float) -> Number:
    """Return the least k with P(D <= k) >= ratio of a Poisson count; 0 where nothing is expected, or nothing earned."""
    r = min(ratio, _ALMOST)
    if mean <= 0.0 or r <= 0.0:
        return 0
    if mean > _LARGE:
        return max(0, math.ceil(mean + math.sqrt(mean) * normal_quantile(r) - 0.5))
    k, p = 0, exp_(-mean)
    total = p
    while total < r:
        k += 1
        p *= mean / k
        total += p
        if p < 1e-18 and k > mean:
            break
    return k


@kernel()
def poisson_stock(mean: Array, ratio: Array, out: Array) -> None:
    """Write `poisson_level` of each; mean (units), ratio ([0, 1]), out (units): (m,), one a reseller."""
    for j in range(len(mean)):
        out[j] = poisson_level(mean[j], ratio[j])


@kernel()
def list_orders(here: Array, turn: Array, bought: Array, joined: Array, tier: Array, stock: Array, of: int, rate: Array,
                unit_fen: Array, ratio: Array, hope: float, least: int, founder_units: int, buy_in: int, row: Array,
                units: Array, price: Array) -> int:
    """List who orders how much today, and at what price; returns how many they are.

    Parameters
    ----------
    here, turn : bool (R,), who is there, and whose day it is to look at their stock: newcomers order at once
    bought, joined, tier, rate : (R,); stock : int64 (R, P), of which `of` is the product
    unit_fen, ratio : (tiers,), price of a unit, and the newsvendor's ratio; hope : days of sales that an order is for
    least : units of the smallest later order; founder_units, buy_in : first orders, of those of day 0 and of the others
    row, units, price : int64 (R,), written
    """
    n = 0
    for r in range(len(here)):
        if not here[r] or not (turn[r] or bought[r] == 0):
            continue
        k = min(tier[r], len(unit_fen) - 1)
        if bought[r] == 0:
            wanted = founder_units if joined[r] == 0 else buy_in
        else:
            wanted = max(poisson_level(hope * rate[r], ratio[k]) - stock[r, of], 0)
            if wanted < least:
                wanted = 0
        if wanted > 0:
            row[n], units[n], price[n] = r, wanted, unit_fen[k]
            n += 1
    return n
