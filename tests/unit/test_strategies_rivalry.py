"""Spies report what rivals' members pay, a copier follows, and a rival who screens is copied less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Purpose
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.spec import ScenarioSpec
from sim.strategies.hosting import daily

NEVER_LEFT = {"leave": 0.0, "mute_base": 0.0}


def rivals(days: int = 20, ours: dict[str, Any] | None = None, theirs: dict[str, Any] | None = None,
           category: str = "beauty", **mechanisms: Any) -> ScenarioSpec:
    """Two brands with groups; the second gives its members a discount of a quarter."""
    brand = {"cash": 100_000, "seed_customers": 60}
    return ScenarioSpec.model_validate({
        "people": 400, "days": days, "network": {"kind": "small_world", "ties_per_person": 10},
        "brands": [brand | {"name": "ours"}, brand | {"name": "theirs", "product": {"category": category}}],
        "mechanisms": {"audience": NEVER_LEFT} | mechanisms,
        "strategies": [{"kind": "community", "groups": 2} | (ours or {}),
                       {"kind": "community", "id": "theirs", "brand": 1, "groups": 2, "discount": 0.25} | (theirs or {})]})


def lived(**settings: Any) -> RunState:
    state = start(rivals(**settings), 0, audit=True)
    for _ in range(state.spec.days):
        step(state)
    return state


def price_today(state: RunState) -> int:
    seat = state.seats[0]
    (offer,) = seat.strategy.plan(state.views[0]).offers
    return offer.price_fen


SPYING = {"spies": 3, "copies": True}


def test_spies_are_own_members_in_rival_groups_dealt_out_evenly_and_paid() -> None:
    state = lived(days=5, ours=SPYING, theirs={"ask_buyers": False, "members_invite": False})
    view = state.views[0]
    assert view.rival_channels.tolist() == state.seats[1].channels.tolist()
    assert view.spies(view.rival_channels).tolist() == [2, 1]
    assert view.spies(view.channels).tolist() == [0, 0]
    (them,) = [v for v in state.views if v.brand == 1]
    assert them.rival_channels.tolist() == state.seats[0].channels.tolist()
    assert state.world.channels.members[state.seats[1].channels].tolist() == [32, 31]
    assert view.belongs(state.seats[0].book["spies"]).all()
    assert -int(state.ledger.statement[0, Purpose.TOOLS].sum()) == 4 * daily(20_000, 3)  # sent on day 0, paid from day 1


def test_spies_report_price_and_claim_of_yesterday_and_only_where_they_sit() -> None:
    state = lived(days=3, ours={"spies": 1})
    seen = state.views[0].rival_offers()
    assert seen.channel.tolist() == state.seats[1].channels[:1].tolist()
    assert (seen.offer.tolist(), seen.price_fen.tolist(), seen.list_price_fen.tolist()) == (
        state.seats[1].offers.tolist(), [9_600], [12_800])
    assert seen.claim.tolist() == [0.72]
    assert len(lived(days=3).views[0].rival_offers().price_fen) == 0
    assert len(lived(days=3, ours={"spies": 1}, theirs={"sell_from_day": 10}).views[0].rival_offers().price_fen) == 0


@pytest.mark.parametrize(("undercut", "discount", "expected"), [
    (0.0, 0.0, 9_600), (0.1, 0.0, 8_640), (0.9, 0.0, 2_800), (0.0, 0.5, 6_400)])
def test_a_copier_matches_or_undercuts_but_never_below_cost_nor_above_its_own_price(undercut: float, discount: float,
                                                                                   expected: int) -> None:
    state = lived(days=3, ours=SPYING | {"undercut": undercut, "discount": discount})
    assert price_today(state) == expected


def test_without_spies_or_with_goods_of_another_kind_nothing_is_copied() -> None:
    assert price_today(lived(days=3, ours={"copies": True})) == 12_800
    assert price_today(lived(days=3, ours={"spies": 3})) == 12_800
    assert price_today(lived(days=3, ours=SPYING, category="food")) == 12_800


def test_a_brand_alone_has_no_rivals() -> None:
    spec = ScenarioSpec.model_validate({"people": 200, "days": 3, "strategies": [
        {"kind": "community", "spies": 3, "copies": True}, {"kind": "community", "id": "other"}]})
    state = start(spec, 0)
    step(state)
    assert len(state.views[0].rival_channels) == 0
    assert price_today(state) == 12_800


def copied_days(screening: int, **detection: Any) -> int:
    """Return the days on which the copier's price followed the rival's."""
    state = start(rivals(days=84, ours=SPYING | {"spies": 2}, theirs={"screen_every_days": screening},
                         detection={"screen_errs": 0.0} | detection), 0)
    found = 0
    for _ in range(84):
        step(state)
        found += price_today(state) < 12_800
    return found


def test_screening_slows_copying_unless_it_finds_nobody() -> None:
    free, screened = copied_days(0), copied_days(1)
    assert free == 84
    assert screened < 0.7 * free
    assert copied_days(1, screen_finds=0.0) == free


def test_nobody_is_sent_twice() -> None:
    state = lived(days=60, ours=SPYING, theirs={"screen_every_days": 1}, detection={"screen_finds": 1.0})
    rows = state.world.audiences
    theirs = np.isin(rows.channel[: rows.size], state.seats[1].channels)
    sent = state.seats[0].book["spies"]
    assert len(sent) > 10
    assert np.bincount(rows.person[: rows.size][theirs])[sent].max() == 1


def test_a_scenario_says_where_a_lever_of_rivalry_is_wrong() -> None:
    for levers, words in (({"spies": -1}, "spies"), ({"undercut": 2}, "undercut"), ({"kpi": "clicks"}, "kpi"),
                          ({"screen_every_days": -3}, "screen_every_days"), ({"fake_groups": "120%"}, "fake_groups"),
                          ({"monthly_fee": "-1 CNY"}, "monthly_fee"), ({"allocate": "fair"}, "allocate")):
        with pytest.raises(ValueError, match=words):
            rivals(ours=levers)
