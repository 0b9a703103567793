"""Dual rebate (双创微商): tiers of resellers who hold stock, and rebates for whoever brings the next one.

The brand sells to resellers (代理) only, the cheaper the higher their tier; they sell to friends, bring
recruits, and earn margin, spread and rebates. Goods that are sold in need not be sold through: what
resellers cannot sell is theirs, but for the share that the brand buys back.

Decisions a day:

    founders, drawn from everybody under the world's seed, are found on day 0 with the money for their first stock
    a newcomer orders the units of the buy-in; later everybody orders up to the newsvendor's stock for what
        they hope to sell (`stocking`), on their own day of every `every_days`, out of their till alone
    resellers with stock post among their friends; each is pushed to bring somebody on a share `push` of days,
        and does so the likelier the more satisfied they are and the larger the referral rebate (`recruiting`)
    income shown to recruits = exaggeration ((1 - b) mean + b max) of what the sponsor and the uplines still
        there earned in 30 days (`earnings`)
    rise a tier at its cumulative units or recruits; stock of who gives up is bought back at `buy_back` of its price
    rebates as in `rebates`, from today's stock orders, spendable tomorrow

Who joins, who gives up and who buys are mechanisms' business (`recruiting`, `choice`, `sellers`). What a
reseller takes home for own use is no sale. The indicators that go with it are no legal advice.

Sources: K4 of the trade press (domain 1A) as a hypothesis; prices and buy-in domain row 67 (trade knowledge),
rebates and stocking domain 4.9, recruiting domain 4.8 with market 0.5. The compliance lines stand in the outcomes.
"""

from __future__ import annotations

import itertools
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from sim.core.accounts import Account, Purpose
from sim.core.draws import uniforms
from sim.core.params import ASSUMPTION, Params, PerDay, Share, param
from sim.exchange.ablation import DeclaredAblation
from sim.exchange.actions import (
    BY_PATH,
    LAYER_ALL,
    Actions,
    Enrol,
    Invite,
    Offer,
    Opening,
    PeerPost,
    Promote,
    StockOrder,
    Table,
    columns_of,
    of_block,
    rows,
)
from sim.exchange.events import Events
from sim.exchange.kept import once
from sim.exchange.postings import Postings, Settlement, floor_share, join_postings, no_postings, owed_by, postings
from sim.exchange.view import ProductFacts, View
from sim.strategies.earnings import column, remember, show
from sim.strategies.rebates import Owed, RebateParams, owed_on
from sim.strategies.stocking import StockParams, critical_ratio, list_orders
from sim.strategies.tiers import TIERS, RecruitParams, TierParams, earned_tiers
from sim.text.message import Message

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Terms(NamedTuple):
    """What the levers come to for a product: all that is the same on every day.

    Parameters
    ----------
    offers : tuple of Offer
        The one that resellers make.
    unit_fen : int64 (tiers,)
        What a unit costs each tier.
    ratio : float64 (tiers,)
        The newsvendor's ratio of each tier.
    least : int64 (2, tiers)
        Units, and recruits, that each tier takes.
    invitation : int64 (7, 1)
        What all invitations share: the columns of `Invite` between sponsor and income shown.
    levels : int64 (1,)
        Levels of uplines that are paid by a share.
    """

    offers: tuple[Offer, ...]
    unit_fen: Ints
    ratio: NDArray[np.float64]
    least: Ints
    invitation: Ints
    levels: Ints


