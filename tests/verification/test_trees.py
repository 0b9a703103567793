"""Recruiting trees that no closed form tells of; the others stand in the book, see `test_book.py`."""

from __future__ import annotations

import numpy as np

from sim.verification.quiet import finished, quiet
from tests.conformance.strategies import Forest

SIZE = 80


def test_recency_gives_the_deepest_trees() -> None:
    """Domain 5.4: only newcomer-biased recruiting explains very deep chains."""
    spec = quiet(20 * SIZE, SIZE, [Forest(trees=20)], recruiting={
        "mode": "certain", "contest": "recency", "recency_days": 2, "patience": 3650, "exit_hazard": 0,
        "exit_refusal": 0})
    table = finished(spec).world.resellers
    depth = np.zeros(table.size, np.int64)
    for row in range(table.size):
        if table.upline[row] >= 0:
            depth[row] = depth[table.upline[row]] + 1
    assert depth.max() > 2.5 * np.e * np.log(SIZE)
