"""Check the axes of a sweep file against its scenarios: paths first, then every stated value, in the parameter's own unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten, value_problem
from sim.core.params import Fen
from sim.scenario.dump import flow
from sim.scenario.levers import levers
from sim.scenario.merge import identity
from sim.scenario.nodes import Node, Place
from sim.scenario.override import lay
from sim.scenario.problems import check_tree
from sim.scenario.sweep_axes import DEFAULT_STEPS, Axis, Distribution, Value, value_at
from sim.scenario.sweep_spec import DISTRIBUTIONS, LIMIT_RUNS
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pydantic.fields import FieldInfo

    from sim.scenario.sweep_spec import AxisSpec, SweepSpec
    from sim.text.catalogue import Lang

_LIMIT_SHOWN = 3
_WORD = 60


def checked_axes(node: Node, spec: SweepSpec, trees: list[Node], own: Collection[str]) -> tuple[tuple[Axis, ...], list[Problem]]:
    """Return the axes and everything that is wrong with them.

    Parameters
    ----------
    node : Node
        What the file has under ``axes``.
    spec : SweepSpec
        The same, of the right form.
    trees : list of Node
        The scenarios, sound in themselves.
    own : collection of str
        Names at the top of a scenario that no axis may be.
    """
    axes: list[Axis] = []
    problems: list[Problem] = []
    for path, stated in spec.axes.items():
        written = node.value[path]
        over = next((one for one in spec.axes if path.startswith(f"{one}.")), None)
        if over is not None:
            message = Message("sweep.within", over=over, line=node.value[over].key.line)
            problems.append(written.key.problem(message, ("axes", path)))
            continue
        try:
            axes.append(_Checked(path, stated, written, trees, own).axis())
        except ScenarioError as error:
            problems += error.problems
    runs = len(trees) * spec.replications
    if spec.design.kind == "grid":
        for axis in axes:
            runs *= len(axis.levels)
    else:
        runs *= spec.design.points or 1
    if runs > LIMIT_RUNS and not problems:
        problems.append(node.key.problem(Message("sweep.too_many_runs", runs=runs, most=LIMIT_RUNS), ("axes",)))
    return tuple(axes), problems


def has_strategy(tree: Node, parts: list[str]) -> bool:
    """Return whether a tree has the strategy that a path names; True for any other path."""
    if parts[0] != "strategies" or len(parts) < 2 or parts[1].isdigit():
        return True
    listed = tree.get("strategies")
    return listed is not None and listed.is_list and any(identity(one) == parts[1] for one in listed.value)


def unknown_strategy(parts: list[str], trees: list[Node], place: Place) -> Problem:
    """Return the problem of a path to a strategy that no scenario has."""
    listed = [(one.get("strategies") or Node([])).value for one in trees]
    known = sorted({identity(item) or "" for items in listed if isinstance(items, list) for item in items} - {""})
    names = known or Message("common.none")
    message = Message("scenario.no_strategy", name=parts[1][:100], hint=did_you_mean(parts[1][:100], known), names=names)
    return place.problem(message, tuple(parts), parts[1])


@dataclass
class _Checked:
    """One axis on its way from what is stated to what is checked."""

    path: str
    stated: AxisSpec
    node: Node
    trees: list[Node]
    own: Collection[str]

    def axis(self) -> Axis:
        """Return the axis.

        Raises
        ------
        ScenarioError
            With every problem of it.
        """
        parts, place = self.path.split("."), self.node.key
        if not all(part.strip() for part in parts) or parts[0] in self.own:
            raise ScenarioError(place.problem(Message("sweep.no_lever", path=self.path[:100]), ("axes", self.path[:100])))
        self.cases = frozenset(k for k, tree in enumerate(self.trees) if has_strategy(tree, parts))
        if not self.cases:
            raise ScenarioError(unknown_strategy(parts, self.trees, place))
        stated = self._stated()
        values = self._tried(stated)
        self.field = self._field
        unit = self._unit(stated)
        numbers = [float(value) for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
        if self.stated.values is None:
            return self._range(values, numbers, unit)
        return self._list(values, numbers, unit, tuple(stated))

    def _stated(self) -> list[Node]:
        """Return the nodes of the values that the file states, those of a range first low, then high."""
        if self.stated.values is not None:
            listed = self.node if self.node.is_list else self.node.value["values"]
            return list(listed.value)
        found = [self.node.value["low"], self.node.value["high"]]
        if self.stated.distribution is not None:
            inside = self.node.value["distribution"]
            found += [inside.value[name] for name in ("mean", "median", "mode") if name in inside.value]
        return found

    def _tried(self, nodes: list[Node]) -> list[Any]:
        """Return what each stated value is in the first scenario it concerns, having tried it in all."""
        problems: list[Problem] = []
        values: list[Any] = []
        for node in nodes:
            found = [self._laid(self.trees[case], node) for case in sorted(self.cases)]
            bad = [problem for one in found if isinstance(one, ScenarioError) for problem in one.problems]
            problems += [self._told(problem, node) for problem in bad]
            values.append(None if bad else found[0])
            if any(problem.line == self.node.key.line and problem.column == self.node.key.column for problem in problems):
                break  # the path is wrong: every value would say so
        if problems:
            kept = {(p.line, p.column, str(p.message)): p for p in problems}
            raise ScenarioError(list(kept.values()))
        return values

    def _laid(self, tree: Node, node: Node) -> Any:
        """Return the checked value of the axis with a node laid over a scenario, or the error."""
        tree, value, place = tree.copy(), node.copy(), self.node.key
        value.key = place
        try:
            lay(tree, self.path.split("."), value, place)
            spec = check_tree(tree)
        except ScenarioError as error:
            return error
        found, self._field = value_at(spec, self.path)
        self._means = self._field  # what says nothing itself (the kind of a network) is called after what it belongs to
        if self._field is None or not self._field.description:
            self._means = value_at(spec, self.path.rpartition(".")[0])[1]
        return found

    def _told(self, problem: Problem, node: Node) -> Problem:
        """Return a problem of a laid value as one of the sweep file: with the range, or the nearest lever."""
        message = problem.message
        if problem.file != self.node.key.file:  # another part of the scenario does not go with the value
            path = f"{problem.path}: " if problem.path else ""
            message = Message("sweep.does_not_go", value=shorten(node.value), path=path, problem=message)
            return node.place.problem(message, ("axes", self.path))
        if problem.line == self.node.key.line and problem.column == self.node.key.column:
            last = self.path.rpartition(".")[2]
            known = [] if _says(message, "common.near") else [path for path in levers(last) if path != self.path]
            if known:
                hint = Message("sweep.levers", names=known[:_LIMIT_SHOWN])
                message = Message("scenario.unknown_name", name=self.path[:100], hint=hint)
        else:
            limits = _limits(_field_of(self.path, self.trees, self.cases))
            message = Message("sweep.with_range", problem=message, range=limits) if limits else message
        return Problem(message, self.path, problem.value, problem.file, problem.line, problem.column, problem.source, problem.width)

    def _unit(self, stated: list[Node]) -> str:
        extra = self.field.json_schema_extra if self.field is not None else None
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        percent = all(isinstance(node.value, str) and node.value.rstrip().endswith("%") for node in stated)
        return unit or ("share" if percent else "")

    def _label(self) -> dict[Lang, str]:
        own = self.stated.label
        extra = self._means.json_schema_extra if self._means is not None else None
        said = str(extra.get("zh", "")) if isinstance(extra, dict) else ""
        english = (self._means.description if self._means is not None else "") or self.path
        zh, en = (own.zh, own.en) if own is not None else ("", "")
        return {"zh": zh or en or said or english, "en": en or zh or english}

    def _range(self, values: list[Any], numbers: list[float], unit: str) -> Axis:
        low_node, high_node = self.node.value["low"], self.node.value["high"]
        if len(numbers) < len(values):
            raise ScenarioError(low_node.place.problem(Message("sweep.no_range_of_words"), ("axes", self.path), low_node.value))
        low, high = numbers[:2]
        if low >= high:
            raise ScenarioError(high_node.place.problem(Message("sweep.upside_down"), ("axes", self.path, "high"), high_node.value))
        distribution = self._distribution(low, high, numbers[2:], unit)
        logs = self.stated.scale == "log" or (distribution is not None and distribution.kind == "lognormal")
        if logs and low <= 0:
            raise ScenarioError(low_node.place.problem(Message("sweep.log_of_nought"), ("axes", self.path, "low"), low_node.value))
        whole = all(isinstance(value, int) for value in values)
        return Axis(self.path, self._label(), unit, "log" if logs else "linear", None, low, high,
                    self.stated.steps or DEFAULT_STEPS, whole, distribution, (), self.node.key, self.cases)

    def _distribution(self, low: float, high: float, middle: list[float], unit: str) -> Distribution | None:
        stated = self.stated.distribution
        if stated is None:
            return None
        inside = self.node.value["distribution"]
        centre = inside.value[DISTRIBUTIONS[stated.kind][0]]
        if (stated.kind == "triangular" and not low <= middle[0] <= high) or (stated.kind == "lognormal" and middle[0] <= 0):
            message = Message("sweep.mode_outside" if stated.kind == "triangular" else "sweep.log_of_nought")
            raise ScenarioError(centre.place.problem(message, ("axes", self.path, "distribution"), centre.value))
        if stated.kind == "lognormal":
            return Distribution("lognormal", (middle[0], float(stated.factor or 1)))
        if stated.kind == "triangular":
            return Distribution("triangular", (middle[0],))
        sd = inside.value["sd"]
        spread = _spread(sd, unit)
        if not spread > 0:
            raise ScenarioError(sd.place.problem(Message("sweep.spread"), ("axes", self.path, "distribution", "sd"), sd.value))
        return Distribution("normal", (middle[0], spread))

    def _list(self, values: list[Any], numbers: list[float], unit: str, stated: tuple[Node, ...]) -> Axis:
        is_number = len(numbers) == len(values)
        whole = is_number and all(isinstance(value, int) for value in values)
        found: list[Value] = [value if is_number else _word(value, node) for value, node in zip(values, stated, strict=True)]
        for at, value in enumerate(found):
            if value in found[:at]:
                raise ScenarioError(stated[at].place.problem(Message("sweep.value_twice"), ("axes", self.path), stated[at].value))
        if is_number and self.stated.scale == "log" and min(numbers) <= 0:
            node = stated[numbers.index(min(numbers))]
            raise ScenarioError(node.place.problem(Message("sweep.log_of_nought"), ("axes", self.path), node.value))
        low, high = (min(numbers), max(numbers)) if is_number else (0.0, float(len(values) - 1))
        return Axis(self.path, self._label(), unit, self.stated.scale if is_number else "words", tuple(found), low, high,
                    self.stated.steps or DEFAULT_STEPS, whole, None, stated, self.node.key, self.cases)


def _says(message: object, key: str) -> bool:
    """Return whether a message or one among its values is that of a key."""
    return isinstance(message, Message) and (message.key == key or any(_says(value, key) for value in message.given.values()))


def _word(value: Any, node: Node) -> str:
    """Return a value that is no number as one text: what the file says, else what became of it."""
    if isinstance(node.value, str):
        text = node.value
    elif isinstance(value, (dt.date, dt.datetime)):
        text = value.isoformat()
    else:
        text = flow(node.plain())
    return text if len(text) <= _WORD else f"{text[: _WORD - 1]}…"


def _spread(node: Node, unit: str) -> float:
    """Return a standard deviation in the unit of its axis."""
    if unit == "fen":
        try:
            return float(TypeAdapter(Fen).validate_python(node.value))
        except ValidationError as error:
            raise ScenarioError(node.place.problem(value_problem(dict(error.errors()[0])), (), node.value)) from None
    text = str(node.value).strip()
    number, share = (text[:-1], 0.01) if text.endswith("%") else (text, 1.0)
    try:
        return float(number) * share
    except ValueError:
        raise ScenarioError(node.place.problem(Message("values.float_parsing"), (), node.value)) from None


def _field_of(path: str, trees: list[Node], cases: Iterable[int]) -> FieldInfo | None:
    """Return how the parameter at a path is declared."""
    for case in cases:
        try:
            field = value_at(check_tree(trees[case].copy()), path)[1]
        except ScenarioError:
            continue
        if field is not None:
            return field
    return None


def _limits(field: FieldInfo | None) -> str:
    """Return the hard limits of a parameter, or the range that is plausible where it has none, as one text."""
    if field is None:
        return ""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    low = next((m.ge for m in field.metadata if getattr(m, "ge", None) is not None), None)
    high = next((m.le for m in field.metadata if getattr(m, "le", None) is not None), None)
    plausible = extra.get("range")
    if isinstance(plausible, list) and (extra.get("unit") == "fen" or (low is None and high is None)):
        low, high = plausible
    if low is None or high is None:
        return ""
    money = extra.get("unit") == "fen"
    shown = [f"{end / 100:g} CNY" if money and isinstance(end, (int, float)) else f"{end:g}" if isinstance(end, (int, float)) else str(end)
             for end in (low, high)]
    return Message("sweep.range", low=shown[0], high=shown[1])
