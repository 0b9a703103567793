"""Recruiting and exit: who is asked to join, who says yes, and which reseller gives up.

People bring friends when they are pleased and when it pays; a paid invitation is believed a little
less. Becoming a reseller (代理) depends on what recruits are offered and shown.

Equations, sponsor j, invitee i, tie trust T, reward R, and of the brand that asks: dearest list price p,
best experience S_j:

    P(invite)          = sigma(u_0 + u_1 S_j + u_2 R / p)      (a sponsor who names somebody has decided)
    P(join a channel)  = sigma(c_0 + c_1 T (1 - kappa [R > 0, one-sided]) + c_2 h)
    P(become reseller) = sigma(j_0 + j_1 T + j_2 ln(1 + income / buy-in) - j_3 buy-in / wealth - j_5 density)
    a buyer asked by the brand itself joins with chance `buyer_joins`; fees lower the odds of joining (`fees`)
    exit hazard        = `exit_hazard` a day after `patience` days without profit, + `exit_refusal` for each refusal met today

An invitee who would join for several sponsors on one day is a contest, settled by hashed draws with weights: equal
(uniform recursive tree), 1 + recruits (plane-oriented tree), or by recency.

| symbol | array | shape |
|---|---|---|
| invitations | sponsor, invitee, channel, tier, trust | (m,) |

Sources: [RyuFeick2007], [Verlegh2013] (kappa), domain 4.6; [Reingewertz2021], [Xu2021], domain 4.8
with market 0.5; trees [Gastwirth1977]; u_0, u_1, c_0, c_1 assumed.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import draw64, pair, uniform
from sim.core.kernel import Array, Number, kernel
from sim.core.maths import exp_, log_, logistic
from sim.core.params import ASSUMPTION, Days, Params, Share, param
from sim.exchange.actions import Invite
from sim.exchange.events import Joined, Reason, Refused
from sim.exchange.kept import once
from sim.mechanisms.fees import FeesParams, burden
from sim.world.audiences import NO_ROW
from sim.world.state import World


class RecruitingParams(Params):
    """Invitations, joining, becoming and ceasing to be a reseller."""

    mode: Literal["logit", "certain", "off"] = param(
        "logit", source="scenario", zh="招募方式",
        doc="certain: every invitation is made and accepted (closed forms); off: nobody is asked to join anything, and "
            "no reseller gives up")
    contest: Literal["uniform", "preferential", "recency"] = param(
        "uniform", source="domain 4.8", zh="归属规则",
        doc="Who wins an invitee who would join for several sponsors on one day; otherwise without effect")
    recency_days: Days = param(30.0, source=ASSUMPTION, low=7, high=90, unit="days",
                               doc="Time constant of the recency rule, in contests of one day only", zh="近因天数")
    invite_base: float = param(-3.0, source=ASSUMPTION, low=-4, high=-2, ge=-50, le=50,
                               doc="Inviting friends: base (u_0)", zh="邀请基准")
    invite_satisfaction: float = param(3.0, source=ASSUMPTION, low=1, high=6, ge=0, le=50,
                                       doc="Inviting friends: weight of satisfaction (u_1)", zh="满意邀请")
    invite_reward: float = param(2.0, source=ASSUMPTION, low=1, high=4, ge=0, le=50,
                                 doc="Inviting friends: weight of the reward (u_2)", zh="奖励邀请")
    paid_discount: Share = param(0.2, source="domain 4.6", low=0, high=0.35,
                                 doc="Credibility lost by a one-sided reward (kappa)", zh="有偿折信")
    join_base: float = param(-2.5, source=ASSUMPTION, low=-3.5, high=-1.5, ge=-50, le=50,
                             doc="Joining a group: base (c_0)", zh="入群基准")
    join_trust: float = param(2.0, source=ASSUMPTION, low=1, high=4, ge=0, le=50,
                              doc="Joining a group: weight of trust (c_1)", zh="入群信任")
    join_health: float = param(1.0, source=ASSUMPTION, low=0, high=2, ge=0, le=50,
                               doc="Joining a group: weight of its health (c_2)", zh="入群活跃")
    buyer_joins: Share = param(0.2, source="market 7", low=0.1, high=0.5,
                               doc="Chance that a buyer asked by the brand joins its group", zh="买家入群率")
    reseller_base: float = param(-3.5, source="market 2", low=-5, high=-2.5, ge=-50, le=50,
                                 doc="Becoming a reseller: base (j_0)", zh="代理基准")
    reseller_trust: float = param(2.0, source="market 7", low=1, high=3, ge=0, le=50,
                                  doc="Becoming a reseller: weight of trust (j_1)", zh="代理信任")
    reseller_income: float = param(1.0, source="market 7", low=0.5, high=2, ge=0, le=50,
                                   doc="Becoming a reseller: weight of the income shown (j_2)", zh="代理收入")
    reseller_cost: float = param(1.0, source="market 7", low=0.5, high=2, ge=0, le=50,
                                 doc="Becoming a reseller: weight of the cost (j_3)", zh="代理成本")
    reseller_density: float = param(2.0, source="market 7", low=0, high=4, ge=0, le=50,
                                    doc="j_5, resellers as a share of people", zh="代理密度")
    patience: Days = param(60.0, source="domain 4.8", low=30, high=120, unit="days",
                           doc="Days without profit before giving up begins", zh="耐心天数")
    exit_hazard: float = param(0.02, source="domain 4.8", low=0.01, high=0.05, ge=0, le=1, unit="per day",
                               doc="Chance a day to give up after that", zh="退出率")
    exit_refusal: float = param(0.005, source="domain 4.8", low=0, high=0.02, ge=0, le=1,
                                doc="Chance to give up for each refusal met", zh="被拒退出")


_FULL, _MEMBER, _DECLINED, _CONTEST = (int(r) for r in (Reason.FULL, Reason.MEMBER, Reason.DECLINED, Reason.CONTEST))
_RULES = {"uniform": 0, "preferential": 1, "recency": 2}
_NOBODY = np.empty(0, np.int64)


@kernel(types="float64(uint64, int64, int64, float64)")
def contest_score(key: int, uid: int, sponsor_uid: int, weight: float) -> Number:
    """Return -ln(u) / weight: the smallest of an invitee's sponsors wins with chance weight / sum."""
    return -log_(uniform(key, pair(uid, sponsor_uid))) / weight


