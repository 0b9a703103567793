"""Fulfilment: an order needs an answer, a unit in stock, and in a group deal enough others.

What sells faster than it can be served is lost. Contests for the last unit are settled by a hashed
draw of (person, offer), never by who has the lower number.

Rules, in this order:

    ban     a remembered seller whose every account is banned cannot be found
    seat    who already waits in an open deal for a product does not take a second seat
    queue   an order of an offer sold by chat needs its chat answered (`queueing`)
    stock   the owner's units go to the orders with the smallest hash; who is behind a path that
            resellers sell by stands in `sellers`
    pool    an order takes a seat in the oldest open deal of its offer, or opens one; a deal that is
            full by the end of its deadline day delivers, otherwise everybody is refunded

| symbol | array | shape |
|---|---|---|
| lot | number of (person, offer) in a contest, [0, 1] | (m,) |

Sources: domain 4.14; contests market 0.9.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import pair, uniform
from sim.core.kernel import Array, kernel
from sim.core.params import Params, param
from sim.exchange.actions import Capacity, PoolOpen, StockOrder
from sim.exchange.events import Chatted, Ordered, PathKind, PoolClosed, Reason, Unfilled
from sim.mechanisms.choice import Choices
from sim.mechanisms.queueing import Wishes, answer
from sim.mechanisms.sellers import NOBODY, sellers
from sim.world.state import Pools, World

_POOL_DAYS = 1


class FulfilmentParams(Params):
    """What may keep an order from being filled."""

    queues: bool = param(True, source="scenario", doc="Chats need an answer by staff", zh="客服排队")
    stock: bool = param(True, source="scenario", zh="库存限制",
                        doc="Orders need a unit in stock; false: brands have units made (resellers always need one)")
    pool_days: int = param(_POOL_DAYS, source="design 14", ge=0, le=30,
                           doc="A deal opened by a buyer closes at the end of day + this", zh="拼团时限（天）")


@dataclass(frozen=True)
class Filled:
    """Result of a day's fulfilment: orders taken, orders to deliver now, refused ones, pools closed, chats."""

    ordered: Ordered
    deliver: Ordered
    refund: Ordered
    unfilled: Unfilled
    closed: PoolClosed
    chatted: Chatted = field(default_factory=Chatted.empty)


@kernel()
def hashes(uid: Array, offer: Array, key: int, out: Array) -> None:
    """Write the contest number of each (person, offer): the smallest win."""
    for k in range(len(uid)):
        out[k] = uniform(key, pair(np.int64(uid[k]), offer[k]))


def fulfil(world: World, chosen: Choices, asked: Wishes, capacity: Capacity, opened: PoolOpen, day: int,
           params: FulfilmentParams) -> Filled:
    """Turn today's choices and chats into orders, deliveries, refusals and closed deals.

    Reads offers. Writes stock (brand's and resellers'), pools. Purposes of draws: stock, pool.
    """
    offers = world.offers
    reason = np.full(len(chosen.person), -1, np.int64)
    _bans(world, chosen, day, reason)
    _waiting(world, chosen, reason)
    chatted = _queues(world, chosen, asked, capacity, day, params, reason)
    seller, own = sellers(world, chosen)
    _stock(world, chosen, seller, day, reason)
    good = reason < 0
    unfilled = Unfilled(chosen.person[~good], chosen.offer[~good], reason[~good])
    person, product, offer = chosen.person[good], chosen.product[good], chosen.offer[good]
    seller, own = seller[good], own[good]
    m = len(person)
    price = np.where(own, world.resellers.unit_fen[seller, product], offers.price_fen[offer]) if own.any() else (
        offers.price_fen[offer])
    order = world.next_order + np.arange(m, dtype=np.int64)
    world.next_order += m
    ordered = Ordered(order, person, offer, product, np.ones(m, np.int64), chosen.kind[good], chosen.row[good],
                      seller, price, chosen.expectation[good],
                      np.full(m, -1, np.int64), (world.people.orders[person, product] == 0).astype(np.int64))
    return replace(_pools(world, ordered, unfilled, opened, day, params), chatted=chatted)


