"""The rule by which the peers' adopted shares are held to be equal."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.peers.__main__ import judged, table
from tests.benchmarks.peers.engines.workload import write_graph


def runs(*shares, seconds=1.0):
    return [{"adopted": share, "run_s": seconds, "cpu_s": seconds, "build_s": 0, "peak_mb": 1, "version": "1"} for share in shares]


def test_shares_within_noise_are_equal_and_others_differ() -> None:
    rng = np.random.default_rng(1)
    many = {name: runs(*rng.normal(0.976, 0.001, 4)) for name in ("guanxi, 1 thread", "numpy", "ambr")}
    assert all(text.startswith("equal") for text in judged(many).values())
    moved = many | {"ambr": runs(*rng.normal(0.986, 0.001, 4))}
    assert judged(moved)["ambr"].startswith("DIFFERS")


def test_what_is_known_to_differ_or_failed_is_not_judged() -> None:
    said = judged({"numpy": runs(0.975, 0.977), "ambr": runs(0.976, 0.975), "epiworld": runs(0.9, 0.9), "Mesa": [{"error": "x"}]})
    assert said["epiworld"].startswith("apart")
    assert said["Mesa"] == "FAILED"
    assert judged({"numpy": runs(0.975), "ambr": runs(0.976)})["ambr"] == "not judged"


def test_ours_must_be_the_fastest_and_hold_its_limit() -> None:
    rivals = {"numpy": runs(0.975, 0.977, seconds=0.5)}
    assert table(1000, rivals | {"guanxi, 1 thread": runs(0.976, 0.977, seconds=0.4)})[1]
    assert not table(1000, rivals | {"guanxi, 1 thread": runs(0.976, 0.977, seconds=0.6)})[1]
    slow = {"numpy": runs(0.975, 0.977, seconds=9.0), "guanxi, 1 thread": runs(0.976, 0.977, seconds=1.3)}
    assert table(1000, slow)[1]
    assert not table(1_000_000, slow)[1]


def test_the_graph_has_no_doubles_and_both_ways_agree(tmp_path) -> None:
    write_graph(tmp_path / "g", 500)
    start, friend, pairs = (np.load(tmp_path / "g" / f"{name}.npy") for name in ("start", "friend", "pairs"))
    rows = {(i, int(j)) for i in range(500) for j in friend[start[i] : start[i + 1]]}
    assert len(rows) == len(friend) == 2 * len(pairs)
    assert rows == {(int(a), int(b)) for a, b in pairs} | {(int(b), int(a)) for a, b in pairs}
    assert 9.5 < len(friend) / 500 <= 10
