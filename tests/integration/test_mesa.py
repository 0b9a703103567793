"""The model is a Mesa model: seed and rng, levers, data frames, batch_run, array-backed agent sets."""

from __future__ import annotations

import mesa
import numpy as np
import pytest

from sim import SocialCommerceModel
from sim.core.errors import ScenarioError
from sim.model.agents import Buyer, Influencer, Reseller
from sim.model.run import run_once

SMALL = {"people": 300, "days": 12, "brand.seed_customers": 20, "network.ties_per_person": 20}


def run(**extra) -> SocialCommerceModel:
    model = SocialCommerceModel("community", **{"seed": 5, **SMALL, **extra})
    while model.running:
        model.step()
    return model


def test_it_is_a_mesa_model_that_stops_at_its_horizon():
    model = run()
    assert isinstance(model, mesa.Model)
    assert model.steps == 12
    model.step()
    assert model.state.day == 12, "a step after the end simulates nothing"


def test_the_data_collector_keeps_what_the_record_says():
    model = run()
    frame = model.datacollector.get_model_vars_dataframe()
    record = run_once(model.spec, 0)
    assert len(frame) == 12
    for name in ("orders", "gmv_fen", "cash_fen", "profit_fen", "members", "trust"):
        np.testing.assert_array_equal(frame[name].to_numpy(), record.daily[name], err_msg=name)
    assert record.daily["orders"].sum() > 0


def test_a_seed_repeats_and_an_rng_gives_another():
    first, again = run(), run()
    np.testing.assert_array_equal(first.column("belief"), again.column("belief"))
    other = run(seed=None, rng=np.random.default_rng(9))
    same = run(seed=None, rng=np.random.default_rng(9))
    assert other.spec.seed == same.spec.seed != 5
    assert (other.column("belief") != first.column("belief")).any()
    np.testing.assert_array_equal(other.column("belief"), same.column("belief"))


def test_levers_are_dotted_paths_and_wrong_ones_are_refused():
    model = SocialCommerceModel("community", **SMALL, **{"strategies.community.host_hours": 6})
    assert model.spec.strategies[0].host_hours == 6
    with pytest.raises(ScenarioError, match="did you mean"):
        SocialCommerceModel("community", **SMALL, **{"strategies.community.host_hour": 6})


def test_batch_run_gives_a_row_a_day_and_depends_on_nothing_but_the_seed():
    parameters = {"scenario": "community", **SMALL, "seed": [1, 2], "strategies.community.groups": [1, 3]}
    rows = mesa.batch_run(SocialCommerceModel, parameters, iterations=1, number_processes=1,
                          data_collection_period=1, display_progress=False)
    assert len(rows) == 4 * 12
    ends = {(r["seed"], r["strategies.community.groups"]): r["profit_fen"] for r in rows if r["Step"] == 11}
    assert len(ends) == 4
    alone = SocialCommerceModel("community", **SMALL, seed=2, **{"strategies.community.groups": 3})
    while alone.running:
        alone.step()
    assert ends[2, 3] == alone.latest("profit_fen")


@pytest.mark.parametrize("processes", [1, 2])
def test_batch_run_in_processes_gives_the_same_rows_and_collects_as_often_as_asked(processes):
    parameters = {"scenario": "community", **SMALL, "seed": [1, 2], "strategies.community.groups": 3}
    rows = mesa.batch_run(SocialCommerceModel, parameters, iterations=1, number_processes=processes,
                          data_collection_period=5, display_progress=False)
    alone = {seed: run(seed=seed, **{"strategies.community.groups": 3}).datacollector.get_model_vars_dataframe() for seed in (1, 2)}
    assert {row["seed"] for row in rows} == {1, 2}
    assert sorted(row["Step"] for row in rows) == [0, 0, 5, 5, 10, 10, 11, 11]
    for row in rows:
        assert row["profit_fen"] in set(alone[row["seed"]]["profit_fen"])
    ends = {row["seed"]: row["profit_fen"] for row in sorted(rows, key=lambda row: row["Step"])}
    assert ends == {seed: frame["profit_fen"].iloc[-1] for seed, frame in alone.items()}


def test_agent_sets_read_and_write_columns():
    model = run()
    buyers = model.agents_by_type[Buyer]
    assert len(buyers) == len(model.agents) == 300
    owners = buyers.select("orders")
    assert 20 <= len(owners) < 300
    assert owners.agg("orders", np.min) >= 1
    assert buyers.agg("brand_trust", [np.min, np.max])[1] <= 1.0
    by_taste = buyers.groupby("taste")
    assert sum(len(part) for part in by_taste.values()) == 300
    assert buyers.select(lambda p: p.orders > 0).rows.tolist() == owners.rows.tolist()
    top = buyers.sort("attention")
    assert top.get("attention")[0] == buyers.agg("attention", np.max)
    owners.set("fatigue", 2.0)
    assert (model.column("fatigue")[owners.rows] == 2.0).all()
    person = next(iter(owners))
    person.fatigue = 0.5
    assert model.column("fatigue")[person.row] == 0.5
    assert person in buyers
    assert buyers.count(person) == 1
    with pytest.raises(AttributeError, match="no column"):
        buyers.get("luck")


def test_types_without_members_are_empty_sets():
    model = run()
    assert len(model.agents_by_type[Reseller]) == 0
    assert len(model.agents_by_type[Influencer]) == 0
    assert model.agent_types == [Buyer, Reseller, Influencer]


def test_agent_reporters_work_in_small_worlds():
    model = run(days=3, agent_columns=("orders", "brand_trust"))
    frame = model.datacollector.get_agent_vars_dataframe()
    assert frame.shape == (900, 2)
    assert frame.loc[3]["orders"].sum() == model.column("orders").sum()
