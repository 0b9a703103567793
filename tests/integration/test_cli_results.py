"""The command line that simulates: tables, pages, JSON, expectations, interruption, progress."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from sim.cli import main
from sim.cli.command import written_command
from sim.records.outcomes import SUMMARY
from sim.text.catalogue import load
from sim.text.cells import cell_width

if TYPE_CHECKING:
    from collections.abc import Callable

Outcome = tuple[int, str, str]
TINY = ["--people", "400", "--days", "20", "-r", "2", "--workers", "1"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished small comparison."""
    folder = tmp_path_factory.mktemp("stored") / "result"
    with pytest.raises(SystemExit) as end:
        main(["compare", "community", "paid_ads", *TINY, "--out", str(folder), "--quiet"])
    assert end.value.code == 0
    return folder


# --- what a result is --------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_comparison_prints_a_table_and_says_where_the_page_is(lang: str, call: Callable[..., Outcome]) -> None:
    code, out, err = call("compare", "community", "paid_ads", *TINY, "--lang", lang)
    assert code == 0, err
    assert [line for line in out.splitlines() if cell_width(line) > 80] == []
    assert ("利润" if lang == "zh" else "Profit") in out
    (page,) = re.findall(r"results/\S+/page\.html", out)
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in Path(page).read_text(encoding="utf-8")[:400]
    assert (Path(page).parent / "manifest.json").is_file()
    assert re.search(r"guanxi (new|compare)", err)
    assert "\x1b" not in out + err


