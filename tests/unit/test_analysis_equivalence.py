"""The test of equivalence: by hand, its error rates, and what it says of two sweeps."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from sim.analysis.equivalence import Margin, compare_sweeps, equivalence, fisher_exact, holm_array
from sim.analysis.paired import holm
from sim.analysis.student import t_quantile

ALPHA, TRIALS, Z = 0.05, 4000, 4.0
FIXED = Margin(least={"gmv": 1.0, "profit": 1.0, "trust": 1.0})


def trials(gap, *, n, n0, spread=1.0, seed=0):
    """Two tables of `TRIALS` outcomes with one true difference."""
    rng = np.random.default_rng(seed)
    return rng.normal(5 + gap, spread, (n, TRIALS)), rng.normal(5, 1.0, (n0, TRIALS))


def rates(new, base, margin, *, paired=False):
    """Shares of 'same' and 'drifted' without correction for many cells."""
    found = equivalence(new, base, np.full(new.shape[1], margin), paired=paired)
    return float(np.mean(found["p_same"] < ALPHA)), float(np.mean(found["p_drift"] < ALPHA))


def highest(p):
    """Return the most that a share of `TRIALS` with chance p may come to."""
    return p + Z * math.sqrt(p * (1 - p) / TRIALS)


def test_a_pair_by_hand():
    # Gaps 1, 2, 3 against margin 4: d = 2, s = 1 / sqrt 3, nu = 2.
    found = equivalence(np.array([[1.0], [2.0], [3.0]]), np.zeros((3, 1)), np.array([4.0]), paired=True)
    t = 2 * math.sqrt(3)
    upper = 0.5 * (1 - t / math.sqrt(t * t + 2))
    assert found["p_same"][0] == pytest.approx(upper)
    assert (found["gap"][0], found["base"][0], found["n"][0]) == (2.0, 0.0, 3)
    assert found["high"][0] - 2.0 == pytest.approx(t_quantile(0.90, 2) / math.sqrt(3))
    assert found["p_drift"][0] > 0.9


def test_the_tests_are_those_of_scipy():
    rng = np.random.default_rng(21)
    new, base = rng.normal(5.4, 2.0, (9, 1)), rng.normal(5, 1.0, (9, 1))
    for paired, plain in ((False, lambda a, b, **k: stats.ttest_ind(a, b, equal_var=False, **k)), (True, stats.ttest_rel)):
        assert equivalence(new, base, np.zeros(1), paired=paired)["p_drift"][0] == pytest.approx(plain(new, base).pvalue[0])
        # Two one-sided tests: of delta <= -m and of delta >= m, the larger p counts.
        both = [plain(new, base + shift, alternative=side).pvalue[0] for shift, side in ((-2.0, "greater"), (2.0, "less"))]
        assert equivalence(new, base, np.full(1, 2.0), paired=paired)["p_same"][0] == pytest.approx(max(both))


def test_a_margin_from_the_baseline_errs_little_more_than_it_should():
    # The shift is half of the true standard deviation, the margin half of the estimated one; see the module.
    new, base = trials(0.5, n=16, n0=16)
    margin = Margin(of_mean=0.0).of(base, [str(k) for k in range(TRIALS)])
    found = equivalence(new, base, margin, paired=False)
    assert np.mean(found["p_drift"] < ALPHA) <= highest(0.067)
    assert np.mean(found["p_same"] < ALPHA) <= highest(ALPHA)


@pytest.mark.parametrize(("n", "n0", "spread"), [(12, 12, 1.0), (6, 40, 3.0), (30, 5, 0.3)])
def test_false_alarms_and_misses_stay_below_alpha_at_the_margin(n, n0, spread):
    # At |delta| = m both errors are at their largest.
    same, drifted = rates(*trials(1.0, n=n, n0=n0, spread=spread), 1.0)
    assert same <= highest(ALPHA), "a miss"
    assert drifted <= highest(ALPHA), "a false alarm"
    if n == n0:  # and the test is not merely shy: with equal spread it uses its whole allowance
        assert same > ALPHA - Z * math.sqrt(ALPHA / TRIALS)
        assert drifted > ALPHA - Z * math.sqrt(ALPHA / TRIALS)


def test_without_a_margin_it_is_the_plain_test():
    same, drifted = rates(*trials(0.0, n=15, n0=15), 0.0)
    assert same == 0.0
    assert drifted == pytest.approx(ALPHA, abs=Z * math.sqrt(ALPHA / TRIALS))


def test_what_is_the_same_is_found_so_and_what_drifted_too():
    same, drifted = rates(*trials(0.0, n=40, n0=40), 1.0)
    assert same > 0.98
    assert drifted == 0.0
    same, drifted = rates(*trials(2.0, n=40, n0=40), 1.0)
    assert same == 0.0
    assert drifted > 0.98


def test_pairs_see_through_shared_luck():
    luck = np.random.default_rng(3).normal(0, 50, (10, TRIALS))
    noise = np.random.default_rng(4).normal(0, 0.3, (10, TRIALS))
    assert rates(luck + noise, luck, 1.0, paired=True)[0] > 0.99
    assert rates(luck + noise, luck, 1.0)[0] < 0.01, "unpaired, the luck hides everything"
    same, drifted = rates(luck + noise + 1.0, luck, 1.0, paired=True)
    assert max(same, drifted) <= highest(ALPHA)


def test_the_interval_and_the_test_agree():
    found = equivalence(*trials(0.6, n=20, n0=20), np.full(TRIALS, 1.0), paired=False)
    inside = (found["low"] > -1.0) & (found["high"] < 1.0)
    np.testing.assert_array_equal(inside, found["p_same"] < ALPHA)


def test_values_that_do_not_vary():
    ones, zeros = np.ones((8, 1)), np.zeros((8, 1))
    assert equivalence(ones, ones, np.zeros(1), paired=True)["p_same"][0] == 0.0
    assert equivalence(ones[:1], ones[:1], np.zeros(1), paired=True)["p_same"][0] == 0.0, "the same luck, the same figure"
    assert equivalence(ones[:1], zeros[:1], np.zeros(1), paired=True)["p_drift"][0] == 1.0, "one run proves nothing"
    assert equivalence(ones, zeros, np.zeros(1), paired=True)["p_drift"][0] == 2.0**-7
    assert equivalence(ones[:2], zeros[:2], np.zeros(1), paired=False)["p_drift"][0] == pytest.approx(2 / 6)
    assert equivalence(ones, zeros, np.full(1, 2.0), paired=False)["p_same"][0] == pytest.approx(2 / math.comb(16, 8))
    many = np.ones((1200, 1))
    assert equivalence(many, many * 0, np.zeros(1), paired=False)["p_drift"][0] == 0.0


def test_a_coin_that_came_up_alike_is_no_drift():
    # Shares of yes and no at two runs often do not vary at all: t would be infinite.
    coins = np.random.default_rng(5).integers(0, 2, (2, TRIALS)).astype(float), np.random.default_rng(6).integers(
        0, 2, (2, TRIALS)).astype(float)
    assert rates(*coins, 0.1)[1] <= highest(ALPHA)


def test_undefined_values_are_an_outcome_too():
    gone, there = np.full((10, 1), np.nan), np.random.default_rng(1).normal(0, 1, (10, 1))
    assert equivalence(gone, gone, np.ones(1), paired=False)["p_same"][0] == 0.0
    found = equivalence(gone, there, np.ones(1), paired=False)
    assert found["p_drift"][0] == pytest.approx(2 * fisher_exact(10, 10, 0, 10))
    assert found["p_same"][0] == 1.0
    half = np.where(np.arange(10)[:, None] < 5, np.nan, there)
    assert equivalence(half, there, np.full(1, 9.0), paired=True)["p_same"][0] == 1.0


def test_fisher_by_hand():
    # Tea tasting: 3 of 4 right against 1 of 4; two-sided 34 / 70.
    assert fisher_exact(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert fisher_exact(0, 5, 0, 5) == 1.0


def test_holm_of_an_array_is_holm():
    p = np.random.default_rng(2).uniform(0, 0.2, 30)
    found = holm({str(k): float(x) for k, x in enumerate(p)})
    np.testing.assert_allclose(holm_array(p), list(found.values()))


def test_the_margin_is_the_largest_of_its_parts():
    base = np.array([[100.0, 0.0, 7.0], [100.0, 2.0, 7.0]])
    found = Margin(least={"c": 0.25}).of(base, ["a", "b", "c"])
    np.testing.assert_allclose(found, [5.0, 0.5 * math.sqrt(2), 0.25])


def table(rng, *, points=6, runs=10, seed=1, shift=None, luck=None):
    """Return a sweep's runs: 2 strategies, 3 outcomes; `shift` maps (point, strategy, outcome) to a gap."""
    rows = list(itertools.product(range(points), ("ads", "community"), range(runs)))
    out = {"point": np.array([p for p, _, _ in rows]), "strategy": np.array([s for _, s, _ in rows]),
           "replication": np.array([r for _, _, r in rows]), "seed": np.full(len(rows), seed),
           "axis:price": np.array([10.0 * p for p, _, _ in rows])}
    for name in ("gmv", "profit", "trust"):
        gap = np.array([(shift or {}).get((p, s, name), 0.0) for p, s, _ in rows])
        out[name] = (luck[name] if luck else rng.normal(50, 1.0, len(rows))) + gap
    return out


