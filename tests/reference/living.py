"""Experience: a delivery is judged against what was expected, and moves satisfaction, trust and opinion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.reference.arithmetic import clip, f32, log
from tests.reference.chance import draw, key_of, normal, uniform
from tests.reference.hearing import OWN, Signal, learn
from tests.reference.money import take_back
from tests.reference.needs import after_purchase
from tests.reference.village import IMPRESSION, LIVE, MEMORY, TIE

if TYPE_CHECKING:
    from tests.reference.village import Order, Person, Village


@dataclass
class Delivery:
    """What came, and how it compares: `gap` = delivered - expected + tolerance, for a defect its shock to trust."""

    quality: float
    gap: float
    satisfaction: float
    is_returned: bool
    is_resaleable: bool
    is_severed: bool


def judge(village: Village, order: Order) -> Delivery:
    """Draw the delivered quality; a defect is the worst there is, whatever was expected."""
    rules = village.rules.experience
    name = draw(village.key("experience"), village.people[order.person].uid * 16 + order.product)
    delivered = village.products[order.product].quality + rules.noise * normal(name, 0)
    gap = delivered - order.expectation + rules.tolerance
    is_defect = uniform(name, 1) < rules.defect
    if is_defect:
        delivered, gap = 0.0, -1.0
    live = rules.return_live if order.door == LIVE else 0.0
    chance = rules.return_base + live + rules.return_disappointed * max(0.0, -gap)
    is_returned = uniform(name, 2) < chance
    shock = -(rules.defect_units * rules.unit) if is_defect else gap
    return Delivery(
        clip(delivered), shock, rules.gain * gap if gap > 0.0 else rules.loss * gap, is_returned,
        is_returned and not is_defect and uniform(name, 3) < rules.resaleable,
        is_defect and uniform(name, 4) < rules.sever)


def trust_after(village: Village, trust: float, gap: float, warmth: float = 1.0) -> float:
    """Trust grows towards 1 by a surplus and shrinks by a shortfall, faster; service heals part of it.

    warmth : share of a gain that the path gets.
    """
    rules = village.rules.experience
    u = gap / rules.unit
    heals = rules.after_sales_effect * rules.after_sales
    trust += rules.trust_gain * warmth * u * (1.0 - trust) if u > 0.0 else rules.trust_loss * (1.0 - heals) * u * trust
    return clip(trust)


def distrust_after(village: Village, distrust: float, gap: float, warmth: float = 1.0) -> float:
    """Distrust shrinks by a surplus and grows by a shortfall."""
    rules = village.rules.experience
    u = -(gap / rules.unit)
    heals = rules.after_sales_effect * rules.after_sales
    distrust += rules.trust_loss * (1.0 - heals) * u * (1.0 - distrust) if u > 0.0 else rules.trust_gain * warmth * u * distrust
    return clip(distrust)


def move_trust(village: Village, order: Order, came: Delivery) -> None:
    """The brand answers for every delivery, and so does whoever passed the offer on."""
    if not village.rules.experience.moves_trust:
        return
    person = village.people[order.person]
    b = village.products[order.product].brand
    person.brand_trust[b] = f32(trust_after(village, person.brand_trust[b], came.gap))
    if order.row < 0 or order.door in {IMPRESSION, MEMORY}:
        return
    warmth = village.offers[order.offer].warmth
    if order.door == TIE:
        tie = village.ties[order.row]
        after = distrust_after if tie.distrust else trust_after
        size = 0.0 if came.is_severed else after(village, tie.size / 32767.0, came.gap, warmth)
        tie.size = int(size * 32767.0 + 0.5)
        tie.touched = village.day
    else:
        member = village.members[order.row]
        member.trust = 0.0 if came.is_severed else f32(trust_after(village, member.trust, came.gap, warmth))


def remember(village: Village, person: Person, order: Order) -> None:
    """Write the purchase down, and start talking about it tomorrow."""
    known, day = person.about[order.product], village.day
    if known.orders == 0:
        known.first_path, known.first_day = order.door, day
        village.first_time_buyers[order.product].add(person.number)
    if known.orders == 1:
        known.second_day = day
    known.orders = min(known.orders + 1, 65535)
    known.spent_fen += order.price_fen
    known.last_day = known.memory_day = day
    known.memory_offer = order.offer
    if village.sells_by_path:
        known.memory_seller = order.seller
    known.talk_until = talks_until(village, person, order.product, day)


def talks_until(village: Village, person: Person, product: int, bought: int) -> int:
    """Return the last day on which somebody talks: after a number of days, or each day may be the last."""
    rules = village.rules.word_of_mouth
    days = int(rules.days)
    if rules.silence == "geometric" and rules.days > 1:
        lot = uniform(key_of(village.seed, "silence", bought + 1), person.uid * 16 + product)
        days = 1 + math.floor(log(lot) / log(1.0 - 1.0 / rules.days))
    return min(bought + days, 32_000)


def live_through(village: Village, orders: list[Order]) -> None:
    """Let deliveries be experienced one by one: a person's second unit of the day after everybody's first."""
    turn: dict[tuple[int, int], int] = {}
    queue = []
    for order in sorted(orders, key=lambda o: (o.person, o.product, o.number)):
        at = order.person, order.product
        turn[at] = turn.get(at, 0) + 1
        queue.append((turn[at], order.person, order.product, order))
    for *_, order in sorted(queue, key=lambda entry: entry[:3]):
        person = village.people[order.person]
        came = judge(village, order)
        move_trust(village, order, came)
        person.about[order.product].satisfaction = f32(came.satisfaction)
        learn(village, OWN, [Signal(order.person, order.product, 1.0, came.quality)])
        remember(village, person, order)
        after_purchase(village, person, order.product)
        refund = take_back(village, order, is_resaleable=came.is_resaleable) if came.is_returned else 0
        village.diary.delivered.append((order.number, order.person, order.product, came.satisfaction,
                                        int(came.is_returned), refund, int(came.is_resaleable)))


def disappoint(village: Village, order: Order) -> None:
    """A deal that failed costs a little satisfaction."""
    known = village.people[order.person].about[order.product]
    known.satisfaction = f32(known.satisfaction - f32(0.1))
