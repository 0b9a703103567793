"""Calling a command in this process, as its user would at a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sim.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Outcome = tuple[int, str, str]
"""Exit code, stdout, stderr."""


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Return a function that runs `guanxi` with some words and returns how it ended."""

    def run(*words: str) -> Outcome:
        with pytest.raises(SystemExit) as end:
            main(words)
        shown = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, shown.out, shown.err

    return run


@pytest.fixture
def call(command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """Return `command` in an empty folder, where nothing outside says which language is meant."""
    monkeypatch.chdir(tmp_path)
    for name in ("GUANXI_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "GUANXI_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return command
