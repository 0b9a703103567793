"""From validation errors to located problems: where, what is wrong, what is allowed, what was meant."""

from __future__ import annotations

import typing
from typing import Any

from pydantic import ValidationError

from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten, value_problem
from sim.core.params import Params
from sim.scenario import kinds
from sim.scenario.load import as_written, wide_signs
from sim.scenario.merge import identity
from sim.scenario.nodes import Node, Path, Place, locate, walk
from sim.scenario.spec import SECOND, ScenarioSpec
from sim.text.message import Message

LIMIT_PROBLEMS = 50
_LIMIT_LOCATED = 200
"""Looking for the nearest name takes a millisecond a problem; a hostile file has thousands."""

_UNWRITTEN = 3
"""Older than anything that is written: a default."""

_FAMILIES = {"network": kinds.NETWORK, "strategies": kinds.STRATEGIES, "shocks": kinds.SHOCKS}


def check_tree(tree: Node) -> ScenarioSpec:
    """Return the checked scenario of a merged tree.

    Raises
    ------
    ScenarioError
        With every problem found, in the order of the file.
    """
    spec: ScenarioSpec | None = None
    problems: list[Problem] = []
    rest = 0
    try:
        spec = ScenarioSpec.model_validate(tree.plain())
    except ValidationError as error:
        problems, rest = located_problems(error, tree)
    twice = _twice(tree)
    problems = [p for p in problems if not (twice and _is_about(p, SECOND))] + twice
    if spec is not None:
        problems.extend(truths(tree, spec))
    if problems or spec is None:
        raise ScenarioError(in_order(problems, rest))
    return spec


def located_problems(error: ValidationError, tree: Node, root: type[Params] = ScenarioSpec) -> tuple[list[Problem], int]:
    """Return the located problems of a validation of `tree` as `root`, and how many more were never located."""
    entries = error.errors(include_url=False)
    # A list that is too short lacks several items: the last says how many there should be, and one problem is enough.
    last = {entry["loc"][:-1]: entry["loc"][-1] for entry in entries if entry["type"] == "missing"}
    entries = [entry for entry in entries
               if entry["type"] != "missing" or isinstance(entry["loc"][-1], str) or last[entry["loc"][:-1]] == entry["loc"][-1]]
    problems = [_problem(entry, tree, root) for entry in entries[:_LIMIT_LOCATED]]
    return problems, len(entries) - len(problems)


def _is_about(problem: Problem, key: str) -> bool:
    return isinstance(problem.message, Message) and problem.message.key == key


def in_order(problems: list[Problem], rest: int = 0) -> list[Problem]:
    """Return the problems by place, cut where nobody reads on; `rest` more were never located."""
    ordered = sorted(problems, key=lambda p: (p.file, p.line, p.column))
    rest += max(0, len(ordered) - LIMIT_PROBLEMS)
    if rest:
        ordered = [*ordered[:LIMIT_PROBLEMS], Problem(Message("common.rest", count=rest), file=ordered[0].file)]
    return ordered


def _problem(entry: Any, tree: Node, root: type[Params]) -> Problem:
    """Return the located problem of one validation error."""
    loc = _stated([tuple(entry["loc"]), *entry.get("ctx", {}).get("others", ())], tree)
    path = named_path(loc, tree) if root is ScenarioSpec else tuple(part for part in loc if part != "[key]")
    if entry["type"] == "extra_forbidden":
        node, _ = locate(tree, loc)
        name = str(loc[-1])
        allowed = allowed_names(loc[:-1], tree, root)
        hint = wide_signs(name) or did_you_mean(name[:100], allowed) or _list_of(allowed)
        message = Message("scenario.unknown_name", name=name[:100], hint=hint)
        return node.key.problem(message, path, shorten(entry["input"]))
    if entry["type"] == "missing":
        node, _ = locate(tree, loc[:-1])
        if node.is_list:
            return node.place.problem(Message("scenario.short_list", items=int(loc[-1]) + 1, count=len(node.value)), path[:-1])
        place = node.place if not node.is_map or not node.value else next(iter(node.value.values())).key
        return place.problem(Message("scenario.missing", name=loc[-1], meaning=_meaning(loc, tree, root)), path)
    node, found = locate(tree, loc)
    place = node.place if found else node.key if node is not tree else Place(tree.place.file)
    if found and node is not tree and entry["type"] in {"value_error", "scenario"}:
        place = min((one for _, one in walk(node)), key=lambda one: _age(one, tree)).place  # the first of equals is the whole
    text = value_problem(entry)
    said = node.is_map or node.is_list or not found or str(node.value)[:100] in text or bool(entry.get("ctx", {}).get("others"))
    text = text if said else Message("values.got", text=text, value=as_written(node.value))
    return place.problem(text, path, shorten(entry["input"]))


