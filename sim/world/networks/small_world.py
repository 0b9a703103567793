"""A ring whose ties are rewired with some chance: the small world, and with chance 0 the ring.

Person i speaks to i+1 .. i+k (one side) or is friends with the k/2 people on either side (two
sides). Each tie keeps its nearer end and moves the other to a random person with chance `rewire`;
doubles are dropped, so a rewired graph is thinner by O(k / N). A ring heard from one side or from
both has closed forms for the spread of an innovation [FibichGibori2010].

Layers follow the ring distance in Dunbar's proportions; the nearest person is always closest and
rewired ties are outermost.

Source: [WattsStrogatz1998].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import model_validator

from sim.core.draws import draw64, key_of, pair, threshold
from sim.core.kernel import kernel
from sim.core.params import ASSUMPTION, Share, param
from sim.text.message import Message
from sim.world.networks.chunks import over_rows
from sim.world.networks.flat import FlatTrustParams
from sim.world.networks.network import Network, check_people, check_size, made_up, refuse
from sim.world.networks.rows import Proposals, sort_part

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Keys

_S32 = np.uint64(32)
_LOW32 = np.uint64(0xFFFFFFFF)
_OUTERMOST = 3
_LAYER_BOUNDS = (1 / 30, 1 / 10, 1 / 3)  # 5, 15 and 50 of 150
_CIRCLE_ARCS = 24


class SmallWorldParams(FlatTrustParams):
    """A ring with rewired ties."""

    kind: Literal["small_world"] = "small_world"
    ties_per_person: int = param(20, source=ASSUMPTION, low=4, high=150, ge=1, le=5000,
                                 doc="Ties of a person before rewiring", zh="人均联系数")
    rewire: Share = param(0.05, source="WattsStrogatz1998", low=0.0, high=1.0,
                          doc="Chance that a tie goes to a random person", zh="重连概率")
    sides: Literal["one", "two"] = param("two", source="FibichGibori2010",
                                         doc="Speak to one side only, or be friends with both", zh="单侧或双侧")

    @model_validator(mode="after")
    def _even(self) -> Self:
        if self.sides == "two" and self.ties_per_person % 2:
            raise ValueError(Message("networks.even"))
        return self

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:
        """Build the ties; see `NetworkParams.build`."""
        check_people(n_people, taste)
        check_size("ties_per_person", self.ties_per_person, float(n_people) * self.ties_per_person)
        mutual = self.sides == "two"
        if n_people <= self.ties_per_person:
            raise refuse("ties_per_person", self.ties_per_person, Message("networks.ring", people=n_people))
        reach = self.ties_per_person // 2 if mutual else self.ties_per_person
        start = np.arange(n_people + 1, dtype=np.int64) * reach
        key = np.empty(n_people * reach, np.uint32)
        over_rows(_propose, n_people, threads, n_people, reach, threshold.py_func(self.rewire),
                  key_of(seed, "network.small_world.rewire", 0), layers_by_distance(reach), key)
        ties = self.trusted(Proposals(start, key), seed, threads, mutual=mutual)
        arcs = min(n_people, _CIRCLE_ARCS)
        return made_up(ties, (np.arange(n_people, dtype=np.int64) * arcs // n_people).astype(np.int32))


def layers_by_distance(reach: int) -> Bytes:
    """Return the layer of ring distance 1..reach, in Dunbar's proportions."""
    share = (np.arange(reach) + 1.0) / reach
    layer = np.searchsorted(np.asarray(_LAYER_BOUNDS), share - 1e-12).astype(np.uint8)
    layer[0] = 0
    return layer


@kernel()
def _propose(low: int, high: int, count: int, reach: int, rewire: int, key_rewire: int, layer: Bytes,
             key: Keys) -> None:
    """Write the sorted proposals of persons low..high."""
    for i in range(low, high):
        for step in range(reach):
            z = np.uint64(draw64(key_rewire, pair(i, step)))
            j = (i + 1 + step) % count
            ring = int(layer[step])
            if np.int64(z & _LOW32) < rewire:
                j = int(((z >> _S32) * np.uint64(count - 1)) >> _S32)
                j += j >= i
                ring = _OUTERMOST
            key[i * reach + step] = np.uint32((j << 2) | ring)
        sort_part(key, i * reach, (i + 1) * reach)
