"""Inheritance and finding: what a child takes over, and what it may name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sim.core.errors import ScenarioError
from sim.scenario import find
from sim.scenario.find import available, find_scenario, is_safe_name
from sim.scenario.load import load_text
from sim.scenario.merge import LIMIT_CHAIN, load_merged, merge
from sim.scenario.nodes import locate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(find, "_PACKAGE", tmp_path / "package" / "sim")
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def merged(parent: str, child: str) -> object:
    return merge(load_text(parent, "p"), load_text(child, "c")).plain()


def test_mappings_merge_and_lists_are_replaced() -> None:
    assert merged("a: {b: 1, c: 2}\nd: [1, 2]\n", "a: {c: 3}\nd: [4]\n") == {"a": {"b": 1, "c": 3}, "d": [4]}
    assert merged("a: {b: 1}\n", "a: 7\n") == {"a": 7}
    assert merged("a: 7\n", "a: {b: 1}\n") == {"a": {"b": 1}}


def test_another_kind_takes_no_parameters_over() -> None:
    assert merged("n: {kind: x, p: 1}\n", "n: {kind: y}\n") == {"n": {"kind": "y"}}
    assert merged("n: {kind: x, p: 1}\n", "n: {kind: x, q: 2}\n") == {"n": {"kind": "x", "p": 1, "q": 2}}
    assert merged("n: {kind: x, p: 1}\n", "n: {q: 2}\n") == {"n": {"kind": "x", "p": 1, "q": 2}}


def test_strategies_merge_by_id_and_the_id_is_the_kind_by_default() -> None:
    parent = "strategies:\n  - {kind: a, x: 1}\n  - {kind: b, id: second, y: 1}\n"
    child = "strategies:\n  - {id: second, z: 2}\n  - {kind: c}\n  - {kind: a, x: 3}\n"
    assert merged(parent, child) == {"strategies": [
        {"kind": "a", "x": 3}, {"kind": "b", "id": "second", "y": 1, "z": 2}, {"kind": "c"}]}


def test_two_strategies_of_one_id_in_one_file_stay_two() -> None:
    both = merged("strategies: [{kind: a, x: 1}]\n", "strategies: [{kind: a, x: 2}, {kind: a, x: 3}]\n")
    assert both == {"strategies": [{"kind": "a", "x": 2}, {"kind": "a", "x": 3}]}


def test_replace_takes_nothing_over(folder: Path) -> None:
    write(folder, "p.yaml", "brand: {cash: 1, name: p}\nstrategies: [{kind: a, x: 1}, {kind: b, y: 1}]\n")
    item = write(folder, "i.yaml", "extends: p.yaml\nbrand: {replace: true, name: c}\n"
                                   "strategies: [{kind: a, replace: true}]\n")
    assert load_merged(item).plain() == {"brand": {"name": "c"}, "strategies": [{"kind": "a"}, {"kind": "b", "y": 1}]}
    whole = write(folder, "w.yaml", "extends: p.yaml\nstrategies: [{replace: true}, {kind: c}]\n")
    assert load_merged(whole).plain()["strategies"] == [{"kind": "c"}]
    nothing = write(folder, "n.yaml", "extends: p.yaml\nstrategies: [{replace: true}]\n")
    assert load_merged(nothing).plain()["strategies"] == []
    empty = write(folder, "e.yaml", "extends: p.yaml\nstrategies: []\n")
    assert load_merged(empty).plain()["strategies"] == []
    orphan = write(folder, "o.yaml", "strategies: [{replace: true}, {kind: a, replace: false}]\n")
    assert load_merged(orphan).plain()["strategies"] == [{"kind": "a"}]
    wrong = write(folder, "x.yaml", "brand: {replace: perhaps}\n")
    with pytest.raises(ScenarioError, match=r"x.yaml:1:18: error: replace: replace is true or false"):
        load_merged(wrong)


def test_one_brand_drops_several_and_the_reverse() -> None:
    assert merged("brand: {cash: 1}\n", "brands: [{cash: 2}]\n") == {"brands": [{"cash": 2}]}
    assert merged("brands: [{cash: 2}]\n", "brand: {cash: 1}\n") == {"brand": {"cash": 1}}
    assert merged("brand: {product: {price: 1}}\n", "brand: {products: []}\n") == {"brand": {"products": []}}
    assert set(merged("brand: {}\n", "brand: {}\nbrands: []\n")) == {"brand", "brands"}  # left to the check


def test_values_keep_the_file_they_came_from(folder: Path) -> None:
    write(folder, "shared/base.yaml", "days: 10\nbrand: {cash: 1, name: x}\n")
    write(folder, "middle.yaml", "extends: shared/base.yaml\nbrand:\n  cash: 2\n")
    child = write(folder, "child.yaml", "extends: ./middle.yaml\npeople: 30\n")
    tree = load_merged(child, "child.yaml")
    assert tree.plain() == {"days": 10, "people": 30, "brand": {"cash": 2, "name": "x"}}
    places = {name: locate(tree, path)[0].place for name, path in
              {"days": ("days",), "cash": ("brand", "cash"), "people": ("people",)}.items()}
    assert places["days"].file.endswith("base.yaml")
    assert places["cash"].file.endswith("middle.yaml")
    assert (places["people"].file, places["people"].line) == ("child.yaml", 2)


def test_name_title_and_version_are_not_inherited(folder: Path) -> None:
    write(folder, "p.yaml", "schema: 1\nname: p\ntitle: {en: P}\ndays: 3\n")
    child = write(folder, "c.yaml", "extends: p.yaml\n")
    assert load_merged(child).plain() == {"days": 3}


@pytest.mark.parametrize(("files", "said"), [
    ({"a.yaml": "extends: a.yaml\n"}, "circle: a.yaml -> a.yaml"),
    ({"a.yaml": "extends: b.yaml\n", "b.yaml": "extends: ./c.yaml\n", "c.yaml": "extends: a.yaml\n"},
     "circle: a.yaml -> b.yaml -> c.yaml -> a.yaml"),
    ({"a.yaml": "days: 1\nextends: bse.yaml\n", "base.yaml": "days: 3\n"}, "a.yaml:2:10: error: extends: no such file"),
    ({"a.yaml": "extends: nowhere\n"}, "no scenario 'nowhere'"),
    ({"a.yaml": "extends: [b.yaml]\n"}, "name or path of one scenario"),
    ({"a.yaml": "extends: ''\n"}, "name or path of one scenario"),
    ({"a.yaml": "extends: 3\n"}, "name or path of one scenario"),
    ({"a.yaml": 'extends: "x\\0.yaml"\n'}, "no such file"),
    ({"a.yaml": "extends: " + "x" * 5000 + ".yaml\n"}, "no such file"),
    ({"a.yaml": "extends: sub/\n", "sub/x.yaml": ""}, "not a file"),
    ({"a.yaml": "extends: b.yaml\n", "b.yaml": "days: [1\n"}, "b.yaml:2:1: error: not valid YAML"),
])
def test_wrong_parents_are_located(folder: Path, files: dict[str, str], said: str) -> None:
    for name, text in files.items():
        write(folder, name, text)
    with pytest.raises(ScenarioError) as caught:
        load_merged(folder / "a.yaml")
    assert said in str(caught.value)


def test_nearest_file_is_proposed(folder: Path) -> None:
    write(folder, "base.yaml", "days: 3\n")
    with pytest.raises(ScenarioError, match=r"did you mean 'base.yaml'"):
        load_merged(write(folder, "a.yaml", "extends: bse.yaml\n"))


def test_a_circle_through_links_is_seen(folder: Path) -> None:
    path = write(folder, "a.yaml", "extends: link.yaml\n")
    (folder / "link.yaml").symlink_to(path)
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    with pytest.raises(ScenarioError, match="circle"):
        load_merged(path)
    with pytest.raises(ScenarioError):
        load_merged(write(folder, "b.yaml", "extends: loop.yaml\n"))


def test_chains_are_limited(folder: Path) -> None:
    for step in range(LIMIT_CHAIN + 2):
        write(folder, f"s{step}.yaml", f"extends: s{step + 1}.yaml\n")
    with pytest.raises(ScenarioError, match=f"more than {LIMIT_CHAIN} files"):
        load_merged(folder / "s0.yaml")


def test_bare_names_mean_the_own_folder_then_the_shipped_one(folder: Path) -> None:
    shipped = write(folder, "package/scenarios/club.yaml", "days: 1\n")
    other = write(folder, "package/scenarios/fair.yaml", "days: 1\n")
    assert find_scenario("club") == shipped
    own = write(folder, "scenarios/club.yaml", "days: 2\n")
    assert find_scenario("club").resolve() == own
    assert find_scenario("fair") == other
    assert set(available()) == {"club", "fair"}
    with pytest.raises(ScenarioError, match=r"no scenario 'clubb' - did you mean 'club'\? \(known: club, fair"):
        find_scenario("clubb")


def test_a_wheel_carries_the_shipped_scenarios_inside_the_package(folder: Path) -> None:
    inside = write(folder, "package/sim/scenarios_data/club.yaml", "days: 1\n")
    assert find_scenario("club") == inside


def test_paths_have_a_slash_or_the_ending(folder: Path) -> None:
    path = write(folder, "x.yaml", "days: 1\n")
    assert find_scenario("x.yaml").resolve() == path
    assert find_scenario("./x.yaml").resolve() == path
    assert find_scenario(str(path)) == path
    for name in ("./y.yaml", "y.yaml", "sub/x", "a\0b.yaml", "x" * 5000 + ".yaml", "~nobody_here/x.yaml"):
        with pytest.raises(ScenarioError, match="no such file"):
            find_scenario(name)


@pytest.mark.skipif(os.name == "nt", reason="pipes are files elsewhere only")
def test_pipes_and_devices_are_not_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    with pytest.raises(ScenarioError, match="not a file"):
        load_merged(folder / "pipe.yaml")


@pytest.mark.parametrize(("name", "safe"), [
    ("club", True), ("社群", True), ("a-b_2", True), ("2x", True), ("../x", False), ("a/b", False), ("", False),
    ("<b>", False), ("-x", False), (".x", False), ("a.b", False), ("a\n", False), ("x" * 61, False), ("a b", False),
])
def test_names_are_never_paths_nor_markup(name: str, safe: bool) -> None:
    assert is_safe_name(name) is safe
