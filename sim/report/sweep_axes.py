"""Axes of a sweep as a reader sees them: labels, units, levels, and the bins in which means are taken."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.records.outcomes import SUMMARY, Outcome
from sim.report.figures.theme import money_scale
from sim.report.numbers import DASH, MINUS, exact_money, show, span
from sim.text.catalogue import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.records.sweep import AxisRecord
    from sim.text.catalogue import Lang

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST_LEVELS = 12
"""Axes with more values than these are cut into bins; so are axes drawn beside others, if their values rest on less than
two points each: a mean over one point says what all axes did there."""
MOST_STATED = 24
"""The same for axes whose values were stated one by one."""
MOST_BINS = 10
LEAST_BINS = 3
"""Bins that at least nine points are cut into: two show no bend."""
CATALOGUE = "sweep_page"


@dataclass(frozen=True)
class AxisView:
    """One axis in one language.

    Parameters
    ----------
    record : AxisRecord
    points : float64 (P,)
        Its value at every point.
    lang : {'zh', 'en'}
    is_alone : bool
        Whether no other axis moves.
    """

    record: AxisRecord
    points: Floats
    lang: Lang
    is_alone: bool = True

    @property
    def label(self) -> str:
        """Return what it is called; its path where the file gave no name."""
        return self.record.label.get(self.lang) or self.record.label.get("en") or self.record.path

    @property
    def inline(self) -> str:
        """Return its label as it stands inside a sentence."""
        return inside(self.label, self.lang)

    @property
    def is_words(self) -> bool:
        """Return whether its values are texts, or positions of them."""
        return self.record.scale == "words"

    @cached_property
    def scale(self) -> tuple[float, str]:
        """Return (what a unit of the drawn axis is in units of the record, name of that unit or nothing)."""
        if self.is_words:
            return 1.0, ""
        if self.record.unit == "fen":
            return money_scale(self.points, self.lang)
        if self.record.unit == "share":
            return 0.01, "%"
        return 1.0, unit_name(self.record.unit, self.lang)

    @property
    def title(self) -> str:
        """Return its label with the unit."""
        unit = self.scale[1]
        return say(CATALOGUE, "axis.with_unit", self.lang, name=self.label, unit=unit) if unit else self.label

    def text(self, value: float) -> str:
        """Return a value as a reader sees it."""
        if not math.isfinite(value):
            return DASH
        if self.is_words:
            values = self.record.values or ()
            place = round(value)
            return str(values[place]) if 0 <= place < len(values) else DASH
        if self.record.unit == "fen":
            return exact_money(value, self.lang)
        if self.record.unit == "share":
            return f"{100 * value:.{4 if self.record.values is not None else 3}g}%".replace("-", MINUS)
        return number(value)

    @cached_property
    def levels(self) -> Levels:
        """Return its values, or the bins they are cut into."""
        known = np.unique(self.points[np.isfinite(self.points)])
        is_stated = self.record.values is not None
        is_thin = not (is_stated or self.is_alone) and len(self.points) < 2 * len(known)
        if self.is_words or (len(known) <= (MOST_STATED if is_stated else MOST_LEVELS) and not is_thin):
            place = np.searchsorted(known, self.points).clip(0, max(0, len(known) - 1))
            return Levels(place, known, tuple(self.text(value) for value in known), is_binned=False)
        return self._binned()

    def _binned(self) -> Levels:
        """Return bins that hold about equally many points, so that each mean rests on as much."""
        fewest = LEAST_BINS if len(self.points) >= LEAST_BINS**2 else 2
        count = int(np.clip(round(math.sqrt(len(self.points) / 2)), fewest, MOST_BINS))
        edges = np.unique(np.quantile(self.points, np.linspace(0, 1, count + 1)))
        place = np.searchsorted(edges[1:-1], self.points, side="right")
        size = np.bincount(place, minlength=len(edges) - 1)
        logs = self.record.scale == "log"
        value = np.log(self.points) if logs else self.points
        centre = np.bincount(place, weights=value, minlength=len(edges) - 1) / np.maximum(size, 1)
        middle = np.exp(centre) if logs else centre
        ends = [float(self.record.low), *(float(f"{edge:.3g}") for edge in edges[1:-1]), float(self.record.high)]
        names = tuple(span(self.text(a), self.text(b), self.lang) for a, b in itertools.pairwise(ends))
        return Levels(place, middle, names, is_binned=True)

    def about(self, level: int) -> str:
        """Return the value of a level in a few signs: that in the middle of a bin."""
        levels = self.levels
        return self.text(float(f"{levels.centre[level]:.2g}")) if levels.is_binned else levels.names[level]

    def setting(self, value: float) -> str:
        """Return ``path=value`` as `--set` takes it."""
        if self.is_words:
            return f"{self.record.path}={self.text(value)}"
        if self.record.unit == "fen":
            whole = round(value)
            return f"{self.record.path}={f'{whole // 100} CNY' if whole % 100 == 0 else f'{whole} fen'}"
        return f"{self.record.path}={round(value) if self.record.is_whole else f'{value:.10g}'}"


@dataclass(frozen=True)
class Levels:
    """Where along an axis means are taken.

    Parameters
    ----------
    place : int64 (P,)
        Level of every point.
    centre : float64 (L,)
        Value of each level, or the mean of the values in the bin.
    names : tuple of str
        Value or range of each.
    is_binned : bool
        Whether they are ranges.
    """

    place: Ints
    centre: Floats
    names: tuple[str, ...]
    is_binned: bool


def inside(label: str, lang: Lang) -> str:
    """Return a label as it stands inside a sentence; GMV and its like keep their capitals."""
    return label[:1].lower() + label[1:] if lang == "en" and (label[1:2].islower() or label[:2] == "A ") else label


def number(value: float) -> str:
    """Return a number of an axis: as many digits as it has, at most four where it was drawn."""
    text = f"{value:,.0f}" if value == int(value) and abs(value) < 1e12 else f"{value:.4g}"
    return text.replace("-", MINUS)


def unit_name(unit: str, lang: Lang) -> str:
    """Return the words for a unit; one that is not in the catalogue as it is written."""
    from sim.text.catalogue import load

    key = f"unit.{unit}"
    return say(CATALOGUE, key, lang) if key in load(CATALOGUE) else unit


@dataclass(frozen=True)
class OutcomeView:
    """One outcome in one language; outcomes of programmes that the catalogue does not know keep their names."""

    name: str
    lang: Lang

    @property
    def declared(self) -> Outcome | None:
        """Return its entry in the catalogue."""
        return SUMMARY.get(self.name)

    @property
    def label(self) -> str:
        """Return what it is called."""
        one = self.declared
        return self.name if one is None else one.zh if self.lang == "zh" else one.en

    @property
    def inline(self) -> str:
        """Return its label as it stands inside a sentence; GMV and its like keep their capitals."""
        return inside(self.label, self.lang)

    @property
    def unit(self) -> str:
        """Return the unit of the catalogue."""
        return self.declared.unit if self.declared else "index"

    @property
    def better(self) -> str:
        """Return which direction is better: ``more``, ``less`` or ``neutral``."""
        return self.declared.better if self.declared else "neutral"

    def text(self, value: float) -> str:
        """Return a value with its unit."""
        return show(value, self.unit, self.lang)

    def scale(self, values: Floats) -> tuple[float, str]:
        """Return (what a unit of a drawn axis is in units of the outcome, name of that unit)."""
        if self.unit == "fen":
            return money_scale(values, self.lang)
        return (0.01, "%") if self.unit == "share" else (1.0, unit_name(self.unit, self.lang))

    def title(self, unit: str) -> str:
        """Return its label with the unit of a drawn axis."""
        return say(CATALOGUE, "axis.with_unit", self.lang, name=self.label, unit=unit) if unit else self.label
