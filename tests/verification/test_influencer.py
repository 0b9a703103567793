"""Rosters, labels and slots to the fen; tail, drift and entertainment stand in the book, see `test_book.py`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.model.state import RunState
from sim.strategies.influencer import InfluencerParams
from sim.strategies.roster import cosine, draw_followers, label_of_fit
from sim.verification.quiet import days_of, finished, quiet


def test_the_tail_is_cut_off_where_the_scenario_says() -> None:
    assert (draw_followers(np.uint64(3), 5, 800, 800, 2.3) == 800).all()


@pytest.mark.parametrize("fit", [0.0, 0.3, 0.7, 1.0])
def test_a_drawn_label_has_the_fit_asked_for(fit: float) -> None:
    for u in (0.0, 0.3, 0.99):
        label = label_of_fit(fit, 2, 6, u)
        assert float(np.sqrt((label * label).sum())) == pytest.approx(1.0)
        assert float(cosine(label[None], 2)[0]) == pytest.approx(fit)


def sold(roster: list[dict[str, Any]], days: int = 30, **changes: Any) -> RunState:
    """Everybody meets every slot in full; only fit and trust tell the influencers apart."""
    levers = {"kind": "influencer", "roster": roster, "every_days": 1, "fee_per_follower": 0, "discount": 0,
              "commission": 0.2, "drift": 0, "trust": 0}
    # One day's heat is seen in full, so that exposures are as many as followers.
    return finished(quiet(10_000, days, [levers | changes.pop("levers", {})], attention={"mode": "all"},
                          heat={"window": 1}, repurchase={"mode": "always"}, **changes))


def test_an_audience_off_the_subject_buys_nothing() -> None:
    roster = [{"followers": 5_000, "label": {"food": 1.0}}, {"followers": 5_000, "fit": 0.0}]
    assert sold(roster, 5).recorder.series["orders"].sum() == 0
    assert sold([{"followers": 5_000, "label": {"beauty": 0.2}, "entertainment": 0}], 2).recorder.series["orders"].sum() > 0


def test_fees_and_commissions_to_the_fen() -> None:
    """Each of two influencers is paid for each slot and each order that is kept; what comes back earns nothing."""
    roster = [{"followers": 301, "fit": 1.0}, {"followers": 77, "fit": 1.0}]
    levers = {"kind": "influencer", "roster": roster, "every_days": 3, "fee_per_follower": 0.37, "discount": 0.1,
              "commission": 0.23}
    spec = quiet(2_000, 12, [levers], product={"price": 99.99, "uses_days": 1}, repurchase={"mode": "always"},
                 experience={"return_base": 0.2})
    kept, held, orders = np.zeros(2, np.int64), np.zeros(2, np.int64), 0
    state = None
    for state, day in days_of(spec):
        back = day.events.delivered.order[day.events.delivered.returned > 0]
        first = int(state.seats[0].offers[0])
        for number, offer in zip(day.events.ordered.order.tolist(), day.events.ordered.offer.tolist(), strict=True):
            orders += 1
            kept[offer - first] += number not in back
        owner = day.events.settled.payee_owner - int(state.seats[0].channels[0])
        np.add.at(held, owner, 1)
    assert state is not None
    assert held.tolist() == [4, 4]
    assert 0 < kept.sum() < orders
    price = 9_999 - 999
    assert price == 9_000
    earned = np.array([301, 77]) * 37 * held + kept * (price * 23 // 100)
    assert state.ledger.balance(Account.KOL).tolist() == earned.tolist()
    line = state.ledger.statement[0]
    assert -int(line[Purpose.SLOT_FEE].sum()) == int((np.array([301, 77]) * 37 * held).sum())
    assert -int(line[Purpose.COMMISSION].sum()) == int(kept.sum()) * (price * 23 // 100)
    cost = 1_000 + 100
    back = orders - int(kept.sum())
    stock = int(state.ledger.closing("inventory")[0, -1])
    made = -int(line[Purpose.GOODS].sum())
    assert made - stock <= orders * 1_000
    assert state.ledger.cash_fen(0) == 10_000_000_000 + int(kept.sum()) * price - made - (orders + back) * (
        cost - 1_000) - int(earned.sum())


def test_a_slot_that_cannot_be_paid_in_full_is_not_held() -> None:
    roster = [{"followers": 500, "fit": 1.0}, {"followers": 100, "fit": 1.0}]
    levers = {"kind": "influencer", "roster": roster, "every_days": 2, "fee_per_follower": 1}
    broke = {"cash": 150, "seed_customers": 0}
    spec = quiet(2_000, 8, [levers], brand=broke, choice={"mode": "logit", "impulse": 0}, repurchase={"mode": "off"})
    days = list(days_of(spec))
    paid = [(d.number, int(d.events.settled.payee_owner[0]), int(d.events.settled.paid_fen[0]))
            for _, d in days if len(d.events.settled)]
    assert paid == [(1, 1, 10_000)]
    assert days[-1][0].ledger.cash_fen(0) == 5_000
    assert not any(d.noticed for _, d in days[:1])
    assert days[1][1].noticed > 0


def test_the_roster_is_the_same_in_any_composition() -> None:
    alone = InfluencerParams(n_kols=20)
    others = [{"kind": "community"}, {"kind": "paid_ads"}, InfluencerParams(id="a_rival", n_kols=5)]
    found = []
    for strategies in ([alone], [*others, alone]):
        state = finished(quiet(500, 1, strategies, network={"kind": "small_world"}))
        seat = next(s for s in state.seats if s.name == "influencer")
        members = [np.sort(state.world.audiences.person[state.views[state.seats.index(seat)].rows(int(c))]).tolist()
                   for c in seat.channels]
        found.append((state.world.channels.trust[seat.channels].tolist(), members, seat.book["label"].tolist()))
    assert found[0] == found[1]
