"""Word of mouth that everybody passes on once is the independent cascade, a branching process, a percolation.

Switches: as in `sim.verification.diffusion`, with `word_of_mouth.days: 1`, so that each person tells once.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from sim.verification import formulas
from sim.verification.check import Check, near, require
from sim.verification.diffusion import seeds, talk
from sim.verification.quiet import copies, finished, first_days, hand_made, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.records.verification import Figure

GRAPHS: dict[str, tuple[int, list[tuple[int, int]]]] = {
    "path5": (5, [(0, 1), (1, 2), (2, 3), (3, 4)]), "hub5": (6, [(0, k) for k in range(1, 6)]),
    "leaf5": (6, [(0, 1), *[(1, k) for k in range(2, 6)]]), "triangle": (3, [(0, 1), (1, 2), (2, 0)]),
    "cycle4": (4, [(0, 1), (1, 2), (2, 3), (3, 0)]), "k4": (4, list(itertools.combinations(range(4), 2))),
}
NAMES = {"path5": "P5", "hub5": "S5 hub", "leaf5": "S5 leaf", "triangle": "K3", "cycle4": "C4", "k4": "K4"}


def cascade(seed: int) -> Iterator[Figure]:
    """Thousands of copies of a small graph, one person of each told first."""
    p, times = 0.3, 6_000
    for graph, (size, edges) in GRAPHS.items():
        with hand_made(*copies(edges, size, times), size * times) as network:
            spec = quiet(size * times, size + 2, [seeds(np.arange(times) * size)], network=network, seed=seed,
                         word_of_mouth=talk(0, 0, 0, p, days=1))
            reached = (first_days(finished(spec)).reshape(times, size) >= 0).sum(axis=1)
        yield near(f"{NAMES[graph]}, p = {p}", reached, formulas.cascade_size(graph, p))


def branching(seed: int) -> Iterator[Figure]:
    """Trees in which everybody can tell two others: people after five generations."""
    depth, times, k = 5, 3_000, 0.8
    size = 2 ** (depth + 1) - 1
    child = np.arange(1, size)
    base = np.repeat(np.arange(times) * size, size - 1)
    with hand_made(base + np.tile((child - 1) // 2, times), base + np.tile(child, times), size * times) as network:
        spec = quiet(size * times, depth + 3, [seeds(np.arange(times) * size)], network=network, seed=seed,
                     word_of_mouth=talk(0, 0, 0, k / 2, days=1))
        reached = (first_days(finished(spec)).reshape(times, size) >= 0).sum(axis=1)
    yield near(f"K = {k}, g = {depth}", reached, formulas.generations(k, depth))
    require(reached.mean() < 1 / (1 - k), "more people were reached than without an end")


def final_size(seed: int) -> Iterator[Figure]:
    """A random graph with more than one person to tell each: a share is reached, and no more."""
    people, degree, passed, runs = 20_000, 4.0, 0.5, 4
    drawn = np.random.default_rng(7).integers(0, people, (int(people * degree / 2), 2))
    drawn = np.unique(np.sort(drawn[drawn[:, 0] != drawn[:, 1]], axis=1), axis=0)
    speaker, listener = np.concatenate([drawn, drawn[:, ::-1]]).T
    with hand_made(speaker, listener, people) as network:
        spec = quiet(people, 45, [seeds(np.arange(20))], network=network, seed=seed,
                     word_of_mouth=talk(0, 0, 0, passed, days=1))
        reached = [(first_days(finished(spec, r)) >= 0).mean() for r in range(runs)]
    c = 2 * len(drawn) / people * passed
    # The giant component of a random graph of n people has sd sqrt(S (1 - S) / n) / (1 - c (1 - S)).
    expected = formulas.giant_share(c)
    sd = np.sqrt(expected * (1 - expected) / people) / (1 - c * (1 - expected))
    yield near(f"c = {c:.4f}, n = {people}", np.mean(reached), expected, sd / np.sqrt(runs))


CHECKS = (
    Check("cascade", "E[reached] by enumeration of open ties, each open with p: path (1-p⁵)/(1-p); star 1+5p, 1+p+4p²; "
          "triangle 1+2p+2p²-2p³; ring of four 1+2p+2p²+2p³-3p⁴; four who all know each other 2.3166", ("Goldenberg2001",), cascade),
    Check("branching", "E[people after g generations] = (1 - K^(g+1)) / (1 - K)", ("Feller1968",), branching),
    Check("final_size", "S = 1 - e^(-cS)", ("ErdosRenyi1960",), final_size),
)
