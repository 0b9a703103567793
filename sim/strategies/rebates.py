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
| v, q | value in fen and units of an order | (m,) |
| upline | row of the direct upline, -1 at the root | (R,) |
| tier, here | tier of each reseller, 0 lowest, and whether they are still there | (R,) |

Sources: domain 4.9 (levels 10/5/3 %, referral 5-15 %, same level 3-5 %), closed forms domain 2.8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Purpose
from sim.core.kernel import Array, Number, kernel
from sim.core.params import Fen, Params, Share, param
from sim.exchange.events import StockMoved
from sim.exchange.kept import once
from sim.exchange.view import ResellersView

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_REFERRAL, _LEVEL = int(Purpose.REFERRAL_REBATE), int(Purpose.LEVEL_REBATE)
_PEER, _SPREAD = int(Purpose.SAME_LEVEL_REBATE), int(Purpose.TIER_SPREAD)


class RebateParams(Params):
    """Rebates on what others order."""

    referral: Share = param(0.10, source="domain 4.9", low=0.05, high=0.15, doc="Rebate on a recruit's first order",
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
class Owed:
    """Amounts owed to rows of the resellers' table, and for what; entry_fen: level rebates on first orders among them."""

    row: Ints
    amount_fen: Ints
    purpose: Ints
    entry_fen: int = 0


@kernel()
def is_cut_off(buyer: int, level: int, upline: Array, tier: Array) -> bool:
    """Return whether somebody between a buyer and the upline at a level has risen to the tier of their own upline.

    upline, tier: (R,).
    """
    below = buyer
    for _ in range(level):
        at = upline[below]
        if tier[below] > 0 and tier[below] >= tier[at]:
            return True
        below = at
    return False


@kernel()
def first_higher(buyer: int, upline: Array, tier: Array, here: Array) -> Number:
    """Return the nearest upline of a higher tier who is still there, -1 where there is none; upline, tier, here: (R,)."""
    at = upline[buyer]
    while at >= 0 and not (here[at] and tier[at] > tier[buyer]):
        at = upline[at]
    return at


@kernel()
def pay_direct(buyer: Array, value: Array, due: Array, upline: Array, here: Array, share: int, row: Array, amount: Array,
               n: int) -> int:
    """Write from place n what direct uplines who are still there get of the orders that are `due`; returns the next place.

    buyer, value, due: (m,), orders; upline, here: (R,); share: parts per million; row, amount: written.
    """
    for k in range(len(buyer)):
        at = upline[buyer[k]]
        if due[k] and at >= 0 and here[at]:
            row[n], amount[n] = at, value[k] * share // 1_000_000
            n += 1
    return n


@kernel()
def pay_levels(buyer: Array, value: Array, due: Array, upline: Array, tier: Array, here: Array, shares: Array,
               breakaway: bool, row: Array, amount: Array, n: int) -> int:
    """Write from place n the level rebates of the orders that are `due`; returns the next place.

    buyer, value, due: (m,), orders; upline, tier, here: (R,); shares: (L,), parts per million; row, amount: written.
    """
    for level in range(1, len(shares) + 1):
        for k in range(len(buyer)):
            at = buyer[k]
            for _ in range(level):
                at = upline[at] if at >= 0 else -1
            if due[k] and at >= 0 and here[at] and not (breakaway and is_cut_off(buyer[k], level, upline, tier)):
                row[n], amount[n] = at, value[k] * shares[level - 1] // 1_000_000
                n += 1
    return n


@kernel()
def pay_orders(buyer: Array, supplier: Array, product: Array, quantity: Array, unit_fen: Array, first: Array, sold: int,
               mine: Array, here: Array, upline: Array, tier: Array, tier_fen: Array, shares: Array, breakaway: bool,
               spread: bool, row: Array, amount: Array, purpose: Array) -> tuple[Number, ...]:
    """Write who is owed what of today's orders from the brand; returns how many rows, and the level rebates on first orders.

    Parameters
    ----------
    buyer, supplier, product, quantity, unit_fen, first : int64 (m,), what moved; sold : the product that pays
    mine, here : bool (R,), whose resellers they are, and whether they are still there
    upline, tier : int64 (R,), tier at most that of the last price; tier_fen : int64 (tiers,), price of a unit, falling
    shares : int64 (2 + L,), parts per million: referral, same level, levels
    row, amount, purpose : int64, written, up to (3 + L) m
    """
    m, top, n = len(buyer), len(tier_fen) - 1, 0
    who, value, units = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
    is_first, is_later, is_peer = np.empty(m, np.bool_), np.empty(m, np.bool_), np.empty(m, np.bool_)
    for k in range(m):
        b = buyer[k]
        if supplier[k] < 0 and product[k] == sold and mine[b]:
            who[n], units[n], value[n] = b, quantity[k], quantity[k] * unit_fen[k]
            is_first[n], is_later[n] = first[k] > 0, first[k] <= 0
            is_peer[n] = top > 0 and tier[b] >= top and upline[b] >= 0 and tier[upline[b]] >= top
            n += 1
    who, levels = who[:n], shares[2:]
    referred = pay_direct(who, value, is_first, upline, here, shares[0], row, amount,
                          np.int64(0))  # a constant would be another type, and compiled once more
    entered = pay_levels(who, value, is_first, upline, tier, here, levels, breakaway, row, amount, referred)
    levelled = pay_levels(who, value, is_later, upline, tier, here, levels, breakaway, row, amount, entered)
    paired = pay_direct(who, value, is_peer, upline, here, shares[1], row, amount, levelled)
    end = paired
    for k in range(len(who) if spread else 0):
        at = first_higher(who[k], upline, tier, here)
        if at >= 0:
            row[end], amount[end] = at, (tier_fen[tier[who[k]]] - tier_fen[tier[at]]) * units[k]
            end += 1
    entry = 0
    for k in range(end):
        if k < referred:
            purpose[k] = _REFERRAL
        elif k < levelled:
            purpose[k] = _LEVEL
            entry += amount[k] if k < entered else 0
        else:
            purpose[k] = _PEER if k < paired else _SPREAD
    return end, entry


def _parts_per_million(plan: RebateParams) -> Ints:
    """Return the shares of a plan as `pay_orders` wants them, int64 (2 + L,)."""
    return np.array([round(share * 1_000_000) for share in (plan.referral, plan.same_level, *plan.levels)], np.int64)


def owed_on(moved: StockMoved, product: int, table: ResellersView, mine: Bools, here: Bools, tier_fen: Ints,
            plan: RebateParams) -> Owed:
    """Return what today's orders of a product from the brand pay to whom.

    Parameters
    ----------
    moved : StockMoved
        All stock that moved today.
    mine, here : bool (R,)
        Rows of the brand's resellers, and those of them who are still there.
    tier_fen : int64 (tiers,)
        Price of a unit by tier, falling; whoever has a higher tier by another strategy counts as having the last.
    """
    room = len(moved.buyer) * (3 + len(plan.levels))
    row, amount, purpose = np.empty((3, room), np.int64)
    if not room:
        return Owed(row, amount, purpose)
    n, entry = pay_orders(
        moved.buyer, moved.supplier, moved.product, moved.quantity, moved.unit_fen, moved.first, product, mine, here,
        table.upline, np.minimum(table.tier, len(tier_fen) - 1), tier_fen, once(_parts_per_million, plan), plan.breakaway,
        plan.spread, row, amount, purpose)
    return Owed(row[:n], amount[:n], purpose[:n], entry)
