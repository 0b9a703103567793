"""What is drawn: time and memory against people, ties, the share that is active, and threads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.worlds import CORE, TITLES


@dataclass(frozen=True)
class Series:
    """One line: its label, a measure of `rows.MEASURES`, and what each of its points is given."""

    label: str
    measure: str
    points: tuple[tuple[float, dict[str, Any]], ...]


@dataclass(frozen=True)
class Curve:
    """One pair of figures: a time and the peak memory against something.

    Parameters
    ----------
    title, across : str
        What the pair shows; what the level axis counts.
    upright : dict of str to str
        Figures drawn, and what their axes count.
    series : tuple of Series
        The lines.
    minutes : float
        About how long all points take on two cores.
    measured : str
        Figure of a point that is its true place on the level axis, if it is not the one asked for.
    share : bool
        Whether the level axis counts shares.
    log : bool
        Whether the level axis is logarithmic.
    """

    title: str
    across: str
    upright: dict[str, str]
    series: tuple[Series, ...]
    minutes: float
    measured: str = ""
    share: bool = False
    log: bool = True


PEOPLE = (10_000, 30_000, 100_000, 300_000, 1_000_000)
LARGEST = 10_000_000
TIES = (5, 10, 20, 40, 80)
SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
_MEMORY = {"memory_gb": "peak memory, GB"}


def curves(*, is_quick: bool = False, is_large: bool = False) -> dict[str, Curve]:
    """Return the curves; quick ones have few small points, large ones go on to ten million people."""
    people = (2_000, 5_000) if is_quick else (*PEOPLE, LARGEST) if is_large else PEOPLE
    ties, shares = (TIES[:2], SHARES[3:5]) if is_quick else (TIES, SHARES)
    crowd, many, days = (3_000, 3_000, 15) if is_quick else (300_000, 1_000_000, 60)
    threads = tuple(range(1, (os.cpu_count() or 1) + 1))
    return {
        "by_people": Curve(f"{days} days of more and more people, 20 ties each, two threads", "people",
                        {"run_s": "a run, s", **_MEMORY},
                        tuple(Series(TITLES[kind], "one_run",
                                     tuple((n, {"people": n, "days": days, "kind": kind}) for n in people))
                              for kind in CORE), 6.0 + 6.0 * is_large),
        "by_ties": Curve(f"{days} days of {crowd:,} people with more and more ties, two threads", "ties of a person",
                      {"run_s": "a run, s", **_MEMORY},
                      tuple(Series(TITLES[kind], "one_run",
                                   tuple((k, {"people": crowd, "days": days, "kind": kind, "ties": k}) for k in ties))
                            for kind in ("community", "dual_rebate")), 2.5),
        "by_talk": Curve(f"word of mouth of one day among {many:,} people", "share of people who speak",
                      {"day_ms": "a day's talk, ms", "tie_ns": "a tie that speaks, ns"},
                      tuple(Series(_threads(n), "word_of_mouth",
                                   tuple((s, {"people": many, "share": s, "threads": (n,)}) for s in shares))
                            for n in threads[:2]), 3.0, share=True),
        "by_buyers": Curve(f"a whole day of {crowd:,} people", "share of people who buy on a day",
                     {"day_ms": "a day, ms", **_MEMORY},
                     tuple(Series(_threads(n), "active_day",
                                  tuple((s, {"people": crowd, "share": s, "threads": n}) for s in shares))
                           for n in threads[:2]), 3.0, measured="buyers_share", share=True),
        "by_threads": Curve(f"{days} days of {crowd:,} people on more threads", "threads", {"run_s": "a run, s", **_MEMORY},
                         tuple(Series(TITLES[kind], "one_run",
                                      tuple((n, {"people": crowd, "days": days, "kind": kind, "threads": n}) for n in threads))
                               for kind in CORE), 1.5, log=False),
    }  # fmt: skip


def _threads(count: int) -> str:
    return "one thread" if count == 1 else f"{count} threads"
