"""Ties: packing, construction, renumbering, the listener index, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.core.errors import DataError
from sim.world import ties as module
from sim.world.ties import DISTRUST, SIZE_ONE, Ties, pack_mark, pack_trust, unpack_trust

SPEAKER = [2, 0, 0, 1, 2]
LISTENER = [0, 3, 1, 0, 3]
TRUST = [0.5, -0.25, 1.0, 0.0, 0.75]
LAYER = [0, 3, 1, 2, 0]


@pytest.fixture
def small() -> Ties:
    return Ties.from_arrays(SPEAKER, LISTENER, TRUST, LAYER, 4)


def rows_of(ties: Ties) -> list[tuple[int, int, int, int]]:
    return list(zip(ties.speaker().tolist(), ties.listener.tolist(), ties.weight.tolist(), ties.mark.tolist(),
                    strict=True))


def same(a: Ties, b: Ties) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("start", "listener", "weight", "mark"))


def test_weights_hold_fifteen_bits_and_a_sign() -> None:
    weight = pack_trust([0.0, 1.0, -1.0, 0.5, -0.0])
    assert weight.tolist() == [0, SIZE_ONE, DISTRUST | SIZE_ONE, 16384, 0]
    assert np.allclose(unpack_trust(weight), [0, 1, -1, 0.5, 0], atol=2e-5)
    values = np.linspace(-1, 1, 4001)
    assert float(np.abs(unpack_trust(pack_trust(values)) - values).max()) <= 0.5 / SIZE_ONE + 1e-7


def test_marks_hold_layer_and_day() -> None:
    mark = pack_mark([0, 3], [5, 4095])
    assert (mark >> module.LAYER_SHIFT).tolist() == [0, 3]
    assert (mark & module.TOUCHED_MASK).tolist() == [5, 4095]
    assert pack_mark(1, 4096 + 5) == pack_mark(1, 5)  # days go round; they never touch the mute and the layer


def test_rows_keep_the_order_given(small: Ties) -> None:
    assert small.start.tolist() == [0, 2, 3, 5, 5]
    assert small.listener.tolist() == [3, 1, 0, 0, 3]
    assert np.allclose(small.trust(), [-0.25, 1.0, 0.0, 0.5, 0.75], atol=2e-5)
    assert small.layer().tolist() == [3, 1, 2, 0, 0]
    assert (small.n_people, small.n_ties, small.n_bytes) == (4, 5, 5 * 8 + 5 * 8)
    assert small.check() is small


@pytest.mark.parametrize(("change", "words"), [
    ({"speaker": [4, 0, 0, 1, 2]}, "person number 0 is 4, allowed is 0 to 3"),
    ({"trust": [0.5, float("nan"), 1, 0, 0]}, "trust number 1 is nan"),
    ({"trust": 1.5}, "trust number 0 is 1.5, allowed is -1.0 to 1.0"),
    ({"layer": 4}, "layer number 0 is 4"),
    ({"listener": [2, 3, 1, 0, 3]}, "person 2 is tied to themselves"),
    ({"listener": [0, 3]}, "one speaker a listener"),
])
def test_bad_ties_are_refused_with_the_place(change: dict[str, object], words: str) -> None:
    given = {"speaker": SPEAKER, "listener": LISTENER, "trust": TRUST, "layer": LAYER, "n_people": 4} | change
    with pytest.raises(DataError, match=words):
        Ties.from_arrays(**given)


def test_renumbering_keeps_rows_and_their_order(small: Ties) -> None:
    order = np.array([3, 1, 0, 2])
    fresh = small.renumbered(order)
    new = np.argsort(order)
    assert fresh.listener[fresh.start[new[0]]:fresh.start[new[0] + 1]].tolist() == [new[3], new[1]]
    assert sorted(rows_of(fresh)) == sorted((int(new[s]), int(new[j]), w, m) for s, j, w, m in rows_of(small))
    assert same(fresh.renumbered(new), small)
    with pytest.raises(DataError, match="permutation"):
        small.renumbered(np.array([0, 0, 1, 2]))


def test_listener_index_names_every_tie_once(small: Ties) -> None:
    index = small.transposed()
    assert index.start.tolist() == [0, 2, 3, 3, 5]
    assert index.speaker.tolist() == [1, 2, 0, 0, 2]
    assert sorted(index.tie.tolist()) == list(range(5))
    listeners = np.repeat(np.arange(4), np.diff(index.start))
    assert np.array_equal(small.listener[index.tie], listeners)
    assert np.array_equal(small.speaker()[index.tie], index.speaker)


def test_networkx_edges_point_from_listener_to_speaker(small: Ties) -> None:
    graph = small.to_networkx()
    assert set(graph.edges) == set(zip(LISTENER, SPEAKER, strict=True))
    assert graph.edges[3, 0]["trust"] == pytest.approx(-0.25, abs=2e-5)
    assert graph.edges[3, 0]["layer"] == 3
    assert graph.number_of_nodes() == 4


def test_saved_ties_come_back_mapped_and_writable(small: Ties, tmp_path: Path) -> None:
    folder = tmp_path / "net"
    big = Ties.from_arrays(np.arange(500), np.arange(1, 501), 0.5)
    big.save(folder)
    big.save(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net"]
    back = Ties.load(folder)
    assert same(back, big)
    back.weight[0] = 7
    assert same(Ties.load(folder, mapped=False), big)
    small.save(folder)
    assert same(Ties.load(folder), small)
    empty = Ties.from_arrays([], [], [], n_people=3)
    empty.save(folder)
    assert Ties.load(folder).n_people == 3


def test_torn_folders_are_refused(small: Ties, tmp_path: Path) -> None:
    folder = tmp_path / "net"
    with pytest.raises(DataError, match=r"start\.npy is missing"):
        Ties.load(folder)
    small.save(folder)
    (folder / "weight.npy").write_bytes((folder / "weight.npy").read_bytes()[:-3])
    with pytest.raises(DataError, match=r"weight\.npy is torn"):
        Ties.load(folder)
    np.save(folder / "weight.npy", np.zeros(2, np.uint16))
    with pytest.raises(DataError, match="equally long"):
        Ties.load(folder)
    np.save(folder / "weight.npy", np.zeros(5, np.float32))
    with pytest.raises(DataError, match="column weight must be uint16"):
        Ties.load(folder)
    np.save(folder / "weight.npy", small.weight)
    np.save(folder / "listener.npy", np.array([3, 1, 9, 0, 3], np.int32))
    with pytest.raises(DataError, match="listener number 2 is 9"):
        Ties.load(folder)
    np.save(folder / "listener.npy", small.listener)
    np.save(folder / "start.npy", np.array([0, 3, 2, 5, 5]))
    with pytest.raises(DataError, match="start falls after person 1"):
        Ties.load(folder)
    np.save(folder / "start.npy", np.array([0, 2, 3, 4, 4]))
    with pytest.raises(DataError, match="end with the number of ties, 5"):
        Ties.load(folder)


def test_kernels_equal_their_plain_python(small: Ties) -> None:
    group = np.array(SPEAKER)
    out, plain = np.empty(5, np.int64), np.empty(5, np.int64)
    module._order_by(group, small.start[:-1].copy(), out)
    module._order_by.py_func(group, small.start[:-1].copy(), plain)
    assert np.array_equal(out, plain)
    index = small.transposed()
    speaker, tie = np.empty(5, np.int32), np.empty(5, np.int64)
    module._transpose.py_func(small.start, small.listener, index.start[:-1].copy(), speaker, tie)
    assert np.array_equal(index.speaker, speaker)
    assert np.array_equal(index.tie, tie)
