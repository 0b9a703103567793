"""Need and repurchase: goods are used up, an occasion opens, and whoever remembers a seller asks there once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reference.arithmetic import LONG, log, logistic, share_left
from tests.reference.chance import draw, exponential, uniform
from tests.reference.choosing import Meeting
from tests.reference.village import MEMORY

if TYPE_CHECKING:
    from tests.reference.village import Person, Village


def wait_for_need(village: Village, person: Person, p: int, key: int) -> float:
    """Days to the next occasion of a person who does not own the product: Exp(rate by interest)."""
    rules = village.rules.repurchase
    rate = rules.need_rate / rules.mean_interest * person.interest[p]
    return exponential(key, person.uid) / rate if rate > 0.0 else 1.0e9


def open_occasions(village: Village) -> tuple[list[Meeting], list[Meeting], list[tuple[int, int]]]:
    """Return (offers remembered to decide about, purchases that a clock has decided, whose need opens).

    The last are pairs (product, person).
    """
    asked: list[Meeting] = []
    certain: list[Meeting] = []
    opened: list[tuple[int, int]] = []
    if village.rules.repurchase.mode in {"always", "off"}:
        return asked, certain, opened
    for p in range(len(village.products)):
        for person in village.people:
            known = person.about[p]
            if known.occasion != village.day:
                continue
            known.occasion = -1
            if village.rules.repurchase.mode == "bgnbd" and known.orders > 0:
                certain.append(_remembered(village, person, p))
                continue
            opened.append((p, person.number))
            if _opens_and_remembers(village, person, p):
                asked.append(_remembered(village, person, p))
    return asked, certain, opened


def _opens_and_remembers(village: Village, person: Person, p: int) -> bool:
    """Open the occasion for its window, plan the next as if nothing were bought, and ask the memory."""
    rules, day = village.rules.repurchase, village.day
    known = person.about[p]
    window = int(rules.window)
    known.open_until = day + window - 1
    known.occasion = int(min(day + window + wait_for_need(village, person, p, village.key(f"wait {p}")), float(LONG)))
    if village.has_at_home(person.number, p):
        return True
    if known.memory_offer < 0:
        return False
    return uniform(village.key(f"memory {p}"), person.uid) < share_left(day - known.memory_day, rules.memory)


def _remembered(village: Village, person: Person, p: int) -> Meeting:
    offer = village.shop_or(person.about[p].memory_offer, p)
    if village.has_at_home(person.number, p) and village.own_offer(p) >= 0:
        offer = village.own_offer(p)
    return Meeting(person.number, offer, MEMORY, -1, None, sure=True,
                   sender=p)


def after_purchase(village: Village, person: Person, p: int) -> None:
    """A purchase closes the occasion; the next comes when the unit is used up, or when the clock says so."""
    mode = village.rules.repurchase.mode
    if mode == "occasions":
        _use_up(village, person, p)
    elif mode == "bgnbd":
        _ring_again(village, person, p)


def _use_up(village: Village, person: Person, p: int) -> None:
    """A unit lasts uses_days x U(1 - spread, 1 + spread)."""
    spread, known = village.rules.repurchase.spread, person.about[p]
    u = uniform(village.key(f"lasts {p}"), person.uid)
    lasts = village.products[p].uses_days * (1.0 - spread + 2.0 * spread * u)
    until = village.day + max(1, int(lasts + 0.5))
    known.open_until = village.day - 1
    known.in_use_until = min(until, LONG)
    known.occasion = min(until, LONG)


def _ring_again(village: Village, person: Person, p: int) -> None:
    """BG/NBD: drop out for good, or wait Exp(rate) from the time (not the day) of this purchase."""
    known = person.about[p]
    name = draw(village.key(f"dropout {p}"), person.uid)
    known.open_until = village.day - 1
    known.in_use_until = LONG
    gone = logistic(known.dropout_logit - village.rules.repurchase.bgnbd.satisfaction * known.satisfaction)
    if uniform(name, 0) < gone:
        known.next_time = float(LONG)
    else:
        since = known.next_time if known.next_time > 0.0 else float(village.day)
        known.next_time = min(since - log(uniform(name, 1)) / known.rate, float(LONG))
    known.occasion = max(int(known.next_time), village.day + 1)


def put_off(village: Village, person: Person, p: int) -> None:
    """BG/NBD: a purchase that could not be filled is none; the next falls due after another Exp(rate)."""
    known = person.about[p]
    if village.rules.repurchase.mode == "bgnbd" and known.occasion < 0:
        known.next_time = min(known.next_time + exponential(village.key(f"put off {p}"), person.uid) / known.rate,
                              float(LONG))
        known.occasion = max(int(known.next_time), village.day + 1)
