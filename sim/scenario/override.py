"""Lay ``--set path=value`` over a tree: the same dotted paths that sweeps use.

``strategies.community.groups=30`` names a strategy by its id, ``brands.0.cash=5e5`` an item by its
position. Names on the way that the files leave out are made, so a default can be overridden; the
check that follows tells an unknown name and the nearest valid one.
"""

from __future__ import annotations

from pathlib import Path

from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten
from sim.scenario.load import LIMIT_DEPTH, parse_value
from sim.scenario.merge import identity, merge
from sim.scenario.nodes import Node, Place, dotted
from sim.text.message import Message


def apply_override(tree: Node, setting: str, label: str = "--set") -> None:
    """Lay one ``path=value`` over a tree, in place.

    Parameters
    ----------
    tree : Node
        Merged tree of a scenario.
    setting : str
        ``path=value``; the value is a YAML scalar or in flow style (``[1, 2]``, ``{a: 1}``).
    label : str
        The option, as messages name it; one of its own for a value (``--people``) shows the value alone.

    Raises
    ------
    ScenarioError
        If the setting has no path, its value is not YAML, or an item on the path does not exist.
    """
    path, equals, text = setting.partition("=")
    said = setting if label in {"--set", ""} else text
    name = f"{label} {said if len(said) <= 80 and said.isprintable() else shorten(said)}".strip()
    parts = [part.strip() for part in path.split(".")]
    if not equals or not all(parts):
        raise ScenarioError(Problem(Message("scenario.setting"), file=name))
    if len(parts) > LIMIT_DEPTH:
        raise ScenarioError(Problem(Message("scenario.setting_too_deep", most=LIMIT_DEPTH), file=name))
    if parts == ["extends"]:
        raise ScenarioError(Problem(Message("scenario.extends_by_option", name=text.strip()[:100]), file=name))
    value = parse_value(text.strip(), name)
    if parts[-1] in {"path", "data"}:
        value.folder = Path.cwd()
    lay(tree, parts, value, Place(file=name))


def lay(tree: Node, parts: list[str], value: Node, place: Place) -> None:
    """Lay a value over a tree at a dotted path, in place; names on the way that are made, and errors, stand at `place`.

    Raises
    ------
    ScenarioError
        If an item on the path does not exist.
    """
    node = tree
    for depth, part in enumerate(parts[:-1]):
        path = tuple(parts[: depth + 1])
        if node.is_list:
            node = node.value[_item(node, part, path, place, strategies=depth == 1 and parts[0] == "strategies")]
        elif node.is_map:
            child = node.value.get(part)
            if child is None or child.value is None:
                child = _empty(parts[depth + 1], place, path)
                node.value[part] = child
            node = child
        else:
            raise _single(place, path)
    _put(node, parts, value, place)


def _empty(following: str, place: Place, path: tuple[str, ...]) -> Node:
    """Return an empty mapping for a name that the files leave out."""
    if following.isdigit() or path == ("strategies",):
        raise ScenarioError(place.problem(Message("scenario.has_no", path=dotted(path)), path))
    return Node({}, place, place)


def _put(node: Node, parts: list[str], value: Node, place: Place) -> None:
    last, path = parts[-1], tuple(parts)
    if node.is_list:
        position = _item(node, last, path, place, strategies=len(parts) == 2 and parts[0] == "strategies")
        node.value[position] = merge(node.value[position], value)
    elif node.is_map:
        wrapped = Node({last: value}, place, place)
        if last == "kind" and node.get("kind") is not None:
            node.value = merge(node, wrapped).value  # another kind drops the parameters of the old one
        else:
            _lay(node, last, value)
    else:
        raise _single(place, path)


def _single(place: Place, path: tuple[str, ...]) -> ScenarioError:
    """Return the error of a path that goes on below a single value."""
    message = Message("scenario.single_value", path=dotted(path[:-1]), name=path[-1])
    return ScenarioError(place.problem(message, path))


def _lay(node: Node, name: str, value: Node) -> None:
    """Put a value under a name: mappings merge, everything else is replaced."""
    old = node.value.get(name)
    node.value[name] = merge(old, value) if old is not None and old.is_map else value


def _item(node: Node, part: str, path: tuple[str, ...], place: Place, *, strategies: bool) -> int:
    """Return the position of a list item that a path names."""
    known = [identity(item) or "" for item in node.value] if strategies else []
    if part in known:
        return known.index(part)
    if part.isascii() and part.isdigit() and len(part) < 6:
        position = int(part)
        if position < len(node.value):
            return position
        message = Message("scenario.no_item", position=position, count=len(node.value))
        raise ScenarioError(place.problem(message, path, part))
    if strategies:
        names = [name for name in known if name] or Message("common.none")
        hint = did_you_mean(part[:100], known)
        message = Message("scenario.no_strategy", name=part[:100], hint=hint, names=names)
        raise ScenarioError(place.problem(message, path, part))
    raise ScenarioError(place.problem(Message("scenario.item_by_position", name=part[:100]), path, part))
