"""The answer on the terminal: the page's sentence, within the width, honest about what is not separated."""

from __future__ import annotations

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
