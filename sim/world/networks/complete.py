"""Everybody speaks to everybody: the graph of the fully mixed closed forms [Bass1969]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.core.kernel import kernel
from sim.text.message import Message
from sim.world.networks.chunks import over_rows
from sim.world.networks.flat import FlatTrustParams
from sim.world.networks.network import Network, check_people, made_up, refuse
from sim.world.networks.rows import Proposals

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Keys

MAX_COMPLETE = 5_000
"""25 million ties; beyond that a mixed population needs no graph."""


class CompleteParams(FlatTrustParams):
    """A complete graph; small populations only."""

    kind: Literal["complete"] = "complete"

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:
        """Build the ties; see `NetworkParams.build`."""
        check_people(n_people, taste)
        if n_people > MAX_COMPLETE:
            ties = n_people * (n_people - 1)
            raise refuse("kind", self.kind, Message("networks.complete", people=n_people, ties=ties, most=MAX_COMPLETE))
        start = np.arange(n_people + 1, dtype=np.int64) * (n_people - 1)
        key = np.empty(n_people * (n_people - 1), np.uint32)
        over_rows(_everybody, n_people, threads, n_people, key)
        return made_up(self.trusted(Proposals(start, key), seed, threads, mutual=False), np.zeros(n_people, np.int32))


@kernel()
def _everybody(low: int, high: int, count: int, key: Keys) -> None:
    """Write everyone but i, ascending, into row i; all in the outermost layer."""
    for i in range(low, high):
        at = i * (count - 1)
        for j in range(count):
            if j != i:
                key[at] = np.uint32((j << 2) | 3)
                at += 1
