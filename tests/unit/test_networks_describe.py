"""The figures of a network: known answers, networkx as a second opinion, the sample."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from sim.world import describe as module
from sim.world.describe import describe
from sim.world.networks.small_world import SmallWorldParams
from sim.world.ties import Ties


def random_ties(n_people: int, n_ties: int, seed: int) -> Ties:
    rng = np.random.default_rng(seed)
    pairs = np.unique(rng.integers(0, n_people, (n_ties, 2)), axis=0)
    pairs = rng.permutation(pairs[pairs[:, 0] != pairs[:, 1]])
    return Ties.from_arrays(pairs[:, 0], pairs[:, 1], rng.uniform(-1, 1, len(pairs)), 1, n_people)


def test_figures_agree_with_networkx() -> None:
    ties = random_ties(300, 1500, 1)
    graph = ties.to_networkx()
    plain = graph.to_undirected()
    found = describe(ties)
    assert found["reciprocity"] == pytest.approx(nx.overall_reciprocity(graph))
    local = [value for person, value in nx.clustering(plain).items() if plain.degree[person] >= 2]
    assert found["clustering"] == pytest.approx(float(np.mean(local)))
    assert found["clustering_people"] == len(local)
    assert found["largest_component"] == max(map(len, nx.connected_components(plain))) / 300
    assert found["isolated"] == nx.number_of_isolates(graph)
    assert found["listeners"]["max"] == max(dict(graph.in_degree).values())
    assert found["speakers"]["median"] == np.quantile(list(dict(graph.out_degree).values()), 0.5, method="inverted_cdf")
    trust = {(u, v): facts["trust"] for u, v, facts in graph.edges(data=True)}
    both = np.array([(t, trust[v, u]) for (u, v), t in trust.items() if (v, u) in trust])
    assert found["mutual_trust"] == pytest.approx(float(np.corrcoef(both.T)[0, 1]), abs=1e-6)
    positive = [t for t in trust.values() if t > 0]
    assert found["trust"]["median"] == pytest.approx(float(np.quantile(positive, 0.5)), abs=0.01)
    assert found["distrust_share"] == pytest.approx(np.mean([t < 0 for t in trust.values()]))
    assert found["layer_shares"] == [0.0, 1.0, 0.0, 0.0]


def test_figures_do_not_depend_on_the_numbering() -> None:
    ties = random_ties(200, 900, 2)
    fresh = describe(ties.renumbered(np.random.default_rng(3).permutation(200)))
    for name, value in describe(ties).items():
        assert fresh[name] == pytest.approx(value, rel=1e-12), name


def test_a_large_graph_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    ties = SmallWorldParams(ties_per_person=10, rewire=0.1).build(None, 1, 20_000).ties
    exact = describe(ties)
    monkeypatch.setattr(module, "_EXACT_STEPS", 1000)
    sampled = describe(ties, sample_seed=9)
    assert exact["clustering_people"] == 20_000
    assert sampled["clustering_people"] == module.SAMPLE
    assert sampled["clustering"] == pytest.approx(exact["clustering"], abs=0.012)
    assert sampled != describe(ties, sample_seed=10)


def test_nobody_and_nothing() -> None:
    empty = describe(Ties.from_arrays([], [], [], n_people=0))
    assert (empty["people"], empty["ties"], empty["clustering"], empty["largest_component"]) == (0, 0, 0.0, 0.0)
    alone = describe(Ties.from_arrays([], [], [], n_people=3))
    assert alone["isolated"] == 3
    assert alone["largest_component"] == 1 / 3
    one = describe(Ties.from_arrays([0], [1], -0.5))
    assert math.isnan(one["mutual_trust"])
    assert one["trust"]["max"] == 0.0


def test_kernels_equal_their_plain_python() -> None:
    ties = random_ties(40, 200, 4)
    start, near = module.neighbours(ties)
    people = np.flatnonzero(np.diff(start) >= 2)
    shares = np.zeros((2, len(people)))
    module._local_clustering(start, near, people, np.full(40, -1), shares[0])
    module._local_clustering.py_func(start, near, people, np.full(40, -1), shares[1])
    assert np.array_equal(*shares)
    roots = np.tile(np.arange(40), (2, 1))
    module._unite(start, near, roots[0])
    module._unite.py_func(start, near, roots[1])
    assert np.array_equal(*roots)
    index = ties.transposed()
    sums = np.zeros((2, 3))
    given = (ties.start, ties.listener, ties.weight, index.start, index.speaker, index.tie)
    assert (module._mutual(*given, np.full(40, -1), sums[0])
            == module._mutual.py_func(*given, np.full(40, -1), sums[1]))
    assert np.allclose(*sums, rtol=1e-14)
