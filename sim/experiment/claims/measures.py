"""What a claim measures in one run, where no summary outcome says it.

Each measure is a pure function of what a run left; NaN where it has no value. A name that is not in
`MEASURES` is a summary outcome of `sim.records.outcomes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.core.errors import Problem, ScenarioError, did_you_mean
from sim.records.formulas import NAN, ratio
from sim.records.outcomes import SUMMARY
from sim.records.summarise import TIE_PATH, summarise
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from sim.records.run_record import RunRecord

MONTH, QUARTER = 30, 90
FLASH, SLOT_WINDOW = 3, 21
"""Days: 72 hours are the days d to d + 2 (design 14); a slot is watched for three weeks (market 1.16)."""
RENTED_PATHS = (1, 3)
"""`exchange.events.PathKind` FEED and LIVE, repeated here as in `sim.records.summarise`."""


@dataclass(frozen=True)
class Measure:
    """A measure: its unit, as in `sim.records.outcomes.Outcome`, and how it is computed."""

    unit: str
    value: Callable[[RunRecord], float]


def _total(run: RunRecord, name: str, days: int | None = None) -> float:
    """Return the sum of a series over the first `days` days."""
    return float(np.nansum(run.daily[name][:days]))


def profit_of_a_month(run: RunRecord) -> float:
    """Return profit after 30 days."""
    return float(run.daily["profit_fen"][MONTH - 1]) if run.days >= MONTH else NAN


def sales_of_a_quarter(run: RunRecord) -> float:
    """Return GMV of the first 90 days."""
    return _total(run, "gmv_fen", QUARTER) if run.days >= QUARTER else NAN


def profit_per_unit(run: RunRecord) -> float:
    """Return profit a unit sold to a consumer."""
    return ratio(float(run.daily["profit_fen"][-1]), _total(run, "units"))


def buyers_per_message(run: RunRecord) -> float:
    """Return first orders a message seen."""
    return ratio(_total(run, "first_orders"), _total(run, "exposures"))


def buyers_per_talk(run: RunRecord) -> float:
    """Return first orders that came along a tie, a talk: every talk tells as many ties on average."""
    new = np.asarray(run.people["first_day"]) > 0
    return ratio(float((new & (run.people["first_path"] == TIE_PATH)).sum()), _total(run, "talks"))


def dead_group_days(run: RunRecord) -> float:
    """Return the share of group-days that groups are zombies."""
    groups = run.facts.get("n_groups", 0.0)
    return float(run.daily["zombie_groups"].mean()) / groups if groups else NAN


def two_lives(run: RunRecord) -> float:
    """Return how far lifetimes lie at both ends: min(dead in the first third, alive at the end) - dead in between.

    Above zero, both the short and the long life are commoner than any life between them; at or below
    zero there is one kind of life. Groups that die and come back count as alive.
    """
    groups = run.facts.get("n_groups", 0.0)
    if not groups:
        return NAN
    dead = run.daily["zombie_groups"] / groups
    early, late = float(dead[run.days // 3]), float(dead[-1])
    return min(early, 1.0 - late) - max(0.0, late - early)


def _mean(run: RunRecord, name: str) -> float:
    """Return the mean of a series over the days that have a value."""
    series = run.daily.get(name, np.empty(0))
    known = series[np.isfinite(series)]
    return float(known.mean()) if known.size else NAN


def observed_activity(run: RunRecord) -> float:
    """Return the activity that can be seen in groups, fakes included, mean over the days."""
    return _mean(run, "observed_activity")


def true_activity(run: RunRecord) -> float:
    """Return the activity of groups without their fakes, mean over the days."""
    return _mean(run, "true_activity")


def days_beyond_the_line(run: RunRecord) -> float:
    """Return the days left when 30 people and 3 levels are reached [domain row 80]; 0 if they never are."""
    day = (run.summary or summarise(run))["compliance_line_day"]
    return run.days - day if math.isfinite(day) else 0.0


def _slot_days(run: RunRecord) -> NDArray[np.int64]:
    """Return the days on which slot fees were paid."""
    fees = run.statement.get("slot_fee")
    return np.flatnonzero(fees) if fees is not None else np.empty(0, dtype=np.int64)


def _new_at_slots(run: RunRecord) -> NDArray[np.int64]:
    """Return the days of first orders that came through an influencer's channel."""
    first = np.asarray(run.people["first_day"])
    return first[(first >= 0) & np.isin(run.people["first_path"], RENTED_PATHS)]


def flash_share(run: RunRecord) -> float:
    """Return the share of new buyers in the `SLOT_WINDOW` days from a slot who come in its first `FLASH` days.

    For slots so far apart that no day belongs to two; a slot without room for its window is left out.
    """
    slots = _slot_days(run)
    slots = slots[slots + SLOT_WINDOW <= run.days]
    days = _new_at_slots(run)
    age = days[:, None] - slots[None, :]
    inside = (age >= 0) & (age < SLOT_WINDOW)
    return ratio(float((inside & (age < FLASH)).sum()), float(inside.sum()))


def buyers_per_slot(run: RunRecord) -> float:
    """Return new buyers through an influencer's channel, a slot."""
    return ratio(float(len(_new_at_slots(run))), float(len(_slot_days(run))))


MEASURES: dict[str, Measure] = {
    "profit_of_a_month": Measure("fen", profit_of_a_month),
    "sales_of_a_quarter": Measure("fen", sales_of_a_quarter),
    "profit_per_unit": Measure("fen", profit_per_unit),
    "buyers_per_message": Measure("share", buyers_per_message),
    "buyers_per_talk": Measure("share", buyers_per_talk),
    "dead_group_days": Measure("share", dead_group_days),
    "two_lives": Measure("share", two_lives),
    "observed_activity": Measure("share", observed_activity),
    "true_activity": Measure("share", true_activity),
    "days_beyond_the_line": Measure("count", days_beyond_the_line),
    "flash_share": Measure("share", flash_share),
    "buyers_per_slot": Measure("people", buyers_per_slot),
}


def unit_of(name: str) -> str:
    """Return the unit of a measure.

    Raises
    ------
    ScenarioError
        If there is none of that name; carries the nearest.
    """
    if name in MEASURES:
        return MEASURES[name].unit
    if name in SUMMARY:
        return SUMMARY[name].unit
    hint = did_you_mean(name, [*MEASURES, *SUMMARY])
    raise ScenarioError(Problem(Message("claims.no_measure", name=repr(name), hint=hint)))


def measured(run: RunRecord, names: Iterable[str]) -> dict[str, float]:
    """Return measures of a run by name."""
    summary = run.summary or summarise(run)
    found = {name: MEASURES[name].value(run) if name in MEASURES else summary[name] for name in names}
    return {name: float(value) if math.isfinite(value) else NAN for name, value in found.items()}
