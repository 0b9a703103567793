"""Choice: whether a person buys today, which product, and through which door.

People buy when the best of what they met beats buying nothing. Sellers of the same product share a
nest, so thirty selling friends do not sell like thirty products.

Equation (nested logit, nest = product p of person i; outside option has utility 0):

    U_e  = a_kind + b_T T_e + b_q q_ip + b_n need_ip + b_s ln(1 + peers_ip) - b_p s_i ln(price_e / ref_e)
           + b_k ln fit_e - b_F phi_i + buzz_ip
    I_ip = mu ln sum_{e in nest} exp(U_e / mu),     P_i(buy) = sum_p exp I_ip / (1 + sum_p exp I_ip)

At b_k = 1 the odds are in proportion to the fit of the seller's label or skill; an offer that fits not at
all (1e-9 or less) is never considered.

An offer met without an open need enters with chance 1 - (1 - impulse)^m_day only, `impulse_in_use` while
the last unit is in use; memory and chats always enter. One uniform of (person, day) decides buying, a second the product; which of the offers met in the
nest wins is a Gumbel race keyed by (person, offer, door): P(e | nest) = exp(U_e/mu) / sum exp(U/mu).
The race is run for buyers only. The split keeps paired comparisons sharp: an offer more or less
does not reshuffle who buys.

| symbol | array | shape |
|---|---|---|
| e | encounters: person, offer, kind, row, trust | (m,) |
| T_e | trust in the path, signed; the brand's where the path has none | [-1, 1] |
| q_ip | belief about delivered quality | (N, P) |
| need | 1 while a need is open, else 0 | (N, P) |
| ref_e | what the price is held against: the product's reference price, else the list price of the offer | (O,) |
| fit_e | fit of the seller with the product | [0, 1] |
| phi_i | fatigue | (N,) |

Sums within a nest are int64 fixed point relative to the nest's greatest U, so their order is free.

Sources: [McFadden1974], [McFadden1978] nests; weights and bands domain 4.3 as corrected by market 0.3
(mu) and 0.8; fit domain 4.11; market 7 for the reference price.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.draws import draw64, pair, uniform
from sim.core.kernel import AHEAD, Array, Number, kernel, prange, prefetch
from sim.core.maths import exp_, log_, power, to_fixed
from sim.core.params import ASSUMPTION, Params, Share, param
from sim.exchange.events import PathKind
from sim.exchange.kept import once_for
from sim.mechanisms.encounters import Encounters
from sim.world.state import World

_NOT_MET = -1.0e300
_NO_FIT = 1.0e-9
_S32 = np.uint64(32)


class DoorParams(Params):
    """Intercepts of utility by door (path kind): how hard buying through it is.

    Set once so that a single exposure converts in the geometric middle of its band of domain 4.3 as corrected by
    market 0.8, before any comparison was read, and then left alone; none belongs to a strategy. That holds for a
    seller who fits fully and is trusted .25 (feed, live), .35 (chat) or .45 (group); who fits less sells less, and
    may fall below the band. The ranges are the intercepts at the edges of the bands.
    `tests/verification/calibrate.py` finds them again. The door of ties
    carries posts and spoken praise alike; at its intercept .4 % of a friend's posts and 2.5 % of what friends tell
    end in an order, so that the band lies between the two.
    """

    impression: float = param(-7.9, source="calibrated: market 0.8 (0.04% an impression)", low=-8.6, high=-7.2,
                              ge=-50, le=50, doc="Bought impression", zh="广告展示")
    feed: float = param(-7.0, source="calibrated: domain 4.3 (0.1-0.5% a cold broadcast)", low=-7.8, high=-6.2,
                        ge=-50, le=50, doc="Post in a followed feed", zh="内容推送")
    group: float = param(-4.7, source="calibrated: domain 4.3 (2-5% in an active group)", low=-5.2, high=-4.1,
                         ge=-50, le=50, doc="Offer in a group", zh="社群")
    live: float = param(-5.4, source="calibrated: domain 4.3 (1-3% live)", low=-6.0, high=-4.8, ge=-50, le=50,
                        doc="Live event", zh="直播")
    chat: float = param(-5.5, source="calibrated: domain 4.3 (5-15% inbound chat)", low=-6.1, high=-4.8,
                        ge=-50, le=50, doc="One-to-one chat", zh="一对一")
    tie: float = param(-6.0, source="calibrated: domain 4.3 (0.5-2% from a friend)", low=-7.0, high=-5.0,
                       ge=-50, le=50, doc="A friend's word or post", zh="熟人推荐")
    memory: float = param(-3.0, source=ASSUMPTION, low=-4.0, high=-2.0, ge=-50, le=50,
                          doc="Remembering where one bought before", zh="回忆复购")


class ChoiceParams(Params):
    """Weights of the nested logit."""

    mode: Literal["logit", "certain"] = param(
        "logit", source="scenario", doc="certain: whoever considers an offer buys (closed forms)", zh="选择方式")
    doors: DoorParams = DoorParams()
    b_trust: float = param(2.0, source="domain 4.3", low=1, high=4, ge=0, le=50, doc="Weight of trust", zh="信任权重")
    b_quality: float = param(1.5, source="domain 4.3", low=0.5, high=3, ge=0, le=50,
                             doc="Weight of believed quality", zh="品质权重")
    b_need: float = param(2.0, source="domain 4.3", low=1, high=3, ge=0, le=50, doc="Weight of an open need",
                          zh="需求权重")
    b_peers: float = param(0.4, source="domain 4.3", low=0.1, high=0.8, ge=0, le=50,
                           doc="Weight of peers known to have bought", zh="从众权重")
    b_price: float = param(2.0, source="domain 4.3, row 70", low=1.5, high=3, ge=0, le=50,
                           doc="Weight of the price against the reference price", zh="价格权重")
    b_fit: float = param(1.0, source="domain 4.11", low=0.5, high=2, ge=0, le=50,
                         doc="Weight of the seller's fit; 1: conversion in proportion to it", zh="匹配权重")
    b_fatigue: float = param(0.3, source="domain 4.3", low=0.1, high=0.6, ge=0, le=50, doc="Weight of fatigue",
                             zh="疲劳权重")
    nest: float = param(0.3, source="market 0.3", low=0.15, high=1.0, gt=0.01, le=1,
                        doc="Dissimilarity mu of offers of one product; 1: plain logit", zh="嵌套系数")
    impulse: Share = param(0.05, source="market 7", low=0.02, high=0.1,
                           doc="Chance to consider an offer without an open need", zh="无需求时考虑概率")
    impulse_in_use: Share = param(0.015, source="market 7", low=0.005, high=0.05,
                                  doc="The same while the last purchase is in use", zh="使用期内考虑概率")


@tabular
class Choices:
    """Who buys what today: one row a buyer, ascending by person; `chance` is P(buy) of everyone asked."""

    person: NDArray[np.int64]
    product: NDArray[np.int64]
    offer: NDArray[np.int64]
    kind: NDArray[np.int64]
    row: NDArray[np.int64]
    expectation: NDArray[np.float64]
    considered: NDArray[np.bool_]
    chance: NDArray[np.float64]


@kernel()
def encounter_index(uid: int, offer: int, kind: int) -> Number:
    """Pack (person, name of the offer, door kind) into one draw index: 32 + 24 + 8 bits."""
    return pair(np.int64(uid), np.int64(offer) * 256 + np.int64(kind))


@kernel(parallel=True)
def utilities(person: Array, offer: Array, kind: Array, trust: Array, sure: Array, uid: Array, offer_name: Array,
              offer_product: Array, offer_price: Array, offer_reference: Array, offer_fit: Array, brand_of: Array,
              doors: Array, weights: Array, belief: Array, brand_trust: Array, peers: Array, price_factor: Array,
              fatigue: Array, fatigue_day: Array, fatigue_keep: Array, buzz: Array, buzz_day: Array, buzz_keep: Array,
              open_until: Array, in_use_until: Array, day: int, impulse: float, impulse_in_use: float, key: int,
              out: Array) -> None:
    """Write U_e / mu for every encounter, or `_NOT_MET` where the person does not consider it.

    Parameters
    ----------
    sure : bool (m,)
        Considered without asking for a need (chats a person began, memory).
    doors : float64 (7,); weights : float64 (8,) = trust, quality, need, peers, price, fit, fatigue, mu
    fatigue_keep, buzz_keep : float64 (W,)
        Share left after 0, 1, 2 ... days.
    out : float64 (m,)
    """
    last = len(person) - 1
    for e in prange(len(person)):
        ahead = np.int64(person[min(e + AHEAD, last)])
        prefetch(uid, ahead)
        prefetch(open_until, ahead)
        prefetch(in_use_until, ahead)
        i, o = person[e], offer[e]
        p = offer_product[o]
        if offer_fit[o] <= _NO_FIT:
            out[e] = _NOT_MET
            continue
        opened = open_until[i, p] >= day
        if not opened and not sure[e]:
            chance = impulse_in_use if in_use_until[i, p] >= day else impulse
            if uniform(key, encounter_index(uid[i], offer_name[o], kind[e])) >= chance:
                out[e] = _NOT_MET
                continue
        t = np.float64(trust[e])
        if math.isnan(t):  # the path has no trust of its own
            t = np.float64(brand_trust[i, brand_of[p]])
        phi = np.float64(fatigue[i]) * fatigue_keep[min(day - fatigue_day[i], len(fatigue_keep) - 1)]
        shift = np.float64(buzz[i, p]) * buzz_keep[min(day - buzz_day[i, p], len(buzz_keep) - 1)]
        u = doors[kind[e]] + weights[0] * t + weights[1] * np.float64(belief[i, p])
        u += weights[2] if opened else 0.0
        if peers[i, p] > 0:
            u += weights[3] * log_(1.0 + np.float64(peers[i, p]))
        if offer_price[o] != offer_reference[o]:
            u -= weights[4] * np.float64(price_factor[i]) * log_(np.float64(offer_price[o]) / np.float64(offer_reference[o]))
        if offer_fit[o] < 1.0:
            u += weights[5] * log_(offer_fit[o])
        u += shift - weights[6] * phi
        out[e] = u / weights[7]


@kernel()
def add_up(person: Array, offer: Array, offer_product: Array, u: Array, n_products: int, best: Array, sums: Array,
           seen_people: Array, mark: Array) -> int:
    """Add exp(U/mu - max) per (person, product), in fixed point; list the people with any and return their number.

    person, offer, u (m,); best float64, sums int64 (N P,); seen_people int32, mark uint8 (N,), which is left clear.
    """
    count = 0
    for e in range(len(person)):
        if u[e] == _NOT_MET:
            continue
        i = person[e]
        slot = i * n_products + offer_product[offer[e]]
        if mark[i] == 0:
            mark[i] = 1
            seen_people[count] = i
            count += 1
            for p in range(n_products):
                best[i * n_products + p] = _NOT_MET
        best[slot] = max(best[slot], u[e])
    for e in range(len(person)):
        if u[e] == _NOT_MET:
            continue
        mark[person[e]] = 0
        slot = person[e] * n_products + offer_product[offer[e]]
        sums[slot] += to_fixed(exp_(u[e] - best[slot]))
    return count


@kernel()
def decide(people: Array, n_products: int, best: Array, sums: Array, mu: float, certain: bool, uid: Array,
           key_buy: int, key_product: int, bought: Array, chance: Array) -> None:
    """Decide buying and product for everyone asked, and clear the scratch behind.

    bought : int64 (n,), product bought or -1; chance : float64 (n,), P(buy).
    """
    for k in range(len(people)):
        i = people[k]
        total = 0.0
        for p in range(n_products):
            slot = i * n_products + p
            if sums[slot] > 0:
                inclusive = mu * (best[slot] + log_(sums[slot] / 4294967296.0))
                total += exp_(inclusive)
        u = np.int64(uid[i])
        chance[k] = 1.0 if certain else total / (1.0 + total)
        bought[k] = -1
        if uniform(key_buy, u) < chance[k]:
            left = uniform(key_product, u) * total
            for p in range(n_products):
                slot = i * n_products + p
                if sums[slot] > 0:
                    bought[k] = p
                    left -= exp_(mu * (best[slot] + log_(sums[slot] / 4294967296.0)))
                    if left <= 0.0:
                        break
        for p in range(n_products):
            best[i * n_products + p] = 0.0
            sums[i * n_products + p] = 0


@kernel()
def race(people: Array, bought: Array, person: Array, offer: Array, kind: Array, row: Array, row_key: Array, u: Array,
         offer_name: Array, offer_product: Array, uid: Array, belief: Array, key: int, product_of: Array, score: Array,
         winner: Array, out: Array, expectation: Array) -> int:
    """Run the Gumbel race among the encounters of each buyer in the nest they bought from; return how many buy.

    Parameters
    ----------
    people, bought : (n,), who was asked, ascending, and the product bought or -1
    person, offer, kind, row, row_key, u : (m,), the encounters; row_key names the door without row numbers
    product_of : int16, score : float64, winner : int32 (N,), scratch
    out : int64 (5, n), person, product, offer, kind and row of each buyer; expectation : float64 (n,), belief of each
    """
    n = 0
    for k in range(len(people)):
        if bought[k] >= 0:
            out[0, n], out[1, n] = people[k], bought[k]
            product_of[people[k]] = bought[k]
            score[people[k]] = -np.inf
            n += 1
    for e in range(len(person)):
        i = person[e]
        if u[e] == _NOT_MET or product_of[i] != offer_product[offer[e]]:
            continue
        inner = draw64(key, encounter_index(uid[i], offer_name[offer[e]], kind[e]))
        g = u[e] - log_(-log_(uniform(inner, row_key[e])))
        if g > score[i]:
            score[i] = g
            winner[i] = e
    for k in range(n):
        i, p = out[0, k], out[1, k]
        e = winner[i]
        out[2, k], out[3, k], out[4, k] = offer[e], kind[e], row[e]
        expectation[k] = belief[i, p]
        product_of[i] = -1
        score[i] = 0.0
    return n


@once_for
def weights_of(params: ChoiceParams) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (intercepts by door, float64 (doors,); weights, float64 (8,)) as the kernel wants them."""
    d = params.doors
    doors = np.zeros(len(PathKind))
    for kind in PathKind:
        doors[kind] = getattr(d, kind.name.lower())
    weights = np.array([params.b_trust, params.b_quality, params.b_need, params.b_peers, params.b_price,
                        params.b_fit, params.b_fatigue, params.nest])
    return doors, weights


