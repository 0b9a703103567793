"""With `repurchase.mode: bgnbd` and nobody selling anything, seed customers buy again as BG/NBD says (rows 55-56)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.verification import formulas
from sim.verification.quiet import days_of, quiet

R, ALPHA, A, B = 0.2426, 4.4135, 0.7929, 2.4258
PUBLISHED = {13: 0.534, 26: 0.901, 39: 1.195, 52: 1.444, 78: 1.858}


def repeats(people: int, weeks: list[int], **parameters: float) -> dict[int, Any]:
    """Return everybody's repeat purchases after so many weeks."""
    spec = quiet(people, 7 * max(weeks), brand={"seed_customers": people},
                 repurchase={"mode": "bgnbd", "bgnbd": parameters})
    counts = {}
    for state, day in days_of(spec):
        if (day.number + 1) % 7 == 0 and (day.number + 1) // 7 in weeks:
            counts[(day.number + 1) // 7] = state.world.people.orders[:, 0].astype(float) - 1
    return counts


def test_bgnbd_on_cdnow(agree: Any) -> None:
    for weeks, count in repeats(12_000, list(PUBLISHED)).items():
        mean, none = formulas.bgnbd_mean(weeks, R, ALPHA, A, B), formulas.bgnbd_zero(weeks, R, ALPHA)
        assert mean == pytest.approx(PUBLISHED[weeks], abs=5e-4)
        agree(f"BG/NBD E[X({weeks} weeks)]", count, mean)
        agree(f"BG/NBD P(X({weeks} weeks) = 0)", (count == 0).mean(), none, np.sqrt(none * (1 - none) / len(count)))


def test_a_faster_category_is_the_same_model_with_another_clock(agree: Any) -> None:
    speed = 3.0
    count = repeats(6_000, [13], speed=speed)[13]
    agree("BG/NBD three times as fast, E[X(13)]", count, formulas.bgnbd_mean(13, R, ALPHA / speed, A, B))


def test_without_dropout_it_is_the_negative_binomial(agree: Any) -> None:
    """a -> 0: nobody drops out, X(t) is NBD with mean r t / alpha and P(0) = (alpha / (alpha + t))^r."""
    r, alpha, weeks = 1.5, 20.0, 26
    count = repeats(6_000, [weeks], r=r, alpha=alpha, a=1e-6, b=10.0)[weeks]
    agree("NBD mean without dropout", count, r * weeks / alpha)
    none = formulas.bgnbd_zero(weeks, r, alpha)
    agree("NBD P(X = 0)", (count == 0).mean(), none, np.sqrt(none * (1 - none) / len(count)))
    variance = r * weeks / alpha * (1 + weeks / alpha)
    agree("NBD variance", (count - count.mean()) ** 2, variance)


def test_a_fast_clock_leaves_the_geometric_number_of_purchases(agree: Any) -> None:
    """Everybody's dropout chance is near 1/2 and time is plenty: E[X] -> E[1 / p] = (a + b - 1) / (a - 1)."""
    a, b = 100.0, 100.0
    count = repeats(6_000, [60], r=100.0, alpha=50.0, a=a, b=b)[60]
    agree("geometric number of purchases", count, (a + b - 1) / (a - 1))
    assert count.min() == 1
