"""A sweep: what scenarios left at many points of a space of levers, one row a run.

A *point* gives every axis one value. Each scenario (called strategy in tables, as in a comparison) is played at every
point under common replications: runs of one replication met the same luck at all points and under all strategies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.records.outcomes import SUMMARY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from sim.records.tables import Table

    Floats = NDArray[np.float64]

Scale = Literal["linear", "log", "words"]
Result = Literal["pass", "fail", "undecided"]

OK, FAILED, WAITING = "ok", "failed", "waiting"
"""Values of the column `status`: finished, set apart, not played (an interrupted sweep)."""
AXIS = "axis:"
"""Columns of `SweepRecord.runs` that begin so hold the value of an axis."""
HEAD = ("point", "strategy", "replication", "run", "status", "seconds")
"""First columns of `SweepRecord.runs`; axes and outcomes follow."""


@dataclass(frozen=True)
class AxisRecord:
    """One axis of a sweep.

    Parameters
    ----------
    path : str
        Dotted path, as `--set` takes it.
    label : dict of str
        What it is called under ``zh`` and ``en``.
    unit : str
        As outcomes have it (``fen``, ``share``, ``days``, ...); empty where the parameter has none.
    scale : {'linear', 'log', 'words'}
        With ``words`` the column holds positions in `values`, which are texts.
    values : tuple of float or of str, or None
        The values of a list, as stated; None for a range or a distribution.
    low, high : float
        Ends of the axis: those of the range, of the list, or of what a distribution drew.
    is_whole : bool
        Whether only whole numbers are values.
    """

    path: str
    label: dict[str, str]
    unit: str
    scale: Scale
    values: tuple[float, ...] | tuple[str, ...] | None
    low: float
    high: float
    is_whole: bool = False

    @property
    def column(self) -> str:
        """Return the name of its column in `SweepRecord.runs`."""
        return AXIS + self.path


@dataclass(frozen=True)
class Judged:
    """What became of one expectation at one point under one strategy.

    Parameters
    ----------
    point, strategy : int
        Number of the point; position in `SweepRecord.strategies`.
    expectation : str
        As the file has it: ``losing_agent_share < 0.5 with 95 %``.
    outcome : str
        Name in the catalogue of summary outcomes.
    confidence : float
        What was asked: 0.95.
    result : {'pass', 'fail', 'undecided'}
        The verdict.
    reason : str
        Why it is undecided: ``few``, ``undefined``, ``straddles``, ``disagree``, ``alike`` (all replications
        agree, but are too few), ``many`` (it fails taken alone, but not after correction for the number of comparisons);
        else empty.
    mean, low, high : float
        Mean and its interval at `confidence`; NaN where undefined.
    n : int
        Replications with a value.
    p, p_holm : float
        Two-sided p value of the mean against the limit; the same corrected for all comparisons of the sweep [Holm1979].
    needed : int
        Replications that would probably decide it; 0 where it is decided or nothing can be said.
    """

    point: int
    strategy: int
    expectation: str
    outcome: str
    confidence: float
    result: Result
    reason: str
    mean: float
    low: float
    high: float
    n: int
    p: float
    p_holm: float
    needed: int = 0


@dataclass(frozen=True)
class SweepFailure:
    """A run that was set apart: which, why, and how often it was tried."""

    point: int
    strategy: str
    replication: int
    run: str
    reason: str
    attempts: int


@dataclass
class SweepRecord:
    """A whole sweep, or the part of one that a shard or an interruption left.

    Parameters
    ----------
    name : str
        Name of the sweep.
    titles : dict of str
        Its title under ``zh`` and ``en``.
    axes : list of AxisRecord
        In the order of the file.
    strategies : list of str
        Names of the scenarios, in the order of the file.
    strategy_titles : dict of dict
        Strategy to its title under ``zh`` and ``en``.
    runs : dict of arrays (n,)
        One row a run: `HEAD`, a column an axis (`AxisRecord.column`), a column a summary outcome (NaN where undefined or
        not played). ``strategy`` holds positions in `strategies`; ``run`` and ``status`` are texts.
    judged : list of Judged
        By expectation, point, strategy.
    failures : list of SweepFailure
        Runs set apart.
    design : dict
        ``kind``, ``points`` (how many), ``seed``.
    replications, seed : int
        R and the seed of all runs.
    question : dict
        As in `Comparison.question`, of the first scenario before any axis is laid over it.
    texts : dict of str
        Strategy to its resolved scenario as YAML, before any axis is laid over it.
    source : str
        The sweep file.
    shard : tuple of int or None
        (i, n) if this is part i of n.
    version, code, command : str
        What made it: release, digest of the sources, command line.
    timings : dict of float
        Seconds: ``wall``, ``runs`` (sum over runs played now), and counts ``played``, ``kept``.
    machine : dict
        On what.
    complete : bool
        False if runs are missing because of an interruption or because it is one shard.
    """

    name: str
    titles: dict[str, str]
    axes: list[AxisRecord]
    strategies: list[str]
    strategy_titles: dict[str, dict[str, str]]
    runs: Table
    judged: list[Judged] = field(default_factory=list)
    failures: list[SweepFailure] = field(default_factory=list)
    design: dict[str, Any] = field(default_factory=dict)
    replications: int = 1
    seed: int = 1
    question: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    source: str = ""
    shard: tuple[int, int] | None = None
    version: str = ""
    code: str = ""
    command: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    complete: bool = True
    read_daily: Callable[[], Table] | None = None

    @property
    def daily(self) -> Table:
        """Return the daily series, one row a run and day: point, strategy, replication, day, a column a series.

        Read when asked for: it is hundreds of times larger than `runs`.
        """
        return self.read_daily() if self.read_daily is not None else {}

    @property
    def outcomes(self) -> list[str]:
        """Return the names of the outcome columns of `runs`."""
        return [name for name in self.runs if name not in HEAD and not name.startswith(AXIS)]

    @property
    def done(self) -> NDArray[np.bool_]:
        """Return which rows of `runs` are finished."""
        return np.asarray(self.runs["status"] == OK)

    @cached_property
    def points(self) -> Table:
        """Return the points, one row each: point, a column an axis."""
        _, first = np.unique(self.runs["point"], return_index=True)
        return {name: self.runs[name][first] for name in ("point", *(axis.column for axis in self.axes))}

    def means(self, outcome: str) -> Floats:
        """Return the mean of an outcome over the defined replications, (points, strategies); NaN without any.

        Rows are in the order of `points`.
        """
        numbers, row = np.unique(self.runs["point"], return_inverse=True)
        wide = len(self.strategies)
        values = np.asarray(self.runs.get(outcome, np.full(row.size, np.nan)), np.float64)
        known = np.isfinite(values)
        cell = (row * wide + self.runs["strategy"])[known]
        count = np.bincount(cell, minlength=numbers.size * wide)
        total = np.bincount(cell, weights=values[known], minlength=numbers.size * wide)
        mean = np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0)
        return np.asarray(mean.reshape(numbers.size, wide))

    def comparable(self) -> Table:
        """Return finished runs as `sim.analysis.equivalence.compare_sweeps` takes them: strategies and words by name, and the seed."""
        done = self.done
        named = self._named({name: column[done] for name, column in self.runs.items()})
        return named | {"seed": np.full(int(done.sum()), self.seed)}

    def verdict(self) -> Result:
        """Return 'fail' if an expectation fails anywhere, 'undecided' if one is, else 'pass'."""
        found = {one.result for one in self.judged}
        return "fail" if "fail" in found else "undecided" if "undecided" in found else "pass"

    def frame(self) -> pd.DataFrame:
        """Return `runs` as a data frame, strategies and words of axes by name."""
        import pandas as pd

        return pd.DataFrame(self._named(self.runs))

    def daily_frame(self) -> pd.DataFrame:
        """Return `daily` as a data frame, strategies by name."""
        import pandas as pd

        return pd.DataFrame(self._named(self.daily))

    def _named(self, table: Table) -> Table:
        words = {axis.column: np.array(axis.values, dtype=object) for axis in self.axes if axis.scale == "words"}
        named = {"strategy": np.array(self.strategies, dtype=object), **words}
        return {name: named[name][column.astype(np.int64)] if name in named else column for name, column in table.items()}

    def save(self, folder: Path, *, replace: bool = False) -> None:
        """Write the sweep as a folder of tables, see `sim.records.sweep_store.save`."""
        from sim.records.sweep_store import save

        save(self, folder, replace=replace)

    @staticmethod
    def load(folder: Path) -> SweepRecord:
        """Return the sweep stored in a folder, see `sim.records.sweep_store.load`."""
        from sim.records.sweep_store import load

        return load(folder)


def outcome_columns(found: dict[str, dict[str, float]], ids: list[str]) -> Table:
    """Return the outcomes of runs as columns in the order of `ids`; NaN where a run has none.

    Parameters
    ----------
    found : dict of dict of float
        Run to its outcomes.
    ids : list of str
        Runs, a row each.
    """
    known = set().union(*(set(one) for one in found.values())) if found else set()
    names = [*(n for n in SUMMARY if n in known), *sorted(known - set(SUMMARY))]
    missing: dict[str, float] = {}
    rows = [found.get(run, missing) for run in ids]
    return {name: np.array([row.get(name, np.nan) for row in rows], dtype=np.float64) for name in names}
