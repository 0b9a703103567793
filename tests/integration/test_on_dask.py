"""The same sweeps on a real Dask cluster of several processes, its workers and its coordinator killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest

from sim.core.errors import DataError
from sim.experiment import identity
from sim.experiment.play import Failed, How, Played, play
from sim.experiment.tasks import Done, Task
from sim.records.run_store import RunStore
from tests.integration.killing import AT_ONCE, NAPS, Sweep, undisturbed
from tests.integration.play_script import digest, wanted

distributed = pytest.importorskip("distributed", reason="Dask distributed is not installed; the extra `cluster` or `dev` brings it")
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def cluster():
    """Return the address of a scheduler with two worker processes, which are replaced when they die."""
    paths = os.pathsep.join([str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", paths)
        patch.syspath_prepend(str(HERE))
        quiet = {"distributed.logging.distributed": "critical", "distributed.worker.daemon": False}
        with contextlib.ExitStack() as stack:
            import dask

            stack.enter_context(dask.config.set(quiet))
            yield stack.enter_context(distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=60))


@pytest.fixture
def address(cluster):
    return cluster.scheduler_address


def pids(address):
    with distributed.Client(address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def test_a_cluster_gives_the_same_tables_bit_for_bit(address, tmp_path):
    with RunStore(tmp_path / "there") as store:
        asked = wanted(80)
        seen = []
        ended = list(play(asked, store, How(cluster=address, model=AT_ONCE), progress=seen.append))
        assert all(isinstance(one, Played) and not one.kept for one in ended)
        assert seen[-1].total == 80
        there = digest(store, asked, AT_ONCE)
        assert all(one.kept for one in play(asked, store, How(cluster=address, model=AT_ONCE)))
    assert there == undisturbed(tmp_path / "here", 80)


def test_a_sweep_whose_workers_are_killed_ends_as_an_undisturbed_one(cluster, address, tmp_path):
    kills, chance = 3, random.Random(8)  # noqa: S311 - moments, not secrets
    ended = []
    with RunStore(tmp_path / "store") as store:
        asked = wanted(120)
        moments = set(chance.sample(range(5, 90), kills))
        for one in play(asked, store, How(cluster=address, model=NAPS)):
            assert isinstance(one, Played)
            ended.append(one)
            if len(ended) in moments:
                with contextlib.suppress(ProcessLookupError, ValueError):
                    os.kill(chance.choice([nanny.pid for nanny in cluster.workers.values() if nanny.pid]), signal.SIGKILL)
        assert len(ended) == 120
        there = digest(store, asked, NAPS)
    assert there == undisturbed(tmp_path / "calm", 120)


def test_a_killed_coordinator_is_followed_by_another_that_goes_on(address, tmp_path):
    first = Sweep(tmp_path / "store", 120, "--cluster", address)
    assert first.started()
    time.sleep(0.4)
    first.kill()
    assert first.end()[0] == -signal.SIGKILL
    assert first.leaves_nobody()
    with RunStore(tmp_path / "store") as store:
        kept = len(store)
        assert 0 < kept < 120
        ended = list(play(wanted(120), store, How(cluster=address, model=NAPS)))
        assert sum(one.kept for one in ended) >= kept
        there = digest(store, wanted(120), NAPS)
    assert there == undisturbed(tmp_path / "calm", 120)


def test_a_failing_run_is_set_apart_with_its_reason(address, tmp_path):
    with RunStore(tmp_path) as store:
        ended = list(play(wanted(20), store, How(cluster=address, model="play_model:fails")))
    apart = [one for one in ended if isinstance(one, Failed)]
    assert {one.wanted.replication for one in apart} == {3}
    assert {(one.attempts, one.reason) for one in apart} == {(3, "RunError: no third time")}
    assert len(ended) == 20


@pytest.mark.slow
def test_a_run_that_kills_its_workers_is_set_apart(address, tmp_path):
    with RunStore(tmp_path) as store:
        ended = list(play(wanted(20)[:5], store, How(cluster=address, model="play_model:poisoned")))
    apart = [one for one in ended if isinstance(one, Failed)]
    assert [one.wanted.replication for one in apart] == [3]
    assert "died" in apart[0].reason
    assert len(ended) == 5


@pytest.mark.slow
def test_twenty_workers_killed_one_after_the_other(cluster, address, tmp_path):
    chance, ended, killed = random.Random(20), 0, 0  # noqa: S311 - moments, not secrets
    with RunStore(tmp_path / "store") as store:
        asked = wanted(1200)
        following = 0.0
        for one in play(asked, store, How(cluster=address, model=NAPS)):
            assert isinstance(one, Played)
            ended += 1
            there = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
            if killed < 20 and time.monotonic() > following and there:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(there), signal.SIGKILL)
                    killed += 1
                following = time.monotonic() + chance.uniform(0.1, 0.6)
        assert (ended, killed) == (1200, 20)
        there = digest(store, asked, NAPS)
    assert there == undisturbed(tmp_path / "calm", 1200)


def test_workers_with_other_sources_are_refused(address, tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "code_hash", lambda: "0" * 16)
    monkeypatch.setattr("sim.experiment.on_dask._versions", lambda: "guanxi 0")
    with RunStore(tmp_path) as store, pytest.raises(DataError, match="has other versions than this machine"):
        list(play(wanted(4), store, How(cluster=address, model=AT_ONCE)))


def test_a_folder_that_the_workers_do_not_share_is_told(address, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiment.play._PATIENCE", 0.3)
    with RunStore(tmp_path) as store:
        gone = tmp_path / "elsewhere"
        monkeypatch.setattr(store, "spool_path", lambda run: gone / run)
        monkeypatch.setattr("sim.experiment.play.light_case",
                            lambda _spec, _r, run, _path, _settings: Task(run, "dummy_tasks:where"))
        with pytest.raises(DataError, match=r"does not see it; .*--store"):
            list(play(wanted(4), store, How(cluster=address, model=AT_ONCE)))


def test_no_scheduler_is_one_message(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiment.on_dask._PATIENCE", 0.5)
    with RunStore(tmp_path) as store, pytest.raises(DataError, match="no Dask scheduler answers there"):
        list(play(wanted(4), store, How(cluster="tcp://127.0.0.1:9", model=AT_ONCE)))


def test_what_is_done_before_is_passed_on_and_never_more_is_taken_than_is_looked_at(address):
    from sim.experiment.on_dask import DaskExecutor

    taken = []

    def endless():
        for number in range(100_000):
            taken.append(number)
            yield Done(Task(str(number), ""), number, 0.0, 0) if number % 2 else Task(str(number), "dummy_tasks:square", {"n": number})

    with contextlib.closing(DaskExecutor(address)) as executor, contextlib.closing(executor.run(endless())) as running:
        ended = [next(running) for _ in range(40)]
    assert all(isinstance(one, Done) for one in ended)
    assert len(taken) < 1500
