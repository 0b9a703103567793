"""Days lived in one go leave behind, byte for byte, what the days one by one leave behind."""

from __future__ import annotations

import numpy as np
import pytest

from sim.exchange.events import Events
from sim.ledger.goods import Place
from sim.model import stretch
from sim.model.mesa_model import SocialCommerceModel
from sim.model.run import finish
from sim.verification.quiet import quiet
from tests.reference.copying import columns_of_state
from tests.reference.scenarios import spec_of

TALK = {"enabled": True, "constant_rate": 1.0, "contact": (0.05,) * 4, "show": (0,) * 4, "shift": 0, "days": 10,
        "silence": "geometric", "first_customers": True}
RING = {"kind": "small_world", "ties_per_person": 10, "rewire": 0.1}


def rumour(people=1500, days=70, network=RING, product=None, brand=None, **talk):
    return quiet(people, days, brand={"seed_customers": 60} | (brand or {}), network=network, product=product,
                 word_of_mouth=TALK | talk)


SPECS = {
    "alike": rumour,
    "by_layer": lambda: rumour(contact=(0.3, 0.1, 0.2, 0.02)),
    "hubs": lambda: rumour(network={"kind": "scale_free"}, contact=(0.01,) * 4),
    "told_for_days": lambda: rumour(silence="fixed", days=6),
    "certain_to_be_told": lambda: rumour(contact=(1,) * 4, days=1),
    "complaints": lambda: rumour(product={"quality": 0.2}),
    "out_of_money": lambda: rumour(brand={"cash": "300 CNY"}, product={"price": "2 CNY"}),
    "used_up_on_the_way": lambda: rumour(people=1503, product={"uses_days": 900}, days=120),
    "long": lambda: rumour(people=501, days=400, contact=(0.008,) * 4),
}


def days_one_by_one(spec):
    model = SocialCommerceModel(spec, collect=False)
    while model.running:
        model.step()
    return model


def in_one_go(spec, threads=1):
    model = SocialCommerceModel(spec, collect=False, threads=threads)
    finish(model)
    return model


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", SPECS)
def test_every_byte_is_that_of_the_days_one_by_one(name: str, threads: int) -> None:
    spec = SPECS[name]()
    assert stretch.possible(spec)
    one, go = days_one_by_one(spec), in_one_go(spec, threads)
    assert one.state.day == go.state.day == spec.days == go.steps
    mine, theirs = columns_of_state(one.state), columns_of_state(go.state)
    assert [column for column in mine if mine[column].tobytes() != theirs[column].tobytes()] == []
    first, second = one.record(), go.record()
    assert [k for k in first.daily if first.daily[k].tobytes() != second.daily[k].tobytes()] == []
    assert repr(first.summary) == repr(second.summary)
    assert one.state.recorder.marks == go.state.recorder.marks
    assert first.daily["buyers"][-1] > 61, "nobody was won over"
    for table in vars(Events()):
        columns = vars(getattr(one.state.yesterday, table))
        assert all(np.array_equal(columns[c], getattr(getattr(go.state.yesterday, table), c)) for c in columns)
    for names in zip(one.state.world.talkers.active + one.state.world.talkers.fresh,
                     go.state.world.talkers.active + go.state.world.talkers.fresh, strict=True):
        assert np.array_equal(*names)
    assert not go.state.world.scratch.mark.any()
    assert one.state.world.next_order == go.state.world.next_order


@pytest.mark.parametrize("name", ["alike", "out_of_money"])
def test_the_books_are_those_of_the_days_one_by_one(name: str) -> None:
    spec = SPECS[name]()
    one, go = days_one_by_one(spec).state.ledger, in_one_go(spec).state.ledger
    assert np.array_equal(one.statement, go.statement)
    assert np.array_equal(one.balances.value, go.balances.value)
    assert go.balances.value.sum() == 0
    for what in ("cash", "inventory", "payables", "receivables"):
        assert np.array_equal(one.closing(what), go.closing(what))
    mine, theirs = one.flows.table(), go.flows.table()
    assert all(np.array_equal(mine[column], theirs[column]) for column in mine)
    assert all(np.array_equal(one.goods.at(place), go.goods.at(place)) for place in Place)


def test_stretches_are_really_lived_in_one_go() -> None:
    model = SocialCommerceModel(rumour(), collect=False)
    assert stretch.live(model.state) == 0, "the first day is lived as usual"
    model.step()
    lived = stretch.live(model.state)
    assert lived > 10
    assert model.state.day == 1 + lived


@pytest.mark.parametrize("change", [
    {"word_of_mouth": TALK | {"shift": 1.0}}, {"word_of_mouth": TALK | {"show": (0.1,) * 4}}, {"belief": {"mode": "learning"}},
    {"word_of_mouth": TALK | {"constant_rate": None}}, {"choice": {"mode": "logit"}}, {"experience": {"noise": 0.1}},
    {"experience": {"moves_trust": True}}, {"repurchase": {"need_rate": 0.1}}, {"choice": {"impulse": 0.5}}])
def test_a_market_with_anything_else_is_lived_day_by_day(change: dict) -> None:
    mechanisms = {"word_of_mouth": TALK} | change
    assert not stretch.possible(quiet(100, 9, network=RING, brand={"seed_customers": 9}, **mechanisms))


def test_sellers_and_shocks_are_lived_day_by_day() -> None:
    assert not stretch.possible(spec_of("community"))
    assert not stretch.possible(quiet(100, 9, network=RING, word_of_mouth=TALK,
                                      shocks=[{"kind": "account_ban", "day": 3, "share": 1.0}]))


def test_an_audited_run_checks_every_day() -> None:
    from sim.model.run import run_once

    seen = []
    record = run_once(rumour(days=30), 0, audit=True, each_day=seen.append)
    assert seen == list(range(1, 31))
    assert record.daily["buyers"][-1] > 61
