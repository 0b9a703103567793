"""Short ways to write what strategies propose, for the tests of composition and budgets."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.exchange.actions import Actions, Invite, Offer, Post, Spend, Table, Tend, rows
from sim.exchange.compose import DayPlan, compose
from sim.exchange.limits import Limits
from sim.exchange.offers import OfferSpace

SPACE = OfferSpace(n_offers=10, n_shops=2, n_queues=2, brand_of=(0, 1))


def limits(cash: int | tuple[int, ...] = 1_000_000) -> Limits:
    pots = (cash, cash) if isinstance(cash, int) else cash
    return Limits(np.array(pots, np.int64), SPACE, n_people=100, n_channels=5, n_members=50, n_resellers=20)


def offer(number: int, price: int = 12_800, **changes: Any) -> Offer:
    return Offer(**({"offer": number, "product": 0, "price_fen": price, "list_price_fen": 12_800, "claim": 0.7} | changes))


def acts(*tables: Table, offers: tuple[Offer, ...] = ()) -> Actions:
    return Actions(offers=offers, tables=tables)


def post(channel: Any = 0, number: Any = 0, items: Any = 1.0, commercial: Any = 0.2, value: Any = 0.4,
         visibility: Any = 1.0, lasting: Any = 0) -> Post:
    return rows(Post, channel=channel, offer=number, items=items, commercial=commercial, value=value,
                visibility=visibility, lasting=lasting)


def spend(amount: Any, brand: Any = 0, purpose: int = Purpose.MEDIA) -> Spend:
    return rows(Spend, brand=brand, payee_account=int(Account.PLATFORM), payee_owner=0, amount_fen=amount,
                purpose=int(purpose))


def tend(channel: Any = 0, spend: Any = -1, **changes: Any) -> Tend:
    columns: dict[str, Any] = {"host_hours": 0.0, "packet_fen": 0, "packets": 0, "rules": 0.0, "fit": 0.0,
                               "prune_idle_days": 0, "fake_accounts": 0, "fee_fen": 0, "screen": 0}
    return rows(Tend, channel=channel, spend=spend, **(columns | changes))


def invite(sponsor: Any, *, invitee: Any = -1, channel: Any = 0, tier: Any = -1, sponsor_fen: Any = 0,
           invitee_fen: Any = 0, buy_in: Any = 0, income: Any = 0) -> Invite:
    return rows(Invite, sponsor=sponsor, invitee=invitee, channel=channel, role_tier=tier, brand=0,
                reward_sponsor_fen=sponsor_fen, reward_invitee_fen=invitee_fen, buy_in_fen=buy_in,
                perceived_income_fen=income)


def plan_of(cash: int | tuple[int, ...] = 1_000_000, **proposals: Actions) -> DayPlan:
    return compose(proposals, limits(cash))
