"""Who is owed what when a reseller restocks: referral, levels, same level, spread, as pure functions of arrays.

A reseller a orders goods worth v from the brand. Above a stands a chain of uplines u_1 (direct), u_2 ... u_L:

    referral rebate   rho_1 v to u_1, on a's first order only
    level rebates     rho_l v to u_l, l = 1..L
    same-level        rho_s v to u_1 where a and u_1 both have the top tier
    tier spread       q (unit of a - unit of u) for q units to the first upline u of a higher tier
    breakaway         level rebates stop at a downline who has risen to its upline's tier: nobody above gets any

Whoever has given up gets nothing and keeps their place; what is not paid stays with the brand. Shares are
floored to the fen. Nobody has risen to the lowest tier, so nothing breaks away there.

| symbol | array | shape |
|---|---|---|
| v, q | value in fen and units of an order | (n,) |
| above | rows of uplines, direct first, -1 beyond the root | (n, L) |
| tier, here | tier of each reseller, 0 lowest, and whether they are still there | (R,) |

Sources: domain 4.9 (levels 10/5/3 %, referral 5-15 %, same level 3-5 %), closed forms domain 2.8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Purpose
from sim.core.params import Fen, Params, Share, param
from sim.exchange.postings import floor_share

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class RebateParams(Params):
    """Rebates on what others order."""

    referral: Share = param(0.10, source="domain 4.9", low=0.05, high=0.15, doc="Of a recruit's first order (rho_1)",
                            zh="推荐返利")
    levels: tuple[Share, ...] = param((0.10, 0.05, 0.03), source="domain 4.9", max_length=3,
                                      doc="Of every order, to the uplines at distance 1, 2, 3", zh="层级返利")
    same_level: Share = param(0.04, source="domain 4.9", low=0.03, high=0.05,
                              doc="To a top reseller, of the orders of a direct recruit who has the top tier too",
                              zh="同级返利")
    breakaway: bool = param(True, source="scenario", zh="脱离",
                            doc="A recruit who rises to the upline's tier leaves the upline's branch")
    spread: bool = param(True, source="scenario", zh="级差",
                         doc="What a tier pays more than the next upline's goes to that upline; false: to the brand")
    head_count: Fen = param(0, source="scenario", unit="fen", zh="人头奖",
                            doc="Paid to the sponsor for each recruit, whatever they buy; unlawful in China")

    @property
    def levels_paid(self) -> int:
        """Levels of uplines that an order, or a recruit, pays by a share; the spread of prices is no rebate."""
        deepest = max((level for level, rate in enumerate(self.levels, start=1) if rate > 0), default=0)
        return max(deepest, int(self.referral > 0 or self.same_level > 0 or self.head_count > 0))


@dataclass(frozen=True)
class Pay:
    """Amounts owed to rows of the resellers' table for one purpose."""

    row: Ints
    amount_fen: Ints
    purpose: Purpose


def direct_pay(value: Ints, direct: Ints, paid: Bools, here: Bools, share: float, purpose: Purpose) -> Pay:
    """Return a share of some orders for the direct uplines who are still there.

    Parameters
    ----------
    value, direct : int64 (n,)
    paid : bool (n,)
        Orders that are paid for: first ones, or those where both have the top tier.
    here : bool (R,)
    """
    k = (paid & (direct >= 0)).nonzero()[0]
    k = k[here[direct[k]]]
    return Pay(direct[k], floor_share(value[k], share), purpose)


def level_pay(value: Ints, buyer: Ints, above: Ints, tier: Ints, here: Bools, params: RebateParams) -> Pay:
    """Return the level rebates of some orders.

    Parameters
    ----------
    value, buyer : int64 (n,)
    above : int64 (n, at least as many as there are levels)
    tier : int64 (R,)
    here : bool (R,)
    """
    rows, amounts = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    if not len(buyer):
        return Pay(rows[0], amounts[0], Purpose.LEVEL_REBATE)
    below, joined = buyer, np.ones(len(buyer), np.bool_)
    for level, rate in enumerate(params.levels):
        at = above[:, level]
        known = at >= 0
        if params.breakaway:
            joined = joined & ~(known & (tier[below] > 0) & (tier[below] >= tier[np.maximum(at, 0)]))
        k = (known & joined).nonzero()[0]
        k = k[here[at[k]]]
        rows.append(at[k])
        amounts.append(floor_share(value[k], rate))
        below = np.where(known, at, below)
    return Pay(np.concatenate(rows), np.concatenate(amounts), Purpose.LEVEL_REBATE)


def spread_pay(units: Ints, buyer: Ints, upline: Ints, tier: Ints, here: Bools, tier_fen: Ints) -> Pay:
    """Return the tier spreads of some orders.

    Parameters
    ----------
    units, buyer : int64 (n,)
    upline, tier : int64 (R,)
    here : bool (R,)
    tier_fen : int64 (tiers,)
        Price of a unit by tier, falling.
    """
    higher = first_higher(buyer, upline, tier, here)
    k = (higher >= 0).nonzero()[0]
    gap = tier_fen[tier[buyer[k]]] - tier_fen[tier[higher[k]]]
    return Pay(higher[k], gap * units[k], Purpose.TIER_SPREAD)


def first_higher(buyer: Ints, upline: Ints, tier: Ints, here: Bools) -> Ints:
    """Return the nearest upline of a higher tier who is still there, -1 where there is none, int64 (n,)."""
    found = np.full(len(buyer), -1, np.int64)
    k, at = np.arange(len(buyer)), upline[buyer]
    while len(k):
        k, at = k[at >= 0], at[at >= 0]
        hit = here[at] & (tier[at] > tier[buyer[k]])
        found[k[hit]] = at[hit]
        k, at = k[~hit], upline[at[~hit]]
    return found
