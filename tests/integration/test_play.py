"""Many runs: what is played, what is kept, who plays what, and what stays in memory."""

from __future__ import annotations

import itertools
import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.light import light_case, world_of
from sim.experiment.play import Failed, How, Played, Wanted, play
from sim.experiment.tasks import Done, Task
from sim.experiment.waiting import AHEAD, Waiting
from sim.experiment.workers import run_tasks
from sim.model import build
from sim.records.run_store import RunStore
from sim.scenario.spec import ScenarioSpec
from sim.world.networks import shelf
from tests.integration.killing import AT_ONCE, undisturbed
from tests.integration.play_script import digest, wanted

HERE = Path(__file__).resolve().parent


@pytest.fixture(autouse=True)
def _stand_ins_can_be_imported(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PLAY_MODEL_FOLDER", str(tmp_path))
    monkeypatch.setattr("sim.experiment.play.cold", lambda _specs, _model: [])


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "store") as opened:
        yield opened


def spec_of(**data):
    return ScenarioSpec.model_validate({"people": 300, "days": 20, "seed": 5, "strategies": [], **data})


def log(tmp_path):
    return [line.split() for line in (tmp_path / "log").read_text().splitlines()] if (tmp_path / "log").exists() else []


def test_one_and_two_workers_leave_the_same_bytes(store, tmp_path):
    asked = wanted(60)
    assert all(isinstance(one, Played) for one in play(asked, store, How(workers=2, model=AT_ONCE)))
    assert digest(store, asked, AT_ONCE) == undisturbed(tmp_path / "other", 60)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_asked_for_twice_is_played_once_and_told_twice(store, tmp_path, workers):
    how = How(workers=workers, model="play_model:told")
    asked = [Wanted(spec_of(), r) for r in (0, 1, 0, 2, 1, 0)]
    ended = list(play(asked, store, how))
    assert sorted(one.wanted.replication for one in ended) == [0, 0, 0, 1, 1, 2]
    assert {id(one.wanted) for one in ended} == {id(one) for one in asked}
    assert sum(not one.kept for one in ended) == 3
    assert len(log(tmp_path)) == 3
    assert all(one.kept for one in play(asked, store, how))
    assert len(log(tmp_path)) == 3


def test_what_one_sweep_has_played_the_next_one_finds(store, tmp_path):
    how = How(workers=1, model="play_model:told")
    list(play([Wanted(spec_of(), r) for r in range(4)], store, how))
    ended = list(play([Wanted(spec_of(name="other", title={"en": "another", "zh": "另"}), r) for r in range(2)], store, how))
    assert not any(one.kept for one in ended), "another name is another scenario"
    ended = list(play([Wanted(spec_of(), r) for r in range(2, 6)], store, how))
    assert [one.kept for one in sorted(ended, key=lambda one: one.wanted.replication)] == [True, True, False, False]


def test_outcomes_are_those_of_the_store(store):
    (one,) = play([Wanted(spec_of(), 7)], store, How(workers=1, model=AT_ONCE))
    assert one.run == one.wanted.id(AT_ONCE)
    assert repr(store.outcomes([one.run])[one.run]) == repr(one.outcomes)
    assert store.entries([one.run])[one.run].seconds == one.seconds > 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_run_is_told_to_everybody_who_asked_and_the_rest_goes_on(store, workers):
    asked = [Wanted(spec_of(), r) for r in (3, 1, 3, 2)]
    ended = list(play(asked, store, How(workers=workers, model="play_model:fails")))
    apart = [one for one in ended if isinstance(one, Failed)]
    assert [(one.attempts, str(one.reason)) for one in apart] == [(3, "RunError: no third time")] * 2
    assert len(ended) == 4
    assert len(store) == 2


def test_progress_counts_what_is_kept_and_what_failed(store):
    seen = []
    asked = [Wanted(spec_of(), r) for r in range(6)]
    list(play(asked[:2], store, How(workers=1, model=AT_ONCE)))
    list(play(asked, store, How(workers=1, model="play_model:fails"), progress=seen.append))
    assert seen[0].total == 6
    assert (seen[-1].done, seen[-1].total, seen[-1].failed) == (6, 6, 1)


def test_progress_that_raises_stops_everything_and_what_is_finished_is_kept(store):
    def stop(state):
        if state.done >= 3:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(play([Wanted(spec_of(), r) for r in range(50)], store, How(workers=2, model=AT_ONCE), progress=stop))
    assert 3 <= len(store) < 50


