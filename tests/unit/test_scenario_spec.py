"""The envelope: families by kind, ids, defaults, expectations, and one file that says it all again."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import scenario_parts
from pydantic import ValidationError, model_validator
from scenario_parts import ClubParams, NotParams, RingParams

from sim.core.errors import ScenarioError
from sim.scenario import kinds
from sim.scenario.expect import parse_expectation
from sim.scenario.load import load_text
from sim.scenario.resolve import resolve, resolve_text, scenario_text
from sim.scenario.spec import ScenarioSpec, strategy_id
from sim.scenario.version import bring_up_to_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sim.scenario.nodes import Node


@pytest.fixture(autouse=True)
def _small_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from scenario_parts.use_small_kinds(monkeypatch)


def spec_of(text: str, *settings: str, **options: Any) -> ScenarioSpec:
    return resolve_text(text, overrides=settings, **options).spec


def test_an_almost_empty_file_is_a_scenario() -> None:
    spec = spec_of("days: 30\n")
    assert (spec.days, spec.people, spec.seed, spec.strategies, spec.start) == (30, 20_000, 1, (), dt.date(2026, 1, 1))
    assert isinstance(spec.network, RingParams)
    assert spec.all_brands()[0].all_products()[0].price == 12_800
    assert spec.mechanisms == scenario_parts.AllMechanisms()
    assert spec == ScenarioSpec(days=30)


def test_days_may_be_counted_in_weeks() -> None:
    assert spec_of("days: 26 weeks\n").days == 182


def test_strategies_come_by_kind_with_id_and_quantities() -> None:
    spec = spec_of("strategies:\n  - {kind: club, fee: 3.5 CNY, span: 2 weeks, mix: {useful: 40%}}\n"
                   "  - {kind: stall, id: corner, street: x}\n")
    club, stall = spec.strategies
    assert isinstance(club, ClubParams)
    assert (club.fee, club.span, club.mix.useful, club.prizes) == (350, 14.0, 0.4, (100, 250))
    assert [strategy_id(s) for s in (club, stall)] == ["club", "corner"]


def test_python_may_hand_in_parameters_and_mappings() -> None:
    spec = ScenarioSpec(strategies=[ClubParams(groups=3), {"kind": "stall", "street": "x"}], network=RingParams(reach=9),
                        brand={"cash": 1000}, title="Fair")
    assert spec.strategies[0].groups == 3
    assert spec.network.reach == 9
    assert spec.all_brands()[0].cash == 100_000
    assert (spec.title_in("zh"), spec.title_in("en"), ScenarioSpec(name="x").title_in("zh")) == ("Fair", "Fair", "x")
    with pytest.raises(ValidationError, match="second strategy"):
        ScenarioSpec(strategies=[ClubParams(), ClubParams()])


def test_everything_is_frozen() -> None:
    with pytest.raises(ValidationError):
        ScenarioSpec().days = 3  # type: ignore[misc]


RICH = """
name: 夜市
title: {zh: 夜市, en: "Night: market"}
days: 40
start: 2026-06-01
seed: 9007199254740993
market: {seed: 4}
brands:
  - {name: "no", cash: 12.34 CNY, products: [{name: "007", price: 9.9}, {price: 1 万元, claimed_quality: 0.9}]}
  - {name: "# x", product: {stock: 0}}
strategies:
  - {kind: club, brand: 1, fee: 0.01 CNY, prizes: [1, 2.5 CNY], loud: true, limit: 3}
