"""Located errors: all at once, in the order of the file, with what is allowed and what was meant."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
import scenario_parts

from sim.core.errors import Problem, ScenarioError
from sim.scenario.problems import LIMIT_PROBLEMS
from sim.scenario.resolve import resolve, resolve_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _small_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from scenario_parts.use_small_kinds(monkeypatch)


def problems(text: str, *settings: str) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        resolve_text(textwrap.dedent(text), "s.yaml", settings)
    return caught.value.problems


def only(text: str, *settings: str) -> str:
    found = problems(text, *settings)
    assert len(found) == 1
    return found[0].located()


def test_an_unknown_name_is_shown_with_carets() -> None:
    assert only("""\
        days: 90
        strategies:
          - kind: club
            grups: 3
        """) == textwrap.dedent("""\
        s.yaml:4:5: error: strategies.club.grups: unknown name 'grups' - did you mean 'groups'?
              4 |     grups: 3
                |     ^^^^^""")


def test_carets_stand_under_chinese_text() -> None:
    lines = only("title: {zh: 社群, fr: x}\n").splitlines()
    assert lines[2] == "        |             \u3000\u3000  ^^"


@pytest.mark.parametrize(("text", "said"), [
    ("peple: 3\n", "s.yaml:1:1: error: peple: unknown name 'peple' - did you mean 'people'?"),
    ("zzz: 3\n", "unknown name 'zzz'; allowed: schema, name, title, days"),
    ("extend: x\n", "did you mean 'extends'?"),
    ("days: -1\n", "s.yaml:1:7: error: days: must be at least 1 (got -1)"),
    ("days: 1.5\n", "a whole number is expected (got 1.5)"),
    ("days: soon\n", "expected a number with one of the units d, day, days"),
    ("days: 2.5 days\n", "a whole number of days is expected, not 2.5"),
    ("days: [1]\n", "days: a whole number is expected"),
    ("days: 99999999999999999999\n", "must be at most 3650"),
    ("people: true\n", "people: "),
    ("seed: true\n", "seed: a number is expected (got true or false)"),
    ("brand: {cash: -3 CNY}\n", "brand.cash: must be at least 0 (got '-3 CNY')"),
    ("brand: {cash: 3 USD}\n", "brand.cash: expected a number with one of the units CNY"),
    ("brand: {product: {price: 0.001}}\n", "brand.product.price: 0.001 is finer than one fen"),
    ("brand: {product: {categry: food}}\n", "brand.product.categry: unknown name 'categry' - did you mean 'category'?"),
    ("brand: 5\n", "brand: a mapping of names to values is expected (got 5)"),
    ("brand: {cash: 1}\nbrands: [{cash: 2}]\n", "s.yaml:2:9: error: brands: write either brand or brands, not both"),
    ("network: {kind: dunbr}\n", "network.kind: unknown kind 'dunbr' - did you mean 'dunbar'?; one of dunbar, listed"),
    ("network: {kind: 3}\n", "network.kind: unknown kind 3"),
    ("network: {kind: [a]}\n", "network.kind: unknown kind ['a']"),
    ("network: {reach: 0}\n", "network.reach: must be at least 1 (got 0)"),
    ("network: [1]\n", "network: a mapping with a kind is expected, such as {kind: dunbar}"),
    ("network: {kind: listed}\n", "s.yaml:1:11: error: network.path: 'path' is missing (File of ties)"),
    ("strategies: [{groups: 3}]\n", "strategies.0.kind: the kind is missing; one of club, stall"),
    ("strategies: club\n", "strategies: a list is expected (got 'club')"),
    ("strategies: [club]\n", "strategies.0: a mapping with a kind is expected"),
    ("strategies: [{kind: kiosk}]\n", "unknown kind 'kiosk'; one of club, stall (one of your own"),
    ("strategies: [{kind: clob}]\n", "unknown kind 'clob' - did you mean 'club'?; one of club, stall"),
    ("strategies: [{kind: stall}]\n", "s.yaml:1:15: error: strategies.stall.street: 'street' is missing (Where it stands)"),
    ("strategies: [{kind: club, id: late, mix: {usefull: 1}}]\n",
     "strategies.late.mix.usefull: unknown name 'usefull' - did you mean 'useful'?"),
    ("strategies: [{kind: club, brand: 1}]\n", "strategies.club.brand: there is no brand 1"),
    ("strategies: [{kind: club}, {kind: club}]\n", "s.yaml:1:35: error: strategies.club: a second strategy with the id"),
    ("strategies: [{kind: club, id: a/b}]\n", "strategies.a/b.id: "),
    ("strategies: [{kind: club, loud: 3}]\n", "true or false is expected (got 3)"),
    ("shocks: [{kind: account_ban}]\n", "shocks.0.day: 'day' is missing"),
    ("shocks: [{kind: quake, day: 3}]\n", "shocks.0.kind: unknown kind 'quake'"),
    ("expect: [losing_agent_shar < 0.5]\n", "expect.0: unknown outcome 'losing_agent_shar' - did you mean"),
    ("expect: [losing_agent_share < 50]\n", "expect.0: 'losing_agent_share' is a share between 0 and 1, so 50 is never reached; write 50 %"),
    ("expect: [profit_fen is good]\n", "expect.0: an expectation is 'outcome < number'"),
    ("expect: [3]\n", "expect.0: a text is expected"),
    ("expect: profit_fen > 3\n", "expect: a list is expected"),
    ("start: 2026-13-01\n", "start: a date such as 2026-01-31 is expected"),
    ("start: 20260101\n", "start: a date such as"),
    ("name: ../../etc\n", "name: letters, digits, _ and - only"),
    ("name: <script>\n", "name: letters, digits, _ and - only"),
    ("name: 7\n", "name: a text is expected (put it in quotes"),
    ('title: {en: "a\\tb"}\n', "title.en: a title is one line of printable text"),
    ("mechanisms: {eer: {}}\n", "mechanisms.eer: unknown name 'eer' - did you mean 'ear'?"),
    ("mechanisms: {ear: {patience: soon}}\n", "mechanisms.ear.patience: a number is expected (got 'soon')"),
    ("mechanisms: 3\n", "mechanisms: a mapping of names to values is expected"),
    ("people: 20\nbrand: {seed_customers: 21}\n",
     "s.yaml:1:9: error: people: 20 people are fewer than the 21 seed customers of a brand"),
    ("brand: {seed_customers: 30_000}\n",
     "s.yaml:1:25: error: brand.seed_customers: 20,000 people are fewer than the 30,000 seed customers"),
    ("brands:\n  - {seed_customers: 3}\n  - {seed_customers: 30_000}\n",
     "s.yaml:3:22: error: brands.1.seed_customers: 20,000 people are fewer"),
    ("people: 90\n", "s.yaml:1:9: error: people: 90 people are fewer than the 100 seed"),
    ("brand: {cash: true}\n", "brand.cash: expected a number or a text such as '128 CNY' (got true)"),
    ("days:\n", "days: a whole number is expected (got nothing)"),
    ("data: 7\n", "s.yaml:1:7: error: data: a text is expected"),
    ("network: null\nstrategies:\n  # none yet\ndays: 0\n", "days: must be at least 1"),
    ("schema: 2\n", "schema: this file is of version 2, and this guanxi reads up to 1"),
    ("schema: one\n", "schema: the version of a file is a whole number"),
    ("schema: true\n", "schema: the version of a file is a whole number"),
    ("data: /etc/passwd\n", "data: a text from outside names no files"),
    ("network: {kind: listed, path: ../x.csv}\n", "network.path: a text from outside names no files"),
    ("extends: ./x.yaml\n", "extends: a text from outside extends shipped scenarios only"),
    ("network: {kind: graph, graph: 5}\n", "network.graph: a graph object comes from Python only"),
])
def test_what_is_said(text: str, said: str) -> None:
    assert said in only(text)


def test_all_at_once_in_the_order_of_the_file() -> None:
    found = problems("""\
        days: 0
        brand: {cash: x, product: {quality: 2}}
        strategies:
          - {kind: club, groups: no}
          - {kind: clubb}
          - {kind: club, id: twin}
          - {kind: stall, id: twin, street: a}
        nonsense: 1
        """)
    assert [(p.line, p.path) for p in found] == [
        (1, "days"), (2, "brand.cash"), (2, "brand.product.quality"), (4, "strategies.club.groups"),
        (5, "strategies.clubb.kind"), (7, "strategies.twin"), (8, "nonsense")]


def test_settings_are_named_instead_of_lines() -> None:
    assert only("strategies: [{kind: club}]\n", "strategies.club.grops=3") == (
        "--set strategies.club.grops=3: error: strategies.club.grops: unknown name 'grops' - did you mean 'groups'?")
    assert only("days: 3\n", "dyas=4").startswith("--set dyas=4: error: dyas: unknown name 'dyas' - did you mean 'days'?")
    both = problems("days: 3\n", "days.x=4", "strategies.a.b=1")
    assert [p.file for p in both] == ["--set days.x=4", "--set strategies.a.b=1"]


def test_a_flood_of_problems_is_cut() -> None:
    found = problems("".join(f"wrong{i}: 1\n" for i in range(LIMIT_PROBLEMS + 7)))
    assert len(found) == LIMIT_PROBLEMS + 1
    assert found[-1].message == "and 7 more"


def test_an_inherited_fault_is_shown_in_the_parent(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("days: -4\nstrategies: [{kind: club, groups: 0}]\n")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\npeople: 3\n")
    with pytest.raises(ScenarioError) as caught:
        resolve(tmp_path / "mine.yaml")
    assert [(p.file.rpartition("/")[2], p.line) for p in caught.value.problems] == [
        ("base.yaml", 1), ("base.yaml", 2), ("mine.yaml", 2)]
    assert (caught.value.path, caught.value.value) == ("days", "-4")
