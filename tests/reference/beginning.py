"""Day 0: who people are, who owns a unit already, and who is in which channel, all from the world's seed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.world.brands import CATEGORIES
from tests.reference.arithmetic import LONG, clip, exp, f32, log
from tests.reference.chance import draw, exponential, key_of, normal, pair, uniform
from tests.reference.joining import let_in
from tests.reference.living import talks_until
from tests.reference.needs import wait_for_need

if TYPE_CHECKING:
    from sim.exchange.actions import Opening
    from sim.scenario.spec import ScenarioSpec
    from tests.reference.village import Knowledge, Person, Village


def begin(village: Village, spec: ScenarioSpec, world_seed: int, openings: dict[str, tuple[int, Opening]]) -> None:
    """Write into a village all that its people are and have on day 0; their ties are left as they are.

    openings : for each seller, by id, the brand and what was asked for before day 0.
    """
    for person in village.people:
        _is_born(person, spec, world_seed, [product.category for product in village.products])
        for p in range(len(village.products)):
            person.about[p] = _knows_nothing(village, spec, world_seed, person, p)
    for b, brand in enumerate(spec.all_brands()):
        p = next(p for p, product in enumerate(village.products) if product.brand == b)
        for person in _first_customers(village, world_seed, b, p)[: brand.seed_customers]:
            _owns_a_unit(village, world_seed, person, p)
            if village.rules.word_of_mouth.first_customers:
                person.about[p].talk_until = talks_until(village, person, p, -1)
    village.members, village.blocks = [], []
    for channel in village.channels:
        channel.members = 0
        channel.host_skill = _skill(village, world_seed, channel.name)
    for person in village.people:
        person.home = [-1] * len(person.home)
    first = 0
    for name, (brand, opening) in sorted(openings.items()):
        own = list(range(first, first + len(opening.channel_kind)))
        first += len(own)
        _seat_customers(village, world_seed, name, brand, own, opening.seed_members_share)
        _seat_followers(village, world_seed, name, dict(zip(own, opening.followers, strict=False)))


def _is_born(person: Person, spec: ScenarioSpec, seed: int, categories: list[int]) -> None:
    """One main interest among many small ones; attention, thrift and savings as the population has them."""
    who, key = spec.population, key_of(seed, "traits")

    def u(trait: int) -> float:
        return uniform(key, pair(person.uid, trait))

    def z(trait: int) -> float:
        return normal(key, pair(person.uid, trait))

    person.taste = int(u(1) * len(CATEGORIES))
    person.interest = [f32(0.5 + 0.5 * u(2 + c) if c == person.taste else 0.25 * u(2 + c)) for c in categories]
    person.attention = f32(who.attention_low + (who.attention_high - who.attention_low) * u(32))
    person.price_factor = f32(exp(who.price_spread * z(33) - 0.5 * who.price_spread * who.price_spread))
    person.wealth = f32(exp(log(max(who.wealth_median, 1e-9)) + who.wealth_spread * z(34)))
    person.brand_trust = [f32(who.brand_trust)] * len(person.brand_trust)
    person.role, person.fatigue, person.fatigue_day = 0, 0.0, 0


def _knows_nothing(village: Village, spec: ScenarioSpec, seed: int, person: Person, p: int) -> Knowledge:
    """Nobody knows a product yet; the first need is a trait."""
    mode = village.rules.repurchase.mode
    known = type(person.about[p])(
        belief=f32(spec.population.prior_quality), claim_precision=0.0, talk_precision=0.0, own_precision=0.0, buzz=0.0,
        buzz_day=0, peers=0, satisfaction=0.0, orders=0, spent_fen=0, first_day=-1, second_day=-1, last_day=-1,
        first_path=-1, open_until=LONG if mode == "always" else -1, in_use_until=-1, talk_until=-1, memory_offer=-1,
        memory_day=-1)
    if mode in {"occasions", "bgnbd"}:
        first = wait_for_need(village, person, p, key_of(seed, f"first occasion {p}"))
        known.occasion = int(min(first, float(LONG)))
    if mode == "bgnbd":
        known.rate, known.dropout_logit = _clock(village, seed, person.uid, p)
    return known


def _clock(village: Village, seed: int, uid: int, p: int) -> tuple[float, float]:
    """Purchases a day and logit of the chance to drop out, Gamma and Beta over people."""
    q = village.rules.repurchase.bgnbd
    rate = gamma(key_of(seed, f"rate {p}"), uid, q.r) / (q.alpha * 7.0 / q.speed)
    drop = key_of(seed, f"dropout {p}")
    return f32(rate), f32(log(gamma(drop, 2 * uid, q.a)) - log(gamma(drop, 2 * uid + 1, q.b)))


def gamma(key: int, index: int, shape: float) -> float:
    """Marsaglia and Tsang's Gamma(shape, 1); below shape 1, that of shape + 1 times U^(1 / shape)."""
    name = draw(key, index)
    boost = 1.0
    if shape < 1.0:
        boost = exp(log(uniform(name, 0)) / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    for attempt in range(64):
        x = normal(name, 1 + 3 * attempt)
        v = 1.0 + c * x
        v = v * v * v
        if v > 0.0 and log(uniform(name, 3 + 3 * attempt)) < 0.5 * x * x + d - d * v + d * log(v):
            return boost * d * v
    return boost * d


def _first_customers(village: Village, seed: int, b: int, p: int) -> list[Person]:
    """Everybody, those first who are drawn by their interest in the brand's first product."""
    key = key_of(seed, f"seed customers {b}")
    return sorted(village.people, key=lambda i: exponential(key, i.uid) / max(i.interest[p], 1e-9))


def _owns_a_unit(village: Village, seed: int, person: Person, p: int) -> None:
    """A seed customer knows the quality, remembers the shop, and is part-way through a unit."""
    rules, product, known = village.rules.belief, village.products[p], person.about[p]
    person.role = 1
    known.orders, known.first_day, known.last_day = 1, 0, 0
    known.memory_offer, known.memory_day, known.own_precision = p, 0, f32(rules.own_precision)
    total = rules.prior_precision + rules.own_precision
    known.belief = f32((rules.prior_precision * known.belief + rules.own_precision * product.quality) / total)
    if village.rules.repurchase.mode == "occasions":
        used = uniform(key_of(seed, f"half used {p}"), person.uid)
        known.occasion = min(int((1.0 - used) * product.uses_days), LONG)
        known.open_until, known.in_use_until = -1, known.occasion
    elif village.rules.repurchase.mode == "bgnbd":
        wait = exponential(key_of(seed, f"first repeat {p}"), person.uid) / known.rate
        known.next_time = min(wait, float(LONG))
        known.occasion, known.open_until, known.in_use_until = int(known.next_time), -1, LONG


def _skill(village: Village, seed: int, name: int) -> float:
    spread = village.rules.audience.host_skill_spread
    return exp(spread * normal(key_of(seed, "host skill"), name) - 0.5 * spread * spread)


def _seat_customers(village: Village, seed: int, name: str, brand: int, channels: list[int], share: float) -> None:
    """Deal a share of the brand's customers out over the seller's channels, in the order of their lots."""
    mine = [p for p, product in enumerate(village.products) if product.brand == brand]
    key = key_of(seed, f"seed members {name}")
    customers = sorted((i for i in village.people if any(i.about[p].orders for p in mine)),
                       key=lambda i: uniform(key, i.uid))
    chosen = customers[: round(clip(share) * len(customers))] if channels else []
    let_in(village, [(i.number, channels[k % len(channels)]) for k, i in enumerate(chosen)])


def _seat_followers(village: Village, seed: int, name: str, wanted: dict[int, int]) -> None:
    for nth, (channel, count) in enumerate(wanted.items()):
        key = key_of(seed, f"followers {name} {nth}")
        lots = sorted(village.people, key=lambda i: uniform(key, i.uid))
        let_in(village, [(i.number, channel) for i in lots[:count]])
