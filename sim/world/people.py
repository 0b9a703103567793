"""People: one row a person, columns as arrays (struct of arrays).

Columns that decay are stored as value and last day, so that nobody is visited only to be decayed.
Interest is a trait by category, kept for the categories of the products alone: `interest_in` gives any other.
Days are int16 (-1: never); horizons are limited to 30,000 days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.categories import CATEGORIES
from sim.core.draws import Draws, normal, pair, uniform
from sim.core.kernel import Array, Number, kernel
from sim.core.maths import exp_, log_
from sim.core.params import ASSUMPTION, Params, Share, param

NEVER = -1
_TASTE, _INTEREST, _ATTENTION, _PRICE, _WEALTH = 1, 2, 32, 33, 34


class PopulationParams(Params):
    """Who the people are before anybody sells them anything."""

    attention_low: float = param(20.0, source="domain 4.2", low=10, high=40, ge=0, le=1e6, unit="items a day",
                                 doc="Least attention of a person", zh="最低注意力")
    attention_high: float = param(60.0, source="domain 4.2", low=40, high=100, ge=0, le=1e6, unit="items a day",
                                  doc="Greatest attention of a person", zh="最高注意力")
    price_spread: float = param(0.3, source="domain 4.3", low=0.0, high=0.6, ge=0, le=3,
                                doc="Log-normal spread of price sensitivity", zh="价格敏感度离散")
    wealth_median: float = param(20_000.0, source=ASSUMPTION, low=5_000, high=100_000, ge=0, le=1e12, unit="CNY",
                                 doc="Median free savings of a person", zh="可支配积蓄中位数")
    wealth_spread: float = param(0.8, source=ASSUMPTION, low=0.4, high=1.2, ge=0, le=3,
                                 doc="Log-normal spread of savings", zh="积蓄离散")
    brand_trust: Share = param(0.2, source="market 1.2", low=0.05, high=0.5,
                               doc="Trust in a brand before any experience", zh="初始品牌信任")
    prior_quality: Share = param(0.5, source="market 7", low=0.3, high=0.7,
                                 doc="Belief about quality before any signal", zh="先验品质")


@dataclass
class People:
    """State of N people towards P products of B brands; see the module for conventions.

    `uid` names a person for every draw, so that results do not depend on row numbers.
    """

    uid: NDArray[np.uint32]
    taste: NDArray[np.uint8]
    interest: NDArray[np.float32]
    attention: NDArray[np.float32]
    price_factor: NDArray[np.float32]
    wealth: NDArray[np.float32]
    role: NDArray[np.uint8]
    fatigue: NDArray[np.float32]
    fatigue_day: NDArray[np.int16]
    brand_trust: NDArray[np.float32]
    belief: NDArray[np.float32]
    claim_precision: NDArray[np.float32]
    talk_precision: NDArray[np.float32]
    own_precision: NDArray[np.float32]
    buzz: NDArray[np.float32]
    buzz_day: NDArray[np.int16]
    peers: NDArray[np.uint16]
    satisfaction: NDArray[np.float32]
    orders: NDArray[np.uint16]
    spent_fen: NDArray[np.int64]
    first_day: NDArray[np.int16]
    second_day: NDArray[np.int16]
    last_day: NDArray[np.int16]
    first_path: NDArray[np.int8]
    open_until: NDArray[np.int16]
    in_use_until: NDArray[np.int16]
    talk_until: NDArray[np.int16]
    memory_offer: NDArray[np.int16]
    memory_day: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.uid)


@kernel()
def interest_in(uid: int, category: int, taste: int, key: int) -> Number:
    """Return somebody's interest in a category, [0, 1]: great in their main one, small in every other."""
    x = uniform(key, pair(np.int64(uid), _INTEREST + category))
    return 0.5 + 0.5 * x if category == taste else 0.25 * x


@kernel()
def _draw_people(uid: Array, key: int, k: int, category: Array, taste: Array, interest: Array, low: float, high: float,
                 spread: float, wealth_ln: float, wealth_spread: float, attention: Array, price: Array,
                 wealth: Array) -> None:
    """Fill traits from the world seed; index = (uid, trait). category : (P,), each one of k."""
    n, products = interest.shape
    for i in range(n):
        u = np.int64(uid[i])
        mine = np.int64(uniform(key, pair(u, _TASTE)) * k)
        taste[i] = mine
        for p in range(products):
            interest[i, p] = interest_in(u, category[p], mine, key)
        attention[i] = low + (high - low) * uniform(key, pair(u, _ATTENTION))
        price[i] = exp_(spread * normal(key, pair(u, _PRICE)) - 0.5 * spread * spread)
        wealth[i] = exp_(wealth_ln + wealth_spread * normal(key, pair(u, _WEALTH)))


@kernel()
def _draw_taste(uid: Array, key: int, k: int, taste: Array) -> None:
    for i in range(len(uid)):
        taste[i] = np.int64(uniform(key, pair(np.int64(uid[i]), _TASTE)) * k)


def draw_taste(draws: Draws, uid: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return people's main interests alone, uint8 (N,): what a network needs before there are people."""
    taste = np.zeros(len(uid), np.uint8)
    _draw_taste(uid, draws.key("traits"), len(CATEGORIES), taste)
    return taste


def build_people(params: PopulationParams, draws: Draws, uid: NDArray[np.uint32], n_brands: int,
                 category: NDArray[np.int64]) -> People:
    """Draw people's traits from the world seed; nobody knows any product yet.

    Parameters
    ----------
    uid : uint32 (N,)
        Names of the people; traits depend on nothing else but the world seed.
    category : int64 (P,)
        Category of each product.
    """
    n, n_products = len(uid), len(category)
    taste = np.zeros(n, np.uint8)
    interest = np.zeros((n, n_products), np.float32)
    attention, price, wealth = (np.zeros(n, np.float32) for _ in range(3))
    _draw_people(uid, draws.key("traits"), len(CATEGORIES), category, taste, interest, params.attention_low,
                 params.attention_high, params.price_spread, log_(max(params.wealth_median, 1e-9)), params.wealth_spread,
                 attention, price, wealth)

    def zeros(kind: type[np.generic]) -> NDArray[Any]:
        return np.zeros((n, n_products), kind)

    def never() -> NDArray[np.int16]:
        return np.full((n, n_products), NEVER, np.int16)

    return People(
        uid=uid, taste=taste, interest=interest, attention=attention, price_factor=price, wealth=wealth,
        role=np.zeros(n, np.uint8), fatigue=np.zeros(n, np.float32), fatigue_day=np.zeros(n, np.int16),
        brand_trust=np.full((n, n_brands), params.brand_trust, np.float32),
        belief=np.full((n, n_products), params.prior_quality, np.float32),
        claim_precision=zeros(np.float32), talk_precision=zeros(np.float32), own_precision=zeros(np.float32),
        buzz=zeros(np.float32), buzz_day=zeros(np.int16), peers=zeros(np.uint16), satisfaction=zeros(np.float32),
        orders=zeros(np.uint16), spent_fen=zeros(np.int64), first_day=never(), second_day=never(),
        last_day=never(), first_path=np.full((n, n_products), NEVER, np.int8), open_until=never(),
        in_use_until=never(), talk_until=never(), memory_offer=never(), memory_day=never(),
    )
