"""Influencer commerce books slots in turn, offers by fit, pays by the follower, and is gone with its contract."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.core.errors import ScenarioError
from sim.exchange.events import PathKind
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.resolve import resolve_text
from sim.scenario.spec import ScenarioSpec
from sim.verification.quiet import days_of, quiet


def market(days: int = 30, people: int = 600, **levers: Any) -> ScenarioSpec:
    levers = {"kind": "influencer", "n_kols": 4, "followers_min": 50, "followers_max": 300} | levers
    return ScenarioSpec.model_validate({"people": people, "days": days, "network": {"kind": "small_world"},
                                        "strategies": [levers]})


def after(days: int, spec: ScenarioSpec) -> RunState:
    state = start(spec, 0, audit=True)
    for _ in range(days):
        step(state)
    return state


def planned(day: int, **levers: Any) -> dict[str, Any]:
    """Return what is proposed on a day: tables by name, and the offers."""
    state = after(day, market(day + 1, **levers))
    actions = state.seats[0].strategy.plan(state.views[0])
    return {type(t).__name__: t for t in actions.tables} | {"offers": actions.offers, "state": state}


def test_slots_are_staggered_over_the_roster() -> None:
    """Four influencers, a slot every eight days: one of them every other day, each eight days after its last."""
    held = [planned(day, every_days=8).get("Post") for day in range(18)]
    channels = [[] if post is None else post.channel.tolist() for post in held]
    assert channels == [[0], [], [1], [], [2], [], [3], [], [0], [], [1], [], [2], [], [3], [], [0], []]


def test_more_influencers_than_days_share_the_days() -> None:
    assert [planned(day, every_days=2)["Post"].channel.tolist() for day in range(3)] == [[0, 1], [2, 3], [0, 1]]


def test_a_slot_is_one_sponsored_post_that_stays_up() -> None:
    post = planned(0)["Post"]
    assert (post.items.tolist(), post.commercial.tolist(), post.lasting.tolist()) == ([1.0], [1.0], [1])
    assert post.offer.tolist() == planned(0)["state"].seats[0].offers[:1].tolist()


def test_the_fee_goes_by_the_followers_of_yesterday() -> None:
    plan = planned(0, fee_per_follower="0.3 CNY")
    state, spend = plan["state"], plan["Spend"]
    assert spend.amount_fen.tolist() == [30 * int(state.world.channels.members[0])]
    assert (spend.payee_account.tolist(), spend.payee_owner.tolist()) == ([Account.KOL], [0])
    assert spend.purpose.tolist() == [Purpose.SLOT_FEE]


def test_offers_have_the_fit_of_label_and_audience_and_the_price_of_the_slot() -> None:
    roster = [{"followers": 50}, {"followers": 50, "fit": 0.4, "entertainment": 0.25},
              {"followers": 50, "label": {"beauty": 0.6, "food": 0.8}, "entertainment": 0}]
    offers = planned(0, roster=roster, discount=0.25, fit=1.0, entertainment=0.5)["offers"]
    assert [o.fit for o in offers] == pytest.approx([1.0 * 0.6, 0.4 * 0.8, 0.6])
    assert {(o.price_fen, o.list_price_fen) for o in offers} == {(9_600, 12_800)}


def test_trust_in_an_influencer_goes_with_the_label() -> None:
    roster = [{"followers": 50, "fit": f} for f in (1.0, 0.5, 0.0)]
    assert start(market(roster=roster, trust=0.3), 0).world.channels.trust.tolist() == pytest.approx([0.3, 0.15, 0.0])


def test_labels_move_on_the_day_of_a_slot_and_on_no_other() -> None:
    spec = market(12, every_days=4, drift=0.1)
    before = start(spec, 0).seats[0].book["label"]
    state = start(spec, 0)
    for day in range(8):
        step(state)
        label = state.seats[0].book["label"]
        moved = np.flatnonzero((label != before).any(axis=1)).tolist()
        assert moved == [day % 4]
        assert label[moved[0], 0] == pytest.approx(before[moved[0], 0] + 0.1 * (1 - before[moved[0], 0]))
        before = label
    still = after(8, market(12, every_days=4, drift=0))
    assert np.array_equal(still.seats[0].book["label"], start(spec, 0).seats[0].book["label"])


@pytest.mark.parametrize(("form", "door"), [("live", PathKind.LIVE), ("post", PathKind.FEED)])
def test_the_form_decides_the_door(form: str, door: PathKind) -> None:
    spec = quiet(500, 2, [{"kind": "influencer", "format": form, "n_kols": 3, "followers_min": 100, "every_days": 1}])
    doors = {kind for _, day in days_of(spec) for kind in day.events.ordered.path_kind.tolist()}
    assert doors == {door}


def test_the_audience_is_rented_and_gone_after_the_contract() -> None:
    spec = market(40, until_day=20, every_days=1, entertainment=0)
    exposures = [day.noticed for _, day in days_of(spec)]
    assert min(exposures[:21]) > 0
    assert max(exposures[21:]) == 0
    state = after(40, spec)
    assert state.recorder.series["members"].sum() == 0
    assert not state.world.offers.live[state.seats[0].offers].any()
    assert int(state.ledger.statement[0, Purpose.SLOT_FEE, 21:].sum()) == 0


def test_a_banned_influencer_holds_no_slot_and_costs_nothing() -> None:
    spec = quiet(300, 6, [{"kind": "influencer", "n_kols": 1, "followers_min": 100, "every_days": 1, "commission": 0.1}],
                 shocks=[{"kind": "account_ban", "day": 2, "share": 1}], enforcement={"first_ban": 2})
    paid = [len(day.events.settled) for _, day in days_of(spec)]
    assert paid == [1, 1, 0, 0, 1, 1]


def test_followers_are_as_many_as_there_are_people_at_most() -> None:
    state = start(market(people=100, roster=[{"followers": 5_000}, {"followers": 0}]), 0)
    assert state.world.channels.members.tolist() == [100, 0]


def test_replications_have_rosters_of_their_own() -> None:
    spec = market(n_kols=30)
    one, same, other = (start(spec, r).world.channels.members.tolist() for r in (0, 0, 1))
    assert one == same != other


@pytest.mark.parametrize(("levers", "said"), [
    ("followers_min: 900\n    followers_max: 500", "s.yaml:4:20: error: strategies.influencer.followers_max: must be at "),
    ("followers_min: 900\n    followers_max: 500", "must be at least followers_min, 900 (got 500)"),
    ("followers_exponent: 1", "must be above 1"),
    ("format: radio", "s.yaml:3:13: error: strategies.influencer.format"),
    ("every_days: 0", "must be at least 1"),
    ("n_kols: 0", "must be at least 1"),
    ("fee_per_follower: -1", "must be at least 0"),
    ("commission: 120%", "must be at most 1"),
    ("product: 3", "there is no product 3"),
    ("rooster: []", "did you mean 'roster'?"),
    ("roster: [{fit: 1}]", "s.yaml:3:15: error: strategies.influencer.roster.0.followers: 'followers' is missing"),
    ("roster: [{followers: 5, fit: 2}]", "must be at most 1"),
    ("roster: [{followers: 5, label: {beuty: 1}}]", "no category 'beuty' - did you mean 'beauty'?"),
    ("roster: [{followers: 5, label: {food: 0}}]", "a label needs a weight above 0"),
    ("roster: [{followers: 5, label: {}}]", "a label needs a weight above 0"),
    ("roster: [{followers: 5, fit: 1, label: {food: 1}}]", "write either a fit or a label, not both"),
    ("roster: [{followers: 5, label: {food: -1}}]", "must be at least 0"),
])
def test_bad_levers_are_located(levers: str, said: str) -> None:
    text = f"strategies:\n  - kind: influencer\n    {levers}\n"
    with pytest.raises(ScenarioError) as caught:
        resolve_text(textwrap.dedent(text), "s.yaml", ())
    located = "\n".join(problem.located() for problem in caught.value.problems)
    assert said in located
    assert located.startswith("s.yaml:")


@pytest.mark.parametrize(("lever", "said"), [("burst: 0", "above 0"), ("theta: 0", "above 0"), ("window: 0", "at least 1"),
                                             ("cooling: 0", "above 0"), ("mode: hot", "'burst'"), ("organic: -1", "at least 0")])
def test_bad_heat_is_located(lever: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        resolve_text(f"mechanisms:\n  heat: {{{lever}}}\n", "s.yaml", ())
    (problem,) = caught.value.problems
    assert said in problem.located()
    assert problem.located().startswith("s.yaml:2:")
