"""A strategy for tests that uses every word of the vocabulary: all fifteen actions, and settling from all events.

It keeps a group, a feed, a contact list and a live channel, resellers in tiers with stock, tier spread,
level rebates and a referral reward, chats with staff, group deals, and media that costs money. It is no
good business; what matters is that each thing it asks for can be seen to happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.exchange.actions import (
    LAYER_ALL,
    Actions,
    Capacity,
    Contact,
    Enrol,
    Impress,
    Invite,
    Lead,
    Offer,
    Opening,
    PeerPost,
    PoolOpen,
    Post,
    Promote,
    Release,
    Spend,
    StockOrder,
    Table,
    Tend,
    rows,
)
from sim.exchange.postings import Postings, Settlement, floor_share, join_postings, postings
from tests.conformance.strategies import Scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.exchange.events import Events
    from sim.exchange.view import View

GROUP, FEED, LIST, LIVE = range(4)
SINGLE, CHATTED, POOLED, RESOLD, TRAFFIC = range(5)
RATES = (0.10, 0.05, 0.03)
"""Level rebates on a reseller's restock, direct upline first."""


class MarketDay(Scripted):
    """Everything at once."""

    id: str = "market_day"
    founders: int = 3
    endowment_fen: int = 300_000
    units: int = 5
    unit_share: float = 0.6
    seats: int = 3
    resold_seats: int = 0
    servers: int = 1
    media_fen: int = 20_000
    host_fen: int = 5_000
    discount: float = 0.1
    reward_fen: int = 500
    promote_at_fen: int = 60_000
    release_day: int = 20
    claim_more: float = 0.0

    def open(self, view: View) -> Opening:
        """Four channels on three accounts, five offers, one queue."""
        room = max(2, view.n_people // 4)
        return Opening(
            n_offers=5, channel_kind=("group", "feed", "contacts", "live"), channel_owned=(True, False, True, False),
            channel_capacity=(room, view.n_people, room, view.n_people), channel_account=(0, 1, 2, 1),
            channel_trust=(0.5, 0.2, 0.6, 0.3), seed_members_share=1.0,
            followers=(0, view.n_people // 3, 0, view.n_people // 4), n_queues=1)

    # ------------------------------------------------------------------ plan

    def plan(self, view: View) -> Actions:
        """Propose a little of everything."""
        tables = [*self._messages(view), *self._care(view), *self._invitations(view), *self._agency(view)]
        return Actions(offers=tuple(self._offers(view)), tables=tuple(t for t in tables if len(t)))

    def _offers(self, view: View) -> Iterator[Offer]:
        """Return today's offers; the last product is the earner, the first the traffic item if there are two."""
        item = view.product(view.n_products - 1)
        price = item.price_fen
        ids = view.offers.tolist()
        claim = min(1.0, item.claim + self.claim_more)
        yield Offer(ids[SINGLE], item.index, max(1, round(price * (1 - self.discount))), price, claim, fit=0.8)
        yield Offer(ids[CHATTED], item.index, price, price, claim, queue=int(view.queues[0]), warmth=0.7)
        yield Offer(ids[POOLED], item.index, max(1, price * 3 // 4), price, claim, pool_seats=self.seats)
        if (owner := self._seller(view)) >= 0:
            yield Offer(ids[RESOLD], item.index, price, price, claim, stock_owner=owner, pool_seats=self.resold_seats)
        lure = view.product(0)
        yield Offer(ids[TRAFFIC], lure.index, lure.price_fen, lure.price_fen, lure.claim)

    def _seller(self, view: View) -> int:
        """Return the reseller whose turn it is, or -1."""
        rows_ = np.flatnonzero((view.resellers.left < 0) & (view.resellers.brand == view.brand))
        return int(rows_[view.day % len(rows_)]) if len(rows_) else -1

    def _messages(self, view: View) -> Iterator[Table]:
        """Posts in three channels, contacts, impressions, a reseller's Moments, and what they cost."""
        ids, channel = view.offers.tolist(), view.channels.tolist()
        yield rows(Spend, brand=view.brand, payee_account=[Account.PLATFORM, Account.STAFF, Account.STAFF],
                   payee_owner=0, amount_fen=[self.media_fen, self.host_fen, self.host_fen],
                   purpose=[Purpose.MEDIA, Purpose.HOST, Purpose.BASE_PAY])
        yield rows(Post, channel=[channel[GROUP], channel[GROUP], channel[FEED], channel[LIVE]],
                   offer=[ids[SINGLE], ids[POOLED], ids[TRAFFIC], ids[POOLED]], items=[2, 1, 2, 1],
                   commercial=[0.5, 1, 0.5, 1], value=[0.5, 0, 0.5, 0], visibility=[1, 1, 1, 2])
        known = view.rows(channel[LIST])
        yield rows(Contact, row=known, offer=np.full(len(known), ids[CHATTED]))
        yield rows(Lead, channel=channel[LIST], product=view.product(0).index, count=3, targeting=0.5, spend=0)
        yield rows(Impress, offer=[ids[SINGLE], ids[TRAFFIC]], count=[view.n_people, view.n_people // 2],
                   targeting=[0.5, 0], spend=[0, -1])
        if (seller := self._seller(view)) >= 0:
            yield rows(PeerPost, person=view.resellers.person[seller], offer=ids[RESOLD], items=9, layers=LAYER_ALL)

    def _care(self, view: View) -> Iterator[Table]:
        """A host, packets, fakes and pruning for the group; staff for the chats; a deal every fourth day."""
        yield rows(Tend, channel=view.channels[GROUP], host_hours=1, packet_fen=1_000 * (view.day % 7 == 0), packets=5,
                   rules=1, fit=0.7, prune_idle_days=3 * (view.day % 5 == 4), fake_accounts=2,
                   fee_fen=0, screen=0, spend=1)
        yield rows(Capacity, queue=view.queues, servers=self.servers, open_minute=540, close_minute=600,
                   minutes_a_case=20, patience_minutes=10, spend=2)
        if view.day % 4 == 0:
            yield rows(PoolOpen, initiator=-1, offer=view.offers[POOLED], seats=self.seats, deadline_day=view.day + 1)

    def _invitations(self, view: View) -> Iterator[Table]:
        """Buyers are asked in, members bring friends, resellers bring resellers, all want person `day`."""
        buyers = np.unique(view.events.delivered.person)
        group, contacts = int(view.channels[GROUP]), int(view.channels[LIST])
        yield _invite(view, sponsor=-1, invitee=buyers[::2], channel=group)
        yield _invite(view, sponsor=-1, invitee=buyers[1::2], channel=contacts)
        yield _invite(view, sponsor=buyers, invitee=np.full(len(buyers), -1), channel=group, sponsor_fen=self.reward_fen)
        table = view.resellers
        here = table.person[(table.left < 0) & (table.brand == view.brand)]
        yield _invite(view, sponsor=here, invitee=np.full(len(here), view.day % view.n_people), tier=0, buy_in_fen=50_000,
                      income_fen=2_000_000)
        yield _invite(view, sponsor=here, invitee=np.full(len(here), -1), tier=0, buy_in_fen=50_000, income_fen=2_000_000)

    def _agency(self, view: View) -> Iterator[Table]:
        """Founders, restocking from the upline if it has stock, and who is let go."""
        table = view.resellers
        if view.day == 0:
            who = (np.arange(self.founders) * 7 + view.brand) % view.n_people
            yield rows(Enrol, person=np.unique(who), channel=-1, tier=2, brand=view.brand, upline=-1, buy_in_fen=0)
            return
        mine = np.flatnonzero((table.left < 0) & (table.brand == view.brand))
        item = view.product(view.n_products - 1)
        low = mine[table.stock[mine, item.index] < self.units]
        up = table.upline[low]
        stocked = (up >= 0) & (table.stock[np.maximum(up, 0), item.index] >= self.units) if len(up) else up >= 0
        yield rows(StockOrder, buyer=low, supplier=np.where(stocked, up, -1), product=np.full(len(low), item.index),
                   quantity=self.units, unit_fen=max(1, round(item.price_fen * self.unit_share)))
        if view.day == self.release_day:
            members = view.people(view.rows(int(view.channels[GROUP])))[:2]
            yield rows(Release, person=members, channel=np.full(len(members), view.channels[GROUP]))
            yield rows(Release, person=table.person[mine[-1:]], channel=np.full(len(mine[-1:]), -1))

    # ------------------------------------------------------------------ settle

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe endowments, level rebates and rewards; remember purchases; promote tomorrow who passed the line."""
        table = view.resellers
        bought = np.zeros(table.size, np.int64)
        before = view.book.get("bought_fen")
        if before is not None:
            bought[: len(before)] = before
        moved = events.stock_moved
        mine = table.brand[moved.buyer] == view.brand if len(moved) else np.zeros(0, np.bool_)
        value = (moved.quantity * moved.unit_fen)[mine]
        np.add.at(bought, moved.buyer[mine], value)
        parts = [*self._founding(view), *level_rebates(view, moved.buyer[mine], value),
                 *self._rewards(events, view)]
        risen = np.flatnonzero((bought >= self.promote_at_fen) & (table.tier == 0) & (table.left < 0)
                               & (table.brand == view.brand))
        promote = rows(Promote, reseller=risen, tier=np.ones(len(risen), np.int64))
        return Settlement(postings=join_postings(parts), book={"bought_fen": bought},
                          tomorrow=Actions(tables=(promote,)) if len(risen) else Actions())

    def _founding(self, view: View) -> Iterator[Postings]:
        """Founders bring money from home."""
        if view.day == 0:
            who = np.flatnonzero(view.resellers.brand == view.brand)
            yield postings(payer_account=int(Account.HOUSEHOLD), payer_owner=0, payee_account=int(Account.RESELLER),
                           payee_owner=who, amount_fen=np.full(len(who), self.endowment_fen),
                           purpose=int(Purpose.BUY_IN), due_day=view.day)

    def _rewards(self, events: Events, view: View) -> Iterator[Postings]:
        """Those who brought a friend into the group are paid in three days."""
        joined = events.joined
        owed = joined.reward_sponsor_fen[np.isin(joined.channel, view.channels)]
        if owed.any():
            yield postings(payer_account=int(Account.BRAND), payer_owner=view.brand,
                           payee_account=int(Account.HOUSEHOLD), payee_owner=0, amount_fen=int(owed.sum()),
                           purpose=int(Purpose.REFERRAL_REWARD), due_day=view.day + 3)


def level_rebates(view: View, buyer: NDArray[np.int64], value_fen: NDArray[np.int64]) -> Iterator[Postings]:
    """Owe every upline within three levels its share of a restock, floored, due tomorrow."""
    if not len(buyer):
        return
    above = view.ancestors(view.resellers.person[buyer], len(RATES))
    for level, rate in enumerate(RATES):
        known = above[:, level] >= 0
        if known.any():
            yield postings(payer_account=int(Account.BRAND), payer_owner=view.brand,
                           payee_account=int(Account.RESELLER), payee_owner=above[known, level],
                           amount_fen=floor_share(value_fen[known], rate), purpose=int(Purpose.LEVEL_REBATE),
                           due_day=view.day + 1)


def _invite(view: View, *, sponsor: object, invitee: NDArray[np.int64], channel: int = -1, tier: int = -1,
            sponsor_fen: int = 0, buy_in_fen: int = 0, income_fen: int = 0) -> Invite:
    """Build invitations, one for each entry of `invitee`."""
    n = len(invitee)
    made: Invite = rows(Invite, sponsor=np.broadcast_to(np.asarray(sponsor), n), invitee=invitee,
                        channel=np.full(n, channel), role_tier=np.full(n, tier), brand=np.full(n, view.brand),
                        reward_sponsor_fen=np.full(n, sponsor_fen), reward_invitee_fen=np.zeros(n, np.int64),
                        buy_in_fen=np.full(n, buy_in_fen), perceived_income_fen=np.full(n, income_fen))
    return made