@kernel()
def find_invitees(sponsor: Array, invitee: Array, brand: Array, reward_fen: Array, uid: Array, satisfaction: Array, brand_of: Array,
                  price_fen: Array, start: Array, listener: Array, weight: Array, key: int, weights: tuple[float, ...],
                  certain: bool, asked: Array, found: Array, trust: Array) -> int:
    """Decide who invites, and along which tie; returns how many invitations reach somebody.

    Draw index: uid of the sponsor, then twice how often the sponsor was asked before today.

    Parameters
    ----------
    sponsor, invitee, brand, reward_fen : int64 (m,)
    satisfaction : float32 (N, P), of which the best with the goods of the brand that asks counts; its dearest list price is
        what the reward is weighed against
    weights : as `_weights`; asked : working space (N,), zeros before and after
    found : int64 (4, m), written: row of the table, person, tie (-1: the two are not tied); trust : float64 (m,), written
    """
    base, per_sat, per_reward = weights[10], weights[11], weights[12]
    n = 0
    for k in range(len(sponsor)):
        found[0, n], found[1, n], found[2, n], trust[n] = k, invitee[k], -1, 0.0
        j = sponsor[k]
        if j < 0:
            n += invitee[k] >= 0
            continue
        inner, nth = draw64(key, np.int64(uid[j])), asked[j]
        asked[j] += 1
        if invitee[k] < 0:
            best, price = -np.inf, 0
            for g in range(len(brand_of)):
                if brand_of[g] == brand[k]:
                    best = max(best, np.float64(satisfaction[j, g]))
                    price = max(price, price_fen[g])
            rate = np.float64(reward_fen[k]) / np.float64(price)
            p = logistic(base + per_sat * best + per_reward * rate)
            degree = start[j + 1] - start[j]
            if degree == 0 or (not certain and uniform(inner, 2 * nth) >= p):
                continue
            e = start[j] + np.int64(uniform(inner, 2 * nth + 1) * degree)
            found[1, n] = listener[e]
        else:  # who is named is believed as the friend they are, if they listen to the sponsor at all
            e = start[j]
            while e < start[j + 1] and listener[e] != invitee[k]:
                e += 1
            if e == start[j + 1]:
                n += 1
                continue
        found[2, n] = e
        w = np.int64(weight[e])
        trust[n] = (w & 32767) / 32767.0 * (-1.0 if w & 32768 else 1.0)
        n += 1
    for k in range(len(sponsor)):
        if sponsor[k] >= 0:
            asked[sponsor[k]] = 0
    return n


