"""Run the checks of the book one after the other, in one process, and keep what they found."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sim.core import interrupts
from sim.core.errors import Problem, ScenarioError
from sim.records.verification import BookRecord, CheckRecord
from sim.text.message import Message
from sim.verification.check import Check, PremiseError
from sim.verification.table import THEMES

SEED = 1

Follow = Callable[[int, int, float | None], None]
"""Called with checks done, all checks, seconds left (None as long as nothing is known)."""


def chosen(names: Sequence[str]) -> list[tuple[str, Check]]:
    """Return (theme, check) for ids and themes, in the order of the book; all of them for none.

    Raises
    ------
    ScenarioError
        If there is neither a check nor a theme of a name.
    """
    every = [(theme, check) for theme, checks in THEMES.items() for check in checks]
    known = {name for theme, check in every for name in (theme, check.id)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ScenarioError(Problem(Message("verification.no_check", unknown=unknown, known=list(THEMES))))
    return [(theme, check) for theme, check in every if not names or {theme, check.id} & set(names)]


def hold(theme: str, check: Check, seed: int = SEED) -> CheckRecord:
    """Run one check."""
    began = time.perf_counter()
    figures, broken = [], ""
    try:
        for figure in check.measure(seed):
            figures.append(figure)
            interrupts.heed()
    except PremiseError as error:
        broken = str(error)
    return CheckRecord(check.id, theme, check.formula, list(check.sources), figures, broken, time.perf_counter() - began)


def hold_all(checks: Sequence[tuple[str, Check]], seed: int = SEED, follow: Follow | None = None) -> BookRecord:
    """Run checks and return the book; Ctrl-C ends it at the next day of a run."""
    began = time.perf_counter()
    done: list[CheckRecord] = []
    with interrupts.listening():
        for position, (theme, check) in enumerate(checks):
            if follow is not None:
                spent = time.perf_counter() - began
                follow(position, len(checks), spent / position * (len(checks) - position) if position else None)
            interrupts.heed()
            done.append(hold(theme, check, seed))
    return BookRecord(done, seed, seconds=time.perf_counter() - began)
