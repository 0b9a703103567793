"""Community commerce proposes what its levers say, pays for it, and owes what it promised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.core.accounts import Purpose
from sim.exchange.events import PathKind
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.spec import ScenarioSpec
from sim.strategies.community import CommunityParams


def market(days: int = 30, people: int = 600, brand: dict[str, Any] | None = None,
           mechanisms: dict[str, Any] | None = None,
           **levers: Any) -> ScenarioSpec:
    return ScenarioSpec.model_validate({
        "people": people, "days": days, "network": {"kind": "small_world", "ties_per_person": 10},
        "brand": {"cash": 100_000, "seed_customers": 120} | (brand or {}), "mechanisms": mechanisms or {},
        "strategies": [{"kind": "community", "groups": 4} | levers]})


def planned(day: int, **levers: Any) -> dict[str, Any]:
    """Return the tables proposed on a day, by name; tables of one kind in a list."""
    state = start(market(days=day + 1, **levers), 0)
    for _ in range(day):
        step(state)
    tables: dict[str, Any] = {}
    actions = state.seats[0].strategy.plan(state.views[0])
    for table in actions.tables:
        tables.setdefault(type(table).__name__, []).append(table)
    return tables | {"offers": actions.offers}


def lived(**settings: Any) -> RunState:
    state = start(market(**settings), 0, audit=True)
    for _ in range(state.spec.days):
        step(state)
    return state


def test_the_content_mix_goes_into_every_group() -> None:
    (post,) = planned(0, posts_a_day=4, content={"useful": 0.4, "interesting": 0.2, "affectionate": 0.1,
                                                 "profitable": 0.3})["Post"]
    assert len(post) == 4
    assert (post.items == 4).all()
    assert post.commercial == pytest.approx(0.3)
    assert post.value == pytest.approx(0.7)
    assert "Post" not in planned(0, posts_a_day=0)


def test_a_mix_must_be_whole() -> None:
    with pytest.raises(ValidationError, match="sum to 1"):
        CommunityParams.model_validate({"content": {"useful": 0.9}})


def test_nothing_is_sold_before_selling_begins_and_the_share_goes_to_the_other_kinds() -> None:
    warm, sold = planned(4, sell_from_day=5)["Post"][0], planned(5, sell_from_day=5)["Post"][0]
    assert (warm.commercial == 0).all()
    assert warm.value == pytest.approx(1.0)
    assert sold.commercial == pytest.approx(0.1)
    assert sold.value == pytest.approx(0.9)
    only_offers = {"useful": 0, "interesting": 0, "affectionate": 0, "profitable": 1}
    assert planned(0, sell_from_day=5, content=only_offers)["Post"][0].value == pytest.approx(1.0)


def test_a_warm_up_has_a_mix_of_its_own() -> None:
    soft = {"useful": 0.95, "interesting": 0, "affectionate": 0, "profitable": 0.05}
    assert planned(4, sell_from_day=5, warm_up=soft)["Post"][0].commercial == pytest.approx(0.05)
    assert planned(5, sell_from_day=5, warm_up=soft)["Post"][0].commercial == pytest.approx(0.1)
    with pytest.raises(ValidationError, match=r"warm_up(.|\n)*sum to 1"):
        CommunityParams.model_validate({"warm_up": {"useful": 0.9}})


def by_group(state: RunState, days: range) -> int:
    """Step through days and count the orders that came through the group."""
    found = 0
    for _ in days:
        found += int((step(state).events.ordered.path_kind == PathKind.GROUP).sum())
    return found


def test_selling_late_spares_the_group_at_first_and_then_sells_as_the_early_one_does() -> None:
    """No verdict on when it pays, only that the lever moves what it should."""
    keen = {"choice": {"doors": {"group": 0}}}
    loud = {"useful": 0.3, "interesting": 0.1, "affectionate": 0.1, "profitable": 0.5}
    early, late = (start(market(days=60, sell_from_day=day, content=loud, mechanisms=keen), 0) for day in (0, 30))
    assert by_group(early, range(30)) > by_group(late, range(30)) == 0
    health = [s.world.channels.health.mean() for s in (early, late)]
    assert health[1] > health[0] + 0.02
    assert by_group(late, range(30)) > 0
    # Where selling does no harm and value no good, waiting changes nothing in the groups.
    spared = keen | {"audience": {"promo_harm": 0.0, "value_effect": 0.0}}
    same = [lived(days=30, sell_from_day=day, content=loud, mechanisms=spared).world.channels.health for day in (0, 30)]
    assert np.array_equal(*same)


def test_host_hours_are_for_the_whole_operation() -> None:
    first = planned(1, host_hours=3, groups=4)
    assert first["Tend"][0].host_hours == pytest.approx(0.75)
    spend = first["Spend"][0]
    assert spend.amount_fen[spend.purpose == Purpose.HOST].tolist() == [3 * 2_500]


def test_red_packets_come_on_their_day() -> None:
    for day, expected in ((0, 4 * 50_00), (6, 0), (7, 4 * 50_00)):
        spend = planned(day, red_packets={"every_days": 7, "amount": 50})["Spend"][0]
        assert spend.amount_fen[spend.purpose == Purpose.PACKET].sum() == expected
    none = planned(0, red_packets={"amount": 0})
    assert len(none["Tend"]) == 1


def test_the_survey_is_paid_once_and_content_fits_better_after_it() -> None:
    for day, fit, paid in ((2, 0.3, 0), (3, 0.7, 200_000), (4, 0.7, 0)):
        tables = planned(day, survey_day=3)
        assert tables["Tend"][0].fit == pytest.approx(fit)
        spend = tables["Spend"][0]
        assert spend.amount_fen[spend.purpose == Purpose.SURVEY].sum() == paid
    assert planned(20, survey_day=None)["Tend"][0].fit == pytest.approx(0.3)


def test_pruning_and_rules_are_levers() -> None:
    assert planned(30, prune_every_days=30)["Tend"][0].prune_idle_days.max() > 0
    assert planned(29, prune_every_days=30)["Tend"][0].prune_idle_days.max() == 0
    assert planned(30, prune_every_days=0)["Tend"][0].prune_idle_days.max() == 0
    assert (planned(0, rules=False)["Tend"][0].rules == 0).all()


def test_the_members_price_and_the_claim() -> None:
    (offer,) = planned(0, discount=0.25)["offers"]
    assert (offer.price_fen, offer.list_price_fen) == (9_600, 12_800)
    assert offer.claim == pytest.approx(0.72)


def test_seed_customers_are_spread_over_the_groups() -> None:
    state = start(market(seed_members=0.5), 0)
    assert state.world.channels.members.tolist() == [15] * 4
    assert start(market(seed_members=0.0), 0).world.channels.members.sum() == 0


def test_buyers_are_asked_in_and_pleased_members_bring_friends() -> None:
    keen = {"recruiting": {"buyer_joins": 1.0, "invite_base": 50, "join_base": 50},
            "choice": {"doors": {"group": 0, "memory": 3}}}
    both, buyers, friends, none = (lived(mechanisms=keen, ask_buyers=a, members_invite=b, days=20, seed_members=0.5)
                                   for a, b in ((True, True), (True, False), (False, True), (False, False)))
    members = [s.world.audiences.size for s in (both, buyers, friends, none)]
    assert members[0] > max(members[1:3])
    assert min(members[1:3]) > members[3] == 60


def test_rewards_are_owed_for_those_who_joined_only() -> None:
    keen = {"recruiting": {"invite_base": 50, "join_base": 50}, "choice": {"doors": {"group": 0, "memory": 3}}}
    state = lived(mechanisms=keen, invite_reward=7, newcomer_reward=3, days=20, ask_buyers=False)
    invited = state.world.audiences.size - 120
    assert invited > 20
    assert -int(state.ledger.statement[0, Purpose.REFERRAL_REWARD].sum()) == invited * 1_000


def test_without_cash_nothing_is_spent_and_the_groups_get_less() -> None:
    rich, poor = lived(days=40), lived(days=40, brand={"cash": 0})
    spent = [-int(state.ledger.statement[0, Purpose.HOST].sum()) for state in (poor, rich)]
    assert spent[0] < spent[1] == 40 * 7_500
    assert poor.world.channels.health.mean() < rich.world.channels.health.mean()


def test_more_accounts_survive_a_ban_of_one() -> None:
    for accounts in (1, 4):
        state = start(market(accounts=accounts), 0)
        assert len(np.unique(state.world.channels.account)) == accounts
