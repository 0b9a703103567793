"""Numbers as readers see them."""

from __future__ import annotations

import math

import pytest

from sim.report import numbers


@pytest.mark.parametrize(("amount", "zh", "en"), [
    (0, "0 元", "¥0"),
    (-3, "−0.03 元", "−¥0.03"),
    (-0.2, "0.00 元", "¥0.00"),
    (12_800, "128 元", "¥128"),
    (4_243, "42.4 元", "¥42.4"),
    (718_700, "7,187 元", "¥7,187"),
    (22_111_700, "22.1 万元", "¥221,000"),
    (-956_230, "−9,562 元", "−¥9,562"),
    (-9_562_300, "−9.56 万元", "−¥95,600"),
    (128_430_000, "128.4 万元", "¥1.28 M"),
    (2_500_000_000_000, "250.0 亿元", "¥25,000.0 M"),
])  # fmt: skip
def test_money(amount, zh, en):
    assert numbers.money(amount, "zh").replace(numbers.HARD, " ") == zh
    assert numbers.money(amount, "en").replace(numbers.HARD, " ") == en


def test_an_amount_that_was_chosen_has_no_zeros_of_a_measured_one():
    assert numbers.exact_money(30_000_000, "zh") == f"30{numbers.HARD}万元"
    assert numbers.exact_money(30_000_000, "en") == "¥300,000"
    assert numbers.exact_money(12_800, "zh") == f"128{numbers.HARD}元"


@pytest.mark.parametrize(("share", "text"), [
    (0, "0%"), (0.004, "0.4%"), (0.0994, "9.9%"), (0.0997, "10%"), (0.5, "50%"), (1, "100%"), (-0.02, "−2.0%"),
    (1.4, "140.0%"), (-0.0001, "0.0%"),
])  # fmt: skip
def test_percent(share, text):
    assert numbers.percent(share) == text


def test_a_chance_is_never_certain():
    assert numbers.percent(1.0, chance=True) == ">99%"
    assert numbers.percent(0.0, chance=True) == "<1%"
    assert numbers.percent(0.97, chance=True) == "97%"


@pytest.mark.parametrize(("low", "high", "zh", "en"), [
    (20_400_000, 23_800_000, "20.4 至 23.8 万元", "¥204,000 to ¥238,000"),
    (-1_360_000, -753_400, "−1.36 万元至 −7,534 元", "−¥13,600 to −¥7,534"),
])  # fmt: skip
def test_a_range_writes_a_common_unit_once(low, high, zh, en):
    for lang, text in (("zh", zh), ("en", en)):
        ends = (numbers.money(low, lang), numbers.money(high, lang))
        assert numbers.span(*ends, lang).replace(numbers.HARD, " ") == text


def test_a_range_of_days_keeps_both_words():
    text = numbers.span(numbers.day(3, "zh"), numbers.day(9, "zh"), "zh")
    assert text.replace(numbers.HARD, " ") == "第 3 天至第 9 天"


@pytest.mark.parametrize(("value", "unit", "text"), [
    (math.nan, "fen", "–"), (None, "day", "–"), (math.inf, "share", "–"), (73.6, "day", "day 74"),
    (1_284.4, "people", "1,284"), (9.1875, "count", "9.2"), (4.0, "count", "4"), (157.3, "count", "157"),
    (0.205, "index", "0.20"), (0.5, "share", "50%"), (6.66, "minutes", "6.7 min"),
])  # fmt: skip
def test_show(value, unit, text):
    assert numbers.show(value, unit, "en").replace(numbers.HARD, " ") == text


def test_days_count_from_zero_as_in_scenario_files():
    assert numbers.day(0, "en") == f"day{numbers.HARD}0"
