"""Composition: each rule that merges the actions of several strategies, and each refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.errors import PlanError
from sim.exchange.actions import (
    Actions,
    Capacity,
    Contact,
    Enrol,
    Impress,
    PeerPost,
    PoolOpen,
    Promote,
    Release,
    StockOrder,
    Table,
    rows,
)
from sim.exchange.events import EventTable, Unfilled
from sim.exchange.merge import ExclusiveClaimError, groups
from tests.proposals import acts, invite, offer, plan_of, post, spend, tend

# ---------------------------------------------------------------------- offers


def test_nothing_proposed_is_an_empty_plan() -> None:
    plan = plan_of(b=Actions(), a=Actions())
    assert plan.strategies == ("a", "b")
    assert len(plan.offers) == len(plan.post) == len(plan.spend) == len(plan.paid_fen) == 0
    assert len(plan.settled()) == 0
    assert len(plan.postings(3)) == 0
    assert plan.offers.is_live.tolist() == [True, True] + [False] * 8


def test_no_strategies_at_all_is_a_plan() -> None:
    assert plan_of().strategies == ()


def test_offers_are_columns_by_id() -> None:
    plan = plan_of(b=acts(offers=(offer(5, fit=0.5, queue=1, commission=0.1),)),
                   a=acts(offers=(offer(7, product=1), offer(2, pool_seats=3))))
    table = plan.offers
    assert table.offer.tolist() == [2, 5, 7]
    assert table.strategy.tolist() == [0, 1, 0]
    assert table.brand.tolist() == [0, 0, 1]
    assert table.fit.tolist() == [1.0, 0.5, 1.0]
    assert table.queue.tolist() == [-1, 1, -1]
    assert table.pool_seats.tolist() == [3, 0, 0]
    assert table.commission.tolist() == [0.0, 0.1, 0.0]
    assert np.flatnonzero(table.is_live).tolist() == [0, 1, 2, 5, 7]


def test_equal_days_share_one_table_that_cannot_be_written() -> None:
    first, second = (plan_of(a=acts(offers=(offer(3),))).offers for _ in range(2))
    assert first is second
    with pytest.raises(ValueError, match="read-only"):
        first.price_fen[0] = 1


def test_the_lowest_price_wins_between_strategies() -> None:
    plan = plan_of(a=acts(offers=(offer(2, 12_000),)), b=acts(offers=(offer(3, 9_900),)))
    assert plan.offers.price_fen.tolist() == [9_900, 9_900]
    assert plan.offers.list_price_fen.tolist() == [12_800, 12_800]


def test_a_strategy_keeps_its_own_ladder_of_prices() -> None:
    ladder = acts(offers=(offer(2, 12_000), offer(3, 9_900)))
    assert plan_of(a=ladder).offers.price_fen.tolist() == [12_000, 9_900]
    dearer = plan_of(a=ladder, b=acts(offers=(offer(4, 12_500),)))
    assert dearer.offers.price_fen.tolist() == [12_000, 9_900, 9_900]
    cheaper = plan_of(a=ladder, b=acts(offers=(offer(4, 11_000),)))
    assert cheaper.offers.price_fen.tolist() == [11_000, 9_900, 9_900]


def test_pools_resellers_and_other_products_keep_their_price() -> None:
    plan = plan_of(a=acts(offers=(offer(2, 100, pool_seats=3), offer(3, 200, stock_owner=4), offer(4, 300, product=1))),
                   b=acts(offers=(offer(5, 12_000),)), c=acts(offers=(offer(6, 9_000, pool_seats=2),)))
    assert plan.offers.price_fen.tolist() == [100, 200, 300, 12_000, 9_000]


def test_three_strategies_meet_at_the_lowest() -> None:
    plan = plan_of(a=acts(offers=(offer(2, 300),)), b=acts(offers=(offer(3, 100),)), c=acts(offers=(offer(4, 200),)))
    assert plan.offers.price_fen.tolist() == [100, 100, 100]


def test_an_offer_is_described_once() -> None:
    with pytest.raises(PlanError, match="offer 3 is proposed twice \\(by a and b\\)"):
        plan_of(a=acts(offers=(offer(3),)), b=acts(offers=(offer(3),)))
    with pytest.raises(PlanError, match=r"proposed twice \(by a\)"):
        plan_of(a=acts(offers=(offer(3), offer(3, 100))))


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"offer": 1}, "not one of 2 to 9"), ({"offer": 10}, "not one of 2 to 9"), ({"product": 2}, "product 2"),
     ({"product": -1}, "product -1"), ({"price_fen": 0}, "price_fen 0"), ({"list_price_fen": -5}, "list_price_fen"),
     ({"claim": 1.2}, "claim"), ({"fit": float("nan")}, "fit"), ({"queue": 2}, "queue 2"),
     ({"pool_seats": -1}, "seats"), ({"stock_owner": -3}, "stock owner"), ({"stock_owner": 20}, "stock owner")],
)
def test_offers_of_what_does_not_exist_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        plan_of(a=acts(offers=(offer(**({"number": 2} if "offer" not in changes else {"number": 0}), **changes),)))


# ---------------------------------------------------------------------- posts and invitations


def test_audiences_join() -> None:
    plan = plan_of(a=acts(post([0, 1], items=2.0, commercial=0.1, value=0.6, visibility=0.5)),
                   b=acts(post([1, 2], items=6.0, commercial=0.5, value=0.2, visibility=0.9)))
    assert plan.post.channel.tolist() == [0, 1, 2]
    assert plan.post.items.tolist() == [2.0, 8.0, 6.0]
    assert plan.post.commercial.tolist() == pytest.approx([0.1, 0.4, 0.5])
    assert plan.post.value.tolist() == pytest.approx([0.6, 0.3, 0.2])
    assert plan.post.visibility.tolist() == [0.5, 0.9, 0.9]


def test_posts_of_one_strategy_join_too() -> None:
    plan = plan_of(a=acts(post([3, 3, 3], items=[1.0, 0.0, 3.0], commercial=[0.0, 1.0, 0.4])))
    assert plan.post.items.tolist() == [4.0]
    assert plan.post.commercial.tolist() == pytest.approx([0.3])


def test_what_stays_up_does_not_join_what_is_gone_tomorrow() -> None:
    plan = plan_of(a=acts(post(3, items=1.0), post(3, items=2.0, lasting=1)),
                   b=acts(post(3, items=4.0, lasting=1), post(3, items=8.0)))
    assert plan.post.items.tolist() == [9.0, 6.0]
    assert plan.post.lasting.tolist() == [0, 1]
    with pytest.raises(PlanError, match="lasting"):
        plan_of(a=acts(post(3, lasting=-1)))


def test_empty_posts_join_without_dividing_by_nothing() -> None:
    plan = plan_of(a=acts(post([3, 3], items=0.0, value=[0.3, 0.9])))
    assert (plan.post.items.tolist(), plan.post.value.tolist()) == ([0.0], [0.3])


def test_posts_about_different_offers_stand_side_by_side() -> None:
    plan = plan_of(a=acts(post(0, [0, 1, -1])))
    assert plan.post.offer.tolist() == [0, 1, -1]


def test_incentives_add() -> None:
    plan = plan_of(a=acts(invite([7, 8], sponsor_fen=100, invitee_fen=10, buy_in=500, income=9)),
                   b=acts(invite([8, 9], sponsor_fen=50, invitee_fen=5, buy_in=300, income=12)))
    table = plan.invite
    assert table.sponsor.tolist() == [7, 8, 9]
    assert table.reward_sponsor_fen.tolist() == [100, 150, 50]
    assert table.reward_invitee_fen.tolist() == [10, 15, 5]
    assert table.buy_in_fen.tolist() == [500, 500, 300]
    assert table.perceived_income_fen.tolist() == [9, 12, 12]


def test_invitations_to_another_place_or_person_do_not_add() -> None:
    one = invite(7, invitee=3, channel=1, tier=0, sponsor_fen=1)
    others = [invite(7, invitee=4, channel=1, tier=0), invite(7, invitee=3, channel=2, tier=0),
              invite(7, invitee=3, channel=1, tier=1), invite(6, invitee=3, channel=1, tier=0)]
    for other in others:
        assert len(plan_of(a=acts(one), b=acts(other)).invite) == 2


def test_asking_twice_is_two_requests() -> None:
    twice = acts(invite([7, 7], sponsor_fen=[1, 2]))
    assert plan_of(a=twice).invite.reward_sponsor_fen.tolist() == [1, 2]
    plan = plan_of(a=twice, b=acts(invite([7, 7, 7], sponsor_fen=[10, 20, 40])))
    assert plan.invite.reward_sponsor_fen.tolist() == [11, 22, 40]


def test_care_for_a_channel_adds_up() -> None:
    plan = plan_of(
        a=acts(tend([0, 1], host_hours=1.5, rules=1.0, fit=0.3, prune_idle_days=30, fake_accounts=1, fee_fen=900)),
        b=acts(tend([1, 2], host_hours=0.5, packet_fen=600, packets=5, fit=0.7, prune_idle_days=[7, 0], fee_fen=500, screen=1)))
    table = plan.tend
    assert table.channel.tolist() == [0, 1, 2]
    assert table.host_hours.tolist() == [1.5, 2.0, 0.5]
    assert table.packet_fen.tolist() == [0, 600, 600]
    assert table.packets.tolist() == [0, 5, 5]
    assert table.rules.tolist() == [1.0, 1.0, 0.0]
    assert table.fit.tolist() == [0.3, 0.7, 0.7]
    assert table.prune_idle_days.tolist() == [30, 7, 0]
    assert table.fake_accounts.tolist() == [1, 1, 0]
    assert table.fee_fen.tolist() == [900, 900, 500]
    assert table.screen.tolist() == [0, 1, 1]


def test_the_strictest_pruning_holds_and_none_is_not_strict() -> None:
    plan = plan_of(a=acts(tend([0, 1, 2], prune_idle_days=[30, 0, 30])), b=acts(tend([0, 1, 2], prune_idle_days=[0, 0, 7])))
    assert plan.tend.prune_idle_days.tolist() == [30, 0, 7]


def test_other_tables_stand_side_by_side() -> None:
    tables = (rows(PeerPost, person=3, offer=0, items=1.0, layers=15), rows(Contact, row=4, offer=1),
              rows(StockOrder, buyer=2, supplier=-1, product=0, quantity=60, unit_fen=6400),
              rows(PoolOpen, initiator=5, offer=0, seats=3, deadline_day=4),
              rows(Impress, offer=0, count=10, targeting=0.2, spend=-1))
    plan = plan_of(a=acts(*tables), b=acts(*tables))
    for table in (plan.peer_post, plan.contact, plan.stock_order, plan.pool_open, plan.impress):
        assert len(table) == 2


def test_several_tables_of_one_kind_are_one() -> None:
    plan = plan_of(a=acts(post(0), spend(5), post(1), spend(7),
                          rows(Impress, offer=0, count=3, targeting=0.0, spend=[0, 1])))
    assert plan.post.channel.tolist() == [0, 1]
    assert plan.spend.amount_fen.tolist() == [5, 7]
    assert plan.impress.spend.tolist() == [0, 1]


# ---------------------------------------------------------------------- exclusive claims


def enrol(person: Any, tier: Any = -1, upline: Any = -1, channel: Any = -1) -> Enrol:
    return rows(Enrol, person=person, channel=channel, tier=tier, brand=0, upline=upline, buy_in_fen=0)


@pytest.mark.parametrize("other", [enrol(9, tier=2, upline=3), enrol([5, 9], tier=1, upline=4)])
def test_a_person_is_enrolled_once(other: Enrol) -> None:
    with pytest.raises(ExclusiveClaimError, match=r"person 9.*a and b") as caught:
        plan_of(a=acts(enrol([9, 6], tier=1, upline=3)), b=acts(other))
    assert (caught.value.what, caught.value.strategies) == ("person 9", ("a", "b"))


def test_enrolments_that_agree_become_one() -> None:
    plan = plan_of(a=acts(enrol([9, 8], tier=1, upline=3)), b=acts(enrol([9, 7], tier=1, upline=3)))
    assert plan.enrol.person.tolist() == [9, 8, 7]


def test_joining_channels_beside_a_role_is_no_clash() -> None:
    plan = plan_of(a=acts(enrol(9, tier=1)), b=acts(enrol([9, 9], channel=[0, 1])))
    assert len(plan.enrol) == 3


def promote(reseller: Any, tier: Any) -> Promote:
    return rows(Promote, reseller=reseller, tier=tier)


def test_a_reseller_is_promoted_to_one_tier() -> None:
    plan = plan_of(a=acts(promote([1, 2], 2)), b=acts(promote([2, 3], [2, 1])))
    assert (plan.promote.reseller.tolist(), plan.promote.tier.tolist()) == ([1, 2, 3], [2, 2, 1])
    with pytest.raises(ExclusiveClaimError, match="reseller 2"):
        plan_of(a=acts(promote([1, 2], 2)), b=acts(promote(2, 3)))


def test_releases_repeat_without_harm() -> None:
    table = rows(Release, person=[4, 4, 5], channel=[1, 1, 1])
    assert plan_of(a=acts(table), b=acts(table)).release.person.tolist() == [4, 5]


def test_a_queue_is_staffed_once() -> None:
    def staff(queue: Any) -> Actions:
        return acts(rows(Capacity, queue=queue, servers=1, open_minute=0, close_minute=60, minutes_a_case=1.0,
                         patience_minutes=1.0, spend=-1))

    assert plan_of(a=staff(0), b=staff(1)).capacity.queue.tolist() == [0, 1]
    with pytest.raises(ExclusiveClaimError, match=r"queue 1: staffed twice \(asked for by a and c\)"):
        plan_of(a=staff(1), b=staff(0), c=staff(1))
    with pytest.raises(ExclusiveClaimError, match=r"queue 0.*by a\)"):
        plan_of(a=staff([0, 0]))


# ---------------------------------------------------------------------- names that must exist


@pytest.mark.parametrize(
    ("table", "words"),
    [(post(5), "Post: channel"), (post(-1), "Post: channel"), (post(0, 3), "offer 3 is not made"),
     (post([0, 1], [0, 99]), "offer 99 is not made"), (post(0, -2), "offer -2 is not made"),
     (post(items=-1.0), "items"), (post(items=float("nan")), "items"),
     (rows(PeerPost, person=100, offer=0, items=1.0, layers=1), "PeerPost: person"),
     (rows(Contact, row=50, offer=0), "Contact: row"), (enrol(3, tier=0, upline=20), "Enrol: upline"),
     (enrol(-1), "Enrol: person"), (invite(100), "Invite: sponsor"), (invite(0, invitee=100), "Invite: invitee"),
     (invite(0, sponsor_fen=-1), "reward_sponsor_fen"), (promote(20, 1), "Promote: reseller"), (tend(5), "Tend: channel"),
     (tend(0, packet_fen=-1), "packet_fen"), (rows(Release, person=1, channel=5), "Release: channel"),
     (rows(StockOrder, buyer=20, supplier=-1, product=0, quantity=1, unit_fen=1), "StockOrder: buyer"),
     (rows(StockOrder, buyer=0, supplier=-1, product=2, quantity=1, unit_fen=1), "StockOrder: product"),
     (rows(StockOrder, buyer=0, supplier=-1, product=0, quantity=-1, unit_fen=1), "quantity"),
     (rows(StockOrder, buyer=-1, supplier=-1, product=0, quantity=1, unit_fen=1), "both the brand"),
     (rows(Impress, offer=0, count=-1, targeting=0.0, spend=-1), "count"),
     (rows(PoolOpen, initiator=100, offer=0, seats=2, deadline_day=1), "PoolOpen: initiator")],
)
def test_rows_that_name_what_does_not_exist_are_refused(table: Table, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        plan_of(a=acts(table))


def test_what_is_offered_today_may_be_posted_by_anybody() -> None:
    plan = plan_of(a=acts(offers=(offer(3),)), b=acts(post(0, 3)))
    assert plan.post.offer.tolist() == [3]


def test_only_tables_of_actions_are_taken() -> None:
    event: Any = Unfilled(*[np.array([1])] * 3)
    assert isinstance(event, EventTable)
    with pytest.raises(PlanError, match="Unfilled is not a table of actions"):
        plan_of(a=acts(event))


def test_rows_refuse_columns_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="missing or unknown: colour, offer"):
        rows(Contact, row=1, colour=2)
    with pytest.raises(ValueError, match="differ in length"):
        rows(Contact, row=[1, 2], offer=[1, 2, 3])
    assert len(rows(Contact, row=np.empty(0, np.int64), offer=3)) == 0


def test_groups_number_equal_rows_by_first_appearance() -> None:
    found = groups(np.array([5, 1, 5, 2, 1]), np.array([0, 0, 0, 0, 1]))
    assert found is not None
    assert (found[0].tolist(), found[1].tolist()) == ([0, 1, 3, 4], [0, 1, 0, 2, 3])
    assert groups(np.array([1, 2, 3])) is None
    assert groups(np.array([1])) is None
