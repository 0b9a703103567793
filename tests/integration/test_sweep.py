"""`guanxi sweep` from end to end on a model that is arithmetic: store, verdicts, files for build servers, shards, baselines."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from sim.cli import main
from sim.experiment.forecast import forecast
from sim.experiment.play import How
from sim.experiment.sweep import SweepPlan, sweep
from sim.records.run_store import RunStore
from sim.records.sweep import SweepRecord
from sim.report.sweep_page import page as drawn
from sim.scenario.sweep import resolve_sweep_text
from sim.text.cells import cell_width
from tests.integration import sweep_model

if TYPE_CHECKING:
    from collections.abc import Callable

Outcome = tuple[int, str, str]
MODEL = sweep_model.__name__
FILE = """\
# a comment first
name: quick
title: {zh: 快扫, en: Quick}
scenarios: [community, influencer]
base: {people: 300, days: 5, brand.seed_customers: 10}
axes:
  brand.product.quality: [0.3, 0.55, 0.9]
  strategies.community.groups: [2, 4]
design: grid
replications: 4
seed: 3
expect:
  - profit_fen > 0 CNY with 95 %
  - community: losing_agent_share < 50 % with 95 %
"""
EASY = FILE.replace("  - community: losing_agent_share < 50 % with 95 %\n", "")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder with the sweep file; runs are arithmetic and leave a line each in ``log``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUANXI_LANG", "en")
    monkeypatch.setenv("SWEEP_MODEL_LOG", str(tmp_path / "log"))
    use(monkeypatch, "played")
    monkeypatch.setattr("sim.report.sweep_page.page", lambda *_: "<!doctype html>")  # half a second each
    (tmp_path / "quick.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "easy.yaml").write_text(EASY, encoding="utf-8")
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """Let the command play with a stand-in."""
    monkeypatch.setattr("sim.cli.sweep.how_to_play", lambda *_: How(workers=1, model=f"{MODEL}:{function}"))


@pytest.fixture
def call(command: Callable[..., Outcome], desk: Path) -> Callable[..., Outcome]:
    """Return a function that runs `guanxi sweep` in this process: (exit code, stdout, stderr)."""
    assert desk.is_dir()
    return functools.partial(command, "sweep")


def played(desk: Path) -> int:
    """Return how many runs have been played."""
    return len((desk / "log").read_text().splitlines()) if (desk / "log").exists() else 0


def same_tables(one: SweepRecord, two: SweepRecord) -> None:
    for name in one.runs:
        np.testing.assert_array_equal(one.runs[name], two.runs[name], err_msg=name)
    assert list(one.runs) == list(two.runs)
    for name in one.daily:
        np.testing.assert_array_equal(one.daily[name], two.daily[name], err_msg=name)
    assert repr(one.judged) == repr(two.judged)


def test_a_sweep_is_played_judged_shown_and_kept(call: Callable[..., Outcome], desk: Path) -> None:
    code, out, _ = call("quick.yaml", "--out", "r")
    assert code == 1
    assert "48 runs (points 6 x scenarios 2 x replications 4)" in out
    record = SweepRecord.load(desk / "r")
    assert record.complete
    assert len(record.runs["point"]) == 48
    assert (record.runs["status"] == "ok").all()
    assert record.axes[0].values == (0.3, 0.55, 0.9)
    community = record.means("losing_agent_share")[:, 0]
    np.testing.assert_allclose(community.reshape(3, 2), [[0.7] * 2, [0.45] * 2, [0.1] * 2], atol=0.05)
    results = {(one.point, one.result) for one in record.judged if one.outcome == "losing_agent_share"}
    assert {(0, "fail"), (1, "fail"), (4, "pass"), (5, "pass")} <= results
    assert {one.strategy for one in record.judged if one.outcome == "losing_agent_share"} == {0}
    assert len(record.daily["day"]) == 48 * 5
    assert record.daily_frame().query("strategy == 'community' and replication == 2")["orders"].unique().tolist() == [2.0]
    assert record.source == FILE


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_the_reports_own_and_drawn_again(
    lang: str, call: Callable[..., Outcome], desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.report.sweep_page.page", drawn)
    call("quick.yaml", "--out", "r", "--lang", lang)
    text = (desk / "r" / "page.html").read_text(encoding="utf-8")
    assert text.lower().startswith("<!doctype html>")
    assert ("快扫" if lang == "zh" else "Quick") in text
    with pytest.raises(SystemExit) as end:
        main(["report", "r", "--out", "elsewhere", "--lang", lang])
    assert end.value.code == 0
    assert "elsewhere" in capsys.readouterr().out
    assert (desk / "elsewhere" / "page.html").read_text(encoding="utf-8") == text


def test_points_that_do_not_concern_a_scenario_are_played_once(call: Callable[..., Outcome], desk: Path) -> None:
    call("quick.yaml", "--out", "r")
    log = (desk / "log").read_text().splitlines()
    assert sorted(log) == sorted([f"community/{r}" for r in range(4)] * 6 + [f"influencer/{r}" for r in range(4)] * 3)


def test_the_second_time_nothing_is_played(call: Callable[..., Outcome], desk: Path) -> None:
    call("quick.yaml", "--out", "r")
    before = played(desk)
    code, _, err = call("quick.yaml", "--out", "again")
    assert (code, played(desk)) == (1, before)
    assert "0 runs played, 48 found" in err
    same_tables(SweepRecord.load(desk / "r"), SweepRecord.load(desk / "again"))
    call("quick.yaml", "--replications", "5", "--out", "more")
    assert played(desk) == before + 9
    (desk / "other.yaml").write_text(FILE.replace("name: quick", "name: other").replace("[0.3, 0.55, 0.9]", "[0.3, 0.55]"))
    call("other.yaml", "--out", "other")
    assert played(desk) == before + 9


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_shown_fits_eighty_cells(lang: str, call: Callable[..., Outcome]) -> None:
    for name, more in (("quick.yaml", ()), ("quick.yaml", ("--dry-run",)), ("easy.yaml", ("--shard", "1/2"))):
        _, out, _ = call(name, "--lang", lang, *more, "--store", "s")
        lines = out.splitlines()
        assert max(map(cell_width, lines)) <= 80, [line for line in lines if cell_width(line) > 80]
    assert ("次运行" in out) == (lang == "zh")


def test_exit_codes_tell_failed_from_undecided(call: Callable[..., Outcome], desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("easy.yaml", "--out", "a")[0] == 0
    (desk / "close.yaml").write_text(FILE.replace("[0.3, 0.55, 0.9]", "[0.5]").replace("profit_fen > 0 CNY", "profit_fen > 1 CNY"))
    code, out, _ = call("close.yaml", "--out", "b")
    record = SweepRecord.load(desk / "b")
    assert record.verdict() == "undecided"
    assert code == 1
    assert "undecided:" in out
    assert "failed:" not in out
    assert "the interval holds the limit" in out
    assert call("close.yaml", "--out", "c", "--undecided", "pass")[0] == 0
    assert call("quick.yaml", "--out", "d", "--undecided", "pass")[0] == 1
    use(monkeypatch, "poisoned")
    code, _, err = call("easy.yaml", "--out", "e")
    assert code == 4
    assert err.count("the books do not balance on day 3") == 4
    failed = SweepRecord.load(desk / "e")
    assert (failed.runs["status"] == "failed").sum() == 4
    assert np.isnan(failed.runs["profit_fen"][failed.runs["status"] == "failed"]).all()


def test_junit_is_read_back(call: Callable[..., Outcome], desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("quick.yaml", "--out", "r", "--junit", "ci/sweep.xml")
    record = SweepRecord.load(desk / "r")
    root = ET.parse(desk / "ci" / "sweep.xml").getroot()  # noqa: S314 - our own file
    assert root.tag == "testsuites"
    assert [suite.get("name") for suite in root] == ["community", "influencer"]
    cases = root.findall(".//testcase")
    bad = [case for case in cases if case.find("failure") is not None]
    assert len(cases) == len(record.judged) == int(root.get("tests", 0))
    assert len(bad) == sum(one.result != "pass" for one in record.judged) == int(root.get("failures", 0))
    fails = [case for case in bad if case.find("failure").get("type") == "expectation"]  # type: ignore[union-attr]
    assert len(fails) == sum(one.result == "fail" for one in record.judged) > 0
    assert "quality=0.3" in (fails[0].get("name") or "")
    assert "mean" in (fails[0].find("failure").get("message") or "")  # type: ignore[union-attr]
    call("quick.yaml", "--out", "p", "--junit", "pass.xml", "--undecided", "pass")
    root = ET.parse(desk / "pass.xml").getroot()  # noqa: S314 - our own file
    assert int(root.get("failures", 0)) == len(fails)
    assert int(root.get("skipped", 0)) == sum(one.result == "undecided" for one in record.judged)
    use(monkeypatch, "poisoned")
    call("easy.yaml", "--out", "e", "--junit", "error.xml")
    root = ET.parse(desk / "error.xml").getroot()  # noqa: S314 - our own file
    assert int(root.get("errors", 0)) == 4


def test_annotations_stand_at_the_line_of_the_expectation(call: Callable[..., Outcome], desk: Path) -> None:
    _, _, err = call("quick.yaml", "--out", "r", "--annotations")
    found = [line for line in err.splitlines() if line.startswith("::")]
    line = FILE.splitlines().index("  - community: losing_agent_share < 50 % with 95 %") + 1
    assert any(one.startswith(f"::error file=quick.yaml,line={line},title=losing_agent_share < 50 %25 with 95 %25::") for one in found)
    assert not re.search(r"%(?!25|0A|0D|3A|2C)", "".join(found))
    (desk / "bad.yaml").write_text(FILE.replace("quality: [", "qualty: ["))
    code, _, err = call("bad.yaml", "--annotations")
    assert code == 3
    assert "::error file=bad.yaml,line=7,col=3,title=not a sound sweep::" in err
    assert "did you mean 'quality'" in err


def test_the_summary_is_markdown_and_appended(call: Callable[..., Outcome], desk: Path) -> None:
    (desk / "s.md").write_text("before\n")
    call("quick.yaml", "--out", "r", "--summary", "s.md")
    text = (desk / "s.md").read_text(encoding="utf-8")
    assert text.startswith("before\n## Quick: failed\n")
    assert re.search(r"\| `losing_agent_share < 50 % with 95 %` \| community \| \d \| \d \| \d \|", text)
    assert "quality=0.3" in text
    assert "guanxi sweep quick.yaml --out r" in text or "Repeat it with `" in text


def test_json_says_what_the_table_says(call: Callable[..., Outcome], desk: Path) -> None:
    code, out, _ = call("quick.yaml", "--out", "r", "--json", "--quiet")
    document = json.loads(out)
    record = SweepRecord.load(desk / "r")
    assert (code, document["kind"], document["verdict"]) == (1, "sweep", "fail")
    assert len(document["expectations"]) == len(record.judged)
    assert document["expectations"][0]["strategy"] == "community"
    assert [axis["path"] for axis in document["axes"]] == ["brand.product.quality", "strategies.community.groups"]
    assert document["timings"]["played"] + document["timings"]["kept"] == 48


def test_the_union_of_shards_is_the_whole(call: Callable[..., Outcome], desk: Path) -> None:
    call("quick.yaml", "--out", "whole", "--store", "one")
    for part in (1, 2, 3):
        code, out, _ = call("quick.yaml", "--out", f"part-{part}", "--store", f"store-{part}", "--shard", f"{part}/3")
        assert code == 0
        assert f"shard {part} of 3" in out
    parts = [SweepRecord.load(desk / f"part-{part}") for part in (1, 2, 3)]
    assert [len(one.runs["point"]) for one in parts] == [16, 16, 16]
    assert not any(one.complete or one.judged for one in parts)
    given = [word for part in (3, 1, 2) for word in ("--gather", f"part-{part}")]
    code, _, _ = call("quick.yaml", "--out", "gathered", *given)
    assert code == 1
    whole, gathered = SweepRecord.load(desk / "whole"), SweepRecord.load(desk / "gathered")
    whole.runs["seconds"] = gathered.runs["seconds"]
    same_tables(whole, gathered)
    assert gathered.complete
    assert whole.axes == gathered.axes


def test_shards_that_are_missing_or_foreign_are_refused(call: Callable[..., Outcome]) -> None:
    call("quick.yaml", "--out", "one", "--shard", "1/2")
    call("quick.yaml", "--out", "two", "--shard", "2/2", "--seed", "9")
    code, _, err = call("quick.yaml", "--out", "w", "--gather", "one")
    assert code == 3
    assert "24 of 48 runs" in err
    assert "1/2" in err
    code, _, err = call("quick.yaml", "--out", "w", "--gather", "one", "--gather", "two")
    assert code == 3
    assert "two" in err
    assert call("quick.yaml", "--shard", "3/2")[0] == 2
    assert call("quick.yaml", "--shard", "half")[0] == 2
    assert call("quick.yaml", "--shard", "1/2", "--gather", "one")[0] == 2
    assert not Path("w").exists()


def test_a_baseline_is_the_same_or_names_what_drifted(call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    call("easy.yaml", "--out", "base")
    code, out, _ = call("easy.yaml", "--out", "now", "--baseline", "base")
    assert code == 0
    assert re.search(r"baseline: the same \(\d+ outcomes the\s+same, 0 drifted, 0 cannot", out.replace("\n", " "))
    use(monkeypatch, "drifted")
    code, out, err = call("easy.yaml", "--out", "later", "--baseline", "base", "--annotations", "--junit", "j.xml", "--summary", "s.md")
    assert code == 1
    assert "community, Profit:" in out
    assert "Agents losing money:" not in out
    assert "::error file=easy.yaml,title=drifted::" in err
    assert ET.parse("j.xml").getroot().findall(".//failure[@type='drift']")  # noqa: S314 - our own file
    assert "Profit" in Path("s.md").read_text(encoding="utf-8")
    assert call("easy.yaml", "--out", "x", "--baseline", "nowhere")[0] == 3


def test_a_folder_is_replaced_only_with_resume(call: Callable[..., Outcome], desk: Path) -> None:
    call("easy.yaml", "--out", "r")
    code, _, err = call("easy.yaml", "--out", "r")
    assert code == 3
    assert "--resume" in err
    assert call("easy.yaml", "--out", "r", "--resume")[0] == 0
    (desk / "mine").mkdir()
    (desk / "mine" / "thesis.txt").touch()
    assert call("easy.yaml", "--out", "mine", "--resume")[0] == 3
    assert (desk / "mine" / "thesis.txt").exists()


def test_an_interrupted_sweep_keeps_what_is_finished(
    call: Callable[..., Outcome], desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, "interrupted")
    code, _, err = call("quick.yaml", "--out", "r", "--store", "s")
    assert code == 130
    assert not (desk / "r").exists()
    assert "runs are finished and kept in s" in err
    before = played(desk)
    assert 0 < before < 36
    code, _, _ = call("quick.yaml", "--out", "r", "--store", "s", "--resume")
    assert code == 1
    assert played(desk) - before <= 36 - before + 1
    call("quick.yaml", "--out", "undisturbed", "--store", "t")
    one, two = SweepRecord.load(desk / "r"), SweepRecord.load(desk / "undisturbed")
    one.runs["seconds"] = two.runs["seconds"]
    same_tables(one, two)


def test_a_forecast_plays_and_writes_nothing(call: Callable[..., Outcome], desk: Path) -> None:
    code, out, _ = call("quick.yaml", "--dry-run", "--store", "s")
    assert code == 0
    assert re.search(r"asked for again\s+12\n", out)
    assert re.search(r"to be played\s+36\n", out)
    assert "a guess" in out
    assert played(desk) == 0
    assert not (desk / "s").exists()
    call("easy.yaml", "--out", "r", "--store", "s")
    document = json.loads(call("quick.yaml", "--dry-run", "--store", "s", "--json", "--replications", "6")[1])
    assert (document["runs"], document["distinct"], document["kept"], document["to_play"]) == (72, 54, 36, 18)
    assert document["rests_on"] == "measured"
    assert document["seconds"] > 0
    assert document["store_bytes"] > 0


def test_a_forecast_grows_with_what_is_to_be_done(tmp_path: Path) -> None:
    few, many, none = (forecast(SweepPlan(resolve_sweep_text(FILE, replications=r)), tmp_path / "s", 2) for r in (2, 8, 1))
    assert many.seconds - few.seconds == pytest.approx(6 * (few.seconds - none.seconds)), "beside what starting takes"
    assert many.store_bytes > 2 * few.store_bytes


def test_workers_change_nothing(desk: Path) -> None:
    made = resolve_sweep_text(EASY)
    one, two = (sweep(made, how=How(workers=n, model=f"{MODEL}:played"), store=desk / f"s{n}", out=desk / f"r{n}") for n in (1, 2))
    one.runs["seconds"] = two.runs["seconds"]
    same_tables(one, two)


def test_without_a_folder_the_record_holds_its_series(desk: Path) -> None:
    with RunStore(desk / "s") as store:
        record = sweep(resolve_sweep_text(EASY), how=How(workers=1, model=f"{MODEL}:played"), store=store)
    assert len(record.daily["day"]) == 48 * 5


def test_a_bad_sweep_leaves_nothing(call: Callable[..., Outcome], desk: Path) -> None:
    (desk / "bad.yaml").write_text(FILE.replace("0.9]", "1.9]"))
    code, out, err = call("bad.yaml", "--store", "s", "--out", "r")
    assert (code, out) == (3, "")
    assert "bad.yaml:7:38: error: brand.product.quality: must be at most 1 (got 1.9); range: 0 to 1" in err
    assert sorted(path.name for path in desk.iterdir()) == ["bad.yaml", "easy.yaml", "quick.yaml"]
    assert call("quik")[0] == 3


def test_check_checks_sweep_files_too(call: Callable[..., Outcome], desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(call)
    (desk / "bad.yaml").write_text(FILE.replace("0.9]", "1.9]"))
    with pytest.raises(SystemExit) as end:
        main(["check", "quick.yaml", "bad.yaml"])
    shown = capsys.readouterr()
    assert end.value.code == 3
    assert "quick.yaml: good (community + influencer)" in shown.out
    assert "bad.yaml:7:38" in shown.err
