"""Words as data: both languages whole, names unique, references that lead somewhere, cells that fit."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.kinds import mechanisms_class
from sim.strategies.table import STRATEGIES
from sim.text.bibliography import references
from sim.text.catalogue import LANGS, load, say
from sim.text.cells import cell_width, clip, pad, wrap
from sim.text.evidence import evidence, keys_of, places_of, standing, unknown_in
from sim.text.glossary import fold, look_up, names_of, near, terms
from sim.text.message import Message, changed, in_language, packed, recognised, unpacked
from sim.world.networks.table import NETWORKS

PACKAGE = Path(__file__).resolve().parents[2] / "sim"
FAULTS = sorted(f"faults/{path.stem}" for path in (PACKAGE / "text/faults").glob("*.toml"))
CATALOGUES = [*sorted(path.stem for path in (PACKAGE / "text").glob("*.toml") if path.stem not in
                      {"bibliography", "evidence"}), *FAULTS]

BY_TEXT = {"faults/parser", "faults/system", "faults/click"}
"""Catalogues of what libraries say, looked for by their English text."""


def fields(text: str) -> set[str]:
    """Return the names of the values that a message wants filled in."""
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_message_has_both_languages_and_the_same_values_in_each(name: str) -> None:
    messages = load(name)
    assert messages
    for key, texts in messages.items():
        assert set(texts) == set(LANGS), key
        assert all(text.strip() for text in texts.values()), key
        if name in BY_TEXT:  # a library may say more than a reader needs
            assert fields(texts["zh"]) <= fields(texts["en"]), key
        else:
            assert fields(texts["zh"]) == fields(texts["en"]), key


def test_chinese_is_chinese_and_english_is_not() -> None:
    shown = {key: texts for key, texts in load("cli").items() if not key.endswith("examples")}
    assert [key for key, texts in shown.items() if not re.search(r"[一-鿿]", texts["zh"])] == []
    assert [key for key, texts in shown.items() if re.search(r"[一-鿿]", texts["en"])] == []


def test_a_message_is_filled_in() -> None:
    assert say("cli", "result.page", "en", path="p.html") == "Page: p.html"
    assert say("cli", "result.page", "zh", path="p.html") == "页面：p.html"


def test_an_unknown_message_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("cli", "no.such.message", "en")


def test_every_message_that_the_command_line_asks_for_exists() -> None:
    asked: set[str] = set()
    for path in (PACKAGE / "cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_tell = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell"
            if is_tell and node.args and isinstance(node.args[0], ast.Constant):
                asked.add(node.args[0].value)
    assert len(asked) > 20
    assert asked - set(load("cli")) == set()


# --- messages of faults ------------------------------------------------------------------------

def rooms() -> list[Path]:
    """Return the sources of the rooms that read files and check values."""
    return [path for room in ("core", "world", "api", "records", "strategies", "mechanisms", "scenario", "experiment", "verification", "cli")
            for path in sorted((PACKAGE / room).rglob("*.py"))]


def test_a_fault_has_chinese_words_in_chinese_only() -> None:
    faults = {f"{name}.{key}": texts for name in FAULTS for key, texts in load(name).items()}
    with_words = {key: texts for key, texts in faults.items() if re.search(r"[A-Za-z]", re.sub(r"{\w*", "", texts["en"]))}
    assert len(with_words) > 300
    assert [key for key, texts in with_words.items() if not re.search(r"[\u4e00-\u9fff]", texts["zh"])] == []
    assert [key for key, texts in faults.items() if re.search(r"[\u4e00-\u9fff]", texts["en"])] == []


def test_every_message_that_is_raised_exists_and_gets_its_values() -> None:
    asked = 0
    for path in rooms():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message"):
                continue
            keys = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
            given = {keyword.arg for keyword in node.keywords}
            for key in keys:
                room, _, name = str(key).partition(".")
                if not name.strip(".") or None in given:
                    continue
                asked += 1
                assert fields(load(f"faults/{room}")[name]["en"]) == given, f"{path.name}:{node.lineno}: {key}"
    assert asked > 150


def test_every_message_of_a_fault_is_raised_somewhere() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in rooms())
    idle = [f"{name}.{key}" for name in FAULTS if name not in BY_TEXT for key in load(name)
            if f'"{name.removeprefix("faults/")}.{key}"' not in sources and name != "faults/values"]
    assert idle == []


def test_what_a_person_can_mend_is_said_in_both_languages() -> None:
    """A plain text is English to everybody; see `sim.text.message` for how to raise one of both languages."""
    plain: list[str] = []
    for path in rooms():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any("validator" in ast.unparse(d) for d in node.decorator_list):
                plain += [f"{path.name}:{call.lineno}" for call in calls_of(node, {"ValueError"}) if is_plain(call)]
        told = {"Problem", "DataError", "RunError", "problem", "refuse", "bad_line", "located", "fail"}
        plain += [f"{path.name}:{call.lineno}" for call in calls_of(tree, told) if is_plain(call)]
    assert plain == [], "raise it with a Message of both languages, as the head of sim/text/message.py shows"


def calls_of(tree: ast.AST, names: set[str]) -> list[ast.Call]:
    """Return the calls of functions of these names."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)
            and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in names]


