"""Community commerce (社群微商): groups kept alive by a host, where value comes before selling.

Customers are gathered in groups of at most 500. A host feeds them with useful, interesting and
affectionate content and, last, with offers; red packets, rules and pruning keep them lively; pleased
members bring friends. The audience is owned: it is remembered, and it is there next month.

Decisions a day:

    post in each group `posts_a_day` items of the content mix: value = useful + interesting +
        affectionate, commercial = profitable; before `sell_from_day` the mix of the warm-up, where the
        profitable share goes to the other kinds
    give host hours, evenly or by observed activity (`hosting`); a red packet every `every_days` days
    collect an entry fee of newcomers and a monthly fee of members, a thirtieth of it a day
    run fake accounts where asked to, or wherever observed activity is below the target
    ask yesterday's buyers who are not members to join; ask yesterday's pleased member-buyers
        to bring a friend
    put spies into rivals' groups, follow the prices they report, and look for rivals' spies (`rivalry`)
    after the survey (`survey_day`) content fits the members' needs better

What each kind of value does is a mechanism's business (`mechanisms/audience`, `attention`); this file
only decides how much of it there is.

Sources: K1, C7, G1-G16 of the trade press (domain 1A) as hypotheses; levels domain 4.12, market 0.8
(host hours for the whole operation).
"""

from __future__ import annotations

import functools
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from sim.core.accounts import Account, Purpose
from sim.core.among import among
from sim.core.params import ASSUMPTION, Fen, Hours, Params, PerDay, Share, param
from sim.exchange.ablation import DeclaredAblation
from sim.exchange.actions import Actions, Invite, Offer, Opening, Post, Spend, Table, Tend
from sim.exchange.events import Events
from sim.exchange.kept import kept, once
from sim.exchange.postings import Postings, Settlement, join_postings, posting
from sim.exchange.view import ProductFacts, View
from sim.strategies.hosting import Care, CareDay, asked_in, cared_for, daily, evenly, first_groups, monthly_fees
from sim.strategies.rivalry import copied_price, sent
from sim.text.message import Message

_GROUP_LIMIT = 500


class ContentParams(Params):
    """Shares of the four kinds of value in what a group is told (有用、有趣、有情、有利); they sum to 1."""

    useful: Share = param(0.5, source="scenario", doc="Useful: knowledge, answers", zh="有用")
    interesting: Share = param(0.3, source="scenario", doc="Interesting: stories, talk", zh="有趣")
    affectionate: Share = param(0.1, source="scenario", doc="Affectionate: care, belonging", zh="有情")
    profitable: Share = param(0.1, source="scenario", doc="Profitable: offers", zh="有利")

    @field_validator("profitable")
    @classmethod
    def _whole(cls, value: float, info: object) -> float:
        others = getattr(info, "data", {})
        total = value + sum(others.get(k, 0.0) for k in ("useful", "interesting", "affectionate"))
        if abs(total - 1.0) > 1e-6:
            raise ValueError(Message("community.mix", total=total))
        return value

    @property
    def value(self) -> float:
        """Share that is worth something to a reader."""
        return self.useful + self.interesting + self.affectionate

    def without_offers(self) -> ContentParams:
        """Return the mix whose profitable share has gone to the other kinds, in proportion; nothing but offers: useful."""
        value = self.value
        if value <= 0:
            return ContentParams(useful=1.0, interesting=0.0, affectionate=0.0, profitable=0.0)
        return ContentParams(useful=self.useful / value, interesting=self.interesting / value,
                             affectionate=self.affectionate / value, profitable=0.0)


class RedPacketParams(Params):
    """Red packets with fixed rules: every how many days, how much, how many."""

    every_days: int = param(7, source="scenario", ge=1, le=3650, doc="Days between packets; see amount", zh="红包间隔")
    amount: Fen = param(6_000, source="scenario", doc="Given to each group at a time; 0: no packets", zh="每群红包",
                        unit="fen")
    packets: int = param(20, source="scenario", ge=1, le=500, doc="Into how many packets it is split", zh="红包个数")


