"""Posts that stay up: what was posted on an earlier day and can still be seen, one row a post."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


def _ints() -> NDArray[np.int64]:
    return np.empty(0, np.int64)


def _floats() -> NDArray[np.float64]:
    return np.empty(0, np.float64)


@dataclass
class LastingPosts:
    """Columns of U posts in the order in which they were posted; `day` is the day of posting.

    The other columns are those of `exchange.actions.Post`, visibility after throttling.
    """

    channel: NDArray[np.int64] = field(default_factory=_ints)
    offer: NDArray[np.int64] = field(default_factory=_ints)
    items: NDArray[np.float64] = field(default_factory=_floats)
    commercial: NDArray[np.float64] = field(default_factory=_floats)
    value: NDArray[np.float64] = field(default_factory=_floats)
    visibility: NDArray[np.float64] = field(default_factory=_floats)
    day: NDArray[np.int64] = field(default_factory=_ints)

    def __len__(self) -> int:
        return len(self.day)

    def drop(self, count: int) -> None:
        """Take down the oldest posts."""
        held = vars(self)
        for name in held:
            held[name] = held[name][count:]

    def add(self, **columns: NDArray[np.int64] | NDArray[np.float64]) -> None:
        """Put up further posts; every column must be given."""
        held = vars(self)
        for name in held:
            held[name] = np.concatenate((held[name], columns[name]))
