"""Whatever a scenario file holds, the answer is a scenario or a located error with exit code 3; never anything else."""

from __future__ import annotations

import json
import os
import string
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.errors import DataError, MarketMismatchError, ScenarioError
from sim.scenario import kinds
from sim.scenario.data import missing_data, require_data
from sim.scenario.dump import to_yaml
from sim.scenario.find import is_safe_name
from sim.scenario.load import LIMIT_DEPTH, load_bytes, load_text
from sim.scenario.market import market_of, require_same_market, scenario_hash
from sim.scenario.nodes import Node, walk
from sim.scenario.resolve import Resolved, resolve, resolve_text
from sim.scenario.spec import ScenarioSpec
from sim.scenario.template import template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXAMPLES = int(os.environ.get("GUANXI_EXAMPLES", "50"))
"""Examples a test; raise it to search longer, and with other examples each time."""

QUICK = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize="GUANXI_EXAMPLES" not in os.environ)
FEW = settings(QUICK, max_examples=EXAMPLES // 2)

NASTY = [
    "-1", "-1 CNY", "1e18 CNY", "1e999999999 CNY", "1e308", "1e309", "-0", ".nan", ".inf", "-.inf", "NaN", "9" * 25,
    "9" * 5000, "0x" + "f" * 30, "true", "no", "null", "~", "''", "[]", "{}", "[[[[]]]]", "{a: {b: {c: 1}}}", "[1, two, {three: 3}]",
    "../../etc/passwd", "<script>alert(1)</script>", '"\\0"', '"\\e[31m"', '"\\u202E"', "*a", "&a 1", "!!python/name:os.system x",
    "!!set {a}", "'" + "x" * 5000 + "'", "'1" + "1" * 3000 + "!'", "1 CNY CNY", "5%%", "150%", "-5%", "3 weeks", "1 /0", "2026-02-30",
    "00-00", "{kind: nothing}", "{kind: [1]}", "{kind: null, id: 3}", "[{kind: community}, {kind: community}]", "社群", "0.001 CNY",
    "{replace: true}", "{replace: maybe}", "[{replace: true}]", "12:30:15", "1_0_0", "._", "0o777", "1e-400",
]
WORDS = ["community", "kind", "id", "brand", "brands", "product", "products", "network", "path", "graph", "data", "extends", "replace", "schema",
         "name", "mechanisms", "expect", "shocks", "days", "people", "__class__", "__proto__", "model_config", "0", "-1", "."]
BASE = """\
name: base
title: {zh: 基准, en: Base}
days: 30
people: 500
start: 2026-03-01
network: {kind: dunbar, ties_per_person: 120}
population: {brand_trust: 20%}
calendar: {seasons: [{first: 06-01, last: 06-18, need: 2}]}
brand:
  cash: 300_000 CNY
  seed_customers: 20
  product: {price: 128 CNY, unit_cost: 22 CNY, quality: 0.72, uses_days: 30, category: beauty}
mechanisms:
  attention: {mode: limited}
strategies:
  - kind: community
    groups: 20
    red_packets: {every_days: 7, amount: 60 CNY, packets: 20}
shocks:
  - {kind: account_ban, day: 12, share: 0.5}
expect:
  - losing_agent_share < 0.5
"""

nasty = st.one_of(st.sampled_from(NASTY), st.integers().map(str), st.floats().map(repr),
                  st.text(max_size=20).map(lambda t: json.dumps(t, ensure_ascii=False)))
junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**29), 10**29), st.floats(allow_nan=False, allow_infinity=False),
              st.text(max_size=12), st.sampled_from(["-3 CNY", "5 %", "2 weeks", "1e999 CNY", "../x", "<b>", "2026-99-01"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3),
                            st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text("abé_", min_size=1, max_size=4)), inner, max_size=3)),
    max_leaves=6)
BASE_PLAIN = load_text(BASE, "base").plain()
PATHS = [path for path, _ in walk(load_text(BASE, "base")) if path]


def outcome(call: Callable[[], Any]) -> Any:
    """Return what a call returns, or the user's error that it raises; any other exception fails the test."""
    try:
        return call()
    except (ScenarioError, DataError, MarketMismatchError) as error:
        return error


