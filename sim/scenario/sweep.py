"""From a sweep file to a checked sweep: scenarios found, settings laid over them, every value of every axis tried.

A wrong sweep is refused before anything runs, with every problem at its place in the file; the errors are those of
scenarios, because a value of an axis is laid over a scenario as if it stood there.
"""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten
from sim.scenario.data import settle_data
from sim.scenario.find import SWEEPS, available, find_scenario, is_path, is_safe_name, shorten_name
from sim.scenario.load import load_file, load_text
from sim.scenario.market import require_same_market
from sim.scenario.merge import load_merged
from sim.scenario.nodes import NOWHERE, Node, Place, dotted, walk
from sim.scenario.override import apply_override, lay
from sim.scenario.problems import check_tree, in_order, located_problems, truths
from sim.scenario.sweep_check import checked_axes, has_strategy, unknown_strategy
from sim.scenario.sweep_spec import NEWEST_SWEEP, SweepSpec
from sim.scenario.version import bring_up_to_date
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sim.scenario.expect import Expectation
    from sim.scenario.spec import ScenarioSpec
    from sim.scenario.sweep_axes import Axis, Value

OWN = frozenset({"name", "title", "schema", "extends", "expect", "seed", "replace"})
"""Names of a scenario that are no levers: words, and what the sweep says itself."""
_OF_A_SCENARIO = ("extends", "strategies", "brand", "brands")
"""What a scenario says and no sweep does."""
_TRIED = frozenset({"scenarios", "base", "axes"})
"""Parts of a sweep file that are tried against each other; the rest stands by itself."""


@dataclass(frozen=True)
class Case:
    """One scenario of a sweep before any axis is laid over it.

    Parameters
    ----------
    tree : Node
        Its merged tree with the sweep's settings.
    spec : ScenarioSpec
        The same, checked, under the sweep's seed and with a name that no other case has.
    """

    tree: Node
    spec: ScenarioSpec


@dataclass(frozen=True)
class Sweep:
    """A sweep ready to run.

    Parameters
    ----------
    spec : SweepSpec
        What the file says.
    cases : tuple of Case
        Its scenarios, in the order of the file.
    axes : tuple of Axis
        Its axes, in the order of the file.
    source : str
        The file.
    label : str
        What messages call it.
    tree : Node
        The file with the place of every value.
    """

    spec: SweepSpec
    cases: tuple[Case, ...]
    axes: tuple[Axis, ...]
    source: str
    label: str
    tree: Node
    _made: dict[tuple[Any, ...], ScenarioSpec] = field(default_factory=dict, compare=False, repr=False)

    def scenario(self, case: int, values: Mapping[str, Value]) -> ScenarioSpec:
        """Return a scenario with the values of a point laid over it.

        Raises
        ------
        ScenarioError
            If the values are wrong together, which no check of each alone can tell.
        """
        mine = tuple((axis, values[axis.path]) for axis in self.axes if case in axis.cases)
        key = (case, *(value for _, value in mine))
        if key not in self._made:
            if len(self._made) >= 64:  # a few points at a time: memory does not grow with their number
                self._made.clear()
            self._made[key] = self._laid(case, mine)
        return self._made[key]

    def lines(self) -> dict[str, int]:
        """Return the line of every expectation that stands in the sweep file, by its text."""
        listed = self.tree.get("expect")
        nodes = listed.value if listed is not None and listed.is_list else []
        return {text: node.place.line for one, node in zip(self.spec.expect, nodes, strict=False) for text in one.values()}

    def _laid(self, case: int, values: Iterable[tuple[Axis, Value]]) -> ScenarioSpec:
        base = self.cases[case]
        tree = base.tree.copy()
        given = list(values)
        try:
            for axis, value in given:
                lay(tree, axis.parts, axis.node(value), axis.place)
            settle_data(tree, inside=True)
            spec = check_tree(tree)
        except ScenarioError as error:
            point = ", ".join(f"{axis.path}={value}" for axis, value in given)
            first = error.problems[0]
            message = Message("sweep.together", scenario=base.spec.name, point=point[:300], problem=_said(first))
            place = given[0][0].place if given else Place(self.label)
            raise ScenarioError(place.problem(message)) from None
        return spec.model_copy(update={"name": base.spec.name, "title": base.spec.title, "seed": base.spec.seed})

    def expectations(self, case: int) -> list[Expectation]:
        """Return what is expected of a scenario: what the sweep says, then what the scenario says itself."""
        spec = self.cases[case].spec
        said = [expected for name, expected in self.spec.expected() if name in {"", spec.name}]
        known = {one.text for one in said}
        return said + [one for one in spec.expectations() if one.text not in known]


