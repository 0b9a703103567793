"""The order of a day, written in this one place.

     1 shocks and enforcement      accounts are banned before anybody plans
     2 plan                        strategies decide from yesterday's closing book
     3 compose and budget          one plan for the day, cut to the cash there is
     4 attention                   what is seen, posts that stay up included, and what it costs in fatigue and trust
     5 belief and word of mouth    claims and talk are heard
     6 choice                      need, memory, offers met, the outside option
     7 fulfilment                  queues, stock, pools
     8 experience                  satisfaction, returns, trust
     9 recruiting and exit         invitations, leads, resellers, stock orders
    10 audiences                   join, mute, leave, fakes found out, group health, heat
    11 settle                      debts, rewards, rebates, into the ledger
    12 record

Nothing here knows a strategy by name, and no step looks at numbers that a later step has yet to write.
"""

from __future__ import annotations

import numpy as np

from sim.exchange.actions import Actions, Post
from sim.exchange.compose import DayPlan, carried, compose
from sim.exchange.events import Delivered, Exposed, Joined, Left, Ordered, PathKind, Refused
from sim.exchange.limits import Limits
from sim.exchange.offers import OfferTable
from sim.mechanisms import (
    attention,
    audience,
    belief,
    detection,
    enforcement,
    experience,
    fees,
    fulfilment,
    heat,
    inquiry,
    leads,
    moments,
    queueing,
    recruiting,
    repurchase,
    sellers,
    word_of_mouth,
)
from sim.mechanisms import choice as choosing
from sim.mechanisms.attention import Noticed
from sim.mechanisms.choice import Choices
from sim.mechanisms.encounters import Encounters, Gathering, meet, recall
from sim.mechanisms.heat import Shown
from sim.mechanisms.queueing import Wishes
from sim.mechanisms.word_of_mouth import Heard
from sim.model import channel, membership, trade
from sim.model.day import Day
from sim.model.state import RunState
from sim.model.stats import PARTS, now

_DOORS = len(PathKind)
_OFFERED = ("product", "price_fen", "list_price_fen", "claim", "fit", "stock_owner", "queue", "pool_seats", "commission",
            "warmth")


def step(state: RunState) -> Day:
    """Move the run by one day and return what the day held."""
    marks = [now()]
    day = Day(number=state.day)
    state.today = day.events
    state.ledger.fall_due(state.day)
    _enforce(state, day)
    marks.append(now())
    plan = _plan(state)
    posts = _send(state, plan)
    marks.append(now())
    noticed = _attend(state, plan, heat.shown(state.world, posts, state.day, state.mechanisms.heat), day)
    marks.append(now())
    heard = _hear(state, noticed, day)
    marks.append(now())
    chosen, asked = _choose(state, noticed, heard, day)
    marks.append(now())
    _fulfil_and_experience(state, plan, chosen, asked, day)
    marks.append(now())
    _recruit(state, plan, day)
    marks.append(now())
    _tend_audiences(state, plan, posts, noticed, day)
    marks.append(now())
    _settle(state)
    marks.append(now())
    state.recorder.record(state, day)
    state.ledger.close_day(state.day)
    state.recorder.close(state)
    state.yesterday = day.events
    state.day += 1
    marks.append(now())
    state.laps.note(PARTS, marks)
    return day


def _enforce(state: RunState, day: Day) -> None:
    """1: ban accounts by what they did yesterday, and by today's shocks."""
    day.events.enforced = enforcement.enforce(state.world, state.posts_yesterday, state.shocks, state.day,
                                              state.mechanisms.enforcement)


def _plan(state: RunState) -> DayPlan:
    """2 and 3: ask every strategy, merge, cut to the budget, pay what may be spent."""
    world = state.world
    proposals: dict[str, Actions] = {}
    for seat, view in zip(state.seats, state.views, strict=True):
        proposals[seat.name] = carried(seat.strategy.plan(view), seat.tomorrow)
        seat.tomorrow = Actions()
    cash = np.array([state.ledger.cash_fen(b) for b in range(state.ledger.n_brands)], dtype=np.int64)
    plan = compose(proposals, Limits(cash, state.space, world.n_people, len(world.channels), world.audiences.size,
                                     world.resellers.size))
    state.ledger.post(plan.postings(state.day), state.day, "spend")
    state.today.settled = plan.settled()
    if plan.offers is not state.offered:
        _offer(state, plan.offers)
    detection.plant(world, plan.tend)
    return plan


def _offer(state: RunState, table: OfferTable) -> None:
    """Write the offers of the day into the world; most days they are yesterday's, or all but a column is."""
    world, offers, before = state.world, state.world.offers, state.offered
    anew = before is None or before.offer is not table.offer
    for name in _OFFERED:
        column = getattr(table, name)
        if anew or column is not getattr(before, name):
            getattr(offers, name)[table.offer] = column
    state.offered = table
    if not anew:  # nothing but columns differs: ids and prices are those of the table before
        return
    reference = world.products.reference_fen[table.product]
    offers.reference_fen[table.offer] = np.where(reference > 0, reference, table.list_price_fen)
    offers.live[:] = table.is_live
    if table.by_path:
        sellers.remember_sellers(world)


