"""Attribution, sensitivity and optimisation from Python: frames, figures, pages, folders."""

from __future__ import annotations

import dataclasses
import json
import math

import pandas as pd
import plotly.graph_objects as go
import pytest

from sim.api import StudyResult, attribute, load_study, optimise, sensitivity
from sim.core.errors import DataError, ScenarioError
from sim.records.attribution import Estimate
from sim.report import attribution
from sim.report import sensitivity as report_sensitivity
from sim.report.optimisation import said
from sim.report.study import amount, change_unit, level
from tests.made_studies import made_studies

FIGURES = {"attribution": ("contributions", "touch"), "morris": ("tornado", "indices"), "sobol": ("tornado", "indices"),
           "front": ("front",), "best": ("front",)}


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    return {name: StudyResult(record) for name, record in made_studies(tmp_path_factory.mktemp("studies")).items()}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_comes_with_one_call_in_both_languages(studies, name):
    for figure in FIGURES[name]:
        for lang in ("en", "zh"):
            drawn = getattr(studies[name].figures, figure)(lang=lang)
            assert isinstance(drawn, go.Figure)
            assert "null" not in json.dumps([list(trace.x) for trace in drawn.data])
    wrong = "front" if name not in {"front", "best"} else "tornado"
    with pytest.raises(AttributeError, match="belongs to"):
        getattr(studies[name].figures, wrong)()


def test_figures_show_what_the_tables_say(studies):
    parts = studies["attribution"]
    assert list(parts.figures.contributions().data[0].x) == pytest.approx((parts.table["share"] / 100).tolist())
    levers = studies["morris"].table.set_index("path")
    bars = studies["morris"].figures.tornado().data
    width = {round(100 * (high - low), 6) for low, high in zip(bars[0].x, bars[1].x, strict=True)}
    assert width == {round(value, 6) for value in levers["swing"]}
    candidates = studies["front"].table
    shown = {trace.name: len(trace.x) for trace in studies["front"].figures.front().data}
    assert sum(shown.values()) == len(candidates) == 24, "no candidate is left out"
    assert shown["on the front"] == candidates["on_front"].sum()


@pytest.mark.parametrize("name", FIGURES)
def test_a_stored_study_is_read_again_whole(studies, name, tmp_path):
    again = load_study(studies[name].save(tmp_path / "found"))
    pd.testing.assert_frame_equal(again.table, studies[name].table)
    assert again.answer("zh") == studies[name].answer("zh")
    one, two = (result.page(tmp_path / f"{k}.html", "zh").read_text(encoding="utf-8") for k, result in enumerate((again, studies[name])))
    assert one == two
    assert type(again.data) is type(studies[name].data)
    assert again._repr_html_() == studies[name]._repr_html_()


def test_what_is_undefined_is_read_as_undefined(studies, tmp_path):
    record = dataclasses.replace(studies["sobol"].data, noise=math.nan)
    again = load_study(StudyResult(record).save(tmp_path / "found"))
    assert math.isnan(again.data.noise)


def test_a_torn_or_foreign_folder_is_refused_with_its_place(studies, tmp_path):
    folder = studies["front"].save(tmp_path / "found")
    text = (folder / "optimisation.json").read_text(encoding="utf-8")
    (folder / "optimisation.json").write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(DataError, match=r"optimisation\.json: cannot be read"):
        load_study(folder)
    document = json.loads(text)
    document["candidates"][3]["number"] = "three"
    (folder / "optimisation.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataError, match=r"candidates\.3\.number"):
        load_study(folder)
    with pytest.raises(DataError, match="no result of an attribution"):
        load_study(tmp_path)


def test_a_wrong_question_plays_nothing(tmp_path):
    store = tmp_path / "store"
    with pytest.raises(ScenarioError, match="profit_fen"):
        attribute("community", outcome="profit", store=store)
    with pytest.raises(ScenarioError, match="qualty"):
        sensitivity("community", levers=["brand.product.qualty=0..1"], store=store)
    with pytest.raises(ScenarioError, match="--maximise"):
        optimise("community", levers=["brand.product.quality=0..1"], store=store)
    assert not store.exists()


def test_a_real_scenario_from_python(tmp_path):
    result = attribute("community", people=200, days=5, replications=2, store=tmp_path / "store")
    assert list(result.table["id"]) == ["community"]
    assert result.table["share"][0] == pytest.approx(result.data.gained.mean)
    again = attribute("community", people=200, days=5, replications=2, store=tmp_path / "store")
    assert again.data.kept == again.data.runs


def test_a_study_called_from_python_says_the_call_that_repeats_it(tmp_path):
    found = attribute("paid_ads", people=100, days=4, replications=1, store=tmp_path / "store")
    assert found.data.command == "sim.attribute('paid_ads', people=100, days=4, replications=1)"
    found.page(tmp_path / "why.html")
    assert "sim.attribute" in (tmp_path / "why.html").read_text(encoding="utf-8")


def test_an_interval_ends_where_the_outcome_does(studies):
    wide = Estimate(0.99, 0.95, 1.027, 8)
    assert level(wide, "losing_agent_share") == Estimate(0.99, 0.95, 1.0, 8)
    assert level(Estimate(0.02, -0.1, 0.14, 8), "zombie_share").low == 0
    assert level(wide, "channel_stock_ratio") is wide, "a ratio that may exceed one"
    line = Estimate(-0.006, -0.008, -0.004, 8)
    assert level(line, "losing_agent_share") is line, "a straight line may leave the range; no end would then be an end"
    record = studies["front"].data
    best = dataclasses.replace(record.front[0], goals=record.front[0].goals | {"losing_agent_share": wide})
    candidates = [best if one.number == best.number else one for one in record.candidates]
    shown = said(dataclasses.replace(record, candidates=candidates), "en")[0]
    assert "99% (95% to 100%)" in shown


@pytest.mark.parametrize(("lang", "word"), [("en", "points"), ("zh", "个百分点")])
def test_a_difference_of_shares_is_counted_in_points(studies, lang, word):
    assert amount(0.163, change_unit("losing_agent_share"), lang) == f"16\u00a0{word}"
    assert change_unit("profit_fen") == "fen"
    record = studies["front"].data
    best = record.front[0]
    gains = {name: Estimate(0.16, 0.042, 0.28, 8) for name in best.gains}
    candidates = [dataclasses.replace(best, gains=gains) if one.number == best.number else one for one in record.candidates]
    (told,) = [text for text in said(dataclasses.replace(record, candidates=candidates), lang) if word in text]
    assert f"28\u00a0{word}" in told


@pytest.mark.parametrize("name", ["attribution", "morris"])
def test_the_command_that_is_offered_next_plays_the_same_world(studies, name):
    record = studies[name].data
    nexts = attribution.nexts if name == "attribution" else report_sensitivity.nexts
    assert f" --people {record.people} --days {record.days} " in nexts(record, "en")[-1]


def test_a_lever_that_moves_nothing_is_not_called_undecided(studies):
    record = studies["morris"].data
    first, *rest = record.levers
    still = dataclasses.replace(first, swing=Estimate(0.0, 0.0, 0.0, 5))
    told = " ".join(report_sensitivity.said(dataclasses.replace(record, levers=[*rest, still]), "en"))
    name = report_sensitivity.lever_name(first, "en")
    assert f"Without any effect (the same in every run): {name}." in told
    _, cannot, undecided = told.partition("cannot be decided (the interval holds zero): ")
    assert not cannot or name not in undecided.partition(".")[0]
