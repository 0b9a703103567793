"""Sweeps that are killed, interrupted and run out of disk go on where they were, and leave nobody behind."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.core.errors import DataError
from sim.experiment.play import Failed, How, Played, play
from sim.records.run_store import RunStore
from tests.integration.killing import AT_ONCE, Sweep, undisturbed
from tests.integration.play_script import digest, wanted

HERE = Path(__file__).resolve().parent
pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc, which is not here")


@pytest.fixture(autouse=True)
def _stand_ins_can_be_imported(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))


def kept_in(store):
    with RunStore(store) as here:
        return len(here)


@pytest.mark.parametrize(("kills", "runs"), [(3, 160), pytest.param(20, 1200, marks=pytest.mark.slow)])
def test_a_sweep_killed_at_random_moments_ends_as_an_undisturbed_one(tmp_path, kills, runs):
    chance, done, kept = random.Random(kills), 0, 0  # noqa: S311 - moments, not secrets
    while True:
        sweep = Sweep(tmp_path / "store", runs)
        sweep.started()
        over = done == kills
        while not over and not sweep.is_over():
            time.sleep(chance.uniform(0.02, 0.35))
            who, done = chance.choice(["worker", "worker", "coordinator", "Ctrl-C"]), done + 1
            if who == "worker":
                sweep.kill_a_worker(chance)
            else:
                sweep.kill(signal.SIGKILL if who == "coordinator" else signal.SIGINT)
            over = who != "worker" or done == kills
        code, digest, errors = sweep.end()
        assert sweep.leaves_nobody()
        if code == 0:
            break
        assert code in {-signal.SIGKILL, 130}, errors
        kept, before = kept_in(tmp_path / "store"), kept
        assert kept > before, "what was finished is kept, and every life finishes something"
    assert done == kills
    assert kept_in(tmp_path / "store") == runs
    assert digest == undisturbed(tmp_path / "calm", runs)


def test_ctrl_c_keeps_what_is_finished_and_stops_every_worker(tmp_path):
    sweep = Sweep(tmp_path / "store", 400)
    assert sweep.started()
    time.sleep(0.3)
    sweep.kill(signal.SIGINT)
    code, _, errors = sweep.end(15)
    assert code == 130, errors
    assert sweep.leaves_nobody()
    assert 2 <= kept_in(tmp_path / "store") < 400


@pytest.mark.parametrize("limit", [20_000, 120_000], ids=["a worker cannot write", "the supervisor cannot write"])
def test_a_full_disk_is_one_clear_message_and_nothing_is_lost(tmp_path, limit):
    here = How(workers=1, model=AT_ONCE)
    with RunStore(tmp_path / "store") as store:
        assert sum(1 for _ in play(wanted(40), store, here)) == 40
    full = Sweep(tmp_path / "store", 160, "--limit", limit, model=AT_ONCE)
    code, _, errors = full.end()
    assert code == 3
    assert "every finished run is kept" in errors
    assert len(errors.strip().splitlines()) == 1
    assert full.leaves_nobody()
    assert not list((tmp_path / "store").rglob("*.part"))
    with RunStore(tmp_path / "store") as store:
        assert len(store) >= 40
        assert sum(not one.kept for one in play(wanted(160), store, here)) <= 120
        digest_here = digest(store, wanted(160), AT_ONCE)
    assert digest_here == undisturbed(tmp_path / "calm", 160)


def test_two_sweeps_at_once_on_one_store_are_refused_with_one_message(tmp_path):
    first = Sweep(tmp_path / "store", 200)
    assert first.started()
    code, _, errors = Sweep(tmp_path / "store", 200).end()
    assert code == 3
    assert "another command is working in this store" in errors
    assert "--store" in errors
    assert first.end()[0] == 0


def test_the_second_of_two_processes_may_come_when_the_first_is_gone_however_it_went(tmp_path):
    with RunStore(tmp_path), pytest.raises(DataError, match="another command"):
        RunStore(tmp_path)
    code = ("import os, sys; from pathlib import Path; from sim.records.run_store import RunStore\n"
            "store = RunStore(Path(sys.argv[1])); os._exit(9)")
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, cwd=HERE.parents[1]).returncode == 9
    RunStore(tmp_path).close()


def test_a_run_that_kills_its_worker_is_set_apart_and_the_others_are_kept(tmp_path):
    with RunStore(tmp_path) as store:
        ended = list(play(wanted(40), store, How(workers=2, model="play_model:poisoned")))
        apart = [one for one in ended if isinstance(one, Failed)]
        assert {one.wanted.replication for one in apart} == {3}
        assert len(apart) == 4
        assert all(one.attempts == 3 and "signal 9" in one.reason for one in apart)
        assert sum(isinstance(one, Played) for one in ended) == 36
        assert len(store) == 36
