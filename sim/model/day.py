"""What one day held: its events and a handful of counts, for the record."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.exchange.actions import Invite
from sim.exchange.events import Events, Ordered
from sim.mechanisms.attention import Noticed, nothing_noticed


@dataclass
class Day:
    """Events of a day and counts that no event table holds; `sold` are the orders filled today, open deals not
    among them, row by row as `events.delivered` has them.

    `written_off` are units thrown away in the channel, int64 (P,); `invite` is who was asked to bring whom.
    """

    number: int
    told: Noticed = field(default_factory=nothing_noticed)
    events: Events = field(default_factory=Events.none)
    sold: Ordered = field(default_factory=Ordered.empty)
    invite: Invite | None = None
    impressions: int = 0
    noticed: int = 0
    reach: int = 0
    considered: int = 0
    mutes: int = 0
    exits: int = 0
    staff: int = 0
    written_off: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
