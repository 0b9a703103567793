"""Paid ads buy what the budget pays for at the day's price, and owe the platform its rate."""

from __future__ import annotations

from typing import Any

import pytest

from sim.core.accounts import Account, Purpose
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.spec import ScenarioSpec
from sim.verification.quiet import finished, quiet


def bought(day: int, **levers: Any) -> tuple[int, int]:
    """Return (impressions, fen) asked for on a day."""
    spec = ScenarioSpec.model_validate({"people": 100, "days": day + 1, "network": {"kind": "small_world"},
                                        "strategies": [{"kind": "paid_ads"} | levers]})
    state = start(spec, 0)
    for _ in range(day):
        step(state)
    tables = {type(t).__name__: t for t in state.seats[0].strategy.plan(state.views[0]).tables}
    if not tables:
        return 0, 0
    return int(tables["Impress"].count.sum()), int(tables["Spend"].amount_fen.sum())


def test_impressions_are_budget_over_price() -> None:
    assert bought(0, daily_budget=300, cpm=60) == (5_000, 30_000)
    assert bought(0, daily_budget=0) == (0, 0)


def test_traffic_grows_dearer() -> None:
    day = 100
    expected = int(24_000 * 1000 / (6_000 * 1.1 ** (day / 365)))
    assert bought(day)[0] == expected < bought(0)[0] == 4_000
    assert bought(day, cpm_drift=0)[0] == 4_000


def test_it_ends_when_it_should() -> None:
    assert bought(5, until_day=5)[0] > 0
    assert bought(6, until_day=5) == (0, 0)


def all_buy(days: int = 3, **levers: Any) -> RunState:
    return finished(quiet(500, days, [{"kind": "paid_ads", "daily_budget": 24, "cpm": 60} | levers],
                          attention={"mode": "all"}, product={"price": 99.99}))


def test_the_platform_takes_its_rate_floored_to_the_fen() -> None:
    state = all_buy(take_rate=0.05)
    orders = int(state.recorder.series["orders"].sum())
    assert orders > 300
    assert -int(state.ledger.statement[0, Purpose.COMMISSION].sum()) == orders * (9_999 * 5 // 100)
    assert int(all_buy(take_rate=0).ledger.statement[0, Purpose.COMMISSION].sum()) == 0


def test_discounts_are_given_on_the_list_price() -> None:
    state = all_buy(discount=0.1)
    orders = int(state.recorder.series["orders"].sum())
    assert int(state.ledger.statement[0, Purpose.SALE].sum()) == orders * (9_999 - 999)


def test_a_poor_brand_shows_less() -> None:
    spec = quiet(500, 2, [{"kind": "paid_ads", "daily_budget": 24, "cpm": 60}], attention={"mode": "all"},
                 brand={"cash": 12}, repurchase={"mode": "off"}, choice={"mode": "logit", "doors": {"impression": -50}})
    state = finished(spec)
    assert state.recorder.series["impressions"].tolist() == [200, 0]
    assert state.ledger.balance(Account.PLATFORM)[0] == 1_200
    assert state.ledger.cash_fen(0) == 0


def test_nothing_is_owned_when_the_campaign_ends() -> None:
    state = all_buy()
    assert len(state.world.channels) == 0
    assert state.recorder.series["members"].sum() == 0


def test_targeting_reaches_the_interested() -> None:
    shares = []
    for targeting in (0.0, 1.0):
        spec = quiet(4_000, 1, [{"kind": "paid_ads", "daily_budget": 60, "cpm": 60, "targeting": targeting}],
                     attention={"mode": "all"})
        world = finished(spec).world
        shares.append(float(world.people.interest[world.people.orders[:, 0] > 0, 0].mean()))
    assert shares[1] > shares[0] + 0.15
    assert shares[0] == pytest.approx(0.23, abs=0.03)
