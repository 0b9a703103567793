"""Worlds that are hard on the kernels: hubs, heavy tails, cliques, people without ties; all strategies in one market."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.spec import ScenarioSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Rows = NDArray[np.int64]


def star(people: int) -> Rows:
    """Everybody listens to one, and one to nobody."""
    leaves = np.arange(1, people)
    return np.column_stack([leaves, np.zeros_like(leaves)])


def sun(people: int) -> Rows:
    """Nine in ten are tied to one and the one to them, the others to nobody: each of those only names itself."""
    tied, alone = np.arange(1, people * 9 // 10), np.arange(people * 9 // 10, people)
    hub = np.zeros_like(tied)
    return np.concatenate([np.column_stack([tied, hub]), np.column_stack([hub, tied]), np.column_stack([alone, alone])])


def heavy_tail(people: int) -> Rows:
    """Ends drawn by a power law of exponent 1.9, with whatever self-ties and repeats come of it, and more of both."""
    rng = np.random.default_rng(19)
    source = rng.integers(0, people, 6 * people)
    target = np.minimum(rng.zipf(1.9, 6 * people) - 1, people - 1)
    drawn = np.column_stack([source, target])
    everybody = np.arange(people)
    return np.concatenate([np.column_stack([everybody, everybody]), drawn, drawn[: people // 2]])


def clique(people: int) -> Rows:
    """Everybody is tied to everybody else."""
    source, target = np.divmod(np.arange(people * people), people)
    return np.column_stack([source, target])[source != target]


def hermits(people: int) -> Rows:
    """Two people have one tie; everybody else names only himself and has none."""
    everybody = np.arange(people)
    return np.concatenate([[[0, 1]], np.column_stack([everybody, everybody])])


SHAPES: dict[str, Callable[[int], Rows]] = {
    "star": star, "sun": sun, "heavy tail": heavy_tail, "clique": clique, "hermits": hermits}


def written(rows: Rows, path: Path) -> dict[str, Any]:
    """Write rows as a file of ties and return the network that reads it."""
    path.write_text("\n".join(f"{source},{target}" for source, target in rows.tolist()) + "\n", encoding="utf-8")
    return {"kind": "edge_list", "path": str(path), "header": False}


def market(network: dict[str, Any], people: int, days: int) -> ScenarioSpec:
    """Return a scenario in which all strategies sell to these people, one account has them all as followers."""
    scale = max(1, people // 20_000)
    seed = max(1, min(100 * scale, people // 20))
    return ScenarioSpec.model_validate({
        "people": people, "days": days, "network": network, "brand": {"cash": 400_000 * scale, "seed_customers": seed},
        "strategies": [
            {"kind": "community", "groups": 5 * scale, "host_hours": 3 * scale},
            {"kind": "influencer", "format": "post", "until_day": days, "every_days": 3, "fee_per_follower": 1,
             "roster": [{"followers": people}, {"followers": max(1, people // 50)}]},
            {"kind": "direct_sales", "staff": {"people": 4 * scale, "most": 8 * scale}, "accounts": 2 * scale,
             "leads": {"adds_a_day": 40 * scale}},
            {"kind": "dual_rebate", "founders": min(10 * scale, seed)},
            {"kind": "paid_ads", "daily_budget": 100 * scale}]})
