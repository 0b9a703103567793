"""People, levels and pay under both ways of counting, on trees whose answer is known [domain 4.18, rows 79 to 84]."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.records import scheme as f


def test_depths_of_a_chain_a_star_and_a_forest():
    assert f.depths(np.array([-1, 0, 1, 2, 3])).tolist() == [0, 1, 2, 3, 4]
    assert f.depths(np.array([-1, 0, 0, 0])).tolist() == [0, 1, 1, 1]
    assert f.depths(np.array([3, -1, 1, -1, 2, 0])).tolist() == [1, 0, 1, 0, 2, 2]
    long = np.arange(-1, 9_999)
    assert f.depths(long).tolist() == list(range(10_000))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=200))
def test_depths_agree_with_walking_up(draws):
    upline = np.array([-1, *(d % (k + 1) for k, d in enumerate(draws))])
    walked = [0] * upline.size
    for k in range(1, upline.size):
        walked[k] = walked[upline[k]] + 1
    assert f.depths(upline).tolist() == walked


@pytest.mark.parametrize("upline", [[1, 0], [0], [-1, 5], [-2]])
def test_impossible_uplines_are_refused(upline):
    with pytest.raises(ValueError, match="upline"):
        f.depths(np.array(upline))


def scheme(upline, joined=None, income=None, recruits=None, person=None):
    """A table of resellers; unless said otherwise all join on day 0 and sell something."""
    n = len(upline)
    upline = np.array(upline, dtype=np.int64)
    found = np.bincount(upline[upline >= 0], minlength=n)
    return {
        "upline": upline, "joined_day": np.zeros(n, np.int64) if joined is None else np.array(joined),
        "income_fen": np.ones(n, np.int64) if income is None else np.array(income),
        "recruits": found if recruits is None else np.array(recruits),
        "person": np.arange(n) if person is None else np.array(person),
    }


def test_people_and_levels_include_the_organiser():
    for upline, people, levels in (([], 0, 0), ([-1], 2, 2), ([-1, 0, -1], 4, 3)):
        found = f.count_all(scheme(upline))
        assert (found.people, found.levels) == (people, levels)


def test_the_line_of_30_people_and_3_levels():
    # The organiser and 29 resellers are 30 people; a recruit of a founder is the third level.
    upline, joined = [-1, *([0] * 28)], np.arange(29)
    assert f.count_all(scheme(upline, joined)).line_day == 28
    assert math.isnan(f.count_all(scheme(upline[:28], joined[:28])).line_day), "29 people"
    flat = f.count_all(scheme([-1] * 40, np.arange(40)))
    assert math.isnan(flat.line_day), "two levels"
    assert math.isnan(flat.levels_day)
    late = f.count_all(scheme([-1] * 39 + [0], np.arange(40)))
    assert (late.levels_day, late.line_day) == (39, 39), "the third level opens last"
    assert math.isnan(late.serious_day)
    assert f.count_all(scheme([-1] * 119, np.arange(119))).serious_day == 118


def test_founders_of_before_day_0_count_from_day_0():
    assert f.count_all(scheme([-1, 0], [-5, -3])).levels_day == 0


def test_who_joins_twice_is_one_person():
    found = f.count_all(scheme([-1, -1, 0], [0, 4, 9], person=[7, 8, 7]))
    assert (found.people, found.levels) == (3, 3)


def test_the_paid_count_leaves_out_end_consumers_and_unpaid_levels():
    chain = scheme([-1, 0, 1, 2, 3], [0, 10, 20, 30, 40], income=[5, 0, 0, 0, 0])
    # The last of the chain neither earned nor recruited: an end consumer.
    assert (f.count_all(chain).people, f.count_all(chain).levels) == (6, 6)
    paid = f.count_paid(chain, math.inf)
    own_use = f.count_paid(chain | {"income_fen": np.ones(5), "sold": np.array([5, 0, 0, 0, 0])}, math.inf)
    assert own_use == paid, "what a purse pays to itself is no sale"
    assert (paid.people, paid.levels, paid.levels_day) == (5, 5, 10)
    for depth, levels, day in ((0, 1, math.nan), (1, 2, math.nan), (2, 3, 10), (3, 4, 10), (9, 5, 10)):
        found = f.count_paid(chain, depth)
        assert found.levels == levels
        assert found.levels_day == pytest.approx(day, nan_ok=True)
    nobody = f.count_paid(scheme([-1, -1], income=[0, 0]), 3)
    assert (nobody.people, nobody.levels) == (1, 1), "the organiser alone"


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 60), st.booleans()), min_size=1, max_size=150),
       st.sampled_from([0, 1, 2, 3, math.inf]))
def test_counts_agree_with_a_walk_through_the_days(rows, rebate_levels):
    upline, joined = [-1], [rows[0][1]]
    for k, (draw, wait, _) in enumerate(rows[1:], start=1):
        sponsor = draw % (k + 1) - 1  # -1: recruited by the organiser
        upline.append(sponsor)
        joined.append(wait if sponsor < 0 else joined[sponsor] + wait)
    made = scheme(upline, joined, income=[int(sold) for *_, sold in rows])
    for found, counted, cap in (
        (f.count_all(made), [True] * len(rows), math.inf),
        (f.count_paid(made, rebate_levels), [sold or k in upline for k, (*_, sold) in enumerate(rows)], rebate_levels),
    ):
        depth = [0] * len(rows)
        for k in range(len(rows)):
            depth[k] = 1 + (depth[upline[k]] if upline[k] >= 0 else 0)
        first = {"levels_day": math.nan, "line_day": math.nan, "serious_day": math.nan}
        for day in range(max(joined), -1, -1):
            here = [k for k in range(len(rows)) if counted[k] and joined[k] <= day]
            people, levels = 1 + len(here), 1 + max((min(depth[k], cap) for k in here), default=0)
            first |= {"levels_day": day} if levels >= 3 else {}
            first |= {"line_day": day} if levels >= 3 and people >= 30 else {}
            first |= {"serious_day": day} if people >= 120 else {}
        assert {name: getattr(found, name) for name in first} == pytest.approx(first, nan_ok=True)


def test_pay_by_what_it_is_for():
    pay = f.Pay(retail_margin=50.0, recruiting=30.0, team=20.0, retail_sales=200.0)
    assert (pay.recruiting_share, pay.team_ratio, pay.own_sales_ratio) == (0.3, 0.2, 0.5)
    dumped = f.Pay(retail_margin=-50.0, recruiting=30.0, team=30.0, retail_sales=200.0)
    assert dumped.recruiting_share == 0.5, "a loss on own sales is no pay that could dilute the others"
    assert math.isnan(f.Pay(0.0, 0.0, 0.0).recruiting_share)
    assert math.isnan(f.Pay(5.0, 1.0, 0.0).own_sales_ratio), "sales unknown"


@pytest.mark.parametrize(("fee", "each", "needed"), [(300, 300, 1), (300, 100, 3), (301, 100, 4), (700, 100, 7)])
def test_break_even_recruits_are_fee_over_bonus_rounded_up(fee, each, needed):
    assert f.break_even_recruits(fee, each * 11.0, 11.0) == needed
    # With k needed and P(r recruits) = 2^-(r+1), the losing share is 1 - 2^-k [domain 2.8].
    losing = sum(2.0 ** -(r + 1) for r in range(needed))
    assert losing == pytest.approx(1 - 2.0**-needed)


def test_without_pay_for_recruits_nobody_breaks_even_by_recruiting():
    assert math.isnan(f.break_even_recruits(300, 0.0, 11.0))
    assert math.isnan(f.break_even_recruits(300, 0.0, 0.0))


LIGHT = {"people": 10, "levels": 2, "recruiting_income_share": 0.0, "ultimate_user_share": 0.9, "entry_fee_fen": 0.0}


@pytest.mark.parametrize(
    ("change", "light"),
    [
        ({}, 0),
        ({"recruiting_income_share": math.nan, "ultimate_user_share": math.nan}, 0),
        ({"levels": 3}, 1),
        ({"entry_fee_fen": 1.0}, 1),
        ({"people": 30, "levels": 3}, 1),
        ({"people": 30, "levels": 3, "recruiting_income_share": 0.01}, 2),
        ({"people": 29, "levels": 3, "recruiting_income_share": 0.01}, 1),
        ({"recruiting_income_share": 0.51}, 2),
        ({"recruiting_income_share": 0.5}, 0),
        ({"ultimate_user_share": 0.49}, 2),
        ({"ultimate_user_share": 0.5}, 0),
    ],
)
def test_the_light(change, light):
    assert f.light(LIGHT | change) == light


def test_the_reasons_of_a_light_stand_worst_first():
    assert f.light_reasons(LIGHT) == []
    facts = LIGHT | {"people": 30, "levels": 3, "recruiting_income_share": 0.6, "entry_fee_fen": 1.0}
    assert f.light_reasons(facts) == ["recruiting", "line", "levels", "entry"]
