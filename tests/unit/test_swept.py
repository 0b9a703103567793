"""Numbers behind a sweep's page, against slow ones: means, intervals, cells, worst points, commands that repeat them."""

from __future__ import annotations

import itertools
import math
import shlex

import numpy as np
import pytest

from sim.analysis.intervals import mean_interval
from sim.report.figures.sweep_heat import heat
from sim.report.figures.sweep_parallel import MOST_LINES, parallel
from sim.report.figures.sweep_response import log_ticks, response
from sim.report.sections.sweep_worst import command
from sim.report.swept import Swept
from tests.synthetic_sweep import AXES, make_sweep


@pytest.fixture(scope="module")
def swept():
    return Swept(make_sweep(axes=3, levels=3, strategies=2, replications=4, failed=2), "en")


def rows_of(record, strategy, column=None, value=None):
    keep = (record.runs["strategy"] == strategy) & (record.runs["status"] == "ok")
    return keep if column is None else keep & (record.runs[column] == value)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_response_is_the_mean_of_the_runs_there_with_an_interval_over_replications(swept, axis):
    record, found = swept.record, swept.response("profit_fen", axis)
    column = record.axes[axis].column
    for s in range(2):
        for level, value in enumerate(np.unique(record.runs[column])):
            keep = rows_of(record, s, column, value)
            values, luck = record.runs["profit_fen"][keep], record.runs["replication"][keep]
            each = [values[luck == r].mean() for r in range(4)]
            slow = mean_interval(np.array(each))
            assert found.n[s, level] == len(values)
            assert found.mean[s, level] == pytest.approx(values.mean())
            assert found.high[s, level] - found.low[s, level] == pytest.approx(slow.high - slow.low)


def test_with_few_replications_the_interval_is_over_points():
    swept = Swept(make_sweep(axes=2, points=60, strategies=1, replications=1), "en")
    assert swept.is_over_points
    found, levels = swept.response("profit_fen", 1), swept.axes[1].levels
    assert levels.is_binned
    inside = swept.means("profit_fen")[levels.place == 0, 0]
    slow = mean_interval(inside)
    assert found.low[0, 0] == pytest.approx(slow.low)
    assert found.high[0, 0] == pytest.approx(slow.high)
    sizes = np.bincount(levels.place)
    assert sizes.max() - sizes.min() <= 1, "bins hold about equally many points"


def test_a_cell_of_a_heat_map_is_the_mean_over_its_points(swept):
    found, record = swept.heat("losing_agent_share", (1, 2), 1), swept.record
    across, up = (np.unique(record.runs[record.axes[k].column]) for k in (1, 2))
    for i, x in enumerate(across):
        for j, y in enumerate(up):
            keep = rows_of(record, 1, record.axes[1].column, x) & (record.runs[record.axes[2].column] == y)
            points = record.runs["point"][keep]
            slow = np.mean([record.runs["losing_agent_share"][keep][points == p].mean() for p in np.unique(points)])
            assert found[j, i] == pytest.approx(slow)
    assert np.isnan(swept.heat("losing_agent_share", (1, 2), 0)).all(), "undefined for the first scenario"


def test_what_moves_an_outcome_is_found(swept):
    shares = swept.shares("losing_agent_share")
    assert shares.argmax() == 1
    assert shares[0] < 0.05 < shares[2]
    assert (shares >= 0).all()
    assert shares.sum() <= 1.2


def test_the_worst_points_are_the_worst_in_the_outcomes_own_direction(swept):
    means = swept.means("losing_agent_share")
    point, strategy = swept.extremes("losing_agent_share", 3)[0]
    assert means[point, strategy] == np.nanmax(means)
    point, strategy = swept.extremes("profit_fen", 3)[0]
    assert swept.means("profit_fen")[point, strategy] == np.nanmin(swept.means("profit_fen"))
    wins, whole = swept.leaders("profit_fen")
    assert wins.sum() == whole == np.isfinite(swept.means("profit_fen")).all(axis=1).sum()


def test_undefined_and_constant_outcomes_cannot_be_chosen(swept):
    assert swept.shown[0] == "losing_agent_share"
    assert swept.shown[1] == "profit_fen"
    assert "chat_wait_minutes" in swept.silent
    assert not {"chat_wait_minutes", "compliance_light"} & set(swept.shown)


def test_a_command_sets_what_concerns_the_scenario_and_nothing_else():
    record = make_sweep(axes=list(AXES[:4]), levels=2, strategies=2, replications=3)
    words = shlex.split(command(Swept(record, "en"), 0, 1))
    assert words[:3] == ["guanxi", "run", "scenarios/01.yaml"]
    assert words[words.index("--seed") + 1] == "7"
    assert words[words.index("--replications") + 1] == "3"
    settings = dict(word.split("=", 1) for flag, word in itertools.pairwise(words) if flag == "--set")
    assert settings == {"brand.cash": "100000 CNY", "strategies.dual_rebate.buy_back": "0",
                        "strategies.dual_rebate.buy_in": "500 CNY", "brand.kind": "beauty"}
    assert "dual_rebate" not in command(Swept(record, "en"), 0, 0), "the first scenario lacks that strategy"


def test_amounts_that_are_no_whole_yuan_are_set_in_fen(swept):
    assert swept.axes[0].setting(12_345.0) == "brand.cash=12345 fen"
    assert swept.axes[1].setting(0.1234567890123) == "strategies.dual_rebate.buy_back=0.123456789"


@pytest.mark.parametrize(("low", "high"), [(0.001, 0.1), (500, 10_000), (3, 4), (0.7, 90)])
def test_log_axes_are_marked_at_round_values(low, high):
    ticks = log_ticks(low, high)
    assert 3 <= len(ticks) <= 6
    assert all(low * 0.99 <= one <= high * 1.01 for one in ticks)


def test_figures_hold_what_was_worked_out(swept):
    curve = response(swept, "profit_fen", 2)
    assert len(curve.data) == 2
    assert curve.layout.xaxis.title.text == "Buy-in of a new agent (¥ thousand)"
    scale = swept.outcome("profit_fen").scale(swept.response("profit_fen", 2).mean)[0]
    np.testing.assert_allclose(curve.data[1].y * scale, swept.response("profit_fen", 2).mean[1], rtol=1e-4)
    cells = heat(swept, "losing_agent_share", (1, 2), 1)
    np.testing.assert_allclose(np.asarray(cells.data[0].z) / 100, swept.heat("losing_agent_share", (1, 2), 1), rtol=1e-4)
    lines = parallel(swept, "losing_agent_share").data[0]
    assert len(lines.dimensions) == 1 + 3 + 1
    assert all(one.label for one in lines.dimensions)
    assert {len(one["values"]) for one in lines.dimensions} == {36}, "the points of the scenario that has agents"
    assert all(math.isfinite(one) for one in lines.line.color)


def test_more_lines_than_can_be_told_apart_are_thinned():
    swept = Swept(make_sweep(axes=2, points=6_000, strategies=1, replications=1, expect=False), "zh")
    assert len(parallel(swept, "profit_fen").data[0].line.color) <= MOST_LINES
