"""What schemes pay: entry fees, levels and rebates in real postings, held against closed forms (domain 2.8).

The trees grow as in `test_trees`; here money moves. Fees and bonuses of a test strategy go through the
ledger, and what the resellers' table says at the end is compared with theory. Rebates are those of
`dual_rebate` on trees that it grew itself, checked order by order against the tree of that morning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from sim.core.accounts import Account, Purpose
from sim.exchange.actions import Actions
from sim.exchange.postings import Settlement, join_postings, postings
from sim.model.record import record_of
from sim.model.run import run_once
from sim.model.schedule import step
from sim.model.state import start
from sim.records.formulas import gini
from sim.scenario.spec import ScenarioSpec
from sim.strategies.rebates import RebateParams, level_pay
from sim.strategies.stocking import critical_ratio, poisson_stock
from sim.verification.quiet import finished, quiet
from tests.conformance.strategies import Forest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.exchange.events import Events
    from sim.exchange.view import View

TREES, SIZE = 120, 80
CALM = {"mode": "certain", "contest": "uniform", "patience": 3650, "exit_hazard": 0, "exit_refusal": 0}


class FeePlan(Forest):
    """Everybody pays a fee to the brand on joining; each of the `levels` uplines gets a bonus for it."""

    fee_fen: int = 0
    bonus_fen: int = 0
    levels: int = 1

    def settle(self, events: Events, view: View) -> Settlement:
        """Move fees and bonuses; a newcomer's row is known a day later, so fees fall due then."""
        joined = view.events.joined.person
        joined = joined[view.events.joined.sponsor >= 0]
        if not len(joined):
            return Settlement()
        newcomer = np.searchsorted(view.resellers.person, joined)  # people join in the order of their numbers
        above = view.ancestors(joined, self.levels).ravel()
        above = above[above >= 0]
        common = {"purpose": int(Purpose.REFERRAL_REWARD), "due_day": view.day}
        return Settlement(postings=join_postings([
            postings(payer_account=int(Account.RESELLER), payer_owner=newcomer, payee_account=int(Account.BRAND),
                     payee_owner=0, amount_fen=self.fee_fen, **common),
            postings(payer_account=int(Account.BRAND), payer_owner=0, payee_account=int(Account.RESELLER),
                     payee_owner=above, amount_fen=self.bonus_fen, **common)]))


def cash_of(plan: FeePlan) -> NDArray[np.int64]:
    """Return what each reseller has at the end, by row; roots, who paid no fee, are left out."""
    state = finished(quiet(TREES * SIZE, SIZE + 1, [Ends(**plan.model_dump())], recruiting=CALM))
    table = state.world.resellers
    cash = np.zeros(table.size, np.int64)
    held = state.ledger.balance(Account.RESELLER)
    cash[: len(held)] = held
    return cash[table.upline[: table.size] >= 0]


class Ends(FeePlan):
    """The same, but nobody is invited on the last day, so that every fee is settled."""

    def plan(self, view: View) -> Actions:
        """Invite while there are newcomers."""
        return super().plan(view) if view.day < SIZE else Actions()


@pytest.mark.parametrize(("fee", "bonus", "losing"), [(100, 100, 0.5), (200, 100, 0.75), (250, 100, 0.875),
                                                      (500, 100, 0.96875)])
def test_losing_share_of_an_entry_fee_plan(fee: int, bonus: int, losing: float) -> None:
    """1 - 2^-ceil(c/d) in the limit; in trees of 80 the exact share follows from the law of each entrant."""
    need = math.ceil(fee / bonus)
    assert losing == pytest.approx(1 - 2.0**-need)
    lost = float((cash_of(FeePlan(trees=TREES, fee_fen=fee, bonus_fen=bonus)) < 0).mean())
    exact = exact_losing_share(need)
    error = math.sqrt(exact * (1 - exact) / (TREES * (SIZE - 1)))
    assert abs(lost - exact) < 4 * error
    assert abs(exact - losing) < 0.02


def exact_losing_share(need: int) -> float:
    """Return P(fewer than `need` recruits) over the entrants 2..n of a uniform recursive tree of SIZE people.

    The k-th has a recruit of entrant j > k with chance 1 / (j - 1), independently: a Poisson-binomial law.
    """
    total = 0.0
    law = np.array([1.0])
    for k in range(SIZE, 1, -1):
        total += law[:need].sum()
        p = 1.0 / (k - 1)
        law = np.convolve(law, [1.0 - p, p])
    return total / (SIZE - 1)


