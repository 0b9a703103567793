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

from sim.core.columns import tabular
from sim.core.draws import draw64, pair, uniform, uniforms
from sim.core.kernel import Array, kernel
from sim.core.maths import exp_, log_, logistic
from sim.core.params import ASSUMPTION, Days, Params, Share, param
from sim.exchange.actions import Invite
from sim.exchange.events import Joined, Reason, Refused
from sim.exchange.kept import once_for
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


@kernel()
def find_invitees(sponsor: Array, nth: Array, invitee: Array, brand: Array, reward_fen: Array, uid: Array,
                  satisfaction: Array, brand_of: Array, price_fen: Array, start: Array, listener: Array, weight: Array,
                  key: int, base: float, per_sat: float, per_reward: float, certain: bool, out_person: Array,
                  out_tie: Array, out_trust: Array) -> None:
    """Decide who invites, and along which tie; -1 where nobody is asked, or the two are not tied.

    sponsor, invitee, brand, reward_fen : int64 (m,); satisfaction : float32 (N, P), of which the best with the goods of
    the brand that asks counts; its dearest list price is what the reward is weighed against.
    nth : int64 (m,), how often the sponsor was asked before today. Draw index: uid of the sponsor, then 2 nth.
    """
    for k in range(len(sponsor)):
        out_person[k] = invitee[k]
        out_tie[k] = -1
        out_trust[k] = 0.0
        j = sponsor[k]
        if j < 0:
            continue
        inner = draw64(key, np.int64(uid[j]))
        if invitee[k] < 0:
            best, price = -np.inf, 0
            for g in range(len(brand_of)):
                if brand_of[g] == brand[k]:
                    best = max(best, np.float64(satisfaction[j, g]))
                    price = max(price, price_fen[g])
            rate = np.float64(reward_fen[k]) / np.float64(price)
            p = logistic(base + per_sat * best + per_reward * rate)
            degree = start[j + 1] - start[j]
            if degree == 0 or (not certain and uniform(inner, 2 * nth[k]) >= p):
                continue
            e = start[j] + np.int64(uniform(inner, 2 * nth[k] + 1) * degree)
            out_person[k] = listener[e]
        else:  # who is named is believed as the friend they are, if they listen to the sponsor at all
            e = start[j]
            while e < start[j + 1] and listener[e] != invitee[k]:
                e += 1
            if e == start[j + 1]:
                continue
        out_tie[k] = e
        w = np.int64(weight[e])
        out_trust[k] = (w & 32767) / 32767.0 * (-1.0 if w & 32768 else 1.0)


@kernel()
def judge(row: Array, person: Array, trust: Array, sponsor: Array, channel: Array, tier: Array, reward_sponsor_fen: Array,
          reward_invitee_fen: Array, buy_in_fen: Array, income_fen: Array, fees: Array, density: float, owner: Array,
          members: Array, capacity: Array, channel_health: Array, home: Array, row_of: Array, wealth: Array, uid: Array,
          key: int, reasons: tuple[int, ...], weights: tuple[float, ...], certain: bool, sponsor_uid: Array,
          out: Array) -> None:
    """Write -1 for every invitation that is accepted, otherwise the reason why not.

    row, person, trust : (n,), invitations that reached somebody, by row of the table. sponsor to income_fen : (m,), the
    table. fees : float64 (n,), by which fees lower the log odds of joining a channel. owner to channel_health : (C,);
    home : (N, S); row_of, wealth, uid : (N,). reasons = (full, member, declined); weights = (kappa, c0, c1, c2, buyer, j0,
    j1, j2, j3, j5). sponsor_uid : (n,), written: uid + 1, 0 for the brand.
    """
    full, member, declined = reasons
    kappa, c0, c1, c2, buyer, j0, j1, j2, j3, j5 = weights
    for k in range(len(row)):
        r, i = row[k], person[k]
        c, j = channel[r], sponsor[r]
        sponsor_uid[k] = np.int64(uid[j]) + 1 if j >= 0 else 0
        verdict, health = -1, 0.0
        if c >= 0:
            health = channel_health[c]
            if home[i, owner[c]] != NO_ROW:
                verdict = member
            elif members[c] >= capacity[c]:
                verdict = full
        if tier[r] >= 0:
            if row_of[i] >= 0:
                verdict = member
            buy_in = np.float64(max(buy_in_fen[r], 1))
            p = logistic(j0 + j1 * trust[k] + j2 * log_(1.0 + np.float64(income_fen[r]) / buy_in)
                         - j3 * (buy_in / (100.0 * np.float64(wealth[i]))) - j5 * density)
        elif j < 0:
            p = buyer
            if fees[k] > 0.0:
                odds = buyer * exp_(-fees[k])
                p = odds / (1.0 - buyer + odds)
        else:
            t = trust[k]
            if reward_sponsor_fen[r] > 0 and reward_invitee_fen[r] == 0 and t > 0.0:
                t *= 1.0 - kappa
            p = logistic(c0 + c1 * t + c2 * health - fees[k])
        if verdict < 0 and not (certain or uniform(draw64(key, np.int64(uid[i])), sponsor_uid[k]) < p):
            verdict = declined
        out[k] = verdict


