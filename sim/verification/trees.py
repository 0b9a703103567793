"""Recruiting trees: `contest: uniform` is the recursive tree, `preferential` the plane-oriented one.

Switches: `recruiting.mode: certain`, nobody gives up; every member of a tree invites the tree's newcomer
of the day, so that the contest alone decides whose recruit it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sim.records.formulas import gini
from sim.verification import formulas
from sim.verification.check import Check, exact, near, require, share
from sim.verification.quiet import finished, quiet
from sim.verification.scripted import CALM, Forest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.records.verification import Figure

TREES, SIZE = 250, 80


@dataclass(frozen=True)
class Grown:
    """Trees of one run: parent (trees, size) by order of entry (-1 for the root), and counts from it."""

    parent: NDArray[np.int64]
    recruits: NDArray[np.int64]
    depth: NDArray[np.int64]
    team: NDArray[np.int64]


@cache
def grow(contest: str, seed: int) -> Grown:
    """Grow the trees and read them off the resellers' table."""
    spec = quiet(TREES * SIZE, SIZE, [Forest(trees=TREES)], seed=seed, recruiting=CALM | {"contest": contest})
    table = finished(spec).world.resellers
    require(table.size == TREES * SIZE, "somebody is missing in the trees")
    person = table.person[: table.size]
    entry, tree = np.divmod(person, TREES)
    upline = table.upline[: table.size]
    parent = np.full((TREES, SIZE), -1, np.int64)
    has = upline >= 0
    require((person[upline[has]] % TREES == tree[has]).all(), "trees have grown together")
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


def recruits_of_kth(seed: int) -> Iterator[Figure]:
    """Who enters late recruits few: mean recruits, and the chance of none."""
    uniform = grow("uniform", seed)
    for k in (1, 2, 10, 40):
        yield near(f"n = {SIZE}, k = {k}: E recruits", uniform.recruits[:, k - 1], formulas.recruits_mean(SIZE, k))
        if k > 1:
            none = float((uniform.recruits[:, k - 1] == 0).mean())
            yield share(f"n = {SIZE}, k = {k}: P(none)", none, (k - 1) / (SIZE - 1), TREES)
    early, late = int(SIZE / np.e) - 2, int(np.ceil(SIZE / np.e)) + 2
    require(formulas.recruits_mean(SIZE, late) < 1 < formulas.recruits_mean(SIZE, early), "n/e is not where one is expected")


def recruits_share(seed: int) -> Iterator[Figure]:
    """Half recruit nobody, a quarter one, an eighth two."""
    uniform = grow("uniform", seed)
    law = formulas.downline_law(SIZE, 1)
    for r in range(4):
        require(abs(law[r] - 0.5 ** (r + 1)) < 1e-3, "the law of so many people is not near its limit")
        yield near(f"n = {SIZE}, r = {r}", (uniform.recruits == r).mean(axis=1), float(law[r]))
    none = (uniform.recruits == 0).mean(axis=1)
    yield near(f"n = {SIZE}: Var(share with none)", (none - 0.5) ** 2, 1 / 12 / SIZE)


def recruits_gini(seed: int) -> Iterator[Figure]:
    """How unequal recruits are spread."""
    uniform = grow("uniform", seed)
    law = formulas.downline_law(SIZE, 1)
    require(abs(formulas.gini_of_law(law) - 2 / 3) < 0.005, "the law of so many people is not near its limit")
    yield pooled_gini(f"n = {SIZE}", uniform.recruits, formulas.gini_of_law(law))


def pooled_gini(case: str, values: NDArray[np.int64], theory: float) -> Figure:
    """Return the Gini of everybody in all trees (trees, people); its error by leaving out one tree at a time."""
    n = len(values)
    without = np.array([gini(np.delete(values, k, axis=0).ravel()) for k in range(n)])
    return near(case, gini(values.ravel()), theory, np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))


def teams(seed: int) -> Iterator[Figure]:
    """Teams, oneself included: half are of one, and who enters k-th ends with n/k."""
    uniform = grow("uniform", seed)
    for m in (1, 2, 3, 5):
        yield near(f"n = {SIZE}, m = {m}", (uniform.team == m).mean(axis=1), 1 / (m * (m + 1)))
    yield near(f"n = {SIZE}, k = 8: E team", uniform.team[:, 7], SIZE / 8)


def depths(seed: int) -> Iterator[Figure]:
    """Any free tree of thirty is almost surely past three levels."""
    uniform = grow("uniform", seed)
    yield near(f"n = {SIZE}: E depth of the last", uniform.depth[:, -1], formulas.harmonic(SIZE - 1))
    thirty = uniform.depth[:, :30]
    counts = formulas.depth_counts(30)
    yield exact("n = 30: people at depth 0", float((thirty == 0).sum(axis=1).max()), 1.0)
    for level in range(1, 5):
        yield near(f"n = 30: people at depth {level}", (thirty == level).sum(axis=1), float(counts[level]))
    yield near("n = 30: people past the third level", (thirty >= 3).sum(axis=1), float(counts[3:].sum()))
    require((thirty.max(axis=1) >= 3).mean() > 0.97, "trees of thirty stay within three levels")


def geometric_rebate(seed: int) -> Iterator[Figure]:
    """Rebates fall by half a level: what entrant k gets from the whole downline, in units of a sale each."""
    uniform = grow("uniform", seed)
    z = 0.5
    value = np.zeros((TREES, SIZE))
    for entrant in range(SIZE - 1, 0, -1):
        np.add.at(value, (np.arange(TREES), uniform.parent[:, entrant]), z * (1.0 + value[:, entrant]))
    for k in (3, 10):
        yield near(f"n = {SIZE}, k = {k}, z = {z}", value[:, k - 1], formulas.rebate(SIZE, k, z))


def plane_oriented(seed: int) -> Iterator[Figure]:
    """Who has recruits gets more: two thirds recruit nobody."""
    preferential = grow("preferential", seed)
    expected = formulas.plane_oriented_counts(SIZE, 5)
    require(abs(expected[0] / SIZE - 2 / 3) < 0.01, "the counts of so many people are not near their limit")
    for r in range(5):
        yield near(f"n = {SIZE}, r = {r}", (preferential.recruits == r).mean(axis=1), float(expected[r]) / SIZE)


CHECKS = (
    Check("recruits_of_kth", "E = H(n-1) - H(k-1) ≈ ln(n/k), P(none) = (k-1)/(n-1)", ("Gastwirth1977",), recruits_of_kth),
    Check("recruits_share", "P(r recruits) → 2^(-(r+1)); variance of the share with none: 1/(12n)", ("Gastwirth1977",), recruits_share),
    Check("recruits_gini", "Gini of recruits → 2/3", ("Gastwirth1977", "Gastwirth1972"), recruits_gini),
    Check("teams", "share with a team of m, oneself included: 1/(m(m+1)); E team of the k-th = n/k", ("Gastwirth1977",), teams),
    Check("depths", "E depth of the n-th = H(n-1); E Σ z^depth = Π (1 + z/j), j = 1..n-1", ("Gastwirth1977", "Opinion2013"), depths),
    Check("geometric_rebate", "E Σ z^distance over the downline = Γ(n+z)Γ(k)/(Γ(k+z)Γ(n)) - 1", ("Emek2011",), geometric_rebate),
    Check("plane_oriented", "chance ∝ 1 + recruits: P(r recruits) → 4/((r+1)(r+2)(r+3))", ("BarabasiAlbert1999",), plane_oriented),
)
