"""Followers: a few people are heard by very many. A person's followers listen to them.

The number F of followers is a power law between a least number and a cutoff,

    P(F > x) ~ x^(1 - a),  a = 2.3,  x_min so that the mean is `ties_per_person`,  x_max = cutoff N

and followers are anybody, with a liking for their own taste as in `dunbar`. Their trust is
parasocial: uniform in [trust_low, trust_high], times `other_fit` where the tastes differ. All such
ties stand in the outermost layer. A friends network may lie below; where a follower is also a
friend, the friendship counts.

Draws with doubles: of m draws among C people C (1 - (1 - 1/C)^m) are distinct, so m is raised to
ln(1 - F/C) / ln(1 - 1/C).

Source: exponent, domain 2.2 row 21 and 4.1 [Kwak2010]; parasocial trust, domain 4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import model_validator

from sim.core.draws import draw64, key_of, pair, threshold, uniform
from sim.core.kernel import kernel
from sim.core.maths import exp_, log_
from sim.core.params import ASSUMPTION, Share, param
from sim.text.message import Message
from sim.world.networks.chunks import over_rows
from sim.world.networks.dunbar import DunbarParams
from sim.world.networks.network import Network, NetworkParams, check_people, check_size, made_up
from sim.world.networks.rows import sort_part, starts_of
from sim.world.networks.union import union_of
from sim.world.ties import LAYER_SHIFT, SIZE_ONE, Ties

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Keys, Starts, Weights, Wide

_S32 = np.uint64(32)
_LOW32 = np.uint64(0xFFFFFFFF)
_OUTERMOST = 3
_HALVINGS = 80


class ScaleFreeParams(NetworkParams):
    """Followers by a power law, with an optional network of friends below."""

    kind: Literal["scale_free"] = "scale_free"
    ties_per_person: float = param(20.0, source=ASSUMPTION, low=5, high=150, gt=0, le=5000,
                                   doc="Mean followers of a person", zh="人均粉丝数")
    exponent: float = param(2.3, source="domain 2.2 row 21", low=2.1, high=2.6, gt=2, le=4,
                            doc="Exponent of the number of followers", zh="粉丝数幂律指数")
    cutoff: Share = param(0.1, source=ASSUMPTION, low=0.01, high=0.3, gt=0,
                          doc="Largest audience as a share of all people", zh="最大粉丝占比")
    trust_low: Share = param(0.1, source="domain 4.1", low=0.05, high=0.2,
                             doc="Least parasocial trust", zh="最低粉丝信任")
    trust_high: Share = param(0.4, source="domain 4.1", low=0.3, high=0.6,
                              doc="Greatest parasocial trust", zh="最高粉丝信任")
    other_fit: Share = param(0.5, source=ASSUMPTION, low=0.2, high=1.0,
                             doc="Factor of trust where the tastes differ", zh="兴趣不合的信任折扣")
    homophily: Share = param(0.5, source="domain 4.1", low=0.0, high=1.0,
                             doc="Chance that a follower is sought twice, by taste", zh="需求同质性")
    friends: DunbarParams | None = param(None, source="scenario", doc="Network of friends below the followers",
                                         zh="好友层")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.trust_low > self.trust_high:
            raise ValueError(Message("networks.trust_order"))
        return self

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:
        """Build the ties; see `NetworkParams.build`."""
        taste = check_people(n_people, taste)
        check_size("ties_per_person", self.ties_per_person, n_people * self.ties_per_person)
        fans = self._followers(taste, seed, threads)
        if self.friends is None:
            return made_up(fans, taste.astype(np.int32))
        below = self.friends.build(taste, seed, n_people, threads)
        return made_up(union_of(below.ties, fans, threads), below.circle)

    def _followers(self, taste: Bytes, seed: int, threads: int) -> Ties:
        """Return the ties from everybody to their followers, rows sorted."""
        count = len(taste)
        top = max(min(self.cutoff * count, count - 1.0), 1.0)
        least = least_followers(min(self.ties_per_person, top), top, self.exponent)
        many = np.empty(count, np.int64)
        over_rows(_how_many, count, threads, count, least, top, self.exponent,
                  key_of(seed, "network.scale_free.count", 0), many)
        room = starts_of(many)
        key = np.empty(int(room[-1]), np.uint32)
        degree = np.empty(count, np.int64)
        over_rows(_follow, count, threads, taste, key_of(seed, "network.scale_free.whom", 0),
                  key_of(seed, "network.scale_free.next", 0), threshold.py_func(self.homophily), room, degree, key)
        start = starts_of(degree)
        size = int(start[-1])
        ties = Ties(start, np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.uint16))
        over_rows(_fill, count, threads, taste, room, key, key_of(seed, "network.scale_free.trust", 0),
                  self.trust_low, self.trust_high, self.other_fit, start, ties.listener, ties.weight, ties.mark)
        return ties


def least_followers(mean: float, top: float, exponent: float) -> float:
    """Return x_min of the power law up to `top` with the given mean, by bisection."""
    low, high = 1e-9, top
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _mean_followers(middle, top, exponent) < mean:
            low = middle
        else:
            high = middle
    return high


def _mean_followers(least: float, top: float, exponent: float) -> float:
    """Return the mean of the power law between `least` and `top`."""
    if least >= top:
        return top

    def power(x: float, to: float) -> float:
        return float(exp_.py_func(to * log_.py_func(x)))

    first = power(least, 2.0 - exponent) - power(top, 2.0 - exponent)
    total = power(least, 1.0 - exponent) - power(top, 1.0 - exponent)
    if total <= 0.0:  # least and top differ by less than the rounding of their powers
        return top
    return (exponent - 1.0) / (exponent - 2.0) * first / total


@kernel()
def _how_many(low: int, high: int, count: int, least: float, top: float, exponent: float, key: int,
              many: Wide) -> None:
    """Draw how often persons low..high draw a follower."""
    others = count - 1
    to = 1.0 - exponent
    rare, common = exp_(to * log_(top)), exp_(to * log_(least))
    for i in range(low, high):
        u = uniform(key, pair(i, 0))
        wanted = exp_(log_(common - u * (common - rare)) / to)
        if 1.0 < wanted < others:
            wanted = log_(1.0 - wanted / others) / log_(1.0 - 1.0 / others)
        many[i] = int(wanted + uniform(key, pair(i, 1))) if others > 0 else 0


@kernel()
def _follow(low: int, high: int, taste: Bytes, whom_key: int, next_key: int, homophily: int, room: Starts,
            degree: Wide, key: Keys) -> None:
    """Draw the followers of persons low..high into their room: sorted, each once."""
    others = np.uint64(len(taste) - 1)
    for i in range(low, high):
        first = room[i]
        for e in range(first, room[i + 1]):
            z = np.uint64(draw64(whom_key, pair(i, e - first)))
            j = int(((z >> _S32) * others) >> _S32)
            j += j >= i
            if int(z & _LOW32) < homophily and taste[j] != taste[i]:
                z = np.uint64(draw64(next_key, pair(i, e - first)))
                k = int(((z >> _S32) * others) >> _S32)
                k += k >= i
                j = k if taste[k] == taste[i] else j
            key[e] = np.uint32(j)
        sort_part(key, first, room[i + 1])
        made = 0
        for e in range(first, room[i + 1]):
            if e == first or key[e] != key[first + made - 1]:
                key[first + made] = key[e]
                made += 1
        degree[i] = made


@kernel()
def _fill(low: int, high: int, taste: Bytes, room: Starts, key: Keys, trust_key: int, least: float, most: float,
          other_fit: float, start: Starts, listener: Weights, weight: Weights, mark: Weights) -> None:
    """Copy the followers of persons low..high to their final place and draw their trust."""
    for i in range(low, high):
        for e in range(start[i], start[i + 1]):
            j = int(key[room[i] + e - start[i]])
            trust = least + (most - least) * uniform(trust_key, pair(i, j))
            if taste[j] != taste[i]:
                trust *= other_fit
            listener[e] = j
            weight[e] = int(trust * SIZE_ONE + 0.5)
            mark[e] = _OUTERMOST << LAYER_SHIFT
