"""Many scenarios on common replications: played through the store, gathered as one table a outcome.

Row p of every table is scenario p, column r replication r, which meets the same world and the same luck in every
row [design 5]. What the store holds is not played again; a run that failed for good leaves NaN and its reason.

Decision: a day that was never reached has no mean. Where one is needed it counts as the last day of the run, which is the
restricted mean of survival analysis [RoystonParmar2013]: left out, a scenario that pays back once in ten runs, but early,
would look better than one that always does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.errors import RunError
from sim.experiment.identity import Identities
from sim.experiment.play import Failed, Wanted, play
from sim.experiment.progress import Progress
from sim.experiment.spool import InterruptedRunsError
from sim.records.outcomes import NEVER_REACHED
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from sim.experiment.play import How
    from sim.experiment.progress import Callback
    from sim.records.run_store import RunStore
    from sim.scenario.spec import ScenarioSpec

    Floats = NDArray[np.float64]
    SpecOf = Callable[[int], ScenarioSpec | dict[int, ScenarioSpec]]


@dataclass(frozen=True, eq=False)
class Cell(Wanted):
    """A run that knows its row."""

    row: int = 0


@dataclass(frozen=True)
class Lost:
    """A run that failed for good: its row, its replication and why."""

    row: int
    replication: int
    reason: str


@dataclass
class Grid:
    """What became of a table of runs.

    Attributes
    ----------
    values : dict of float64 (P, R)
        A table an outcome; NaN where it is undefined or the run failed.
    runs : str (P, R)
        Identities, by which the store answers for more.
    finished : bool (P, R)
        Which runs have a result.
    failures : list of Lost
        Runs without a result.
    kept : int
        Runs that were there before.
    seconds : float
        What the others took together.
    """

    values: dict[str, Floats]
    runs: NDArray[np.str_]
    finished: NDArray[np.bool_]
    failures: list[Lost] = field(default_factory=list)
    kept: int = 0
    seconds: float = 0.0

    def until_the_end(self, outcome: str, days: int) -> Floats:
        """Return the table of an outcome; a day that a finished run never reached counts as its last, `days`."""
        return until_the_end(self.values[outcome], self.finished, outcome, days)


def until_the_end(values: Floats, finished: NDArray[np.bool_], outcome: str, days: int) -> Floats:
    """Return values in which a day that a finished run never reached is the last of its `days`; other outcomes as they are."""
    return np.where(finished & np.isnan(values), float(days), values) if outcome in NEVER_REACHED else values


class _Cells:
    """The runs of a table, made when they are asked for: a scenario is many times larger than its place."""

    def __init__(self, spec_of: SpecOf, rows: Sequence[int], replications: range) -> None:
        self._spec_of, self._rows, self._replications = spec_of, rows, replications

    def __length_hint__(self) -> int:
        return len(self._rows) * len(self._replications)

    def __iter__(self) -> Iterator[Cell]:
        for row in self._rows:
            made = self._spec_of(row)
            for replication in self._replications:
                yield Cell(made[replication] if isinstance(made, dict) else made, replication, row)


@dataclass(frozen=True)
class Field:
    """Where runs are played.

    Parameters
    ----------
    store : RunStore
        Finished runs.
    how : How
        Workers or cluster, and the model.
    progress : callable or None
        Told the `Progress` several times a second.
    """

    store: RunStore
    how: How
    progress: Callback | None = None

    def play(self, spec_of: SpecOf, rows: int | Sequence[int], replications: int | range,
             outcomes: Sequence[str], *, before: int = 0, total: int = 0) -> Grid:
        """Play a table of runs.

        Parameters
        ----------
        spec_of : callable
            The scenario of a row, or one for each of its replications.
        rows, replications : int or sequence
            How many, or which.
        outcomes : list of str
            Names in `sim.records.outcomes.SUMMARY`.
        before, total : int
            Runs done in earlier calls and in all, for the progress of a search in several calls.

        Raises
        ------
        InterruptedRunsError
            On Ctrl-C; what is finished stays in the store.
        """
        chosen = range(rows) if isinstance(rows, int) else rows
        luck = range(replications) if isinstance(replications, int) else replications
        shape = (len(chosen), len(luck))
        grid = Grid({name: np.full(shape, np.nan) for name in outcomes}, np.full(shape, "", "U24"), np.zeros(shape, np.bool_))
        place = {row: number for number, row in enumerate(chosen)}
        done = 0
        try:
            for ended in play(_Cells(spec_of, chosen, luck), self.store, self.how, progress=self._follow(before, total)):
                done += 1
                cell: Any = ended.wanted
                at = place[cell.row], cell.replication - luck.start
                grid.runs[at] = ended.run
                if isinstance(ended, Failed):
                    grid.failures.append(Lost(cell.row, cell.replication, ended.reason))
                    continue
                grid.finished[at] = True
                grid.kept += ended.kept
                grid.seconds += 0.0 if ended.kept else ended.seconds
                for name, table in grid.values.items():
                    table[at] = ended.outcomes.get(name, np.nan)
        except KeyboardInterrupt:
            whole = max(total, before + shape[0] * shape[1])
            raise InterruptedRunsError(before + done, whole, self.store.folder) from None
        return grid

    def _follow(self, before: int, total: int) -> Callback | None:
        tell = self.progress
        if tell is None or not total:
            return tell

        def follow(state: Progress) -> None:
            rest = total - before - state.total
            left = None if state.left is None or not state.done else state.left + max(rest, 0) * state.seconds / state.done
            tell(Progress(before + state.done, total, state.failed, state.running, state.seconds, left, state.phase))

        return follow


def planned_runs(specs: Iterable[ScenarioSpec], replications: int, model: str) -> Iterator[tuple[str, ScenarioSpec]]:
    """Yield identity and scenario of every run of a table, row by row."""
    identities = Identities(model)
    for spec in specs:
        for replication in range(replications):
            yield identities.of(spec, replication), spec


def require_some(grid: Grid, name: str) -> None:
    """Raise RunError if every run of a table failed."""
    if grid.failures and not np.isfinite(grid.values[name]).any() and len(grid.failures) == grid.runs.size:
        raise RunError(Message("studies.failed", count=len(grid.failures), reason=grid.failures[0].reason))
