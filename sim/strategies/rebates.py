"""Who is owed what when a reseller restocks: spread, referral, levels, same level.

Value v = quantity x unit price of a stock order from the brand, buyer a, uplines u_1 (direct), u_2 ... u_L:

    tier spread       quantity x (unit of a - unit of u) to the first upline u of a higher tier
    referral rebate   rho_1 v on a's first order, to u_1
    level rebate      rho_l v to u_l, l = 1..L
    same-level        rho_s v to u_1 where a and u_1 both have the top tier
    breakaway         a branch whose head has the top tier has left: nobody above it gets spread or level rebates

Whoever has given up gets nothing; what is not paid stays with the brand. Shares are floored to the fen.

| symbol | array | shape |
|---|---|---|
| above | rows of uplines, direct first, -1 beyond the root | (n, L) |
| tier | tier of the reseller, 0 lowest | (R,) |

Sources: domain 4.9 (levels 10/5/3 %, referral 5-15 %, same level 3-5 %), closed forms domain 2.8.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.exchange.postings import floor_share

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def eligible(above: Ints, buyer: Ints, tier: Ints, active: Bools, top: int) -> Bools:
    """Return who above each buyer still belongs to the branch and to the business, bool (n, L).

    Parameters
    ----------
    above : int64 (n, L)
    buyer : int64 (n,)
        Row of the buyer.
    tier : int64 (R,)
    active : bool (R,)
    top : int
        Tier at which a branch breaks away; above every tier: never.
    """
    there = (above >= 0) & active[np.maximum(above, 0)]
    below = np.column_stack([buyer, above[:, :-1]]) if above.shape[1] else above
    headed = (below >= 0) & (tier[np.maximum(below, 0)] >= top)
    out: Bools = there & ~np.logical_or.accumulate(headed, axis=1)
    return out


def level_rebates(value_fen: Ints, may: Bools, rates: tuple[float, ...]) -> Ints:
    """Return what each upline is owed, int64 (n, L) fen; level l gets floor(rate_l v)."""
    owed = np.zeros(may.shape, np.int64)
    for level, rate in enumerate(rates):
        owed[:, level] = np.where(may[:, level], floor_share(value_fen, rate), 0)
    return owed


def tier_spread(quantity: Ints, unit_fen: Ints, above: Ints, may: Bools, tier_unit_fen: Ints, buyer_tier: Ints,
                tier: Ints) -> tuple[Ints, Ints]:
    """Return (row, fen) of the spread that each order pays: to the first upline of a higher tier, -1 and 0 if none.

    Parameters
    ----------
    tier_unit_fen : int64 (K,)
        Unit price of each tier.
    """
    n = len(quantity)
    rank = np.where(above >= 0, tier[np.maximum(above, 0)], -1)
    higher = may & (rank > buyer_tier[:, None])
    first = higher.argmax(axis=1) if above.shape[1] else np.zeros(n, np.int64)
    some = higher.any(axis=1)
    at = (np.arange(n), first)
    row = np.where(some, above[at], -1) if above.shape[1] else np.full(n, -1, np.int64)
    theirs = tier_unit_fen[np.maximum(rank[at], 0)] if above.shape[1] else unit_fen
    amount = np.where(some, quantity * np.maximum(0, unit_fen - theirs), 0)
    return row.astype(np.int64), amount.astype(np.int64)
