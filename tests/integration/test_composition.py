"""Strategies compose: in any order the same, and every rule of merging is seen in a run."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.conformance.watch import different
from sim.core.accounts import Account, Purpose
from sim.core.errors import PlanError
from sim.exchange.actions import (
    Actions,
    Capacity,
    Enrol,
    Impress,
    Invite,
    Opening,
    Post,
    Promote,
    Spend,
    Table,
    Tend,
    rows,
)
from sim.exchange.merge import ExclusiveClaimError
from sim.exchange.postings import Settlement, postings
from sim.model.run import run_once
from sim.scenario.spec import ScenarioSpec
from sim.strategies.table import STRATEGIES
from sim.verification.quiet import days_of, finished, quiet
from tests.conformance.strategies import Feed, Feeds, Scripted, Terms

if TYPE_CHECKING:
    from sim.exchange.events import Events
    from sim.exchange.view import View
    from sim.model.day import Day
    from sim.model.state import RunState


def test_the_order_of_strategies_changes_nothing() -> None:
    both = [{"kind": "community", "groups": 3}, {"kind": "paid_ads"}, {"kind": "community", "id": "second",
                                                                       "groups": 2}]
    records = [run_once(ScenarioSpec.model_validate({"people": 800, "days": 45, "strategies": order,
                                                     "network": {"kind": "small_world"}}), 0, audit=True)
               for order in (both, both[::-1])]
    one, other = records
    for name, series in one.daily.items():
        assert np.array_equal(series, other.daily[name], equal_nan=True), name
    for table in ("statement", "people"):
        for name, column in getattr(one, table).items():
            assert np.array_equal(column, getattr(other, table)[name]), name


@pytest.mark.parametrize(("one", "other"), list(combinations(STRATEGIES, 2)))
def test_every_pair_runs_sixty_audited_days_in_either_order(one: str, other: str) -> None:
    records = [run_once(ScenarioSpec.model_validate({
        "people": 700, "days": 60, "network": {"kind": "small_world"}, "strategies": [{"kind": k} for k in order]}), 0,
        audit=True, pictures=False) for order in ((one, other), (other, one))]
    assert not different(*records)
    assert len(records[0].daily["cash_fen"]) == 60


class Doubled(Scripted):
    """One half of a joint plan: names channel 0 and person 0 of the world, whoever owns them."""

    tables: tuple[str, ...] = ()
    items: float = 1.0
    amount_fen: int = 6_000
    tier: int = 0
    day: int = 1
    channels: int = 0

    def open(self, view: View) -> Opening:
        """Open the group if it is the first half."""
        n = self.channels
        return Opening(n_offers=1, channel_kind=("group",) * n, channel_owned=(True,) * n,
                       channel_capacity=(100,) * n, channel_account=(0,) * n, channel_trust=(0.5,) * n,
                       seed_members_share=1.0 if n else 0.0, n_queues=n)

    def plan(self, view: View) -> Actions:
        """Say the words asked for."""
        said: dict[str, Table] = {
            "post": rows(Post, channel=0, offer=0, items=self.items, commercial=1, value=0, visibility=1),
            "tend": rows(Tend, channel=0, host_hours=self.items, packet_fen=0, packets=0, rules=1, fit=1,
                         prune_idle_days=0, fake_accounts=0, fee_fen=0, screen=0, spend=-1),
            "invite": rows(Invite, sponsor=0, invitee=7, channel=0, role_tier=-1, brand=0, reward_sponsor_fen=self.amount_fen,
                           reward_invitee_fen=10, buy_in_fen=0, perceived_income_fen=0),
            "spend": rows(Spend, brand=0, payee_account=int(Account.STAFF), payee_owner=0,
                          amount_fen=self.amount_fen, purpose=int(Purpose.HOST)),
            "impress": rows(Impress, offer=0, count=100, targeting=0, spend=-1),
            "enrol": rows(Enrol, person=3, channel=-1, tier=self.tier, brand=0, upline=-1, buy_in_fen=0),
            "promote": rows(Promote, reseller=0, tier=self.tier),
            "capacity": rows(Capacity, queue=0, servers=1, open_minute=0, close_minute=60, minutes_a_case=1,
                             patience_minutes=1, spend=-1),
        }
        return Actions(tables=tuple(said[name] for name in self.tables) if view.day >= self.day else ())


def joint(*halves: Doubled, days: int = 6, cash: int = 1_000_000, **mechanisms: Any) -> list[tuple[RunState, Day]]:
    """Run several halves in one world of 60 people, 30 of them customers."""
    spec = quiet(60, days, halves, brand={"cash": cash, "seed_customers": 30}, **mechanisms)
    return list(days_of(spec))


def test_audiences_join() -> None:
    limited = {"attention": {"mode": "limited", "background_items": 1e6 - 1}}  # v = 1e6 / (1e6 - 1 + items) < 1
    apart = joint(Doubled(id="a", channels=1, tables=("post",)), Doubled(id="b", tables=("post",)), **limited)
    alone = joint(Doubled(id="a", channels=1, tables=("post",), items=2.0), Doubled(id="b"), **limited)
    for (one, a), (other, b) in zip(apart, alone, strict=True):
        assert a.noticed == b.noticed
        assert np.array_equal(one.world.people.orders, other.world.people.orders)
    assert sum(day.noticed for _, day in alone) > 0


def test_care_adds() -> None:
    living = {"audience": {"mode": "living", "noise": 0}}
    apart = joint(Doubled(id="a", channels=1, tables=("tend",), items=0.25),
                  Doubled(id="b", tables=("tend",), items=0.25), **living)[-1][0]
    alone = joint(Doubled(id="a", channels=1, tables=("tend",), items=0.5), Doubled(id="b"), **living)[-1][0]
    none = joint(Doubled(id="a", channels=1), Doubled(id="b"), **living)[-1][0]
    assert apart.world.channels.health == pytest.approx(alone.world.channels.health)
    assert (alone.world.channels.health > none.world.channels.health).all()


def test_incentives_add() -> None:
    days = joint(Doubled(id="a", channels=1, tables=("invite",), amount_fen=300),
                 Doubled(id="b", tables=("invite",), amount_fen=45), recruiting={"mode": "certain"})
    joined = days[1][1].events.joined
    outside = 7 not in days[0][0].world.audiences.person[:30].tolist()
    assert joined.reward_sponsor_fen.tolist() == ([345] if outside else [])
    assert joined.reward_invitee_fen.tolist() == ([20] if outside else [])
    assert outside


def test_budgets_cut_pro_rata_and_floor() -> None:
    days = joint(Doubled(id="a", tables=("spend",), amount_fen=50_001), Doubled(id="b", tables=("spend",),
                                                                                amount_fen=100_000),
                 cash=1_000)
    settled = days[1][1].events.settled
    assert settled.asked_fen.tolist() == [50_001, 100_000]
    assert settled.paid_fen.tolist() == [50_001 * 100_000 // 150_001, 100_000 * 100_000 // 150_001]
    state = days[-1][0]
    assert 0 <= state.ledger.cash_fen(0) <= 2


class Payer(Scripted):
    """Owes wages every day, and notes the cash it sees on settling."""

    def settle(self, events: Events, view: View) -> Settlement:
        del events
        return Settlement(book={"seen": np.append(view.book.get("seen", ()), view.cash_fen)}, postings=postings(
            payer_account=int(Account.BRAND), payer_owner=view.brand, payee_account=int(Account.STAFF), payee_owner=0,
            amount_fen=700, purpose=int(Purpose.BASE_PAY), due_day=view.day))


def test_whoever_settles_first_all_see_the_cash_of_the_morning() -> None:
    state = joint(Payer(id="a"), Payer(id="b"), cash=100_000)[-1][0]
    seen = [seat.book["seen"].tolist() for seat in state.seats]
    assert seen[0] == seen[1]
    assert np.diff(seen[0]).tolist() == [-1_400] * (len(seen[0]) - 1)


def test_impressions_stand_side_by_side() -> None:
    days = joint(Doubled(id="a", tables=("impress",)), Doubled(id="b", tables=("impress",)))
    assert days[1][1].impressions == 200


def test_the_lowest_price_wins() -> None:
    sellers = [Feeds(id=name, offers=(Terms(price_share=share),), feeds=(Feed(followers=30),))
               for name, share in (("dear", 0.9), ("cheap", 0.7))]
    ((_, day),) = days_of(quiet(60, 1, sellers))
    assert len(set(day.events.ordered.offer.tolist())) == 2
    assert set(day.events.ordered.price_fen.tolist()) == {7_000}


@pytest.mark.parametrize(("table", "what"), [("enrol", "person 3"), ("capacity", "queue 0")])
def test_exclusive_claims_are_an_error(table: str, what: str) -> None:
    halves = Doubled(id="a", channels=1, tables=(table,)), Doubled(id="b", tables=(table,), tier=1)
    with pytest.raises(ExclusiveClaimError, match=what) as error:
        joint(*halves)
    assert error.value.strategies == ("a", "b")


def test_promotion_to_two_tiers_is_an_error() -> None:
    founder = Doubled(id="c", tables=("enrol",), day=0)
    with pytest.raises(ExclusiveClaimError, match="reseller 0"):
        joint(Doubled(id="a", tables=("promote",), tier=1, day=2), Doubled(id="b", tables=("promote",), tier=2, day=2),
              founder)


def test_one_offer_cannot_be_made_twice() -> None:
    class Thief(Feeds):
        id: str = "thief"

        def offered(self, view: View) -> Any:
            return tuple(replace(o, offer=1) for o in super().offered(view))

    with pytest.raises(PlanError, match="proposed twice"):
        finished(quiet(20, 1, [Feeds(), Thief()]))
