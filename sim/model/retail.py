"""What each reseller sold to others, what it earned and was paid, and each rented account: counted as it happens.

A reseller who fills an own need from own stock is a consumer at that moment: the units count as
sell-through, and as neither a sale to an ultimate user nor own sales. What comes back was not sold:
the goods either lie on the shelf again or are a loss of whoever sold them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import REBATES, Account, Purpose
from sim.exchange.actions import Invite
from sim.exchange.events import Delivered, Joined, Ordered, PathKind, Refused, StockMoved
from sim.exchange.postings import Postings
from sim.model.counting import count_pay, count_retail, count_shown
from sim.world.state import World

Ints = NDArray[np.int64]

_BY_MEMBERSHIP = np.isin(np.arange(len(PathKind)), (PathKind.FEED, PathKind.GROUP, PathKind.LIVE, PathKind.CHAT))
"""Whether the orders of a door name the row of a membership, by the door's number."""


_KINDS = {Purpose.REFERRAL_REWARD: 0, Purpose.REFERRAL_REBATE: 1, Purpose.COMMISSION: 3}
_KIND_OF = np.array([_KINDS.get(purpose, 2) if purpose in REBATES else -1 for purpose in Purpose])
"""Column of `Retail.pay_fen` by purpose: heads, entry purchases, downlines' purchases, own sales; -1: no pay of resellers."""


