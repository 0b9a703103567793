"""The makers of the speed table: verdicts, cells, notes, the store and the README. Nothing is timed here."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest

from tests.benchmarks import readme, table
from tests.benchmarks.__main__ import main
from tests.benchmarks.curves import curves
from tests.benchmarks.machine import Neighbours, machine
from tests.benchmarks.page import render
from tests.benchmarks.peers import __main__ as peers
from tests.benchmarks.peers import readme as peers_readme
from tests.benchmarks.rows import FIGURES, MEASURES, MORE_IS_BETTER, ROWS
from tests.benchmarks.store import opened, read
from tests.benchmarks.worlds import CORE

MACHINE = {"cpu": "An & B", "cores": 2, "memory_gb": 8.0, "system": "Linux x86_64", "python": "3.11.0", "numba": "0.62.0",
           "numpy": "2.2.0", "mesa": "3.3.1"}


def found(row: str, worse: float = 0.9, **more) -> dict:
    """Return figures of a row, `worse` times its goals, or times 1 where it has none."""
    limits = ROWS[row].limits or {"day_ms": (1.0, 1.0)}
    figures = {f: goal / worse if f in MORE_IS_BETTER else goal * worse for f, (_, goal) in limits.items()}
    return {"figures": figures, "load": [0.1, 1.0], "others_cores": 0.02, "measured": "2026-11-22", "source": "abc"} | more


def stored(worse: float = 0.9, **rows: dict) -> dict:
    return {"schema": 1, "kind": "benchmarks", "quick": False, "machine": MACHINE, "curves": {},
            "rows": {name: found(name, worse) for name in ROWS} | rows}


# --- what is measured --------------------------------------------------------------------------


def test_rows_and_curves_ask_measures_for_what_they_take() -> None:
    asked = [(row.measure, row.arguments(is_quick)) for row in ROWS.values() for is_quick in (False, True)]
    asked += [(line.measure, given) for kind in ({}, {"is_quick": True}, {"is_large": True})
              for curve in curves(**kind).values() for line in curve.series for _, given in line.points]
    for measure, given in asked:
        inspect.signature(MEASURES[measure]).bind(**given)
    assert {measure for measure, _ in asked} == set(MEASURES)
    assert not set(ROWS) & set(curves())


def test_every_limit_of_the_design_has_its_row() -> None:
    limits = {(figure, *limit) for row in ROWS.values() for figure, limit in row.limits.items()}
    assert limits == {
        ("run_s", 30, 12), ("memory_gb", 1.0, 0.7), ("run_s", 150, 80), ("memory_gb", 8, 5), ("build_s", 3, 1),
        ("build_s", 30, 10), ("two_threads_s", 0.6, 0.4), ("one_thread_s", 1.2, 0.8), ("tie_ns", 15, 8),
        ("sweep_s", 120, 60), ("command_s", 30, 12), ("speedup", 1.7, 1.9), ("help_s", 0.5, 0.2), ("compile_s", 30, 12),
        ("python_ms", 0.5, 0.5)}
    for size, days, name in ((1_000_000, 365, "year"), (10_000_000, 90, "ten")):
        for kind in CORE:
            row = ROWS[f"{name}_{kind}"]
            assert row.given == {"people": size, "days": days, "kind": kind}
            assert row.limits


def test_every_row_with_a_limit_on_time_says_what_was_tried_for_it() -> None:
    assert {name for name, row in ROWS.items() if row.limits and not row.tried} <= {"help"}


def test_titles_tell_the_sizes_that_are_run() -> None:
    assert ROWS["year_community"].title() == "1,000,000 people, 365 days, community"
    assert ROWS["year_community"].title(is_quick=True) == "20,000 people, 30 days, community"
    assert ROWS["talk"].title() == "word of mouth, 2% of 1,000,000 people speak, two threads"
    for row in ROWS.values():
        assert "{" not in row.title() + row.title(is_quick=True)
        assert set(row.limits) <= set(FIGURES)


# --- the table ---------------------------------------------------------------------------------


def test_a_figure_meets_the_sharper_limit_or_misses() -> None:
    year, crew = ROWS["year_community"], ROWS["workers"]
    assert [table.verdict(year, "run_s", s) for s in (12.0, 12.01, 30.0, 30.01)] == ["goal", "must", "must", "MISSED"]
    assert [table.verdict(crew, "speedup", x) for x in (1.9, 1.89, 1.7, 1.69)] == ["goal", "must", "must", "MISSED"]
    assert table.verdict(year, "day_ms", 1e9) == ""


@pytest.mark.parametrize(("value", "text"), [
    (0, "0"), (0.084, "0.084"), (0.00123, "0.0012"), (1.0, "1"), (9.996, "10"), (12.34, "12.3"), (99.96, "100"),
    (997_174.0, "997,174"), (0.3, "0.3")])  # fmt: skip
def test_digits(value: float, text: str) -> None:
    assert table.digits(value) == text


def test_cells_hold_figure_limits_verdict_and_ratio() -> None:
    one = found("talk", 1.5, ratios={"tie_ns": {"one thread": 1.8}})
    assert table.cells("talk", one) == [(ROWS["talk"].title(), "a tie that speaks", "12 ns", "15 ns", "8 ns", "must",
                                         "1.8 x one thread")]
    quick = table.cells("talk", one, is_quick=True)[0]
    assert quick[3:6] == ("", "", "")
    assert table.cells("talk", one | {"others_cores": 0.4})[0][2] == "~12 ns"
    assert table.cells("talk", one | {"others_cores": None})[0][2] == "12 ns"


def test_goals_that_are_not_met_are_explained() -> None:
    parts = {"choice": 0.4, "talk": 0.3, "plan": 0.2, "settle": 0.06, "record": 0.04}
    told = table.notes(stored(year_community=found("year_community", 1.5, parts=parts)))
    text = ("1,000,000 people, 365 days, community: time 18 s (goal 12 s), peak memory 1.05 GB (goal 0.7 GB). Of the time "
            "choice takes 40%, talk takes 30%, plan takes 20%, settle takes 6%. ")
    assert told == [text + ROWS["year_community"].tried]
    assert table.notes(stored()) == []
    assert table.notes(stored(5.0) | {"quick": True}) == []
    assert table.all_hold(stored())
    assert not table.all_hold(stored(5.0))
    assert table.all_hold(stored(5.0) | {"quick": True})


def test_the_machine_is_described_and_disturbance_is_told() -> None:
    assert table.described(stored()) == ("An & B, 2 cores, 8 GB, Linux x86_64, Python 3.11.0, numba 0.62.0, numpy 2.2.0; "
                                         "measured 2026-11-22.")
    two = table.described(stored(help=found("help", others_cores=0.5, measured="2026-11-24")))
    assert "2026-11-22 to 2026-11-24." in two
    assert f"(1 of {len(ROWS)} rows)" in two
    here = machine()
    assert set(here) == set(MACHINE)
    assert here["cores"] >= 1
    assert (Neighbours().cores() or 0) >= 0


# --- what is kept ------------------------------------------------------------------------------


def test_figures_are_kept_at_once_and_added_to(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.json"
    kept = opened(path, is_quick=False)
    kept.keep_row("help", found("help"))
    for x, value in ((3.0, 1.0), (1.0, 2.0), (3.0, 4.0)):
        kept.keep_point("by_people", "community", x, {"figures": {"run_s": value}})
    again = opened(path, is_quick=False)
    assert again.data == kept.data == read(path)
    assert [(p["x"], p["figures"]["run_s"]) for p in again.data["curves"]["by_people"]["community"]] == [(1, 2), (3, 4)]
    assert again.has_point("by_people", "community", 3.0)
    assert not again.has_point("by_people", "influencers", 3.0)
    with pytest.raises(ValueError, match="not mixed"):
        opened(path, is_quick=True)
    path.write_text(json.dumps(again.data | {"machine": MACHINE}))
    with pytest.raises(ValueError, match="another machine"):
        opened(path, is_quick=False)
    path.write_text('{"kind": "comparison"}')
    with pytest.raises(ValueError, match="does not hold benchmarks"):
        read(path)


def test_the_command_lists_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert all(re.search(rf"^  {name} +\d", listed, re.MULTILINE) for name in [*ROWS, *curves()])
    assert main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err
    strange = tmp_path / "strange.json"
    strange.write_text("{}")
    assert main(["help", "--out", str(strange)]) == 2


def test_the_page_holds_table_and_curves_and_escapes() -> None:
    point = {"x": 10_000, "figures": {"run_s": 1.0, "memory_gb": 0.3}, "others_cores": 0.9}
    text = render(stored() | {"curves": {"by_people": {"community": [point, point | {"x": 30_000, "others_cores": 0}]}}})
    assert "An &amp; B" in text
    assert text.count('<div id="by_people-') == 2
    figures = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert figures["by_people-0"]["data"][0]["x"] == [10_000, 30_000]
    assert figures["by_people-0"]["data"][0]["marker"]["symbol"] == ["circle-open", "circle"]
    assert not re.search(r'(?:src|href)="http', text.split("<script")[0])


# --- the README --------------------------------------------------------------------------------


def test_the_readme_says_what_was_measured() -> None:
    assert readme.main(["--check"]) == 0, "run python -m tests.benchmarks.readme"


def test_the_readme_says_how_other_frameworks_did() -> None:
    assert peers_readme.main(["--check"]) == 0, "run python -m tests.benchmarks.peers.readme"


def runs_of(seconds: float, *shares: float) -> list[dict]:
    return [{"run_s": seconds, "adopted": share, "version": "1.2"} for share in shares]


def test_other_frameworks_stand_by_their_time_at_the_greatest_size() -> None:
    mine = {name: runs_of(0.01, 0.97, 0.98, 0.975) for name in peers.OURS}
    sizes = {str(size): mine | {"numpy": runs_of(2.5, 0.97, 0.98, 0.976), "ambr": runs_of(1.25, 0.975, 0.97, 0.98)}
             for size in (10_000, 100_000, 1_000_000)}
    sizes["1000000"]["Mesa"] = [{"error": "took more than 20 minutes"}]
    data = {"machine": stored()["machine"], "steps": 100, "runs": sizes}
    text = peers_readme.block(data)
    names = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line.startswith("| ")]
    assert names == ["engine", "---", "**guanxi, 1 thread**", "**guanxi, 2 threads**", "ambr 1.2", "numpy 1.2"]
    assert "| ambr 1.2 | 1.25 s | 1.25 s | 1.25 s |" in text
    assert "**guanxi, 1 thread** | 10 ms" in text
    assert "All reach the same share" in text
    sizes["10000"]["ambr"] = runs_of(1.25, 0.5, 0.51, 0.505)
    assert re.search("is not shown to be equal in [^.]*ambr", peers_readme.block(data))
    page = f"a{peers_readme.BEGIN}{peers_readme.END}b"
    assert peers_readme.written(page, data).endswith(f"{peers_readme.END}b")
    sizes["10000"]["guanxi, 1 thread"] = [{"error": "no"}]
    with pytest.raises(ValueError, match="our own"):
        peers_readme.written(page, data)


def test_the_block_has_a_line_for_each_row() -> None:
    text = readme.block(stored(year_community=found("year_community", 1.3)))
    assert text.startswith("Measured on An & B, 2 cores")
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in text.splitlines() if line.startswith("| ")}
    assert len(lines) == len(ROWS) + 2
    assert lines["1,000,000 people, 365 days, community"] == (
        "| 1,000,000 people, 365 days, community | 15.6 s, 0.91 GB (peak memory) | 30 s, 1 GB | 12 s, 0.7 GB | must |  |")
    assert lines["`guanxi --help`"].endswith("| 0.18 s | 0.5 s | 0.2 s | goal |  |")
    assert "Goals that are not met:\n\n- 1,000,000 people" in text


def test_the_readme_takes_no_quick_and_no_partial_figures() -> None:
    page = f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter"
    assert readme.written(page, None) == f"before\n{readme.BEGIN}\n{readme.NOTHING}\n{readme.END}\nafter"
    new = readme.written(page, stored())
    assert readme.written(new, stored()) == new
    assert new.startswith("before")
    assert new.endswith("after")
    with pytest.raises(ValueError, match="quick"):
        readme.written(page, stored() | {"quick": True})
    with pytest.raises(ValueError, match=r"not measured: .*help"):
        readme.written(page, stored() | {"rows": {}})
    with pytest.raises(ValueError, match="marks"):
        readme.written("nothing", stored())