def test_drifted_outcomes_are_named_by_point_and_strategy():
    rng = np.random.default_rng(8)
    base = table(rng)
    new = table(rng, seed=2, shift={(2, "ads", "profit"): 6.0, (5, "community", "trust"): -6.0})
    found = compare_sweeps(new, base, ["gmv", "profit", "trust"], margin=FIXED)
    assert {(c.point, c.strategy, c.outcome) for c in found.drifted} == {(2, "ads", "profit"), (5, "community", "trust")}
    assert found.verdict == "drifted"
    worst = {c.outcome: c for c in found.drifted}["profit"]
    assert not worst.paired
    assert worst.gap == pytest.approx(6.0, abs=2.0)
    assert (worst.n, worst.margin) == (10, 1.0)


def test_any_false_alarm_in_a_whole_sweep_is_held_below_alpha():
    alarms, rounds = 0, 300
    rng = np.random.default_rng(9)
    for _ in range(rounds):
        edge = dict.fromkeys(itertools.product(range(6), ("ads", "community"), ("gmv", "profit", "trust")), 1.0)
        alarms += compare_sweeps(table(rng, runs=4, seed=2, shift=edge), table(rng, runs=4), ["gmv", "profit", "trust"],
                                 margin=FIXED).verdict == "drifted"
    assert alarms <= rounds * ALPHA + Z * math.sqrt(rounds * ALPHA * (1 - ALPHA))


