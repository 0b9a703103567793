"""One experiment of the EMA workbench's adapter, without the workbench: settings in by name, outcomes out."""

from __future__ import annotations

import builtins
import pickle

import numpy as np
import pytest

from sim import Scenario
from sim.api.ema import Experiment, ema_model
from sim.core.errors import DataError
from sim.model.run import run_once
from sim.records.summarise import summarise

SMALL = {"people": 300, "days": 12, "brand.seed_customers": 20, "network.ties_per_person": 20}


def test_an_experiment_is_the_mean_of_the_runs_that_its_settings_describe():
    small = Scenario("community").set(SMALL)
    play = pickle.loads(pickle.dumps(Experiment(small, ["profit_fen", "chat_wait_minutes", "daily.orders"], 2)))  # noqa: S301
    found = play(strategies__community__groups=np.int64(3))
    records = [run_once(small.set({"strategies.community.groups": 3}).spec, k, pictures=False) for k in range(2)]
    assert found["profit_fen"] == np.mean([summarise(one)["profit_fen"] for one in records])
    np.testing.assert_array_equal(found["daily__orders"], np.mean([one.daily["orders"] for one in records], axis=0))
    assert np.isnan(found["chat_wait_minutes"]), "nobody chats with staff there"


def test_without_the_workbench_the_message_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def absent(name, *args, **kwargs):
        if name == "ema_workbench":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(DataError, match="pip install ema_workbench"):
        ema_model("community")
