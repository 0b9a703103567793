"""Trust that does not depend on the layer: the parameters that simple graphs share."""

from __future__ import annotations

import numpy as np

from sim.core.params import ASSUMPTION, Share, param
from sim.world.networks.network import NetworkParams
from sim.world.networks.rows import Proposals, ties_of
from sim.world.networks.trust import quantile_table
from sim.world.ties import N_LAYERS, Ties


class FlatTrustParams(NetworkParams):
    """Base of kinds in which every tie draws its trust from one distribution."""

    trust: Share = param(0.35, source=ASSUMPTION, low=0.1, high=0.8,
                         doc="Mean trust of a tie; the default is the mean over Dunbar's layers", zh="平均信任")
    concentration: float | None = param(10.0, source="domain 4.1", low=5, high=20, gt=0, le=1e4,
                                        doc="Concentration a + b of the Beta distribution; null: all alike",
                                        zh="信任集中度")
    reciprocity: Share = param(0.61, source="Kumar2016", low=0.3, high=0.9,
                               doc="Correlation of the trust of the two directions of a pair", zh="信任对等程度")

    def trusted(self, proposals: Proposals, seed: int, threads: int, *, mutual: bool) -> Ties:
        """Return sorted proposals as ties, mirrored if they are mutual."""
        table = np.repeat(quantile_table((self.trust,), self.concentration), N_LAYERS, axis=0)
        return ties_of(proposals, seed, table, self.reciprocity, threads, mutual=mutual)
