"""PRIM: the box of conditions in which what one looks for happens most often.

The patient rule induction method [FriedmanFisher1999], as used for scenario discovery [BryantLempert2010]. It begins
with the box that holds all cases and *peels*: of all ways to cut off a share alpha of the cases in it at one end
of one axis, or one word of an axis of words, it takes the one with the largest

    gain = (density after - density before) / cases cut off

until no cut has a gain or fewer than a share beta of all cases would be left. Then it *pastes*: ends are moved
outwards by a share alpha as long as the density grows. Where two boxes lie in opposite corners every first cut may lose
as much of the one as it wins of the other; so, as [FriedmanFisher1999] do, peeling goes on from there with the least
loss down to beta, and pasting follows once more.

    density   cases of interest in the box / cases in it
    coverage  cases of interest in the box / cases of interest in all
    mass      cases in the box / all cases

Decision: of the boxes on the way the one with the largest 2 coverage density / (coverage + density) is chosen:
between two boxes a reader would take the one that is neither vague nor narrow. Restrictions whose quasi-p value
[BryantLempert2010] is above `SIGNIFICANCE` are then lifted, the weakest first: the chance of as many hits in the
box, if hits came at the rate that holds without that restriction, by the binomial test. It is "quasi" because the
box was looked for in the same cases; whether there is anything at all is judged in `sim.analysis.discovery`.

Nothing is drawn: equal gains go to the box with fewer restrictions, then to the first axis, upper end first. The gain (a
lenient one, which does not favour axes of few words), ties and quantiles are those of the EMA workbench, whose boxes it finds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Marks = NDArray[np.bool_]

ALPHA = 0.05
"""Share of the cases in a box that one peel cuts off [FriedmanFisher1999]."""
BETA = 0.05
"""Least share of all cases that a box holds [FriedmanFisher1999]."""
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Side:
    """One restriction of a box.

    Parameters
    ----------
    axis : str
        Its name.
    end : {'low', 'high', 'words'}
        Which end is cut, or that words are left out.
    limit : float
        Cases at the limit are in; NaN with words.
    words : tuple
        Words that are in.
    p : float
        Quasi-p value; NaN where it was not computed.
    """

    axis: str
    end: str
    limit: float = math.nan
    words: tuple[Any, ...] = ()
    p: float = math.nan


@dataclass(frozen=True)
class Box:
    """A box and what it holds.

    Parameters
    ----------
    sides : tuple of Side
        In the order of the axes; none: all cases.
    n, hits : int
        Cases in it, and those of interest.
    of, all_hits : int
        The same of all cases.
    """

    sides: tuple[Side, ...]
    n: int
    hits: int
    of: int
    all_hits: int

    @property
    def density(self) -> float:
        """Return the share of cases in it that are of interest."""
        return self.hits / self.n if self.n else 0.0

    @property
    def coverage(self) -> float:
        """Return the share of the cases of interest that are in it."""
        return self.hits / self.all_hits if self.all_hits else 0.0

    @property
    def mass(self) -> float:
        """Return the share of all cases that are in it."""
        return self.n / self.of if self.of else 0.0

    @property
    def score(self) -> float:
        """Return the harmonic mean of coverage and density."""
        both = self.coverage + self.density
        return 2 * self.coverage * self.density / both if both else 0.0

    def holds(self, axes: Mapping[str, NDArray[Any]]) -> Marks:
        """Return which cases, a row each, lie in it."""
        inside = np.ones(len(next(iter(axes.values()))), dtype=np.bool_)
        for side in self.sides:
            inside &= _within(axes[side.axis], side)
        return inside


@dataclass(frozen=True)
class Found:
    """What PRIM came to.

    Parameters
    ----------
    box : Box
        The chosen one, with quasi-p values; without sides if nothing is better than all cases.
    trajectory : list of Box
        Every box on the way, the first with all cases.
    """

    box: Box
    trajectory: list[Box] = field(default_factory=list)


def prim(axes: Mapping[str, NDArray[Any]], hit: Marks, *, alpha: float = ALPHA, beta: float = BETA,
         on: bool = True) -> Found:
    """Look for the box in which cases are of interest.

    Parameters
    ----------
    axes : dict of float64 (N,) or object (N,)
        Axis to its value in every case; an axis that is not of numbers is one of words.
    hit : bool (N,)
        Whether a case is of interest.
    alpha, beta : float, (0, .5)
        As above.
    on : bool
        Whether peeling goes on where no cut has a gain; the EMA workbench stops there.
    """
    if not axes or not hit.any() or not 0 < alpha < 0.5:
        return Found(Box((), hit.size, int(hit.sum()), hit.size, int(hit.sum())))
    trajectory = [_box((), axes, hit)]
    for make, least in ((_peels, 0.0), (_pastes, 0.0), *(((_peels, -math.inf), (_pastes, 0.0)) if on else ())):
        at = trajectory[-1]
        while (least == 0.0 or at.hits < at.n) and (
                found := _best(at, make(at, axes, alpha), axes, hit, (beta, least))) is not None:
            trajectory.append(at := found)
    chosen = max(trajectory, key=lambda box: box.score)  # the first, if several are equal: the wider one
    return Found(lifted(chosen, axes, hit), trajectory)


def lifted(box: Box, axes: Mapping[str, NDArray[Any]], hit: Marks) -> Box:
    """Return a box with its quasi-p values, without restrictions that are not significant."""
    while True:
        box = replace(box, sides=tuple(replace(side, p=_quasi_p(box, side, axes, hit)) for side in box.sides))
        weakest = max(box.sides, key=lambda side: side.p, default=None)
        if weakest is None or weakest.p <= SIGNIFICANCE:
            return box
        box = _box(tuple(side for side in box.sides if side is not weakest), axes, hit)


def _quasi_p(box: Box, side: Side, axes: Mapping[str, NDArray[Any]], hit: Marks) -> float:
    """Return P(hits or more among n) at the density that holds without one restriction."""
    from scipy.special import bdtrc

    without = _box(tuple(other for other in box.sides if other is not side), axes, hit)
    return float(bdtrc(box.hits - 1, box.n, without.density)) if box.hits else 1.0


def _box(sides: tuple[Side, ...], axes: Mapping[str, NDArray[Any]], hit: Marks) -> Box:
    inside = Box(sides, 0, 0, 0, 0).holds(axes)
    return Box(sides, int(inside.sum()), int(hit[inside].sum()), hit.size, int(hit.sum()))


def _within(column: NDArray[Any], side: Side) -> Marks:
    """Return which values meet one restriction."""
    if side.end == "low":
        return np.asarray(column >= side.limit)
    return np.asarray(column <= side.limit) if side.end == "high" else np.isin(column, np.array(side.words, dtype=column.dtype))


def _best(box: Box, sides: Iterator[tuple[Side, ...]], axes: Mapping[str, NDArray[Any]], hit: Marks,
          limits: tuple[float, float]) -> Box | None:
    """Return the candidate with the largest gain, None if none is above the second limit or it is smaller than the first."""
    beta, least = limits
    best, most = None, (-math.inf, -math.inf)
    for candidate in sides:
        made = _box(candidate, axes, hit)
        if made.n == box.n or not made.n:
            continue
        rank = ((made.density - box.density) / abs(box.n - made.n), -float(len({side.axis for side in candidate})))
        if rank > most and rank[0] > least:
            best, most = made, rank
    return best if best is not None and best.n >= beta * hit.size else None


def _peels(box: Box, axes: Mapping[str, NDArray[Any]], alpha: float) -> Iterator[tuple[Side, ...]]:
    """Yield the restrictions of every box that one peel makes."""
    inside = box.holds(axes)
    for name, column in axes.items():
        here = column[inside]
        if np.issubdtype(column.dtype, np.number):
            values = np.sort(here)
            yield _with(box, Side(name, "high", _cut(values, 1 - alpha)), axes)
            yield _with(box, Side(name, "low", _cut(values, alpha)), axes)
        else:
            left = _words(box, name, column)
            for word in left if len(left) > 1 else ():
                yield _with(box, Side(name, "words", words=tuple(w for w in left if w != word)), axes)


def _pastes(box: Box, axes: Mapping[str, NDArray[Any]], alpha: float) -> Iterator[tuple[Side, ...]]:
    """Yield the restrictions of every box that one paste makes."""
    for side in box.sides:
        column, others = axes[side.axis], tuple(other for other in box.sides if other is not side)
        if side.end == "words":
            for word in _words(Box(others, 0, 0, 0, 0), side.axis, column):
                if word not in side.words:
                    grown = tuple(w for w in _words(Box((), 0, 0, 0, 0), side.axis, column) if w in {*side.words, word})
                    yield _with(box, Side(side.axis, "words", words=grown), axes)
            continue
        outside = column[Box(others, 0, 0, 0, 0).holds(axes) & ~_within(column, side)]
        if side.end == "low":
            yield _with(box, replace(side, limit=_cut(np.sort(outside), 1 - alpha) if outside.size else -math.inf), axes)
        else:
            yield _with(box, replace(side, limit=_cut(np.sort(outside), alpha) if outside.size else math.inf), axes)


def _words(box: Box, axis: str, column: NDArray[Any]) -> tuple[Any, ...]:
    """Return the words of an axis that a box holds, in order."""
    own = next((side.words for side in box.sides if side.axis == axis), None)
    return own if own is not None else tuple(sorted(set(column.tolist()), key=str))


def _with(box: Box, side: Side, axes: Mapping[str, NDArray[Any]]) -> tuple[Side, ...]:
    """Return the restrictions of a box with one changed; one that excludes nothing goes."""
    kept = {(other.axis, other.end): other for other in box.sides} | {(side.axis, side.end): side}
    if _within(axes[side.axis], side).all():
        del kept[side.axis, side.end]
    order = {name: at for at, name in enumerate(axes)}
    return tuple(sorted(kept.values(), key=lambda one: (order[one.axis], one.end != "low")))


def _cut(values: Floats | Sequence[float], share: float) -> float:
    """Return the middle between two neighbouring values near a quantile; equal ones are passed over inwards."""
    place = (len(values) - 1) * share
    below, above = math.floor(place), math.ceil(place)
    if share > 0.5:
        while values[below] == values[above] and below > 0:
            below -= 1
    else:
        while values[below] == values[above] and above < len(values) - 1:
            above += 1
    return float((values[below] + values[above]) / 2)
