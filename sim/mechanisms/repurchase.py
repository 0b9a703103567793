"""Need and repurchase: occasions that open and close, or the BG/NBD clock as the reduced mode.

Goods are used up, and then an occasion opens; whoever remembers a seller asks there once. Memory
fades without contact, so whoever owns the audience is remembered longer. One clock, never both.

Occasions, person i and product p:

    first occasion and each after a lapse: day + Exp(rate_i), rate_i = need_rate interest_ip / mean
    an occasion stays open for `window` days; on its first day the last seller is remembered with
    chance e^{-(days since last contact) / memory}; resellers who have it at home remember that for certain
    a purchase closes the occasion; the next opens after uses_days x U(1 - spread, 1 + spread)

BG/NBD [Fader2005] (`mode: bgnbd`): lambda_i ~ Gamma(r, alpha / speed) a week, after each purchase
dropout with p_i ~ Beta(a, b), logit shifted by satisfaction:

    logit p = logit p_i - c_S S;   next purchase time = t + Exp(lambda_i), in continuous time

Every purchase of this mode is made from memory with certainty; one that cannot be filled costs nobody (no
dropout is drawn), and the next falls due after another Exp(lambda_i). With c_S = 0 and speed 1 it is the
published model (domain 2.8).

Notation: interest_ip in the product's category and S satisfaction by person and product (N, P); days whole,
the clock of BG/NBD float64 (N,).

Sources: market 0.1 (occasions), domain 4.7 and [Fader2005] rows 55-56 (BG/NBD), market 7 (rates).
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import draw64, normal, uniform
from sim.core.kernel import AHEAD, Array, Number, kernel, prange, prefetch
from sim.core.maths import exp_, log_, logistic
from sim.core.params import ASSUMPTION, Days, Params, Share, param
from sim.exchange.events import PathKind
from sim.mechanisms.encounters import Encounters, begun
from sim.world.agenda import FAR, move, take
from sim.world.state import Clock, World


class BgNbdParams(Params):
    """Parameters of the BG/NBD mode; the defaults are the CDNOW fit, in weeks."""

    r: float = param(0.2426, source="domain row 55", low=0.1, high=1, gt=0, le=100, doc="Shape of the rate", zh="r")
    alpha: float = param(4.4135, source="domain row 55", low=1, high=10, gt=0, le=1e4,
                         doc="Scale of the rate (weeks)", zh="alpha", unit="weeks")
    a: float = param(0.7929, source="domain row 55", low=0.3, high=2, gt=0, le=100, doc="Dropout a", zh="a")
    b: float = param(2.4258, source="domain row 55", low=1, high=5, gt=0, le=100, doc="Dropout b", zh="b")
    speed: float = param(1.0, source="domain 4.7", low=0.2, high=6, gt=0, le=100,
                         doc="Speed of the category against CDNOW", zh="品类速度")
    satisfaction: float = param(0.0, source="domain 4.7 (1.5 when used)", low=0, high=3, ge=0, le=50,
                                doc="Weight of satisfaction in staying", zh="满意度权重")


class RepurchaseParams(Params):
    """Need and repurchase."""

    mode: Literal["occasions", "bgnbd", "always", "off"] = param(
        "occasions", source="scenario",
        doc="occasions: consumption; bgnbd: the reduced clock; always: a need is always open; off: never", zh="复购方式")
    need_rate: float = param(0.03, source="market 7", low=0.01, high=0.06, ge=0, le=1, unit="per day",
                             doc="Occasions a day of a person of mean interest", zh="需求率")
    mean_interest: Share = param(0.25, source="market 7", low=0.2, high=0.35, gt=0,
                                 doc="Interest that the rate refers to", zh="平均兴趣")
    window: Days = param(7.0, source="market 7", low=3, high=14, ge=1, unit="days",
                         doc="How long an occasion stays open", zh="需求窗口")
    memory: Days = param(45.0, source=ASSUMPTION, low=20, high=90, unit="days",
                         doc="Time constant of remembering a seller without contact", zh="记忆时长")
    spread: Share = param(0.2, source=ASSUMPTION, low=0.0, high=0.4,
                          doc="Spread of the days a unit lasts", zh="用量离散")
    bgnbd: BgNbdParams = BgNbdParams()


@kernel()
def exponential(key: int, index: int) -> Number:
    """Return a standard exponential draw."""
    return -log_(uniform(key, index))


@kernel()
def first_occasions(uid: Array, interest: Array, rate: float, key: int, out: Array) -> None:
    """Draw the day of everyone's first occasion.

    uid, interest, out (N,); rate: occasions a day at interest 1.
    """
    for i in range(len(uid)):
        r = rate * np.float64(interest[i])
        wait = exponential(key, np.int64(uid[i])) / r if r > 0.0 else 1.0e9
        out[i] = np.int16(min(wait, 30000.0))


@kernel()
def open_occasions(people: Array, product: int, day: int, window: int, rate: float, interest: Array,
                   memory_keep: Array, memory_day: Array, memory_offer: Array, open_until: Array, uid: Array,
                   key_wait: int, key_memory: int, head: Array, following: Array, preceding: Array, at: Array,
                   is_clocked: bool, orders: Array, live: Array, by_path: int, row_of: Array, brand_of: Array,
                   brand: int, stock: Array, rings: Array, offer: Array) -> None:
    """Open today's occasions, schedule the next as if nothing were bought, and ask the memory.

    Of whoever has bought before and has a clock (BG/NBD), the clock rings instead. A unit at home is remembered for
    certain; a dead offer leads to the brand's shop, whose number is the product's.

    Parameters
    ----------
    orders : (N, P), purchases so far; live : bool (O,), offers that can be bought
    by_path : offer of the product that resellers sell by path, -1: none
    row_of : (N,), brand_of : (R,), stock : (R, P), the resellers; brand : of the product
    rings : bool (n,); offer : int32 (n,), the offer that the person recalls today, or -1
    """
    last = len(people) - 1
    for k in range(len(people)):
        ahead = np.int64(people[min(k + AHEAD, last)])
        prefetch(uid, ahead)
        prefetch(open_until, ahead)
        prefetch(interest, ahead)
        prefetch(memory_offer, ahead)
        prefetch(memory_day, ahead)
        prefetch(following, ahead)
        prefetch(preceding, ahead)
        i = people[k]
        u = np.int64(uid[i])
        row, recalled = row_of[i], memory_offer[i, product]
        is_home = row >= 0 and brand_of[row] == brand and stock[row, product] > 0
        told = recalled if recalled >= 0 and live[recalled] else product
        if is_home and by_path >= 0:
            told = by_path
        offer[k] = told
        rings[k] = is_clocked and orders[i, product] > 0
        if rings[k]:
            continue
        open_until[i, product] = day + window - 1
        r = rate * np.float64(interest[i])
        wait = exponential(key_wait, u) / r if r > 0.0 else 1.0e9
        move(head, following, preceding, at, np.int64(i), np.int64(min(day + window + wait, 30000.0)))
        gone = min(day - memory_day[i, product], len(memory_keep) - 1)
        if not is_home and (recalled < 0 or uniform(key_memory, u) >= memory_keep[gone]):
            offer[k] = -1


@kernel()
def close_occasions(people: Array, product: Array, which: int, uses: float, day: int, spread: float, open_until: Array,
                    in_use_until: Array, uid: Array, key: int, head: Array, following: Array, preceding: Array,
                    at: Array) -> None:
    """After a purchase of one product: close the occasion and put the next where the goods are used up.

    people, product (m,), those of other products are left alone; uses: days a unit lasts; open_until, in_use_until (N, P);
    the lists of an `Agenda`.
    """
    for k in range(len(people)):
        if product[k] != which:
            continue
        i = people[k]
        open_until[i, which] = day - 1
        lasts = uses * (1.0 - spread + 2.0 * spread * uniform(key, np.int64(uid[i])))
        until = day + max(np.int64(1), np.int64(lasts + 0.5))
        in_use_until[i, which] = min(until, 30000)
        move(head, following, preceding, at, np.int64(i), until)


@kernel()
def gamma_draw(key: int, index: int, shape: float) -> Number:
    """Return a Gamma(shape, 1) draw [MarsagliaTsang2000]; a small shape is boosted by U^(1/shape)."""
    inner = draw64(key, index)
    boost = 1.0
    a = shape
    if a < 1.0:
        boost = exp_(log_(uniform(inner, 0)) / a)
        a += 1.0
    d = a - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    for attempt in range(64):
        x = normal(inner, 1 + 3 * attempt)
        v = 1.0 + c * x
        v = v * v * v
        if v > 0.0 and log_(uniform(inner, 3 + 3 * attempt)) < 0.5 * x * x + d - d * v + d * log_(v):
            return boost * d * v
    return boost * d




@kernel(parallel=True)
def bgnbd_traits(uid: Array, r: float, scale: float, a: float, b: float, key_rate: int, key_drop: int, rate: Array,
                 logit: Array) -> None:
    """Draw everyone's purchase rate a day and logit of the dropout chance.

    uid, rate, logit (N,).
    """
    for i in prange(len(uid)):
        u = np.int64(uid[i])
        rate[i] = gamma_draw(key_rate, u, r) / scale
        x = gamma_draw(key_drop, 2 * u, a)
        y = gamma_draw(key_drop, 2 * u + 1, b)
        logit[i] = log_(x) - log_(y)


@kernel()
def bgnbd_next(people: Array, product: Array, which: int, satisfaction: Array, weight: float, day: int, uid: Array, key: int,
               rate: Array, logit: Array, next_time: Array, open_until: Array, in_use_until: Array, head: Array,
               following: Array, preceding: Array, at: Array) -> None:
    """After today's purchases: drop out, or put the next purchase on the clock.

    The clock runs in continuous time: a purchase that falls due again within the same day is made the
    next day but keeps its own time, so that counts over weeks are those of the published model. people, product (m,),
    those of other products than `which` are left alone; satisfaction, open_until, in_use_until (N, P); rate, logit, next_time (days) (N,); the lists of an `Agenda`.
    """
    for k in range(len(people)):
        i, p = people[k], product[k]
        if p != which:
            continue
        inner = draw64(key, np.int64(uid[i]))
        open_until[i, p] = day - 1
        in_use_until[i, p] = 30000
        gone = logistic(np.float64(logit[i]) - weight * np.float64(satisfaction[i, p]))
        if uniform(inner, 0) < gone:
            next_time[i] = 30000.0
        else:
            since = next_time[i] if next_time[i] > 0.0 else np.float64(day)
            next_time[i] = min(since - log_(uniform(inner, 1)) / np.float64(rate[i]), 30000.0)
        # A clock that falls due again today rings tomorrow, at its own time: nothing is lost.
        move(head, following, preceding, at, np.int64(i), max(np.int64(next_time[i]), day + 1))


@kernel()
def bgnbd_put_off(people: Array, day: int, uid: Array, key: int, rate: Array, next_time: Array, head: Array,
                  following: Array, preceding: Array, at: Array) -> None:
    """Put those whose clock rang in vain (they are on no day) back on the clock, in continuous time as above.

    people (m,); uid, rate, next_time (days) (N,); the lists of an `Agenda`.
    """
    for k in range(len(people)):
        i = people[k]
        if at[i] < 0:
            next_time[i] = min(next_time[i] + exponential(key, np.int64(uid[i])) / np.float64(rate[i]), 30000.0)
            move(head, following, preceding, at, np.int64(i), max(np.int64(next_time[i]), day + 1))


def start_clock(world: World, params: RepurchaseParams, product: int) -> Clock:
    """Draw the traits of the BG/NBD mode from the world seed."""
    n = world.n_people
    q = params.bgnbd
    clock = Clock(np.empty(n, np.float32), np.empty(n, np.float32), np.zeros(n))
    bgnbd_traits(world.people.uid, q.r, q.alpha * 7.0 / q.speed, q.a, q.b, world.world_draws.key(f"rate {product}"),
                 world.world_draws.key(f"dropout {product}"), clock.rate, clock.logit)
    return clock


def first_days(world: World, params: RepurchaseParams, product: int) -> NDArray[np.int16]:
    """Return the day of everyone's first occasion for a product, int16 (N,) (a need trait: from the world seed)."""
    out = np.full(world.n_people, FAR, np.int16)
    if params.mode in {"occasions", "bgnbd"} and params.need_rate > 0:
        first_occasions(world.people.uid, world.people.interest[:, product], params.need_rate / params.mean_interest,
                        world.world_draws.key(f"first occasion {product}"), out)
    return out