def answered(text: str, *overrides: str) -> Resolved | None:
    """Resolve a text; anything but a scenario or a well-formed error fails the test."""
    found = outcome(lambda: resolve_text(text, "s.yaml", overrides))
    if isinstance(found, ScenarioError):
        assert found.exit_code == 3
        assert found.problems
        for problem in found.problems:
            shown = problem.located()
            assert all(c.isprintable() or c in "\n\u3000" for c in shown)
            assert len(shown) < 4000
            assert problem.message
        return None
    assert isinstance(found, Resolved)
    assert is_safe_name(found.spec.name)
    again = resolve_text(found.text, "again")
    assert again.spec == found.spec
    assert market_of(again.spec) == market_of(found.spec)
    assert scenario_hash(again.spec) == scenario_hash(found.spec)
    return found


def test_the_base_is_good() -> None:
    assert answered(BASE) is not None


@QUICK
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes(content: bytes) -> None:
    found = outcome(lambda: load_bytes(content, "f"))
    assert found.is_map if isinstance(found, Node) else found.problems[0].file == "f"


@QUICK
@given(st.text("[]{}:,-?#&*!|>'\"%@` \n\tab1", max_size=60))
def test_any_punctuation(text: str) -> None:
    answered(text)
    answered(f"brand: {text}")


@QUICK
@given(st.sampled_from(range(BASE.count("\n"))), nasty, st.sampled_from(["value", "name", "twice", "gone", "shift", "tail", "below"]))
def test_a_line_gone_wrong(line: int, value: str, how: str) -> None:
    lines = BASE.splitlines()
    head, _, _ = lines[line].partition(":")
    changed = {
        "value": [f"{head}: {value}"], "name": [f"{head}{value}: 1"], "twice": [lines[line]] * 2, "gone": [],
        "shift": [f"   {lines[line]}"], "tail": [f"{lines[line]} {value}"], "below": [lines[line], f"  {value}: {value}"],
    }[how]
    answered("\n".join([*lines[:line], *changed, *lines[line + 1 :]]) + "\n")


@QUICK
@given(st.sampled_from(PATHS), junk)
def test_a_value_of_another_type(path: tuple[str | int, ...], value: Any) -> None:
    data = json.loads(json.dumps(BASE_PLAIN))
    target = data
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    answered(to_yaml(data))


def declared() -> list[str]:
    """Return the path of every parameter of every kind that ships."""
    paths = [f"mechanisms.{name}.{inner}" for name, field in kinds.mechanisms_class().model_fields.items()
             for inner in getattr(field.annotation, "model_fields", {})]
    for family in (kinds.NETWORK, kinds.STRATEGIES, kinds.SHOCKS):
        for kind in kinds.kinds(family):
            params = kinds.params_class(family, kind)
            assert params is not None
            paths += [f"{family}:{kind}:{name}" for name in params.model_fields]
    return [*paths, *(f"population.{n}" for n in ScenarioSpec().population.model_fields),
            *(f"brand.product.{n}" for n in ScenarioSpec().all_brands()[0].all_products()[0].model_fields)]


@settings(QUICK, max_examples=EXAMPLES * 3)
@given(st.data(), nasty)
def test_every_declared_parameter_withstands_everything(data: st.DataObject, value: str) -> None:
    path = data.draw(st.sampled_from(declared()))
    family, _, rest = path.partition(":")
    if rest:
        kind, _, name = rest.partition(":")
        item = f"{{kind: {kind}, {name}: {value}}}"
        answered(f"{family}: {item}\n" if family == kinds.NETWORK else f"{family}: [{item}]\n")
    else:
        answered("days: 30\n", f"{path}={value}")


@QUICK
@given(st.lists(st.sampled_from([*WORDS, "strategies", "community", "groups", "cash", "é", "", " ", "²", "a" * 300]), min_size=1, max_size=5),
       nasty)
def test_any_setting(parts: list[str], value: str) -> None:
    answered(BASE, f"{'.'.join(parts)}={value}")


@FEW
@given(st.text(max_size=40))
def test_a_setting_of_any_shape(text: str) -> None:
    answered(BASE, text)


@FEW
@given(st.lists(st.tuples(st.sampled_from(["a.yaml", "./b.yaml", "c.yaml", "../x/d.yaml", "nowhere", "/", "missing.yaml", "x/", "\0", ""]),
                          junk), min_size=3, max_size=3))