def _bans(world: World, chosen: Choices, day: int, reason: NDArray[np.int64]) -> None:
    """Lose the orders of people who remember a seller whose every account is banned: nobody answers there."""
    accounts = world.accounts
    if not len(accounts):
        return
    closed = accounts.banned_until > day
    if not closed.any():
        return
    gone = np.setdiff1d(accounts.owner[closed], accounts.owner[~closed])
    reason[np.isin(world.offers.strategy[chosen.offer], gone) & (chosen.kind == PathKind.MEMORY)] = Reason.BAN


def _waiting(world: World, chosen: Choices, reason: NDArray[np.int64]) -> None:
    """Lose the orders of people who already wait in an open deal for that product: one seat a person."""
    tables = [part for q in world.pools.open for part in world.pools.waiting.get(q, [])]
    if not tables:
        return
    n_products = len(world.products)
    seated = np.concatenate([t.person * n_products + t.product for t in tables])
    again = np.isin(chosen.person * n_products + chosen.product, seated)
    reason[again & (reason < 0)] = Reason.POOL


def _queues(world: World, chosen: Choices, asked: Wishes, capacity: Capacity, day: int, params: FulfilmentParams,
            reason: NDArray[np.int64]) -> Chatted:
    """Let today's chats be answered; an order whose chat was lost is lost."""
    alive = np.flatnonzero(reason < 0)
    chatted, lost = answer(world, asked, Wishes(chosen.person[alive], chosen.offer[alive]), capacity, day,
                           waits=params.queues)
    reason[alive[lost]] = Reason.QUEUE
    return chatted


def _stock(world: World, chosen: Choices, seller: NDArray[np.int64], day: int, reason: NDArray[np.int64]) -> None:
    """Give units to the orders with the smallest hash; stock of -1 is made to order."""
    reason[(reason < 0) & (seller == NOBODY)] = Reason.STOCK
    alive = np.flatnonzero(reason < 0)
    if not len(alive):
        return
    owner, product = seller[alive], chosen.product[alive]
    limited = (owner >= 0) | (world.brand_stock[product] >= 0)
    alive, owner, product = alive[limited], owner[limited], product[limited]
    if not len(alive):
        return
    score = np.empty(len(alive))
    hashes(world.people.uid[chosen.person[alive]], world.offers.name[chosen.offer[alive]],
           world.draws.key("stock", day), score)
    turn = np.lexsort((score, product, owner))
    owner, product, alive = owner[turn], product[turn], alive[turn]
    fresh = np.ones(len(alive), np.bool_)
    fresh[1:] = (owner[1:] != owner[:-1]) | (product[1:] != product[:-1])
    group = np.cumsum(fresh) - 1
    rank = np.arange(len(alive)) - np.flatnonzero(fresh)[group]
    held = np.where(owner >= 0, world.resellers.stock[np.maximum(owner, 0), product] if world.resellers.size else 0,
                    world.brand_stock[product])
    served = rank < held
    reason[alive[~served]] = Reason.STOCK
    by_reseller = served & (owner >= 0)
    np.add.at(world.resellers.stock, (owner[by_reseller], product[by_reseller]), -1)
    np.add.at(world.brand_stock, product[served & (owner < 0)], -1)