@kernel()
def contest_scores(person: Array, sponsor_uid: Array, weight: Array, uid: Array, key: int, out: Array) -> None:
    """Write -ln(u) / weight: the smallest of an invitee's sponsors wins with chance weight / sum.

    person, sponsor_uid, weight, out (m,), one an invitation; uid (N,).
    """
    for k in range(len(person)):
        out[k] = -log_(uniform(key, pair(np.int64(uid[person[k]]), sponsor_uid[k]))) / weight[k]


_REASONS = (int(Reason.FULL), int(Reason.MEMBER), int(Reason.DECLINED))
EXIT_REASON = Reason.LOSSES
"""Why resellers who give up leave."""


@tabular
class _Asked:
    """Invitations that reached somebody, and the row of `Invite` each came from."""

    row: NDArray[np.int64]
    person: NDArray[np.int64]
    tie: NDArray[np.int64]
    trust: NDArray[np.float64]


def recruit(world: World, invite: Invite, day: int, params: RecruitingParams,
            fees: FeesParams) -> tuple[Joined, Refused]:
    """Carry out today's invitations; joining itself is done by the model from the events.

    Reads people, ties, audiences, resellers. Purposes of draws: invite, accept, contest.
    """
    if params.mode == "off" or not len(invite):
        return Joined.empty(), Refused.empty()
    asked = _ask(world, invite, day, params)
    reason = _verdicts(world, invite, asked, day, params, fees)
    said = reason < 0
    yes = said.nonzero()[0]
    joined, refused = Joined.empty(), Refused.empty()
    if len(yes) < len(reason):
        no = np.flatnonzero(~said)
        r = asked.row[no]
        refused = Refused(asked.person[no], invite.sponsor[r], invite.channel[r], invite.role_tier[r], reason[no])
    if len(yes):
        r = asked.row[yes]
        joined = Joined(asked.person[yes], invite.channel[r], invite.role_tier[r], invite.brand[r], invite.sponsor[r],
                        asked.tie[yes], invite.reward_sponsor_fen[r], invite.reward_invitee_fen[r], invite.buy_in_fen[r])
    return joined, refused


def _ask(world: World, invite: Invite, day: int, params: RecruitingParams) -> _Asked:
    people, ties, products = world.people, world.ties, world.products
    m = len(invite)
    person, tie, trust = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m)
    find_invitees(invite.sponsor, _asked_before(invite.sponsor), invite.invitee, invite.brand, invite.reward_sponsor_fen,
                  people.uid, people.satisfaction, products.brand_of, products.price_fen, ties.start, ties.listener,
                  ties.weight, world.draws.key("invite", day), params.invite_base, params.invite_satisfaction,
                  params.invite_reward, params.mode == "certain", person, tie, trust)
    row = (person >= 0).nonzero()[0]
    if len(row) == m:
        return _Asked(row, person, tie, trust)
    return _Asked(row, person[row], tie[row], trust[row])


