"""A plausible comparison made of arithmetic, not of simulation: for tests of pictures and tables.

    from tests.synthetic import make_comparison, make_run
    comparison = make_comparison(replications=16)

The four strategies have distinct shapes: community slow and loyal, influencer in flashes that
fade, direct sales with a steady wage bill, dual rebate a growing tree with losing agents. With
`agencies=False` none has resellers; with `replications=1` nothing can be separated.
"""

from __future__ import annotations

import numpy as np

from sim.experiment.comparison import Frame, gather
from sim.records.outcomes import DAILY
from sim.records.run_record import AGENT_COLUMNS, RunRecord

STRATEGIES = ("community", "influencer", "direct_sales", "dual_rebate")
TITLES = {
    "community": {"zh": "社群微商", "en": "Community commerce"},
    "influencer": {"zh": "网红带货", "en": "Influencer"},
    "direct_sales": {"zh": "直营团队", "en": "Direct sales"},
    "dual_rebate": {"zh": "双创分销", "en": "Dual rebate"},
}
OPENING = 30_000_000
PRICE, UNIT_COST = 12_800, 2_200


def _shape(name, t, rng):
    """Orders a day."""
    level = rng.lognormal(0.0, 0.08 if name != "dual_rebate" else 0.35)
    if name == "community":
        base = 4 + 26 / (1 + np.exp(-(t - 70) / 22))
    elif name == "influencer":
        base = 3 + sum(60 * np.exp(-(t - d).clip(0) / 2.5) * (t >= d) * 0.93 ** (d / 15) for d in range(5, t.size, 15))
    elif name == "direct_sales":
        base = 25 + 4 * np.sin(2 * np.pi * t / 7)
    else:
        base = 3 + 2.2 * np.exp(np.minimum(t, 120) / 40) * np.where(t > 120, np.exp(-(t - 120) / 60), 1)
    return rng.poisson(level * base).astype(float)


def _people(orders, n_people, first_orders, rng):
    """Columns of people consistent with first orders a day."""
    days = orders.size
    first = np.full(n_people, -1, np.int32)
    who = rng.permutation(n_people)[: int(first_orders.sum())]
    first[who] = np.repeat(np.arange(days), first_orders.astype(int))[: who.size]
    again = np.zeros(n_people, bool)
    again[who] = rng.random(who.size) < 0.45
    gap = rng.integers(15, 120, n_people)
    second = np.where(again & (first + gap < days), first + gap, -1).astype(np.int32)
    extra = np.where(second >= 0, rng.poisson(1.0, n_people), 0)
    last = np.where(second >= 0, np.minimum(days - 1, second + extra * 30), first).astype(np.int32)
    count = (first >= 0).astype(np.int32) + (second >= 0) + extra.astype(np.int32)
    path = np.where(first >= 0, rng.choice([0, 1, 2, 3, 4, 5, 5, 6], n_people), -1).astype(np.int8)
    return {"first_day": first, "second_day": second, "last_day": last, "n_orders": count.astype(np.int32),
            "spend_fen": count.astype(np.int64) * PRICE, "first_path": path}


def _agents(days, rng, n=None):
    """A recruiting tree with skewed income: a few winners, most lose their buy-in."""
    n = int(rng.integers(90, 220)) if n is None else n
    upline = np.array([-1] * 10 + [int(rng.integers(0, k)) for k in range(10, n)])
    joined = np.sort(np.concatenate([np.zeros(10), rng.integers(1, days, n - 10)])).astype(np.int64)
    # A third of those who recruited nobody only bought for themselves.
    consumes = (rng.random(n) < 0.33) & ~np.isin(np.arange(n), upline)
    income = np.where(consumes, 0, rng.pareto(1.2, n) * 60_000).astype(np.int64)
    buy_in = np.where(upline < 0, 384_000, 64_000)
    return {
        "person": rng.permutation(20_000)[:n].astype(np.int64),
        "tier": np.minimum(2, (income > 200_000).astype(np.int64) + (income > 900_000)),
        "upline": upline.astype(np.int64),
        "joined_day": joined,
        "left_day": np.where(rng.random(n) < 0.3, np.minimum(joined + 60, days - 1), -1).astype(np.int64),
        "buy_in_fen": buy_in.astype(np.int64),
        "income_fen": income,
        "net_fen": (income - 0.7 * buy_in).astype(np.int64),
        "recruits": np.bincount(upline[upline >= 0], minlength=n).astype(np.int64),
        "sold": income // 6_000,
    }


