"""What each reseller sold to others, and each rented account: counted as it is sold.

A reseller who fills an own need from own stock is a consumer at that moment: the units count as
sell-through, and as neither a sale to an ultimate user nor own sales.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.exchange.actions import Invite
from sim.exchange.events import Joined, Ordered, PathKind, Refused
from sim.ledger.ledger import Ledger
from sim.world.state import World

Ints = NDArray[np.int64]

_BY_MEMBERSHIP = np.isin(np.arange(len(PathKind)), (PathKind.FEED, PathKind.GROUP, PathKind.LIVE, PathKind.CHAT))
"""Whether the orders of a door name the row of a membership, by the door's number."""


class Retail:
    """Sales of resellers to others, by row of their table.

    Attributes
    ----------
    units, value_fen : int64 (rows,)
        Units sold to other people, and what they paid.
    rented_fen : int64 (channels,)
        What was paid on orders that came through each rented channel.
    """

    def __init__(self, n_channels: int = 0) -> None:
        self.units = np.zeros(0, np.int64)
        self.value_fen = np.zeros(0, np.int64)
        self.rented_fen = np.zeros(n_channels, np.int64)
        self._shown_fen, self._asked = 0, 0

    def count(self, world: World, sold: Ordered, counted: NDArray[np.bool_]) -> int:
        """Add a day's sales; return the units bought from resellers by people who are none.

        Parameters
        ----------
        world : World
        sold : Ordered
            Today's sales.
        counted : bool (orders,)
            Those of the brand that is recorded.
        """
        self._count_rented(world, sold, counted)
        rows = np.flatnonzero(counted & (sold.seller >= 0))
        if not len(rows):
            return 0
        seller, person, units = sold.seller[rows], sold.person[rows], sold.quantity[rows]
        self._reserve(world.resellers.size)
        others = world.resellers.person[seller] != person
        np.add.at(self.units, seller[others], units[others])
        np.add.at(self.value_fen, seller[others], (sold.price_fen[rows] * units)[others])
        return int(units[world.resellers.row_of[person] < 0].sum())

    def _count_rented(self, world: World, sold: Ordered, counted: NDArray[np.bool_]) -> None:
        rows = np.flatnonzero(counted & (sold.path_row >= 0) & _BY_MEMBERSHIP[sold.path_kind])
        if len(rows):
            channel = world.audiences.channel[sold.path_row[rows]].astype(np.int64)
            rented = ~world.channels.owned[channel]
            np.add.at(self.rented_fen, channel[rented], (sold.price_fen * sold.quantity)[rows[rented]])

    def hear(self, invite: Invite | None, joined: Joined, refused: Refused) -> None:
        """Note the income shown to whoever was asked today to become a reseller of the first brand."""
        if invite is None or not len(invite):
            return
        rows = np.flatnonzero((invite.role_tier >= 0) & (invite.brand == 0) & (invite.sponsor >= 0))
        asked = np.concatenate([joined.sponsor[joined.tier >= 0], refused.sponsor[refused.tier >= 0]])
        rows = rows[np.argsort(invite.sponsor[rows], kind="stable")]
        at = np.searchsorted(invite.sponsor[rows], asked)
        known = at < len(rows)
        known[known] = invite.sponsor[rows[at[known]]] == asked[known]
        self._shown_fen += int(invite.perceived_income_fen[rows[at[known]]].sum())
        self._asked += int(np.count_nonzero(known))

    @property
    def shown_fen(self) -> float:
        """Mean monthly income shown to recruits; NaN where nobody was asked."""
        return self._shown_fen / self._asked if self._asked else float("nan")

    def top_share(self, world: World, gmv_fen: float) -> float:
        """Return the share of the largest single seller, a reseller or an account, in all sales; NaN where there is none."""
        by_account = np.bincount(world.channels.account, weights=self.rented_fen) if len(self.rented_fen) else np.zeros(0)
        largest = max(float(self.value_fen.max(initial=0)), float(by_account.max(initial=0.0)))
        return largest / gmv_fen if largest and gmv_fen else float("nan")

    def _reserve(self, size: int) -> None:
        if size > len(self.units):
            room = size + size // 2
            self.units = np.concatenate([self.units, np.zeros(room - len(self.units), np.int64)])
            self.value_fen = np.concatenate([self.value_fen, np.zeros(room - len(self.value_fen), np.int64)])

    def of(self, rows: Ints) -> Ints:
        """Return units sold to others by some rows, int64 (rows,)."""
        self._reserve(int(rows.max(initial=-1)) + 1)
        return self.units[rows]


def pay_facts(ledger: Ledger, retail: Retail, sold_in: float) -> dict[str, float]:
    """Return what resellers earned by what it was for [domain 4.9], in fen; see `sim.records.outcomes.FACTS`.

    Costs are averages: what the channel paid for its goods over the units it took. What a reseller
    earns by selling on to another one is tier spread. With several brands the ledger cannot tell
    whose resellers were paid, so nothing is returned.

    Parameters
    ----------
    ledger : Ledger
    retail : Retail
    sold_in : float
        Units that moved from the brand to resellers.
    """
    if ledger.n_brands > 1 or not sold_in:
        return {}
    flows = ledger.flows.total()
    got = flows[:, Account.RESELLER].sum(axis=0)
    paid_brand = float(flows[Account.RESELLER, Account.BRAND, Purpose.SELL_IN])
    paid_uplines = float(flows[Account.RESELLER, Account.RESELLER, Purpose.SELL_IN])
    out = flows[[Account.INVENTORY, Account.GOODS_VALUE], Account.RESELLER_STOCK].sum()
    handed_on = flows[Account.RESELLER_STOCK, Account.RESELLER_STOCK].sum()
    spread = paid_uplines - paid_brand * float(handed_on) / max(float(out), 1.0)
    rebates = got[[Purpose.LEVEL_REBATE, Purpose.SAME_LEVEL_REBATE, Purpose.TIER_SPREAD]].sum()
    entry, heads = float(got[Purpose.REFERRAL_REBATE]), float(got[Purpose.REFERRAL_REWARD])
    refunded = float(flows[Account.RESELLER, Account.HOUSEHOLD, Purpose.REFUND])
    return {
        "recruiting_income_fen": entry + heads, "entry_fee_pay_fen": entry, "team_pay_fen": float(rebates) + spread,
        "retail_sales_fen": float(retail.value_fen.sum()) - refunded,
        "retail_cost_fen": float(retail.units.sum()) * (paid_brand + spread) / sold_in,
    }
