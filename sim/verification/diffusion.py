"""Diffusion reduces to Bass, to the ring of Fibich and Gibori, to strong and weak ties.

Switches: `word_of_mouth.constant_rate: 1` with a contact chance by layer is the influence between two
people a day; a feed that everybody follows, noticed with chance `visibility`, is the external one;
`choice.mode: certain` makes whoever hears of it adopt; `word_of_mouth.days` is how long they speak.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.verification import formulas
from sim.verification.check import Check, near, require, share
from sim.verification.quiet import copies, finished, first_days, hand_made, quiet
from sim.verification.scripted import Feed, Feeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.records.verification import Figure

P, Q = 0.03, 0.38


def talk(*contact: float, days: int = 30_000) -> dict[str, Any]:
    """Speak to every tie of layer l with chance `contact[l]` a day, whatever the satisfaction."""
    return {"enabled": True, "constant_rate": 1.0, "contact": (*contact, *[0.0] * (4 - len(contact))),
            "days": days, "show": (0, 0, 0, 0)}


def external(people: int, p: float) -> Feeds:
    """Return a feed that reaches everybody with chance p a day."""
    return Feeds(feeds=(Feed(followers=people, visibility=p),))


def seeds(people: NDArray[np.int64], ad: float = 0.0, n_people: int = 0) -> Feeds:
    """Make people adopt on day 1, and reach everybody with chance `ad` on day 2 only."""
    first = Feed(people=tuple(people.tolist()), first_day=1, last_day=1)
    return Feeds(feeds=(first, Feed(followers=n_people, visibility=ad, first_day=2, last_day=2)) if ad else (first,))


def adopted(first: NDArray[np.int64], day: int) -> NDArray[np.bool_]:
    """Tell who had adopted when `day` days were over."""
    return (first >= 0) & (first < day)


def bass_complete(seed: int) -> Iterator[Figure]:
    """Many complete graphs side by side against the exact chain, mean and spread."""
    m, times, days = 100, 120, 10
    pairs = copies(list(itertools.combinations(range(m), 2)), m, times)
    with hand_made(*pairs, m * times) as network:
        spec = quiet(m * times, days, [external(m * times, P)], network=network, seed=seed,
                     word_of_mouth=talk(0, 0, 0, Q / (m - 1)))
        first = first_days(finished(spec)).reshape(times, m)
    mean, sd = formulas.chain_binomial(m, P, Q / (m - 1), days)
    for day in (1, 2, 4, 6, 10):
        yield near(f"M = {m}, F({day})", adopted(first, day).mean(), mean[day] / m, sd[day] / m / np.sqrt(times))
    spread = float(adopted(first, 6).sum(axis=1).std(ddof=1))
    yield near(f"M = {m}, sd of M·F(6)", spread, sd[6], sd[6] / np.sqrt(2 * times))


def bass_curve(seed: int) -> Iterator[Figure]:
    """Small steps on one complete graph tend to the continuous curve, from below."""
    m, fine, runs = 1000, 40, 4
    mean, sd = formulas.chain_binomial(m, P / fine, Q / fine / (m - 1), 6 * fine)
    require(abs(mean[-1] / m - formulas.bass(6, P, Q)) < 0.005, "the chain of small steps is not near the curve")
    spec = quiet(m, 6 * fine, [external(m, P / fine)], network={"kind": "complete"}, seed=seed,
                 word_of_mouth=talk(0, 0, 0, Q / fine / (m - 1)))
    reached = [adopted(first_days(finished(spec, r)), 6 * fine).mean() for r in range(runs)]
    yield near(f"M = {m}, F(6), Δt = 1/{fine}", np.mean(reached), mean[-1] / m, sd[-1] / m / np.sqrt(runs))


def bass_external(seed: int) -> Iterator[Figure]:
    """Without imitation only the external influence is left."""
    people, days = 20_000, 12
    first = first_days(finished(quiet(people, days, [external(people, P)], seed=seed)))
    yield share(f"p = {P}, F({days})", adopted(first, days).mean(), 1 - (1 - P) ** days, people)


def bass_internal(seed: int) -> Iterator[Figure]:
    """Without external influence growth is logistic."""
    m, times, days, begin, q = 100, 60, 12, 5, 0.2
    pairs = copies(list(itertools.combinations(range(m), 2)), m, times)
    first_five = (np.arange(times)[:, None] * m + np.arange(begin)).ravel()
    with hand_made(*pairs, m * times) as network:
        spec = quiet(m * times, days, [seeds(first_five)], network=network, seed=seed,
                     word_of_mouth=talk(0, 0, 0, q / (m - 1)))
        first = first_days(finished(spec)).reshape(times, m)
    mean, sd = formulas.chain_binomial(m, 0.0, q / (m - 1), days - 2, seeds=begin)
    yield near(f"M = {m}, a(0) = {begin}, q = {q}, F({days - 2})", adopted(first, days).mean(), mean[-1] / m,
               sd[-1] / m / np.sqrt(times))


def bass_ring(seed: int) -> Iterator[Figure]:
    """A ring of people who hear one neighbour, or either of two at half the chance."""
    people, fine = 40_000, 4
    for sides, ties, q in (("one", 1, Q), ("two", 2, Q / 2)):
        ring = formulas.ring_one_sided if sides == "one" else formulas.ring_two_sided
        expected = ring(P / fine, q / fine, 10 * fine)
        require(abs(expected[-1] - formulas.ring_continuous(10, P, Q)) < 0.02, "the recursion is not near the curve")
        require(expected[-1] < formulas.bass(10, P, Q) - 0.1, "the ring is not below the complete graph")
        spec = quiet(people, 10 * fine, [external(people, P / fine)], word_of_mouth=talk(q / fine), seed=seed,
                     network={"kind": "small_world", "ties_per_person": ties, "rewire": 0, "sides": sides})
        first = first_days(finished(spec))
        for day in (4 * fine, 10 * fine):
            arcs = adopted(first, day).reshape(200, -1).mean(axis=1)  # arcs of 200 people are as good as independent
            yield near(f"{ties} × q = {q:g}, F({day // fine}), Δt = 1/{fine}", arcs, expected[day])


def tie_step(seed: int) -> Iterator[Figure]:
    """One person among weak and strong ties to people who have adopted."""
    alpha, b_weak, b_strong, times = 0.001, 0.01, 0.04, 20_000
    for weak, strong in ((3, 5), (5, 0), (0, 2)):
        size = 1 + weak + strong
        centre = np.arange(times) * size
        friend = (centre[:, None] + np.arange(1, size)).ravel()
        layer = np.tile([3] * weak + [0] * strong, times)
        with hand_made(friend, np.repeat(centre, size - 1), size * times, layer=layer) as network:
            spec = quiet(size * times, 3, [seeds(friend, alpha, size * times)], network=network, seed=seed,
                         word_of_mouth=talk(b_strong, 0, 0, b_weak))
            first = first_days(finished(spec))
        require((first[friend] == 1).all(), "the friends have not all adopted on day 1")
        expected = formulas.tie_step(alpha, b_weak, weak, b_strong, strong)
        yield share(f"j = {weak}, m = {strong}", (first[centre] == 2).mean(), expected, times)


CHECKS = (
    Check("bass_complete", "F(t+1) = F(t) + (p + q·F(t))·(1 - F(t)); M people: a(t+1) - a(t) ~ Bin(M - a, 1 - (1-p)(1 - q/(M-1))^a)",
          ("Bass1969",), bass_complete),
    Check("bass_curve", "F(t) = (1 - e^(-(p+q)t)) / (1 + (q/p)·e^(-(p+q)t)), steps Δt → 0", ("Bass1969",), bass_curve),
    Check("bass_external", "q = 0: F(t) = 1 - (1-p)^t", ("Bass1969",), bass_external),
    Check("bass_internal", "p = 0: F(t) = F₀ / (F₀ + (1-F₀)·e^(-qt)), in whole steps as for M people", ("Bass1969",), bass_internal),
    Check("bass_ring", "F(t) = 1 - e^(-(p+q)t + q(1 - e^(-pt))/p), steps Δt: S(k) ← (1-p)^k·(q·S(k+1) + (1-q)·S(k)), F = 1 - S(1)",
          ("FibichGibori2010",), bass_ring),
    Check("tie_step", "P = 1 - (1-α)·(1-β_w)^j·(1-β_s)^m", ("Goldenberg2001",), tie_step),
)
