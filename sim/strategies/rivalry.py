"""Spies and copying (对手间谍): what a brand learns in its rivals' groups, and how it undercuts them.

A brand asks some of its own members to sit in the groups of other brands. There they neither read nor buy;
they pass on what is offered to members. A price can be copied within a day, experience and trust cannot.

    a week:   put new people into rival groups until `spies` of them sit there
    a day:    price = min(own price, rival's members' price (1 - undercut)), never below the cost of a unit

Sources: G12, G19 and C5 of the trade press (domain 1A) and claim 44 (domain 1B) as hypotheses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.exchange.actions import Enrol, rows
from sim.exchange.view import ProductFacts, View

Ints = NDArray[np.int64]
_WEEK = 7


def sent(view: View, wanted: int, used: Ints) -> Enrol | None:
    """Return the people who are sent into rival groups today, or None.

    Parameters
    ----------
    wanted : int
        Spies that should sit in rival groups, all together; dealt out evenly, the first groups first.
    used : int64 (n,)
        People sent before: nobody goes twice.
    """
    groups = view.rival_channels
    if wanted <= 0 or view.day % _WEEK or not len(groups):
        return None
    each = wanted // len(groups) + (np.arange(len(groups)) < wanted % len(groups))
    where = np.repeat(groups, np.maximum(each - view.spies(groups), 0))
    free = [who[~np.isin(who, used)] for who in (view.people(view.rows(int(c))) for c in view.channels)]
    # Another start each time, so that somebody whom a rival knows already does not stand in the way for good.
    who = np.roll(np.concatenate([*free, np.empty(0, np.int64)]), -view.day)[: len(where)]
    if not len(who):
        return None
    enrol: Enrol = rows(Enrol, person=who, channel=where[: len(who)], tier=np.full(len(who), -1), brand=view.brand,
                        upline=-1, buy_in_fen=0)
    return enrol


def copied_price(view: View, product: ProductFacts, own_fen: int, undercut: float) -> int:
    """Return the price that matches, or undercuts, what spies see rivals' members pay for goods of the same kind."""
    seen = view.rival_offers()
    prices = seen.price_fen[seen.category == product.category]
    if not len(prices):
        return own_fen
    lowest = int(prices.min())
    cost = product.unit_cost_fen + product.delivery_fen
    return min(own_fen, max(lowest - int(lowest * undercut), cost))
