"""Where an expectation of a sweep holds: counted by the values of the axis that parts its points best, and how to ask further."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from sim.cli.language import current, tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sim.records.sweep import AxisRecord, Judged, SweepRecord

_MOST_VALUES, _LEAST_POINTS = 8, 2
_SEARCH, _OF_EACH = 20, 5
"""What `sim.analysis.prim` needs: points, and points of each kind."""


def where_it_holds(record: SweepRecord, value_of: Callable[[AxisRecord, float], str]) -> list[str]:
    """Return a sentence for every expectation that holds at some points and not at others, by the values of one axis.

    Verdicts are counted, nothing is tested here. The axis is the one whose values leave the fewest points on the wrong side
    if each value is taken for what most of its points say; the first of the file where several are as good.

    Parameters
    ----------
    record : SweepRecord
        A finished sweep.
    value_of : callable
        Returns a value of an axis as text.
    """
    found = []
    for judged in _parted(record):
        parts = [(axis, _by_value(record, axis, judged)) for axis in record.axes]
        usable = [(axis, counts) for axis, counts in parts if 2 <= len(counts) <= _MOST_VALUES
                  and min(sum(both) for both in counts.values()) >= _LEAST_POINTS]
        if not usable:
            continue
        axis, counts = min(usable, key=lambda one: sum(min(both) for both in one[1].values()))
        name = axis.path.rpartition(".")[2]
        listed = [tell("sweep.where.value", axis=name, value=value_of(axis, value), count=holds, of=holds + other)
                  for value, (holds, other) in sorted(counts.items())]
        found.append(tell("sweep.where.line", strategy=record.strategies[judged[0].strategy], expectation=judged[0].expectation,
                          listed=("，" if current() == "zh" else ", ").join(listed)))
    return found


def to_discover(record: SweepRecord, folder: Path) -> str:
    """Return the command that finds the conditions of the first expectation with points enough on both sides, or nothing."""
    for judged in _parted(record):
        holds = sum(one.result == "pass" for one in judged)
        if len(judged) >= _SEARCH and min(holds, len(judged) - holds) >= _OF_EACH:
            return shlex.join(["guanxi", "discover", str(folder), judged[0].expectation.partition(" with ")[0]])
    return ""


def _parted(record: SweepRecord) -> list[list[Judged]]:
    """Return the verdicts on every expectation that holds at some points and not at others."""
    groups: dict[tuple[int, str], list[Judged]] = {}
    for one in record.judged:
        groups.setdefault((one.strategy, one.expectation), []).append(one)
    return [judged for judged in groups.values() if 0 < Counter(one.result for one in judged)["pass"] < len(judged)]


def _by_value(record: SweepRecord, axis: AxisRecord, judged: list[Judged]) -> dict[float, tuple[int, int]]:
    """Return (points where it holds, other points) by value of an axis."""
    at = np.searchsorted(record.points["point"], [one.point for one in judged])
    values = record.points[axis.column][at].tolist()
    holds = Counter(value for value, one in zip(values, judged, strict=True) if one.result == "pass")
    return {value: (holds[value], count - holds[value]) for value, count in Counter(values).items()}
