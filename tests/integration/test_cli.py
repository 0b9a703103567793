"""The command line without simulating: help, languages, mistakes, exit codes, check, new, explain, network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from sim.cli.app import guanxi
from sim.cli.command import COMMANDS
from sim.text.cells import cell_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Outcome = tuple[int, str, str]


def all_commands() -> Iterator[list[str]]:
    """Yield the words of every command and subcommand."""
    yield []
    context = click.Context(guanxi)
    for name in COMMANDS:
        yield [name]
        command = guanxi.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ([name, inner] for inner in command.commands)


# --- help and languages ------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("words", list(all_commands()), ids=" ".join)
def test_help_shows_examples_first_and_fits_eighty_cells(
    words: list[str], lang: str, call: Callable[..., Outcome]
) -> None:
    code, out, err = call(*words, "--help", "--lang", lang)
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if cell_width(line) > 80] == []
    examples, options = ("例子：", "选项：") if lang == "zh" else ("Examples:", "Options:")
    assert out.index(examples) < out.index(options)
    assert " ".join(["guanxi", *words]) in out


def test_every_example_in_help_is_a_command_that_exists(call: Callable[..., Outcome]) -> None:
    _, out, _ = call("--help", "--lang", "en")
    shown = re.findall(r"^  guanxi (\w+)", out, re.MULTILINE)
    assert shown
    assert set(shown) <= set(COMMANDS)


@pytest.mark.parametrize(
    ("environment", "chinese"),
    [({}, False), ({"LANG": "zh_CN.UTF-8"}, True), ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, False),
     ({"LC_ALL": "zh_TW.UTF-8"}, True), ({"LC_ALL": "zh_CN.UTF-8", "GUANXI_LANG": "en"}, False),
     ({"GUANXI_LANG": "zh"}, True)],
)  # fmt: skip
def test_the_environment_chooses_the_language(
    environment: dict[str, str], *, chinese: bool, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _, out, _ = call("--help")
    assert ("用法" in out) is chinese


def test_the_option_overrules_the_environment(
    call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANXI_LANG", "zh")
    assert "Usage" in call("--lang", "en", "--help")[1]
    assert "用法" in call("--help", "--lang=zh")[1]


def test_version_names_the_programme(call: Callable[..., Outcome]) -> None:
    code, out, _ = call("--version")
    assert code == 0
    assert re.fullmatch(r"guanxi \d+\.\d+\.\d+\n", out)


# --- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [(["comapre"], "compare"), (["compare", "--replicatons", "3"], "--replications"), (["check"], "SCENARIO"),
     (["compare", "--seed", "x"], "--seed"), (["run", "a", "--set", "people"], "PATH=VALUE"),
     (["compare", "--people", "0"], "--people"), (["compare", "--lang", "fr"], "--lang")],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_slip_of_the_keyboard_is_named_with_the_remedy(
    words: list[str], said: str, lang: str, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANXI_LANG", lang)
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert ("参见" if lang == "zh" else "See:") in err
    assert "Traceback" not in err


def test_a_defect_is_one_message_without_traceback(
    call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_name: str) -> None:
        raise RuntimeError("the bottom fell out")

    monkeypatch.setattr("sim.cli.explain._find", break_down)
    code, out, err = call("explain", "GMV")
    assert (code, out) == (4, "")
    assert "RuntimeError: the bottom fell out" in err
    assert "guanxi explain GMV" in err
    assert "GUANXI_DEBUG=1" in err
    assert "Traceback" not in err
    monkeypatch.setenv("GUANXI_DEBUG", "1")
    assert "Traceback" in call("explain", "GMV")[2]


def test_a_reader_who_leaves_early_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{sys.executable}' -m sim explain --lang en | head -1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.strip()
    assert done.returncode == 0


# --- check -------------------------------------------------------------------------------------

GOOD = "schema: 1\nname: good\npeople: 500\ndays: 10\n"
BAD = "schema: 1\nname: bad\npeeple: 3\ndays: -3\n"


def test_check_tells_all_mistakes_of_all_files_at_once(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    code, out, err = call("check", "good.yaml", "bad.yaml")
    assert code == 3
    assert out == "good.yaml: good (no strategy: nothing is done)\n"
    assert "bad.yaml:3:1: error: peeple" in err
    assert "did you mean 'people'?" in err
    assert "bad.yaml:4:7: error: days" in err
    assert "1 of 2 scenarios with errors, 2 in all" in err


def test_check_as_json(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    code, out, err = call("check", "good.yaml", "bad.yaml", "--json")
    document = json.loads(out)
    assert (code, err) == (3, "")
    assert (document["schema"], document["kind"]) == (1, "check")
    good, bad = document["scenarios"]
    assert good == {"file": "good.yaml", "good": True, "errors": [], "warnings": []}
    assert [(e["line"], e["column"], e["path"]) for e in bad["errors"]] == [(3, 1, "peeple"), (4, 7, "days")]


def test_check_of_good_files_is_quiet_if_asked(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    assert call("check", "good.yaml", "--quiet") == (0, "", "")


def test_check_finds_shipped_sweeps_by_name(call: Callable[..., Outcome]) -> None:
    """A name that only a sweep has is the sweep's; one that a scenario shares with it is the scenario's."""
    code, out, _ = call("check", "all", "community")
    assert code == 0
    assert out.splitlines() == ["all: good (community + influencer + direct_sales + dual_rebate)", "community: good (community)"]
    code, _, err = call("check", "comunity")
    assert code == 3
    assert "'community'" in err


def test_check_warns_of_data_that_is_not_here(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("schema: 1\nname: real\nnetwork: {kind: edge_list, path: nowhere.csv}\n")
    code, out, err = call("check", "real.yaml")
    assert code == 0
    assert "real.yaml: good" in out
    assert "warning" in err
    assert "nowhere.csv" in err


def test_settings_are_checked_like_the_file(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    assert call("check", "good.yaml", "--set", "people=700")[0] == 0
    code, _, err = call("check", "good.yaml", "--set", "people=many")
    assert code == 3
    assert "people" in err


# --- schema, new -------------------------------------------------------------------------------


def test_schema_is_a_json_schema(call: Callable[..., Outcome]) -> None:
    code, out, err = call("schema")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert "json-schema.org" in document["$schema"]
    assert "strategies" in document["properties"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_new_scenario_is_a_good_one(lang: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, out, err = call("new", "mine", "--from", "community", "--lang", lang)
    assert (code, out) == (0, "mine.yaml\n")
    assert "guanxi check mine.yaml" in err
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert ("市场" in text) is (lang == "zh")
    assert call("check", "mine.yaml", "--lang", lang)[0] == 0


def test_every_kind_that_is_listed_can_be_started_from(call: Callable[..., Outcome]) -> None:
    kinds = call("new", "--list")[1].split()
    assert "community" in kinds
    for kind in kinds:
        assert call("new", f"from_{kind}", "--from", kind)[0] == 0
        assert call("check", f"from_{kind}.yaml")[0] == 0


def test_new_overwrites_only_if_told_to(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("precious")
    code, _, err = call("new", "mine")
    assert code == 2
    assert "--force" in err
    assert (tmp_path / "mine.yaml").read_text() == "precious"
    assert call("new", "mine", "--force")[0] == 0
    assert "strategies" in (tmp_path / "mine.yaml").read_text()


@pytest.mark.parametrize("name", ["../outside", "a/b", "", "x" * 300])
def test_a_name_cannot_become_a_path(name: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, _, err = call("new", name)
    assert code in {2, 3}
    assert err
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path.parent / "outside.yaml").exists()


# --- explain -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_of_terms_fits_and_has_both_names(lang: str, call: Callable[..., Outcome]) -> None:
    code, out, _ = call("explain", "--lang", lang)
    assert code == 0
    assert "裂变系数 K" in out
    assert "K-factor" in out
    assert [line for line in out.splitlines() if cell_width(line) > 80] == []


def test_a_term_is_explained_in_both_languages_with_formula_and_source(call: Callable[..., Outcome]) -> None:
    code, out, _ = call("explain", "复购率", "--lang", "en")
    assert code == 0
    assert out.startswith("repurchase rate  复购率")
    assert "Formula" in out
    assert "Fader" in out
    assert [line for line in out.splitlines() if cell_width(line) > 80] == []


def test_two_words_are_one_term(call: Callable[..., Outcome]) -> None:
    assert "fission" in call("explain", "fission", "marketing")[1]


def test_a_source_of_a_parameter_is_explained(call: Callable[..., Outcome]) -> None:
    assert "elasticity" in call("explain", "domain row 70")[1]
    in_chinese = call("explain", "domain row 70", "--lang", "zh")[1]
    assert "高（数字凭记忆）" in in_chinese
    assert "英文摘录" in in_chinese
    assert "doi:10.1287/mksc.1040.0098" in call("explain", "fader2005")[1].replace("\n", "")
    assert "fen" in call("explain", "participants_result_fen")[1]


def test_an_unknown_term_proposes_its_neighbours(call: Callable[..., Outcome]) -> None:
    code, _, err = call("explain", "comission")
    assert code == 2
    assert "commission" in err


def test_a_value_of_a_scenario_is_explained_under_its_path(call: Callable[..., Outcome]) -> None:
    code, out, _ = call("explain", "host hours")
    assert code == 0
    assert "strategies.community.host_hours" in out
    assert "Host hours a day" in out
    assert set(json.loads(call("explain", "discount", "--json")[1])["levers"]) >= {
        "strategies.community.discount", "strategies.paid_ads.discount"}


@pytest.mark.parametrize(("name", "said"), [
    ("cream", "did you mean the file 'cream.yaml'?"),
    ("CNY", 'such as --set PATH="50_000 CNY"'),
])
def test_what_is_no_scenario_is_guessed(call: Callable[..., Outcome], tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "cream.yaml").write_text("extends: community\nname: cream\n")
    code, _, err = call("compare", name)
    assert code == 3
    assert said in err


def test_explain_as_json(call: Callable[..., Outcome]) -> None:
    document = json.loads(call("explain", "GMV", "--json")[1])
    assert (document["schema"], document["kind"], document["key"]) == (1, "glossary", "gmv")
    assert len(json.loads(call("explain", "--json")[1])["terms"]) >= 150


# --- network -----------------------------------------------------------------------------------


def test_a_small_network_is_described(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("source,target,rating\na,b,5\nb,a,4\nc,a,-3\n")
    code, out, _ = call("network", "describe", "ties.csv", "--json", "--quiet")
    figures = json.loads(out)["figures"]
    assert code == 0
    assert (figures["people"], figures["ties"]) == (3, 3)
    assert figures["reciprocity"] == pytest.approx(2 / 3)
    assert figures["distrust_share"] == pytest.approx(1 / 3)
    # Two people listen to a: b and c rate a.
    assert figures["listeners"]["max"] == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_description_fits_the_terminal(lang: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("source,target,rating\na,b,5\nb,a,4\na,a,1\n")
    code, out, err = call("network", "describe", "ties.csv", "--lang", lang)
    assert code == 0
    assert [line for line in out.splitlines() if cell_width(line) > 80] == []
    assert {"en": "ties of a person to themselves: 1", "zh": "指向自己的关系 1 条"}[lang] in err


def test_an_imported_network_is_the_same_network(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("source,target,rating\na,b,5\nb,a,4\nc,a,-3\n")
    code, out, err = call("network", "import", "ties.csv", "--out", "net")
    assert (code, out) == (0, "net\n")
    assert "kind: saved" in err
    before = json.loads(call("network", "describe", "ties.csv", "--json", "-q")[1])["figures"]
    after = json.loads(call("network", "describe", "net", "--json", "-q")[1])["figures"]
    assert after == before
    assert call("network", "import", "ties.csv", "--out", "net")[0] == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("nowhere.csv", None, "GUANXI_DATA"), ("ties.csv", "a,b,5\nb\n", "ties.csv"), ("ties.csv", "", "ties.csv")],
)
def test_a_network_that_cannot_be_read_is_refused(
    name: str, content: str | None, said: str, call: Callable[..., Outcome], tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    code, out, err = call("network", "describe", name)
    assert (code, out) == (3, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.data
def test_a_real_network_is_described(call: Callable[..., Outcome], data_folder: Path) -> None:
    code, out, _ = call("network", "describe", str(data_folder / "bitcoin_otc.csv.gz"), "--json", "-q")
    figures = json.loads(out)["figures"]
    assert code == 0
    assert (figures["people"], figures["ties"]) == (5881, 35592)
    assert figures["distrust_share"] == pytest.approx(0.10, abs=0.01)


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", "--version"], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.startswith("guanxi ")


def test_every_example_of_help_names_scenarios_that_are_shipped(call: Callable[..., Outcome]) -> None:
    shipped = set(call("new", "--list")[1].split())
    for command in ("compare", "run"):
        _, out, _ = call(command, "--help", "--lang", "en")
        for line in re.findall(rf"^  guanxi {command}(.*)", out, re.MULTILINE):
            names = {word for word in line.split("--")[0].split() if word.isidentifier()}
            assert names <= shipped, line
