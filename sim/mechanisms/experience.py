"""Experience: what a delivery does to satisfaction, trust, returns and the belief of its buyer.

People judge a delivery against what they expected. Falling short costs more than exceeding wins, on
the trust in whoever passed the offer on and in the brand: exaggeration sells today and costs trust
tomorrow, and nothing else in the code says so.

Equations, an order with expectation E and delivered quality s:

    s = quality_p + sd z,     d = s - E + tolerance                 (a defect: d = -1)
    for trust a defect counts u = -`defect_units`; across distrust u turns its sign, while e_+ and w stay with what pleases
    S = g_+ max(d, 0) - g_- max(-d, 0)
    T <- T + w e_+ max(u, 0) (1 - T) - e_- (1 - rho after_sales) max(-u, 0) T,    u = d / sd_d
    w = warmth of the offer for the trust in its path, 1 for the trust in the brand
    P(return) = min(1, r_0 + r_live [bought at a live event] + r_1 max(-d, 0))

With E ~ a constant gap the trust has the fixed point of domain 2.8, T* = e_+ psi(u) / (e_+ psi(u) +
e_- psi(-u)), argument shifted by the tolerance. A tie of distrust stays one: only the size moves,
and the other way round. A defect severs the tie it came through with chance `sever` (its trust becomes 0).

| symbol | array | shape |
|---|---|---|
| E, s, d, S | expectation, delivered, disconfirmation, satisfaction | (m,) orders |
| T | trust of the tie, audience row, and brand | [0, 1] |

Sources: [Oliver1980] disconfirmation, [Mittal1998] asymmetry, [Slovic1993] trust, domain 4.4 as
corrected by market 0.2 (tolerance zone, units of the spread); returns domain row 39 and 4.11; warmth domain
4.10.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import draw64, normal, uniform
from sim.core.kernel import Array, Number, kernel
from sim.core.params import ASSUMPTION, Params, Share, param
from sim.exchange.events import Delivered, Ordered, PathKind
from sim.exchange.kept import once_for
from sim.mechanisms import sellers
from sim.mechanisms.belief import OWN, BeliefParams, learn
from sim.world.state import World

Bools = NDArray[np.bool_]
_LIVE, _TIE = int(PathKind.LIVE), int(PathKind.TIE)


class ExperienceParams(Params):
    """Satisfaction, trust and returns."""

    noise: float = param(0.15, source="domain 4.4", low=0.1, high=0.2, ge=0, le=1,
                         doc="Spread of the delivered quality", zh="品质波动")
    tolerance: float = param(0.1, source="market 0.2", low=0.0, high=0.2, ge=0, le=1,
                             doc="Shortfall that people shrug off", zh="容忍区")
    unit: float = param(0.15, source="market 0.2", low=0.1, high=0.3, gt=0, le=10,
                        doc="Disconfirmation that counts as one for trust (its spread)", zh="落差单位")
    gain: float = param(1.0, source="domain 4.4", low=0.5, high=2, ge=0, le=10,
                        doc="Satisfaction of a unit above expectation", zh="超预期满意")
    loss: float = param(2.0, source="domain 4.4", low=1.3, high=2.5, ge=0, le=10,
                        doc="Dissatisfaction of a unit below expectation", zh="低于预期不满")
    trust_gain: float = param(0.1, source="domain 4.4", low=0.05, high=0.2, ge=0, le=1,
                              doc="Trust gained by a unit above expectation (e+)", zh="增信")
    trust_loss: float = param(0.25, source="domain 4.4", low=0.1, high=0.5, ge=0, le=1,
                              doc="Trust lost by a unit below expectation (e-)", zh="失信")
    after_sales: Share = param(0.5, source="domain 4.4", low=0, high=1, doc="Quality of after-sales service",
                               zh="售后水平")
    after_sales_effect: Share = param(0.5, source="domain 4.4", low=0, high=0.7,
                                      doc="Share of a loss of trust that full after-sales service heals", zh="售后修复")
    defect: Share = param(0.01, source="domain 4.4", low=0.005, high=0.03, doc="Chance of a defect or allergy",
                          zh="缺陷率")
    defect_units: float = param(3.0, source=ASSUMPTION, low=1, high=6, ge=0, le=100,
                                doc="What a defect counts for trust, in units: it shocks, but only `sever` ends a tie",
                                zh="缺陷对信任的冲击")
    sever: Share = param(0.3, source="domain 4.4", low=0.2, high=0.5,
                         doc="Chance that a defect ends the tie it came through", zh="断交率")
    return_base: Share = param(0.02, source=ASSUMPTION, low=0.0, high=0.1, doc="Returns whatever the experience",
                               zh="基础退货率")
    return_disappointed: float = param(0.5, source=ASSUMPTION, low=0.0, high=1.0, ge=0, le=10,
                                       doc="Added chance of a return for each unit below expectation", zh="失望退货")
    return_live: Share = param(0.1, source="domain 4.11", low=0.0, high=0.3,
                               doc="Added chance of a return for what was bought at a live event (10-30 % in all)",
                               zh="直播退货")
    resaleable: Share = param(0.7, source=ASSUMPTION, low=0.3, high=1.0, doc="Returned goods that can be sold again",
                              zh="退货可再售")
    moves_trust: bool = param(True, source="scenario", doc="Switch: experience moves trust", zh="体验影响信任")


@kernel()
def judge(person: Array, order_product: Array, kind: Array, price: Array, quantity: Array, expectation: Array, uid: Array,
          quality: Array, key: int, noise: float, tolerance: float, gain: float, loss: float, defect: float, return_base: float,
          return_live: float, return_slope: float, resale: float, worst: float, sever: float, held: Array,
          experienced: Array, gap: Array, satisfaction: Array, severed: Array, back: Array) -> None:
    """Draw every delivery and judge it. Draw index: person, then product.

    Columns of the deliveries and outputs (m,); quality (P,); held (N, P), satisfaction of people.
    back : int64 (3, m), returned, refunded fen, resaleable
    """
    for k in range(len(person)):
        i, p = person[k], order_product[k]
        inner = draw64(key, np.int64(uid[i]) * 16 + p)
        s = quality[p] + noise * normal(inner, 0)
        d = s - expectation[k] + tolerance
        defective = uniform(inner, 1) < defect
        if defective:
            d = -1.0
            s = 0.0
        experienced[k] = min(1.0, max(0.0, s))
        satisfaction[k] = gain * d if d > 0.0 else loss * d
        held[i, p] = satisfaction[k]
        gap[k] = -worst if defective else d
        chance = return_base + (return_live if kind[k] == _LIVE else 0.0) + return_slope * max(0.0, -d)
        returned = uniform(inner, 2) < chance
        resaleable = returned and not defective and uniform(inner, 3) < resale
        severed[k] = defective and uniform(inner, 4) < sever
        back[0, k], back[1, k], back[2, k] = returned, returned * price[k] * quantity[k], resaleable


@kernel()
def moved(t: float, u: float, up: float, down: float) -> Number:
    """Return trust t after a disconfirmation of u units; stays in [0, 1]."""
    t += up * u * (1.0 - t) if u > 0.0 else down * u * t
    return min(1.0, max(0.0, t))


@kernel()
def move_trust(person: Array, product: Array, offer: Array, kind: Array, row: Array, gap: Array, severed: Array, brand_of: Array,
               warmth: Array, unit: float, up: float, down: float, day: int, brand_trust: Array, row_trust: Array, weight: Array,
               mark: Array) -> None:
    """Move the trust in the path and in the brand for every delivery, in the order of the table.

    A path without a row (an impression, memory) has no trust of its own.
    Columns of the deliveries (m,); gap: delivered less expected, in quality; brand_of (P,), warmth (O,); brand_trust (N, B),
    row_trust (M,), [0, 1]; weight, mark (E,): packed size of the tie's trust, and the day it was last moved.
    """
    for k in range(len(person)):
        u = gap[k] / unit
        i, b = person[k], brand_of[product[k]]
        brand_trust[i, b] = moved(np.float64(brand_trust[i, b]), u, up, down)
        r = row[k]
        if r < 0:
            continue
        won = up * warmth[offer[k]]
        if kind[k] == _TIE:
            w = np.int64(weight[r])
            size: Number = (w & 32767) / 32767.0
            # What pleases makes distrust smaller, what disappoints makes it greater.
            size = moved(size, -u, down, won) if w & 32768 else moved(size, u, won, down)
            if severed[k]:
                size = 0.0
            weight[r] = (w & 32768) | np.int64(size * 32767.0 + 0.5)
            mark[r] = (np.int64(mark[r]) & 61440) | (day & 4095)
        else:
            row_trust[r] = 0.0 if severed[k] else moved(np.float64(row_trust[r]), u, won, down)


@kernel()
def note_purchases(person: Array, product: Array, quantity: Array, price: Array, door: Array, offer: Array, day: int,
                   orders: Array, spent: Array, first_path: Array, first_day: Array, second_day: Array, last_day: Array,
                   memory_offer: Array, memory_day: Array, is_first: Array) -> None:
    """Write deliveries into the columns of people; `is_first` tells which are a person's first of the product.

    Columns of the deliveries (m,), price in fen a unit, and `is_first` (m,); all others (N, P).
    """
    for k in range(len(person)):
        i, p = person[k], product[k]
        before = np.int64(orders[i, p])
        is_first[k] = before == 0
        if before == 0:
            first_path[i, p] = door[k]
            first_day[i, p] = day
        elif before == 1:
            second_day[i, p] = day
        orders[i, p] = min(before + quantity[k], 65535)
        spent[i, p] += price[k] * quantity[k]
        last_day[i, p] = day
        memory_offer[i, p] = offer[k]
        memory_day[i, p] = day


@kernel()
def live_through(person: Array, product: Array, offer: Array, kind: Array, row: Array, price: Array, quantity: Array,
                 expectation: Array, day: int, key: int, weights: tuple[float, ...], moves_trust: bool, uid: Array, quality: Array,
                 brand_of: Array, warmth: Array, held: Array, brand_trust: Array, row_trust: Array, weight: Array, mark: Array,
                 orders: Array, spent: Array, first_path: Array, first_day: Array, second_day: Array, last_day: Array,
                 memory_offer: Array, memory_day: Array, felt: Array, flags: Array, back: Array) -> None:
    """Let deliveries be judged, move trust, and be written into the purchase history of their buyers.

    Parameters
    ----------
    person to expectation : (m,), the deliveries; weights : as `_weights`
    uid to memory_day : columns of people, products, offers, memberships and ties, as the kernels that are called have them
    felt : float64 (3, m), written: quality experienced, disconfirmation, satisfaction
    flags : bool (2, m), written: whether the tie is severed, and whether it is the person's first of the product
    back : int64 (3, m), written: returned, refunded fen, resaleable
    """
    noise, tolerance, gain, loss, defect, base, live, slope, resale, worst, sever, unit, up, down = weights
    judge(person, product, kind, price, quantity, expectation, uid, quality, key, noise, tolerance, gain, loss, defect, base, live, slope,
          resale, worst, sever, held, felt[0], felt[1], felt[2], flags[0], back)
    if moves_trust:
        move_trust(person, product, offer, kind, row, felt[1], flags[0], brand_of, warmth, unit, up, down, day, brand_trust, row_trust,
                   weight, mark)
    note_purchases(person, product, quantity, price, kind, offer, day, orders, spent, first_path, first_day, second_day, last_day,
                   memory_offer, memory_day, flags[1])


@once_for
def _weights(params: ExperienceParams) -> tuple[float, ...]:
    """Return the weights that `live_through` takes."""
    down = params.trust_loss * (1.0 - params.after_sales_effect * params.after_sales)
    return (params.noise, params.tolerance, params.gain, params.loss, params.defect, params.return_base, params.return_live,
            params.return_disappointed, params.resaleable, params.defect_units * params.unit, params.sever, params.unit,
            params.trust_gain, down)


def deliver(world: World, orders: Ordered, day: int, params: ExperienceParams, belief: BeliefParams) -> tuple[Delivered, Bools]:
    """Let today's deliveries be experienced; orders are ascending by person, then product.

    Writes satisfaction, trust (brand, row, tie), belief, purchase history, memory. One delivery a person and product.
    Purpose of draws: experience. Cost: O(orders).

    Returns
    -------
    Delivered
        What became of them, row by row.
    bool (m,)
        Which are a person's first of the product.
    """
    people, products, ties, m = world.people, world.products, world.ties, len(orders)
    person, product = orders.person, orders.product
    felt, flags, back = np.empty((3, m)), np.empty((2, m), np.bool_), np.empty((3, m), np.int64)
    live_through(person, product, orders.offer, orders.path_kind, orders.path_row, orders.price_fen, orders.quantity,
                 orders.expectation, day, world.draws.key("experience", day), _weights(params), params.moves_trust, people.uid,
                 products.quality, products.brand_of, world.offers.warmth, people.satisfaction, people.brand_trust,
                 world.audiences.trust, ties.weight, ties.mark, people.orders, people.spent_fen, people.first_path, people.first_day,
                 people.second_day, people.last_day, people.memory_offer, people.memory_day, felt, flags, back)
    sellers.remember(world, orders)
    learn(world, OWN, person.astype(np.int32), product, np.ones(m, np.float32), felt[0], belief)
    return Delivered(orders.order, person, product, felt[2], *back), flags[1]


@kernel()
def begin_talking(person: Array, product: Array, which: int, until: Array, day: int, talk_until: Array, held: Array,
                  out: Array) -> int:
    """Write those who talk about a product: who did, and today's buyers, ascending; returns how many.

    Parameters
    ----------
    person : int64 (m,), ascending among those of one product
    until : int64 (m,), last day of each
    held : int32 (h,), ascending
    out : int32 (h + m,)
    """
    n, h = 0, 0
    for k in range(len(person)):
        if product[k] != which:
            continue
        i = person[k]
        is_known = talk_until[i, which] > day
        talk_until[i, which] = until[k]
        if is_known:
            continue
        while h < len(held) and held[h] < i:
            out[n] = held[h]
            n += 1
            h += 1
        if h < len(held) and held[h] == i:
            h += 1
        out[n] = i
        n += 1
    for k in range(h, len(held)):
        out[n] = held[k]
        n += 1
    return n


def begin_to_talk(world: World, orders: Ordered, is_first: Bools, day: int, talk_until: NDArray[np.int64]) -> None:
    """Let the buyers of today's deliveries start talking tomorrow.

    Parameters
    ----------
    is_first : bool (m,)
        Which are a person's first of the product.
    talk_until : int64 (m,)
        Last day on which each talks about it, see `word_of_mouth.last_days`.
    """
    people, person, product = world.people, orders.person, orders.product
    for p in range(len(world.products)):
        held = world.talkers.active[p]
        talking = np.empty(len(held) + len(person), np.int32)
        n = begin_talking(person, product, p, talk_until, day, people.talk_until, held, talking)
        world.talkers.active[p] = talking[:n]
        new = person[is_first if len(world.products) == 1 else is_first & (product == p)]
        if len(new):
            # A day may have a second round of deliveries (deals that closed): it adds, it does not replace.
            before = world.talkers.fresh[p]
            world.talkers.fresh[p] = np.union1d(before, new).astype(np.int32) if len(before) else new.astype(np.int32)


def rounds(orders: Ordered) -> list[Ordered]:
    """Split deliveries so that each part holds a person and product once, ascending; usually one part."""
    if not len(orders):
        return []
    if np.count_nonzero(orders.person[1:] <= orders.person[:-1]) == 0:
        return [orders]
    left = np.lexsort((orders.order, orders.product, orders.person))
    parts: list[Ordered] = []
    while len(left):
        person, product = orders.person[left], orders.product[left]
        again = np.zeros(len(left), np.bool_)
        again[1:] = (person[1:] == person[:-1]) & (product[1:] == product[:-1])
        pick = left[~again]
        parts.append(Ordered(*[getattr(orders, name)[pick] for name in Ordered.__dataclass_fields__]))
        left = left[again]
    return parts


def disappoint(world: World, orders: Ordered) -> None:
    """A deal that failed costs a little satisfaction (domain 4.14: -.1)."""
    at = (orders.person, orders.product)
    # Two deals of one person may fail on one day: each counts.
    np.subtract.at(world.people.satisfaction, at, np.float32(0.1))