@pytest.mark.parametrize(("levels", "published"), [(1, 0.667), (2, 0.752), (3, 0.807)])
def test_gini_of_equal_pay_for_levels(levels: int, published: float) -> None:
    """Pay for downlines on more levels concentrates income; published for n = 5,000 in one tree."""
    trees, size = 8, 625
    plan = Ends(trees=trees, bonus_fen=100, levels=levels)
    found = [gini(pay_in_one_tree(levels, size, replication)) for replication in range(trees)]
    error = float(np.std(found, ddof=1)) / math.sqrt(trees)
    assert plan.levels == levels
    assert abs(np.mean(found) - published) < 4 * error + 0.01


def pay_in_one_tree(levels: int, size: int, replication: int) -> NDArray[np.int64]:
    """Return what everybody of one tree earned, through the ledger."""
    plan = FeePlan(trees=1, bonus_fen=100, levels=levels)
    spec = quiet(size + 1, size, [plan], recruiting=CALM)
    state = start(spec, replication)
    for _ in range(size):
        step(state)
    cash = np.zeros(state.world.resellers.size, np.int64)
    held = state.ledger.balance(Account.RESELLER)
    cash[: len(held)] = held
    return cash


@pytest.mark.parametrize("salvage", [0, 10])
def test_newsvendor(salvage: int) -> None:
    """Price 100, cost 50, salvage 10: ratio .5556; the stock is the quantile of demand, exactly."""
    mean = np.array([0.5, 2.0, 9.0, 40.0, 400.0])
    ratio = critical_ratio(100, np.full(5, 50.0), np.full(5, float(salvage)))
    assert ratio == pytest.approx({10: 0.5556, 0: 0.5}[salvage], abs=5e-5)
    stock = stocks(mean, ratio)
    assert stock.tolist() == stats.poisson.ppf(ratio, mean).tolist()
    assert (stocks(mean, np.full(5, 0.9)) > stock).all()
    assert (stocks(mean, np.zeros(5)) == 0).all()


