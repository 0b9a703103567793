"""Around the closed forms of schemes, which stand in the book: breakaway, goods, and what is gone without rebates.

Rebates are those of `dual_rebate` on trees that it grew itself, as `sim.verification.rebates` checks them.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.core.accounts import Purpose
from sim.exchange.events import StockMoved
from sim.model.record import record_of
from sim.model.run import run_once
from sim.scenario.spec import ScenarioSpec
from sim.strategies.rebates import RebateParams, owed_on
from sim.strategies.stocking import critical_ratio, poisson_stock
from sim.verification.book import SEED
from sim.verification.rebates import RATES, Scheme, grow, grown, owed

if TYPE_CHECKING:
    from numpy.typing import NDArray



@pytest.mark.parametrize("salvage", [0, 10])
def test_a_higher_ratio_orders_more_and_none_nothing(salvage: int) -> None:
    mean = np.array([0.5, 2.0, 9.0, 40.0, 400.0])
    ratio = critical_ratio(100, np.full(5, 50.0), np.full(5, float(salvage)))
    assert ratio == pytest.approx({10: 0.5556, 0: 0.5}[salvage], abs=5e-5)
    assert (stocks(mean, np.full(5, 0.9)) > stocks(mean, ratio)).all()
    assert (stocks(mean, np.zeros(5)) == 0).all()


def stocks(mean: NDArray[np.float64], ratio: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the newsvendor's stock."""
    out = np.empty(len(mean), np.int64)
    poisson_stock(mean, ratio, out)
    return out


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return grown(SEED)


def test_levels_on_first_orders_are_pay_for_entering(scheme: Scheme) -> None:
    """A scheme that pays on compulsory first orders of whole branches pays for recruits, by whatever name."""
    told = int(scheme.state.seats[0].book["entry_levels_fen"][0])
    assert told == scheme.entry > 0
    facts = record_of(scheme.state, {}, pictures=False).facts
    assert facts["entry_fee_pay_fen"] == scheme.paid[Purpose.REFERRAL_REBATE] + scheme.entry


def test_breakaway_ends_a_branch_and_the_same_level_is_paid_for_it() -> None:
    """Rows 0 <- 1 <- 2 <- 3, tiers 2, 2, 0, 0: row 1 has left the branch of row 0, but pays it the same-level rebate."""
    table = SimpleNamespace(upline=np.array([-1, 0, 1, 2]), tier=np.array([2, 2, 0, 0]), left=np.full(4, -1))
    moved = StockMoved(*np.array([[3], [-1], [0], [1], [100_000], [0]]))
    everybody, unit = np.ones(4, np.bool_), np.array([65, 50, 40])

    def levels(*, breakaway: bool) -> dict[int, int]:
        plan = RebateParams(levels=RATES, breakaway=breakaway)
        paid = owed_on(moved, 0, table, everybody, everybody, unit, plan)
        mine = paid.purpose == Purpose.LEVEL_REBATE
        return dict(zip(paid.row[mine].tolist(), paid.amount_fen[mine].tolist(), strict=True))

    assert levels(breakaway=True) == {2: 15_000, 1: 7_500}
    assert levels(breakaway=False) == {2: 15_000, 1: 7_500, 0: 3_750}
    rebates = {"referral": 0.1, "levels": RATES, "same_level": 0.04, "breakaway": True}
    due, _ = owed(table, 1, (1, 100_000, 0), rebates)
    assert due[Purpose.SAME_LEVEL_REBATE] == 4_000
    assert due[Purpose.LEVEL_REBATE] == 0


def test_goods_sold_in_are_sold_on_held_returned_or_scrapped(scheme: Scheme) -> None:
    daily = record_of(scheme.state, {}, pictures=False).daily
    assert daily["sell_in"].sum() > 0
    assert daily["channel_stock"][-1] >= 0
    assert daily["sell_in"].sum() >= daily["sell_through"].sum()


def test_without_rebates_nothing_is_paid_and_fewer_come(scheme: Scheme) -> None:
    bare = grow(SEED, referral=0.0, levels=[], same_level=0.0)
    assert bare.paid[Purpose.LEVEL_REBATE] == bare.paid[Purpose.REFERRAL_REBATE] == 0
    heads, few = (len(record_of(one.state, {}, pictures=False).agents["person"]) for one in (scheme, bare))
    assert few < 0.7 * heads


def test_without_recruiting_only_the_founders_sell() -> None:
    spec = ScenarioSpec.model_validate({
        "people": 2_000, "days": 60, "network": {"kind": "small_world"}, "strategies": [{"kind": "dual_rebate", "founders": 7}],
        "mechanisms": {"recruiting": {"mode": "off"}}})
    assert len(run_once(spec, 0, audit=True, pictures=False).agents["person"]) == 7
