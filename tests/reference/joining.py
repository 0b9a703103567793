"""Carrying out what was agreed: memberships, the resellers' table, and goods moving into the channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.accounts import Account
from sim.exchange.events import Reason
from sim.ledger.goods import Place
from tests.reference.arithmetic import f32
from tests.reference.chance import draw, pair, uniform
from tests.reference.inviting import Asked, give_up, recruit, remember_refusals
from tests.reference.money import HOME, OUTSIDE, brand, make, reseller, reseller_shelf, shelf
from tests.reference.seeing import found
from tests.reference.village import LEFT, SPY, Member, Reseller

if TYPE_CHECKING:
    from sim.exchange.actions import Enrol, Lead, Promote, Release, StockOrder
    from sim.exchange.compose import DayPlan
    from tests.reference.village import Village


def recruit_and_exit(village: Village, plan: DayPlan) -> None:
    """Step 9 of the day: invitations, leads, enrolments, promotions, stock orders, exits, releases."""
    asked = recruit(village, plan.invite)
    late = _join(village, [a for a in asked if a.reason is None])
    known = _lead(village, plan.lead)
    _enrol(village, plan.enrol)
    village.diary.refused = [(a.person, a.sponsor, a.channel, a.tier, int(a.reason))
                             for a in asked if a.reason is not None]
    village.diary.refused += [(a.person, a.sponsor, a.channel, a.tier, int(Reason.FULL)) for a in late]
    village.diary.refused += known
    met = remember_refusals(village, asked)
    _promote(village, plan.promote)
    _restock(village, plan.stock_order)
    _write_off(village)
    for row in give_up(village, met):
        village.diary.left.append((village.resellers[row].person, -1, int(Reason.LOSSES)))
        _leave_role(village, row)
    _release(village, plan.release)


def let_in(village: Village, wanted: list[tuple[int, int]]) -> list[int]:
    """Admit (person, channel) by channel and uid as far as there is room; returns the positions admitted.

    One owner's channels take a person once: into the first of those asked for today, and not if they
    are a member of an owned one already.
    """
    room = {c.number: c.capacity - c.members for c in village.channels}
    asked: set[tuple[int, int]] = set()
    admitted = []
    for k in sorted(range(len(wanted)), key=lambda k: (wanted[k][1], village.people[wanted[k][0]].uid, k)):
        person, number = wanted[k]
        channel = village.channels[number]
        if (person, channel.owner) in asked:
            continue
        asked.add((person, channel.owner))
        if channel.owned and village.people[person].home[channel.owner] >= 0:
            continue
        room[number] -= 1
        if room[number] >= 0:
            admitted.append(k)
    for number in sorted({wanted[k][1] for k in admitted}):
        _append(village, number, [wanted[k][0] for k in admitted if wanted[k][1] == number])
    return admitted


def _append(village: Village, number: int, people: list[int]) -> None:
    channel, first = village.channels[number], len(village.members)
    for person in people:
        row = len(village.members)
        village.members.append(Member(row, person, number, f32(channel.trust), village.day, 0, village.day))
        if channel.owned:
            village.people[person].home[channel.owner] = row
    channel.members += len(people)
    village.blocks.append((number, first, len(village.members)))


def _join(village: Village, yes: list[Asked]) -> list[Asked]:
    """Those who accepted enter their channel, or the resellers' table; returns whom a channel had no room for."""
    to_channel = [k for k, a in enumerate(yes) if a.channel >= 0 and a.tier < 0]
    kept = [to_channel[k] for k in let_in(village, [(yes[k].person, yes[k].channel) for k in to_channel])]
    to_role = [k for k, a in enumerate(yes) if a.tier >= 0]
    uplines = {k: village.people[yes[k].sponsor].reseller if yes[k].sponsor >= 0 else -1 for k in to_role}
    for k in sorted(to_role, key=lambda k: village.people[yes[k].person].uid):
        _become_reseller(village, yes[k].person, yes[k].brand, yes[k].tier, uplines[k], yes[k].buy_in)
    for k in sorted([*kept, *to_role]):
        a = yes[k]
        village.diary.joined.append((a.person, a.channel, a.tier, a.brand, a.sponsor, a.tie, a.reward_sponsor,
                                     a.reward_invitee, a.buy_in))
    return [yes[k] for k in to_channel if k not in kept]


