"""Scenario discovery over a finished sweep: the boxes of its axes in which a condition on an outcome holds.

A case is one point of the sweep under one strategy; it is of interest if the mean of the outcome over its
replications meets the condition. Boxes come from `sim.analysis.prim`, one after the other: the cases of a box are taken
out before the next is looked for.

A search as free as this finds a box in anything. So each box stands trial: the whole search, on the same cases with
their answers dealt out anew `DEALS` times, must come to as good a box in less than a share `SIGNIFICANCE` of them
(a permutation test, stopped as soon as it cannot be passed any more). And since a box fits the cases it was
found in, its density and coverage are also told as they come out on cases it was not found in: the search is repeated
on four fifths of the cases and its boxes counted on the last fifth, five times over.

Boxes after the first are tried only if those before were found, so the chance of any box in pure noise stays at
`SIGNIFICANCE` for each strategy and condition; who looks at several has that chance with each.

The intervals of both shares are Wilson's [Wilson1927], 95 %, for cases that are independent. They tell the error of
counting, not of searching; the figures on other cases do.

Decision: a condition is judged on the mean of a point, as expectations are, not run by run: "losing agents stay under
30 %" speaks of what is to be expected there. Few replications leave noise in it, which lowers coverage and density.
An axis of a strategy that a scenario does not have changes nothing there and is not searched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.intervals import LEVEL
from sim.analysis.prim import BETA, SIGNIFICANCE, Box, Found, prim
from sim.core.maths import normal_quantile
from sim.records.outcomes import NEVER_REACHED
from sim.scenario.load import stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.records.sweep import SweepRecord
    from sim.scenario.expect import Expectation

    Marks = NDArray[np.bool_]
    Axes = dict[str, NDArray[Any]]

DEALS = 99
BOXES = 3
"""Most boxes that are looked for."""
FEWEST = 20
"""Fewest cases, and `FEWEST` / 4 of interest, that are searched."""
_FOLDS = 5


@dataclass(frozen=True)
class Discovered:
    """A box that stood trial.

    Parameters
    ----------
    box : Box
        Its restrictions by axis path; `of` and `all_hits` count all cases, `n` and `hits` those not in earlier boxes.
    density, coverage : tuple of float
        Lower and upper end of the interval.
    p : float
        Share of deals, this one included, with as good a box.
    other_density, other_coverage : float
        On cases in which it was not found; NaN if no such box was found there.
    """

    box: Box
    density: tuple[float, float]
    coverage: tuple[float, float]
    p: float
    other_density: float
    other_coverage: float


@dataclass(frozen=True)
class Discovery:
    """What was found for one strategy.

    Parameters
    ----------
    strategy : str
        Name.
    condition : Expectation
        What was looked for.
    cases, hits, undefined : int
        Cases judged, those of interest, and those left out because the outcome is undefined there.
    boxes : list of Discovered
        Best first.
    reason : {'', 'undefined', 'few', 'always', 'never', 'nothing'}
        Why there is no box.
    """

    strategy: str
    condition: Expectation
    cases: int
    hits: int
    undefined: int
    boxes: list[Discovered] = field(default_factory=list)
    reason: str = ""


def discover(record: SweepRecord, condition: Expectation, strategy: str, *, boxes: int = BOXES, deals: int = DEALS) -> Discovery:
    """Look for the boxes of a sweep's axes in which a condition holds under one strategy.

    Parameters
    ----------
    record : SweepRecord
        A sweep with two points or more.
    condition : Expectation
        On a summary outcome.
    strategy : str
        One of `record.strategies`.
    boxes, deals : int
        Most boxes; permutations of the trial.
    """
    axes, hit, undefined = cases_of(record, condition, strategy)
    made = Discovery(strategy, condition, hit.size, int(hit.sum()), undefined)
    few = hit.size < FEWEST or min(made.hits, hit.size - made.hits) < FEWEST // 4
    if not hit.size or not made.hits or made.hits == hit.size or few:
        return replace(made, reason="undefined" if not hit.size else "never" if not made.hits
                       else "always" if made.hits == hit.size else "few")
    found = boxes_of(axes, hit, seed=record.seed, boxes=boxes, deals=deals)
    return replace(made, boxes=found, reason="" if found else "nothing")


def cases_of(record: SweepRecord, condition: Expectation, strategy: str) -> tuple[Axes, Marks, int]:
    """Return the axes and the answer of every case in which the outcome is defined, and how many are not."""
    number = record.strategies.index(strategy)
    mine = np.asarray(record.done) & (np.asarray(record.runs["strategy"]) == number)
    points, row = np.unique(np.asarray(record.runs["point"])[mine], return_inverse=True)
    value = np.asarray(record.runs.get(condition.outcome, np.full(mine.size, np.nan)), dtype=np.float64)[mine]
    if condition.outcome in NEVER_REACHED:
        value = np.where(np.isnan(value), math.inf, value)
    known = ~np.isnan(value)
    count = np.bincount(row[known], minlength=points.size)
    total = np.bincount(row[known], weights=value[known], minlength=points.size)
    judged = count > 0
    mean = total[judged] / count[judged]
    first = np.array([np.flatnonzero(row == k)[0] for k in np.flatnonzero(judged)], dtype=np.int64)
    axes: Axes = {}
    for axis in record.axes:
        column = np.asarray(record.runs[axis.column])[mine][first]
        if axis.scale == "words":
            column = np.array(axis.values, dtype=object)[column.astype(np.int64)]
        if len(set(column.tolist())) > 1 and _concerns(record, axis.path, strategy):
            axes[axis.path] = column
    return axes, np.array([condition.holds(float(m)) for m in mean], dtype=np.bool_), int((~judged).sum())


def _concerns(record: SweepRecord, path: str, strategy: str) -> bool:
    """Return whether an axis changes anything of a scenario; an axis of one strategy leaves the others as they are."""
    room, _, rest = path.partition(".")
    text = record.texts.get(strategy, "")
    if room != "strategies" or not text:
        return True
    entries = stored(text, strategy).get("strategies") or []
    return rest.partition(".")[0] in {str(one.get("id") or one.get("kind")) for one in entries}


def boxes_of(axes: Axes, hit: Marks, *, seed: int, boxes: int = BOXES, deals: int = DEALS) -> list[Discovered]:
    """Return the boxes that stand trial, in the order in which they are found.

    Parameters
    ----------
    axes : dict of arrays (N,)
        As `prim` takes them.
    hit : bool (N,)
        Whether a case is of interest.
    seed : int
        Of the deals and the fifths: the same cases and seed give the same answer.
    boxes, deals : int
        Most boxes; permutations of the trial.
    """
    rng = np.random.default_rng([seed % 2**32, hit.size])
    left, out = np.ones(hit.size, dtype=np.bool_), []
    for _ in range(boxes if axes else 0):
        here, mine = {name: column[left] for name, column in axes.items()}, hit[left]
        if mine.size < FEWEST or mine.sum() < BETA * hit.sum() or mine.all():
            break
        beta = min(0.5, BETA * hit.size / mine.size)  # a share of all cases, also of what earlier boxes left
        found = prim(here, mine, beta=beta).box
        p = _trial(found, here, mine, beta, deals, rng) if found.sides else 1.0
        if not p <= SIGNIFICANCE:
            break
        density, coverage = _on_others(here, mine, beta, rng)
        box = replace(found, of=hit.size, all_hits=int(hit.sum()))
        out.append(Discovered(box, wilson(box.hits, box.n), wilson(box.hits, box.all_hits), p, density,
                              coverage * mine.sum() / hit.sum()))
        left &= ~box.holds(axes)
    return out


def _trial(found: Box, axes: Axes, hit: Marks, beta: float, deals: int, rng: np.random.Generator) -> float:
    """Return the share of deals, this one included, in which the search comes to as good a box."""
    as_good, played = 1, 1
    for _ in range(deals):
        as_good += prim(axes, rng.permutation(hit), beta=beta).box.score >= found.score
        played += 1
        if as_good > SIGNIFICANCE * (deals + 1):
            break
    return as_good / played


def _on_others(axes: Axes, hit: Marks, beta: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return density and coverage on cases in which the box was not looked for."""
    fold = rng.permutation(hit.size) % _FOLDS
    n = hits = 0
    for k in range(_FOLDS):
        learn, test = fold != k, fold == k
        part: Found = prim({name: column[learn] for name, column in axes.items()}, hit[learn], beta=beta)
        inside = part.box.holds({name: column[test] for name, column in axes.items()})
        n, hits = n + int(inside.sum()), hits + int(hit[test][inside].sum())
    return hits / n if n else math.nan, hits / int(hit.sum())


def wilson(hits: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's interval of a share [Wilson1927]; (0, 1) of nothing."""
    if not n:
        return 0.0, 1.0
    z = float(normal_quantile((1 + level) / 2))
    share, shrink = hits / n, 1 + z * z / n
    middle = (share + z * z / (2 * n)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    return max(0.0, middle - half), min(1.0, middle + half)
