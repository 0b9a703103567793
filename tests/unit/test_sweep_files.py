"""Sweep files gone wrong: exit 3, the right line, a message that says what to do; and what right ones mean."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from sim.core.errors import MarketMismatchError, ScenarioError
from sim.scenario.find import SWEEPS, available
from sim.scenario.sweep import Sweep, resolve_sweep, resolve_sweep_text
from sim.text.message import in_language

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
scenarios: [community]
base: {people: 500, days: 30, brand.seed_customers: 20}
axes:
  strategies.community.groups: [2, 5]
design: grid
replications: 2
expect:
  - repurchase_rate_90d > 20% with 95 %
"""
AXIS = "  strategies.community.groups: [2, 5]\n"


def swap(old: str, new: str, text: str = GOOD) -> str:
    """Return the good file with one thing changed, which must be there."""
    assert old in text
    return text.replace(old, new, 1)


def axis(line: str) -> str:
    """Return the good file with another axis in line 4."""
    return swap(AXIS, f"  {line}\n")


BAD: list[tuple[str, int, str]] = [
    ("", 0, "the file is empty"),
    ("[community]\n", 1, "mapping of names"),
    ("scenarios: [community\naxes: {}\n", 2, "YAML"),
    (GOOD + "axes: {}\n", 9, "'axes' is given twice"),
    (swap("[community]", "&a [community]"), 1, "anchor"),
    (swap("[community]", "!!python/object:os.system [x]"), 1, "tag"),
    (swap("scenarios: [community]\n", ""), 1, "'scenarios' is missing"),
    (swap("replications", "replicatons"), 6, "did you mean 'replications'"),
    (swap("[community]", "[comunity]"), 1, "did you mean 'community'"),
    (swap("[community]", "[missing/one.yaml]"), 1, "no such file"),
    (swap("[community]", "[community, community]"), 1, "a second time"),
    (swap("[community]", "[]"), 1, "at least 1"),
    (swap("[community]", "community"), 1, "a list is expected"),
    (swap("days: 30", "dayz: 30"), 2, "did you mean 'days'"),
    (swap("days: 30", "days: -3"), 2, "at least 1"),
    (swap("days: 30", "strategies.comunity.groups: 3"), 2, "did you mean 'community'"),
    (swap("days: 30", "seed: 3"), 2, "no lever"),
    (swap("days: 30", "strategies.community.groups: 3"), 2, "is an axis too (line 4)"),
    (axis("strategies.community.group: [2, 5]"), 4, "did you mean 'groups'"),
    (axis("strategies.comunity.groups: [2, 5]"), 4, "did you mean 'community'"),
    (axis("brand.quality: [0.2, 0.5]"), 4, "did you mean brand.product.quality"),
    (axis("groups: [2, 5]"), 4, "strategies.community.groups"),
    (axis("name: [a, b]"), 4, "no lever"),
    (axis("strategies..groups: [2, 5]"), 4, "no lever"),
    (axis("strategies.community.groups: []"), 4, "at least 1"),
    (axis("strategies.community.groups: 5"), 4, "an axis is a list"),
    (axis("strategies.community.groups: [2, 2.5]"), 4, "whole number"),
    (axis("strategies.community.groups: [2, true]"), 4, "true or false"),
    (axis("strategies.community.groups: [2, '2']"), 4, "in the list already"),
    (axis("brand.product.quality: [0.2, 1.5]"), 4, "range: 0 to 1"),
    (axis("brand.product.quality: {low: 0.2}"), 4, "such as {low: 2, high: 10}"),
    (axis("brand.product.quality: {low: 0.2, hi: 0.5}"), 4, "did you mean 'high'"),
    (axis("brand.product.quality: {low: 0.9, high: 0.2}"), 4, "high must be above low"),
    (axis("brand.product.quality: {low: 0, high: 0.5, scale: log}"), 4, "above 0"),
    (axis("brand.product.quality: {low: 0.1, high: 0.5, scale: cubic}"), 4, "'linear' or 'log'"),
    (axis("brand.product.quality: {values: [0.1, 0.2], low: 0.1}"), 4, "has no 'low'"),
    (axis("brand.product.quality: {low: 0.1, high: 0.5, steps: 1}"), 4, "at least 2"),
    (axis("network.kind: {low: dunbar, high: small_world}"), 4, "a number"),
    (axis("network.kind: [dunbar, small_word]"), 4, "did you mean 'small_world'"),
    (axis("brand.product.quality: {low: 0.1, high: 0.5, distribution: {kind: normal, mean: 0.3}}"), 4, "needs mean, sd"),
    (axis("brand.product.quality: {low: 0.1, high: 0.5, distribution: {kind: normal, mean: 0.3, sd: 0}}"), 4, "above 0"),
    (axis("brand.product.quality: {low: 0.1, high: 0.5, distribution: {kind: triangular, mode: 0.9}}"), 4, "between low and high"),
    (axis("brand.product.quality: {distribution: {kind: normal, mean: 0.3, sd: 0.1}}"), 4, "needs the ends"),
    (axis("brand.product.quality: [.nan, 0.5]"), 4, "axes.brand.product.quality.0: not a finite number"),
    (axis("brand.product.quality: {low: 0.1, high: .inf}"), 4, "axes.brand.product.quality.high: not a finite number"),
    (axis("brand.product.quality: [0.1]\n  brand.product.quality: [0.2]"), 5, "axes.brand.product.quality: 'brand.product.quality' is given twice"),
    (axis("brand.product.quality:"), 4, "an axis is a list"),
    (swap("scenarios: [community]", "scenarios:"), 1, "a list is expected"),
    (swap("[community]", "[bad.yaml]"), 1, "a sweep file, not a scenario"),
    (axis("brand.product: [{quality: 0.5}]\n  brand.product.quality: [0.2]"), 5, "within the axis brand.product"),
    (swap("design: grid", "design: {kind: grid, points: 9}"), 5, "leave it out"),
    (swap("design: grid", "design: {kind: sobol, points: 9}"), 5, "8 or 16"),
    (swap("design: grid", "design: latin_hypercub"), 5, "did you mean 'latin_hypercube'"),
    (swap("replications: 2", "replications: 0"), 6, "at least 1"),
    (swap("replications: 2", "replications: true"), 6, "a number is expected"),
    (axis("brand.product.quality: {low: 0.1, high: 0.9, steps: 1000}\n  brand.product.price: {low: 50 CNY, high: 200 CNY, steps: 1000}"), 3, "runs"),
    (swap("with 95 %", "with 95"), 8, "losing_agent_share < 0.5"),
    (swap("with 95 %", "with 40 %"), 8, "above 50 %"),
    (swap("with 95 %", "with 100 %"), 8, "below 100 %"),
    (swap("with 95 %", "with -95 %"), 8, "below 100 %"),
    (swap("> 20%", "> 1e999"), 8, "not a number"),
    (swap("repurchase_rate_90d", "repurchase_90d"), 8, "did you mean 'repurchase_rate_90d'"),
    (swap("- repurchase", "- comunity: repurchase"), 8, "did you mean 'community'"),
    (swap("expect:", "schema: 9\nexpect:"), 7, "newer"),
]