Opened = list[tuple[int, NDArray[np.int32], NDArray[np.int32]]]
"""Whose need for which product opens today: (product, people ascending, the offer that each recalls or -1)."""


def ask_memory(world: World, day: int, params: RepurchaseParams) -> tuple[Opened, list[Encounters]]:
    """Open today's occasions; return (whose need opens and what memory brings up, bought for certain).

    Reads and writes needs and agendas. Purposes of draws: wait, memory. Cost: O(people of the day).
    """
    certain: list[Encounters] = []
    opened: Opened = []
    if params.mode in {"always", "off"}:
        return opened, certain
    people, table = world.people, world.resellers
    is_clocked = params.mode == "bgnbd"
    by_path = world.offers.by_path(len(world.products)) if table.size else None
    for p, agenda in enumerate(world.agendas):
        who = take(agenda, day, world.scratch.people_list)
        if not len(who):
            continue
        rings, offer = np.empty(len(who), np.bool_), np.empty(len(who), np.int32)
        open_occasions(who, p, day, int(params.window), params.need_rate / params.mean_interest,
                       people.interest[:, p], world.keep.memory, people.memory_day, people.memory_offer,
                       people.open_until, people.uid, world.draws.key(f"wait {p}", day),
                       world.draws.key(f"memory {p}", day), agenda.head, agenda.following, agenda.preceding,
                       agenda.day, is_clocked, people.orders, world.offers.live, -1 if by_path is None else int(by_path[p]),
                       table.row_of, table.brand, int(world.products.brand_of[p]), table.stock, rings, offer)
        if is_clocked:
            if np.count_nonzero(rings):
                certain.append(begun(who[rings], offer[rings], int(PathKind.MEMORY), -1, np.nan, p))
            who, offer = who[~rings], offer[~rings]
        opened.append((p, who, offer))
    return opened, certain