def test_leaving_the_loop_keeps_what_is_finished(tmp_path):
    with RunStore(tmp_path / "s") as store:
        running = play((Wanted(spec_of(), r) for r in itertools.count()), store, How(workers=2, model=AT_ONCE))
        some = list(itertools.islice(running, 10))
        running.close()
        assert len(some) == 10
    with RunStore(tmp_path / "s") as store:
        assert len(store) >= 10


# --- who plays what ----------------------------------------------------------------------------

def test_runs_of_one_network_share_a_world_whatever_the_strategy_and_the_price():
    one = spec_of()
    assert world_of(one, 2) == world_of(spec_of(name="x", days=9, brand={"product": {"price": "3 yuan"}}), 2)
    assert world_of(one, 2) == world_of(spec_of(strategies=[{"kind": "paid_ads"}]), 2)
    others = [(one, 3), (spec_of(seed=6), 2), (spec_of(people=301), 2), (spec_of(network={"kind": "small_world"}), 2),
              (spec_of(market={"seed": 5}), 2)]
    assert len({world_of(one, 2), *(world_of(*other) for other in others)}) == 6
    pinned = spec_of(market={"seed": 5})
    assert world_of(pinned, 1) == world_of(pinned, 2), "a pinned market has one network for all replications"


def test_a_worker_goes_on_with_the_world_it_has(store, tmp_path):
    points = [spec_of(name=f"p{k}", brand={"product": {"price": f"{10 + k} yuan"}}) for k in range(12)]
    list(play([Wanted(spec, r) for spec in points for r in range(6)], store, How(workers=2, model="play_model:told")))
    by_worker = {}
    for worker, _, replication in log(tmp_path):
        by_worker.setdefault(worker, []).append(replication)
    changes = sum(a != b for worlds in by_worker.values() for a, b in itertools.pairwise(worlds))
    assert sum(map(len, by_worker.values())) == 72
    assert changes <= 8, "six worlds of twelve runs each; at the very end one may help the other"


def test_one_process_builds_each_network_once(store, monkeypatch):
    built = []
    original = build._network.__wrapped__
    monkeypatch.setattr(build, "_network", build.functools.lru_cache(maxsize=2)(
        lambda *given: (built.append(given[2]), original(*given))[1]))
    points = [spec_of(brand={"product": {"price": f"{10 + k} yuan"}}) for k in range(3)]
    ended = list(play([Wanted(spec, r) for spec in points for r in range(4)], store, How(workers=1)))
    assert all(isinstance(one, Played) for one in ended)
    assert sorted(Counter(built).values()) == [1, 1, 1, 1]


def test_waiting_tasks_are_taken_by_world_and_never_more_than_are_looked_at():
    taken = []

    def endless():
        for number in itertools.count():
            taken.append(number)
            yield Task(str(number), "", world="abc"[number % 3])

    waiting = Waiting(endless())
    waiting.fill()
    assert len(taken) == len(waiting) == AHEAD
    first = waiting.take("", ())
    assert first.id == "0"
    assert [waiting.take("a", ()).id for _ in range(3)] == ["3", "6", "9"]
    assert waiting.take("", {"a"}).id == "1"
    assert waiting.take("x", {"a", "b", "c"}).world == "a"


def test_tasks_without_a_world_come_in_their_order():
    waiting = Waiting(Task(str(n), "") for n in range(5))
    waiting.fill()
    assert [waiting.take("", {""}).id for _ in range(5)] == list("01234")


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_done_before_is_passed_on(workers):
    mixed = [Done(Task(str(n), ""), n, 0.0, 0) if n % 2 else Task(str(n), "dummy_tasks:square", {"n": n}) for n in range(9)]
    ended = {one.task.id: one.answer for one in run_tasks(mixed, workers=workers)}
    assert ended == {str(n): n if n % 2 else n * n for n in range(9)}


# --- large networks ----------------------------------------------------------------------------

