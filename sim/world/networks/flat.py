"""Trust that does not depend on the layer: the parameters that simple graphs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.params import ASSUMPTION, Share, param
from sim.world.networks.network import NetworkParams
from sim.world.networks.rows import joined_ties, mirrored
from sim.world.networks.trust import quantile_table
from sim.world.ties import N_LAYERS, Ties

if TYPE_CHECKING:
    from sim.world.columns import Keys, Starts, Weights


class FlatTrustParams(NetworkParams):
    """Base of kinds in which every tie draws its trust from one distribution."""

    trust: Share = param(0.35, source=ASSUMPTION, low=0.1, high=0.8,
                         doc="Mean trust of a tie; the default is the mean over Dunbar's layers", zh="平均信任")
    concentration: float | None = param(10.0, source="domain 4.1", low=5, high=20, gt=0, le=1e4,
                                        doc="Concentration a + b of the Beta distribution; null: all alike",
                                        zh="信任集中度")
    reciprocity: Share = param(0.61, source="Kumar2016", low=0.3, high=0.9,
                               doc="Correlation of the trust of the two directions of a pair", zh="信任对等程度")

    def trusted(self, start: Starts, key: Keys, seed: int, threads: int, *, mutual: bool) -> Ties:
        """Return sorted rows `listener << 2 | layer` as ties, mirrored if they are mutual."""
        back = mirrored(start, key, threads) if mutual else (np.zeros_like(start), np.empty(0, np.uint32))
        return joined_ties((start, key), back, seed, self.trust_table(), self.reciprocity, threads)

    def trust_table(self) -> Weights:
        """Return the packed quantiles of trust, the same for every layer."""
        return np.repeat(quantile_table((self.trust,), self.concentration), N_LAYERS, axis=0)
