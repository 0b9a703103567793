"""Graph files and objects, saved folders, circles of imports, and the real data."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from sim.core.errors import DataError
from sim.world.describe import describe
from sim.world.networks.edge_list import EdgeListParams
from sim.world.networks.graph import GraphParams
from sim.world.networks.locality import circles_of
from sim.world.networks.network import Network
from sim.world.networks.saved import SavedParams
from sim.world.ties import Ties


def rows_by_name(network: Network) -> list[tuple[str, str, int, int]]:
    names = network.names
    assert names is not None
    ties = network.ties
    return sorted((names[i], names[j], int(w), int(m)) for i, j, w, m in
                  zip(ties.speaker(), ties.listener, ties.weight, ties.mark, strict=True))


def read(**given: Any) -> Network:
    return GraphParams(**given).build(None, 1, 0)


@pytest.fixture
def graph() -> nx.DiGraph:
    made = nx.DiGraph()
    made.add_edge("ann", "bob", weight=10)
    made.add_edge("bob", "ann", weight=-10)
    made.add_edge("bob", "cat", weight=1)
    return made


WEIGHTED = [("ann", "bob", 0x8000 | 26214, 3), ("bob", "ann", 26214, 2), ("cat", "bob", 8192, 3)]


@pytest.mark.parametrize("name", ["g.graphml", "g.gexf", "g.gml", "g.graphml.gz"])
def test_graph_files_read_as_edge_lists_do(graph: nx.DiGraph, tmp_path: Path, name: str) -> None:
    plain = tmp_path / name.removesuffix(".gz")
    {".graphml": nx.write_graphml, ".gexf": nx.write_gexf, ".gml": nx.write_gml}[plain.suffix](graph, plain)
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress(plain.read_bytes()))
    network = read(path=str(tmp_path / name))
    assert [(i, j, w, m >> 14) for i, j, w, m in rows_by_name(network)] == WEIGHTED


def test_graph_objects_and_undirected_graphs(graph: nx.DiGraph) -> None:
    assert [(i, j, w, m >> 14) for i, j, w, m in rows_by_name(read(graph=graph))] == WEIGHTED
    ring = read(graph=nx.cycle_graph(7))
    assert ring.ties.n_ties == 14
    assert set(np.diff(ring.ties.start).tolist()) == {2}
    multi = nx.MultiDiGraph([("a", "b", {"rating": 1}), ("a", "b", {"rating": 4}), ("b", "a", {"rating": 2})])
    assert read(graph=multi).notes["repeated"] == 1


def test_what_networkx_got_comes_back_unchanged() -> None:
    rng = np.random.default_rng(3)
    pairs = np.unique(rng.integers(0, 60, (700, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    before = Ties.from_arrays(pairs[:, 0], pairs[:, 1], rng.uniform(-1, 1, len(pairs)), rng.integers(0, 4, len(pairs)))
    after = read(graph=before.to_networkx())
    rows = [(str(i), str(j), int(w), int(m)) for i, j, w, m in
            zip(before.speaker(), before.listener, before.weight, before.mark, strict=True)]
    assert rows_by_name(after) == sorted(rows)


def test_two_graph_objects_are_told_apart_in_a_dump(graph: nx.DiGraph) -> None:
    first = GraphParams(graph=graph).model_dump()["graph"]
    changed = graph.copy()
    changed["ann"]["bob"]["weight"] = 9
    assert first != GraphParams(graph=changed).model_dump()["graph"]
    assert first == GraphParams(graph=graph.copy()).model_dump()["graph"]
    assert GraphParams(path="x.gml").model_dump()["graph"] is None


@pytest.mark.parametrize(("name", "text", "words"), [
    ("g.graphml", "<graphml><node", r"g\.graphml is not a sound graphml file"),
    ("g.gexf", "", "not a sound gexf file"),
    ("g.gml", "graph [ node [ id 0 ] edge [ source 0 target 9 ] ]", "not a sound gml file"),
    ("g.gml.gz", "not gzip", "not a sound gml file"),
    ("g.csv", "a,b\n", "expected a graph file named .graphml, .gexf or .gml; for columns use kind: edge_list"),
    ("g.gml", 'graph [ node [ id 0 label "a" ] ]', "holds no tie"),
])
def test_bad_graph_files(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=words):
        read(path=str(tmp_path / name))


def test_bad_graph_objects(graph: nx.DiGraph) -> None:
    with pytest.raises(DataError, match="expected a networkx graph, got list"):
        read(graph=[1, 2])
    with pytest.raises(DataError, match="the edge ann - bob has no attribute 'score'"):
        read(graph=graph, rating="score")
    graph["ann"]["bob"]["weight"] = "much"
    with pytest.raises(DataError, match="the edge ann - bob has weight 'much', which is not a finite number"):
        read(graph=graph)


def test_saved_networks_open_as_they_were(graph: nx.DiGraph, tmp_path: Path) -> None:
    network = read(graph=graph)
    network.save(tmp_path / "net")
    back = SavedParams(path=str(tmp_path / "net")).build(None, 1, 0)
    assert rows_by_name(back) == rows_by_name(network)
    assert (back.names, back.notes, back.n_people) == (network.names, network.notes, 3)
    assert np.array_equal(back.uid, network.uid)
    assert np.array_equal(back.circle, network.circle)
    (tmp_path / "net" / "names.json").write_text("{")
    with pytest.raises(DataError, match=r"names\.json is missing or torn"):
        Network.load(tmp_path / "net")
    network.save(tmp_path / "net")
    np.save(tmp_path / "net" / "uid.npy", np.zeros(9, np.uint32))
    with pytest.raises(DataError, match="disagree on the number of people"):
        Network.load(tmp_path / "net")


def test_circles_of_imports_find_planted_ones_whatever_the_numbering() -> None:
    planted = nx.planted_partition_graph(6, 20, 0.7, 0.01, seed=8)
    source, target = np.array(planted.edges).T
    ties = Ties.from_arrays(np.r_[source, target], np.r_[target, source], 0.5, n_people=120)
    circle = circles_of(ties, np.arange(120))
    assert np.bincount(circle).tolist() == [20] * 6
    assert all(len(set(circle[20 * k:20 * k + 20].tolist())) == 1 for k in range(6))
    order = np.random.default_rng(1).permutation(120)
    assert np.array_equal(circles_of(ties.renumbered(order), order), circle[order])


REAL = [
    ("bitcoin_otc.csv.gz", {}, {"people": 5881, "ties": 35_592, "reciprocity": 0.79, "clustering": 0.29,
                                "distrust_share": 0.10, "mutual_trust": 0.61}),
    ("advogato.csv.gz", {}, {"ties": 47_135, "reciprocity": 0.33, "clustering": 0.32}),
    ("ego_facebook.csv.gz", {"undirected": True}, {"people": 4039, "ties": 2 * 88_234, "clustering": 0.62,
                                                   "mean_degree": 43.7, "reciprocity": 1.0}),
    ("deezer_ro_edges.csv.gz", {"undirected": True}, {"people": 41_773, "ties": 2 * 125_826}),
    ("filmtrust_trust.csv.gz", {}, {"people": 861, "ties": 1806}),
]


@pytest.mark.data
@pytest.mark.parametrize(("name", "given", "facts"), REAL)
def test_real_networks_have_their_published_figures(data_folder: Path, name: str, given: dict[str, Any],
                                                    facts: dict[str, float]) -> None:
    network = EdgeListParams(path=str(data_folder / name), **given).build(None, 1, 0)
    found = describe(network.ties.check())
    for figure, value in facts.items():
        assert found[figure] == pytest.approx(value, abs=0.0051 if value <= 1 else 0.051), figure


@pytest.mark.data
def test_loops_of_advogato_are_counted(data_folder: Path) -> None:
    network = EdgeListParams(path=str(data_folder / "advogato.csv.gz")).build(None, 1, 0)
    assert network.notes == {"self_ties": 3992, "repeated": 0}
    assert network.n_people == 6539


@pytest.mark.data
def test_the_rater_of_bitcoin_listens(data_folder: Path) -> None:
    path = data_folder / "bitcoin_otc.csv.gz"
    network = EdgeListParams(path=str(path)).build(None, 1, 0)
    with gzip.open(path, "rt") as stream:
        rows = [line.split(",") for line in stream.read().split()[1:]]
    assert network.names is not None
    ties = network.ties
    speaker, listener = ties.speaker(), ties.listener
    found = {(network.names[j], network.names[i]): t for i, j, t in zip(speaker, listener, ties.trust(), strict=True)}
    for source, target, rating, _ in rows[::97]:
        expected = np.sign(int(rating)) * (0.25 + 0.55 * (abs(int(rating)) - 1) / 9)
        assert found[source, target] == pytest.approx(expected, abs=2e-5)
