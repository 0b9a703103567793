"""What a brand earned, and in which lines.

    profit = cash - opening capital + inventory at cost (less opening inventory) - payables + receivables

so a sale counts on the day it is booked even if its commission is paid a week later, and goods
bought but not sold are not a loss. Provisions (buy-back, stock at the horizon) are the model's to add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.ledger.ledger import CLOSING

if TYPE_CHECKING:
    from sim.ledger.ledger import Ledger

Ints = NDArray[np.int64]

def by_purpose(ledger: Ledger, brand: int = 0) -> dict[str, Ints]:
    """Return a brand's statement: purpose name in lower case -> int64 (T,), received +, paid -; used lines only."""
    lines = ledger.statement[brand]
    return {p.name.lower(): lines[p].copy() for p in Purpose if lines[p].any()}


def profit(ledger: Ledger, brand: int = 0) -> Ints:
    """Return a brand's cumulative profit at the end of every day, int64 (T,)."""
    cash, stock, payables, receivables = (ledger.closing(w)[brand] for w in CLOSING)
    opening_cash = np.cumsum(ledger.statement[brand, Purpose.CAPITAL])
    opening_stock = int(ledger.balances.column(ledger.balances.opening, Account.INVENTORY)[brand])
    result: Ints = cash - opening_cash + stock - opening_stock - payables + receivables
    return result