def _pools(world: World, ordered: Ordered, unfilled: Unfilled, opened: PoolOpen, day: int,
           params: FulfilmentParams) -> Filled:
    """Seat the orders of group deals, and close the deals that are due."""
    pools = world.pools
    for k in range(len(opened)):
        _open(pools, int(opened.offer[k]), int(opened.seats[k]), int(opened.deadline_day[k]))
    pooled = world.offers.pool_seats[ordered.offer] > 0
    if not pooled.any() and not pools.open:
        return Filled(ordered, ordered, Ordered.empty(), unfilled, PoolClosed.empty())
    score = np.empty(len(ordered))
    hashes(world.people.uid[ordered.person], world.offers.name[ordered.offer], world.draws.key("pool", day), score)
    pool = ordered.pool.copy()
    for k in np.argsort(score, kind="stable"):
        if pooled[k]:
            offer = int(ordered.offer[k])
            pool[k] = next((q for q in pools.open if pools.offer[q] == offer and pools.filled[q] < pools.seats[q]), -1)
            if pool[k] < 0:
                pool[k] = _open(pools, offer, int(world.offers.pool_seats[offer]), day + params.pool_days)
            pools.filled[int(pool[k])] += 1
    ordered = replace(ordered, pool=pool)
    for q in np.unique(pool[pooled]):
        pools.waiting.setdefault(int(q), []).append(_rows(ordered, pool == q))
    return _close(world, ordered, pooled, unfilled, day)


def _close(world: World, ordered: Ordered, pooled: NDArray[np.bool_], unfilled: Unfilled, day: int) -> Filled:
    """Deliver the deals that are full, refund those that missed their deadline."""
    pools = world.pools
    full = [q for q in pools.open if pools.filled[q] >= pools.seats[q]]
    late = [q for q in pools.open if q not in full and pools.deadline[q] <= day]
    pools.open = [q for q in pools.open if q not in full and q not in late]
    won = [part for q in full for part in pools.waiting.pop(q, [])]
    lost = [part for q in late for part in pools.waiting.pop(q, [])]
    ended = np.array(full + late, dtype=np.int64)
    closed = PoolClosed(ended, np.array([pools.offer[q] for q in ended], np.int64),
                        np.array([1] * len(full) + [0] * len(late), np.int64),
                        np.array([pools.filled[q] for q in ended], np.int64))
    refund = Ordered.stacked(lost)
    failed = Unfilled(np.concatenate([unfilled.person, refund.person]), np.concatenate([unfilled.offer, refund.offer]),
                      np.concatenate([unfilled.reason, np.full(len(refund), int(Reason.POOL), np.int64)]))
    return Filled(ordered, Ordered.stacked([_rows(ordered, ~pooled), *won]), refund, failed, closed)


def _open(pools: Pools, offer: int, seats: int, deadline: int) -> int:
    number = len(pools.offer)
    pools.offer.append(offer)
    pools.seats.append(seats)
    pools.filled.append(0)
    pools.deadline.append(deadline)
    pools.open.append(number)
    return number


def _rows(table: Ordered, pick: NDArray[np.bool_]) -> Ordered:
    return Ordered(*[getattr(table, name)[pick] for name in Ordered.__dataclass_fields__])


def contest_units(world: World, orders: StockOrder, wanted: NDArray[np.int64], day: int) -> NDArray[np.int64]:
    """Return how many units each stock order gets of what its supplier has, smallest hash first.

    A brand that buys back stands in the contest under the name of the reseller it buys from.

    Parameters
    ----------
    wanted : int64 (m,)
        Units the buyer can pay for.
    """
    table = world.resellers
    made_to_order = (orders.supplier < 0) & (world.brand_stock[orders.product] < 0)
    held = np.where(orders.supplier < 0, world.brand_stock[orders.product],
                    table.stock[np.maximum(orders.supplier, 0), orders.product])
    score = np.empty(len(orders))
    asked_by = np.where(orders.buyer < 0, orders.supplier, orders.buyer)
    hashes(world.people.uid[table.person[asked_by]], orders.product, world.draws.key("restock", day), score)
    turn = np.lexsort((score, orders.product, orders.supplier))
    supplier, product = orders.supplier[turn], orders.product[turn]
    fresh = np.ones(len(turn), np.bool_)
    fresh[1:] = (supplier[1:] != supplier[:-1]) | (product[1:] != product[:-1])
    before = np.cumsum(wanted[turn]) - wanted[turn]
    before -= before[np.flatnonzero(fresh)[np.cumsum(fresh) - 1]]
    got = np.empty(len(orders), np.int64)
    got[turn] = np.clip(held[turn] - before, 0, wanted[turn])
    return np.where(made_to_order, wanted, got)