@kernel()
def judge(found: Array, trust: Array, n: int, sponsor: Array, channel: Array, tier: Array, brand: Array, reward_sponsor_fen: Array,
          reward_invitee_fen: Array, buy_in_fen: Array, income_fen: Array, density: float, owner: Array, members: Array,
          capacity: Array, channel_health: Array, fee_fen: Array, worth_fen: Array, home: Array, row_of: Array, recruits: Array,
          joined_day: Array, wealth: Array, uid: Array, key: int, contest_key: int, day: int, weights: tuple[float, ...],
          certain: bool, rule: int, won: Array, joined: Array, refused: Array) -> int:
    """Decide who accepts an invitation, one of each invitee's sponsors where there are several; returns how many do.

    Parameters
    ----------
    found, trust, n : invitations that reached somebody, as `find_invitees` leaves them; found[3] is overwritten
    sponsor to income_fen : (m,), the table; density : resellers as a share of people
    owner to worth_fen : (C,); home : (N, S); row_of, wealth, uid : (N,); recruits, joined_day : (R,)
    weights : as `_weights`; rule : of contests, as `_RULES` numbers them
    won : working space (N,), zeros before and after
    joined : int64 (9, m), refused : int64 (5, m), written: columns of the events, those refused from the front, too
    """
    kappa, c0, c1, c2, buyer, j0, j1, j2, j3, j5, _, _, _, per_wealth, per_value, recency = weights
    for k in range(n):
        r, i = found[0, k], found[1, k]
        c, j = channel[r], sponsor[r]
        sponsor_uid = np.int64(uid[j]) + 1 if j >= 0 else 0
        verdict, health, fees = -1, 0.0, 0.0
        if c >= 0:
            health = channel_health[c]
            fees = burden(np.float64(buy_in_fen[r] + fee_fen[c]), np.float64(wealth[i]), worth_fen[c], per_wealth, per_value)
            if home[i, owner[c]] != NO_ROW:
                verdict = _MEMBER
            elif members[c] >= capacity[c]:
                verdict = _FULL
        if tier[r] >= 0:
            if row_of[i] >= 0:
                verdict = _MEMBER
            buy_in = np.float64(max(buy_in_fen[r], 1))
            p = logistic(j0 + j1 * trust[k] + j2 * log_(1.0 + np.float64(income_fen[r]) / buy_in)
                         - j3 * (buy_in / (100.0 * np.float64(wealth[i]))) - j5 * density)
        elif j < 0:
            p = buyer
            if fees > 0.0:
                odds = buyer * exp_(-fees)
                p = odds / (1.0 - buyer + odds)
        else:
            t = trust[k]
            if reward_sponsor_fen[r] > 0 and reward_invitee_fen[r] == 0 and t > 0.0:
                t *= 1.0 - kappa
            p = logistic(c0 + c1 * t + c2 * health - fees)
        if verdict < 0 and not (certain or uniform(draw64(key, np.int64(uid[i])), sponsor_uid) < p):
            verdict = _DECLINED
        found[3, k] = verdict
        if verdict >= 0:
            continue
        rival = won[i] - 1
        won[i] = k + 1
        if rival < 0:
            continue
        lowest, winner = np.inf, rival
        first: Number = 0
        for one in (rival, k):
            s = sponsor[found[0, one]]
            row = row_of[s] if s >= 0 else -1
            weight: Number = 1.0
            if row >= 0 and rule == 1:
                weight = 1.0 + recruits[row]
            elif row >= 0 and rule == 2:
                weight = max(exp_(-(day - joined_day[row]) / recency), 1e-12)
            number: Number = np.int64(uid[s]) + 1 if s >= 0 else 0
            score = contest_score(contest_key, np.int64(uid[i]), number, weight)
            if score < lowest or (score == lowest and number < first):
                lowest, first, winner = score, number, one
        won[i] = winner + 1
        found[3, rival if winner == k else k] = _CONTEST
    a, b = 0, 0
    for k in range(n):
        r, i = found[0, k], found[1, k]
        if found[3, k] >= 0:
            refused[0, b], refused[1, b], refused[2, b], refused[3, b], refused[4, b] = i, sponsor[r], channel[r], tier[r], found[3, k]
            b += 1
            continue
        won[i] = 0
        joined[0, a], joined[1, a], joined[2, a], joined[3, a], joined[4, a] = i, channel[r], tier[r], brand[r], sponsor[r]
        joined[5, a], joined[6, a], joined[7, a], joined[8, a] = found[2, k], reward_sponsor_fen[r], reward_invitee_fen[r], buy_in_fen[r]
        a += 1
    return a


