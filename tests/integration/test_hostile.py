"""What a hostile or clumsy user gets from the outside: one message with place and remedy, and nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.cli import main
from sim.cli.output import harmless

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Outcome = tuple[int, str, str]
QUICK = ("--people", "120", "--days", "4", "--seed", "1", "--quiet", "--lang", "en")
ESCAPES = "\x1b[31m\x1b]0;owned\x07\u202e\x9b2J"
SMALL = "network={kind: small_world, ties_per_person: 4}"


@pytest.fixture
def call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Outcome]:
    """Return a function that runs a command in this process: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GUANXI_DEBUG", raising=False)
    # click takes escapes out where the stream is no terminal; a terminal is what they are aimed at.
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_, **__: False)

    def run(*args: str) -> Outcome:
        with pytest.raises(SystemExit) as end:
            main(args)
        shown = capsys.readouterr()
        assert isinstance(end.value.code, int)
        assert "defect of guanxi" not in shown.err
        assert shown.out + shown.err == harmless(shown.out + shown.err)
        return end.value.code, shown.out, shown.err

    return run


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small result."""
    folder = tmp_path_factory.mktemp("hostile") / "result"
    with pytest.raises(SystemExit) as end:
        main(("compare", "community", "paid_ads", *QUICK, "-r", "2", "--workers", "1", "--set", SMALL,
              "--out", str(folder)))
    assert end.value.code == 0
    return folder


def shell(command: str, folder: Path, encoding: str = "utf-8", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command line of the shell; ``guanxi`` in it means this one."""
    words = command.replace("guanxi", f"{sys.executable} -m sim")
    return subprocess.run(["sh", "-c", words], cwd=folder, env=os.environ | environment, check=False,
                          capture_output=True, encoding=encoding, timeout=120)


# --- nothing steers the terminal ----------------------------------------------------------------


@pytest.mark.parametrize("args", [
    ("check", ESCAPES), ("check", "--json", ESCAPES), ("run", ESCAPES, *QUICK), ("report", ESCAPES), ("explain", ESCAPES),
    ("new", ESCAPES), ("new", "mine", "--from", ESCAPES), ("network", "describe", ESCAPES), (ESCAPES,),
    ("check", "community", "--set", f"{ESCAPES}=1"), ("check", "community", "--set", f"people={ESCAPES}"),
], ids=lambda args: " ".join(args).encode("unicode_escape").decode()[:40])  # fmt: skip
def test_what_was_typed_comes_back_harmless(args: tuple[str, ...], call: Callable[..., Outcome]) -> None:
    code, out, err = call(*args)
    assert code in {2, 3}
    assert "\\u202e" in (out + err).lower()


