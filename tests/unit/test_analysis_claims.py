"""The decision rule on claims, on effects whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.claims import (
    Question,
    against_best,
    halfway,
    holds,
    is_defined,
    lies_opposite,
    lost,
    paired_effects,
    rule,
    together,
    vanishes,
)

LUCK = np.random.default_rng(7).normal(0.0, 1.0, 20)
THERE, NOTHING = LUCK + 3.0, LUCK - LUCK.mean()
MORE = Question()


def test_effects_are_weighted_sums_within_replications() -> None:
    both, one, other, none = np.array([10.0, 20.0]), np.array([3.0, 4.0]), np.array([2.0, 1.0]), np.array([1.0, 1.0])
    effects = paired_effects([both, one, other, none], [1, -1, -1, 1], relative=False)
    np.testing.assert_array_equal(effects, [6.0, 16.0])


def test_relative_effects_add_logarithms_and_have_none_where_nothing_was_sold() -> None:
    effects = paired_effects([np.array([2.0, 0.0, 4.0]), np.array([1.0, 1.0, 2.0])], [1, -1], relative=True)
    np.testing.assert_allclose(effects, [np.log(2.0), np.nan, np.log(2.0)])


def test_the_best_of_the_others_is_chosen_in_every_replication() -> None:
    one, others = np.array([5.0, 5.0]), [np.array([1.0, 9.0]), np.array([3.0, 2.0])]
    np.testing.assert_array_equal(against_best([one, *others], 1, relative=False), [2.0, -4.0])
    np.testing.assert_array_equal(against_best([one, *others], -1, relative=False), [4.0, 3.0])


def test_an_effect_holds_beyond_its_margin_on_its_side_only() -> None:
    assert holds(MORE, THERE)
    assert not holds(MORE, NOTHING)
    assert not holds(Question(direction=-1), THERE)
    assert holds(Question(direction=-1), -THERE)
    assert holds(Question(margin=2.0), THERE)
    assert not holds(Question(margin=3.0), THERE)
    assert lies_opposite(MORE, -THERE)
    assert not lies_opposite(MORE, NOTHING)


def test_a_tenth_of_the_replications_may_have_no_effect_and_no_more() -> None:
    some, many = THERE.copy(), THERE.copy()
    some[:2], many[:3] = np.nan, np.nan
    assert is_defined(some)
    assert not is_defined(many)
    assert rule(MORE, many, NOTHING, {}).reason == "undefined"


def test_what_is_shown_needs_its_mechanism() -> None:
    assert rule(MORE, THERE, NOTHING, {"x low": THERE, "x high": THERE}).result == "shown"
    assert rule(MORE, THERE, THERE, {"x low": THERE}).reason == "stays"
    assert rule(MORE, THERE, THERE + 1.0, {}).reason == "stays"


def test_an_effect_that_only_shrinks_is_gone_for_nobody_and_smaller_for_those_who_ask_that() -> None:
    half = 0.5 * THERE
    assert not vanishes(MORE, THERE, half)
    assert vanishes(Question(off_rule="smaller"), THERE, half)
    assert lost(MORE, THERE, half).mean == pytest.approx(0.5 * THERE.mean())


def test_noise_alone_lets_no_effect_vanish() -> None:
    noisy = 40.0 * np.random.default_rng(3).normal(0.0, 1.0, 20)
    assert not holds(MORE, noisy)
    assert not vanishes(MORE, THERE, noisy)


def test_it_depends_if_one_end_of_one_assumption_says_otherwise() -> None:
    ruling = rule(MORE, THERE, NOTHING, {"x low": THERE, "x high": NOTHING})
    assert (ruling.result, ruling.reason) == ("depends", "range")


def test_what_is_not_there_at_the_defaults_is_not_shown_whatever_the_ends_say() -> None:
    assert rule(MORE, NOTHING, NOTHING, {"x high": THERE}).result == "not shown"
    assert rule(MORE, -THERE, NOTHING, {"x high": THERE}).reason == "opposite"


def test_without_a_range_that_is_said() -> None:
    assert not rule(MORE, THERE, NOTHING, {}).is_range_tried
    assert rule(MORE, THERE, NOTHING, {"x low": THERE}).is_range_tried


def test_a_claim_is_as_strong_as_its_weakest_part() -> None:
    assert together(["shown", "shown"]) == "shown"
    assert together(["shown", "depends"]) == "depends"
    assert together(["depends", "not shown", "shown"]) == "not shown"


def test_halving_ends_where_no_value_lies_between() -> None:
    assert halfway(1.0, 2.0) == 1.5
    assert halfway(2, 6, whole=True) == 4.0
    assert halfway(2, 3, whole=True) is None
