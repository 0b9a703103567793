"""Elementary functions of our own: the same bits on every platform.

`exp` and `log` of the C library differ in the last bit between platforms, and one flipped bit
flips a purchase. These are polynomials over IEEE double arithmetic only (add, multiply, divide),
hence exact to repeat. Relative error below 1e-14 (tests/unit/test_maths.py holds that).

Notation: x = k ln 2 + r, |r| <= ln 2 / 2; exp x = 2^k exp r by a degree-13 Taylor sum.
log m for m in [sqrt 1/2, sqrt 2) by the series of 2 artanh s, s = (m-1)/(m+1).

References: [CodyWaite1980] range reduction; [Wichura1988] AS241 for the normal quantile.
"""

from __future__ import annotations

import math

import numpy as np

from sim.core.kernel import Number, kernel

_LN2_HI = 6.93147180369123816490e-01
_LN2_LO = 1.90821492927058770002e-10
_INV_LN2 = 1.44269504088896338700
_SQRT_HALF = 0.70710678118654752440

SCALE = 1 << 32
"""Fixed-point unit of order-free sums: a sum of int64 does not depend on the order of its terms."""


@kernel()
def exp_(x: float) -> Number:
    """Return e**x; 0 below -700 and e**700 above 700, so that nothing overflows."""
    if x < -700.0:
        return 0.0
    x = min(x, 700.0)
    k = math.floor(x * _INV_LN2 + 0.5)
    r = (x - k * _LN2_HI) - k * _LN2_LO
    p = 1.0 + r / 13.0
    p = 1.0 + r * p / 12.0
    p = 1.0 + r * p / 11.0
    p = 1.0 + r * p / 10.0
    p = 1.0 + r * p / 9.0
    p = 1.0 + r * p / 8.0
    p = 1.0 + r * p / 7.0
    p = 1.0 + r * p / 6.0
    p = 1.0 + r * p / 5.0
    p = 1.0 + r * p / 4.0
    p = 1.0 + r * p / 3.0
    p = 1.0 + r * p / 2.0
    p = 1.0 + r * p
    return math.ldexp(p, int(k))


@kernel()
def log_(x: float) -> Number:
    """Return ln x for x > 0, and -745 for x <= 0 (below the logarithm of every positive double)."""
    if x <= 0.0:
        return -745.0
    m, e = math.frexp(x)
    if m < _SQRT_HALF:
        m *= 2.0
        e -= 1
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 1.0 / 21.0
    p = p * z + 1.0 / 19.0
    p = p * z + 1.0 / 17.0
    p = p * z + 1.0 / 15.0
    p = p * z + 1.0 / 13.0
    p = p * z + 1.0 / 11.0
    p = p * z + 1.0 / 9.0
    p = p * z + 1.0 / 7.0
    p = p * z + 1.0 / 5.0
    p = p * z + 1.0 / 3.0
    p = p * z + 1.0
    return (e * _LN2_HI + 2.0 * s * p) + e * _LN2_LO


@kernel()
def power(x: float, y: float) -> float:
    """Return x**y for x >= 0 by our own exp and log; at y = 1 exactly x. Nought counts as e**-745."""
    return x if y == 1.0 else exp_(y * log_(x))


@kernel()
def logistic(x: float) -> Number:
    """Return 1 / (1 + e**-x)."""
    return 1.0 / (1.0 + exp_(-x))


@kernel()
def normal_quantile(p: float) -> Number:
    """Return z with P(Z <= z) = p, 0 < p < 1 [Wichura1988, AS241 PPND16]."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                  + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
               + 133.14166789178437745) * r + 3.387132872796366608
        bottom = ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                     + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
                  + 42.313330701600911252) * r + 1.0
        return q * top / bottom
    r = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-log_(r))
    if r <= 5.0:
        r -= 1.6
        top = ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                  + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
               + 4.6303378461565452959) * r + 1.42343711074968357734
        bottom = ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                     + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                  + 2.05319162663775882187) * r + 1.0
    else:
        r -= 5.0
        top = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                  + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
               + 5.4637849111641143699) * r + 6.6579046435011037772
        bottom = ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r
                      + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r
                   + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0
    z = top / bottom
    return -z if q < 0.0 else z


@kernel()
def to_fixed(x: float) -> Number:
    """Return x as an int64 multiple of 1 / SCALE, floored after adding one half."""
    return np.int64(math.floor(x * 4294967296.0 + 0.5))
