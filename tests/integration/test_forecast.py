"""What many runs would cost: time grows as runs do, what was measured counts, disk is what a sweep leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sim.core.kernel import cache_folder
from sim.experiment.forecast import cost_of, forecast
from sim.experiment.play import How
from sim.experiment.sweep import SweepPlan, sweep
from sim.experiment.timings import FILE, pace, remember, usual_seconds
from sim.records.run_store import RunStore
from sim.scenario.resolve import resolve
from sim.scenario.sweep import resolve_sweep_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_day_of_few_people_costs_nearly_as_much_as_one_of_many() -> None:
    assert usual_seconds(400, 90) < usual_seconds(20_000, 90) < 10 * usual_seconds(400, 90)


def test_paces_are_medians_by_scenario_and_the_newest_sweep_counts_at_least_half(tmp_path: Path) -> None:
    remember(tmp_path, {"community": [2.0, 2.0, 40.0]})
    assert pace(tmp_path).seconds("community", 400, 90) == (pytest.approx(2 * usual_seconds(400, 90)), True)
    assert pace(tmp_path).seconds("paid_ads", 400, 90) == (pytest.approx(2 * usual_seconds(400, 90)), False)
    remember(tmp_path, {"community": [2.0] * 500})
    remember(tmp_path, {"community": [4.0]})
    assert pace(tmp_path).seconds("community", 400, 90)[0] == pytest.approx(3 * usual_seconds(400, 90))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"code": "x", "scenarios": {"community": {"runs": 3, "mean": 1e-6}}}'])
def test_figures_that_cannot_be_read_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert pace(tmp_path).known == {}
    assert pace(tmp_path).seconds("community", 400, 90) == (usual_seconds(400, 90), False)


def test_what_is_in_parts_takes_less_disk_than_what_lies_in_the_spool(tmp_path: Path) -> None:
    spec = resolve("community").spec
    costs = [cost_of(((f"{k}", spec) for k in range(count)), tmp_path, 1) for count in (63, 64, 6_400)]
    assert costs[0].store_bytes > costs[1].store_bytes
    assert costs[2].store_bytes == pytest.approx(100 * costs[1].store_bytes)
    assert costs[2].result_bytes > costs[0].result_bytes > 5e6, "the page alone is as large"
    assert [cost.rests_on for cost in costs] == ["guess"] * 3


def test_the_disk_that_is_forecast_is_what_the_model_takes(tmp_path: Path) -> None:
    asked = resolve_sweep_text("scenarios: [community]\nbase: {people: 300, days: 60}\nreplications: 3\n")
    said = forecast(SweepPlan(asked), tmp_path / "store", 1)
    sweep(asked, how=How(workers=1), store=tmp_path / "store", out=tmp_path / "result")

    def taken(folder: str) -> int:
        return sum(path.stat().st_size for path in (tmp_path / folder).rglob("*") if path.is_file())

    assert said.store_bytes / 2 < taken("store") < 2 * said.store_bytes
    after = forecast(SweepPlan(resolve_sweep_text(asked.source, replications=6)), tmp_path / "store", 1)
    assert (after.to_play, after.rests_on) == (3, "measured")
    with RunStore(tmp_path / "store"):  # another command is at work there
        assert forecast(SweepPlan(resolve_sweep_text(asked.source, replications=6)), tmp_path / "store", 1) == after


def test_compiling_comes_on_top_only_where_it_has_not_been_done(
        call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GUANXI_CACHE", str(tmp_path / "kernels"))
    asked = ("sweep", "community", "--dry-run", "--store", str(tmp_path / "store"), "--lang", "en")
    assert "about half a minute" in call(*asked)[1]
    (cache_folder() / "talk.nbi").touch()
    told = call(*asked)[1]
    assert "Nothing has been measured in this store yet" in told
    assert "compiling" not in told
