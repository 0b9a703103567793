"""Where an expectation of a sweep holds: its verdicts counted by the values of the axis that parts its points best."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.records.sweep import AxisRecord, Judged, SweepRecord

_MOST_VALUES, _LEAST_POINTS = 8, 2


@dataclass(frozen=True)
class Parted:
    """The verdicts on an expectation, and how an axis parts them.

    Parameters
    ----------
    judged : list of Judged
        Its verdicts under one scenario.
    axis : int
        Index of the axis.
    counts : dict of (int, int)
        Points where it holds and other points, by value of the axis.
    """

    judged: list[Judged]
    axis: int
    counts: dict[float, tuple[int, int]]


def parted(record: SweepRecord) -> list[Parted]:
    """Return every expectation that holds at some points and not at others, where few values of an axis tell them apart.

    Verdicts are counted, nothing is tested here. The axis is the one whose values leave the fewest points on the wrong side
    if each value is taken for what most of its points say; the first of the file where several are as good.
    """
    found = []
    for judged in open_verdicts(record):
        parts = [Parted(judged, k, _by_value(record, axis, judged)) for k, axis in enumerate(record.axes)]
        usable = [one for one in parts if 2 <= len(one.counts) <= _MOST_VALUES
                  and min(sum(both) for both in one.counts.values()) >= _LEAST_POINTS]
        if usable:
            found.append(min(usable, key=lambda one: sum(min(both) for both in one.counts.values())))
    return found


def open_verdicts(record: SweepRecord) -> list[list[Judged]]:
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
