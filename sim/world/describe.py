"""What a network looks like: the figures by which two graphs are compared.

    reciprocity   share of directed ties whose reverse exists
    clustering    mean of (tied pairs of neighbours) / (pairs of neighbours) over people with at least
                  two neighbours, direction ignored [WattsStrogatz1998]
    component     largest set of people who hang together, direction ignored

Clustering is exact for small graphs and estimated from a sample of people for large ones.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.draws import key_of, uniforms
from sim.core.kernel import kernel
from sim.world.neighbours import neighbours
from sim.world.ties import DISTRUST, LAYER_SHIFT, N_LAYERS, SIZE_MASK, SIZE_ONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.columns import Reals, Rows, Starts, Weights, Wide
    from sim.world.ties import ListenerIndex, Ties

SAMPLE = 4_000
"""People whose clustering is looked at in a large graph; the standard error is below .006."""
_EXACT_STEPS = 100_000_000
_QUANTILES = {"min": 0.0, "p10": 0.1, "median": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


def describe(ties: Ties, sample_seed: int = 1) -> dict[str, Any]:
    """Return the figures of a network, plain numbers only.

    Parameters
    ----------
    ties : Ties
        By speaker.
    sample_seed : int
        Seed of the sample of people whose clustering is looked at, if the graph is large.

    Returns
    -------
    dict
        `people`, `ties`, `mean_degree`, `listeners` and `speakers` (quantiles of how many people
        listen to a person, and of how many a person listens to), `reciprocity`, `mutual_trust`
        (correlation of the two directions of a pair; NaN if it is undefined), `clustering`,
        `clustering_people` (how many people it was computed from), `trust` (quantiles of
        trust where it is positive), `distrust_share`, `layer_shares`, `largest_component`
        (share of people), `isolated` (people without any tie).
    """
    count = ties.n_people
    index = ties.transposed()
    start, near = neighbours(ties, index)
    mutual, correlation = _mutuality(ties, index)
    clustering, sampled = _clustering(start, near, sample_seed)
    return {
        "people": count,
        "ties": ties.n_ties,
        "mean_degree": ties.n_ties / max(count, 1),
        "listeners": _quantiles(np.diff(ties.start)),
        "speakers": _quantiles(np.diff(index.start)),
        "reciprocity": mutual / max(ties.n_ties, 1),
        "mutual_trust": correlation,
        "clustering": clustering,
        "clustering_people": sampled,
        "trust": _trust_quantiles(ties.weight),
        "distrust_share": float(np.count_nonzero(ties.weight & DISTRUST)) / max(ties.n_ties, 1),
        "layer_shares": (np.bincount(ties.mark >> LAYER_SHIFT, minlength=N_LAYERS) / max(ties.n_ties, 1)).tolist(),
        "largest_component": _largest_component(start, near) / max(count, 1),
        "isolated": int(np.count_nonzero(np.diff(start) == 0)),
    }


def _quantiles(values: NDArray[np.int64]) -> dict[str, float]:
    """Return the usual quantiles of whole numbers, as values that occur."""
    if not len(values):
        return dict.fromkeys(_QUANTILES, 0.0)
    found = np.quantile(values, list(_QUANTILES.values()), method="inverted_cdf")
    return dict(zip(_QUANTILES, found.astype(float).tolist(), strict=True))


def _trust_quantiles(weight: Weights) -> dict[str, float]:
    """Return the usual quantiles of positive trust, from a count of all its sizes."""
    many = np.bincount(weight[(weight & DISTRUST) == 0], minlength=SIZE_MASK + 1)
    many[0] = 0
    running = np.cumsum(many)
    if not running[-1]:
        return dict.fromkeys(_QUANTILES, 0.0)
    ranks = [max(1, math.ceil(share * running[-1])) for share in _QUANTILES.values()]
    return dict(zip(_QUANTILES, (np.searchsorted(running, ranks) / SIZE_ONE).tolist(), strict=True))


def _mutuality(ties: Ties, index: ListenerIndex) -> tuple[int, float]:
    """Return the number of mutual directed ties and the correlation of the two directions."""
    sums = np.zeros(3, np.float64)
    seen = np.full(ties.n_people, -1, np.int64)
    mutual = int(_mutual(ties.start, ties.listener, ties.weight, index.start, index.speaker, index.tie, seen, sums))
    if mutual == 0:
        return 0, math.nan
    mean = sums[0] / mutual
    spread = sums[1] / mutual - mean * mean
    return mutual, float((sums[2] / mutual - mean * mean) / spread) if spread > 1e-12 else math.nan


def _clustering(start: Starts, near: Rows, seed: int) -> tuple[float, int]:
    """Return mean clustering and the number of people it was computed from."""
    count = len(start) - 1
    if count == 0:
        return 0.0, 0
    degree = np.diff(start)
    steps = float(np.sum(degree.astype(np.float64) ** 2))
    if steps <= _EXACT_STEPS or count <= SAMPLE:
        people = np.arange(count, dtype=np.int64)
    else:
        lots = uniforms(key_of(seed, "describe.sample", 0), np.arange(SAMPLE))
        people = (lots * count).astype(np.int64)  # with replacement
    people = people[degree[people] >= 2]
    share = np.zeros(len(people), np.float64)
    _local_clustering(start, near, people, np.full(count, -1, np.int64), share)
    return (float(share.mean()) if len(people) else 0.0), len(people)


def _largest_component(start: Starts, near: Rows) -> int:
    """Return the number of people in the largest component."""
    count = len(start) - 1
    if count == 0:
        return 0
    root = np.arange(count, dtype=np.int64)
    _unite(start, near, root)
    return int(np.bincount(root).max())


@kernel()
def _mutual(start: Starts, listener: Rows, weight: Weights, back: Starts, speaker: Rows, tie: Wide, seen: Wide,
            sums: Reals) -> int:
    """Count mutual ties; sums of signed trust, of its square, and of the product of both directions."""
    mutual = 0
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            seen[listener[e]] = e
        for r in range(back[i], back[i + 1]):
            e = seen[speaker[r]]
            if start[i] <= e < start[i + 1]:
                mutual += 1
                here = np.float64(weight[e] & SIZE_MASK) * (-1.0 if weight[e] & DISTRUST else 1.0) / SIZE_ONE
                back_weight = weight[tie[r]]
                there = np.float64(back_weight & SIZE_MASK) * (-1.0 if back_weight & DISTRUST else 1.0) / SIZE_ONE
                sums[0] += here
                sums[1] += here * here
                sums[2] += here * there
    return mutual


@kernel()
def _local_clustering(start: Starts, near: Rows, people: Wide, seen: Wide, share: Reals) -> None:
    """Write the share of tied pairs among the neighbours of each of `people`, who have two or more."""
    for k in range(len(people)):
        i = people[k]
        degree = start[i + 1] - start[i]
        for e in range(start[i], start[i + 1]):
            seen[near[e]] = k
        closed = 0
        for e in range(start[i], start[i + 1]):
            j = near[e]
            for f in range(start[j], start[j + 1]):
                closed += seen[near[f]] == k
        share[k] = closed / (degree * (degree - 1.0))


@kernel()
def _unite(start: Starts, near: Rows, root: Wide) -> None:
    """Write the smallest person of everybody's component (union-find with path halving)."""
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            a, b = i, np.int64(near[e])
            while root[a] != a:
                root[a] = root[root[a]]
                a = root[a]
            while root[b] != b:
                root[b] = root[root[b]]
                b = root[b]
            if a < b:
                root[b] = a
            else:
                root[a] = b
    for i in range(len(root)):
        root[i] = root[root[i]]
