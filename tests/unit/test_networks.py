"""Made-up networks: sound ties, the figures promised, the same for any number of threads."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.core.errors import ScenarioError
from sim.world.describe import describe
from sim.world.networks.network import Network
from sim.world.networks.table import NETWORKS, network_class
from sim.world.ties import Ties

MADE_UP: list[tuple[str, dict[str, Any], int]] = [
    ("dunbar", {}, 3000),
    ("dunbar", {"ties_per_person": 20}, 4001),
    ("dunbar", {"homophily": 1.0, "candidates": 5, "ties_per_person": 8}, 777),
    ("small_world", {}, 1000),
    ("small_world", {"sides": "one", "rewire": 0.5, "ties_per_person": 3}, 1000),
    ("scale_free", {}, 3000),
    ("scale_free", {"friends": {"ties_per_person": 10}}, 1500),
    ("circles", {}, 2000),
    ("circles", {"p_out": 0.01, "size": 7}, 500),
    ("complete", {}, 60),
]


def taste_of(n_people: int, n_tastes: int = 8) -> np.ndarray:
    return np.random.default_rng(5).integers(0, n_tastes, n_people).astype(np.uint8)


def built(kind: str, given: dict[str, Any], n_people: int, threads: int = 1, seed: int = 11) -> Network:
    return network_class(kind)(**given).build(taste_of(n_people), seed, n_people, threads)


def same(a: Ties, b: Ties) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("start", "listener", "weight", "mark"))


def pairs_of(ties: Ties) -> set[tuple[int, int]]:
    return set(zip(ties.speaker().tolist(), ties.listener.tolist(), strict=True))


@pytest.mark.parametrize(("kind", "given", "n_people"), MADE_UP)
def test_ties_are_sound_repeatable_and_independent_of_threads(kind: str, given: dict[str, Any], n_people: int) -> None:
    one, two, three = (built(kind, given, n_people, threads) for threads in (1, 2, 3))
    assert same(one.ties, two.ties)
    assert same(one.ties, three.ties)
    assert not same(one.ties, built(kind, given, n_people, seed=12).ties)
    ties = one.ties.check()
    pairs = pairs_of(ties)
    assert len(pairs) == ties.n_ties
    assert all(i != j for i, j in pairs)
    assert one.n_people == ties.n_people == n_people
    assert one.names is None
    assert np.array_equal(one.uid, np.arange(n_people))
    assert one.circle.dtype == np.int32
    assert one.circle.shape == (n_people,)
    assert not (ties.weight & 0x8000).any()
    assert not (ties.mark & 0x3FFF).any()


@pytest.mark.parametrize(("kind", "given", "n_people"), [case for case in MADE_UP if case[0] != "scale_free" and case[1].get("sides") != "one"])
def test_friendship_is_mutual(kind: str, given: dict[str, Any], n_people: int) -> None:
    ties = built(kind, given, n_people).ties
    pairs = pairs_of(ties)
    assert all((j, i) in pairs for i, j in pairs)
    layer = dict(zip(zip(ties.speaker().tolist(), ties.listener.tolist(), strict=True), ties.layer().tolist(),
                     strict=True))
    assert all(layer[j, i] == value for (i, j), value in layer.items())


@pytest.mark.parametrize("n_people", [200, 500, 1000, 1500, 4001, 20_000])
def test_dunbar_layers_have_their_sizes(n_people: int) -> None:
    ties = built("dunbar", {}, n_people).ties
    sizes = np.bincount(ties.layer(), minlength=4) / n_people
    assert sizes == pytest.approx([5, 10, 35, 100], rel=0.02 + 0.6 / n_people**0.5)


@pytest.mark.parametrize("ties_per_person", [3, 20, 60, 500])
def test_dunbar_scales_with_the_ties_asked_for(ties_per_person: float) -> None:
    ties = built("dunbar", {"ties_per_person": ties_per_person}, 20_000).ties
    sizes = np.bincount(ties.layer(), minlength=4) / 20_000
    expected = np.array([5, 10, 35, 100]) * ties_per_person / 150
    assert (np.abs(sizes / expected - 1) < 0.015 + 4 * np.sqrt(2 / (20_000 * expected))).all()


def test_dunbar_trust_follows_its_layers_and_mutual_ratings() -> None:
    found = built("dunbar", {}, 20_000).ties
    trust, layer = found.trust(), found.layer()
    assert [float(trust[layer == k].mean()) for k in range(4)] == pytest.approx([0.8, 0.65, 0.45, 0.25], abs=0.003)
    spread = [(mean * (1 - mean) / 11) ** 0.5 for mean in (0.8, 0.65, 0.45, 0.25)]
    assert [float(trust[layer == k].std()) for k in range(4)] == pytest.approx(spread, rel=0.01)
    figures = describe(found)
    assert figures["mutual_trust"] == pytest.approx(0.61, abs=0.01)
    assert figures["clustering"] == pytest.approx(0.12, abs=0.01)
    assert figures["largest_component"] == 1.0


def test_homophily_is_the_best_of_two() -> None:
    taste = taste_of(20_000)
    shares = []
    for homophily in (0.0, 0.5, 1.0):
        ties = built("dunbar", {"homophily": homophily}, 20_000).ties
        shares.append(float((taste[ties.speaker()] == taste[ties.listener]).mean()))
    blind, best = 1 / 8, 1 - (7 / 8) ** 2
    # a little below the best of two: pairs of one taste meet more often, and doubles are dropped
    assert shares == pytest.approx([blind, (blind + best) / 2, best], abs=0.015)
    assert shares[0] == pytest.approx(blind, abs=0.003)


@pytest.mark.parametrize("n_people", [1, 2, 3, 17, 50])
def test_dunbar_serves_tiny_worlds(n_people: int) -> None:
    ties = built("dunbar", {}, n_people).ties.check()
    assert ties.n_ties <= n_people * (n_people - 1)
    if n_people > 2:
        assert ties.n_ties > 0.5 * n_people * (n_people - 1)


def test_ring_of_one_side_and_of_two() -> None:
    one = built("small_world", {"sides": "one", "rewire": 0.0, "ties_per_person": 2}, 6).ties
    assert pairs_of(one) == {(i, (i + d) % 6) for i in range(6) for d in (1, 2)}
    two = built("small_world", {"rewire": 0.0, "ties_per_person": 2, "trust": 1.0}, 6).ties
    assert pairs_of(two) == {(i, (i + d) % 6) for i in range(6) for d in (1, 5)}
    assert (two.weight == 32767).all()
    assert (two.layer() == 0).all()


def test_small_world_has_the_clustering_of_its_authors() -> None:
    ring = describe(built("small_world", {"rewire": 0.0, "ties_per_person": 10}, 2000).ties)
    assert ring["clustering"] == pytest.approx(3 * (10 - 2) / (4 * (10 - 1)))
    rewired = describe(built("small_world", {"rewire": 0.2, "ties_per_person": 10}, 5000).ties)
    assert rewired["clustering"] == pytest.approx(ring["clustering"] * 0.8**3, rel=0.05)
    assert built("small_world", {"rewire": 1.0}, 1000).ties.n_ties == pytest.approx(20_000, rel=0.02)


def test_complete_graph_ties_everybody() -> None:
    ties = built("complete", {"trust": 0.5, "concentration": None}, 5).ties
    assert pairs_of(ties) == {(i, j) for i in range(5) for j in range(5) if i != j}
    assert set(ties.weight.tolist()) == {16384}


def test_followers_are_a_power_law() -> None:
    ties = built("scale_free", {"ties_per_person": 30}, 40_000).ties
    followers = np.diff(ties.start).astype(float)
    assert followers.mean() == pytest.approx(30, rel=0.1)
    assert followers.max() <= 4001
    tail = followers[(followers >= 40) & (followers < 1500)]
    hill = 1 + 1 / np.log(tail / 39.5).mean()
    assert 2.2 < hill < 2.5
    assert float(ties.trust().max()) <= 0.4 + 2e-5
    assert float(ties.trust().min()) >= 0.05 - 2e-5
    assert (ties.layer() == 3).all()


def test_followers_trust_less_where_tastes_differ() -> None:
    taste = taste_of(3000)
    ties = built("scale_free", {"trust_low": 0.4, "trust_high": 0.4, "other_fit": 0.5}, 3000).ties
    alike = taste[ties.speaker()] == taste[ties.listener]
    assert np.allclose(ties.trust()[alike], 0.4, atol=2e-5)
    assert np.allclose(ties.trust()[~alike], 0.2, atol=2e-5)


def test_friends_count_where_a_follower_is_a_friend() -> None:
    friends = {"ties_per_person": 40}
    below = network_class("dunbar")(**friends).build(taste_of(300), 11, 300).ties
    both = built("scale_free", {"friends": friends}, 300).ties
    weight = dict(zip(zip(both.speaker().tolist(), both.listener.tolist(), strict=True), both.weight.tolist(),
                      strict=True))
    friend = dict(zip(zip(below.speaker().tolist(), below.listener.tolist(), strict=True), below.weight.tolist(),
                      strict=True))
    assert friend.items() <= weight.items()
    alone = built("scale_free", {}, 300).ties
    assert set(weight) == set(friend) | pairs_of(alone)


def test_circles_have_the_planted_densities() -> None:
    network = built("circles", {"size": 50, "p_in": 0.4, "ties_out": 6.0}, 5000)
    assert np.bincount(network.circle).tolist() == [50] * 100
    ties = network.ties
    inside = network.circle[ties.speaker()] == network.circle[ties.listener]
    assert inside.sum() / 5000 == pytest.approx(0.4 * 49, rel=0.02)
    assert (~inside).sum() / 5000 == pytest.approx(6.0, rel=0.03)
    assert set(ties.layer()[inside].tolist()) == {1}
    exact = built("circles", {"size": 10, "p_in": 1.0, "p_out": 0.0}, 105)
    assert np.bincount(exact.circle).tolist() == [10] * 9 + [15]
    assert pairs_of(exact.ties) == {(i, j) for i in range(105) for j in range(105)
                                    if i != j and exact.circle[i] == exact.circle[j]}


def test_circles_share_a_need_as_homophily_says() -> None:
    taste = taste_of(8000)
    shares = []
    for homophily in (0.0, 1.0):
        ties = built("circles", {"homophily": homophily, "ties_out": 0.0}, 8000).ties
        shares.append(float((taste[ties.speaker()] == taste[ties.listener]).mean()))
    assert shares[0] == pytest.approx(1 / 8, abs=0.01)
    assert shares[1] > 0.85


@pytest.mark.parametrize(("kind", "given", "n_people", "path"), [
    ("complete", {}, 5001, "network.kind"),
    ("small_world", {}, 20, "network.ties_per_person"),
    ("dunbar", {"ties_per_person": 5000}, 500_000, "network.ties_per_person"),
    ("scale_free", {"ties_per_person": 5000}, 500_000, "network.ties_per_person"),
    ("circles", {"size": 100_000, "p_in": 1.0}, 200_000, "network.size"),
    ("dunbar", {}, 0, "people"),
    ("dunbar", {}, 1 << 29, "people"),
])
def test_what_cannot_be_built_is_refused_before_memory_is_taken(kind: str, given: dict[str, Any], n_people: int,
                                                                path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        network_class(kind)(**given).build(None, 1, n_people)
    assert caught.value.path == path


def test_taste_must_fit_the_people() -> None:
    with pytest.raises(ScenarioError, match="one taste for each of 10 people"):
        network_class("dunbar")().build(taste_of(9), 1, 10)


@pytest.mark.parametrize(("kind", "given"), [
    ("dunbar", {"layers": (5, 4, 50, 150)}), ("dunbar", {"trust": (0.8, 0.6, 0.4, 1.2)}),
    ("dunbar", {"spans": (64, 16, 256, 1024)}), ("small_world", {"ties_per_person": 3}),
    ("scale_free", {"exponent": 1.9}), ("scale_free", {"trust_low": 0.5}), ("circles", {"size": 1}),
    ("edge_list", {"path": "x.csv", "rating_min": 3, "rating_max": 2}), ("edge_list", {}), ("graph", {}),
    ("edge_list", {"path": "x.csv", "trust_low": 0.9}), ("complete", {"trust": float("nan")}),
])
def test_wrong_parameters_are_refused(kind: str, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        network_class(kind)(**given)


def test_unknown_kinds_name_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'dunbar'"):
        network_class("dunber")


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_parameter_is_documented_in_both_languages(kind: str) -> None:
    schema = network_class(kind).model_json_schema()
    assert schema["properties"]["kind"]["const"] == kind
    for name, field in schema["properties"].items():
        if name != "kind":
            assert field["description"], name
            assert field["source"], name
            assert field["zh"], name


def test_reading_parameters_loads_nothing_heavy() -> None:
    code = ("import sys; from sim.world.networks.table import NETWORKS, network_class\n"
            "for kind in NETWORKS: network_class(kind)\n"
            "heavy = {'numba', 'scipy', 'networkx', 'pandas'} & set(sys.modules); assert not heavy, heavy")
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
