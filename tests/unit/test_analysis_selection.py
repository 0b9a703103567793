"""Selection of the best: the equations, the rate of correct selection, what it saves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.selection import FIRST, boundary_factor, race

ZONE, LEVEL, PROBLEMS = 1.0, 0.95, 200


def problem(rng, *, gap=None):
    """Return the means of 2 to 8 strategies, column 0 the best, and a sampler of one replication of each.

    With `gap` the others are all exactly that far behind, which is the hardest case. Spreads differ, and a part of the
    luck is shared, as on common random numbers.
    """
    k = int(rng.integers(2, 9))
    means = np.zeros(k)
    means[1:] = -gap if gap is not None else -ZONE - rng.exponential(4 * ZONE, k - 1)
    spread, share = rng.uniform(0.5, 4.0, k), rng.uniform(0, 0.95)
    return means, lambda: means + spread * (math.sqrt(share) * rng.normal() + math.sqrt(1 - share) * rng.normal(size=k))


def selected(means, draw, *, level=LEVEL, most=4000):
    """Play a race as a caller does: only those still in are run. Return the race and the runs it took."""
    rows = np.array([draw() for _ in range(FIRST)])
    found = race(rows, ZONE, level=level)
    while not found.ended and len(rows) < most:
        more = np.full((min(found.ahead, 2 * len(rows)) - len(rows), means.size), np.nan)
        for row in more:
            row[list(found.left)] = draw()[list(found.left)]
        rows = np.vstack([rows, more])
        found = race(rows, ZONE, level=level)
    return found, int(np.isfinite(rows).sum()), len(rows)


def test_the_factor_by_hand():
    # Two strategies, n0 = 3: eta = ((2 x .05)^-1 - 1) / 2 = 4.5, h^2 = 2 x 4.5 x 2 = 18.
    assert boundary_factor(2, 3) == pytest.approx(18.0)
    assert boundary_factor(5, 11, 0.9) == pytest.approx(10 * (0.05 ** (-0.2) - 1))
    for wrong in [(1, 10, 0.95), (3, 1, 0.95), (3, 10, 1.0)]:
        with pytest.raises(ValueError, match="needs two strategies"):
            boundary_factor(*wrong)


def test_the_boundary_by_hand():
    # Gaps -1, 0, 1 about g: S^2 = 1, h^2 = 18, zone 1: W(3) = (18 - 3) / 6 = 2.5.
    swing = np.array([-1.0, 0.0, 1.0])
    inside = race(np.column_stack([np.zeros(3), swing - 2.4]), 1.0, first=3)
    assert (inside.ended, inside.left, inside.drops) == ("", (0, 1), ())
    assert inside.ahead == math.ceil(18 / (2 * 2.4 + 1))
    beyond = race(np.column_stack([np.zeros(3), swing - 2.6]), 1.0, first=3)
    assert (beyond.ended, beyond.left, beyond.at) == ("separated", (0,), 3)
    drop = beyond.drops[0]
    assert (drop.who, drop.by, drop.at, drop.pairing) == (1, 0, 3, 1.0)
    assert drop.gap == pytest.approx(2.6)


def test_the_best_is_chosen_at_least_as_often_as_asked_in_the_hardest_case():
    rng = np.random.default_rng(1)
    right = sum(selected(*problem(rng, gap=ZONE))[0].left == (0,) for _ in range(PROBLEMS))
    assert right >= PROBLEMS * LEVEL - 2 * math.sqrt(PROBLEMS * LEVEL * (1 - LEVEL))


@pytest.mark.parametrize(("spread", "share"), [((0.5, 4.0), 0.0), ((4.0, 0.5), 0.0), ((2.0, 2.0), 0.9)],
                         ids=["the best is steady", "the best sways", "common luck"])
def test_neither_unequal_spread_nor_common_luck_costs_the_guarantee(spread, share):
    rng, k = np.random.default_rng(12), 3
    means, sd = np.array([0.0, -ZONE, -ZONE]), np.linspace(*spread, k)
    right = sum(selected(means, lambda: means + sd * (math.sqrt(share) * rng.normal() + math.sqrt(1 - share) * rng.normal(size=k))
                         )[0].left == (0,) for _ in range(PROBLEMS))
    assert right >= PROBLEMS * LEVEL - 2 * math.sqrt(PROBLEMS * LEVEL * (1 - LEVEL))


def test_where_some_are_nearer_than_the_zone_the_chosen_one_is_as_good():
    rng = np.random.default_rng(13)
    good = 0
    for _ in range(PROBLEMS):
        means = np.array([0.0, -0.3 * ZONE, -0.6 * ZONE, -1.3 * ZONE, -2 * ZONE])
        found = selected(means, lambda means=means: means + 2 * rng.normal(size=5))[0]
        good += means[found.left[0]] > -ZONE
    assert good >= PROBLEMS * LEVEL


def test_the_best_is_chosen_and_runs_are_saved_where_others_are_further_behind(capsys):
    rng = np.random.default_rng(2)
    right, used, equal = 0, 0, 0
    for _ in range(PROBLEMS):
        means, draw = problem(rng)
        found, runs, rows = selected(means, draw)
        right += found.left == (0,)
        used, equal = used + runs, equal + rows * means.size
    with capsys.disabled():
        print(f"\nselection: {right} of {PROBLEMS} right at {LEVEL:.0%}; {used:,} runs, "  # noqa: T201 - the saving is a figure to see
              f"equal allocation {equal:,}, saved {1 - used / equal:.0%}")
    assert right >= PROBLEMS * LEVEL - 2 * math.sqrt(PROBLEMS * LEVEL * (1 - LEVEL))
    assert used < equal


def test_less_confidence_errs_more_and_costs_less():
    # Counter-condition: the rate comes from the boundary and not from problems that are easy anyway.
    costs, rights = [], []
    for level in (0.6, 0.95):
        rng = np.random.default_rng(3)
        played = [selected(*problem(rng, gap=ZONE / 4), level=level) for _ in range(60)]
        costs.append(sum(runs for _, runs, _ in played))
        rights.append(sum(found.left == (0,) for found, _, _ in played))
    assert costs[0] < costs[1]
    assert rights[0] < 0.95 * 60


def test_variants_of_one_strategy_need_far_fewer_runs_in_pairs():
    rng = np.random.default_rng(4)
    luck = rng.normal(0, 20, (2000, 1))
    shared = np.hstack([luck, luck - 2]) + rng.normal(0, 1, (2000, 2))
    alone = np.hstack([luck, rng.permutation(luck) - 2]) + rng.normal(0, 1, (2000, 2))
    pairs, apart = race(shared, ZONE), race(alone, ZONE)
    assert pairs.left == (0,)
    assert pairs.drops[0].pairing > 100
    assert apart.at > 20 * pairs.at


def test_rows_to_come_change_nothing_of_what_was_decided():
    rng = np.random.default_rng(5)
    rows = rng.normal([3.0, 2.0, 0.0, 2.5], 2.0, (400, 4))
    whole = race(rows, ZONE)
    for cut in (12, 30, 100):
        part = race(rows[:cut], ZONE)
        assert whole.drops[: len(part.drops)] == part.drops
    gone = np.array(rows)
    for drop in whole.drops:
        gone[drop.at:, drop.who] = np.nan
    assert race(gone, ZONE) == whole, "runs of those that are out are not looked at"


def test_less_may_be_better():
    rows = np.random.default_rng(6).normal([3.0, 9.0, 6.0], 0.5, (40, 3))
    assert race(rows, ZONE, more=False).left == (0,)
    assert race(rows, ZONE).left == (1,)


def test_equal_strategies_are_tied_and_not_run_for_ever():
    same = np.random.default_rng(7).normal(0, 1, (FIRST, 1)) * 1e12
    found = race(np.hstack([same, same, same - 5e12]), 1.0)
    assert (found.ended, found.left, [d.who for d in found.drops]) == ("tied", (0, 1), [2])
    constant = race(np.hstack([same, same + 7.0]), 1.0)
    assert (constant.ended, constant.left, constant.at) == ("separated", (1,), FIRST), "a steady gap needs no more"


def test_what_is_not_there_yet_is_waited_for():
    rows = np.random.default_rng(8).normal([0.0, 0.1], 1.0, (30, 2))
    assert race(rows[:4], ZONE).ahead == FIRST
    holed = np.array(rows)
    holed[20, 1] = np.nan
    assert race(holed, 0.01).at == 20
    assert race(np.ones((3, 1)), ZONE).ended == "separated", "one strategy is the best of one"
    with pytest.raises(ValueError, match="zone"):
        race(rows, 0.0)
