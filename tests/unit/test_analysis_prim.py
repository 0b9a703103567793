"""PRIM: against the EMA workbench's boxes, planted boxes, noise, and the search's own rules."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.discovery import boxes_of, cases_of, discover, wilson
from sim.analysis.prim import SIGNIFICANCE, Box, Side, lifted, prim
from sim.records.sweep import AxisRecord, SweepRecord
from sim.scenario.expect import parse_expectation
from tests.unit.prim_of_ema import FROZEN, data, truth


def sides_of(box):
    return [(side.axis, side.end, side.words if side.end == "words" else side.limit) for side in box.sides]


def exactly(expected):
    return [(axis, end, limit if end == "words" else pytest.approx(limit, rel=1e-12)) for axis, end, limit in expected]


@pytest.mark.parametrize("known", FROZEN, ids=lambda k: f"seed {k.seed} kind {k.kind}")
def test_the_boxes_are_those_of_the_ema_workbench(known):
    axes, luck = data(known.seed)
    hit = truth(axes, luck, known.kind)
    assert hit.sum() == known.hits, "the data are not those the table was made of"
    way = prim(axes, hit, on=False).trajectory
    assert len(way) == known.length
    middle, last = way[known.length // 2], way[-1]
    assert sides_of(middle) == exactly(known.middle)
    assert sides_of(last) == exactly(known.last)
    assert (middle.coverage, middle.density) == pytest.approx((known.middle_coverage, known.middle_density))
    assert (last.coverage, last.density) == pytest.approx((known.last_coverage, known.last_density))


@pytest.mark.parametrize("known", FROZEN, ids=lambda k: f"seed {k.seed} kind {k.kind}")
def test_quasi_p_values_are_those_of_the_ema_workbench(known):
    from sim.analysis.prim import _quasi_p

    axes, luck = data(known.seed)
    hit = truth(axes, luck, known.kind)
    last = prim(axes, hit, on=False).trajectory[-1]
    for side, p in zip(last.sides, known.last_p, strict=True):
        assert _quasi_p(last, side, axes, hit) == pytest.approx(p, rel=1e-4), side


@pytest.mark.parametrize("seed", range(8))
def test_a_planted_box_is_found_within_what_the_sample_allows(seed):
    axes, _ = data(100 + seed, n=600)
    hit = (axes["a"] > 0.6) & (axes["b"] < 300) & (axes["d"] != "red")
    box = prim(axes, hit).box
    found = {(side.axis, side.end): side for side in box.sides}
    assert set(found) == {("a", "low"), ("b", "high"), ("d", "words")}
    assert set(found["d", "words"].words) == {"green", "blue"}
    # One peel takes alpha of the cases in the box, so a limit is off by at most two peels (one too many, one too few)
    # of the n in it, spread evenly over its width, and four standard errors of where the last of n uniforms lies.
    off = 2 * 0.05 + 4 / hit.sum()
    assert found["a", "low"].limit == pytest.approx(0.6, abs=off * 0.4 / (1 - off))
    assert found["b", "high"].limit == pytest.approx(300, abs=off * 300 / (1 - off))
    assert all(side.p <= SIGNIFICANCE for side in box.sides)
    assert min(box.coverage, box.density) > 0.85


def test_a_box_with_two_ends_on_a_grid_of_few_values():
    rng = np.random.default_rng(3)
    axes = {"x": rng.integers(0, 6, 500).astype(float), "y": rng.integers(0, 4, 500).astype(float)}
    hit = (axes["x"] >= 2) & (axes["x"] <= 4) & (axes["y"] >= 1)
    box = prim(axes, hit).box
    assert (box.coverage, box.density) == (1.0, 1.0)
    assert sides_of(box) == [("x", "low", 1.5), ("x", "high", 4.5), ("y", "low", 0.5)]


def test_the_same_cases_give_the_same_box_in_any_order():
    axes, luck = data(7)
    hit = truth(axes, luck, 1)
    turned = np.random.default_rng(1).permutation(hit.size)
    assert prim({n: c[turned] for n, c in axes.items()}, hit[turned]).box == prim(axes, hit).box


def test_the_way_only_narrows_then_widens_and_never_falls_below_its_mass():
    axes, luck = data(8)
    way = prim(axes, truth(axes, luck, 1), on=False).trajectory
    sizes = [box.n for box in way]
    turn = sizes.index(min(sizes))
    assert sizes[: turn + 1] == sorted(sizes[: turn + 1], reverse=True)
    assert sizes[turn:] == sorted(sizes[turn:])
    assert min(sizes) >= 0.05 * 500
    densities = [box.density for box in way]
    assert densities == sorted(densities)


def test_restrictions_that_mean_nothing_are_lifted():
    axes, _ = data(9)
    hit = axes["a"] > 0.5
    wide = Box((Side("a", "low", 0.5), Side("c", "high", 0.2)), 0, 0, 500, int(hit.sum()))
    inside = wide.holds(axes)
    wide = Box(wide.sides, int(inside.sum()), int(hit[inside].sum()), 500, int(hit.sum()))
    assert [side.axis for side in lifted(wide, axes, hit).sides] == ["a"]


def test_nothing_to_look_for():
    axes, _ = data(1)
    for hit in (np.zeros(500, dtype=bool), np.ones(500, dtype=bool)):
        assert prim(axes, hit).box.sides == ()
    assert prim({}, np.ones(3, dtype=bool)).box.n == 3


def test_no_box_in_pure_noise():
    # Each of the searches may err with a chance of SIGNIFICANCE.
    rng, trials = np.random.default_rng(11), 60
    found = 0
    for seed in range(trials):
        axes, _ = data(1000 + seed, n=150)
        found += bool(boxes_of(axes, rng.random(150) < 0.3, seed=seed, deals=39, boxes=1))
    assert found <= trials * SIGNIFICANCE + 3 * math.sqrt(trials * SIGNIFICANCE * (1 - SIGNIFICANCE))


def test_two_boxes_one_after_the_other():
    rng = np.random.default_rng(12)
    axes = {"x": rng.random(500), "y": rng.random(500)}
    first, second = (axes["x"] < 0.4) & (axes["y"] < 0.6), (axes["x"] > 0.7) & (axes["y"] > 0.8)
    found = boxes_of(axes, first | second, seed=1, deals=39)
    assert [{side.axis for side in one.box.sides} for one in found] == [{"x", "y"}, {"x", "y"}]
    assert sum(one.box.coverage for one in found) > 0.9
    assert all(one.p <= SIGNIFICANCE for one in found)
    assert found[0].box.n > found[1].box.n
    assert prim(axes, first | second, on=False).box.sides == (), "every first cut loses as much as it wins"
    assert boxes_of(axes, first | second, seed=1, deals=39) == found, "nothing depends on anything but cases and seed"


def test_figures_on_other_cases_are_not_better_than_on_its_own():
    own, other = [], []
    for seed in range(6):
        axes, luck = data(300 + seed, n=300)
        (one, *_) = boxes_of(axes, truth(axes, luck, 1), seed=seed, deals=19, boxes=1)
        own.append(one.box.score)
        other.append(2 * one.other_coverage * one.other_density / (one.other_coverage + one.other_density))
        assert one.density[0] < one.box.density < one.density[1]
        assert one.coverage[0] < one.box.coverage < one.coverage[1]
    assert np.mean(other) < np.mean(own)
    assert np.mean(other) > 0.6


def test_wilson_by_hand_and_by_count():
    # 10 of 10: n / (n + z^2) to 1.
    low, high = wilson(10, 10)
    assert low == pytest.approx(10 / (10 + 1.959964**2), rel=1e-6)
    assert high == pytest.approx(1.0)
    assert wilson(0, 0) == (0.0, 1.0)
    # As tabulated by Newcombe, Statistics in Medicine 17 (1998), method 3.
    for hits, n, ends in ((81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))):
        assert wilson(hits, n) == pytest.approx(ends, abs=6e-5)
    hits = np.random.default_rng(5).binomial(40, 0.3, 4000)
    inside = np.mean([wilson(int(h), 40)[0] <= 0.3 <= wilson(int(h), 40)[1] for h in hits])
    assert 0.93 < inside < 0.975


# --- a sweep ------------------------------------------------------------------------------------


def record(points=240, seed=1, replications=2):
    """Return a sweep of two strategies in which losing agents depend on two axes under one of them."""
    rng = np.random.default_rng(seed)
    axes = [AxisRecord("strategies.dual_rebate.buyback_share", {"zh": "回购比例", "en": "Buy-back share"}, "share", "linear",
                       None, 0.0, 1.0),
            AxisRecord("strategies.dual_rebate.buy_in", {"zh": "入门费", "en": "Buy-in"}, "fen", "linear", None, 0.0, 1e6),
            AxisRecord("network.kind", {"zh": "网络", "en": "Network"}, "", "words", ("ring", "random"), 0.0, 1.0)]
    table = {axis.column: np.round(rng.uniform(axis.low, axis.high, points), 6) for axis in axes[:2]}
    table[axes[2].column] = rng.integers(0, 2, points)
    rows = points * 2 * replications
    point = np.repeat(np.arange(points), 2 * replications)
    strategy = np.tile(np.repeat([0, 1], replications), points)
    box = (table[axes[0].column] > 0.6) & (table[axes[1].column] < 300_000)
    losing = np.where(box, 0.1, 0.6)[point] + rng.normal(0, 0.05, rows)
    runs = {"point": point, "strategy": strategy, "replication": np.tile(np.arange(replications), 2 * points),
            "run": np.full(rows, "a" * 24), "status": np.full(rows, "ok"), "seconds": np.ones(rows),
            **{name: column[point] for name, column in table.items()},
            "losing_agent_share": np.where(strategy == 0, losing, np.nan), "payback_day": np.where(strategy == 0, np.nan, 9.0)}
    return SweepRecord(name="both", titles={"zh": "扫描", "en": "A sweep"}, axes=axes, strategies=["dual_rebate", "paid_ads"],
                       strategy_titles={"dual_rebate": {"zh": "双创分销", "en": "Dual rebate"},
                                        "paid_ads": {"zh": "付费投流", "en": "Paid ads"}},
                       runs=runs, replications=replications)


def test_the_conditions_of_a_sweep_are_discovered():
    made = record()
    found = discover(made, parse_expectation("losing_agent_share < 0.3"), "dual_rebate", deals=19)
    assert (found.cases, found.undefined, len(found.boxes)) == (240, 0, 1)
    limits = {(side.axis, side.end): side.limit for side in found.boxes[0].box.sides}
    assert set(limits) == {("strategies.dual_rebate.buyback_share", "low"), ("strategies.dual_rebate.buy_in", "high")}
    assert limits["strategies.dual_rebate.buyback_share", "low"] == pytest.approx(0.6, abs=0.1)
    assert limits["strategies.dual_rebate.buy_in", "high"] == pytest.approx(300_000, abs=60_000)


@pytest.mark.parametrize(("text", "strategy", "reason"), [
    ("losing_agent_share < 0.3", "paid_ads", "undefined"), ("losing_agent_share < 0.99", "dual_rebate", "always"),
    ("losing_agent_share < -1", "dual_rebate", "never"), ("payback_day > 1000", "dual_rebate", "always"),
    ("payback_day < 10", "paid_ads", "always"), ("gmv_fen > 1", "paid_ads", "undefined"),
])
def test_why_there_is_no_box(text, strategy, reason):
    assert discover(record(), parse_expectation(text), strategy).reason == reason


def test_few_cases_are_not_searched_and_failed_runs_do_not_count():
    assert discover(record(points=12), parse_expectation("losing_agent_share < 0.3"), "dual_rebate").reason == "few"
    made = record()
    made.runs["status"] = np.where(made.runs["replication"] == 0, "failed", "ok")
    made.runs["losing_agent_share"] = np.where(made.runs["replication"] == 0, 0.0, made.runs["losing_agent_share"])
    axes, hit, undefined = cases_of(made, parse_expectation("losing_agent_share < 0.3"), "dual_rebate")
    assert (hit.size, undefined) == (240, 0)
    inside = (axes["strategies.dual_rebate.buyback_share"] > 0.6) & (axes["strategies.dual_rebate.buy_in"] < 300_000)
    np.testing.assert_array_equal(hit, inside)
    assert axes["network.kind"].tolist()[0] in {"ring", "random"}


def test_axes_of_other_strategies_are_not_searched():
    made = record()
    wanted = parse_expectation("payback_day < 10")
    assert len(cases_of(made, wanted, "paid_ads")[0]) == 3, "nothing is known of the scenario"
    made.texts = {"paid_ads": "name: paid_ads\nstrategies: [{kind: paid_ads}]\n",
                  "dual_rebate": "name: dual_rebate\nstrategies:\n  - {kind: dual_rebate}\n"}
    assert set(cases_of(made, wanted, "paid_ads")[0]) == {"network.kind"}
    assert len(cases_of(made, wanted, "dual_rebate")[0]) == 3


def test_pure_chance_in_a_sweep_has_no_box():
    made = record(seed=4)
    made.runs["losing_agent_share"] = np.random.default_rng(4).uniform(0, 1, len(made.runs["point"]))
    assert discover(made, parse_expectation("losing_agent_share < 0.3"), "dual_rebate", deals=39).reason == "nothing"
