"""Shapley values: what defines them, on games whose values are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sim.analysis.shapley import MOST, contributions


def game(k, worth):
    """Return v of every combination as one replication; `worth` takes the set of parts."""
    return np.array([[worth({i for i in range(k) if n >> i & 1}) for n in range(1 << k)]], dtype=float)


@pytest.mark.parametrize("k", range(1, MOST + 1))
def test_parts_sum_to_the_whole_to_the_rounding(k):
    values = np.random.default_rng(k).normal(size=(5, 1 << k)) * 1e9
    found = contributions(values)
    assert found.shapley.sum(axis=1) == pytest.approx(found.whole - found.none, rel=1e-12, abs=1e-12 * np.abs(values).max())
    assert (found.whole == values[:, -1]).all()
    assert (found.none == values[:, 0]).all()


def test_a_sum_of_parts_gives_each_its_own():
    worth = [3.0, -1.0, 0.0, 8.0]
    found = contributions(game(4, lambda s: 100 + sum(worth[i] for i in s)))
    for what in (found.shapley, found.alone, found.last):
        assert what[0] == pytest.approx(worth)


def test_gloves():
    """One left glove, two right ones: 2/3 and 1/6 each [Shapley1953]."""
    found = contributions(game(3, lambda s: float(0 in s and bool(s & {1, 2}))))
    assert found.shapley[0] == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert found.alone[0].tolist() == [0, 0, 0]
    assert found.last[0].tolist() == [1, 0, 0]


def test_an_airport():
    """A runway costs what its largest plane needs: each length is shared by those who use it."""
    costs = [1.0, 3.0, 3.0, 10.0]
    found = contributions(game(4, lambda s: max((costs[i] for i in s), default=0.0)))
    assert found.shapley[0] == pytest.approx([1 / 4, 1 / 4 + 2 / 3, 1 / 4 + 2 / 3, 1 / 4 + 2 / 3 + 7])


def test_a_vote_by_weight():
    """50, 49 and 1 of 100 votes, more than half needed: power is 2/3, 1/6, 1/6, not the weights."""
    votes = [50, 49, 1]
    found = contributions(game(3, lambda s: float(sum(votes[i] for i in s) > 50)))
    assert found.shapley[0] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_it_is_the_mean_over_all_orders():
    values = np.random.default_rng(8).normal(size=(1, 1 << 4))
    orders = list(itertools.permutations(range(4)))
    slow = np.zeros(4)
    for order in orders:
        there = 0
        for part in order:
            slow[part] += (values[0, there | 1 << part] - values[0, there]) / len(orders)
            there |= 1 << part
    assert contributions(values).shapley[0] == pytest.approx(slow)


def test_the_order_of_parts_does_not_matter():
    values = np.random.default_rng(0).normal(size=(3, 8))
    swapped = values[:, [n >> 1 & 1 | (n & 1) << 1 | n & 4 for n in range(8)]]
    assert contributions(swapped).shapley == pytest.approx(contributions(values).shapley[:, [1, 0, 2]])


def test_what_is_undefined_stays_so_and_bounds_nothing_else():
    values = np.random.default_rng(0).normal(size=(2, 4))
    values[0, 1] = np.nan
    found = contributions(values)
    assert np.isnan(found.shapley[0]).all()
    assert np.isfinite(found.shapley[1]).all()
    assert np.isnan(found.whole[0]), "means over replications would no longer sum"
    assert np.nanmean(found.shapley, axis=0).sum() == pytest.approx(np.nanmean(found.whole - found.none))


@pytest.mark.parametrize("columns", [1, 3, 6, 512])
def test_other_than_all_combinations_is_refused(columns):
    with pytest.raises(ValueError, match="combinations"):
        contributions(np.zeros((2, columns)))