def _lead(village: Village, table: Lead) -> list[tuple[int, ...]]:
    """Advertisements find people who join; returns whom they found in vain: known already, or no room."""
    room = {c.number: c.capacity - c.members for c in village.channels}
    agreed: list[tuple[int, int]] = []
    in_vain: list[tuple[int, ...]] = []
    rows = zip(table.channel.tolist(), table.product.tolist(), table.count.tolist(), table.targeting.tolist(),
               strict=True)
    before: dict[int, int] = {}
    for number, p, count, targeting in rows:
        channel = village.channels[number]
        key = draw(village.key("lead"), pair(before.get(number, 0), channel.name))
        before[number] = before.get(number, 0) + 1
        for j in range(count):
            person = found(village, key, 64 * j, targeting, p)
            is_known = person.home[channel.owner] >= 0 or any(
                i == person.number and village.channels[c].owner == channel.owner for i, c in agreed)
            reason = Reason.BAN if village.is_closed(number) else Reason.MEMBER if is_known else (
                None if room[number] > 0 else Reason.FULL)
            if reason is None:
                room[number] -= 1
                agreed.append((person.number, number))
            else:
                in_vain.append((person.number, -1, number, -1, int(reason)))
    let_in(village, agreed)
    village.diary.joined += [(person, number, -1, village.channels[number].brand, -1, -1, 0, 0, 0)
                               for person, number in agreed]
    return in_vain


def _enrol(village: Village, table: Enrol) -> None:
    """Put people where they have agreed to be."""
    columns = (table.person, table.channel, table.tier, table.brand, table.upline, table.buy_in_fen)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    to_channel = [k for k, (_, channel, tier, *_) in enumerate(rows) if channel >= 0 and tier < 0]
    kept = [to_channel[k] for k in let_in(village, [rows[k][:2] for k in to_channel])]
    for k in kept:
        person, number, _, b, *_ = rows[k]
        if b != village.channels[number].brand:
            seat = [member for member in village.members_of(number) if member.person == person][-1]
            seat.state = SPY + b
    to_role = [k for k, (person, _, tier, *_) in enumerate(rows) if tier >= 0 and village.people[person].reseller < 0]
    best: dict[int, tuple[float, int]] = {}
    for k in to_role:  # of several brands that want one person, the smallest lot wins
        person, b = rows[k][0], rows[k][3]
        lot = (uniform(village.key("enrol"), pair(village.people[person].uid, b)), k)
        best[person] = min(lot, best.get(person, lot))
    to_role = [k for k in to_role if best[rows[k][0]][1] == k]
    for k in sorted(to_role, key=lambda k: village.people[rows[k][0]].uid):
        _become_reseller(village, rows[k][0], rows[k][3], rows[k][2], *rows[k][4:])
    for k in sorted([*kept, *to_role]):
        person, channel, tier, b, _, buy_in = rows[k]
        b = b if tier >= 0 else village.channels[channel].brand
        village.diary.joined.append((person, channel, tier, b, -1, -1, 0, 0, buy_in if tier >= 0 else 0))


def _become_reseller(village: Village, person: int, b: int, tier: int, upline: int, buy_in: int) -> None:
    row, day = len(village.resellers), village.day
    if upline >= 0 and village.resellers[upline].brand != b:
        upline = -1
    village.resellers.append(Reseller(person, b, tier, upline, day, -1, 0, 0, 0, day,
                                      [0] * len(village.products), [0] * len(village.products)))
    village.people[person].reseller = row
    village.people[person].role = 2
    if upline >= 0:
        village.resellers[upline].recruits += 1
    village.books.pay(HOME, reseller(row), buy_in)


def _leave_role(village: Village, row: int) -> None:
    for known in village.people[village.resellers[row].person].about:  # who served themselves turns to their upline
        if known.memory_seller == row:
            known.memory_seller = village.resellers[row].upline
    village.resellers[row].left = village.day
    village.people[village.resellers[row].person].reseller = -1
    village.people[village.resellers[row].person].role = 0


def _release(village: Village, table: Release) -> None:
    """Take people out of a channel, or out of the reseller role."""
    for number, channel in zip(table.person.tolist(), table.channel.tolist(), strict=True):
        person = village.people[number]
        if channel < 0:
            if person.reseller < 0:
                continue
            _leave_role(village, person.reseller)
        else:
            owner = village.channels[channel].owner
            row = person.home[owner]
            if row < 0 or village.members[row].channel != channel or village.members[row].state == LEFT:
                continue
            village.members[row].state = LEFT
            person.home[owner] = -1
            village.channels[channel].members -= 1
        village.diary.left.append((number, channel, int(Reason.RELEASED)))


def _promote(village: Village, table: Promote) -> None:
    for row, tier in zip(table.reseller.tolist(), table.tier.tolist(), strict=True):
        village.resellers[row].tier = tier


