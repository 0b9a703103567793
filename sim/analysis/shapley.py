"""What each part of a whole contributes: exact Shapley values over all combinations of parts.

    phi_i = sum over S without i of  |S|! (k - |S| - 1)! / k!  (v(S + i) - v(S))

| symbol | meaning |
|---|---|
| k | parts, at most `MOST` |
| S | a combination of parts that are there, the others switched off |
| v(S) | outcome of the runs with S |
| phi_i | contribution of part i: its mean effect over all orders in which the parts could have been added |

It is the one rule under which the parts sum to v(all) - v(none), parts that do the same get the same, a part that does
nothing gets nothing, and the contributions to a sum of outcomes are the sum of contributions. What a part adds when it is
alone, and what is lost when it alone is taken away, stand beside it: where they differ, parts work together.

Sources: [Shapley1953]; ads credited so: [DalessandroEtAl2012].
Kernel: numpy, 2^k differences a replication. Rule: every combination is played; nothing is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST: Final = 8
"""Parts: 256 combinations."""


@dataclass(frozen=True)
class Contributions:
    """What parts contribute, replication by replication.

    Parameters
    ----------
    shapley, alone, last : float64 (R, k)
        Contribution of a part; what it adds to nothing; what is lost when it is taken from the whole.
    none, whole : float64 (R,)
        Outcome without any part and with all.

    A replication in which any combination has no value is NaN throughout: means over replications then sum to the whole, too.
    """

    shapley: Floats
    alone: Floats
    last: Floats
    none: Floats
    whole: Floats


def contributions(values: Floats) -> Contributions:
    """Return what each part contributes.

    Parameters
    ----------
    values : float64 (R, 2^k)
        Outcome by replication and combination; bit i of the column's number says whether part i is there.

    Raises
    ------
    ValueError
        If the number of columns is no power of 2, or there are more than `MOST` parts.
    """
    columns = values.shape[1]
    k = columns.bit_length() - 1
    if columns != 1 << k or not 0 < k <= MOST:
        raise ValueError(f"{columns} combinations are not all those of 1 to {MOST} parts")
    values = np.where(np.isfinite(values).all(axis=1, keepdims=True), values, np.nan)
    numbers = np.arange(columns)
    size = np.array([int(number).bit_count() for number in numbers])
    weight = np.array([factorial(s) * factorial(k - s - 1) / factorial(k) for s in range(k)])
    shapley, alone, last = (np.empty((len(values), k)) for _ in range(3))
    for i in range(k):
        without = numbers[numbers & (1 << i) == 0]
        added = values[:, without | (1 << i)] - values[:, without]
        shapley[:, i] = added @ weight[size[without]]
        alone[:, i], last[:, i] = added[:, 0], added[:, -1]
    return Contributions(shapley, alone, last, values[:, 0].copy(), values[:, -1].copy())
