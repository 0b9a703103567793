"""Sensitivity through the whole path: designs, runs, indices, and what is told when something is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.errors import RunError, ScenarioError
from sim.experiment.grid import Field
from sim.experiment.levers import Laid, levers_of
from sim.experiment.play import How
from sim.experiment.sensitivity import Asked, sensitivity
from sim.records.run_store import RunStore
from sim.scenario.resolve import resolve
from tests.integration.study_model import ISHIGAMI_FIRST, ISHIGAMI_TOTAL

UNIT = ("strategies.paid_ads.cpm_drift=0..1", "brand.product.quality=0..1", "brand.product.claimed_quality=0..1")


@pytest.fixture
def field(tmp_path):
    """Return a function that opens a field with a stand-in for the model."""
    with RunStore(tmp_path / "store") as store:
        yield lambda name="": Field(store, How(workers=1, **({"model": f"tests.integration.study_model:{name}"} if name else {})))


def test_ishigamis_indices_lie_in_their_intervals(field):
    found = sensitivity("paid_ads", Asked(UNIT, "sobol", points=32, replications=2), field("ishigami"))
    order = [UNIT.index(f"{lever.path}=0..1") for lever in found.levers]
    for name, known in (("first", ISHIGAMI_FIRST), ("total", ISHIGAMI_TOTAL)):
        for lever, k in zip(found.levers, order, strict=True):
            assert lever.indices[name].low <= known[k] <= lever.indices[name].high, (name, lever.path)
    assert found.noise == pytest.approx(0, abs=1e-9), "luck that all points share is no noise"
    assert found.runs == 32 * 5 * 2
    assert [lever.indices["total"].mean for lever in found.levers] == sorted(
        (lever.indices["total"].mean for lever in found.levers), reverse=True)


def test_noise_of_its_own_is_told(field):
    found = sensitivity("paid_ads", Asked(UNIT, points=10, replications=4), field("noisy"))
    assert 0.3 < found.noise < 1
    assert found.levers[0].indices["mu_star"].low >= 0


def test_undefined_values_cost_their_block_only(field):
    found = sensitivity("paid_ads", Asked(UNIT, points=8, replications=1), field("sometimes"))
    assert 0 < found.blocks_lost < 8
    lever = next(one for one in found.levers if one.path == "brand.product.quality")
    assert lever.indices["mu_star"].mean == pytest.approx(1)
    with pytest.raises(RunError, match="undefined in every run"):
        sensitivity("paid_ads", Asked(UNIT, points=4, replications=1, outcome="ltv_fen"), field("ishigami"))


def test_a_whole_number_moves_by_whole_steps(field):
    """From 1 to 3 the line rises by 24, also where a step of 2/3 of the range had to be one of 1/2."""
    asked = Asked(("strategies.dual_rebate.recruits.visible=1..3",), points=8, replications=1)
    found = sensitivity("dual_rebate", asked, field("counted")).levers[0].indices
    assert (found["mu_star"].mean, found["mu_star"].low, found["mu_star"].high) == pytest.approx((24, 24, 24))
    sobol = sensitivity("dual_rebate", Asked(asked.levers, "sobol", points=64, replications=1), field("counted"))
    taken = [point["levers"]["strategies.dual_rebate.recruits.visible"] for point in sobol.points]
    assert {value: round(taken.count(value) / len(taken), 1) for value in set(taken)} == {1.0: 0.3, 2.0: 0.3, 3.0: 0.3}
    assert sobol.levers[0].indices["total"].mean == pytest.approx(1, abs=0.1)


def test_a_day_that_is_never_reached_counts_as_the_last(field):
    asked = Asked(UNIT[:1], points=6, replications=2, outcome="payback_day", days=200)
    found = sensitivity("paid_ads", asked, field("gusts"))
    assert found.blocks_lost == 0
    for point in found.points:
        day = 10 + 40 * point["levers"]["strategies.paid_ads.cpm_drift"]
        assert point["values"] == pytest.approx([day, 200 if day < 30 else day])


def test_the_tornado_runs_from_low_to_high(field):
    found = sensitivity("paid_ads", Asked(UNIT, points=12, replications=1), field("sometimes"))
    lever = next(one for one in found.levers if one.path == "brand.product.quality")
    assert lever.at_low.mean < found.mean < lever.at_high.mean


def test_small_worlds_and_money(field):
    found = sensitivity("paid_ads", Asked(("strategies.paid_ads.daily_budget=100..600",), points=2, replications=2, people=300, days=15,
                                          overrides=("brand.seed_customers=30", "network.ties_per_person=20")), field())
    lever = found.levers[0]
    assert (lever.low, lever.high, lever.unit) == (10_000, 60_000, "fen")
    assert lever.indices["mu_star"].mean > 0
    assert {point["levers"][lever.path] for point in found.points} <= {10_000, 26_667, 43_333, 60_000}


def laid():
    return Laid("paid_ads", resolve("paid_ads").spec)


def test_ranges_are_those_that_were_declared():
    lever = levers_of(laid(), ["strategies.paid_ads.cpm"])[0]
    assert (lever.low, lever.high, lever.value, lever.unit, lever.is_whole) == (2_000, 12_000, 6_000, "fen", True)
    assert lever.label["en"].startswith("Price of a thousand")
    assert lever.label["zh"] == "千次展示价"


def test_without_levers_all_declared_numbers_of_the_strategies_are_taken():
    found = levers_of(laid(), [])
    assert {"strategies.paid_ads.cpm", "strategies.paid_ads.cpm_drift"} <= {lever.path for lever in found}
    assert all(lever.low < lever.high and all(lever.label.values()) for lever in found)
    for name in ("community", "influencer", "direct_sales", "dual_rebate"):
        one = Laid(name, resolve(name).spec)
        for lever in levers_of(one, []):
            for end in (lever.low, lever.high):
                one.at({lever.path: lever.written(end)})


def test_a_lever_moves_what_it_names_and_nothing_else():
    one = laid()
    moved = one.at({"strategies.paid_ads.cpm": "4500 fen", "brand.product.quality": 0.5})
    assert moved.strategies[0].cpm == 4_500
    before, after = one.spec.model_dump(mode="json"), moved.model_dump(mode="json")
    after["strategies"][0]["cpm"], after["brand"]["product"]["quality"] = (
        before["strategies"][0]["cpm"], before["brand"]["product"]["quality"])
    assert before == after


@pytest.mark.parametrize(("text", "said"), [
    ("strategies.paid_ads.cpn", "did you mean 'cpm'"),
    ("strategies.paid_adds.cpm", "did you mean 'paid_ads'"),
    ("strategies.paid_ads.daily_budget", "no range is declared"),
    ("strategies.paid_ads.kind", "not a single number"),
    ("strategies.paid_ads.cpm=5", "no range"),
    ("strategies.paid_ads.cpm=90..20", "below the second"),
    ("strategies.paid_ads.cpm=..20", "no range"),
    ("strategies.paid_ads.cpm=a..b", "cpm"),
    ("brand.product.quality=0.1..7", "quality"),
    ("days", "no range is declared"),
    ("nothing", "no 'nothing' there"),
])
def test_a_wrong_lever_is_told(text, said):
    with pytest.raises(ScenarioError, match=said):
        levers_of(laid(), [text])


def test_a_lever_named_twice_is_told():
    with pytest.raises(ScenarioError, match="twice"):
        levers_of(laid(), ["strategies.paid_ads.cpm", "strategies.paid_ads.cpm=20..30"])


def test_the_design_depends_on_the_seed_alone(field):
    one, other, third = (sensitivity("paid_ads", Asked(UNIT, points=3, replications=1, seed=seed), field("ishigami"))
                         for seed in (1, 1, 2))
    assert [point["levers"] for point in one.points] == [point["levers"] for point in other.points]
    assert other.kept == other.runs
    assert not np.array_equal([p["mean"] for p in one.points], [p["mean"] for p in third.points])
