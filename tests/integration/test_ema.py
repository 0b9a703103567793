"""guanxi as a model of the EMA workbench: experiments, policies, the README's example.

Left out where the workbench is not installed: it brings scikit-learn, statsmodels and seaborn, which nothing else here
needs, so it is not among the packages for work on the code.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sim import Scenario
from sim.api import ema_model
from sim.core.errors import ScenarioError
from sim.model.run import run_once
from sim.records.summarise import summarise

pytestmark = pytest.mark.ema
README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
SMALL = {"people": 300, "days": 12, "brand.seed_customers": 20, "network.ties_per_person": 20}


@pytest.fixture(scope="module")
def small():
    return Scenario("community").set(SMALL)


@pytest.fixture
def model(small):
    return ema_model(small, levers={"strategies.community.groups": (1, 4), "strategies.community.host_hours": [2, 6]},
                     uncertainties={"brand.product.quality": (0.3, 0.9)}, outcomes=["profit_fen", "complaints", "daily.orders"])


def test_experiments_are_runs_of_the_scenario_with_their_settings(model, small):
    from ema_workbench import perform_experiments

    table, outcomes = perform_experiments(model, scenarios=3, policies=2)
    assert len(table) == 6
    assert outcomes["daily__orders"].shape == (6, 12)
    for k, row in table.iterrows():
        levers = {"strategies.community.groups": int(row["strategies__community__groups"]),
                  "strategies.community.host_hours": int(row["strategies__community__host_hours"]),
                  "brand.product.quality": float(row["brand__product__quality"])}
        alone = summarise(run_once(small.set(levers).spec, 0, pictures=False))
        assert outcomes["profit_fen"][k] == alone["profit_fen"]
        assert outcomes["complaints"][k] == alone["complaints"]
    assert np.ptp(outcomes["profit_fen"]) > 0


def test_directions_are_those_of_the_catalogue(model):
    kinds = {one.name: one.kind for one in model.outcomes}
    assert kinds["profit_fen"] == 1
    assert kinds["complaints"] == -1


def test_wrong_levers_and_outcomes_are_refused_before_anything_runs(small):
    with pytest.raises(ScenarioError, match="did you mean"):
        ema_model(small, levers={"strategies.community.group": (1, 4)})
    with pytest.raises(ScenarioError):
        ema_model(small, levers={"strategies.community.groups": (-5, 4)})
    with pytest.raises(ScenarioError, match="profit_fen"):
        ema_model(small, outcomes=["profit"])


def test_the_example_of_the_readme_runs(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    block = next(text for text in re.findall(r"^```py\n(.*?)^```", README, re.MULTILINE | re.DOTALL) if "ema_model" in text)
    given = {}
    exec(compile(block, "README.md", "exec"), given)  # noqa: S102 - the README's own words
    assert len(given["experiments"]) > 1
