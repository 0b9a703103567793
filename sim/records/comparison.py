"""A comparison: what several strategies left on common replications, as tables.

The columns of every table are the names of `sim.records.outcomes`. Row r of every array of one
strategy is its replication `replications[strategy][r]`; equal numbers met the same world and the
same luck, so they are compared in pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.records.run_record import line_order

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from sim.records.ablation import Ablation
    from sim.records.run_record import Floats, Ints, RunRecord
    from sim.records.selection import Selection


@dataclass(frozen=True)
class Failure:
    """A run that failed for good: which, why, and how often it was tried."""

    strategy: str
    replication: int
    seed: int
    reason: str
    attempts: int


def traded(statement: dict[str, Any]) -> dict[str, Any]:
    """Return the lines of a statement with any cash in them, in the order of `Purpose`."""
    return {n: statement[n] for n in sorted(statement, key=line_order) if statement[n].any()}


@dataclass(frozen=True)
class Comparison:
    """Several strategies in one market.

    Parameters
    ----------
    strategies : list of str
        Names in the order given; figures and tables keep it.
    titles : dict of dict
        Strategy to its title under ``zh`` and ``en``.
    replications : dict of int (R,)
        Strategy to the numbers of its finished replications, ascending.
    summary : dict of dict of float64 (R,)
        Strategy, outcome to values; NaN where undefined.
    daily : dict of dict of float64 (R, T)
        Strategy, series to values.
    statement : dict of dict of int64 (R, T)
        Strategy, purpose (lower case) to the brand's signed cash in fen; purposes without any are left out.
    examples : dict of RunRecord
        One full run a strategy, the lowest finished replication, for pictures.
    question : dict
        What was asked: ``product``, ``product_zh`` (may be missing), ``category`` (texts), ``price_fen``, ``cash_fen``, ``people``, ``days``.
    texts : dict of str
        Strategy to its resolved scenario as YAML.
    seed : int
        Seed of the comparison.
    reference : str
        Strategy that the others are compared with.
    version, command : str
        What made it.
    timings : dict of float
        Seconds: ``wall``, ``runs`` (sum over runs), ``compile``.
    failures : list of Failure
        Runs set apart after three attempts.
    complete : bool
        False if it was interrupted.
    ablations : list of Ablation
        What happened with one declared mechanism of a strategy switched off.
    selection : Selection or None
        How the best was selected, where replications were added until it was known.
    """

    strategies: list[str]
    titles: dict[str, dict[str, str]]
    replications: dict[str, Ints]
    summary: dict[str, dict[str, Floats]]
    daily: dict[str, dict[str, Floats]]
    statement: dict[str, dict[str, Ints]]
    examples: dict[str, RunRecord]
    question: dict[str, Any]
    texts: dict[str, str]
    seed: int
    reference: str
    version: str = ""
    command: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    complete: bool = True
    ablations: list[Ablation] = field(default_factory=list)
    selection: Selection | None = None

    @property
    def days(self) -> int:
        """Return T."""
        return next(iter(self.examples.values())).days

    def common(self, *strategies: str) -> Ints:
        """Return the replications that all named strategies (default: all) have finished."""
        names = strategies or tuple(self.strategies)
        shared = set.intersection(*({int(r) for r in self.replications[s]} for s in names))
        return np.array(sorted(shared), dtype=np.int64)

    def values(self, strategy: str, outcome: str, replications: Ints | None = None) -> Floats:
        """Return one outcome of one strategy, of all or of the given replications, in their order.

        A result kept by an older version may lack an outcome: it is then undefined, as NaN.
        """
        column = self.summary[strategy].get(outcome)
        if column is None:
            column = np.full(len(self.replications[strategy]), np.nan)
        return column if replications is None else column[self._rows(strategy, replications)]

    def paths(self, strategy: str, series: str, replications: Ints | None = None) -> Floats:
        """Return one daily series of one strategy (R, T), of all or of the given replications; NaN if it was not kept."""
        table = self.daily[strategy].get(series)
        if table is None:
            table = np.full((len(self.replications[strategy]), self.days), np.nan)
        return table if replications is None else table[self._rows(strategy, replications)]

    def _rows(self, strategy: str, replications: Ints) -> NDArray[np.intp]:
        return np.searchsorted(self.replications[strategy], replications)

    def save(self, folder: Path, *, replace: bool = False) -> None:
        """Write the comparison as a folder of tables, see `sim.records.store.save`."""
        from sim.records.store import save

        save(self, folder, replace=replace)

    @staticmethod
    def load(folder: Path) -> Comparison:
        """Return the comparison stored in a folder, see `sim.records.store.load`."""
        from sim.records.store import load

        return load(folder)

    @property
    def table(self) -> pd.DataFrame:
        """Return the summary outcomes, one row per strategy and replication."""
        import pandas as pd

        frames = [
            pd.DataFrame({"strategy": s, "replication": self.replications[s], **self.summary[s]})
            for s in self.strategies
        ]
        return pd.concat(frames, ignore_index=True)

    @property
    def daily_table(self) -> pd.DataFrame:
        """Return the daily series, one row per strategy, replication and day."""
        import pandas as pd

        frames = []
        for s in self.strategies:
            reps = self.replications[s]
            head = {
                "strategy": s,
                "replication": np.repeat(reps, self.days),
                "day": np.tile(np.arange(self.days), len(reps)),
            }
            frames.append(pd.DataFrame(head | {n: v.ravel() for n, v in self.daily[s].items()}))
        return pd.concat(frames, ignore_index=True)

    @property
    def agents_table(self) -> pd.DataFrame:
        """Return the resellers of the example runs, one row each."""
        import pandas as pd

        frames = [pd.DataFrame({"strategy": s, **self.examples[s].agents}) for s in self.strategies]
        return pd.concat(frames, ignore_index=True)
