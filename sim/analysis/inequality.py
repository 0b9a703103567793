"""Who earns: inequality and losses among resellers.

Gini and top shares are taken on gross income, because they have no meaning with negative values;
what people take home, losses included, is the net result [domain 2.8].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.records.formulas import gini, ratio, top_share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

@dataclass(frozen=True)
class Earnings:
    """Resellers' result of one run.

    Parameters
    ----------
    n : int
        Resellers.
    losing_share, zero_recruit_share : float, [0, 1]
        Net result below zero; nobody recruited.
    median_fen, mean_fen : float
        Of the net result.
    top1_share, gini : float
        Of gross income; NaN where undefined.
    """

    n: int
    losing_share: float
    zero_recruit_share: float
    median_fen: float
    mean_fen: float
    top1_share: float
    gini: float


def earnings(agents: Mapping[str, NDArray[Any]]) -> Earnings:
    """Return the summary of a table of resellers (`sim.records.run_record.AGENT_COLUMNS`)."""
    net, income = np.asarray(agents["net_fen"]), np.asarray(agents["income_fen"])
    n = net.size
    return Earnings(
        n=n,
        losing_share=ratio(float((net < 0).sum()), n),
        zero_recruit_share=ratio(float((np.asarray(agents["recruits"]) == 0).sum()), n),
        median_fen=float(np.median(net)) if n else float("nan"),
        mean_fen=float(net.mean()) if n else float("nan"),
        top1_share=top_share(income),
        gini=gini(income),
    )
