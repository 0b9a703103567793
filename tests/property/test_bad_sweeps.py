"""Whatever a sweep file holds, the answer is a sweep or a located error with exit code 3; never anything else."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.errors import DataError, MarketMismatchError, ScenarioError
from sim.experiment.designs import points_of, size_of
from sim.scenario.dump import to_yaml
from sim.scenario.load import load_text
from sim.scenario.nodes import walk
from sim.scenario.sweep import Sweep, resolve_sweep_text

EXAMPLES = int(os.environ.get("GUANXI_EXAMPLES", "60"))
QUICK = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize="GUANXI_EXAMPLES" not in os.environ)

GOOD = """\
name: quick
title: {zh: 快扫, en: Quick}
scenarios: [community, dual_rebate]
base: {people: 300, days: 20, brand.seed_customers: 20}
axes:
  strategies.community.groups: [2, 5]
  brand.product.quality: {low: 0.4, high: 0.9, steps: 2}
  brand.cash: {low: 50_000 CNY, high: 500_000 CNY, scale: log}
  population.brand_trust: {distribution: {kind: normal, mean: 20%, sd: 5%}, low: 5%, high: 50%}
  network.kind: {values: [dunbar, small_world], label: 网络}
design: {kind: latin_hypercube, points: 8, seed: 1}
replications: 2
seed: 1
expect:
  - repurchase_rate_90d > 20% with 95 %
  - dual_rebate: losing_agent_share < 0.5
"""
NASTY = ["-1", "-1 CNY", "1e308", ".nan", ".inf", "9" * 25, "true", "no", "null", "~", "''", "[]", "{}", "[[[[]]]]", "{a: {b: {c: 1}}}",
         "[1, two, {three: 3}]", "../../etc/passwd", "<script>", '"\\0"', '"\\e[31m"', '"\\u202E"', "*a", "&a 1", "!!set {a}", "5%%", "150%",
         "3 weeks", "[[1], [2]]", "{low: 1, high: 2}", "{low: {}, high: []}", "{values: [null]}", "{values: [[], {}]}", "社群", "12:30", "1e-400",
         "{kind: sobol, points: 4}", "{kind: nothing}", "{distribution: {kind: triangular, mode: 1}, low: 0, high: 2}"]
PLAIN = load_text(GOOD, "good").plain()
PATHS = [path for path, _ in walk(load_text(GOOD, "good")) if path]
junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**29), 10**29), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
              st.sampled_from(["-3 CNY", "5 %", "2 weeks", "../x", "<b>", "community", "profit_fen > 1"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(
        st.sampled_from(["low", "high", "values", "kind", "steps", "people", "strategies.community.groups", "extends", "", "."]), inner, max_size=3)),
    max_leaves=6)


def answered(text: str) -> None:
    """Resolve a sweep; anything but a sweep or a well-formed error fails the test."""
    try:
        found = resolve_sweep_text(text, "s.yaml")
    except ScenarioError as error:
        assert error.problems  # noqa: PT017 - one of several good ends
        for problem in error.problems:
            shown = problem.located()
            assert all(c.isprintable() or c in "\n\u3000" for c in shown)
            assert len(shown) < 5000
        return
    except (DataError, MarketMismatchError):
        return
    assert isinstance(found, Sweep)
    if size_of(found) <= 500:
        for point in points_of(found)[:3]:
            try:
                found.scenario(0, point.values)
            except ScenarioError as error:
                assert "wrong together" in error.message  # noqa: PT017 - told like every other error


def test_the_good_one_is_good() -> None:
    found = resolve_sweep_text(GOOD)
    assert len(points_of(found)) == 8


@QUICK
@given(st.sampled_from(range(GOOD.count("\n"))), st.sampled_from(NASTY), st.sampled_from(["value", "name", "twice", "gone", "tail", "below"]))
def test_a_line_gone_wrong(line: int, value: str, how: str) -> None:
    lines = GOOD.splitlines()
    head, _, _ = lines[line].partition(":")
    changed = {"value": [f"{head}: {value}"], "name": [f"{head}{value}: 1"], "twice": [lines[line]] * 2, "gone": [],
               "tail": [f"{lines[line]} {value}"], "below": [lines[line], f"  {value}: {value}"]}[how]
    answered("\n".join([*lines[:line], *changed, *lines[line + 1:]]) + "\n")


@QUICK
@given(st.sampled_from(PATHS), junk)
def test_a_value_of_another_type(path: tuple[str | int, ...], value: Any) -> None:
    data = json.loads(json.dumps(PLAIN))
    target = data
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    answered(to_yaml(data))


@QUICK
@given(st.text("[]{}:,-?#&*!|>'\"%@` \n\tab1", max_size=60))
def test_any_punctuation(text: str) -> None:
    answered(text)
    answered(f"scenarios: [community]\naxes: {text}")