def _send(state: RunState, plan: DayPlan) -> Post:
    """Return the posts that go out, and note what groups ask and give; where posts and care are yesterday's, it stands."""
    sent = enforcement.send(state.world, plan.post, state.day, state.mechanisms.enforcement, state.sent)
    if sent is not state.sent or plan.tend is not state.tended:
        fees.ask(state.world, sent.posts, plan.tend, state.mechanisms.fees)
    state.sent, state.tended, state.shown = sent, plan.tend, sent.posts
    return sent.posts


def _attend(state: RunState, plan: DayPlan, shown: Shown, day: Day) -> Noticed:
    """4: messages are noticed, tire people, move trust in their senders, and refresh memories."""
    params, world = state.mechanisms.attention, state.world
    contacts = enforcement.reachable(world, plan.contact, state.day)
    noticed = attention.notice(world, shown, contacts, plan.impress, state.day, params)
    told = moments.share(world, plan.peer_post, state.day, params)
    noticed = attention.join_noticed([noticed, told])
    day.reach = attention.wear(world, noticed, state.day, params)
    moments.wear_friends(world, told, state.day, params)
    day.told, day.noticed, paid = told, len(noticed), plan.impress
    if noticed.members:
        members = slice(noticed.members)
        repurchase.refresh_memory(world, noticed.person[members], noticed.offer[members], state.day)
    if len(paid):
        bought = world.products.brand_of[world.offers.product[paid.offer]] == 0
        day.impressions = int(paid.count[bought].sum())
    if state.ledger.n_brands > 1:
        ours = noticed.person[world.products.brand_of[world.offers.product[noticed.offer]] == 0]
        day.noticed, day.reach = len(ours), attention.count_people(world, ours)
    return noticed


def _hear(state: RunState, noticed: Noticed, day: Day) -> list[Heard]:
    """5: claims noticed and talk heard enter belief and utility."""
    world, mech = state.world, state.mechanisms
    if len(noticed):
        who, product, trust, claim = belief.claims(
            noticed.person, noticed.offer, noticed.trust, noticed.met, world.offers.product, world.offers.claim,
            world.products.brand_of, world.people.brand_trust)
        belief.learn(world, belief.CLAIM, who, product, trust, claim, mech.belief)
    heard, day.events.talked = word_of_mouth.talk(world, state.day, mech.word_of_mouth)
    for h in heard:
        belief.learn(world, belief.TALK, h.listener, h.product, h.trust, h.told, mech.belief)
    in_groups = word_of_mouth.talk_in_groups(world, day.events.talked, state.day, mech.word_of_mouth)
    if in_groups is not None:
        belief.learn(world, belief.TALK, in_groups.listener, in_groups.product, in_groups.trust, in_groups.told,
                     mech.belief)
    return heard


def _choose(state: RunState, noticed: Noticed, heard: list[Heard], day: Day) -> tuple[Choices, Wishes]:
    """6: everybody who met an offer, remembers one or asks on the day a need opens, decides; and who wants to chat."""
    world, mech = state.world, state.mechanisms
    opened, certain = repurchase.ask_memory(world, state.day, mech.repurchase)
    gathered = Gathering(len(noticed) + sum([len(h) for h in heard]) + 2 * sum([len(who) for _, who, _ in opened]))
    gathered.count = meet(noticed.person, noticed.offer, noticed.kind, noticed.row, noticed.trust, noticed.met, noticed.key,
                          world.offers.live, *gathered.room(len(noticed)), gathered.count)
    word_of_mouth.recommend(world, heard, gathered)
    for product, who, offer in opened:
        gathered.count = recall(who, offer, product, world.offers.live, *gathered.room(len(who)), gathered.count)
    inquiry.inquire(world, opened, state.day, mech.inquiry, gathered)
    met = gathered.table()
    chosen = choosing.choose(world, met, state.day, mech.choice)
    day.events.exposed = exposed = _exposed(state, noticed, met, chosen)
    about = exposed.considered
    if state.ledger.n_brands > 1:
        about = about[world.products.brand_of[world.offers.product[exposed.offer]] == 0]
    day.considered = int(about.sum())
    return choosing.with_certain(world, chosen, certain), queueing.wishes(world, met, chosen.considered)


