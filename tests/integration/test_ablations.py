"""A cause is named only where an ablation shows it: played on the same luck, stored, told on the page."""

from __future__ import annotations

import pytest

from sim.api import compare, load
from sim.cli.standing import extras_of
from sim.experiment.ablate import ablated
from sim.report.page import render_page
from sim.scenario.resolve import resolve

SIZE = {"people": 600, "days": 40, "overrides": ["network.ties_per_person=20", "brand.seed_customers=60"]}


def specs():
    return [resolve(name, SIZE["overrides"], people=600, days=40).spec for name in ("community", "paid_ads")]


def test_the_declared_mechanism_is_off_and_nothing_else_differs():
    one, other = ablated(specs())
    assert one.spec.mechanisms.word_of_mouth.enabled is False
    assert other.spec.mechanisms.repurchase.memory == 0
    before = specs()[0].model_dump(mode="json")
    after = one.spec.model_dump(mode="json")
    before["mechanisms"]["word_of_mouth"]["enabled"] = False
    assert after == before


def test_a_market_without_sellers_has_nothing_to_switch_off():
    assert ablated([resolve("base", []).spec]) == []


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("ablations") / "kept"
    return compare(["community", "paid_ads"], replications=4, workers=1, ablations=3, out=out, **SIZE), out


def test_effects_are_paired_with_the_comparison(result):
    data = result[0].data
    first = next(a for a in data.ablations if a.strategy == "community")
    assert first.with_it == pytest.approx(data.values("community", "profit_fen")[:3].mean())
    assert first.low <= first.change <= first.high
    assert first.without_it < first.with_it, "talk brings buyers, so profit falls without it"


def test_they_are_stored_and_told(result):
    data = load(result[1]).data
    assert data.ablations == result[0].data.ablations
    page = render_page(data, "en", extras_of(data))
    assert "word of mouth switched off" in page
    assert 'id="table-ablations"' in page


def test_none_are_played_unless_asked_for():
    plain = compare(["community"], replications=2, workers=1, **SIZE)
    assert plain.data.ablations == []