def choose(world: World, met: Encounters, day: int, params: ChoiceParams) -> Choices:
    """Let everyone who met an offer today decide.

    Reads people, offers. Writes scratch only. Purposes of draws: consider, buy, product, race.
    Cost: O(encounters).
    """
    people, offers, scratch = world.people, world.offers, world.scratch
    draws, n_products = world.draws, len(world.products)
    m = len(met.person)
    u = np.empty(m)
    doors, weights = weights_of(params)
    impulse = 1.0 - power(1.0 - params.impulse, world.calendar.need[day])
    # In the BG/NBD mode every repurchase comes from the clock, so owners consider nothing else.
    in_use = 0.0 if world.clocks else 1.0 - power(1.0 - params.impulse_in_use, world.calendar.need[day])
    utilities(met.person, met.offer, met.kind, met.trust, met.sure, people.uid, offers.name, offers.product,
              offers.price_fen, offers.reference_fen, offers.fit, world.products.brand_of, doors, weights,
              people.belief, people.brand_trust, people.peers, people.price_factor, people.fatigue, people.fatigue_day,
              world.keep.fatigue, people.buzz, people.buzz_day, world.keep.buzz, people.open_until,
              people.in_use_until, day, impulse, in_use, draws.key("consider", day), u)
    asked = scratch.people_list
    count = add_up(met.person, met.offer, offers.product, u, n_products, scratch.best, scratch.sums, asked, scratch.mark)
    who = asked[:count].copy()
    who.sort()
    bought, chance = np.empty(count, np.int64), np.empty(count)
    decide(who, n_products, scratch.best, scratch.sums, params.nest, params.mode == "certain", people.uid,
           draws.key("buy", day), draws.key("product", day), bought, chance)
    buys, expectation = np.empty((5, count), np.int64), np.empty(count)
    n = race(who, bought, met.person, met.offer, met.kind, met.row, met.row_key, u, offers.name, offers.product, people.uid,
             people.belief, draws.key("race", day), scratch.product_of, scratch.score, scratch.winner, buys, expectation)
    return Choices(*(*buys[:, :n], expectation[:n], u != _NOT_MET, chance))


