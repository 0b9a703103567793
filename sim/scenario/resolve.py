"""From a name or path to a checked scenario: find, load, merge, lay settings over, check, write out."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, ScenarioError
from sim.core.params import Params
from sim.scenario.data import settle_data
from sim.scenario.dump import to_yaml
from sim.scenario.find import find_scenario, is_safe_name, shorten_name
from sim.scenario.load import load_text
from sim.scenario.merge import finish, load_merged
from sim.scenario.nodes import Node, Path, Place, walk
from sim.scenario.override import apply_override
from sim.scenario.problems import check_tree
from sim.scenario.spec import ScenarioSpec
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable



@dataclass(frozen=True)
class Resolved:
    """A scenario ready to run.

    Parameters
    ----------
    spec : ScenarioSpec
        The checked scenario.
    text : str
        The whole scenario as one YAML file, every default written out; reading it gives `spec` again.
    stated : str
        What the files and settings say, merged into one YAML file, without defaults.
    path : pathlib.Path or None
        The file; None for a text.
    tree : Node
        The merged tree, with the place of every stated value.
    """

    spec: ScenarioSpec
    text: str
    stated: str
    path: pathlib.Path | None
    tree: Node

    @property
    def positions(self) -> dict[Path, Place]:
        """Where each stated value is written, by its path."""
        return {path: node.place for path, node in walk(self.tree)}


def resolve(name_or_path: str | pathlib.Path, overrides: Iterable[str] = (), **options: Any) -> Resolved:
    """Return the checked scenario of a name or path.

    Parameters
    ----------
    name_or_path : str or Path
        A bare name (./scenarios, then the shipped ones) or a path.
    overrides : iterable of str
        ``path=value``, later ones over earlier ones.
    options : object
        Top-level values such as ``people``, ``days`` or ``seed``; None means not given.

    Raises
    ------
    ScenarioError
        With every problem found; nothing is written.
    """
    path = name_or_path if isinstance(name_or_path, pathlib.Path) else find_scenario(name_or_path)
    tree = load_merged(path)
    listed, axes = tree.get("scenarios"), tree.get("axes")
    if listed is not None and axes is not None:
        raise ScenarioError(listed.key.problem(Message("scenario.is_sweep", file=shorten_name(str(name_or_path)))))
    return _finished(tree, overrides, options, path, files=True)


def resolve_text(
    text: str, label: str = "scenario", overrides: Iterable[str] = (), *,
    folder: pathlib.Path | None = None, **options: Any,
) -> Resolved:
    """Return the checked scenario of a text.

    Parameters
    ----------
    text : str
        YAML, as a file would hold it.
    label : str
        What messages call it.
    overrides, options : see `resolve`
    folder : pathlib.Path
        What paths in the text are relative to. None: the text comes from outside, such as a page's
        editor; it may extend shipped scenarios by name and names no file.

    Raises
    ------
    ScenarioError
        With every problem found.
    """
    tree = finish(load_text(text, label), folder, [])
    return _finished(tree, overrides, options, None, files=folder is not None)


def _finished(
    tree: Node, overrides: Iterable[str], options: dict[str, Any], path: pathlib.Path | None, *, files: bool
) -> Resolved:
    """Lay the settings over, name, check and write out."""
    _lay_over(tree, overrides, options)
    _name(tree, path)
    stated = to_yaml(_in_order(tree.plain()))
    settle_data(tree, inside=files)
    spec = check_tree(tree)
    return Resolved(spec, scenario_text(spec), stated, path, tree)


def _lay_over(tree: Node, overrides: Iterable[str], options: dict[str, Any]) -> None:
    """Apply all settings; all faulty ones are reported together."""
    problems: list[Problem] = []
    given = [(f"{name}={value}", f"--{name}") for name, value in options.items() if value is not None]
    for setting, label in [*((s, "--set") for s in overrides), *given]:
        try:
            apply_override(tree, setting, label)
        except ScenarioError as error:
            problems.extend(error.problems)
    if problems:
        raise ScenarioError(problems)


def _name(tree: Node, path: pathlib.Path | None) -> None:
    """Name a nameless scenario after its file."""
    if "name" not in tree.value and path is not None and is_safe_name(path.stem):
        tree.value = {"name": Node(path.stem, tree.place, tree.place), **tree.value}


def _in_order(data: dict[str, Any]) -> dict[str, Any]:
    """Put the top-level names into the order of the declaration; unknown ones last."""
    known = [field.alias or name for name, field in ScenarioSpec.model_fields.items()]
    return {name: data[name] for name in sorted(data, key=lambda n: known.index(n) if n in known else len(known))}


def scenario_text(spec: ScenarioSpec) -> str:
    """Return a scenario as one YAML file, every default written out."""
    return to_yaml(_without_unset(spec, spec.model_dump(mode="json", by_alias=True)))


def _without_unset(value: Any, data: Any) -> Any:
    """Leave out nulls that are defaults; a null that is not (a survey switched off) must be said."""
    if isinstance(value, Params):
        fields = type(value).model_fields.items()
        kept = {field.alias or name: (getattr(value, name), field) for name, field in fields}
        return {name: _without_unset(inner, data[name]) for name, (inner, field) in kept.items()
                if not (data[name] is None and field.default is None)}
    if isinstance(value, (list, tuple)):
        return [_without_unset(inner, written) for inner, written in zip(value, data, strict=True)]
    return data
