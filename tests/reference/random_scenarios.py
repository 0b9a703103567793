"""Scenarios put together at random, to look for days that nobody thought of."""

from __future__ import annotations

from random import Random
from typing import Any

from sim.scenario.spec import ScenarioSpec
from tests.reference.bazaar import BazaarParams

NETWORKS: list[dict[str, Any]] = [
    {"kind": "dunbar", "ties_per_person": 4}, {"kind": "dunbar", "ties_per_person": 40}, {"kind": "small_world"},
    {"kind": "circles", "size": 20}, {"kind": "scale_free"}, {"kind": "complete"},
]
DOORS = ("impression", "feed", "group", "live", "chat", "tie", "memory")


def random_scenario(number: int, days: int = 25) -> ScenarioSpec:
    """Return scenario `number` of an endless row."""
    r = Random(number)  # noqa: S311 - the choice of a test case
    brands = [_brand(r, str(b)) for b in range(r.choice([1, 1, 2]))]
    strategies = [s for s in _strategies(r, len(brands)) if r.random() < 0.6]
    if any(isinstance(s, BazaarParams) for s in strategies):  # founders of both are the same people, and that is refused
        strategies = [s if isinstance(s, BazaarParams) or s["kind"] != "dual_rebate" else s | {"founders": 0} for s in strategies]
    calendar = {f"weekday_{what}": [r.random() * 2 for _ in range(7)] for what in ("attention", "need")}
    return ScenarioSpec.model_validate({
        "people": r.choice([40, 60, 90]), "days": days, "seed": r.randrange(10**9), "network": r.choice(NETWORKS),
        "mechanisms": _people_respond(r) | _market_responds(r), "brands": brands, "strategies": strategies,
        "calendar": calendar if r.random() < 0.5 else {},
        "shocks": [{"kind": "account_ban", "day": 5, "share": 0.5}] if r.random() < 0.5 else [],
    })


def _brand(r: Random, name: str) -> dict[str, Any]:
    products = [{"price": f"{r.choice([50, 128])} CNY", "uses_days": r.choice([1, 3, 8, 30]),
                 "category": r.choice(["beauty", "food"]), "quality": r.random(), "claimed_quality": r.random(),
                 "stock": r.choice([None, None, 0, 5, 60]), "service_level": r.choice([1, 0.9])}
                for _ in range(r.choice([1, 2, 3]))]
    return {"name": name, "cash": f"{r.choice([0, 500, 3_000, 300_000])} CNY", "seed_customers": r.choice([0, 10, 30]),
            "products": products}


def _strategies(r: Random, n_brands: int) -> list[Any]:
    def brand() -> int:
        return r.randrange(n_brands)

    return [
        BazaarParams(pool_seats=r.choice([1, 2, 3]), servers=r.choice([0, 1, 3]), brand=brand(),
                     shares_stock=r.choice([True, False])),
        BazaarParams(id="another", pool_seats=2, brand=brand()),
        {"kind": "community", "groups": r.choice([1, 3]), "accounts": r.choice([1, 2]), "invite_reward": "10 CNY",
         "prune_every_days": r.choice([0, 2, 30]), "discount": r.choice([0, 0.2]), "brand": brand(),
         **_operates(r)},
        {"kind": "direct_sales", "staff": {"people": r.choice([0, 1, 3]), "most": 4, "quits": r.random(),
                                           "vacancy": r.choice([0, 3]), "worked": r.choice([0, 30])},
         "scripts": r.random(), "accounts": r.choice([1, 3]), "contacts_per_account": r.choice([5, 5000]),
         "leads": {"adds_a_day": r.choice([0.4, 5]), "targeting": r.random()}, "brand": brand(),
         "counter": {"hours": r.choice([0.5, 8]), "patience": r.choice([1, 20])},
         "outbound": {"push_every_days": r.choice([0, 1, 5]), "moments_a_day": r.choice([0, 2.5])}},
        {"kind": "paid_ads", "daily_budget": "3 CNY", "discount": r.choice([0, 0.3]), "brand": brand()},
        {"kind": "influencer", "n_kols": r.choice([1, 4, 12]), "followers_min": 10, "followers_max": r.choice([10, 60]),
         "every_days": r.choice([1, 3, 10]), "until_day": r.choice([None, 15]), "format": r.choice(["live", "post"]),
         "fit": r.choice([0, 0.5, 1]), "entertainment": r.choice([0, 0.9]), "fee_per_follower": f"{r.choice([0, 2])} CNY",
         "brand": brand()},
        {"kind": "dual_rebate", "founders": r.choice([0, 3, 20]), "founder_units": r.choice([1, 10]),
         "posts_a_day": r.choice([0, 0.3, 2]), "buy_back": r.choice([0, 0.5, 1]), "discount": r.choice([0, 0.2]),
         "stock": {"buy_in": r.choice([0, 3]), "least": 1, "every_days": r.choice([1, 4]), "expects": r.random()},
         "rebates": {"breakaway": r.random() < 0.5, "levels": r.choice([[], [0.1], [0.1, 0.05, 0.03]]),
                     "head_count": f"{r.choice([0, 20])} CNY", "spread": r.random() < 0.5},
         "recruits": {"push": r.random(), "exaggeration": r.choice([1, 3]), "entry_fee": f"{r.choice([0, 15])} CNY"},
         "brand": brand()},
    ]


