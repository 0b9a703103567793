"""What attribution, sensitivity and optimisation ask first: that an outcome exists, has values, and libraries are there."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import numpy as np

from sim.core.errors import DataError, Problem, RunError, ScenarioError, did_you_mean, shorten
from sim.records.outcomes import SUMMARY
from sim.text.message import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray


def require_outcome(name: str, key: str = "studies.outcome") -> None:
    """Raise ScenarioError if there is no such outcome; says the nearest."""
    if name not in SUMMARY:
        raise ScenarioError(Problem(Message(key, name=shorten(name), hint=did_you_mean(name[:80], SUMMARY))))


def require_package(name: str) -> None:
    """Raise DataError if a library of the extra ``analysis`` is missing; says how to install it, and does not load it."""
    if importlib.util.find_spec(name) is None:
        raise DataError(Message("studies.not_installed", package=name))


def require_defined(values: NDArray[np.float64], outcome: str, where: str) -> None:
    """Raise RunError if an outcome has no value at all."""
    if not np.isfinite(values).any():
        raise RunError(Message("studies.undefined", outcome=outcome, where=where))
