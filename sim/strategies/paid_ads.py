"""Platform retail with paid ads (付费投流): the baseline without any social mechanism of its own.

Impressions are bought by the thousand at a price that drifts upwards, shown to people drawn by
interest, and lead to a shop on the platform, which takes its rate of every sale.

    impressions a day = budget / CPM,   CPM = cpm (1 + drift)^(day / 365)

Sources: market 0.8 and 1.6 (conversion in the order of .04 % an impression at a CPM of 60 CNY);
rising paid traffic C12 of the trade press (domain 1A).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.core.accounts import Account, Purpose
from sim.core.among import among
from sim.core.maths import power
from sim.core.params import ASSUMPTION, Fen, Params, Share, param
from sim.exchange.ablation import DeclaredAblation
from sim.exchange.actions import Actions, Impress, Offer, Opening, Spend
from sim.exchange.events import Events
from sim.exchange.kept import kept
from sim.exchange.postings import Settlement, floor_share, postings
from sim.exchange.view import View

_THOUSAND = 1000


class PaidAdsParams(Params):
    """Levers of platform retail with paid ads."""

    ablation: ClassVar[DeclaredAblation] = DeclaredAblation(
        "memory", "对卖家的记忆", "memory of the seller", (("mechanisms.repurchase.memory", 0),))
    bought_a_day: ClassVar[str] = "daily_budget"

    kind: Literal["paid_ads"] = param("paid_ads", source="design 2", doc="Kind of strategy", zh="策略类型")
    id: str = param("paid_ads", source="scenario", doc="Name in paths and tables", zh="编号", pattern=r"^[\w-]{1,40}$")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it, counted from 0", zh="品牌序号")
    product: int = param(0, source="scenario", ge=0, le=7, doc="Product of the brand that is advertised, counted from 0",
                         zh="商品序号")
    daily_budget: Fen = param(24_000, source="market 4 (4,000 impressions a day)", doc="Spent on impressions a day",
                              zh="日预算", unit="fen")
    cpm: Fen = param(6_000, source="market 1.6", low=2_000, high=12_000, gt=0, unit="fen",
                     doc="Price of a thousand impressions on day 0", zh="千次展示价")
    cpm_drift: Share = param(0.1, source=ASSUMPTION, low=0.0, high=0.3, doc="Rise of the price of impressions a year", zh="千次展示价的年涨幅")
    targeting: Share = param(0.5, source=ASSUMPTION, low=0.0, high=0.9,
                             doc="Share of impressions drawn by interest in the category", zh="定向比例")
    discount: Share = param(0.0, source="scenario", le=0.95, doc="Discount on the list price in the ad", zh="折扣")
    take_rate: Share = param(0.05, source=ASSUMPTION, low=0.02, high=0.1, doc="The platform's share of a sale",
                             zh="平台扣点")
    until_day: int | None = param(None, source="scenario", ge=0, le=3650, doc="Last day of advertising", zh="投放截止日")

    def open(self, view: View) -> Opening:
        """Ask for one offer; the platform owns the audience."""
        del view
        return Opening(n_offers=1)

    def plan(self, view: View) -> Actions:
        """Buy as many impressions as the day's budget pays for."""
        product = view.product(self.product)
        price = product.price_fen - int(product.price_fen * self.discount)
        offer = Offer(offer=int(view.offers[0]), product=product.index, price_fen=price,
                      list_price_fen=product.price_fen, claim=product.claim)
        ended = self.until_day is not None and view.day > self.until_day
        cpm = self.cpm * power(1.0 + self.cpm_drift, view.day / 365.0)
        count = 0 if ended else int(self.daily_budget * _THOUSAND / cpm)
        if count == 0:
            return Actions(offers=(offer,))
        spend = kept(Spend, brand=view.brand, payee_account=int(Account.PLATFORM), payee_owner=0,
                     amount_fen=self.daily_budget, purpose=int(Purpose.MEDIA))
        shown = kept(Impress, offer=view.offers[0], count=count, targeting=self.targeting, spend=0)
        return Actions(offers=(offer,), tables=(spend, shown))

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe the platform its rate of today's sales in its shop."""
        ordered = events.ordered
        if not len(ordered):
            return Settlement()
        mine = among(ordered.offer, view.offers)
        owed = int(floor_share(ordered.price_fen[mine] * ordered.quantity[mine], self.take_rate).sum())
        if not owed:
            return Settlement()
        return Settlement(postings=postings(
            payer_account=int(Account.BRAND), payer_owner=view.brand, payee_account=int(Account.PLATFORM),
            payee_owner=0, amount_fen=owed, purpose=int(Purpose.COMMISSION), due_day=view.day))
