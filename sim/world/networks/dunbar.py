"""Dunbar's layers: a few close ties, many loose ones, circles within circles. The default network.

People stand in nested circles of `spans` people (16 within 64 within 256 within 1024). Layer l ties
a person to others of the same circle of level l who are not already in the circle of level l - 1;
a share `far` of the outermost layer goes to people outside every circle, so that the world hangs
together. Among candidates people prefer their own taste: with chance `homophily` a proposer looks
at up to `candidates` people and takes the first who shares the main interest (best of two).

Each person draws m partners from the C candidates of a layer, m = f or f + 1 with mean f + r. A pair
is tied if either draws the other, so the mean number of ties is d although doubles are dropped when

    (1 - 1/C)^f (1 - r/C) = sqrt(1 - p),  p = d / C

Notation: d target ties of a layer (5, 10, 35, 100 of 150), N people, E directed ties (2 a pair).
Source: layers and trust, domain 4.1 and rows 17, 19 [Zhou2005]. The spans are an assumption: they give
a mean clustering of .12, near the .14 of people with 100 friends [Ugander2011].
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.core.draws import draw64, key_of, pair, threshold, uniform
from sim.core.kernel import kernel
from sim.core.maths import exp_, log_
from sim.core.params import ASSUMPTION, Share, param
from sim.text.message import Message
from sim.world.networks.network import Network, NetworkParams, check_people, check_size, made_up
from sim.world.networks.rows import Proposals, counted_then_written, sort_part, ties_of
from sim.world.networks.trust import quantile_table

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Keys, Labels, Reals, Starts, Wide

_MAX_SHARE = 0.95
_S32 = np.uint64(32)
_LOW32 = np.uint64(0xFFFFFFFF)
_FAR = 4
_CIRCLE_LEAST = 24  # people in a circle that a picture can show as one

People = Annotated[float, Field(gt=0, le=1e6)]
Span = Annotated[int, Field(ge=2, le=100_000_000)]


class DunbarParams(NetworkParams):
    """Nested layers of 5, 15, 50 and 150 mutual ties, with trust and locality by layer."""

    kind: Literal["dunbar"] = "dunbar"
    ties_per_person: float = param(150.0, source="domain 2.2 rows 17, 19", low=100, high=200, ge=1, le=5000,
                                   doc="Mean ties of a person; layers and spans keep their proportions",
                                   zh="人均联系数")
    layers: tuple[People, People, People, People] = param(
        (5.0, 15.0, 50.0, 150.0), source="Zhou2005", zh="邓巴圈层",
        doc="People within each layer, running total; only the proportions count")
    spans: tuple[Span, Span, Span, Span] = param((16, 64, 256, 1024), source=ASSUMPTION,
                                                 doc="People among whom a layer is found, at 150 ties a person "
                                                     "(range 0.5 to 2 times)",
                                                 zh="圈层跨度")
    far: Share = param(0.1, source=ASSUMPTION, low=0.02, high=0.3,
                       doc="Share of the outermost layer outside every circle", zh="远距离弱联系占比")
    trust: tuple[Share, Share, Share, Share] = param((0.80, 0.65, 0.45, 0.25), source="domain 4.1",
                                                     doc="Mean trust by layer", zh="各圈层平均信任")
    concentration: float = param(10.0, source="domain 4.1", low=5, high=20, gt=0, le=1e4,
                                 doc="Concentration a + b of the Beta distribution of trust", zh="信任集中度")
    reciprocity: Share = param(0.15, source="Kumar2016", low=0.0, high=0.6,
                               doc="Correlation of the two directions of a pair within a layer; .15 makes it .61 "
                                   "over all pairs, as measured", zh="信任对等程度")
    homophily: Share = param(0.5, source="domain 4.1", low=0.0, high=1.0,
                             doc="Chance that a tie is sought among several candidates by taste", zh="需求同质性")
    candidates: int = param(2, source=ASSUMPTION, low=2, high=6, ge=1, le=64,
                            doc="Candidates looked at when a tie is sought by taste", zh="候选人数")

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if any(outer < inner for column in (self.layers, self.spans) for inner, outer in pairwise(column)):
            raise ValueError(Message("networks.layers"))
        return self

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:
        """Build the ties; see `NetworkParams.build`."""
        taste = check_people(n_people, taste)
        check_size("ties_per_person", self.ties_per_person, n_people * min(self.ties_per_person, n_people))
        proposals = friend_proposals(self, taste, seed, threads)
        table = quantile_table(self.trust, self.concentration)
        ties = ties_of(proposals, seed, table, self.reciprocity, threads)
        spans, _ = plan(self, n_people)
        span = next((int(span) for span in spans if span >= _CIRCLE_LEAST), n_people)
        return made_up(ties, circle_of(n_people, span))


def plan(params: DunbarParams, n_people: int) -> tuple[Wide, Reals]:
    """Return the spans (4,) and the target ties (5,) of the four layers and of the far ties.

    Spans shrink with `ties_per_person`, so that a thin graph is as clustered as a full one, and in a
    small population, so that every layer finds room; each is a multiple of the one before, so that
    circles nest.
    """
    scale = params.ties_per_person / params.layers[-1]
    sizes = np.diff(np.asarray((0.0, *params.layers))) * scale
    shrink = min(scale, n_people / params.spans[-1])
    spans = np.empty(4, np.int64)
    inner = 1
    for level, span in enumerate(params.spans):
        room = (inner + sizes[level] / _MAX_SHARE) / inner
        inner *= max(math.ceil(room), round(span * shrink / inner), 1)
        spans[level] = min(inner, n_people)
    far = params.far if n_people >= 2 * spans[-1] else 0.0
    targets = np.append(sizes, sizes[-1] * far)
    targets[3] *= 1.0 - far
    return spans, targets


def circle_of(n_people: int, span: int) -> Labels:
    """Return the circle of every person: blocks of `span`, the last one taking the remainder."""
    return np.minimum(np.arange(n_people) // span, max(n_people // span, 1) - 1).astype(np.int32)


def friend_proposals(params: DunbarParams, taste: Bytes, seed: int, threads: int) -> Proposals:
    """Return the proposals of every person."""
    count = len(taste)
    spans, targets = plan(params, count)
    inner = np.array([1, *spans[:3], spans[3]])
    usual = np.array([*spans, count]) - inner
    rates = np.array([_rate.py_func(target, size) for target, size in zip(targets, usual.tolist(), strict=True)])
    given = (taste, spans, targets, usual, rates, key_of(seed, "network.dunbar.count", 0),
             key_of(seed, "network.dunbar.whom", 0), key_of(seed, "network.dunbar.next", 0),
             threshold.py_func(params.homophily), params.candidates)
    return counted_then_written(_propose, count, threads, *given)


@kernel()
def _rate(target: float, candidates: int) -> float:
    """Return f + r, the mean number of partners that a person draws; equation in the module's head."""
    if candidates <= 0:
        return 0.0
    missed = 0.5 * log_(1.0 - min(target / candidates, _MAX_SHARE))
    once = log_(1.0 - 1.0 / candidates)
    full = math.floor(missed / once)
    return float(full + candidates * (1.0 - exp_(missed - full * once)))


