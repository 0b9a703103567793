"""Settings by dotted path."""

from __future__ import annotations

import pytest

from sim.core.errors import ScenarioError
from sim.scenario.load import load_text
from sim.scenario.nodes import locate
from sim.scenario.override import apply_override

FILE = """
days: 10
brand: {cash: 5, product: {price: 3}}
network: {kind: ring, reach: 2}
strategies:
  - {kind: club, groups: 3, mix: {useful: 1}}
  - {kind: club, id: night}
  - {kind: stall, id: "7"}
seasons: [{first: a}, {first: b}]
"""


def after(*settings: str) -> dict[str, object]:
    tree = load_text(FILE, "f")
    for setting in settings:
        apply_override(tree, setting)
    plain: dict[str, object] = tree.plain()
    return plain


@pytest.mark.parametrize(("setting", "part", "value"), [
    ("days=20", "days", 20),
    ("brand.product.price=99 CNY", "brand", {"cash": 5, "product": {"price": "99 CNY"}}),
    ("brand.product={quality: 1}", "brand", {"cash": 5, "product": {"price": 3, "quality": 1}}),
    ("seasons.1.first=c", "seasons", [{"first": "a"}, {"first": "c"}]),
    ("seasons.0={last: z}", "seasons", [{"first": "a", "last": "z"}, {"first": "b"}]),
    ("population.brand_trust=0.3", "population", {"brand_trust": 0.3}),
    ("mechanisms.ear.enabled=false", "mechanisms", {"ear": {"enabled": False}}),
    ("network.kind=listed", "network", {"kind": "listed"}),
    ("network.kind=ring", "network", {"kind": "ring", "reach": 2}),
    ("expect=[a < 1, b > 2]", "expect", ["a < 1", "b > 2"]),
    ("title=a=b", "title", "a=b"),
    (" days = 20 ", "days", 20),
])
def test_a_path_sets_one_value(setting: str, part: str, value: object) -> None:
    assert after(setting)[part] == value


def test_strategies_are_named_by_id_then_by_position() -> None:
    first, night, seven = after("strategies.club.groups=9", "strategies.night.groups=8", "strategies.1.fee=1",
                                "strategies.7.street=Nanjing Road")["strategies"]
    assert first == {"kind": "club", "groups": 9, "mix": {"useful": 1}}
    assert night == {"kind": "club", "id": "night", "groups": 8, "fee": 1}
    assert seven == {"kind": "stall", "id": "7", "street": "Nanjing Road"}
    assert after("strategies=[]")["strategies"] == []


def test_later_settings_win_and_tell_their_option() -> None:
    tree = load_text(FILE, "f")
    apply_override(tree, "days=20")
    apply_override(tree, "days=30", "--days")
    node, _ = locate(tree, ("days",))
    assert (node.value, node.place.file) == (30, "--days 30")


@pytest.mark.parametrize(("setting", "said"), [
    ("extends=influencer", "--set extends=influencer: error: only a file extends a scenario: write `extends: influencer`"),
    ("days", "a setting is path=value"),
    ("=3", "a setting is path=value"),
    ("a..b=3", "a setting is path=value"),
    (".=3", "a setting is path=value"),
    ("strategies.clbu.groups=1", "no strategy 'clbu' - did you mean 'club'?; the scenario has club, night, 7"),
    ("strategies.9.groups=1", "there is no item 9; the list has 3"),
    ("strategies.-1.groups=1", "no strategy '-1'"),
    ("seasons.5.first=1", "there is no item 5; the list has 2"),
    ("seasons.x.first=1", "named by their position"),
    ("seasons.²=1", "named by their position"),
    ("days.x=1", "'days' is a single value and has no 'x'"),
    ("days.x.y=1", "'days' is a single value and has no 'x'"),
    ("brands.0.cash=1", "the scenario has no brands"),
    ("days=[1", "not valid YAML"),
    ("days=&a 1", "an anchor"),
    ("days=.inf", "not a finite number"),
    (".".join("x" * 50) + "=1", "at most 40 names"),
])
def test_wrong_settings_name_the_option(setting: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        after(setting)
    assert said in str(caught.value)
    assert str(caught.value).startswith("--set ")


def test_strategies_cannot_be_made_up_by_a_path() -> None:
    tree = load_text("days: 3\n", "f")
    with pytest.raises(ScenarioError, match="the scenario has no strategies"):
        apply_override(tree, "strategies.club.groups=3")
