"""Host hours, fake accounts and fees: what a community asks for, pays and is paid, and what a KPI makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Purpose
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.strategies.hosting import daily, first_groups
from tests.unit.test_strategies_community import lived, market

STILL = {"audience": {"noise": 0.0, "host_skill_spread": 0.0}}


def care(state: RunState) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return host hours and fake accounts of each group that the strategy asks for today."""
    hours, fakes = np.zeros(len(state.world.channels)), np.zeros(len(state.world.channels), np.int64)
    for table in state.seats[0].strategy.plan(state.views[0]).tables:
        if type(table).__name__ == "Tend":
            np.add.at(hours, table.channel, table.host_hours)
            np.add.at(fakes, table.channel, table.fake_accounts)
    return hours, fakes


def at_noon(days: int = 1, **levers: Any) -> RunState:
    """Return a run after some days, about to plan."""
    state = start(market(days=days + 2, **levers), 0)
    for _ in range(days):
        step(state)
    return state


def test_hours_are_even_or_follow_what_is_observed_fakes_included() -> None:
    even = at_noon(host_hours=4, groups=4, fake_accounts=30, fake_groups=0.5)
    assert care(even)[0].tolist() == [1.0] * 4
    drawn = at_noon(host_hours=4, groups=4, fake_accounts=30, fake_groups=0.5, allocate="observed")
    view = drawn.views[0]
    seen, hours = view.observed_activity(view.channels), care(drawn)[0]
    assert hours == pytest.approx(4 * seen / seen.sum())
    assert hours[:2].min() > 1 > hours[2:].max()  # away from the groups without fakes
    honest = care(at_noon(host_hours=4, groups=4, allocate="observed"))[0]
    assert np.ptp(honest) < np.ptp(hours)


def test_fakes_act_in_a_share_of_the_groups_and_cost_a_thirtieth_a_day() -> None:
    assert first_groups(5, 0.4, 7).tolist() == [7, 7, 0, 0, 0]
    assert daily(3_000, 7) == 700
    assert daily(100, 1) == 3  # floored
    state = lived(days=20, fake_accounts=7, fake_groups=0.5, mechanisms={"detection": {"fake_detection": 0}})
    assert state.world.channels.fakes.tolist() == [7, 7, 0, 0]
    assert -int(state.ledger.statement[0, Purpose.TOOLS].sum()) == 20 * daily(3_000, 14)
    assert -int(lived(days=20).ledger.statement[0, Purpose.TOOLS].sum()) == 0


def test_fakes_that_were_found_out_are_no_longer_paid_for() -> None:
    state = lived(days=20, fake_accounts=7, mechanisms={"detection": {"fake_detection": 1.0}})
    assert -int(state.ledger.statement[0, Purpose.TOOLS].sum()) == daily(3_000, 28)  # found on day 0
    assert state.world.channels.unmasked.all()


def test_a_target_is_met_with_fakes_instead_of_care() -> None:
    state = at_noon(days=0, kpi="activity", kpi_target=0.55, host_hours=4, mechanisms=STILL)
    assert care(state)[0].tolist() == [0.0] * 4
    assert care(state)[1].tolist() == [1] * 4  # one more a day
    seen = []
    for _ in range(2):
        step(state)
        seen.append(float(state.views[0].observed_activity(state.views[0].channels).min()))
    assert care(state)[1].min() >= 2
    assert seen[1] > seen[0]
    met = at_noon(days=0, kpi="activity", kpi_target=0.4, host_hours=4)
    assert care(met)[0].tolist() == [1.0] * 4
    assert care(met)[1].tolist() == [0] * 4


def test_where_fakes_were_found_out_only_care_is_left() -> None:
    state = at_noon(days=3, kpi="activity", kpi_target=1.0, host_hours=4,
                    mechanisms={"detection": {"fake_detection": 1.0}})
    assert care(state)[0].tolist() == [1.0] * 4
    assert care(state)[1].tolist() == [0] * 4