def _said(problem: Problem) -> Message:
    path = f"{problem.path}: " if problem.path else ""
    return Message.joined([path, problem.message], "")


def resolve_sweep(name_or_path: str | pathlib.Path, overrides: Iterable[str] = (), **options: Any) -> Sweep:
    """Return the checked sweep of a name or path.

    Parameters
    ----------
    name_or_path : str or Path
        A bare name (./scenarios/sweeps, then the shipped ones) or a path.
    overrides : iterable of str
        ``path=value`` laid over every scenario that has the path.
    options : object
        ``seed``, ``replications`` of the sweep; ``people``, ``days`` of every scenario; None means not given.

    Raises
    ------
    ScenarioError
        With every problem found; nothing is written.
    MarketMismatchError
        If the scenarios do not share a market.
    """
    path = name_or_path if isinstance(name_or_path, pathlib.Path) else find_scenario(name_or_path, None, SWEEPS)
    label = shorten_name(str(path))
    tree = load_file(path, label)
    own = next((tree.value[name] for name in _OF_A_SCENARIO if name in tree.value), None)
    if own is not None and "scenarios" not in tree.value:
        raise ScenarioError(own.key.problem(Message("sweep.is_scenario", file=label)))
    if "name" not in tree.value and is_safe_name(path.stem):
        tree.value["name"] = Node(path.stem, tree.place, tree.place)
    return _resolved(tree, label, path.parent, overrides, options, path.read_text(encoding="utf-8-sig"))


def is_sweep(name: str) -> bool:
    """Return whether a name or path leads to a sweep file: one that lists scenarios. A file that cannot be read is none.

    A bare name that a scenario and a sweep share is the scenario's.
    """
    if not is_path(name) and name not in available():
        return name in available(SWEEPS)
    try:
        return "scenarios" in load_file(find_scenario(name)).value
    except ScenarioError:
        return False


def resolve_sweep_text(text: str, label: str = "sweep", overrides: Iterable[str] = (), *,
                       folder: pathlib.Path | None = None, **options: Any) -> Sweep:
    """Return the checked sweep of a text; paths in it are relative to `folder`. Else as `resolve_sweep`."""
    return _resolved(load_text(text, label), label, folder or pathlib.Path(), overrides, options, text)


def _resolved(tree: Node, label: str, folder: pathlib.Path, overrides: Iterable[str], options: dict[str, Any],
              source: str) -> Sweep:
    try:
        spec = _checked_form(tree, folder)
    except ScenarioError as error:
        raise ScenarioError(in_order([*error.problems, *_beside(error, tree, label, folder, overrides, options)])) from None
    given = {name: options.get(name) for name in ("seed", "replications")}
    spec = spec.model_copy(update={name: value for name, value in given.items() if value is not None})
    trees, problems = _found(tree, folder)
    settings = [*((one, "--set") for one in overrides),
                *((f"{name}={options[name]}", f"--{name}") for name in ("people", "days") if options.get(name) is not None)]
    axes_node = tree.get("axes") or Node({}, tree.place)
    problems += _lay_base(tree, trees, folder) + _lay_settings(trees, settings, axes_node)
    specs: list[ScenarioSpec] = []
    for one in trees:
        try:
            settle_data(one, inside=True)
            specs.append(check_tree(one))
        except ScenarioError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        raise ScenarioError(in_order(problems))
    cases = _cases(trees, specs, spec)
    _remember_folder(axes_node, folder)
    axes, problems = checked_axes(axes_node, spec, trees, OWN)
    problems += _unknown_names(tree, spec, [case.spec.name for case in cases])
    if problems:
        raise ScenarioError(in_order(problems))
    require_same_market([case.spec for case in cases])
    return Sweep(spec, cases, axes, source, label, tree)


