"""A small world as plain objects: people with ties, memberships, channels, resellers, offers, deals, goods.

Offers, channels and accounts have a `name` for the lottery besides their number: what others do may
move the number, never the name. What the simulator keeps as float32 is rounded when it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tests.reference.chance import key_of
from tests.reference.diary import Diary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.mechanisms.params import MechanismsSpec
    from tests.reference.money import Books

ACTIVE, MUTED, LEFT, SPY = range(4)
BY_PATH = -2
GROUP, FEED_CHANNEL, CONTACTS, LIVE_CHANNEL = range(4)
BROADCASTS = (FEED_CHANNEL, LIVE_CHANNEL)
IMPRESSION, FEED, IN_GROUP, LIVE, CHAT, TIE, MEMORY = range(7)
DOOR_NAMES = ("impression", "feed", "group", "live", "chat", "tie", "memory")
DOOR_OF_CHANNEL = (IN_GROUP, FEED, FEED, LIVE)


@dataclass
class Tie:
    """Somebody listens to the speaker: how far, in 32767ths, and whether it is distrust."""

    number: int
    listener: int
    size: int
    distrust: bool
    layer: int
    touched: int
    muted: bool = False

    @property
    def trust(self) -> float:
        share = self.size / 32767.0
        return -share if self.distrust else share


@dataclass
class Knowledge:
    """What one person knows, has done and waits for with one product."""
    belief: float
    claim_precision: float
    talk_precision: float
    own_precision: float
    buzz: float
    buzz_day: int
    peers: int
    satisfaction: float
    orders: int
    spent_fen: int
    first_day: int
    second_day: int
    last_day: int
    first_path: int
    open_until: int
    in_use_until: int
    talk_until: int
    memory_offer: int
    memory_day: int
    memory_seller: int = -1
    occasion: int = 30_000
    rate: float = 0.0
    dropout_logit: float = 0.0
    next_time: float = 0.0


@dataclass
class Person:
    """One person; `about[p]` is what concerns product p, `home[s]` the row in the channels of seller s (-1: none)."""

    number: int
    uid: int
    taste: int
    attention: float
    price_factor: float
    wealth: float
    role: int
    fatigue: float
    fatigue_day: int
    interest: list[float]
    brand_trust: list[float]
    about: list[Knowledge]
    ties: list[Tie]
    home: list[int]
    reseller: int


@dataclass
class Member:
    """A row of the audiences: a person in a channel."""

    row: int
    person: int
    channel: int
    trust: float
    joined: int
    state: int
    active_day: int


@dataclass
class Channel:
    number: int
    name: int
    kind: int
    owner: int
    brand: int
    owned: bool
    account: int
    capacity: int
    trust: float
    members: int
    health: float
    host_skill: float
    zombie_days: int
    fakes: int
    unmasked: bool
    fee_fen: int
    worth_fen: float
    heat: float


@dataclass
class LastingPost:
    """A post of an earlier day that can still be seen."""

    channel: int
    offer: int
    items: float
    commercial: float
    value: float
    visibility: float
    day: int


@dataclass
class Account:
    name: int
    owner: int
    banned_until: int
    bans: int
    reports: int


@dataclass
class Reseller:
    person: int
    brand: int
    tier: int
    upline: int
    joined: int
    left: int
    recruits: int
    refusals: int
    bought: int
    profit_day: int
    stock: list[int]
    unit_fen: list[int]


@dataclass
class Product:
    brand: int
    price_fen: int
    reference_fen: int
    unit_cost_fen: int
    delivery_fen: int
    quality: float
    uses_days: float
    category: int
    has_stock: bool


@dataclass
class Offer:
    product: int
    price_fen: int
    list_price_fen: int
    claim: float
    fit: float
    stock_owner: int
    queue: int
    pool_seats: int
    warmth: float
    strategy: int
    name: int
    live: bool


@dataclass
class Order:
    """One unit bought by a person; `deal` is the group deal it waits in, or -1."""

    number: int
    person: int
    offer: int
    product: int
    door: int
    row: int
    seller: int
    price_fen: int
    expectation: float
    deal: int
    first: bool


@dataclass
class Deal:
    offer: int
    seats: int
    deadline: int
    filled: int = 0
    waiting: list[Order] = field(default_factory=list)


@dataclass
class Village:
    """The whole small world between two days."""

    seed: int
    rules: MechanismsSpec
    people: list[Person]
    person_of_uid: list[int]
    members: list[Member]
    blocks: list[tuple[int, int, int]]
    channels: list[Channel]
    accounts: list[Account]
    resellers: list[Reseller]
    products: list[Product]
    offers: list[Offer]
    brand_stock: list[int]
    spare: list[int]
    attention_of_day: list[float]
    need_of_day: list[float]
    shocks: list[tuple[int, float]]
    books: Books
    queue_names: list[str]
    day: int = 0
    next_order: int = 0
    sells_by_path: bool = False
    deals: list[Deal] = field(default_factory=list)
    open_deals: list[int] = field(default_factory=list)
    lasting: list[LastingPost] = field(default_factory=list)
    first_time_buyers: list[set[int]] = field(default_factory=list)
    loud_yesterday: list[float] = field(default_factory=list)
    diary: Diary = field(default_factory=Diary)

    @cached_property
    def ties(self) -> dict[int, Tie]:
        return {tie.number: tie for person in self.people for tie in person.ties}

    def key(self, purpose: str) -> int:
        return key_of(self.seed, purpose, self.day)

    def members_of(self, channel: int) -> Iterator[Member]:
        """Everybody who ever joined a channel, in the order of joining."""
        return (member for member in self.members if member.channel == channel)

    def is_closed(self, channel: int) -> bool:
        """Whether the platform has banned the account that holds a channel."""
        return self.accounts[self.channels[channel].account].banned_until > self.day

    def is_unreachable(self, seller: int) -> bool:
        """Whether the platform has banned every account of a seller (-1: a brand's own shop, which has none)."""
        mine = [account for account in self.accounts if account.owner == seller]
        return bool(mine) and all(account.banned_until > self.day for account in mine)

    def own_offer(self, product: int) -> int:
        """The offer of a product that resellers sell by path today, or -1."""
        mine = (k for k, o in enumerate(self.offers) if o.live and o.stock_owner == BY_PATH and o.product == product)
        return next(mine, -1)

    def reseller_of(self, person: int, product: int) -> int:
        """The row of somebody who sells the product's brand, or -1."""
        row = self.people[person].reseller
        return row if row >= 0 and self.resellers[row].brand == self.products[product].brand else -1

    def has_at_home(self, person: int, product: int) -> bool:
        """Whether somebody sells the product and holds a unit of it."""
        row = self.reseller_of(person, product)
        return row >= 0 and self.resellers[row].stock[product] > 0

    def shop_or(self, offer: int, product: int) -> int:
        """The offer somebody has in mind if it can still be bought, else the brand's own shop."""
        return offer if offer >= 0 and self.offers[offer].live else product