def _network(days, agents, rng, n=240):
    """Circles on a ring of centres; ids are not row numbers."""
    circle = np.repeat(np.arange(8), n // 8)
    angle = 2 * np.pi * circle / 8
    near = rng.normal(0, 0.1, (2, n))
    source = rng.integers(0, n, 3 * n)
    inside = (source // (n // 8)) * (n // 8) + rng.integers(0, n // 8, 3 * n)
    target = np.where(rng.random(3 * n) < 0.9, inside, rng.integers(0, n, 3 * n))
    keep = source != target
    ids = np.sort(rng.permutation(20_000)[:n]).astype(np.int64)
    role = np.where(rng.random(n) < 0.05, 1, 0)
    if len(agents["upline"]):
        role[rng.permutation(n)[:30]] = 2
    trust = np.clip(rng.beta(4, 5, keep.sum()), 0, 1) * np.where(rng.random(keep.sum()) < 0.05, -1, 1)
    return {
        "id": ids, "x": np.cos(angle) + near[0], "y": np.sin(angle) + near[1],
        "role": role.astype(np.int64), "circle": circle.astype(np.int64),
        "adoption_day": np.where(rng.random(n) < 0.35, rng.integers(0, days, n), -1).astype(np.int64),
        "source": ids[source[keep]], "target": ids[target[keep]], "trust": trust,
    }


def _daily(name, orders, n_agents, rng):
    """All series of the catalogue, consistent among themselves where a page compares them."""
    days = orders.size
    t = np.arange(days)
    repeat = np.floor(orders * np.minimum(0.5, t / 200))
    first = orders - repeat
    gmv = orders * PRICE
    returns = np.floor(orders * (0.12 if name == "influencer" else 0.03))
    s = {k: np.zeros(days) for k in DAILY}
    s["orders"], s["units"], s["gmv_fen"], s["returns"] = orders, orders, gmv, returns
    s["first_orders"], s["repeat_orders"] = first, repeat
    s["exposures"] = orders * 60 + rng.poisson(400, days)
    s["impressions"] = rng.poisson(900, days) * (name == "direct_sales")
    s["reach"], s["considered"] = s["exposures"] * 0.7, s["exposures"] * 0.4
    s["refunds_fen"] = returns * PRICE
    take = 0.55 if name == "dual_rebate" else 1.0
    s["net_revenue_fen"] = (gmv - s["refunds_fen"]) * take
    s["cost_goods_fen"], s["cost_delivery_fen"] = orders * UNIT_COST, orders * 600
    s["cost_media_fen"] = {"influencer": 1.6e6 * (t % 15 == 5), "direct_sales": np.full(days, 8e4)}.get(name, 0 * t)
    s["cost_people_fen"] = np.full(days, {"community": 60_000, "direct_sales": 90_000}.get(name, 10_000.0))
    s["cost_incentives_fen"] = gmv * {"influencer": 0.25, "dual_rebate": 0.16}.get(name, 0.02)
    s["cost_other_fen"] = np.full(days, 1_000.0)
    costs = sum(s[k] for k in s if k.startswith("cost_"))
    s["profit_fen"] = np.cumsum(s["net_revenue_fen"] - costs)
    s["cash_fen"] = OPENING + s["profit_fen"] - 2e6 * np.exp(-t / 60)
    s["buyers"] = np.cumsum(first)
    s["active_buyers"] = np.convolve(orders, np.ones(30))[:days] * 0.9
    s["trust"] = 0.3 + {"community": 0.3, "influencer": -0.05, "direct_sales": 0.1}.get(name, -0.1) * (t / days)
    s["satisfaction"] = np.where(orders > 0, 0.62 + rng.normal(0, 0.03, days), np.nan)
    s["fatigue"] = {"community": 0.4, "influencer": 1.1, "direct_sales": 0.9}.get(name, 1.6) * (1 - np.exp(-t / 15))
    s["mutes"], s["complaints"] = rng.poisson(3, days).astype(float), rng.poisson(1, days).astype(float)
    s["talks"] = rng.poisson(orders * 0.2 + 0.1).astype(float)
    s["members"] = 1_000 + {"community": 8.0, "direct_sales": 12.0}.get(name, 0.0) * t
    s["group_health"] = 0.55 - 0.1 * t / days if name == "community" else np.full(days, np.nan)
    s["zombie_groups"] = np.floor(t / 60.0) if name == "community" else np.full(days, np.nan)
    s["heat"] = 0.6 + 0.4 * np.exp(-(t % 15) / 3) if name == "influencer" else np.full(days, np.nan)
    s["chat_wait_minutes"], s["chats_lost_share"] = np.full(days, np.nan), np.full(days, np.nan)
    if name == "direct_sales":
        s["chats"], s["staff"] = rng.poisson(60, days).astype(float), np.full(days, 4.0)
        s["chat_wait_minutes"], s["chats_lost_share"] = rng.gamma(2, 2, days), np.full(days, 0.08)
    if n_agents:
        s["agents"] = np.linspace(10, n_agents, days).round()
        s["agent_joins"] = np.diff(s["agents"], prepend=10)
        s["sell_in"] = np.floor(orders * 1.5)
        s["sell_through"] = orders
        s["channel_stock"] = np.cumsum(s["sell_in"] - orders)
        s["ultimate_units"], s["bought_back"] = np.floor(0.9 * orders), np.floor(0.02 * s["sell_in"])
        for k, share in enumerate((0.7, 0.2, 0.08, 0.02)):
            s[f"agents_tier_{k}"] = np.floor(share * s["agents"])
    return {k: np.asarray(v, np.float64) for k, v in s.items()}


def make_run(name="community", replication=0, *, days=180, n_people=20_000, seed=1, agencies=True, shock=False):
    """One synthetic run."""
    rng = np.random.default_rng([seed, replication, sum(map(ord, name))])
    orders = _shape(name, np.arange(days), rng)
    agents = _agents(days, rng) if name == "dual_rebate" and agencies else empty_agents()
    daily = _daily(name, orders, len(agents["upline"]), rng)

    def cash(series):
        return daily[series].astype(np.int64)

    statement = {
        "sale" if name != "dual_rebate" else "sell_in": cash("net_revenue_fen") + cash("refunds_fen"),
        "refund": -cash("refunds_fen"), "goods": -cash("cost_goods_fen"), "delivery": -cash("cost_delivery_fen"),
        {"influencer": "slot_fee", "direct_sales": "lead"}.get(name, "media"): -cash("cost_media_fen"),
        {"direct_sales": "base_pay"}.get(name, "host"): -cash("cost_people_fen"),
        {"influencer": "commission", "dual_rebate": "level_rebate"}.get(name, "packet"): -cash("cost_incentives_fen"),
        "tools": -cash("cost_other_fen"),
    }
    goods, freight = float(UNIT_COST), 600.0
    own = {"community": {"host": 700.0, "packet": 0.02 * PRICE},
           "influencer": {"slot_fee": 4_600.0, "commission": 0.25 * PRICE},
           "direct_sales": {"lead": 2_100.0, "base_pay": 2_900.0, "commission": 0.02 * PRICE},
           "dual_rebate": {"rebates": 0.16 * PRICE, "resellers": 0.29 * PRICE, "buy_back": 60.0, "write_off": 25.0}}[name]
    split = {"goods": goods, "delivery": freight, **own, "other": 40.0}
    split["profit"] = PRICE - sum(split.values())
    facts = {"n_seed_customers": 100.0, "opening_cash_fen": float(OPENING), "list_price_fen": float(PRICE),
             "unit_cost_fen": float(UNIT_COST), "inventory_fen": 150_000.0, "payables_fen": 40_000.0,
             "buyback_provision_fen": 0.0, "trust_sd": 0.17}
    events = []
    if name == "community":
        facts["n_groups"] = 20.0
    if name == "dual_rebate":
        sales = float(daily["sell_through"].sum()) * PRICE
        facts |= {"rebate_levels": 3.0, "entry_fee_fen": 64_000.0, "top_seller_share": 0.18,
                  "retail_sales_fen": sales, "retail_cost_fen": 0.6 * sales, "recruiting_income_fen": 0.15 * sales,
                  "entry_fee_pay_fen": 0.12 * sales, "team_pay_fen": 0.1 * sales,
                  "income_shown_fen": 300_000.0}
    if shock:
        facts["shock_day"] = float(days // 2)
        events.append((days // 2, "account_ban", "account_ban"))
    return RunRecord(
        strategy=name, title=TITLES[name], seed=seed, replication=replication, days=days, n_people=n_people,
        daily=daily, statement=statement, facts=facts, people=_people(orders, n_people, daily["first_orders"], rng),
        agents=agents, network=_network(days, agents, rng), price_split=split, events=events,
        timings={"build": 0.02, "days": 0.2},
    )


def make_comparison(strategies=STRATEGIES, replications=16, *, days=180, seed=1, agencies=True, shock=False):
    """Four strategies (or fewer), R replications, T days."""
    runs = (make_run(s, r, days=days, seed=seed, agencies=agencies, shock=shock)
            for s in strategies for r in range(replications))
    question = {"product": "sheet mask", "category": "beauty", "price_fen": PRICE, "cash_fen": OPENING,
                "people": 20_000, "days": days}
    frame = Frame(
        strategies=list(strategies), titles={s: TITLES[s] for s in strategies}, question=question,
        texts={s: f"name: {s}\ndays: {days}\nstrategies:\n  - kind: {s}\n" for s in strategies},
        seed=seed, reference=strategies[0], version="0.1.0",
        command="guanxi compare " + " ".join(strategies) + f" --replications {replications}",
    )
    timings = {"wall": 11.2, "runs": 21.9, "compile": 0.0}
    return gather(runs, frame, timings=timings)


def empty_agents():
    """Return the table of resellers of a strategy that has none."""
    return {name: np.empty(0, dtype=kind) for name, kind in AGENT_COLUMNS.items()}
