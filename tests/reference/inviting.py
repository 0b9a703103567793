"""Recruiting: who asks whom, who says yes, who wins somebody asked by several, and which reseller gives up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.exchange.events import Reason
from tests.reference.arithmetic import exp, log, logistic
from tests.reference.chance import draw, pair, uniform
from tests.reference.paying import burden

if TYPE_CHECKING:
    from sim.exchange.actions import Invite
    from tests.reference.village import Village


@dataclass
class Asked:
    """An invitation that reached somebody; tie -1 and trust 0 where it did not go along a tie."""

    person: int
    sponsor: int
    channel: int
    tier: int
    brand: int
    reward_sponsor: int
    reward_invitee: int
    buy_in: int
    shown_income: int
    nth: int = 0
    tie: int = -1
    trust: float = 0.0
    reason: Reason | None = None


def recruit(village: Village, invites: Invite) -> list[Asked]:
    """Carry out today's invitations; those with a reason have failed."""
    rules = village.rules.recruiting
    if rules.mode == "off":
        return []
    columns = (invites.invitee, invites.sponsor, invites.channel, invites.role_tier, invites.brand,
               invites.reward_sponsor_fen, invites.reward_invitee_fen, invites.buy_in_fen, invites.perceived_income_fen)
    everybody = [Asked(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]
    times: dict[int, int] = {}
    for a in everybody:
        a.nth = times.get(a.sponsor, 0)
        times[a.sponsor] = a.nth + 1
    asked = [a for a in everybody if _finds_somebody(village, a)]
    for a in asked:
        a.reason = _obstacle(village, a)
        if a.reason is None and not _says_yes(village, a):
            a.reason = Reason.DECLINED
    _settle_contests(village, [a for a in asked if a.reason is None])
    return asked


def _finds_somebody(village: Village, a: Asked) -> bool:
    """The pleased and the rewarded bring a friend, drawn along one of their ties; who is named is asked as named."""
    rules = village.rules.recruiting
    if a.sponsor < 0:
        return a.person >= 0
    sponsor = village.people[a.sponsor]
    if a.person >= 0:
        tie = next((tie for tie in sponsor.ties if tie.listener == a.person), None)
        if tie is not None:
            a.tie, a.trust = tie.number, tie.trust
        return True
    goods = [p for p, product in enumerate(village.products) if product.brand == a.brand]
    pleased = max(sponsor.about[p].satisfaction for p in goods)
    reward = a.reward_sponsor / max(village.products[p].price_fen for p in goods)
    chance = logistic(rules.invite_base + rules.invite_satisfaction * pleased + rules.invite_reward * reward)
    name = draw(village.key("invite"), sponsor.uid)
    if not sponsor.ties or (rules.mode != "certain" and uniform(name, 2 * a.nth) >= chance):
        return False
    tie = sponsor.ties[int(uniform(name, 2 * a.nth + 1) * len(sponsor.ties))]
    a.person, a.tie, a.trust = tie.listener, tie.number, tie.trust
    return True


def _obstacle(village: Village, a: Asked) -> Reason | None:
    """Members and resellers cannot join again, and a full channel takes nobody."""
    person = village.people[a.person]
    if a.tier >= 0 and person.reseller >= 0:
        return Reason.MEMBER
    if a.channel >= 0:
        channel = village.channels[a.channel]
        if person.home[channel.owner] >= 0:
            return Reason.MEMBER
        if channel.members >= channel.capacity:
            return Reason.FULL
    return None


def _name(village: Village, sponsor: int) -> int:
    return village.people[sponsor].uid + 1 if sponsor >= 0 else 0


def _says_yes(village: Village, a: Asked) -> bool:
    """Join a channel for trust and its liveliness; become a reseller for the income against the cost."""
    rules = village.rules.recruiting
    person = village.people[a.person]
    buy_in = max(a.buy_in, 1)
    if a.tier >= 0:
        density = sum(r.left < 0 for r in village.resellers) / len(village.people)
        chance = logistic(rules.reseller_base + rules.reseller_trust * a.trust
                          + rules.reseller_income * log(1.0 + a.shown_income / buy_in)
                          - rules.reseller_cost * (buy_in / (100.0 * person.wealth))
                          - rules.reseller_density * density)
    elif a.sponsor < 0:
        chance = rules.buyer_joins
        fee = burden(village, a.person, a.channel, a.buy_in)
        if fee > 0.0:
            odds = chance * exp(-fee)
            chance = odds / (1.0 - chance + odds)
    else:
        is_paid = a.reward_sponsor > 0 and a.reward_invitee == 0
        trust = a.trust * (1.0 - rules.paid_discount) if is_paid and a.trust > 0.0 else a.trust
        health = village.channels[a.channel].health if a.channel >= 0 else 0.0
        chance = logistic(rules.join_base + rules.join_trust * trust + rules.join_health * health
                          - burden(village, a.person, a.channel, a.buy_in))
    u = uniform(draw(village.key("accept"), person.uid), _name(village, a.sponsor))
    return rules.mode == "certain" or u < chance


def _settle_contests(village: Village, yes: list[Asked]) -> None:
    """Of several sponsors of one invitee, the one with the smallest -ln(u) / weight wins."""
    lots: dict[int, list[tuple[float, int, int]]] = {}
    for k, a in enumerate(yes):
        name = _name(village, a.sponsor)
        u = uniform(village.key("contest"), pair(village.people[a.person].uid, name))
        lots.setdefault(a.person, []).append((-log(u) / _weight(village, a.sponsor), name, k))
    for contest in lots.values():
        for *_, k in sorted(contest)[1:]:
            yes[k].reason = Reason.CONTEST


def _weight(village: Village, sponsor: int) -> float:
    rules = village.rules.recruiting
    row = village.people[sponsor].reseller if sponsor >= 0 else -1
    if row < 0 or rules.contest == "uniform":
        return 1.0
    if rules.contest == "preferential":
        return 1.0 + village.resellers[row].recruits
    age = village.day - village.resellers[row].joined
    return max(exp(-age / max(rules.recency_days, 1e-9)), 1e-12)


def remember_refusals(village: Village, asked: list[Asked]) -> dict[int, int]:
    """Being turned down is awkward; returns how often each reseller was today, by row."""
    met: dict[int, int] = {}
    for a in asked:
        if a.reason is Reason.DECLINED and a.sponsor >= 0 and village.people[a.sponsor].reseller >= 0:
            row = village.people[a.sponsor].reseller
            village.resellers[row].refusals += 1
            met[row] = met.get(row, 0) + 1
    return met


def give_up(village: Village, met: dict[int, int]) -> list[int]:
    """Resellers without a sale for too long, or refused today, may give up; returns their rows."""
    rules = village.rules.recruiting
    if rules.mode == "off":
        return []
    gone = []
    for row, r in enumerate(village.resellers):
        if r.left >= 0:
            continue
        hazard = rules.exit_hazard if village.day - r.profit_day > rules.patience else 0.0
        hazard += rules.exit_refusal * met.get(row, 0)
        if uniform(village.key("exit"), village.people[r.person].uid) < hazard:
            gone.append(row)
    return gone
