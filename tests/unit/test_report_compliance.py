"""The section on compliance: both counts side by side, each with its rule, its day and its share of runs; no advice."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim.analysis.compliance import LINES, indicators
from sim.cli.results import document
from sim.report.numbers import day
from sim.report.page import render_page
from sim.text.catalogue import load
from tests.synthetic import make_comparison
from tests.unit.report_parts import read


@pytest.fixture(scope="module")
def comparison():
    return make_comparison(replications=5)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_line_is_shown_with_its_rule(comparison, lang):
    page = read(render_page(comparison, lang))
    shown = page.tables["table-compliance"].replace("\u00a0", " ")
    for line in LINES:
        assert (line.zh if lang == "zh" else line.en) in shown
        assert load("page")[f"compliance.rule_{line.name}"][lang].replace("\u00a0", " ") in shown
    for name in ("all", "paid"):
        assert load("page")[f"compliance.{name}"][lang] in shown
    assert {"zh": "不是法律意见", "en": "not legal advice"}[lang] in page.sections["compliance"]


def test_the_day_of_a_line_stands_with_median_and_share(comparison):
    shown = read(render_page(comparison, "en")).tables["table-compliance"].replace("\u00a0", " ")
    found = {(i.line.name, i.count): i for i in indicators(comparison, "dual_rebate")}
    for name, count in (("people_30", "all"), ("people_30", "paid"), ("levels_3", "all")):
        one = found[name, count]
        assert f"from {day(one.day, 'en')} (median), in {one.runs} of 5 runs".replace("\u00a0", " ") in shown


def test_strategies_without_resellers_are_named_not_tabled(comparison):
    section = read(render_page(comparison, "en"))
    assert "Community commerce" not in section.tables["table-compliance"]
    assert "left out: Community commerce, Influencer, Direct sales." in section.sections["compliance"]
    assert "no resellers, no entry fee" in section.tables["table-lights"]
    nobody = read(render_page(make_comparison(replications=3, agencies=False), "en"))
    assert "table-compliance" not in nobody.tables
    assert "find nothing to count" in nobody.sections["compliance"]


def test_lights_say_what_turned_them_and_how_often(comparison):
    shown = read(render_page(comparison, "en")).tables["table-lights"]
    assert "30 people and 3 levels with pay for recruits (5 of 5 runs)" in shown


def test_cards_and_section_show_the_same_light(comparison):
    """One rule: the worst that a tenth of the runs show, not the median."""
    lights = np.zeros(5)
    lights[0] = 2.0
    summary = comparison.summary | {"community": comparison.summary["community"] | {"compliance_light": lights}}
    page = read(render_page(dataclasses.replace(comparison, summary=summary), "en"))
    assert page.tables["table-strip"].count("Red") == 2
    assert page.tables["table-strip"].count("(in 1 of 5 runs)") == 1
    assert "Community commerce (red)" in page.sections["reading"]


def test_a_result_kept_before_an_outcome_existed_is_still_shown(comparison):
    old = {s: {n: v for n, v in table.items() if "_day" not in n and "light" not in n}
           for s, table in comparison.summary.items()}
    kept = {s: table | {"payback_day": comparison.summary[s]["payback_day"],
                        "insolvent_day": comparison.summary[s]["insolvent_day"],
                        "cash_trough_day": comparison.summary[s]["cash_trough_day"]} for s, table in old.items()}
    page = read(render_page(dataclasses.replace(comparison, summary=kept), "en"))
    assert "no data" in page.tables["table-strip"]


def test_json_holds_both_counts_with_day_and_share(comparison, tmp_path):
    class Shown:
        data = comparison
        expectations = ()

    found = document(Shown, tmp_path, tmp_path / "page.html")["strategies"]
    agency = next(s for s in found if s["name"] == "dual_rebate")["compliance"]
    assert set(agency["lights"]) == {"all", "paid"}
    rows = {(row["name"], row["count"]): row for row in agency["indicators"]}
    line = rows["people_30", "paid"]
    assert line["outcome"] == "compliance_people_paid"
    assert line["day_median"] == indicators(comparison, "dual_rebate")[3].day
    assert 0 < line["crossed_share"] <= 1
    assert line["source"].startswith("Opinion2013")
