"""Files of real networks that a scenario names: where they are, and what to do when they are missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sim.core.errors import DataError, ScenarioError
from sim.scenario.find import find_data

if TYPE_CHECKING:
    from sim.scenario.nodes import Node
    from sim.scenario.spec import ScenarioSpec


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
        If a text from outside names a file.
    """
    network, data = tree.get("network"), tree.get("data")
    stated = network.get("path") if network is not None else None
    for node, path in ((stated, ("network", "path")), (data, ("data",))):
        if node is not None and isinstance(node.value, str):
            if not inside:
                raise ScenarioError(node.place.problem("a text from outside names no files", path, node.value))
            found = find_data(node.value, node.folder)
            if found is not None:
                node.value = str(found)
    if network is not None and network.is_map and stated is None and data is not None:
        network.value["path"] = data


def missing_data(spec: ScenarioSpec) -> list[str]:
    """Return one message for each file that the scenario needs and that is not there."""
    path = getattr(spec.network, "path", None)
    if not isinstance(path, str) or not path or find_data(path) is not None:
        return []
    folder = os.environ.get("GUANXI_DATA")
    looked = f"also looked in {folder} (GUANXI_DATA)" if folder else "GUANXI_DATA is not set"
    source = getattr(type(spec.network), "where_to_get", "")
    get = f" Get it: {source}." if source else ""
    return [(f"network.path: no file '{path}' ({looked}).{get} Put it there, name its folder with the variable "
            f"GUANXI_DATA, or say where it is with --set network.path=FILE")]


def require_data(spec: ScenarioSpec) -> None:
    """Refuse to go on without the files that the scenario needs.

    Raises
    ------
    DataError
        If one is missing.
    """
    missing = missing_data(spec)
    if missing:
        raise DataError("; ".join(missing))


def data_folder() -> Path | None:
    """Return the folder that GUANXI_DATA names, or None."""
    name = os.environ.get("GUANXI_DATA")
    return Path(name) if name else None
