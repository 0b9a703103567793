"""The reading: five to eight sentences whose every number stands in the table they name."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sim.report.context import Context
from sim.report.findings import Findings
from sim.report.inputs import Ablation, Extras
from sim.report.page import render_page
from sim.report.reading import MOST, reading
from sim.report.sections.opening import answer
from sim.report.strings import Words
from tests.synthetic import make_comparison
from tests.unit.report_parts import many, numbers_in, read

FOUND = Ablation("influencer", "heat", {"zh": "热度衰减", "en": "decay of heat"}, "profit_fen", -9.5e6, -2.1e6, 5.1e6, 9.9e6)
UNPROVEN = replace(FOUND, low=-1e6, high=15e6)

SHAPES = {
    "four": lambda: make_comparison(replications=8),
    "four without agents": lambda: make_comparison(replications=4, agencies=False),
    "one run each": lambda: make_comparison(replications=1),
    "two": lambda: make_comparison(("community", "direct_sales"), replications=5),
    "one": lambda: make_comparison(("dual_rebate",), replications=6),
    "one run": lambda: make_comparison(("community",), replications=1),
    "nine": lambda: many(9, 3),
    "twins": lambda: many(5, 4),
}


@pytest.fixture(scope="module", params=list(SHAPES))
def comparison(request):
    return SHAPES[request.param]()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_stands_in_the_table_that_the_sentence_names(comparison, lang):
    ablations = (FOUND,) if "influencer" in comparison.strategies else ()
    context = Context(Findings(comparison), Words(lang), Extras(ablations=ablations))
    page = read(render_page(comparison, lang, context.extras))
    names = [comparison.titles[s][lang] for s in comparison.strategies]
    told = reading(context.findings, context.words, ablations)
    assert 5 <= len(told) <= MOST
    for sentence in told:
        assert set(sentence.tables) <= set(page.tables)
        there = set(numbers_in(" ".join(page.tables[name] for name in sentence.tables), names))
        missing = [n for n in numbers_in(sentence.text, names) if n not in there and n.rstrip("%") not in there]
        assert missing == [], sentence
    # The answer on top is no exception; the number of replications of a single strategy stands in the last section.
    anywhere = set(numbers_in(" ".join([*page.tables.values(), page.sections["repeat"]]), names))
    assert [n for n in numbers_in(answer(context), names) if n not in anywhere] == []


def test_the_winner_is_named_only_when_separated():
    findings = Findings(make_comparison(replications=8))
    assert findings.verdict.separated
    assert reading(findings, Words("en"))[0].text.startswith("Community commerce has the highest mean profit")
    twins = Findings(many(5, 4))
    assert not twins.verdict.separated
    assert "not separated" in reading(twins, Words("en"))[0].text
    alone = Findings(make_comparison(replications=1))
    assert "not separated" in reading(alone, Words("en"))[0].text


def test_likenesses_are_not_told_as_differences():
    texts = [s.text for s in reading(Findings(make_comparison(replications=8)), Words("en"))]
    assert any("Repurchase within 90 days is much alike" in text for text in texts)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_cause_without_an_ablation(lang):
    findings, words = Findings(make_comparison(replications=8)), Words(lang)
    word = {"zh": "原因", "en": "cause"}[lang]
    assert not any(word in s.text for s in reading(findings, words))
    shown = [s.text for s in reading(findings, words, (FOUND,)) if word in s.text]
    assert len(shown) == 1
    unproven = [s.text for s in reading(findings, words, (UNPROVEN,)) if word in s.text]
    assert len(unproven) == 1
    assert {"zh": "不能说它是原因", "en": "cannot be called a cause"}[lang] in unproven[0]


def test_agents_who_lose_and_the_light_come_last_and_are_never_crowded_out():
    told = reading(Findings(make_comparison(replications=8)), Words("en"), (FOUND, UNPROVEN))
    assert len(told) == MOST
    assert any("lose money on average" in s.text for s in told)
    assert "legal advice" in told[-1].text
    assert "Dual rebate (red)" in told[-1].text


def test_nobody_recruits():
    texts = [s.text for s in reading(Findings(make_comparison(replications=4, agencies=False)), Words("en"))]
    assert any("No model recruits agents" in text for text in texts)


def test_staff_heat_and_the_line_are_told():
    texts = [s.text.replace("\u00a0", " ") for s in reading(Findings(make_comparison(replications=8)), Words("en"))]
    assert any(re.match(r"Those who ask Direct sales wait [\d.]+ min on average, and [\d.]+% of the chats", t) for t in texts)
    assert any(re.match(r"The heat of the accounts that Influencer rents ends at 0\.\d+", t) for t in texts)
    assert re.search(r"Dual rebate has 30 people and 3 levels on day \d+ \(median; in 8 of 8 runs\)", texts[-1])
    quiet = [s.text for s in reading(Findings(make_comparison(("community", "dual_rebate"), 4, agencies=False)), Words("zh"))]
    assert not any("咨询平均等待" in t or "热度" in t or "30 人" in t for t in quiet)
