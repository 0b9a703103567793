"""Paired differences, chance of being best, and the rule of separation."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from sim.analysis.paired import (
    chance_of_being_best,
    difference,
    differences,
    holm,
    paired_p,
    verdict,
)
from tests.synthetic import make_comparison


def with_profits(**profits):
    """A comparison whose profits are the given lists."""
    made = make_comparison(tuple(profits), replications=len(next(iter(profits.values()))), days=20)
    summary = {s: made.summary[s] | {"profit_fen": np.array(p, dtype=float)} for s, p in profits.items()}
    return dataclasses.replace(made, summary=summary)


def test_the_same_table_and_seed_give_the_same_chances():
    values = np.random.default_rng(1).normal(size=(12, 4))
    one, two = chance_of_being_best(values, 7), chance_of_being_best(values, 7)
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, chance_of_being_best(values, 8))
    assert one.sum() == pytest.approx(1.0)


def test_chances_of_two_normal_strategies_meet_the_closed_form():
    # The mean gap of n pairs is nearly normal: chance = Phi(gap / (sd / sqrt n)) with the plain sd.
    gap = np.random.default_rng(2).normal(0.3, 1.0, 60)
    found = chance_of_being_best(np.column_stack([gap, np.zeros(60)]), 1, resamples=40_000)[0]
    z = gap.mean() / (gap.std() / math.sqrt(60))
    assert found == pytest.approx(0.5 * (1 + math.erf(z / math.sqrt(2))), abs=0.01)


def test_what_is_shared_by_a_replication_does_not_blur_the_chance():
    luck = np.random.default_rng(3).normal(0, 1e9, 10)
    assert chance_of_being_best(np.column_stack([luck + 5.0, luck]), 1).tolist() == [1.0, 0.0]


def test_equal_strategies_share_the_chance_and_less_may_be_better():
    same = np.tile(np.arange(5.0)[:, None] * 1e12 + 0.1, (1, 3))
    np.testing.assert_allclose(chance_of_being_best(same, 1), 1 / 3)
    values = np.column_stack([np.arange(5.0), np.arange(5.0) + 1])
    assert chance_of_being_best(values, 1, more=False).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("values", [np.ones((1, 3)), np.array([[1.0, np.nan], [1.0, 2.0]])])
def test_no_chance_where_nothing_can_be_judged(values):
    assert np.isnan(chance_of_being_best(values, 1)).all()


def test_holm_steps_down():
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": math.nan})
    assert found["a"] == pytest.approx(0.03)
    assert found["c"] == pytest.approx(0.06)
    assert found["b"] == pytest.approx(0.06), "never below the one before it"
    assert math.isnan(found["d"])
    assert list(found) == ["a", "b", "c", "d"]
    assert holm({"x": 0.9, "y": 0.8}) == {"x": 1.0, "y": 1.0}


def test_paired_p_by_hand():
    # Gaps 1, 2, 3: t = 2 sqrt 3 with two degrees of freedom; p = 1 - t / sqrt(t^2 + 2).
    t = 2 * math.sqrt(3)
    assert paired_p(np.array([1.0, 2.0, 3.0])) == pytest.approx(1 - t / math.sqrt(t * t + 2))
    assert paired_p(np.array([4.0, 4.0])) == 0.5, "two equal signs are no proof"
    assert paired_p(np.full(6, -4.0)) == 2.0**-5
    assert paired_p(np.array([0.0, 0.0])) == 1.0
    assert math.isnan(paired_p(np.array([4.0, np.nan])))


def test_differences_pair_common_replications_only():
    made = with_profits(community=[10, 20, 30], influencer=[1, 2, 3])
    shorter = dataclasses.replace(
        made, replications=made.replications | {"influencer": np.array([0, 2])},
        summary=made.summary | {"influencer": {"profit_fen": np.array([1.0, 3.0])}},
    )
    found = difference(shorter, "influencer", "community")
    assert (found.interval.mean, found.interval.n) == (-18.0, 2)
    assert [d.strategy for d in differences(made)] == ["influencer"]
    assert differences(made, reference="influencer")[0].interval.mean == 18.0


def test_a_clear_winner_is_separated():
    found = verdict(with_profits(community=[10, 11, 12, 13], influencer=[1, 2, 3, 5], direct_sales=[0, 1, 1, 2]))
    assert (found.best, found.separated, found.n) == ("community", True, 4)
    assert found.chance == {"community": 1.0, "influencer": 0.0, "direct_sales": 0.0}
    assert max(found.p_holm.values()) < 0.05


def test_two_replications_that_agree_are_not_yet_proof():
    # The bootstrap alone would be certain here.
    found = verdict(with_profits(community=[10, 30], influencer=[1, 2]))
    assert found.chance["community"] == 1.0
    assert not found.separated


def test_overlapping_strategies_are_not_separated():
    rng = np.random.default_rng(5)
    found = verdict(with_profits(community=rng.normal(1, 9, 16), influencer=rng.normal(0, 9, 16)))
    assert not found.separated
    assert 0.05 < found.chance["community"] < 0.95


def test_one_replication_separates_nothing():
    found = verdict(with_profits(community=[100], influencer=[1]))
    assert (found.best, found.separated, found.n) == ("community", False, 1)
    assert all(math.isnan(c) for c in found.chance.values())


def test_a_single_strategy_is_best_of_nothing():
    found = verdict(with_profits(community=[100, 90, 80]))
    assert (found.best, found.separated) == ("community", False)


def test_equal_strategies_are_rarely_separated():
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(200):
        profits = rng.normal(0, 1, (8, 4))
        made = {s: profits[:, k] for k, s in enumerate(("community", "influencer", "direct_sales", "dual_rebate"))}
        base = BASE.summary
        table = dataclasses.replace(BASE, summary={s: base[s] | {"profit_fen": p} for s, p in made.items()})
        wrong += verdict(table).separated
    assert wrong <= 200 * 0.05


BASE = make_comparison(replications=8, days=20)


def test_less_is_better_where_the_catalogue_says_so():
    base = make_comparison(("community", "influencer"), replications=4, days=20)
    summary = {s: base.summary[s] | {"mutes": np.array([k, k + 0.1 * k, k, k + 0.1])} for k, s in
               enumerate(("community", "influencer"), start=1)}
    found = verdict(dataclasses.replace(base, summary=summary), "mutes")
    assert found.best == "community"
    assert found.separated
