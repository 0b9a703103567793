"""`compare --until-separated` on a stand-in for the model: the same runs, fewer of them, and what is said of it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.analysis.paired import verdict
from sim.cli import main
from sim.core.errors import RunError, ScenarioError
from sim.experiment.compare import compare
from sim.experiment.prepare import Options
from sim.experiment.spool import InterruptedRunsError
from sim.experiment.until_separated import Until, until_separated, zone_of
from sim.records.comparison import Comparison
from sim.report.findings import Findings
from sim.report.page import render_page
from sim.report.reading import MOST, reading
from sim.report.strings import Words
from sim.report.strip import strip
from sim.report.tables import terminal_answer
from tests.unit.report_parts import numbers_in, read

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAMES = ("close", "far", "best")
UNTIL = Until(zone=100_000, first=6)


@pytest.fixture(autouse=True)
def _stand_ins_can_be_imported(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setenv("FAKE_MODEL_FOLDER", str(tmp_path))
    monkeypatch.setenv("FAKE_MODEL_PARENT", str(os.getpid()))
    monkeypatch.setattr("sim.experiment.plan.cold", lambda _specs, _model: [])


@pytest.fixture
def scenarios(tmp_path):
    """Return three scenarios of one market: `racing` gives them their profits."""
    paths = []
    for name, kind in zip(NAMES, ("paid_ads", "community", "paid_ads"), strict=True):
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"name: {name}\ndays: 20\npeople: 500\nstrategies: [{{kind: {kind}}}]\n")
        paths.append(path)
    return paths


def play(scenarios, until=UNTIL, **options):
    return until_separated(scenarios, until=until, **({"workers": 1, "model": "fake_model:racing"} | options))


@pytest.fixture
def found(scenarios):
    return play(scenarios)


def test_the_best_is_found_and_who_is_far_behind_is_dropped_first(found):
    chosen = found.selection
    assert (chosen.best, chosen.ended, chosen.left) == ("best", "separated", ["best"])
    assert [one.strategy for one in chosen.dropped] == ["far", "close"]
    assert chosen.dropped[0].replications == UNTIL.first < chosen.dropped[1].replications
    reps = {s: len(found.replications[s]) for s in NAMES}
    assert reps["far"] == UNTIL.first < reps["close"] <= reps["best"]
    assert chosen.runs == sum(reps.values())
    assert chosen.equal == 3 * reps["best"]
    assert chosen.saved == chosen.equal - chosen.runs > 0
    assert chosen.unpaired > chosen.runs, "the close pair are variants of one strategy and share their luck"


def test_its_runs_are_those_of_a_plain_comparison(scenarios, found):
    plain = compare(scenarios, replications=UNTIL.first, workers=1, model="fake_model:racing")
    for s in NAMES:
        np.testing.assert_array_equal(found.replications[s][: UNTIL.first], plain.replications[s])
        for outcome, values in plain.summary[s].items():
            np.testing.assert_array_equal(found.summary[s][outcome][: UNTIL.first], values, err_msg=outcome)
        np.testing.assert_array_equal(found.daily[s]["gmv_fen"][: UNTIL.first], plain.daily[s]["gmv_fen"])


def test_workers_change_nothing_but_what_is_run_ahead(scenarios, found):
    two = play(scenarios, workers=2)
    assert two.selection.dropped == found.selection.dropped
    assert two.selection.best == "best"


def test_the_verdict_is_what_the_selection_came_to(found):
    said = verdict(found)
    assert (said.best, said.separated) == ("best", True)
    assert said.chance["best"] > 0.95
    assert sum(said.chance.values()) == pytest.approx(1.0)
    one_by_one = replace(found, selection=None)
    assert verdict(one_by_one).n == UNTIL.first, "without it only what all have would count"


def test_a_budget_ends_it_undecided(scenarios):
    short = play(scenarios, replace(UNTIL, budget=3 * UNTIL.first + 2))
    chosen = short.selection
    assert (chosen.ended, chosen.separated) == ("budget", False)
    assert chosen.runs <= chosen.budget
    assert set(chosen.left) == {"close", "best"}
    assert not verdict(short).separated


def test_equal_scenarios_are_tied_and_end(scenarios):
    twice = play([scenarios[2], scenarios[2]])
    assert (twice.selection.ended, twice.selection.left) == ("tied", ["best", "best-2"])
    assert twice.selection.dropped == []
    assert twice.selection.runs < twice.selection.budget


def test_an_outcome_that_is_never_defined_selects_nothing(scenarios):
    found = play(scenarios, Until(outcome="losing_agent_share", first=6))
    chosen = found.selection
    assert (chosen.zone, chosen.ended, chosen.left) == (0.01, "undefined", list(NAMES)), "nobody has resellers here"
    assert chosen.runs == 18, "more runs would not define it"
    for lang, word in (("en", "undefined"), ("zh", "无定义")):
        assert word in terminal_answer(found, lang)
        assert any(word in s.text for s in reading(Findings(found), Words(lang)))
    assert verdict(found).outcome == "profit_fen", "the page's own question is answered as ever"


def test_a_day_that_is_never_reached_is_the_last(scenarios):
    """`close` pays back on day 2, but in every second run only; `best` always, on day 5 or so; `far` never does, in 20 days."""
    found = play(scenarios, Until(outcome="payback_day", zone=4.0, first=6), model="fake_model:paying_back")
    assert (found.selection.best, found.selection.ended) == ("best", "separated")
    assert {one.strategy for one in found.selection.dropped} == {"close", "far"}


def test_who_leads_is_ranked_in_pairs(found):
    # Later replications are run of few; the luck of the first ones must not turn the cards around.
    findings = Findings(found)
    lucky = {s: dict(found.summary[s]) for s in NAMES}
    luck = np.where(np.arange(200) < UNTIL.first, 1e8, 0.0)
    for s in NAMES:
        lucky[s]["profit_fen"] = lucky[s]["profit_fen"] + luck[found.replications[s]]
    turned = Findings(replace(found, summary=lucky))
    assert turned.estimate("far", "profit_fen").mean > turned.estimate("best", "profit_fen").mean
    assert turned.ranking == findings.ranking == ["best", "close", "far"]
    cells = strip(turned, "en")["profit"]
    assert [s for s in NAMES if cells[s].is_best] == ["best"]


def test_it_is_stored_and_read_again(found, tmp_path):
    found.save(tmp_path / "kept")
    assert Comparison.load(tmp_path / "kept").selection == found.selection
    manifest = tmp_path / "kept" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"best": "best"', '"best": "nobody"'))
    with pytest.raises(Exception, match="nobody"):
        Comparison.load(tmp_path / "kept")


def test_a_run_that_fails_is_passed_over_for_all(scenarios):
    found = play(scenarios, model="fake_model:racing_poisoned")
    assert [(f.strategy, f.replication) for f in found.failures] == [("close", 1)]
    assert found.selection.best == "best"
    assert len(found.replications["far"]) == UNTIL.first + 1, "the first look waits for pairs"


def test_a_scenario_that_never_finishes_is_an_error(scenarios):
    with pytest.raises(RunError, match="close"):
        play(scenarios, model="fake_model:racing_hopeless")


def test_an_interruption_keeps_what_is_finished_and_goes_on(scenarios, tmp_path, found):
    out = tmp_path / "out"
    with pytest.raises(InterruptedRunsError) as stopped:
        play(scenarios, model="fake_model:racing_interrupted", out=out)
    assert stopped.value.done == 6
    assert stopped.value.folder is not None
    again = play(scenarios, model="fake_model:racing_interrupted", out=out)
    assert again.selection == found.selection
    log = (tmp_path / "log").read_text().splitlines()
    assert len(log) == found.selection.runs + 1, "only the one that was interrupted is run again"


@pytest.mark.parametrize(("wrong", "word"), [
    (Until(confidence=1.0), "confidence"), (Until(budget=5), "budget"), (Until(first=1), "two"),
    (Until(outcome="profits_fen"), "profit_fen"), (Until(outcome="orders"), "zone"), (Until(zone=-1.0), "zone"),
])
def test_what_cannot_be_kept_to_is_refused(scenarios, wrong, word):
    with pytest.raises(ScenarioError, match=word):
        play(scenarios, wrong)


def test_a_zone_is_read_in_the_outcomes_unit(scenarios):
    assert zone_of("3_000 CNY", "profit_fen") == zone_of("3000", "profit_fen") == 300_000
    assert zone_of("2%", "losing_agent_share") == 0.02
    assert zone_of("5", "orders") == 5.0
    with pytest.raises(ScenarioError, match="zone"):
        zone_of("2%", "profit_fen")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_and_terminal_say_it(found, scenarios, lang):
    short = play(scenarios, replace(UNTIL, budget=3 * UNTIL.first + 2))
    for made in (found, short, play([scenarios[2], scenarios[2]])):
        words = Words(lang)
        page = read(render_page(made, lang))
        told = [s for s in reading(Findings(made), words) if s.tables == ("table-selection",)]
        assert len(told) == 1
        there = set(numbers_in(page.tables["table-selection"]))
        assert [n for n in numbers_in(told[0].text) if n not in there] == []
        assert len(reading(Findings(made), words)) <= MOST
        shown = terminal_answer(made, lang).replace("\n", " ")
        assert f"{made.selection.runs}" in shown
        assert all(len(line) <= 80 for line in terminal_answer(made, lang).splitlines())
    assert "table-selection" not in read(render_page(replace(found, selection=None), lang)).tables


def test_the_command(scenarios, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sim.experiment.until_separated.Options", partial(Options, model="fake_model:racing"))
    monkeypatch.setattr("sim.cli.compare.ABLATIONS", 0)

    def call(*args):
        with pytest.raises(SystemExit) as end:
            main(["compare", *map(str, scenarios), *args])
        return end.value.code, *capsys.readouterr()

    args = ["--until-separated", "--zone", "1000 CNY", "-r", "6", "--workers", "1"]
    code, out, _ = call(*args, "--out", str(tmp_path / "one"), "--json", "--lang", "en")
    assert code == 0
    body = json.loads(out)
    assert body["selection"]["best"] == "best"
    assert body["selection"]["saved"] > 0
    assert body["verdict"]["separated"]
    for lang, words in (("en", ("Separated with confidence 95%", "out after 6 replications", "saved")),
                        ("zh", ("已分出最优（把握 95%）", "6 次重复后出局", "省下"))):
        code, out, _ = call(*args, "--out", str(tmp_path / lang), "--lang", lang)
        assert code == 0
        joined = out.replace("\n", " " if lang == "en" else "")
        assert [word for word in words if word not in joined] == []
    code, _, err = call(*args, "--budget", "19", "--out", str(tmp_path / "short"), "--lang", "en")
    assert (code, "--budget 38" in err) == (0, True), "what to do next is to allow more"
    code, _, err = call("--budget", "9", "--lang", "en")
    assert (code, "--until-separated" in err) == (2, True)
    code, _, err = call(*args, "--budget", "5", "--lang", "zh")
    assert (code, "预算 5 次太小" in err) == (3, True)


def test_from_python(scenarios):
    result = api.until_separated(scenarios, until=UNTIL, workers=1, model="fake_model:racing")
    assert result.data.selection.best == result.verdict.best == "best"