def test_any_inheritance(tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("x")
    for name, (parent, value) in zip("abc", parts, strict=True):
        (folder / f"{name}.yaml").write_text(to_yaml({"extends": parent, "brand": value, "strategies": value}), encoding="utf-8")
    found = outcome(lambda: resolve(folder / "a.yaml"))
    assert isinstance(found, Resolved) or found.problems[0].file


@FEW
@given(st.integers(1, 400), st.sampled_from(["[", "{a: ", "- "]))
def test_any_depth(depth: int, opening: str) -> None:
    closing = {"[": "]", "{a: ": "}", "- ": ""}[opening]
    text = "brand:\n" + opening * depth + "1" if opening == "- " else "brand: " + opening * depth + "1" + closing * depth
    answered(text)
    if depth < LIMIT_DEPTH - 1:
        load_text(text, "f")


@pytest.mark.parametrize("bomb", [
    "a: &a [1]\nb: [*a, *a]\n",
    "".join(f"k{i}: &k{i} [{', '.join([f'*k{i - 1}'] * 9)}]\n" for i in range(1, 12)),
    "a: &a {b: *a}\n", "<<: &x {days: 3}\n", "days: 3\n" * 3_000, "a: " + "x" * 2_000_000, "- " * 100_000,
    "{" * 100_000, "[" * 100_000, "? " * 50_000, "a: '" + "\n" * 90_000 + "'", "a: |\n" + " x\n" * 90_000, "#" * 900_000,
    "\n" * 200_000 + "a: b: c", "a" * 900_000 + ": 1", "strategies: [" + "{kind: community}," * 9_000 + "]",
    "strategies: [" + ",".join(f"{{kind: community, id: i{i}}}" for i in range(1_000)) + "]",
    "expect: [" + "profit_fen > 0," * 2_000 + "]", "brand: {" + ",".join(f"k{i}: 1" for i in range(6_000)) + "}",
], ids=range(19))
def test_bombs(bomb: str) -> None:
    assert answered(bomb) is None


@pytest.mark.parametrize("content", [
    b"\xff\xfed\x00a\x00", b"\x00" * 100, b"days: 3\x00", b"\x80abc", b"days: \xed\xa0\x80",
    "days: 3\n".encode("utf-32"), b"%PDF-1.4", b"PK\x03\x04" + b"\x00" * 50, b"\x1f\x8b\x08\x00",
])
def test_other_encodings_and_other_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError):
        resolve(path)


@QUICK
@given(st.one_of(st.text(max_size=30), st.sampled_from(["..", ".", "/", "~", "con", "a/../b", "%00", "x\n", "${HOME}", "$(ls)", "\0"])))
def test_names_never_become_paths_or_markup(name: str) -> None:
    if is_safe_name(name):
        assert not set(name) & set(string.punctuation + string.whitespace) - {"_", "-"}
        assert answered(to_yaml({"name": name, "days": 3})) is not None
    else:
        assert answered(to_yaml({"name": name, "days": 3})) is None
        with pytest.raises(ScenarioError):
            template(name, "community")


@FEW
@given(st.text(max_size=60))
def test_any_argument_is_a_scenario_or_an_error(name: str) -> None:
    with pytest.raises(ScenarioError):
        resolve(name)


@FEW
@given(st.one_of(st.text(max_size=40), st.sampled_from(["/", "/dev/zero", ".", "x" * 300, "~x/y", "a\0b", "..", "//x"])))
def test_any_data_path(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    path = tmp_path_factory.mktemp("x") / "s.yaml"
    for kind in ("edge_list", "saved", "graph"):
        path.write_text(to_yaml({"network": {"kind": kind, "path": name}}), encoding="utf-8")
        found = outcome(lambda: resolve(path))
        if isinstance(found, Resolved):
            assert len(scenario_hash(found.spec)) == 16
            missing = missing_data(found.spec)
            assert isinstance(outcome(lambda spec=found.spec: require_data(spec)), DataError) is bool(missing)


@FEW
@given(st.sampled_from(PATHS), junk)
def test_two_scenarios_share_a_market_or_the_difference_has_a_name(path: tuple[str | int, ...], value: Any) -> None:
    data = json.loads(json.dumps(BASE_PLAIN))
    target = data
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    other = answered(to_yaml(data))
    if other is None:
        return
    base = resolve_text(BASE).spec
    refusal = outcome(lambda: require_same_market([base, other.spec]))
    assert (market_of(base) == market_of(other.spec)) is (refusal is None)
    assert refusal is None or refusal.fields


@QUICK
@given(st.dictionaries(st.text(max_size=8).filter(lambda t: t != "" and t.isprintable()), junk, max_size=5))
def test_written_data_reads_back(data: dict[str, Any]) -> None:
    found = outcome(lambda: load_text(to_yaml(data), "f").plain())
    assert found == data or "a number of" in str(found) or not data
