"""Crossings, expectations, compliance and earnings on tables whose answer is known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from sim.analysis.compliance import COUNTS, DISCLAIMER, LINES, Light, indicators, light, median_day, strategy_light
from sim.analysis.crossings import WINDOW, crossings, sign_changes, widest_line
from sim.analysis.expectations import judge, judge_all
from sim.analysis.inequality import earnings
from sim.records.outcomes import SUMMARY
from sim.scenario.expect import parse_expectation
from sim.text.evidence import unknown_in
from tests.synthetic import make_comparison

DAYS = 100
TWO = ("community", "influencer")


def two_curves(first, second, **statements):
    """A comparison of two with given cumulative profits and statements."""
    base = make_comparison(TWO, replications=3, days=DAYS)
    curves = {"community": first, "influencer": second}
    daily = {s: base.daily[s] | {"profit_fen": np.tile(c, (3, 1))} for s, c in curves.items()}
    statement = {s: {n: np.tile(c, (3, 1)) for n, c in statements.get(s, {}).items()} for s in TWO}
    return dataclasses.replace(base, daily=daily, statement=statement)


@pytest.mark.parametrize(
    ("gap", "days"),
    [
        ([1] * 20, []),
        ([1] * 10 + [-1] * 10, [10]),
        ([0] * 5 + [1] * 10 + [0] * 3 + [-1] * 10, [18]),
        ([1] * 10 + [-1] * 3 + [1] * 10, []),
        ([1] * 10 + [-1] * 10 + [1] * 10, [10, 20]),
        ([1] * 10 + [-1] * 5, []),
        ([-1] * 3 + [1] * 10, []),
        ([math.nan] * 5 + [1] * 8 + [math.nan] * 2 + [-1] * 8, [15]),
        ([0] * 20, []),
        ([], []),
    ],
)
def test_a_lead_must_last_a_week(gap, days):
    assert sign_changes(np.array(gap, dtype=float)) == days


def test_a_crossing_names_day_leader_and_the_widest_line():
    t = np.arange(DAYS)
    flat = np.full(DAYS, 50.0)
    sales = np.full(DAYS, 10, dtype=np.int64)
    fees = np.zeros(DAYS, dtype=np.int64)
    fees[37:51] = -7
    fees[:37] = -1000
    made = two_curves(t.astype(float), flat, community={"sale": sales, "capital": sales * 999},
                      influencer={"sell_in": sales - 1, "slot_fee": fees})
    (found,) = crossings(made)
    assert (found.day, found.ahead, found.behind, found.level) == (51, "community", "influencer", 50.5)
    assert (found.line, found.gap_fen) == ("slot_fee", 7.0 * WINDOW), "only the two weeks before count"


def test_what_customers_and_resellers_pay_is_one_line():
    sales = np.full(DAYS, 100, dtype=np.int64)
    made = two_curves(np.zeros(DAYS), np.zeros(DAYS), community={"sale": sales}, influencer={"sell_in": sales + 1})
    assert widest_line(made, "influencer", "community", 50) == ("sale", 14.0)
    assert widest_line(made, "community", "influencer", 3) == ("sale", -3.0)
    assert widest_line(two_curves(np.zeros(DAYS), np.zeros(DAYS)), *TWO, 50) == ("", 0.0)


LOSING = parse_expectation("losing_agent_share < 0.5")
PAYBACK = parse_expectation("payback_day <= 90")


@pytest.mark.parametrize(
    ("expectation", "values", "result", "reason"),
    [
        (LOSING, [0.1, 0.12, 0.11], "pass", ""),
        (LOSING, [0.8, 0.82, 0.81], "fail", ""),
        (LOSING, [0.4, 0.6, 0.5], "undecided", "straddles"),
        (LOSING, [0.1], "undecided", "few"),
        (LOSING, [math.nan, math.nan], "undecided", "undefined"),
        (LOSING, [0.1, math.nan, 0.12], "pass", ""),
        (LOSING, [0.1] * 5, "undecided", "alike"),
        (LOSING, [0.1] * 6, "pass", ""),
        (LOSING, [0.0, 0.0], "undecided", "alike"),
        (LOSING, [0.5] * 6, "fail", ""),
        (parse_expectation("losing_agent_share < 0.5 with 80 %"), [0.1] * 4, "pass", ""),
        (parse_expectation("losing_agent_share < 0.5 with 99 %"), [0.1] * 7, "undecided", "alike"),
        (parse_expectation("losing_agent_share < 0.5 with 99 %"), [0.1] * 8, "pass", ""),
        (PAYBACK, [30, 40, 35], "pass", ""),
        (PAYBACK, [math.nan, math.nan], "undecided", "alike"),
        (PAYBACK, [math.nan] * 6, "fail", ""),
        (PAYBACK, [30, math.nan], "undecided", "disagree"),
        (PAYBACK, [30] * 40 + [math.nan], "undecided", "disagree"),
        (parse_expectation("insolvent_day > 300"), [math.nan] * 6, "pass", ""),
        (parse_expectation("insolvent_day > 300"), [math.nan] * 5 + [350], "pass", ""),
        (parse_expectation("insolvent_day > 300"), [math.nan, 350], "undecided", "alike"),
        (parse_expectation("profit_fen > 1 CNY"), [201, 202, 201], "pass", ""),
    ],
)
def test_expectations(expectation, values, result, reason):
    found = judge("community", expectation, np.array(values, dtype=float))
    assert (found.result, found.reason) == (result, reason)


@pytest.mark.parametrize("n", [2, 3, 5, 8, 20])
def test_a_mean_at_the_limit_passes_and_fails_as_often_as_said(n):
    # At the limit either answer is wrong; each has half of what the confidence leaves.
    trials, wanted = 2000, parse_expectation("losing_agent_share < 0.5 with 90 %")
    rng = np.random.default_rng(n)
    found = [judge("", wanted, rng.normal(0.5, 0.1, n)).result for _ in range(trials)]
    for result in ("pass", "fail"):
        assert found.count(result) / trials == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / trials))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7])
def test_what_comes_out_alike_by_luck_is_not_taken_for_sure(n):
    # Every second run loses all: the mean is .5 and not below .4, but n runs agree with a chance of 2 / 2^n.
    trials, wanted = 2000, parse_expectation("losing_agent_share < 0.4 with 95 %")
    rng = np.random.default_rng(n)
    wrong = sum(judge("", wanted, rng.integers(0, 2, n).astype(float)).result == "pass" for _ in range(trials))
    assert wrong / trials <= 0.025 + 4 * math.sqrt(0.025 * 0.975 / trials)


def test_expectations_of_every_strategy_are_judged_in_order():
    made = make_comparison(replications=6, days=60)
    found = judge_all(made, {"dual_rebate": ["n_agents > 10"], "community": ["orders > 1e9", "n_agents < 1"]})
    assert [(j.strategy, j.result) for j in found] == [
        ("community", "fail"), ("community", "pass"), ("dual_rebate", "pass"),
    ]
    with pytest.raises(ValueError, match="unknown outcome"):
        judge_all(made, {"community": ["oders > 1"]})


@pytest.mark.parametrize(
    ("values", "name", "runs"),
    [([0, 0, 0], "green", 3), ([0] * 9 + [2], "red", 1), ([0] * 19 + [2], "green", 20), ([0] * 8 + [1, 1], "amber", 2),
     ([0] * 18 + [1, 2], "amber", 2), ([2, 1], "red", 1)],
)
def test_the_light_of_a_strategy_is_the_worst_that_a_tenth_showed(values, name, runs):
    assert light(np.array(values, dtype=float)) == Light(name, runs, len(values))


def test_a_light_that_was_not_recorded_is_no_light():
    assert light(np.full(3, math.nan)).of == 0


def test_indicators_name_value_share_and_source():
    made = make_comparison(replications=4)
    found = {(i.line.name, i.count): i for i in indicators(made, "dual_rebate")}
    assert [name for name, count in found if count == "all"] == [line.name for line in LINES]
    assert [name for name, count in found if count == "paid"] == [line.name for line in LINES if line.counts]
    people = found["people_30", "all"]
    assert (people.reached_share, people.runs, people.of) == (1.0, 4, 4)
    assert people.value == made.summary["dual_rebate"]["compliance_people"].mean()
    assert people.day == np.sort(made.summary["dual_rebate"]["compliance_line_day"])[2]
    assert found["levels_3", "paid"].value == 4.0
    assert found["people_30", "paid"].value < people.value, "who neither sold nor recruited is left out"
    assert math.isnan(found["gini", "all"].reached_share), "no line, hence no share"
    shown = strategy_light(made, "dual_rebate")
    assert (shown.name, shown.runs, shown.of) == ("red", 4, 4)
    assert ("line", 4) in shown.reasons
    assert not {"levels", "entry"} & {name for name, _ in shown.reasons}, "only what turns it this far"
    nobody = {i.line.name: i for i in indicators(made, "community")}
    assert all(i.reached_share == 0.0 for i in nobody.values() if math.isfinite(i.line.limit))
    assert math.isnan(nobody["losing"].value)
    assert math.isnan(nobody["people_30"].day)
    assert strategy_light(made, "community") == Light("green", 4, 4)
    assert all(line.zh and line.en for line in LINES)
    assert {o for line in LINES for c in COUNTS for o in (line.outcome_of(c), line.day_of(c)) if o} <= set(SUMMARY)
    assert [line.source for line in LINES if unknown_in(line.source)] == []
    assert "not legal advice" in DISCLAIMER["en"]
    assert "不构成法律意见" in DISCLAIMER["zh"]


def test_a_ratio_that_explodes_is_taken_of_means_and_nothing_earned_counts_as_crossed():
    base = make_comparison(("dual_rebate",), replications=4)
    summary = base.summary["dual_rebate"] | {"income_shown_fen": np.array([100.0, 100, 100, 100]),
                                             "income_true_fen": np.array([1.0, -41, 120, 80])}
    made = dataclasses.replace(base, summary={"dual_rebate": summary})
    (one,) = [i for i in indicators(made, "dual_rebate") if i.line.name == "deception"]
    assert (one.value, one.runs, one.of) == (2.5, 3, 4)
    poor = summary | {"income_true_fen": np.full(4, -1.0)}
    (one,) = [i for i in indicators(dataclasses.replace(base, summary={"dual_rebate": poor}), "dual_rebate")
              if i.line.name == "deception"]
    assert math.isnan(one.value)
    assert one.reached_share == 1.0


@pytest.mark.parametrize(
    ("days", "middle"),
    [([5, 9, 7], 7), ([5, math.nan, 7], 7), ([5, math.nan, math.nan], math.nan), ([5, math.nan], math.nan), ([], math.nan)],
)
def test_a_day_never_reached_is_later_than_all(days, middle):
    assert median_day(np.array(days, dtype=float)) == pytest.approx(middle, nan_ok=True)


def test_half_is_not_more_than_half():
    base = make_comparison(TWO, replications=2, days=30)
    summary = base.summary["community"] | {
        "recruiting_income_share": np.array([0.5, 0.51]), "ultimate_user_share": np.array([0.5, 0.49]),
    }
    made = dataclasses.replace(base, summary=base.summary | {"community": summary})
    found = {i.line.name: i.reached_share for i in indicators(made, "community")}
    assert (found["recruiting"], found["ultimate_users"]) == (0.5, 0.5)


def test_earnings_of_resellers():
    agents = {"net_fen": np.array([100, -5, -10, 0]), "income_fen": np.array([100, 0, 0, 0]),
              "recruits": np.array([3, 0, 0, 0])}
    found = earnings(agents)
    assert (found.n, found.losing_share, found.zero_recruit_share) == (4, 0.5, 0.75)
    assert (found.median_fen, found.mean_fen, found.top1_share, found.gini) == (-2.5, 21.25, 1.0, 1.0)
    empty = earnings({n: np.empty(0) for n in agents})
    assert empty.n == 0
    assert math.isnan(empty.gini)
