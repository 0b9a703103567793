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

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.draws import pair, uniform
from sim.core.kernel import Array, kernel
from sim.core.params import Params, param
from sim.exchange.actions import Capacity, PoolOpen
from sim.exchange.events import Chatted, Ordered, PathKind, PoolClosed, Reason, Unfilled
from sim.mechanisms.choice import Choices
from sim.mechanisms.queueing import Wishes, answer
from sim.mechanisms.sellers import NOBODY, sellers
from sim.world.state import Pools, World

_POOL_DAYS = 1
_BRAND = -1
_NO_STOCK = int(Reason.STOCK)


class FulfilmentParams(Params):
    """What may keep an order from being filled."""

    queues: bool = param(True, source="scenario", doc="Chats need an answer by staff", zh="客服排队")
    stock: bool = param(True, source="scenario", zh="库存限制",
                        doc="Orders need a unit in stock; false: brands have units made (resellers always need one)")
    pool_days: int = param(_POOL_DAYS, source="design 14", ge=0, le=30,
                           doc="A deal opened by a buyer closes at the end of day + this", zh="拼团时限（天）")


@tabular
class Filled:
    """Result of a day's fulfilment: orders taken, orders to deliver now, refused ones, pools closed, chats."""

    ordered: Ordered
    deliver: Ordered
    refund: Ordered
    unfilled: Unfilled
    closed: PoolClosed
    chatted: Chatted


@kernel()
def hashes(uid: Array, offer: Array, key: int, out: Array) -> None:
    """Write the contest number of each (person, offer): the smallest win."""
    for k in range(len(uid)):
        out[k] = uniform(key, pair(np.int64(uid[k]), offer[k]))


@kernel()
def hand_out(turn: Array, seller: Array, product: Array, stock: Array, brand_stock: Array, reason: Array) -> None:
    """Give units to orders, turn by turn; a brand's stock of -1 is made to order.

    turn (m,), the orders; seller, product, reason (m,), reason -1: so far nothing stands against it; stock (R, P) of resellers,
    brand_stock (P,).
    """
    for k in turn:
        s, p = seller[k], product[k]
        if reason[k] >= 0:
            continue
        if s == NOBODY or (s >= 0 and stock[s, p] <= 0) or (s == _BRAND and brand_stock[p] == 0):
            reason[k] = _NO_STOCK
        elif s >= 0:
            stock[s, p] -= 1
        elif brand_stock[p] > 0:
            brand_stock[p] -= 1


@kernel()
def take_orders(person: Array, product: Array, offer: Array, kind: Array, row: Array, expectation: Array, seller: Array,
                own: Array, reason: Array, price_fen: Array, unit_fen: Array, bought: Array, first_number: int, out: Array,
                expected: Array, lost: Array) -> int:
    """Write today's orders and those that are lost; return how many orders there are.

    Parameters
    ----------
    person, product, offer, kind, row, expectation, seller, own, reason : (m,); reason -1: the order is taken
    price_fen : (O,); unit_fen : (R, P), what a unit at home had cost; bought : (N, P), purchases so far
    out : int64 (11, m), number, person, offer, product, quantity, door, row, seller, price, deal, whether the first
    expected : float64 (m,); lost : int64 (3, m), person, offer, reason
    """
    n = 0
    for k in range(len(person)):
        i, p, o, s = person[k], product[k], offer[k], seller[k]
        if reason[k] >= 0:
            lost[0, k - n], lost[1, k - n], lost[2, k - n] = i, o, reason[k]
            continue
        out[0, n], out[1, n], out[2, n], out[3, n], out[4, n] = first_number + n, i, o, p, 1
        out[5, n], out[6, n], out[7, n] = kind[k], row[k], s
        out[8, n] = unit_fen[s, p] if own[k] else price_fen[o]
        out[9, n], out[10, n] = -1, bought[i, p] == 0
        expected[n] = expectation[k]
        n += 1
    return n


def fulfil(world: World, chosen: Choices, asked: Wishes, capacity: Capacity, opened: PoolOpen, day: int,
           params: FulfilmentParams) -> Filled:
    """Turn today's choices and chats into orders, deliveries, refusals and closed deals.

    Reads offers. Writes stock (brand's and resellers'), pools. Purposes of draws: stock, pool.
    """
    m = len(chosen.person)
    reason = np.empty(m, np.int64)
    reason.fill(-1)
    _bans(world, chosen, day, reason)
    if world.pools.open:
        _waiting(world, chosen, reason)
    chatted = answer(world, asked, chosen, reason, capacity, day, waits=params.queues) if world.queue_names else Chatted.empty()
    seller, own = sellers(world, chosen)
    _stock(world, chosen, seller, day, reason)
    out, expected, lost = np.empty((11, m), np.int64), np.empty(m), np.empty((3, m), np.int64)
    n = take_orders(chosen.person, chosen.product, chosen.offer, chosen.kind, chosen.row, chosen.expectation, seller, own, reason,
                    world.offers.price_fen, world.resellers.unit_fen, world.people.orders, world.next_order, out, expected, lost)
    world.next_order += n
    ordered = Ordered(*(*out[:9, :n], expected[:n], *out[9:, :n]))
    unfilled = Unfilled(*lost[:, : m - n])
    if not len(opened) and not world.pools.open and not np.count_nonzero(world.offers.pool_seats):
        return Filled(ordered, ordered, Ordered.empty(), unfilled, PoolClosed.empty(), chatted)
    return replace(_pools(world, ordered, unfilled, opened, day, params), chatted=chatted)


def _bans(world: World, chosen: Choices, day: int, reason: NDArray[np.int64]) -> None:
    """Lose the orders of people who remember a seller whose every account is banned: nobody answers there."""
    accounts = world.accounts
    if not len(accounts):
        return
    closed = accounts.banned_until > day
    if not np.count_nonzero(closed):
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


def _stock(world: World, chosen: Choices, seller: NDArray[np.int64], day: int, reason: NDArray[np.int64]) -> None:
    """Give units to the orders with the smallest hash; stock of -1 is made to order."""
    limited = world.resellers.size or np.count_nonzero(world.brand_stock >= 0)
    if not limited and not np.count_nonzero(seller != _BRAND):
        return
    score = np.empty(len(seller))
    hashes(world.people.uid[chosen.person], world.offers.name[chosen.offer], world.draws.key("stock", day), score)
    hand_out(np.argsort(score, kind="stable"), seller, chosen.product, world.resellers.stock, world.brand_stock, reason)


def _pools(world: World, ordered: Ordered, unfilled: Unfilled, opened: PoolOpen, day: int,
           params: FulfilmentParams) -> Filled:
    """Seat the orders of group deals, and close the deals that are due."""
    pools = world.pools
    for k in range(len(opened)):
        _open(pools, int(opened.offer[k]), int(opened.seats[k]), int(opened.deadline_day[k]))
    pooled = world.offers.pool_seats[ordered.offer] > 0
    if not pools.open and not np.count_nonzero(pooled):
        return Filled(ordered, ordered, Ordered.empty(), unfilled, PoolClosed.empty(), Chatted.empty())
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
    return Filled(ordered, Ordered.stacked([_rows(ordered, ~pooled), *won]), refund, failed, closed, Chatted.empty())


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