@pytest.mark.parametrize(("text", "line", "says"), BAD, ids=[f"{k:02d}" for k in range(len(BAD))])
def test_a_bad_sweep_is_refused_at_its_place(text: str, line: int, says: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        resolve_sweep(file)
    problems = caught.value.problems
    assert caught.value.exit_code == 3
    assert len(problems) == 1, caught.value.message
    assert problems[0].file == str(file)
    assert problems[0].line == line
    assert says in problems[0].located()
    assert in_language(problems[0].located(), "zh") != problems[0].located()


def test_the_list_of_bad_files_is_long() -> None:
    assert len(BAD) >= 40


def test_all_mistakes_are_told_at_once() -> None:
    text = axis("strategies.community.group: [2]\n  brand.product.quality: [3]\n  brand.cas: [1]")
    with pytest.raises(ScenarioError) as caught:
        resolve_sweep_text(text)
    assert [problem.line for problem in caught.value.problems] == [4, 5, 6]


def test_axes_that_are_not_there_are_told_with_faults_of_form() -> None:
    text = "scenarios: [community]\naxes: {brand.product.quality: [0.3], brand.cas: [1], brand.cash: 3..4}\n"
    with pytest.raises(ScenarioError) as caught:
        resolve_sweep_text(f"{text}design: random\nreplicatons: 2\nexpect: [losing_agent_share < 50]\n")
    said = [str(problem.message) for problem in caught.value.problems]
    assert len(said) == 5
    for words in ("unknown name 'cas'", "an axis is a list", "one of 'grid'", "did you mean 'replications'", "between 0 and 1"):
        assert sum(words in one for one in said) == 1, words


def test_a_scenario_that_is_missing_is_told_with_faults_of_form() -> None:
    with pytest.raises(ScenarioError) as caught:
        resolve_sweep_text(swap("[community]", "[comunity]").replace("replications: 2", "replicatons: 2"))
    assert [problem.line for problem in caught.value.problems] == [1, 6]


@pytest.mark.parametrize("hostile", [
    "a: " + "[" * 60 + "]" * 60, "a: " + "x" * 1_000_001, "&a [*a]", 'scenarios: ["\\u202E"]', "\0", "axes: {? [a] : 1}",
    "scenarios: [" + "a, " * 30_000 + "]",
])
def test_hostile_files_are_refused(hostile: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        resolve_sweep_text(hostile)
    assert all(char.isprintable() or char in "\n\u3000" for problem in caught.value.problems for char in problem.located())


def test_a_setting_on_an_axis_is_refused() -> None:
    with pytest.raises(ScenarioError, match="is an axis of the sweep"):
        resolve_sweep_text(GOOD, overrides=["strategies.community.groups=9"])
    with pytest.raises(ScenarioError, match="is an axis of the sweep"):
        resolve_sweep_text(axis("people: [300, 400]").replace("people: 500, ", ""), people=50)


def test_scenarios_of_different_markets_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text("extends: community\nbrand: {cash: 1 CNY}\n", encoding="utf-8")
    with pytest.raises(MarketMismatchError, match=r"brand\.cash"):
        resolve_sweep_text(swap("[community]", "[community, ./dear.yaml]"), folder=tmp_path)


def test_values_that_are_wrong_together_name_the_point() -> None:
    text = axis("people: [300, 900]\n  brand.seed_customers: [20, 400]")
    sweep = resolve_sweep_text(swap("{people: 500, days: 30, brand.seed_customers: 20}", "{days: 30}", text))
    assert sweep.scenario(0, {"people": 900, "brand.seed_customers": 400}).people == 900
    with pytest.raises(ScenarioError, match=r"people=300, brand.seed_customers=400: the values are wrong together") as caught:
        sweep.scenario(0, {"people": 300, "brand.seed_customers": 400})
    assert caught.value.problems[0].line == 4


def test_a_good_file_means_what_it_says() -> None:
    sweep = resolve_sweep_text(textwrap.dedent("""\
        scenarios: [community, dual_rebate]
        base: {people: 500, days: 30, brand.seed_customers: 20, strategies.dual_rebate.founders: 4}
        axes:
          strategies.community.groups: [2, 5]
          brand.cash: {low: 50_000 CNY, high: 10 万元, steps: 3}
          strategies.dual_rebate.buy_back: {low: 0%, high: 80%}
          network.kind: {values: [dunbar, small_world], label: {zh: 网络, en: Network}}
        expect:
          - profit_fen > 0 CNY
          - dual_rebate: losing_agent_share < 50% with 99 %
        """))
    by_path = {one.path: one for one in sweep.axes}
    assert by_path["strategies.community.groups"].cases == {0}
    assert by_path["strategies.dual_rebate.buy_back"].cases == {1}
    assert by_path["strategies.dual_rebate.buy_back"].unit == "share"
    assert by_path["brand.cash"].unit == "fen"
    assert by_path["brand.cash"].levels == (5_000_000, 7_500_000, 10_000_000)
    assert by_path["network.kind"].label == {"zh": "网络", "en": "Network"}
    assert by_path["network.kind"].scale == "words"
    values = {"strategies.community.groups": 5, "brand.cash": 7_500_000, "strategies.dual_rebate.buy_back": 0.25, "network.kind": "small_world"}
    one, two = sweep.scenario(0, values), sweep.scenario(1, values)
    assert (one.strategies[0].groups, one.all_brands()[0].cash, one.network.kind) == (5, 7_500_000, "small_world")
    assert (two.strategies[0].buy_back, two.strategies[0].founders) == (0.25, 4)
    assert [[e.text for e in sweep.expectations(case)] for case in (0, 1)] == [
        ["profit_fen > 0 CNY"], ["profit_fen > 0 CNY", "losing_agent_share < 50% with 99 %"]]
    assert sweep.expectations(1)[1].confidence == 0.99
    assert sweep.lines() == {"profit_fen > 0 CNY": 9, "losing_agent_share < 50% with 99 %": 10}


@pytest.mark.parametrize("name", sorted(available(SWEEPS)))
def test_shipped_sweeps_are_sound_and_small(name: str) -> None:
    from sim.experiment.designs import size_of

    sweep: Sweep = resolve_sweep(name)
    assert sweep.spec.name == name
    assert size_of(sweep) * len(sweep.cases) * sweep.spec.replications <= 200
    assert sweep.spec.title.zh
    assert sweep.spec.title.en
    assert sweep.spec.expect


def test_each_core_strategy_has_a_sweep_and_one_is_over_all() -> None:
    core = {"community", "influencer", "direct_sales", "dual_rebate"}
    shipped = {name: resolve_sweep(name) for name in available(SWEEPS)}
    assert core <= set(shipped)
    assert any({case.spec.name for case in one.cases} == core for one in shipped.values())
