"""Strategies made for tests, beside those of `sim.verification.scripted`, which stand here by name as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.exchange.actions import Actions, Enrol, Invite, Offer, Opening, PeerPost, Table, rows
from sim.verification.scripted import (
    EVER,
    Chats,
    Deals,
    Feed,
    Feeds,
    Forest,
    Hosted,
    Impressions,
    Leads,
    Planter,
    Scripted,
    Terms,
    contacts,
)

if TYPE_CHECKING:
    from sim.exchange.view import View

__all__ = [
    "EVER", "Chats", "Deals", "Feed", "Feeds", "Forest", "Hosted", "Impressions", "Inviters", "Leads", "Planter",
    "Scripted", "Sharers", "Terms", "contacts",
]


class Sharers(Scripted):
    """People who post the offer along their own ties every day."""

    id: str = "sharers"
    people: tuple[int, ...] = (0,)
    items: float = 1.0
    layers: int = 0b1111

    def plan(self, view: View) -> Actions:
        """Post for each of the people."""
        product = view.product(0)
        offer = Offer(offer=int(view.offers[0]), product=product.index, price_fen=product.price_fen,
                      list_price_fen=product.price_fen, claim=product.claim)
        shared = rows(PeerPost, person=self.people, offer=view.offers[0], items=self.items, layers=self.layers)
        return Actions(offers=(offer,), tables=(shared,))


class Inviters(Scripted):
    """One row of `Invite` a sponsor and day, the same every day, into an owned group or into the reseller role."""

    id: str = "inviters"
    sponsors: tuple[int, ...] = (-1,)
    invitees: tuple[int, ...] = (-1,)
    role: bool = False
    room: int = 100_000
    reward_sponsor_fen: int = 0
    reward_invitee_fen: int = 0
    buy_in_fen: int = 0
    income_fen: int = 0
    founders: tuple[int, ...] = ()
    first_day: int = 0

    def open(self, view: View) -> Opening:
        """Open one group, empty."""
        del view
        return Opening(n_offers=1, channel_kind=("group",), channel_owned=(True,), channel_capacity=(self.room,),
                       channel_account=(0,), channel_trust=(0.5,))

    def plan(self, view: View) -> Actions:
        """Invite, and enrol the founders on day 0."""
        tables: list[Table] = []
        if view.day == 0 and self.founders:
            tables.append(rows(Enrol, person=self.founders, channel=-1, tier=0, brand=view.brand, upline=-1, buy_in_fen=0))
        if view.day >= self.first_day:
            n = max(len(self.sponsors), len(self.invitees))
            tables.append(rows(Invite, sponsor=np.broadcast_to(self.sponsors, n), invitee=np.broadcast_to(self.invitees,
                                                                                                          n),
                               channel=-1 if self.role else int(view.channels[0]), role_tier=0 if self.role else -1, brand=view.brand,
                               reward_sponsor_fen=self.reward_sponsor_fen, reward_invitee_fen=self.reward_invitee_fen,
                               buy_in_fen=self.buy_in_fen, perceived_income_fen=self.income_fen))
        return Actions(tables=tuple(tables))
