"""Reading files: plain data with places, and a located error for everything hostile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from sim.core.errors import ScenarioError
from sim.scenario import load
from sim.scenario.load import load_bytes, load_file, load_text, parse_value
from sim.scenario.nodes import Place, dotted, locate, walk
from sim.scenario.scalars import read_scalar

if TYPE_CHECKING:
    from pathlib import Path


def refused(text: str | bytes) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_bytes(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    assert caught.value.exit_code == 3
    return caught.value


@pytest.mark.parametrize(("word", "value"), [
    ("no", "no"), ("yes", "yes"), ("on", "on"), ("12:30", "12:30"), ("2026-01-01", "2026-01-01"), ("010", 10),
    ("1e5", 1e5), ("300_000", 300_000), ("-3", -3), ("+4", 4), (".5", 0.5), ("1.", 1.0), ("0x10", 16), ("0o17", 15),
    ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("128 CNY", "128 CNY"), ("5%", "5%"),
    ("1e", "1e"), ("-", "-"), ("1-2", "1-2"), ("_1", "_1"), ("Infinity", "Infinity"),
])
def test_words_mean_what_yaml_1_2_says(word: str, value: object) -> None:
    read = read_scalar(word)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("word", [".nan", ".NaN", ".inf", "-.INF", "1e400", "9" * 31, "-" + "1" * 5000, "0x" + "f" * 40])
def test_numbers_without_a_use_are_refused(word: str) -> None:
    with pytest.raises(ValueError, match="number"):
        read_scalar(word)


def test_values_know_where_they_stand() -> None:
    tree = load_text("days: 90\nbrand:\n  cash: 300 CNY  # start\n  list: [1, {a: 二}]\n", "f.yaml")
    assert tree.plain() == {"days": 90, "brand": {"cash": "300 CNY", "list": [1, {"a": "二"}]}}
    places = {dotted(path): node.place for path, node in walk(tree)}
    assert (places["brand.cash"].line, places["brand.cash"].column, places["brand.cash"].width) == (3, 9, 7)
    assert places["brand.cash"].source == "  cash: 300 CNY  # start"
    assert places["brand.list.1.a"] == Place("f.yaml", 4, 17, "  list: [1, {a: 二}]", 1)
    node, found = locate(tree, ("brand", "cash"))
    assert found
    assert (node.key.line, node.key.column, node.key.width) == (3, 3, 4)
    assert locate(tree, ("brand", "nothing"))[1] is False


def test_quoted_words_stay_words() -> None:
    assert load_text("a: '90'\nb: \"true\"\nc: |\n  x\n", "f").plain() == {"a": "90", "b": "true", "c": "x\n"}


@pytest.mark.parametrize(("text", "said", "line"), [
    ("a: 1\na: 2\n", "'a' is given twice (first in line 1)", 2),
    ("b: &x 1\nc: *x\n", "an anchor", 1),
    ("c: *x\n", "an alias", 1),
    ("a: !!python/object/apply:os.system [ls]\n", "a tag", 1),
    ("a: !!int 3\n", "a tag", 1),
    ("a: ! 3\n", "a tag", 1),
    ("%TAG ! tag:x,2000:\n---\na: 1\n", "%TAG", 2),
    ("%YAML 1.1\n---\na: 1\n", "only YAML 1.2", 2),
    ("a: 1\n---\nb: 1\n", "a second document", 2),
    ("- 1\n- 2\n", "mapping of names to values", 1),
    ("word\n", "mapping of names to values", 1),
    ("a: [1, 2\n", "not valid YAML", 2),
    ("a: 1\nb: 'x\nc: 2\nd: 3\n", "not valid YAML", 2),
    ("a:\n  b： 1\n  c: 2\n", "line 2 ('：' is a letter to YAML; write ': ' with a blank after it)", 3),
    ("a:\n\tb: 1\n", "line 2 begins with a tab; set lines in with blanks", 2),
    ("a: b: c\n", "not valid YAML", 1),
    ("? [1, 2]\n: 3\n", "cannot be a name", 1),
    ("? {a: 1}\n: 3\n", "cannot be a name", 1),
    (": 3\n", "a name is a short printable text", 1),
    ('"a\\e[31m": 3\n', "a name is a short printable text", 1),
    ("a:\n  b: .nan\n", "not a finite number", 2),
    ("a: 1e999\n", "not a finite number", 1),
    ("a: 1\nb: \x00\n", "character that YAML does not allow", 2),
    ("a: 1\nb: \x1b[31m\n", "character that YAML does not allow", 2),
    ("a:\n\t- b\n", "not valid YAML", 2),
    ('a: 1\nb: "\\ud83d\\ude00"\n', "half of a character", 2),
    ('"\\udc00": 1\n', "a name is a short printable text", 1),
])
def test_what_is_refused_is_located(text: str, said: str, line: int) -> None:
    problem = refused(text).problems[0]
    assert said in problem.message
    assert problem.line == line
    assert problem.file == "f.yaml"
    assert problem.located().startswith(f"f.yaml:{line}:{problem.column}: error: ")


def test_empty_files_and_encodings() -> None:
    assert "empty" in refused("").problems[0].message
    assert "empty" in refused("# only a comment\n").problems[0].message
    assert "empty" in refused("---\n").problems[0].message
    assert "UTF-8" in refused("a: 1\nb: ".encode("utf-16")).problems[0].message
    problem = refused(b"a: 1\nb: \xff\xfe\n").problems[0]
    assert (problem.line, "UTF-8" in problem.message) == (2, True)
    assert load_bytes("\ufeffa: 1\n".encode(), "f").plain() == {"a": 1}
    assert load_bytes(b"a: 1\r\nb: 2\r\n", "f").plain() == {"a": 1, "b": 2}


def test_all_faults_of_scalars_and_names_are_told_at_once() -> None:
    error = refused("a: .nan\nb: 1\nb: 2\nc: .inf\n")
    assert [p.line for p in error.problems] == [1, 3, 4]


def test_depth_count_and_size_are_limited_in_time() -> None:
    started = time.perf_counter()
    assert "nested deeper" in refused("a: " + "[" * 5000).problems[0].message
    assert "nested deeper" in refused("a:\n" + "".join(" " * i + "- \n" for i in range(1, 90))).problems[0].message
    assert "more than" in refused("a: [" + "1," * 400_000 + "1]").problems[0].message
    assert "bytes" in refused("a: " + "x" * (load.LIMIT_BYTES + 1)).problems[0].message
    assert "cannot be a name" in refused("? " * 3000).problems[0].message
    assert time.perf_counter() - started < 8


def test_a_bomb_of_aliases_never_grows() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20))
    assert "anchor" in refused(bomb).problems[0].message


def test_deepest_allowed_tree_is_read() -> None:
    depth = load.LIMIT_DEPTH - 1
    tree = load_text("a: " + "[" * depth + "]" * depth, "f")
    assert sum(1 for _ in walk(tree)) == depth + 1


def test_long_lines_are_cut_round_the_fault() -> None:
    problem = refused("a: [" + "1, " * 300 + ".nan]").problems[0]
    assert len(problem.source) <= 100
    assert problem.source[problem.column - 1 :].startswith(".nan")


def test_nothing_disturbs_a_terminal() -> None:
    problem = refused("a: 1 # \u202e evil\nb: .nan # \u202e\n").problems[0]
    assert "\u202e" not in problem.located()


def test_files_that_are_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.yaml"):
        with pytest.raises(ScenarioError):
            load_file(path)
    big = tmp_path / "big.yaml"
    big.write_bytes(b"#" * (load.LIMIT_BYTES + 1))
    with pytest.raises(ScenarioError, match="bytes"):
        load_file(big)


@pytest.mark.parametrize(("text", "value"), [
    ("30", 30), ("99 CNY", "99 CNY"), ("[1, 2]", [1, 2]), ("{a: 1}", {"a": 1}), ("", None), ("'x: y'", "x: y"),
])
def test_values_of_settings(text: str, value: object) -> None:
    node = parse_value(text, "--set a=1")
    assert node.plain() == value
    assert node.place == Place(file="--set a=1")


@pytest.mark.parametrize("text", ["[1", "a: b: c", "1\nb: 2", "1\u2028b: 2", "&a 1", ".nan", "x\x85evil: 1"])
def test_values_of_settings_that_are_refused(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_value(text, "--set a=1")
    assert all(p.file == "--set a=1" and p.line == 0 for p in caught.value.problems)