def _stated(places: list[Path], tree: Node) -> Path:
    """Return which of several values that do not go together is told of: what was written last, the first of equals."""
    found = [locate(tree, loc) for loc in places]
    ages = [_age(node, tree) if is_there else _UNWRITTEN for node, is_there in found]
    return places[ages.index(min(ages))]


def _age(node: Node, tree: Node) -> int:
    """Return how early a value was written: 0 by an option, 1 in the file itself, 2 in what it extends."""
    return 0 if not node.place.line else 1 if node.place.file == tree.place.file else 2


def named_path(loc: Path, tree: Node) -> Path:
    """Return the path as people write it: strategies by their id instead of their position."""
    strategies = tree.get("strategies")
    if len(loc) > 1 and loc[0] == "strategies" and strategies is not None and strategies.is_list:
        place = loc[1]
        if isinstance(place, int) and place < len(strategies.value):
            name = identity(strategies.value[place])
            return ("strategies", name if name is not None else place, *loc[2:])
    return loc


def _list_of(allowed: list[str]) -> str:
    return Message("scenario.allowed", names=allowed) if allowed else ""


def _meaning(loc: Path, tree: Node, root: type[Params]) -> str:
    """Return what a missing parameter means, from its declaration."""
    owner = model_at(loc[:-1], tree, root)
    field = owner.model_fields.get(str(loc[-1])) if owner is not None else None
    if field is None or not field.description:
        return ""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Message("scenario.meaning", meaning=Message.spoken(field.description, str(extra.get("zh") or field.description)))


def allowed_names(loc: Path, tree: Node, root: type[Params] = ScenarioSpec) -> list[str]:
    """Return the names that a mapping of the file may have."""
    owner = model_at(loc, tree, root)
    if owner is None:
        return []
    names = [field.alias or name for name, field in owner.model_fields.items()]
    return [*names, "extends"] if not loc and root is ScenarioSpec else names


def model_at(loc: Path, tree: Node, root: type[Params] = ScenarioSpec) -> type[Params] | None:
    """Return the parameter class that governs the mapping at `loc`, as far as the declarations tell."""
    owner: type[Params] | None = root
    depth = 0
    while depth < len(loc) and owner is not None:
        name = loc[depth]
        depth += 1
        if owner is ScenarioSpec and name in _FAMILIES:
            depth += name != "network"
            owner = _class_of_kind(_FAMILIES[str(name)], loc[:depth], tree)
        elif owner is ScenarioSpec and name == "mechanisms":
            owner = kinds.mechanisms_class()
        elif isinstance(name, str):
            field = owner.model_fields.get(name)
            owner = params_in(field.annotation) if field is not None else None
            depth += field is not None and typing.get_origin(field.annotation) is dict  # its keys are free
    return owner


def _class_of_kind(family: str, loc: Path, tree: Node) -> type[Params] | None:
    node, _ = locate(tree, loc)
    kind = node.text("kind") or kinds.DEFAULT_KIND.get(family, "")
    return kinds.params_class(family, kind)


def params_in(annotation: Any) -> type[Params] | None:
    """Return the first parameter class inside an annotation such as ``tuple[ProductParams, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, Params):
        return annotation
    for part in typing.get_args(annotation):
        found = params_in(part)
        if found is not None:
            return found
    return None


def _twice(tree: Node) -> list[Problem]:
    """Return problems of strategies that share an id, even if the file has other faults too."""
    strategies = tree.get("strategies")
    if strategies is None or not strategies.is_list:
        return []
    problems: list[Problem] = []
    seen: dict[str, Node] = {}
    for item in strategies.value:
        name = identity(item)
        if name is not None and name in seen:
            place = (item.get("id") or item.get("kind") or item).place
            message = Message("scenario.second_strategy_line", name=name[:100], line=seen[name].place.line)
            problems.append(place.problem(message, ("strategies", name), name))
        elif name is not None:
            seen[name] = item
    return problems


def truths(tree: Node, spec: Params) -> list[Problem]:
    """Return problems of true and false where a number is meant, which validation takes for 1 and 0."""
    problems = []
    for path, node in walk(tree):
        if isinstance(node.value, bool):
            value = _value_at(spec, path)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                problems.append(node.place.problem(Message("scenario.truth"), named_path(path, tree), node.value))
    return problems


def _value_at(spec: Any, path: Path) -> Any:
    for part in path:
        if isinstance(spec, Params):
            spec = getattr(spec, str(part), None)
        elif isinstance(spec, dict):
            spec = spec.get(part)
        elif isinstance(spec, (list, tuple)) and isinstance(part, int):
            spec = spec[part] if part < len(spec) else None
    return spec
