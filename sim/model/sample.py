"""A readable piece of the network for pictures: a snowball of at most `MOST_PEOPLE`, laid out once.

The snowball starts from the earliest buyers, so that the picture shows how a purchase spread; the
layout is a spring layout of networkx, computed here so that no page has to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.world.state import World

MOST_PEOPLE = 240
_TIES_EACH = 6
_START = 12


def network_sample(world: World, seed: int) -> dict[str, NDArray[np.generic]]:
    """Return nodes (id, x, y, role, circle, adoption_day) and edges (source, target, trust) of a sample."""
    chosen = _snowball(world)
    source, target, trust = _ties_among(world, chosen)
    place = _layout(len(chosen), np.searchsorted(chosen, source), np.searchsorted(chosen, target), seed)
    people = world.people
    first = people.first_day[chosen].astype(np.int64)
    day = np.where(first < 0, 1 << 30, first).min(axis=1)
    return {
        "id": people.uid[chosen].astype(np.int64), "x": place[:, 0], "y": place[:, 1],
        "role": people.role[chosen].astype(np.int64), "circle": world.circle[chosen].astype(np.int64),
        "adoption_day": np.where(day == 1 << 30, -1, day), "source": people.uid[source].astype(np.int64),
        "target": people.uid[target].astype(np.int64), "trust": trust,
    }


def _snowball(world: World) -> NDArray[np.int64]:
    """Walk outwards from the earliest buyers along their closest ties."""
    first = world.people.first_day.max(axis=1).astype(np.int64)
    order = np.lexsort((world.people.uid, np.where(first < 0, 1 << 30, first)))
    frontier = order[:_START]
    chosen = list(frontier.tolist())
    known = set(chosen)
    while len(frontier) and len(chosen) < MOST_PEOPLE:
        following: list[int] = []
        for person in frontier.tolist():
            for friend in _closest(world, person):
                if friend not in known and len(chosen) < MOST_PEOPLE:
                    known.add(friend)
                    chosen.append(friend)
                    following.append(friend)
        frontier = np.array(following, dtype=np.int64)
    return np.sort(np.array(chosen, dtype=np.int64))


def _closest(world: World, person: int) -> list[int]:
    ties = world.ties
    a, b = int(ties.start[person]), int(ties.start[person + 1])
    size = (ties.weight[a:b] & 32767).astype(np.int64)
    best = np.lexsort((world.people.uid[ties.listener[a:b]], -size))[:_TIES_EACH]
    return [int(i) for i in ties.listener[a:b][best]]


def _ties_among(world: World, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the ties between chosen people, by speaker and listener."""
    ties = world.ties
    count = ties.start[chosen + 1] - ties.start[chosen]
    speaker = np.repeat(chosen, count)
    at = np.concatenate([np.arange(ties.start[i], ties.start[i + 1]) for i in chosen] or [np.empty(0, np.int64)])
    listener = ties.listener[at].astype(np.int64)
    inside = np.isin(listener, chosen)
    weight = ties.weight[at[inside]].astype(np.int64)
    trust = (weight & 32767) / 32767.0
    return speaker[inside], listener[inside], np.where(weight & 32768, -trust, trust)


def _layout(n: int, source: NDArray[np.int64], target: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Place people by a spring layout (networkx), the same for the same ties and seed."""
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(zip(source.tolist(), target.tolist(), strict=True))
    place = nx.spring_layout(graph, seed=seed % (1 << 32), iterations=40)
    return np.array([place[i] for i in range(n)]).reshape(n, 2)
