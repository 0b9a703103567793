"""The simulator equals the slow oracle of tests/reference: every column, byte for byte, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.model.state import start
from sim.model.view import OpeningView
from sim.scenario.spec import ScenarioSpec
from sim.strategies.table import STRATEGIES
from tests.reference.beginning import begin
from tests.reference.copying import columns_of_state, columns_of_village, village_of
from tests.reference.random_scenarios import random_scenario
from tests.reference.scenarios import LIVELY, scenarios, signed_edges, spec_of
from tests.reference.side_by_side import Comparison, compare

if TYPE_CHECKING:
    from pathlib import Path

REACHED = {
    "community": ("ordered", "delivered", "talked", "joined", "refused", "left 9", "returned", "complaints"),
    "kpi": ("unmasked", "left 9"),
    "fees": ("joined", "refused 4", "left 9"),
    "influencer": ("ordered 3", "left 14", "returned"),
    "posts_and_groups": ("ordered 1", "ordered 2", "left 9"),
    "rivals": ("ordered", "enforced"),
    "spies": ("ordered", "left 9", "left 15"),
    "traffic": ("ordered", "unfilled 0"),
    "stock": ("ordered", "unfilled 0"),
    "bgnbd": ("ordered 6", "delivered"),
    "bgnbd_sold_out": ("ordered 6", "unfilled 0", "unfilled 2", "pool_closed 0"),
    "bazaar": ("chatted 0", "chatted 1", "ordered 0", "ordered 4", "ordered 5", "ordered 6",
               "ordered from a reseller", "taken at home", "friends muted", "bought back", "thrown away", "unfilled 0",
               "unfilled 1", "unfilled 3", "returned",
               "resaleable", "joined as reseller by a sponsor", "refused 3", "refused 4", "refused 5", "refused 7", "left 9",
               "left 10", "left 11", "left 12", "stock_moved", "pool_closed 1", "enforced"),
    "counter": ("chatted 0", "chatted 1", "ordered 4", "unfilled 1", "refused 6", "refused 7"),
    "direct": ("chatted 0", "chatted 1", "ordered 4", "ordered 6", "unfilled 1", "refused 7", "joined"),
    "trees": ("unfilled 1", "ordered from a reseller", "unfilled 0", "refused 5", "stock_moved", "pool_closed 1"),
    "agency": ("ordered 5", "ordered from a reseller", "taken at home", "friends muted", "bought back", "unfilled 0",
               "joined as reseller by a sponsor", "left 11", "stock_moved", "returned"),
    "two_agencies": ("ordered from a reseller", "thrown away", "refused 7"),
    "preferential": ("refused 5", "pool_closed 0"),
}
"""What must have happened in a scenario for its comparison to mean anything (numbers are doors and reasons)."""


def assert_equal(found: Comparison, days: int) -> None:
    assert found.differences == []
    assert found.village.day == days
    assert_agendas_sound(found)
    assert_scratch_clean(found)


def assert_agendas_sound(found: Comparison) -> None:
    """Each day's list must hold exactly the people whose occasion falls on it."""
    world, today = found.state.world, found.state.day
    for agenda in world.agendas:
        for day in range(today, world.days):
            listed, person = [], int(agenda.head[day])
            while person >= 0:
                listed.append(person)
                person = int(agenda.following[person])
            assert sorted(listed) == np.flatnonzero(agenda.day == day).tolist()


def assert_scratch_clean(found: Comparison) -> None:
    """Whoever borrows working space must leave it as it was found."""
    scratch = found.state.world.scratch
    for name in ("sums", "load", "mark", "precision", "message", "best", "score"):
        assert not getattr(scratch, name).any(), name
    assert (scratch.product_of == -1).all()


@pytest.mark.parametrize("name", scenarios())
def test_every_column_of_day_zero_is_the_oracles(name: str) -> None:
    spec = spec_of(name)
    state = start(spec, 0)
    village = village_of(state)
    openings = {s.id: (s.brand, s.open(OpeningView(spec, 0, s))) for s in spec.strategies}
    begin(village, spec, state.world.world_draws.seed, openings)
    real = columns_of_state(state)
    told = columns_of_village(village, real)
    assert [column for column in real if real[column].tobytes() != told[column].tobytes()] == []


@pytest.mark.parametrize("name", scenarios())
def test_every_column_of_every_day_is_the_oracles(name: str) -> None:
    spec = spec_of(name)
    found = compare(spec, spec.days)
    assert_equal(found, spec.days)
    assert [event for event in REACHED.get(name, ()) if not found.counts[event]] == []


@pytest.mark.parametrize("replication", [1, 2])
def test_other_replications_are_the_oracles_too(replication: int) -> None:
    assert_equal(compare(spec_of("bazaar", days=20), 20, replication), 20)


@pytest.mark.parametrize("network", ["small_world", "scale_free", "circles", "complete"])
def test_every_network_is_walked_alike(network: str) -> None:
    shape = {"kind": network} | ({"size": 20} if network == "circles" else {})
    assert_equal(compare(spec_of("bazaar", people=60, days=12, network=shape), 12), 12)


def test_distrust_and_broken_ties_are_the_oracles(tmp_path: Path) -> None:
    spec = spec_of("both", network=signed_edges(tmp_path / "ratings.csv"), days=25,
                   mechanisms=LIVELY | {"experience": {"defect": 0.3, "sever": 1.0}, "choice": {"mode": "certain"},
                                        "word_of_mouth": {"contact": [0.5, 0.5, 0.5, 0.5], "base_rate": 0.2}})
    found = compare(spec, 25)
    assert_equal(found, 25)
    ties = [tie for person in found.village.people for tie in person.ties]
    assert any(tie.distrust for tie in ties)
    assert any(tie.size == 0 for tie in ties)
    assert any(tie.touched for tie in ties)


@pytest.mark.parametrize("kind", STRATEGIES)
def test_every_shipped_strategy_is_the_oracles(kind: str) -> None:
    spec = ScenarioSpec.model_validate({
        "people": 100, "days": 15, "network": {"kind": "dunbar", "ties_per_person": 20}, "mechanisms": LIVELY,
        "brand": {"seed_customers": 20, "product": {"uses_days": 8}}, "strategies": [{"kind": kind}]})
    assert_equal(compare(spec, 15), 15)


@pytest.mark.parametrize("number", [*range(6), 11])  # in 11 a reseller holds a tier that dual_rebate does not have
def test_random_scenarios_are_the_oracles(number: int) -> None:
    assert_equal(compare(random_scenario(number), 25), 25)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(100, 220))
def test_many_random_scenarios_are_the_oracles(number: int) -> None:
    assert_equal(compare(random_scenario(number), 25), 25)
