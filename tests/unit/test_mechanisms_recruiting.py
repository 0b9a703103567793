"""Recruiting and exit: what invites and what deters, who is refused and why, who gives up; and off means off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.exchange.events import Reason
from sim.mechanisms.recruiting import contest_score
from sim.verification.formulas import sigma
from sim.verification.quiet import days_of, finished, quiet, saved
from tests.conformance.strategies import Inviters

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = 2_000
CUSTOMERS = tuple(range(0, PEOPLE, 2))
FLAT = {"mode": "logit", "invite_base": 50, "join_base": 0, "join_trust": 0, "join_health": 0, "reseller_base": 0,
        "reseller_trust": 0, "reseller_income": 0, "reseller_cost": 0, "reseller_density": 0}
"""Everybody invites, and every invitation is accepted by even chance."""


@pytest.fixture
def pairs(tmp_path: Path) -> dict[str, Any]:
    """Return a network in which every even person speaks to the next one, trust .6."""
    even = np.array(CUSTOMERS)
    return saved(tmp_path, even, even + 1, PEOPLE, trust=0.6)


def joined(network: dict[str, Any], inviters: Inviters | None = None, **recruiting: Any) -> float:
    """Return the share of invitees who join on day 0."""
    spec = quiet(PEOPLE, 1, [inviters or Inviters(sponsors=CUSTOMERS)], network=network, recruiting=FLAT | recruiting)
    ((_, day),) = days_of(spec)
    return len(day.events.joined) / len(CUSTOMERS)


def about(p: float) -> Any:
    return pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / len(CUSTOMERS)) + 1e-9)


def test_off_nobody_is_invited_and_certain_everybody_joins(pairs: dict[str, Any]) -> None:
    assert joined(pairs, mode="off") == 0
    assert joined(pairs, mode="certain") == 1
    assert joined(pairs) == about(0.5)


def test_invitations_follow_the_logit(pairs: dict[str, Any]) -> None:
    """Nobody has bought, so satisfaction is zero; the list price is 100 yuan."""
    yes = {"join_base": 50}
    for base in (-2.0, 0.0):
        assert joined(pairs, invite_base=base, **yes) == about(sigma(base))
    paid = Inviters(sponsors=CUSTOMERS, reward_sponsor_fen=5_000)
    assert joined(pairs, paid, invite_base=-2.0, invite_reward=3.0, **yes) == about(sigma(-2 + 3 * 0.5))
    assert joined(pairs, paid, invite_base=-2.0, invite_reward=0.0, **yes) == joined(pairs, invite_base=-2.0, **yes)


def test_joining_follows_trust_and_a_one_sided_reward_is_believed_less(pairs: dict[str, Any]) -> None:
    trusting = {"join_base": -1.0, "join_trust": 2.0, "paid_discount": 0.35}
    free, paid, both = (Inviters(sponsors=CUSTOMERS, reward_sponsor_fen=a, reward_invitee_fen=b)
                        for a, b in ((0, 0), (500, 0), (500, 500)))
    assert joined(pairs, free, **trusting) == about(sigma(-1 + 2 * 0.6))
    assert joined(pairs, paid, **trusting) == about(sigma(-1 + 2 * 0.6 * 0.65))
    assert joined(pairs, both, **trusting) == joined(pairs, free, **trusting)
    assert joined(pairs, paid, **trusting | {"paid_discount": 0}) == joined(pairs, free, **trusting)


def test_a_lively_group_is_joined_more(pairs: dict[str, Any]) -> None:
    assert joined(pairs, join_base=-1, join_health=2.0) == about(sigma(-1 + 2 * 0.5))


def test_buyers_asked_by_the_brand_join_with_their_own_chance(pairs: dict[str, Any]) -> None:
    for chance in (0.0, 0.2, 1.0):
        asked = Inviters(sponsors=(-1,), invitees=CUSTOMERS)
        assert joined(pairs, asked, buyer_joins=chance) == about(chance)


def test_becoming_a_reseller_follows_trust_income_and_cost(pairs: dict[str, Any]) -> None:
    def become(**terms: Any) -> float:
        weights = {k: terms.pop(k) for k in list(terms) if k.startswith("reseller")}
        return joined(pairs, Inviters(sponsors=CUSTOMERS, role=True, **terms), **weights)

    assert become() == about(0.5)
    assert become(reseller_base=-2, reseller_trust=2.0) == about(sigma(-2 + 1.2))
    rich = {"buy_in_fen": 10_000, "income_fen": 30_000}
    assert become(**rich, reseller_base=-1, reseller_income=1.0) == about(sigma(-1 + math.log(4)))
    assert become(**rich, reseller_cost=50.0) < become(reseller_cost=50.0)


def test_density_of_resellers_deters(pairs: dict[str, Any]) -> None:
    asked = Inviters(sponsors=CUSTOMERS, role=True, founders=tuple(range(0, PEOPLE, 2)), first_day=1)
    shares = {}
    for weight in (0.0, 4.0):
        spec = quiet(PEOPLE, 2, [asked], network=pairs, recruiting=FLAT | {"reseller_density": weight})
        *_, (_, day) = days_of(spec)
        shares[weight] = len(day.events.joined) / len(CUSTOMERS)
    assert shares[0.0] == about(0.5)
    assert shares[4.0] == about(sigma(-4 * 0.5))


def test_why_an_invitation_fails() -> None:
    brand = Inviters(invitees=(5, 6, 7), room=2)
    spec = quiet(10, 3, [brand], recruiting=FLAT | {"buyer_joins": 1.0})
    days = [day.events for _, day in days_of(spec)]
    assert len(days[0].joined) == 2
    assert days[0].refused.reason.tolist() == [Reason.FULL]
    reasons = [sorted(e.refused.reason.tolist()) for e in days[1:]]
    assert reasons == [sorted([Reason.FULL, Reason.MEMBER, Reason.MEMBER])] * 2
    spec = quiet(10, 1, [Inviters(invitees=(5, 6, 7))], recruiting=FLAT | {"buyer_joins": 0.0})
    ((_, day),) = days_of(spec)
    assert day.events.refused.reason.tolist() == [Reason.DECLINED] * 3


def test_one_invitee_of_many_sponsors_joins_once() -> None:
    both = Inviters(sponsors=tuple(range(8)), invitees=(9,), role=True, founders=tuple(range(8)), first_day=1)
    spec = quiet(10, 2, [both], recruiting={"mode": "certain"})
    *_, (state, day) = days_of(spec)
    assert len(day.events.joined) == 1
    assert day.events.refused.reason.tolist() == [Reason.CONTEST] * 7
    table = state.world.resellers
    assert table.size == 9
    assert table.upline[8] == table.row_of[day.events.joined.sponsor[0]]
    assert table.recruits[: table.size].sum() == 1


def test_a_contest_is_won_in_proportion_to_the_weights() -> None:
    n, weight = 20_000, np.array([1.0, 2.0, 5.0])
    key = np.uint64(77)
    scores = [[contest_score(key, uid, sponsor, w) for sponsor, w in zip((1, 2, 3), weight.tolist(), strict=True)] for uid in range(n)]
    wins = np.bincount(np.argmin(scores, axis=1), minlength=3) / n
    assert scores[7] == [contest_score.py_func(key, 7, sponsor, w) for sponsor, w in zip((1, 2, 3), weight.tolist(), strict=True)]
    for share, w in zip(wins, weight / weight.sum(), strict=True):
        assert share == pytest.approx(w, abs=4 * math.sqrt(w * (1 - w) / n))


def exits(days: int, **recruiting: Any) -> np.ndarray[Any, Any]:
    """Return the day each of 1,000 idle resellers gave up, -1 for those still there."""
    idle = Inviters(founders=tuple(range(1_000)), first_day=10_000)
    spec = quiet(PEOPLE, days, [idle], recruiting=FLAT | {"exit_refusal": 0} | recruiting)
    table = finished(spec).world.resellers
    return table.left[: table.size].copy()


def test_resellers_without_profit_give_up_after_their_patience() -> None:
    left = exits(40, patience=10, exit_hazard=0.1)
    assert left.max() > 20
    assert left[left >= 0].min() == 11
    stay = 0.9**29
    assert (left < 0).mean() == pytest.approx(stay, abs=4 * math.sqrt(stay * (1 - stay) / 1_000))
    assert (exits(40, patience=10, exit_hazard=0.0) < 0).all()
    assert (exits(40, mode="off", patience=0, exit_hazard=1.0) < 0).all()


def test_refusals_make_resellers_give_up(pairs: dict[str, Any]) -> None:
    gone = {}
    for refusal in (0.0, 0.05):
        asked = Inviters(sponsors=CUSTOMERS, role=True, founders=CUSTOMERS, first_day=1)
        spec = quiet(PEOPLE, 12, [asked], network=pairs, recruiting=FLAT | {
            "reseller_base": -50, "patience": 365, "exit_refusal": refusal})
        state = finished(spec)
        gone[refusal] = int((state.world.resellers.left[: len(CUSTOMERS)] >= 0).sum())
        assert state.world.resellers.refusals[: len(CUSTOMERS)].max() > 5
    assert gone[0.0] == 0
    assert gone[0.05] > 300


def test_who_is_asked_twice_a_day_may_bring_two_friends(tmp_path: Path) -> None:
    n, friends = 200, 8
    speaker = np.repeat(np.arange(n), friends)
    network = saved(tmp_path, speaker, n + np.arange(n * friends), n * (1 + friends))
    twice = Inviters(sponsors=tuple(range(n)) * 2, invitees=(-1,) * (2 * n))
    spec = quiet(n * (1 + friends), 1, [twice], network=network, recruiting=FLAT | {"join_base": 50})
    ((_, day),) = days_of(spec)
    brought = np.bincount(day.events.joined.sponsor, minlength=n)
    assert set(brought.tolist()) == {1, 2}
    assert (brought == 2).mean() == pytest.approx(1 - 1 / friends, abs=4 * math.sqrt(1 / friends * (1 - 1 / friends) / n))


def test_only_present_resellers_count_as_density(pairs: dict[str, Any]) -> None:
    """All founders give up on day 1, so on day 2 nobody deters."""
    asked = Inviters(sponsors=CUSTOMERS, role=True, founders=tuple(range(0, PEOPLE, 2)), first_day=2)
    spec = quiet(PEOPLE, 3, [asked], network=pairs, recruiting=FLAT | {
        "reseller_density": 4.0, "patience": 0, "exit_hazard": 1.0})
    *_, (_, day) = days_of(spec)
    assert len(day.events.joined) / len(CUSTOMERS) == about(0.5)


def test_a_paid_invitation_does_not_soften_distrust(tmp_path: Path) -> None:
    even = np.array(CUSTOMERS)
    network = saved(tmp_path, even, even + 1, PEOPLE, trust=-0.6)
    weights = {"join_base": 0.0, "join_trust": 2.0, "paid_discount": 0.35}
    free, paid = (joined(network, Inviters(sponsors=CUSTOMERS, reward_sponsor_fen=r), **weights) for r in (0, 500))
    assert free == paid == about(sigma(-1.2))


def test_who_is_named_is_believed_as_the_friend_they_are(pairs: dict[str, Any]) -> None:
    """Sponsor k names its own listener, or somebody who does not know it."""
    weights = {"join_base": -1.0, "join_trust": 2.0}
    friends, strangers = (Inviters(sponsors=CUSTOMERS, invitees=tuple((k + shift) % PEOPLE for k in CUSTOMERS))
                          for shift in (1, 3))
    assert joined(pairs, friends, **weights) == about(sigma(-1 + 2 * 0.6))
    assert joined(pairs, strangers, **weights) == about(sigma(-1))


def test_a_reward_is_weighed_against_the_price_of_the_brand_that_pays_it(pairs: dict[str, Any]) -> None:
    """The second brand asks 50 yuan beside the first brand's 100; a dearer rival changes nothing for it."""
    for brand, price in ((0, 100), (1, 50)):
        asked = Inviters(sponsors=CUSTOMERS, reward_sponsor_fen=2_500, brand=brand)
        spec = quiet(PEOPLE, 1, [asked], network=pairs, brands=2, recruiting=FLAT | {
            "invite_base": -2.0, "invite_reward": 3.0, "join_base": 50})
        dear, cheap = spec.brands
        cheap = cheap.model_copy(update={"product": cheap.product.model_copy(update={"price": 5_000})})
        ((_, day),) = days_of(spec.model_copy(update={"brands": (dear, cheap)}))
        assert len(day.events.joined) / len(CUSTOMERS) == about(sigma(-2 + 3 * 25 / price))


