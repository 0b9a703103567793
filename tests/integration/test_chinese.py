"""Whatever is wrong, under `--lang zh` it is said in Chinese: every kind of fault, provoked through the command line."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.cli import main
from sim.core.errors import PlanError, RunError
from sim.text.cells import cell_width
from sim.text.message import Message, recognised

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.test_cli import Outcome

_EXCERPT = re.compile(r"^ *\d* \| .*$", re.MULTILINE)
_NAMED = re.compile(r"“[^”]*”|'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`|（[A-Z][^）]* et al\.[^）]*）|guanxi (?:[a-z ]+--help|list [a-z]+)")
"""What stands in quotes is a name or a value; authors and commands are names, too."""
_ENGLISH = re.compile(r"[A-Za-z]{2,}(?:,? [A-Za-z]{2,}){2,}")
"""Three words in a row."""


@pytest.fixture
def call(command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """Return a function that runs a command in Chinese at 80 columns: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("GUANXI_LANG", "GUANXI_DEBUG", "GUANXI_DATA", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: str) -> Outcome:
        return command(*(args if os.environ.get("LANG") == "zh_CN.UTF-8" else [*args, "--lang", "zh"]))

    return run


def english_in(text: str) -> list[str]:
    """Return English sentences among what was said, names and values left aside."""
    return _ENGLISH.findall(_NAMED.sub("", _EXCERPT.sub("", text)))


def assert_chinese(text: str) -> None:
    assert re.search(r"[一-鿿]{2}", text), text
    assert english_in(text) == [], text
    assert "error" not in _EXCERPT.sub("", text)


def test_english_is_noticed() -> None:
    assert english_in("a.yaml: 错误：is missing and must be there") == ["is missing and must be there"]
    assert english_in("错误：“is missing and must”；groups 必须为 1\n   3 | is missing and must\n     |    ^^^") == []


# --- scenarios ---------------------------------------------------------------------------------