def test_large_networks_are_built_once_for_all_processes_and_change_nothing(tmp_path, monkeypatch):
    spec = spec_of(strategies=[{"kind": "community"}])
    plain = build.build_world(spec, 0, [], 1)
    monkeypatch.setattr(build, "_KEPT_PEOPLE", 100)
    built = []
    original = build._network.__wrapped__
    monkeypatch.setattr(build._network, "__wrapped__", lambda *given: (built.append(given), original(*given))[1])
    with shelf.using(tmp_path / "shelf"):
        first, second = build.build_world(spec, 0, [], 1), build.build_world(spec, 0, [], 1)
        assert len(built) == 1
        first.ties.weight[:] = 0
        for world in (second, build.build_world(spec, 0, [], 1)):
            for column in ("start", "listener", "weight", "mark"):
                np.testing.assert_array_equal(getattr(world.ties, column), getattr(plain.ties, column))
            np.testing.assert_array_equal(world.circle, plain.circle)
        base = second.ties.listener
        while isinstance(base.base, np.ndarray):
            base = base.base
        assert isinstance(base, np.memmap) or base.base is not None
        for replication in range(1, 6):
            build.build_world(spec, replication, [], 1)
        assert len(list((tmp_path / "shelf").iterdir())) == shelf.KEPT
    assert shelf.in_use() is None


def test_a_torn_or_unwritable_shelf_is_no_harm(tmp_path, monkeypatch):
    spec = spec_of()
    monkeypatch.setattr(build, "_KEPT_PEOPLE", 100)
    plain = build.build_world(spec, 0, [], 1)
    with shelf.using(tmp_path / "shelf"):
        build.build_world(spec, 0, [], 1)
        for path in (tmp_path / "shelf").rglob("listener.npy"):
            path.write_bytes(path.read_bytes()[:200])
        np.testing.assert_array_equal(build.build_world(spec, 0, [], 1).ties.listener, plain.ties.listener)
    (tmp_path / "file").write_text("")
    with shelf.using(tmp_path / "file" / "shelf"):
        np.testing.assert_array_equal(build.build_world(spec, 0, [], 1).ties.listener, plain.ties.listener)


def test_the_shelf_of_a_sweep_is_emptied(store, monkeypatch):
    monkeypatch.setattr(build, "_KEPT_PEOPLE", 100)
    assert all(isinstance(one, Played) for one in play([Wanted(spec_of(), r) for r in range(2)], store, How(workers=1)))
    assert not (store.folder / "networks").exists()


# --- memory and the real model -----------------------------------------------------------------

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def many(runs):
    """Yield runs of many points, each a scenario of its own, as a long sweep does."""
    for point in range(runs // 10):
        spec = spec_of(seed=point)
        for replication in range(10):
            yield Wanted(spec, replication)


def test_the_coordinators_memory_does_not_grow_with_the_runs(store):
    start = 0
    for number, one in enumerate(play(many(1500), store, How(workers=1, model=AT_ONCE))):
        assert isinstance(one, Played)
        if number == 800:  # every cache is full
            start = sys.getallocatedblocks()
    assert sys.getallocatedblocks() - start < 700 * 10, "less than ten objects a run, of a run's several hundred"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc, which is not here")
def test_the_coordinators_memory_is_flat_over_a_hundred_thousand_runs(store):
    for number, one in enumerate(play(many(100_000), store, How(workers=2, model=AT_ONCE))):
        assert isinstance(one, Played)
        if number == 5_000:
            start = resident()
    assert resident() - start < 40 << 20
    assert len(store) == 100_000


def test_the_real_model_leaves_the_same_bytes_from_any_number_of_workers(tmp_path):
    specs = [spec_of(name="a", strategies=[{"kind": "community"}]), spec_of(name="b", strategies=[{"kind": "paid_ads"}])]
    asked = [Wanted(spec, r) for spec in specs for r in range(3)]
    told = []
    for workers in (1, 2):
        with RunStore(tmp_path / str(workers)) as store:
            assert all(isinstance(one, Played) for one in play(asked, store, How(workers=workers)))
            told.append(digest(store, asked, How().model))
            files = sorted((tmp_path / str(workers) / "spool").iterdir())
            assert max(path.stat().st_size for path in files) < 40_000, "no people, no pictures"
    assert told[0] == told[1]


def test_a_task_names_the_model_and_where_the_run_goes():
    task = light_case(spec_of(name="x"), 2, "ab", Path("/tmp/ab.npz"), {"model": "m:f"})  # noqa: S108 - a name only
    assert (task.id, task.group, task.payload["model"], task.payload["path"]) == ("ab", "x", "m:f", "/tmp/ab.npz")  # noqa: S108
    assert task.world == world_of(spec_of(name="x"), 2)
