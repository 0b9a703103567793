"""Fulfilment: an order needs an answer, a unit in stock, and in a group deal enough others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.exchange.events import Reason
from tests.reference import chatting
from tests.reference.chance import pair, uniform
from tests.reference.village import BY_PATH, MEMORY, TIE, Deal, Order

if TYPE_CHECKING:
    from sim.exchange.actions import Capacity, PoolOpen
    from tests.reference.choosing import Choice, Meeting
    from tests.reference.village import Village


NOBODY = -2


def fulfil(village: Village, choices: list[Choice], considered: list[Meeting], staff: Capacity,
           opened: PoolOpen) -> tuple[list[Order], list[Order], list[Order]]:
    """Turn choices into orders; returns (ordered, delivered today, refunded today)."""
    # Who remembers a seller that the platform has banned altogether finds nobody there.
    lost = {k: Reason.BAN for k, c in enumerate(choices)
            if c.door == MEMORY and village.is_unreachable(village.offers[c.offer].strategy)}
    seated = {(o.person, o.product) for q in village.open_deals for o in village.deals[q].waiting}
    lost |= {k: Reason.POOL for k, c in enumerate(choices) if k not in lost and (c.person, c.product) in seated}
    unanswered = chatting.hold(village, considered, [c for k, c in enumerate(choices) if k not in lost], staff)
    lost |= {k: Reason.QUEUE for k, c in enumerate(choices)
             if k not in lost and (c.person, village.offers[c.offer].queue) in unanswered}
    sellers = [_seller(village, c) for c in choices]
    lost |= {k: Reason.STOCK for k, seller in enumerate(sellers) if k not in lost and seller == NOBODY}
    lost |= dict.fromkeys(_out_of_stock(village, choices, sellers, set(lost)), Reason.STOCK)
    ordered = [_order(village, c, sellers[k]) for k, c in enumerate(choices) if k not in lost]
    village.diary.unfilled = [(choices[k].person, choices[k].offer, int(lost[k])) for k in sorted(lost)]
    for offer, seats, deadline in zip(opened.offer.tolist(), opened.seats.tolist(), opened.deadline_day.tolist(),
                                      strict=True):
        _open(village, Deal(offer, seats, deadline))
    _take_seats(village, [o for o in ordered if village.offers[o.offer].pool_seats > 0])
    full, late = _close_deals(village)
    village.diary.unfilled += [(o.person, o.offer, int(Reason.POOL)) for o in late]
    return ordered, [*(o for o in ordered if o.deal < 0), *full], late


def _order(village: Village, choice: Choice, seller: int) -> Order:
    price = village.offers[choice.offer].price_fen
    if seller >= 0 and village.resellers[seller].person == choice.person:  # what is at home is taken at cost
        price = village.resellers[seller].unit_fen[choice.product]
    village.next_order += 1
    return Order(village.next_order - 1, choice.person, choice.offer, choice.product, choice.door, choice.row,
                 seller, price, choice.expectation, -1,
                 first=village.people[choice.person].about[choice.product].orders == 0)


def contest_number(village: Village, purpose: str, uid: int, thing: int) -> float:
    """The lot of a person in a contest for a thing; the smallest wins."""
    return uniform(village.key(purpose), pair(uid, thing))


def _seller(village: Village, choice: Choice) -> int:
    """Who fills an order: the buyer from what is at home, the brand, the one reseller meant, or whoever is behind the path."""
    offer = village.offers[choice.offer]
    if offer.pool_seats == 0 and village.has_at_home(choice.person, choice.product):
        return village.people[choice.person].reseller
    if offer.stock_owner != BY_PATH:
        return offer.stock_owner
    asked = choice.person
    if choice.door == TIE:
        asked = next(i.number for i in village.people for tie in i.ties if tie.number == choice.row)
        if village.reseller_of(asked, choice.product) >= 0:
            return village.people[asked].reseller
    remembered = village.people[asked].about[choice.product].memory_seller
    row = village.reseller_of(village.resellers[remembered].person, choice.product) if remembered >= 0 else -1
    return row if row >= 0 else NOBODY


def _out_of_stock(village: Village, choices: list[Choice], sellers: list[int], lost: set[int]) -> list[int]:
    """Each owner's units go to the orders with the smallest lots; the rest are lost."""
    wanted: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for k, c in enumerate(choices):
        owner = sellers[k]
        if k not in lost and (owner >= 0 or village.products[c.product].has_stock):
            lot = contest_number(village, "stock", village.people[c.person].uid, village.offers[c.offer].name)
            wanted.setdefault((owner, c.product), []).append((lot, k))
    disappointed = []
    for (owner, product), lots in wanted.items():
        pile = village.resellers[owner].stock if owner >= 0 else village.brand_stock
        for _, k in sorted(lots):
            if pile[product] > 0:
                pile[product] -= 1
            else:
                disappointed.append(k)
    return disappointed


def _open(village: Village, deal: Deal) -> int:
    village.deals.append(deal)
    village.open_deals.append(len(village.deals) - 1)
    return len(village.deals) - 1


def _take_seats(village: Village, orders: list[Order]) -> None:
    """In the order of their lots, buyers take a seat in the oldest open deal with room, or open one."""
    by_lot = sorted(orders, key=lambda o: contest_number(village, "pool", village.people[o.person].uid,
                                                             village.offers[o.offer].name))
    for o in by_lot:
        room = [q for q in village.open_deals
                if village.deals[q].offer == o.offer and village.deals[q].filled < village.deals[q].seats]
        o.deal = room[0] if room else _open(village, Deal(o.offer, village.offers[o.offer].pool_seats,
                                                           village.day + village.rules.fulfilment.pool_days))
        village.deals[o.deal].filled += 1
    for o in orders:
        village.deals[o.deal].waiting.append(o)


def _close_deals(village: Village) -> tuple[list[Order], list[Order]]:
    """A full deal delivers; one that is not full by the end of its last day is refunded."""
    full = [q for q in village.open_deals if village.deals[q].filled >= village.deals[q].seats]
    late = [q for q in village.open_deals if q not in full and village.deals[q].deadline <= village.day]
    village.open_deals = [q for q in village.open_deals if q not in full and q not in late]
    village.diary.pool_closed = [(q, village.deals[q].offer, int(q in full), village.deals[q].filled)
                                 for q in [*full, *late]]
    won, refunded = ([o for q in part for o in village.deals[q].waiting] for part in (full, late))
    for q in [*full, *late]:
        village.deals[q].waiting = []
    return won, refunded
