"""Closed forms (domain 2.8) in plain numpy and scipy, sharing no line with the simulator.

The tests hold them to the published numbers; the checks of this package hold the simulator to them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln, hyp2f1

Floats = NDArray[np.float64]


# ------------------------------------------------------------------ diffusion


def bass(t: float, p: float, q: float) -> float:
    """F(t) of Bass (1969)."""
    e = math.exp(-(p + q) * t)
    return (1.0 - e) / (1.0 + (q / p) * e)


def chain_binomial(m: int, p: float, b: float, steps: int, seeds: int = 0) -> tuple[Floats, Floats]:
    """Mean and sd of the number of adopters among m after 0..steps synchronous steps.

    A person not yet in adopts with chance 1 - (1 - p)(1 - b)^a, a adopters: the exact finite complete graph.
    """
    a = np.arange(m + 1)
    hazard = 1.0 - (1.0 - p) * (1.0 - b) ** a
    step = np.zeros((m + 1, m + 1))
    for k in range(m + 1):
        step[k, k:] = stats.binom.pmf(np.arange(m - k + 1), m - k, hazard[k])
    at = np.zeros(m + 1)
    at[seeds] = 1.0
    mean, sd = [float(seeds)], [0.0]
    for _ in range(steps):
        at = at @ step
        first, second = float(at @ a), float(at @ a**2)
        mean.append(first)
        sd.append(math.sqrt(max(0.0, second - first**2)))
    return np.array(mean), np.array(sd)


def ring_one_sided(p: float, q: float, steps: int) -> Floats:
    """F after 0..steps synchronous steps on an infinite one-sided ring (hazard p, and q from the left).

    S_k: chance that k people in a row are all outside. Nobody in the row influences the row but its own
    members, who are outside, so only the left neighbour of the first counts:
    S_k' = (1 - p)^k (q S_{k+1} + (1 - q) S_k).
    """
    k = np.arange(1, steps + 2)
    s = np.ones(steps + 2)
    out = [0.0]
    for _ in range(steps):
        s[:-1] = (1.0 - p) ** k * (q * s[1:] + (1.0 - q) * s[:-1])
        out.append(1.0 - s[0])
    return np.array(out)


def ring_two_sided(p: float, half: float, steps: int) -> Floats:
    """The same with chance `half` from either neighbour."""
    k = np.arange(1, 2 * steps + 2)
    s = np.ones(2 * steps + 3)
    out = [0.0]
    for _ in range(steps):
        both, one, none = s[2:], s[1:-1] - s[2:], s[:-2] - 2.0 * s[1:-1] + s[2:]
        s[:-2] = (1.0 - p) ** k * (both + 2.0 * (1.0 - half) * one + (1.0 - half) ** 2 * none)
        out.append(1.0 - s[0])
    return np.array(out)


def ring_continuous(t: float, p: float, q: float) -> float:
    """F_1D(t) of Fibich and Gibori (2010)."""
    return 1.0 - math.exp(-(p + q) * t + q * (1.0 - math.exp(-p * t)) / p)


def tie_step(alpha: float, weak: float, j: int, strong: float, m: int) -> float:
    """Chance to adopt in a period with j weak and m strong ties to adopters (Goldenberg et al. 2001)."""
    return 1.0 - (1.0 - alpha) * (1.0 - weak) ** j * (1.0 - strong) ** m


def cascade_size(graph: str, p: float) -> float:
    """Expected size of an independent cascade from node 0 of a small graph."""
    return {
        "path5": (1.0 - p**5) / (1.0 - p), "hub5": 1.0 + 5.0 * p, "leaf5": 1.0 + p + 4.0 * p**2,
        "triangle": 1.0 + 2.0 * p + 2.0 * p**2 - 2.0 * p**3,
        "cycle4": 1.0 + 2.0 * p + 2.0 * p**2 + 2.0 * p**3 - 3.0 * p**4,
        "k4": 1.0 + 3.0 * p * (1 + 2 * p - 7 * p**3 + 7 * p**4 - 2 * p**5),
    }[graph]


def giant_share(c: float) -> float:
    """S = 1 - e^{-cS}: share reached in a random graph of mean degree c."""
    s = 0.5
    for _ in range(200):
        s = 1.0 - math.exp(-c * s)
    return s


def generations(k: float, g: int) -> float:
    """Expected people after g generations of a branching process: (1 - K^{g+1}) / (1 - K)."""
    return (1.0 - k ** (g + 1)) / (1.0 - k)


# ------------------------------------------------------------------ trust, exposure, choice


def psi(u: float) -> float:
    """E max(Z + u, 0) for a standard normal Z."""
    return float(stats.norm.pdf(u) + u * stats.norm.cdf(u))


def trust_path(start: float, gain: float, loss: float, u: float, deliveries: int) -> Floats:
    """Mean trust after 0..deliveries of T += e+ max(d, 0)(1 - T) - e- max(-d, 0) T, d ~ N(u, 1)."""
    up, down = gain * psi(u), loss * psi(-u)
    t = [start]
    for _ in range(deliveries):
        t.append(t[-1] + up * (1.0 - t[-1]) - down * t[-1])
    return np.array(t)


def trust_fixed_point(gain: float, loss: float, u: float) -> float:
    """T* = e+ psi(u) / (e+ psi(u) + e- psi(-u))."""
    return gain * psi(u) / (gain * psi(u) + loss * psi(-u))


def reach(m: int, n: int) -> tuple[float, float]:
    """Mean and sd of the number of people that m uniform impressions reach among n."""
    one, two = (1.0 - 1.0 / n) ** m, (1.0 - 2.0 / n) ** m
    return n * (1.0 - one), math.sqrt(n * one * (1.0 - one) + n * (n - 1) * (two - one * one))


def nest_chances(utilities: list[list[float]], mu: float) -> list[list[float]]:
    """Chance of every offer, a list of offers a nest, against an outside option of utility 0."""
    weight = [[math.exp(u / mu) for u in nest] for nest in utilities]
    inclusive = [mu * math.log(sum(w)) for w in weight]
    total = 1.0 + sum(math.exp(i) for i in inclusive)
    return [[math.exp(i) / total * x / sum(w) for x in w] for i, w in zip(inclusive, weight, strict=True)]


def logit(p: float) -> float:
    """ln(p / (1 - p))."""
    return math.log(p / (1.0 - p))


def sigma(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + math.exp(-x))


# ------------------------------------------------------------------ repurchase


def bgnbd_mean(t: float, r: float, alpha: float, a: float, b: float) -> float:
    """E[X(t)] of the BG/NBD model (Fader, Hardie and Lee 2005)."""
    z = t / (alpha + t)
    tail = (alpha / (alpha + t)) ** r * float(hyp2f1(r, b, a + b - 1.0, z))
    return float((a + b - 1.0) / (a - 1.0) * (1.0 - tail))


def bgnbd_zero(t: float, r: float, alpha: float) -> float:
    """P(X(t) = 0)."""
    return float((alpha / (alpha + t)) ** r)


# ------------------------------------------------------------------ trees


def harmonic(n: int) -> float:
    """H_n = 1 + 1/2 + ... + 1/n."""
    return math.fsum(1.0 / j for j in range(1, n + 1))


def recruits_mean(n: int, k: int) -> float:
    """Mean recruits of the k-th of n in a uniform recursive tree."""
    return harmonic(n - 1) - harmonic(k - 1)


def depth_counts(n: int) -> Floats:
    """Expected people at depths 0..n-1, float64 (n,): coefficients of prod_{j=1}^{n-1} (1 + z / j)."""
    c = np.zeros(n)
    c[0] = 1.0
    for j in range(1, n):
        c[1:] += c[:-1] / j
    return c


def rebate(n: int, k: int, z: float) -> float:
    """E[sum over the downline of the k-th of n of z^distance] = Gamma(n+z)Gamma(k)/(Gamma(k+z)Gamma(n)) - 1."""
    return math.exp(gammaln(n + z) + gammaln(k) - gammaln(k + z) - gammaln(n)) - 1.0


def downline_law(n: int, levels: int) -> Floats:
    """Chances that a person of a uniform recursive tree of n has 0, 1, 2, ... others within so many levels below.

    Cut the tie between the first two to enter: the second's team has each size 1..n-1 with the same chance, and both
    parts are such trees again, so the generating function of the root's downline within L levels obeys
    G_n^L(s) = s / (n - 1) * sum_j G_{n-j}^L(s) G_j^{L-1}(s). A team of m < n occurs n / (m (m + 1)) times.
    """
    size = 1 << n.bit_length()
    s = np.exp(-2j * np.pi * np.arange(size) / size)
    below = np.ones((n + 1, size), np.complex128)
    for _ in range(levels):
        here = np.ones((n + 1, size), np.complex128)
        for m in range(2, n + 1):
            here[m] = s / (m - 1) * (here[m - 1 : 0 : -1] * below[1:m]).sum(axis=0)
        below = here
    team = np.arange(1, n)
    mixed = (below[n] + ((n / (team * (team + 1.0)))[:, None] * below[1:n]).sum(axis=0)) / n
    return np.asarray(np.fft.ifft(mixed).real[:n].clip(0.0), np.float64)


def gini_of_law(law: Floats) -> float:
    """Gini of a law on 0, 1, 2, ...: 1 - sum_k P(X > k)^2 / E X."""
    above = 1.0 - np.cumsum(law)
    return 1.0 - float((above**2).sum() / above.sum())


def losing_share(n: int, need: int) -> float:
    """P(fewer than `need` recruits) over the entrants 2..n of a uniform recursive tree of n.

    The k-th has a recruit of entrant j > k with chance 1 / (j - 1), independently: a Poisson-binomial law.
    """
    total = 0.0
    law = np.array([1.0])
    for k in range(n, 1, -1):
        total += float(law[:need].sum())
        p = 1.0 / (k - 1)
        law = np.convolve(law, [1.0 - p, p])
    return total / (n - 1)


def plane_oriented_counts(n: int, most: int) -> Floats:
    """Expected people with 0..most recruits in a plane-oriented tree of n (weights 1 + recruits)."""
    counts = np.zeros(most + 2)
    counts[0] = 1.0
    k = np.arange(most + 2)
    for size in range(1, n):
        total = 2 * size - 1
        moved = counts * (k + 1) / total
        counts -= moved
        counts[1:] += moved[:-1]
        counts[0] += 1.0
    return counts[: most + 1]


# ------------------------------------------------------------------ queues, deals


def erlang_b(c: int, load: float) -> float:
    """Chance that all of c servers are busy when nobody waits."""
    b = 1.0
    for k in range(1, c + 1):
        b = load * b / (k + load * b)
    return b


def erlang_c(c: int, load: float) -> float:
    """Chance to wait before c servers."""
    b = erlang_b(c, load)
    return b / (1.0 - load / c * (1.0 - b))


def erlang_a_loss(c: int, load: float, patience: float) -> float:
    """Share of callers who give up before c servers; patience in units of the mean service time (Palm 1957)."""
    weight, level, lost = 1.0, 0, 0.0
    total, first = 1.0, weight
    while level < 2000 and weight > first * 1e-18:
        level += 1
        weight *= load / (min(level, c) + max(level - c, 0) / patience)
        total += weight
        lost += weight * max(level - c, 0) / patience
    return lost / total / load


def deal_success(n: int, a: float, g: int) -> float:
    """P(Bin(n, a) >= g - 1): a group deal of g with n invitees."""
    return float(stats.binom.sf(g - 2, n, a))
