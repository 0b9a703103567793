"""Strategies made for verification: each proposes exactly what it is told, so that one mechanism shows at a time.

They stand on the same ground as the shipped ones: frozen parameters with `open`, `plan` and `settle`
that see nothing but the view, and are put into a scenario as objects.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.core.params import Params
from sim.exchange.actions import (
    Actions,
    Capacity,
    Contact,
    Enrol,
    Impress,
    Invite,
    Lead,
    Offer,
    Opening,
    PoolOpen,
    Post,
    Spend,
    Table,
    Tend,
    rows,
)
from sim.exchange.postings import Settlement, join_postings, postings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.exchange.events import Events
    from sim.exchange.view import View

EVER = 100_000
"""A day beyond every horizon."""

CALM = {"mode": "certain", "contest": "uniform", "patience": 3650, "exit_hazard": 0, "exit_refusal": 0}
"""Recruiting in which whoever is invited joins somebody, and nobody gives up."""


class Scripted(Params):
    """A strategy that does nothing."""

    kind: str = "scripted"
    id: str = "scripted"
    brand: int = 0

    def open(self, view: View) -> Opening:
        """Ask for one offer."""
        del view
        return Opening(n_offers=1)

    def plan(self, view: View) -> Actions:
        """Propose nothing."""
        del view
        return Actions()

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe nothing."""
        del events, view
        return Settlement()


class Terms(Params):
    """Terms of an offer: product (counted within the brand), price against the list price, claim, queue, seats, warmth."""

    product: int = 0
    price_share: float = 1.0
    claim: float | None = None
    fit: float = 1.0
    queue: int = -1
    seats: int = 0
    warmth: float = 1.0


class Feed(Params):
    """One channel: who is in it, and what is posted there on which days.

    `people` are enrolled on day 0 and read from day 1; `followers` are drawn by the model and read from day 0.
    """

    followers: int = 0
    people: tuple[int, ...] = ()
    trust: float = 0.5
    visibility: float = 1.0
    offer: int = 0
    items: float = 1.0
    commercial: float = 1.0
    value: float = 0.0
    first_day: int = 0
    last_day: int = EVER
    kind: str = "feed"
    owned: bool = False
    lasting: int = 0


class Feeds(Scripted):
    """Channels with posts on given days, one account a channel."""

    id: str = "feeds"
    offers: tuple[Terms, ...] = (Terms(),)
    feeds: tuple[Feed, ...] = ()
    n_queues: int = 0

    def open(self, view: View) -> Opening:
        """Open the channels with their followers."""
        n = len(self.feeds)
        return Opening(
            n_offers=len(self.offers), channel_kind=tuple(f.kind for f in self.feeds),
            channel_owned=tuple(f.owned for f in self.feeds), channel_capacity=(view.n_people,) * n,
            channel_account=tuple(range(n)), channel_trust=tuple(f.trust for f in self.feeds),
            followers=tuple(f.followers for f in self.feeds), n_queues=self.n_queues,
        )

    def plan(self, view: View) -> Actions:
        """Offer, enrol on day 0, post."""
        tables: list[Table] = []
        if view.day == 0:
            tables += [rows(Enrol, person=f.people, channel=int(view.channels[c]), tier=-1, brand=view.brand, upline=-1, buy_in_fen=0)
                       for c, f in enumerate(self.feeds) if f.people]
        told = [c for c, f in enumerate(self.feeds) if f.first_day <= view.day <= f.last_day]
        if told:
            said = [self.feeds[c] for c in told]
            tables.append(rows(Post, channel=view.channels[told], offer=view.offers[[f.offer for f in said]],
                               **{name: [getattr(f, name) for f in said]
                                  for name in ("items", "commercial", "value", "visibility", "lasting")}))
        return Actions(offers=self.offered(view), tables=tuple(tables))

    def offered(self, view: View) -> tuple[Offer, ...]:
        """Return the offers of a day."""
        made = []
        for k, terms in enumerate(self.offers):
            product = view.product(terms.product)
            made.append(Offer(
                offer=int(view.offers[k]), product=product.index,
                price_fen=round(product.price_fen * terms.price_share),
                list_price_fen=product.price_fen, claim=product.claim if terms.claim is None else terms.claim,
                fit=terms.fit, queue=int(view.queues[terms.queue]) if terms.queue >= 0 else -1, pool_seats=terms.seats,
                warmth=terms.warmth))
        return tuple(made)