def recruit(world: World, invite: Invite, day: int, params: RecruitingParams,
            fees: FeesParams) -> tuple[Joined, Refused]:
    """Carry out today's invitations; joining itself is done by the model from the events.

    Reads people, ties, audiences, resellers. Purposes of draws: invite, accept, contest.
    """
    m = len(invite)
    if params.mode == "off" or not m:
        return Joined.empty(), Refused.empty()
    people, ties, products, channels, table, draws = (world.people, world.ties, world.products, world.channels, world.resellers,
                                                      world.draws)
    certain, weights = params.mode == "certain", once(_weights, params, fees)
    found, trust = np.empty((4, m), np.int64), np.empty(m)
    n = find_invitees(invite.sponsor, invite.invitee, invite.brand, invite.reward_sponsor_fen, people.uid, people.satisfaction,
                      products.brand_of, products.price_fen, ties.start, ties.listener, ties.weight, draws.key("invite", day), weights,
                      certain, world.scratch.load, found, trust)
    if not n:
        return Joined.empty(), Refused.empty()
    joined, refused = np.empty((9, n), np.int64), np.empty((5, n), np.int64)
    a = judge(found, trust, n, invite.sponsor, invite.channel, invite.role_tier, invite.brand, invite.reward_sponsor_fen,
              invite.reward_invitee_fen, invite.buy_in_fen, invite.perceived_income_fen, _active(world) / world.n_people,
              channels.owner, channels.members, channels.capacity, channels.health, channels.fee_fen, channels.worth_fen,
              world.audiences.home, table.row_of, table.recruits, table.joined, people.wealth, people.uid, draws.key("accept", day),
              draws.key("contest", day), day, weights, certain, _RULES[params.contest], world.scratch.load, joined, refused)
    return (Joined(*joined[:, :a]) if a else Joined.empty(),
            Refused(*refused[:, : n - a]) if a < n else Refused.empty())


def _active(world: World) -> int:
    """Return the number of resellers who have not left."""
    if not world.resellers.size:
        return 0
    return int(np.count_nonzero(world.resellers.left[: world.resellers.size] < 0))


def _weights(params: RecruitingParams, fees: FeesParams) -> tuple[float, ...]:
    """Return the weights that the kernels take."""
    cost = (fees.join_wealth, fees.join_value) if fees.enabled else (0.0, 0.0)
    return (params.paid_discount, params.join_base, params.join_trust, params.join_health, params.buyer_joins,
            params.reseller_base, params.reseller_trust, params.reseller_income, params.reseller_cost,
            params.reseller_density, params.invite_base, params.invite_satisfaction, params.invite_reward, *cost,
            max(params.recency_days, 1e-9))


@kernel()
def give_up(sponsor: Array, reason: Array, row_of: Array, person: Array, left: Array, profit_day: Array, refusals: Array, size: int,
            uid: Array, day: int, patience: float, hazard: float, per_refusal: float, key: int, met: Array, gone: Array) -> int:
    """Count the refusals met, for awkwardness makes resellers give up, and draw who does; returns how many.

    sponsor, reason (m,), of those who were asked in vain; row_of, uid (N,); person to refusals (R,), of which `size` count; met
    (size,), zeros; gone (size,), written: rows.
    """
    n = 0
    for k in range(len(sponsor)):
        if reason[k] == _DECLINED and sponsor[k] >= 0 and row_of[sponsor[k]] >= 0:
            met[row_of[sponsor[k]]] += 1
            refusals[row_of[sponsor[k]]] += 1
    for r in range(size):
        if left[r] >= 0:
            continue
        chance = (hazard if day - profit_day[r] > patience else 0.0) + per_refusal * met[r]
        if chance > 0.0 and uniform(key, np.int64(uid[person[r]])) < chance:
            gone[n] = r
            n += 1
    return n


def exits(world: World, refused: Refused, day: int, params: RecruitingParams) -> NDArray[np.int64]:
    """Return the rows of resellers who give up today: long without profit, or by the refusals they met.

    Parameters
    ----------
    refused : Refused
        Today's invitations that were declined. They are counted, too.
    """
    table = world.resellers
    if not table.size or params.mode == "off":
        return _NOBODY
    gone = np.empty(table.size, np.int64)
    n = give_up(refused.sponsor, refused.reason, table.row_of, table.person, table.left, table.profit_day, table.refusals, table.size,
                world.people.uid, day, params.patience, params.exit_hazard, params.exit_refusal, world.draws.key("exit", day),
                np.zeros(table.size, np.int64), gone)
    return gone[:n]
