"""Influencer commerce (网红微商): slots with influencers, a flash of sales, an audience that is only rented.

A brand books slots (坑位) with a roster of influencers (KOLs). Each brings traffic and a label; where the
label does not fit the product, or people come to be entertained, few buy. The slot fee is due whether
anything sells or not, a commission on what is sold and kept comes on top, and the price is cut. Every
slot costs the influencer followers and moves the label a little towards the product. When the contract
ends the audience is gone.

    fit_k    = cos(label_k, product) (1 - `entertainment_effect` entertainment_k)
    trust of a follower at the start = `trust` cos(label_k, product)
    a slot of KOL k every `every_days`, staggered over the roster: one post that stays up,
        fee = `fee_per_follower` x followers; a slot whose fee the brand's cash does not cover is not held
    label_k <- label_k + `drift` (product - label_k)  on the day of each slot
    the KOL is owed `commission` of each order of its offer that is kept, floored to the fen

What other strategies of the brand spend that day is not known when slots are held: where the day's spending
is cut pro rata, a slot goes out whole at part of its fee.

Who follows is drawn before day 0 under the world's seed, so a roster is the same in any composition
(`strategies/roster`). How a post fades, how an account cools, who stops following and who sends back what
was bought at a live event is a mechanism's business (`mechanisms/heat`, `audience`, `experience`).

Sources: K2 and C3 of the trade press (domain 1A) as hypotheses; levels domain 4.1 and 4.11, rows 21, 35 and
37-39; fees by the follower market 0.8 and 1.15, their level and range market 2.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from sim.core.accounts import Account, Purpose
from sim.core.among import among
from sim.core.draws import uniforms
from sim.core.params import ASSUMPTION, Fen, Params, Share, param
from sim.exchange.ablation import DeclaredAblation
from sim.exchange.actions import Actions, Offer, Opening, Post, Spend, Table, of_block
from sim.exchange.events import Events
from sim.exchange.kept import once
from sim.exchange.postings import Postings, Settlement, floor_share, no_postings, owed_by
from sim.exchange.view import ProductFacts, View
from sim.strategies.roster import (
    KolParams,
    Roster,
    cosine,
    draw_followers,
    drifted,
    label_of_fit,
    label_of_weights,
)
from sim.text.message import Message

Ints = NDArray[np.int64]


class InfluencerParams(Params):
    """Levers of influencer commerce."""

    ablation: ClassVar[DeclaredAblation] = DeclaredAblation(
        "heat", "热度起落", "heat", (("mechanisms.heat.mode", "even"),))

    kind: Literal["influencer"] = param("influencer", source="design 2", doc="Kind of strategy", zh="策略类型")
    id: str = param("influencer", source="scenario", doc="Name in paths and tables", zh="编号", pattern=r"^[\w-]{1,40}$")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it, counted from 0", zh="品牌序号")
    product: int = param(0, source="scenario", ge=0, le=7, doc="Product of the brand that is sold, counted from 0",
                         zh="商品序号")
    format: Literal["live", "post"] = param("live", source="scenario",
                                            doc="live: live events that can be watched again; post: posts in a feed",
                                            zh="形式")
    n_kols: int = param(10, source="scenario", ge=1, le=1000, doc="Influencers under contract", zh="网红数")
    followers_min: int = param(300, source=ASSUMPTION, low=100, high=1_000, ge=1, le=10**8, unit="people",
                               doc="Least followers of an influencer", zh="最少粉丝")
    followers_max: int = param(6_000, source=ASSUMPTION, low=2_000, high=20_000, ge=1, le=10**8, unit="people",
                               doc="Most followers of an influencer", zh="最多粉丝")
    followers_exponent: float = param(2.3, source="domain 4.1, row 21", low=2.1, high=2.6, gt=1, le=10,
                                      doc="Exponent of the density of followers", zh="粉丝幂律指数")
    fit: Share = param(0.7, source=ASSUMPTION, low=0.3, high=1.0, doc="Fit of an influencer's label with the product "
                       "on day 0 (cosine)", zh="标签匹配度")
    entertainment: Share = param(0.5, source=ASSUMPTION, low=0.2, high=0.8,
                                 doc="Share of an audience's time that is entertainment, not shopping", zh="娱乐占比")
    roster: tuple[KolParams, ...] = param((), source="scenario", max_length=1000, zh="网红名单",
                                          doc="Influencers one by one, instead of a drawn roster")
    entertainment_effect: Share = param(0.8, source="domain 4.11", low=0.5, high=1.0,
                                        doc="Share of the intent to buy that entertainment takes away", zh="娱乐削减购买")
    trust: Share = param(0.25, source="domain 4.1", low=0.1, high=0.4,
                         doc="Trust of a follower in an influencer whose label fits fully", zh="粉丝信任")
    drift: Share = param(0.005, source="domain 4.11", low=0.002, high=0.01, unit="per slot",
                         doc="Share of the way to the product that a label drifts at each slot", zh="标签漂移")
    every_days: int = param(14, source="scenario", ge=1, le=3650, doc="Days between two slots of an influencer",
                            zh="坑位间隔")
    fee_per_follower: Fen = param(50, source="market 2", low=10, high=150, unit="fen",
                                  doc="Slot fee for each follower", zh="每粉坑位费")
    commission: Share = param(0.2, source="domain 4.11, row 35", low=0.1, high=0.4,
                              doc="The influencer's share of orders that are kept", zh="佣金率")
    discount: Share = param(0.2, source="domain 4.11, row 35", low=0.1, high=0.5, le=0.95,
                            doc="Discount on the list price in the slots", zh="坑位折扣")
    until_day: int | None = param(None, source="scenario", ge=0, le=3650,
                                  doc="Last day of the contract; nothing: the end of the run", zh="合同截止日")

    @field_validator("followers_max")
    @classmethod
    def _not_below_least(cls, value: int, info: object) -> int:
        least = getattr(info, "data", {}).get("followers_min", 0)
        if value < least:
            raise ValueError(Message("influencer.most", least=least))
        return value

    def open(self, view: View) -> Opening:
        """Sign the roster: a rented channel, an account and an offer for each influencer."""
        roster = self.signed(view)
        n = len(roster.followers)
        fit = cosine(roster.label, view.product(self.product).category)
        roster.label.flags.writeable = roster.entertainment.flags.writeable = False
        return Opening(
            n_offers=n, channel_kind=("live" if self.format == "live" else "feed",) * n, channel_owned=(False,) * n,
            channel_capacity=(view.n_people,) * n, channel_account=tuple(range(n)),
            channel_trust=tuple((self.trust * fit).tolist()), followers=tuple(roster.followers.tolist()),
            book={"label": roster.label, "entertainment": roster.entertainment},
        )

    def plan(self, view: View) -> Actions:
        """Make every influencer's offer, hold today's slots and pay for them, while the contract lasts."""
        if self._has_ended(view):
            return Actions()
        offers = once(self._offers, view.product(self.product), view.offers, view.book["label"],
                      view.book["entertainment"])
        slots, fees = self._slots(view)
        tables: list[Table] = []
        if len(slots):
            channel, spend, tone = view.channels[slots], np.empty((5, len(slots)), np.int64), np.ones((4, len(slots)))
            spend[0], spend[1], spend[2], spend[3], spend[4] = (view.brand, int(Account.KOL), channel, fees,
                                                                int(Purpose.SLOT_FEE))
            items, commercial, value, visibility = tone
            value[:] = 0.0
            tables = [of_block(Spend, spend), Post(channel, view.offers[slots], items, commercial, value, visibility,
                                          np.ones(len(slots), np.int64))]
        return Actions(offers=offers, tables=tuple(tables))

    def _offers(self, product: ProductFacts, numbers: Ints, label: NDArray[np.generic],
                idle: NDArray[np.generic]) -> tuple[Offer, ...]:
        """Return every influencer's offer: numbers (n,), label (n, K), idle (n,) the share that is entertainment."""
        price = product.price_fen - int(product.price_fen * self.discount)
        fit = cosine(label.astype(np.float64), product.category)
        fit = fit * (1.0 - self.entertainment_effect * idle.astype(np.float64))
        return tuple([Offer(offer=number, product=product.index, price_fen=price, list_price_fen=product.price_fen,
                            claim=product.claim, fit=f, commission=self.commission)
                      for number, f in zip(numbers.tolist(), fit.tolist(), strict=True)])

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe the commissions of today's orders, and let the labels of today's slots drift."""
        paid, owed = events.settled, self._commissions(events, view)
        if not len(paid):
            return Settlement(postings=owed)
        mine = (paid.purpose == int(Purpose.SLOT_FEE)) & (paid.payee_account == int(Account.KOL))
        held = among(view.channels, paid.payee_owner[mine]).nonzero()[0]
        if not len(held):
            return Settlement(postings=owed)
        label = drifted(view.book["label"].astype(np.float64), held, view.product(self.product).category, self.drift)
        label.flags.writeable = False
        return Settlement(postings=owed, book={"label": label, "entertainment": view.book["entertainment"]})

    def signed(self, view: View) -> Roster:
        """Return the influencers under contract: those of the scenario, or as many as it says, drawn."""
        kols = self.roster or (None,) * self.n_kols
        category, n_categories = view.product(self.product).category, view.n_categories
        drawn = draw_followers(view.key("followers"), len(kols), self.followers_min, self.followers_max,
                               self.followers_exponent)
        side = uniforms(view.key("label"), np.arange(len(kols)))
        followers, labels, idle = [], [], []
        for k, kol in enumerate(kols):
            said = kol or KolParams(followers=int(drawn[k]))
            fit = self.fit if said.fit is None else said.fit
            followers.append(said.followers)
            labels.append(label_of_fit(fit, category, n_categories, side[k]) if said.label is None
                          else label_of_weights(said.label, n_categories))
            idle.append(self.entertainment if said.entertainment is None else said.entertainment)
        return Roster(np.array(followers, np.int64), np.array(labels), np.array(idle, np.float64))

    def _has_ended(self, view: View) -> bool:
        return self.until_day is not None and view.day > self.until_day

    def _slots(self, view: View) -> tuple[Ints, Ints]:
        """Return who holds a slot today, and the fees in fen: those due, not banned, as far as the cash goes.

        What other strategies of the brand spend today is not known here; cuts come later (`exchange/budget`).
        """
        first = once(self._first_slots, len(view.channels))
        due = ((first <= view.day) & ((view.day - first) % self.every_days == 0)).nonzero()[0]
        if not len(due):
            return due, due
        due = due[~view.banned(view.channels[due])]
        fees = self.fee_per_follower * view.members(view.channels[due])
        left, held = view.cash_fen, np.zeros(len(due), np.bool_)
        for at, fee in enumerate(fees.tolist()):
            held[at] = fee <= left
            left -= fee if held[at] else 0
        return due[held], fees[held]

    def _first_slots(self, kols: int) -> Ints:
        """Return the day of each influencer's first slot, int64 (kols,)."""
        return np.arange(kols) * self.every_days // kols

    def _commissions(self, events: Events, view: View) -> Postings:
        """Return what each influencer earned on orders of its offer that were not sent back today."""
        ordered, delivered, n = events.ordered, events.delivered, len(view.offers)
        # The offers of a strategy are numbered one after the other; seen as unsigned, a negative number is beyond them all.
        at = ordered.offer - view.offers[0]
        mine = (at.view(np.uint64) < n).nonzero()[0]
        back = delivered.order[delivered.returned > 0]
        if len(mine) and len(back):
            mine = mine[~among(ordered.order[mine], back)]
        if not len(mine):
            return no_postings()
        owed = np.zeros(n, np.int64)
        np.add.at(owed, at[mine], floor_share(ordered.price_fen[mine] * ordered.quantity[mine], self.commission))
        earns = owed.nonzero()[0]
        return owed_by((int(Account.BRAND), view.brand), int(Account.KOL), view.channels[earns], owed[earns],
                       int(Purpose.COMMISSION), view.day)
