"""The same sweeps on a real Dask cluster of several processes, its workers and its coordinator killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.core.errors import DataError, RunError
from sim.experiment import identity, on_dask
from sim.experiment.play import Failed, How, Played, play
from sim.experiment.tasks import Done, Task
from sim.records.run_store import RunStore
from tests.integration.killing import AT_ONCE, NAPS, Sweep, undisturbed
from tests.integration.play_script import digest, wanted

distributed = pytest.importorskip("distributed", reason="Dask distributed is not installed; the extra `cluster` or `dev` brings it")
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def cluster():
    """Return a cluster of two worker processes, which are replaced when they die."""
    with started(2) as there:
        yield there


@contextlib.contextmanager
def started(workers):
    """Give a cluster; Dask gives up a worker that dies while it starts, so tests that may do that have one of their own."""
    paths = os.pathsep.join([str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", paths)
        patch.syspath_prepend(str(HERE))
        quiet = {"distributed.logging.distributed": "critical", "distributed.worker.daemon": False}
        with contextlib.ExitStack() as stack:
            import dask

            stack.enter_context(dask.config.set(quiet))
            yield stack.enter_context(distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=60))


@pytest.fixture
def address(cluster):
    return cluster.scheduler_address


def playing(cluster):
    """Return the workers that have come up: Dask replaces those that die, and gives up those that die while they start."""
    return [nanny.pid for nanny in cluster.workers.values() if nanny.pid and nanny.process.status is distributed.core.Status.running]


def watched(seconds=60.0):
    """Return what fails where nobody plays for long: a hang tells nothing."""
    since = []

    def watch(state):
        if state.phase != "waiting":
            since.clear()
        since.append(time.monotonic())
        assert since[-1] - since[0] < seconds or state.phase != "waiting", "the cluster has lost its workers for good"

    return watch


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
        for one in play(asked, store, How(cluster=address, model=NAPS), progress=watched()):
            assert isinstance(one, Played)
            ended.append(one)
            if len(ended) in moments:
                with contextlib.suppress(ProcessLookupError, IndexError):
                    os.kill(chance.choice(playing(cluster)), signal.SIGKILL)
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
def test_a_run_that_kills_its_workers_is_set_apart(tmp_path):
    with started(4) as there, RunStore(tmp_path) as store:
        ended = list(play(wanted(20)[:5], store, How(cluster=there.scheduler_address, model="play_model:poisoned"), progress=watched()))
    apart = [one for one in ended if isinstance(one, Failed)]
    assert [one.wanted.replication for one in apart] == [3]
    assert "died" in apart[0].reason
    assert len(ended) == 5


@pytest.mark.slow
def test_twenty_workers_killed_one_after_the_other(tmp_path):
    chance, ended, killed = random.Random(20), 0, 0  # noqa: S311 - moments, not secrets
    with started(0) as there, hired(there.scheduler_address, 2) as crew, RunStore(tmp_path / "store") as store:
        asked = wanted(1200)
        for one in play(asked, store, How(cluster=there.scheduler_address, model=NAPS), progress=watched()):
            assert isinstance(one, Played)
            ended += 1
            if ended % 55 == 0 and killed < 20:
                crew.kill(chance)
                killed += 1
        assert (ended, killed) == (1200, 20)
        found = digest(store, asked, NAPS)
    assert found == undisturbed(tmp_path / "calm", 1200)


class Crew(list):
    """Workers as the README starts them, each replaced by us when it is killed, at whatever moment of its life."""

    def __init__(self, address, size):
        self._command = [sys.executable, "-m", "dask", "worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
        super().__init__(self._hire() for _ in range(size))

    def _hire(self):
        return subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self, chance):
        self.append(self._hire())
        one = self.pop(chance.randrange(len(self) - 1))
        one.kill()
        one.wait()


@contextlib.contextmanager
def hired(address, size):
    crew = Crew(address, size)
    try:
        yield crew
    finally:
        for one in crew:
            one.kill()
            one.wait()


def test_workers_with_other_sources_are_refused(address, tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "code_hash", lambda: "0" * 16)
    monkeypatch.setattr(on_dask, "_versions", lambda: "guanxi 0")
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


@contextlib.contextmanager
def scheduled(file):
    """Start a scheduler as the README does, and give its process and its address."""
    command = [sys.executable, "-m", "dask", "scheduler", "--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process, on_dask._address_in(file)
    finally:
        process.kill()
        process.wait()


def test_a_killed_scheduler_is_one_message_and_another_goes_on(address, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("sim.experiment.on_dask._PATIENCE", 3.0)
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(HERE.parents[1])]))
    ended, asked = [], wanted(120)
    with scheduled(tmp_path / "scheduler.json") as (process, place), hired(place, 1), RunStore(tmp_path / "store") as store:
        running = play(asked, store, How(cluster=str(tmp_path / "scheduler.json"), model=NAPS), progress=watched())
        ended += [next(running) for _ in range(20)]
        process.kill()
        with pytest.raises(RunError, match=r"the scheduler at .* is gone; every finished run is kept"):
            ended.extend(running)
        assert 20 <= len(ended) < 120
        kept = len(store)
        assert kept >= 20
    assert [line for line in caplog.records if line.name in {"distributed.client", "distributed.batched"}] == []
    with RunStore(tmp_path / "store") as store:
        assert sum(one.kept for one in play(asked, store, How(cluster=address, model=NAPS))) >= kept
        there = digest(store, asked, NAPS)
    assert there == undisturbed(tmp_path / "calm", 120)


def test_a_cluster_without_workers_says_so_and_goes_on_when_one_comes(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiment.on_dask._DESERTED", 0.5)
    with contextlib.ExitStack() as stack:
        import dask

        stack.enter_context(dask.config.set({"distributed.logging.distributed": "critical"}))
        alone = stack.enter_context(distributed.LocalCluster(
            n_workers=0, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=60))
        phases = []

        def follow(state):
            phases.append(state.phase)
            if state.phase == "waiting" and phases.count("waiting") == 1:
                alone.scale(1)

        with RunStore(tmp_path / "store") as store:
            ended = list(play(wanted(8), store, How(cluster=alone.scheduler_address, model=AT_ONCE), progress=follow))
    assert sum(isinstance(one, Played) for one in ended) == 8
    assert "waiting" in phases
    assert phases[-1] == "running"


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