@kernel()
def count_met(seen_offer: Array, seen_kind: Array, offer: Array, kind: Array, considered: Array, counts: Array,
              out: Array) -> int:
    """Count messages noticed and offers considered by offer and door; return how many cells are not empty.

    Parameters
    ----------
    seen_offer, seen_kind : (s,), the messages; offer, kind, considered : (m,), the encounters
    counts : int64 (offers, doors, 2), zeros
    out : int64 (4, offers x doors), offer, door, seen and considered of each cell that is not empty
    """
    for k in range(len(seen_offer)):
        counts[seen_offer[k], seen_kind[k], 0] += 1
    for k in range(len(offer)):
        counts[offer[k], kind[k], 1] += considered[k]
    n = 0
    for o in range(counts.shape[0]):
        for door in range(counts.shape[1]):
            if counts[o, door, 0] + counts[o, door, 1] > 0:
                out[0, n], out[1, n], out[2, n], out[3, n] = o, door, counts[o, door, 0], counts[o, door, 1]
                n += 1
    return n


def with_certain(world: World, chosen: Choices, certain: list[Encounters]) -> Choices:
    """Put purchases that need no decision (BG/NBD mode) in the place of what their buyers chose otherwise."""
    if not certain:
        return chosen
    person = np.concatenate([c.person for c in certain]).astype(np.int64)
    offer = np.concatenate([c.offer for c in certain]).astype(np.int64)
    product = world.offers.product[offer]
    known = np.isin(chosen.person * len(world.products) + chosen.product, person * len(world.products) + product)
    kept = ~known
    n = len(person)
    columns = [
        np.concatenate([chosen.person[kept], person]), np.concatenate([chosen.product[kept], product]),
        np.concatenate([chosen.offer[kept], offer]),
        np.concatenate([chosen.kind[kept], np.full(n, int(PathKind.MEMORY), np.int64)]),
        np.concatenate([chosen.row[kept], np.full(n, -1, np.int64)]),
        np.concatenate([chosen.expectation[kept], world.people.belief[person, product].astype(np.float64)]),
    ]
    turn = np.lexsort((columns[1], columns[0]))
    person, product, offer, kind, row, expectation = (c[turn] for c in columns)
    return Choices(person, product, offer, kind, row, expectation, chosen.considered, chosen.chance)
