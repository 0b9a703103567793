"""Results in a notebook: frames and figures with one call, shown as HTML that nothing in a file can break."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest

from sim.api import Result, SweepResult, load_sweep
from tests.synthetic import make_comparison
from tests.synthetic_sweep import make_sweep
from tests.unit.report_parts import EVIL


@pytest.fixture(scope="module")
def result():
    return SweepResult(make_sweep(axes=3, replications=3))


def test_the_table_has_a_row_a_run_with_axes_and_outcomes(result):
    frame = result.table
    assert len(frame) == 64 * 2 * 3
    assert set(frame["strategy"]) == {"community", "dual_rebate"}
    assert {"axis:brand.cash", "profit_fen", "run"} <= set(frame.columns)


def test_every_figure_comes_with_one_call(result):
    figures = result.figures
    for figure in (figures.response(), figures.heat(), figures.parallel(), figures.profit(), figures.buyers(lang="zh"),
                   figures.response("profit", "brand.cash"), figures.heat("losing_agent_share", scenario="dual_rebate")):
        assert isinstance(figure, go.Figure)
        figure.to_json()
    assert figures.response("profit", "brand.cash").layout.xaxis.title.text == "Cash (¥ thousand)"
    assert figures.response().layout.xaxis.title.text == "Buy-back (%)", "the axis that moves it most"
    assert "profit" in dir(figures)


def test_wrong_names_are_refused_with_a_hint(result):
    with pytest.raises(AttributeError, match="did you mean"):
        _ = result.figures.profits
    with pytest.raises(KeyError, match="did you mean"):
        result.figures.response("profit_fe")
    with pytest.raises(KeyError, match=r"brand\.cash"):
        result.figures.response("profit_fen", "brand.cas")
    with pytest.raises(ValueError, match="needs 2"):
        SweepResult(make_sweep(axes=1)).figures.heat()


def test_a_stored_sweep_is_read_again(result, tmp_path):
    again = load_sweep(result.save(tmp_path / "sweep"))
    assert again.verdict == result.verdict == "fail"
    assert len(again.expectations) == len(result.expectations)
    pd.testing.assert_frame_equal(again.table, result.table, check_dtype=False)
    assert result.page(tmp_path / "page.html").stat().st_size < 6_000_000


def test_a_notebook_shows_the_answer_and_a_table(result):
    shown = result._repr_html_()
    assert "By itself Buy-back moves it most" in shown
    assert "<table>" in shown
    assert "Profit" in shown
    compared = Result(make_comparison(replications=3))._repr_html_()
    assert "Community commerce" in compared
    assert "Chance of being best" in compared
    assert "dual" in repr(Result(make_comparison(replications=3)))


def test_what_files_say_is_shown_as_it_is():
    record = make_sweep(axes=1)
    record.strategy_titles = {name: {"zh": EVIL, "en": EVIL} for name in record.strategies}
    shown = SweepResult(record)._repr_html_()
    assert "<img" not in shown
    assert "<script" not in shown
