"""What `guanxi list` tells is true: every path that it names is an axis, and every new sweep file is a good one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.experiment.levers import Laid, levers_of
from sim.scenario.find import available
from sim.scenario.inventory import inventory
from sim.scenario.resolve import resolve
from sim.scenario.sweep import resolve_sweep, resolve_sweep_text
from sim.scenario.sweep_spec import LIMIT_AXES
from sim.scenario.sweep_template import sweep_template

NAMES = sorted(set(available()) - {"real_trust_network"})  # its data is not shipped


@pytest.mark.parametrize("name", ["community", "two_brands"])
def test_every_path_can_be_an_axis_with_the_value_it_has(name: str) -> None:
    entries = [one for one in inventory(resolve(name).spec) if one.value != "null"]
    for first in range(0, len(entries), LIMIT_AXES):
        lines = [f"  {one.path}: [{one.value}]" for one in entries[first:first + LIMIT_AXES]]
        found = resolve_sweep_text("\n".join([f"scenarios: [{name}]", "replications: 1", "axes:", *lines]))
        assert [axis.path for axis in found.axes] == [one.path for one in entries[first:first + LIMIT_AXES]]


@pytest.mark.parametrize("name", NAMES)
def test_every_value_says_what_it_means_in_words_of_both_languages(name: str) -> None:
    symbols = r"\W*[a-z]{0,5}(_\w+)?[+-]?"
    for one in inventory(resolve(name).spec):
        own = {lang: text.partition("；" if lang == "zh" else ";")[0] for lang, text in one.means.items()}
        assert not re.fullmatch(symbols, own["en"]), one.path
        assert re.search(r"[一-鿿]", own["zh"]) or one.path.startswith("mechanisms.repurchase.bgnbd."), one.path


def test_an_axis_without_a_label_is_called_what_its_parameter_is() -> None:
    paths = {"strategies.community.groups": "[2, 4]", "network.kind": "[dunbar, small_world]", "mechanisms.audience.host_effect": "[0.03, 0.04]"}
    axes = resolve_sweep_text("scenarios: [community]\naxes:\n" + "".join(f"  {path}: {values}\n" for path, values in paths.items())).axes
    assert [axis.label for axis in axes] == [{"zh": "群数", "en": "Groups kept"}, {"zh": "关系网络", "en": "Who trusts whom"},
                                             {"zh": "群主作用", "en": "What hosting adds to the health of a group (a_host)"}]


def test_what_has_a_range_is_a_lever_and_every_lever_is_listed() -> None:
    spec = resolve("dual_rebate").spec
    ranged = [one for one in inventory(spec) if one.span is not None]
    found = levers_of(Laid("dual_rebate", spec), [one.path for one in ranged])
    assert [lever.path for lever in found] == [one.path for one in ranged]
    assert {lever.path for lever in levers_of(Laid("dual_rebate", spec), [])} <= {one.path for one in ranged}


def test_words_are_looked_for_in_path_and_meaning_of_both_languages() -> None:
    entries = inventory(resolve("dual_rebate").spec)
    assert [one.path for one in entries if one.has(("Buy_IN",))] == ["strategies.dual_rebate.stock.buy_in"]
    assert {one.path for one in entries if one.has(("标价",))} & {"brand.product.price"}
    assert [one for one in entries if one.has(("price", "no such word"))] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_new_sweep_is_a_good_one(name: str, lang: str) -> None:
    text = sweep_template("mine", name, lang)  # type: ignore[arg-type]
    found = resolve_sweep_text(text)
    assert found.spec.name == "mine"
    assert found.expectations(0)
    assert 1 <= len(found.axes) <= 2
    everything = resolve_sweep_text(text.replace("  # strategies.", "  strategies.").replace("design: grid", "design: latin_hypercube"))
    assert len(everything.axes) >= len(found.axes)


def test_a_sweep_of_a_file_finds_it_from_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("name: mine\nextends: dual_rebate\n", encoding="utf-8")
    Path("sweeps").mkdir()
    written = Path("sweeps", "terms.yaml")
    written.write_text(sweep_template("terms", "mine.yaml", folder=Path("sweeps")), encoding="utf-8")
    assert [case.spec.name for case in resolve_sweep(written).cases] == ["mine"]


@pytest.mark.parametrize(("name", "scenario"), [("a/b", "community"), ("mine", "comunity"), ("mine", "no.yaml")])
def test_a_sweep_that_cannot_be_written_is_told(name: str, scenario: str) -> None:
    with pytest.raises(ScenarioError):
        sweep_template(name, scenario)
