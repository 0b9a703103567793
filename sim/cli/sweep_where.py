"""Where an expectation of a sweep holds, in words, and how to ask further."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sim.cli.command import written_command
from sim.cli.language import current, tell
from sim.report.sweep_where import open_verdicts, parted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sim.records.sweep import AxisRecord, SweepRecord

_SEARCH, _OF_EACH = 20, 5
"""What `sim.analysis.prim` needs: points, and points of each kind."""


def where_it_holds(record: SweepRecord, value_of: Callable[[AxisRecord, float], str]) -> list[str]:
    """Return a sentence for every expectation that holds at some points and not at others, by the values of one axis.

    Parameters
    ----------
    record : SweepRecord
        A finished sweep.
    value_of : callable
        Returns a value of an axis as text.
    """
    found = []
    for one in parted(record):
        axis, first = record.axes[one.axis], one.judged[0]
        name = axis.path.rpartition(".")[2]
        listed = [tell("sweep.where.value", axis=name, value=value_of(axis, value), count=holds, of=holds + other)
                  for value, (holds, other) in sorted(one.counts.items())]
        found.append(tell("sweep.where.line", strategy=record.strategies[first.strategy], expectation=first.expectation,
                          listed=("，" if current() == "zh" else ", ").join(listed)))
    return found


def next_step(record: SweepRecord, folder: Path) -> str:
    """Return what to do with a whole sweep: discover conditions, decide what is open, or look at the page."""
    further = to_discover(record, folder)
    if further:
        return tell("sweep.where.next", command=further)
    needed = max((one.needed for one in record.judged if one.result == "undecided"), default=0)
    if needed > record.replications and "--gather" not in record.command:
        return tell("sweep.where.decide", command=written_command(replications=needed, out=None, junit=None, summary=None))
    return tell("sweep.where.page")


def to_discover(record: SweepRecord, folder: Path) -> str:
    """Return the command that finds the conditions of the first expectation with points enough on both sides, or nothing."""
    for judged in open_verdicts(record):
        holds = sum(one.result == "pass" for one in judged)
        if len(judged) >= _SEARCH and min(holds, len(judged) - holds) >= _OF_EACH:
            return shlex.join(["guanxi", "discover", str(folder), judged[0].expectation.partition(" with ")[0]])
    return ""
