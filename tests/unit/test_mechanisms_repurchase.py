"""Need and memory: who owns the audience is remembered, and without memory nobody buys from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.exchange.events import PathKind
from sim.mechanisms.repurchase import gamma_draw
from sim.verification.quiet import days_of, finished, quiet
from tests.conformance.strategies import Feed, Feeds

PEOPLE = 1_000


def repeat_orders(days: int = 90, strategies: Any = (), **repurchase: Any) -> list[tuple[int, int]]:
    """Return (day, door) of every order of seed customers who use a unit in 20 days."""
    spec = quiet(PEOPLE, days, strategies, brand={"seed_customers": PEOPLE}, product={"uses_days": 20},
                 choice={"mode": "certain", "impulse": 0, "impulse_in_use": 0},
                 repurchase={"mode": "occasions", "need_rate": 0, "spread": 0, "memory": 36_000} | repurchase)
    return [(day.number, int(kind)) for _, day in days_of(spec) for kind in day.events.ordered.path_kind]


def test_consumption_brings_everybody_back_when_the_unit_is_used_up() -> None:
    orders = repeat_orders()
    assert {door for _, door in orders} == {PathKind.MEMORY}
    per_person = len(orders) / PEOPLE
    assert per_person == pytest.approx(90 / 20, abs=0.05)
    days = np.bincount([day for day, _ in orders], minlength=90)
    # Part-used first units are spread evenly over twenty days; hardly anybody forgets within 36,000.
    assert PEOPLE - 3 <= days[:20].sum() <= PEOPLE
    assert np.abs(days[:20] - days[20:40]).sum() <= 4


def test_without_memory_nobody_comes_back_by_themselves() -> None:
    assert {day for day, _ in repeat_orders(memory=0)} == {0}  # whose unit ends on the day it was bought
    assert not repeat_orders(mode="off")
    assert not repeat_orders(mode="always")


def test_memory_fades_with_its_time_constant() -> None:
    """Nobody is contacted, so the first repeat comes with chance e^(-days since day 0 / memory)."""
    memory = 15.0
    first = np.array([day for day, _ in repeat_orders(days=20, memory=memory)])
    expected = np.exp(-np.arange(20) / memory).mean()
    assert len(first) / PEOPLE == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / PEOPLE))


def test_a_channel_of_ones_own_keeps_memory_fresh() -> None:
    own = Feeds(feeds=(Feed(followers=PEOPLE, commercial=0.0, value=1.0),))
    alone, owned = (len(repeat_orders(memory=10.0, strategies=s)) for s in ((), [own]))
    assert owned > 3 * alone


def test_new_needs_come_at_their_rate_and_close_after_the_window() -> None:
    rate, window = 0.01, 3
    spec = quiet(5_000, 40, repurchase={"mode": "occasions", "need_rate": rate, "window": window,
                                        "mean_interest": 0.25})
    opened = np.zeros(5_000, np.int64)
    for state, day in days_of(spec):
        fresh = state.world.people.open_until[:, 0] == day.number + window - 1
        opened += fresh
    interest = state.world.people.interest[:, 0].astype(float)
    keen, cool = opened[interest > 0.5].mean(), opened[interest < 0.25].mean()
    # Renewal with rate r and a dead time of the window: about days / (1 / r + window) occasions.
    assert keen == pytest.approx(40 / (1 / (rate * interest[interest > 0.5].mean() / 0.25) + window), rel=0.1)
    assert keen > 4 * cool


def test_no_need_rate_no_need() -> None:
    state = finished(quiet(500, 30, repurchase={"mode": "occasions", "need_rate": 0}))
    assert (state.world.people.open_until == -1).all()


def test_bgnbd_customers_who_are_dissatisfied_drop_out_sooner() -> None:
    """Seed customers know what to expect, so they are a little pleased, or all units are defective."""
    counts = {}
    for weight in (0.0, 1.0):
        for defect in (0.0, 1.0):
            spec = quiet(PEOPLE, 200, brand={"seed_customers": PEOPLE}, experience={"defect": defect},
                         repurchase={"mode": "bgnbd", "bgnbd": {"speed": 6, "satisfaction": weight}})
            counts[weight, defect] = int(finished(spec).world.people.orders[:, 0].sum())
    assert counts[0.0, 0.0] == counts[0.0, 1.0]
    assert counts[1.0, 0.0] > counts[0.0, 0.0] > counts[1.0, 1.0]


def test_bgnbd_customers_whose_order_is_not_filled_ask_again_at_their_rate() -> None:
    """Out of stock nobody buys, so nobody drops out: the clocks go on as Poisson processes."""
    days = 60
    spec = quiet(PEOPLE, days, brand={"seed_customers": PEOPLE}, product={"stock": 0},
                 repurchase={"mode": "bgnbd", "bgnbd": {"speed": 6}})
    asked = np.zeros(PEOPLE)
    for state, day in days_of(spec):
        np.add.at(asked, day.events.unfilled.person, 1)
        assert len(day.events.ordered) == 0
        assert (state.world.agendas[0].day > day.number).all()
    rate = state.world.clocks[0].rate.astype(float)
    # Those who buy less than twice a week hardly ever ring twice a day, which would put a ring off to the next day.
    slow = rate < 2 / 7
    expected = rate[slow].sum() * days
    assert asked[slow].sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert np.count_nonzero(asked > 1) > PEOPLE / 4


def test_memory_of_an_offer_that_is_gone_leads_to_the_shop() -> None:
    class Brief(Feeds):
        id: str = "brief"

        def offered(self, view: Any) -> Any:
            return super().offered(view) if view.day < 3 else ()

    seller = Brief(feeds=(Feed(followers=50, last_day=0),))
    spec = quiet(50, 10, [seller], product={"uses_days": 5}, repurchase={"mode": "occasions", "memory": 36_000})
    orders = [(day.number, set(day.events.ordered.offer.tolist())) for _,
              day in days_of(spec) if len(day.events.ordered)]
    assert orders == [(0, {1}), (5, {0})]


@pytest.mark.parametrize("shape", [0.2426, 1.0, 4.0])
def test_gamma_draws_have_mean_and_variance_of_their_shape(shape: float) -> None:
    draws = np.array([gamma_draw(np.uint64(11), k, shape) for k in range(20_000)])
    assert draws.mean() == pytest.approx(shape, abs=4 * np.sqrt(shape / 20_000))
    assert draws.var() == pytest.approx(shape, rel=0.12)
    assert gamma_draw.py_func(np.uint64(11), 5, shape) == draws[5]
