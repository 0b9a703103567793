"""Share rewards (分享有礼): buyers who were pleased are thanked for showing the product to their friends.

A small budget of impressions finds the first buyers. Whoever was pleased with a delivery is asked to show the
offer to friends on the next day, once, and gets a thank-you for it:

    shown on day t+1 by the pleased buyers of day t;   owed on day t+1 = pleased buyers of day t x thanks

Nobody is asked while the brand could not pay them all.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.core.params import ASSUMPTION, Fen, Params, Share, param
from sim.exchange.actions import LAYER_ALL, Actions, Impress, Offer, Opening, PeerPost, Spend, Table, rows
from sim.exchange.events import Events
from sim.exchange.postings import Settlement, postings
from sim.exchange.view import View


class ShareRewardParams(Params):
    """Levers of share rewards."""

    kind: Literal["share_reward"] = param("share_reward", source="scenario", doc="Kind of strategy", zh="策略类型")
    id: str = param("share_reward", source="scenario", doc="Name in paths and tables", zh="编号")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it, counted from 0", zh="品牌序号")
    discount: Share = param(0.1, source="scenario", le=0.95, doc="Discount on the list price", zh="折扣")
    thanks: Fen = param(500, source="scenario", doc="Thank-you for showing it to friends", zh="分享奖励", unit="fen")
    items: float = param(1.0, source=ASSUMPTION, low=0.5, high=3, ge=0, le=100, doc="Posts of a buyer to friends",
                         zh="每人分享条数")
    daily_budget: Fen = param(6_000, source="scenario", doc="Spent on impressions a day", zh="日预算", unit="fen")
    cpm: Fen = param(6_000, source="market 1.6", low=2_000, high=12_000, gt=0, doc="Price of a thousand impressions",
                     zh="千次展示价", unit="fen")

    def open(self, view: View) -> Opening:
        """Ask for one offer; there is no channel of the seller's own."""
        del view
        return Opening(n_offers=1, book={"asked": np.empty(0, np.int64)})

    def plan(self, view: View) -> Actions:
        """Buy impressions, and let those who were asked yesterday show the offer to friends."""
        product = view.product(0)
        price = product.price_fen - int(product.price_fen * self.discount)
        offer = Offer(offer=int(view.offers[0]), product=product.index, price_fen=price,
                      list_price_fen=product.price_fen, claim=product.claim)
        tables: list[Table] = []
        count = self.daily_budget * 1000 // self.cpm
        if count:
            tables.append(rows(Spend, brand=view.brand, payee_account=int(Account.PLATFORM), payee_owner=0,
                               amount_fen=self.daily_budget, purpose=int(Purpose.MEDIA)))
            tables.append(rows(Impress, offer=view.offers, count=count, targeting=0.0, spend=0))
        asked = view.book["asked"]
        if len(asked):
            tables.append(rows(PeerPost, person=asked, offer=view.offers[0], items=self.items, layers=LAYER_ALL))
        return Actions(offers=(offer,), tables=tuple(tables))

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe the thank-you to those who showed it today, and ask those who were pleased today."""
        owed = len(view.book["asked"]) * self.thanks
        came = events.delivered
        pleased = came.person[(came.product == view.product(0).index) & (came.satisfaction > 0)]
        asked = np.unique(pleased) if view.cash_fen - owed >= len(pleased) * self.thanks else np.empty(0, np.int64)
        if not owed:
            return Settlement(book={"asked": asked})
        return Settlement(book={"asked": asked}, postings=postings(
            payer_account=int(Account.BRAND), payer_owner=view.brand, payee_account=int(Account.HOUSEHOLD),
            payee_owner=0, amount_fen=owed, purpose=int(Purpose.REFERRAL_REWARD), due_day=view.day))
