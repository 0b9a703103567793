"""Compliance indicators: how a strategy's figures stand to published lines. Never legal advice.

Each indicator names its rule and source. Where the rule counts people or levels, both ways of
counting stand side by side (`sim.records.scheme`). The traffic light is a convention of this
project in the spirit of [VanderNatKeep2002] and the Koscot test, see `sim.records.scheme.light`.
The light of a strategy is the worst that at least a tenth of its replications showed: a risk that
one run in ten meets is a risk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.records.outcomes import LIGHTS
from sim.records.scheme import REASONS, light_reasons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.records.comparison import Comparison

    Floats = NDArray[np.float64]

CountName = Literal["all", "paid"]
COUNTS: tuple[CountName, ...] = ("all", "paid")
"""Ways of counting: all downlines; only levels that are paid, end consumers left out."""

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
        Summary outcome; where `counts`, that of all downlines (the other ends in ``_paid``).
    limit : float
        The line; NaN where the outcome is shown without one.
    source : str
        Where the line comes from: keys of the bibliography and places of the evidence table. Which of the
        two counts applies is debated (domain row 83), so both are shown; that more than half of
        the resellers lose is a matter of fairness and no legal line.
    side : {'from', 'above', 'below'}
        What it warns of: reaching the line, exceeding it, or staying below it.
    counts : bool
        Whether the rule counts people or levels, so that there are two counts.
    day : str
        Outcome of the day on which the line is first reached; empty where there is none.
    parts : (str, str) or ()
        Of a ratio that explodes where its denominator is small: the outcomes of which it is the ratio. Shown is
        then the ratio of their means, and crossed is the line where the first exceeds `limit` times the second.
    """

    name: str
    zh: str
    en: str
    outcome: str
    limit: float
    source: str
    side: Literal["from", "above", "below"] = "from"
    counts: bool = False
    day: str = ""
    parts: tuple[str, str] | tuple[()] = ()

    def outcome_of(self, count: CountName) -> str:
        """Return the outcome under one way of counting."""
        return f"{self.outcome}_paid" if self.counts and count == "paid" else self.outcome

    def day_of(self, count: CountName) -> str:
        """Return the outcome of the day under one way of counting, empty without one."""
        return f"{self.day}_paid" if self.day and count == "paid" else self.day


LINES = (
    Line("levels_3", "3级(含组织者)", "3 levels, organiser included", "compliance_levels", 3,
         "Opinion2013, domain rows 80 and 83", counts=True, day="compliance_levels_day"),
    Line("people_30", "30人且3级(含组织者)", "30 people and 3 levels, organiser included", "compliance_people", 30,
         "Opinion2013, domain rows 80 and 83", counts=True, day="compliance_line_day"),
    Line("people_120", "120人(情节严重)", "120 people (serious)", "compliance_people", 120,
         "Opinion2013, domain row 82", counts=True, day="compliance_serious_day"),
    Line("fees", "入门款达到250万元(情节严重)", "Entry payments of 2.5 million yuan (serious)", "entry_payments_fen",
         250_000_000, "Opinion2013, domain row 82"),
    Line("entry_fee", "入门费", "Entry fee", "entry_fee_fen", 0, "PyramidRegulation2005, domain row 79", "above"),
    Line("recruiting", "拉人收入占比", "Recruiting share of agents' income", "recruiting_income_share", 0.5,
         "VanderNatKeep2002, PyramidRegulation2005, domain row 79", "above"),
    Line("entry_pay", "入门费报酬占比", "Entry-fee share of agents' income", "entry_fee_ratio", 0,
         "PyramidRegulation2005, domain row 79", "above"),
    Line("team_pay", "团队计酬占比", "Team-pay share of agents' income", "team_pay_ratio", 0,
         "PyramidRegulation2005, Opinion2013, domain rows 79 and 81", "above"),
    Line("own_sales", "报酬与本人销售额之比", "Pay to own sales", "own_sales_pay_ratio", 0.3,
         "DirectSelling2005, domain row 84", "above"),
    Line("ultimate_users", "最终用户购买占比", "Share bought by ultimate users", "ultimate_user_share", 0.5,
         "VanderNatKeep2002, domain 4.18", "below"),
    Line("channel_stock", "渠道积压率", "Channel inventory ratio", "channel_stock_ratio", math.nan, "domain row 68"),
    Line("buyback", "回购退货率", "Share bought back", "buyback_share", math.nan, "domain 4.18"),
    Line("losing", "亏损代理占比", "Agents losing money", "losing_agent_share", 0.5, "AARP2018, domain rows 75 and 76",
         "above"),
    Line("median", "代理净收入中位数", "Median agent's net income", "agent_income_median_fen", 0,
         "FTC2024, domain row 74", "below"),
    Line("top1", "头部1%代理收入占比", "Top 1 % of agents' share of income", "agent_income_top1_share", math.nan,
         "Legara2008, domain row 72"),
    Line("gini", "代理收入基尼系数", "Gini of agents' income", "agent_income_gini", math.nan, "Legara2008, domain row 72"),
    Line("zero_recruit", "零推荐代理占比", "Agents who recruited nobody", "zero_recruit_share", math.nan,
         "Gastwirth1977, domain row 71"),
    Line("break_even", "回本所需推荐人数", "Recruits needed to break even", "break_even_recruits", math.nan, "domain 2.8"),
    Line("shown", "招募时展示的月收入", "Monthly income shown to recruits", "income_shown_fen", math.nan, "domain 4.8"),
    Line("true", "代理真实月净收入", "Agents' true monthly net income", "income_true_fen", 0, "FTC2024, domain row 74",
         "below"),
    Line("deception", "收入夸大指数", "Deceptive-income index", "deceptive_income_index", 1, "FTC2024, domain row 74",
         "above", parts=("income_shown_fen", "income_true_fen")),
)
"""What is shown, in this order."""


