"""Amounts a day that were set for many people and drown few: told with the amount that is as much a head as usual."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sim.scenario.crowds import CROWDED, crowded, crowds
from sim.scenario.resolve import resolve, resolve_text
from sim.scenario.spec import ScenarioSpec
from sim.scenario.sweep_template import sweep_template


def market(people: int, kind: str, **levers: Any) -> ScenarioSpec:
    """Return a market with one strategy."""
    return ScenarioSpec.model_validate({"people": people, "brand": {"seed_customers": 5}, "strategies": [{"kind": kind, **levers}]})


def test_few_people_are_told_by_how_much_and_what_to_set() -> None:
    (message,) = crowded(market(800, "paid_ads"))
    assert "25 times" in message
    assert "--set 'strategies.paid_ads.daily_budget=9.6 CNY'" in message
    assert "25 倍" in message.texts["zh"].format(**message.given)


@pytest.mark.parametrize("kind", ["paid_ads", "direct_sales"])
def test_what_is_advised_is_as_much_a_head_as_shipped_and_is_not_told_again(kind: str) -> None:
    (crowd,) = crowds(resolve(kind, people=500).spec)
    settled = resolve(kind, [f"{crowd.path}={crowd.same}"], people=500).spec
    assert list(crowds(settled)) == []
    assert crowd.times == pytest.approx(ScenarioSpec.model_fields["people"].default / 500)


def test_nothing_is_told_below_the_limit_of_what_somebody_moves_or_of_who_buys_nothing() -> None:
    usual = ScenarioSpec.model_fields["people"].default
    assert crowded(market(usual // CROWDED + 1, "paid_ads")) == []
    assert crowded(market(usual // CROWDED, "paid_ads")) != []
    assert crowded(market(800, "paid_ads"), ["strategies.paid_ads.daily_budget"]) == []
    assert crowded(market(800, "paid_ads", daily_budget=0)) == []
    assert crowded(market(800, "community")) == []


@pytest.mark.parametrize("kind", ["paid_ads", "direct_sales", "community"])
def test_a_new_sweep_of_few_people_sets_what_they_can_bear(kind: str) -> None:
    text = sweep_template("few", kind)
    base = re.search(r"^base: (\{.*\})$", text, re.MULTILINE)
    assert base is not None
    inner = base[1].strip("{}").split(", ")
    settings = [f"{path}={value}" for path, value in (one.split(": ") for one in inner)]
    assert list(crowds(resolve(kind, settings).spec)) == []


def test_shipped_scenarios_are_as_usual() -> None:
    assert list(crowds(resolve_text("extends: community_and_ads\nname: mine\n").spec)) == []
