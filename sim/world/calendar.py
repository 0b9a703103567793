"""The calendar: weekdays and seasons as multipliers of attention and need.

A season is a span of dates that comes back every year, such as 618 (June) or 11.11 (November).
Multipliers are parts of the market, equal for every compared strategy.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator, model_validator

from sim.core.params import ASSUMPTION, Params, param
from sim.text.message import Message

DAYS_OF_WEEK = 7


class SeasonParams(Params):
    """A span of dates each year with its own attention and need."""

    name: str = param("season", source=ASSUMPTION, doc="Name shown in the page", zh="名称")
    first: str = param(..., source=ASSUMPTION, doc="First date as month-day, such as 06-01", zh="首日（月-日）")
    last: str = param(..., source=ASSUMPTION, doc="Last date as month-day, such as 06-18", zh="末日（月-日）")
    attention: float = param(1.0, source=ASSUMPTION, low=0.5, high=2.0, ge=0, le=10,
                             doc="Multiplier of attention", zh="注意力倍数")
    need: float = param(1.0, source=ASSUMPTION, low=0.5, high=3.0, ge=0, le=10,
                        doc="Multiplier of the chance to consider an impulse purchase", zh="冲动购买倍数")

    @field_validator("first", "last")
    @classmethod
    def _month_day(cls, value: str) -> str:
        try:
            dt.date.fromisoformat(f"2024-{value}")
        except ValueError:
            raise ValueError(Message("values.month_day", value=repr(value))) from None
        return value


class CalendarParams(Params):
    """Weekday and season multipliers."""

    weekday_attention: tuple[float, ...] = param(
        (1.0,) * 7, source=ASSUMPTION, doc="Attention multiplier from Monday to Sunday (range 0.5 to 2 times)", zh="周一至周日注意力倍数")
    weekday_need: tuple[float, ...] = param(
        (1.0,) * 7, source=ASSUMPTION, doc="Impulse multiplier from Monday to Sunday (range 0.5 to 2 times)", zh="周一至周日冲动倍数")
    seasons: tuple[SeasonParams, ...] = param((), source=ASSUMPTION, doc="Yearly seasons", zh="促销季")

    @model_validator(mode="after")
    def _seven(self) -> CalendarParams:
        for name in ("weekday_attention", "weekday_need"):
            values = getattr(self, name)
            if len(values) != DAYS_OF_WEEK or any(not 0 <= v <= 10 for v in values):
                raise ValueError(Message("values.seven", name=name))
        return self


@dataclass(frozen=True)
class Calendar:
    """Multipliers by simulated day.

    Parameters
    ----------
    attention, need : float64 (T,)
        Multipliers of attention and of impulse consideration.
    weekday : int64 (T,), 0 = Monday
    start : datetime.date
        Date of day 0.
    """

    attention: NDArray[np.float64]
    need: NDArray[np.float64]
    weekday: NDArray[np.int64]
    start: dt.date


def build_calendar(params: CalendarParams, start: dt.date, days: int) -> Calendar:
    """Lay weekday and season multipliers over `days` days from `start`."""
    weekday = (start.weekday() + np.arange(days)) % DAYS_OF_WEEK
    attention = np.asarray(params.weekday_attention)[weekday]
    need = np.asarray(params.weekday_need)[weekday]
    stamps = [(start + dt.timedelta(days=d)).strftime("%m-%d") for d in range(days)]
    for season in params.seasons:
        wraps = season.first > season.last
        inside = np.array([(season.first <= s or s <= season.last) if wraps else season.first <= s <= season.last
                           for s in stamps])
        attention = np.where(inside, attention * season.attention, attention)
        need = np.where(inside, need * season.need, need)
    return Calendar(attention, need, weekday.astype(np.int64), start)
