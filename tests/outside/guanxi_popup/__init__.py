"""Pop-up stalls (快闪摊位): passers-by see the goods, as long as the rent is paid.

    passers a day = stalls x footfall;  rent = stalls x rent a day

A stall is closed on the day after the rent could not be paid in full: the book remembers what was paid.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.core.params import ASSUMPTION, Fen, Params, param
from sim.exchange.actions import Actions, Impress, Offer, Opening, Spend, rows
from sim.exchange.events import Events
from sim.exchange.postings import Settlement
from sim.exchange.view import View


class PopupStallParams(Params):
    """Levers of pop-up stalls."""

    kind: Literal["popup_stall"] = param("popup_stall", source="scenario", doc="Kind of strategy", zh="策略类型")
    id: str = param("popup_stall", source="scenario", doc="Name in paths and tables", zh="编号")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it, counted from 0", zh="品牌序号")
    stalls: int = param(2, source="scenario", ge=1, le=100, doc="Stalls kept", zh="摊位数")
    footfall: int = param(400, source=ASSUMPTION, low=100, high=2000, ge=0, le=100_000, doc="Passers-by a stall and day",
                          zh="人流量")
    rent: Fen = param(20_000, source=ASSUMPTION, low=5_000, high=100_000, unit="fen", doc="Rent of a stall and day",
                      zh="日租金")

    def open(self, view: View) -> Opening:
        """Ask for one offer."""
        del view
        return Opening(n_offers=1)

    def plan(self, view: View) -> Actions:
        """Rent the stalls that could be paid yesterday and let people pass."""
        product = view.product(0)
        offer = Offer(offer=int(view.offers[0]), product=product.index, price_fen=product.price_fen,
                      list_price_fen=product.price_fen, claim=product.claim)
        open_stalls = int(view.book["open"][0]) if "open" in view.book else self.stalls
        if not open_stalls:
            return Actions(offers=(offer,))
        rent = rows(Spend, brand=view.brand, payee_account=int(Account.PLATFORM), payee_owner=0,
                    amount_fen=self.rent * open_stalls, purpose=int(Purpose.OTHER))
        passing = rows(Impress, offer=view.offers, count=self.footfall * open_stalls, targeting=0.0, spend=0)
        return Actions(offers=(offer,), tables=(rent, passing))

    def settle(self, events: Events, view: View) -> Settlement:
        """Keep only the stalls whose rent was paid in full."""
        mine = (events.settled.brand == view.brand) & (events.settled.purpose == int(Purpose.OTHER))
        paid = int(events.settled.paid_fen[mine].sum())
        kept = paid // self.rent if self.rent else self.stalls
        return Settlement(book={"open": np.array([kept], np.int64)})
