"""Numbers of a scenario that an analysis moves: found by their dotted path, each with a range.

``PATH`` alone takes the range that was declared for the parameter [core/params]; ``PATH=low..high`` gives
one, written as in a scenario file (``strategies.paid_ads.daily_budget=100..900`` is yuan, ``5%..20%`` a share).
Both ends are read and checked as if the file said them, so that what cannot be is told before anything runs.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten
from sim.core.params import Params, is_share
from sim.experiment.runs import pack, unpack
from sim.scenario.resolve import resolve
from sim.scenario.spec import strategy_id
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo

    from sim.experiment.prepare import Source
    from sim.scenario.spec import ScenarioSpec

DOTS = ".."
_NOWHERE = object()
_NO_LEVERS = frozenset({"seed", "schema"})
"""Numbers at the top of a scenario that say nothing about the world: all points of a study meet the same luck."""


@dataclass(frozen=True)
class Lever:
    """A number that is moved between two ends.

    Parameters
    ----------
    path : str
        Dotted path, as ``--set`` takes it.
    low, high : float
        Ends of its range, in `unit`.
    value : float
        What the scenario says; NaN where it says nothing.
    unit : str
        ``fen`` for money, ``share`` for fractions that people read in per cent, else as declared.
    is_whole : bool
        Whether only whole numbers are values.
    label : dict of str
        Meaning under ``zh`` and ``en``.
    """

    path: str
    low: float
    high: float
    value: float
    unit: str = ""
    is_whole: bool = False
    label: dict[str, str] = field(default_factory=dict)

    def written(self, value: float) -> Any:
        """Return a value as a scenario file has it."""
        number: float = round(value) if self.is_whole else float(f"{value:.10g}")
        return f"{number} fen" if self.unit == "fen" else number


@dataclass(frozen=True)
class Laid:
    """A checked scenario as plain data, in which single numbers can be replaced quickly.

    Parameters
    ----------
    source : Source
        Where it came from; a wrong value is told with it.
    spec : ScenarioSpec
        As it stands.
    overrides : tuple of str
        ``path=value`` laid over the source.
    """

    source: Source
    spec: ScenarioSpec
    overrides: tuple[str, ...] = ()

    def at(self, values: Mapping[str, Any]) -> ScenarioSpec:
        """Return the scenario with values, written as in a file, at some paths.

        Raises
        ------
        ScenarioError
            If the values cannot be together.
        """
        if not values:
            return self.spec
        data: dict[str, Any] = json.loads(pack(self.spec))
        for path, value in values.items():
            _put(data, path.split("."), value)
        try:
            return unpack(json.dumps(data))
        except ValueError as error:
            raise self._told(values, error) from error

    def _told(self, values: Mapping[str, Any], error: ValueError) -> ScenarioError:
        """Return the error of values that do not fit, located where the source can be read again."""
        if isinstance(self.source, str) or hasattr(self.source, "parent"):
            try:
                resolve(self.source, [*self.overrides, *(f"{path}={value}" for path, value in values.items())])  # type: ignore[arg-type]
            except ScenarioError as located:  # nobody wrote --set: the lever is named as it was written
                return ScenarioError(replace(one, file=one.file.removeprefix("--set ")) for one in located.problems)
        said = str(error).splitlines()
        return ScenarioError(Problem(Message("studies.no_such_value", values=", ".join(f"{p}={v}" for p, v in values.items()),
                                             reason=shorten(said[-1] if said else ""))))


def levers_of(laid: Laid, asked: Sequence[str]) -> list[Lever]:
    """Return the levers that were asked for; with none, every number of its strategies that has a declared range.

    Decision: a number whose declared range does not fit this scenario (a counter open beyond midnight) is left out of the
    latter; asked for by name, it is an error.

    Raises
    ------
    ScenarioError
        If a path names no number, or a range is wrong or missing.
    """
    found = [_lever(laid, text) for text in asked] or [lever for lever in _declared(laid.spec) if _fits(laid, lever)]
    if not found:
        raise ScenarioError(Problem(Message("studies.no_levers", scenario=laid.spec.name)))
    twice = sorted({one.path for one in found if sum(other.path == one.path for other in found) > 1})
    if twice:
        raise ScenarioError(Problem(Message("studies.lever_twice"), twice[0]))
    return found


def _fits(laid: Laid, lever: Lever) -> bool:
    """Return whether both ends of a range can be in this scenario."""
    try:
        for end in (lever.low, lever.high):
            laid.at({lever.path: lever.written(end)})
    except ScenarioError:
        return False
    return True


def _lever(laid: Laid, text: str) -> Lever:
    """Return the lever of ``PATH`` or ``PATH=low..high``."""
    path, equals, span = (part.strip() for part in text.partition("="))
    if not path:
        raise ScenarioError(Problem(Message("studies.lever_shape", text=shorten(text))))
    if path in _NO_LEVERS:
        raise ScenarioError(Problem(Message("studies.lever_luck"), path))
    owner, name, declared, value = _look(laid.spec, path)
    extra = declared.json_schema_extra if isinstance(declared.json_schema_extra, dict) else {}
    if not equals:
        if extra.get("range") is None or None in extra["range"]:  # type: ignore[operator]
            raise ScenarioError(Problem(Message("studies.no_range", path=path), path))
        lever = _made(path, owner, name, declared, value, extra["range"])
        for end in (lever.low, lever.high):
            laid.at({path: lever.written(end)})
        return lever
    low, dots, high = span.partition(DOTS)
    if not (dots and low.strip() and high.strip()):
        raise ScenarioError(Problem(Message("studies.range_shape", text=shorten(span)), path))
    ends = [_look(laid.at({path: _plain(end)}), path)[3] for end in (low, high)]
    if not all(map(_is_number, ends)):
        raise ScenarioError(Problem(Message("studies.no_number"), path))
    if not ends[0] < ends[1]:
        raise ScenarioError(Problem(Message("studies.range_order", text=shorten(span)), path))
    return _made(path, owner, name, declared, ends[0] if value is None else value, ends, is_set=value is not None)


def _plain(text: str) -> Any:
    """Return a number as a number, anything else as the text it is."""
    try:
        return float(text) if any(sign in text for sign in ".eE") else int(text)
    except ValueError:
        return text.strip()


def _made(path: str, owner: Params, name: str, declared: FieldInfo, value: Any, span: Any, *, is_set: bool = True) -> Lever:
    extra = declared.json_schema_extra if isinstance(declared.json_schema_extra, dict) else {}
    is_money = isinstance(value, int) and isinstance(json.loads(owner.model_dump_json(include={name}))[name], str)
    unit = "fen" if is_money else str(extra.get("unit", "")) or ("share" if is_share(declared) else "")
    en = " ".join((declared.description or path).split())
    label = {"zh": str(extra.get("zh") or en), "en": en}
    return Lever(path, float(span[0]), float(span[1]), float(value) if is_set else math.nan, unit, isinstance(value, int), label)


def _declared(spec: ScenarioSpec) -> Iterator[Lever]:
    """Yield every number of the strategies that has a declared range, in the order of the declaration."""
    for strategy in spec.strategies:
        yield from _inside(strategy, f"strategies.{strategy_id(strategy)}")


def _inside(owner: Params, path: str) -> Iterator[Lever]:
    for name, declared in type(owner).model_fields.items():
        value, here = getattr(owner, name), f"{path}.{declared.alias or name}"
        extra = declared.json_schema_extra if isinstance(declared.json_schema_extra, dict) else {}
        span = extra.get("range")
        if isinstance(value, Params):
            yield from _inside(value, here)
        elif _is_number(value) and isinstance(span, list) and None not in span and span[0] < span[1]:  # type: ignore[operator]
            yield _made(here, owner, name, declared, value, span)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _look(spec: ScenarioSpec, path: str) -> tuple[Params, str, FieldInfo, Any]:
    """Return who holds the number at a path, the name and declaration of its field, and its value.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    at: Any = spec
    parts = path.split(".")
    for depth, part in enumerate(parts):
        owner, at, known = at, _NOWHERE, []
        if isinstance(owner, tuple):
            known = [strategy_id(one) if depth == 1 and parts[0] == "strategies" else str(k) for k, one in enumerate(owner)]
            at = owner[known.index(part)] if part in known else _NOWHERE
        elif isinstance(owner, Params):
            names = {declared.alias or name: name for name, declared in type(owner).model_fields.items()}
            known = list(names)
            at = getattr(owner, names[part]) if part in names else _NOWHERE
        if at is _NOWHERE:
            raise ScenarioError(Problem(Message("studies.no_path", name=shorten(part), hint=did_you_mean(part[:100], known)), path))
    if not ((at is None or _is_number(at)) and isinstance(owner, Params)):
        raise ScenarioError(Problem(Message("studies.no_number"), path))
    name = next(n for n, declared in type(owner).model_fields.items() if (declared.alias or n) == parts[-1])
    return owner, name, type(owner).model_fields[name], at


def _put(data: Any, parts: list[str], value: Any) -> None:
    """Put a value at a path of plain data; strategies are named by their ids."""
    at = data
    for depth, part in enumerate(parts[:-1]):
        if isinstance(at, list):
            ids = [str(one.get("id") or one.get("kind")) for one in at] if depth == 1 and parts[0] == "strategies" else []
            at = at[ids.index(part) if part in ids else int(part)]
        else:
            at = at[part]
    at[parts[-1]] = value