def _restock(village: Village, orders: StockOrder) -> None:
    """Goods move only as far as the buyer can pay and the supplier has; lots decide who is served first."""
    rows = list(zip(orders.buyer.tolist(), orders.supplier.tolist(), orders.product.tolist(),
                    orders.quantity.tolist(), orders.unit_fen.tolist(), strict=True))
    pays = _affordable(village, rows)
    got = list(pays)
    for supplier, p in {(supplier, p) for _, supplier, p, *_ in rows}:
        if supplier < 0 and not village.products[p].has_stock:
            continue
        left = village.brand_stock[p] if supplier < 0 else village.resellers[supplier].stock[p]
        mine = [k for k, row in enumerate(rows) if row[1:3] == (supplier, p)]
        for _, k in sorted((_lot(village, rows[k][0] if rows[k][0] >= 0 else supplier, p), k) for k in mine):
            got[k] = min(pays[k], max(left, 0))
            left -= got[k]
    known = {buyer for buyer, *_ in rows if buyer >= 0 and village.resellers[buyer].bought > 0}
    for (buyer, supplier, p, _, unit), units in zip(rows, got, strict=True):
        if units > 0:
            village.diary.stock_moved.append((buyer, supplier, p, units, unit, int(buyer >= 0 and buyer not in known)))
            known.add(buyer)
            if buyer >= 0:
                _move_stock(village, buyer, supplier, p, units, unit)
    for (buyer, supplier, p, _, unit), units in zip(rows, got, strict=True):
        if units > 0 and buyer < 0:
            _buy_back(village, supplier, p, units, unit)


def _affordable(village: Village, rows: list[tuple[int, ...]]) -> list[int]:
    """What each buyer may have and can pay, one order after another; a brand takes back what it has promised to."""
    cash = {buyer: max(village.books.holds(Account.RESELLER, buyer), 0) for buyer, *_ in rows}
    pays = []
    for buyer, supplier, _, quantity, unit in rows:
        is_gone = any(row >= 0 and village.resellers[row].left >= 0 for row in (buyer, supplier))
        if buyer < 0:
            pays.append(quantity)
        else:
            pays.append(0 if is_gone else min(quantity, cash[buyer] // max(unit, 1)))
            cash[buyer] -= pays[-1] * unit
    return pays


def _buy_back(village: Village, supplier: int, p: int, units: int, unit_fen: int) -> None:
    """A brand takes goods back at what it promised; they are its stock again."""
    product, books = village.products[p], village.books
    village.resellers[supplier].stock[p] -= units
    (village.brand_stock if product.has_stock else village.spare)[p] += units
    books.move(Place.RESELLER_STOCK, Place.BRAND_STOCK, p, units)
    books.pay(reseller_shelf(supplier), shelf(product.brand), units * product.unit_cost_fen)
    books.pay(brand(product.brand), reseller(supplier), units * unit_fen)


def _write_off(village: Village) -> None:
    """What somebody who gave up before today still holds is thrown away."""
    for row, r in enumerate(village.resellers):
        if 0 <= r.left < village.day:
            for p, units in enumerate(r.stock):
                village.books.move(Place.RESELLER_STOCK, Place.SCRAPPED, p, units)
                village.books.pay(reseller_shelf(row), OUTSIDE, units * village.products[p].unit_cost_fen)
                r.stock[p] = 0


def _lot(village: Village, buyer: int, p: int) -> float:
    return uniform(village.key("restock"), pair(village.people[village.resellers[buyer].person].uid, p))


def _move_stock(village: Village, buyer: int, supplier: int, p: int, units: int, unit_fen: int) -> None:
    product, books = village.products[p], village.books
    value = units * product.unit_cost_fen
    if supplier >= 0:
        village.resellers[supplier].stock[p] -= units
        books.pay(reseller_shelf(supplier), reseller_shelf(buyer), value)
    elif product.has_stock:
        village.brand_stock[p] -= units
        books.move(Place.BRAND_STOCK, Place.RESELLER_STOCK, p, units)
        books.pay(shelf(product.brand), reseller_shelf(buyer), value)
    else:  # what came back goes first, the rest is made
        ready = min(units, village.spare[p])
        village.spare[p] -= ready
        books.move(Place.BRAND_STOCK, Place.RESELLER_STOCK, p, ready)
        books.pay(shelf(product.brand), reseller_shelf(buyer), ready * product.unit_cost_fen)
        make(village, p, units - ready, Place.RESELLER_STOCK)
        books.pay(OUTSIDE, reseller_shelf(buyer), (units - ready) * product.unit_cost_fen)
    books.pay(reseller(buyer), reseller(supplier) if supplier >= 0 else brand(product.brand), units * unit_fen)
    village.resellers[buyer].stock[p] += units
    village.resellers[buyer].bought += units
    village.resellers[buyer].unit_fen[p] = unit_fen
