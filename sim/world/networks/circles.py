"""Planted circles: equal groups of people, dense inside, sparse outside, alike in what they need.

The planted partition [CondonKarp2001] with homophily of the groups themselves. Everyone is given a
place v in [0, 1): with chance `homophily` inside the stretch that belongs to their taste, else
anywhere. The circles are consecutive runs of `size` places, so all are equally large, and at
homophily 1 nearly all are of one taste, while at 0 taste and circle are independent.

    P(tie i, j) = p_in in the same circle, p_out otherwise,  each pair drawn once, ties mutual

Pairs are found by geometric skips: the next tied pair lies floor(ln u / ln(1 - p)) pairs ahead, so
the cost is the number of ties, not of pairs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.core.draws import coin, key_of, pair, threshold, uniform
from sim.core.kernel import kernel
from sim.core.maths import log_
from sim.core.params import ASSUMPTION, Share, param
from sim.world.networks.flat import FlatTrustParams
from sim.world.networks.network import Network, check_people, check_size, made_up
from sim.world.networks.rows import Proposals, counted_then_written, sort_part

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Keys, Reals, Starts, Wide


class CirclesParams(FlatTrustParams):
    """Equal circles of people with like needs."""

    kind: Literal["circles"] = "circles"
    size: int = param(150, source="domain 2.2 row 17", low=20, high=500, ge=2, le=100_000, unit="people",
                      doc="People in a circle", zh="圈子人数")
    p_in: Share = param(0.3, source=ASSUMPTION, low=0.05, high=0.8,
                        doc="Chance that two people of one circle are tied", zh="圈内连接概率")
    p_out: Share | None = param(None, source="scenario",
                                doc="Chance that two people of different circles are tied; else from ties_out",
                                zh="圈外连接概率")
    ties_out: float = param(5.0, source=ASSUMPTION, low=1, high=20, ge=0, le=5000,
                            doc="Mean ties of a person outside the circle, where p_out is not given", zh="圈外联系数")
    homophily: Share = param(0.5, source="domain 4.1", low=0.0, high=1.0,
                             doc="Chance that a person stands among people of the same taste", zh="需求同质性")

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:
        """Build the ties; see `NetworkParams.build`."""
        taste = check_people(n_people, taste)
        outside = max(n_people - self.size, 1)
        p_out = min(self.ties_out / outside, 1.0) if self.p_out is None else self.p_out
        expected = n_people * (self.p_in * self.size + p_out * outside)
        check_size("size", self.size, expected)
        order = _places(taste, self.homophily, seed)
        circle = np.empty(n_people, np.int32)
        circle[order] = np.minimum(np.arange(n_people) // self.size, max(n_people // self.size, 1) - 1)
        proposals = _proposals(order, self.size, self.p_in, p_out, seed, threads)
        return made_up(self.trusted(proposals, seed, threads, mutual=True), circle)


def _places(taste: Bytes, homophily: float, seed: int) -> Wide:
    """Return the people in the order of their places."""
    many = np.bincount(taste)
    share = many / len(taste)
    first = np.cumsum(share) - share
    place = np.empty(len(taste), np.float64)
    _draw_places(taste, first, share, threshold.py_func(homophily), key_of(seed, "network.circles.coin", 0),
                 key_of(seed, "network.circles.place", 0), place)
    return np.argsort(place, kind="stable").astype(np.int64)


def _proposals(order: Wide, size: int, p_in: float, p_out: float, seed: int, threads: int) -> Proposals:
    """Return sorted proposals: every pair once, from the person at the earlier place."""
    count = len(order)
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    draws = key_of(seed, "network.circles.pairs", 0)
    return counted_then_written(_propose, count, threads, order, place, size, p_in, p_out, draws)


@kernel()
def _draw_places(taste: Bytes, first: Reals, share: Reals, homophily: int, coin_key: int, place_key: int,
                 place: Reals) -> None:
    """Draw everybody's place in [0, 1)."""
    for i in range(len(taste)):
        u = uniform(place_key, i)
        place[i] = first[taste[i]] + share[taste[i]] * u if coin(coin_key, i, homophily) else u


@kernel()
def _propose(low: int, high: int, order: Wide, place: Wide, size: int, p_in: float, p_out: float, draws: int,
             start: Starts, degree: Wide, key: Keys) -> None:
    """Count the proposals of persons low..high; if `key` has room, write them too, sorted."""
    count = len(order)
    circles = max(count // size, 1)
    for i in range(low, high):
        circle = min(place[i] // size, circles - 1)
        border = count if circle == circles - 1 else (circle + 1) * size
        slot = 0
        made = 0
        for part in range(2):
            p = p_in if part == 0 else p_out
            at = place[i] + 1 if part == 0 else border
            end = border if part == 0 else count
            missed = log_(1.0 - p)
            while 1.0 - p < 1.0 and at < end:  # a p that is lost beside 1 has no skip
                at += math.floor(log_(uniform(draws, pair(i, slot))) / missed)
                slot += 1
                if at < end:
                    if len(key) > 0:
                        key[start[i] + made] = np.uint32((order[at] << 2) | (1 if part == 0 else 3))
                    made += 1
                at += 1
        degree[i] = made
        if len(key) > 0:
            sort_part(key, start[i], start[i] + made)
