"""A market with every mechanism switched off or certain, by scenario switches alone, and how to run it.

A check switches on what its closed form is about. Runs go through the shipped kernels and the whole
model: the world is built, strategies plan, the day's twelve steps are taken, the audit is on.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core import interrupts
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.spec import ScenarioSpec
from sim.world.networks.network import Network
from sim.world.ties import Ties

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sim.model.day import Day

ALONE = {"kind": "small_world", "ties_per_person": 2, "rewire": 0}
"""A network for markets in which nobody talks."""

_OFF: dict[str, dict[str, Any]] = {
    "attention": {"mode": "limited", "background_items": 0, "fatigue_per_message": 0, "relief_per_value": 0,
                  "dead_group_visibility": 1, "trust_gain_value": 0, "trust_loss_spam": 0},
    "belief": {"mode": "off"},
    "choice": {"mode": "certain", "impulse": 1, "impulse_in_use": 0},
    "experience": {"noise": 0, "defect": 0, "return_base": 0, "return_live": 0, "return_disappointed": 0,
                   "moves_trust": False},
    "word_of_mouth": {"enabled": False},
    "repurchase": {"mode": "occasions", "need_rate": 0, "spread": 0},
    "recruiting": {"mode": "off"},
    "audience": {"mode": "static"},
    "enforcement": {"enabled": False},
}
"""Everybody notices a post with chance `visibility`, buys what they notice, once, and says nothing."""


def quiet(  # noqa: PLR0913 - each keyword is a part of a scenario
          people: int, days: int, strategies: Sequence[object] = (), *, network: dict[str, Any] | None = None,
          seed: int = 1, product: dict[str, Any] | None = None, brand: dict[str, Any] | None = None,
          population: dict[str, Any] | None = None, shocks: Sequence[object] = (), brands: int = 1,
          **mechanisms: dict[str, Any]) -> ScenarioSpec:
    """Return the quiet scenario with changes; several brands are alike; other keywords are mechanisms."""
    goods = {"price": 100, "unit_cost": 10, "delivery_cost": 1, "quality": 0.72, "uses_days": 30_000} | (product or {})
    owner = {"cash": 100_000_000, "seed_customers": 0} | ({} if brand and "products" in brand else {"product": goods})
    owners = [owner | (brand or {}) | {"name": f"brand {b}"} for b in range(brands)]
    return ScenarioSpec.model_validate({
        "people": people, "days": days, "seed": seed, "network": network or ALONE, "strategies": list(strategies),
        "population": {"attention_low": 1e6, "attention_high": 1e6, "price_spread": 0} | (population or {}),
        "brands": owners, "shocks": list(shocks),
        "mechanisms": {name: _OFF.get(name, {}) | mechanisms.get(name, {}) for name in _OFF | mechanisms},
    })


def days_of(spec: ScenarioSpec, replication: int = 0) -> Iterator[tuple[RunState, Day]]:
    """Run a scenario and yield the state and the day after each day."""
    state = start(spec, replication, audit=True)
    for _ in range(spec.days):
        interrupts.heed()
        yield state, step(state)


def finished(spec: ScenarioSpec, replication: int = 0) -> RunState:
    """Run a scenario to its end."""
    state = start(spec, replication, audit=True)
    for _ in range(spec.days):
        interrupts.heed()
        step(state)
    return state


def first_days(state: RunState) -> NDArray[np.int64]:
    """Return the day of everybody's first purchase, -1 for none."""
    return state.world.people.first_day[:, 0].astype(np.int64)


def saved(folder: Path, speaker: NDArray[np.integer[Any]], listener: NDArray[np.integer[Any]], n_people: int, *,
          trust: float | NDArray[np.float64] = 0.5, layer: int | NDArray[np.int64] = 3) -> dict[str, Any]:
    """Write hand-made ties as a saved network and return its scenario entry; person k is row k."""
    ties = Ties.from_arrays(speaker, listener, trust, layer, n_people)
    people = np.arange(n_people)
    place = folder / "network"
    Network(ties, n_people, None, people.astype(np.int32), people.astype(np.uint32), {}).save(place)
    return {"kind": "saved", "path": str(place)}


@contextlib.contextmanager
def hand_made(speaker: NDArray[np.integer[Any]], listener: NDArray[np.integer[Any]], n_people: int,
              **ties: Any) -> Iterator[dict[str, Any]]:
    """Give the scenario entry of a network of hand-made ties that goes with the block; see `saved`."""
    with tempfile.TemporaryDirectory(prefix="guanxi-") as folder:
        yield saved(Path(folder), speaker, listener, n_people, **ties)


def copies(edges: Sequence[tuple[int, int]], nodes: int, times: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return speakers and listeners of `times` separate copies of an undirected graph, copy by copy."""
    one = np.array([*edges, *((b, a) for a, b in edges)])
    base = np.repeat(np.arange(times) * nodes, len(one))
    return base + np.tile(one[:, 0], times), base + np.tile(one[:, 1], times)