@kernel()
def _refresh(person: Array, offer: Array, offer_product: Array, day: int, memory_offer: Array,
             memory_day: Array) -> None:
    last = len(person) - 1
    for k in range(len(person)):
        prefetch(memory_offer, np.int64(person[min(k + AHEAD, last)]))
        i, p = person[k], offer_product[offer[k]]
        if memory_offer[i, p] >= 0:
            memory_day[i, p] = day


def refresh_memory(world: World, person: NDArray[np.int32], offer: NDArray[np.int32], day: int) -> None:
    """A message (m,) from the seller's own channel keeps a buyer's memory fresh. Cost: O(messages)."""
    _refresh(person, offer, world.offers.product, day, world.people.memory_offer, world.people.memory_day)


def after_purchase(world: World, person: NDArray[np.int64], product: NDArray[np.int64], day: int,
                   params: RepurchaseParams) -> None:
    """Put the next occasion of today's buyers (m,) on the agenda. Purpose of draws: lasts or dropout."""
    if not len(person) or params.mode in {"always", "off"}:
        return
    people = world.people
    for p, agenda in enumerate(world.agendas):
        if params.mode == "bgnbd":
            clock = world.clocks[p]
            bgnbd_next(person, product, p, people.satisfaction, params.bgnbd.satisfaction, day, people.uid,
                       world.draws.key(f"dropout {p}", day), clock.rate, clock.logit, clock.next_time,
                       people.open_until, people.in_use_until, agenda.head, agenda.following, agenda.preceding,
                       agenda.day)
        else:
            close_occasions(person, product, p, float(world.products.uses_days[p]), day, params.spread, people.open_until,
                            people.in_use_until, people.uid, world.draws.key(f"lasts {p}", day), agenda.head,
                            agenda.following, agenda.preceding, agenda.day)


