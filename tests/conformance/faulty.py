"""Strategies that each break one law of the kit."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, ClassVar

from sim.core.params import param
from sim.exchange.actions import Actions, Impress, Offer, Tend, rows
from tests.conformance.strategies import Scripted

if TYPE_CHECKING:
    from sim.exchange.view import View


def _impress(view: View, count: int) -> Actions:
    product = view.product(0)
    offer = Offer(offer=int(view.offers[0]), product=product.index, price_fen=product.price_fen,
                  list_price_fen=product.price_fen, claim=product.claim)
    return Actions(offers=(offer,), tables=(rows(Impress, offer=view.offers, count=count, targeting=0, spend=-1),))


class Forgetful(Scripted):
    """Keeps a memory outside its book."""

    id: str = "forgetful"
    asked: ClassVar[list[int]] = []

    def plan(self, view: View) -> Actions:
        self.asked.append(view.day)
        return _impress(view, len(self.asked))


class Gambler(Scripted):
    """Throws dice of its own."""

    id: str = "gambler"

    def plan(self, view: View) -> Actions:
        return _impress(view, random.randrange(1000, 100_000))  # noqa: S311 (the fault shown)


class Meddler(Scripted):
    """Tends the first group of the world, whoever keeps it."""

    id: str = "meddler"

    def plan(self, view: View) -> Actions:
        care = rows(Tend, channel=0, host_hours=1, packet_fen=0, packets=0, rules=1, fit=1, prune_idle_days=0,
                    fake_accounts=0, fee_fen=0, screen=0, spend=-1)
        return Actions(tables=(care,))


class Scribbler(Scripted):
    """Writes into the world through an array that should have been closed to it."""

    id: str = "scribbler"

    def plan(self, view: View) -> Actions:
        state: Any = view._state
        state.world.people.fatigue[0] += 1.0
        return Actions()


class Undocumented(Scripted):
    """Has a lever that says nothing about itself."""

    id: str = "undocumented"
    lever: float = param(1.0, source="", doc="", zh="")


FAULTS: dict[str, Any] = {"forgetful": Forgetful, "gambler": Gambler, "meddler": Meddler, "scribbler": Scribbler,
                          "undocumented": Undocumented}
