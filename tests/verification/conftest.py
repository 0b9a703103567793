"""The yardstick of all verification: a statistic agrees with its closed form within four standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.records.verification import MOST

if TYPE_CHECKING:
    from collections.abc import Callable

_ROWS = pytest.StashKey[list[tuple[str, float, float, float]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the table of agreements."""
    config.stash[_ROWS] = []


@pytest.fixture
def agree(request: pytest.FixtureRequest) -> Callable[[str, object, float, object], None]:
    """Return `agree(name, estimate, expected, error)`: hold an estimate to its closed form.

    `error` is the standard error, or None where `estimate` holds independent values whose mean is meant.
    """

    def hold(name: str, estimate: object, expected: float, error: object = None) -> None:
        values = np.asarray(estimate, np.float64)
        if error is None:
            error = values.std(ddof=1) / np.sqrt(values.size)
        mean, se = float(values.mean()), float(np.asarray(error))
        assert se > 0, f"{name}: no spread, so nothing is tested"
        z = (mean - expected) / se
        request.config.stash[_ROWS].append((name, mean, float(expected), z))
        assert abs(z) < MOST, f"{name}: {mean:.6g} against {expected:.6g} is {z:+.1f} standard errors away"

    return hold


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table of agreements under -v."""
    rows = config.stash[_ROWS]
    if rows and config.option.verbose >= 0:
        terminalreporter.section("closed forms")
        for name, mean, expected, z in rows:
            terminalreporter.write_line(f"{name:<66} {mean:>11.5g} {expected:>11.5g} {z:>+6.2f} se")