def test_the_whole_is_the_same_only_if_every_cell_is():
    rng = np.random.default_rng(10)
    base = table(rng)
    twice = compare_sweeps(base, base, ["gmv", "profit", "trust"])
    assert (twice.verdict, twice.drifted, twice.missing) == ("same", [], [])
    assert twice.cells["paired"].all()
    luck = {name: base[name] for name in ("gmv", "profit", "trust")}
    nearly = table(rng, luck=luck, shift={(1, "ads", "gmv"): 0.9})
    assert compare_sweeps(nearly, base, ["gmv"], margin=FIXED).verdict == "same"
    wide = Margin(least={"gmv": 0.1})
    other = table(rng, seed=2)
    assert compare_sweeps(other, base, ["gmv"], margin=wide).verdict == "undecided"


def test_points_are_known_by_their_axes_and_what_is_missing_is_said():
    rng = np.random.default_rng(11)
    base = table(rng, points=4)
    new = {name: column[20:] for name, column in base.items()} | {"point": base["point"][20:] - 1}
    found = compare_sweeps(new, base, ["gmv", "novel"])
    assert found.missing == [(0, "ads"), (0, "community")]
    assert found.verdict == "undecided", "a point that is gone is no proof"
    assert (found.cells["p_same"] == 0).all()
    lacking = {name: column for name, column in base.items() if name != "gmv"}
    assert compare_sweeps(lacking, base, ["gmv", "trust"]).missing == [(None, "gmv")]
    assert compare_sweeps(base, lacking, ["gmv", "trust"]).added == [(None, "gmv")]


def test_nothing_in_common_is_undecided():
    rng = np.random.default_rng(12)
    base = table(rng, points=2)
    found = compare_sweeps(base | {"axis:price": base["axis:price"] + 1}, base, ["gmv"])
    assert found.verdict == "undecided"
    assert len(found.missing) == len(found.added) == 4
