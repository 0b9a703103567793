"""A strategy for tests that does everything a strategy can do, a little each day.

Members are posted to and written to one by one, resellers are enrolled, invited, stocked, promoted and
released, some of them sell from their own stock, chats wait in a queue, and deals need a group. What it
does makes no commercial sense; it only has to reach every corner of the day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.core.params import Params
from sim.exchange.actions import (
    BY_PATH,
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
from sim.exchange.postings import Settlement, postings

if TYPE_CHECKING:
    from sim.exchange.events import Events
    from sim.exchange.view import View

SINGLE, CHATTED, POOLED, RESOLD, PASSED_ON = range(5)
GROUP, FEED, CONTACTS = range(3)


class BazaarParams(Params):
    """The levers of the test strategy."""

    kind: Literal["bazaar"] = "bazaar"
    id: str = "bazaar"
    brand: int = 0
    servers: int = 1
    pool_seats: int = 3
    shares_stock: bool = True

    def open(self, view: View) -> Opening:
        return Opening(n_offers=5, channel_kind=("group", "feed", "contacts"), channel_owned=(True, False, True),
                       channel_capacity=(25, 40, 30), channel_account=(0, 1, 2), channel_trust=(0.5, 0.2, 0.6),
                       seed_members_share=0.8, followers=(0, 30, 0), n_queues=1)

    def plan(self, view: View) -> Actions:
        product = view.product(view.n_products - 1)
        p, price, claim = product.index, product.price_fen, product.claim
        offers = [
            Offer(int(view.offers[SINGLE]), p, price - price // 10, price, claim, fit=0.8, warmth=0.6),
            Offer(int(view.offers[CHATTED]), p, price // 3, price, claim, queue=int(view.queues[0]), warmth=0.4),
            Offer(int(view.offers[POOLED]), p, price // 2, price, claim, pool_seats=self.pool_seats),
        ]
        tables = [*self._messages(view), *self._care(view), *self._recruiting(view), *self._channel(view)]
        if view.resellers.size:
            row = view.day % view.resellers.size
            offers.append(Offer(int(view.offers[RESOLD]), p, price, price, claim, stock_owner=row))
            person = view.resellers.person[row]
            offers.append(Offer(int(view.offers[PASSED_ON]), p, price, price, claim, stock_owner=BY_PATH))
            tables.append(rows(PeerPost, person=view.resellers.person[view.resellers.left < 0][::2],
                               offer=view.offers[PASSED_ON], items=0.2, layers=0b1111))
            tables.append(rows(PeerPost, person=person, offer=view.offers[RESOLD], items=1.0, layers=0b0011))
        return Actions(tuple(offers), tuple(tables))

    def _messages(self, view: View) -> list[Table]:
        """Two offers in the group, one in the feed; some stay up; a word to some, impressions, friends' posts."""
        single, chatted, pooled, *_ = view.offers.tolist()
        group, feed, contacts = view.channels.tolist()
        known = view.rows(contacts)[view.day % 3 :: 3]
        sharers = (np.arange(4, dtype=np.int64) * 7 + view.day) % view.n_people
        spend = rows(Spend, brand=view.brand, payee_account=[Account.PLATFORM, Account.STAFF, Account.STAFF],
                     payee_owner=0, amount_fen=[20_000, 15_000, 10_000],
                     purpose=[Purpose.MEDIA, Purpose.HOST, Purpose.BASE_PAY])
        return [
            spend,
            rows(Post, channel=[group, group, feed, group], offer=[single, pooled, single, chatted],
                 items=[2.0, 1.0, 3.5, 1.0], commercial=[0.5, 1.0, 0.3, 0.8], value=[0.5, 0.0, 0.7, 0.0],
                 visibility=[1.0, 1.0, 2.5, 0.7], lasting=[0, view.day % 2, 1, 1]),
            rows(Contact, row=known, offer=chatted),
            rows(Lead, channel=[contacts, group, contacts], product=view.product(0).index, count=[3, 1, 2],
                 targeting=[0.5, 1.0, 0.0], spend=[0, 0, -1]),
            rows(Impress, offer=[single, pooled], count=[20, 7], targeting=[0.5, 1.0], spend=[0, -1]),
            rows(PeerPost, person=sharers, offer=pooled, items=1.0, layers=[0b1111, 0b0001, 0b1000, 0b0110]),
        ]

    def _care(self, view: View) -> list[Table]:
        group, _, contacts = view.channels.tolist()
        packet = 3_000 if view.day % 3 == 0 else 0
        return [
            rows(Tend, channel=[group, contacts], host_hours=[1.0, 0.5], packet_fen=[packet, 0], packets=[10, 0],
                 rules=[float(view.day % 2), 0.0], fit=0.6, prune_idle_days=[3, 0], fake_accounts=[2, 0],
                 fee_fen=[view.day % 2 * 3_000, 0], screen=[view.day % 5 == 4, 0], spend=[1, -1]),
            rows(Capacity, queue=view.queues, servers=self.servers, open_minute=540, close_minute=545 + view.weekday,
                 minutes_a_case=60.0, patience_minutes=3.0, spend=2),
        ]

    def _recruiting(self, view: View) -> list[Table]:
        """Buyers are asked in, members bring friends, everybody may become a reseller, two compete for one."""
        group, feed, contacts = view.channels.tolist()
        buyers = view.events.delivered.person[:4]
        sponsors = (np.arange(5, dtype=np.int64) * 11 + 3 * view.day) % view.n_people
        common = {"perceived_income_fen": 500_000, "brand": view.brand}
        tables: list[Table] = [
            rows(Invite, sponsor=-1, invitee=buyers, channel=contacts, role_tier=-1, reward_sponsor_fen=0,
                 reward_invitee_fen=0, buy_in_fen=2_000 * (view.day % 3), **common),
            rows(Invite, sponsor=sponsors, invitee=-1, channel=group, role_tier=-1,
                 reward_sponsor_fen=[2_000, 0, 0, 2_000, 0], reward_invitee_fen=[0, 500, 0, 500, 0], buy_in_fen=0,
                 **common),
            rows(Invite, sponsor=sponsors[:3], invitee=[view.day, view.day, -1], channel=-1, role_tier=view.day % 2,
                 reward_sponsor_fen=0, reward_invitee_fen=0, buy_in_fen=[40_000, 40_000, 90_000], **common),
            rows(Enrol, person=[(5 * view.day + 1) % view.n_people, (3 * view.day + 2) % view.n_people],
                 channel=[feed, -1], tier=[-1, 0], brand=view.brand, upline=[-1, view.resellers.size - 1], buy_in_fen=[0, 30_000]),
        ]
        if view.resellers.size > 1:  # the first reseller and the newest want the same four friends
            rivals = view.resellers.person[[0, 0, 0, 0, -1, -1, -1, -1]]
            friends = (np.arange(8, dtype=np.int64) % 4 * 13 + 2 * view.day) % view.n_people
            tables.append(rows(Invite, sponsor=rivals, invitee=friends, channel=-1, role_tier=0, reward_sponsor_fen=0,
                               reward_invitee_fen=0, buy_in_fen=10_000, **common))
        if view.day % 4 == 3:
            tables.append(rows(Release, person=[view.day, (view.day * 3 + 2) % view.n_people], channel=[group, -1]))
        return tables

    def _channel(self, view: View) -> list[Table]:
        """Resellers order from the brand and from each other; one is promoted; a deal is opened by the brand."""
        offer = int(view.offers[POOLED])
        tables: list[Table] = []
        if view.day % 3 == 1:
            tables.append(rows(PoolOpen, initiator=-1, offer=offer, seats=2, deadline_day=view.day + 2))
        size, product = view.resellers.size, view.product(0)
        if size:
            buyer = np.arange(size, dtype=np.int64)
            last = view.product(view.n_products - 1).index
            tables += [
                rows(StockOrder, buyer=buyer, supplier=-1, product=product.index, quantity=1 + buyer % 3,
                     unit_fen=product.price_fen // 2),
                rows(StockOrder, buyer=buyer, supplier=view.resellers.upline if self.shares_stock else -1,
                     product=last, quantity=2, unit_fen=product.price_fen // 3),
                rows(Promote, reseller=view.day % size, tier=view.day % 4),
            ]
            gone = np.flatnonzero((view.resellers.left >= 0) & (view.resellers.brand == view.brand))[::2]
            if len(gone):  # half of what is left over is taken back, the other half thrown away
                tables.append(rows(StockOrder, buyer=-1, supplier=gone, product=last, unit_fen=product.price_fen // 4,
                                   quantity=view.resellers.stock[gone, last]))
        return tables

    def settle(self, events: Events, view: View) -> Settlement:
        """Pay a commission in three days, a bonus today, and write the members of the group tomorrow."""
        sold = int((events.ordered.price_fen * events.ordered.quantity).sum())
        recruits = np.count_nonzero(events.joined.tier >= 0)
        # The first recruit gets the bonus; until there is one, the household does.
        payee = Account.RESELLER if view.resellers.size else Account.HOUSEHOLD
        owed = postings(payer_account=int(Account.BRAND), payer_owner=view.brand,
                        payee_account=[int(Account.PLATFORM), int(payee)], payee_owner=0,
                        amount_fen=[sold // 20, 1_000 * recruits],
                        purpose=[int(Purpose.COMMISSION), int(Purpose.REFERRAL_REBATE)],
                        due_day=[view.day + 3, view.day])
        row = view.rows(int(view.channels[GROUP]))[:2]
        later = rows(Contact, row=row, offer=view.product(0).index)
        return Settlement(owed, tomorrow=Actions(tables=(later,) if len(row) else ()))
