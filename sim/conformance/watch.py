"""Runs under observation: a strategy is asked twice, and everything it could touch is weighed before and after."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.accounts import Account
from sim.core.draws import Draws
from sim.exchange.actions import Actions, Capacity, Offer, Post, Spend, Tend
from sim.model.mesa_model import SocialCommerceModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.exchange.events import Events
    from sim.exchange.postings import Settlement
    from sim.exchange.view import Strategy, View
    from sim.model.state import Seat
    from sim.records.run_record import RunRecord
    from sim.scenario.spec import ScenarioSpec


class ConformanceError(AssertionError):
    """A law that a strategy breaks."""


def expect(kept: bool, otherwise: str) -> None:
    """Raise `ConformanceError` with the text unless the law is kept."""
    if not kept:
        raise ConformanceError(otherwise)


def finished(spec: ScenarioSpec, *, threads: int = 1, pickle_on: int = -1) -> RunRecord:
    """Run a scenario to its end under audit and return its record.

    Parameters
    ----------
    spec : ScenarioSpec
    threads : int
    pickle_on : int
        Day on which every strategy and its book are pickled and read back; -1: never.
    """
    model = SocialCommerceModel(spec, threads=threads, collect=False, audit=True)
    while model.running:
        if model.steps == pickle_on:
            for seat in model.state.seats:
                seat.strategy, seat.book, seat.tomorrow = pickle.loads(  # noqa: S301
                    pickle.dumps((seat.strategy, seat.book, seat.tomorrow)))
        model.step()
    return model.record({}, pictures=False)


def different(one: RunRecord, other: RunRecord) -> str:
    """Return the names of the tables and columns in which two records differ, joined; empty if none."""
    found = []
    for table in ("daily", "statement", "facts", "people", "agents"):
        mine, theirs = getattr(one, table), getattr(other, table)
        if mine.keys() != theirs.keys():
            found.append(table)
            continue
        found += [f"{table}.{name}" for name, column in mine.items() if not _same(column, theirs[name])]
    return ", ".join(found)


@dataclass(frozen=True)
class Watched:
    """What one decision did.

    Parameters
    ----------
    number : int
        Day.
    during : {'plan', 'settle'}
    touched : tuple of str
        Parts of the run that changed while it was decided.
    foreign : tuple of str
        Ids and accounts named that are not the strategy's own.
    changed_mind : bool
        Whether a second answer on the same day differed.
    """

    number: int
    during: str
    touched: tuple[str, ...]
    foreign: tuple[str, ...]
    changed_mind: bool


def watched(spec: ScenarioSpec, name: str) -> Iterator[Watched]:
    """Run a scenario and yield what each decision of the strategy `name` did."""
    model = SocialCommerceModel(spec, collect=False, audit=True)
    seat = next((s for s in model.state.seats if s.name == name), None)
    if seat is None:
        raise ConformanceError(f"no strategy of the scenario has the id {name!r}")
    observer = _Observer(model, seat)
    seat.strategy = observer
    while model.running:
        model.step()
        yield from observer.seen
        observer.seen.clear()


class _Observer:
    """Stands in a strategy's seat, asks it twice, and weighs the run before and after."""

    def __init__(self, model: SocialCommerceModel, seat: Seat) -> None:
        self._model, self._seat = model, seat
        self._strategy: Strategy = seat.strategy
        self.seen: list[Watched] = []

    @property
    def id(self) -> str:
        return self._strategy.id

    @property
    def kind(self) -> str:
        return self._strategy.kind

    @property
    def brand(self) -> int:
        return self._strategy.brand

    def open(self, view: View) -> Any:
        return self._strategy.open(view)

    def plan(self, view: View) -> Actions:
        actions: Actions = self._ask("plan", lambda: self._strategy.plan(view), self._foreign_actions)
        return actions

    def settle(self, events: Events, view: View) -> Settlement:
        def foreign(settlement: Settlement) -> list[str]:
            rows = settlement.postings
            by_brand = rows.payer_owner[rows.payer_account == int(Account.BRAND)]
            payers = [f"money of brand {b}" for b in np.unique(by_brand[by_brand != self.brand]).tolist()]
            return payers + self._foreign_actions(settlement.tomorrow)

        settlement: Settlement = self._ask("settle", lambda: self._strategy.settle(events, view), foreign)
        return settlement

    def _ask(self, during: str, decide: Callable[[], Any], foreign: Callable[[Any], list[str]]) -> Any:
        before = _weights(self._model)
        answer = decide()
        again = decide()
        after = _weights(self._model)
        touched = tuple(sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k)))
        self.seen.append(Watched(self._model.state.day, during, touched, tuple(foreign(answer)),
                                 not _same(answer, again)))
        return answer

    def _foreign_actions(self, actions: Actions) -> list[str]:
        """Return what actions name that belongs to others: offers, channels tended or posted in, queues, cash."""
        seat = self._seat
        own = {"offer": seat.offers, "channel": seat.channels, "queue": seat.queues}
        found = [f"offer {o.offer}" for o in actions.offers if o.offer not in seat.offers]
        for table in actions.tables:
            columns = {Post: ("offer", "channel"), Tend: ("channel",), Capacity: ("queue",)}.get(type(table), ())
            for column in columns:
                ids = np.unique(getattr(table, column))
                found += [f"{type(table).__name__} {column} {i}" for i in ids[~np.isin(ids, own[column])].tolist()]
            if isinstance(table, Spend):
                found += [f"Spend of brand {b}" for b in np.unique(table.brand[table.brand != self.brand]).tolist()]
        return found


