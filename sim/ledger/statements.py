"""What a brand earned, in the lines people read, and what everybody earned together.

    profit = cash - opening capital + inventory at cost (less opening inventory) - payables + receivables

so a sale counts on the day it is booked even if its commission is paid a week later, and goods
bought but not sold are not a loss. Provisions (buy-back, stock at the horizon) are the model's to add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.ledger.ledger import CLOSING

if TYPE_CHECKING:
    from sim.ledger.ledger import Ledger

Ints = NDArray[np.int64]

GROUPS: dict[str, tuple[Purpose, ...]] = {
    "capital": (Purpose.CAPITAL,),
    "revenue": (Purpose.SALE, Purpose.REFUND, Purpose.SELL_IN, Purpose.RESELLER_SALE, Purpose.BUY_IN, Purpose.BUY_BACK,
                Purpose.ESCROW_IN, Purpose.ESCROW_RELEASE, Purpose.ESCROW_REFUND, Purpose.MEMBERSHIP_FEE),
    "goods": (Purpose.GOODS, Purpose.STOCK_VALUE, Purpose.WRITE_OFF),
    "delivery": (Purpose.DELIVERY, Purpose.RETURN_FREIGHT),
    "media": (Purpose.MEDIA, Purpose.SLOT_FEE, Purpose.LEAD),
    "people": (Purpose.HOST, Purpose.BASE_PAY, Purpose.HIRING),
    "incentives": (Purpose.PACKET, Purpose.COMMISSION, Purpose.REFERRAL_REWARD, Purpose.TIER_SPREAD,
                   Purpose.LEVEL_REBATE, Purpose.REFERRAL_REBATE, Purpose.SAME_LEVEL_REBATE),
    "other": (Purpose.SURVEY, Purpose.TOOLS, Purpose.DEBT, Purpose.OTHER),
}
"""Every purpose belongs to exactly one group of statement lines."""


def by_purpose(ledger: Ledger, brand: int = 0) -> dict[str, Ints]:
    """Return a brand's statement: purpose name in lower case -> int64 (T,), received +, paid -; used lines only."""
    lines = ledger.statement[brand]
    return {p.name.lower(): lines[p].copy() for p in Purpose if lines[p].any()}


def by_group(ledger: Ledger, brand: int = 0, *, accrued: bool = False) -> dict[str, Ints]:
    """Return a brand's statement by group of purposes, int64 (T,) each, received +, paid -.

    `accrued`: on the day an amount became due, not on the day it was paid; then the sum of all groups
    but capital, and the change of stock at cost, is the day's profit.
    """
    lines = (ledger.accrued if accrued else ledger.statement)[brand]
    return {group: lines[list(purposes)].sum(axis=0) for group, purposes in GROUPS.items()}


def profit(ledger: Ledger, brand: int = 0) -> Ints:
    """Return a brand's cumulative profit at the end of every day, int64 (T,)."""
    cash, stock, payables, receivables = (ledger.closing(w)[brand] for w in CLOSING)
    opening_cash = np.cumsum(ledger.statement[brand, Purpose.CAPITAL])
    opening_stock = int(ledger.balances.column(ledger.balances.opening, Account.INVENTORY)[brand])
    result: Ints = cash - opening_cash + stock - opening_stock - payables + receivables
    return result


@dataclass(frozen=True)
class ParticipantResults:
    """What each kind of participant gained so far, in fen: cash, goods at cost, debts in and out; openings taken off.

    `total_fen` is the sum over brands, resellers and KOLs: rebates and sell-in cancel in it, so it
    shows whether the channel as a whole earned, whoever won inside it.
    """

    brands_fen: int
    resellers_fen: int
    kols_fen: int

    @property
    def total_fen(self) -> int:
        """Sum of all participants' results."""
        return self.brands_fen + self.resellers_fen + self.kols_fen


def participants(ledger: Ledger) -> ParticipantResults:
    """Return the results of all participants as the ledger stands now."""
    def gained(*accounts: Account) -> int:
        return sum(int(ledger.result(a).sum()) for a in accounts)

    return ParticipantResults(
        brands_fen=gained(Account.BRAND, Account.INVENTORY),
        resellers_fen=gained(Account.RESELLER, Account.RESELLER_STOCK),
        kols_fen=gained(Account.KOL),
    )
