"""A command that is stopped outside its runs, while it reads or draws, says so in one message and calls it no defect."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

import pytest

from sim.core import interrupts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any, NoReturn

    from tests.integration.conftest import Outcome

TINY = ("--people", "200", "--days", "10", "-r", "1", "--workers", "1", "--quiet")


def stopped(number: signal.Signals) -> Callable[..., NoReturn]:
    """Return a function that is stopped when it is called."""

    def stop(*_: Any, **__: Any) -> NoReturn:
        signal.raise_signal(number)
        raise AssertionError("went on")

    return stop


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_who_is_stopped_while_reading_is_told_how_to_begin_again(
        number: signal.Signals, code: int, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario.sweep.resolve_sweep", stopped(number))
    left, out, err = call("sweep", "community", "--people", "500")
    assert (left, out) == (code, "")
    assert err.strip() == "Interrupted. Finished runs are kept; begin again with\n  guanxi sweep community --people 500"


def test_a_signal_that_a_library_makes_an_error_of_is_no_defect_of_ours(
        call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    def wrapped(*_: Any, **__: Any) -> NoReturn:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        raise RuntimeError("KeyboardInterrupt, in the words of a library")

    monkeypatch.setattr("sim.scenario.sweep.resolve_sweep", wrapped)
    code, _, err = call("sweep", "community", "--lang", "zh")
    assert code == 143
    assert err.startswith("已中断。")
    assert "RuntimeError" not in err
    assert not interrupts.was_told(), "the next command is not concerned"


def test_who_is_stopped_while_the_page_is_drawn_is_told_where_the_result_is(
        call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sim.report.page.write_page", stopped(signal.SIGTERM))
    code, out, err = call("run", "community", *TINY, "--out", "kept")
    assert (code, out) == (143, "")
    assert err.strip() == "Interrupted: the result is finished and kept in kept; draw its page with\n  guanxi report kept"
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert call("report", "kept", "--quiet")[0] == 0
    assert (tmp_path / "kept" / "page.html").is_file()


def test_a_study_and_a_sweep_that_are_stopped_while_drawn_are_kept(
        call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text("name: small\nscenarios: [community]\naxes: {strategies.community.groups: [2, 3]}\n")
    monkeypatch.setattr("sim.report.studies.render", stopped(signal.SIGHUP))
    monkeypatch.setattr("sim.cli.sweep_show.draw_sweep", stopped(signal.SIGHUP))
    for words in (["attribute", "community_and_ads"], ["sweep", "small.yaml"]):
        code, _, err = call(*words, *TINY, "--out", words[0])
        assert code == 129
        assert f"kept in {words[0]}; draw its page with\n  guanxi report {words[0]}" in err
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    for kind in ("attribute", "sweep"):
        assert call("report", kind, "--quiet")[0] == 0
