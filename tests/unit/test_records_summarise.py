"""Summaries of a hand-made run whose every outcome can be told by eye."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from sim.records.outcomes import DAILY, FACTS, NEVER_REACHED, SUMMARY
from sim.records.run_record import AGENT_COLUMNS, PEOPLE_COLUMNS, RunRecord
from sim.records.summarise import summarise
from sim.text.evidence import unknown_in
from tests.synthetic import empty_agents, make_run

DAYS = 200


def series(**days):
    """A run of 200 days in which only the named series have values: {day: value}."""
    out = {name: np.zeros(DAYS) for name in DAILY}
    for name, given in days.items():
        for day, value in given.items():
            out[name][day] = value
    return out


@pytest.fixture
def run():
    daily = series(
        orders={0: 2, 100: 2}, units={0: 2, 100: 2}, first_orders={0: 2, 100: 1}, repeat_orders={100: 1},
        gmv_fen={0: 20_000, 100: 20_000}, net_revenue_fen={0: 20_000, 100: 20_000}, exposures={0: 80},
        cost_goods_fen={0: 4_000, 100: 4_000}, cost_delivery_fen={0: 1_000, 100: 1_000},
        cost_media_fen={0: 15_000}, cost_incentives_fen={100: 3_000}, returns={100: 1}, mutes={3: 2}, complaints={4: 1},
    )
    daily["profit_fen"] = np.where(np.arange(DAYS) < 100, -0.0, 12_000.0)
    daily["profit_fen"][:50] = -1.0
    daily["cash_fen"] = np.full(DAYS, 500.0)
    daily["cash_fen"][40] = 100.0
    daily["satisfaction"][:] = np.nan
    daily["satisfaction"][[0, 100]] = 0.5, 0.7
    daily["trust"][:] = 0.25
    daily["chats"][[0, 100]] = 1, 3
    for name, values in (("chat_wait_minutes", (8, 2)), ("chats_lost_share", (0, 0.5))):
        daily[name][:] = np.nan
        daily[name][[0, 100]] = values
    columns = {name: np.full(6, -1, kind) for name, kind in PEOPLE_COLUMNS.items()}
    columns["first_day"][:3], columns["second_day"][:1], columns["last_day"][:3] = [0, 0, 100], [100], [100, 0, 100]
    columns["spend_fen"] = np.array([20_000, 10_000, 10_000, 0, 0, 0])
    columns["first_path"][:3] = 0, 5, 5
    return RunRecord(
        strategy="hand", title={"zh": "手", "en": "hand"}, seed=1, replication=0, days=DAYS, n_people=6, daily=daily,
        statement={}, facts={"n_seed_customers": 1.0, "opening_cash_fen": 600.0}, people=columns,
        agents=empty_agents(),
    )


def test_every_declared_outcome_is_there_in_order(run):
    assert list(summarise(run)) == list(SUMMARY)


@pytest.mark.parametrize(
    ("outcome", "value"),
    [
        ("gmv_fen", 40_000), ("orders", 4), ("buyers", 3), ("new_buyers", 3), ("conversion", 4 / 80),
        ("order_value_fen", 10_000), ("cac_fen", 18_000 / 3), ("ltv_fen", 0.75 * (20_000 + 10_000 + 10_000) / 3),
        ("payback_day", 50), ("cash_trough_fen", 100), ("cash_trough_day", 40), ("insolvent_day", math.nan),
        ("k_factor", 2 / 3), ("repurchase_rate_30d", 0), ("repurchase_rate_90d", 0), ("repurchase_rate_180d", 1 / 2),
        ("retention_90d", 1 / 3), ("trust_mean", 0.25), ("trust_spread", math.nan), ("satisfaction_mean", 0.6),
        ("mutes", 2), ("complaints", 1), ("chats", 4), ("chat_wait_minutes", 3.5), ("chats_lost_share", 0.375), ("return_rate", 1 / 4), ("zombie_share", math.nan), ("n_agents", 0),
        ("losing_agent_share", math.nan), ("agent_income_gini", math.nan), ("compliance_people", 0),
        ("compliance_levels", 0), ("compliance_light", 0), ("compliance_line_day", math.nan),
        ("compliance_people_paid", 0), ("compliance_light_paid", 0), ("compliance_serious_day_paid", math.nan),
        ("recruiting_income_share", math.nan), ("break_even_recruits", math.nan), ("income_true_fen", math.nan),
        ("channel_stock_ratio", math.nan), ("own_sales_pay_ratio", math.nan), ("entry_fee_fen", 0),
        ("ultimate_user_share", math.nan), ("survival_after_shock", math.nan), ("participants_result_fen", 12_000),
    ],
)
def test_outcomes_by_eye(run, outcome, value):
    assert summarise(run)[outcome] == pytest.approx(value, nan_ok=True)


def test_the_identity_of_traffic_conversion_and_order_value(run):
    found = summarise(run)
    assert run.daily["exposures"].sum() * found["conversion"] * found["order_value_fen"] == found["gmv_fen"]


def test_opening_cash_counts_as_the_trough_of_a_run_that_only_earns(run):
    found = summarise(dataclasses.replace(run, facts={"opening_cash_fen": 50.0}))
    assert (found["cash_trough_fen"], found["cash_trough_day"]) == (50.0, 0.0)


def with_agents(run, **columns):
    agents = {name: np.zeros(3, kind) for name, kind in AGENT_COLUMNS.items()}
    agents |= {"upline": np.array([-1, 0, 1]), "joined_day": np.array([0, 5, 9]), "person": np.array([4, 2, 0]),
               "left_day": np.full(3, -1)}
    agents |= {name: np.array(values) for name, values in columns.items()}
    return dataclasses.replace(run, agents=agents, facts=run.facts | {"rebate_levels": 2.0})


def test_resellers(run):
    found = summarise(with_agents(run, net_fen=[100, -5, -10], income_fen=[100, 50, 0], buy_in_fen=[7, 3, 9], sold=[2, 1, 0]))
    assert found["n_agents"] == 3
    assert found["losing_agent_share"] == pytest.approx(2 / 3)
    assert found["agent_income_median_fen"] == -5
    assert found["agent_income_top1_share"] == pytest.approx(2 / 3)
    assert found["agent_income_gini"] == pytest.approx(2 / 3)
    assert (found["compliance_people"], found["compliance_levels"], found["compliance_levels_paid"]) == (4, 4, 3)
    assert found["compliance_light"] == 1, "levels and an entry fee, nothing paid for recruits"
    assert found["participants_result_fen"] == 12_000 + 85
    # The last of the three neither sold nor recruited (recruits are 0 in this table): an end consumer.
    assert (found["compliance_people_paid"], found["compliance_levels_day"]) == (3, 5)
    assert found["compliance_levels_day_paid"] == 5
    assert found["zero_recruit_share"] == 1.0
    assert found["entry_fee_fen"] == 3
    assert found["entry_payments_fen"] == 19
    assert found["income_true_fen"] == pytest.approx(85 / ((200 + 195 + 191) / 30))


def test_pay_goods_and_incomes_come_from_the_facts(run):
    made = with_agents(run, net_fen=[300, 0, 0], income_fen=[900, 0, 0], buy_in_fen=[40, 40, 40])
    facts = {"recruiting_income_fen": 60.0, "entry_fee_pay_fen": 40.0, "team_pay_fen": 60.0, "retail_sales_fen": 1000.0,
             "retail_cost_fen": 720.0, "income_shown_fen": 50.0}
    daily = made.daily | {"sell_in": np.full(DAYS, 0.1), "sell_through": np.full(DAYS, 0.05),
                          "channel_stock": np.full(DAYS, 4.0), "ultimate_units": np.full(DAYS, 0.03),
                          "bought_back": np.full(DAYS, 0.005)}
    found = summarise(dataclasses.replace(made, facts=made.facts | facts, daily=daily))
    pay = 280 + 60 + 60
    assert found["recruiting_income_share"] == pytest.approx(60 / pay)
    assert found["entry_fee_ratio"] == pytest.approx(40 / pay)
    assert found["team_pay_ratio"] == pytest.approx(60 / pay)
    assert found["own_sales_pay_ratio"] == pytest.approx(pay / 1000)
    assert found["ultimate_user_share"] == pytest.approx(6 / 20)
    assert found["channel_stock_ratio"] == pytest.approx(4 / 20)
    assert found["buyback_share"] == pytest.approx(1 / 20)
    assert found["break_even_recruits"] == 2, "two recruits brought 60: 30 each, 40 to earn back"
    true = 300 / ((200 + 195 + 191) / 30)
    assert found["deceptive_income_index"] == pytest.approx(50 / true)
    assert math.isnan(summarise(with_agents(run, net_fen=[-1, 0, 0]))["deceptive_income_index"])


def test_recruiting_income_comes_from_the_facts_or_else_the_statement(run):
    made = with_agents(run, income_fen=[100, 50, 0])
    by_fact = dataclasses.replace(made, facts=made.facts | {"recruiting_income_fen": 90.0})
    assert summarise(by_fact)["recruiting_income_share"] == pytest.approx(0.6)
    paid = {"referral_rebate": np.array([-30, -15], dtype=np.int64)}
    assert summarise(dataclasses.replace(made, statement=paid))["recruiting_income_share"] == pytest.approx(0.3)
    assert summarise(by_fact)["compliance_light"] == 2


@pytest.mark.parametrize(("day", "value"), [(100, 0.5), (10, math.nan), (190, math.nan), (30, math.nan)])
def test_survival_after_a_shock_needs_30_days_on_either_side(run, day, value):
    gmv = np.zeros(DAYS)
    gmv[70:100], gmv[100:130] = 10.0, 5.0
    made = dataclasses.replace(run, daily=run.daily | {"gmv_fen": gmv}, facts=run.facts | {"shock_day": float(day)})
    assert summarise(made)["survival_after_shock"] == pytest.approx(value, nan_ok=True)


def test_the_catalogue_declares_each_outcome_fully():
    units = {"fen", "share", "day", "minutes", "people", "count", "index", "light"}
    for name, outcome in [*DAILY.items(), *SUMMARY.items()]:
        assert outcome.name == name
        assert outcome.zh
        assert outcome.en
        assert outcome.formula
        assert unknown_in(outcome.source) == []
        assert outcome.unit in units, name
        assert name.endswith("_fen") == (outcome.unit == "fen"), name
    assert set(SUMMARY) >= NEVER_REACHED
    assert all(SUMMARY[name].undefined for name in NEVER_REACHED)
    assert all(FACTS.values())


def test_what_is_undefined_in_some_run_says_why_in_the_catalogue():
    runs = [make_run("community", days=40), make_run("dual_rebate", days=180), make_run("influencer", days=100)]
    for made in runs:
        silent = [n for n, v in summarise(made).items() if math.isnan(v) and not SUMMARY[n].undefined]
        assert silent == []
