"""What befell a strategy, for marks on a time axis: bans of its accounts, fakes found out, the day it could not pay.

Days are those of the run that is drawn (the lowest replication); how many runs shared the day, or met
the thing at all, is said beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.records.comparison import Comparison
from sim.text.catalogue import Lang, load, say

INSOLVENT = "insolvent"
SERIES = {"account_ban": "bans", "sock_puppet": "unmasked"}
"""Daily series that tells on which days a kind of incident happened in every replication."""
MOST = 8
"""Incidents listed in the table; the figures mark all."""


@dataclass(frozen=True)
class Incident:
    """One mark.

    Parameters
    ----------
    strategy : str
    day : int
    kind : str
        Key of the message under ``incident``.
    runs, of : int
        Replications that share it, and all: those with one on the same day, for insolvency those that became
        insolvent on whatever day.
    """

    strategy: str
    day: int
    kind: str
    runs: int
    of: int


def incidents(comparison: Comparison) -> list[Incident]:
    """Return the incidents of all strategies by day, one a strategy, day and kind."""
    found = {(day, s, key) for s in comparison.strategies for day, _, key in comparison.examples[s].events
             if 0 <= day < comparison.days}
    order = {s: k for k, s in enumerate(comparison.strategies)}
    return [Incident(s, day, key, *_shared(comparison, s, day, key))
            for day, s, key in sorted(found, key=lambda one: (one[0], order[one[1]], one[2]))]


def _shared(comparison: Comparison, strategy: str, day: int, key: str) -> tuple[int, int]:
    of = len(comparison.replications[strategy])
    if key == INSOLVENT:
        return int(np.isfinite(comparison.values(strategy, "insolvent_day")).sum()), of
    happened = int((comparison.paths(strategy, SERIES[key])[:, day] > 0).sum()) if key in SERIES else 0
    return max(1, happened), of  # the run that is drawn had it in any case


def kind_title(kind: str, lang: Lang) -> str:
    """Return the words for a kind of incident; one that the catalogue does not know keeps its name."""
    key = f"incident.{kind}"
    return say("page", key, lang) if key in load("page") else kind.replace("_", " ")


def thinned(found: Sequence[Incident]) -> list[Incident]:
    """Return what a table lists: insolvency always, then what most runs share, at most `MOST`, by day."""
    kept = sorted(found, key=lambda one: (one.kind != INSOLVENT, -one.runs, one.day))[:MOST]
    return [one for one in found if one in kept]