class CommunityParams(Params):
    """Levers of community commerce."""

    ablation: ClassVar[DeclaredAblation] = DeclaredAblation(
        "word_of_mouth", "口碑", "word of mouth", (("mechanisms.word_of_mouth.enabled", False),))

    kind: Literal["community"] = param("community", source="design 2", doc="Kind of strategy", zh="策略类型")
    id: str = param("community", source="scenario", doc="Name in paths and tables", zh="编号", pattern=r"^[\w-]{1,40}$")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it, counted from 0", zh="品牌序号")
    groups: int = param(5, source="scenario", ge=1, le=20_000, doc="Groups kept", zh="群数")
    group_size: int = param(_GROUP_LIMIT, source="domain row 20", ge=2, le=_GROUP_LIMIT, doc="Most members a group",
                            zh="群上限")
    posts_a_day: PerDay = param(3.0, source="scenario", le=1000, doc="Items a day in each group", zh="每日内容条数")
    content: ContentParams = param(ContentParams(), source="scenario", doc="Mix of what is posted", zh="内容配比")
    host_hours: Hours = param(3.0, source="scenario", doc="Host hours a day for the whole operation", zh="群主工时")
    host_wage: Fen = param(2_500, source="market 1.15", doc="Pay of a host hour", zh="群主时薪", unit="fen")
    red_packets: RedPacketParams = RedPacketParams()
    rules: bool = param(True, source="scenario", doc="Group rules are kept", zh="群规")
    survey_day: int | None = param(14, source="scenario", ge=0, le=3650,
                                   doc="Day of the survey of needs; nothing: none", zh="需求调研日")
    survey_cost: Fen = param(200_000, source=ASSUMPTION, low=50_000, high=500_000, unit="fen",
                             doc="Cost of the survey", zh="调研费")
    fit_before: Share = param(0.3, source="domain 4.12", low=0.2, high=0.5, doc="Fit of content before a survey",
                              zh="调研前匹配度")
    fit_after: Share = param(0.7, source="domain 4.12", low=0.5, high=0.9, doc="Fit of content after it",
                             zh="调研后匹配度")
    entry_fee: Fen = param(0, source="scenario", doc="What a newcomer pays on joining a group; 0: nothing", zh="入群费",
                           unit="fen")
    monthly_fee: Fen = param(0, source="scenario", doc="What a member pays a month; 0: nothing", zh="月费", unit="fen")
    sell_from_day: int = param(0, source="scenario", ge=0, le=3650, doc="First day with offers in the groups; see warm_up",
                               zh="开始变现日")
    warm_up: ContentParams | None = param(
        None, source="scenario", doc="Mix before that day; nothing: the profitable share goes to the other kinds",
        zh="预热内容")
    discount: Share = param(0.0, source="scenario", le=0.95, doc="Members' discount on the list price", zh="会员折扣")
    allocate: Literal["even", "observed"] = param(
        "even", source="scenario", doc="Host hours: the same for every group, or in proportion to observed activity, "
                                       "fakes included", zh="工时分配")
    kpi: Literal["none", "activity"] = param(
        "none", source="scenario", doc="activity: a group observed below the target gets one more fake account a day, "
                                       "and no care", zh="考核指标")
    kpi_target: Share = param(0.6, source="scenario", doc="Observed activity that the KPI asks for", zh="活跃度目标")
    fake_accounts: int = param(0, source="scenario", ge=0, le=500, doc="Fake accounts that act as members of a group",
                               zh="每群小号数")
    fake_groups: Share = param(1.0, source="scenario", doc="Share of the groups with fake accounts", zh="用小号的群占比")
    fake_cost: Fen = param(3_000, source=ASSUMPTION, low=500, high=10_000, unit="fen",
                           doc="Cost of running a fake account a month", zh="小号月成本")
    prune_every_days: int = param(30, source="scenario", ge=0, le=3650,
                                  doc="Days between removals of members who no longer read; 0: never", zh="清群间隔")
    screen_every_days: int = param(0, source="scenario", ge=0, le=3650,
                                   doc="Days between searches for rivals' spies; 0: never", zh="查间谍间隔")
    spies: int = param(0, source="scenario", ge=0, le=500,
                       doc="Own members who sit in the groups of other brands, all together", zh="间谍数")
    spy_cost: Fen = param(20_000, source=ASSUMPTION, low=5_000, high=50_000, unit="fen", doc="Cost of a spy a month",
                          zh="间谍月成本")
    copies: bool = param(False, source="scenario", doc="Follow the members' price of rivals that spies report",
                         zh="跟价")
    undercut: Share = param(0.0, source="scenario", le=0.95, doc="How far below that price; 0: match it", zh="压价幅度")
    ask_buyers: bool = param(True, source="scenario", doc="Ask buyers to join a group", zh="邀买家入群")
    members_invite: bool = param(True, source="scenario", doc="Ask pleased members to bring friends", zh="老带新")
    invite_reward: Fen = param(0, source="scenario", doc="Reward of a member for a friend who joins", zh="邀请奖励",
                               unit="fen")
    newcomer_reward: Fen = param(0, source="scenario", doc="Reward of the friend who joins", zh="新人奖励", unit="fen")
    seed_members: Share = param(1.0, source="scenario", doc="Share of the seed customers in the groups on day 0",
                                zh="种子入群率")
    member_trust: Share = param(0.45, source="domain 4.1", low=0.25, high=0.65,
                                doc="Trust of a new member in the group", zh="群内初始信任")
    accounts: int = param(1, source="scenario", ge=1, le=1000, doc="Accounts that the groups are spread over",
                          zh="账号数")

    def open(self, view: View) -> Opening:
        """Open the groups and place the seed customers in them."""
        del view
        n = self.groups
        return Opening(
            n_offers=1, channel_kind=("group",) * n, channel_owned=(True,) * n, channel_capacity=(self.group_size,) * n,
            channel_account=tuple(c % self.accounts for c in range(n)), channel_trust=(self.member_trust,) * n,
            seed_members_share=self.seed_members,
        )

    def plan(self, view: View) -> Actions:
        """Decide today's content, care and invitations from yesterday's closing book."""
        product = view.product(0)
        price = product.price_fen - int(product.price_fen * self.discount)
        if self.copies:
            price = copied_price(view, product, price, self.undercut)
        number, today, sells = int(view.offers[0]), self._turns(view), view.day >= self.sell_from_day
        if self.allocate == "even" and self.kpi == "none" and not self.fake_accounts:
            # What is the same for all groups depends on little else than the day's turns.
            offered, tables = once(self._steady, product, price, number, view.channels, view.brand, today, sells)
        else:
            offered = (self._offer(product, price, number),)
            tables = (*self._care_tables(view.channels, view.brand, today, self._cared(view)),
                      *self._content(view.channels, number, sells))
        found = [self._invitations(view), sent(view, self.spies, _used(view)) if self.spies else None]
        return Actions(offers=offered, tables=(*tables, *[table for table in found if table is not None]))

    def _steady(self, product: ProductFacts, price: int, number: int, channels: NDArray[np.int64], brand: int, today: CareDay,
                sells: bool) -> tuple[tuple[Offer, ...], tuple[Table, ...]]:
        """Return the offer, and the care and content of a day on which every group gets the same."""
        care = self._care_tables(channels, brand, today, evenly(len(channels), self.host_hours))
        return (self._offer(product, price, number),), (*care, *self._content(channels, number, sells))

    def _offer(self, product: ProductFacts, price: int, number: int) -> Offer:
        """Return the offer to members."""
        return Offer(offer=number, product=product.index, price_fen=price, list_price_fen=product.price_fen,
                     claim=product.claim)

    def settle(self, events: Events, view: View) -> Settlement:
        """Owe the rewards of today's invitations to those who invited and joined; collect fees."""
        joined = events.joined
        if not (len(joined) or self.monthly_fee or self.spies):
            return Settlement()
        mine = among(joined.channel, view.channels) & (joined.tier < 0)
        parts: list[Postings] = []
        fees = int(joined.buy_in_fen[mine].sum()) + (monthly_fees(view, self.monthly_fee) if self.monthly_fee else 0)
        if fees:
            parts.append(posting((int(Account.HOUSEHOLD), 0), (int(Account.BRAND), view.brand), fees,
                                 int(Purpose.MEMBERSHIP_FEE), view.day))
        for reward in (joined.reward_sponsor_fen[mine], joined.reward_invitee_fen[mine]):
            amount = int(np.add.reduce(reward))
            if amount:
                parts.append(posting((int(Account.BRAND), view.brand), (int(Account.HOUSEHOLD), 0), amount,
                                     int(Purpose.REFERRAL_REWARD), view.day))
        if not self.spies:
            return Settlement(postings=join_postings(parts))
        away = joined.person[np.isin(joined.channel, view.rival_channels) & view.belongs(joined.person)]
        return Settlement(postings=join_postings(parts), book={"spies": np.union1d(_used(view), away)})

    def _content(self, channels: NDArray[np.int64], offer: int, sells: bool) -> tuple[Table, ...]:
        """Post the mix of the day in every group; until the first selling day that of the warm-up, without offers unless it says so."""
        if self.posts_a_day <= 0:
            return ()
        mix = self.content if sells else self.warm_up or self.content.without_offers()
        return (kept(Post, channel=channels, offer=offer, items=self.posts_a_day, commercial=mix.profitable,
                     value=mix.value, visibility=1.0),)

    def _turns(self, view: View) -> CareDay:
        """Return what is due today."""
        day = view.day
        return CareDay(
            surveyed=self.survey_day is not None and day >= self.survey_day, surveys=day == self.survey_day,
            gives=self.red_packets.amount > 0 and day % self.red_packets.every_days == 0,
            prunes=_is_turn(day, self.prune_every_days), screens=_is_turn(day, self.screen_every_days),
            abroad=int(view.spies(view.rival_channels).sum()) if self.spies else 0)

    def _cared(self, view: View) -> Care:
        """Give host hours, and fake accounts, to the groups that are to have them."""
        return cared_for(view, self.host_hours, by_activity=self.allocate == "observed",
                         fakes=first_groups(len(view.channels), self.fake_groups, self.fake_accounts),
                         target=self.kpi_target if self.kpi == "activity" else None)

    def _care_tables(self, channels: NDArray[np.int64], brand: int, today: CareDay, care: Care) -> tuple[Table, ...]:
        """Lay out a day's spending, and the care that it pays for."""
        n, packet = len(channels), self.red_packets.amount if today.gives else 0
        spend: list[tuple[int, int, int]] = [
            (int(Account.STAFF), int(self.host_hours * self.host_wage), int(Purpose.HOST)),
            (int(Account.HOUSEHOLD), packet * n, int(Purpose.PACKET)),
        ]
        if today.surveys:
            spend.append((int(Account.STAFF), self.survey_cost, int(Purpose.SURVEY)))
        if self.spies:
            spend.append((int(Account.STAFF), daily(self.spy_cost, today.abroad), int(Purpose.TOOLS)))
        fakes = int(care.fakes.sum())
        if fakes:
            spend.append((int(Account.STAFF), daily(self.fake_cost, fakes), int(Purpose.TOOLS)))
        payee, amount, purpose = zip(*spend, strict=True)
        tables: list[Table] = [
            kept(Spend, brand=brand, payee_account=payee, payee_owner=0, amount_fen=amount, purpose=purpose),
            _tend(channels, 0, host_hours=care.hours, rules=float(self.rules), prune_idle_days=7 if today.prunes else 0,
                  fit=self.fit_after if today.surveyed else self.fit_before, fee_fen=self.monthly_fee, screen=int(today.screens))]
        if packet:
            tables.append(_tend(channels, 1, packet_fen=packet, packets=self.red_packets.packets))
        if fakes:
            tables.append(_tend(channels, len(spend) - 1, fake_accounts=care.fakes))
        return tuple(tables)

    def _invitations(self, view: View) -> Invite | None:
        """Ask yesterday's buyers in, and yesterday's pleased members to bring a friend."""
        return asked_in(view, _products(view), asks=self.ask_buyers, invites=self.members_invite,
                        rewards=(self.invite_reward, self.newcomer_reward), entry_fee=self.entry_fee)


def _products(view: View) -> NDArray[np.int64]:
    """Return the products of the view's brand."""
    return _numbers(tuple([view.product(i).index for i in range(view.n_products)]))


@functools.lru_cache(maxsize=8)
def _numbers(products: tuple[int, ...]) -> NDArray[np.int64]:
    numbers = np.array(products, np.int64)
    numbers.flags.writeable = False
    return numbers


def _is_turn(day: int, every: int) -> bool:
    """Return whether something done every so many days (0: never) is due; not on the first day."""
    return every > 0 and day > 0 and day % every == 0


def _used(view: View) -> NDArray[np.int64]:
    """Return who was sent to rivals so far."""
    return np.asarray(view.book.get("spies", np.empty(0, np.int64)), np.int64)


_NO_CARE: dict[str, Any] = {"host_hours": 0.0, "packet_fen": 0, "packets": 0, "rules": 0.0, "fit": 0.0,
                            "prune_idle_days": 0, "fake_accounts": 0, "fee_fen": 0, "screen": 0}


def _tend(channel: NDArray[np.int64], spend: int, **care: Any) -> Tend:
    """Return care for groups, paid by a spending row; what is not named is not given."""
    return kept(Tend, channel=channel, spend=spend, **(_NO_CARE | care))
