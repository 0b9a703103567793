"""Everything one run holds between days, and how strategies take their seats in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account
from sim.core.draws import uniforms
from sim.exchange.actions import Actions, Opening, Post, Tend, columns_of, rows
from sim.exchange.events import Events
from sim.exchange.offers import OfferSpace, OfferTable
from sim.exchange.view import Strategy, View
from sim.ledger.goods import Place
from sim.ledger.ledger import Ledger
from sim.mechanisms.enforcement import BanShock, Sent
from sim.mechanisms.params import MechanismsSpec
from sim.model.build import build_world
from sim.model.membership import let_in
from sim.model.recorder import Recorder
from sim.model.stats import Laps
from sim.model.view import DayView, OpeningView
from sim.world.state import World

if TYPE_CHECKING:
    from sim.scenario.spec import ScenarioSpec


@dataclass
class Seat:
    """A strategy in a run: its ids, its book, and what it asked to do tomorrow."""

    name: str
    strategy: Strategy
    brand: int
    offers: NDArray[np.int64]
    channels: NDArray[np.int64]
    queues: NDArray[np.int64]
    book: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    tomorrow: Actions = field(default_factory=Actions)


@dataclass
class RunState:
    """State of one run; `schedule.step` moves it by a day."""

    spec: ScenarioSpec
    replication: int
    mechanisms: MechanismsSpec
    world: World
    ledger: Ledger
    seats: list[Seat]
    space: OfferSpace
    recorder: Recorder
    shocks: tuple[BanShock, ...]
    shown: Post
    offered: OfferTable | None = None
    sent: Sent | None = None
    tended: Tend | None = None
    day: int = 0
    yesterday: Events = field(default_factory=Events)
    today: Events = field(default_factory=Events)
    views: list[DayView] = field(default_factory=list)
    laps: Laps = field(default_factory=Laps)

    @property
    def posts_yesterday(self) -> NDArray[np.float64]:
        """Commercial posts of each account on the day before, (A,)."""
        return np.zeros(len(self.world.accounts)) if self.sent is None else self.sent.loud


def start(spec: ScenarioSpec, replication: int, *, audit: bool = False, threads: int = 1) -> RunState:
    """Build the world, open the books, and let every strategy take its seat.

    Strategies are seated by id, so that their order in a scenario changes nothing.
    """
    strategies = sorted((cast("Strategy", s) for s in spec.strategies), key=lambda s: s.id)
    openings = [(s.id, s.brand, s.open(cast("View", OpeningView(spec, replication, s)))) for s in strategies]
    world = build_world(spec, replication, openings, threads)
    brands = spec.all_brands()
    ledger = Ledger(len(brands), len(world.products), spec.days, audit=audit, unit_cost_fen=world.products.unit_cost_fen)
    _open_books(world, ledger, [b.cash for b in brands])
    seats, n_queues = _seats(strategies, openings, len(world.products))
    space = OfferSpace(len(world.offers), len(world.products), n_queues, tuple(int(b) for b in world.products.brand_of))
    state = RunState(
        spec, replication, cast("MechanismsSpec", spec.mechanisms), world, ledger, seats, space,
        Recorder(spec.days, world, ledger, _queues_of(seats, 0)), tuple(_ban(s) for s in spec.shocks),
        rows(Post, **dict.fromkeys(columns_of(Post), ())),
    )
    state.views = [DayView(state, k) for k in range(len(seats))]
    _seed_members(state, openings)
    return state


def _queues_of(seats: list[Seat], brand: int) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *(seat.queues for seat in seats if seat.brand == brand)])


def _ban(shock: Any) -> BanShock:
    return BanShock(shock.day, shock.share)


def _open_books(world: World, ledger: Ledger, cash: list[int]) -> None:
    """Give every brand its cash and its opening stock at cost."""
    products = world.products
    for b, amount in enumerate(cash):
        ledger.open_account(Account.BRAND, b, amount)
    stock = np.maximum(products.stock, 0) + world.spare
    for p in np.flatnonzero(stock > 0).tolist():
        units = int(stock[p])
        ledger.open_account(Account.INVENTORY, int(products.brand_of[p]), units * int(products.unit_cost_fen[p]))
        ledger.goods.move(Place.MADE, Place.BRAND_STOCK, p, units)


def _seats(strategies: list[Strategy], openings: list[tuple[str, int, Opening]],
           n_shops: int) -> tuple[list[Seat], int]:
    """Hand out ids of offers, channels and queues in the order of the strategies."""
    seats, offer, channel, queue = [], n_shops, 0, 0

    def ids(first: int, count: int) -> NDArray[np.int64]:
        out = np.arange(first, first + count, dtype=np.int64)
        out.flags.writeable = False
        return out

    for strategy, (_, brand, opening) in zip(strategies, openings, strict=True):
        n_channels = len(opening.channel_kind)
        seats.append(Seat(strategy.id, strategy, brand, ids(offer, opening.n_offers), ids(channel, n_channels),
                          ids(queue, opening.n_queues), book=dict(opening.book), tomorrow=opening.actions))
        offer += opening.n_offers
        channel += n_channels
        queue += opening.n_queues
    return seats, queue


def _seed_members(state: RunState, openings: list[tuple[str, int, Opening]]) -> None:
    """Place seed customers, then followers drawn from everybody, in the channels that ask for them."""
    world = state.world
    for seat, (_, brand, opening) in zip(state.seats, openings, strict=True):
        if not len(seat.channels):
            continue
        if opening.seed_members_share > 0:
            _place_customers(world, seat, brand, opening.seed_members_share)
        if any(opening.followers):
            _place_followers(world, seat, opening.followers)


def _place_customers(world: World, seat: Seat, brand: int, share: float) -> None:
    """Spread a share of the brand's seed customers over the strategy's channels."""
    mine = world.products.brand_of == brand
    who = np.flatnonzero((world.people.orders[:, mine] > 0).any(axis=1))
    who = who[np.argsort(world.people.uid[who], kind="stable")]
    score = uniforms(world.world_draws.key(f"seed members {seat.name}"), world.people.uid[who])
    who = who[np.argsort(score, kind="stable")][: round(share * len(who))]
    channel = seat.channels[np.arange(len(who)) % len(seat.channels)]
    let_in(world, who.astype(np.int64), channel, 0)


def _place_followers(world: World, seat: Seat, followers: tuple[int, ...]) -> None:
    """Give each channel its followers, drawn from everybody."""
    for nth, (channel, count) in enumerate(zip(seat.channels.tolist(), followers, strict=True)):
        score = uniforms(world.world_draws.key(f"followers {seat.name} {nth}"), world.people.uid)
        wanted = min(count, world.n_people)
        who = np.argpartition(score, wanted - 1)[:wanted] if wanted else np.empty(0, np.int64)
        let_in(world, who.astype(np.int64), np.full(len(who), channel, np.int64), 0)
