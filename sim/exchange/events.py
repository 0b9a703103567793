"""What happened in a day, as tables; strategies read them in `settle`, records keep counts.

All arrays of one table have equal length. `path_kind` says through which door an order came and
`path_row` which one exactly: a row of the ties, of the audiences, or -1.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.exchange.actions import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class PathKind(IntEnum):
    """Doors through which a person meets an offer."""

    IMPRESSION = 0
    FEED = 1
    GROUP = 2
    LIVE = 3
    CHAT = 4
    TIE = 5
    MEMORY = 6


class Reason(IntEnum):
    """Why an order was not filled, an invitation refused, or a membership ended."""

    STOCK = 0
    QUEUE = 1
    POOL = 2
    BAN = 3
    DECLINED = 4
    CONTEST = 5
    FULL = 6
    MEMBER = 7
    MUTED = 8
    UNHAPPY = 9
    PRUNED = 10
    LOSSES = 11
    RELEASED = 12
    CASH = 13
    SPONSORED = 14
    SCREENED = 15


class EnforcementKind(IntEnum):
    """What a platform does to an account."""

    BAN = 1
    PERMANENT = 2


_EMPTY: dict[type[Any], Any] = {}


@dataclass(frozen=True)
class EventTable:
    """Base: a table of equal columns; `empty()` gives the one without rows (shared, it holds nothing)."""

    _first = ""

    def __init_subclass__(cls) -> None:
        cls._first = next(iter(inspect.get_annotations(cls)), cls._first)

    @classmethod
    def empty(cls) -> Self:
        """Return the table without rows."""
        table: Self | None = _EMPTY.get(cls)
        if table is None:
            table = _EMPTY[cls] = cls(**{name: np.empty(0, dtype=kind) for name, kind in columns_of(cls).items()})
        return table

    @classmethod
    def stacked(cls, parts: Iterable[Self]) -> Self:
        """Return tables behind one another; where all but one are empty, that one."""
        first = cls._first
        filled = [part for part in parts if len(part.__dict__[first])]
        if len(filled) < 2:
            return filled[0] if filled else cls.empty()
        return cls(*map(np.concatenate, zip(*[part.__dict__.values() for part in filled], strict=True)))

    def __len__(self) -> int:
        return len(self.__dict__[self._first])


@tabular
class Exposed(EventTable):
    """Per offer and path kind: messages seen, messages considered; the day's mean chance to buy of whoever was asked."""

    offer: Ints
    path_kind: Ints
    seen: Ints
    considered: Ints
    mean_p: Floats


@tabular
class Ordered(EventTable):
    """Orders placed and filled today (unfilled ones are in `Unfilled`)."""

    order: Ints
    person: Ints
    offer: Ints
    product: Ints
    quantity: Ints
    path_kind: Ints
    path_row: Ints
    seller: Ints
    price_fen: Ints
    expectation: Floats
    pool: Ints
    first: Ints


@tabular
class Unfilled(EventTable):
    """Orders that could not be filled; those of a group deal that failed on the day it closed, after being `Ordered`."""

    person: Ints
    offer: Ints
    reason: Ints


@tabular
class Chatted(EventTable):
    """Chats of today, whether or not they ended in an order; a person chats once a queue, about `offer`.

    arrival_minute: of the day; wait_minutes: until the answer, or until the person gave up.
    """

    person: Ints
    offer: Ints
    queue: Ints
    arrival_minute: Floats
    wait_minutes: Floats
    answered: Ints


@tabular
class Delivered(EventTable):
    """Experience of today's deliveries; refund_fen > 0 and resaleable for goods sent back."""

    order: Ints
    person: Ints
    product: Ints
    satisfaction: Floats
    returned: Ints
    refund_fen: Ints
    resaleable: Ints


@tabular
class Talked(EventTable):
    """People who talked about a product today: polarity +1 or -1, ties told, channel or -1."""

    person: Ints
    product: Ints
    polarity: Ints
    told: Ints
    channel: Ints


@tabular
class Joined(EventTable):
    """People who joined a channel, or became resellers (tier >= 0)."""

    person: Ints
    channel: Ints
    tier: Ints
    brand: Ints
    sponsor: Ints
    path_row: Ints
    reward_sponsor_fen: Ints
    reward_invitee_fen: Ints
    buy_in_fen: Ints


@tabular
class Refused(EventTable):
    """Invitations that failed, with the reason."""

    person: Ints
    sponsor: Ints
    channel: Ints
    tier: Ints
    reason: Ints


@tabular
class Left(EventTable):
    """People who left a channel (or the reseller role, channel -1)."""

    person: Ints
    channel: Ints
    reason: Ints


@tabular
class StockMoved(EventTable):
    """Goods moved between resellers (rows; -1: the brand); first = 1 for a buyer's first order."""

    buyer: Ints
    supplier: Ints
    product: Ints
    quantity: Ints
    unit_fen: Ints
    first: Ints


@tabular
class PoolClosed(EventTable):
    """Group deals that closed today."""

    pool: Ints
    offer: Ints
    success: Ints
    filled: Ints


@tabular
class Settled(EventTable):
    """What was paid of what was asked, and to whom, per spending row."""

    brand: Ints
    purpose: Ints
    asked_fen: Ints
    paid_fen: Ints
    payee_account: Ints
    payee_owner: Ints


@tabular
class Enforced(EventTable):
    """Platform measures: account, kind (`EnforcementKind`), until day (exclusive)."""

    account: Ints
    kind: Ints
    until_day: Ints


@tabular
class Unmasked(EventTable):
    """Groups whose fake accounts were found out today, and how many there were."""

    channel: Ints
    fakes: Ints


@dataclass
class Events:
    """Everything that happened on one day; filled in the day's order, read-only afterwards."""

    exposed: Exposed = field(default_factory=Exposed.empty)
    ordered: Ordered = field(default_factory=Ordered.empty)
    unfilled: Unfilled = field(default_factory=Unfilled.empty)
    chatted: Chatted = field(default_factory=Chatted.empty)
    delivered: Delivered = field(default_factory=Delivered.empty)
    talked: Talked = field(default_factory=Talked.empty)
    joined: Joined = field(default_factory=Joined.empty)
    refused: Refused = field(default_factory=Refused.empty)
    left: Left = field(default_factory=Left.empty)
    stock_moved: StockMoved = field(default_factory=StockMoved.empty)
    pool_closed: PoolClosed = field(default_factory=PoolClosed.empty)
    settled: Settled = field(default_factory=Settled.empty)
    enforced: Enforced = field(default_factory=Enforced.empty)
    unmasked: Unmasked = field(default_factory=Unmasked.empty)

    @staticmethod
    def none() -> Events:
        """Return a day on which nothing has happened so far."""
        day = Events.__new__(Events)
        day.__dict__.update(_NOTHING.__dict__)
        return day


_NOTHING = Events()
