"""The closed forms give the numbers of domain 2.8, so that later tests lean on nothing untested."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from sim.verification import formulas as f

CDNOW = (0.2426, 4.4135, 0.7929, 2.4258)


def test_bass() -> None:
    assert f.bass(5, 0.03, 0.38) == pytest.approx(0.33120, abs=5e-6)
    assert f.bass(10, 0.03, 0.38) == pytest.approx(0.81280, abs=5e-6)
    peak = math.log(0.38 / 0.03) / 0.41
    assert peak == pytest.approx(6.1926, abs=5e-5)
    assert f.bass(peak, 0.03, 0.38) == pytest.approx(0.46053, abs=5e-6)


def test_a_finite_complete_graph_with_small_steps_tends_to_the_curve_from_below() -> None:
    mean, sd = f.chain_binomial(100, 0.0003, 0.0038 / 99, 600)
    assert mean[600] / 100 == pytest.approx(0.428, abs=0.005)
    assert 0.43 < (larger := f.chain_binomial(400, 0.0015, 0.019 / 399, 120)[0][120] / 400) < f.bass(6, 0.03, 0.38)
    assert mean[600] / 100 < larger
    assert sd[600] > 0


def test_ring() -> None:
    assert f.ring_continuous(10, 0.03, 0.38) == pytest.approx(0.55826, abs=5e-6)
    for ring in (f.ring_one_sided(0.0003, 0.0038, 1000)[-1], f.ring_two_sided(0.0003, 0.0019, 1000)[-1]):
        assert ring == pytest.approx(0.55826, abs=2e-3)
    assert f.ring_one_sided(0.1, 0.0, 7)[-1] == pytest.approx(1 - 0.9**7)


def test_tie_step() -> None:
    assert f.tie_step(0.001, 0.01, 3, 0.04, 5) == pytest.approx(0.209636, abs=5e-7)


EDGES = {
    "path5": [(0, 1), (1, 2), (2, 3), (3, 4)], "hub5": [(0, k) for k in range(1, 6)],
    "leaf5": [(0, 1), *[(1, k) for k in range(2, 6)]], "triangle": [(0, 1), (1, 2), (2, 0)],
    "cycle4": [(0, 1), (1, 2), (2, 3), (3, 0)], "k4": list(itertools.combinations(range(4), 2)),
}


@pytest.mark.parametrize("graph", EDGES)
def test_cascade_sizes_by_enumeration(graph: str) -> None:
    p, expected = 0.3, 0.0
    for open_ in itertools.product((False, True), repeat=len(EDGES[graph])):
        reached = {0}
        for _ in EDGES[graph]:
            for (a, b), live in zip(EDGES[graph], open_, strict=True):
                if live and reached & {a, b}:
                    reached |= {a, b}
        expected += math.prod(p if live else 1 - p for live in open_) * len(reached)
    assert f.cascade_size(graph, p) == pytest.approx(expected, abs=1e-12)


def test_random_graph_and_branching() -> None:
    assert [f.giant_share(c) for c in (1.5, 2, 3)] == pytest.approx([0.5828, 0.7968, 0.9405], abs=5e-5)
    assert f.generations(0.8, 400) == pytest.approx(5.0)


def test_trust() -> None:
    for x, expected in ((0.0, 0.2857), (0.1, 0.1099), (0.3, 0.0101)):
        assert f.trust_fixed_point(0.1, 0.25, -0.7 * x / 0.15) == pytest.approx(expected, abs=5e-5)
    path = f.trust_path(0.9, 0.1, 0.25, 0.3, 400)
    assert path[-1] == pytest.approx(f.trust_fixed_point(0.1, 0.25, 0.3), abs=1e-9)


def test_exposure() -> None:
    for rate, expected in ((0.5, 0.3935), (1, 0.6321), (2, 0.8647), (3, 0.9502)):
        assert f.reach(int(rate * 1_000_000), 1_000_000)[0] / 1_000_000 == pytest.approx(expected, abs=5e-5)


def test_nests() -> None:
    single = f.logit(0.010)
    for mu, n, expected in ((1.0, 10, 0.092), (1.0, 30, 0.233), (0.3, 10, 0.020), (0.3, 30, 0.027), (0.15, 30, 0.017)):
        assert sum(f.nest_chances([[single] * n], mu)[0]) == pytest.approx(expected, abs=5e-4)
    for p, up, down in ((0.05, 0.075, -0.031), (0.3, 0.238, -0.164), (0.8, 0.116, -0.205)):
        assert f.sigma(f.logit(p) + 1) - p == pytest.approx(up, abs=6e-4)
        assert f.sigma(f.logit(p) - 1) - p == pytest.approx(down, abs=6e-4)


def test_repurchase() -> None:
    for weeks, mean in ((13, 0.534), (26, 0.901), (39, 1.195), (52, 1.444), (78, 1.858)):
        assert f.bgnbd_mean(weeks, *CDNOW) == pytest.approx(mean, abs=5e-4)
    for weeks, zero in ((12, 0.7271), (26, 0.6261), (39, 0.5743), (52, 0.5389)):
        assert f.bgnbd_zero(weeks, *CDNOW[:2]) == pytest.approx(zero, abs=5e-5)


def test_trees() -> None:
    assert [f.recruits_mean(1000, k) for k in (1, 10, 500)] == pytest.approx([7.4845, 4.6555, 0.6936], abs=5e-4)
    assert f.depth_counts(30)[:5] == pytest.approx([1, 3.962, 7.042, 7.572, 5.583], abs=5e-4)
    assert f.rebate(20000, 50, 0.5) + 1 == pytest.approx(20.0499, abs=5e-5)
    counts = f.plane_oriented_counts(4000, 6)
    limit = [4 / ((k + 1) * (k + 2) * (k + 3)) for k in range(7)]
    assert counts / 4000 == pytest.approx(limit, abs=3e-4)
    assert np.sum(f.plane_oriented_counts(50, 49)) == pytest.approx(50)


def test_queues_and_deals() -> None:
    assert f.erlang_c(5, 4) == pytest.approx(0.5541, abs=5e-5)
    assert f.erlang_c(3, 2) == pytest.approx(0.4444, abs=5e-5)
    assert f.erlang_a_loss(5, 4.0, 1e-9) == pytest.approx(f.erlang_b(5, 4.0), abs=1e-6)
    assert f.erlang_a_loss(5, 4.0, 1e6) == pytest.approx(0.0, abs=1e-5)
    assert f.deal_success(10, 0.15, 3) == pytest.approx(0.4557, abs=5e-5)
    assert f.deal_success(5, 0.1, 2) == pytest.approx(0.4095, abs=5e-5)