def _operates(r: Random) -> dict[str, Any]:
    """How a community treats its groups."""
    return {"allocate": r.choice(["even", "observed"]), "kpi": r.choice(["none", "activity"]),
            "kpi_target": r.random(), "spies": r.choice([0, 0, 3]), "copies": r.random() < 0.5,
            "undercut": r.choice([0, 0.2]), "screen_every_days": r.choice([0, 3, 10]), "fake_accounts": r.choice([0, 0, 3]), "fake_groups": r.random(),
            "entry_fee": f"{r.choice([0, 0, 30])} CNY", "monthly_fee": f"{r.choice([0, 0, 1, 50])} CNY"}


def _people_respond(r: Random) -> dict[str, Any]:
    """Attention, belief, talk, choice and experience."""
    return {
        "attention": {"background_items": r.choice([0, 1, 20, 120]), "fatigue_decay": r.choice([0, 1, 7]),
                      "mode": r.choice(["limited", "limited", "limited", "all"]), "trust_gain_value": r.random(),
                      "relief_per_value": r.choice([0.05, 1]), "trust_loss_spam": r.random(),
                      "dead_group_visibility": r.choice([0, 0.3, 1])},
        "belief": {"mode": r.choice(["learning", "learning", "off"]), "claim_cap": r.choice([1, 12]),
                   "own_cap": r.choice([20, 30, 100])},
        "word_of_mouth": {"days": r.choice([0, 2, 14]), "silence": r.choice(["fixed", "geometric"]),
                          "first_customers": r.random() < 0.5, "shift_decay": r.choice([0, 2, 14]),
                          "constant_rate": r.choice([None, None, 0.3, 1.0]), "group_hearing": r.choice([0, 0.25, 1]),
                          "enabled": r.random() < 0.8},
        "choice": {"doors": {door: r.uniform(-5, 0) for door in DOORS}, "impulse": r.random(),
                   "impulse_in_use": r.random(), "nest": r.choice([0.3, 1.0, 0.15]), "b_fatigue": r.random() / 2,
                   "mode": r.choice(["logit", "logit", "logit", "certain"])},
        "experience": {"defect": r.random() / 2, "noise": r.random() / 2, "return_base": r.random() / 2,
                       "sever": r.random(), "moves_trust": r.random() < 0.7, "unit": r.choice([0.15, 0.01])},
    }


def _market_responds(r: Random) -> dict[str, Any]:
    """Repurchase, groups, fulfilment, recruiting and the platform."""
    return {
        "repurchase": {"mode": r.choice(["occasions", "occasions", "bgnbd", "always", "off"]),
                       "need_rate": r.choice([0.03, 0.3]), "memory": r.choice([0, 5, 45]),
                       "window": r.choice([1, 3, 7]), "spread": r.random(),
                       "bgnbd": {"speed": r.choice([1, 10, 50]), "satisfaction": r.choice([0, 1.5])}},
        "heat": {"mode": r.choice(["burst", "burst", "even"]), "window": r.choice([1, 2, 21]), "organic": r.random() / 10,
                 "burst": r.choice([0.2, 1]), "cooling": r.choice([2, 270]), "live_shock": r.choice([0, 0.5])},
        "audience": {"mode": r.choice(["living", "living", "living", "static"]), "mute_base": r.random() / 5,
                     "sponsored_loss": r.choice([0, 0.0019, 0.3, 1]),
                     "leave": r.choice([0, 0.1, 1]), "noise": r.random() / 10},
        "inquiry": {"enabled": r.random() < 0.8, "ask": r.random()},
        "detection": {"fake_detection": r.choice([0, 0.01, 0.2, 1]), "fake_harm": r.random(),
                      "fake_trust_left": r.random(), "screen_finds": r.random(), "screen_errs": r.random() / 5,
                      "silent_days": r.choice([0, 7])},
        "fees": {"enabled": r.random() < 0.8, "leave_fee": r.random(), "worth_per_item": f"{r.choice([0, 0.5])} CNY"},
        "fulfilment": {"queues": r.random() < 0.7, "stock": r.random() < 0.7, "pool_days": r.choice([0, 1, 3])},
        "recruiting": {"mode": r.choice(["logit", "logit", "certain", "off"]), "join_base": r.uniform(-2, 1),
                       "contest": r.choice(["uniform", "preferential", "recency"]), "invite_base": r.uniform(-2, 1),
                       "reseller_base": r.uniform(-2, 2), "patience": r.choice([0, 4, 60]),
                       "exit_hazard": r.random() * 0.3, "exit_refusal": r.random() / 20},
        "enforcement": {"enabled": r.random() < 0.7, "base": r.random() / 10, "per_report": r.random(),
                        "report_share": r.random(), "first_ban": r.choice([1, 4, 30])},
    }
