"""Belief about quality: a precision-weighted mean of claims, talk and own experience.

People combine what they are told with what they have lived through, and trust decides how much a
message weighs.

Equation, person i and product p, today's signals j of source class c (claims, talk, own experience):

    w_c  = min(sum_j w_j, cap_c - P_c),         x_c = sum_j w_j x_j / sum_j w_j
    q_ip <- (P q_ip + sum_c w_c x_c) / (P + sum_c w_c),   P = k_0 + P_claim + P_talk + P_own
    w_j  = claim_precision max(T_j, 0) (a claim noticed), talk_precision max(T_j, 0) (talk heard),
           own_precision (an own delivery)

The caps keep a thousand repeats of one claim from outweighing a jar in the hand. The brand is one
source, however many channels it speaks through; acquaintances together are another.

| symbol | array | shape |
|---|---|---|
| q_ip | belief | (N, P), [0, 1] |
| P_c | claim_precision, talk_precision, own_precision | (N, P) |
| w_j, w_j x_j | scratch precision, message (fixed point) | (N * P,) |

Sources: design 4; caps, prior and own weight market 0.2 and 7; [DeGroot1970] for the conjugate mean.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import AHEAD, Array, kernel, prefetch
from sim.core.maths import to_fixed
from sim.core.params import ASSUMPTION, Params, param
from sim.world.state import World


class BeliefParams(Params):
    """How much claims, talk and experience weigh."""

    mode: Literal["learning", "off"] = param("learning", source="scenario",
                                             doc="off: belief stays at the prior", zh="信念方式")
    prior_precision: float = param(2.0, source="market 0.2", low=1, high=5, gt=0, le=1e6,
                                   doc="Weight of the prior", zh="先验权重")
    claim_precision: float = param(1.2, source=ASSUMPTION, low=0.3, high=3, ge=0, le=1e6,
                                   doc="Weight of a claim noticed, times trust (0.6 at trust 0.5: market 7)",
                                   zh="宣称权重")
    claim_cap: float = param(12.0, source="market 0.2", low=4, high=20, ge=0, le=1e6,
                             doc="Most weight all claims of a brand can have", zh="宣称上限")
    talk_precision: float = param(2.0, source="market 7", low=0.5, high=4, ge=0, le=1e6,
                                  doc="Weight of one talk heard, times trust", zh="口碑权重")
    talk_cap: float = param(12.0, source=ASSUMPTION, low=4, high=20, ge=0, le=1e6,
                            doc="Most weight all talk can have", zh="口碑上限")
    own_precision: float = param(20.0, source="market 0.2", low=10, high=44, ge=0, le=1e6,
                                 doc="Weight of one own experience", zh="亲身体验权重")
    own_cap: float = param(100.0, source=ASSUMPTION, low=40, high=200, ge=0, le=1e6,
                           doc="Most weight all own experience can have", zh="体验上限")


@kernel()
def collect(person: Array, product: Array, trust: Array, message: Array, weight: float, n_products: int,
            precision: Array, told: Array, mark: Array, touched: Array, count: int) -> int:
    """Add signals to the scratch sums; returns the number of people touched so far.

    weight : float64, precision of a signal at full trust. person, product, trust, message (m,); precision, told (N P,)
    fixed point; mark, touched (N,).
    """
    last = len(person) - 1
    for e in range(len(person)):
        ahead = np.int64(person[min(e + AHEAD, last)])
        prefetch(mark, ahead)
        prefetch(precision, ahead * n_products)
        prefetch(told, ahead * n_products)
        t = np.float64(trust[e])
        if not t > 0.0:
            continue
        i = person[e]
        slot = i * n_products + product[e]
        w = weight * t
        precision[slot] += to_fixed(w)
        told[slot] += to_fixed(w * message[e])
        if mark[i] == 0:
            mark[i] = 1
            touched[count] = i
            count += 1
    return count


@kernel()
def absorb(touched: Array, count: int, n_products: int, precision: Array, told: Array, prior: float, cap: float,
           own_class: int, claim_p: Array, talk_p: Array, own_p: Array, belief: Array, mark: Array) -> None:
    """Fold the collected signals of one class into the belief and clear the scratch.

    own_class : int, 0 claims, 1 talk, 2 own experience. touched, mark (N,); precision, told (N P,) fixed point;
    claim_p, talk_p, own_p, belief (N, P), belief in [0, 1].
    """
    for k in range(count):
        ahead = np.int64(touched[min(k + AHEAD, count - 1)])
        prefetch(claim_p, ahead)
        prefetch(talk_p, ahead)
        prefetch(own_p, ahead)
        prefetch(belief, ahead)
        prefetch(precision, ahead * n_products)
        prefetch(told, ahead * n_products)
        i = touched[k]
        mark[i] = 0
        for p in range(n_products):
            slot = i * n_products + p
            if precision[slot] == 0:
                continue
            given = precision[slot] / 4294967296.0
            value = told[slot] / 4294967296.0 / given
            precision[slot] = 0
            told[slot] = 0
            if own_class == 0:
                held = np.float64(claim_p[i, p])
            elif own_class == 1:
                held = np.float64(talk_p[i, p])
            else:
                held = np.float64(own_p[i, p])
            w = min(given, cap - held)
            if w <= 0.0:
                continue
            total = prior + np.float64(claim_p[i, p]) + np.float64(talk_p[i, p]) + np.float64(own_p[i, p])
            belief[i, p] = (total * np.float64(belief[i, p]) + w * value) / (total + w)
            if own_class == 0:
                claim_p[i, p] = held + w
            elif own_class == 1:
                talk_p[i, p] = held + w
            else:
                own_p[i, p] = held + w


@kernel()
def take_in(person: Array, product: Array, trust: Array, message: Array, weight: float, prior: float, cap: float,
            own_class: int, precision: Array, told: Array, mark: Array, touched: Array, claim_p: Array, talk_p: Array,
            own_p: Array, belief: Array) -> None:
    """Collect the signals of one class and absorb them.

    person to message : signals (m,); precision, told (N P,) and mark, touched (N,) : working space; claim_p to belief (N, P).
    """
    n_products = belief.shape[1]
    count = collect(person, product, trust, message, weight, n_products, precision, told, mark, touched, 0)
    absorb(touched, count, n_products, precision, told, prior, cap, own_class, claim_p, talk_p, own_p, belief, mark)


@kernel()
def claims(person: Array, offer: Array, trust: Array, met: Array, offer_product: Array, offer_claim: Array,
           brand_of: Array, brand_trust: Array) -> tuple[Array, ...]:
    """Return person, product, trust and message of the claims made by the offers met, (n,) each.

    person, offer, trust, met (m,), of what was noticed: where the path has no trust of its own (NaN), that in the brand
    counts; offer_product, offer_claim (O,); brand_of (P,); brand_trust (N, B).
    """
    n = 0
    for k in range(len(met)):
        n += met[k]
    who, product = np.empty(n, np.int32), np.empty(n, np.int64)
    trusts, message = np.empty(n, np.float32), np.empty(n)
    w = 0
    for k in range(len(met)):
        if met[k]:
            p = offer_product[offer[k]]
            who[w], product[w], message[w] = person[k], p, offer_claim[offer[k]]
            trusts[w] = brand_trust[person[k], brand_of[p]] if math.isnan(trust[k]) else trust[k]
            w += 1
    return who, product, trusts, message


CLAIM, TALK, OWN = 0, 1, 2


def learn(world: World, source: int, person: NDArray[np.int32], product: NDArray[np.int64],
          trust: NDArray[np.float32], message: NDArray[np.float64], params: BeliefParams) -> None:
    """Let people learn from signals of one class (`CLAIM`, `TALK` or `OWN`).

    Parameters
    ----------
    person, product, trust, message : (m,)
        Who hears about what, the trust in the path (signed; distrust weighs nothing), and the quality
        the signal tells of.

    Notes
    -----
    Reads and writes belief and the precisions of people. Cost: O(signals).
    """
    if params.mode == "off" or not len(person):
        return
    people, scratch = world.people, world.scratch
    weight, cap = ((params.claim_precision, params.claim_cap), (params.talk_precision, params.talk_cap),
                   (params.own_precision, params.own_cap))[source]
    take_in(person, product, trust, message, weight, params.prior_precision, cap, source, scratch.precision, scratch.message,
            scratch.mark, scratch.people_list, people.claim_precision, people.talk_precision, people.own_precision,
            people.belief)
