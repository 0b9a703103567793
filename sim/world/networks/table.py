"""The kinds of network, in one explicit table; nothing is imported before it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sim.core.errors import Problem, ScenarioError, did_you_mean
from sim.text.message import Message

if TYPE_CHECKING:
    from sim.world.networks.network import NetworkParams

NETWORKS: dict[str, str] = {
    "dunbar": "sim.world.networks.dunbar:DunbarParams",
    "small_world": "sim.world.networks.small_world:SmallWorldParams",
    "scale_free": "sim.world.networks.scale_free:ScaleFreeParams",
    "circles": "sim.world.networks.circles:CirclesParams",
    "complete": "sim.world.networks.complete:CompleteParams",
    "edge_list": "sim.world.networks.edge_list:EdgeListParams",
    "graph": "sim.world.networks.graph:GraphParams",
    "saved": "sim.world.networks.saved:SavedParams",
}


def network_class(kind: str) -> type[NetworkParams]:
    """Return the parameter class of a kind of network.

    Raises
    ------
    ScenarioError
        If there is no such kind; the nearest name is proposed.
    """
    place = NETWORKS.get(kind)
    if place is None:
        message = Message("networks.unknown_kind", hint=did_you_mean(kind, NETWORKS), names=list(NETWORKS))
        raise ScenarioError(Problem(message, path="network.kind", value=kind))
    module, name = place.split(":")
    found: type[NetworkParams] = getattr(importlib.import_module(module), name)
    return found
