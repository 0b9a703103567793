"""What `guanxi sweep` refuses before a run is spent: options that contradict, places that cannot be written or hold something else."""

from __future__ import annotations

import ctypes
import functools
import os
from typing import TYPE_CHECKING

import pytest

from sim.experiment.play import How
from tests.integration import sweep_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Outcome = tuple[int, str, str]
FILE = """\
name: quick
scenarios: [community]
base: {people: 300, days: 5, brand.seed_customers: 10}
axes: {strategies.community.groups: [2, 4]}
replications: 2
"""
SWEEP = '{"format": "guanxi-sweep", "schema": 1}'


@pytest.fixture
def call(command: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Return a function that runs `guanxi sweep` on a small file here: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUANXI_LANG", "en")
    monkeypatch.delenv("GUANXI_STORE", raising=False)
    monkeypatch.setattr("sim.cli.sweep.how_to_play", lambda _options, asked: How(
        workers=1, cluster=asked.cluster, model=f"{sweep_model.__name__}:played"))
    monkeypatch.setattr("sim.report.sweep_page.page", lambda *_: "<!doctype html>")
    (tmp_path / "quick.yaml").write_text(FILE, encoding="utf-8")
    return functools.partial(command, "sweep", "quick.yaml")


def found(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


USAGE = [
    (["--gather", "x", "--shard", "1/2"], "--shard would say nothing"),
    (["--gather", "x", "--dry-run"], "--dry-run would say nothing"),
    (["--gather", "x", "--workers", "2"], "--workers would say nothing"),
    (["--workers", "2", "--cluster", "tcp://127.0.0.1:9"], "give one of them"),
    (["--workers", "10000"], "cores would leave none of them enough memory"),
    (["--store", ""], "an empty name"),
    (["--out", " "], "an empty name"),
    (["--junit", ""], "an empty name"),
    *((["--cluster", word], "is no address of a scheduler") for word in (
        "", "nonsense", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:x", "tcp://127.0.0.1:0", "tcp://127.0.0.1:70000",
        "http://127.0.0.1:8786", "inproc://x", "tcp://a b:8786")),
]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("args", "says"), USAGE, ids=[" ".join(args) for args, _ in USAGE])
def test_a_wrong_command_line_is_one_message_and_exit_2(
        args: list[str], says: str, lang: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, out, err = call(*args, "--lang", lang)
    assert (code, out) == (2, "")
    assert (says in err) == (lang == "en")
    assert (not err.isascii()) == (lang == "zh")
    assert list(found(tmp_path)) == ["quick.yaml"]


PLACES = [
    (["--out", "quick.yaml/below"], "quick.yaml/below: cannot be written"),
    (["--out", "x" * 250], "cannot be written"),
    (["--out", "held"], "held: already exists"),
    (["--out", "held", "--resume"], "held: holds no earlier sweep"),
    (["--out", "other", "--resume"], "other: holds no earlier sweep"),
    (["--junit", "quick.yaml/below.xml"], "cannot be written"),
    (["--summary", "quick.yaml/below.md"], "cannot be written"),
    (["--junit", "quick.yaml"], "quick.yaml: is the sweep file itself"),
    (["--summary", "./quick.yaml"], "quick.yaml: is the sweep file itself"),
    (["--store", "quick.yaml/below"], "cannot be written"),
]


@pytest.mark.parametrize(("args", "says"), PLACES, ids=[" ".join(args)[:40] for args, _ in PLACES])
def test_a_place_that_cannot_be_had_is_told_before_anything_is_played(
        args: list[str], says: str, call: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWEEP_MODEL_LOG", str(tmp_path / "log"))
    for name, text in (("held", "{}"), ("other", '{"format": "guanxi-comparison", "schema": 1}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(text)
        (tmp_path / name / "precious").write_text("mine")
    before = found(tmp_path)
    code, out, err = call(*args)
    assert (code, out) == (3, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert found(tmp_path) == before


@pytest.fixture
def as_a_person() -> Iterator[None]:
    """Lay aside what lets root write where the rights say no (capabilities CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH)."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    version_3_of_this_thread, held = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(version_3_of_this_thread, held) == 0
    laid_aside = type(held)(*held)
    laid_aside[0] &= ~0b110
    assert libc.capset(version_3_of_this_thread, laid_aside) == 0
    yield
    assert libc.capset(version_3_of_this_thread, held) == 0


@pytest.mark.usefixtures("as_a_person")
def test_a_folder_without_rights_is_told_before_anything_is_played(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "held").mkdir(mode=0o500)
    code, _, err = call("--out", "held/new")
    assert code == 3
    assert "held/new: cannot be written" in err


def test_an_earlier_sweep_of_its_kind_is_replaced(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/manifest.json").write_text(SWEEP)
    assert call("--out", "old", "--resume")[0] == 0
    assert (tmp_path / "old/runs.parquet").exists()


FILES = [("{", "not the file of a running scheduler"), ("{}", "not the file of a running scheduler"),
         ("[]", "not the file of a running scheduler"), ('{"address": 3}', "missing port number"),
         ('{"address": "ucx://127.0.0.1:8786"}', "ucx is not spoken"), ('{"address": "tls://127.0.0.1:8786"}', "needs certificates"),
         (None, "not the file of a running scheduler")]


@pytest.mark.parametrize(("text", "says"), FILES, ids=[str(text) for text, _ in FILES])
def test_a_scheduler_file_that_leads_nowhere_is_one_message_and_no_store_is_made(
        text: str | None, says: str, call: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="Dask distributed is not installed; the extra `cluster` or `dev` brings it")
    monkeypatch.setattr("sim.experiment.on_dask._PATIENCE", 0.3)
    if text is not None:
        (tmp_path / "scheduler.json").write_text(text)
    before = found(tmp_path)
    code, _, err = call("--cluster", "scheduler.json")
    assert code == 3, err
    *waiting, said = err.strip().splitlines()
    assert says in said
    assert len(waiting) == (text is None), "only a file that may still come is waited for, and that is said"
    assert found(tmp_path) == before
