"""With `repurchase.mode: bgnbd` and nobody selling anything, seed customers buy again as BG/NBD says (rows 55-56)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.verification import formulas
from sim.verification.check import Check, near, require, share
from sim.verification.quiet import days_of, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.records.verification import Figure

R, ALPHA, A, B = 0.2426, 4.4135, 0.7929, 2.4258
PUBLISHED = {13: 0.534, 26: 0.901, 39: 1.195, 52: 1.444, 78: 1.858}


def repeats(people: int, weeks: list[int], seed: int, **parameters: float) -> dict[int, NDArray[Any]]:
    """Return everybody's repeat purchases after so many weeks."""
    spec = quiet(people, 7 * max(weeks), brand={"seed_customers": people}, seed=seed,
                 repurchase={"mode": "bgnbd", "bgnbd": parameters})
    counts = {}
    for state, day in days_of(spec):
        if (day.number + 1) % 7 == 0 and (day.number + 1) // 7 in weeks:
            counts[(day.number + 1) // 7] = state.world.people.orders[:, 0].astype(float) - 1
    return counts


def cdnow(seed: int) -> Iterator[Figure]:
    """The published fit to the customers of a music shop, week by week."""
    for weeks, count in repeats(12_000, list(PUBLISHED), seed).items():
        mean = formulas.bgnbd_mean(weeks, R, ALPHA, A, B)
        require(abs(mean - PUBLISHED[weeks]) < 5e-4, "theory is not the published figure")
        yield near(f"E X({weeks})", count, mean)
        yield share(f"P(X({weeks}) = 0)", (count == 0).mean(), formulas.bgnbd_zero(weeks, R, ALPHA), len(count))


def faster(seed: int) -> Iterator[Figure]:
    """A faster category is the same model with another clock."""
    speed = 3.0
    count = repeats(6_000, [13], seed, speed=speed)[13]
    yield near(f"E X(13), α/{speed:g}", count, formulas.bgnbd_mean(13, R, ALPHA / speed, A, B))


def without_dropout(seed: int) -> Iterator[Figure]:
    """If nobody drops out, a → 0, purchases are negative binomial."""
    r, alpha, weeks = 1.5, 20.0, 26
    count = repeats(6_000, [weeks], seed, r=r, alpha=alpha, a=1e-6, b=10.0)[weeks]
    yield near(f"E X({weeks})", count, r * weeks / alpha)
    yield share(f"P(X({weeks}) = 0)", (count == 0).mean(), formulas.bgnbd_zero(weeks, r, alpha), len(count))
    yield near(f"Var X({weeks})", (count - count.mean()) ** 2, r * weeks / alpha * (1 + weeks / alpha))


def without_end(seed: int) -> Iterator[Figure]:
    """A dropout chance near 1/2 for everybody and plenty of time leave the geometric number of purchases."""
    a, b = 100.0, 100.0
    count = repeats(6_000, [60], seed, r=100.0, alpha=50.0, a=a, b=b)[60]
    yield near("E X(∞)", count, (a + b - 1) / (a - 1))
    require(count.min() == 1, "somebody dropped out before the first repeat")


CHECKS = (
    Check("bgnbd", "E X(t) = (a+b-1)/(a-1)·[1 - (α/(α+t))^r·₂F₁(r, b; a+b-1; t/(α+t))], P(X(t) = 0) = (α/(α+t))^r, t in weeks",
          ("Fader2005",), cdnow),
    Check("bgnbd_clock", "as bgnbd with α/speed", ("Fader2005",), faster),
    Check("nbd", "a → 0: E X = rt/α, Var X = (rt/α)(1 + t/α), P(X = 0) = (α/(α+t))^r", ("Fader2005",), without_dropout),
    Check("bgnbd_limit", "t → ∞: E X = (a+b-1)/(a-1)", ("Fader2005",), without_end),
)