@dataclass(frozen=True)
class Indicator:
    """One line and where a strategy stands to it, under one way of counting.

    Parameters
    ----------
    line : Line
        The published line.
    count : {'all', 'paid'}
        Way of counting; ``all`` where there is one only.
    value : float
        Mean of the outcome over replications that define it; NaN if none does.
    reached_share : float, [0, 1]
        Replications in which the line was crossed; NaN where there is no line.
    runs, of : int
        The same as numbers.
    day : float
        Median of the day on which it was first reached, runs that never reach it counted as later than all;
        NaN if most never do, or where no day is kept.
    """

    line: Line
    count: CountName
    value: float
    reached_share: float
    runs: int
    of: int
    day: float


def indicators(comparison: Comparison, strategy: str) -> list[Indicator]:
    """Return every indicator of one strategy, in the order of `LINES`; two in a row where there are two counts."""
    return [_indicator(comparison, strategy, line, count) for line in LINES
            for count in (COUNTS if line.counts else COUNTS[:1])]


def _indicator(comparison: Comparison, strategy: str, line: Line, count: CountName) -> Indicator:
    if line.parts:
        return _ratio(comparison, strategy, line)
    values = comparison.values(strategy, line.outcome_of(count))
    known = values[np.isfinite(values)]
    name = line.day_of(count)
    days = comparison.values(strategy, name) if name else np.empty(0)
    runs = int(np.isfinite(days).sum() if name else _crossed(line, known).sum())
    return Indicator(
        line, count, float(known.mean()) if known.size else math.nan,
        runs / max(1, values.size) if math.isfinite(line.limit) else math.nan, runs, int(values.size),
        median_day(days),
    )


def _ratio(comparison: Comparison, strategy: str, line: Line) -> Indicator:
    """Return the indicator of a ratio from the means of its parts; undefined where the denominator is not positive."""
    above, below = (comparison.values(strategy, name) for name in line.parts)
    both = np.isfinite(above) & np.isfinite(below)
    runs = int((above[both] > line.limit * below[both]).sum())
    base = float(below[both].mean()) if both.any() else math.nan
    value = float(above[both].mean()) / base if base > 0 else math.nan
    return Indicator(line, "all", value, runs / max(1, above.size), runs, int(above.size), math.nan)


def _crossed(line: Line, values: Floats) -> NDArray[np.bool_]:
    """Return which values are on the wrong side: "30 people" includes 30, "more than half" excludes a half."""
    compared = {"from": np.greater_equal, "above": np.greater, "below": np.less}
    return np.asarray(compared[line.side](values, line.limit), np.bool_)


def median_day(days: Floats) -> float:
    """Return the median of days, those never reached counted as later than all; NaN if most are."""
    if not days.size:
        return math.nan
    middle = float(np.sort(np.where(np.isfinite(days), days, np.inf))[days.size // 2])
    return middle if math.isfinite(middle) else math.nan


@dataclass(frozen=True)
class Light:
    """The light of a strategy.

    Parameters
    ----------
    name : {'green', 'amber', 'red'}
        The worst that at least a tenth of the replications showed.
    runs, of : int
        Replications that showed it or worse, and all.
    reasons : tuple of (str, int)
        What turned it this far (`sim.records.scheme.REASONS`) and in how many replications, most often first.
    """

    name: str
    runs: int
    of: int
    reasons: tuple[tuple[str, int], ...] = ()


def light(values: Floats) -> Light:
    """Return the light that replications show together.

    Parameters
    ----------
    values : float64 (R,)
        `compliance_light` of each replication; NaN where it was not recorded.
    """
    shown = values[np.isfinite(values)]
    for code in (2, 1):
        runs = int((shown >= code).sum())
        if runs and runs >= WORST_TENTH * shown.size:
            return Light(LIGHTS[code], runs, shown.size)
    return Light(LIGHTS[0], shown.size, shown.size)


def strategy_light(comparison: Comparison, strategy: str, count: CountName = "all") -> Light:
    """Return the light of one strategy of a comparison under one way of counting, with its reasons."""
    end = "_paid" if count == "paid" else ""
    found = light(comparison.values(strategy, f"compliance_light{end}"))
    code = LIGHTS.index(found.name)
    if not code:
        return found
    columns = {name: comparison.values(strategy, f"compliance_{name}{end}") for name in ("people", "levels")}
    columns |= {name: comparison.values(strategy, name) for name in ("recruiting_income_share", "ultimate_user_share",
                                                                     "entry_fee_fen")}
    runs = range(len(next(iter(columns.values()))))
    met = [light_reasons({name: float(column[r]) for name, column in columns.items()}) for r in runs]
    counts = {name: sum(name in one for one in met) for name, worst in REASONS.items() if worst >= code}
    often = sorted(((name, many) for name, many in counts.items() if many), key=lambda pair: -pair[1])
    return Light(found.name, found.runs, found.of, tuple(often))
