"""The same run among renumbered people: every place that names a person is renamed before the first day."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.exchange.actions import Actions, Enrol, Invite, PeerPost, Release
from sim.model.recorder import Recorder
from sim.world.agenda import build_agenda
from sim.world.state import Clock
from tests.reference.bazaar import BazaarParams

if TYPE_CHECKING:
    from sim.exchange.events import Events
    from sim.exchange.postings import Settlement
    from sim.exchange.view import Strategy, View
    from sim.model.state import RunState

Ints = NDArray[np.int64]
NAMES_PEOPLE = {PeerPost: ("person",), Invite: ("sponsor", "invitee"), Enrol: ("person",), Release: ("person",)}


def renumber(state: RunState, order: Ints) -> None:
    """Give people new numbers before the first day; `order[k]` is the old number of the person who becomes k."""
    world = state.world
    new = new_numbers(order)
    for column in fields(world.people):
        setattr(world.people, column.name, getattr(world.people, column.name)[order])
    world.ties = world.ties.renumbered(order)
    world.circle = world.circle[order]
    world.row_of_uid[world.people.uid] = np.arange(len(order))
    world.audiences.person = new[world.audiences.person].astype(np.int32)
    world.audiences.home = world.audiences.home[order]
    world.resellers.row_of = world.resellers.row_of[order]
    world.agendas = [build_agenda(agenda.day[order], world.days) for agenda in world.agendas]
    world.clocks = [Clock(c.rate[order], c.logit[order], c.next_time[order]) for c in world.clocks]
    state.recorder = Recorder(state.spec.days, world, state.ledger, state.recorder.queues)
    for seat in state.seats:
        if isinstance(seat.strategy, BazaarParams):  # it alone picks people by their numbers
            seat.strategy = Translated(seat.strategy, order)  # type: ignore[assignment]


def new_numbers(order: Ints) -> Ints:
    """Return the new number of each old one."""
    new = np.empty(len(order), np.int64)
    new[order] = np.arange(len(order))
    return new


class Translated:
    """A strategy that goes on using the old numbers of people."""

    def __init__(self, strategy: Strategy, order: Ints) -> None:
        self._strategy, self._order, self._new = strategy, order, new_numbers(order)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._strategy, name)

    def plan(self, view: View) -> Actions:
        return self._renamed(self._strategy.plan(OldNumbers(view, self._order)))

    def settle(self, events: Events, view: View) -> Settlement:
        settled = self._strategy.settle(in_old_numbers(events, self._order), OldNumbers(view, self._order))
        return replace(settled, tomorrow=self._renamed(settled.tomorrow))

    def _renamed(self, actions: Actions) -> Actions:
        tables = []
        for table in actions.tables:
            columns = {name: getattr(table, name) for name in NAMES_PEOPLE.get(type(table), ())}
            tables.append(replace(table, **{name: np.where(column >= 0, self._new[column], -1)
                                            for name, column in columns.items()}))
        return Actions(actions.offers, tuple(tables))


class OldNumbers:
    """A view in which people have their old numbers."""

    def __init__(self, view: View, order: Ints) -> None:
        self._view, self._order = view, order

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    @property
    def events(self) -> Events:
        return in_old_numbers(self._view.events, self._order)

    @property
    def resellers(self) -> Any:
        return _OldResellers(self._view.resellers, self._order)

    def people(self, rows: Ints) -> Ints:
        return self._order[self._view.people(rows)]


class _OldResellers:
    def __init__(self, table: Any, order: Ints) -> None:
        self._table, self._order = table, order

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    @property
    def person(self) -> Ints:
        return self._order[self._table.person]


def in_old_numbers(events: Events, order: Ints) -> Events:
    """Return events whose people have their old numbers, in the order in which the old run lists them."""
    return replace(events, delivered=_in_old_order(events.delivered, order),
                   ordered=_in_old_order(events.ordered, order))


def _in_old_order(table: Any, order: Ints) -> Any:
    """Rename people and sort by person and product; a second delivery of one product comes after all firsts."""
    person = order[table.person].tolist()
    seen: dict[tuple[int, int], int] = {}
    keys = []
    for k, at in enumerate(zip(person, table.product.tolist(), strict=True)):
        seen[at] = seen.get(at, 0) + 1
        keys.append((seen[at], *at, k))
    turn = np.array([k for *_, k in sorted(keys)], np.int64)
    columns = {f.name: getattr(table, f.name)[turn] for f in fields(table)}
    return replace(table, **(columns | {"person": order[table.person][turn]}))