class Retail:
    """Sales of resellers to others, and their pay, by row of their table.

    Attributes
    ----------
    units, value_fen, cost_fen : int64 (rows,)
        Units sold to other people and kept, what those paid, and what the goods had cost, spoiled ones included; at the
        average cost of the stock.
    paid_fen : int64 (rows,)
        What other people paid, before anything came back.
    pay_fen : int64 (rows, 4)
        Paid for heads, for recruits' entry purchases, for downlines' purchases, on own sales.
    rented_fen : int64 (channels,)
        What was paid on orders that came through each rented channel.
    """

    def __init__(self, n_channels: int = 0) -> None:
        self.units, self.value_fen, self.cost_fen, self.paid_fen = (np.zeros(0, np.int64) for _ in range(4))
        self.pay_fen = np.zeros((0, 4), np.int64)
        self.rented_fen = np.zeros(n_channels, np.int64)
        self._shown_fen, self._asked = 0, 0
        self._row_of: NDArray[np.int32] | None = None

    def count(self, world: World, sold: Ordered, ours: NDArray[np.bool_], delivered: Delivered) -> int:
        """Add a day's sales; return the units bought from resellers, and kept, by people who are none.

        Parameters
        ----------
        world : World
        sold : Ordered
            Today's sales.
        ours : bool (P,)
            Products of the brand that is recorded.
        delivered : Delivered
            What became of them, row by row.
        """
        self._count_rented(world, sold, ours)
        if not world.resellers.size:
            return 0
        table = world.resellers
        self._reserve(table.size)
        ultimate: int = count_retail(
            sold.seller, sold.person, sold.product, sold.quantity, sold.price_fen, delivered.returned, delivered.resaleable, ours,
            table.person, table.unit_fen, table.row_of, self.units, self.value_fen, self.cost_fen, self.paid_fen)
        return ultimate

    def hand_on(self, world: World, moved: StockMoved) -> None:
        """Add what resellers earned on goods that they sold to other resellers, as pay on downlines' purchases."""
        k = ((moved.supplier >= 0) & (moved.buyer >= 0)).nonzero()[0]
        if len(k):
            self._reserve(world.resellers.size)
            supplier = moved.supplier[k]
            margin = moved.unit_fen[k] - world.resellers.unit_fen[supplier, moved.product[k]]
            np.add.at(self.pay_fen[:, 2], supplier, margin * moved.quantity[k])

    def pay(self, world: World, rows: Postings, day: int) -> None:
        """Add what resellers are owed for what others bought, and for whom they brought; it keeps them going."""
        self._reserve(world.resellers.size)
        count_pay(rows.payee_account, rows.payee_owner, rows.purpose, rows.amount_fen, int(Account.RESELLER), _KIND_OF, day,
                  world.resellers.profit_day, self.pay_fen)

    def income_fen(self, rows: Ints) -> Ints:
        """Return the gross income of some rows, int64 (rows,): margin on own sales, where there is one, and all pay."""
        self._reserve(int(rows.max(initial=-1)) + 1)
        margin = np.maximum(self.value_fen[rows] - self.cost_fen[rows], 0)
        income: Ints = margin + self.pay_fen[rows].sum(axis=1)
        return income

    def _count_rented(self, world: World, sold: Ordered, ours: NDArray[np.bool_]) -> None:
        if np.count_nonzero(world.channels.owned) == len(world.channels.owned):
            return
        rows = (ours[sold.product] & (sold.path_row >= 0) & _BY_MEMBERSHIP[sold.path_kind]).nonzero()[0]
        if len(rows):
            channel = world.audiences.channel[sold.path_row[rows]].astype(np.int64)
            rented = ~world.channels.owned[channel]
            np.add.at(self.rented_fen, channel[rented], (sold.price_fen * sold.quantity)[rows[rented]])

    def hear(self, world: World, invite: Invite | None, joined: Joined, refused: Refused) -> None:
        """Note the income shown to whoever was asked today to become a reseller of the first brand."""
        if invite is None or not len(invite):
            return
        if self._row_of is None:
            self._row_of = np.full(world.n_people, -1, np.int32)
        shown, asked = count_shown(
            invite.sponsor, invite.role_tier, invite.brand, invite.perceived_income_fen, joined.sponsor, joined.tier,
            refused.sponsor, refused.tier, self._row_of)
        self._shown_fen += shown
        self._asked += asked

    @property
    def shown_fen(self) -> float:
        """Mean monthly income shown to recruits; NaN where nobody was asked."""
        return self._shown_fen / self._asked if self._asked else float("nan")

    def top_share(self, world: World, gmv_fen: float) -> float:
        """Return the share of the largest single seller, a reseller or an account, in all sales; NaN where there is none."""
        by_account = np.bincount(world.channels.account, weights=self.rented_fen) if len(self.rented_fen) else np.zeros(0)
        largest = max(float(self.paid_fen.max(initial=0)), float(by_account.max(initial=0.0)))
        return largest / gmv_fen if largest and gmv_fen else float("nan")

    def _reserve(self, size: int) -> None:
        if size > len(self.units):
            room = size + size // 2
            for name in ("units", "value_fen", "cost_fen", "paid_fen", "pay_fen"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate([held, np.zeros((room - len(held), *held.shape[1:]), np.int64)]))

    def of(self, rows: Ints) -> Ints:
        """Return units sold to others, and kept, by some rows, int64 (rows,)."""
        self._reserve(int(rows.max(initial=-1)) + 1)
        return self.units[rows]

    def pay_facts(self, rows: Ints, entry_levels_fen: float) -> dict[str, float]:
        """Return what some rows earned together by what it was for [domain 4.9], in fen; see `sim.records.outcomes.FACTS`.

        Parameters
        ----------
        rows : int64 (n,)
            The resellers of the brand that is recorded.
        entry_levels_fen : float
            Level and same-level rebates on recruits' first orders: entering is paid for there, too.
        """
        if not len(rows):
            return {}
        self._reserve(int(rows.max()) + 1)
        heads, referrals, team, own = (float(fen) for fen in self.pay_fen[rows].sum(axis=0))
        entry = referrals + entry_levels_fen
        return {
            "recruiting_income_fen": heads + entry, "entry_fee_pay_fen": entry, "team_pay_fen": team - entry_levels_fen,
            "retail_sales_fen": float(self.value_fen[rows].sum()), "retail_cost_fen": float(self.cost_fen[rows].sum()) - own,
        }