def test_who_reads_the_kpi_picks_the_fakes_while_the_groups_are_worse_for_them() -> None:
    unseen = {"detection": {"fake_detection": 0}} | STILL
    honest, faked = (lived(days=60, mechanisms=unseen, **kpi).recorder.series
                     for kpi in ({}, {"kpi": "activity", "kpi_target": 0.8}))
    assert faked["observed_activity"].mean() > honest["observed_activity"].mean() + 0.2
    assert faked["true_activity"].mean() < honest["true_activity"].mean()
    # Where a host can do nothing, nothing is lost by not hosting: the trap is the care that is not given.
    idle = unseen | {"audience": STILL["audience"] | {"host_effect": 0.0, "value_effect": 0.0}}
    health = [lived(days=60, mechanisms=idle, **kpi).recorder.series["group_health"]
              for kpi in ({}, {"kpi": "activity", "kpi_target": 0.8})]
    assert np.array_equal(*health)


def test_discovery_brings_the_show_down() -> None:
    caught = lived(days=60, kpi="activity", kpi_target=0.8, mechanisms={"detection": {"fake_detection": 0.02}} | STILL)
    safe = lived(days=60, kpi="activity", kpi_target=0.8, mechanisms={"detection": {"fake_detection": 0}} | STILL)
    assert caught.recorder.series["unmasked"].sum() > 0
    assert caught.recorder.series["observed_activity"][-1] < safe.recorder.series["observed_activity"][-1] - 0.2
    trust = [float(s.world.audiences.trust[: s.world.audiences.size].mean()) for s in (caught, safe)]
    assert trust[0] < 0.8 * trust[1]


def fees_of(state: RunState) -> int:
    return int(state.ledger.statement[0, Purpose.MEMBERSHIP_FEE].sum())


def test_monthly_fees_are_a_thirtieth_a_day_of_present_members_to_the_fen() -> None:
    calm = {"audience": {"leave": 0.0}, "fees": {"enabled": False}}
    state = lived(days=20, monthly_fee="9.99 CNY", ask_buyers=False, members_invite=False, mechanisms=calm)
    members = state.world.channels.members
    assert members.tolist() == [30] * 4
    assert fees_of(state) == 20 * int((members * 999 // 30).sum())


def test_an_entry_fee_is_paid_by_those_who_join_and_by_nobody_else() -> None:
    keen = {"recruiting": {"buyer_joins": 1.0}, "choice": {"doors": {"group": 0, "memory": 3}}, "fees": {"enabled": False}}
    state = lived(days=20, entry_fee="7 CNY", members_invite=False, seed_members=0.5, mechanisms=keen)
    newcomers = state.world.audiences.size - 60
    assert newcomers > 10
    assert fees_of(state) == newcomers * 700


def test_nobody_pays_for_a_closed_group() -> None:
    spec = market(days=10, monthly_fee="30 CNY", ask_buyers=False, members_invite=False,
                  mechanisms={"audience": {"leave": 0.0}, "fees": {"enabled": False}})
    shut = spec.model_validate(spec.model_dump(mode="json", by_alias=True) | {"shocks": [{"kind": "account_ban", "day": 4, "share": 1}]})
    state = start(shut, 0, audit=True)
    for _ in range(10):
        step(state)
    assert fees_of(state) == 4 * 120 * 100


def test_a_community_that_takes_more_than_it_gives_is_left_and_one_that_gives_enough_is_not() -> None:
    few = {"posts_a_day": 1, "survey_day": None, "ask_buyers": False, "members_invite": False,
           "prune_every_days": 0}
    calm = {"audience": {"leave": 0.0}, "fees": {"leave_fee": 0.05}}
    greedy, fair, unfelt = (lived(days=120, mechanisms=m, **few, monthly_fee=fee) for fee, m in (
        ("60 CNY", calm), ("3 CNY", calm), ("60 CNY", calm | {"fees": {"enabled": False}})))
    members = [int(s.world.channels.members.sum()) for s in (greedy, fair, unfelt)]
    assert members[0] < 0.05 * members[1]
    assert members[1] == members[2] == 120
    assert 0 < fees_of(greedy) < fees_of(unfelt)
