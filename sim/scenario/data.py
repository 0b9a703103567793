"""Files of real networks that a scenario names: where they are, and what to do when they are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.errors import DataError, ScenarioError
from sim.text.message import Message
from sim.world.networks.files import find_data

if TYPE_CHECKING:
    from sim.scenario.nodes import Node
    from sim.scenario.spec import ScenarioSpec


_FOLDER_KIND = "saved"
"""The one kind of network whose path is a folder."""


def settle_data(tree: Node, *, inside: bool) -> None:
    """Write into the tree where the network's file is, so that a run needs no working folder.

    Parameters
    ----------
    tree : Node
        Merged tree; ``network.path`` (or ``data``, if the network has no path) becomes an absolute
        path where the file was found and stays as written where it was not.
    inside : bool
        False for a text from outside, which may not name files.

    Raises
    ------
    ScenarioError
        If a text from outside names a file, or a file claims to hold a graph object.
    """
    network, data = tree.get("network"), tree.get("data")
    given = network.get("graph") if network is not None else None
    if given is not None:
        raise ScenarioError(given.key.problem(Message("scenario.graph_object"), ("network", "graph")))
    if network is not None and network.is_map and "path" not in network.value and data is not None and isinstance(data.value, str):
        network.value["path"] = data.copy()
    for node, path in ((network.get("path") if network is not None else None, ("network", "path")), (data, ("data",))):
        if node is None or not isinstance(node.value, str):
            continue
        if not inside:
            raise ScenarioError(node.place.problem(Message("scenario.outside_file"), path, node.value))
        node.value = _found(node, folder=network is not None and network.text("kind") == _FOLDER_KIND) or node.value


def _found(node: Node, *, folder: bool) -> str | None:
    try:
        return str(find_data(node.value, node.folder, folder=folder))
    except (DataError, OSError, ValueError, RuntimeError):
        return None


def missing_data(spec: ScenarioSpec) -> list[str]:
    """Return one message for each file that the scenario needs and that is not there, with the remedy."""
    path = getattr(spec.network, "path", None)
    if not path:
        return []
    try:
        find_data(path, folder=getattr(spec.network, "kind", "") == _FOLDER_KIND)
    except DataError as error:
        return [error.message]
    except (OSError, ValueError, RuntimeError):
        return [Message("scenario.not_a_data_file", path=repr(str(path)[:200]))]
    return []


def require_data(spec: ScenarioSpec) -> None:
    """Refuse to go on without the files that the scenario needs.

    Raises
    ------
    DataError
        If one is missing; the message says where it was looked for and how to name it.
    """
    missing = missing_data(spec)
    if missing:
        raise DataError(Message.joined(missing, "; "))
