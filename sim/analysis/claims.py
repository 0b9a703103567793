"""When a claim counts as shown: paired effects, a counter-condition, the range of every assumption.

A claim says that an effect lies on one side of a limit. Its effect in replication r is a weighted
sum over arms that met the same people and the same luck; relative effects add logarithms:

    effect_r  = sum_a weight_a m_a(r)   or   sum_a weight_a ln m_a(r)
              = m_0(r) - max_a m_a(r)   where the first arm is claimed to be the highest of all (min: the lowest)
    claimed_r = direction effect_r - margin,      the claim: mean claimed > 0

Decision rule, in this order:

    undefined   more than a tenth of the replications have no effect: not shown
    opposite    the interval lies on the other side: not shown
    unclear     the interval of claimed does not exclude zero: not shown
    stays       with the mechanism off the effect is still there, or not clearly smaller: not shown
    depends     it holds at the default, but not at the low or the high end of an assumption it rests on
    shown       everything holds; with no range tried that is said

The effect is *gone* with the mechanism off if the interval there does not exclude zero in the
claimed direction and the paired difference main - off does: noise alone lets no effect vanish.
Where a claim states that it must only be *smaller*, the second is asked alone.

Where it turns is found by halving the way from the default to the end that fails: a few steps, so
the boundary is a span, not a point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.analysis.intervals import Interval, mean_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.records.claims import Result

    Floats = NDArray[np.float64]

OffRule = Literal["gone", "smaller"]
DEFINED = 0.9
"""Share of replications that must have an effect. Source: convention."""


@dataclass(frozen=True)
class Question:
    """What is claimed of an effect.

    Parameters
    ----------
    direction : {1, -1}
        The side on which the effect is claimed to lie.
    margin : float, >= 0
        How far beyond zero, in the unit of the effect.
    off_rule : {'gone', 'smaller'}
        What must become of the effect with the mechanism off.
    """

    direction: int = 1
    margin: float = 0.0
    off_rule: OffRule = "gone"

    def claimed(self, effects: Floats) -> Floats:
        """Return how far each effect lies beyond the limit, on the claimed side."""
        return np.asarray(self.direction * effects - self.margin)


@dataclass(frozen=True)
class Ruling:
    """What the rule says of one effect.

    Parameters
    ----------
    result : {'shown', 'not shown', 'depends'}
        The verdict.
    reason : {'', 'undefined', 'opposite', 'unclear', 'stays', 'range'}
        Why it is not simply shown.
    is_range_tried : bool
        False if no assumption was moved.
    """

    result: Result
    reason: str
    is_range_tried: bool


def paired_effects(measured: Sequence[Floats], weights: Sequence[float], *, relative: bool) -> Floats:
    """Return the effect of every replication, NaN where an arm has no value.

    Parameters
    ----------
    measured : sequence of float64 (R,)
        One array an arm.
    weights : sequence of float
        One an arm.
    relative : bool
        Take logarithms; a value that is not above zero has none.
    """
    table = np.stack([np.asarray(m, dtype=np.float64) for m in measured])
    if relative:
        table = np.log(np.where(table > 0.0, table, np.nan))
    return np.asarray(np.asarray(weights, dtype=np.float64) @ table)


def against_best(measured: Sequence[Floats], direction: int, *, relative: bool) -> Floats:
    """Return by how much the first arm exceeds the best of the others in every replication.

    Parameters
    ----------
    measured : sequence of float64 (R,)
        One array an arm, at least two.
    direction : {1, -1}
        Whether the best is the highest or the lowest.
    relative : bool
        Take logarithms.
    """
    first, *others = [paired_effects([m], [1.0], relative=relative) for m in measured]
    best = direction * np.max(direction * np.stack(others), axis=0)
    return np.asarray(first - best)


def is_defined(effects: Floats) -> bool:
    """Return whether enough replications have an effect to be judged."""
    known = int(np.isfinite(effects).sum())
    return known >= max(2, math.ceil(DEFINED * effects.size))


def holds(question: Question, effects: Floats) -> bool:
    """Return whether the interval of an effect lies beyond the limit, on the claimed side."""
    return is_defined(effects) and mean_interval(question.claimed(effects)).low > 0.0


def lies_opposite(question: Question, effects: Floats) -> bool:
    """Return whether the interval lies on the other side of zero."""
    return is_defined(effects) and mean_interval(question.direction * effects).high < 0.0


def lost(question: Question, main: Floats, off: Floats) -> Interval:
    """Return by how much the effect shrinks, on the claimed side, when the mechanism is switched off."""
    return mean_interval(question.direction * (main - off))


def vanishes(question: Question, main: Floats, off: Floats) -> bool:
    """Return whether the effect goes with its mechanism, by the rule that the claim states."""
    if not is_defined(off) or not lost(question, main, off).low > 0.0:
        return False
    return question.off_rule == "smaller" or not holds(question, off)


def rule(question: Question, main: Floats, off: Floats, ends: Mapping[str, Floats]) -> Ruling:
    """Return the verdict on one effect.

    Parameters
    ----------
    question : Question
        What is claimed.
    main, off : float64 (R,)
        Effects in the main condition and with the mechanism off.
    ends : dict of float64 (R,)
        Effects at the low and high ends of assumptions, by any name; empty: no range was tried.
    """
    tried = bool(ends)
    if not is_defined(main):
        return Ruling("not shown", "undefined", tried)
    if not holds(question, main):
        return Ruling("not shown", "opposite" if lies_opposite(question, main) else "unclear", tried)
    if not vanishes(question, main, off):
        return Ruling("not shown", "stays", tried)
    if not all(holds(question, effects) for effects in ends.values()):
        return Ruling("depends", "range", tried)
    return Ruling("shown", "", tried)


def together(results: Sequence[Result]) -> Result:
    """Return the verdict on a claim of several parts: as strong as its weakest part."""
    if "not shown" in results:
        return "not shown"
    return "depends" if "depends" in results else "shown"


def halfway(inside: float, outside: float, *, whole: bool = False) -> float | None:
    """Return the value between one that agrees with the default and one that does not; None if there is none.

    Parameters
    ----------
    inside, outside : float
        Values of a parameter on either side of the boundary.
    whole : bool
        Only whole numbers are values.
    """
    middle = 0.5 * (inside + outside)
    if whole:
        middle = float(round(middle))
    return None if middle in {inside, outside} else middle
