"""The simulator and the oracle, day by day on the same world, and what differs between them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.ledger.goods import Place
from sim.model.schedule import step
from sim.model.state import start
from tests.reference.copying import columns_of_state, columns_of_village, village_of
from tests.reference.day import live_a_day

if TYPE_CHECKING:
    from sim.exchange.actions import Actions
    from sim.exchange.events import Events
    from sim.exchange.postings import Settlement
    from sim.exchange.view import Strategy, View
    from sim.model.state import RunState
    from sim.scenario.spec import ScenarioSpec
    from tests.reference.diary import Diary
    from tests.reference.village import Village

EVENTS: dict[str, tuple[str, ...]] = {
    "ordered": ("order", "person", "offer", "product", "path_kind", "path_row", "seller", "price_fen", "expectation",
                "pool", "first"),
    "chatted": ("person", "offer", "queue", "arrival_minute", "wait_minutes", "answered"),
    "unfilled": ("person", "offer", "reason"),
    "delivered": ("order", "person", "product", "satisfaction", "returned", "refund_fen", "resaleable"),
    "talked": ("person", "product", "polarity", "told"),
    "joined": ("person", "channel", "tier", "brand", "sponsor", "path_row", "reward_sponsor_fen", "reward_invitee_fen",
               "buy_in_fen"),
    "refused": ("person", "sponsor", "channel", "tier", "reason"),
    "left": ("person", "channel", "reason"),
    "stock_moved": ("buyer", "supplier", "product", "quantity", "unit_fen", "first"),
    "pool_closed": ("pool", "offer", "success", "filled"),
    "enforced": ("account", "kind", "until_day"),
    "unmasked": ("channel", "fakes"),
}
"""Columns of the event tables that the diary of a village also holds."""


class Witness:
    """A strategy that remembers what it last planned and settled, so that the oracle can be given the same."""

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy
        self.planned: Actions | None = None
        self.settled: Settlement | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._strategy, name)

    def plan(self, view: View) -> Actions:
        self.planned = self._strategy.plan(view)
        return self.planned

    def settle(self, events: Events, view: View) -> Settlement:
        self.settled = self._strategy.settle(events, view)
        return self.settled


@dataclass
class Comparison:
    """What a comparison found: both worlds, the first differences, and how often each kind of event happened."""

    village: Village
    state: RunState
    differences: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def compare(spec: ScenarioSpec, days: int, replication: int = 0) -> Comparison:
    """Step the simulator and the oracle side by side; stops on the first day that differs."""
    state = start(spec, replication)
    for seat in state.seats:
        seat.strategy = Witness(seat.strategy)  # type: ignore[assignment]
    found = Comparison(village_of(state), state)
    tomorrow = {seat.name: seat.tomorrow for seat in state.seats}
    for _ in range(days):
        step(state)
        witnesses = {seat.name: seat.strategy for seat in state.seats}
        proposals = {name: w.planned for name, w in witnesses.items()}
        proposals |= {f"{name} (from yesterday)": actions for name, actions in tomorrow.items()
                      if actions.tables or actions.offers}
        diary = live_a_day(found.village, proposals, [w.settled.postings for w in witnesses.values()])
        tomorrow = {name: w.settled.tomorrow for name, w in witnesses.items()}
        _count(found.counts, diary)
        found.counts["friends muted"] = sum(tie.muted for tie in found.village.ties.values())
        found.counts["thrown away"] = int(state.ledger.goods.at(Place.SCRAPPED).sum())
        people = [reseller.person for reseller in found.village.resellers]
        found.counts["taken at home"] += sum(row[6] >= 0 and people[row[6]] == row[1] for row in diary.ordered)
        found.differences = [*_differing_columns(state, found.village), *_differing_events(state.yesterday, diary)]
        if found.differences:
            break
    return found


def _differing_columns(state: RunState, village: Village) -> list[str]:
    """Compare every column byte by byte, and say where a few first differences are."""
    real = columns_of_state(state)
    told = columns_of_village(village, real)
    texts = []
    for name, column in real.items():
        if column.tobytes() != told[name].tobytes():
            places = np.argwhere(column != told[name])[:3].tolist()
            pairs = [f"{place}: {column[tuple(place)]} told {told[name][tuple(place)]}" for place in places]
            texts.append(f"day {village.day - 1}: {name} {'; '.join(pairs)}")
    return texts


def _differing_events(events: Events, diary: Diary) -> list[str]:
    """Compare the events of the day row by row, floats exactly."""
    texts = []
    for table, names in EVENTS.items():
        real = list(zip(*[getattr(getattr(events, table), name).tolist() for name in names], strict=True))
        told = getattr(diary, table)
        if real != told:
            extra = [row for row in real if row not in told][:3], [row for row in told if row not in real][:3]
            texts.append(f"{table}: {len(real)} rows, told {len(told)}; only real {extra[0]}, only told {extra[1]}")
    return texts


def _count(counts: Counter[str], diary: Diary) -> None:
    for table in EVENTS:
        counts[table] += len(getattr(diary, table))
    for table, column in (("unfilled", 2), ("refused", 4), ("chatted", 5), ("left", 2), ("pool_closed", 2), ("ordered", 4)):
        for row in getattr(diary, table):
            counts[f"{table} {row[column]}"] += 1
    for row in diary.ordered:
        counts["ordered from a reseller"] += row[6] >= 0
    for row in diary.stock_moved:
        counts["bought back"] += row[0] < 0
    for row in diary.joined:
        counts["joined as reseller by a sponsor"] += row[2] >= 0 and row[3] >= 0
    for row in diary.delivered:
        counts["returned"] += row[4]
        counts["resaleable"] += row[6]
    for row in diary.talked:
        counts["complaints"] += row[2] < 0
