"""Experience: falling short costs trust and satisfaction, exaggeration sells today, and each switch switches off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.mechanisms.experience import moved
from sim.verification.quiet import days_of, finished, quiet, saved
from tests.conformance.strategies import Feed, Feeds, Sharers, Terms

if TYPE_CHECKING:
    from pathlib import Path

    from sim.model.state import RunState

PEOPLE = 800


def lived(days: int = 1, quality: float = 0.72, prior: float = 0.5, claim: float | None = None,
          **experience: Any) -> RunState:
    """Everybody buys once (in `days` > 1 every day) with expectation `prior` from a feed trusted .5."""
    seller = Feeds(offers=(Terms(claim=claim),), feeds=(Feed(followers=PEOPLE),))
    calm = {"noise": 0, "defect": 0, "return_base": 0, "return_disappointed": 0, "moves_trust": True}
    return finished(quiet(PEOPLE, days, [seller], product={"quality": quality}, population={"prior_quality": prior},
                          experience=calm | experience, repurchase={"mode": "always"}))


def test_one_delivery_without_noise_is_the_equation() -> None:
    state = lived(quality=0.72, prior=0.5)
    d = 0.72 - 0.5 + 0.1
    assert state.world.people.satisfaction[:, 0] == pytest.approx(d, rel=1e-6)
    assert state.world.people.brand_trust[:, 0] == pytest.approx(0.2 + 0.1 * d / 0.15 * 0.8, rel=1e-6)
    state = lived(quality=0.3, prior=0.7)
    d = 0.3 - 0.7 + 0.1
    assert state.world.people.satisfaction[:, 0] == pytest.approx(2 * d, rel=1e-6)
    assert state.world.people.brand_trust[:, 0] == pytest.approx(0.2 + 0.25 * (1 - 0.5 * 0.5) * d / 0.15 * 0.2,
                                                                 rel=1e-5)


def test_the_tolerance_zone_forgives_a_small_shortfall() -> None:
    small = lived(quality=0.62, prior=0.7)  # short by .08
    assert (small.world.people.satisfaction[:, 0] > 0).all()
    strict = lived(quality=0.62, prior=0.7, tolerance=0.0)
    assert (strict.world.people.satisfaction[:, 0] < 0).all()


def test_losses_weigh_more_than_gains() -> None:
    up = lived(quality=0.7, prior=0.5, tolerance=0.0).world.people.satisfaction[0, 0]
    down = lived(quality=0.5, prior=0.7, tolerance=0.0).world.people.satisfaction[0, 0]
    assert down == pytest.approx(-2 * up)
    assert moved(0.5, 1.0, 0.1, 0.25) - 0.5 < 0.5 - moved(0.5, -1.0, 0.1, 0.25)
    assert moved(0.5, 100.0, 0.1, 0.25) == 1.0
    assert moved(0.5, -100.0, 0.1, 0.25) == 0.0


def test_experience_that_moves_no_trust() -> None:
    state = lived(days=5, quality=0.1, prior=0.9, moves_trust=False)
    assert (state.world.people.brand_trust == np.float32(0.2)).all()
    assert (state.world.audiences.trust[:PEOPLE] == 0.5).all()
    assert (state.world.people.satisfaction[:, 0] < 0).all()


def seller_claiming(claim: float, days: int, *, moves_trust: bool) -> RunState:
    """A market that learns: people choose by belief and trust, and buy again."""
    seller = Feeds(offers=(Terms(claim=claim),), feeds=(Feed(followers=PEOPLE, trust=0.5),))
    return finished(quiet(
        PEOPLE, days, [seller], product={"quality": 0.6}, belief={"mode": "learning"}, repurchase={"mode": "always"},
        experience={"noise": 0.15, "moves_trust": moves_trust},
        choice={"mode": "logit", "b_quality": 4.0, "b_need": 0, "b_trust": 3.0, "doors": {"feed": -6.5}}))


def test_exaggeration_sells_today_and_costs_trust_tomorrow() -> None:
    honest, boastful = (seller_claiming(c, 40, moves_trust=True) for c in (0.6, 1.0))
    first = [s.recorder.series["first_orders"][:10].sum() for s in (honest, boastful)]
    assert first[1] > 1.2 * first[0]
    trusts = [float(s.world.audiences.trust[:PEOPLE].mean()) for s in (honest, boastful)]
    assert trusts[1] < trusts[0] - 0.03
    calm = [seller_claiming(c, 40, moves_trust=False) for c in (0.6, 1.0)]
    assert all((s.world.audiences.trust[:PEOPLE] == 0.5).all() for s in calm)
    assert calm[1].recorder.series["orders"].sum() > calm[0].recorder.series["orders"].sum()


def test_returns_grow_with_disappointment_and_stop_without_both_causes() -> None:
    def returned(quality: float, base: float, slope: float) -> float:
        state = lived(quality=quality, prior=0.7, return_base=base, return_disappointed=slope)
        return float(state.recorder.series["returns"].sum()) / PEOPLE

    assert returned(0.1, 0.0, 0.0) == 0
    for quality, base, slope in ((0.7, 0.2, 0.5), (0.1, 0.0, 0.5), (0.1, 0.1, 0.6)):
        expected = base + slope * max(0.0, 0.7 - quality - 0.1)
        assert returned(quality, base, slope) == pytest.approx(expected,
                                                               abs=4 * np.sqrt(expected * (1 - expected) / PEOPLE))


def test_what_comes_back_can_be_sold_again_unless_it_was_defective() -> None:
    state = lived(return_base=1.0, resaleable=1.0)
    assert state.world.spare[0] == PEOPLE
    state = lived(return_base=1.0, resaleable=0.0)
    assert state.world.spare[0] == 0
    state = lived(return_base=1.0, resaleable=1.0, defect=1.0)
    assert state.world.spare[0] == 0
    assert (state.world.people.satisfaction[:, 0] == -2.0).all()


def test_a_defect_can_end_the_tie_it_came_through(tmp_path: Path) -> None:
    pairs = 2_000
    speaker = np.arange(pairs) * 2
    severed = {}
    for sever in (0.0, 0.4):
        folder = tmp_path / str(sever)
        folder.mkdir()
        network = saved(folder, speaker, speaker + 1, 2 * pairs, trust=np.where(np.arange(pairs) % 2, 0.6, -0.6))
        seller = Feeds(feeds=(Feed(people=tuple(speaker.tolist()), first_day=1, last_day=1),))
        spec = quiet(2 * pairs, 3, [seller], network=network, word_of_mouth={"enabled": True, "constant_rate": 1,
                     "contact": (0, 0, 0, 1)}, experience={"defect": 0.5, "sever": sever, "moves_trust": True,
                                                           "trust_gain": 0, "trust_loss": 0})
        *_, (state, day) = days_of(spec)
        weight = state.world.ties.weight
        assert ((weight >> 15) == (np.arange(pairs) % 2 == 0)).all()  # distrust stays distrust, severed or not
        through = day.events.ordered.path_row
        severed[sever] = float(((weight[through] & 32767) == 0).mean())
        assert len(through) > 500
    assert severed[0.0] == 0
    assert severed[0.4] == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 900))


def test_the_expectation_is_the_belief_at_purchase() -> None:
    seller = Feeds(feeds=(Feed(followers=50, last_day=0),))
    ((_, day),) = days_of(quiet(50, 1, [seller], population={"prior_quality": 0.37}))
    assert day.events.ordered.expectation == pytest.approx(0.37, rel=1e-6)


def test_a_defect_shocks_by_its_own_units_and_not_by_the_gap() -> None:
    for units in (0.0, 2.0):
        state = lived(defect=1.0, defect_units=units, sever=0.0)
        expected = 0.2 * (1 - 0.25 * (1 - 0.5 * 0.5) * units)
        assert state.world.people.brand_trust[:, 0] == pytest.approx(expected, rel=1e-5)


def test_distrust_answers_the_other_way_round(tmp_path: Path) -> None:
    """What pleases makes it smaller, what disappoints greater; it never becomes trust."""
    sizes = {}
    for quality in (0.9, 0.3):
        folder = tmp_path / str(quality)
        folder.mkdir()
        network = saved(folder, np.array([0]), np.array([1]), 10, trust=-0.5)
        seller = Sharers(people=(0,))
        spec = quiet(10, 1, [seller], network=network, product={"quality": quality}, attention={"mode": "all"},
                     experience={"moves_trust": True, "tolerance": 0.0})
        sizes[quality] = float(finished(spec).world.ties.trust()[0])
    assert -0.5 < sizes[0.9] < 0
    assert -1 <= sizes[0.3] < -0.5


@pytest.mark.parametrize(("kind", "base", "live", "expected"), [
    ("live", 0.05, 0.1, 0.15), ("feed", 0.05, 0.1, 0.05), ("live", 0.05, 0.0, 0.05), ("live", 1.0, 0.3, 1.0)])
def test_what_is_bought_at_a_live_event_comes_back_more_often(kind: str, base: float, live: float,
                                                              expected: float) -> None:
    seller = Feeds(feeds=(Feed(followers=PEOPLE, kind=kind),))
    series = finished(quiet(PEOPLE, 10, [seller], repurchase={"mode": "always"},
                            experience={"return_base": base, "return_live": live})).recorder.series
    orders = series["orders"].sum()
    assert orders == 10 * PEOPLE
    assert abs(series["returns"].sum() / orders - expected) <= 4 * np.sqrt(expected * (1 - expected) / orders)


@pytest.mark.parametrize("warmth", [0.0, 0.7, 1.0])
def test_warmth_scales_what_the_path_gains_and_nothing_else(warmth: float) -> None:
    def trusts(quality: float) -> tuple[float, float]:
        seller = Feeds(offers=(Terms(warmth=warmth),), feeds=(Feed(followers=20, trust=0.5),))
        calm = {"noise": 0, "defect": 0, "return_base": 0, "moves_trust": True}
        state = finished(quiet(20, 1, [seller], product={"quality": quality}, experience=calm))
        return float(state.world.audiences.trust[0]), float(state.world.people.brand_trust[0, 0])

    gain, brand = trusts(0.72)
    u = (0.72 - 0.5 + 0.1) / 0.15
    assert gain == pytest.approx(0.5 + warmth * 0.1 * u * 0.5, rel=1e-6)
    assert brand == pytest.approx(0.2 + 0.1 * u * 0.8, rel=1e-6)
    loss, brand = trusts(0.1)
    u = (0.1 - 0.5 + 0.1) / 0.15
    assert loss == pytest.approx(0.5 + 0.25 * 0.75 * u * 0.5, rel=1e-5)
    assert brand == pytest.approx(0.2 + 0.25 * 0.75 * u * 0.2, rel=1e-5)
