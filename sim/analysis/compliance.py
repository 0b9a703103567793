"""Compliance indicators: how a strategy's figures stand to published lines. Never legal advice.

Each indicator names its source. The traffic light is a convention of this project in the spirit of
[VanderNatKeep2002] and the Koscot test: red if recruiting pays more than half of resellers' income,
or ultimate users buy less than half of what is sold in, or 30 people and 3 levels are reached with
pay that is not for goods; amber with 3 levels or any entry fee; green otherwise. The light of a
strategy is the worst that at least a tenth of its replications showed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.records.outcomes import LIGHTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.records.comparison import Comparison

    Floats = NDArray[np.float64]

DISCLAIMER = {
    "en": "Indicators computed from the simulation, with their sources; not legal advice.",
    "zh": "以下为仿真计算所得的指标及其出处, 不构成法律意见。",
}
WORST_TENTH = 0.1


@dataclass(frozen=True)
class Line:
    """A published line that an outcome is held against.

    Parameters
    ----------
    name, zh, en : str
        Key and label.
    outcome : str
        Summary outcome.
    limit : float
        The line.
    source : str
        Where the line comes from: keys of the bibliography and places of the evidence table. Which of the
        two counts of levels applies is debated (domain row 83), so both are shown; that more than half of
        the resellers lose is a matter of fairness and no legal line.
    above : bool
        True where being at or above the line is what it warns of; False for below.
    """

    name: str
    zh: str
    en: str
    outcome: str
    limit: float
    source: str
    above: bool = True


LINES = (
    Line("people_30", "达到30人(含组织者)", "30 people, organiser included", "compliance_people", 30,
         "Opinion2013, domain row 80"),
    Line("people_120", "达到120人(情节严重)", "120 people (serious)", "compliance_people", 120,
         "Opinion2013, domain row 82"),
    Line("levels_3", "达到3级(全部下线)", "3 levels, all downlines counted", "compliance_levels", 3,
         "Opinion2013, domain rows 80 and 83"),
    Line("levels_3_paid", "达到3级(仅计酬层级)", "3 levels, only paid levels counted", "compliance_levels_paid", 3,
         "Opinion2013, domain rows 80 and 83"),
    Line("recruiting", "拉人收入过半", "Recruiting pays more than half", "recruiting_income_share", 0.5,
         "VanderNatKeep2002, PyramidRegulation2005, domain row 79"),
    Line("ultimate_users", "最终用户购买不足一半", "Ultimate users buy less than half", "ultimate_user_share", 0.5,
         "VanderNatKeep2002, domain 4.18", above=False),
    Line("losing", "超过一半代理亏损", "More than half of resellers lose money", "losing_agent_share", 0.5,
         "domain 4.18"),
)
"""What is shown, in this order."""


@dataclass(frozen=True)
class Indicator:
    """One line and where a strategy stands to it.

    Parameters
    ----------
    line : Line
        The published line.
    value : float
        Mean of the outcome over replications that define it; NaN if none does.
    reached_share : float, [0, 1]
        Replications in which the line was reached (above) or undercut (below).
    """

    line: Line
    value: float
    reached_share: float


def indicators(comparison: Comparison, strategy: str) -> list[Indicator]:
    """Return every indicator of one strategy, in the order of `LINES`."""
    out = []
    for line in LINES:
        values = comparison.values(strategy, line.outcome)
        known = values[np.isfinite(values)]
        reached = known >= line.limit if line.above else known < line.limit
        if line.above and line.limit < 1:
            reached = known > line.limit  # "more than half" is strict, "30 people" is not
        mean = float(known.mean()) if known.size else math.nan
        out.append(Indicator(line, mean, float(reached.sum()) / max(1, values.size)))
    return out


@dataclass(frozen=True)
class Light:
    """The light of a strategy.

    Parameters
    ----------
    name : {'green', 'amber', 'red'}
        The worst that at least a tenth of the replications showed.
    runs, of : int
        Replications that showed it or worse, and all.
    """

    name: str
    runs: int
    of: int


def light(values: Floats) -> Light:
    """Return the light that replications show together.

    Parameters
    ----------
    values : float64 (R,)
        `compliance_light` of each replication.
    """
    shown = np.asarray(values)
    for code in (2, 1):
        runs = int((shown >= code).sum())
        if runs and runs >= WORST_TENTH * shown.size:
            return Light(LIGHTS[code], runs, shown.size)
    return Light(LIGHTS[0], shown.size, shown.size)


def strategy_light(comparison: Comparison, strategy: str) -> Light:
    """Return the light of one strategy of a comparison."""
    return light(comparison.values(strategy, "compliance_light"))
