"""The supervisor under workers that die, hang, lie and are interrupted."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sim.core import interrupts
from sim.core.errors import DataError, RunError
from sim.experiment.tasks import ATTEMPTS, Done, SetApart, Task, Warm
from sim.experiment.workers import run_tasks
from sim.model.run import run_once
from sim.scenario.spec import ScenarioSpec

HERE = Path(__file__).resolve().parent


@pytest.fixture(autouse=True)
def _dummy_tasks_can_be_imported(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))


def tasks(function, *payloads):
    return [Task(f"{function}-{k}", f"dummy_tasks:{function}", p) for k, p in enumerate(payloads)]


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_are_the_same_for_any_number_of_workers(workers):
    ended = list(run_tasks(tasks("square", *({"n": n} for n in range(7))), workers=workers))
    assert all(isinstance(e, Done) and e.attempts == 1 for e in ended)
    assert {e.task.id: e.answer for e in ended} == {f"square-{n}": n * n for n in range(7)}


def test_workers_are_other_processes_with_one_thread_each():
    ended = list(run_tasks(tasks("where", {}, {}, {}, {}), workers=2))
    assert os.getpid() not in {e.answer["pid"] for e in ended}
    assert {e.answer["threads"] for e in ended} == {"1"}
    assert 1 <= len({e.answer["pid"] for e in ended}) <= 2


def test_files_in_the_callers_folder_are_not_taken_for_ours(tmp_path, monkeypatch):
    (tmp_path / "queue.py").write_text("raise SystemExit('not the queue you wanted')")
    monkeypatch.chdir(tmp_path)
    assert {e.answer for e in run_tasks(tasks("square", {"n": 2}, {"n": 3}), workers=2)} == {4, 9}


def test_workers_that_cannot_start_are_an_error_with_a_remedy(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(RunError, match="--workers 1"):
        list(run_tasks(tasks("square", {"n": 2}, {"n": 3}), workers=2))


def test_workers_that_die_at_once_are_given_up(monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(RunError, match="as soon as they start"):
        list(run_tasks(tasks("square", *({"n": n} for n in range(20))), workers=2))


def test_a_killed_worker_is_replaced_and_its_task_tried_again(tmp_path):
    todo = tasks("dies", *({"n": n, "folder": str(tmp_path), "times": 2 if n == 1 else 0} for n in range(4)))
    ended = {e.task.id: e for e in run_tasks(todo, workers=2)}
    assert all(isinstance(e, Done) for e in ended.values())
    assert (ended["dies-1"].answer, ended["dies-1"].attempts) == (3, 3)
    assert {ended[f"dies-{n}"].attempts for n in (0, 2, 3)} == {1}


def test_a_worker_killed_from_outside_in_the_middle_of_a_task(tmp_path):
    todo = tasks("slow", *({"n": n, "folder": str(tmp_path), "seconds": 0.6} for n in range(3)))
    killed = []

    def kill_once(_running):
        mark = tmp_path / "started-0"
        if not killed and mark.exists() and mark.read_text():
            os.kill(int(mark.read_text()), signal.SIGKILL)
            killed.append(True)

    ended = {e.task.id: e for e in run_tasks(todo, workers=2, watch=kill_once)}
    assert killed
    assert sorted(ended) == ["slow-0", "slow-1", "slow-2"]
    assert ended["slow-0"].attempts == 2


def test_half_an_answer_is_no_answer(tmp_path):
    todo = [*tasks("dies_in_the_middle_of_a_word", {"folder": str(tmp_path)}), *tasks("square", {"n": 3})]
    ended = {e.task.id: e.answer for e in run_tasks(todo, workers=2)}
    assert ended == {"dies_in_the_middle_of_a_word-0": "whole", "square-0": 9}


def test_a_poison_task_is_set_apart_and_the_others_go_on(tmp_path):
    poison = tasks("dies", {"n": 9, "folder": str(tmp_path), "times": 99})
    ended = list(run_tasks([*poison, *tasks("square", *({"n": n} for n in range(5)))], workers=2))
    apart = [e for e in ended if isinstance(e, SetApart)]
    assert [(e.task.id, e.attempts) for e in apart] == [("dies-0", ATTEMPTS)]
    assert "signal 9" in apart[0].reason
    assert len((tmp_path / "tries-9").read_text()) == ATTEMPTS
    assert sum(isinstance(e, Done) for e in ended) == 5


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_task_is_set_apart_with_its_reason(workers):
    (ended,) = run_tasks(tasks("fails", {"n": 4}), workers=workers)
    assert isinstance(ended, SetApart)
    assert ended.reason == "RunError: case 4 cannot work"
    assert ended.task.payload == {"n": 4}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_mistake_in_the_input_ends_everything_at_once(workers):
    with pytest.raises(DataError, match=r"ties\.csv: missing"):
        list(run_tasks([*tasks("refuses", {}), *tasks("square", *({"n": n} for n in range(3)))], workers=workers))


def test_an_answer_that_cannot_travel_is_a_failure():
    ended = list(run_tasks([*tasks("unspeakable", {}), *tasks("square", {"n": 2})], workers=2))
    assert {type(e) for e in ended} == {SetApart, Done}


def test_an_unknown_function_is_a_failure():
    (ended,) = run_tasks([Task("a", "dummy_tasks:nothing")], workers=1)
    assert "nothing" in ended.reason


def test_warm_up_happens_in_one_worker_before_the_others_start():
    seen = []
    warm = tasks("where", {}, {})
    ended = list(run_tasks(tasks("where", {}, {}), workers=2, warm=warm, watch=seen.append))
    assert [type(e) for e in ended] == [Warm, Done, Done]
    assert ended[0].seconds > 0
    assert max(seen[: len(warm)]) <= 1


def test_leaving_the_loop_ends_the_workers(tmp_path):
    todo = tasks("slow", *({"n": n, "folder": str(tmp_path), "seconds": 0.05 if n == 0 else 60} for n in range(3)))
    running = run_tasks(todo, workers=2)
    first = next(running)
    assert wait_for(lambda: (tmp_path / "started-1").exists() and (tmp_path / "started-1").read_text())
    start = time.monotonic()
    running.close()
    assert time.monotonic() - start < 10
    assert not is_alive(first.answer)
    assert not (tmp_path / "done-1").exists()


SCRIPT = """
    import sys
    sys.path[:0] = [{here!r}, {root!r}]
    from sim.experiment.tasks import Task
    from sim.experiment.workers import run_tasks
    todo = [Task(str(n), "dummy_tasks:slow", dict(n=n, folder={folder!r}, seconds=0.05 if n == 0 else 60))
            for n in range(3)]
    for ended in run_tasks(todo, workers=2):
        print(ended.task.id, flush=True)
