"""What one day held: its events and a handful of counts, for the record."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.exchange.events import Events


@dataclass
class Day:
    """Events of a day and counts that no event table holds."""

    number: int
    events: Events = field(default_factory=Events)
    impressions: int = 0
    noticed: int = 0
    reach: int = 0
    considered: int = 0
    units: int = 0
    mutes: int = 0
    exits: int = 0
