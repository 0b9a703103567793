"""The page of a sweep: whole, in both languages, closed against what files say, small enough, honest about gaps."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from sim.report.sweep_page import page, write_sweep_page
from sim.report.swept import DEALS, Swept
from tests.synthetic_sweep import AXES, make_sweep
from tests.unit.report_parts import EVIL, read

SHAPES = {
    "no axis": {"axes": 0, "strategies": 1, "replications": 1, "expect": False},
    "one point, one run": {"axes": 2, "points": 1, "strategies": 1, "replications": 1},
    "one axis": {"axes": 1, "strategies": 2},
    "two axes": {"axes": 2, "strategies": 2, "failed": 3},
    "words": {"axes": [AXES[3]], "strategies": 3, "replications": 2},
    "eight axes": {"axes": 8, "points": 40, "strategies": 4, "replications": 2},
    "interrupted": {"axes": 2, "expect": False, "complete": False, "failed": 5},
}
LIMIT = 6_000_000


@pytest.fixture(scope="module")
def shown():
    return {lang: read(page(make_sweep(axes=3, failed=3), lang)) for lang in ("zh", "en")}


def data_of(text):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL).group(1))


@pytest.mark.parametrize("shape", SHAPES, ids=list(SHAPES))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sweeps_of_every_shape_have_a_page(shape, lang):
    record = make_sweep(**SHAPES[shape])
    text = page(record, lang)
    found = read(text)
    axes = len(record.axes)
    assert [name for name in ("response", "heat", "parallel", "failures") if name in found.sections] == [
        *(["response"] if axes else []), *(["heat"] if axes > 1 else []),
        *(["parallel"] if axes and len(record.points["point"]) > 1 else []), *(["failures"] if record.failures else [])]
    assert {"answer", "worst", "outcomes", "repeat"} <= set(found.sections)
    assert "nan" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL).lower().replace("guanxi", "").split()
    assert len(text.encode()) < LIMIT


def test_a_sweep_without_a_finished_run_says_so():
    record = make_sweep(axes=1, strategies=1, expect=False, complete=False)
    record.runs["status"][:] = "waiting"
    for name in record.outcomes:
        record.runs[name][:] = float("nan")
    assert "No run has finished" in read(page(record, "en")).sections["answer"]


@pytest.mark.parametrize(("lang", "words"), [
    ("en", ("what changes with cash, buy-back", "Swept: 3 settings at 64 points (full grid), 2 scenarios, 4 replications",
            "512 runs, 509 of them finished", "By itself Buy-back moves it most", "judgements")),
    ("zh", ("怎样左右结果", "扫描了 3 个参数的 64 个取值点（全因子网格）", "单独看，回购比例影响最大", "项判定中")),
])  # fmt: skip
def test_the_opening_says_what_was_swept_and_what_came_out(shown, lang, words):
    text = shown[lang].sections["answer"].replace("\u00a0", " ")
    for one in words:
        assert one in text, text


def test_verdicts_stand_with_interval_and_confidence(shown):
    table = shown["en"].tables["table-expect"].replace("\u00a0", " ")
    assert "Agents losing money < 50%" in table
    assert "✗ fail" in table
    assert "95%" in table
    counts = re.search(r"(\d+) / (\d+) / (\d+)", table)
    assert sum(map(int, counts.groups())) == 64, "one judgement a point for the scenario with agents"


def test_worst_cases_say_how_to_repeat_them(shown):
    table = " ".join(shown["en"].tables["table-worst-losing_agent_share"].split())
    assert table.count("guanxi run scenarios/01.yaml --set") == 8
    assert "--seed 7 --replications 4" in table
    assert "less is better" in table


def test_nothing_is_unlabelled():
    text = page(make_sweep(axes=8, points=30, strategies=2), "en")
    data = data_of(text)
    for name, figure in data["figures"].items():
        if name.startswith("response-"):
            assert figure["layout"]["xaxis"]["title"]["text"]
            assert figure["layout"]["annotations"][0]["text"]
        if name.startswith("heat-"):
            assert figure["layout"]["xaxis"]["title"]["text"]
            assert figure["layout"]["yaxis"]["title"]["text"]
            assert figure["data"][0]["colorbar"]["title"]["text"]
    assert all(one["label"] for one in data["figures"]["parallel"]["data"][0]["dimensions"][:-1])
    assert all(one["title"] and one["head"] and one["label"] for one in data["sweep"]["outcomes"])
    plots = [attrs for _, attrs in read(text).tags if "data-figure" in attrs]
    assert len(plots) == 8 + 2 + 1
    assert all(attrs["aria-label"] and "##" not in attrs["aria-label"] for attrs in plots)


def test_hidden_tables_are_those_of_outcomes_not_chosen():
    tags = read(page(make_sweep(axes=2), "en")).tags
    cases = [attrs for _, attrs in tags if "data-outcome" in attrs]
    assert ["hidden" in attrs for attrs in cases] == [False] + [True] * (len(cases) - 1)


def test_a_page_of_ten_thousand_runs_stays_small(tmp_path):
    record = make_sweep(axes=8, points=10_000, strategies=1, replications=1, more=48)
    path = write_sweep_page(record, tmp_path / "page.html", "zh")
    assert path.stat().st_size < LIMIT
    assert "选单里只有前" in read(path.read_text(encoding="utf-8")).sections["outcomes"]


def test_what_files_say_is_never_run():
    record = make_sweep(axes=[replace(AXES[3], label={"zh": EVIL, "en": EVIL}, values=(EVIL, "b", "c")), AXES[0]], failed=1)
    record.titles = {"zh": EVIL, "en": EVIL}
    record.strategy_titles = {name: {"zh": EVIL, "en": EVIL} for name in record.strategies}
    record.failures = [replace(record.failures[0], reason=EVIL)]
    record.source, record.command = EVIL, EVIL
    found = read(page(record, "en"))
    assert not [tag for tag, attrs in found.tags if tag == "img" or any(key.startswith("on") for key in attrs)]
    assert all(one.startswith(("#", "data:")) for one in found.addresses)


def test_an_english_page_is_english():
    english = " ".join(read(page(make_sweep(axes=3, failed=3), "en")).sections.values())
    assert not re.findall(r"[\u4e00-\u9fff]+", english)


def test_long_names_of_settings_leave_the_title_short():
    long = {"en": "Share of its price at which stock is bought back", "zh": "退出代理的存货按进货价回购的比例多少算是合适"}
    record = make_sweep(axes=[replace(axis, label=long) for axis in AXES[:2]])
    for lang, words in (("en", "what changes with these 2 settings?"), ("zh", "2 个参数怎样左右结果")):
        assert words in read(page(record, lang)).sections["answer"].replace("\u00a0", " ")


def test_where_an_expectation_holds_is_said_in_words(shown):
    for lang, words in (("en", r"holds for .*: \d+ of \d+ points"), ("zh", r"成立的取值点：.* 个中 \d+ 个")):
        assert re.search(words, shown[lang].sections["expect"].replace("\u00a0", " "))


def drawn(axes=2, points=12):
    """Return a sweep whose axes were drawn beside one another, so that no two points share a value."""
    return make_sweep(axes=[AXES[k] for k in (1, 5)][:axes], points=points, strategies=1, missing=False)


def test_settings_drawn_at_as_many_values_as_points_are_seen_in_bins():
    """A mean over one point tells what all settings did there: no single one of them explains it."""
    made = Swept(drawn(), "en")
    for axis in made.axes:
        assert axis.levels.is_binned
        assert np.bincount(axis.levels.place).tolist() == [4, 4, 4]
    assert 0.5 < made.shares("losing_agent_share")[0] < 0.99
    assert made.shares("losing_agent_share")[1] < 0.4
    alone = Swept(drawn(axes=1), "en")
    assert not alone.axes[0].levels.is_binned
    assert alone.shares("losing_agent_share").tolist() == [1.0]


def test_texts_of_which_each_point_has_its_own_explain_nothing_by_themselves():
    words = replace(AXES[3], values=tuple("abcdefgh"), high=7.0)
    record = make_sweep(axes=[AXES[1], words], points=8, strategies=1, missing=False)
    assert len(set(record.points["axis:brand.kind"])) == 8
    assert Swept(record, "en").shares("losing_agent_share")[1] == 0.0


def test_what_may_be_chance_is_not_said_to_move_anything():
    """The planted setting stands out; with the outcome dealt out by chance none does in nineteen of twenty sweeps."""
    assert Swept(drawn(points=24), "en").chance_of_share("losing_agent_share") == 1 / (1 + DEALS)
    rng, said = np.random.default_rng(3), 0
    for _ in range(40):
        record = drawn(points=16)
        record.runs["losing_agent_share"] = np.repeat(rng.normal(0.5, 0.1, 16), 4)
        said += Swept(record, "en").chance_of_share("losing_agent_share") <= 0.05
    assert said <= 7, "as rare as binomial(40, .05) allows in 999 of 1,000 sweeps"
    record = drawn(points=12)
    record.runs["losing_agent_share"] = np.repeat([0.1, 0.5, 0.3, 0.4, 0.2, 0.6, 0.35, 0.25, 0.45, 0.15, 0.55, 0.05], 4)
    told = {lang: read(page(record, lang)).sections["answer"] for lang in ("zh", "en")}
    assert "No setting stands out" in told["en"]
    assert "没有一个参数明显突出" in told["zh"]
