"""Kernels of the builders: equal to their plain Python, and to slow and simple twins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from sim.core.draws import key_of
from sim.core.kernel import Kernel
from sim.world.neighbours import neighbours
from sim.world.networks import circles, complete, dunbar, locality, numeric, rows, scale_free, small_world, trust, union
from sim.world.networks.chunks import over_rows
from sim.world.ties import Ties

KEY = key_of(1, "test", 0)


def agree(kernel: Kernel, *given: object, outputs: tuple[int, ...]) -> None:
    """Run a kernel compiled and as Python on copies of the same arguments and compare what they wrote."""
    runs = []
    for run in (kernel, kernel.py_func):
        mine = [arg.copy() if isinstance(arg, np.ndarray) else arg for arg in given]
        result = run(*mine)
        runs.append([result, *(mine[k] for k in outputs)])
    for compiled, plain in zip(*runs, strict=True):
        assert np.array_equal(compiled, plain)


@pytest.mark.parametrize("size", [0, 1, 2, 30, 31, 40, 700, 5000])
def test_sorting(size: int) -> None:
    values = np.random.default_rng(size).integers(0, 2**32, size + 4, dtype=np.uint32)
    mine = values.copy()
    rows.sort_part(mine, 2, size + 2)
    assert np.array_equal(mine[2:-2], np.sort(values[2:-2]))
    assert np.array_equal(mine[[0, 1, -2, -1]], values[[0, 1, -2, -1]])
    if size < 100:
        agree(rows.sort_part, values, 2, size + 2, outputs=(0,))


@pytest.mark.parametrize("mean", [0.8, 0.65, 0.45, 0.25, 0.06])
def test_quantiles_are_those_of_the_beta_distribution(mean: float) -> None:
    table = trust.quantile_table((mean,), 10.0)[0] / 32767
    exact = beta.ppf((np.arange(1024) + 0.5) / 1024, mean * 10, (1 - mean) * 10)
    assert float(np.abs(table - exact).max()) < 5e-5
    out = np.empty(8)
    agree(trust._beta_quantiles, mean * 10, 10 - mean * 10, 64, out, outputs=(3,))


def test_constant_trust() -> None:
    assert set(trust.quantile_table((0.5,), None)[0].tolist()) == {16384}
    assert set(trust.quantile_table((1.0,), 10.0)[0].tolist()) == {32767}
    assert set(trust.quantile_table((0.0,), 10.0)[0].tolist()) == {0}


@pytest.mark.parametrize("reciprocity", [0.0, 0.6, 1.0])
def test_the_two_directions_correlate_as_asked(reciprocity: float) -> None:
    table = np.tile(trust.quantile_table((0.4,), 10.0), (4, 1))
    pair_key, side_key = trust.trust_keys(3)
    limit = int(reciprocity * 2**32)
    both = np.array([[trust.draw_weight(a, b, 0, pair_key, side_key, limit, table) for a, b in ((i, i + 7), (i + 7, i))]
                     for i in range(4000)], float)
    assert np.corrcoef(both.T)[0, 1] == pytest.approx(reciprocity, abs=0.04)
    agree(trust.draw_weight, 3, 5, 2, pair_key, side_key, limit, table, outputs=())


def proposals(n_people: int, many: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    lists = []
    for i in range(n_people):
        whom = rng.integers(0, n_people - 1, rng.integers(0, many))
        lists.append(np.sort((whom + (whom >= i)).astype(np.uint32) << 2 | rng.integers(0, 4, len(whom), np.uint32)))
    return rows.starts_of(np.array([len(part) for part in lists])), np.concatenate(lists).astype(np.uint32)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_mutual_ties_are_the_union_with_the_closest_layer(threads: int) -> None:
    start, key = proposals(50, 30, 7)
    expected: dict[tuple[int, int], int] = {}
    for i in range(50):
        for packed in key[start[i]:start[i + 1]].tolist():
            for pair in ((i, packed >> 2), (packed >> 2, i)):
                expected[pair] = min(expected.get(pair, 3), packed & 3)
    table = trust.quantile_table((0.8, 0.6, 0.4, 0.2), 10.0)
    ties = rows.ties_of(rows.Proposals(start, key), 5, table, 0.5, threads)
    found = dict(zip(zip(ties.speaker().tolist(), ties.listener.tolist(), strict=True), ties.layer().tolist(),
                     strict=True))
    assert found == expected
    for i in range(50):
        assert (np.diff(ties.listener[ties.start[i]:ties.start[i + 1]]) > 0).all()


def test_row_kernels() -> None:
    start, key = proposals(12, 9, 2)
    back, out = rows.mirrored(start, key, 1)
    agree(rows._count_mirrored, 2, 9, start, key, np.zeros(12, np.int64), outputs=(4,))
    agree(rows._place_mirrored, 2, 9, start, key, back[:-1], np.zeros_like(out), outputs=(4, 5))
    agree(rows._merge_rows, 0, 12, start, key, back, out, np.zeros(12, np.int64),
          np.zeros(2 * len(key), np.uint32), outputs=(6, 7))


def test_builder_kernels() -> None:
    taste = np.random.default_rng(1).integers(0, 3, 60).astype(np.uint8)
    params = dunbar.DunbarParams(ties_per_person=9, homophily=0.9, candidates=4)
    start, key = dunbar.friend_proposals(params, taste, 4, 1).take()
    spans, targets = dunbar.plan(params, 60)
    usual = np.array([*spans, 60]) - np.array([1, *spans])
    rates = np.array([dunbar._rate(target, int(size)) for target, size in zip(targets, usual, strict=True)])
    for room in (np.zeros(0, np.uint32), np.zeros_like(key)):
        agree(dunbar._propose, 0, 60, taste, spans, targets, usual, rates, key_of(4, "network.dunbar.count", 0),
              key_of(4, "network.dunbar.whom", 0), key_of(4, "network.dunbar.next", 0), 1 << 31, 4, start,
              np.zeros(60, np.int64), room, outputs=(13, 14))
    layer = small_world.layers_by_distance(5)
    agree(small_world._propose, 0, 20, 20, 5, 1 << 31, KEY, layer, np.zeros(100, np.uint32), outputs=(7,))
    agree(complete._everybody, 0, 5, 5, np.zeros(20, np.uint32), outputs=(3,))
    many = np.zeros(60, np.int64)
    agree(scale_free._how_many, 0, 60, 60, 1.5, 20.0, 2.3, KEY, many, outputs=(7,))
    scale_free._how_many(0, 60, 60, 1.5, 20.0, 2.3, KEY, many)
    room_of = rows.starts_of(many)
    drawn, degree = np.zeros(int(room_of[-1]), np.uint32), np.zeros(60, np.int64)
    agree(scale_free._follow, 0, 60, taste, KEY, KEY, 1 << 31, room_of, degree, drawn, outputs=(7, 8))
    order = np.random.default_rng(2).permutation(60)
    place = np.argsort(order)
    agree(circles._propose, 0, 60, order, place, 7, 0.5, 0.05, KEY, np.zeros(1, np.int64), np.zeros(60, np.int64),
          np.zeros(0, np.uint32), outputs=(9,))
    agree(circles._draw_places, taste, np.array([0.0, 0.3, 0.7]), np.array([0.3, 0.4, 0.3]), 1 << 31, KEY, KEY,
          np.zeros(60), outputs=(6,))


def test_union_and_locality_kernels() -> None:
    def ties(seed: int) -> Ties:
        pairs = np.unique(np.random.default_rng(seed).integers(0, 15, (60, 2)), axis=0)
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        return Ties.from_arrays(pairs[:, 0], pairs[:, 1], 0.5, n_people=15)

    first, second = ties(1), ties(2)
    agree(union._count_union, 0, 15, first.start, first.listener, second.start, second.listener,
          np.zeros(15, np.int64), outputs=(6,))
    start, near = neighbours(first)
    agree(locality._move, np.arange(15), start, near, np.arange(15, dtype=np.int32), np.diff(start),
          np.zeros(15, np.int64), outputs=(3, 4, 5))


def test_number_reader_as_plain_python() -> None:
    text = np.frombuffer(b"1,-2.5\n# x\n 30,0.125 \n", np.uint8)
    agree(numeric._read, text, ord(","), numeric._POWERS, np.zeros((2, 4)), np.ones(2, np.int64), outputs=(3, 4))
    found = numeric.read_numbers(text.tobytes(), 2, ",")
    assert found is not None
    assert found[0].tolist() == [[1.0, 30.0], [-2.5, 0.125]]
    assert found[1].tolist() == [1, 0]


def test_chunks_cover_every_row_once() -> None:
    for threads in (1, 2, 7, 100):
        key = np.zeros(30, np.uint32)
        over_rows(complete._everybody, 6, threads, 6, key)
        assert key[:5].tolist() == [(j << 2) | 3 for j in range(1, 6)]
        assert key[-1] == (4 << 2) | 3


def test_a_failing_thread_is_not_swallowed() -> None:
    with pytest.raises(TypeError):
        over_rows(complete._everybody, 6, 2, "six")
