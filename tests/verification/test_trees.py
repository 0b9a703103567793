"""Recruiting trees: `contest: uniform` is the recursive tree, `preferential` the plane-oriented one.

Switches: `recruiting.mode: certain`, nobody gives up; a test strategy lets every member of a tree
invite the tree's newcomer of the day, so that the contest alone decides whose recruit it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.verification import formulas
from sim.verification.quiet import finished, quiet
from tests.conformance.strategies import Forest

if TYPE_CHECKING:
    from numpy.typing import NDArray

TREES, SIZE = 250, 80


@dataclass(frozen=True)
class Grown:
    """Trees of one run: parent (trees, size) by order of entry (-1 for the root), and counts from it."""

    parent: NDArray[np.int64]
    recruits: NDArray[np.int64]
    depth: NDArray[np.int64]
    team: NDArray[np.int64]


def grow(contest: str) -> Grown:
    """Grow the trees and read them off the resellers' table."""
    spec = quiet(TREES * SIZE, SIZE, [Forest(trees=TREES)], recruiting={
        "mode": "certain", "contest": contest, "patience": 3650, "exit_hazard": 0, "exit_refusal": 0})
    table = finished(spec).world.resellers
    assert table.size == TREES * SIZE
    person = table.person[: table.size]
    entry, tree = np.divmod(person, TREES)
    upline = table.upline[: table.size]
    parent = np.full((TREES, SIZE), -1, np.int64)
    has = upline >= 0
    assert (person[upline[has]] % TREES == tree[has]).all()
    parent[tree[has], entry[has]] = entry[upline[has]]
    recruits = np.zeros((TREES, SIZE), np.int64)
    recruits[tree, entry] = table.recruits[: table.size]
    depth, team = np.zeros_like(parent), np.ones_like(parent)
    rows = np.arange(TREES)
    for k in range(1, SIZE):
        depth[:, k] = depth[rows, parent[:, k]] + 1
    for k in range(SIZE - 1, 0, -1):
        np.add.at(team, (rows, parent[:, k]), team[:, k])
    return Grown(parent, recruits, depth, team)


@pytest.fixture(scope="module")
def uniform() -> Grown:
    """Return uniform recursive trees."""
    return grow("uniform")


@pytest.fixture(scope="module")
def preferential() -> Grown:
    """Return plane-oriented trees."""
    return grow("preferential")


def test_recruits_of_the_kth(uniform: Grown, agree: Any) -> None:
    for k in (1, 2, 10, 40):
        agree(f"uniform tree of {SIZE}: recruits of entrant {k}", uniform.recruits[:, k - 1],
              formulas.recruits_mean(SIZE, k))
        none = (k - 1) / (SIZE - 1)
        if k > 1:
            agree(f"uniform tree: entrant {k} recruits nobody", (uniform.recruits[:, k - 1] == 0).mean(), none,
                  np.sqrt(none * (1 - none) / TREES))
    late = int(np.ceil(SIZE / np.e)) + 2
    assert formulas.recruits_mean(SIZE, late) < 1 < formulas.recruits_mean(SIZE, int(SIZE / np.e) - 2)


def test_shares_without_recruits_and_with_few(uniform: Grown, agree: Any) -> None:
    for m in range(4):
        share = (uniform.recruits == m).mean(axis=1)
        if m == 0:
            agree("uniform tree: half recruit nobody", share, 0.5)
            agree("uniform tree: variance of that share, n/12 / n^2", (share - 0.5) ** 2, 1 / 12 / SIZE)
        else:
            assert share.mean() == pytest.approx(2.0 ** -(m + 1), abs=4 * share.std() / np.sqrt(TREES) + 2 / SIZE)
    for fee_in_bonuses, losing in ((1, 0.5), (2, 0.75), (3, 0.875)):
        lost = (uniform.recruits < fee_in_bonuses).mean()
        assert lost == pytest.approx(losing, abs=0.01)  # domain 2.8, entry-fee plan, for n -> infinity


def test_team_sizes(uniform: Grown, agree: Any) -> None:
    for m in (1, 2, 3, 5):
        agree(f"uniform tree: share with a team of {m}", (uniform.team == m).mean(axis=1), 1 / (m * (m + 1)))
    agree("uniform tree: team of entrant 8", uniform.team[:, 7], SIZE / 8)


def test_depths(uniform: Grown, agree: Any) -> None:
    agree(f"uniform tree: depth of entrant {SIZE}", uniform.depth[:, -1], formulas.harmonic(SIZE - 1))
    thirty = uniform.depth[:, :30]
    for level, expected in enumerate(formulas.depth_counts(30)[:5]):
        found = (thirty == level).sum(axis=1)
        if level:
            agree(f"uniform tree of 30: people at depth {level}", found, float(expected))
        else:
            assert (found == 1).all()
    agree("uniform tree of 30: people past the third level", (thirty >= 3).sum(axis=1),
          float(formulas.depth_counts(30)[3:].sum()))
    assert (thirty.max(axis=1) >= 3).mean() > 0.97  # domain 2.8: any free tree of 30 is almost surely past 3 levels


def test_geometric_rebate(uniform: Grown, agree: Any) -> None:
    """Rebates fall by half a level: what entrant k gets from the whole downline, in units of a sale each."""
    z, k = 0.5, 3
    value = np.zeros((TREES, SIZE))
    for entrant in range(SIZE - 1, 0, -1):
        np.add.at(value, (np.arange(TREES), uniform.parent[:, entrant]), z * (1.0 + value[:, entrant]))
    agree(f"uniform tree: geometric rebate of entrant {k}", value[:, k - 1], formulas.rebate(SIZE, k, z))


def test_gini_of_recruits(uniform: Grown) -> None:
    x = np.sort(uniform.recruits.ravel())
    n = len(x)
    gini = float((2 * np.arange(1, n + 1) - n - 1) @ x / (n * x.sum()))
    assert gini == pytest.approx(2 / 3, abs=0.02)


def test_plane_oriented_trees(preferential: Grown, agree: Any) -> None:
    expected = formulas.plane_oriented_counts(SIZE, 5)
    for m in range(5):
        agree(f"plane-oriented tree of {SIZE}: share with {m} recruits", (preferential.recruits == m).mean(axis=1),
              float(expected[m]) / SIZE)
    assert expected[0] / SIZE == pytest.approx(2 / 3, abs=0.01)


def test_recency_gives_the_deepest_trees() -> None:
    """Domain 5.4: only newcomer-biased recruiting explains very deep chains."""
    spec = quiet(20 * SIZE, SIZE, [Forest(trees=20)], recruiting={
        "mode": "certain", "contest": "recency", "recency_days": 2, "patience": 3650, "exit_hazard": 0,
        "exit_refusal": 0})
    table = finished(spec).world.resellers
    depth = np.zeros(table.size, np.int64)
    for row in range(table.size):
        if table.upline[row] >= 0:
            depth[row] = depth[table.upline[row]] + 1
    assert depth.max() > 2.5 * np.e * np.log(SIZE)
