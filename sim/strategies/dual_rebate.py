"""Dual rebate (双创微商): tiers of resellers who hold stock, and rebates for whoever brings the next one.

The brand sells to resellers (代理) only, the cheaper the higher their tier; they sell to friends, bring
recruits, and earn margin, spread and rebates. Goods that are sold in need not be sold through: what
resellers cannot sell is theirs, but for the share that the brand buys back.

Decisions a day:

    founders are found on day 0 and bring money for their first stock
    a newcomer orders the units of the entry tier; later everybody orders up to the newsvendor's stock for
        what they hope to sell (`stocking`), on their own day of the week
    resellers with stock post among their friends; each is pushed to bring somebody on a share `push` of days,
        and does so the likelier the more satisfied they are and the larger the referral rebate (`recruiting`)
    income shown to recruits = exaggeration ((1 - b) mean + b max) of the month of the sponsor and the uplines still there
    rise a tier at its cumulative units or recruits; stock of who gives up is bought back at `buy_back` of its price
    rebates as in `rebates`, from today's stock orders, spendable tomorrow

Who joins, who gives up and who buys are mechanisms' business (`recruiting`, `choice`, `sellers`). A brand has
one such network; what a reseller takes home for own use is no sale.

Sources: K4 of the trade press (domain 1A) as a hypothesis; prices and buy-in domain row 67 (trade knowledge),
rebates and stocking domain 4.9, recruiting domain 4.8 with market 0.5. The compliance lines stand in the outcomes.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator, model_validator

from sim.core.accounts import Account, Purpose
from sim.core.draws import uniform
from sim.core.kernel import Array, kernel
from sim.core.params import ASSUMPTION, Days, Params, PerDay, Share, param
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
    rows,
)
from sim.exchange.events import Events, StockMoved
from sim.exchange.postings import Postings, Settlement, floor_share, join_postings, postings
from sim.exchange.view import View
from sim.strategies import rebates
from sim.strategies.stocking import critical_ratio, order_up_to, smoothed
from sim.text.message import Message

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_MONTH = 30.0
_DEEP = 12
"""Uplines looked through for the spread; a chain of tiers is never longer."""


class TierParams(Params):
    """One tier of resellers."""

    name: str = param("agent", source="scenario", doc="Name of the tier", zh="级别名称")
    price_share: Share = param(0.65, source="domain row 67", low=0.25, high=0.7, gt=0,
                               doc="What they pay for a unit, as a share of the list price", zh="拿货折扣")
    units: int = param(0, source="scenario", ge=0, le=1_000_000, doc="Units ordered in all at which one rises to it",
                       zh="升级累计件数")
    recruits: int = param(0, source="scenario", ge=0, le=1_000_000,
                          doc="Or recruits brought; 0: recruits alone do not count", zh="升级直推人数")


class StockParams(Params):
    """How resellers restock."""

    buy_in: int = param(10, source="market 7", low=2, high=40, ge=0, le=100_000, doc="Units a newcomer must order",
                        zh="首单件数")
    least: int = param(5, source=ASSUMPTION, low=1, high=20, ge=1, le=100_000, doc="Units of the smallest later order",
                       zh="最小补货量")
    every_days: int = param(7, source="scenario", ge=1, le=365, doc="Days between looks at one's stock", zh="补货间隔")
    cover: Days = param(14.0, source=ASSUMPTION, low=7, high=45, gt=0, unit="days", doc="Days that an order is to last",
                        zh="备货天数")
    optimism: float = param(1.5, source="domain 4.9", low=1.2, high=2.0, ge=0, le=100,
                            doc="What resellers expect to sell, as a multiple of what they sold", zh="乐观系数")
    expects: PerDay = param(0.1, source=ASSUMPTION, low=0.03, high=0.3, le=1000,
                            doc="Units a day that a newcomer expects before having sold any", zh="新代理预期日销")


class RebateParams(Params):
    """Rebates on what others order."""

    referral: Share = param(0.10, source="domain 4.9", low=0.05, high=0.15, doc="Of a recruit's first order (rho_1)",
                            zh="推荐返利")
    levels: tuple[Share, ...] = param((0.10, 0.05, 0.03), source="domain 4.9", max_length=3,
                                      doc="Of every order, to the uplines at distance 1, 2, 3", zh="层级返利")
    same_level: Share = param(0.04, source="domain 4.9", low=0.03, high=0.05,
                              doc="To a top reseller, of the orders of a direct recruit who has the top tier too",
                              zh="同级返利")
    breakaway: bool = param(True, source="scenario", doc="A recruit who reaches the top tier leaves the upline's branch",
                            zh="脱离")


class RecruitParams(Params):
    """How recruits are sought, and what they are shown."""

    push: Share = param(1.0, source="scenario", doc="Share of days on which a reseller is pushed to bring somebody",
                        zh="招募动员频率")
    survivor_bias: Share = param(0.5, source="domain 4.8", low=0, high=1,
                                 doc="Weight of the best income in what is shown (b)", zh="幸存者偏差")
    exaggeration: float = param(1.0, source="scenario", ge=0, le=100, doc="Income shown over income had", zh="收入夸大倍数")
    visible: int = param(3, source=ASSUMPTION, low=1, high=6, ge=0, le=_DEEP, doc="Uplines whose income is shown",
                         zh="可见上线层数")


class DualRebateParams(Params):
    """Levers of dual rebate."""

    ablation: ClassVar[DeclaredAblation] = DeclaredAblation(
        "recruiting", "招募代理", "recruiting", (("mechanisms.recruiting.mode", "off"),))

    kind: Literal["dual_rebate"] = param("dual_rebate", source="design 2", doc="Kind of strategy", zh="策略类型")
    id: str = param("dual_rebate", source="scenario", doc="Name in paths and tables", zh="编号", pattern=r"^[\w-]{1,40}$")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it, counted from 0", zh="品牌序号")
    product: int = param(0, source="scenario", ge=0, le=7, doc="Product of the brand that is sold, counted from 0",
                         zh="商品序号")
    tiers: tuple[TierParams, ...] = param(
        (TierParams(name="entry", price_share=0.65), TierParams(name="level one", price_share=0.5, units=60),
         TierParams(name="general", price_share=0.4, units=300)),
        source="domain row 67", min_length=1, max_length=8, doc="Tiers, lowest first", zh="代理级别")
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
    def _falling(cls, tiers: tuple[TierParams, ...]) -> tuple[TierParams, ...]:
        for k in range(1, len(tiers)):
            if tiers[k].price_share >= tiers[k - 1].price_share:
                raise ValueError(Message("dual_rebate.tiers", tier=tiers[k].name, share=tiers[k].price_share,
                                         below=tiers[k - 1].price_share))
        return tiers

    @model_validator(mode="after")
    def _payable(self) -> DualRebateParams:
        given = self.rebates.referral + sum(self.rebates.levels) + self.rebates.same_level
        if given > 1.0:
            raise ValueError(Message("dual_rebate.rebates", given=given))
        return self

    @property
    def rebate_levels(self) -> int:
        """Levels of uplines that an order pays."""
        return sum(rate > 0 for rate in self.rebates.levels)

    def open(self, view: View) -> Opening:
        """Ask for one offer, sold by whoever passes it on."""
        del view
        return Opening(n_offers=1)

    def plan(self, view: View) -> Actions:
        """Find founders, order stock, post, approach, promote and buy back from yesterday's closing book."""
        product = view.product(self.product)
        offer = Offer(offer=int(view.offers[0]), product=product.index,
                      price_fen=product.price_fen - int(product.price_fen * self.discount),
                      list_price_fen=product.price_fen, claim=product.claim, stock_owner=BY_PATH)
        parts: list[Table | None] = [self._founded(view)] if view.day == 0 else [
            self._ordered(view), self._bought_back(view), self._posted(view), self._approached(view), self._promoted(view)]
        return Actions(offers=(offer,), tables=tuple(p for p in parts if p is not None and len(p)))

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe spread and rebates on today's stock orders, and remember what everybody sold and earned."""
        moved = events.stock_moved
        brands = view.resellers.brand
        mine = (moved.supplier < 0) & (moved.buyer >= 0) & (moved.product == view.product(self.product).index)
        mine[mine] = brands[moved.buyer[mine]] == view.brand
        owed = self._rebates(StockMoved(*[getattr(moved, n)[mine] for n in StockMoved.__dataclass_fields__]), view)
        return Settlement(postings=owed, book=self._remembered(events, owed, view))

    def _unit_fen(self, view: View) -> Ints:
        """Return what a unit costs each tier, int64 (K,)."""
        price = view.product(self.product).price_fen
        return np.array([price * round(t.price_share * 1_000_000) // 1_000_000 for t in self.tiers], np.int64)

    def _active(self, view: View) -> Ints:
        """Return the rows of the brand's resellers who are still there."""
        table = view.resellers
        return np.flatnonzero((table.left < 0) & (table.brand == view.brand))

    def _founded(self, view: View) -> Table:
        """Find the founders: strangers drawn by name, each with the money for a first order."""
        wanted = min(self.founders, view.n_people)
        name = np.empty(0, np.int64)
        key, turn = view.key("founders"), 0
        while len(name) < wanted:
            drawn = np.empty(wanted)
            draw_names(key, turn, drawn)
            name = np.unique(np.concatenate([name, (drawn * view.n_people).astype(np.int64)]))[:wanted]
            turn += wanted
        money = self.founder_units * int(self._unit_fen(view)[0])
        return rows(Enrol, person=view.people_named(name), channel=-1, tier=0, brand=view.brand, upline=-1, buy_in_fen=money)

    def _ordered(self, view: View) -> Table | None:
        """Order first units for newcomers, and up to the newsvendor's stock for those whose day it is."""
        table, product, unit = view.resellers, view.product(self.product), self._unit_fen(view)
        row = self._active(view)
        new = (table.bought[row] == 0) & (table.joined[row] == view.day - 1)
        turn = (table.name[row] % self.stock.every_days == view.day % self.stock.every_days) & ~new
        tier = np.minimum(table.tier[row], len(unit) - 1)
        ratios = np.array([critical_ratio(product.price_fen, u, self.buy_back * u) for u in unit.tolist()])
        hoped = self.stock.optimism * self.stock.cover * self._column(view, "rate", self.stock.expects)[row]
        short = order_up_to(hoped, ratios[tier]) - table.stock[row, product.index]
        founded = np.where(table.joined[row] == 0, self.founder_units, self.stock.buy_in)
        wanted = np.where(new, founded, np.where(turn & (short >= self.stock.least), short, 0))
        some = wanted > 0
        if not some.any():
            return None
        return rows(StockOrder, buyer=row[some], supplier=-1, product=product.index, quantity=wanted[some],
                    unit_fen=unit[tier[some]])

    def _bought_back(self, view: View) -> Table | None:
        """Take back what yesterday's leavers hold, at a share of what it had cost them."""
        table, product = view.resellers, view.product(self.product)
        stock = table.stock[:, product.index]
        gone = np.flatnonzero((table.left == view.day - 1) & (table.brand == view.brand) & (stock > 0))
        if not self.buy_back or not len(gone):
            return None
        return rows(StockOrder, buyer=-1, supplier=gone, product=product.index, quantity=stock[gone],
                    unit_fen=floor_share(table.unit_fen[gone, product.index], self.buy_back))

    def _posted(self, view: View) -> Table | None:
        """Let everybody with stock post among their friends."""
        row = self._active(view)
        row = row[view.resellers.stock[row, view.product(self.product).index] > 0]
        if not len(row) or not self.posts_a_day:
            return None
        return rows(PeerPost, person=view.resellers.person[row], offer=view.offers[0], items=self.posts_a_day, layers=LAYER_ALL)

    def _approached(self, view: View) -> Table | None:
        """Let some approach a friend, with what the scheme offers and shows."""
        row = self._active(view)
        drawn = np.empty(len(row))
        draw_for(view.resellers.name[row], view.key("push"), drawn)
        row = row[drawn < self.recruits.push]
        if not len(row):
            return None
        buy_in = self.stock.buy_in * int(self._unit_fen(view)[0])
        reward = buy_in * round(self.rebates.referral * 1_000_000) // 1_000_000
        return rows(Invite, sponsor=view.resellers.person[row], invitee=-1, channel=-1, role_tier=0, brand=view.brand,
                    reward_sponsor_fen=reward, reward_invitee_fen=0, buy_in_fen=buy_in,
                    perceived_income_fen=self._shown(view, row))

    def _shown(self, view: View, row: Ints) -> Ints:
        """Return the monthly income that recruits of some sponsors are shown, int64 (n,) fen."""
        above = view.ancestors(view.resellers.person[row], self.recruits.visible)
        seen = np.column_stack([row, above])
        there = (seen >= 0) & (view.resellers.left[np.maximum(seen, 0)] < 0)
        month = np.where(there, np.maximum(0.0, self._column(view, "month", 0.0)[np.maximum(seen, 0)]), 0.0)
        bias = self.recruits.survivor_bias
        income = (1.0 - bias) * month.sum(axis=1) / np.maximum(there.sum(axis=1), 1) + bias * month.max(axis=1)
        shown: Ints = (self.recruits.exaggeration * income).astype(np.int64)
        return shown

    def _promoted(self, view: View) -> Table | None:
        """Raise everybody to the highest tier they have earned; nobody falls."""
        table = view.resellers
        row = self._active(view)
        tier = table.tier[row]
        earned = tier.copy()
        for k, rank in enumerate(self.tiers[1:], start=1):
            enough = (rank.units > 0) & (table.bought[row] >= rank.units)
            enough |= (rank.recruits > 0) & (table.recruits[row] >= rank.recruits)
            earned = np.where(enough, np.maximum(earned, k), earned)
        risen = earned > tier
        return rows(Promote, reseller=row[risen], tier=earned[risen]) if risen.any() else None

    def _rebates(self, moved: StockMoved, view: View) -> Postings:
        """Return what uplines are owed for today's orders from the brand."""
        if not len(moved):
            return join_postings([])
        table, top = view.resellers, len(self.tiers) - 1
        tier, active = table.tier, table.left < 0
        above = view.ancestors(table.person[moved.buyer], _DEEP)
        barrier = top if self.rebates.breakaway and top > 0 else len(self.tiers)
        may = rebates.eligible(above, moved.buyer, tier, active, barrier)
        value, direct = moved.quantity * moved.unit_fen, above[:, 0]
        there = (direct >= 0) & active[np.maximum(direct, 0)]
        levels = rebates.level_rebates(value, may, self.rebates.levels)
        spread_to, spread = rebates.tier_spread(moved.quantity, moved.unit_fen, above, may, self._unit_fen(view),
                                                tier[moved.buyer], tier)
        peers = there & (top > 0) & (tier[moved.buyer] >= top) & (tier[np.maximum(direct, 0)] >= top)
        referred = np.where(there & (moved.first > 0), floor_share(value, self.rebates.referral), 0)
        same = np.where(peers, floor_share(value, self.rebates.same_level), 0)
        return join_postings([
            _owed(view, above.ravel(), levels.ravel(), Purpose.LEVEL_REBATE),
            _owed(view, spread_to, spread, Purpose.TIER_SPREAD),
            _owed(view, direct, referred, Purpose.REFERRAL_REBATE),
            _owed(view, direct, same, Purpose.SAME_LEVEL_REBATE)])

    def _remembered(self, events: Events, owed: Postings, view: View) -> dict[str, NDArray[np.generic]]:
        """Return sales a day and the income of a month, by row (both forget exponentially), and facts for the record."""
        table, product = view.resellers, view.product(self.product)
        n = table.size
        ordered, sold = events.ordered, np.zeros(n, np.int64)
        mine = (ordered.seller >= 0) & (ordered.product == product.index)
        mine[mine] = table.person[ordered.seller[mine]] != ordered.person[mine]
        seller, units = ordered.seller[mine], ordered.quantity[mine]
        np.add.at(sold, seller, units)
        earned = np.zeros(n)
        cost = table.unit_fen[seller, product.index] + product.delivery_fen
        np.add.at(earned, seller, (units * (ordered.price_fen[mine] - cost)).astype(np.float64))
        np.add.at(earned, owed.payee_owner, owed.amount_fen.astype(np.float64))
        rate, month = self._column(view, "rate", self.stock.expects), self._column(view, "month", 0.0)
        return {"rate": smoothed(rate, sold, self.stock.cover), "month": month * (1.0 - 1.0 / _MONTH) + earned,
                "rebate_levels": np.array([self.rebate_levels]),
                "buyback_provision_fen": np.array([self._provision(view)])}

    def _provision(self, view: View) -> int:
        """Return what taking all unsold stock back would cost beyond what the goods are worth, fen."""
        table, product = view.resellers, view.product(self.product)
        mine = np.flatnonzero(table.brand == view.brand)
        back = floor_share(table.unit_fen[mine, product.index], self.buy_back) - product.unit_cost_fen
        return int((table.stock[mine, product.index] * np.maximum(0, back)).sum())

    def _column(self, view: View, name: str, newcomer: float) -> Floats:
        """Return a column of the book for all rows of today's table; newcomers have a value of their own."""
        out = np.full(view.resellers.size, newcomer)
        known = view.book.get(name)
        if known is not None:
            out[: len(known)] = known
        return out


def _owed(view: View, row: Ints, amount_fen: Ints, purpose: Purpose) -> Postings:
    """Return the brand's debts to rows, where there are any."""
    some = amount_fen > 0
    return postings(payer_account=int(Account.BRAND), payer_owner=view.brand, payee_account=int(Account.RESELLER),
                    payee_owner=row[some], amount_fen=amount_fen[some], purpose=int(purpose), due_day=view.day)


@kernel()
def draw_for(name: Array, key: int, out: Array) -> None:
    """Draw one number for each name."""
    for k in range(len(name)):
        out[k] = uniform(key, name[k])


@kernel()
def draw_names(key: int, first: int, out: Array) -> None:
    """Draw numbers first, first + 1 ..."""
    for k in range(len(out)):
        out[k] = uniform(key, first + k)
