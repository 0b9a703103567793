"""What one run leaves: plain arrays and numbers, nothing that needs the simulator to be read.

Everything later (summaries, statistics, pictures, the page) is computed from this record, so a
stored result can be analysed and drawn where neither numba nor Mesa is installed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Purpose

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Column = NDArray[Any]

PEOPLE_COLUMNS = {
    "first_day": np.int32,
    "second_day": np.int32,
    "last_day": np.int32,
    "n_orders": np.int32,
    "spend_fen": np.int64,
    "first_path": np.int8,
}
"""Columns of `RunRecord.people` and how they are stored. Days are -1 where it never happened."""

AGENT_COLUMNS = {
    "person": np.int64,
    "tier": np.int64,
    "upline": np.int64,
    "joined_day": np.int64,
    "left_day": np.int64,
    "buy_in_fen": np.int64,
    "income_fen": np.int64,
    "net_fen": np.int64,
    "recruits": np.int64,
    "sold": np.int64,
}
"""Columns of `RunRecord.agents`, one row a reseller; `upline` is a row of this table or -1, `sold` units to others."""

NODE_COLUMNS = {
    "id": np.int64,
    "x": np.float64,
    "y": np.float64,
    "role": np.int64,
    "circle": np.int64,
    "adoption_day": np.int64,
}
EDGE_COLUMNS = {"source": np.int64, "target": np.int64, "trust": np.float64}
"""Edges of `RunRecord.network`: `source` speaks, `target` listens, both are values of `id`."""

ROLES = ("person", "seed_customer", "reseller", "kol")
"""What `RunRecord.network['role']` counts."""


@dataclass(frozen=True)
class RunRecord:
    """One run of one scenario under one replication.

    Parameters
    ----------
    strategy : str
        Name of the scenario.
    title : dict of str
        Its title under the keys ``zh`` and ``en``.
    seed, replication : int
        Seed of the comparison and number of the replication; the two decide every draw.
    days, n_people : int
        T and N.
    daily : dict of float64 (T,)
        The series of `sim.records.outcomes.DAILY`; NaN where a series has no value on a day.
    statement : dict of int64 (T,)
        Purpose (lower case) to the brand's signed cash in fen: received +, paid -.
    facts : dict of float
        Scalars that summaries need, see `sim.records.outcomes.FACTS`.
    people, agents : dict of arrays (N,) and (R,)
        `PEOPLE_COLUMNS` and `AGENT_COLUMNS`.
    network : dict of arrays
        A readable sample: `NODE_COLUMNS` of at most 400 people and `EDGE_COLUMNS` among them.
    price_split : dict of float
        Where the price of one unit goes, in fen; the parts sum to the price paid.
    events : list of (int, str, str)
        Day, kind and text key of what is worth a mark on a time axis.
    timings : dict of float
        Seconds by phase; ``day.PART`` sums a part of the day over the run's days.
    memory : dict of float
        Bytes by kind of state when the run ended, and the process's largest so far under ``peak``; none in old records.
    summary : dict of float
        Outcomes, where they have been computed already; needed where `people` was dropped to save space.
    """

    strategy: str
    title: dict[str, str]
    seed: int
    replication: int
    days: int
    n_people: int
    daily: dict[str, Floats]
    statement: dict[str, Ints]
    facts: dict[str, float]
    people: dict[str, Column]
    agents: dict[str, Column]
    network: dict[str, Column] = field(default_factory=dict)
    price_split: dict[str, float] = field(default_factory=dict)
    events: list[tuple[int, str, str]] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    summary: dict[str, float] = field(default_factory=dict)


def line_order(purpose: str) -> tuple[int, str]:
    """Return the sort key of a line of the statement: the order of `Purpose`, unknown ones last by name."""
    known = Purpose.__members__.get(purpose.upper())
    return (len(Purpose) if known is None else int(known), purpose)