STRATEGY = "strategies: [{kind: community%s}]\n"
SCENARIOS = {
    # the text of the file
    "empty": "", "a list": "- 1\n", "bytes": b"a: \xff\n", "utf-16": "a: 1".encode("utf-16"), "control": "a: \x01\n",
    "large": "a: " + "x" * 1_000_001, "deep": "a: " + "[" * 60, "wide": "a: [" + "1," * 30_000 + "1]",
    "tab": "brand:\n\tcash: 1\n", "wide colon": "days：3\npeople: 4\n", "wide comma": "seeds: [1， 2\n",
    "not closed": "days: [1, 2\n", "quotes": 'title: "abc\n', "brace": "brand: {cash: 1\n", "twice": "days: 3\ndays: 4\n",
    "alias": "days: *x\n", "anchor": "days: &x 3\n", "tag": "days: !!int 3\n", "documents": "days: 3\n---\ndays: 4\n",
    "%TAG": "%TAG ! x:\n---\ndays: 1\n", "%YAML": "%YAML 1.1\n---\ndays: 1\n", "%YAML 3": "%YAML 3.0\n---\ndays: 1\n",
    "colon": "title: a: b\n", "dash": "a: 1\n- b\n", "indent": "a:\n  b: 1\n c: 2\n", "question": "a: ? b\n",
    "at": "a: @b\n", "escape": 'a: "\\q"\n', "hex": 'a: "\\xzz"\n', "half": 'a: "\\ud800"\n', "block": "a: |x\n  b\n",
    "zero": "a: |0\n  b\n", "no colon": "days: 1\npeople\n", "list name": "? [a]\n: 1\n", "long name": "x" * 300 + ": 1\n",
    "handle": "a: !x!y 1\n", "separator": 'a: "b\n---\nc"\n', "nothing": "a: {b: ]}\n", "directive": "%YAML x\n---\na: 1\n",
    # names
    "unknown": "peeple: 3\n", "no such name": "qqqqqq: 3\n", "wide name": "{days：3: 4}\n", "missing": "shocks: [{kind: account_ban}]\n",
    "network path": "network: {kind: edge_list}\n", "unknown kind": "network: {kind: dunbarr}\n",
    "no kind": "strategies: [{groups: 3}]\n", "not a mapping": "strategies: [3]\n", "no mapping": "brand: 3\n",
    "two of one id": STRATEGY.replace("]", ", {kind: community}]") % "", "safe id": STRATEGY % ", id: a/b",
    "replace": "replace: 3\n", "bad id": STRATEGY % ', id: "a b"',
    # values
    "low": "days: 0\n", "high": "days: 99999\n", "whole": "people: 3.5\n", "word": "people: many\n", "truth": "people: true\n",
    "text": "title: {zh: 3}\n", "list": "expect: 3\n", "long list": "expect: [" + "gmv_fen > 1, " * 101 + "]\n",
    "long title": f"title: {'x' * 90}\n", "two lines": 'title: "a\\nb"\n', "date": "start: soon\n", "early": "start: 1800-01-01\n",
    "money": "brand: {cash: 12 XYZ}\n", "fine money": "brand: {cash: 0.001}\n", "much money": "brand: {cash: 1e20}\n",
    "no money": "brand: {cash: }\n", "very much money": "brand: {cash: 1e31}\n", "negative": "brand: {cash: -1}\n",
    "not finite": "seed: .nan\n", "digits": f"seed: {'1' * 40}\n", "share": "brand: {product: {quality: 3}}\n",
    "price": "brand: {product: {price: 0}}\n", "uses": "brand: {product: {uses_days: 0.5}}\n", "days": "days: 1.5 weeks\n",
    "category": "brand: {product: {category: cars}}\n", "both": "brand: {cash: 1}\nbrands: [{cash: 2}]\n",
    "products": "brand: {product: {price: 1}, products: [{price: 1}]}\n", "month": "calendar: {seasons: [{first: x, last: y}]}\n",
    "seven": "calendar: {weekday_need: [1, 2]}\n", "customers": "people: 50\n", "no brand": STRATEGY % ", brand: 3",
    "no product": "strategies: [{kind: paid_ads, product: 3}]\n", "mix": STRATEGY % ", content: {useful: 0.9}", "schema": "schema: x\n", "newer": "schema: 9\n",
    "expectation": "expect: [profit]\n", "outcome": "expect: [profti < 3]\n", "no outcome": "expect: [qqqqq < 3]\n",
    "outcome's unit": "expect: [gmv_fen < 3%]\n", "number": "expect: [gmv_fen < 1__.2.3]\n",
    "even": "network: {kind: small_world, ties_per_person: 3}\n", "trust": "network: {kind: scale_free, trust_low: .9, trust_high: .1}\n",
    "layers": "network: {kind: dunbar, layers: [9, 5, 3, 1]}\n", "graph": "network: {kind: graph, graph: 3}\n",
    "no graph": "network: {kind: graph}\n", "ratings": "network: {kind: edge_list, path: a, rating_min: 3, rating_max: 2}\n",
    "choice": "network: {kind: small_world, sides: three}\n", "name": "name: a/b\n",
    # parents
    "no parent": "extends: bse\n", "no parent file": "extends: bse.yaml\n", "circle": "extends: case.yaml\n", "parent": "extends: 3\n",
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_faulty_scenario(name: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    content = SCENARIOS[name]
    (tmp_path / "case.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    code, out, err = call("check", "case.yaml")
    assert (code, out) == (3, "")
    assert re.search(r"^case\.yaml(:\d+:\d+)?: 错误：", err, re.MULTILINE)
    assert_chinese(err)
    assert "原文" not in err
    code, out, _ = call("check", "case.yaml", "--json")
    assert code == 3
    for problem in json.loads(out)["scenarios"][0]["errors"]:
        assert_chinese(problem["message"])


def test_carets_stand_below_what_is_meant(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("title: {zh: 中文标题, en: 5}\nbrand: {name: 好品牌, cash: 十元}\n", encoding="utf-8")
    lines = call("check", "case.yaml")[2].splitlines()
    for source, carets, meant in ((lines[1], lines[2], "5"), (lines[4], lines[5], "十元")):
        blanks, marks = re.fullmatch(r"(.*?)(\^+)", carets).groups()  # type: ignore[union-attr]
        assert source.count(meant) >= 1
        assert cell_width(blanks) == cell_width(source[: source.rindex(meant)])
        assert len(marks) == cell_width(meant)


SETTINGS = [
    "people", "=3", "a..b=3", ".".join("x" * 50) + "=3", "people=[1", "people=&a 3", "people=1\n2", "people.x.y=3", "people.x=3",
    "brands.0.cash=3", "strategies.clb.groups=3", "strategies.3.groups=3", "expect.x=3", "expect.7=gmv_fen > 1", "dyas=3",
    "strategies.community.grups=3", "network.graph=3", "days=5 CNYY", "shocks.x.day=3",
]  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_faulty_setting(setting: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("extends: community\nexpect: [gmv_fen > 1]\n")
    code, out, err = call("check", "case.yaml", "--set", setting)
    assert (code, out) in {(2, ""), (3, "")}
    assert_chinese(err.replace(setting, ""))


# --- data files --------------------------------------------------------------------------------

FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "a.csv": (b"a,b\nb,c\nc\n", ()), "b.csv": (b"", ()), "c.csv": (b"source,target\n", ()), "d.csv": (b"a\nb\n", ()),
    "e.csv": (b"a,b,1\nb,c,x\n", ()), "f.csv": (b"a,,1\n", ()), "g.csv": (b"a,a\n", ()), "h.csv": (b"a,\0\n", ()),
    "i.csv": (b"a,\xff\n", ()), "j.csv": (b"a," + b"x" * 70_000, ()), "k.csv": (b'a,"b\n', ()),
    "l.csv": (b"a,b\nb,c\n", ("--rating", "stars")), "m.csv": (b"a,b\nb,c\n", ("--rating", "7")),
    "n.csv": (b"source,target\na,b\n", ("--source", "sorce")), "o.csv": (b"a,b\nb,c\n", ("--source", "1", "--target", "1")),
    "p.csv.gz": (gzip.compress(b"a,b\n" * 999)[:20], ()), "q.csv.gz": (b"\x1f\x8b\0\0\0\0", ()),
    "r.graphml": (b"<a>", ()), "s.gml": (b"graph [", ()), "t.gexf": (b"x", ()), "u.graphml": (b"", ()),
    "v.gml": (b'graph [\n node [\n id 0\n label "a"\n ]\n node [\n id 1\n label "b"\n ]\n edge [\n source 0\n target 1\n ]\n]\n',
              ("--rating", "stars")),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_faulty_data_file(name: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    content, options = FILES[name]
    (tmp_path / name).write_bytes(content)
    code, out, err = call("network", "describe", name, *options)
    assert (code, out) == (3, "")
    assert err.startswith("错误：")
    foreign = re.search(r"（原文：.*）", err)  # what networkx says of a graph file, if anything
    assert foreign is None or name.endswith(("gml", "gexf"))
    assert_chinese(err.replace(foreign[0], "") if foreign else err)


@pytest.mark.parametrize("name", ["none.csv", "bitcoin_otc.csv", "advogato.csv", "x" * 300, "none.graphml"])
def test_a_data_file_that_is_not_there(name: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, _, err = call("network", "describe", name)
    assert code == 3
    assert_chinese(err.replace(str(tmp_path), ""))
    kind = "graph" if name.endswith("graphml") else "edge_list"
    (tmp_path / "case.yaml").write_text(f"people: 200\nnetwork: {{kind: {kind}, path: {name}}}\n")
    code, _, err = call("check", "case.yaml")
    assert code == 0
    assert "警告" in err
    assert_chinese(err.replace(str(tmp_path), ""))


@pytest.mark.parametrize("torn", ["start.npy", "listener.npy", "names.json", "uid.npy"])
@pytest.mark.parametrize("how", ["gone", "empty", "half", "foreign"])
def test_a_torn_network(torn: str, how: str, call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("".join(f"p{k},p{k + 1}\n" for k in range(300)))
    assert call("network", "import", "ties.csv", "--out", "net")[0] == 0
    file = tmp_path / "net" / torn
    content = file.read_bytes()
    file.unlink()
    if how == "foreign":
        np.save(file.with_suffix(".npy"), np.zeros(3))
        file.with_suffix(".npy").rename(file)
    elif how != "gone":
        file.write_bytes(b"" if how == "empty" else content[: len(content) // 2])
    code, out, err = call("network", "describe", "net")
    assert (code, out) == (3, "")
    assert_chinese(err)


# --- runs and results --------------------------------------------------------------------------

FEW = ("--people", "120", "--days", "3", "--quiet")


@pytest.mark.parametrize(
    ("words", "settings"),
    [(("compare", "one.yaml", "two.yaml"), "days: 5\n"), (("compare", "one.yaml", "two.yaml"), "mechanisms: {attention: {per_day: 9}}\n"),
     (("compare", "one.yaml", "--reference", "three"), ""), (("compare", "one.yaml", "--allow-different", "markt"), ""),
     (("compare", "one.yaml", "--allow-different", "qqqq"), ""), (("run", "nosuch"), ""), (("run", "nosuch.yaml"), ""),
     (("run", "two.yaml"), "network: {kind: edge_list, path: no.csv}\n"), (("run", "."), ""), (("new", "a b"), ""), (("run", "CNY"), ""),
     (("new", "mine", "--from", "comunity"), ""), (("new", "mine", "--from", "qqqq"), ""), (("report", "nowhere"), ""),
     (("claims", "--only", "99"), ""), (("verify", "--only", "no_such"), ""), (("run", "two.yaml"), "network: {kind: small_world, ties_per_person: 200}\npeople: 120\n"),
     (("run", "two.yaml"), "network: {kind: complete}\npeople: 50000\n"), (("run", "one.yaml", "--out", "one.yaml"), "")],
)  # fmt: skip
def test_what_cannot_be_run(
    words: tuple[str, ...], settings: str, call: Callable[..., Outcome], tmp_path: Path
) -> None:
    (tmp_path / "one.yaml").write_text("name: one\npeople: 120\ndays: 3\n")
    (tmp_path / "two.yaml").write_text(f"name: two\npeople: 120\n{'' if 'days' in settings else 'days: 3'}\n{settings}"
                                       .replace("people: 120\n", "", settings.count("people")))
    code, out, err = call(*words)
    assert code in {2, 3}
    assert out == ""
    assert_chinese(err.replace(str(tmp_path), ""))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small result."""
    folder = tmp_path_factory.mktemp("result") / "small"
    with pytest.raises(SystemExit) as end:
        main(["run", "base", *FEW, "--out", str(folder), "--lang", "zh"])
    assert end.value.code == 0
    return folder


def broken(folder: Path, name: str, how: str) -> None:
    """Do something to a file of a result."""
    file = folder / name
    if how == "gone":
        file.unlink()
    elif how in {"empty", "half"}:
        file.write_bytes(file.read_bytes()[: 0 if how == "empty" else file.stat().st_size // 2])
    elif how == "misspelt":
        file.write_text("schema: 1\npeeple: 3\n")
    else:
        document = json.loads(file.read_text(encoding="utf-8"))
        part, _, value = how.partition("=")
        document[part] = json.loads(value)
        file.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "how"),
    [*((name, how) for name in ("manifest.json", "summary.parquet", "daily.parquet") for how in ("gone", "empty", "half")),
     *(("manifest.json", how) for how in ('format="x"', "schema=99", 'schema="x"', "schema=0", 'rows={"summary": 3}', "seed=[]",
                                         'strategies=["x"]', "titles={}", 'reference="x"', "complete=7", 'failures=[{"x": 1}]')),
     ("scenarios/00.yaml", "misspelt"), ("scenarios/00.yaml", "empty")],
)  # fmt: skip
def test_a_torn_result(
    name: str, how: str, result: Path, call: Callable[..., Outcome], tmp_path: Path
) -> None:
    copy_of(result, tmp_path / "torn")
    broken(tmp_path / "torn", name, how)
    code, out, err = call("report", "torn")
    assert (code, out) == (3, "")
    assert_chinese(err.replace(str(tmp_path), ""))


def copy_of(folder: Path, to: Path) -> None:
    """Copy a folder."""
    for file in folder.rglob("*"):
        if file.is_file():
            target = to / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())


def test_a_fault_that_a_worker_meets(call: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("a,b,1\nb,c,x\n")
    (tmp_path / "case.yaml").write_text("name: case\npeople: 120\ndays: 2\nnetwork: {kind: edge_list, path: bad.csv}\n")
    for workers in ("1", "2"):
        code, out, err = call("run", "case.yaml", "--replications", "2", "--workers", workers, "--out", f"out{workers}")
        assert (code, out) == (3, "")
        assert "bad.csv:2: rating 的值 'x' 不是有限的数" in err
        assert_chinese(err.replace(str(tmp_path), ""))


# --- the command line --------------------------------------------------------------------------

SLIPS = [
    ("comapre",), ("compare", "--replicatons", "3"), ("check",), ("compare", "--seed", "x"), ("compare", "--people", "0"),
    ("compare", "--people", "many"), ("compare", "--lang", "fr"), ("run", "a", "--set", "people"), ("run", "a", "b"),
    ("compare", "--quiet=3"), ("compare", "--undecided", "maybe"), ("new",), ("explain", "qqqqqqq"), ("network", "describ", "x"),
    ("network", "import", "x"), ("run", "base", "--out", "taken"), ("schema", "x"), ("compare", "-Z"), ("run", "base", "--days"),
    ("new", "taken"), ("claims", "--only", "x"), ("verify", "--seed", "x"), ("new", "mine", "--out", "taken"), ("--nothing",),
]  # fmt: skip


@pytest.mark.parametrize("words", SLIPS, ids=" ".join)
def test_a_slip_on_the_command_line(
    words: tuple[str, ...], call: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    (tmp_path / "taken").write_text("")
    (tmp_path / "taken.yaml").write_text("")
    code, _, err = call(*words)
    assert code == 2
    assert_chinese(err)
    assert "原文" not in err


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError(28, "No space left on device", "results/x"), "错误：results/x: 磁盘空间不足\n"),
     (RunError(Message("experiment.workers_die", reason=recognised("the worker died (signal 9)", "experiment"))),
      "错误：工作进程一启动就退出（工作进程退出（signal 9））；请用 --workers 1\n"),
     (PlanError("Spend: the amounts of one day together are beyond any budget"),
      "错误：运行失败（原文：Spend: the amounts of one day together are beyond any budget）\n"),
     (RuntimeError("the bottom fell out"), "错误：意外的 RuntimeError（test_chinese.py:")],
)  # fmt: skip
def test_a_command_that_fails(
    error: Exception, said: str, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("sim.api.compare", break_down)
    code, _, err = call("run", "base", *FEW)
    assert code == 4
    assert err.startswith(said)


def test_a_run_that_fails(call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("the bottom fell out")

    monkeypatch.setattr("sim.experiment.runs.write_run", break_down)
    code, _, err = call("run", "base", *FEW, "--workers", "1", "--out", "out")
    assert code == 4
    assert err == "错误：base 没有一次模拟完成（base 第 0 次重复，种子 1：原文：RuntimeError: the bottom fell out）\n"
