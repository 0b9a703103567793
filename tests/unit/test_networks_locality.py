"""Numbering of imported graphs: everybody once, friends close together, and a hub's friends sorted without squaring their number."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from sim.world.neighbours import neighbours
from sim.world.networks.locality import local_order
from sim.world.ties import Ties


def tied(pairs: NDArray[np.int64], people: int) -> Ties:
    """Return ties along pairs, without self-ties and repeats."""
    kept = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    return Ties.from_arrays(kept[:, 0], kept[:, 1], 0.5, 0, people)


def heavy_tail(people: int, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.integers(0, people, 5 * people), np.minimum(rng.zipf(1.9, 5 * people) - 1, people - 1)])


@pytest.mark.parametrize("people", [40, 3_000])
def test_the_order_is_that_of_reverse_cuthill_mckee(people: int) -> None:
    ring = np.column_stack([np.arange(people), (np.arange(people) + 1) % people])
    loose_end = np.array([[people, people // 2]])  # the only one with a single tie: there everybody begins
    ties = tied(np.concatenate([ring, heavy_tail(people, 3), loose_end]), people + 1)
    start, near = neighbours(ties)
    both = csr_array((np.ones(len(near), np.int8), near, start), shape=(people + 1, people + 1))
    assert np.array_equal(local_order(ties), reverse_cuthill_mckee(both, symmetric_mode=True))


def test_a_hub_of_all_degrees_and_people_without_ties() -> None:
    people = 60_000
    hub = np.column_stack([np.arange(1, people - 100), np.zeros(people - 101, np.int64)])
    order = local_order(tied(np.concatenate([hub, heavy_tail(people - 100, 4)]), people))
    assert np.array_equal(np.sort(order), np.arange(people))
    assert order[-100:].tolist() == list(range(people - 1, people - 101, -1))  # who has no tie is visited first


def test_friends_come_to_stand_close_together() -> None:
    people, rng = 4_000, np.random.default_rng(5)
    name = rng.permutation(people)
    ties = tied(np.column_stack([name, np.roll(name, 3)]), people)
    place = np.empty(people, np.int64)
    place[local_order(ties)] = np.arange(people)
    away = np.abs(place[ties.speaker()] - place[ties.listener])
    assert away.max() <= 3
    assert np.abs(ties.speaker().astype(int) - ties.listener).mean() > people / 5