def stocks(mean: NDArray[np.float64], ratio: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the newsvendor's stock."""
    out = np.empty(len(mean), np.int64)
    poisson_stock(mean, ratio, out)
    return out


RATES = (0.15, 0.075, 0.0375)


@dataclass(frozen=True)
class Scheme:
    """A grown network of `dual_rebate`, with what each day's orders and rebates were."""

    paid: dict[Purpose, int]
    due: dict[Purpose, int]
    deep: list[float]
    entry: tuple[int, int]
    record: Any


TIERS = ({"name": "entry", "price_share": 0.65}, {"name": "level one", "price_share": 0.5, "units": 12},
         {"name": "general", "price_share": 0.4, "units": 20})
TOP = 2


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
    unit_of = [part(12_800, t["price_share"]) for t in TIERS]
    direct = bool(chain) and not gone[chain[0]]
    due = {
        Purpose.LEVEL_REBATE: sum(paid),
        Purpose.TIER_SPREAD: quantity * max(0, unit - unit_of[tier[higher[0]]]) if higher else 0,
        Purpose.REFERRAL_REBATE: part(value, rebates["referral"]) if direct and first else 0,
        Purpose.SAME_LEVEL_REBATE: part(value, rebates["same_level"]) if direct and tier[row] == tier[chain[0]] == TOP else 0,
    }
    return due, sum(paid) / value if len(paid) == len(RATES) else math.nan


def grow(**rebates: Any) -> Scheme:
    """Run dual rebate in a town and add up, order by order, what theory says is due."""
    given = {"referral": 0.1, "levels": list(RATES), "same_level": 0.04, "breakaway": True} | rebates
    spec = ScenarioSpec.model_validate({
        "people": 4_000, "days": 150, "network": {"kind": "dunbar"},
        "brand": {"cash": 300_000, "product": {"price": 128, "unit_cost": 22}},
        "strategies": [{"kind": "dual_rebate", "founders": 20, "founder_units": 60, "tiers": TIERS, "rebates": given}],
        "mechanisms": {"recruiting": {"reseller_base": -2.0}}})
    state = start(spec, 0, audit=True)
    due = dict.fromkeys((Purpose.LEVEL_REBATE, Purpose.REFERRAL_REBATE, Purpose.SAME_LEVEL_REBATE, Purpose.TIER_SPREAD), 0)
    deep, on_entry = [], 0
    while state.day < spec.days:
        step(state)
        moved = state.yesterday.stock_moved
        orders = zip(moved.quantity.tolist(), moved.unit_fen.tolist(), moved.first.tolist(), strict=True)
        for row, order in zip(moved.buyer.tolist(), orders, strict=True):
            each, share = owed(state.world.resellers, row, order, given)
            due = {purpose: fen + each[purpose] for purpose, fen in due.items()}
            deep += [share] if share > 0 else []
            on_entry += each[Purpose.LEVEL_REBATE] if order[2] else 0
    flows = state.ledger.flows.total()
    paid = {purpose: int(flows[Account.BRAND, Account.RESELLER, purpose]) for purpose in due}
    told = int(state.seats[0].book["entry_levels_fen"][0])
    return Scheme(paid, due, deep, (on_entry, told), record_of(state, {}, pictures=False))


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return grow()


def test_every_rebate_is_what_the_tree_of_the_day_says(scheme: Scheme) -> None:
    assert scheme.paid == scheme.due
    assert scheme.paid[Purpose.LEVEL_REBATE] > 0
    assert scheme.paid[Purpose.REFERRAL_REBATE] > 0
    assert scheme.paid[Purpose.TIER_SPREAD] > 0


def test_levels_on_first_orders_are_pay_for_entering(scheme: Scheme) -> None:
    """A scheme that pays on compulsory first orders of whole branches pays for recruits, by whatever name."""
    due, told = scheme.entry
    assert told == due > 0
    facts = scheme.record.facts
    assert facts["entry_fee_pay_fen"] == scheme.paid[Purpose.REFERRAL_REBATE] + due


def test_breakaway_ends_a_branch_and_the_same_level_is_paid_for_it() -> None:
    """Rows 0 <- 1 <- 2 <- 3, tiers 2, 2, 0, 0: row 1 has left the branch of row 0, but pays it the same-level rebate."""
    table = SimpleNamespace(upline=np.array([-1, 0, 1, 2]), tier=np.array([2, 2, 0, 0]), left=np.full(4, -1))
    order = np.array([100_000]), np.array([3]), np.array([[2, 1, 0]]), table.tier, table.left < 0
    split = level_pay(*order, RebateParams(levels=RATES))
    assert split.row.tolist() == [2, 1]
    assert split.amount_fen.tolist() == [15_000, 7_500]
    whole = level_pay(*order, RebateParams(levels=RATES, breakaway=False))
    assert whole.row.tolist() == [2, 1, 0]
    assert whole.amount_fen.tolist() == [15_000, 7_500, 3_750]
    rebates = {"referral": 0.1, "levels": RATES, "same_level": 0.04, "breakaway": True}
    due, _ = owed(table, 1, (1, 100_000, 0), rebates)
    assert due[Purpose.SAME_LEVEL_REBATE] == 4_000
    assert due[Purpose.LEVEL_REBATE] == 0


def test_payout_of_a_sale_deep_in_the_tree(scheme: Scheme) -> None:
    """c (1 - r^L) / (1 - r) = .2625 for c = .15, r = .5, L = 3, but for what is lost to whole fen."""
    assert len(scheme.deep) > 20
    closed = 0.15 * (1 - 0.5**3) / (1 - 0.5)
    assert closed == 0.2625
    assert max(scheme.deep) <= closed
    assert min(scheme.deep) > closed - 3 / 1_000


def test_goods_sold_in_are_sold_on_held_returned_or_scrapped(scheme: Scheme) -> None:
    daily = scheme.record.daily
    assert daily["sell_in"].sum() > 0
    assert daily["channel_stock"][-1] >= 0
    assert daily["sell_in"].sum() >= daily["sell_through"].sum()


def test_without_rebates_nothing_is_paid_and_fewer_come(scheme: Scheme) -> None:
    bare = grow(referral=0.0, levels=[], same_level=0.0)
    assert bare.paid[Purpose.LEVEL_REBATE] == bare.paid[Purpose.REFERRAL_REBATE] == 0
    assert len(bare.record.agents["person"]) < 0.7 * len(scheme.record.agents["person"])


def test_without_recruiting_only_the_founders_sell() -> None:
    spec = ScenarioSpec.model_validate({
        "people": 2_000, "days": 60, "network": {"kind": "small_world"}, "strategies": [{"kind": "dual_rebate", "founders": 7}],
        "mechanisms": {"recruiting": {"mode": "off"}}})
    assert len(run_once(spec, 0, audit=True, pictures=False).agents["person"]) == 7
