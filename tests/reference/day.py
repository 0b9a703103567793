"""One day of a small world, from the morning's bans to the evening's payments, in the order of `sim/model/schedule.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.core.accounts import REBATES, Account
from sim.exchange.compose import DayPlan, compose
from sim.exchange.limits import Limits
from sim.exchange.offers import OfferSpace
from tests.reference import (
    bans,
    chatting,
    choosing,
    deceiving,
    filling,
    grouping,
    hearing,
    heating,
    joining,
    living,
    money,
    needs,
    paying,
    seeing,
)
from tests.reference.diary import Diary
from tests.reference.village import BY_PATH, Offer, Village

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.exchange.actions import Actions
    from sim.exchange.postings import Postings


def live_a_day(village: Village, proposals: Mapping[str, Actions], owed: list[Postings]) -> Diary:
    """Move the village by one day; strategies' proposals and what they settle are given.

    Parameters
    ----------
    proposals : mapping of str to Actions
        What each strategy asks to do today.
    owed : list of Postings
        What each strategy says at the end of the day that is owed to whom.
    """
    village.diary = Diary()
    village.books.fall_due(village.day)
    bans.enforce(village)
    plan = make_plan(village, proposals)
    posts = bans.deliverable(village, plan.post)
    paying.ask(village, posts, plan.tend)
    seen = [*seeing.see_posts(village, posts), *seeing.see_contacts(village, plan.contact),
            *seeing.see_impressions(village, plan.impress), *seeing.see_friends(village, plan.peer_post)]
    seeing.wear(village, seen)
    seeing.keep_in_mind(village, seen)
    hearing.hear_claims(village, seen)
    heard = hearing.hear_talk(village)
    remembered, certain, opened = needs.open_occasions(village)
    met = choosing.meetings_of(village, seen, heard, [*remembered, *chatting.inquiries(village, opened)])
    considered = [m for m in met if choosing.considers(village, m)]
    choices = choosing.with_certain(village, choosing.choose(village, considered), certain)
    sell(village, choices, considered, plan)
    joining.recruit_and_exit(village, plan)
    deceiving.unmask(village, posts)
    grouping.tend_audiences(village, seen, posts, plan.tend)
    seeing.mute_friends(village, seen)
    heating.cool(village, posts)
    for postings in owed:
        village.books.post(postings, village.day)
        for account, row, amount, purpose in zip(postings.payee_account.tolist(), postings.payee_owner.tolist(),
                                                 postings.amount_fen.tolist(), postings.purpose.tolist(), strict=True):
            if account == Account.RESELLER and amount > 0 and purpose in REBATES:
                village.resellers[row].profit_day = village.day
    village.loud_yesterday = bans.loudness(village, posts)
    village.day += 1
    return village.diary


def make_plan(village: Village, proposals: Mapping[str, Actions]) -> DayPlan:
    """One plan for all, cut to the cash there is; offers change, and what is bought is paid."""
    brands = range(village.books.n_brands)
    cash = np.array([village.books.holds(Account.BRAND, b) for b in brands], np.int64)
    space = OfferSpace(len(village.offers), len(village.products), len(village.queue_names),
                       tuple(product.brand for product in village.products))
    plan = compose(proposals, Limits(cash, space, len(village.people), len(village.channels), len(village.members),
                                     len(village.resellers)))
    village.books.post(plan.postings(village.day), village.day)
    table = plan.offers
    columns = [getattr(table, name).tolist() for name in
               ("product", "price_fen", "list_price_fen", "claim", "fit", "stock_owner", "queue", "pool_seats",
                "warmth")]
    for number, *values in zip(table.offer.tolist(), *columns, strict=True):
        village.offers[number] = Offer(*values, strategy=village.offers[number].strategy,
                                       name=village.offers[number].name, live=True)
    deceiving.plant(village, plan.tend)
    village.sells_by_path |= BY_PATH in table.stock_owner.tolist()
    for offer, is_live in zip(village.offers, table.is_live.tolist(), strict=True):
        offer.live = is_live
    return plan


def sell(village: Village, choices: list[choosing.Choice], considered: list[choosing.Meeting], plan: DayPlan) -> None:
    """Steps 7 and 8: chats are held, orders filled, paid, sent, experienced and sent back."""
    ordered, sent, refunded = filling.fulfil(village, choices, considered, plan.capacity, plan.pool_open)
    for order in ordered:
        money.take_money(village, order)
        village.diary.ordered.append((order.number, order.person, order.offer, order.product, order.door, order.row,
                                      order.seller, order.price_fen, order.expectation, order.deal, int(order.first)))
    for order in sent:
        money.send(village, order)
    for order in refunded:
        money.give_money_back(village, order)
        living.disappoint(village, order)
    living.live_through(village, sent)
    for person, offer, _ in village.diary.unfilled:
        needs.put_off(village, village.people[person], village.offers[offer].product)
    for order in ordered:
        if order.seller >= 0 and village.resellers[order.seller].person != order.person:
            village.resellers[order.seller].profit_day = village.day