@kernel()
def _block(i: int, span: int, count: int) -> tuple[int, int]:
    """Return first person and size of the block of person i; the last block takes the remainder."""
    blocks = max(count // span, 1)
    block = min(i // span, blocks - 1)
    first = block * span
    return first, count - first if block == blocks - 1 else span


@kernel()
def _ring(i: int, ring: int, spans: Wide, count: int) -> tuple[int, int, int, int]:
    """Return (first, size) of the people among whom a ring lies and (first, size) of the hole in it."""
    first, size, hole, hole_size = 0, count, i, 1
    if ring < _FAR:
        first, size = _block(i, spans[ring], count)
    if ring > 0:
        hole, hole_size = _block(i, spans[ring - 1], count)
    return first, size, hole, hole_size


@kernel()
def _nth(z: int, first: int, size: int, hole: int, hole_size: int) -> int:
    """Return the person that 32 random bits pick from first..first+size without the hole."""
    at = first + int((z * np.uint64(size - hole_size)) >> _S32)
    return at + hole_size if at >= hole else at


@kernel()
def _propose(low: int, high: int, taste: Bytes, spans: Wide, targets: Reals, usual: Wide, rates: Reals,
             count_key: int, whom_key: int, next_key: int, homophily: int, candidates: int, start: Starts,
             degree: Wide, key: Keys) -> None:
    """Count the proposals of persons low..high; if `key` has room, write them too, sorted."""
    count = len(taste)
    for i in range(low, high):
        slot = 0
        for ring in range(_FAR + 1):
            first, size, hole, hole_size = _ring(i, ring, spans, count)
            rate = rates[ring]
            if size - hole_size != usual[ring]:  # in the last block, which takes the remainder
                rate = _rate(targets[ring], size - hole_size)
            many = int(rate + uniform(count_key, pair(i, ring)))
            if len(key) == 0:
                slot += many
                continue
            layer = min(ring, 3)
            for _ in range(many):
                z = np.uint64(draw64(whom_key, pair(i, slot)))
                j = _nth(z >> _S32, first, size, hole, hole_size)
                if np.int64(z & _LOW32) < homophily and taste[j] != taste[i]:
                    for other in range(1, candidates):
                        z = np.uint64(draw64(next_key, pair(i, slot * 64 + other)))
                        k = _nth(z >> _S32, first, size, hole, hole_size)
                        if taste[k] == taste[i]:
                            j = k
                            break
                key[start[i] + slot] = np.uint32((j << 2) | layer)
                slot += 1
        degree[i] = slot
        if len(key) > 0:
            sort_part(key, start[i], start[i] + slot)