"""


def start_script(folder):
    # No guard around the body: workers must not run the caller's script again.
    code = textwrap.dedent(SCRIPT).format(here=str(HERE), root=str(HERE.parents[1]), folder=str(folder))
    script = folder / "script.py"
    script.write_text(code)
    return subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def worker_pids(folder):
    return [int(p.read_text()) for p in folder.glob("started-*") if p.read_text()]


def test_a_killed_parent_leaves_no_orphan(tmp_path):
    parent = start_script(tmp_path)
    assert wait_for(lambda: len(worker_pids(tmp_path)) == 3)
    pids = set(worker_pids(tmp_path))
    parent.kill()
    parent.wait()
    assert wait_for(lambda: not any(is_alive(pid) for pid in pids), 10)
    # The workers hold no copy of the parent's output either, so whoever reads it sees the end.
    assert parent.stdout.read() == "0\n"


def test_an_interrupted_parent_stops_its_workers(tmp_path):
    parent = start_script(tmp_path)
    assert wait_for(lambda: len(worker_pids(tmp_path)) == 3)
    pids = set(worker_pids(tmp_path))
    parent.send_signal(signal.SIGINT)
    out, _ = parent.communicate(timeout=15)
    assert out == "0\n"
    assert parent.returncode != 0
    assert not any(is_alive(pid) for pid in pids)
    assert (tmp_path / "done-0").exists()


def test_an_interruption_that_a_library_swallowed_is_not_lost():
    running = run_tasks(tasks("lose_ctrl_c", {"n": 1}, {"n": 2}), workers=1)
    assert next(running).answer == 1
    with pytest.raises(KeyboardInterrupt):
        next(running)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert [e.answer for e in run_tasks(tasks("square", {"n": 3}), workers=1)] == [9]


def test_an_interruption_before_the_runs_is_nothing_to_them():
    with contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    interrupts.heed()
    with interrupts.listening():
        interrupts.heed()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.heed()


def test_a_run_stops_on_the_day_after_an_interruption_that_was_swallowed():
    spec = ScenarioSpec.model_validate({"people": 200, "days": 30, "strategies": []})
    days = []

    def swallow(day):
        days.append(day)
        if day == 3:
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)

    with interrupts.listening(), pytest.raises(KeyboardInterrupt):
        run_once(spec, 0, pictures=False, each_day=swallow)
    assert days == [1, 2, 3]


def test_a_handler_of_the_callers_stays():
    ours, before = signal.SIG_IGN, signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, ours)
    try:
        with interrupts.listening():
            assert signal.getsignal(signal.SIGINT) is ours
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_command_hears_a_cancelled_job_and_leaves_handlers_of_others_alone():
    before = signal.getsignal(signal.SIGTERM)
    assert before is signal.SIG_DFL
    with interrupts.for_a_command():
        assert interrupts.exit_code() == 130
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        assert interrupts.exit_code() == 143
    assert signal.getsignal(signal.SIGTERM) is before
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with interrupts.for_a_command():
            signal.raise_signal(signal.SIGHUP)
            assert interrupts.exit_code() == 130
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
