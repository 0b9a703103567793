"""Whatever the scenario, money, goods and people are conserved every day, and what is bounded stays bounded.

Hypothesis draws small worlds, strategies and switches; the ledger's audit checks its laws at the end of
each day, and the checks below hold the world against the events of the day.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.accounts import Account, Purpose
from sim.ledger.goods import Place
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.spec import ScenarioSpec
from sim.strategies.community import CommunityParams
from sim.strategies.direct_sales import DirectSalesParams
from sim.strategies.influencer import InfluencerParams
from sim.strategies.paid_ads import PaidAdsParams
from sim.world.audiences import LEFT, SPY
from sim.world.ties import DISTRUST
from tests.conformance.market_day import MarketDay
from tests.conformance.strategies import Deals, Feed, Terms

if TYPE_CHECKING:
    from sim.model.day import Day

shares = st.sampled_from([0.0, 0.05, 0.3, 0.7, 1.0])


SIGNED_PEOPLE = 60


@functools.cache
def signed_graph() -> Any:
    """Return a graph in which a third of the ties are distrust."""
    import networkx as nx

    graph = nx.gnm_random_graph(SIGNED_PEOPLE, 500, seed=5, directed=True)
    for k, (_, _, facts) in enumerate(graph.edges(data=True)):
        facts["trust"] = (0.1 + 0.8 * (k % 7) / 7) * (-1 if k % 3 == 0 else 1)
        facts["layer"] = k % 4
    return graph


@st.composite
def products(draw: st.DrawFn) -> dict[str, Any]:
    return {"price": draw(st.integers(1, 300)), "unit_cost": draw(st.integers(0, 80)),
            "delivery_cost": draw(st.integers(0, 9)), "quality": draw(shares),
            "claimed_quality": draw(st.none() | shares), "uses_days": draw(st.sampled_from([1, 3, 30])),
            "stock": draw(st.none() | st.integers(0, 60)), "category": draw(st.sampled_from(["beauty", "food"]))}


@st.composite
def mechanisms(draw: st.DrawFn) -> dict[str, Any]:
    door = draw(st.sampled_from([-6.0, -3.0, 0.0]))
    return {
        "attention": {"mode": draw(st.sampled_from(["limited", "all"])),
                      "background_items": draw(st.sampled_from([0, 120])),
                      "trust_loss_spam": draw(shares), "trust_gain_value": draw(shares)},
        "belief": {"mode": draw(st.sampled_from(["learning", "off"]))},
        "choice": {"mode": draw(st.sampled_from(["logit", "certain"])), "nest": draw(st.sampled_from([0.1, 1.0])),
                   "impulse": draw(shares), "doors": dict.fromkeys(("impression", "feed", "group", "live", "chat",
                                                                    "tie"), door)},
        "fulfilment": {"queues": draw(st.booleans()), "stock": draw(st.booleans()),
                       "pool_days": draw(st.integers(0, 3))},
        "experience": {"moves_trust": draw(st.booleans()), "defect": draw(shares), "sever": draw(shares),
                       "return_base": draw(shares), "resaleable": draw(shares),
                       "noise": draw(st.sampled_from([0, 0.2, 1]))},
        "word_of_mouth": {"enabled": draw(st.booleans()), "days": draw(st.sampled_from([0, 1, 14])),
                          "constant_rate": draw(st.none() | shares), "contact": (1, 0.5, 0.5, 0.5)},
        "repurchase": {"mode": draw(st.sampled_from(["occasions", "bgnbd", "always", "off"]))},
        "recruiting": {"mode": draw(st.sampled_from(["logit", "certain", "off"])),
                       "contest": draw(st.sampled_from(["uniform", "preferential", "recency"])), "patience": 2},
        "audience": {"mode": draw(st.sampled_from(["living", "static"])), "mute_base": draw(shares),
                     "leave": draw(shares)},
        "detection": {"fake_detection": draw(shares), "screen_finds": draw(shares), "screen_errs": draw(shares),
                      "silent_days": 1},
        "fees": {"leave_fee": draw(shares)},
        "enforcement": {"enabled": draw(st.booleans()), "base": draw(st.sampled_from([0, 0.1])), "first_ban": 2},
    }


@st.composite
def sellers(draw: st.DrawFn, brands: int, people: int) -> list[object]:
    made: list[object] = []
    for k in range(draw(st.integers(0, 3))):
        brand = draw(st.integers(0, brands - 1))
        kind = draw(st.sampled_from(["market_day", "community", "influencer", "direct_sales", "paid_ads", "deals"]))
        name = f"{kind}{k}"
        if kind == "market_day":
            made.append(MarketDay(id=name, brand=brand, founders=draw(st.integers(0, 4)) if brand == 0 else 0,
                                  units=draw(st.integers(1, 9)), seats=draw(st.integers(1, 4)),
                                  resold_seats=draw(st.sampled_from([0, 0, 2])),
                                  servers=draw(st.integers(0, 3)),
                                  media_fen=draw(st.sampled_from([0, 10_000, 10_000_000])),
                                  reward_fen=draw(st.sampled_from([0, 333])), release_day=draw(st.integers(1, 6))))
        elif kind == "community":
            made.append(CommunityParams(id=name, brand=brand, groups=draw(st.integers(1, 3)),
                                        group_size=draw(st.integers(2, 30)),
                                        invite_reward=draw(st.sampled_from([0, 1_00])),
                                        prune_every_days=draw(st.integers(0, 3)), spies=draw(st.sampled_from([0, 2])),
                                        screen_every_days=draw(st.integers(0, 3)), copies=draw(st.booleans()),
                                        entry_fee=draw(st.sampled_from([0, 5])), monthly_fee=draw(st.sampled_from([0, 7])),
                                        fake_accounts=draw(st.sampled_from([0, 3])),
                                        kpi=draw(st.sampled_from(["none", "activity"]))))
        elif kind == "influencer":
            made.append(InfluencerParams(id=name, brand=brand, n_kols=draw(st.integers(1, 5)), followers_min=5,
                                         followers_max=draw(st.sampled_from([5, 50])),
                                         every_days=draw(st.integers(1, 4)),
                                         fee_per_follower=draw(st.sampled_from([0, 1, 50_00])),
                                         until_day=draw(st.none() | st.integers(0, 9)), fit=draw(shares),
                                         commission=draw(st.sampled_from([0.1, 0.333]))))
        elif kind == "direct_sales":
            made.append(DirectSalesParams.model_validate({
                "id": name, "brand": brand, "scripts": draw(shares), "accounts": draw(st.integers(1, 3)),
                "contacts_per_account": draw(st.sampled_from([3, 5_000])), "discount": draw(st.sampled_from([0, 0.3])),
                "staff": {"people": draw(st.integers(0, 3)), "most": 4, "quits": draw(shares), "review_days": 2,
                          "vacancy": draw(st.integers(0, 2)), "commission": draw(st.sampled_from([0.03, 0.333]))},
                "leads": {"adds_a_day": draw(st.sampled_from([0.3, 20])), "price": draw(st.sampled_from([0, 8, 500]))},
                "outbound": {"push_every_days": draw(st.integers(0, 2))}}))
        elif kind == "paid_ads":
            made.append(PaidAdsParams(id=name, brand=brand, daily_budget=draw(st.sampled_from([0, 1_00, 200_00]))))
        else:
            made.append(Deals(id=name, brand=brand, offers=(Terms(seats=draw(st.integers(1, 5))),),
                              feeds=(Feed(followers=people),)))
    return made


@st.composite
def scenarios(draw: st.DrawFn) -> ScenarioSpec:
    network = draw(st.sampled_from(["small_world", "dunbar", "circles", "scale_free", "complete", "graph"]))
    ties: dict[str, Any] = {"small_world": {"ties_per_person": 6, "rewire": 0.2}, "graph": {"graph": signed_graph()}}
    people = SIGNED_PEOPLE if network == "graph" else draw(st.integers(30, 200))
    brands = [{"name": f"b{b}", "cash": draw(st.sampled_from([0, 500, 100_000])),
               "seed_customers": draw(st.integers(0, 20)),
               "products": draw(st.lists(products(), min_size=1, max_size=2))} for b in range(draw(st.integers(1, 2)))]
    shocks = [{"kind": "account_ban", "day": draw(st.integers(0, 9)),
               "share": draw(shares)}] if draw(st.booleans()) else []
    return ScenarioSpec.model_validate({
        "people": people, "days": draw(st.integers(5, 20)), "seed": draw(st.integers(0, 10_000)),
        "network": {"kind": network} | ties.get(network, {}),
        "brands": brands, "mechanisms": draw(mechanisms()), "strategies": draw(sellers(len(brands), people)),
        "shocks": shocks})


@settings(max_examples=40, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(scenarios())
def test_laws_hold_every_day(spec: ScenarioSpec) -> None:
    state = start(spec, 0, audit=True)
    distrusted = state.world.ties.weight & DISTRUST
    members = state.world.channels.members.copy()
    orders = state.world.people.orders.astype(np.int64)
    for _ in range(spec.days):
        day = step(state)
        _money_balances(state)
        _goods_balance(state)
        members += _joined_less_left(state, day)
        assert (members == state.world.channels.members).all()
        _memberships_agree(state)
        _bounds_hold(state)
        assert (state.world.ties.weight & DISTRUST == distrusted).all()
        np.add.at(orders, (day.events.delivered.person, day.events.delivered.product), 1)
        assert (orders == state.world.people.orders).all()
        _every_order_ends_somewhere(day)
    _rebates_arrive(state)
    _series_count_what_happened(state)


def _money_balances(state: RunState) -> None:
    ledger = state.ledger
    assert sum(int(ledger.balance(a).sum()) for a in Account) == 0
    assert ledger.balance(Account.ESCROW).min(initial=0) >= 0


def _goods_balance(state: RunState) -> None:
    world, goods = state.world, state.ledger.goods
    waiting = np.zeros(len(world.products), np.int64)
    from_reseller = waiting.copy()
    for part in (p for parts in world.pools.waiting.values() for p in parts):
        np.add.at(waiting, part.product[part.seller < 0], part.quantity[part.seller < 0])
        np.add.at(from_reseller, part.product[part.seller >= 0], part.quantity[part.seller >= 0])
    held = world.resellers.stock[: world.resellers.size]
    assert held.min(initial=0) >= 0
    assert (held.sum(axis=0) + from_reseller == goods.at(Place.RESELLER_STOCK)).all()
    limited = world.brand_stock >= 0
    assert (world.brand_stock + waiting == goods.at(Place.BRAND_STOCK))[limited].all()
    assert (world.spare == goods.at(Place.BRAND_STOCK))[~limited].all()
    sold = goods.at(Place.SOLD) + goods.at(Place.RETURNED) + goods.at(Place.SCRAPPED)
    assert (goods.made == sold + goods.at(Place.BRAND_STOCK) + goods.at(Place.RESELLER_STOCK)).all()


def _joined_less_left(state: RunState, day: Day) -> np.ndarray[Any, Any]:
    n = len(state.world.channels)
    joined, left = day.events.joined, day.events.left
    inside = (joined.channel >= 0) & (joined.tier < 0)
    return np.bincount(joined.channel[inside], minlength=n) - np.bincount(left.channel[left.channel >= 0], minlength=n)


def _memberships_agree(state: RunState) -> None:
    """Members are the rows not left; nobody has two rows in the owned channels of a strategy."""
    aud, channels = state.world.audiences, state.world.channels
    here = aud.state[: aud.size] != LEFT
    channel = aud.channel[: aud.size][here].astype(np.int64)
    assert (np.bincount(channel, minlength=len(channels)) == channels.members).all()
    assert (channels.members <= channels.capacity).all()
    spies = np.flatnonzero(aud.state[: aud.size] >= SPY)
    assert (aud.state[spies] - SPY != channels.brand[aud.channel[spies]]).all()
    assert not (channels.unmasked & (channels.fakes > 0)).any()
    own = channels.owned[channel]
    places = aud.person[: aud.size][here][own].astype(np.int64) * len(state.seats) + channels.owner[channel[own]]
    assert len(np.unique(places)) == len(places)
    table = state.world.resellers
    active = np.flatnonzero(table.left[: table.size] < 0)
    assert len(np.unique(table.person[active])) == len(active)
    assert (table.row_of[table.person[active]] == active).all()
    known = table.upline[: table.size] >= 0
    assert (table.upline[: table.size][known] < np.flatnonzero(known)).all()
    assert (np.bincount(table.upline[: table.size][known], minlength=table.size) == table.recruits[: table.size]).all()


def _bounds_hold(state: RunState) -> None:
    people, aud = state.world.people, state.world.audiences
    for column in (people.brand_trust, people.belief, aud.trust[: aud.size], state.world.channels.health):
        assert column.min(initial=0) >= 0
        assert column.max(initial=0) <= 1
    assert people.fatigue.min() >= 0
    assert np.isfinite(people.buzz).all()
    assert np.isfinite(people.satisfaction).all()


def _every_order_ends_somewhere(day: Day) -> None:
    """An order of the day is delivered, waits in a deal, or is one of a deal that failed."""
    ordered, delivered = day.events.ordered, day.events.delivered
    single = ordered.order[ordered.pool < 0]
    assert np.isin(single, delivered.order).all()
    assert len(np.unique(delivered.order)) == len(delivered)


def _rebates_arrive(state: RunState) -> None:
    """Every rebate paid by a brand was received by a reseller."""
    lines = state.ledger.journal()
    rebate = (lines["purpose"] == Purpose.LEVEL_REBATE) & ~np.isin(lines["payer_account"],
                                                                   [Account.PAYABLE, Account.RECEIVABLE])
    assert (lines["payee_account"][rebate] == Account.RESELLER).all()
    assert (lines["payer_account"][rebate] == Account.BRAND).all()
    assert -int(state.ledger.statement[:, Purpose.LEVEL_REBATE].sum()) == int(lines["amount_fen"][rebate].sum())


def _series_count_what_happened(state: RunState) -> None:
    """Buyers are people who have bought from the first brand, each new once, and every order is first or repeated."""
    series, mine = state.recorder.series, state.world.products.brand_of == 0
    orders = state.world.people.orders[:, mine].astype(np.int64)
    buyers = int((orders > 0).any(axis=1).sum())
    assert series["buyers"][-1] == buyers
    seeds = buyers - int(series["first_orders"].sum())
    assert int(series["orders"].sum()) == orders.sum() - seeds
    assert (series["repeat_orders"] >= 0).all()
    assert series["units"].sum() == series["orders"].sum()
