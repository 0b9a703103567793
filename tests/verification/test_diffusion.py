"""Diffusion reduces to Bass, to the ring of Fibich and Gibori, to strong and weak ties, and to cascades.

Switches: `word_of_mouth.constant_rate: 1` with a contact chance by layer is the influence between two
people a day; a feed that everybody follows, noticed with chance `visibility`, is the external one;
`choice.mode: certain` makes whoever hears of it adopt; `word_of_mouth.days` is how long they speak.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.verification import formulas
from sim.verification.quiet import copies, finished, first_days, quiet, saved
from tests.conformance.strategies import Feed, Feeds

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

P, Q = 0.03, 0.38


def talk(*contact: float, days: int = 30_000) -> dict[str, Any]:
    """Speak to every tie of layer l with chance `contact[l]` a day, whatever the satisfaction."""
    return {"enabled": True, "constant_rate": 1.0, "contact": (*contact, *[0.0] * (4 - len(contact))),
            "days": days, "show": (0, 0, 0, 0)}


def external(people: int, p: float) -> Feeds:
    """A feed that reaches everybody with chance p a day."""
    return Feeds(feeds=(Feed(followers=people, visibility=p),))


def seeds(people: NDArray[np.int64], ad: float = 0.0, n_people: int = 0) -> Feeds:
    """Make people adopt on day 1, and reach everybody with chance `ad` on day 2 only."""
    first = Feed(people=tuple(people.tolist()), first_day=1, last_day=1)
    return Feeds(feeds=(first, Feed(followers=n_people, visibility=ad, first_day=2, last_day=2)) if ad else (first,))


def adopted(first: NDArray[np.int64], day: int) -> NDArray[np.bool_]:
    """Tell who had adopted when `day` days were over."""
    return (first >= 0) & (first < day)


def test_bass_on_complete_graphs_is_the_exact_chain(tmp_path: Path, agree: Any) -> None:
    m, times, days = 100, 120, 10
    network = saved(tmp_path, *copies(list(itertools.combinations(range(m), 2)), m, times), m * times)
    spec = quiet(m * times, days, [external(m * times, P)], network=network,
                 word_of_mouth=talk(0, 0, 0, Q / (m - 1)))
    first = first_days(finished(spec)).reshape(times, m)
    mean, sd = formulas.chain_binomial(m, P, Q / (m - 1), days)
    for day in (1, 2, 4, 6, 10):
        agree(f"Bass, complete graph of {m}, F({day})", adopted(first, day).mean(), mean[day] / m,
              sd[day] / m / np.sqrt(times))
    counts = adopted(first, 6).sum(axis=1)
    spread = float(counts.std(ddof=1))
    assert spread == pytest.approx(sd[6], rel=4 / np.sqrt(2 * times))


def test_bass_with_small_steps_is_the_curve(agree: Any) -> None:
    m, fine, runs = 1000, 40, 4
    mean, sd = formulas.chain_binomial(m, P / fine, Q / fine / (m - 1), 6 * fine)
    assert mean[-1] / m == pytest.approx(formulas.bass(6, P, Q), abs=0.005)
    spec = quiet(m, 6 * fine, [external(m, P / fine)], network={"kind": "complete"},
                 word_of_mouth=talk(0, 0, 0, Q / fine / (m - 1)))
    reached = [adopted(first_days(finished(spec, r)), 6 * fine).mean() for r in range(runs)]
    agree(f"Bass curve F(6), complete graph of {m}, steps of 1/{fine}", np.mean(reached), mean[-1] / m,
          sd[-1] / m / np.sqrt(runs))


def test_without_imitation_only_the_external_influence_is_left(agree: Any) -> None:
    people, days = 20_000, 12
    first = first_days(finished(quiet(people, days, [external(people, P)])))
    expected = 1 - (1 - P) ** days
    agree("Bass with q = 0: 1 - (1 - p)^t", adopted(first, days).mean(), expected,
          np.sqrt(expected * (1 - expected) / people))


def test_without_external_influence_growth_is_logistic(tmp_path: Path, agree: Any) -> None:
    m, times, days, start = 100, 60, 12, 5
    network = saved(tmp_path, *copies(list(itertools.combinations(range(m), 2)), m, times), m * times)
    first_five = (np.arange(times)[:, None] * m + np.arange(start)).ravel()
    spec = quiet(m * times, days, [seeds(first_five)], network=network, word_of_mouth=talk(0, 0, 0, 0.2 / (m - 1)))
    first = first_days(finished(spec)).reshape(times, m)
    mean, sd = formulas.chain_binomial(m, 0.0, 0.2 / (m - 1), days - 2, seeds=start)
    agree("Bass with p = 0 from 5 of 100", adopted(first, days).mean(), mean[-1] / m, sd[-1] / m / np.sqrt(times))


@pytest.mark.parametrize(("sides", "ties", "q"), [("one", 1, Q), ("two", 2, Q / 2)])
def test_bass_on_a_ring_is_the_discrete_recursion(sides: str, ties: int, q: float, agree: Any) -> None:
    people, fine = 40_000, 4
    ring = formulas.ring_one_sided if sides == "one" else formulas.ring_two_sided
    expected = ring(P / fine, q / fine, 10 * fine)
    assert expected[-1] == pytest.approx(formulas.ring_continuous(10, P, Q), abs=0.02)
    assert expected[-1] < formulas.bass(10, P, Q) - 0.1
    spec = quiet(people, 10 * fine, [external(people, P / fine)], word_of_mouth=talk(q / fine),
                 network={"kind": "small_world", "ties_per_person": ties, "rewire": 0, "sides": sides})
    first = first_days(finished(spec))
    for day in (4 * fine, 10 * fine):
        arcs = adopted(first, day).reshape(200, -1).mean(axis=1)  # arcs of 200 people are as good as independent
        agree(f"ring heard from {sides} side(s), F({day // fine}), steps of 1/{fine}", arcs, expected[day])


@pytest.mark.parametrize(("weak", "strong"), [(3, 5), (5, 0), (0, 2)])
def test_strong_and_weak_ties(weak: int, strong: int, tmp_path: Path, agree: Any) -> None:
    alpha, b_weak, b_strong, times = 0.001, 0.01, 0.04, 20_000
    size = 1 + weak + strong
    centre = np.arange(times) * size
    friend = (centre[:, None] + np.arange(1, size)).ravel()
    layer = np.tile([3] * weak + [0] * strong, times)
    network = saved(tmp_path, friend, np.repeat(centre, size - 1), size * times, layer=layer)
    spec = quiet(size * times, 3, [seeds(friend, alpha, size * times)], network=network,
                 word_of_mouth=talk(b_strong, 0, 0, b_weak))
    first = first_days(finished(spec))
    assert (first[friend] == 1).all()
    expected = formulas.tie_step(alpha, b_weak, weak, b_strong, strong)
    agree(f"strong/weak step, {weak} weak and {strong} strong", (first[centre] == 2).mean(), expected,
          np.sqrt(expected * (1 - expected) / times))


GRAPHS = {
    "path5": (5, [(0, 1), (1, 2), (2, 3), (3, 4)]), "hub5": (6, [(0, k) for k in range(1, 6)]),
    "leaf5": (6, [(0, 1), *[(1, k) for k in range(2, 6)]]), "triangle": (3, [(0, 1), (1, 2), (2, 0)]),
    "cycle4": (4, [(0, 1), (1, 2), (2, 3), (3, 0)]), "k4": (4, list(itertools.combinations(range(4), 2))),
}


@pytest.mark.parametrize("graph", GRAPHS)
def test_independent_cascade(graph: str, tmp_path: Path, agree: Any) -> None:
    p, times = 0.3, 6_000
    size, edges = GRAPHS[graph]
    network = saved(tmp_path, *copies(edges, size, times), size * times)
    spec = quiet(size * times, size + 2, [seeds(np.arange(times) * size)], network=network,
                 word_of_mouth=talk(0, 0, 0, p, days=1))
    reached = (first_days(finished(spec)).reshape(times, size) >= 0).sum(axis=1)
    agree(f"independent cascade, {graph}, p = {p}", reached, formulas.cascade_size(graph, p))


def test_generations_of_a_branching_process(tmp_path: Path, agree: Any) -> None:
    depth, times, k = 5, 3_000, 0.8
    size = 2 ** (depth + 1) - 1
    child = np.arange(1, size)
    base = np.repeat(np.arange(times) * size, size - 1)
    network = saved(tmp_path, base + np.tile((child - 1) // 2, times), base + np.tile(child, times), size * times)
    spec = quiet(size * times, depth + 3, [seeds(np.arange(times) * size)], network=network,
                 word_of_mouth=talk(0, 0, 0, k / 2, days=1))
    reached = (first_days(finished(spec)).reshape(times, size) >= 0).sum(axis=1)
    agree(f"branching, K = {k}: people after {depth} generations", reached, formulas.generations(k, depth))
    assert reached.mean() < 1 / (1 - k)


def test_a_cascade_reaches_the_giant_component(tmp_path: Path, agree: Any) -> None:
    people, degree, passed, runs = 20_000, 4.0, 0.5, 4
    drawn = np.random.default_rng(7).integers(0, people, (int(people * degree / 2), 2))
    drawn = np.unique(np.sort(drawn[drawn[:, 0] != drawn[:, 1]], axis=1), axis=0)
    speaker, listener = np.concatenate([drawn, drawn[:, ::-1]]).T
    network = saved(tmp_path, speaker, listener, people)
    spec = quiet(people, 45, [seeds(np.arange(20))], network=network, word_of_mouth=talk(0, 0, 0, passed, days=1))
    share = [(first_days(finished(spec, r)) >= 0).mean() for r in range(runs)]
    mean_degree = 2 * len(drawn) / people
    # The giant component of a random graph of n people has sd sqrt(S (1 - S) / n) / (1 - c (1 - S)).
    expected = formulas.giant_share(mean_degree * passed)
    sd = np.sqrt(expected * (1 - expected) / people) / (1 - mean_degree * passed * (1 - expected))
    agree("final size on a random graph, c T = 2", np.mean(share), expected, sd / np.sqrt(runs))
