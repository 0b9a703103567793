"""People, levels and pay of a scheme with resellers, as the rules on pyramid selling count them.

A recruiting tree is an array `upline` (row of the sponsor, -1: recruited by the organiser himself).
The rules count people and levels, the organiser and the organiser's own level included [domain row
80]; which people and which levels is debated [row 83], so two counts stand side by side:

    all    everybody who ever joined; level = distance from the organiser + 1
    paid   whoever sold to others or recruited somebody: who did neither bought for their own use
           and is an end consumer; a level counts as far as rebates reach:
           level = min(distance from the organiser, rebate levels) + 1

    level reached on day d    someone of that level had joined by d (leaving does not undo it)
    line of 30 people         30 people *and* 3 levels; serious: 120 people [rows 80 and 82]

Indicators are computed, never advice. References: [Opinion2013], [PyramidRegulation2005],
[DirectSelling2005], [VanderNatKeep2002]; domain 4.18 and rows 79 to 85.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.records.formulas import NAN, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

PEOPLE, SERIOUS, LEVELS = 30, 120, 3
"""Lines of the 2013 opinion: people of a case, people of a serious one, levels [domain rows 80 and 82]."""
HALF = 0.5
"""Convention of the light: pay for recruits above, or ultimate users below, half [domain 4.18]."""


def depths(upline: Ints) -> Ints:
    """Return each row's distance from its root (0), int64 (R,), by doubling pointers; O(n log depth).

    Raises
    ------
    ValueError
        If the uplines form a loop or name a row that does not exist.
    """
    jump = np.asarray(upline, dtype=np.int64).copy()
    if jump.size and (int(jump.max()) >= jump.size or int(jump.min()) < -1):
        raise ValueError("an upline names a row that does not exist")
    depth = (jump >= 0).astype(np.int64)
    for _ in range(64):
        alive = np.flatnonzero(jump >= 0)
        if alive.size == 0:
            return depth
        depth[alive] += depth[jump[alive]]
        jump[alive] = jump[jump[alive]]
    raise ValueError("the uplines form a loop")


@dataclass(frozen=True)
class Count:
    """People and levels under one way of counting, and the days on which they reach the lines.

    Parameters
    ----------
    people, levels : int
        The organiser and the organiser's level included; 0 without resellers.
    levels_day, line_day, serious_day : float
        First day with 3 levels; with 30 people and 3 levels; with 120 people. NaN if never.
    """

    people: int = 0
    levels: int = 0
    levels_day: float = NAN
    line_day: float = NAN
    serious_day: float = NAN


def count_all(agents: Mapping[str, NDArray[np.generic]]) -> Count:
    """Return people and levels with all downlines counted.

    Parameters
    ----------
    agents : dict of arrays (R,)
        ``person``, ``upline``, ``joined_day`` of `sim.records.run_record.AGENT_COLUMNS`.
    """
    return _count(agents, np.ones(len(agents["upline"]), np.bool_), math.inf)


def count_paid(agents: Mapping[str, NDArray[np.generic]], rebate_levels: float) -> Count:
    """Return people and levels with end consumers left out and only levels counted that are paid.

    Parameters
    ----------
    agents : dict of arrays (R,)
        As for `count_all`, with ``recruits`` and ``sold`` (where it was not recorded: ``income_fen``).
    rebate_levels : float
        Levels of uplines that a sale pays; infinite where it is not known.
    """
    sells = (np.asarray(agents.get("sold", agents["income_fen"])) > 0) | (np.asarray(agents["recruits"]) > 0)
    return _count(agents, sells, rebate_levels)


def _count(agents: Mapping[str, NDArray[np.generic]], counted: NDArray[np.bool_], paid_levels: float) -> Count:
    """Count the marked rows; somebody who joined twice is one person, who came with the first time."""
    if not len(counted):
        return Count()
    joined = np.asarray(agents["joined_day"], np.int64)[counted]
    level = np.minimum(depths(np.asarray(agents["upline"]))[counted] + 1, paid_levels) + 1
    order = np.argsort(joined, kind="stable")
    _, first = np.unique(np.asarray(agents["person"])[counted][order], return_index=True)
    arrivals = np.sort(joined[order][first])
    levels_day, enough = _earliest(joined[level >= LEVELS]), _nth(arrivals, PEOPLE)
    return Count(
        people=len(arrivals) + 1, levels=int(level.max(initial=1)), levels_day=levels_day,
        line_day=max(levels_day, enough) if math.isfinite(levels_day) and math.isfinite(enough) else NAN,
        serious_day=_nth(arrivals, SERIOUS),
    )


def _earliest(days: Ints) -> float:
    return float(max(int(days.min()), 0)) if days.size else NAN


def _nth(arrivals: Ints, people: int) -> float:
    """Return the day on which the organiser and those who came are `people`."""
    return float(max(int(arrivals[people - 2]), 0)) if len(arrivals) + 1 >= people else NAN


@dataclass(frozen=True)
class Pay:
    """What resellers earned together, in fen, by what it was paid for [domain 4.9, row 79].

    Parameters
    ----------
    retail_margin : float
        Own sales to consumers less what the goods sold had cost them.
    recruiting : float
        For heads and for entry fees: referral rewards and rebates on a recruit's entry purchase.
    team : float
        On downlines' purchases: level and same-level rebates, tier spread.
    retail_sales : float
        Own sales to consumers, refunds taken off.
    """

    retail_margin: float
    recruiting: float
    team: float
    retail_sales: float = NAN

    @property
    def total(self) -> float:
        """Sum of all pay; a margin below zero earns nobody anything and counts as none."""
        return max(self.retail_margin, 0.0) + self.recruiting + self.team

    @property
    def recruiting_share(self) -> float:
        """Pay for recruits and entry fees in all pay."""
        return ratio(self.recruiting, self.total)

    @property
    def team_ratio(self) -> float:
        """Pay on downlines' purchases in all pay."""
        return ratio(self.team, self.total)

    @property
    def own_sales_ratio(self) -> float:
        """All pay to own sales to consumers, to be held against the cap of 30 % [domain row 84]."""
        return ratio(self.total, self.retail_sales)


