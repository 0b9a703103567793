"""The JSON Schema of sweep files: what an editor accepts is what `guanxi sweep` takes for its form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sim.core.errors import ScenarioError
from sim.scenario.find import available
from sim.scenario.load import load_file, load_text
from sim.scenario.schema import scenario_schema
from sim.scenario.sweep import SWEEPS, resolve_sweep_text
from sim.scenario.sweep_schema import sweep_schema
from tests.json_schema import checks

SCHEMA = sweep_schema()


def faults(text: str) -> list[str]:
    """Return what an editor would mark in a sweep file."""
    return checks(SCHEMA, load_text(text, "f").plain(), SCHEMA)


@pytest.mark.parametrize("name", list(available(SWEEPS)))
def test_an_editor_accepts_the_shipped_sweeps(name: str) -> None:
    assert checks(SCHEMA, load_file(available(SWEEPS)[name]).plain(), SCHEMA) == []


@pytest.mark.parametrize("rest", [
    "axes: {strategies.community.groups: [2, 5]}\n",
    "axes: {brand.product.quality: {low: 40%, high: 0.9, steps: 4, label: {zh: 品质, en: Quality}}}\n",
    "axes: {brand.cash: {low: 50_000 CNY, high: 500_000 CNY, scale: log}}\n",
    "axes: {population.brand_trust: {distribution: {kind: normal, mean: 20%, sd: 5%}, low: 5%, high: 50%}}\ndesign: latin_hypercube\n",
    "axes: {brand.product.quality: {low: 40%, high: 90%}}\ndesign: {kind: sobol, points: 8, seed: 3}\nreplications: 3\n",
    "title: One\nseed: 4\nexpect:\n  - return_rate < 50 % with 95 %\n  - community: insolvent_day > 120\n",
    "base:\n  people: 500\n  brand.product.price: 120 CNY\nschema: 1\nname: mine\n",
])
def test_an_editor_and_the_command_accept_the_same_good_files(rest: str) -> None:
    text = f"scenarios: [community]\n{rest}"
    resolve_sweep_text(text)
    assert faults(text) == []


@pytest.mark.parametrize(("text", "wrong"), [
    ("axes: {people: [1, 2]}\n", "scenarios is missing"),
    ("scenarios: []\n", "too few"),
    ("scenarios: [community]\naxis: {people: [100, 200]}\n", "axis is unknown"),
    ("scenarios: [community]\naxes: {people: []}\n", "fits nothing"),
    ("scenarios: [community]\naxes: {people: 3}\n", "fits nothing"),
    ("scenarios: [community]\naxes: {people: {low: 100}}\n", "fits nothing"),
    ("scenarios: [community]\naxes: {people: {low: 100, high: 200, sclae: log}}\n", "fits nothing"),
    ("scenarios: [community]\naxes: {people.: [100, 200]}\n", "does not match"),
    ("scenarios: [community]\ndesign: random\n", "fits nothing"),
    ("scenarios: [community]\ndesign: {kind: sobol, pionts: 3}\n", "fits nothing"),
    ("scenarios: [community]\nreplications: many\n", "is no integer"),
    ("scenarios: [community]\nexpect: [profit is good]\n", "fits nothing"),
    ("scenarios: [community]\nexpect: [{community: profit is good}]\n", "fits nothing"),
    ("scenarios: [community]\nreplace: true\n", "replace is unknown"),
])
def test_an_editor_and_the_command_flag_the_same_bad_files(text: str, wrong: str) -> None:
    assert any(wrong in fault for fault in faults(text))
    with pytest.raises(ScenarioError):
        resolve_sweep_text(text)


def test_the_schema_tells_meanings_and_refers_to_nothing_that_is_not_there() -> None:
    def referred(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"].rpartition("/")[2]} if "$ref" in node else set()
            return own.union(*map(referred, node.values()))
        return set().union(*map(referred, node)) if isinstance(node, list) else set()

    assert referred(SCHEMA) <= set(SCHEMA["$defs"])
    assert SCHEMA["properties"]["replications"]["description"] == "Runs of a scenario at a point"
    assert SCHEMA["properties"]["replications"]["zh"]
    json.dumps(SCHEMA)


def test_an_expectation_of_a_scenario_may_say_how_sure() -> None:
    schema = scenario_schema()
    text = "expect: [return_rate < 50 % with 95 %]\n"
    assert checks(schema, load_text(text, "f").plain(), schema) == []