class Hosted(Feeds):
    """Channels with posts, each given the same care every day, free of charge."""

    id: str = "hosted"
    hours: float = 0.0
    fit: float = 0.7
    packet_fen: int = 0
    packet_days: tuple[int, ...] = ()
    rules: float = 1.0
    prune_idle_days: int = 0
    fakes: int = 0
    fee_fen: int = 0
    screen_days: tuple[int, ...] = ()

    def plan(self, view: View) -> Actions:
        """Post and tend."""
        own = super().plan(view)
        packet = self.packet_fen if not self.packet_days or view.day in self.packet_days else 0
        care = rows(Tend, channel=view.channels, host_hours=self.hours, packet_fen=packet, packets=1, rules=self.rules,
                    fit=self.fit, prune_idle_days=self.prune_idle_days, fake_accounts=self.fakes, fee_fen=self.fee_fen,
                    screen=int(view.day in self.screen_days), spend=-1)
        return Actions(offers=own.offers, tables=(*own.tables, care))


class Impressions(Scripted):
    """Free impressions, `counts[day % len(counts)]` a day."""

    id: str = "impressions"
    counts: tuple[int, ...] = (1000,)
    targeting: float = 0.0

    def plan(self, view: View) -> Actions:
        """Show the offer at list price."""
        product = view.product(0)
        offer = Offer(offer=int(view.offers[0]), product=product.index, price_fen=product.price_fen,
                      list_price_fen=product.price_fen, claim=product.claim)
        shown = rows(Impress, offer=view.offers, count=self.counts[view.day % len(self.counts)],
                     targeting=self.targeting, spend=-1)
        return Actions(offers=(offer,), tables=(shown,))


class Chats(Feeds):
    """A feed whose orders need an answer: one row of staff for each queue, free of charge.

    writes: every contact gets a message about the first offer every day.
    """

    id: str = "chats"
    n_queues: int = 1
    servers: tuple[int, ...] = (5,)
    close_minute: int = 480
    minutes_a_case: float = 10.0
    patience_minutes: tuple[float, ...] = (10.0,)
    writes: bool = False

    def plan(self, view: View) -> Actions:
        """Post and staff the queues."""
        own = super().plan(view)
        staff = rows(Capacity, queue=view.queues, servers=self.servers, open_minute=0, close_minute=self.close_minute,
                     minutes_a_case=self.minutes_a_case, patience_minutes=self.patience_minutes, spend=-1)
        tables = (*own.tables, staff)
        if self.writes:
            known = [view.rows(c) for c, feed in zip(view.channels.tolist(), self.feeds, strict=True)
                     if feed.kind == "contacts"]
            row = np.concatenate([np.empty(0, np.int64), *known])
            tables += (rows(Contact, row=row, offer=view.offers[0]),) if len(row) else ()
        return Actions(offers=own.offers, tables=tables)


def contacts(*people: int, trust: float = 0.5) -> Feed:
    """Return a channel of one-to-one contacts of the seller's own, to which nothing is posted."""
    return Feed(kind="contacts", owned=True, people=people, trust=trust, first_day=EVER)


