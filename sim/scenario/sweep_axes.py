"""Axes of a sweep, checked: every stated value is laid over every scenario it concerns before anything runs.

    range, linear       low + u (high - low)                  u in [0, 1)
    range, log          low (high / low)^u
    normal              Phi^-1(Phi(a) + u (Phi(b) - Phi(a))), a and b the ends in standard deviations
    lognormal           the same of ln x, with ln median and ln factor
    triangular          the inverse of its distribution function
    list                the value in place floor(u n)

Decision: an axis of one strategy (``strategies.community.groups``) concerns the scenarios that have it and leaves the
others as they are; any other axis must be right in all of them. A value is checked with the other axes at the base, so
an axis of values that are only right together is written as one list of mappings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Literal

from sim.core.params import Params
from sim.scenario.nodes import Node, Place
from sim.scenario.spec import strategy_id

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from sim.scenario.spec import ScenarioSpec
    from sim.text.catalogue import Lang

Value = float | str
"""What an axis takes at a point: a number in the unit of its parameter, else what the file says as one text."""

DEFAULT_STEPS = 5
_DIGITS = 10
"""Significant digits of a value: no more than a reader can copy, so that what the table says can be played again."""


@dataclass(frozen=True)
class Distribution:
    """A distribution with its numbers in the unit of the parameter: (mean, sd), (median, factor) or (mode,)."""

    kind: Literal["normal", "lognormal", "triangular"]
    numbers: tuple[float, ...]

    def quantile(self, u: float, low: float, high: float) -> float:
        """Return the value below which a share `u` of the distribution cut at `low` and `high` lies."""
        if self.kind == "triangular":
            mode = self.numbers[0]
            share = (mode - low) / (high - low)
            if u < share:
                return low + math.sqrt(u * (high - low) * (mode - low))
            return high - math.sqrt((1 - u) * (high - low) * (high - mode))
        if self.kind == "lognormal":
            middle, step = math.log(self.numbers[0]), math.log(self.numbers[1])
            return math.exp(_cut_normal(u, middle, step, math.log(low), math.log(high)))
        mean, sd = self.numbers
        return _cut_normal(u, mean, sd, low, high)


def _cut_normal(u: float, mean: float, sd: float, low: float, high: float) -> float:
    normal = NormalDist(mean, sd)
    # From the nearer tail, where small probabilities are exact.
    mirrored = low > mean
    a, b = (normal.cdf(2 * mean - high), normal.cdf(2 * mean - low)) if mirrored else (normal.cdf(low), normal.cdf(high))
    share = a + ((1 - u) if mirrored else u) * (b - a)
    if not 0.0 < share < 1.0:
        return low if u < 0.5 else high
    found = normal.inv_cdf(share)
    return min(high, max(low, 2 * mean - found if mirrored else found))


@dataclass(frozen=True)
class Axis:
    """One axis whose values are right in every scenario it concerns.

    Parameters
    ----------
    path : str
        Dotted path, as `--set` takes it.
    label : dict of str
        What it is called under ``zh`` and ``en``.
    unit : str
        As the parameter declares it.
    scale : {'linear', 'log', 'words'}
        ``words`` where the values are no numbers.
    values : tuple or None
        A list's values: numbers in the unit of the parameter, or texts; None for a range or a distribution.
    low, high : float
        Ends.
    steps : int
        Values of a range on a grid.
    is_whole : bool
        Whether only whole numbers are values.
    distribution : Distribution or None
        How values are drawn; None for evenly.
    nodes : tuple of Node
        A list's values as stated.
    place : Place
        Where the file names the path.
    cases : frozenset of int
        Positions of the scenarios it concerns.
    """

    path: str
    label: dict[Lang, str]
    unit: str
    scale: Literal["linear", "log", "words"]
    values: tuple[Value, ...] | None
    low: float
    high: float
    steps: int
    is_whole: bool
    distribution: Distribution | None
    nodes: tuple[Node, ...]
    place: Place
    cases: frozenset[int]

    @cached_property
    def parts(self) -> list[str]:
        """Return the names on the path."""
        return self.path.split(".")

    @property
    def levels(self) -> tuple[Value, ...]:
        """Return its values on a grid, in ascending order of the stated ones."""
        if self.values is not None:
            return self.values
        if self.distribution is not None:
            found = [self.at((k + 0.5) / self.steps) for k in range(self.steps)]
        else:
            found = [self._rounded(self._evenly(k / (self.steps - 1))) for k in range(self.steps)]
        return tuple(dict.fromkeys(found))

    def at(self, u: float) -> Value:
        """Return the value in place `u` of [0, 1): evenly, or as the distribution has it."""
        if self.values is not None:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.distribution is not None:
            return self._rounded(self.distribution.quantile(u, self.low, self.high))
        if self.is_whole and self.scale == "linear" and self.unit != "fen":  # each whole number as often as any other
            return self._rounded(min(self.high, math.floor(self.low + u * (self.high - self.low + 1))))
        return self._rounded(self._evenly(u))

    def _evenly(self, u: float) -> float:
        if self.scale == "log":
            return self.low * math.exp(u * math.log(self.high / self.low))
        return self.low + u * (self.high - self.low)

    def _rounded(self, value: float) -> float:
        value = min(self.high, max(self.low, value))
        return round(value) if self.is_whole else float(f"{value:.{_DIGITS}g}")

    def node(self, value: Value) -> Node:
        """Return a value as a file would hold it, placed where the file names the axis."""
        if self.values is not None:
            stated = self.nodes[self.values.index(value)].copy()
            stated.key = self.place
            return stated
        written = f"{value} fen" if self.unit == "fen" else value
        return Node(written, self.place, self.place)


def value_at(spec: ScenarioSpec, path: str) -> tuple[Any, FieldInfo | None]:
    """Return the value that a checked scenario has at a dotted path and how it was declared; (None, None) if there is none."""
    owner: Any = spec
    field: FieldInfo | None = None
    for part in path.split("."):
        if isinstance(owner, Params):
            fields = type(owner).model_fields
            name = next((name for name, one in fields.items() if part in {name, one.alias}), None)
            field = fields[name] if name is not None else None
            owner = getattr(owner, name) if name is not None else None
        elif isinstance(owner, (list, tuple)):
            ids = [strategy_id(one) if isinstance(one, Params) else "" for one in owner]
            place = ids.index(part) if part in ids else int(part) if part.isdigit() else len(owner)
            owner = owner[place] if place < len(owner) else None
        elif isinstance(owner, dict):
            owner = owner.get(part)
        else:
            return None, None
    return owner, field
