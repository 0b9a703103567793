"""Choice: everybody who met an offer compares the best of what they met with buying nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.reference.arithmetic import UNIT, exp, fixed, log, share_left
from tests.reference.chance import draw, pair, uniform
from tests.reference.village import DOOR_NAMES, MEMORY, TIE

if TYPE_CHECKING:
    from tests.reference.hearing import Heard
    from tests.reference.seeing import Message
    from tests.reference.village import Person, Village


@dataclass
class Meeting:
    """A person meets an offer through a door; `sure`: they began it themselves and need no open need."""

    person: int
    offer: int
    door: int
    row: int
    trust: float | None
    sure: bool
    sender: int
    wish: float = 0.0


@dataclass
class Choice:
    """A person wants to buy an offer they met."""

    person: int
    product: int
    offer: int
    door: int
    row: int
    expectation: float


@dataclass
class Nest:
    """All sellers of one product that a person met: thirty selling friends do not sell like thirty products."""

    meetings: list[Meeting] = field(default_factory=list)

    def attraction(self, mu: float) -> float:
        """exp(I), I = mu ln sum exp(U / mu), the sum in whole numbers relative to the greatest."""
        greatest = max(m.wish for m in self.meetings)
        total = sum(fixed(exp(m.wish - greatest)) for m in self.meetings)
        return exp(mu * (greatest + log(total / UNIT)))


def meetings_of(village: Village, seen: list[Message], heard: list[Heard], remembered: list[Meeting]) -> list[Meeting]:
    """Offers met in messages, by praise along ties (what the friend last bought), and from memory."""
    met = [Meeting(m.person, m.offer, m.door, m.row, m.trust, sure=False, sender=m.sender)
           for m in seen if m.met]
    for h in heard:
        if h.praise and h.tie is not None:
            speaker = village.people[h.speaker]
            offer = village.shop_or(speaker.about[h.product].memory_offer, h.product)
            if village.reseller_of(h.speaker, h.product) >= 0 and village.own_offer(h.product) >= 0:
                offer = village.own_offer(h.product)
            met.append(Meeting(h.listener, offer, TIE, h.tie.number, h.trust, sure=False,
                               sender=speaker.uid))
    return [m for m in [*met, *remembered] if village.offers[m.offer].live]


def index_of(village: Village, m: Meeting) -> int:
    return pair(village.people[m.person].uid, village.offers[m.offer].name * 256 + m.door)


def considers(village: Village, m: Meeting) -> bool:
    """What fits not at all is passed over; else an open need is enough, or an impulse, rarer while a unit is in use."""
    rules, day = village.rules.choice, village.day
    if village.offers[m.offer].fit <= 1e-9:
        return False
    person = village.people[m.person]
    known = person.about[village.offers[m.offer].product]
    if known.open_until >= day or m.sure:
        return True
    impulse = rules.impulse_in_use if known.in_use_until >= day else rules.impulse
    if known.in_use_until >= day and village.rules.repurchase.mode == "bgnbd":
        return False
    need = village.need_of_day[day]
    chance = 1.0 - (1.0 - impulse if need == 1.0 else exp(need * log(1.0 - impulse)))
    return uniform(village.key("consider"), index_of(village, m)) < chance


def wish(village: Village, m: Meeting) -> float:
    """U / mu of an offer met: the door, trust, quality, need, peers, price, fit, fatigue, and recent talk."""
    rules, day = village.rules.choice, village.day
    person, offer = village.people[m.person], village.offers[m.offer]
    known = person.about[offer.product]
    trust = person.brand_trust[village.products[offer.product].brand] if m.trust is None else m.trust
    tired = person.fatigue * share_left(day - person.fatigue_day, village.rules.attention.fatigue_decay)
    talk = known.buzz * share_left(day - known.buzz_day, village.rules.word_of_mouth.shift_decay)
    u: float = getattr(rules.doors, DOOR_NAMES[m.door]) + rules.b_trust * trust + rules.b_quality * known.belief
    u += rules.b_need if known.open_until >= day else 0.0
    if known.peers:
        u += rules.b_peers * log(1.0 + known.peers)
    usual = village.products[offer.product].reference_fen or offer.list_price_fen
    if offer.price_fen != usual:
        u -= rules.b_price * person.price_factor * log(offer.price_fen / usual)
    if offer.fit < 1.0:
        u += rules.b_fit * log(offer.fit)
    u += talk - rules.b_fatigue * tired
    return u / rules.nest


def choose(village: Village, considered: list[Meeting]) -> list[Choice]:
    """One uniform a person decides buying, a second the product, a race among its offers the seller."""
    nests: dict[int, dict[int, Nest]] = {}
    for m in considered:
        m.wish = wish(village, m)
        mine = nests.setdefault(m.person, {})
        mine.setdefault(village.offers[m.offer].product, Nest()).meetings.append(m)
    choices = []
    for number in sorted(nests):
        person = village.people[number]
        product = _product(village, person, nests[number])
        if product is not None:
            won = _race(village, nests[number][product].meetings)
            choices.append(Choice(number, product, won.offer, won.door, won.row, person.about[product].belief))
    return choices


def _product(village: Village, person: Person, nests: dict[int, Nest]) -> int | None:
    """The product that a person buys today, or None: P(buy) = sum / (1 + sum) over the nests' attractions."""
    rules = village.rules.choice
    attractions = {p: nests[p].attraction(rules.nest) for p in sorted(nests)}
    total = 0.0
    for attraction in attractions.values():
        total += attraction
    chance = 1.0 if rules.mode == "certain" else total / (1.0 + total)
    if uniform(village.key("buy"), person.uid) >= chance:
        return None
    left = uniform(village.key("product"), person.uid) * total
    for product, attraction in attractions.items():
        left -= attraction
        if left <= 0.0:
            return product
    return max(attractions)


def _race(village: Village, meetings: list[Meeting]) -> Meeting:
    """Each offer runs with its wish plus a Gumbel draw named by (person, offer, door, sender)."""
    best, winner = float("-inf"), meetings[0]
    for m in meetings:
        name = draw(village.key("race"), index_of(village, m))
        score = m.wish - log(-log(uniform(name, m.sender)))
        if score > best:
            best, winner = score, m
    return winner


def with_certain(village: Village, choices: list[Choice], certain: list[Meeting]) -> list[Choice]:
    """Purchases that a clock has decided take the place of what the same people chose of the same product."""
    decided = {(m.person, village.offers[m.offer].product): m for m in certain}
    kept = [c for c in choices if (c.person, c.product) not in decided]
    made = [Choice(person, product, m.offer, MEMORY, -1, village.people[person].about[product].belief)
            for (person, product), m in decided.items()]
    return sorted([*kept, *made], key=lambda c: (c.person, c.product))