def put_off(world: World, person: NDArray[np.int64], offer: NDArray[np.int64], day: int,
            params: RepurchaseParams) -> None:
    """Give the next purchase to those (m,) whose order was not filled, in the BG/NBD mode; occasions have theirs already.

    Whoever waits in a deal is not among them until it fails. Purpose of draws: put off. Cost: O(orders unfilled).
    """
    if params.mode != "bgnbd" or not len(person):
        return
    for p, (agenda, clock) in enumerate(zip(world.agendas, world.clocks, strict=True)):
        who = person[world.offers.product[offer] == p]
        bgnbd_put_off(who, day, world.people.uid, world.draws.key(f"put off {p}", day), clock.rate, clock.next_time,
                      agenda.head, agenda.following, agenda.preceding, agenda.day)


@kernel()
def _start_owners(people: Array, product: int, left: Array, open_until: Array, in_use_until: Array, head: Array,
                  following: Array, preceding: Array, at: Array) -> None:
    for k in range(len(people)):
        i = people[k]
        open_until[i, product] = -1
        in_use_until[i, product] = min(left[k], 30000)
        move(head, following, preceding, at, np.int64(i), left[k])


@kernel()
def _start_ringing(people: Array, product: int, inner_key: int, uid: Array, rate: Array, next_time: Array,
                   open_until: Array, in_use_until: Array, head: Array, following: Array, preceding: Array,
                   at: Array) -> None:
    for k in range(len(people)):
        i = people[k]
        open_until[i, product] = -1
        in_use_until[i, product] = 30000
        next_time[i] = min(exponential(inner_key, np.int64(uid[i])) / np.float64(rate[i]), 30000.0)
        move(head, following, preceding, at, np.int64(i), np.int64(next_time[i]))


def start_owner(world: World, who: NDArray[np.int64], product: int, used: NDArray[np.float64],
                params: RepurchaseParams) -> None:
    """Put the next occasion of people who own a unit on day 0 on the agenda.

    Parameters
    ----------
    used : float64 (n,), [0, 1]
        Share of the unit already used up (occasions mode).
    """
    people, agenda = world.people, world.agendas[product]
    if params.mode == "bgnbd":
        clock = world.clocks[product]
        _start_ringing(who, product, world.world_draws.key(f"first repeat {product}"), people.uid, clock.rate,
                       clock.next_time, people.open_until, people.in_use_until, agenda.head, agenda.following,
                       agenda.preceding, agenda.day)
    elif params.mode == "occasions":
        left = ((1.0 - used) * world.products.uses_days[product]).astype(np.int64)
        _start_owners(who, product, left, people.open_until, people.in_use_until, agenda.head, agenda.following,
                      agenda.preceding, agenda.day)
