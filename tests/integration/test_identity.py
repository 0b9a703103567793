"""Runs that must be one and the same, bit for bit.

Threads, compilation, processes, the order of strategies and the numbering of people change nothing;
the seed, and only the seed, changes the luck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest

from sim.core.kernel import set_threads
from sim.core.params import Params
from sim.exchange.actions import Actions, Opening
from sim.exchange.postings import Settlement
from sim.model.schedule import step
from sim.model.state import RunState, start
from tests.reference.digests import columns, digests, digests_elsewhere, run
from tests.reference.random_scenarios import random_scenario
from tests.reference.renumbered import new_numbers, renumber
from tests.reference.scenarios import scenarios, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.exchange.events import Events
    from sim.exchange.view import View
    from sim.scenario.spec import ScenarioSpec


class IdleParams(Params):
    """A strategy that takes its seat and does nothing."""

    kind: Literal["idle"] = "idle"
    id: str = "idle"
    brand: int = 0
    offers: int = 1

    def open(self, view: View) -> Opening:
        return Opening(n_offers=self.offers)

    def plan(self, view: View) -> Actions:
        return Actions()

    def settle(self, events: Events, view: View) -> Settlement:
        return Settlement()


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    yield
    set_threads(1)


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if one[name] != other[name]]


@pytest.mark.parametrize("name", ["both", "rivals", "bazaar", "influencer", "direct"])
def test_two_threads_are_one(name: str) -> None:
    spec = spec_of(name, people=3_000, network={"kind": "dunbar", "ties_per_person": 30}, days=15)
    assert differing(digests(run(spec, 15, threads=1)), digests(run(spec, 15, threads=2))) == []


@pytest.mark.parametrize("name", ["both", "rivals", "traffic", "bgnbd", "bazaar", "trees", "preferential", "influencer",
                                  "kpi", "fees", "spies", "counter", "direct"])
def test_renumbering_people_changes_nothing(name: str) -> None:
    assert_renumbering_changes_nothing(spec_of(name))


@pytest.mark.parametrize("number", range(300, 304))
def test_renumbering_people_of_random_scenarios_changes_nothing(number: int) -> None:
    assert_renumbering_changes_nothing(random_scenario(number))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(400, 460))
def test_renumbering_people_of_many_random_scenarios_changes_nothing(number: int) -> None:
    assert_renumbering_changes_nothing(random_scenario(number))


def assert_renumbering_changes_nothing(spec: ScenarioSpec) -> None:
    plain, other = start(spec, 0), start(spec, 0)
    order = np.random.default_rng(7).permutation(len(other.world.people))
    renumber(other, order)
    for _ in range(spec.days):
        step(plain)
        step(other)
    assert_same_columns(plain, other, order)
    assert_same_series(plain, other)


def assert_same_columns(plain: RunState, other: RunState, order: NDArray[np.int64]) -> None:
    back = new_numbers(order)
    other.world.ties = other.world.ties.renumbered(back)
    other.world.audiences.person = order[other.world.audiences.person].astype(np.int32)
    other.world.resellers.person = order[other.world.resellers.person]
    by_person = {"home", "row_of"} | {f"{kind} {p}" for kind in ("occasion", "next time", "rate", "dropout")
                                       for p in range(len(plain.world.products))}
    if len(plain.world.memory_seller):
        by_person.add("memory_seller")
    ours, theirs = columns(plain), columns(other)
    for name, column in ours.items():
        found = theirs[name][back] if name in by_person or name.startswith("people.") else theirs[name]
        if not name.startswith("daily "):
            assert column.tobytes() == found.tobytes(), name


def assert_same_series(plain: RunState, other: RunState) -> None:
    """Counts are equal; means over people are sums of floats in another order."""
    for name, series in plain.recorder.series.items():
        found = other.recorder.series[name]
        counted = series[~np.isnan(series)]
        if (counted == np.floor(counted)).all():
            assert np.array_equal(series, found, equal_nan=True), name
        else:
            assert np.allclose(series, found, rtol=1e-12, atol=1e-12, equal_nan=True), name


@pytest.mark.parametrize("offers", [0, 1, 3])
def test_an_idle_seller_is_no_seller(offers: int) -> None:
    nobody = people_of(run(spec_of("nobody"), 30))
    idle = people_of(run(spec_of("nobody", strategies=[IdleParams(offers=offers)]), 30))
    assert differing(nobody, idle) == []


@pytest.mark.parametrize("name", ["a_first", "zz_last"])
def test_an_idle_seller_disturbs_nobody(name: str) -> None:
    spec = spec_of("both")
    alone = people_of(run(spec, 30))
    beside = people_of(run(spec_of("both", strategies=[*spec.strategies, IdleParams(id=name, offers=2)]), 30))
    assert differing(alone, beside) == []


def people_of(state: RunState) -> dict[str, str]:
    """Return the digests of what does not count sellers or offers."""
    unlike = ("offers.", "home", "people.memory_offer", "channels.owner", "accounts.owner")
    return {name: digest for name, digest in digests(state).items() if not name.startswith(unlike)}


@pytest.mark.parametrize("name", ["both", "rivals", "trees", "posts_and_groups", "spies", "direct"])
def test_the_order_of_strategies_changes_nothing(name: str) -> None:
    spec = spec_of(name)
    turned = spec_of(name, strategies=list(reversed(scenarios()[name]["strategies"])))
    assert differing(digests(run(spec, 20)), digests(run(turned, 20))) == []


@pytest.mark.parametrize("name", ["bazaar", "bgnbd", "influencer"])
def test_compiled_kernels_are_the_plain_ones(name: str) -> None:
    plain = digests_elsewhere(name, 10, GUANXI_NO_JIT="1")
    assert differing(digests(run(spec_of(name), 10)), plain) == []


def test_another_process_runs_the_same_run() -> None:
    assert differing(digests(run(spec_of("bazaar"), 20)), digests_elsewhere("bazaar", 20)) == []


def test_the_same_seed_twice_is_the_same_run() -> None:
    spec = spec_of("bazaar")
    assert differing(digests(run(spec, 20)), digests(run(spec, 20))) == []


def test_a_run_leaves_nothing_behind_for_the_next() -> None:
    spec = spec_of("bazaar")
    before = digests(run(spec, 20))
    run(spec_of("bgnbd"), 20)
    run(spec, 5, replication=3)
    assert differing(before, digests(run(spec, 20))) == []


def test_replications_differ_in_people_and_in_luck() -> None:
    spec = spec_of("both")
    first, second = (columns(run(spec, 20, replication=r)) for r in (0, 1))
    for name in ("people.attention", "people.fatigue", "ties.weight", "daily exposures"):
        assert not np.array_equal(first[name], second[name]), name


def test_a_pinned_world_keeps_its_people_but_not_their_luck() -> None:
    spec = spec_of("both", market={"seed": 5})
    first, second = (columns(run(spec, 20, replication=r)) for r in (0, 1))
    for name in ("people.attention", "people.taste", "people.price_factor", "ties.listener"):
        assert np.array_equal(first[name], second[name]), name
    assert not np.array_equal(first["people.fatigue"], second["people.fatigue"])


def test_seeds_differ() -> None:
    first, second = (columns(run(spec_of("both", seed=seed), 10)) for seed in (1, 2))
    assert not np.array_equal(first["people.attention"], second["people.attention"])
    assert not np.array_equal(first["people.fatigue"], second["people.fatigue"])
