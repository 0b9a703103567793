"""Small scenarios that between them reach every corner of a day; shared by the oracle and the identity tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.scenario.spec import ScenarioSpec
from sim.world.brands import CATEGORIES
from tests.reference.bazaar import BazaarParams

if TYPE_CHECKING:
    from pathlib import Path

LIVELY: dict[str, Any] = {
    "attention": {"background_items": 20, "trust_gain_value": 0.05, "trust_loss_spam": 0.03},
    "choice": {"doors": {"impression": -4, "feed": -4, "group": -3, "live": -3, "chat": 1, "tie": -3, "memory": -1},
               "impulse": 0.4, "impulse_in_use": 0.2},
    "experience": {"defect": 0.1, "noise": 0.3, "return_base": 0.1},
    "audience": {"mute_base": 0.05, "leave": 0.1, "noise": 0.08},
    "detection": {"fake_detection": 0.005},
    "recruiting": {"join_base": 0.0, "invite_base": 0.0, "reseller_base": 0.5, "patience": 4,
                   "exit_hazard": 0.2, "exit_refusal": 0.05},
    "enforcement": {"base": 0.01, "per_report": 0.05, "report_share": 1.0, "first_ban": 4},
}
"""Mechanisms turned up, so that in a month of a hundred people everything happens that can happen."""

_MARKET: dict[str, Any] = {
    "people": 100, "days": 30, "network": {"kind": "dunbar", "ties_per_person": 20}, "mechanisms": LIVELY,
    "brand": {"cash": "30000 CNY", "seed_customers": 20, "product": {"uses_days": 8}},
}
_COMMUNITY = {"kind": "community", "groups": 3, "accounts": 2, "invite_reward": "10 CNY"}
_KOLS = {"kind": "influencer", "every_days": 4, "fee_per_follower": "3 CNY", "until_day": 22, "roster": [
    {"followers": 60, "entertainment": 0}, {"followers": 30, "fit": 0.9}, {"followers": 100, "fit": 0.0},
    *[{"followers": 10 + k, "label": {"beauty": 0.8, "food": 0.1 * k}, "entertainment": 0.2} for k in range(8)]]}
_ADS = {"kind": "paid_ads", "daily_budget": "3 CNY", "discount": 0.2}
_DIRECT = {"kind": "direct_sales", "staff": {"people": 2, "most": 4, "quits": 0.5, "vacancy": 3, "worked": 5, "review_days": 3},
           "leads": {"adds_a_day": 6, "price": "20 CNY"}, "accounts": 2, "contacts_per_account": 30,
           "counter": {"hours": 1, "minutes_a_chat": 15}, "outbound": {"push_every_days": 3}}
"""Few staff, small accounts, and much to ask: every chat can be lost, and every account can be full."""
_RIVALS = [
    {"name": "first", "cash": "3000 CNY", "seed_customers": 20, "product": {"uses_days": 8, "claimed_quality": 0.9}},
    {"name": "second", "cash": "30000 CNY", "seed_customers": 10, "product": {"uses_days": 10, "quality": 0.5, "reference_price": "160 CNY"}},
]
_TRAFFIC_AND_EARNER = [{"name": "lure", "price": "19.9 CNY", "unit_cost": "15 CNY", "uses_days": 5},
                       {"name": "earner", "price": "298 CNY", "reference_price": "210 CNY", "category": "food", "uses_days": 6,
                      "stock": 40}]


_AGENCY = {"kind": "dual_rebate", "founders": 4, "founder_units": 12, "posts_a_day": 0.4, "buy_back": 0.5,
           "tiers": [{"name": "low", "price_share": 0.6}, {"name": "mid", "price_share": 0.5, "units": 12},
                     {"name": "top", "price_share": 0.4, "units": 16, "recruits": 3}],
           "stock": {"buy_in": 4, "least": 1, "every_days": 2, "expects": 0.3},
           "rebates": {"head_count": "5 CNY"}, "recruits": {"entry_fee": "10 CNY", "push": 0.5}}


def _market(**changes: Any) -> dict[str, Any]:
    return _MARKET | changes


def _mechanisms(**changes: Any) -> dict[str, Any]:
    return {name: LIVELY.get(name, {}) | changes.get(name, {}) for name in LIVELY | changes}


def scenarios() -> dict[str, dict[str, Any]]:
    """Return every scenario by name, as plain mappings (the test strategy stands in them as an object)."""
    return {
        "community": _market(strategies=[_COMMUNITY]),
        "kpi": _market(strategies=[_COMMUNITY | {"allocate": "observed", "kpi": "activity", "kpi_target": 0.8,
                                                 "fake_accounts": 2, "fake_groups": 0.7}]),
        "fees": _market(strategies=[_COMMUNITY | {"entry_fee": "20 CNY", "monthly_fee": "60 CNY",
                                                  "newcomer_reward": "1 CNY"}]),
        "fees_unnoticed": _market(mechanisms=_mechanisms(fees={"enabled": False}), strategies=[
            _COMMUNITY | {"entry_fee": "20 CNY", "monthly_fee": "60 CNY"}]),
        "paid_ads": _market(strategies=[_ADS]),
        "influencer": _market(mechanisms=_mechanisms(audience=LIVELY["audience"] | {"sponsored_loss": 0.1},
                                                     heat={"cooling": 20, "organic": 0.01, "live_shock": 0.3}),
                              brand={"cash": "1000 CNY", "seed_customers": 10, "product": {"uses_days": 5}},
                              strategies=[_KOLS]),
        "posts_and_groups": _market(mechanisms=_mechanisms(heat={"mode": "even", "window": 5}),
                                    strategies=[_KOLS | {"format": "post", "every_days": 2, "until_day": None},
                                                _COMMUNITY]),
        "last_category": _market(brand={"seed_customers": 20, "product": {"uses_days": 8, "category": CATEGORIES[-1]}},
                                 strategies=[_COMMUNITY, _ADS | {"targeting": 1.0}]),
        "both": _market(strategies=[_COMMUNITY, _ADS]),
        "as_shipped": _market(mechanisms={}, strategies=[_COMMUNITY, _ADS]),
        "nobody": _market(strategies=[]),
        "rivals": _market(brand=None, brands=_RIVALS, strategies=[_COMMUNITY, _ADS | {"brand": 1}],
                          shocks=[{"kind": "account_ban", "day": 9, "share": 0.5}]),
        "spies": _market(brand=None, brands=_RIVALS, strategies=[
            _COMMUNITY | {"spies": 5, "copies": True, "undercut": 0.1, "screen_every_days": 4},
            _COMMUNITY | {"id": "theirs", "brand": 1, "discount": 0.3, "screen_every_days": 3, "spies": 1}],
            mechanisms=_mechanisms(detection={"silent_days": 7, "screen_errs": 0.2}), days=40),
        "traffic": _market(brand={"seed_customers": 20, "products": _TRAFFIC_AND_EARNER},
                           strategies=[_COMMUNITY, BazaarParams(id="earner")]),
        "stock": _market(brand={"seed_customers": 20, "product": {"stock": 12, "uses_days": 5}},
                         strategies=[_COMMUNITY, _ADS]),
        "bgnbd": _market(mechanisms=_mechanisms(repurchase={"mode": "bgnbd",
                                                            "bgnbd": {"speed": 30, "satisfaction": 1.5}}),
                         brand={"seed_customers": 60}, strategies=[_COMMUNITY]),
        "bgnbd_sold_out": _market(mechanisms=_mechanisms(repurchase={"mode": "bgnbd", "bgnbd": {"speed": 30}}),
                                  brand={"seed_customers": 60, "product": {"stock": 40}},
                                  strategies=[BazaarParams(pool_seats=9)]),
        "bazaar": _market(strategies=[BazaarParams()], days=40,
                          shocks=[{"kind": "account_ban", "day": 25, "share": 1.0}]),
        "counter": _market(mechanisms=_mechanisms(
            enforcement={"enabled": False}, inquiry={"ask": 0.8}, repurchase={"need_rate": 0.2}),
            strategies=[BazaarParams(servers=2), BazaarParams(id="second")]),
        "direct": _market(mechanisms=_mechanisms(inquiry={"ask": 0.8}, repurchase={"need_rate": 0.1}),
                          strategies=[_DIRECT, _DIRECT | {"id": "other", "scripts": 1, "discount": 0.1}, _COMMUNITY]),
        "short_of_cash": _market(brand={"cash": "2000 CNY", "seed_customers": 20, "product": {"uses_days": 8}},
                                 strategies=[_DIRECT | {"contacts_per_account": 500}]),
        "agency": _market(strategies=[_AGENCY], mechanisms=_mechanisms(
            attention={"background_items": 60, "fatigue_per_message": 0.2}, recruiting={"reseller_base": -1.5})),
        "two_agencies": _market(brand=None, brands=_RIVALS, strategies=[
            _AGENCY | {"buy_back": 0}, _AGENCY | {"brand": 1, "id": "rival", "rebates": {"breakaway": False}}, _COMMUNITY]),
        "calendar": _market(calendar={
            "weekday_attention": [1, 1, 1, 1, 1, 2, 0.5], "weekday_need": [1, 1, 1, 1, 1.5, 2, 2],
            "seasons": [{"first": "01-10", "last": "01-15", "attention": 1.3, "need": 1.7}]},
            strategies=[_COMMUNITY, _ADS]),
        "forgetful": _market(mechanisms=_mechanisms(
            attention={"fatigue_decay": 0.5}, word_of_mouth={"shift_decay": 0.5}, repurchase={"memory": 0.5}),
            strategies=[_COMMUNITY, _ADS]),
        "certain": _market(mechanisms=_mechanisms(
            attention={"mode": "all"}, choice={"mode": "certain"}, recruiting={"mode": "certain"},
            repurchase={"mode": "always"}, word_of_mouth={"constant_rate": 0.5}, audience={"mode": "static"}),
            days=12, strategies=[_COMMUNITY]),
        "rumour": _market(mechanisms=_mechanisms(
            choice={"mode": "certain", "impulse": 1, "impulse_in_use": 0.1}, repurchase={"need_rate": 0},
            word_of_mouth={"constant_rate": 1, "contact": (0.2, 0.1, 0.1, 0.3), "days": 4, "silence": "geometric",
                           "first_customers": True}), days=30, strategies=[]),
        "rumour_alike": _market(mechanisms=_mechanisms(
            choice={"mode": "certain", "impulse": 1, "impulse_in_use": 0}, belief={"mode": "off"},
            experience={"defect": 0, "return_base": 0, "return_live": 0, "return_disappointed": 0, "noise": 0, "moves_trust": False},
            repurchase={"need_rate": 0, "spread": 0}, word_of_mouth={
                "constant_rate": 0.5, "contact": (0.3,) * 4, "show": (0,) * 4, "shift": 0, "days": 3, "silence": "geometric",
                "first_customers": True}), days=30, strategies=[]),
        "trees": _market(mechanisms=_mechanisms(recruiting={"contest": "recency"}), brand=None, brands=_RIVALS,
                         strategies=[BazaarParams(pool_seats=2, servers=0), _COMMUNITY | {"brand": 1},
                                     BazaarParams(id="second", brand=1, shares_stock=False)]),
        "preferential": _market(mechanisms=_mechanisms(recruiting={"contest": "preferential"},
                                                       fulfilment={"pool_days": 0}),
                                strategies=[BazaarParams(pool_seats=4)]),
    }


def spec_of(name: str, **changes: Any) -> ScenarioSpec:
    """Return the checked scenario of a name, with some keys changed."""
    chosen = scenarios()[name] | changes
    return ScenarioSpec.model_validate({key: value for key, value in chosen.items() if value is not None})


def signed_edges(path: Path, people: int = 80, ties: int = 600) -> dict[str, Any]:
    """Write a small file of ratings, a third of them distrust, and return the network that reads it."""
    edges = [(i % people, (i * 7 + i // people * 3 + 1) % people, (1, -10, 4, 9, -3, 6)[i % 6]) for i in range(ties)]
    path.write_text("".join(f"{source},{target},{rating}\n" for source, target, rating in edges if source != target),
                    encoding="utf-8")
    return {"kind": "edge_list", "path": str(path)}
