"""Numbers as the simulator knows them, in plain Python floats: same operations, same order, same bits.

Nothing here imports the simulator. Sums of many people's contributions are whole numbers of 2^-32
(`fixed`), so that no order of adding matters; columns of people hold 32-bit floats (`f32`).
"""

from __future__ import annotations

import math
import struct

UNIT = 4294967296.0
LONG = 30_000
"""A day beyond every horizon."""


def f32(x: float) -> float:
    """Round to the nearest 32-bit float, as storing into a float32 column does."""
    value: float = struct.unpack("f", struct.pack("f", x))[0]
    return value


def fixed(x: float) -> int:
    return math.floor(x * UNIT + 0.5)


def clip(x: float) -> float:
    return min(1.0, max(0.0, x))


def exp(x: float) -> float:
    """e^x = 2^k e^r with r = x - k ln 2, and e^r by thirteen terms of its series, innermost first."""
    if x < -700.0:
        return 0.0
    x = min(x, 700.0)
    k = math.floor(x * 1.44269504088896338700 + 0.5)
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    p = 1.0 + r / 13.0
    for n in range(12, 1, -1):
        p = 1.0 + r * p / n
    return math.ldexp(1.0 + r * p, k)


def log(x: float) -> float:
    """Ln x = e ln 2 + 2 artanh s with s = (m - 1) / (m + 1), and artanh by eleven terms of its series."""
    if x <= 0.0:
        return -745.0
    m, e = math.frexp(x)
    if m < 0.70710678118654752440:
        m, e = m * 2.0, e - 1
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 1.0 / 21.0
    for n in range(19, 0, -2):
        p = p * z + 1.0 / n
    return (e * 6.93147180369123816490e-01 + 2.0 * s * p) + e * 1.90821492927058770002e-10


def logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0))
_MIDDLE = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0))
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0))


def _ratio(tables: tuple[tuple[float, ...], tuple[float, ...]], r: float, scale: float = 1.0) -> float:
    top, bottom = (_polynomial(t, r) for t in tables)
    return scale * top / bottom


def _polynomial(coefficients: tuple[float, ...], r: float) -> float:
    total = coefficients[0]
    for c in coefficients[1:]:
        total = total * r + c
    return total


def normal_quantile(p: float) -> float:
    """Wichura's AS241: one ratio of polynomials for the middle, one for the flanks, one for the tails."""
    q = p - 0.5
    if abs(q) <= 0.425:
        return _ratio(_CENTRE, 0.180625 - q * q, q)
    r = math.sqrt(-log(p if q < 0.0 else 1.0 - p))
    z = _ratio(_MIDDLE, r - 1.6) if r <= 5.0 else _ratio(_TAIL, r - 5.0)
    return -z if q < 0.0 else z


def share_left(days: int, tau: float) -> float:
    """What is left of a memory after some days, e^(-days / tau); nothing after twenty time constants."""
    if tau <= 0:
        return 1.0 if days <= 0 else 0.0
    return exp(-days / tau) if days < int(20 * tau) + 1 else 0.0
