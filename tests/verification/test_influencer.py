"""The roster has its heavy tail, labels drift as written, few buy for fun, and every fen of a slot is accounted for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.model.state import RunState
from sim.strategies.influencer import InfluencerParams
from sim.strategies.roster import cosine, draw_followers, drifted, label_of_fit
from sim.verification import formulas
from sim.verification.quiet import days_of, finished, quiet


@pytest.mark.parametrize("exponent", [2.1, 2.3, 2.6])
def test_followers_have_a_power_law_tail(exponent: float, agree: Any) -> None:
    """Hill's estimator on a roster with hardly any cut-off; its standard error is (exponent - 1) / sqrt(n)."""
    n, least = 4_000, 1_000
    followers = draw_followers(np.uint64(7), n, least, 10**12, exponent)
    hill = 1.0 / np.log((followers + 0.5) / least).mean()
    agree(f"tail exponent {exponent} by Hill", hill + 1.0, exponent, (exponent - 1.0) / np.sqrt(n))


def test_the_tail_is_cut_off_where_the_scenario_says(agree: Any) -> None:
    """Between 300 and 6,000 the mean of the cut-off law is known."""
    a, lo, hi, n = 1.3, 300, 6_000, 4_000
    followers = draw_followers(np.uint64(3), n, lo, hi, a + 1.0)
    assert followers.min() >= lo
    assert followers.max() <= hi
    mean = a / (a - 1.0) * lo * (1.0 - (lo / hi) ** (a - 1.0)) / (1.0 - (lo / hi) ** a)
    agree("mean followers between 300 and 6,000", followers + 0.5, mean)
    assert (draw_followers(np.uint64(3), 5, 800, 800, 2.3) == 800).all()


@pytest.mark.parametrize("fit", [0.0, 0.3, 0.7, 1.0])
def test_a_drawn_label_has_the_fit_asked_for(fit: float) -> None:
    for u in (0.0, 0.3, 0.99):
        label = label_of_fit(fit, 2, 6, u)
        assert float(np.sqrt((label * label).sum())) == pytest.approx(1.0)
        assert float(cosine(label[None], 2)[0]) == pytest.approx(fit)


def test_a_label_drifts_by_its_rate_a_slot() -> None:
    """With the product p and the rest of the label at right angles to it, n slots leave (1 - r)^n of the rest."""
    fit, rate, n = 0.4, 0.005, 200
    label = np.stack([label_of_fit(fit, 0, 6, 0.5)] * 2)
    for _ in range(n):
        label = drifted(label, np.array([1]), 0, rate)
    kept = (1 - rate) ** n
    along, beside = fit * kept + (1 - kept), np.sqrt(1 - fit**2) * kept
    assert cosine(label, 0) == pytest.approx([fit, along / np.hypot(along, beside)])


def sold(roster: list[dict[str, Any]], days: int = 30, **changes: Any) -> RunState:
    """Everybody meets every slot in full; only fit and trust tell the influencers apart."""
    levers = {"kind": "influencer", "roster": roster, "every_days": 1, "fee_per_follower": 0, "discount": 0,
              "commission": 0.2, "drift": 0, "trust": 0}
    # One day's heat is seen in full, so that exposures are as many as followers.
    return finished(quiet(10_000, days, [levers | changes.pop("levers", {})], attention={"mode": "all"},
                          heat={"window": 1}, repurchase={"mode": "always"}, **changes))


def small_odds(p: float) -> dict[str, Any]:
    return {"mode": "logit", "b_quality": 0, "b_need": 0, "b_trust": 0, "b_peers": 0, "b_fatigue": 0,
            "doors": {"live": formulas.logit(p), "feed": formulas.logit(p)}}


@pytest.mark.parametrize("form", ["live", "post"])
def test_few_of_those_who_come_for_fun_buy(form: str, agree: Any) -> None:
    """Domain 4.11: conversion x cos(label, product) x (1 - .8 e), so 1 : .6 : .2 and half of that at half the fit."""
    p, days = 0.01, 30
    for fit, e in ((1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 0.5)):
        state = sold([{"followers": 10_000, "fit": fit, "entertainment": e}], days, choice=small_odds(p),
                     levers={"format": form})
        share = fit * (1 - 0.8 * e)
        expected = share * p / (1 - p + share * p)
        assert expected == pytest.approx(share * p, rel=0.01)
        found = float(state.recorder.series["orders"].sum()) / (10_000 * days)
        agree(f"{form}: conversion at fit {fit}, entertainment {e}", found, expected,
              np.sqrt(expected * (1 - expected) / (10_000 * days)))


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