def _asked_before(sponsor: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how often each row's sponsor stands in earlier rows, int64 (m,); brands (-1) are not counted."""
    nth = np.zeros(len(sponsor), np.int64)
    people = (sponsor >= 0).nonzero()[0]
    held = sponsor[people]
    if np.count_nonzero(held[1:] <= held[:-1]):  # else each stands here once
        order = people[held.argsort(kind="stable")]
        held = sponsor[order]
        nth[order] = np.arange(len(order)) - held.searchsorted(held, "left")
    return nth


def _active(world: World) -> int:
    """Return the number of resellers who have not left."""
    if not world.resellers.size:
        return 0
    return int(np.count_nonzero(world.resellers.left[: world.resellers.size] < 0))


def _verdicts(world: World, invite: Invite, asked: _Asked, day: int, params: RecruitingParams,
              fees: FeesParams) -> NDArray[np.int64]:
    """Return -1 for those who join, otherwise the reason why not."""
    people, channels, table = world.people, world.channels, world.resellers
    r, person = asked.row, asked.person
    reason, sponsor_uid = np.empty(len(r), np.int64), np.empty(len(r), np.int64)
    channel = np.where(invite.role_tier[r] >= 0, -1, invite.channel[r])
    judge(r, person, asked.trust, invite.sponsor, invite.channel, invite.role_tier, invite.reward_sponsor_fen,
          invite.reward_invitee_fen, invite.buy_in_fen, invite.perceived_income_fen,
          burden(world, person, channel, invite.buy_in_fen[r], fees), _active(world) / world.n_people, channels.owner,
          channels.members, channels.capacity, channels.health, world.audiences.home, table.row_of, people.wealth,
          people.uid, world.draws.key("accept", day), _REASONS, _weights(params), params.mode == "certain", sponsor_uid,
          reason)
    sponsor = invite.sponsor[r]
    _contests(world, person, sponsor, sponsor_uid, reason, day, params)
    return reason


@once_for
def _weights(params: RecruitingParams) -> tuple[float, ...]:
    """Return the weights that `judge` takes."""
    return (params.paid_discount, params.join_base, params.join_trust, params.join_health, params.buyer_joins,
            params.reseller_base, params.reseller_trust, params.reseller_income, params.reseller_cost,
            params.reseller_density)


def _contests(world: World, person: NDArray[np.int64], sponsor: NDArray[np.int64], sponsor_uid: NDArray[np.int64],
              reason: NDArray[np.int64], day: int, params: RecruitingParams) -> None:
    """Leave one sponsor for each invitee who would say yes to several."""
    alive = (reason < 0).nonzero()[0]
    if len(alive) < 2:
        return
    wanted = np.sort(person[alive])
    if not (wanted[1:] == wanted[:-1]).any():
        return
    table = world.resellers
    weight = np.ones(len(alive))
    if params.contest != "uniform" and table.size:
        row = np.where(sponsor[alive] >= 0, table.row_of[np.maximum(sponsor[alive], 0)], -1)
        known = row >= 0
        if params.contest == "preferential":
            weight[known] = 1.0 + table.recruits[row[known]]
        else:
            age = day - table.joined[row[known]]
            weight[known] = [max(exp_(-a / max(params.recency_days, 1e-9)), 1e-12) for a in age.tolist()]
    score = np.empty(len(alive))
    contest_scores(person[alive], sponsor_uid[alive], weight, world.people.uid, world.draws.key("contest", day), score)
    turn = np.lexsort((sponsor_uid[alive], score, person[alive]))
    ordered = person[alive][turn]
    again = np.concatenate([[False], ordered[1:] == ordered[:-1]])
    reason[alive[turn[again]]] = Reason.CONTEST


def exits(world: World, met: NDArray[np.int64], day: int, params: RecruitingParams) -> NDArray[np.int64]:
    """Return the rows of resellers who give up today: long without profit, or by the refusals they met.

    Parameters
    ----------
    met : int64 (R,)
        Refusals that each reseller met today.
    """
    table = world.resellers
    if not table.size or params.mode == "off":
        return np.empty(0, np.int64)
    rows = np.flatnonzero(table.left[: table.size] < 0)
    idle = day - table.profit_day[rows] > params.patience
    hazard = np.where(idle, params.exit_hazard, 0.0) + params.exit_refusal * met[rows]
    gone: NDArray[np.int64] = rows[uniforms(world.draws.key("exit", day), world.people.uid[table.person[rows]]) < hazard]
    return gone


def remember_refusals(world: World, refused: Refused) -> NDArray[np.int64]:
    """Count the refusals that resellers met, for awkwardness makes them give up; returns today's, int64 (R,)."""
    if not world.resellers.size:
        return np.zeros(0, np.int64)
    sponsor = refused.sponsor[(refused.reason == Reason.DECLINED) & (refused.sponsor >= 0)]
    if not len(sponsor):
        return np.zeros(world.resellers.size, np.int64)
    row = world.resellers.row_of[sponsor]
    met: NDArray[np.int64] = np.bincount(row[row >= 0], minlength=world.resellers.size).astype(np.int64)
    world.resellers.refusals[: len(met)] += met
    return met