def test_one_scenario_makes_one_page(call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, out, _ = call("run", "community", "--people", "400", "--days", "20", "--audit")
    assert code == 0
    assert "Community" in out
    (page,) = tmp_path.glob("results/community-*/page.html")
    assert page.stat().st_size > 100_000


def test_the_json_document_holds_every_outcome(call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, out, err = call("compare", "community", "paid_ads", *TINY, "--out", "here", "--json", "-q")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert (document["schema"], document["kind"], document["complete"]) == (1, "comparison", True)
    assert document["folder"] == "here"
    assert Path(document["page"]).is_file()
    assert document["question"]["people"] == 400
    assert [one["name"] for one in document["strategies"]] == ["community", "paid_ads"]
    for one in document["strategies"]:
        assert one["replications"] == 2
        assert set(one["outcomes"]) == set(SUMMARY)
        profit = one["outcomes"]["profit_fen"]
        assert profit["low"] <= profit["mean"] <= profit["high"]
    assert sum(one["chance_of_best"] for one in document["strategies"]) == pytest.approx(1.0)
    assert document["verdict"]["best"] in {"community", "paid_ads"}
    assert document["command"].startswith("guanxi compare community paid_ads")


def test_the_same_seed_gives_the_same_result_and_another_seed_another(call: Callable[..., Outcome]) -> None:
    def outcomes(*words: str) -> list[object]:
        out = call("run", "community", *TINY, "--json", "-q", *words)[1]
        return [one["outcomes"] for one in json.loads(out)["strategies"]]

    assert outcomes("--seed", "5") == outcomes("--seed", "5")
    assert outcomes("--seed", "5") != outcomes("--seed", "6")


def test_a_setting_reaches_the_scenario(call: Callable[..., Outcome]) -> None:
    out = call("run", "community", *TINY, "--json", "-q", "--set", "brand.cash=1234 CNY")[1]
    assert json.loads(out)["question"]["cash_fen"] == 123_400


def test_a_stored_result_is_drawn_again(call: Callable[..., Outcome], stored: Path, tmp_path: Path) -> None:
    code, out, _ = call("report", str(stored), "--out", "elsewhere", "--lang", "zh")
    assert code == 0
    assert "利润" in out
    page = (tmp_path / "elsewhere" / "page.html").read_text(encoding="utf-8")
    assert 'lang="zh-CN"' in page[:400]
    first = json.loads(call("report", str(stored), "--json", "-q")[1])
    assert first["folder"] == str(stored)
    assert first["strategies"][0]["outcomes"]["profit_fen"]["n"] == 2


def test_the_page_says_where_its_parameters_come_from(stored: Path) -> None:
    page = (stored / "page.html").read_text(encoding="utf-8")
    assert "mechanisms.choice.b_trust" in page


def test_after_no_difference_at_all_no_more_replications_are_proposed(call: Callable[..., Outcome]) -> None:
    code, out, err = call("compare", "community", "community", *TINY)
    assert code == 0
    assert "No difference at all" in out
    assert "guanxi new mine --from community" in err
    assert "--replications" not in err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_run_costs_is_shown_if_asked(lang: str, call: Callable[..., Outcome]) -> None:
    code, out, err = call("run", "dual_rebate", *TINY, "--stats", "--lang", lang)
    assert code == 0, err
    assert [line for line in out.splitlines() if cell_width(line) > 80] == []
    said = load("cli")
    shown = [text[lang].format(people=400, days=20) for key, text in said.items() if key.startswith("stats.")]
    assert len(shown) > 25
    assert [text for text in shown if text not in out] == []


def test_costs_stand_in_the_json_document(call: Callable[..., Outcome]) -> None:
    stats = json.loads(call("run", "community", *TINY, "--stats", "--json", "-q")[1])["stats"]
    assert (stats["people"], stats["days"], stats["strategy"]) == (400, 20, "community")
    assert stats["bytes"] == sum(one["bytes"] for one in stats["memory"].values()) < stats["peak_resident_bytes"]
    assert {"ties", "agenda", "audiences", "ledger", "traits"} <= set(stats["memory"])
    assert all(one["bytes_a_person"] == one["bytes"] / 400 for one in stats["memory"].values())
    assert all(spent > 0 for spent in stats["seconds"]["parts"].values())
    assert sum(stats["seconds"]["parts"].values()) <= stats["seconds"]["days"] * 1.01
    assert "stats" not in json.loads(call("run", "community", *TINY, "--json", "-q")[1])


# --- what is refused ---------------------------------------------------------------------------


def test_a_folder_that_is_there_is_not_overwritten(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "precious").write_text("x")
    code, out, err = call("run", "community", *TINY, "--out", "taken")
    assert (code, out) == (3, "")
    assert "taken" in err
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["precious"]


def test_two_markets_are_not_compared(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text("name: dear\nextends: community\nbrand: {product: {price: 200 CNY}}\n")
    code, out, err = call("compare", "community", "dear.yaml", *TINY)
    assert (code, out) == (3, "")
    assert "price" in err
    assert "Traceback" not in err
    assert not (tmp_path / "results").exists()


def test_a_market_may_differ_where_that_is_allowed(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text("name: dear\nextends: community\nbrand: {product: {price: 200 CNY}}\n")
    code, out, _ = call("compare", "community", "dear.yaml", *TINY, "--allow-different", "brand.product.price")
    assert code == 0
    assert "page.html" in out


def test_a_run_without_its_data_is_refused(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("name: real\nextends: community\nnetwork: {kind: edge_list, path: nowhere.csv}\n")
    code, out, err = call("run", "real.yaml", *TINY)
    assert (code, out) == (3, "")
    assert "nowhere.csv" in err
    assert not (tmp_path / "results").exists()


def test_a_folder_that_is_no_result_is_refused(call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, _, err = call("report", str(tmp_path))
    assert code == 3
    assert "manifest.json" in err


# --- expectations ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words", "code", "said"),
    [
        ("orders > -1e9", [], 0, "holds"),
        ("orders < -1e9", [], 1, "fails"),
        ("orders < -1e9", ["--undecided", "pass"], 1, "fails"),
        ("orders > -1e9", ["-r", "1"], 1, "undecided"),
        ("orders > -1e9", ["-r", "1", "--undecided", "pass"], 0, "undecided"),
    ],
)
def test_an_expectation_becomes_the_exit_code(
    line: str, words: list[str], code: int, said: str, call: Callable[..., Outcome], tmp_path: Path
) -> None:
    (tmp_path / "hope.yaml").write_text(f"name: hope\nextends: community\nexpect:\n  - {line}\n")
    left, out, _ = call("run", "hope.yaml", *TINY, *words)
    assert left == code
    assert f"hope: {line}  {said}" in out


def test_expectations_stand_in_the_json_document(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "hope.yaml").write_text("name: hope\nextends: community\nexpect:\n  - orders < -1e9\n")
    code, out, _ = call("run", "hope.yaml", *TINY, "--json", "-q")
    (judged,) = json.loads(out)["expectations"]
    assert code == 1
    assert (judged["strategy"], judged["expectation"], judged["result"]) == ("hope", "orders < -1e9", "fail")


# --- interruption and progress -----------------------------------------------------------------


def start(words: list[str], folder: Path) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    environment = os.environ | {"GUANXI_LANG": "en"}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize(("workers", "number", "tell"), [
    ("1", signal.SIGINT, os.kill), ("2", signal.SIGINT, os.killpg), ("2", signal.SIGTERM, os.kill),
    ("2", signal.SIGTERM, os.killpg), ("1", signal.SIGHUP, os.killpg)])
def test_whoever_is_stopped_keeps_what_is_finished_and_says_how_to_go_on(
        workers: str, number: signal.Signals, tell: Callable[[int, int], None], tmp_path: Path) -> None:
    words = ["run", "community", "--people", "3000", "--days", "60", "--workers", workers]
    running = start([*words, "-r", "500", "--out", "kept"], tmp_path)
    deadline = time.monotonic() + 240
    while len(list(tmp_path.glob("kept.runs/*.npz"))) < 2 and time.monotonic() < deadline:
        assert running.poll() is None
        time.sleep(0.05)
    tell(running.pid, number)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 128 + number, err
    assert out == ""
    assert re.search(r"Interrupted: \d+ of 500 runs are finished and kept in kept\.runs", err)
    assert shlex.join(["guanxi", *words, "-r", "500", "--out", "kept"]) in err
    assert "Traceback" not in err
    # Replication 0 is finished, so going on with one replication computes nothing.
    before = min(path.stat().st_mtime_ns for path in tmp_path.glob("kept.runs/*.npz"))
    again = start([*words, "-r", "1", "--quiet", "--out", "kept"], tmp_path)
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert before
    assert (tmp_path / "kept" / "page.html").is_file()


def on_a_terminal(words: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command with stderr on a terminal; return its exit code and what the terminal got."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=theirs,
        env=os.environ | {"GUANXI_LANG": "en", "TERM": "xterm", "COLUMNS": "80"} | environment,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(ours)
    return running.wait(), seen.decode(errors="replace")


def test_progress_is_drawn_on_a_terminal_only(tmp_path: Path) -> None:
    words = ["run", "community", "--people", "2000", "--days", "40", "-r", "4", "--workers", "1"]
    code, seen = on_a_terminal([*words, "--out", "a"], tmp_path, {})
    assert code == 0
    assert "simulating" in seen
    assert "/4" in seen
    code, seen = on_a_terminal([*words, "--out", "b", "--quiet"], tmp_path, {})
    assert (code, seen) == (0, "")
    code, seen = on_a_terminal([*words, "--out", "c"], tmp_path, {"NO_COLOR": "1"})
    assert code == 0
    assert not re.search(r"\x1b\[[\d;]*3[0-7]", seen)


@pytest.mark.parametrize(
    ("given", "options", "written"),
    [
        (["compare", "a", "-r", "4"], {"replications": 8}, "guanxi compare a --replications 8"),
        (["run", "a b.yaml", "--out=x"], {"out": Path("y")}, "guanxi run 'a b.yaml' --out y"),
        (["run", "a", "--out", "x", "-q"], {"out": None}, "guanxi run a -q"),
    ],
)
def test_a_command_is_proposed_as_it_was_written(given: list[str], options: dict[str, object], written: str) -> None:
    with click.Context(click.Command("guanxi"), obj=given):
        assert written_command(**options) == written
