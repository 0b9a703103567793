"""What the room writes: YAML, the JSON Schema, commented scenarios; and the data files it looks for."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import scenario_parts

from sim.core.errors import DataError, ScenarioError
from sim.scenario import find
from sim.scenario.data import missing_data, require_data
from sim.scenario.dump import to_yaml
from sim.scenario.load import load_text
from sim.scenario.resolve import resolve, resolve_text
from sim.scenario.schema import scenario_schema
from sim.scenario.template import template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
from tests.json_schema import checks


@pytest.fixture(autouse=True)
def _small_kinds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(find, "_PACKAGE", tmp_path / "package" / "sim")
    monkeypatch.delenv("GUANXI_DATA", raising=False)
    yield from scenario_parts.use_small_kinds(monkeypatch)


@pytest.mark.parametrize("value", [
    "no", "true", "null", "~", "", "-", "- x", "12", "1e5", "128 CNY", "5%", "a: b", "# x", "x # y", "'", '"', "a\nb", "\t",
    "社群", "[x]", "{x}", "&a", "*a", "!t", "%x", "@x", "`x", "|", ">", "?", ": ", " x", "x ", "\u202e", "é", "2026-01-01",
    "012", "0x1", ".5", "1_000", "...", "---", "<<", "=", "a,b", "\U0001f600", "\U0001342f", "\x7f", "\x85", "06-18", "~x", "a/b", "1 万元",
])
def test_texts_read_back(value: str) -> None:
    data = {"key": value, "list": [value, {"deep": value, "more": [value]}], "map": {"k": {"x": value}}}
    assert load_text(to_yaml(data), "f").plain() == data


def test_other_data_reads_back() -> None:
    data = {"a": 1, "b": -0.25, "c": 1e-9, "d": True, "e": None, "f": [], "g": {}, "h": [1, 2.5], "i": 2**62,
            "j": [{"x": 1, "y": {"z": []}}, {}], "k": {"no": 1, "12": 2, "a: b": 3}, "l": [[1, 2], [3]], "m": 1e300}
    assert load_text(to_yaml(data), "f").plain() == data
    assert to_yaml({"a": 7.0}) == "a: 7\n"


@pytest.mark.parametrize("text", [
    "extends: base\ntitle: Fair\nstrategies:\n  - {id: night, groups: 4}\n  - {kind: club, replace: true}\n",
    "name: 夜市\nnetwork: {reach: 3}\nbrand: {replace: true, cash: 5, product: {price: 1 CNY, quality: 70%}}\n",
    "network: {kind: listed, path: x.csv}\nshocks: [{kind: account_ban, day: 3}]\nexpect: [k_factor < 80%]\n",
    "mechanisms: {ear: {patience: 3}}\nmarket: {seed: 3}\nstart: 2026-01-01\nschema: 1\n",
])
def test_an_editor_accepts_good_files(text: str) -> None:
    schema = scenario_schema()
    assert checks(schema, load_text(text, "f").plain(), schema) == []


@pytest.mark.parametrize(("text", "wrong"), [
    ("dyas: 3\n", "dyas is unknown"),
    ("strategies: [{kind: club, grups: 3}]\n", "grups is unknown"),
    ("strategies: [{kind: clubb}]\n", "'clubb' is not one of"),
    ("strategies: [{kind: stall, groups: 3}]\n", "groups is unknown"),
    ("network: {kind: listed, reach: 3}\n", "reach is unknown"),
    ("network: {path: x.csv}\n", "path is unknown"),
    ("mechanisms: {eer: {}}\n", "eer is unknown"),
    ("name: a/b\n", "does not match"),
    ("name: a b\n", "does not match"),
    ("expect: [profit is good]\n", "does not match"),
    ("people: soon\n", "is no integer"),
])
def test_an_editor_flags_bad_files(text: str, wrong: str) -> None:
    schema = scenario_schema()
    assert any(wrong in fault for fault in checks(schema, load_text(text, "f").plain(), schema))


def test_the_schema_tells_meaning_unit_source_and_money_in_yuan() -> None:
    schema = scenario_schema()
    json.dumps(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    fee = schema["$defs"]["strategies.club"]["properties"]["fee"]
    assert (fee["description"], fee["zh"], fee["unit"], fee["default"], fee["range"], fee["source"]) == (
        "Entry fee", "入会费", "CNY", "12.5 CNY", [5.0, 20.0], "assumption")
    assert schema["$defs"]["strategies.club"]["properties"]["prizes"]["default"] == ["1 CNY", "2.5 CNY"]
    refs = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))
    assert refs <= set(schema["$defs"])
    assert "x-guanxi-family" not in json.dumps(schema)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_new_scenario_is_good_and_commented(lang: str, tmp_path: Path) -> None:
    text = template("mine", "club", lang)  # type: ignore[arg-type]
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    spec = resolve("./mine.yaml").spec
    assert spec.name == "mine"
    assert spec.strategies == (scenario_parts.ClubParams(),)
    fee = next(line for line in text.splitlines() if line.strip().startswith("fee:"))
    assert fee.split("#")[0].strip() == "fee: 12.5 CNY"
    for part in ("Entry fee", "5 CNY to 20 CNY", "an assumption") if lang == "en" else ("入会费", "5 CNY 至 20 CNY", "假设"):
        assert part in fee
    assert "# limit:" in text
    assert ("天" in text) is (lang == "zh")
    uncommented = re.sub(r"(?m)^# (shocks:|expect:|  - (?:\{kind|losing))", r"\1", text)
    assert resolve_text(uncommented).spec.expect == ("losing_agent_share < 0.5",)


def test_a_new_scenario_shares_its_market_with_the_shipped_one(tmp_path: Path) -> None:
    shipped = tmp_path / "package" / "scenarios"
    shipped.mkdir(parents=True)
    (shipped / "base.yaml").write_text("days: 77\nbrands: [{cash: 3}, {cash: 4, product: {price: 9}}]\n"
                                       "mechanisms: {ear: {patience: 12}}\ncalendar: {weekday_need: [1,1,1,1,1,2,2]}\n")
    (shipped / "club.yaml").write_text("extends: base\nstrategies: [{kind: club, groups: 8, limit: 4}, {kind: club, id: b}]\n"
                                       "shocks: [{kind: account_ban, day: 5}]\nexpect: [k_factor > 0]\n")
    resolved, made = resolve("club").spec, resolve_text(template("mine", "club")).spec
    assert made.model_copy(update={"name": "club", "title": resolved.title}) == resolved
    assert resolve_text(template("mine", "base")).spec.days == 77


def test_new_scenarios_that_cannot_be_made() -> None:
    with pytest.raises(ScenarioError, match="no kind of strategy 'clbu' - did you mean 'club'"):
        template("mine", "clbu")
    for name in ("../x", "a/b", "", "<b>", "x" * 100):
        with pytest.raises(ScenarioError, match="cannot be a name"):
            template(name, "club")


def test_missing_data_is_said_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s.yaml").write_text("data: ties.csv\nnetwork: {kind: listed}\n")
    resolved = resolve("./s.yaml")
    assert resolved.spec.network.path == "ties.csv"
    message, = missing_data(resolved.spec)
    for part in ("ties.csv", "GUANXI_DATA", "--set network.path="):
        assert part in message
    with pytest.raises(DataError) as caught:
        require_data(resolved.spec)
    assert caught.value.exit_code == 3
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ties.csv").write_text("a,b\n")
    monkeypatch.setenv("GUANXI_DATA", str(tmp_path / "elsewhere"))
    found = resolve("./s.yaml").spec
    assert found.network.path == str(tmp_path / "elsewhere" / "ties.csv")
    assert missing_data(found) == []
    require_data(found)


def test_data_is_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "base.yaml").write_text("network: {kind: listed, path: ties.csv}\n")
    (tmp_path / "deep" / "ties.csv").write_text("a,b\n")
    (tmp_path / "s.yaml").write_text("extends: deep/base.yaml\n")
    assert resolve("./s.yaml").spec.network.path == str(tmp_path / "deep" / "ties.csv")
    assert "path: ties.csv" in resolve("./s.yaml").stated
    (tmp_path / "own.csv").write_text("a,b\n")
    assert resolve("./s.yaml", ["network.path=own.csv"]).spec.network.path == str(tmp_path / "own.csv")
    text = "extends: deep/base.yaml\nnetwork: {path: own.csv}\n"
    assert resolve_text(text, folder=tmp_path).spec.network.path == str(tmp_path / "own.csv")
    for odd in ("'a\\0b'", '"a\\0b"', "x" * 3000, "~nobody_here/x", "/", "."):
        assert missing_data(resolve("./s.yaml", [f"network.path={odd}"]).spec) != []
