"""What a sweep shows: means at every point, how an outcome answers to each axis, what moves it, where it is worst.

Replications of one number met the same luck at all points. The interval of a mean over many points is therefore taken
over replications: for each, the mean over the points in question, then t over these means. With fewer than
`FEW` replications it is taken over the points, which says how far the other axes carry the mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.intervals import LEVEL
from sim.analysis.student import t_quantile
from sim.report.sweep_axes import AxisView, OutcomeView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.records.sweep import SweepRecord
    from sim.text.catalogue import Lang

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FEW = 3
"""Fewer replications than these leave an interval over them too wide to be of use."""
DEALS = 199
"""How often points are dealt out by chance to see whether a setting stands out."""


@dataclass(frozen=True)
class Response:
    """Mean of an outcome at every level of an axis, (strategies, levels); NaN where nothing is defined.

    Parameters
    ----------
    mean, low, high : float64 (S, L)
    n : int64 (S, L)
        Runs behind each mean.
    """

    mean: Floats
    low: Floats
    high: Floats
    n: Ints


class Swept:
    """A sweep and what is drawn from it.

    Parameters
    ----------
    record : SweepRecord
    lang : {'zh', 'en'}
        Language of labels.
    """

    def __init__(self, record: SweepRecord, lang: Lang) -> None:
        self.record, self.lang = record, lang
        self._means: dict[str, Floats] = {}

    @cached_property
    def _rows(self) -> tuple[Ints, Ints]:
        """Return (numbers of the points, row of `numbers` for every run)."""
        numbers, row = np.unique(self.record.runs["point"], return_inverse=True)
        return numbers.astype(np.int64), row.astype(np.int64)

    @property
    def numbers(self) -> Ints:
        """Return the numbers of the points, int64 (P,)."""
        return self._rows[0]

    @cached_property
    def axes(self) -> list[AxisView]:
        """Return the axes in the order of the file."""
        places = [np.asarray(self.record.points[axis.column], np.float64) for axis in self.record.axes]
        moving = [len(np.unique(place)) > 1 for place in places]
        return [AxisView(axis, place, self.lang, is_alone=sum(moving) - moves < 1)
                for axis, place, moves in zip(self.record.axes, places, moving, strict=True)]

    def title(self, strategy: int) -> str:
        """Return a scenario's title; its name where the file gave none."""
        name = self.record.strategies[strategy]
        return self.record.strategy_titles.get(name, {}).get(self.lang) or name

    @property
    def wide(self) -> int:
        """Return the number of scenarios."""
        return len(self.record.strategies)

    @property
    def replications(self) -> int:
        """Return how many replications the table has."""
        return len(np.unique(self.record.runs["replication"]))

    @property
    def is_over_points(self) -> bool:
        """Return whether intervals are taken over points, for want of replications."""
        return self.replications < FEW

    def outcome(self, name: str) -> OutcomeView:
        """Return an outcome with its words."""
        return OutcomeView(name, self.lang)

    def values(self, name: str) -> Floats:
        """Return an outcome of every run, undefined where the run is missing."""
        return np.where(self.record.done, np.asarray(self.record.runs[name], np.float64), np.nan)

    def means(self, name: str) -> Floats:
        """Return an outcome's mean at every point, (P, S); NaN where no run defines it."""
        if name not in self._means:
            self._means[name] = self.record.means(name)
        return self._means[name]

    @cached_property
    def shown(self) -> list[str]:
        """Return the outcomes a reader can choose: those expected first, then profit, then the catalogue's order.

        Lights are left out (their mean says nothing), as is what is the same, or undefined, in every run.
        """
        expected = list(dict.fromkeys(one.outcome for one in self.record.judged if one.outcome in self.record.runs))
        named = [*expected, "profit_fen"]
        some = [n for n in self.record.outcomes if self.outcome(n).unit != "light" and np.isfinite(self.values(n)).any()]
        vary = [n for n in some if n in named or np.nanmax(self.values(n)) > np.nanmin(self.values(n))]
        return list(dict.fromkeys([n for n in named if n in vary] + (vary or some)))

    @cached_property
    def silent(self) -> list[str]:
        """Return the outcomes that are not shown because they are undefined or the same in every run."""
        return [n for n in self.record.outcomes if n not in self.shown and self.outcome(n).unit != "light"]

    def response(self, name: str, axis: int) -> Response:
        """Return how an outcome answers to an axis, all other axes averaged over."""
        levels = self.axes[axis].levels
        row, value = self._rows[1], self.values(name)
        known = np.isfinite(value)
        size = self.wide * len(levels.centre)
        cell = self.record.runs["strategy"].astype(np.int64) * len(levels.centre) + levels.place[row]
        count = np.bincount(cell[known], minlength=size)
        mean = _ratio(np.bincount(cell[known], weights=value[known], minlength=size), count)
        unit = row if self.is_over_points else np.unique(self.record.runs["replication"], return_inverse=True)[1]
        half = _half(cell[known], unit[known], value[known], size)
        shape = (self.wide, len(levels.centre))
        return Response(mean.reshape(shape), (mean - half).reshape(shape), (mean + half).reshape(shape),
                        count.reshape(shape))

    def heat(self, name: str, axes: tuple[int, int], strategy: int) -> Floats:
        """Return the mean over points at the levels of two axes, (levels of the second, levels of the first)."""
        across, up = (self.axes[k].levels for k in axes)
        value = self.means(name)[:, strategy]
        known = np.isfinite(value)
        size = len(across.centre) * len(up.centre)
        cell = (up.place * len(across.centre) + across.place)[known]
        total = np.bincount(cell, weights=value[known], minlength=size)
        return _ratio(total, np.bincount(cell, minlength=size)).reshape(len(up.centre), len(across.centre))

    def shares(self, name: str) -> Floats:
        """Return the share of an outcome's variation over points that each axis explains by itself, (A,).

        Between-level variance of point means, less what levels would explain by chance (epsilon squared),
        averaged over the scenarios that have the outcome; at least 0, and 0 where every level of one axis of several rests on
        a single point, which tells nothing of that axis by itself.
        """
        return self._shares(self.means(name))

    def _shares(self, means: Floats) -> Floats:
        found = np.zeros((self.wide, len(self.axes)))
        for s in range(self.wide):
            known = np.isfinite(means[:, s])
            for a, axis in enumerate(self.axes):
                found[s, a] = _explained(means[known, s], axis.levels.place[known], is_alone=axis.is_alone)
        some = np.isfinite(means).any(axis=0)
        return np.asarray(found[some].mean(axis=0)) if some.any() else np.zeros(len(self.axes))

    def chance_of_share(self, name: str) -> float:
        """Return how often the largest of `shares` would be as large with points dealt out anew by chance, (0, 1]."""
        means, points = self.means(name), len(self.numbers)
        rng = np.random.default_rng([self.record.seed % 2**32, points])
        largest = self._shares(means).max()
        as_large = sum(self._shares(means[rng.permutation(points)]).max() >= largest for _ in range(DEALS))
        return float(1 + as_large) / (1 + DEALS)

    def extremes(self, name: str, count: int, *, worst: bool = True) -> list[tuple[int, int]]:
        """Return (row of the point, strategy) where an outcome's mean is worst (or best), worst first.

        Without a better direction the lowest are named.
        """
        flat = self.means(name).ravel()
        known = np.flatnonzero(np.isfinite(flat))
        sign = (-1.0 if self.outcome(name).better == "less" else 1.0) * (1.0 if worst else -1.0)
        order = known[np.argsort(sign * flat[known], kind="stable")][:count]
        return [(int(k) // self.wide, int(k) % self.wide) for k in order]

    def leaders(self, name: str) -> tuple[Ints, int]:
        """Return (points at which each scenario has the best mean, points where all have one)."""
        means = self.means(name)
        whole = means[np.isfinite(means).all(axis=1)]
        best = whole.argmin(axis=1) if self.outcome(name).better == "less" else whole.argmax(axis=1)
        return np.bincount(best, minlength=self.wide).astype(np.int64), len(whole)

    def runs_at(self, point: int, strategy: int) -> NDArray[np.bool_]:
        """Return which runs are those of a point (its row) and a scenario."""
        return np.asarray((self._rows[1] == point) & (self.record.runs["strategy"] == strategy))


def _ratio(total: NDArray[Any], count: NDArray[Any]) -> Floats:
    return np.asarray(np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0))


def _half(cell: Ints, unit: Ints, value: Floats, size: int) -> Floats:
    """Return half the width of each cell's interval, from the means of its units; NaN with one unit or none."""
    if not len(value):
        return np.full(size, np.nan)
    units = int(unit.max()) + 1
    both = cell * units + unit
    pairs, where = np.unique(both, return_inverse=True)
    one = np.bincount(where, weights=value) / np.bincount(where)
    home = pairs // units
    n = np.bincount(home, minlength=size)
    mean = _ratio(np.bincount(home, weights=one, minlength=size), n)
    square = np.bincount(home, weights=(one - mean[home]) ** 2, minlength=size)
    spread = np.sqrt(np.divide(square, n * (n - 1.0), out=np.full(size, np.nan), where=n > 1))
    sizes, which = np.unique(n, return_inverse=True)
    quantile = np.array([t_quantile(LEVEL, int(k) - 1) if k > 1 else np.nan for k in sizes])
    return np.asarray(quantile[which] * spread)


def _explained(value: Floats, place: Ints, *, is_alone: bool) -> float:
    """Return epsilon squared of `value` by its levels."""
    if not len(value):
        return 0.0
    size = np.bincount(place)
    mean = _ratio(np.bincount(place, weights=value), size)
    levels, whole = int((size > 0).sum()), float(((value - value.mean()) ** 2).sum())
    inside = float(((value - mean[place]) ** 2).sum())
    if whole <= 0 or levels < 2:
        return 0.0
    if len(value) <= levels:
        return 1.0 - inside / whole if is_alone else 0.0
    return max(0.0, 1.0 - inside / whole * (len(value) - 1) / (len(value) - levels))
