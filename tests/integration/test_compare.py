"""Comparisons end to end on a stand-in for the model: pairs, workers, failures, interruption, saving."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.analysis.paired import verdict
from sim.core.errors import DataError, MarketMismatchError, RunError, ScenarioError
from sim.experiment.compare import compare
from sim.experiment.spool import InterruptedRunsError
from sim.records.comparison import Comparison
from sim.records.outcomes import SUMMARY

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@pytest.fixture(autouse=True)
def _stand_ins_can_be_imported(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setenv("FAKE_MODEL_FOLDER", str(tmp_path))
    monkeypatch.setenv("FAKE_MODEL_PARENT", str(os.getpid()))
    monkeypatch.setattr("sim.experiment.plan.cold", lambda _specs, _model: [])


@pytest.fixture
def scenarios(tmp_path):
    """Return the paths of three scenarios of one market."""
    paths = []
    for name in ("community", "influencer", "dual_rebate"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"name: {name}\ndays: 60\npeople: 2000\nexpect: [orders > 10]\n")
        paths.append(path)
    return paths


def small(scenarios, **options):
    return compare(scenarios, **({"replications": 3, "workers": 1, "model": "fake_model:run_once"} | options))


def assert_equal(one: Comparison, two: Comparison):
    assert one.strategies == two.strategies
    for s in one.strategies:
        np.testing.assert_array_equal(one.replications[s], two.replications[s])
        for table in ("summary", "daily", "statement"):
            left, right = getattr(one, table)[s], getattr(two, table)[s]
            assert left.keys() == right.keys()
            for name in left:
                np.testing.assert_array_equal(left[name], right[name], err_msg=f"{s} {table} {name}")


def test_one_and_two_workers_give_the_same_tables(scenarios):
    assert_equal(small(scenarios, workers=1), small(scenarios, workers=2))


def test_a_comparison_holds_every_outcome_of_every_run(scenarios):
    made = small(scenarios)
    assert made.strategies == ["community", "influencer", "dual_rebate"]
    assert list(made.summary["community"]) == list(SUMMARY)
    assert made.daily["community"]["gmv_fen"].shape == (3, 60)
    assert made.complete
    assert made.failures == []
    assert made.question["people"] == 2000
    assert "name: influencer" in made.texts["influencer"]
    assert len(made.table) == 9
    assert len(made.daily_table) == 9 * 60
    assert set(made.agents_table["strategy"]) == {"dual_rebate"}
    assert made.examples["community"].replication == 0


def test_the_seed_is_the_comparisons_one_for_all(scenarios, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text("name: other\ndays: 60\npeople: 2000\nseed: 77\n")
    made = small([scenarios[0], other])
    assert made.seed == 1
    # The stand-in draws by seed and shape alone, so equal seeds give equal orders.
    np.testing.assert_array_equal(made.summary["community"]["orders"], made.summary["other"]["orders"])
    assert small([scenarios[0]], seed=5).seed == 5


def test_settings_are_laid_over_every_scenario(scenarios):
    made = small(scenarios, people=500, days=20, overrides=("brand.cash=400000 CNY",))
    assert (made.days, made.question["people"], made.question["cash_fen"]) == (20, 500, 40_000_000)


def test_one_scenario_twice_gets_numbered_names(scenarios):
    made = small([scenarios[0], scenarios[0]], replications=2)
    assert made.strategies == ["community", "community-2"]
    np.testing.assert_array_equal(made.summary["community"]["orders"], made.summary["community-2"]["orders"])
    assert not verdict(made).separated


def test_different_markets_are_refused_by_name(scenarios, tmp_path):
    other = tmp_path / "rich.yaml"
    other.write_text("name: rich\ndays: 60\npeople: 2000\nbrand: {cash: 900_000 CNY}\n")
    with pytest.raises(MarketMismatchError) as caught:
        small([scenarios[0], other], out=tmp_path / "out")
    assert caught.value.fields == ["brand.cash"]
    assert not list(tmp_path.glob("out*"))
    assert small([scenarios[0], other], allow_different=("brand.cash",)).strategies == ["community", "rich"]


@pytest.mark.parametrize("options", [{"replications": 0}, {"workers": 0}, {"reference": "comunity"}])
def test_wrong_options_are_scenario_errors(scenarios, options):
    with pytest.raises(ScenarioError):
        small(scenarios, **options)


def test_nothing_to_compare():
    with pytest.raises(ScenarioError, match="at least one"):
        compare([])


def test_a_dead_worker_costs_nothing(scenarios):
    assert_equal(small(scenarios, workers=2, model="fake_model:dies_once"), small(scenarios))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_poison_run_is_set_apart_and_pairs_shrink(scenarios, workers):
    made = small(scenarios, model="fake_model:poisoned", workers=workers)
    (failure,) = made.failures
    assert (failure.strategy, failure.replication, failure.seed, failure.attempts) == ("influencer", 1, 1, 3)
    assert "do not balance" in failure.reason
    assert made.replications["influencer"].tolist() == [0, 2]
    assert made.common().tolist() == [0, 2]
    assert made.common("community", "dual_rebate").tolist() == [0, 1, 2]
    assert verdict(made).n == 2


def test_a_scenario_without_any_run_is_a_run_error(scenarios):
    with pytest.raises(RunError, match=r"influencer.*no day can be simulated"):
        small(scenarios, model="fake_model:hopeless")


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interruption_keeps_finished_runs_and_the_next_call_goes_on(scenarios, tmp_path, workers):
    out = tmp_path / "out"
    options = {"replications": 4, "workers": workers, "model": "fake_model:interrupted"}
    with pytest.raises(InterruptedRunsError) as caught:
        compare(scenarios, out=out, **options)
    error = caught.value
    assert error.exit_code == 130
    # Each worker keeps to one replication's world: two may have finished but one replication when the third begins.
    assert {1: 5, 2: 3}[workers] <= error.done <= 7
    assert error.total == 12
    assert not out.exists()
    assert len(list((tmp_path / "out.runs").glob("*.npz"))) == error.done
    assert not error.partial.complete
    assert len(error.partial.table) == error.done
    before = (tmp_path / "log").read_text().splitlines()
    made = compare(scenarios, out=out, **options)
    again = (tmp_path / "log").read_text().splitlines()[len(before):]
    assert len(again) == 12 - error.done, "a finished run was computed twice"
    assert made.complete
    assert not (tmp_path / "out.runs").exists()
    assert_equal(made, compare(scenarios, replications=4, workers=1, model="fake_model:run_once"))


def test_a_torn_run_is_computed_again(scenarios, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(InterruptedRunsError):
        small(scenarios, out=out, model="fake_model:interrupted")
    torn = min((tmp_path / "out.runs").glob("*.npz"))
    torn.write_bytes(torn.read_bytes()[:1000])
    (tmp_path / "out.runs" / "x.npz.1.part").write_bytes(b"half")
    assert_equal(small(scenarios, out=out, model="fake_model:interrupted"), small(scenarios))
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("out")) == ["out"]


def test_a_saved_comparison_reads_back_the_same(scenarios, tmp_path):
    made = small(scenarios, out=tmp_path / "out", command="guanxi compare")
    back = Comparison.load(tmp_path / "out")
    assert_equal(made, back)
    assert (back.command, back.seed, back.reference) == ("guanxi compare", 1, "community")
    assert back.texts == made.texts


def test_an_existing_folder_is_never_overwritten(scenarios, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(DataError, match="already exists"):
        small(scenarios, out=tmp_path / "out")


def test_progress_counts_up_to_the_end_and_may_stop_everything(scenarios):
    states = []
    small(scenarios, workers=2, progress=states.append)
    assert states[-1].done == states[-1].total == 9
    assert states[0].left is None
    assert all(a.done <= b.done for a, b in itertools.pairwise(states))

    def stop(_state):
        raise RuntimeError("the audience has gone home")

    with pytest.raises(RuntimeError, match="gone home"):
        small(scenarios, workers=2, progress=stop)


def test_large_worlds_keep_people_of_the_first_replication_only(scenarios, monkeypatch):
    whole = small(scenarios)
    monkeypatch.setattr("sim.experiment.runs._KEEP_PEOPLE", 1_000)
    thin = small(scenarios)
    assert_equal(whole, thin)
    assert len(thin.examples["community"].people["first_day"]) == 2000
    poisoned = small(scenarios, model="fake_model:poisoned_first")
    assert poisoned.examples["influencer"].replication == 1
    np.testing.assert_array_equal(poisoned.summary["influencer"]["buyers"], whole.summary["influencer"]["buyers"][1:])


def test_threads_are_given_to_a_single_worker_only(scenarios):
    assert small(scenarios[:1], threads=2).examples["community"].timings == {"threads": 2.0}
    assert small(scenarios[:1], threads=2, workers=2).examples["community"].timings == {"threads": 1.0}


def test_the_public_door(scenarios, tmp_path):
    first = api.Scenario(scenarios[0])
    richer = first.set(people=500).set({"brand.cash": "400000 CNY"})
    assert (first.spec.people, richer.spec.people, richer.spec.all_brands()[0].cash) == (2000, 500, 40_000_000)
    assert "people: 500" in richer.text
    result = api.run(richer, model="fake_model:run_once", replications=2)
    assert len(result.table) == 2
    assert len(result.daily) == 2 * 60
    assert [j.result for j in result.expectations] == ["pass"]
    assert result.verdict.separated is False
    folder = result.save(tmp_path / "saved")
    again = api.load(folder)
    np.testing.assert_array_equal(again.table["profit_fen"], result.table["profit_fen"])
    assert [j.result for j in again.expectations] == ["pass"]


def test_a_scenario_from_a_text(scenarios):
    made = api.Scenario(text="name: mine\npeople: 600\ndays: 30\n").set(days=40)
    assert (made.name, made.spec.days) == ("mine", 40)
    with pytest.raises(ScenarioError):
        api.Scenario()
    result = api.compare([made, made.set(days=40)], model="fake_model:run_once", replications=1, workers=1)
    assert result.data.strategies == ["mine", "mine-2"]


def test_figures_of_a_result_are_called_by_name(scenarios):
    figures = api.compare(scenarios, model="fake_model:run_once", replications=2, workers=1).figures
    assert len(figures.profit().data) >= 3
    assert len(figures.gmv().data) == len(figures.gmv_fen(lang="zh").data) >= 3
    assert len(figures.split().data) >= 1
    assert len(figures.earners("dual_rebate").data) >= 1
    assert len(figures.network("community").data) >= 1
    assert {"profit", "gmv", "trust"} <= set(dir(figures))
    with pytest.raises(AttributeError, match="did you mean 'trust'"):
        figures.trusty()
