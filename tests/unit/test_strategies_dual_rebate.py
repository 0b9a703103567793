"""Dual rebate proposes what its levers say, owes what it promised to the fen, and shows what it claims to show."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.core.errors import ScenarioError
from sim.exchange.actions import BY_PATH, LAYER_ALL
from sim.ledger.goods import Place
from sim.model.record import record_of
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.cautions import cautions
from sim.scenario.resolve import resolve_text
from sim.scenario.spec import ScenarioSpec

PRICE = 12_800


def market(days: int = 60, people: int = 1_500, mechanisms: dict[str, Any] | None = None, brand: dict[str, Any] | None = None,
           **levers: Any) -> ScenarioSpec:
    """Return a small market in which recruits and sales come often."""
    lively = {"recruiting": {"reseller_base": -2.5}, "choice": {"doors": {"tie": -4.5}}}
    return ScenarioSpec.model_validate({
        "people": people, "days": days, "network": {"kind": "dunbar", "ties_per_person": 40},
        "mechanisms": lively if mechanisms is None else mechanisms,
        "brand": {"cash": 1_000_000, "seed_customers": 50} | (brand or {}),
        "strategies": [{"kind": "dual_rebate", "founders": 20} | levers]})


def lived(days: int = 60, **settings: Any) -> RunState:
    state = start(market(days=days, **settings), 0, audit=True)
    for _ in range(days):
        step(state)
    return state


def planned(state: RunState) -> dict[str, Any]:
    """Return what is proposed for today, by name of table; offers, and what yesterday left for today, among them."""
    actions = state.seats[0].strategy.plan(state.views[0])
    tables = {type(t).__name__: t for t in (*actions.tables, *state.seats[0].tomorrow.tables)}
    return tables | {"offers": actions.offers}


@pytest.fixture(scope="module")
def grown() -> RunState:
    return lived()


# ---------------------------------------------------------------------- beginning


def test_founders_come_with_the_money_for_their_first_stock() -> None:
    state = start(market(founders=7, founder_units=30), 0)
    first = planned(state)
    assert len(first["Enrol"]) == len(set(first["Enrol"].person.tolist())) == 7
    assert (first["Enrol"].buy_in_fen == 30 * PRICE * 65 // 100).all()
    (offer,) = first["offers"]
    assert (offer.stock_owner, offer.price_fen, offer.list_price_fen) == (BY_PATH, PRICE, PRICE)
    step(state)
    second = planned(state)["StockOrder"]
    assert (second.quantity.tolist(), set(second.supplier.tolist())) == ([30] * 7, {-1})
    step(state)
    assert state.world.resellers.stock[:7, 0].tolist() == [30] * 7
    assert state.ledger.balance(Account.RESELLER)[:7].tolist() == [0] * 7


def test_founders_belong_to_the_market_and_differ_between_replications() -> None:
    one, same, other = (start(market(), r).seats[0].book["founders"].tolist() for r in (0, 0, 1))
    louder = start(market(posts_a_day=5, rebates={"levels": []}), 0).seats[0].book["founders"].tolist()
    assert one == same == louder != other


def test_without_founders_nothing_happens() -> None:
    state = lived(10, founders=0)
    assert state.world.resellers.size == 0
    assert state.ledger.goods.at(Place.RESELLER_STOCK).tolist() == [0]


# ---------------------------------------------------------------------- every day


def test_only_resellers_with_stock_post(grown: RunState) -> None:
    table, posts = grown.world.resellers, planned(grown)["PeerPost"]
    active = np.flatnonzero((table.left[: table.size] < 0) & (table.stock[: table.size, 0] > 0))
    assert posts.person.tolist() == table.person[active].tolist()
    assert set(posts.layers.tolist()) == {LAYER_ALL}
    state = lived(3, posts_a_day=0)
    assert "PeerPost" not in planned(state)


def test_a_price_is_what_the_tier_says_and_the_till_pays(grown: RunState) -> None:
    orders, table = planned(grown)["StockOrder"], grown.world.resellers
    assert len(orders)
    by_tier = np.array([PRICE * 65 // 100, PRICE // 2, PRICE * 40 // 100])
    assert orders.unit_fen.tolist() == by_tier[table.tier[orders.buyer]].tolist()
    assert (grown.ledger.balance(Account.RESELLER) >= -1_000_000).all()


def test_resellers_look_at_their_stock_on_their_own_day() -> None:
    state = start(market(days=40, mechanisms={"recruiting": {"mode": "off"}, "choice": {"doors": {"tie": -3.0}}},
                         stock={"every_days": 7, "expects": 3.0}), 0)
    days = defaultdict(set)
    for day in range(40):
        for row in step(state).events.stock_moved.buyer.tolist():
            days[row].add(day)
    name = state.world.people.uid[state.world.resellers.person[:20]]
    later = {row: {day % 7 for day in found if day > 1} for row, found in days.items()}
    assert all(1 in found for found in days.values())
    assert all(found <= {int(name[row]) % 7} for row, found in later.items())
    assert any(later.values())


def test_units_or_recruits_lift_a_reseller() -> None:
    tiers = [{"name": "low", "price_share": 0.6}, {"name": "high", "price_share": 0.5, "units": 60, "recruits": 2}]
    state = lived(40, tiers=tiers, founder_units=20)
    table = state.world.resellers
    n = table.size
    here = (table.left[:n] < 0) & (table.joined[:n] < 39)
    earned = (table.bought[:n] >= 60) | (table.recruits[:n] >= 2)
    risen = planned(state)["Promote"].reseller if "Promote" in planned(state) else np.empty(0, np.int64)
    assert (table.tier[:n][here & ~earned] == 0).all()
    late = np.isin(np.arange(n), risen)
    assert (table.tier[:n][here & earned & ~late] == 1).all()
    assert (table.recruits[:n] >= 2).any()


def test_what_a_recruit_is_asked_and_offered(grown: RunState) -> None:
    invite = planned(grown)["Invite"]
    first = 10 * PRICE * 65 // 100
    assert set(invite.buy_in_fen.tolist()) == {first}
    assert set(invite.reward_sponsor_fen.tolist()) == {first // 10}
    assert set(invite.role_tier.tolist()) == {0}
    dear = planned(lived(3, recruits={"entry_fee": "50 CNY"}, rebates={"head_count": "20 CNY"}))["Invite"]
    assert set(dear.buy_in_fen.tolist()) == {first + 5_000}
    assert set(dear.reward_sponsor_fen.tolist()) == {first // 10 + 2_000}


def test_only_survivors_are_shown_and_the_best_counts_more(grown: RunState) -> None:
    """Income shown by hand: mean and maximum of 30 days over the sponsor and three uplines who are still there."""
    book, table = grown.seats[0].book, grown.world.resellers
    month = book["month"].astype(float)
    invite = planned(grown)["Invite"]
    for person, shown in zip(invite.sponsor.tolist(), invite.perceived_income_fen.tolist(), strict=True):
        row, seen = int(table.row_of[person]), []
        for _ in range(4):
            if row >= 0 and table.left[row] < 0:
                seen.append(max(month[row], 0.0))
            row = int(table.upline[row]) if row >= 0 else -1
        assert shown == int(0.5 * np.mean(seen) + 0.5 * max(seen))
    assert invite.perceived_income_fen.max() > 0


def test_a_month_of_income_is_that_of_thirty_days() -> None:
    state = start(market(days=45), 0)
    earned = np.zeros((45, 10_000))
    for day in range(45):
        step(state)
        book = state.seats[0].book
        today = book[f"day {day % 30}"]
        earned[day, : len(today)] = today
        assert book["month"].tolist() == earned[max(0, day - 29) : day + 1, : len(book["month"])].sum(axis=0).tolist()
    assert earned.any()


# ---------------------------------------------------------------------- what is owed


def test_rebates_are_what_a_clerk_would_pay() -> None:
    """Every stock order of 60 days, one by one, up the chain by hand; the ledger holds the same sums to the fen."""
    state = start(market(), 0, audit=True)
    owed: dict[Purpose, int] = defaultdict(int)
    prices, rates = [PRICE * 65 // 100, PRICE // 2, PRICE * 40 // 100], (0.10, 0.05, 0.03)
    for _ in range(60):
        day, table = step(state), state.world.resellers
        here = [table.left[k] < 0 for k in range(table.size)]
        moved = day.events.stock_moved
        for buyer, units, unit, first in zip(moved.buyer.tolist(), moved.quantity.tolist(), moved.unit_fen.tolist(),
                                             moved.first.tolist(), strict=True):
            value, up, below, joined = units * unit, int(table.upline[buyer]), buyer, True
            if up >= 0 and here[up]:
                owed[Purpose.REFERRAL_REBATE] += value // 10 if first else 0
                owed[Purpose.SAME_LEVEL_REBATE] += value * 4 // 100 if table.tier[buyer] == table.tier[up] == 2 else 0
            for rate in rates:
                if up < 0:
                    break
                joined &= not 0 < table.tier[below] >= table.tier[up]
                owed[Purpose.LEVEL_REBATE] += int(value * round(rate * 100)) // 100 if joined and here[up] else 0
                below, up = up, int(table.upline[up])
            up = int(table.upline[buyer])
            while up >= 0 and not (here[up] and table.tier[up] > table.tier[buyer]):
                up = int(table.upline[up])
            owed[Purpose.TIER_SPREAD] += units * (unit - prices[int(table.tier[up])]) if up >= 0 else 0
    flows = state.ledger.flows.total()[Account.BRAND, Account.RESELLER]
    assert {p: int(flows[p]) for p in owed} == dict(owed)
    assert min(owed[p] for p in (Purpose.REFERRAL_REBATE, Purpose.LEVEL_REBATE, Purpose.TIER_SPREAD)) > 0


def test_heads_and_entry_are_paid_only_where_the_plan_says_so(grown: RunState) -> None:
    flows = grown.ledger.flows.total()
    assert flows[Account.BRAND, Account.RESELLER, Purpose.REFERRAL_REWARD] == 0
    assert flows[Account.RESELLER, Account.BRAND, Purpose.MEMBERSHIP_FEE] == 0
    state = lived(30, recruits={"entry_fee": "50 CNY"}, rebates={"head_count": "20 CNY"})
    flows, recruits = state.ledger.flows.total(), int((state.world.resellers.upline[: state.world.resellers.size] >= 0).sum())
    assert recruits > 0
    assert flows[Account.RESELLER, Account.BRAND, Purpose.MEMBERSHIP_FEE] == recruits * 5_000
    assert 0 < flows[Account.BRAND, Account.RESELLER, Purpose.REFERRAL_REWARD] <= recruits * 2_000


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_goods_are_conserved_on_every_way_out_of_the_channel(share: float) -> None:
    """Sold in = sold on and kept + in the channel + bought back + thrown away; the audit holds every day."""
    mechanisms = {"recruiting": {"reseller_base": -2.5, "patience": 3, "exit_hazard": 0.1},
                  "choice": {"doors": {"tie": -4.5}}}
    state = start(market(mechanisms=mechanisms, buy_back=share), 0, audit=True)
    sold_in = back = out = 0
    for _ in range(60):
        day = step(state)
        moved = day.events.stock_moved
        sold_in += int(moved.quantity[moved.supplier < 0].sum())
        back += int(moved.quantity[moved.buyer < 0].sum())
        mine = day.sold.seller >= 0
        again = np.isin(day.sold.order[mine], day.events.delivered.order[day.events.delivered.resaleable > 0])
        out += int(mine.sum()) - int(again.sum())
    lost = int(state.ledger.goods.at(Place.SCRAPPED).sum())
    held = int(state.world.resellers.stock[: state.world.resellers.size].sum())
    assert sold_in == out + held + back + lost
    assert (back > 0, lost > 0) == (share > 0, share == 0)
    paid = state.ledger.flows.total()[Account.BRAND, Account.RESELLER, Purpose.BUY_BACK]
    assert (paid > 0) == (share > 0)


# ---------------------------------------------------------------------- what the record says


def test_the_facts_of_the_plan_reach_the_record(grown: RunState) -> None:
    found = record_of(grown, {}, pictures=False)
    assert (found.facts["rebate_levels"], found.facts["buyback_provision_fen"]) == (3, 0)
    assert found.facts["income_shown_fen"] > 0
    assert 0 < found.facts["top_seller_share"] < 1


def test_a_promise_to_buy_back_is_worth_what_it_costs() -> None:
    """Stock counts for resellers what it would be bought back for, and against the brand what that exceeds its cost."""
    state = lived(20, buy_back=0.5, rebates={"levels": [], "referral": 0, "same_level": 0})
    found, table = record_of(state, {}, pictures=False), state.world.resellers
    promised = table.unit_fen[: table.size, 0] // 2
    held = table.stock[: table.size, 0]
    assert found.facts["buyback_provision_fen"] == (np.maximum(promised - 2_200, 0) * held).sum() > 0
    cash = state.ledger.result(Account.RESELLER)[: table.size]
    assert found.agents["net_fen"].tolist() == (cash + promised * held - table.buy_in_fen[: table.size]).tolist()
    series = found.daily
    costs = sum(series[name] for name in series if name.startswith("cost_"))
    assert np.cumsum(series["net_revenue_fen"] - costs) == pytest.approx(series["profit_fen"])


# ---------------------------------------------------------------------- mechanisms off


def test_rebates_off_recruits_fewer_and_recruiting_off_none() -> None:
    """What recruits are offered and shown moves how many come; without recruiting there are the founders."""
    none = {"levels": [], "referral": 0, "same_level": 0, "spread": False}
    many, few = (lived(90, rebates=plan).world.resellers.size for plan in ({}, none))
    assert many > 1.5 * few
    assert lived(90, mechanisms={"recruiting": {"mode": "off"}}).world.resellers.size == 20


def test_showing_the_best_recruits_more_than_showing_the_mean() -> None:
    shown = [lived(90, recruits={"survivor_bias": bias}).world.resellers.size for bias in (0.0, 1.0)]
    assert shown[1] > shown[0]


# ---------------------------------------------------------------------- bad levers


@pytest.mark.parametrize(("levers", "said"), [
    ("tiers: [{name: a, price_share: 50%}, {name: b, price_share: 60%}]", "price_share of tier 'b' must be below"),
    ("tiers: [{name: a, price_share: 60%, units: 9}, {name: b, price_share: 50%, units: 9}]", "units of tier 'b' must be above"),
    ("tiers: [{name: a, price_share: 60%}, {name: b, price_share: 60%}]", "s.yaml:3:12: error: strategies.dual_rebate.tiers"),
    ("tiers: []", "strategies.dual_rebate.tiers"),
    ("tiers: [{price_share: 0}]", "must be above 0"),
    ("rebates: {levels: [10%, 5%, 3%, 2%]}", "s.yaml:3:23: error: strategies.dual_rebate.rebates.levels"),
    ("rebates: {levels: [10%, 150%]}", "must be at most 1"),
    ("rebates: {referral: 60%, levels: [50%]}", "all rebates together cannot exceed 1"),
    ("rebates: {levles: []}", "did you mean 'levels'?"),
    ("stock: {cover: 0}", "must be above 0"),
    ("stock: {every_days: 0}", "must be at least 1"),
    ("founders: -1", "must be at least 0"),
    ("buy_back: 110%", "must be at most 1"),
    ("recruits: {push: 2}", "must be at most 1"),
    ("recruits: {entry_fee: -5 CNY}", "must be at least 0"),
    ("product: 3", "there is no product 3"),
])
def test_bad_levers_are_located(levers: str, said: str) -> None:
    text = f"strategies:\n  - kind: dual_rebate\n    {levers}\n"
    with pytest.raises(ScenarioError) as caught:
        resolve_text(textwrap.dedent(text), "s.yaml", ())
    located = "\n".join(problem.located() for problem in caught.value.problems)
    assert said in located
    assert located.startswith("s.yaml:3:")


# ---------------------------------------------------------------------- cautions


@pytest.mark.parametrize(("levers", "tiers"), [
    ({}, []),
    ({"rebates": {"levels": [0.3, 0.1], "referral": 0}}, ["entry"]),  # 51.20 - .4 x 83.20 = 17.92; 51.20 - .4 x 64 = 25.60
    ({"rebates": {"levels": [0.4, 0.2, 0.1], "referral": 0, "spread": False}}, ["level one", "general"]),  # .3 x 64 = 19.20
    ({"rebates": {"referral": 0, "levels": [], "same_level": 0.6}}, ["general"]),
])
def test_tiers_whose_rebates_eat_the_margin_are_warned_of(levers: dict[str, Any], tiers: list[str]) -> None:
    """Price 128, cost 22: a unit leaves the lowest price after spread, or the tier's own without it, less the rebates."""
    said = cautions(market(**levers))
    assert [text for text in map(str, said) if "less than its cost of 22.00 CNY" not in text] == []
    assert [next(t for t in ("entry", "level one", "general") if f"'{t}'" in str(text)) for text in said] == tiers


def test_a_strategy_without_cautions_is_passed_over() -> None:
    assert cautions(ScenarioSpec.model_validate({"people": 200, "strategies": [{"kind": "community"}]})) == []
