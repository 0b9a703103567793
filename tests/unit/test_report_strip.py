"""The strip: the same values for cards and terminal, the best of each row, aligned in two languages."""

from __future__ import annotations

import numpy as np
import pytest

from sim.report.findings import Findings
from sim.report.numbers import money, percent
from sim.report.strip import ROWS, payback_of, strip
from sim.report.tables import plain, terminal_table
from sim.text.cells import cell_width
from tests.synthetic import make_comparison
from tests.unit.report_parts import EVIL, many


@pytest.fixture(scope="module")
def findings():
    return Findings(make_comparison(replications=8))


def test_rows_and_values(findings):
    rows = strip(findings, "en")
    assert tuple(rows) == ROWS
    profit = findings.comparison.values("community", "profit_fen")
    assert rows["profit"]["community"].text == money(profit.mean(), "en")
    losing = findings.comparison.values("dual_rebate", "losing_agent_share")
    assert rows["losing"]["dual_rebate"].text == percent(losing.mean())
    assert rows["losing"]["community"].text == "no agents"
    assert rows["compliance"]["dual_rebate"].light == "red"


def test_exactly_the_best_of_each_row_is_marked(findings):
    rows = strip(findings, "en")
    assert [s for s, cell in rows["profit"].items() if cell.is_best] == [findings.ranking[0]]
    days = {s: payback_of(findings, s) for s in findings.strategies}
    assert [s for s, cell in rows["payback"].items() if cell.is_best] == [min(days, key=days.get)]
    # One strategy has agents: with nothing to compare there is no best.
    assert not any(cell.is_best for cell in rows["losing"].values())
    # Equals that read the same are all best.
    assert [s for s, c in rows["compliance"].items() if c.is_best] == ["community", "influencer", "direct_sales"]


def test_nothing_is_best_where_all_read_the_same():
    rows = strip(Findings(make_comparison(("community", "influencer"), replications=4)), "zh")
    assert not any(cell.is_best for cell in rows["compliance"].values())


def test_brand_and_agents_together_stand_beside_the_brand(findings):
    rows = strip(findings, "en")
    agency = rows["together"]["dual_rebate"]
    assert agency.text == money(findings.estimate("dual_rebate", "participants_result_fen").mean, "en")
    assert "units sold in were sold on" in agency.note
    assert rows["together"]["community"].text == rows["profit"]["community"].text
    assert "sold on of sold in" in terminal_table(findings.comparison, "en")
    without = strip(Findings(make_comparison(replications=2, agencies=False)), "en")
    assert "together" not in without


def test_payback_that_most_runs_never_reach(findings):
    cell = strip(findings, "en")["payback"]["influencer"]
    assert cell.text == "not reached"
    assert np.isinf(payback_of(findings, "influencer"))
    assert np.isnan(cell.score)


def test_one_run_has_no_interval_and_no_chance():
    rows = strip(Findings(make_comparison(replications=1)), "en")
    assert {cell.text for cell in rows["chance"].values()} == {"one run cannot tell"}
    assert {cell.note for cell in rows["profit"].values()} == {"one replication, no interval"}


def test_one_strategy_has_no_chance_row():
    rows = strip(Findings(make_comparison(("community",), replications=4)), "zh")
    assert "chance" not in rows
    assert not any(cell.is_best for row in rows.values() for cell in row.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_terminal_lines_fit_and_columns_align(lang, count):
    text = terminal_table(many(count, 3), lang)
    for block in text.split("\n\n")[: -1 if count > 1 else None]:
        lines = block.split("\n")
        rule = next(k for k, line in enumerate(lines) if set(line) == {"-"})
        width = cell_width(lines[rule])
        assert width <= 80
        assert max(map(cell_width, lines)) <= width
        # Every row has a value in the last column, so its line ends where the rule ends; sub-rows may be empty.
        full = [line for line in lines[rule + 1 :] if not line.startswith("  ")]
        assert {cell_width(line) for line in full} == {width}


def test_four_strategies_stand_in_one_block_of_eighty_cells(findings):
    for lang in ("zh", "en"):
        text = terminal_table(findings.comparison, lang)
        assert sum(set(line) == {"-"} for line in text.split("\n")) == 1


def test_the_terminal_says_what_the_cards_say(findings):
    text = terminal_table(findings.comparison, "zh")
    for cells in strip(findings, "zh").values():
        for cell in cells.values():
            assert plain(cell.text) in text


def test_terminal_signs_have_one_width_and_cannot_steer_it():
    hostile = {"zh": f"\x1b[2J{EVIL}\n换行", "en": f"\x1b[2J{EVIL}\n"}
    text = terminal_table(many(2, 2, titles=hostile), "zh")
    assert "\x1b" not in text
    assert not set(text) & {"−", "–", "\u00a0", "\u2028", "─"}
    assert max(map(cell_width, text.split("\n"))) <= 80


def test_a_narrow_terminal_gets_more_blocks(findings):
    text = terminal_table(findings.comparison, "en", 50)
    assert max(map(cell_width, text.split("\n")[:-1])) <= 50
