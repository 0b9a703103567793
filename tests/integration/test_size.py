"""Robust at size: hubs, heavy tails, cliques and people without ties, all strategies at once, audited, on one thread and on two."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.core.errors import DataError
from sim.model.build import build_world
from tests.benchmarks.hostile import BIG, Outcome, held, outcome
from tests.hostile import SHAPES, hermits, market, written

if TYPE_CHECKING:
    from pathlib import Path

SMALL = {"star": 4_000, "sun": 4_000, "heavy tail": 4_000, "clique": 250, "hermits": 2_000}


@pytest.mark.parametrize("shape", SMALL)
def test_every_strategy_sells_in_a_hostile_world(shape: str, tmp_path: Path) -> None:
    people = SMALL[shape]
    spec = market(written(SHAPES[shape](people), tmp_path / "ties.csv"), people, 40)
    one, two = outcome(spec, threads=1), outcome(spec, threads=2)
    assert one.digests == two.digests
    assert one.orders > 0
    assert one.followers == people  # one account has everybody
    assert one.most_ties == {"star": people - 1, "sun": people * 9 // 10 - 1, "clique": people - 1, "hermits": 1}.get(
        shape, one.most_ties)
    assert shape != "heavy tail" or one.most_ties > people / 3
    assert one.alone == {"star": people - 1, "sun": people // 10, "hermits": people - 1}.get(shape, one.alone)


def test_self_ties_and_repeats_are_dropped_and_counted(tmp_path: Path) -> None:
    rows = SHAPES["heavy tail"](3_000)
    real = np.unique(rows[rows[:, 0] != rows[:, 1]], axis=0)
    spec = market(written(rows, tmp_path / "ties.csv"), 3_000, 1)
    world = build_world(spec, 0, [], 1)
    assert (world.n_people, world.ties.n_ties) == (3_000, len(real))


def test_a_file_in_which_nobody_knows_anybody_is_refused(tmp_path: Path) -> None:
    network = written(hermits(50)[1:], tmp_path / "ties.csv")
    with pytest.raises(DataError, match="no tie"):
        outcome(market(network, 50, 1))


@pytest.mark.slow
@pytest.mark.parametrize("name", BIG)
def test_the_big_ones_stay_within_their_limits(name: str, data_folder: Path) -> None:
    found = {}
    for threads in (1, 2):
        command = [sys.executable, "-m", "tests.benchmarks.hostile", name, "--threads", str(threads), "--data", str(data_folder),
                   "--json"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found[threads] = Outcome(**json.loads(done.stdout))
    assert found[1].digests == found[2].digests
    assert found[1].orders > 0
    assert [problem for one in found.values() for problem in held(name, one)] == []