def break_even_recruits(entry_fee_fen: float, recruiting_fen: float, recruits: float) -> float:
    """Return how many direct recruits bring the entry fee back: ceil(c / d) [domain 2.8].

    Parameters
    ----------
    entry_fee_fen : float
        c.
    recruiting_fen, recruits : float
        What recruits brought their sponsors, and how many they were; d is their ratio. NaN without any.
    """
    each = ratio(recruiting_fen, recruits)
    return float(math.ceil(entry_fee_fen / each - 1e-9)) if each > 0 else NAN


REASONS = {"recruiting": 2, "users": 2, "line": 2, "levels": 1, "entry": 1}
"""What may turn the light, and how far: 1 amber, 2 red."""


def light_reasons(facts: Mapping[str, float]) -> list[str]:
    """Return what turns the light, the worst first [domain 4.18]; a convention, never legal advice.

    Red: recruiting pays more than half of resellers' pay, or ultimate users buy less than half of
    what was sold in, or 30 people and 3 levels are reached with pay that is not for goods.
    Amber: at least 3 levels, or any entry fee. An indicator that is NaN turns nothing.

    Parameters
    ----------
    facts : dict of float
        ``people``, ``levels``, ``recruiting_income_share``, ``ultimate_user_share``, ``entry_fee_fen``.
    """
    recruiting = facts["recruiting_income_share"]
    met = {
        "recruiting": recruiting > HALF,
        "users": facts["ultimate_user_share"] < HALF,
        "line": facts["people"] >= PEOPLE and facts["levels"] >= LEVELS and recruiting > 0.0,
        "levels": facts["levels"] >= LEVELS,
        "entry": facts["entry_fee_fen"] > 0,
    }
    return [name for name in REASONS if met[name]]


def light(facts: Mapping[str, float]) -> int:
    """Return 0 green, 1 amber or 2 red, see `light_reasons`."""
    return max((REASONS[name] for name in light_reasons(facts)), default=0)