def test_what_stands_in_a_file_comes_back_harmless(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text(f"a,b,1\nb,c,{ESCAPES}\n", encoding="utf-8")
    assert call("network", "describe", "n.csv", "--rating", "2")[0] == 3
    words = json.dumps(ESCAPES, ensure_ascii=True)
    (tmp_path / "s.yaml").write_text(f"extends: community\nnetwork: {{kind: edge_list, path: {words}}}\n", encoding="utf-8")
    assert call("run", "s.yaml", *QUICK)[0] == 3


def test_json_stays_json(call: Callable[..., Outcome]) -> None:
    code, out, _ = call("check", "--json", f"{ESCAPES}\udcff.yaml")
    assert code == 3
    assert json.loads(out)["kind"] == "check"


# --- paths and columns that cannot be -----------------------------------------------------------


@pytest.mark.parametrize("command", ["describe", "import"])
@pytest.mark.parametrize("file", ["x" * 5000, "x" * 300 + ".csv", "a\0b", "", "/dev/null/x"], ids=range(5))
def test_a_path_that_no_file_can_have(file: str, command: str, call: Callable[..., Outcome]) -> None:
    more = ("--out", "folder") if command == "import" else ()
    assert call("network", command, file, *more)[0] == 3


@pytest.mark.parametrize("column", ["²", "٣", "9" * 5000, "-1", "\udcff"], ids=range(5))
def test_a_column_that_is_not_there(column: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("1,2,3\n2,3,4\n", encoding="utf-8")
    assert call("network", "describe", "n.csv", "--source", column)[0] in {2, 3}


def test_what_a_parser_says_does_not_hide_our_own_word(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "n.graphml").write_text("1,2,3\n", encoding="utf-8")
    code, _, err = call("network", "describe", "n.graphml", "--lang", "en")
    assert (code, err.startswith("error: ")) == (3, True)


def test_a_product_that_the_brand_has_not(call: Callable[..., Outcome]) -> None:
    code, _, err = call("check", "paid_ads", "--set", "strategies.paid_ads.product=2", "--lang", "en")
    assert code == 3
    assert "strategies.paid_ads.product" in err or "strategies.0.product" in err
    assert "counted from 0" in err


@pytest.mark.parametrize("chance", [0.0, 1e-320, 1e-300, 1e-17])
def test_a_chance_lost_beside_one_touches_no_row(chance: float) -> None:
    from sim.mechanisms.audience import draw_leavers
    from sim.world.networks.circles import _propose

    state, first = np.zeros(5, np.uint8), np.zeros(1, np.int64)
    # as plain Python, where a skip that is no number is an error rather than foreign memory
    left = draw_leavers.py_func(first, first, first + 5, first, first, np.array([chance]), state, 3)
    assert (left.tolist(), state.tolist()) == ([], [0] * 5)
    order, made = np.arange(40), np.full(40, -1)
    _propose.py_func(0, 40, order, order, 20, chance, chance, 3, np.zeros(1, np.int64), made, np.empty(0, np.uint32))
    assert made.tolist() == [0] * 40


# --- what is refused leaves nothing -------------------------------------------------------------


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_network_refused_in_a_run_leaves_no_folder(
    workers: str, call: Callable[..., Outcome], tmp_path: Path
) -> None:
    (tmp_path / "n.csv").write_text("1,2,nan\n2,3,nan\n", encoding="utf-8")
    code, _, err = call("compare", "community", "paid_ads", *QUICK, "--workers", workers, "--out", "new/deep/result",
                        "--set", "network={kind: edge_list, path: n.csv}", "--set", "brand.seed_customers=1")
    assert code == 3
    assert "n.csv:1" in err
    assert [path.name for path in tmp_path.iterdir()] == ["n.csv"]


def test_what_appears_in_the_place_of_the_result_costs_no_run(tmp_path: Path) -> None:
    from sim.core.errors import DataError
    from sim.experiment.compare import compare

    out = tmp_path / "result"
    with pytest.raises(DataError, match="already exists"):
        compare(["community"], people=120, days=2, replications=1, workers=1, out=out, overrides=(SMALL,),
                progress=lambda _: out.mkdir(exist_ok=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result", "result.runs"]
    out.rmdir()
    played = []
    compare(["community"], people=120, days=2, replications=1, workers=1, out=out, overrides=(SMALL,), progress=played.append)
    assert not [state for state in played if state.done < state.total], "the kept run is played again"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_two_commands_do_not_share_a_folder_of_runs(tmp_path: Path) -> None:
    from sim.core.errors import DataError
    from sim.experiment.compare import compare

    here: dict[str, Any] = {"people": 120, "days": 2, "replications": 1, "workers": 1, "out": tmp_path / "result",
                            "overrides": (SMALL,)}
    refused: list[str] = []

    def second(_: object) -> None:
        if not refused:
            with pytest.raises(DataError, match=f"another command is working there .process {os.getpid()}") as found:
                compare(["influencer"], **here)
            refused.append(str(found.value))

    made = compare(["community"], **here, progress=second)
    assert refused
    assert list(made.strategies) == ["community"]
    assert [path.name for path in tmp_path.iterdir()] == ["result"], "no lock and no runs are left behind"


@pytest.mark.parametrize("name", ["a" * 300, os.fsdecode(b"b\xffd"), "dangling", "/proc/x", "file/x"], ids=ascii)
@pytest.mark.parametrize("command", [("run", "community"), ("sensitivity", "paid_ads"), ("sweep", "community"), ("verify",)],
                         ids=lambda words: words[0])
def test_a_place_that_cannot_be_written_costs_nothing(
        command: tuple[str, ...], name: str, call: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    code, out, err = call(*command, "--out", name, "--lang", "en")
    assert (code, out) == (3, "")
    assert "name another folder" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "file"]


def test_a_page_that_cannot_be_written(call: Callable[..., Outcome], stored: Path) -> None:
    for place in ("/dev/null/x", str(stored / "manifest.json" / "x"), "x" * 300):
        code, _, err = call("report", str(stored), "--out", place, "--lang", "en")
        assert code == 4
        assert "--out FOLDER" in err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")  # noqa: PTH110
def test_a_full_disk_is_no_defect(tmp_path: Path) -> None:
    done = shell("guanxi explain --lang en > /dev/full", tmp_path)
    assert done.returncode not in {0, 1}
    assert "No space left" in done.stderr
    assert "defect" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_list_that_is_too_short_is_told_once_with_how_many_there_should_be(call: Callable[..., Outcome]) -> None:
    code, _, err = call("run", "community", "--set", "network.layers=[5, 15]", "--lang", "en")
    assert code == 3
    assert err.splitlines() == ["--set network.layers=[5, 15]: error: network.layers: a list of 4 is expected, there are 2"]


def test_parts_that_do_not_go_together_are_told_where_one_was_written_last(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "ring.yaml").write_text(
        "name: ring\nextends: community\nnetwork:\n  kind: small_world\n  sides: two\n  ties_per_person: 6\n", encoding="utf-8")
    assert call("check", "ring.yaml")[0] == 0
    _, _, err = call("run", "ring.yaml", "--set", "network.ties_per_person=7", "--lang", "en")
    assert err.startswith("--set network.ties_per_person=7: error: network: ties_per_person must be even")
    (tmp_path / "mine.yaml").write_text("name: mine\nextends: ring.yaml\nnetwork: {ties_per_person: 7}\n", encoding="utf-8")
    _, out, err = call("check", "mine.yaml", "--lang", "en")
    assert "mine.yaml:3:10: error: network: ties_per_person must be even" in out + err


def test_messages_that_nobody_takes_change_no_exit_code(tmp_path: Path) -> None:
    run = f"guanxi run community {' '.join(QUICK)}"
    for command, code in ((f"{run} 2>&-", 0), (f"{run} 2> /dev/full", 0), (f"{run} --json 2>&- <&-", 0), ("guanxi nope 2> /dev/full", 2)):
        done = shell(command, tmp_path)
        assert (done.returncode, done.stderr) == (code, ""), command
        assert bool(done.stdout) == (code == 0), command


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_letters_that_stdout_lacks_are_escaped(encoding: str, tmp_path: Path) -> None:
    done = shell("guanxi explain 私域 --lang zh", tmp_path, encoding, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u79c1\u57df" in done.stdout
    read = shell("guanxi explain 私域 --lang zh --json", tmp_path, encoding, PYTHONIOENCODING=encoding)
    assert "私域" in str(json.loads(read.stdout))


@pytest.mark.parametrize(("command", "code"), [
    ("guanxi check community >&-", 0), ("guanxi check nope >&- 2>&-", 3), ("guanxi check nope 2>&-", 3),
    ("guanxi check nope <&-", 3),
])  # fmt: skip
def test_streams_may_be_closed(command: str, code: int, tmp_path: Path) -> None:
    done = shell(command, tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert "defect" not in done.stderr
    assert "Traceback" not in done.stderr


# --- result folders that somebody wrote into ----------------------------------------------------

WRONG: tuple[Any, ...] = (None, [], {}, "", -1, 1e308, True, [[]], ["a"], "\x1b[31m", "<script>alert(7)</script>")


def paths(tree: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value, down to the third level."""
    items = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    here = [(*above, key) for key, _ in items]
    return here + [path for key, value in items if len(above) < 2 for path in paths(value, (*above, key))]


@pytest.mark.parametrize("manifest", ["manifest.json", "examples/01/manifest.json"])
def test_a_garbled_manifest_is_refused_or_drawn_without_markup(manifest: str, stored: Path, tmp_path: Path) -> None:
    from sim.cli.standing import extras_of
    from sim.core.errors import DataError
    from sim.records.store import load
    from sim.report.page import render_page

    torn = tmp_path / "torn"
    shutil.copytree(stored, torn)
    good = json.loads((torn / manifest).read_text(encoding="utf-8"))
    drawn = 0
    for number, path in enumerate(paths(good)):
        changed = json.loads(json.dumps(good))
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = WRONG[number % len(WRONG)]
        (torn / manifest).write_text(json.dumps(changed), encoding="utf-8")
        try:
            found = load(torn)
        except DataError:
            continue
        if not set(path) & {"machine", "facts"} and drawn < 6:
            drawn += 1
            assert "<script>alert(7)" not in render_page(found, "en", extras_of(found))


@pytest.mark.parametrize("text", ["", "a: b", "[", "&a [*a]", "name: ../../x", "people: 1"])
def test_a_stored_scenario_that_is_none(text: str, call: Callable[..., Outcome], stored: Path, tmp_path: Path) -> None:
    shutil.copytree(stored, tmp_path / "torn")
    (tmp_path / "torn" / "scenarios" / "00.yaml").write_text(text, encoding="utf-8")
    assert call("report", "torn", "--quiet")[0] == 3
