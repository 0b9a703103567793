"""The world of one run: everything that changes while people trade, and the day's scratch space."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import Draws
from sim.core.maths import exp_
from sim.world.agenda import Agenda
from sim.world.audiences import Accounts, Audiences, Channels
from sim.world.brands import Products
from sim.world.calendar import Calendar
from sim.world.lasting import LastingPosts
from sim.world.offers import Offers
from sim.world.people import People
from sim.world.resellers import Resellers
from sim.world.ties import Ties


@dataclass
class Scratch:
    """Working space of a day; every user leaves it as it was found: zeros, -1 in `product_of`.

    best, sums : (N * P,) of choice; score, winner, product_of : (N,) of the race;
    load : int64 (N,) fixed-point items; mark : uint8 (N,); people_list, winner : int32 (N,), left as they are;
    precision, message : int64 (N * P,) of belief, per class of source.

    Several names share one memory, so that a person costs 23 bytes here, and no two
    of one line may be in use together: sums, load, precision; best, score, message; people_list, winner.
    """

    best: NDArray[np.float64]
    sums: NDArray[np.int64]
    score: NDArray[np.float64]
    winner: NDArray[np.int32]
    product_of: NDArray[np.int16]
    load: NDArray[np.int64]
    mark: NDArray[np.uint8]
    people_list: NDArray[np.int32]
    precision: NDArray[np.int64]
    message: NDArray[np.int64]


def build_scratch(n: int, n_products: int) -> Scratch:
    """Allocate the working space of N people and P products."""
    sums, message, listed = np.zeros(n * n_products, np.int64), np.zeros(n * n_products, np.int64), np.zeros(n, np.int32)
    best = message.view(np.float64)  # a zero has the same bits in both
    return Scratch(best=best, sums=sums, score=best[:n], winner=listed, product_of=np.full(n, -1, np.int16),
                   load=sums[:n], mark=np.zeros(n, np.uint8), people_list=listed, precision=sums, message=message)


@dataclass(frozen=True)
class Keep:
    """Share left after 0, 1, 2 ... days of each decaying column; the last entry stands for "long ago"."""

    fatigue: NDArray[np.float64]
    buzz: NDArray[np.float64]
    memory: NDArray[np.float64]


def decay_table(tau_days: float) -> NDArray[np.float64]:
    """Return exp(-k / tau) for k = 0 .. 20 tau, float64 (2 + 20 tau,), ending in 0; tau 0: everything is forgotten overnight."""
    if tau_days <= 0:
        return np.array([1.0, 0.0])
    length = int(20 * tau_days) + 2
    table = np.array([exp_(-k / tau_days) for k in range(length)])
    table[-1] = 0.0
    return table


@dataclass
class Clock:
    """BG/NBD mode, one product: rate a day, dropout logit (N,), exact time of the next purchase (N,)."""

    rate: NDArray[np.float32]
    logit: NDArray[np.float32]
    next_time: NDArray[np.float64]


@dataclass
class Talkers:
    """People with something to tell, one ascending list a product."""

    active: list[NDArray[np.int32]]
    fresh: list[NDArray[np.int32]]


@dataclass
class Pools:
    """Group deals: one entry a deal; `waiting` holds the tables of orders of each deal not yet closed."""

    offer: list[int] = field(default_factory=list)
    seats: list[int] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    deadline: list[int] = field(default_factory=list)
    waiting: dict[int, list[Any]] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)


@dataclass
class World:
    """State of one run. Only mechanisms, ledger and model write here, each its own columns."""

    people: People
    ties: Ties
    circle: NDArray[np.int32]
    audiences: Audiences
    channels: Channels
    accounts: Accounts
    resellers: Resellers
    products: Products
    offers: Offers
    agendas: list[Agenda]
    calendar: Calendar
    draws: Draws
    world_draws: Draws
    scratch: Scratch
    keep: Keep
    talkers: Talkers
    days: int
    row_of_uid: NDArray[np.int32]
    queue_names: list[str] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    brand_stock: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    spare: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    memory_seller: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), np.int32))
    pools: Pools = field(default_factory=Pools)
    lasting: LastingPosts = field(default_factory=LastingPosts)
    next_order: int = 0

    @property
    def n_people(self) -> int:
        """Number of people."""
        return len(self.people)
