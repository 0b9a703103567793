"""Direct sales (直营微商): own staff on base pay and commission sell one to one to contacts of one's own.

Leads are bought (加粉) and become contacts of the seller's accounts, an owned audience. Contacts ask when
they need something, and staff answer; whoever waits too long is lost, and so is their order. No resellers:
sales, contacts and channels stay in the brand's own hands, and growth is bought with people's pay.

Decisions a day:

    buy `adds_a_day` leads at price (1 + drift)^(day / 365), into the accounts with the most room
    keep the staff that the book says: base pay by the day, commission on today's sales
    answer chats in the opening hours; the offer's fit is the mean skill of who is there
    greet each new contact once; write to every contact every `push_every_days` days, a share of them each day;
        post among the contacts' Moments
    scripts in [0, 1]: raise the skill that staff begin with, and cool the trust that a good delivery wins,
        warmth = 1 - `script_chill` x scripts

Who asks, who is found and how long they wait are mechanisms' business (`inquiry`, `leads`, `queueing`).
Pay that the budget cuts is staff who do not answer that day.

Sources: K3 of the trade press (domain 1A) as a hypothesis; levels domain 4.10 with market 0.8 (inbound
chats) and 3 (40 leads a day, 4 staff); accounts of 5,000 contacts domain row 18.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationInfo, field_validator

from sim.core.accounts import Account, Purpose
from sim.core.among import among
from sim.core.maths import power
from sim.core.params import ASSUMPTION, Fen, Hours, Params, PerDay, Share, param
from sim.exchange.ablation import DeclaredAblation
from sim.exchange.actions import (
    Actions,
    Capacity,
    Contact,
    Lead,
    Offer,
    Opening,
    Post,
    Table,
    spending,
)
from sim.exchange.events import Events
from sim.exchange.kept import kept, once
from sim.exchange.postings import Settlement, floor_share, posting
from sim.exchange.view import View
from sim.strategies import staffing
from sim.strategies.hosting import asked_in
from sim.strategies.staffing import Demand, StaffParams
from sim.text.message import Message

Ints = NDArray[np.int64]
_HOUR = 60
_DAY = 24


class LeadParams(Params):
    """Bought leads: how many a day, at what price."""

    adds_a_day: PerDay = param(40.0, source="market 3", le=100_000, doc="Leads bought a day", zh="日加粉数")
    price: Fen = param(800, source=ASSUMPTION, low=300, high=2_000, unit="fen", doc="Price of a lead on day 0",
                       zh="加粉单价")
    drift: Share = param(0.1, source=ASSUMPTION, low=0.0, high=0.3, doc="Rise of that price a year", zh="年涨幅")
    targeting: Share = param(0.5, source=ASSUMPTION, low=0.0, high=0.9,
                             doc="Share of leads drawn by interest in the category", zh="定向比例")
    until_day: int | None = param(None, source="scenario", ge=0, le=3650, doc="Last day of buying leads", zh="加粉截止日")


class CounterParams(Params):
    """The counter at which chats are answered: opening hours, length of a chat, patience."""

    opens: Hours = param(9.0, source="scenario", le=_DAY, doc="Hour of the day at which chats are first answered",
                         zh="上班时间")
    hours: Hours = param(8.0, source="domain 4.10", low=6, high=16, gt=0, le=_DAY, unit="hours",
                         doc="Hours a day in which chats are answered", zh="每日工时")
    minutes_a_chat: float = param(10.0, source="domain 4.10", low=6, high=15, gt=0, le=1440, unit="minutes",
                                  doc="Mean length of a chat", zh="单次接待分钟")
    patience: float = param(20.0, source="domain 4.10", low=10, high=30, gt=0, le=1e6, unit="minutes",
                            doc="Mean time that people wait before they give up", zh="顾客耐心分钟")

    @field_validator("hours")
    @classmethod
    def _within_the_day(cls, value: float, info: ValidationInfo) -> float:
        opens = info.data.get("opens", 0.0)
        if opens + value > _DAY:
            raise ValueError(Message("direct_sales.night", opens=opens, left=_DAY - opens, hours=value))
        return value


class OutboundParams(Params):
    """What the seller sends of its own accord."""

    greet: bool = param(True, source="scenario", doc="Write to every new contact once", zh="新好友问候")
    push_every_days: int = param(14, source="scenario", ge=0, le=3650,
                                 doc="Days between messages to each contact; 0: none", zh="群发间隔")
    moments_a_day: PerDay = param(1.0, source="scenario", le=1000, doc="Posts a day that contacts see in their Moments",
                                  zh="朋友圈条数")
    moments_selling: Share = param(0.5, source="scenario", doc="Share of those posts that sell; the rest is of use",
                                   zh="朋友圈广告占比")


class DirectSalesParams(Params):
    """Levers of direct sales."""

    ablation: ClassVar[DeclaredAblation] = DeclaredAblation(
        "inquiry", "客户主动咨询", "inbound chats", (("mechanisms.inquiry.enabled", False),))
    bought_a_day: ClassVar[str] = "leads.adds_a_day"

    kind: Literal["direct_sales"] = param("direct_sales", source="design 2", doc="Kind of strategy", zh="策略类型")
    id: str = param("direct_sales", source="scenario", doc="Name in paths and tables", zh="编号",
                    pattern=r"^[\w-]{1,40}$")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it, counted from 0", zh="品牌序号")
    product: int = param(0, source="scenario", ge=0, le=7, doc="Product of the brand that is sold, counted from 0",
                         zh="商品序号")
    staff: StaffParams = StaffParams()
    scripts: Share = param(0.5, source="scenario", doc="How far staff keep to scripts", zh="话术统一度")
    script_chill: Share = param(0.3, source="domain 4.10", low=0.2, high=0.4,
                                doc="Gain of personal trust lost to scripts kept throughout", zh="话术冷感")
    counter: CounterParams = CounterParams()
    leads: LeadParams = LeadParams()
    accounts: int = param(2, source="scenario", ge=1, le=1000, doc="Accounts that hold the contacts", zh="账号数")
    contacts_per_account: int = param(5_000, source="domain row 18", low=5_000, high=10_000, ge=1, le=10_000,
                                      doc="Most contacts of an account", zh="每号好友上限")
    contact_trust: Share = param(0.25, source="domain 4.1", low=0.1, high=0.45,
                                 doc="Trust of a new contact in the staff", zh="新好友信任")
    seed_contacts: Share = param(1.0, source="scenario", doc="Share of the seed customers among the contacts on day 0",
                                 zh="种子好友率")
    ask_buyers: bool = param(True, source="scenario", doc="Ask buyers who are no contacts to become some", zh="邀买家加好友")
    outbound: OutboundParams = OutboundParams()
    discount: Share = param(0.0, source="scenario", le=0.95, doc="Discount on the list price", zh="折扣")

    def open(self, view: View) -> Opening:
        """Open the accounts, place the seed customers among the contacts, and take on the first staff."""
        del view
        n = self.accounts
        return Opening(
            n_offers=1, channel_kind=("contacts",) * n, channel_owned=(True,) * n,
            channel_capacity=(self.contacts_per_account,) * n, channel_account=tuple(range(n)),
            channel_trust=(self.contact_trust,) * n, seed_members_share=self.seed_contacts, n_queues=1,
            book=staffing.first_book(self.staff),
        )

    def plan(self, view: View) -> Actions:
        """Staff the counter, buy leads, and write to contacts."""
        product = view.product(self.product)
        price = product.price_fen - int(product.price_fen * self.discount)
        there, skill = staffing.on_duty(view.book, view.day, self.staff, self.scripts)
        offer = Offer(offer=int(view.offers[0]), product=product.index, price_fen=price,
                      list_price_fen=product.price_fen, claim=product.claim, fit=skill, queue=int(view.queues[0]),
                      warmth=1.0 - self.script_chill * self.scripts)
        room = self._room(view)
        counter, moments = once(self._standing, view.queues, len(there), view.channels, offer.offer)
        found: list[Table | None] = [*self._staffed(view, len(there), room), counter, moments, self._written(view)]
        if self.ask_buyers and any(room):
            found.append(asked_in(view, once(_number, product.index), asks=True, invites=False))
        return Actions(offers=(offer,), tables=tuple([table for table in found if table is not None]))

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe staff their share of today's sales, and bring the staff's book up to date."""
        ordered = events.ordered
        mine = ordered.offer == view.offers[0]
        owed = int(np.add.reduce(floor_share(ordered.price_fen[mine] * ordered.quantity[mine], self.staff.commission)))
        book = staffing.next_book(view.book, view.day, view.key("quit"), self._demand(events, view), self.staff)
        if not owed:
            return Settlement(book=book)
        return Settlement(posting((int(Account.BRAND), view.brand), (int(Account.STAFF), 0), owed, int(Purpose.COMMISSION),
                                  view.day), book)

    def _demand(self, events: Events, view: View) -> Demand:
        """Return what today asked of the staff."""
        chatted, settled = events.chatted, events.settled
        answered = chatted.answered[chatted.queue == view.queues[0]]
        pay = ((settled.purpose == int(Purpose.BASE_PAY)) & (settled.brand == view.brand)).nonzero()[0]
        served = int(np.add.reduce(answered))
        return Demand(served, len(answered) - served, self.counter.minutes_a_chat, self.counter.hours * _HOUR,
                      is_paid=settled.paid_fen[pay].tolist() == settled.asked_fen[pay].tolist())

    def _standing(self, queues: Ints, there: int, channels: Ints, offer: int) -> tuple[Table, Table | None]:
        """Return what is the same while as many are there: the counter, paid by the first line of the day, and posts among Moments."""
        opens, outbound = round(self.counter.opens * _HOUR), self.outbound
        counter = kept(Capacity, queue=queues, servers=there, open_minute=opens,
                       close_minute=opens + round(self.counter.hours * _HOUR), minutes_a_case=self.counter.minutes_a_chat,
                       patience_minutes=self.counter.patience, spend=0)
        if outbound.moments_a_day <= 0:
            return counter, None
        return counter, kept(Post, channel=channels, offer=offer, items=outbound.moments_a_day,
                             commercial=outbound.moments_selling, value=1.0 - outbound.moments_selling, visibility=1.0)

    def _staffed(self, view: View, there: int, room: list[int]) -> list[Table]:
        """Pay staff and who was hired today, and buy leads; each paid by its own line."""
        spend = [(int(Account.STAFF), there * self.staff.base_pay // staffing.MONTH, int(Purpose.BASE_PAY))]
        tables: list[Table] = []
        begins = staffing.starting(view.book, view.day)
        if begins:
            spend.append((int(Account.PLATFORM), begins * self.staff.hiring_cost, int(Purpose.HIRING)))
        adds = self._adds(view.day, room)
        if adds:
            price = self.leads.price * power(1.0 + self.leads.drift, view.day / 365.0)
            spend.append((int(Account.PLATFORM), int(price * sum(adds.values())), int(Purpose.LEAD)))
            product, paid_by = view.product(self.product).index, len(spend) - 1
            channel, goods, count, line = np.array([(view.channels[account], product, adds[account], paid_by)
                                                    for account in adds], np.int64).T.copy()
            tables.append(Lead(channel, goods, count, np.full(len(adds), self.leads.targeting), line))
        return [spending(view.brand, spend), *tables]

    def _adds(self, day: int, room: list[int]) -> dict[int, int]:
        """Return today's leads by the number of their account: into the one with the most room first."""
        leads = self.leads
        ended = leads.until_day is not None and day > leads.until_day
        wanted = 0 if ended else int(leads.adds_a_day * (day + 1)) - int(leads.adds_a_day * day)
        if 0 < wanted <= max(room):
            return {room.index(max(room)): wanted}
        adds: dict[int, int] = {}
        for account in sorted(range(len(room)), key=room.__getitem__, reverse=True):
            if wanted <= 0 or not room[account]:
                break
            adds[account] = min(wanted, room[account])
            wanted -= adds[account]
        return dict(sorted(adds.items()))

    def _room(self, view: View) -> list[int]:
        """Return how many contacts each account can still take today, none where the platform has closed it."""
        members, closed = view.members(view.channels).tolist(), view.banned(view.channels).tolist()
        most = self.contacts_per_account
        return [0 if is_closed else max(most - held, 0) for held, is_closed in zip(members, closed, strict=True)]

    def _written(self, view: View) -> Contact | None:
        """Write to yesterday's new contacts, and to those whose turn it is."""
        outbound = self.outbound
        told: list[Ints] = []
        if outbound.greet:
            joined = view.events.joined
            if len(joined):
                told.append(view.rows_of(joined.person[among(joined.channel, view.channels)]))
        if outbound.push_every_days:
            turn = view.day % outbound.push_every_days
            told += [view.rows(c)[turn::outbound.push_every_days] for c in view.channels.tolist()]
        if not told:
            return None
        row = np.concatenate(told)
        row.sort()
        new = row >= 0
        new[1:] &= row[1:] != row[:-1]
        row = row[new]
        return Contact(row, np.full(len(row), view.offers[0])) if len(row) else None


def _number(product: int) -> Ints:
    """Return a product's number as the array that it is asked for in."""
    number = np.array([product], np.int64)
    number.flags.writeable = False
    return number
