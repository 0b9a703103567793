"""Rebates of `dual_rebate` on trees that it grew itself, checked order by order against the tree of that morning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.core import interrupts
from sim.core.accounts import Account, Purpose
from sim.model.schedule import step
from sim.model.state import start
from sim.scenario.spec import ScenarioSpec
from sim.verification.check import Check, exact, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.model.state import RunState
    from sim.records.verification import Figure

RATES = (0.15, 0.075, 0.0375)
TIERS: tuple[dict[str, Any], ...] = ({"name": "entry", "price_share": 0.65}, {"name": "level one", "price_share": 0.5, "units": 12},
         {"name": "general", "price_share": 0.4, "units": 20})
TOP = 2
LIST_FEN = 12_800


@dataclass(frozen=True)
class Scheme:
    """A grown network of `dual_rebate`, with what each day's orders and rebates were; `entry`: levels on first orders."""

    paid: dict[Purpose, int]
    due: dict[Purpose, int]
    deep: list[float]
    entry: int
    state: RunState


def part(value: int, share: float) -> int:
    """Return a share of a value, floored to the fen."""
    return value * round(share * 1_000_000) // 1_000_000


def owed(table: Any, row: int, order: tuple[int, int, int], rebates: dict[str, Any]) -> tuple[dict[Purpose, int], float]:
    """Return what one order (units, unit price, first) owes by purpose, and its level rebates if nobody is missing."""
    quantity, unit, first = order
    value, chain, up = quantity * unit, [], int(table.upline[row])
    while up >= 0:
        chain.append(up)
        up = int(table.upline[up])
    tier, gone = table.tier.tolist(), (table.left >= 0).tolist()
    heads = [row, *chain]
    risen = [0 < tier[below] >= tier[above] for below, above in zip(heads, chain, strict=False)]
    broken = [rebates["breakaway"] and any(risen[: nth + 1]) for nth in range(len(chain))]
    may = [above for nth, above in enumerate(chain) if not broken[nth] and not gone[above]]
    paid = [part(value, rate) for nth, rate in enumerate(rebates["levels"]) if nth < len(chain) and chain[nth] in may]
    higher = [above for above in chain if tier[above] > tier[row] and not gone[above]]
    unit_of = [part(LIST_FEN, t["price_share"]) for t in TIERS]
    direct = bool(chain) and not gone[chain[0]]
    due = {
        Purpose.LEVEL_REBATE: sum(paid),
        Purpose.TIER_SPREAD: quantity * max(0, unit - unit_of[tier[higher[0]]]) if higher else 0,
        Purpose.REFERRAL_REBATE: part(value, rebates["referral"]) if direct and first else 0,
        Purpose.SAME_LEVEL_REBATE: part(value, rebates["same_level"]) if direct and tier[row] == tier[chain[0]] == TOP else 0,
    }
    return due, sum(paid) / value if len(paid) == len(RATES) else math.nan


def grow(seed: int, **rebates: Any) -> Scheme:
    """Run dual rebate in a town and add up, order by order, what theory says is due."""
    given = {"referral": 0.1, "levels": list(RATES), "same_level": 0.04, "breakaway": True} | rebates
    spec = ScenarioSpec.model_validate({
        "people": 4_000, "days": 150, "seed": seed, "network": {"kind": "dunbar"},
        "brand": {"cash": 300_000, "product": {"price": LIST_FEN // 100, "unit_cost": 22}},
        "strategies": [{"kind": "dual_rebate", "founders": 20, "founder_units": 60, "tiers": TIERS, "rebates": given}],
        "mechanisms": {"recruiting": {"reseller_base": -2.0}}})
    state = start(spec, 0, audit=True)
    due = dict.fromkeys((Purpose.LEVEL_REBATE, Purpose.REFERRAL_REBATE, Purpose.SAME_LEVEL_REBATE, Purpose.TIER_SPREAD), 0)
    deep: list[float] = []
    entry = 0
    while state.day < spec.days:
        interrupts.heed()
        step(state)
        moved = state.yesterday.stock_moved
        orders = zip(moved.quantity.tolist(), moved.unit_fen.tolist(), moved.first.tolist(), strict=True)
        for row, order in zip(moved.buyer.tolist(), orders, strict=True):
            each, share = owed(state.world.resellers, row, order, given)
            due = {purpose: fen + each[purpose] for purpose, fen in due.items()}
            deep += [share] if share > 0 else []
            entry += each[Purpose.LEVEL_REBATE] if order[2] else 0
    flows = state.ledger.flows.total()
    paid = {purpose: int(flows[Account.BRAND, Account.RESELLER, purpose]) for purpose in due}
    return Scheme(paid, due, deep, entry, state)


@cache
def grown(seed: int) -> Scheme:
    """Return the scheme with all its rebates."""
    return grow(seed)


def rebates_due(seed: int) -> Iterator[Figure]:
    """Every fen of every rebate, against the tree of the day."""
    scheme = grown(seed)
    for purpose, due in scheme.due.items():
        yield exact(f"{purpose.name.lower()}, fen", scheme.paid[purpose], due)
    for purpose in (Purpose.LEVEL_REBATE, Purpose.REFERRAL_REBATE, Purpose.TIER_SPREAD):
        require(scheme.paid[purpose] > 0, f"no {purpose.name.lower()} was paid")


def geometric_payout(seed: int) -> Iterator[Figure]:
    """The most and the least that a sale deep in the tree pays, a share of its value; shares are cut to whole fen."""
    scheme = grown(seed)
    require(len(scheme.deep) > 20, "hardly any sale is deep in the tree")
    closed = 0.15 * (1 - 0.5**3) / (1 - 0.5)
    require(closed == 0.2625, "theory is not the published figure")
    require(max(scheme.deep) <= closed, "more was paid than promised")
    yield exact("c = .15, r = .5, L = 3: most", max(scheme.deep), closed, 3 / 1_000)
    yield exact("c = .15, r = .5, L = 3: least", min(scheme.deep), closed, 3 / 1_000)


CHECKS = (
    Check("rebates", "Σ over orders of ⌊rate × value⌋ to those above, by level, tier, referral and same level; paid = owed",
          ("Emek2011",), rebates_due),
    Check("geometric_payout", "share of a sale paid = c(1 - r^L)/(1 - r)", ("Emek2011",), geometric_payout),
)