def is_plain(call: ast.Call) -> bool:
    """Tell whether a call is given a text instead of a message."""
    return any(isinstance(arg, ast.JoinedStr) or (isinstance(arg, ast.Constant) and isinstance(arg.value, str)
               and " " in arg.value) for arg in call.args)


def test_a_message_is_english_to_python_and_knows_the_other_language() -> None:
    inner = Message("common.near", name="groups")
    message = Message("scenario.unknown_name", name="grups", hint=inner)
    assert str(message) == "unknown name 'grups' - did you mean 'groups'?"
    assert in_language(message, "en") == str(message)
    assert in_language(message, "zh") == "未知名称“grups”——您是不是要用“groups”？"
    assert in_language("plain", "zh") == "plain"
    assert Message("scenario.kind_missing", known=["a", "b"]).said_in("zh") == "缺少 kind；可用：a、b"
    both = Message.of("at most {n}", "最多 {n}", n=3)
    assert (both, both.said_in("zh")) == ("at most 3", "最多 3")
    assert Message.joined([both, inner], "\n").said_in("zh") == "最多 3\n——您是不是要用“groups”？"


def test_a_message_keeps_its_languages_when_copied_changed_or_sent() -> None:
    message = Message("scenario.no_strategy", name="a\tb", hint="", names=["x", Message("common.none")])
    for same in (copy.deepcopy(message), pickle.loads(pickle.dumps(message)),  # noqa: S301 - our own
                 unpacked(json.loads(json.dumps(packed(message))))):
        assert (same, in_language(same, "zh")) == (message, message.said_in("zh"))
    shown = changed(message, lambda text: text.replace("\t", " "))
    assert "a b" in shown
    assert "a b" in in_language(shown, "zh")
    assert unpacked(packed("plain")) == "plain"


def test_braces_of_a_person_are_no_places() -> None:
    message = Message("scenario.unknown_name", name="{x}{0!r}", hint=Message("common.near", name="}{"))
    assert "“{x}{0!r}”" in message.said_in("zh")
    assert "“}{”" in Message.joined([message], " ").said_in("zh")


def test_what_a_library_says_is_recognised_or_quoted() -> None:
    said = recognised("expected ',' or ']', but got '<stream end>'", "parser")
    assert said == "expected ',' or ']', but got '<stream end>'"
    assert in_language(said, "zh") == "应为 ',' 或 ']'，却是 文件末尾"
    assert in_language(recognised("No such file or directory", "parser", "system"), "zh") == "文件或文件夹不存在"
    assert in_language(recognised("the bottom fell out", "system"), "zh") == "原文：the bottom fell out"
    assert recognised("", "system") == ""


# --- the glossary ------------------------------------------------------------------------------


def test_the_glossary_is_rich_and_whole() -> None:
    assert len(terms()) >= 150
    for term in terms().values():
        assert term.zh, term.key
        assert term.en, term.key
        assert set(term.means) == {"zh", "en"}, term.key
        assert all(len(text) > 6 for text in term.means.values()), term.key
        assert not set(term.see) - set(terms()), term.key
        assert not set(term.source) - set(references()), term.key


def test_a_name_belongs_to_one_term() -> None:
    owner: dict[str, str] = {}
    for term in terms().values():
        for name in names_of(term):
            assert owner.setdefault(fold(name), term.key) == term.key, name


@pytest.mark.parametrize(
    ("name", "key"),
    [("GMV", "gmv"), ("成交总额", "gmv"), ("k-FACTOR", "k_factor"), ("裂变系数", "k_factor"), ("私域", "private_domain"),
     ("微商", "weishang"), ("代理", "agent"), ("社群", "community"), ("网红", "influencer"), ("直营", "direct_sales"),
     ("双创", "dual_rebate"), ("sell in", "sell_in"), ("sell-through", "sell_through"), ("take rate", "take_rate"),
     ("AOV", "order_value"), ("CAC", "cac"), ("LTV", "ltv"), ("churn", "churn"), ("homophily", "homophily"),
     ("tie strength", "tie_strength"), ("referral", "referral"), ("rebate", "rebate"), ("commission", "commission"),
     ("impression", "impression"), ("reach", "reach"), ("exposure", "exposure"), ("conversion", "conversion"),
     ("adoption", "adoption"), ("团长", "group_head"), ("复购", "repurchase"), ("同级返利", "same_level_rebate")],
)
def test_a_term_is_found_by_any_of_its_names(name: str, key: str) -> None:
    found = look_up(name)
    assert found is not None
    assert found.key == key


