"""What schemes pay: entry fees and pay by levels, in real postings through the ledger (domain 2.8).

The trees grow as in `sim.verification.trees`; here money moves, and what the accounts say at the end is
compared with theory. The stock of the newsvendor is the one that tiered resellers order.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from sim.core.accounts import Account
from sim.records.formulas import gini
from sim.strategies.stocking import critical_ratio, poisson_stock
from sim.verification import formulas
from sim.verification.check import Check, exact, require, share
from sim.verification.quiet import finished, quiet
from sim.verification.scripted import CALM, FeePlan
from sim.verification.trees import pooled_gini

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.records.verification import Figure

TREES, SIZE = 120, 80
LEVEL_TREES, LEVEL_SIZE = 40, 300


def cash(plan: FeePlan, size: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return what each reseller has at the end, by row, and who is a root, who paid no fee."""
    plan = plan.model_copy(update={"last_day": size})
    state = finished(quiet(plan.trees * size, size + 1, [plan], recruiting=CALM, seed=seed))
    table = state.world.resellers
    require(table.size == plan.trees * size, "somebody is missing in the trees")
    found = np.zeros(table.size, np.int64)
    held = state.ledger.balance(Account.RESELLER)
    found[: len(held)] = held
    return found, table.upline[: table.size] < 0


def fee_plan(seed: int) -> Iterator[Figure]:
    """Everybody pays to enter and is paid for each direct recruit: how many end below zero."""
    for fee, bonus, losing in ((100, 100, 0.5), (200, 100, 0.75), (250, 100, 0.875), (500, 100, 0.96875)):
        need = math.ceil(fee / bonus)
        expected = formulas.losing_share(SIZE, need)
        require(abs(losing - (1 - 2.0**-need)) < 1e-12, "the limit is not what is published")
        require(abs(expected - losing) < 0.02, "the law of so many people is not near its limit")
        held, is_root = cash(FeePlan(trees=TREES, fee_fen=fee, bonus_fen=bonus), SIZE, seed)
        yield share(f"n = {SIZE}, c = {fee}, d = {bonus}", float((held[~is_root] < 0).mean()), expected, TREES * (SIZE - 1))


def level_pay(seed: int) -> Iterator[Figure]:
    """Pay for recruits on more levels concentrates income; published for n = 5,000."""
    for levels, published in ((1, 0.667), (2, 0.752), (3, 0.807)):
        expected = formulas.gini_of_law(formulas.downline_law(LEVEL_SIZE, levels))
        require(abs(expected - published) < 0.01, "the law of so many people is not near the published figure")
        held, _ = cash(FeePlan(trees=LEVEL_TREES, bonus_fen=100, levels=levels), LEVEL_SIZE, seed)
        by_tree = np.stack([held[k::LEVEL_TREES] for k in range(LEVEL_TREES)])
        yield pooled_gini(f"n = {LEVEL_SIZE}, L = {levels}", by_tree, expected)


def newsvendor(seed: int) -> Iterator[Figure]:
    """The stock that a reseller orders is the quantile of demand, exactly, without any draw."""
    del seed
    mean = np.array([0.5, 2.0, 9.0, 40.0, 400.0])
    for salvage, published in ((10, 0.5556), (0, 0.5)):
        ratio = critical_ratio(100, np.full(5, 50.0), np.full(5, float(salvage)))
        yield exact(f"p = 100, c = 50, s = {salvage}: ratio", float(ratio[0]), published, 5e-5)
        stock = np.empty(5, np.int64)
        poisson_stock(mean, ratio, stock)
        for m, units, theory in zip(mean, stock, stats.poisson.ppf(ratio, mean), strict=True):
            yield exact(f"s = {salvage}, demand {m:g}: units", float(units), float(theory))


def gini_of_laws(seed: int) -> Iterator[Figure]:
    """The coefficient on quantiles instead of draws, so that the closed forms are met without noise."""
    del seed
    n = 200_000
    u = (np.arange(n) + 0.5) / n
    yield exact("exponential", gini(-np.log1p(-u)), 0.5, 1e-4)
    yield exact("uniform", gini(u), 1 / 3, 1e-5)
    yield exact("lognormal, σ = 1", gini(np.exp(stats.norm.ppf(u))), 2 * stats.norm.cdf(1 / math.sqrt(2)) - 1, 1e-3)
    for a, within in ((3, 1e-3), (5, 1e-4)):
        yield exact(f"Pareto, a = {a}", gini((1 - u) ** (-1 / a)), 1 / (2 * a - 1), within)
    for rho in (0.5, 0.25):
        yield exact(f"P(r) = (1-ρ)ρ^r, ρ = {rho}", gini(np.floor(np.log1p(-u) / math.log(rho))), 1 / (1 + rho), 1e-4)


CHECKS = (
    Check("gini", "exponential 1/2; uniform 1/3; Pareto 1/(2a-1); lognormal 2Φ(σ/√2) - 1; P(r) = (1-ρ)ρ^r: 1/(1+ρ)",
          ("Gastwirth1972",), gini_of_laws),
    Check("entry_fee", "losing share → 1 - 2^(-⌈c/d⌉)", ("Gastwirth1977", "VanderNatKeep2002"), fee_plan),
    Check("level_pay", "equal pay for recruits down to L levels: Gini → .667, .752, .807 for L = 1, 2, 3; by the law of "
          "downlines G(n,L) = s/(n-1)·Σ G(n-j,L)·G(j,L-1)", ("Gastwirth1972", "Legara2008"), level_pay),
    Check("newsvendor", "P(demand ≤ stock) ≥ (p - c)/(p - s), least such stock", ("ArrowHarrisMarschak1951",), newsvendor),
)
