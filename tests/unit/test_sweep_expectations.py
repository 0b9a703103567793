"""Expectations of sweeps: the same rule as a comparison's at one point, failures corrected for the number of points."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.equivalence import holm_array
from sim.analysis.expectations import judge
from sim.analysis.sweep_expectations import judge_sweep
from sim.records.sweep import Judged
from sim.scenario.expect import parse_expectation

RNG = np.random.default_rng(8)


def table(cells: dict[tuple[int, int], object], outcome: str = "losing_agent_share") -> dict[str, np.ndarray]:
    """Return runs of {(point, strategy): values}."""
    rows = [(point, strategy, r, value) for (point, strategy), values in cells.items() for r, value in enumerate(np.asarray(values))]
    point, strategy, replication, value = (np.array(column) for column in zip(*rows, strict=True))
    run = np.array([f"{p}/{s}/{r}" for p, s, r in zip(point, strategy, replication, strict=True)])
    return {"point": point, "strategy": strategy, "replication": replication, "run": run, outcome: value.astype(float)}


def judged(cells: dict[tuple[int, int], object], *texts: str, **more: str) -> list[Judged]:
    strategies = 1 + max(strategy for _, strategy in cells)
    return judge_sweep(table(cells, **more), [[parse_expectation(text) for text in texts]] * strategies)


def test_a_confidence_is_part_of_an_expectation() -> None:
    assert parse_expectation("losing_agent_share < 50 % with 90 %").confidence == pytest.approx(0.9)
    assert parse_expectation("losing_agent_share<0.5 with 99.5% confidence").confidence == pytest.approx(0.995)
    assert parse_expectation("losing_agent_share < 0.5").confidence is None
    for wrong in ("losing_agent_share < 0.5 with 100 %", "losing_agent_share < 0.5 with 50 %", "losing_agent_share < 0.5 with 0.95",
                  "losing_agent_share < 0.5 at 95 %"):
        with pytest.raises(ValueError, match=r"confidence|an expectation is"):
            parse_expectation(wrong)


def test_at_one_point_the_rule_is_that_of_a_comparison() -> None:
    for mean in (0.1, 0.45, 0.49, 0.52, 0.9):
        values = RNG.normal(mean, 0.05, 8)
        wanted = parse_expectation("losing_agent_share < 0.5 with 95 %")
        one = judged({(0, 0): values}, wanted.text)[0]
        alone = judge("", wanted, values)
        assert (one.result, one.mean, one.low, one.high, one.n) == (alone.result, alone.mean, alone.low, alone.high, alone.n)
        assert one.p == one.p_holm
        assert (one.p <= 0.05) == (one.result != "undecided")


def test_the_asked_confidence_counts() -> None:
    values = np.array([0.46, 0.49, 0.47, 0.495, 0.48, 0.505])
    results = [judged({(0, 0): values}, f"losing_agent_share < 0.5 with {level} %")[0].result for level in (80, 90, 99.9)]
    assert results == ["pass", "pass", "undecided"]


def test_a_failure_among_many_points_needs_more_than_one_alone() -> None:
    weak = np.array([0.51, 0.52, 0.515, 0.53, 0.512])
    good = {(point, 0): RNG.normal(0.2, 0.02, 5) for point in range(1, 60)}
    assert judged({(0, 0): weak}, "losing_agent_share < 0.5 with 95 %")[0].result == "fail"
    many = {one.point: one for one in judged({(0, 0): weak} | good, "losing_agent_share < 0.5 with 95 %")}
    # The others are sure, and they come first in Holm's order: nothing is left to correct for.
    assert many[0].result == "fail"
    open_ = {(point, 0): RNG.normal(0.5, 0.02, 5) for point in range(1, 60)}
    one = next(one for one in judged({(0, 0): weak} | open_, "losing_agent_share < 0.5 with 95 %") if one.point == 0)
    assert (one.result, one.reason) == ("undecided", "many")


def test_false_alarms_of_a_whole_sweep_stay_at_what_the_confidence_leaves() -> None:
    sweeps, alarms = 300, 0
    for _ in range(sweeps):
        cells = {(point, 0): RNG.normal(0.5, 0.1, 6) for point in range(20)}
        alarms += any(one.result == "fail" for one in judged(cells, "losing_agent_share <= 0.5 with 90 %"))
    assert alarms / sweeps <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / sweeps)


def test_points_with_the_same_runs_are_one_comparison() -> None:
    weak = np.array([0.51, 0.52, 0.515, 0.53, 0.512])
    runs = table({(point, 0): weak for point in range(40)})
    runs["run"] = np.tile(np.array([f"run {r}" for r in range(5)]), 40)
    found = judge_sweep(runs, [[parse_expectation("losing_agent_share < 0.5 with 95 %")]])
    assert {one.result for one in found} == {"fail"}
    assert all(one.p == one.p_holm for one in found)


def test_p_values_are_corrected_as_holm_has_it() -> None:
    found = judged({(point, 0): RNG.normal(0.47, 0.05, 6) for point in range(12)}, "losing_agent_share < 0.5 with 95 %")
    np.testing.assert_allclose([one.p_holm for one in found], holm_array(np.array([one.p for one in found])))


def test_what_is_undefined_or_alone_stays_undecided_and_says_why() -> None:
    found = judged({(0, 0): [np.nan, np.nan], (1, 0): [0.2], (2, 0): [0.4, 0.7, 0.5]}, "losing_agent_share < 0.5 with 95 %")
    assert [(one.result, one.reason) for one in found] == [
        ("undecided", "undefined"), ("undecided", "few"), ("undecided", "straddles")]
    assert found[2].needed > 3
    assert found[0].needed == found[1].needed == 0


def test_never_reached_is_later_than_any_day() -> None:
    never = {(0, 0): [np.nan] * 7, (1, 0): [40.0, np.nan, np.nan]}
    late = judged(never, "insolvent_day > 120 with 95 %", outcome="insolvent_day")
    assert [(one.result, one.reason) for one in late] == [("pass", ""), ("undecided", "disagree")]


def test_points_that_are_alike_in_all_runs_are_corrected_too() -> None:
    # Coins at their limit: of many points with few runs some come up alike on the wrong side.
    sweeps, alarms = 200, 0
    for _ in range(sweeps):
        cells = {(point, 0): RNG.integers(0, 2, 6) for point in range(30)}
        alarms += any(one.result == "fail" for one in judged(cells, "losing_agent_share <= 0.5 with 95 %"))
    assert alarms / sweeps <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / sweeps)
    found = judged({(point, 0): [1.0] * 6 for point in range(4)}, "losing_agent_share < 0.5 with 95 %")
    assert {(one.result, one.reason, one.needed) for one in found} == {("undecided", "many", 8)}, "4 p <= .05 at p = 2^-7"
    enough = judged({(point, 0): [1.0] * 8 for point in range(4)}, "losing_agent_share < 0.5 with 95 %")
    assert {one.result for one in enough} == {"fail"}
    few = judged({(0, 0): [0.0] * 2}, "losing_agent_share < 0.5 with 99 %")
    assert (few[0].reason, few[0].needed) == ("alike", 8)


def test_the_number_of_replications_that_would_decide_it_does() -> None:
    values = np.array([0.45, 0.52, 0.47, 0.53, 0.44, 0.55])
    one = judged({(0, 0): values}, "losing_agent_share < 0.6 with 99.9 %")[0]
    spread, gap = float(values.std(ddof=1)), 0.6 - float(values.mean())
    assert one.result == "undecided" or one.needed == 0
    if one.needed:
        from sim.analysis.student import t_quantile

        assert t_quantile(0.999, one.needed - 1) * spread / math.sqrt(one.needed) < gap