def test_what_a_scenario_names_is_explained() -> None:
    named = {"strategies": set(STRATEGIES), "networks": set(NETWORKS), "mechanisms": set(mechanisms_class().model_fields)}
    assert {kind: [name for name in sorted(names) if look_up(name) is None] for kind, names in named.items()} == {
        kind: [] for kind in named
    }


def test_a_slip_finds_its_neighbours() -> None:
    assert look_up("trsut") is None
    assert near("trsut")[0] == "trust"
    assert "homophily" in near("homofily")
    assert near("qqqqqqq") == []


# --- references and evidence -------------------------------------------------------------------


def test_a_reference_names_a_work_and_a_doi_is_one() -> None:
    for key, work in references().items():
        assert len(work.text) > 30, key
        assert not work.doi or re.fullmatch(r"10\.\d{4,9}/\S+", work.doi), key
        assert work.doi in work.full()
    dois = [work.doi for work in references().values() if work.doi]
    assert len(dois) == len(set(dois))


def test_every_work_cited_in_the_package_is_in_the_bibliography() -> None:
    cited = {
        (key, path.name)
        for path in PACKAGE.rglob("*.py")
        for key in re.findall(r"\[([A-Z][A-Za-z]+\d{4}[a-z]?)(?:[ ,\]])", path.read_text(encoding="utf-8"))
    }
    assert cited
    assert {(key, name) for key, name in cited if key not in references()} == set()


def test_evidence_leads_to_works() -> None:
    assert len(evidence()) > 100
    for place, entry in evidence().items():
        assert entry.text, place
        assert not set(entry.source) - set(references()), place


@pytest.mark.parametrize(
    ("source", "places", "keys", "firm"),
    [
        ("Fader2005", [], ["Fader2005"], "sourced"),
        ("domain 4.3, row 70", ["domain 4.3", "domain row 70"], [], "sourced"),
        ("domain 2.2 rows 17, 19", ["domain 2.2", "domain row 17", "domain row 19"], [], "sourced"),
        ("calibrated: domain 4.3 (5-15% inbound chat)", ["domain 4.3"], [], "calibrated"),
        ("assumption", [], [], "assumed"),
        ("market 7", ["market 7"], [], "assumed"),
        ("market 0.2", ["market 0.2"], [], "assumed"),
        ("market 0.2, domain 4.4", ["market 0.2", "domain 4.4"], [], "sourced"),
        ("domain row 67", ["domain row 67"], [], "assumed"),
        ("design 6", ["design 6"], [], "assumed"),
        ("design 5, Salmon2011", ["design 5"], ["Salmon2011"], "sourced"),
        ("scenario", [], [], "stated"),
    ],
)
def test_a_source_is_read(source: str, places: list[str], keys: list[str], firm: str) -> None:
    assert places_of(source) == places
    assert keys_of(source) == keys
    assert standing(source) == firm
    assert unknown_in(source) == []


@pytest.mark.parametrize("source", ["domain 9.9", "Nobody1999", "somewhere", "domain row 400"])
def test_a_source_that_leads_nowhere_is_noticed(source: str) -> None:
    assert unknown_in(source)


def test_every_source_of_a_parameter_can_be_followed() -> None:
    lost: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"param", "Outcome"}):
                continue
            for keyword in node.keywords:
                if keyword.arg == "source" and isinstance(keyword.value, ast.Constant):
                    lost += [f"{path.name}:{node.lineno}: {name}" for name in unknown_in(keyword.value.value)]
    assert lost == []


# --- cells -------------------------------------------------------------------------------------

TEXTS = st.text(alphabet=st.sampled_from("ab ,.()微商信任，。（）裂变K"), max_size=120)


def test_a_chinese_character_is_two_cells_wide() -> None:
    assert cell_width("GMV 成交") == 8
    assert pad("成交", 6) == "成交  "
    assert pad("成交", 6, right=True) == "  成交"
    assert clip("成交总额", 6) == "成交…"
    assert clip("GMV", 6) == "GMV"


@given(TEXTS, st.integers(min_value=12, max_value=40))
def test_wrapping_loses_nothing_but_blanks_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    longest_word = max((cell_width(part) for part in re.findall(r"[^ ]+", text)), default=0)
    assert all(cell_width(line) <= max(width, longest_word) for line in lines)


def test_punctuation_never_opens_a_line() -> None:
    lines = wrap("信任是资源，也最易损。口碑传播很快。", 12)
    assert all(line[0] not in "，。" for line in lines)
    assert all(cell_width(line) <= 14 for line in lines)
