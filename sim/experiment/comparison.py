"""Join the records of single runs into one `Comparison`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.records.comparison import Comparison, Failure, traded
from sim.records.outcomes import DAILY
from sim.records.summarise import summarise
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.records.run_record import RunRecord

__all__ = ["Comparison", "Failure", "Frame", "gather"]


@dataclass(frozen=True)
class Frame:
    """Everything of a comparison that its runs do not carry; the fields of `Comparison` of the same names."""

    strategies: list[str]
    titles: dict[str, dict[str, str]]
    question: dict[str, Any]
    texts: dict[str, str]
    seed: int
    reference: str
    version: str = ""
    command: str = ""


@dataclass
class _Rows:
    """Rows of one strategy while they come in, by replication."""

    summary: dict[int, dict[str, float]] = field(default_factory=dict)
    daily: dict[int, dict[str, Any]] = field(default_factory=dict)
    statement: dict[int, dict[str, Any]] = field(default_factory=dict)
    example: RunRecord | None = None

    def add(self, run: RunRecord) -> None:
        """Keep the tables of a run, and all of it if it is the lowest replication so far."""
        self.summary[run.replication] = run.summary or summarise(run)
        nothing = np.full(run.days, np.nan)
        self.daily[run.replication] = {n: run.daily.get(n, nothing) for n in [*DAILY, *run.daily]}
        self.statement[run.replication] = run.statement
        if self.example is None or run.replication < self.example.replication:
            self.example = run


def _stack(rows: dict[int, dict[str, Any]], missing: Any) -> dict[str, Any]:
    """Return name -> rows by ascending replication; a name that one run lacks is filled with `missing`."""
    order = sorted(rows)
    names = list(dict.fromkeys(n for r in order for n in rows[r]))
    like = {n: next(rows[r][n] for r in order if n in rows[r]) for n in names}
    return {n: np.stack([np.asarray(rows[r].get(n, np.full_like(like[n], missing))) for r in order]) for n in names}


def gather(
    runs: Iterable[RunRecord],
    frame: Frame,
    *,
    failures: Iterable[Failure] = (),
    timings: dict[str, float] | None = None,
    complete: bool = True,
) -> Comparison:
    """Return the comparison made of finished runs, in whatever order they come.

    Parameters
    ----------
    runs : iterable of RunRecord
        Finished runs; may be a generator, only tables and one full run a strategy are kept.
    frame : Frame
        What was asked.
    failures : iterable of Failure
        Runs set apart.
    timings : dict of float
        Seconds.
    complete : bool
        False if runs are missing because of an interruption.

    Raises
    ------
    ValueError
        If a strategy has no finished run.
    """
    kept = {s: _Rows() for s in frame.strategies}
    for run in runs:
        kept[run.strategy].add(run)
    bare = [s for s, rows in kept.items() if rows.example is None]
    if bare:
        raise ValueError(Message("experiment.no_finished_run", names=list(bare)))
    return Comparison(
        strategies=list(frame.strategies),
        titles=frame.titles,
        replications={s: np.array(sorted(r.summary), dtype=np.int64) for s, r in kept.items()},
        summary={s: _stack(r.summary, np.nan) for s, r in kept.items()},
        daily={s: _stack(r.daily, np.nan) for s, r in kept.items()},
        statement={s: traded(_stack(r.statement, 0)) for s, r in kept.items()},
        examples={s: r.example for s, r in kept.items() if r.example is not None},
        question=frame.question,
        texts=frame.texts,
        seed=frame.seed,
        reference=frame.reference,
        version=frame.version,
        command=frame.command,
        timings=timings or {},
        failures=list(failures),
        complete=complete,
    )