def _exposed(state: RunState, noticed: Noticed, met: Encounters, chosen: Choices) -> Exposed:
    """Count messages seen and considered by offer and door."""
    n_offers, asked = len(state.world.offers), len(chosen.chance)
    cells = np.empty((4, n_offers * _DOORS), np.int64)
    n = choosing.count_met(noticed.offer, noticed.kind, met.offer, met.kind, chosen.considered,
                           np.zeros((n_offers, _DOORS, 2), np.int64), cells)
    mean_p = np.empty(n)
    mean_p.fill(np.add.reduce(chosen.chance) / asked if asked else 0.0)
    return Exposed(*(*cells[:, :n], mean_p))


def _fulfil_and_experience(state: RunState, plan: DayPlan, chosen: Choices, asked: Wishes, day: Day) -> None:
    """7 and 8: orders are filled, paid, sent, experienced, and sent back."""
    world, mech, ledger = state.world, state.mechanisms, state.ledger
    filled = fulfilment.fulfil(world, chosen, asked, plan.capacity, plan.pool_open, state.day, mech.fulfilment)
    day.events.chatted = filled.chatted
    if len(plan.capacity):
        staff, ours = zip(plan.capacity.queue.tolist(), plan.capacity.servers.tolist(), strict=True), state.recorder.queues.tolist()
        day.staff = sum([servers for queue, servers in staff if queue in ours])
    day.events.ordered, day.events.unfilled, day.events.pool_closed = filled.ordered, filled.unfilled, filled.closed
    if len(filled.refund):
        trade.refund_pools(world, ledger, filled.refund, state.day)
        experience.disappoint(world, filled.refund)
    sent = experience.rounds(filled.deliver)
    parts: list[Delivered] = []
    for orders in sent:
        delivered, is_first = experience.deliver(world, orders, state.day, mech.experience, mech.belief)
        parts.append(delivered)
        talk_until = word_of_mouth.last_days(world, orders.person, orders.product, state.day, mech.word_of_mouth)
        experience.begin_to_talk(world, orders, is_first, state.day, talk_until)
        repurchase.after_purchase(world, orders.person, orders.product, state.day, mech.repurchase)
    if len(filled.unfilled):
        repurchase.put_off(world, filled.unfilled.person, filled.unfilled.offer, state.day, mech.repurchase)
    day.events.delivered, day.sold = Delivered.stacked(parts), Ordered.stacked(sent)
    trade.trade(world, ledger, filled.ordered, day.sold, day.events.delivered, state.day)


def _recruit(state: RunState, plan: DayPlan, day: Day) -> None:
    """9: invitations, leads, enrolments, promotions, stock orders, exits."""
    world, ledger, day.invite = state.world, state.ledger, plan.invite
    joined, refused = recruiting.recruit(world, plan.invite, state.day, state.mechanisms.recruiting,
                                         state.mechanisms.fees)
    came, late = membership.join(world, ledger, joined, state.day)
    all_joined, all_refused = [came], [refused, late]
    if len(plan.lead):
        bought, known = leads.bring(world, plan.lead, state.day)
        all_joined.append(membership.join(world, ledger, bought, state.day)[0])
        all_refused.append(known)
    if len(plan.enrol):
        all_joined.append(membership.enrol(world, ledger, plan.enrol, state.day))
    day.events.joined, day.events.refused = Joined.stacked(all_joined), Refused.stacked(all_refused)
    membership.promote(world, plan.promote)
    day.events.stock_moved = channel.restock(world, ledger, plan.stock_order, state.day)
    day.written_off = channel.write_off(world, ledger, state.day)
    gone = recruiting.exits(world, refused, state.day, state.mechanisms.recruiting)
    day.exits = len(gone)
    left = membership.give_up(world, gone, state.day)
    day.events.left = Left.stacked([left, membership.release(world, plan.release, state.day)])


def _tend_audiences(state: RunState, plan: DayPlan, posts: Post, noticed: Noticed, day: Day) -> None:
    """10: fakes are found out, members mute and leave, groups thrive or decay, accounts cool."""
    day.events.unmasked = detection.unmask(state.world, posts, state.day, state.mechanisms.detection)
    day.mutes, left = audience.live(state.world, noticed, posts, plan.tend, state.day, state.mechanisms.audience,
                                   state.mechanisms.fees, state.mechanisms.detection)
    day.mutes += moments.mute_friends(state.world, day.told, state.day, state.mechanisms.audience)
    day.events.left = Left.stacked([day.events.left, left])
    heat.cool(state.world, posts, state.day, state.mechanisms.heat)


def _settle(state: RunState) -> None:
    """11: every strategy says who is owed what; debts are booked, never cut."""
    for seat, view in zip(state.seats, state.views, strict=True):
        settlement = seat.strategy.settle(state.today, view)
        state.ledger.post(settlement.postings, state.day, seat.name)
        if len(settlement.postings) and state.world.resellers.size:
            # Rebates and rewards keep a reseller going, too, on the day they are earned.
            state.recorder.retail.pay(state.world, settlement.postings, state.day)
        seat.book = settlement.book or seat.book
        seat.tomorrow = settlement.tomorrow
