"""The answer on the terminal: the page's sentence, within the width, honest about what is not separated."""

from __future__ import annotations

import numpy as np
import pytest

from sim.report.findings import Findings
from sim.report.tables import terminal_answer
from sim.text.cells import cell_width
from tests.synthetic import make_comparison


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [50, 80])
def test_the_answer_fits_the_terminal(lang, width):
    text = terminal_answer(make_comparison(), lang, width)
    assert all(cell_width(line) <= width for line in text.splitlines())


def test_it_says_who_leads_or_that_nobody_is_shown_to():
    comparison = make_comparison()
    verdict = Findings(comparison).verdict
    text = terminal_answer(comparison, "en").replace("\n", " ")
    assert comparison.titles[verdict.best]["en"] in text
    assert text.startswith("Not separated") != verdict.separated


def test_one_replication_is_never_separated():
    comparison = make_comparison(replications=1)
    assert terminal_answer(comparison, "en").startswith("Not separated: with one replication")
    assert terminal_answer(comparison, "zh").startswith("分不出高下")


def moved(comparison, shift_fen):
    for name in comparison.strategies:
        comparison.summary[name]["profit_fen"] = comparison.summary[name]["profit_fen"] + shift_fen
    return comparison


@pytest.mark.parametrize(("lang", "loses", "unclear"), [
    ("en", "does not pay", "is not settled"), ("zh", "也不赚钱", "说不准"),
])  # fmt: skip
def test_who_leads_a_field_of_losers_has_not_won(lang, loses, unclear):
    comparison = make_comparison()
    findings = Findings(comparison)
    one = findings.estimate(findings.verdict.best, "profit_fen")
    told = {shift: terminal_answer(moved(make_comparison(), shift), lang, 400)
            for shift in (1 - one.low + abs(one.mean), -1 - one.high, -one.mean)}  # fmt: skip
    assert [(loses in text, unclear in text) for text in told.values()] == [
        (False, False), (True, False), (False, True)]  # fmt: skip


def test_strategies_that_earn_the_same_are_called_alike():
    comparison = make_comparison(replications=4)
    for name in comparison.strategies:
        comparison.summary[name]["profit_fen"] = np.array([4e6, 5e6, 6e6, 7e6])
    assert terminal_answer(comparison, "en").startswith("No difference at all")
    assert terminal_answer(comparison, "zh").startswith("毫无差别")


@pytest.mark.parametrize(("lang", "said"), [("en", "too sure"), ("zh", "偏高")])
def test_few_runs_that_agree_are_not_called_sure(lang, said):
    comparison = make_comparison(("community", "influencer"), replications=3)
    for name, profits in {"community": [9e6, 30e6, 12e6], "influencer": [8e6, 1e6, 10e6]}.items():
        comparison.summary[name]["profit_fen"] = np.array(profits)
    assert Findings(comparison).verdict.chance["community"] == 1.0
    text = terminal_answer(comparison, lang, 400)
    assert text.startswith({"en": "Not separated", "zh": "分不出高下"}[lang])
    assert said in text
