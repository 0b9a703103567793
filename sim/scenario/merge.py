"""Put a file and the files it extends together; every value keeps the place it was written at.

Rules, from the parent to the child:

- mappings merge name by name, and the child wins;
- a mapping whose ``kind`` differs from the parent's replaces it (parameters of one kind mean
  nothing to another), and so does a mapping with ``replace: true``;
- ``strategies`` merge by ``id`` (the kind if none is given): known ids merge, new ones are added
  at the end; an item that is only ``{replace: true}`` drops all of the parent's strategies, and so
  does an empty list;
- every other list, and every other value, replaces the parent's;
- ``brand`` drops the parent's ``brands`` and the reverse, and so do ``product`` and ``products``;
- ``name`` and ``title`` belong to their own file and are not inherited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.errors import ScenarioError
from sim.scenario.find import find_scenario, is_path, shorten_name
from sim.scenario.load import load_file
from sim.scenario.nodes import Node
from sim.scenario.version import bring_up_to_date
from sim.text.message import Message

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_CHAIN = 20
_OWN = ("name", "title", "extends", "schema")
_SECTIONS = ("title", "market", "network", "population", "calendar", "brand", "brands", "mechanisms", "strategies",
             "shocks", "expect")
_EITHER = {"brand": "brands", "brands": "brand", "product": "products", "products": "product"}


def load_merged(path: Path, label: str = "") -> Node:
    """Return the tree of a file with everything it extends.

    Raises
    ------
    ScenarioError
        If a parent is missing, the chain is a circle or too long, or a file is wrong.
    """
    return finish(load_file(path, label or shorten_name(str(path))), path.parent, [path])


def finish(tree: Node, folder: Path | None, chain: list[Path]) -> Node:
    """Return a loaded tree merged onto its parents.

    Parameters
    ----------
    tree : Node
        Tree of one file; changed in place.
    folder : Path
        Folder that its paths are relative to; None (a text from outside) allows bare names only.
    chain : list of Path
        Files already on the way, to tell a circle.
    """
    bring_up_to_date(tree)
    remember_folder(tree, folder)
    for name in _SECTIONS:
        section = tree.get(name)
        if section is not None and section.value is None:
            del tree.value[name]  # a heading whose lines are all comments says nothing
    stated = tree.value.pop("extends", None)
    if stated is None:
        return strip(tree)
    parent_path = _parent(stated, folder, chain)
    parent = finish(load_file(parent_path, shorten_name(str(parent_path))), parent_path.parent, [*chain, parent_path])
    for name in _OWN:
        parent.value.pop(name, None)
    return strip(merge(parent, tree))


def remember_folder(tree: Node, folder: Path | None) -> None:
    """Write into the places of data paths which folder they are relative to."""
    network = tree.get("network")
    for node in (tree.get("data"), network.get("path") if network is not None else None):
        if node is not None:
            node.folder = folder


def _parent(stated: Node, folder: Path | None, chain: list[Path]) -> Path:
    name = stated.value
    if not isinstance(name, str) or not name.strip():
        raise ScenarioError(stated.place.problem(Message("scenario.one_parent"), ("extends",), name))
    if folder is None and is_path(name):
        message = Message("scenario.outside_parent")
        raise ScenarioError(stated.place.problem(message, ("extends",), name))
    try:
        found = find_scenario(name, folder)
        real = found.resolve()
    except ScenarioError as error:
        raise ScenarioError(stated.place.problem(error.problems[0].message, ("extends",), name)) from None
    except (OSError, RuntimeError):
        raise ScenarioError(stated.place.problem(Message("scenario.cannot_be_followed"), ("extends",), name)) from None
    if real in [p.resolve() for p in chain]:
        circle = " -> ".join(p.name for p in [*chain, found])
        message = Message("scenario.circle", circle=shorten_name(circle))
        raise ScenarioError(stated.place.problem(message, ("extends",), name))
    if len(chain) >= LIMIT_CHAIN:
        message = Message("scenario.too_many_parents", most=LIMIT_CHAIN)
        raise ScenarioError(stated.place.problem(message, ("extends",), name))
    return found


def merge(parent: Node, child: Node, name: str = "") -> Node:
    """Return the child laid over the parent; neither is changed."""
    if name == "strategies" and parent.is_list and child.is_list:
        return _merge_strategies(parent, child)
    if not (parent.is_map and child.is_map) or _replaces(parent, child):
        return child
    merged = dict(parent.value)
    for key, node in child.value.items():
        other = _EITHER.get(key)
        if other is not None and other not in child.value:
            merged.pop(other, None)
        merged[key] = merge(merged[key], node, key) if key in merged else node
    return Node(merged, child.place, child.key)


def _replaces(parent: Node, child: Node) -> bool:
    """Return whether the child wants nothing of the parent."""
    flag = child.get("replace")
    if flag is not None and flag.value is True:
        return True
    old, new = parent.text("kind"), child.text("kind")
    return new is not None and old is not None and new != old


def identity(item: Node) -> str | None:
    """Return the id of a strategy item: its ``id``, else its ``kind``."""
    return item.text("id") or item.text("kind")


def _merge_strategies(parent: Node, child: Node) -> Node:
    merged: list[Node] = list(parent.value) if child.value else []
    inherited = {identity(item): place for place, item in enumerate(merged)}
    for item in child.value:
        if _drops_all(item):
            merged, inherited = [], {}
            continue
        # Popped, so that two items of one id in one file stay two and the check can name both.
        place = inherited.pop(identity(item), None)
        if place is None or identity(item) is None:
            merged.append(item)
        else:
            merged[place] = merge(merged[place], item)
    return Node(merged, child.place, child.key)


def _drops_all(item: Node) -> bool:
    return isinstance(item.value, dict) and set(item.value) == {"replace"}


def strip(tree: Node) -> Node:
    """Take out the ``replace`` marks, which have done their work."""
    if isinstance(tree.value, dict):
        flag = tree.value.get("replace")
        if flag is not None:
            if not isinstance(flag.value, bool):
                raise ScenarioError(flag.place.problem(Message("scenario.replace"), ("replace",), flag.value))
            del tree.value["replace"]
        for child in tree.value.values():
            strip(child)
    elif isinstance(tree.value, list):
        tree.value[:] = [child for child in tree.value if not _drops_all(child)]
        for child in tree.value:
            strip(child)
    return tree
