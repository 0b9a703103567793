"""The page: its order, its honesty, its language; closed against what files say and against the network."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from sim.records.comparison import Failure
from sim.report.inputs import Extras, Parameter
from sim.report.page import render_page, write_page
from sim.report.palette import mark
from tests.synthetic import make_comparison
from tests.unit.report_parts import EVIL, many, read

ORDER = ["answer", "strip", "differences", "profit", "panels", "earners", "split", "network", "reading", "outcomes",
         "standing", "compliance", "repeat"]  # fmt: skip
PARAMETERS = (
    Parameter("mechanisms.choice.b_trust", 2.0, "", "domain 4.3", 1, 4, {"zh": "信任的权重", "en": "weight of trust"}),
    Parameter("mechanisms.ads.ctr", 0.02, "share", "calibrated: .04 % an impression", 0.01, 0.05),
    Parameter("mechanisms.memory.tau", 45, "days", "assumption", 20, 90, {"zh": "记忆", "en": "memory"}),
)


@pytest.fixture(scope="module")
def comparison():
    return make_comparison(replications=5)


@pytest.fixture(scope="module")
def page(comparison):
    return render_page(comparison, "en", Extras(PARAMETERS))


def data_of(page):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(found.group(1))


def test_sections_stand_in_the_order_of_the_design(page):
    assert list(read(page).sections) == ORDER


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_language_and_question(comparison, lang, tag):
    page = render_page(comparison, lang)
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{tag}">')
    shown = read(page).sections["answer"].replace("\u00a0", " ")
    asked = {
        "zh": "Sheet mask，单价 128 元，启动资金 30 万元，20,000 人的市场，180 天：哪种增长模式更好？",
        "en": "Sheet mask at ¥128, ¥300,000 of cash, 20,000 people, 180 days: which growth model?",
    }
    assert asked[lang] in shown
    chinese = re.findall(r"[\u4e00-\u9fff]+", " ".join(read(page).sections.values()))
    assert bool(chinese) is (lang == "zh")


def test_the_product_is_called_by_its_name_in_the_language_of_the_page(comparison):
    asked = replace(comparison, question=comparison.question | {"product_zh": "面膜"})
    shown = {lang: read(render_page(asked, lang)).sections["answer"] for lang in ("zh", "en")}
    assert "面膜，单价" in shown["zh"]
    assert "Sheet mask at" in shown["en"]
    assert "Sheet mask，单价" in read(render_page(comparison, "zh")).sections["answer"], "a result kept before it had one"


def test_the_answer_names_winner_and_confidence(page):
    shown = read(page).sections["answer"]
    assert "Community commerce. Over 5 paired replications its chance of earning the most is >99%" in shown
    assert "Not separated" not in shown


def test_what_befell_a_strategy_is_listed(comparison):
    struck = replace(comparison.examples["direct_sales"], events=[(77, "ban", "account_ban"), (99, "insolvent", "insolvent")])
    page = read(render_page(replace(comparison, examples=comparison.examples | {"direct_sales": struck}), "en"))
    shown = page.tables["table-incidents"].replace("\u00a0", " ")
    assert "day 77" in shown
    assert "Direct sales" in shown
    assert "a due debt cannot be paid" in shown
    assert "table-incidents" not in read(render_page(comparison, "en")).tables


@pytest.mark.parametrize("replications", [1, 4])
def test_the_answer_is_honest_when_nothing_is_separated(replications):
    page = render_page(many(5, replications), "en")
    assert "Not separated" in read(page).sections["answer"]
    assert 'class="answer open"' in page


@pytest.mark.parametrize(("name", "replications", "said"), [
    ("community", 5, "Yes, it pays"), ("influencer", 5, "No, it does not pay"), ("community", 1, "In this one run"),
])  # fmt: skip
def test_one_strategy(name, replications, said):
    page = read(render_page(make_comparison((name,), replications=replications), "en"))
    assert said in page.sections["answer"]
    assert list(page.sections) == [section for section in ORDER if section != "differences"]
    assert sum(tag == "article" for tag, _ in page.tags) == 1


@pytest.mark.parametrize("count", [2, 9])
def test_two_to_nine_strategies_keep_their_order_and_colours(count):
    page = render_page(many(count, 2), "zh")
    names = [attrs["data-strategy-name"] for tag, attrs in read(page).tags if tag == "article"]
    assert names == many(count, 2).strategies
    for k in range(count):
        assert f"--s{k}:{mark(k).light}" in page
        assert f"--s{k}:{mark(k).dark}" in page


def test_nothing_outside_the_file_is_asked_for(page):
    reader = read(page)
    assert all(address.startswith(("#", "data:")) for address in reader.addresses)
    own = page.replace(re.search(r"<script>/\*\*\n\* plotly\.js.*?</script>", page, re.DOTALL).group(), "")
    assert "http://" not in own
    assert "https://" not in own
    assert "@import" not in own
    assert page.count("* plotly.js v") == 1


def test_every_figure_has_words_and_a_table(page):
    reader = read(page)
    plots = [attrs for _, attrs in reader.tags if attrs.get("class", "").startswith("plot")]
    assert len(plots) == 1 + 10 + 1 + 1 + 1
    assert all(attrs["role"] == "img" and len(attrs["aria-label"]) > 20 for attrs in plots)
    wanted = {"strip", "differences", "lead", "profit", "crossings", "panels", "earners", "split", "network", "outcomes",
              "lights", "compliance", "sourced", "calibrated", "assumed"}  # fmt: skip
    assert {name.removeprefix("table-") for name in reader.tables} == wanted
    assert sum(tag == "caption" for tag, _ in reader.tags) == len(reader.tables)


def test_ids_are_unique_and_links_lead_somewhere(page):
    reader = read(page)
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {address[1:] for address in reader.addresses if address.startswith("#")}
    assert targets <= set(ids)
    named = {attrs["aria-labelledby"] for _, attrs in reader.tags if "aria-labelledby" in attrs}
    assert named <= set(ids)


def test_headings_descend_one_by_one(page):
    levels = [int(tag[1]) for tag, _ in read(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_standing_counts_and_lists_every_parameter(page):
    reader = read(page)
    assert "mechanisms.choice.b_trust" in reader.tables["table-sourced"]
    assert "mechanisms.ads.ctr" in reader.tables["table-calibrated"]
    assert "20 – 90" in reader.tables["table-assumed"]
    assert "No sensitivity analysis has been run" in reader.sections["standing"]


def test_standing_without_parameters_and_with_a_sensitivity(comparison):
    bare = read(render_page(comparison, "en")).sections["standing"]
    assert "carries no table of parameters" in bare
    told = render_page(comparison, "en", Extras(PARAMETERS, ("mechanisms.memory.tau",)))
    assert "decide the ranking: mechanisms.memory.tau" in read(told).sections["standing"]


def test_compliance_names_sources_and_gives_no_advice(page):
    section = read(page).sections["compliance"]
    assert "not legal advice" in section
    for source in ("2013 opinion", "art. 7", "Vander Nat and Keep (2002)"):
        assert source in section


def test_strategies_without_agents_get_an_honest_line():
    page = read(render_page(make_comparison(replications=2, agencies=False), "en"))
    assert "None of the models compared has agents" in page.sections["earners"]


def test_how_to_repeat_it(comparison, page):
    section = read(page).sections["repeat"]
    assert comparison.command in section
    assert all(comparison.texts[s].strip() in section for s in comparison.strategies)
    assert "11.2 s" in section


def test_interrupted_and_failed_runs_are_said(comparison):
    failures = [Failure("influencer", 3, 1, "<b>out of memory</b>", 3)]
    page = render_page(replace(comparison, complete=False, failures=failures), "en")
    shown = read(page).sections["answer"]
    assert "was interrupted" in shown
    assert "Influencer, replication 3: <b>out of memory</b>" in shown
    assert "<b>out of memory" not in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_titles_and_texts_are_shown_and_never_run(lang):
    hostile = many(2, 3, titles={"zh": EVIL, "en": EVIL})
    question = hostile.question | {"product": EVIL}
    texts = dict.fromkeys(hostile.strategies, EVIL)
    evil = replace(hostile, question=question, texts=texts, command=EVIL, version=EVIL)
    parameters = (Parameter(EVIL, EVIL, EVIL, EVIL, meaning={"zh": EVIL, "en": EVIL}),)
    page = render_page(evil, lang, Extras(parameters, (EVIL,)))
    reader = read(page)
    assert not any(tag in {"img", "iframe", "object"} for tag, _ in reader.tags)
    assert not any(name.startswith("on") for _, attrs in reader.tags for name in attrs)
    assert all(address.startswith(("#", "data:")) for address in reader.addresses)
    assert EVIL in reader.sections["repeat"]
    assert [tag for tag, _ in reader.tags].count("script") == 4
    # What the figures hold survives the way through the script element whole.
    assert data_of(page)["figures"]["profit"]["data"]


def test_titles_missing_in_one_language_fall_back_to_the_name(comparison):
    bare = replace(comparison, titles={s: {"zh": "只有中文"} for s in comparison.strategies})
    assert "dual_rebate" in read(render_page(bare, "en")).sections["strip"]


def test_every_colour_of_the_figures_has_a_dark_twin(page):
    data = data_of(page)
    colours = set(re.findall(r'"(#[0-9A-F]{6}|rgba\([\d,.]+\))"', json.dumps(data["figures"])))
    for k in range(4):
        assert data["twins"][mark(k).light] == mark(k).dark
    from sim.report.palette import twins

    known = set(twins())
    solid = {c for c in colours if c in known}
    assert solid
    assert solid <= set(data["twins"])


def test_the_file_appears_whole_or_not_at_all(comparison, tmp_path, monkeypatch):
    path = tmp_path / "deep" / "page.html"
    assert write_page(comparison, path, "en") == path
    before = path.read_text(encoding="utf-8")
    assert before.endswith("</html>\n")
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_page(comparison, path, "zh")
    assert path.read_text(encoding="utf-8") == before
    assert [p.name for p in path.parent.iterdir()] == ["page.html"]


def test_drawing_needs_neither_the_simulator_nor_its_libraries():
    code = (
        "import sys, sim.report.page, sim.report.tables;"
        "heavy = {'numba', 'mesa', 'sim.model', 'sim.world', 'sim.experiment', 'scipy'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