def _beside(error: ScenarioError, tree: Node, label: str, folder: pathlib.Path, overrides: Iterable[str],
            options: dict[str, Any]) -> list[Problem]:
    """Return what else is wrong with a sweep whose form is wrong in some places: those are left out and the rest is tried."""
    faulty = [problem.path for problem in error.problems]
    rest = tree.copy()
    for path in (*(name for name in rest.value if name not in _TRIED), *(f"axes.{name}" for name in _names_in(rest, "axes"))):
        if any(one == path or one.startswith(f"{path}.") for one in faulty):
            faulty = [one for one in faulty if one != path and not one.startswith(f"{path}.")]
            section, _, name = path.partition(".")
            rest.value.pop(section) if not name else rest.value[section].value.pop(name)
    if faulty:  # without its scenarios nothing can be held against them
        return []
    try:
        _resolved(rest, label, folder, overrides, options, "")
    except ScenarioError as more:
        return [problem for problem in more.problems if problem not in error.problems]
    return []


def _names_in(tree: Node, section: str) -> list[str]:
    node = tree.get(section)
    return list(node.value) if node is not None and node.is_map else []


def check_sweep(tree: Node) -> SweepSpec:
    """Return the form of a sweep file.

    Raises
    ------
    ScenarioError
        With every problem found, in the order of the file.
    """
    bring_up_to_date(tree, NEWEST_SWEEP, {})
    for name in ("base", "axes", "expect", "title", "design"):
        section = tree.get(name)
        if section is not None and section.value is None:
            del tree.value[name]  # a heading whose lines are all comments says nothing
    try:
        spec = SweepSpec.model_validate(tree.plain())
    except ValidationError as error:
        problems, rest = located_problems(error, tree, SweepSpec)
        raise ScenarioError(in_order(problems, rest)) from None
    problems = truths(tree, spec)
    if problems:
        raise ScenarioError(in_order(problems))
    return spec


def _checked_form(tree: Node, folder: pathlib.Path) -> SweepSpec:
    """Return the form of a sweep file; where it is wrong, scenarios that are not there are told in the same go."""
    try:
        return check_sweep(tree)
    except ScenarioError as error:
        listed = tree.get("scenarios")
        names = [one for one in (listed.value if listed is not None and listed.is_list else []) if isinstance(one.value, str)]
        _, problems = _found(Node({"scenarios": Node(names)}), folder)
        raise ScenarioError(in_order([*error.problems, *problems])) from None


def _found(tree: Node, folder: pathlib.Path) -> tuple[list[Node], list[Problem]]:
    """Return the merged trees of the scenarios that a sweep names, and what is wrong with the others."""
    trees: list[Node] = []
    problems: list[Problem] = []
    listed = tree.get("scenarios")
    for at, node in enumerate(listed.value if listed is not None else []):
        try:
            path = find_scenario(node.value, folder)
        except ScenarioError as error:
            problems.append(node.place.problem(error.problems[0].message, ("scenarios", at), node.value))
            continue
        if is_sweep(str(path)):
            problems.append(node.place.problem(Message("sweep.not_a_scenario"), ("scenarios", at), node.value))
            continue
        try:
            merged = load_merged(path)
        except ScenarioError as error:
            problems += error.problems
            continue
        if "name" not in merged.value and is_safe_name(path.stem):
            merged.value["name"] = Node(path.stem, merged.place, merged.place)
        trees.append(merged)
    return trees, problems


