"""Staff of a seller's own: who is there, how well they know their trade, who leaves, and who is hired.

Service staff are a book that the strategy keeps: the day each began, the day each left. They learn on
the job, some quit every month, and a place left empty stays empty until somebody is found.

    skill of somebody d days in the job = floor + (1 - floor)(1 - e^{-d / learning}),  floor = `script_floor` x scripts
    chance to quit a day                = 1 - (1 - quits)^{1 / 30}
    who quits is replaced after `vacancy` days; besides, on a review day with no vacancy open and fewer than `most`
    people, one more is hired if over the last `review_days` days
        minutes spent on chats / minutes staffed > `hire_at_utilisation`   or   chats lost / chats > `hire_at_lost`
    and base pay was paid in full

Notation: hired, left day of each place ever filled (n,), left -1 while there; the counts since the last review
(3,).

Sources: learning and turnover domain 4.10; vacancies, cost of hiring and the floor assumed.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationInfo, field_validator

from sim.core.draws import uniforms
from sim.core.kernel import Array, kernel
from sim.core.maths import exp_, power
from sim.core.params import ASSUMPTION, Days, Fen, Params, Share, param
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

Ints = NDArray[np.int64]
MONTH = 30


class StaffParams(Params):
    """People who answer chats: how many, for what pay, how they learn and leave, when more are hired."""

    people: int = param(4, source="scenario", ge=0, le=10_000, doc="Staff on day 0", zh="初始客服人数")
    most: int = param(8, source="scenario", ge=0, le=10_000, doc="Most staff ever kept", zh="客服上限")
    worked: Days = param(0.0, source="scenario", doc="Days that the first staff have been in the job before day 0",
                         zh="初始客服工龄", unit="days")
    base_pay: Fen = param(400_000, source="domain 4.10", low=300_000, high=500_000, unit="fen",
                          doc="Base pay of a person a month, paid by the day", zh="月底薪")
    commission: Share = param(0.03, source="domain 4.10", low=0.01, high=0.05, doc="Staff's share of sales", zh="提成比例")
    learning: Days = param(30.0, source="domain 4.10", low=15, high=60, gt=0, unit="days",
                           doc="Time constant of learning the job", zh="学习天数")
    script_floor: Share = param(0.4, source=ASSUMPTION, low=0.2, high=0.6,
                                doc="Skill on the first day of somebody who keeps to scripts throughout",
                                zh="话术起步能力")
    quits: Share = param(0.075, source="domain 4.10", low=0.05, high=0.1, doc="Share of staff who quit in a month",
                         zh="月离职率")
    vacancy: Days = param(14.0, source=ASSUMPTION, low=7, high=45, le=3650, unit="days",
                          doc="Days until a place is filled", zh="招人天数")
    hiring_cost: Fen = param(100_000, source=ASSUMPTION, low=30_000, high=300_000, unit="fen",
                             doc="Cost of finding a person, paid on their first day", zh="招聘费")
    review_days: int = param(7, source="scenario", ge=1, le=3650, doc="Days between reviews of how many are needed",
                             zh="编制复核间隔")
    hire_at_utilisation: Share = param(0.85, source="scenario", doc="Utilisation above which one more is hired",
                                       zh="扩编利用率线")
    hire_at_lost: Share = param(0.1, source="scenario", doc="Share of lost chats above which one more is hired",
                                zh="扩编流失线")

    @field_validator("most")
    @classmethod
    def _at_least_the_first(cls, value: int, info: ValidationInfo) -> int:
        people = info.data.get("people", 0)
        if value < people:
            raise ValueError(Message("direct_sales.most", people=people))
        return value


@kernel()
def skills(hired: Array, left: Array, day: int, learning: float, floor: float, there: Array, out: Array) -> int:
    """Write which places are filled on a day, ascending, and the skill of who fills them, [0, 1]; returns how many they are.

    hired, left: day of hiring and of leaving, -1 while there; there, out: written; all (places,); learning in days.
    """
    n = 0
    for k in range(len(hired)):
        if hired[k] <= day and (left[k] < 0 or day < left[k]):
            there[n], out[n] = k, floor + (1.0 - floor) * (1.0 - exp_(-(day - hired[k]) / learning))
            n += 1
    return n


@dataclass(frozen=True)
class Demand:
    """What a day asked of the staff: chats answered and lost, minutes a chat and a working day, pay in full or not."""

    answered: int
    lost: int
    minutes_a_case: float
    minutes_a_day: float
    is_paid: bool


def first_book(params: StaffParams) -> dict[str, NDArray[np.generic]]:
    """Return the book of day 0."""
    n = params.people
    return {"hired": np.full(n, -round(params.worked), np.int64), "left": np.full(n, -1, np.int64),
            "review": np.zeros(3, np.int64)}


def on_duty(book: Mapping[str, NDArray[np.generic]], day: int, params: StaffParams, scripts: float = 0.0) -> tuple[Ints, float]:
    """Return the numbers of the places that are filled on a day, int64 ascending, and the mean skill there, [0, 1]; 1 where nobody is."""
    hired, left = _columns(book)
    there, skill = np.empty(len(hired), np.int64), np.empty(len(hired))
    n = skills(hired, left, day, params.learning, params.script_floor * scripts, there, skill)
    return there[:n], float(np.add.reduce(skill[:n]) / n) if n else 1.0


def starting(book: Mapping[str, NDArray[np.generic]], day: int) -> int:
    """Return how many begin today who were not there from the start."""
    hired, _ = _columns(book)
    return int(np.count_nonzero(hired == day)) if day > 0 else 0


@functools.lru_cache(maxsize=64)
def quits_a_day(quits: float) -> float:
    """Return the chance to quit on a day where a share `quits` does in a month; power(1 - quits, 1/30) is that to stay."""
    stays: float = power(1.0 - quits, 1.0 / MONTH)
    return 1.0 - stays


def next_book(book: Mapping[str, NDArray[np.generic]], day: int, key: np.uint64, demand: Demand,
              params: StaffParams) -> dict[str, NDArray[np.generic]]:
    """Return tomorrow's book: who quits today is gone tomorrow, and places are filled after the vacancy."""
    hired, left = _columns(book)
    there, _ = on_duty(book, day, params)
    # The number of a place is its name in draws.
    quits = there[uniforms(key, there) < quits_a_day(params.quits)]
    if len(quits):
        left = left.copy()
        left[quits] = day + 1
    review = np.array((demand.answered, demand.lost, len(there)), np.int64) + np.asarray(book["review"], np.int64)
    wanted = len(quits)
    if (day + 1) % params.review_days == 0:
        wanted += _one_more(hired, left, day, review, demand, params)
        review = np.zeros(3, np.int64)
    if not wanted:
        return {"hired": hired, "left": left, "review": review}
    begins = day + 1 + round(params.vacancy)
    return {"hired": np.concatenate([hired, np.full(wanted, begins, np.int64)]),
            "left": np.concatenate([left, np.full(wanted, -1, np.int64)]), "review": review}


def _one_more(hired: Ints, left: Ints, day: int, review: Ints, demand: Demand, params: StaffParams) -> int:
    """Return 1 if one more is to be hired, else 0."""
    kept = int(np.count_nonzero(left < 0))
    is_vacant = bool((hired > day).any()) or bool((left == day + 1).any())
    if kept >= params.most or is_vacant or not demand.is_paid:
        return 0
    answered, lost, staff_days = review.tolist()
    utilisation = answered * demand.minutes_a_case / max(staff_days * demand.minutes_a_day, 1e-9)
    lost_share = lost / max(answered + lost, 1)
    return int(utilisation > params.hire_at_utilisation or lost_share > params.hire_at_lost)


def _columns(book: Mapping[str, NDArray[np.generic]]) -> tuple[Ints, Ints]:
    return np.asarray(book["hired"], np.int64), np.asarray(book["left"], np.int64)