class Leads(Feeds):
    """Contacts with room for so many, and so many leads bought for each every day, at a price each."""

    id: str = "leads"
    feeds: tuple[Feed, ...] = (contacts(),)
    rooms: tuple[int, ...] = (100_000,)
    counts: tuple[int, ...] = (10,)
    targeting: float = 0.0
    lead_fen: int = 0

    def open(self, view: View) -> Opening:
        """Open the channels with their room."""
        return replace(super().open(view), channel_capacity=self.rooms)

    def plan(self, view: View) -> Actions:
        """Buy the leads."""
        own = super().plan(view)
        paid = rows(Spend, brand=view.brand, payee_account=int(Account.PLATFORM), payee_owner=0,
                    amount_fen=sum(self.counts) * self.lead_fen, purpose=int(Purpose.LEAD))
        bought = rows(Lead, channel=view.channels, product=view.product(0).index, count=self.counts,
                      targeting=self.targeting, spend=0)
        return Actions(offers=own.offers, tables=(*own.tables, paid, bought))


class Deals(Feeds):
    """A feed each of whose offers is a group deal, opened every day with `seats` seats still free."""

    id: str = "deals"

    def plan(self, view: View) -> Actions:
        """Post and open one deal an offer, due the same day."""
        own = super().plan(view)
        opened = rows(PoolOpen, initiator=np.full(len(view.offers), -1), offer=view.offers,
                      seats=[t.seats for t in self.offers], deadline_day=view.day)
        return Actions(offers=own.offers, tables=(*own.tables, opened))


class Forest(Scripted):
    """Recruiting trees side by side: every day one new person a tree is invited by everybody in it.

    Person `day * trees + k` is the newcomer of tree k; those of day 0 are the roots.
    """

    id: str = "forest"
    trees: int = 10

    def plan(self, view: View) -> Actions:
        """Invite today's newcomers."""
        newcomers = view.day * self.trees + np.arange(self.trees)
        if view.day == 0:
            return Actions(tables=(rows(Enrol, person=newcomers, channel=-1, tier=0, brand=view.brand, upline=-1, buy_in_fen=0),))
        sponsor: NDArray[np.int64] = view.resellers.person
        invite = rows(Invite, sponsor=sponsor, invitee=newcomers[sponsor % self.trees], channel=-1, role_tier=0, brand=view.brand,
                      reward_sponsor_fen=0, reward_invitee_fen=0, buy_in_fen=0, perceived_income_fen=0)
        return Actions(tables=(invite,))


class FeePlan(Forest):
    """A forest whose newcomers pay the brand a fee; each of the `levels` uplines gets a bonus for it.

    The row of a newcomer is known a day later, so nobody is invited on the last day, and every fee is settled.
    """

    last_day: int = EVER
    fee_fen: int = 0
    bonus_fen: int = 0
    levels: int = 1

    def plan(self, view: View) -> Actions:
        """Invite while there are newcomers."""
        return super().plan(view) if view.day < self.last_day else Actions()

    def settle(self, events: Events, view: View) -> Settlement:
        """Move fees and bonuses."""
        del events
        joined = view.events.joined.person
        joined = joined[view.events.joined.sponsor >= 0]
        if not len(joined):
            return Settlement()
        newcomer = np.searchsorted(view.resellers.person, joined)  # people join in the order of their numbers
        above = view.ancestors(joined, self.levels).ravel()
        above = above[above >= 0]
        common = {"purpose": int(Purpose.REFERRAL_REWARD), "due_day": view.day}
        return Settlement(postings=join_postings([
            postings(payer_account=int(Account.RESELLER), payer_owner=newcomer, payee_account=int(Account.BRAND),
                     payee_owner=0, amount_fen=self.fee_fen, **common),
            postings(payer_account=int(Account.BRAND), payer_owner=0, payee_account=int(Account.RESELLER),
                     payee_owner=above, amount_fen=self.bonus_fen, **common)]))


class Planter(Scripted):
    """A brand that puts people into the first group of a rival on day 0."""

    id: str = "planter"
    people: tuple[int, ...] = ()

    def plan(self, view: View) -> Actions:
        """Enrol them where they are spies."""
        if view.day:
            return Actions()
        return Actions(tables=(rows(Enrol, person=self.people, channel=int(view.rival_channels[0]), tier=-1, brand=view.brand,
                                    upline=-1, buy_in_fen=0),))