class DualRebateParams(Params):
    """Levers of dual rebate."""

    ablation: ClassVar[DeclaredAblation] = DeclaredAblation(
        "recruiting", "招募代理", "recruiting", (("mechanisms.recruiting.mode", "off"),))

    kind: Literal["dual_rebate"] = param("dual_rebate", source="design 2", doc="Kind of strategy", zh="策略类型")
    id: str = param("dual_rebate", source="scenario", doc="Name in paths and tables", zh="编号", pattern=r"^[\w-]{1,40}$")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it, counted from 0", zh="品牌序号")
    product: int = param(0, source="scenario", ge=0, le=7, doc="Product of the brand that is sold, counted from 0",
                         zh="商品序号")
    tiers: tuple[TierParams, ...] = param(TIERS, source="domain row 67", min_length=1, max_length=8,
                                          doc="Tiers, lowest first", zh="代理级别")
    founders: int = param(10, source="market 7", low=5, high=50, ge=0, le=100_000, doc="Resellers found on day 0",
                          zh="创始代理人数")
    founder_units: int = param(60, source="market 7", low=10, high=200, ge=0, le=1_000_000,
                               doc="Units that a founder orders on day 0", zh="创始代理首单")
    posts_a_day: PerDay = param(1.0, source=ASSUMPTION, low=0.3, high=5, le=1000,
                                doc="Posts a day of a reseller among all friends", zh="代理日发圈")
    discount: Share = param(0.0, source="scenario", le=0.95, doc="Discount of resellers on the list price", zh="折扣")
    buy_back: Share = param(0.0, source="domain 4.9", low=0, high=1,
                            doc="Share of its price at which stock of who gives up is bought back", zh="回购比例")
    stock: StockParams = StockParams()
    rebates: RebateParams = RebateParams()
    recruits: RecruitParams = RecruitParams()

    @field_validator("tiers")
    @classmethod
    def _in_order(cls, tiers: tuple[TierParams, ...]) -> tuple[TierParams, ...]:
        for lower, higher in itertools.pairwise(tiers):
            if higher.price_share >= lower.price_share:
                raise ValueError(Message("dual_rebate.tiers", tier=higher.name, share=higher.price_share,
                                         below=lower.price_share))
            if 0 < higher.units <= lower.units:
                raise ValueError(Message("dual_rebate.units", tier=higher.name, units=higher.units, least=lower.units))
        return tiers

    @field_validator("rebates")
    @classmethod
    def _payable(cls, rebates: RebateParams) -> RebateParams:
        given = rebates.referral + sum(rebates.levels) + rebates.same_level
        if given > 1.0:
            raise ValueError(Message("dual_rebate.rebates", given=given))
        return rebates

    def cautions(self, price_fen: int, unit_cost_fen: int) -> list[Message]:
        """Return a warning for each tier whose unit, at worst, costs the brand more than it leaves after rebates."""
        unit = [int(floor_share(np.array([price_fen], np.int64), tier.price_share)[0]) for tier in self.tiers]
        found = []
        for k, tier in enumerate(self.tiers):
            is_top = k == len(unit) - 1 > 0
            owed = self.rebates.referral + sum(self.rebates.levels) + (self.rebates.same_level if is_top else 0.0)
            left = (unit[-1] if self.rebates.spread else unit[k]) - owed * unit[k]
            if left < unit_cost_fen:
                found.append(Message("dual_rebate.no_margin", tier=tier.name, left=left / 100, cost=unit_cost_fen / 100))
        return found

    def open(self, view: View) -> Opening:
        """Ask for one offer, sold by whoever passes it on, and find the founders."""
        lots, few = uniforms(view.key("founders"), np.arange(view.n_people)), min(self.founders, view.n_people)
        found = np.sort(np.argpartition(lots, few - 1)[:few]) if few else np.empty(0)
        return Opening(n_offers=1, book={"founders": found.astype(np.int64)})

    # ------------------------------------------------------------------ plan

    def plan(self, view: View) -> Actions:
        """Enrol the founders on day 0; later order stock, buy back and post, from yesterday's closing book."""
        product = view.product(self.product)
        terms, table = self._today(view), view.resellers
        if view.day == 0:
            return Actions(offers=terms.offers, tables=(self._founded(view, terms),))
        active: Bools = (table.left < 0) & (table.brand == view.brand)
        parts = [self._ordered(view, product, terms, active), self._bought_back(view, product) if self.buy_back else None,
                 self._posted(view, product, active) if self.posts_a_day else None]
        return Actions(offers=terms.offers, tables=tuple([p for p in parts if p is not None]))

    def _today(self, view: View) -> Terms:
        """Return what the levers come to, which is worked out once."""
        return once(self.terms, view.product(self.product), view.brand, int(view.offers[0]))

    def terms(self, product: ProductFacts, brand: int, number: int) -> Terms:
        """Return what the levers come to for a product of a brand, offered under a number."""
        price = np.array([product.price_fen], np.int64)
        unit = np.concatenate([floor_share(price, tier.price_share) for tier in self.tiers])
        cost = unit.astype(np.float64)
        offer = Offer(offer=number, product=product.index,
                      price_fen=product.price_fen - int(product.price_fen * self.discount),
                      list_price_fen=product.price_fen, claim=product.claim, stock_owner=BY_PATH)
        earns = product.price_fen - int(product.price_fen * self.discount) - product.delivery_fen
        # A recruit's first goods, and the fee, must be paid; a share of the former is the sponsor's.
        first = self.stock.buy_in * int(unit[0])
        reward = int(floor_share(np.array([first], np.int64), self.rebates.referral)[0]) + self.rebates.head_count
        said = {"invitee": -1, "channel": -1, "role_tier": 0, "brand": brand, "reward_sponsor_fen": reward,
                "reward_invitee_fen": 0, "buy_in_fen": first + self.recruits.entry_fee}
        return Terms(
            (offer,), unit, critical_ratio(earns, cost, self.buy_back * cost),
            np.array([[tier.units for tier in self.tiers], [tier.recruits for tier in self.tiers]], np.int64),
            np.array([said[name] for name in list(columns_of(Invite))[1:8]], np.int64)[:, None],
            np.array([self.rebates.levels_paid]))

    def _founded(self, view: View, terms: Terms) -> Table:
        """Enrol the founders, each with the money for a first order."""
        founder = view.people_named(view.book["founders"].astype(np.int64))
        return rows(Enrol, person=founder, channel=-1, tier=0, brand=view.brand, upline=-1,
                    buy_in_fen=self.founder_units * int(terms.unit_fen[0]))

    def _ordered(self, view: View, product: ProductFacts, terms: Terms, active: Bools) -> Table | None:
        """Order first units for newcomers, and up to the newsvendor's stock for those whose day it is."""
        table, stock, size = view.resellers, self.stock, len(active)
        turn = table.name % stock.every_days == view.day % stock.every_days
        columns = np.empty((5, size), np.int64)
        buyer, supplier, goods, units, price = columns
        n = list_orders(
            active, turn, table.bought, table.joined, table.tier, table.stock, product.index,
            column(view.book, "rate", size, stock.expects), terms.unit_fen, terms.ratio,
            stock.optimism * stock.cover, stock.least, self.founder_units, stock.buy_in, buyer, units, price)
        if not n:
            return None
        supplier[:n], goods[:n] = -1, product.index
        return of_block(StockOrder, columns[:, :n])

    def _bought_back(self, view: View, product: ProductFacts) -> Table | None:
        """Take back what yesterday's leavers hold, at a share of what it had cost them."""
        table = view.resellers
        stock = table.stock[:, product.index]
        gone = ((table.left >= 0) & (table.brand == view.brand) & (stock > 0)).nonzero()[0]
        if not len(gone):
            return None
        return rows(StockOrder, buyer=-1, supplier=gone, product=product.index, quantity=stock[gone],
                    unit_fen=floor_share(table.unit_fen[gone, product.index], self.buy_back))

    def _posted(self, view: View, product: ProductFacts, active: Bools) -> Table | None:
        """Let everybody with stock post among their friends."""
        row = (active & (view.resellers.stock[:, product.index] > 0)).nonzero()[0]
        n = len(row)
        if not n:
            return None
        columns = np.empty((3, n), np.int64)
        columns[0], columns[1], columns[2] = view.resellers.person[row], view.offers[0], LAYER_ALL
        return PeerPost(columns[0], columns[1], np.full(n, self.posts_a_day, np.float64), columns[2])

    # ------------------------------------------------------------------ settle

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe rebates on today's orders, remember what everybody sold and earned, promote and recruit tomorrow."""
        product, table = view.product(self.product), view.resellers
        terms, mine = self._today(view), table.brand == view.brand
        active = mine & (table.left < 0)
        owed = owed_on(events.stock_moved, product.index, table, mine, active, terms.unit_fen, self.rebates)
        if self.rebates.head_count:
            owed = self._with_heads(view, owed)
        book = remember(view, events, product, owed.row, owed.amount_fen, self.stock)
        # Level rebates on recruits' first orders pay for entering, too.
        book["entry_levels_fen"] = column(view.book, "entry_levels_fen", 1) + owed.entry_fen
        book["rebate_levels"] = terms.levels
        book["salvage_fen"], book["buyback_provision_fen"] = self._promised(view, product, mine)
        sponsor = self._pushed(view, active)
        tomorrow = [self._promoted(view, terms, active),
                    self._invited(view, terms, sponsor, active, book["month"]) if len(sponsor) else None]
        return Settlement(self._owed(view, owed), book, Actions(tables=tuple([t for t in tomorrow if t is not None])))

    def _with_heads(self, view: View, owed: Owed) -> Owed:
        """Add what sponsors are paid for today's recruits."""
        sponsor = view.resellers.upline[self._recruited(view)]
        heads = np.full(len(sponsor), self.rebates.head_count)
        return Owed(np.concatenate([owed.row, sponsor]), np.concatenate([owed.amount_fen, heads]),
                    np.concatenate([owed.purpose, np.full(len(sponsor), int(Purpose.REFERRAL_REWARD))]), owed.entry_fen)

    def _recruited(self, view: View) -> Ints:
        """Return the rows of today's recruits; founders are none."""
        table = view.resellers
        recruited: Ints = ((table.joined == view.day) & (table.brand == view.brand) & (table.upline >= 0)).nonzero()[0]
        return recruited

    def _owed(self, view: View, owed: Owed) -> Postings:
        """Return the brand's debts to resellers, and recruits' entry fees."""
        parts = []
        if len(owed.row):
            parts.append(owed_by((int(Account.BRAND), view.brand), int(Account.RESELLER), owed.row, owed.amount_fen,
                                 owed.purpose, view.day))
        if not self.recruits.entry_fee:
            return parts[0] if parts else no_postings()
        recruit = self._recruited(view)
        if len(recruit):
            parts.append(postings(payer_account=int(Account.RESELLER), payer_owner=recruit,
                                  payee_account=int(Account.BRAND), payee_owner=view.brand,
                                  amount_fen=self.recruits.entry_fee, purpose=int(Purpose.MEMBERSHIP_FEE),
                                  due_day=view.day))
        return join_postings(parts)

    def _promised(self, view: View, product: ProductFacts, mine: Bools) -> tuple[Ints, Ints]:
        """Return what unsold stock is worth to each by the promise, int64 (R,), and what it would cost the brand, int64 (1,)."""
        table = view.resellers
        if not self.buy_back:
            return np.zeros(len(mine), np.int64), np.zeros(1, np.int64)
        paid = np.where(mine, floor_share(table.unit_fen[:, product.index], self.buy_back), 0)
        stock = table.stock[:, product.index]
        return paid * stock, np.array([int((np.maximum(paid - product.unit_cost_fen, 0) * stock).sum())])

    def _promoted(self, view: View, terms: Terms, active: Bools) -> Table | None:
        """Raise everybody to the highest tier they have earned; nobody falls."""
        table, (units, recruits), columns = view.resellers, terms.least, np.empty((2, len(active)), np.int64)
        n = earned_tiers(table.tier, table.bought, table.recruits, active, units, recruits, *columns)
        return of_block(Promote, columns[:, :n]) if n else None

    def _pushed(self, view: View, active: Bools) -> Ints:
        """Return the rows of those who are pushed to bring somebody tomorrow."""
        row = active.nonzero()[0]
        if self.recruits.push >= 1:  # everybody is
            return row
        return row[uniforms(view.key("push"), view.resellers.name[row]) < self.recruits.push]

    def _invited(self, view: View, terms: Terms, sponsor: Ints, active: Bools, month: NDArray[Any]) -> Table:
        """Let sponsors approach a friend, with what the scheme offers, asks and shows; only survivors' income is seen."""
        columns, table, said = np.empty((9, len(sponsor)), np.int64), view.resellers, self.recruits
        columns[0], columns[1:8] = table.person[sponsor], terms.invitation
        show(sponsor, table.upline, active, month, said.visible, said.survivor_bias, said.exaggeration, columns[8])
        return of_block(Invite, columns)
