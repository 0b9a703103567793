"""What a closed form is in the book, and the two ways to hold a figure to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from sim.records.verification import Figure


class PremiseError(Exception):
    """What a check rests on does not hold, so that its figures would mean nothing."""


@dataclass(frozen=True)
class Check:
    """A closed form.

    Parameters
    ----------
    id : str
        Its name for `--only`, and the key of its words in the catalogue ``verification``.
    formula : str
        The closed form in plain signs; names of cases use its symbols.
    sources : tuple of str
        Keys of the bibliography.
    measure : callable
        Takes a seed, runs the shipped kernels, and yields a figure for each case.
    """

    id: str
    formula: str
    sources: tuple[str, ...]
    measure: Callable[[int], Iterable[Figure]]


def near(case: str, values: object, theory: float, error: object = None) -> Figure:
    """Return a figure with chance in it.

    `error` is the standard error, or None where `values` holds independent values whose mean is meant.

    Raises
    ------
    PremiseError
        If there is no spread, so that nothing would be tested.
    """
    found = np.asarray(values, np.float64)
    if error is None:
        error = found.std(ddof=1) / np.sqrt(found.size)
    spread = float(np.asarray(error))
    require(spread > 0, f"{case}: no spread, so nothing is tested")
    return Figure(case, float(theory), float(found.mean()), error=spread)


def share(case: str, value: float, theory: float, draws: float) -> Figure:
    """Return the share of `draws` independent draws, with the standard error that theory gives it."""
    return near(case, value, theory, np.sqrt(theory * (1.0 - theory) / draws))


def exact(case: str, value: float, theory: float, tolerance: float = 0.0) -> Figure:
    """Return a figure without chance."""
    return Figure(case, float(theory), float(value), tolerance=tolerance)


def require(holds: object, what: str) -> None:
    """Stop a check whose premise does not hold.

    Raises
    ------
    PremiseError
        If it does not.
    """
    if not holds:
        raise PremiseError(what)