def _lay_base(tree: Node, trees: list[Node], folder: pathlib.Path) -> list[Problem]:
    """Lay the sweep's settings over every scenario that has their path."""
    base, axes = tree.get("base"), tree.get("axes")
    problems: list[Problem] = []
    for path, node in (base.value.items() if base is not None else ()):
        if axes is not None and path in axes.value:
            problems.append(node.key.problem(Message("sweep.base_and_axis", line=axes.value[path].key.line), ("base", path)))
        else:
            problems += _laid_over(path, node, node.key, trees, folder)
    return problems


def _laid_over(path: str, node: Node, key: Place, trees: list[Node], folder: pathlib.Path) -> list[Problem]:
    """Lay one value over the trees that have its path, in place."""
    parts = path.split(".")
    if not all(parts) or parts[0] in OWN:
        return [key.problem(Message("sweep.no_lever", path=path[:100]), ("base", path))]
    mine = [one for one in trees if has_strategy(one, parts)]
    if not mine and trees:
        return [unknown_strategy(parts, trees, key)]
    for one in mine:
        value = node.copy()
        value.key, value.folder = key, folder if parts[-1] in {"path", "data"} else None
        try:
            lay(one, parts, value, key)
        except ScenarioError as error:
            return error.problems
    return []


def _lay_settings(trees: list[Node], settings: Iterable[tuple[str, str]], axes: Node) -> list[Problem]:
    """Lay the command line's settings over every scenario that has their path."""
    problems: list[Problem] = []
    for setting, label in settings:
        parts = [part.strip() for part in setting.partition("=")[0].split(".")]
        path, name = ".".join(parts), f"{label} {shorten(setting)}"
        if path in axes.value:
            problems.append(Problem(Message("sweep.set_axis", path=dotted(tuple(parts))), file=name))
            continue
        if parts[0] in OWN:
            problems.append(Problem(Message("sweep.no_lever", path=path[:100]), file=name))
            continue
        mine = [one for one in trees if has_strategy(one, parts)] or trees
        found: list[Problem] = []
        for one in mine:
            try:
                apply_override(one, setting, label)
            except ScenarioError as error:
                found += [problem for problem in error.problems if problem not in found]
        problems += found
    return problems


def _cases(trees: list[Node], specs: list[ScenarioSpec], sweep: SweepSpec) -> tuple[Case, ...]:
    """Return the cases under one seed, each with a name of its own."""
    used: set[str] = set()
    cases = []
    for tree, spec in zip(trees, specs, strict=True):
        name, number = spec.name, 1
        while name in used:
            number += 1
            name = f"{spec.name}-{number}"
        used.add(name)
        cases.append(Case(tree, spec.model_copy(update={"name": name, "seed": sweep.seed})))
    return tuple(cases)


def _remember_folder(axes: Node, folder: pathlib.Path) -> None:
    """Write into values that are paths of data which folder they are relative to: that of the sweep file."""
    for path, node in axes.value.items():
        if path.rpartition(".")[2] in {"path", "data"}:
            for _, inside in walk(node):
                inside.folder = folder


def _unknown_names(tree: Node, spec: SweepSpec, names: list[str]) -> list[Problem]:
    """Return problems of expectations of scenarios that the sweep does not play."""
    listed = tree.get("expect")
    problems = []
    for at, one in enumerate(spec.expect):
        for name in one:
            if name and name not in names:
                node = listed.value[at] if listed is not None else Node(name, NOWHERE)
                place = node.value[name].key if node.is_map else node.place
                hint = did_you_mean(name[:100], names)
                message = Message("sweep.no_such_scenario", name=name[:100], hint=hint, names=names)
                problems.append(place.problem(message, ("expect", at), name))
    return problems
