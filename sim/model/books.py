"""The money of a run as people read it: daily series of revenue and costs, and where the price of a unit goes.

Every purpose that money moves for belongs to one daily series (`SERIES`) and to one part of the price
(`PARTS`); a new one without a place fails a test. All amounts are accrued: a commission is a cost on
the day of the sale, whenever it is paid.

    profit a day       = net revenue - sum of the cost series
    price of a unit    = sum of the parts, of which `profit` stays with the brand and `resellers` with
                         its resellers: what they took and received, less what they paid the brand,
                         sent, refunded, or were left with unsold. Rebates stand beside it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.ledger import statements
from sim.ledger.ledger import Ledger

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REVENUE = "net_revenue_fen"
SERIES: dict[str, tuple[Purpose, ...]] = {
    REVENUE: (Purpose.SALE, Purpose.REFUND, Purpose.SELL_IN, Purpose.RESELLER_SALE, Purpose.BUY_IN, Purpose.BUY_BACK,
              Purpose.ESCROW_RELEASE, Purpose.ESCROW_IN, Purpose.ESCROW_REFUND, Purpose.MEMBERSHIP_FEE),
    "cost_goods_fen": (Purpose.GOODS, Purpose.STOCK_VALUE, Purpose.WRITE_OFF),
    "cost_delivery_fen": (Purpose.DELIVERY, Purpose.RETURN_FREIGHT),
    "cost_media_fen": (Purpose.MEDIA, Purpose.SLOT_FEE, Purpose.LEAD),
    "cost_people_fen": (Purpose.HOST, Purpose.BASE_PAY, Purpose.HIRING, Purpose.SURVEY),
    "cost_incentives_fen": (Purpose.PACKET, Purpose.COMMISSION, Purpose.REFERRAL_REWARD, Purpose.TIER_SPREAD,
                            Purpose.LEVEL_REBATE, Purpose.REFERRAL_REBATE, Purpose.SAME_LEVEL_REBATE),
    "cost_other_fen": (Purpose.TOOLS, Purpose.DEBT, Purpose.OTHER),
}
"""Daily series to the purposes in it; opening capital is no trade."""

PARTS: dict[str, tuple[Purpose, ...]] = {
    "goods": (Purpose.GOODS, Purpose.STOCK_VALUE), "write_off": (Purpose.WRITE_OFF,),
    "delivery": (Purpose.DELIVERY, Purpose.RETURN_FREIGHT), "refunds": (Purpose.REFUND, Purpose.ESCROW_REFUND),
    "media": (Purpose.MEDIA,), "lead": (Purpose.LEAD,), "slot_fee": (Purpose.SLOT_FEE,),
    "commission": (Purpose.COMMISSION,), "host": (Purpose.HOST, Purpose.SURVEY),
    "base_pay": (Purpose.BASE_PAY, Purpose.HIRING),
    "packet": (Purpose.PACKET, Purpose.REFERRAL_REWARD),
    "rebates": (Purpose.LEVEL_REBATE, Purpose.REFERRAL_REBATE, Purpose.SAME_LEVEL_REBATE, Purpose.TIER_SPREAD),
    "buy_back": (Purpose.BUY_BACK,), "membership_fee": (Purpose.MEMBERSHIP_FEE,), "other": (Purpose.TOOLS, Purpose.DEBT, Purpose.OTHER),
}
"""Parts of the price to the purposes they pay for, as the brand books them; what it takes for goods is no part.

Fees that members pay besides the price are a part below zero: they pay for some of the others."""

INCOMING = (Purpose.CAPITAL, Purpose.SALE, Purpose.SELL_IN, Purpose.RESELLER_SALE, Purpose.BUY_IN, Purpose.ESCROW_IN,
            Purpose.ESCROW_RELEASE)
"""Purposes that bring the brand or its resellers the price (or capital): no part of it."""


def money_series(ledger: Ledger, brand: int = 0) -> dict[str, Floats]:
    """Return the money series of a brand, float64 (T,) each, signed so that a cost is positive."""
    lines = ledger.accrued[brand]
    found = {name: (1.0 if name == REVENUE else -1.0) * lines[list(purposes)].sum(axis=0)
             for name, purposes in SERIES.items()}
    found["cost_goods_fen"] -= _stock_built(ledger, brand)
    found["profit_fen"] = statements.profit(ledger, brand).astype(np.float64)
    found["cash_fen"] = ledger.closing("cash")[brand].astype(np.float64)
    return found


def _stock_built(ledger: Ledger, brand: int) -> Ints:
    """Return by how much stock at cost rose each day, int64 (T,): bought but not used up, it is no cost yet."""
    opening = int(ledger.balances.column(ledger.balances.opening, Account.INVENTORY)[brand])
    built: Ints = np.diff(ledger.closing("inventory")[brand], prepend=opening)
    return built


def price_split(series: dict[str, Floats], ledger: Ledger) -> dict[str, float]:
    """Return where the average price paid to the first brand and its resellers goes, in fen a unit.

    Parameters
    ----------
    series : dict of float64 (T,)
        Finished daily series.
    ledger : Ledger
        Of a finished run.

    Returns
    -------
    dict of float
        The parts of `PARTS` with any money in them, ``resellers`` where there are some, ``profit``; their sum
        is the price. Empty if nothing was sold.
    """
    units = float(series["units"].sum())
    if not units:
        return {}
    lines = ledger.accrued[0]
    parts = {name: -float(lines[list(purposes)].sum()) for name, purposes in PARTS.items()}
    flows = ledger.flows.total()
    written_off = float(flows[Account.INVENTORY, Account.GOODS_VALUE, Purpose.WRITE_OFF]) if ledger.n_brands == 1 else 0.0
    parts["goods"] += -float(_stock_built(ledger, 0).sum()) - written_off
    parts["write_off"] += written_off
    parts["refunds"] = float(series["refunds_fen"].sum())
    # What is provided for stock that will be taken back has left the profit, and not yet the till.
    parts["buy_back"] += float(statements.profit(ledger)[-1]) - float(series["profit_fen"][-1])
    if ledger.n_brands == 1:
        # What resellers send is freight, whoever pays; with several brands it cannot be told whose it is.
        sent = flows[Account.RESELLER, Account.LOGISTICS]
        parts["delivery"] += float(sent[[Purpose.DELIVERY, Purpose.RETURN_FREIGHT]].sum())
    profit = float(series["profit_fen"][-1])
    resellers = float(series["gmv_fen"].sum()) - sum(parts.values()) - profit
    shown = parts | {"resellers": resellers}
    return {name: value / units for name, value in shown.items() if value} | {"profit": profit / units}
