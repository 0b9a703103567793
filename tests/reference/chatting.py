"""Chats: contacts who ask when a need opens, and staff who answer everybody in turn, or do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reference.arithmetic import log
from tests.reference.chance import draw, pair, uniform
from tests.reference.choosing import Meeting
from tests.reference.village import ACTIVE, CHAT, CONTACTS

if TYPE_CHECKING:
    from sim.exchange.actions import Capacity
    from tests.reference.choosing import Choice
    from tests.reference.village import Village


def inquiries(village: Village, opened: list[tuple[int, int]]) -> list[Meeting]:
    """Each person whose need for a product opens asks each seller they know one-to-one, with chance `ask`.

    opened : (product, person), products ascending, within each the people ascending.
    """
    rules = village.rules.inquiry
    sellers = sorted({c.owner for c in village.channels if c.owned and c.kind == CONTACTS})
    if not rules.enabled:
        return []
    met = []
    for seller in sellers:
        for p, number in opened:
            person, offer = village.people[number], _asked_about(village, seller, p)
            row = person.home[seller]
            if row < 0 or offer is None:
                continue
            member = village.members[row]
            channel = village.channels[member.channel]
            if channel.kind != CONTACTS or member.state != ACTIVE or village.is_closed(channel.number):
                continue
            if uniform(village.key(f"inquiry {p}"), pair(person.uid, channel.name)) < rules.ask:
                met.append(Meeting(number, offer, CHAT, row, member.trust, sure=True, sender=channel.name))
    return met


def _asked_about(village: Village, seller: int, p: int) -> int | None:
    """The seller's offer of a product that staff answer for, else any."""
    made = [k for k, o in enumerate(village.offers) if o.live and o.strategy == seller and o.product == p]
    return next((k for k in made if village.offers[k].queue >= 0), made[0] if made else None)


def hold(village: Village, wanted: list[Meeting], orders: list[Choice], staff: Capacity) -> set[tuple[int, int]]:
    """Hold the chats of today, one a person and queue; returns (person, queue) of those that were lost.

    wanted : considered one-to-one encounters; orders : choices that nothing else has stopped.
    """
    about: dict[tuple[int, int], list[tuple[bool, int]]] = {}
    for is_order, things in ((True, orders), (False, wanted)):
        for thing in things:
            queue = village.offers[thing.offer].queue
            if queue >= 0 and (is_order or thing.door == CHAT):
                about.setdefault((queue, thing.person), []).append((not is_order, thing.offer))
    lost = set()
    for queue in sorted({queue for queue, _ in about}):
        people = sorted(person for q, person in about if q == queue)
        for person, arrival, wait, is_answered in _served(village, people, queue, staff):
            offer = min(about[queue, person])[1]
            village.diary.chatted.append((person, offer, queue, arrival, wait, int(is_answered)))
            if not is_answered:
                lost.add((person, queue))
    return lost


def _served(village: Village, people: list[int], queue: int, staff: Capacity) -> list[tuple[int, float, float, bool]]:
    """(person, arrival, wait, answered) in the order of arrival."""
    waits = village.rules.fulfilment.queues
    if queue not in staff.queue.tolist():
        return [(i, 0.0, 0.0, not waits) for i in sorted(people, key=lambda i: village.people[i].uid)]
    r = staff.queue.tolist().index(queue)
    opens, closes = float(staff.open_minute[r]), float(staff.close_minute[r])
    free_at = [opens] * int(staff.servers[r])
    chats = []
    for i in people:
        uid = village.people[i].uid
        name = draw(village.key(f"queue {village.queue_names[queue]}"), uid)
        chats.append((opens + (closes - opens) * uniform(name, 0), uid, i, name))
    told = []
    for arrival, _, i, name in sorted(chats):
        service = -log(uniform(name, 1)) * float(staff.minutes_a_case[r])
        patience = -log(uniform(name, 2)) * float(staff.patience_minutes[r])
        start = max(arrival, min(free_at)) if free_at else arrival
        if not waits:
            told.append((i, arrival, 0.0, True))
        elif free_at and start - arrival <= patience and start < closes:
            free_at[free_at.index(min(free_at))] = start + service
            told.append((i, arrival, start - arrival, True))
        else:
            told.append((i, arrival, max(0.0, min(patience, closes - arrival)), False))
    return told
