"""What the designs of sensitivity share: levers in the unit cube, blocks of points that count whole, the share of noise.

Noise. A run's outcome is y_pr = level + point_p + luck_r + rest_pr. All points meet the same replications, so luck_r
moves every point alike and drops out of every comparison; only the rest is noise. With R replications a point's mean
carries rest variance / R, and

    noise share = (MS_rest / R) / V_p(mean y_p)

is the part of the spread between points that is not the levers'. MS_rest is the mean square of residuals of the two-way
table [Searle1971]; it needs R >= 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def problem_of(k: int) -> dict[str, Any]:
    """Return k levers in [0, 1] as SALib names a problem."""
    return {"num_vars": k, "names": [f"x{i}" for i in range(k)], "bounds": [[0.0, 1.0]] * k}


def whole_blocks(values: Floats, size: int) -> NDArray[np.bool_]:
    """Return which points stand in a block of `size` without an undefined value, bool (n,)."""
    whole = np.isfinite(values.reshape(-1, size)).all(axis=1)
    return np.repeat(whole, size)


def point_means(table: Floats) -> Floats:
    """Return the mean over replications of each point, float64 (P,), undefined values left out; NaN where all are."""
    known = np.isfinite(table)
    count = known.sum(axis=1)
    return np.asarray(np.divide(np.where(known, table, 0.0).sum(axis=1), count, out=np.full(len(table), np.nan),
                                where=count > 0))


def noise_share(table: Floats) -> float:
    """Return the share of the variance between points' means that is noise, in [0, 1]; NaN if it cannot be told.

    Parameters
    ----------
    table : float64 (P, R)
        Outcome by point and replication; points with an undefined value are left out.
    """
    y = table[np.isfinite(table).all(axis=1)]
    points, replications = y.shape
    if points < 2 or replications < 2:
        return float("nan")
    between = float(y.mean(axis=1).var(ddof=1))
    if between == 0.0:
        return 0.0
    rest = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0, keepdims=True) + y.mean()
    square = float((rest**2).sum()) / ((points - 1) * (replications - 1))
    share: float = square / replications / between
    return min(1.0, share)