def _weights(model: SocialCommerceModel) -> dict[str, bytes]:
    """Return a digest of every array and number of the world, the books of all seats and the balances."""
    state = model.state
    state.ledger.cash_fen()  # bookings wait until somebody asks for a balance; to ask changes nothing that counts
    held: dict[str, Any] = {"world": state.world, "ledger": state.ledger, "events": state.yesterday, "today": state.today}
    held |= {f"book of {seat.name}": seat.book for seat in state.seats}
    out: dict[str, bytes] = {}
    for name, thing in held.items():
        _weigh(name, thing, out, set())
    return out


def _weigh(path: str, thing: Any, out: dict[str, bytes], above: set[int]) -> None:
    """Digest what hangs below one object, arrays by their bytes and plain values by their text."""
    if isinstance(thing, np.ndarray):
        out[path] = hashlib.blake2b(np.ascontiguousarray(thing).tobytes(), digest_size=16).digest()
    elif isinstance(thing, (int, float, str, bool, np.generic)) or thing is None:
        out[path] = repr(thing).encode()
    elif id(thing) not in above:
        below = above | {id(thing)}
        for name, part in _parts(thing):
            _weigh(f"{path}.{name}", part, out, below)


def _parts(thing: Any) -> list[tuple[str, Any]]:
    if isinstance(thing, Mapping):
        return [(str(k), v) for k, v in thing.items()]
    if isinstance(thing, (list, tuple)):
        return [(str(k), v) for k, v in enumerate(thing)]
    if isinstance(thing, Draws):  # keys asked for are kept, which changes no draw
        return [("seed", thing.seed)]
    return list(vars(thing).items()) if hasattr(thing, "__dict__") and not callable(thing) else []


def _same(one: Any, other: Any) -> bool:
    """Return whether two answers are equal, arrays and all."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        a, b = np.asarray(one), np.asarray(other)
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (one != one and other != other)  # noqa: PLR0124
    if isinstance(one, Offer) or not dataclasses.is_dataclass(one):
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            return one.keys() == other.keys() and all(_same(v, other[k]) for k, v in one.items())
        if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
            return len(one) == len(other) and all(map(_same, one, other))
        return bool(one == other)
    return type(one) is type(other) and all(
        _same(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