def test_two_brands_that_want_the_same_founders_share_them_by_lot() -> None:
    people = tuple(range(1_000))
    both = [Inviters(id=f"brand {b}", brand=b, founders=people, first_day=10_000) for b in (0, 1)]
    table = finished(quiet(PEOPLE, 1, both, brands=2)).world.resellers
    assert table.size == 1_000
    assert table.person[:1_000].tolist() == list(people)
    assert (table.brand[:1_000] == 0).mean() == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(1_000))


def test_a_recruit_sells_for_the_brand_that_asked(pairs: dict[str, Any]) -> None:
    """Sponsors who sell for another brand bring the recruit, but are not its upline."""
    sellers = Inviters(id="sellers", brand=0, founders=CUSTOMERS, first_day=10_000)
    asking = Inviters(id="asking", brand=1, sponsors=CUSTOMERS, role=True, first_day=1)
    state = finished(quiet(PEOPLE, 2, [sellers, asking], network=pairs, brands=2, recruiting=FLAT | {"mode": "certain"}))
    table = state.world.resellers
    new = table.joined[: table.size] == 1
    assert new.sum() == len(CUSTOMERS)
    assert (table.brand[: table.size][new] == 1).all()
    assert (table.upline[: table.size][new] == -1).all()
    assert table.recruits[: table.size].sum() == 0