shocks: [{kind: account_ban, day: 3, share: 12.5%}]
expect: ["profit_fen > 1000 CNY", repurchase_rate_90d >= 25 %]
mechanisms: {ear: {enabled: false}}
calendar: {seasons: [{name: "618", first: "06-01", last: "06-18", need: 2}]}
"""


def test_the_full_text_reads_back_to_the_same_scenario() -> None:
    first = resolve_text(RICH, overrides=["people=500"], days=41)
    assert (first.spec.days, first.spec.people, first.spec.name) == (41, 500, "夜市")
    again = resolve_text(first.text)
    assert again.spec == first.spec
    assert again.text == first.text
    assert resolve_text(first.stated).spec == first.spec
    assert ScenarioSpec.model_validate_json(first.spec.model_dump_json(by_alias=True)) == first.spec
    assert "cash: 12.34 CNY" in first.text


def test_a_default_switched_off_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClubParams.model_fields["limit"], "default", 5)
    text = scenario_text(ScenarioSpec(strategies=[ClubParams(limit=None)]))
    assert "limit: null" in text
    assert "data:" not in text


def test_a_nameless_file_is_named_after_itself(tmp_path: Path) -> None:
    (tmp_path / "my-plan.yaml").write_text("days: 3\n")
    (tmp_path / "my plan.yaml").write_text("days: 3\n")
    assert resolve(tmp_path / "my-plan.yaml").spec.name == "my-plan"
    assert resolve(str(tmp_path / "my plan.yaml")).spec.name == "scenario"
    resolved = resolve(tmp_path / "my-plan.yaml", ["seed=4"], people=500, days=None)
    assert (resolved.spec.seed, resolved.spec.people, resolved.spec.days) == (4, 500, 3)
    assert resolved.positions[("days",)].line == 1
    assert resolved.positions[("people",)].file == "--people 500"


@pytest.mark.parametrize(("text", "outcome", "op", "number"), [
    ("losing_agent_share < 0.5", "losing_agent_share", "<", 0.5),
    ("losing_agent_share<50%", "losing_agent_share", "<", 0.5),
    ("profit_fen >= 1_000 CNY", "profit_fen", ">=", 100_000.0),
    ("  profit_fen  >  -1e3 ", "profit_fen", ">", -1000.0),
    ("k_factor <= .8", "k_factor", "<=", 0.8),
])
def test_expectations(text: str, outcome: str, op: str, number: float) -> None:
    found = parse_expectation(text)
    assert (found.outcome, found.op, found.number) == (outcome, op, number)
    assert found.holds(number) is ("=" in op)
    assert not found.holds(float("nan"))


@pytest.mark.parametrize("text", [
    "", "profit_fen", "profit_fen == 3", "profit_fen < nan", "profit_fen < 1e999x", "profit < 3", "k_factor < 3 CNY",
    "profit_fen < ._", "profit_fen < 0.001 CNY", "profit_fen < 3; x", "x" * 10_000, "profit_fen < " + "9" * 10_000,
])
def test_expectations_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"expectation|outcome|number|fen"):
        parse_expectation(text)


class _Entry:
    """What the packaging metadata says of a strategy of another package."""

    def __init__(self, name: str, target: object) -> None:
        self.name, self.value, self.dist, self._target = name, "other:thing", None, target

    def load(self) -> object:
        if isinstance(self._target, Exception):
            raise self._target
        return self._target


def test_other_packages_add_strategies(monkeypatch: pytest.MonkeyPatch) -> None:
    class FairParams(ClubParams):
        kind: str = "fair"

    class RudeParams(ClubParams):
        kind: str = "rude"

        @model_validator(mode="before")
        @classmethod
        def _fall_over(cls, value: object) -> object:
            raise KeyError("no manners")

    entries = [_Entry("fair", FairParams), _Entry("rude", RudeParams), _Entry("club", NotParams), _Entry("broken", ImportError("no such thing")),
               _Entry("odd", NotParams)]
    monkeypatch.setattr(kinds, "entry_points", lambda group: entries if group == "guanxi.strategies" else [])
    kinds._outside.cache_clear()
    assert kinds.kinds(kinds.STRATEGIES) == ["club", "stall", "broken", "fair", "odd", "rude"]
    assert type(spec_of("strategies: [{kind: fair}, {kind: club}]\n").strategies[0]) is FairParams
    with pytest.raises(ScenarioError, match=r"kind 'broken' of package .* cannot be loaded: no such thing"):
        spec_of("strategies: [{kind: broken}]\n")
    with pytest.raises(ScenarioError, match="the parameters of rude cannot be checked: KeyError: 'no manners'"):
        spec_of("strategies: [{kind: rude}]\n")
    with pytest.raises(ScenarioError, match="odd of strategies is not a class of parameters"):
        spec_of("strategies: [{kind: odd}]\n")


def test_versions_are_brought_up_step_by_step() -> None:
    def rename(tree: Node) -> None:
        tree.value["days"] = tree.value.pop("length")

    def double(tree: Node) -> None:
        tree.value["days"].value *= 2

    tree = load_text("schema: 1\nlength: 4\n", "f")
    assert bring_up_to_date(tree, 3, {1: rename, 2: double}).plain() == {"schema": 3, "days": 8}
    tree = load_text("schema: 2\ndays: 4\n", "f")
    assert bring_up_to_date(tree, 3, {1: rename, 2: double}).plain() == {"schema": 3, "days": 8}
    assert bring_up_to_date(load_text("days: 4\n", "f"), 3, {}).plain() == {"days": 4}
    for version in ("0", "-1", "4", "1.0", "x", "[1]"):
        with pytest.raises(ScenarioError, match="version"):
            bring_up_to_date(load_text(f"schema: {version}\n", "f"), 3, {1: rename, 2: double})


def test_checking_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("strategies: [{kind: community}]\nexpect: [profit_fen > 0]\n")
    (tmp_path / "bad.yaml").write_text("strategies: [{kind: communty}]\nexpect: [profit > 0]\n")
    code = ("import sys\nfrom sim.scenario.resolve import resolve\nfrom sim.scenario.schema import scenario_schema\n"
            "from sim.scenario.template import template\nfrom sim.core.errors import ScenarioError\n"
            "resolve('./s.yaml'); scenario_schema(); template('x', 'community')\n"
            "try:\n    resolve('./bad.yaml')\nexcept ScenarioError:\n    pass\n"
            "print(sorted({'mesa', 'pandas', 'scipy', 'numba', 'plotly', 'pyarrow', 'networkx'} & set(sys.modules)))\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [("mask", "mask", "mask"), ({"zh": "面膜", "en": "mask"}, "面膜", "mask"), ({"zh": "面膜"}, "面膜", "面膜"),
     ({"en": "mask"}, "mask", "mask")],
)
def test_a_product_has_a_name_in_both_languages(written, zh, en):
    spec = ScenarioSpec.model_validate({"brand": {"product": {"name": written}}})
    name = spec.all_brands()[0].all_products()[0].name
    assert (name.within("zh"), name.within("en")) == (zh, en)
    again = ScenarioSpec.model_validate(spec.model_dump(mode="json", by_alias=True))
    assert again == spec


@pytest.mark.parametrize(("settings", "said"), [
    ([], "mine.yaml:2:26: error: brand.seed_customers: 900 people"),
    (["people=800"], "--set people=800: error: people: 800 people"),
])
def test_what_does_not_go_together_is_told_where_it_was_written_last(
        settings: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("people: 900\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\nbrand: {seed_customers:  901}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as found:
        resolve(tmp_path / "mine.yaml", settings)
    assert said in found.value.problems[0].located()
